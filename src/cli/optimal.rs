//! `tariffsim optimal`: the tariffs that are best for one country.

use crate::cli::failure::Failure;
use crate::cli::strategy::{Choice, Sides, parties};

#[derive(Debug, clap::Args)]
#[command(after_help = "\
A group is one partner with one rate, `all` is everybody else. The table `optimal.csv` of --out can be named in a \
measure with `rates`.

Examples:
  tariffsim optimal --by USA --against CHN --draws 100
  tariffsim optimal --by EU27 --against USA CHN --given universal-10 --draws 0
  tariffsim optimal --by USA --against CHN --per-sector --draws 0")]
pub(super) struct Arguments {
    /// Who chooses: a country, or a group for the sum of its real incomes
    #[arg(long, value_name = "COUNTRY")]
    by: String,
    /// Whose goods it taxes: countries, groups or `all`
    #[arg(long, value_name = "COUNTRY", num_args = 1.., required = true)]
    against: Vec<String>,
    #[command(flatten)]
    choice: Choice,
}

pub(super) fn optimal(arguments: &Arguments) -> Result<(), Failure> {
    arguments.choice.choose(|dataset| {
        let choosing = parties(dataset, "--by", std::slice::from_ref(&arguments.by))?;
        let facing = vec![parties(dataset, "--against", &arguments.against)?];
        Ok(Sides { choosing, facing, is_nash: false })
    })
}
