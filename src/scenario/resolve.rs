//! From a scenario and a dataset to a [`Policy`] and the choices of the run.

use crate::diagnostic::Diagnostic;
use crate::economy::aggregation::{Aggregation, Grouping, Loss};
use crate::economy::closure::Closure;
use crate::economy::dataset::Dataset;
use crate::economy::elasticities::{Elasticities, Joint};
use crate::economy::horizon::Horizon;
use crate::economy::policy::Policy;
use crate::files::Files;
use crate::index::CountryId;
use crate::model::variable::Variables;
use crate::monte_carlo::ensemble::Possible;
use crate::monte_carlo::prior::Uncertainty;
use crate::scenario::aggregate::unlike_duties;
use crate::scenario::answer::answered;
use crate::scenario::assumptions::{inputs, refuse_limits};
use crate::scenario::build::Built;
use crate::scenario::choices::HorizonChoice;
use crate::scenario::game;
use crate::scenario::markets::{self, ResolvedMarkets};
use crate::scenario::policy::policy;
use crate::scenario::reader::Faults;
use crate::scenario::rules::{Rule, Rules};
use crate::scenario::warnings;
use crate::scenario::words;
use crate::scenario::write::Document;
use crate::scenario::{Outcome, Scenario};
use crate::table::grouped;
use crate::units::{Date, Probability, Share};

/// The most flows reached, counted for each measure, day and outcome.
const MOST_FLOWS: usize = 50_000_000;

/// A scenario on a dataset: what a run needs.
#[derive(Clone, Debug, PartialEq)]
pub struct Resolved {
    /// The title.
    pub title: String,
    /// What is simulated: the scenario's summary or, without one, its measures in plain words.
    pub summary: String,
    /// Whether the summary consists of its measures.
    pub tells_measures: bool,
    /// Where the policy is documented.
    pub sources: Vec<String>,
    /// What changes; where several outcomes are possible, what is expected, which is for reports.
    pub policy: Policy,
    /// What changes in each outcome; empty where only one is possible.
    pub outcomes: Vec<ResolvedOutcome>,
    /// The countries of the players, in their order, where the scenario is a game.
    pub players: Vec<CountryId>,
    /// Central trade elasticities.
    pub elasticities: Elasticities,
    /// What adjusts and what stays.
    pub closure: Closure,
    /// Whether sectors use inputs.
    pub inputs: bool,
    /// The markets of partial equilibrium; `None` in general equilibrium.
    pub markets: Option<ResolvedMarkets>,
    /// Priors, draws and seed.
    pub uncertainty: Uncertainty,
    /// How the data were made coarser, if they were.
    pub aggregation: Option<Aggregation>,
    /// What the user should know although the scenario can be run.
    pub warnings: Vec<Diagnostic>,
    scenario_text: String,
    tables: Vec<(String, String)>,
    document: Document,
}

/// One of several outcomes on a dataset.
#[derive(Clone, Debug, PartialEq)]
pub struct ResolvedOutcome {
    /// Its name.
    pub name: String,
    /// How probable it is.
    pub probability: Probability,
    /// What changes.
    pub policy: Policy,
}

impl Resolved {
    /// What the model of the scenario has to tell.
    pub fn variables(&self) -> &'static Variables {
        if self.markets.is_some() { Variables::PARTIAL } else { Variables::GENERAL }
    }

    /// The scenario as it was understood, as a complete scenario in the same language with every default written
    /// out. Draws, seed and priors are those given here, so that flags of a command can be written too.
    pub fn to_toml(&self, uncertainty: &Uncertainty) -> String {
        self.document.write(uncertainty)
    }

    /// The scenario on aggregated data: `maps` are the names and texts of the maps that make them so, `data` what is
    /// lost by it.
    ///
    /// # Errors
    /// A flow that is under a quota only in part, or under different ones, and the like.
    pub fn aggregated(
        mut self,
        fine: &Dataset,
        grouping: &Grouping,
        maps: Vec<(String, String)>,
        data: Loss,
    ) -> Result<Self, Box<Diagnostic>> {
        let correlated = |of: &Elasticities| matches!(of.joint, Joint::Correlated(_));
        let was_correlated = correlated(&self.elasticities);
        self.elasticities = grouping.elasticities(fine, &self.elasticities);
        if let Some(markets) = &mut self.markets {
            markets.elasticities = grouping.market_elasticities(fine, &markets.elasticities);
        }
        if was_correlated && !correlated(&self.elasticities) {
            let fault = Diagnostic::error("correlations of single sectors say nothing of groups of sectors");
            return Err(Box::new(
                fault.help("give one coefficient as `correlation`, or a map that leaves sectors as they are"),
            ));
        }
        self.players.iter_mut().for_each(|country| *country = grouping.countries.group(*country));
        let (policy, loss) = grouping.policy(fine, &self.policy, &self.elasticities);
        self.policy = policy;
        let mut unlike = loss.unlike_duties.first().copied();
        for outcome in &mut self.outcomes {
            let (policy, loss) = grouping.policy(fine, &outcome.policy, &self.elasticities);
            outcome.policy = policy;
            unlike = unlike.or(loss.unlike_duties.first().copied());
        }
        if let Some(flow) = unlike {
            return Err(Box::new(unlike_duties(grouping, flow)));
        }
        if !self.outcomes.is_empty() {
            let names: Vec<String> =
                self.policy.measures.iter().map(|measure| measure.name.clone()).collect();
            self.policy = expected(&self.outcomes, &names);
        }
        let names = maps.iter().map(|(name, _)| name.clone()).collect();
        self.tables.extend(maps);
        let idle = loss.idle.iter().map(|&measure| {
            let name = &self.policy.measures[measure].name;
            Diagnostic::warning(format!(
                "measure `{name}` acts only between countries of one group, so it has no effect here"
            ))
            .help("choose a map that keeps importer and exporter apart")
        });
        self.warnings.extend(idle);
        self.aggregation = Some(Aggregation { maps: names, data, policy: loss });
        Ok(self)
    }

    /// What changes in each outcome, by its name; without outcomes what changes, without a name.
    pub fn worlds(&self) -> Vec<(Option<&str>, &Policy)> {
        match self.outcomes.as_slice() {
            [] => vec![(None, &self.policy)],
            outcomes => {
                outcomes.iter().map(|outcome| (Some(outcome.name.as_str()), &outcome.policy)).collect()
            }
        }
    }

    /// What is to be solved: what may happen, with its probability.
    pub fn possible(&self) -> Vec<Possible<'_>> {
        match self.outcomes.as_slice() {
            [] => vec![Possible { policy: &self.policy, weight: 1.0 }],
            outcomes => outcomes
                .iter()
                .map(|outcome| Possible { policy: &outcome.policy, weight: outcome.probability.fraction() })
                .collect(),
        }
    }

    /// The texts that decide what is simulated: the scenario (as `""`), then each table, and each scenario on which it is built,
    /// by the name it has there.
    pub fn inputs_for_hash(&self) -> Vec<(&str, &str)> {
        let tables = self.tables.iter().map(|(name, text)| (name.as_str(), text.as_str()));
        std::iter::once(("", self.scenario_text.as_str())).chain(tables).collect()
    }
}

impl Scenario {
    /// Puts the scenario on a dataset, on the day that it names. `files` reads the tables that it names, relative to
    /// its own folder.
    ///
    /// # Errors
    /// Every mistake of meaning, each at its place; or that a scenario which changes with time names no day.
    pub fn resolve(&self, dataset: &Dataset, files: &dyn Files) -> Result<Resolved, Vec<Diagnostic>> {
        self.resolve_with(dataset, files, files)
    }

    /// The same where tables that settings name are read elsewhere, with `set_files`.
    ///
    /// # Errors
    /// Every mistake of meaning, each at its place.
    pub fn resolve_with(
        &self,
        dataset: &Dataset,
        files: &dyn Files,
        set_files: &dyn Files,
    ) -> Result<Resolved, Vec<Diagnostic>> {
        let day = match self.day() {
            Ok(day) => day,
            // Mistakes on any day come first.
            Err(fault) => {
                return self.resolve_path_with(dataset, files, set_files).and(Err(vec![*fault]));
            }
        };
        self.resolve_days(dataset, [files, set_files], &[day]).map(|mut days| days.remove(0).1)
    }

    /// Puts the scenario on a dataset on every day on which something changes, and on the day before the first of them.
    ///
    /// # Errors
    /// Every mistake of meaning, each at its place.
    pub fn resolve_path(
        &self,
        dataset: &Dataset,
        files: &dyn Files,
    ) -> Result<Vec<(Date, Resolved)>, Vec<Diagnostic>> {
        self.resolve_path_with(dataset, files, files)
    }

    /// The same where tables that settings name are read elsewhere, with `set_files`.
    ///
    /// # Errors
    /// Every mistake of meaning, each at its place.
    pub fn resolve_path_with(
        &self,
        dataset: &Dataset,
        files: &dyn Files,
        set_files: &dyn Files,
    ) -> Result<Vec<(Date, Resolved)>, Vec<Diagnostic>> {
        let changes = self.possible_changes();
        let before = changes.first().map(|first| first.previous());
        let days: Vec<Option<Date>> = before.into_iter().chain(changes).map(Some).collect();
        let resolved = self.resolve_days(dataset, [files, set_files], &days)?;
        Ok(resolved.into_iter().filter_map(|(day, resolved)| Some((day?, resolved))).collect())
    }

    /// The day to simulate: the one that is named; without a name there must be no choice.
    pub(super) fn day(&self) -> Result<Option<Date>, Box<Diagnostic>> {
        let changes = self.changes();
        let ends = self.measures.iter().any(|measure| measure.period.until.is_some());
        match (self.date(), changes.as_slice()) {
            (Some(day), _) => Ok(Some(day)),
            (None, []) => Ok(None),
            (None, [begin]) if !ends => Ok(Some(*begin)),
            (None, [first, .., last]) | (None, [first @ last]) => {
                let dated = self.measures.iter().find_map(|measure| measure.period.place());
                let count = match changes.len() {
                    1 => format!("on {first}"),
                    many => format!("on {many} days from {first} to {last}"),
                };
                let fault = Diagnostic::error(format!("the measures of this scenario change {count}"))
                    .expected("the day to simulate")
                    .help(format!("`--on {first}` simulates one day, `tariffsim timeline` all of them"));
                Err(Box::new(fault.at(self.source.place(dated.unwrap_or(0..0)))))
            }
        }
    }

    /// The scenario on the days on which something changes, and on the first of them.
    fn resolve_days(
        &self,
        dataset: &Dataset,
        [files, set_files]: [&dyn Files; 2],
        days: &[Option<Date>],
    ) -> Result<Vec<(Option<Date>, Resolved)>, Vec<Diagnostic>> {
        let mut faults = Faults::new(&self.source);
        let Built { rules, elasticities, mut table_faults, mut tables } =
            self.built(dataset, [files, set_files], &mut faults)?;
        self.check_size(&rules, days)?;
        let on_days = self
            .on_days(&rules, days, &mut faults)
            .map_err(|()| std::mem::replace(&mut faults, Faults::new(&self.source)).in_order())?;
        let Some(players) = game::countries(&self.players, dataset, &mut faults) else {
            return Err(faults.in_order());
        };
        let inputs = inputs(self, dataset, &mut faults);
        let markets = markets::resolve(self, dataset, &mut faults);
        let policies: Vec<&Policy> = on_days.iter().map(|on| &on.policy).collect();
        refuse_limits(&self.model, &policies, &mut faults);
        if faults.found.iter().any(Diagnostic::is_error) {
            return Err(faults.in_order());
        }
        warnings::warn(self, &rules, &on_days, &mut faults);
        let document = Document::new(self, &rules, &elasticities, inputs);
        table_faults.extend(self.warnings.iter().cloned().chain(faults.in_order()));
        tables.extend(self.ancestors().map(|(name, text)| (name.to_owned(), text.to_owned())));
        tables.sort();
        tables.dedup();
        // Over several days a summary is about all of them.
        let whole = (days.len() > 1).then(|| {
            let policies: Vec<&Policy> = on_days.iter().map(|on| &on.policy).collect();
            words::summary_over(&rules, &policies)
        });
        let names: Vec<String> = rules.list.iter().map(|rule| rule.name().to_owned()).collect();
        let worlds = self.outcomes().len().max(1);
        let resolved = on_days.chunks(worlds).map(|worlds| {
            let outcomes = self.resolved_outcomes(worlds);
            let policy = match outcomes.as_slice() {
                [] => worlds[0].policy.clone(),
                outcomes => expected(outcomes, &names),
            };
            (worlds[0].day, horizon(worlds, self.model.horizon), outcomes, policy)
        });
        let resolved = resolved.map(|(day, horizon, outcomes, policy)| {
            (
                day,
                Resolved {
                    title: self.title_on_day(),
                    summary: self
                        .summary()
                        .or(whole.as_deref())
                        .map_or_else(|| words::summary(&policy.measures), str::to_owned),
                    tells_measures: self.summary().is_none(),
                    sources: self.sources.clone(),
                    players: players.clone(),
                    elasticities: elasticities.clone().at(horizon),
                    policy,
                    outcomes,
                    closure: Closure {
                        deficits: self.model.deficits,
                        labour: self.model.labour_after(horizon),
                        structure: self.model.structure(),
                    },
                    inputs,
                    markets: markets.clone(),
                    uncertainty: self.uncertainty,
                    aggregation: None,
                    warnings: table_faults.clone(),
                    scenario_text: self.text(),
                    tables: tables.clone(),
                    document: document.clone(),
                },
            )
        });
        Ok(resolved.collect())
    }

    /// Refuses what would take more memory than there may be: how each measure changes each rate is kept for every day.
    fn check_size(&self, rules: &Rules<'_>, days: &[Option<Date>]) -> Result<(), Vec<Diagnostic>> {
        let in_force = |rule: &Rule<'_>| {
            let period = &rule.measure.period;
            days.iter().filter(|day| day.is_none_or(|day| period.strength(day) > Share::NONE)).count()
        };
        let flows: usize = rules.list.iter().map(|rule| rule.most_flows() * in_force(rule)).sum();
        let flows = flows * self.outcomes().len().max(1);
        if flows <= MOST_FLOWS {
            return Ok(());
        }
        let fault = Diagnostic::error(format!(
            "the measures reach {} flows, counting each measure, day and outcome",
            grouped(flows)
        ));
        let help = format!(
            "at most {} are worked out: let fewer measures be on everything, or simulate one day with `--on`",
            grouped(MOST_FLOWS)
        );
        Err(vec![fault.help(help)])
    }

    /// What changes in each outcome; nothing where only one is possible.
    fn resolved_outcomes(&self, worlds: &[OnDay<'_>]) -> Vec<ResolvedOutcome> {
        let outcome = |(outcome, world): (&Outcome, &OnDay<'_>)| ResolvedOutcome {
            name: outcome.name.clone(),
            probability: outcome.probability,
            policy: world.policy.clone(),
        };
        match self.outcomes() {
            [] | [_] => Vec::new(),
            outcomes => outcomes.iter().zip(worlds).map(outcome).collect(),
        }
    }

    /// Works out every outcome of every day; `Err` when the faults say why not. A mistake is told for the first day and
    /// outcome in which it is met.
    fn on_days<'s>(
        &self,
        rules: &Rules<'s>,
        days: &[Option<Date>],
        faults: &mut Faults<'_>,
    ) -> Result<Vec<OnDay<'s>>, ()> {
        let certain = [None];
        let possible: Vec<Option<&Outcome>> = self.outcomes().iter().map(Some).collect();
        let possible = if possible.is_empty() { &certain[..] } else { &possible };
        let changes = self.changes();
        let mut on_days: Vec<OnDay<'s>> = Vec::with_capacity(days.len() * possible.len());
        let mut is_sound = true;
        for &day in days {
            let earlier = on_days.len();
            for &outcome in possible {
                match self.on_day(rules, day, outcome, faults) {
                    Ok(on_day) => on_days.push(on_day),
                    Err(()) => is_sound = false,
                }
            }
            // What comes to a response after its lag may leave its size as it is.
            let begins = day.is_none_or(|day| changes.binary_search(&day).is_ok());
            let (before, now) = on_days.split_at(earlier);
            let last = before.len().checked_sub(possible.len()).map(|from| &before[from..]);
            let is_same =
                |last: &[OnDay<'_>]| last.iter().zip(now).all(|(before, now)| before.policy == now.policy);
            if is_sound && !begins && last.is_some_and(is_same) {
                on_days.truncate(earlier);
            }
        }
        if is_sound { Ok(on_days) } else { Err(()) }
    }

    /// Works out one outcome of one day. A mistake that was told before is not told again.
    fn on_day<'s>(
        &self,
        rules: &Rules<'s>,
        day: Option<Date>,
        outcome: Option<&Outcome>,
        faults: &mut Faults<'_>,
    ) -> Result<OnDay<'s>, ()> {
        let is_in = |rule: &Rule<'_>| outcome.is_none_or(|of| self.outcomes.has(of, rule.name()));
        let rules = answered(&rules.selected(|_, rule| is_in(rule)), day);
        let known = faults.found.len();
        let found = policy(&rules, self.model.exempt_mode, faults);
        let new = faults.found.split_off(known);
        let told: Vec<_> = faults.found.iter().map(|fault| fault.place.clone()).collect();
        let new = new.into_iter().filter(|fault| !told.contains(&fault.place));
        let outcome = outcome.filter(|_| self.outcomes().len() > 1);
        faults.found.extend(new.map(|fault| in_world(fault, day, outcome)));
        let (policy, reach) = found?;
        let weight = outcome.map_or(1.0, |outcome| outcome.probability.fraction());
        Ok(OnDay { day, weight, rules, policy, reach })
    }

    /// The title, with the day if one is named.
    fn title_on_day(&self) -> String {
        match self.date() {
            Some(day) => format!("{}, on {}", self.title(), day.spoken()),
            None => self.title().to_owned(),
        }
    }
}

/// A fault with the day and the outcome in which it is met.
fn in_world(mut fault: Diagnostic, day: Option<Date>, outcome: Option<&Outcome>) -> Diagnostic {
    let day = day.map(|day| format!("from {day}"));
    let outcome = outcome.map(|outcome| format!("in the outcome `{}`", outcome.name));
    let parts: Vec<String> = day.into_iter().chain(outcome).collect();
    if !parts.is_empty() {
        fault.message += &format!(" ({})", parts.join(", "));
    }
    fault
}

fn expected(outcomes: &[ResolvedOutcome], names: &[String]) -> Policy {
    let possible: Vec<(f64, &Policy)> =
        outcomes.iter().map(|outcome| (outcome.probability.fraction(), &outcome.policy)).collect();
    Policy::expected(&possible, names)
}

/// The measures in force on a day, in one outcome, and what they do.
pub(super) struct OnDay<'s> {
    pub(super) day: Option<Date>,
    /// The probability of the outcome.
    weight: f64,
    pub(super) rules: Rules<'s>,
    pub(super) policy: Policy,
    /// Baseline trade in the flows on which each rule acts.
    reach: Vec<f64>,
}

/// How long trade has had to adjust: with `elapsed` the mean age of the measures in force, by the baseline trade on which
/// each acts and the probability that it comes. Those without a date have been there for as long as it takes.
fn horizon(worlds: &[OnDay<'_>], choice: HorizonChoice) -> Horizon {
    let over = |of: &dyn Fn(&OnDay<'_>) -> f64| worlds.iter().map(|on| on.weight * of(on)).sum::<f64>();
    let (day, reached) = match choice {
        HorizonChoice::At(horizon) => return horizon,
        HorizonChoice::Elapsed => (worlds[0].day, over(&|on| on.reach.iter().sum())),
    };
    let Some(day) = day.filter(|_| reached > 0.0) else { return Horizon::Long };
    let age = |rule: &Rule<'_>| match rule.measure.period.begin() {
        Some(begin) => day.years_since(begin).min(Horizon::COMPLETE),
        None => Horizon::COMPLETE,
    };
    let ages =
        |on: &OnDay<'_>| on.rules.list.iter().zip(&on.reach).map(|(rule, reach)| reach * age(rule)).sum();
    Horizon::Years(over(&ages) / reached)
}
