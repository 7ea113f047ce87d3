//! `final_demand.csv`, `value_added.csv` and `deficits.csv`: accounts that follow from trade unless they are given,
//! and are compared with what trade says where they are.

use crate::data::check::{Accounts, TOLERANCE, counted, short};
use crate::data::codes::Codes;
use crate::data::source::{Form, Seen, Source, amount, positive_amount};
use crate::diagnostic::Diagnostic;
use crate::index::Position;
use crate::table::{Fault, Row};

const FINAL_DEMAND: &str = "final_demand.csv";

const VALUE_ADDED: Form =
    Form { file: "value_added.csv", required: &["country", "sector", "value"], optional: &[], needed: false };

const DEFICITS: Form =
    Form { file: "deficits.csv", required: &["country", "value"], optional: &[], needed: false };

/// Final demand by (country, sector) when it is given.
pub(super) fn final_demand(source: &mut Source<'_>, codes: &Codes, given: bool) -> Option<Vec<f64>> {
    let form = Form { file: FINAL_DEMAND, required: VALUE_ADDED.required, optional: &[], needed: given };
    let (values, seen) = pairs(source, codes, &form, |_, _, _| None);
    if seen.is_some() && !given {
        let message =
            format!("`{FINAL_DEMAND}` is not used: dataset.toml says `final_demand = \"residual\"`");
        source.diagnostics.push(Diagnostic::warning(message).help("write \"given\" there to use the file"));
    }
    given.then_some(values)
}

/// Value added by (country, sector) when it is given; what is missing is filled from output and inputs.
pub(super) fn value_added(
    source: &mut Source<'_>,
    codes: &Codes,
    accounts: Option<&Accounts>,
) -> Option<Vec<f64>> {
    let (mut values, seen) = pairs(source, codes, &VALUE_ADDED, |row, pair, value| {
        let accounts = accounts?;
        let size = accounts.country_output(pair / codes.sectors.len());
        compare(row, "value added", value, accounts.value_added[pair], size)
    });
    let seen = seen?;
    if let Some(accounts) = accounts {
        fill(source, VALUE_ADDED.file, &mut values, &accounts.value_added, &seen);
    }
    Some(values)
}

/// Imports less exports by country when given; what is missing is filled from trade.
pub(super) fn deficits(
    source: &mut Source<'_>,
    codes: &Codes,
    accounts: Option<&Accounts>,
) -> Option<Vec<f64>> {
    let mut values = vec![0.0; codes.countries.len()];
    let mut seen = Seen::new(values.len());
    let there = source.each_row(&DEFICITS, |row, faults| {
        let Some(country) = codes.country(row, "country", faults).map(Position::index) else { return };
        let first = faults.keep(seen.note(country, row)).is_some();
        let (Some(value), true) = (faults.keep(amount(row, "value")), first) else { return };
        values[country] = value;
        let gap = accounts.and_then(|accounts| {
            let size = accounts.country_output(country);
            compare(row, "deficit", value, accounts.deficits[country], size)
        });
        gap.into_iter().for_each(|gap| faults.add(gap));
    });
    if let (Some(accounts), true) = (accounts, there) {
        fill(source, DEFICITS.file, &mut values, &accounts.deficits, &seen);
    }
    there.then_some(values)
}

/// Values by (country, sector), and which were given; `None` for the latter when there is no such table.
fn pairs(
    source: &mut Source<'_>,
    codes: &Codes,
    form: &Form,
    compare: impl Fn(&Row<'_>, usize, f64) -> Option<Fault>,
) -> (Vec<f64>, Option<Seen>) {
    let mut values = vec![0.0; codes.shape().pairs()];
    let mut seen = Seen::new(values.len());
    let there = source.each_row(form, |row, faults| {
        let country = codes.country(row, "country", faults);
        let sector = codes.sector(row, "sector", faults);
        let (Some(country), Some(sector)) = (country, sector) else { return };
        let pair = country.index() * codes.sectors.len() + sector.index();
        let first = faults.keep(seen.note(pair, row)).is_some();
        let (Some(value), true) = (faults.keep(positive_amount(row, "value")), first) else { return };
        values[pair] = value;
        compare(row, pair, value).into_iter().for_each(|gap| faults.add(gap));
    });
    (values, there.then_some(seen))
}

/// A warning when a given value differs from what trade says by more than rounding, against a size.
fn compare(row: &Row<'_>, what: &'static str, given: f64, implied: f64, size: f64) -> Option<Fault> {
    let gap = given - implied;
    let wide = gap.abs() > TOLERANCE * size.max(given.abs());
    wide.then(|| {
        let message = format!(
            "{what} is {}, but trade gives {} (difference {})",
            short(given),
            short(implied),
            short(gap)
        );
        row.fault("value", what, message).warning()
    })
}

fn fill(source: &mut Source<'_>, file: &str, values: &mut [f64], implied: &[f64], seen: &Seen) {
    let missing = (0..values.len()).filter(|&at| !seen.has(at) && implied[at].abs() > 0.0);
    let missing: Vec<usize> = missing.collect();
    missing.iter().for_each(|&at| values[at] = implied[at]);
    if !missing.is_empty() {
        let total = short(missing.iter().map(|&at| implied[at].abs()).sum());
        let rows = counted(missing.len(), "row");
        let message = format!("`{file}` lacks {rows}, filled from trade ({total} in all)");
        source.diagnostics.push(Diagnostic::warning(message));
    }
}
