//! Draws, seed and threads: what every command that simulates takes.

use crate::monte_carlo::prior::Uncertainty;

/// How much is simulated, and how.
#[derive(Debug, clap::Args)]
pub(super) struct Sampling {
    /// Number of Monte Carlo draws; 0 gives the central case only
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = clap::value_parser!(u32).range(0..=i64::from(Uncertainty::MOST_DRAWS)))]
    pub(super) draws: Option<u32>,
    /// Seed of the random draws
    #[arg(long, value_name = "S")]
    pub(super) seed: Option<u64>,
    /// Print nothing but errors (for use with --out)
    #[arg(long)]
    pub(super) quiet: bool,
    /// Threads to use; results do not depend on it [default: all]
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
}

impl Sampling {
    /// What a scenario says, with the draws and the seed of the command line.
    pub(super) fn over(&self, uncertainty: Uncertainty) -> Uncertainty {
        Uncertainty {
            draws: self.draws.unwrap_or(uncertainty.draws),
            seed: self.seed.unwrap_or(uncertainty.seed),
            ..uncertainty
        }
    }

    /// Does work on so many threads, by default all there are.
    pub(super) fn with_threads<T: Send>(&self, work: impl FnOnce() -> T + Send) -> T {
        let Some(threads) = self.threads else { return work() };
        match rayon::ThreadPoolBuilder::new().num_threads(usize::from(threads)).build() {
            Ok(pool) => pool.install(work),
            // Without new threads the common ones do; the results are the same.
            Err(_) => work(),
        }
    }
}
