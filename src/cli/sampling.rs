//! Draws, seed and threads: what every command that simulates takes.

use std::ops::Range;

use clap::builder::{PossibleValuesParser, TypedValueParser};

use crate::monte_carlo::prior::Uncertainty;
use crate::monte_carlo::sampling::Design;

/// How much is simulated, and how.
#[derive(Debug, clap::Args)]
pub(super) struct Sampling {
    /// Number of Monte Carlo draws; 0 gives the central case only
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = Draws::count)]
    pub(super) draws: Option<Draws>,
    /// Seed of the random draws
    #[arg(long, value_name = "S")]
    pub(super) seed: Option<u64>,
    /// How draws are spread over what is possible [default: that of the scenario]
    #[arg(long, value_name = "SAMPLER", value_parser = designs())]
    pub(super) sampler: Option<Design>,
    /// Print nothing but errors (for use with --out)
    #[arg(long)]
    pub(super) quiet: bool,
    #[command(flatten)]
    threads: Threads,
}

/// How many processors may work.
#[derive(Debug, clap::Args)]
pub(super) struct Threads {
    /// Threads to use; results do not depend on it [default: all]
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
}

/// The value of `--draws`: how many, or where a part of them is asked for, from which to before which.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Draws {
    pub(super) end: u32,
    /// The first draw of a part.
    first: Option<u32>,
    /// Of how many it is a part, where that is said.
    of: Option<u32>,
}

/// The names of samplers.
fn designs() -> impl TypedValueParser<Value = Design> {
    PossibleValuesParser::new(Design::ALL.map(Design::word))
        .map(|word| Design::ALL.into_iter().find(|design| design.word() == word).unwrap_or_default())
}

impl Draws {
    /// A number of draws.
    pub(super) fn count(typed: &str) -> Result<Self, String> {
        let end = typed.parse::<i64>().map_err(|error| error.to_string())?;
        let most = Uncertainty::MOST_DRAWS;
        match u32::try_from(end) {
            Ok(end) if end <= most => Ok(Self { end, first: None, of: None }),
            _ => Err(format!("{end} is not in 0..={most}")),
        }
    }

    /// A number of draws, or a part of them such as `1000..2000` or `1000..2000/10000`.
    pub(super) fn count_or_part(typed: &str) -> Result<Self, String> {
        let Some((first, end)) = typed.split_once("..") else { return Self::count(typed) };
        let (end, of) = end.split_once('/').map_or((end, None), |(end, of)| (end, Some(of)));
        let [first, end] = [first, end].map(Self::count);
        let (first, end) = (first?.end, end?.end);
        let of = of.map(Self::count).transpose()?.map(|of| of.end);
        if of.is_some_and(|of| of < end) {
            Err(format!("a part of the draws ends before their number, as `{first}..{end}/{end}`"))
        } else if first < end {
            Ok(Self { end, first: Some(first), of })
        } else {
            Err(format!("a part of the draws ends after it begins, as `{end}..{}`", first.max(end + 1)))
        }
    }

    /// The part that is asked for, if it is one.
    pub(super) fn part(self) -> Option<Range<u32>> {
        self.first.map(|first| first..self.end)
    }

    /// How many there are in all; of a part that is the draw after its last where it is not said.
    fn total(self) -> u32 {
        self.of.unwrap_or(self.end)
    }

    /// Whether it is a part of nobody knows how many.
    pub(super) fn lacks_total(self) -> bool {
        self.first.is_some() && self.of.is_none()
    }
}

impl Sampling {
    /// What a scenario says, with the draws, the seed and the sampler of the command line.
    pub(super) fn over(&self, uncertainty: Uncertainty) -> Uncertainty {
        Uncertainty {
            draws: self.draws.map_or(uncertainty.draws, Draws::total),
            seed: self.seed.unwrap_or(uncertainty.seed),
            design: self.sampler.unwrap_or(uncertainty.design),
            ..uncertainty
        }
    }

    /// Does work on so many threads, by default all there are.
    pub(super) fn with_threads<T: Send>(&self, work: impl FnOnce() -> T + Send) -> T {
        self.threads.with(work)
    }
}

impl Threads {
    /// Does work on so many threads, by default all there are.
    pub(super) fn with<T: Send>(&self, work: impl FnOnce() -> T + Send) -> T {
        let Some(threads) = self.threads else { return work() };
        match rayon::ThreadPoolBuilder::new().num_threads(usize::from(threads)).build() {
            Ok(pool) => pool.install(work),
            // Without new threads the common ones do; the results are the same.
            Err(_) => work(),
        }
    }
}
