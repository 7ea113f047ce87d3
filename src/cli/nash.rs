//! `tariffsim nash`: tariffs from which none of several countries gains by deviating.

use crate::cli::failure::Failure;
use crate::cli::strategy::{Choice, Sides, parties};
use crate::diagnostic::Diagnostic;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Each chooses a tariff on the goods of each other, knowing those of the others; tariffs on and of third countries stay. \
No trade at all is an equilibrium too: the bounds keep away from it.

Examples:
  tariffsim nash USA CHN --draws 100
  tariffsim nash USA CHN EU27 --draws 0")]
pub(super) struct Arguments {
    /// Who chooses: countries, or groups for the sum of their real incomes
    #[arg(required = true, value_name = "COUNTRY")]
    countries: Vec<String>,
    #[command(flatten)]
    choice: Choice,
}

pub(super) fn nash(arguments: &Arguments) -> Result<(), Failure> {
    if arguments.countries.len() < 2 {
        let fault = Diagnostic::error("one country alone has nobody to play against");
        let fault = fault.expected("two countries or more");
        return Err(Failure::Usage(Box::new(fault.help("`tariffsim optimal` chooses for one"))));
    }
    arguments.choice.choose(|dataset| {
        let all = || parties(dataset, "nash", &arguments.countries);
        let mut facing = Vec::new();
        for at in 0..arguments.countries.len() {
            let mut others = all()?;
            others.remove(at);
            facing.push(others);
        }
        Ok(Sides { choosing: all()?, facing, is_nash: true })
    })
}
