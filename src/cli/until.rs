//! `--until-error`: as many draws as it takes until the Monte Carlo error is small enough.

use std::ops::Range;

use crate::cli::failure::Failure;
use crate::cli::output;
use crate::diagnostic::{Diagnostic, nearest};
use crate::economy::dataset::Dataset;
use crate::index::CountryId;
use crate::model::variable::{CountryVariable, Unit, Variables};
use crate::monte_carlo::ensemble::Solved;
use crate::monte_carlo::ledger::{Enough, Goal, Ledger};
use crate::units::{Multiple, PercentagePoints};

/// The most draws where `--draws` does not say.
pub(super) const MOST: u32 = 100_000;

/// One variable of one country, or welfare of all, and how small its error must become.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Until {
    typed: String,
    of: Option<(CountryVariable, String)>,
    error: f64,
    relative: bool,
}

impl Until {
    /// `0.01pp`, `welfare:MEX=0.01pp` or `exports:MEX=2%`.
    pub(super) fn read(typed: &str) -> Result<Self, String> {
        let (of, bound) = match typed.rsplit_once('=') {
            None => (None, typed),
            Some((of, bound)) => {
                let (variable, country) =
                    of.split_once(':').ok_or("name a variable and a country, as `welfare:MEX=0.01pp`")?;
                let find = |known: &&CountryVariable| known.name() == variable.trim();
                let found = CountryVariable::ALL.iter().find(find).ok_or_else(|| {
                    let names = CountryVariable::ALL.iter().map(|known| known.name());
                    let help = nearest(variable, names).map(|near| format!("; did you mean `{near}`?"));
                    format!("there is no variable `{variable}`{}", help.unwrap_or_default())
                })?;
                (Some((*found, country.trim().to_owned())), bound)
            }
        };
        let bound = bound.trim();
        let (error, relative) = match bound.ends_with("pp") {
            true => (PercentagePoints::parse(bound).map(PercentagePoints::fraction), false),
            false => (Multiple::parse(bound).map(Multiple::factor), true),
        };
        let error = error.map_err(|error| error.to_string())?;
        match &of {
            _ if error <= 0.0 => Err("an error that is to be reached is above zero".to_owned()),
            None if relative => {
                Err("welfare of all countries has an error in percentage points, as `0.01pp`; in per cent of its mean only one variable can have it, as `welfare:MEX=2%`".to_owned())
            }
            Some((variable, _)) if !relative && variable.unit() == Unit::Money => {
                Err(format!("`{}` is in money: give its error in per cent of its mean, as `2%`", variable.name()))
            }
            // Values in per cent and in percentage points are kept in hundredths.
            _ => Ok(Self { typed: typed.to_owned(), of, error: if relative { error } else { error * 100.0 }, relative }),
        }
    }
}

/// What is asked for, number by number, with its name.
pub(super) fn goals(
    dataset: &Dataset,
    variables: &Variables,
    asked: &[Until],
) -> Result<Vec<(String, Goal)>, Failure> {
    let (mut goals, mut faults) = (Vec::new(), Vec::new());
    for until in asked {
        let variable = until.of.as_ref().map_or(CountryVariable::Welfare, |(variable, _)| *variable);
        if !variables.countries.contains(&variable) {
            let fault = Diagnostic::error(format!(
                "`--until-error {}`: this model has no `{}`",
                until.typed,
                variable.name()
            ));
            let known = variables.countries.iter().map(|known| known.name()).collect::<Vec<_>>().join(", ");
            faults.push(
                fault.expected(format!(
                    "one of {known}, with a country: `{}:MEX=2%`",
                    variables.headline.name()
                )),
            );
            continue;
        }
        let mut add = |country: CountryId| {
            let name = format!("{}:{}", variable.name(), dataset.countries.code(country));
            let Some(number) = variables.place(country, variable) else { return };
            goals.push((name, Goal { number, error: until.error, relative: until.relative }));
        };
        match &until.of {
            None => dataset.countries.ids().for_each(&mut add),
            Some((_, written)) => match dataset.countries.find::<CountryId>(written) {
                Some(country) => add(country),
                None => faults.push(
                    Diagnostic::error(format!(
                        "`--until-error {}`: there is no country `{written}`",
                        until.typed
                    ))
                    .help("`tariffsim list countries` shows them"),
                ),
            },
        }
    }
    if faults.is_empty() { Ok(goals) } else { Err(faults.into()) }
}

/// Tells what has been reached.
pub(super) fn tell(goals: &[(String, Goal)], enough: &Enough) {
    let Enough { draws, goal, error, is_met } = *enough;
    let name = goals.get(goal).map_or("", |(name, _)| name.as_str());
    let error = format!("the Monte Carlo error of {name} is {error:.2e}");
    let draws = crate::table::grouped(draws);
    if is_met {
        output::warn(&format!("{draws} draws are enough: {error}\n"));
        return;
    }
    let warning = Diagnostic::warning(format!("{draws} draws are not enough: {error}"));
    output::warn_of(&[warning.help("`--draws N` allows more of them; `--sampler sobol` needs fewer")]);
}

/// Memory for draws that are kept until they are summarised.
const BYTES: usize = 256 << 20;

/// A ledger that keeps what it has seen in memory, as far as there is room, so that it need not be solved again.
pub(super) struct Kept<'l, L> {
    ledger: &'l mut L,
    draws: Vec<Solved>,
    bytes: usize,
}

impl<'l, L> Kept<'l, L> {
    pub(super) fn new(ledger: &'l mut L) -> Self {
        Self { ledger, draws: Vec::new(), bytes: 0 }
    }
}

impl<L: Ledger> Ledger for Kept<'_, L> {
    type Error = L::Error;

    fn recall(&mut self, draws: Range<u32>) -> Result<Option<Vec<Solved>>, L::Error> {
        match self.draws.get(draws.start as usize..draws.end as usize) {
            Some(kept) => Ok(Some(kept.to_vec())),
            None => self.ledger.recall(draws),
        }
    }

    fn take(&mut self, draws: Range<u32>, solved: &[Solved], fresh: bool) -> Result<(), L::Error> {
        if draws.start as usize == self.draws.len() && self.bytes < BYTES {
            self.bytes += solved.iter().map(Solved::bytes).sum::<usize>();
            self.draws.extend_from_slice(solved);
        }
        self.ledger.take(draws, solved, fresh)
    }
}
