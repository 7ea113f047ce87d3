//! Reading a dataset folder.

use crate::bilateral::Bilateral;
use crate::data::check::{Accounts, warnings};
use crate::data::codes::{self, Codes};
use crate::data::manifest::{self, Manifest};
use crate::data::source::Source;
use crate::data::{accounts, flows, inputs, parameters};
use crate::diagnostic::Diagnostic;
use crate::economy::dataset::{Dataset, ElasticitySet, FinalDemand, Group};
use crate::files::Files;

pub use crate::data::codes::MOST_CELLS;
pub use crate::data::flows::MOST_RATE;
pub use crate::data::manifest::fault_of_line;
pub use crate::data::parameters::MOST_SETS;
pub use crate::data::source::{MOST_MANIFEST_BYTES, MOST_TABLE_BYTES, MOST_VALUE};

/// What came of reading a folder.
#[derive(Clone, Debug)]
pub struct Reading {
    /// The dataset; `None` exactly when some diagnostic is an error.
    pub dataset: Option<Dataset>,
    /// Every fault of the folder, in the order of its files.
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads a dataset folder in the format of `docs/data.md`.
pub fn read(files: &dyn Files) -> Reading {
    let mut source = Source::new(files);
    let manifest = manifest::read(&mut source);
    let codes = codes::read(&mut source);
    let tables = match codes {
        Some(codes) => Some(Tables::read(&mut source, codes, manifest.as_ref())),
        None => {
            flows::check_form(&mut source);
            parameters::check_form(&mut source);
            None
        }
    };
    let dataset = manifest.zip(tables).filter(|_| !source.has_errors()).map(assemble);
    source.diagnostics.extend(dataset.iter().flat_map(warnings));
    Reading { dataset, diagnostics: source.diagnostics }
}

/// All tables, as far as they could be read.
struct Tables {
    codes: Codes,
    trade: Bilateral,
    tariffs: Bilateral,
    inputs: Option<Vec<f64>>,
    final_demand: FinalDemand,
    value_added: Option<Vec<f64>>,
    deficits: Option<Vec<f64>>,
    elasticities: Vec<ElasticitySet>,
    groups: Vec<Group>,
}

impl Tables {
    fn read(source: &mut Source<'_>, codes: Codes, manifest: Option<&Manifest>) -> Self {
        let trade = flows::trade(source, &codes);
        let tariffs = flows::tariffs(source, &codes);
        let inputs = inputs::read(source, &codes);
        // Comparing given accounts with trade makes sense only where trade could be read.
        let known = (!source.has_errors()).then(|| Accounts::new(&trade, &tariffs, inputs.as_deref()));
        let given = manifest.is_some_and(|manifest| manifest.final_demand_given);
        let final_demand = accounts::final_demand(source, &codes, given);
        let value_added = accounts::value_added(source, &codes, known.as_ref());
        let deficits = accounts::deficits(source, &codes, known.as_ref());
        let elasticities = parameters::elasticities(source, &codes);
        if let Some(manifest) = manifest {
            parameters::check_default(source, manifest, &elasticities);
        }
        let groups = parameters::groups(source, &codes);
        let final_demand = final_demand.map_or(FinalDemand::Residual, FinalDemand::Given);
        Self { codes, trade, tariffs, inputs, final_demand, value_added, deficits, elasticities, groups }
    }
}

fn assemble((manifest, tables): (Manifest, Tables)) -> Dataset {
    Dataset {
        name: manifest.name,
        title: manifest.title,
        year: manifest.year,
        unit: manifest.unit,
        licence: manifest.licence,
        citation: manifest.citation,
        default_elasticities: manifest.default_elasticities,
        countries: tables.codes.countries,
        sectors: tables.codes.sectors,
        kinds: tables.codes.kinds,
        trade: tables.trade,
        tariffs: tables.tariffs,
        inputs: tables.inputs,
        final_demand: tables.final_demand,
        value_added: tables.value_added,
        deficits: tables.deficits,
        elasticities: tables.elasticities,
        groups: tables.groups,
    }
}
