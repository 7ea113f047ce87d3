//! `tariffsim compare`: several scenarios on the same draws.

use std::path::PathBuf;

use crate::cli::failure::Failure;
use crate::cli::open::{self, Opened, Shelf, Wanted};
use crate::cli::sampling::Sampling;
use crate::cli::simulate::{Contestant, FlowScope, Scope, Simulation, simulate_together};
use crate::cli::variables::variables;
use crate::cli::{Changes, Day, output};
use crate::diagnostic::Diagnostic;
use crate::model::variable::CountryVariable;
use crate::monte_carlo::contrast::{Differences, Pair, Part};
use crate::report::compare::{self, Column, Comparison, Contrast};
use crate::report::study::ALL_OUTCOMES;
use crate::report::{folder, json, terminal};
use crate::scenario::parameter::Parameter;

/// The most scenarios side by side.
const MOST: usize = 10;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
The first scenario is what the others are compared with. All are solved on the same draws, so that what they have in \
common cancels out. `--across` compares a scenario with itself under other assumptions; given several times, it changes \
one key at a time from the first value of each.

Examples:
  tariffsim compare us-25-mexico-canada us-25-mexico-canada-retaliation --draws 200
  tariffsim compare us-25-mexico-canada --across model.deficits=fixed,balanced --draws 100
  tariffsim compare universal-10 steel-aluminium-50 --draws 0 --variable tariff_revenue")]
pub(super) struct Arguments {
    /// Scenario files, or names of prepared scenarios (see `tariffsim list`)
    #[arg(required = true, value_name = "SCENARIO")]
    scenarios: Vec<String>,
    #[command(flatten)]
    changes: Changes,
    #[command(flatten)]
    day: Day,
    /// Compare at several values of a key, such as `model.inputs=true,false` or `measure.NAME.add=10pp..30pp/10pp`; with
    /// several keys, at each value beside the first values of the others
    #[arg(long, value_name = "KEY=A,B,…")]
    across: Vec<String>,
    /// A variable to show, as `countries.csv` calls it; may be given several times [default: welfare, then five
    /// others]
    #[arg(long = "variable", value_name = "NAME")]
    variables: Vec<String>,
    #[command(flatten)]
    sampling: Sampling,
    /// Write tables, a chart and the record into this folder; an earlier result in it is replaced
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Print one JSON document instead of the page
    #[arg(long, conflicts_with = "quiet")]
    json: bool,
}

pub(super) fn compare(arguments: &Arguments) -> Result<(), Failure> {
    if let Some(dir) = &arguments.out {
        folder::check(dir)?;
    }
    let chosen = variables(&arguments.variables)?;
    let entrants = entrants(arguments)?;
    same_data(&entrants)?;
    if !arguments.sampling.quiet {
        let opened: Vec<&Opened> = entrants.iter().map(|entrant| &entrant.opened).collect();
        output::warn_of(&open::warnings(&opened));
    }
    let contestants = contestants(arguments, &entrants);
    let (named, pairs): (Vec<(usize, String)>, Vec<Pair>) =
        (1..entrants.len()).flat_map(|second| pairs(&entrants, second)).unzip();
    // As `run` does: how exactly quantiles are kept depends on how many numbers there are.
    let scope = Scope { flows: FlowScope::Touched, sectors: false };
    let show_progress = !arguments.sampling.quiet;
    let (simulations, differences) =
        arguments.sampling.with_threads(|| simulate_together(&contestants, &pairs, scope, show_progress))?;
    report(arguments, &comparison(&entrants, &simulations, &named, &differences, &chosen))
}

/// One of the scenarios.
struct Entrant {
    /// What tells it apart, in tables.
    label: String,
    /// What tells it apart where there is little room.
    short: String,
    opened: Opened,
}

/// The scenarios at the values of `--across`, all mistakes at once.
fn entrants(arguments: &Arguments) -> Result<Vec<Entrant>, Failure> {
    let across = arguments.across.iter().map(|typed| Parameter::read("--across", typed, None));
    let across: Vec<Parameter> = across.collect::<Result<_, _>>().map_err(|fault| *fault)?;
    let wanted = wanted(arguments, &across)?;
    let mut shelf = Shelf::default();
    let opened: Vec<Result<Opened, Failure>> = wanted
        .iter()
        .map(|(scenario, variant)| {
            shelf.open(Wanted::new(scenario, &arguments.changes, &arguments.day).with(&variant.settings))
        })
        .collect();
    let labels = labels(&wanted);
    let mut failures: Vec<(&str, Failure)> = Vec::new();
    let mut entrants = Vec::new();
    for (at, opened) in opened.into_iter().enumerate() {
        match opened {
            Ok(opened) => entrants.push(Entrant {
                label: labels[at].clone(),
                short: short(at, &wanted, (&across, arguments.scenarios.len())),
                opened,
            }),
            Err(failure) => failures.push((&labels[at], failure)),
        }
    }
    match failures.is_empty() {
        true => Ok(entrants),
        false => Err(together(&failures, wanted.len())),
    }
}

/// The values of `--across`: those of one key beside the first of all others.
#[derive(Clone)]
struct Variant {
    settings: Vec<(&'static str, String)>,
    /// The key that is not at its first value, by position, and the value.
    chosen: (usize, usize),
}

impl Variant {
    /// One at a time, from the first values of all keys.
    fn all(across: &[Parameter]) -> Vec<Self> {
        let others = across
            .iter()
            .enumerate()
            .flat_map(|(key, parameter)| (1..parameter.values.len()).map(move |value| (key, value)));
        let variant = |chosen: (usize, usize)| {
            let value = |key: usize| if key == chosen.0 { chosen.1 } else { 0 };
            let setting = |(key, parameter): (usize, &Parameter)| ("--across", parameter.setting(value(key)));
            Self { settings: across.iter().enumerate().map(setting).collect(), chosen }
        };
        std::iter::once((0, 0)).chain(others).map(variant).collect()
    }

    /// What tells it apart: its own value, or all first values.
    fn label(&self) -> Option<String> {
        match self.chosen {
            (_, 0) if self.settings.is_empty() => None,
            (_, 0) => {
                let settings: Vec<&str> = self.settings.iter().map(|(_, setting)| setting.as_str()).collect();
                Some(settings.join(" "))
            }
            (key, _) => Some(self.settings[key].1.clone()),
        }
    }
}

/// What is opened: a scenario with more settings.
type Entry<'a> = (&'a str, Variant);

fn wanted<'a>(arguments: &'a Arguments, across: &[Parameter]) -> Result<Vec<Entry<'a>>, Failure> {
    across.iter().try_for_each(|across| refuse_common(&across.key))?;
    let variants = Variant::all(across);
    let scenarios = arguments.scenarios.iter();
    let wanted: Vec<Entry<'_>> = scenarios
        .flat_map(|scenario| variants.iter().map(move |variant| (scenario.as_str(), variant.clone())))
        .collect();
    let fault = match wanted.len() {
        0 | 1 => Diagnostic::error("there is nothing to compare this scenario with")
            .help("name a second scenario, or values of a key: `--across model.deficits=fixed,balanced`"),
        2..=MOST => return Ok(wanted),
        many => Diagnostic::error(format!("these are {many} scenarios side by side")).help(format!(
            "at most {MOST} are compared; `tariffsim sweep` takes one scenario through many values"
        )),
    };
    Err(fault.into())
}

/// Draws and seed are common to all that is solved together.
pub(super) fn refuse_common(key: &str) -> Result<(), Failure> {
    let common = ["uncertainty.draws", "uncertainty.seed", "uncertainty.sampler"];
    let Some(key) = common.iter().find(|common| key.replace(' ', "") == **common) else { return Ok(()) };
    let flag = key.trim_start_matches("uncertainty.");
    let fault = Diagnostic::error(format!("`{key}` is the same for all, so that all have the same draws"));
    Err(fault.help(format!("`--{flag}` sets it")).into())
}

/// What tells scenarios apart in tables: their names, with the value of `--across`; a number where that is the same.
fn labels(wanted: &[Entry<'_>]) -> Vec<String> {
    let several = wanted.iter().any(|(scenario, _)| *scenario != wanted[0].0);
    let label = |(scenario, variant): &Entry<'_>| {
        let file = scenario.rsplit(['/', '\\']).next().unwrap_or_default();
        let stem = file.strip_suffix(".toml").unwrap_or(file);
        match variant.label() {
            Some(settings) if several => format!("{stem} {settings}"),
            Some(settings) => settings,
            None => stem.to_owned(),
        }
    };
    let plain: Vec<String> = wanted.iter().map(label).collect();
    let numbered = plain.iter().enumerate().map(|(at, label)| {
        let earlier = plain[..at].iter().filter(|other| *other == label).count();
        if earlier == 0 { label.clone() } else { format!("{label} ({})", earlier + 1) }
    });
    numbered.collect()
}

/// Values where they tell a single scenario apart and are short, with their key where they are no words; else letters.
fn short(at: usize, wanted: &[Entry<'_>], (across, scenarios): (&[Parameter], usize)) -> String {
    const LONGEST: usize = 15;
    let letter = char::from(b'A' + at as u8).to_string();
    if across.is_empty() || scenarios > 1 {
        return letter;
    }
    let bare = |text: &str| ["true", "false"].contains(&text);
    let name = |(_, variant): &Entry<'_>| {
        let (key, value) = variant.chosen;
        let Parameter { key, values } = &across[key];
        let (last, text) = (key.rsplit('.').next().unwrap_or_default(), &values[value].text);
        if values.iter().any(|value| bare(&value.text)) { format!("{last}={text}") } else { text.clone() }
    };
    if wanted.iter().all(|entry| name(entry).chars().count() <= LONGEST) { name(&wanted[at]) } else { letter }
}

/// The mistakes of some scenarios of so many: once where they are the same in all.
fn together(failures: &[(&str, Failure)], scenarios: usize) -> Failure {
    let in_all = |fault: &Diagnostic| {
        failures.iter().filter(|(_, failure)| failure.diagnostics().contains(fault)).count() == scenarios
    };
    let mut faults: Vec<Diagnostic> = Vec::new();
    for (label, failure) in failures {
        for fault in failure.diagnostics() {
            let label = if in_all(&fault) { "" } else { *label };
            for told in Failure::from(fault).of(label).diagnostics() {
                if !faults.contains(&told) {
                    faults.push(told);
                }
            }
        }
    }
    faults.into()
}

/// All scenarios must be on the same data.
fn same_data(entrants: &[Entrant]) -> Result<(), Failure> {
    let first = &entrants[0];
    let size = |entrant: &Entrant| {
        let dataset = &entrant.opened.data.dataset;
        format!("`{}` with {} × {}", dataset.name, dataset.countries.len(), dataset.sectors.len())
    };
    let is_other = |entrant: &&Entrant| !entrant.opened.data.is(&first.opened.data);
    let others = entrants.iter().filter(is_other);
    let faults: Vec<Diagnostic> = others
        .map(|entrant| {
            let message = format!(
                "`{}` is on {}, but `{}` on {}: other data make other worlds",
                entrant.label,
                size(entrant),
                first.label,
                size(first)
            );
            Diagnostic::error(message)
                .help("`--data DIR|NAME` or `--set aggregate=MAP` puts all of them on the same data")
        })
        .collect();
    if faults.is_empty() { Ok(()) } else { Err(faults.into()) }
}

/// The scenarios with the draws, the seed and the sampler of the first.
fn contestants<'a>(arguments: &Arguments, entrants: &'a [Entrant]) -> Vec<Contestant<'a>> {
    let first = entrants[0].opened.resolved.uncertainty;
    let common = arguments.sampling.over(first);
    let (points, sampling) = (common.points(), &arguments.sampling);
    let other = entrants.iter().find(|entrant| {
        // What the command line says, all have anyway.
        sampling.over(entrant.opened.resolved.uncertainty).points() != points
    });
    if let Some(other) = other.filter(|_| !arguments.sampling.quiet) {
        let message = format!(
            "`{}` asks for other draws, another seed or another sampler than `{}`, which all have here",
            other.label, entrants[0].label
        );
        let help = "`--draws`, `--seed` and `--sampler` say what all are to have";
        output::warn_of(&[Diagnostic::warning(message).help(help)]);
    }
    let contestant = |entrant: &'a Entrant| Contestant {
        label: &entrant.label,
        opened: &entrant.opened,
        uncertainty: entrant.opened.resolved.uncertainty.at(points),
    };
    entrants.iter().map(contestant).collect()
}

/// What of a scenario is compared with the first: all outcomes together, then each that both have. Whoever has no
/// outcomes is the same in all of them.
fn pairs(entrants: &[Entrant], second: usize) -> Vec<((usize, String), Pair)> {
    let experiments = [0, second];
    let names = experiments.map(|at| {
        let outcomes = entrants[at].opened.resolved.outcomes.iter();
        outcomes.map(|outcome| outcome.name.as_str()).collect::<Vec<_>>()
    });
    let part = |names: &[&str], name: &str| match names {
        [] => Some(Part::Expected),
        names => names.iter().position(|own| *own == name).map(Part::Outcome),
    };
    let all = ((second, ALL_OUTCOMES.to_owned()), Pair { experiments, parts: [Part::Expected; 2] });
    let mentioned = if names[0].is_empty() { &names[1] } else { &names[0] };
    let each = mentioned.iter().filter_map(|name| {
        let parts = [part(&names[0], name)?, part(&names[1], name)?];
        Some(((second, (*name).to_owned()), Pair { experiments, parts }))
    });
    std::iter::once(all).chain(each).collect()
}

fn comparison<'a>(
    entrants: &'a [Entrant],
    simulations: &'a [Simulation],
    named: &'a [(usize, String)],
    differences: &'a [Differences],
    chosen: &'a [CountryVariable],
) -> Comparison<'a> {
    let columns: Vec<Column<'a>> = entrants
        .iter()
        .zip(simulations)
        .map(|(entrant, simulation)| {
            let mut study = simulation.study(&entrant.opened);
            study.scenario = &entrant.label;
            Column { short: entrant.short.clone(), study }
        })
        .collect();
    let contrasts = named.iter().zip(differences);
    let contrasts = contrasts
        .map(|((second, outcome), differences)| Contrast { second: *second, outcome, differences })
        .collect();
    Comparison { title: title(entrants), columns, contrasts, chosen }
}

/// The title of the only scenario, or what is compared.
fn title(entrants: &[Entrant]) -> String {
    let of = |entrant: &Entrant| entrant.opened.scenario.title().to_owned();
    let [first, rest @ ..] = entrants else { return String::new() };
    let file = first.opened.scenario.file();
    match rest {
        _ if rest.iter().all(|other| other.opened.scenario.file() == file) => of(first),
        [second] => format!("“{}” against “{}”", of(second), of(first)),
        _ => format!("{} scenarios against “{}”", rest.len(), of(first)),
    }
}

fn report(arguments: &Arguments, comparison: &Comparison<'_>) -> Result<(), Failure> {
    if let Some(dir) = &arguments.out {
        compare::write(dir, comparison)?;
    }
    if arguments.json {
        output::print(&json::compare_text(comparison))?;
    } else if !arguments.sampling.quiet {
        output::print(&terminal::compare_page(comparison, output::width()))?;
    }
    Ok(())
}
