//! `inputs.csv`: what each sector buys from the others per unit of its output.

use crate::data::codes::Codes;
use crate::data::source::{Form, Seen, Source, positive_amount};
use crate::diagnostic::{Diagnostic, Place};
use crate::index::Position;
use crate::table::{Fault, Faults, Row};

const INPUTS: Form = Form {
    file: "inputs.csv",
    required: &["country", "input", "output", "coefficient"],
    optional: &[],
    needed: false,
};

/// How far input coefficients may sum above 1 by rounding.
const ROUNDING: f64 = 1e-9;

/// Coefficients by (country, input, output); `None` when there is no such table.
pub(super) fn read(source: &mut Source<'_>, codes: &Codes) -> Option<Vec<f64>> {
    let (n, j) = (codes.countries.len(), codes.sectors.len());
    let mut coefficients = vec![0.0; n * j * j];
    let mut seen = Seen::new(n * j * j);
    let mut sums = Sums { totals: vec![0.0; n * j], exceeded: Vec::new() };
    let there = source.each_row(&INPUTS, |row, faults| {
        let Some([country, input, output]) = key(row, codes, faults) else { return };
        let cell = (country * j + input) * j + output;
        let first = faults.keep(seen.note(cell, row)).is_some();
        if let (Some(value), true) = (faults.keep(positive_amount(row, "coefficient")), first) {
            coefficients[cell] = value;
            sums.add(country * j + output, value, row);
        }
    });
    let mut faults = Faults::new(INPUTS.file);
    for (pair, place) in &sums.exceeded {
        faults.add(excess(codes, *pair, sums.totals[*pair], place));
    }
    faults.finish(&mut source.diagnostics);
    there.then_some(coefficients)
}

fn key(row: &Row<'_>, codes: &Codes, faults: &mut Faults) -> Option<[usize; 3]> {
    let country = codes.country(row, "country", faults);
    let input = codes.sector(row, "input", faults);
    let output = codes.sector(row, "output", faults);
    Some([country?.index(), input?.index(), output?.index()])
}

/// What the inputs of each (country, output) sum to, and the rows at which a sum passed 1.
struct Sums {
    totals: Vec<f64>,
    exceeded: Vec<(usize, Place)>,
}

impl Sums {
    fn add(&mut self, pair: usize, value: f64, row: &Row<'_>) {
        let before = self.totals[pair];
        self.totals[pair] += value;
        if before <= 1.0 + ROUNDING && self.totals[pair] > 1.0 + ROUNDING {
            self.exceeded.push((pair, row.place("coefficient")));
        }
    }
}

fn excess(codes: &Codes, pair: usize, total: f64, place: &Place) -> Fault {
    let (country, output) = (pair / codes.sectors.len(), pair % codes.sectors.len());
    let (country, output) = (&codes.countries.codes()[country], &codes.sectors.codes()[output]);
    let message = format!("the inputs of `{output}` in `{country}` sum to {total:.6} of its output");
    let diagnostic = Diagnostic::error(message).at(place.clone());
    Fault::new("inputs above output", diagnostic)
        .expected("at most 1 (value added is the rest)")
        .help("with this row the sum passes 1")
}
