//! `trade.csv` and `tariffs.csv`: the tables by (sector, importer, exporter).

use crate::bilateral::{Bilateral, Flow};
use crate::data::codes::Codes;
use crate::data::source::{Form, Seen, Source, positive_amount};
use crate::diagnostic::Diagnostic;
use crate::table::{Fault, Faults, Row};

const TRADE: Form = Form {
    file: "trade.csv",
    required: &["exporter", "importer", "sector", "value"],
    optional: &[],
    needed: true,
};

const TARIFFS: Form = Form {
    file: "tariffs.csv",
    required: &["importer", "exporter", "sector", "rate"],
    optional: &["source"],
    needed: true,
};

/// The highest tariff a table may hold (100 000 %), a guard against per cent written as fractions.
pub const MOST_RATE: f64 = 1000.0;

/// Checks both headers when there are no codes to read the rows by.
pub(super) fn check_form(source: &mut Source<'_>) {
    source.each_row(&TRADE, |_, _| ());
    source.each_row(&TARIFFS, |_, _| ());
}

/// Flows before tariff, domestic sales included.
pub(super) fn trade(source: &mut Source<'_>, codes: &Codes) -> Bilateral {
    let errors = source.diagnostics.len();
    let flows = cells(source, codes, &TRADE, |row, _| positive_amount(row, "value"));
    let good = !source.diagnostics[errors..].iter().any(Diagnostic::is_error);
    if good && flows.values().iter().all(|&value| value <= 0.0) {
        source.diagnostics.push(Diagnostic::error("`trade.csv` has no flow above zero"));
    }
    flows
}

/// Tariffs as fractions.
pub(super) fn tariffs(source: &mut Source<'_>, codes: &Codes) -> Bilateral {
    cells(source, codes, &TARIFFS, rate)
}

fn rate(row: &Row<'_>, flow: Flow) -> Result<f64, Fault> {
    let rate = row.number("rate")? + 0.0;
    let written = row.field("rate");
    if rate <= -1.0 {
        let message = format!("a rate of {written} would leave nothing of the price");
        return Err(row.fault("rate", "rate of -1 or less", message).expected("a fraction above -1"));
    }
    if rate > MOST_RATE {
        return Err(row
            .fault("rate", "rate too large", format!("a rate of {written} is beyond any tariff"))
            .expected(format!("a fraction (0.025 for 2.5 %), at most {MOST_RATE}")));
    }
    if flow.is_domestic() && rate.abs() > 0.0 {
        let message = format!("a tariff of {written} on sales within `{}`", row.field("importer"));
        return Err(row.fault("rate", "domestic tariff", message).expected("0, or no such row"));
    }
    Ok(rate)
}

fn cells(
    source: &mut Source<'_>,
    codes: &Codes,
    form: &Form,
    value: impl Fn(&Row<'_>, Flow) -> Result<f64, Fault>,
) -> Bilateral {
    let shape = codes.shape();
    let mut table = Bilateral::zeros(shape);
    let mut seen = Seen::new(shape.cells());
    source.each_row(form, |row, faults| {
        let Some(flow) = flow(row, codes, faults) else { return };
        let first = faults.keep(seen.note(shape.cell(flow), row)).is_some();
        if let (Some(value), true) = (faults.keep(value(row, flow)), first) {
            table.set(flow, value);
        }
    });
    table
}

fn flow(row: &Row<'_>, codes: &Codes, faults: &mut Faults) -> Option<Flow> {
    let importer = codes.country(row, "importer", faults);
    let exporter = codes.country(row, "exporter", faults);
    let sector = codes.sector(row, "sector", faults);
    Some(Flow { sector: sector?, importer: importer?, exporter: exporter? })
}
