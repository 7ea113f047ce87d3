//! Numbers by (sector, importer, exporter), always in this order.

use serde::{Deserialize, Serialize};

use crate::index::{CountryId, Position, SectorId};

/// How many countries and sectors a table spans.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shape {
    /// Number of countries N.
    pub countries: usize,
    /// Number of sectors J.
    pub sectors: usize,
}

impl Shape {
    /// Number of (sector, importer, exporter) cells, N²J.
    pub fn cells(self) -> usize {
        self.sectors * self.countries * self.countries
    }

    /// Number of (sector, country) pairs, NJ.
    pub fn pairs(self) -> usize {
        self.sectors * self.countries
    }

    /// The position of a cell.
    pub fn cell(self, flow: Flow) -> usize {
        (flow.sector.index() * self.countries + flow.importer.index()) * self.countries
            + flow.exporter.index()
    }

    /// The cell at a position, the inverse of [`Shape::cell`].
    pub fn flow(self, cell: usize) -> Flow {
        let n = self.countries;
        Flow {
            sector: SectorId::at(cell / (n * n)),
            importer: CountryId::at(cell / n % n),
            exporter: CountryId::at(cell % n),
        }
    }
}

/// One flow: what goes from an exporter to an importer in a sector.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Flow {
    /// The sector.
    pub sector: SectorId,
    /// The importer.
    pub importer: CountryId,
    /// The exporter.
    pub exporter: CountryId,
}

impl Flow {
    /// Whether this is a sale at home.
    pub fn is_domestic(self) -> bool {
        self.importer == self.exporter
    }
}

/// A dense table by (sector, importer, exporter).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bilateral {
    shape: Shape,
    values: Vec<f64>,
}

impl Bilateral {
    /// A table of zeros.
    pub fn zeros(shape: Shape) -> Self {
        Self { shape, values: vec![0.0; shape.cells()] }
    }

    /// A table from its values in order.
    ///
    /// # Panics
    /// When the number of values does not fit the shape: a fault of the caller, never of a file.
    pub fn from_values(shape: Shape, values: Vec<f64>) -> Self {
        assert_eq!(values.len(), shape.cells(), "a bilateral table needs one value a cell");
        Self { shape, values }
    }

    /// How many countries and sectors.
    pub fn shape(&self) -> Shape {
        self.shape
    }

    /// The value of a flow.
    pub fn get(&self, flow: Flow) -> f64 {
        self.values[self.shape.cell(flow)]
    }

    /// Sets the value of a flow.
    pub fn set(&mut self, flow: Flow, value: f64) {
        let cell = self.shape.cell(flow);
        self.values[cell] = value;
    }

    /// What one importer has from each exporter in a sector.
    pub fn row(&self, sector: usize, importer: usize) -> &[f64] {
        let start = (sector * self.shape.countries + importer) * self.shape.countries;
        &self.values[start..start + self.shape.countries]
    }

    /// The importer-by-exporter matrix of a sector, row after row.
    pub fn matrix(&self, sector: usize) -> &[f64] {
        let size = self.shape.countries * self.shape.countries;
        &self.values[sector * size..(sector + 1) * size]
    }

    /// All values in order.
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// All values in order, to be changed.
    pub fn values_mut(&mut self) -> &mut [f64] {
        &mut self.values
    }
}
