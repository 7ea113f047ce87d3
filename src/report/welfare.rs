//! Where exact welfare comes from: the table, and what of it is shown.

use std::io::{self, Write};

use crate::index::{CountryId, Position as _};
use crate::model::split::{Part, WelfareParts};
use crate::monte_carlo::estimate::Estimate;
use crate::report::contributions::Step;
use crate::report::number::{self, Shown};
use crate::report::study::{ALL_OUTCOMES, Study};
use crate::report::tables::{self, OF_COUNTRIES, beginning, push_statistics, statistics};

/// The unit of parts: a hundred times the logarithm of a ratio. Small changes are the same in per cent.
pub const UNIT: &str = "log_points";

/// The row that the parts of a country sum to.
pub const TOTAL: &str = "welfare_log";

/// What the parts are, in sentences.
pub const MEANING: &str = "The parts are added up along the path from old to new policy, on which all rates and trade costs go to their new values in proportion; they sum to 100·ln of the ratio of real incomes, which for small changes is the change in per cent.";

/// The name of a part in files.
pub fn name(part: Part) -> &'static str {
    match part {
        Part::TermsOfTrade => "terms_of_trade_part",
        Part::Allocative => "allocative_part",
        Part::Technology => "technology_part",
        Part::Transfer => "transfer_part",
    }
}

/// What a part is called where people read.
pub fn words(part: Part) -> &'static str {
    match part {
        Part::TermsOfTrade => "terms of trade",
        Part::Allocative => "allocation (tariff wedges)",
        Part::Technology => "trade costs",
        Part::Transfer => "transfer (deficit)",
    }
}

/// The parts of a country that are not zero everywhere, and their sum, in log points; `None` where they were not worked
/// out.
pub fn steps(study: &Study<'_>, country: CountryId) -> Option<(Vec<Step>, Step)> {
    let all = &study.welfare?.all;
    let is_there = |part: &Part| all.iter().any(|parts| parts.part(*part) != 0.0);
    let own = &all[country.index()];
    let step = |name: &str, value: f64| {
        Some(Step { name: name.to_owned(), central: value, range: None, shown: shown(value)? })
    };
    let parts = Part::ALL.into_iter().filter(is_there);
    let parts = parts.map(|part| step(words(part), 100.0 * own.part(part))).collect::<Option<_>>()?;
    Some((parts, step("change in welfare", 100.0 * own.total())?))
}

fn shown(value: f64) -> Option<Shown> {
    number::shown(&central(value), 1.0)
}

fn central(value: f64) -> Estimate {
    Estimate { central: Some(value), spread: None }
}

/// `welfare.csv`: one row per (outcome, country, part), then their sum.
///
/// # Errors
/// Those of writing.
pub fn table(study: &Study<'_>, out: &mut dyn Write) -> io::Result<()> {
    tables::write_header(out, &OF_COUNTRIES)?;
    let Some(split) = study.welfare else { return Ok(()) };
    let outcomes = study.outcomes.iter().map(|outcome| outcome.name).zip(&split.by_outcome);
    for (outcome, countries) in std::iter::once((ALL_OUTCOMES, &split.all)).chain(outcomes) {
        tables::write(out, countries.len(), |text, at| {
            let code = study.dataset.countries.code(CountryId::at(at));
            let lead = beginning(&[study.scenario, outcome, code]);
            for (name, value) in rows(&countries[at]) {
                push_statistics(text, &lead, [name, UNIT], statistics(&central(100.0 * value)));
            }
        })?;
    }
    Ok(())
}

/// The parts by their names, then their sum.
fn rows(parts: &WelfareParts) -> impl Iterator<Item = (&'static str, f64)> {
    let each = Part::ALL.into_iter().map(|part| (name(part), parts.part(part)));
    each.chain([(TOTAL, parts.total())])
}
