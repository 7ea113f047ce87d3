//! `tariffsim merge`: shards put together into the result of one run.

use std::ops::Range;
use std::path::{Path, PathBuf};

use crate::cli::failure::Failure;
use crate::cli::ledger::{difference, draw, read};
use crate::cli::market;
use crate::cli::open::Opened;
use crate::cli::recorded::Task;
use crate::cli::reopen::{reopen, scope};
use crate::cli::run::{self, Telling};
use crate::cli::sampling::Threads;
use crate::cli::simulate::scenario_hash;
use crate::diagnostic::Diagnostic;
use crate::monte_carlo::ensemble::Solved;
use crate::monte_carlo::ledger::Ledger;
use crate::report::folder;
use crate::report::record;
use crate::report::shard::{Label, Reader};

#[derive(Debug, clap::Args)]
#[command(after_help = "\
A shard holds its scenario and the tables it names; only a dataset of your own must be at hand. All shards must be of
one scenario, dataset, seed, sampler, `--flows` and version of the program, and their draws must follow one another from 0
without gap or overlap. The result is byte for byte that of one run with as many draws.

Examples:
  tariffsim run us-25-mexico-canada --draws 0..20 --shard a.parquet
  tariffsim run us-25-mexico-canada --draws 20..40 --shard b.parquet
  tariffsim merge a.parquet b.parquet --out results")]
pub(super) struct Arguments {
    /// The shards, in any order: files that `run --shard` wrote
    #[arg(required = true, value_name = "FILE")]
    shards: Vec<PathBuf>,
    /// Refuse to merge unless there are exactly so many draws, as when the last shard is missing
    #[arg(long, value_name = "N")]
    draws: Option<u32>,
    /// The folder of the dataset, if the scenario is not on one inside the program
    #[arg(long, value_name = "DIR|NAME")]
    data: Option<PathBuf>,
    #[command(flatten)]
    telling: Telling,
    /// Print nothing but errors (for use with --out)
    #[arg(long)]
    quiet: bool,
    #[command(flatten)]
    threads: Threads,
}

pub(super) fn merge(arguments: &Arguments) -> Result<(), Failure> {
    if let Some(dir) = &arguments.telling.out {
        folder::check(dir)?;
    }
    let mut shards = Shards::open(&arguments.shards)?;
    shards.check(arguments.draws)?;
    let (label, draws) = (shards.list[0].label.clone(), shards.end());
    let opened = opened(arguments, &label)?;
    let scope = scope(&label.inputs).ok_or_else(|| foreign(&arguments.shards[0]))?;
    let uncertainty = opened.resolved.uncertainty.at(label.points(draws));
    let task = Task {
        opened: &opened,
        uncertainty,
        scope,
        quiet: arguments.quiet,
        contributions: arguments.telling.contributions,
        market: market::named(arguments.telling.market.as_deref(), &opened)?,
    };
    arguments.threads.with(|| run::tell(&arguments.telling, &task, &mut shards))
}

fn foreign(path: &Path) -> Failure {
    let message = format!("`{}` reports flows that this program does not know", path.display());
    Diagnostic::error(message).help("merge it with the version of the program that wrote it").into()
}

/// The scenario of the shards on its data.
fn opened(arguments: &Arguments, label: &Label) -> Result<Opened, Failure> {
    let first = arguments.shards[0].display();
    if label.version != record::VERSION {
        let message = format!(
            "the draws of `{first}` were solved by version {}, and this is version {}",
            label.version,
            record::VERSION
        );
        let help = "merge them with the version that solved them: another one may give other numbers";
        return Err(Diagnostic::error(message).help(help).into());
    }
    let opened = reopen(&label.inputs, &label.data_name, arguments.data.as_deref())?;
    if opened.data.hash() != label.data {
        let name = arguments.data.as_ref().map_or(label.data_name.clone(), |data| data.display().to_string());
        let message = format!("the draws of `{first}` were not solved on the dataset `{name}` as it is here");
        let help = "`--data DIR` names the folder of the dataset on which they were solved";
        return Err(Diagnostic::error(message).help(help).into());
    }
    if scenario_hash(&opened.resolved.inputs_for_hash()) != label.scenario {
        let message = format!("the scenario in `{first}` is not the one that its draws are of");
        return Err(Diagnostic::error(message).help("solve its draws again").into());
    }
    Ok(opened)
}

/// A file of draws; it is open only while its draws are taken, since there may be more files than a process may open.
struct Shard {
    path: PathBuf,
    label: Label,
}

/// Files of draws, by their first draw.
struct Shards {
    list: Vec<Shard>,
    /// The file whose draws are taken, and the position after it.
    current: Option<(PathBuf, Reader)>,
    next: usize,
}

impl Shards {
    fn open(paths: &[PathBuf]) -> Result<Self, Failure> {
        let open = |path: &PathBuf| Ok(Shard { path: path.clone(), label: read(path)?.label().clone() });
        let mut list = paths.iter().map(open).collect::<Result<Vec<_>, Failure>>()?;
        list.sort_by_key(|shard| (shard.label.first, shard.label.end));
        Ok(Self { list, current: None, next: 0 })
    }

    /// The draw after the last.
    fn end(&self) -> u32 {
        self.list.iter().map(|shard| shard.label.end).max().unwrap_or(0)
    }

    /// Whether the shards make one run; everything that is in the way is told.
    fn check(&self, wanted: Option<u32>) -> Result<(), Failure> {
        let first = &self.list[0];
        let mut faults: Vec<Diagnostic> = Vec::new();
        for shard in &self.list[1..] {
            if let Some((message, help)) = difference(&first.label, &shard.label) {
                let (one, two) = (first.path.display(), shard.path.display());
                faults.push(Diagnostic::error(format!("`{one}` and `{two}` {message}")).help(help));
            }
        }
        let mut reached = 0;
        let mut before: Option<&Shard> = None;
        for shard in &self.list {
            let (draws, name) = (shard.label.draws(), shard.path.display());
            match before.filter(|_| draws.start < reached) {
                Some(before) => {
                    let message = format!(
                        "`{}` and `{name}` both have the draws {}..{}",
                        before.path.display(),
                        draws.start,
                        reached.min(draws.end)
                    );
                    faults
                        .push(Diagnostic::error(message).help("leave out one of them, or solve other draws"));
                }
                None if draws.start > reached => {
                    let where_ = format!("before those of `{name}`");
                    faults.push(missing(reached..draws.start, &where_, first.label.total));
                }
                None => {}
            }
            if draws.end > reached {
                (reached, before) = (draws.end, Some(shard));
            }
        }
        match wanted {
            Some(wanted) if wanted > reached => {
                faults.push(missing(reached..wanted, "of those that `--draws` asks for", first.label.total));
            }
            Some(wanted) if wanted < reached => {
                let message = format!("these are {reached} draws, and `--draws` asks for {wanted}");
                faults.push(Diagnostic::error(message).help("leave out the shards beyond, or ask for more"));
            }
            _ => {}
        }
        if let Some(total) = first.label.total.filter(|total| *total > reached && wanted.is_none()) {
            faults.push(missing(reached..total, "of this Latin hypercube", Some(total)));
        }
        if faults.is_empty() { Ok(()) } else { Err(faults.into()) }
    }
}

/// Draws that are not there, of so many in all where that matters.
fn missing(draws: Range<u32>, where_: &str, total: Option<u32>) -> Diagnostic {
    let Range { start, end } = draws;
    let of = total.map_or_else(String::new, |total| format!("/{total}"));
    Diagnostic::error(format!("the draws {start}..{end} {where_} are missing"))
        .help(format!("`tariffsim run SCENARIO --draws {start}..{end}{of} --shard FILE` solves them"))
}

impl Ledger for Shards {
    type Error = Failure;

    fn recall(&mut self, draws: Range<u32>) -> Result<Option<Vec<Solved>>, Failure> {
        let mut solved = Vec::with_capacity(draws.len());
        for _ in draws {
            if self.current.as_ref().is_none_or(|(_, reader)| reader.is_done())
                && let Some(shard) = self.list.get(self.next)
            {
                self.current = Some((shard.path.clone(), read(&shard.path)?));
                self.next += 1;
            }
            if let Some((path, reader)) = &mut self.current {
                solved.push(draw(path, reader)?);
            }
        }
        Ok(Some(solved))
    }

    fn take(&mut self, _: Range<u32>, _: &[Solved], _: bool) -> Result<(), Failure> {
        Ok(())
    }
}
