//! From a scenario and a dataset to a [`Policy`] and the choices of the run.

use crate::bilateral::Flow;
use crate::diagnostic::Diagnostic;
use crate::economy::aggregation::{Aggregation, Grouping, Loss};
use crate::economy::dataset::Dataset;
use crate::economy::elasticities::Elasticities;
use crate::economy::policy::{
    Contribution, Deficits, ExemptMode, FlowChange, MeasureInfo, Policy, RateChange,
};
use crate::files::Files;
use crate::monte_carlo::prior::Uncertainty;
use crate::scenario::Scenario;
use crate::scenario::build::Builder;
use crate::scenario::combine;
use crate::scenario::exempt::{self, PartChain, Shares};
use crate::scenario::reader::Faults;
use crate::scenario::rules::Rules;
use crate::scenario::statutory::Statutory;
use crate::scenario::words;
use crate::scenario::write::Document;
use crate::units::{AdValorem, CostFactor};

/// A scenario on a dataset: what a run needs.
#[derive(Clone, Debug, PartialEq)]
pub struct Resolved {
    /// The title.
    pub title: String,
    /// What is simulated: the scenario's summary or, without one, its measures in plain words.
    pub summary: String,
    /// Where the policy is documented.
    pub sources: Vec<String>,
    /// What changes.
    pub policy: Policy,
    /// Central trade elasticities.
    pub elasticities: Elasticities,
    /// How deficits behave.
    pub deficits: Deficits,
    /// Whether sectors use inputs.
    pub inputs: bool,
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

impl Resolved {
    /// The scenario as it was understood, as a complete scenario in the same language with every default written
    /// out. Draws, seed and priors are those given here, so that flags of a command can be written too.
    pub fn to_toml(&self, uncertainty: &Uncertainty) -> String {
        self.document.write(uncertainty)
    }

    /// The scenario on aggregated data: `maps` are the names and texts of the maps that make them so, `data` what is
    /// lost by it.
    #[must_use]
    pub fn aggregated(
        mut self,
        fine: &Dataset,
        grouping: &Grouping,
        maps: Vec<(String, String)>,
        data: Loss,
    ) -> Self {
        self.elasticities = grouping.elasticities(fine, &self.elasticities);
        let (policy, loss) = grouping.policy(fine, &self.policy, &self.elasticities);
        self.policy = policy;
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
        self
    }

    /// The texts that decide what is simulated: the scenario (as `""`), then each table by the name it has there.
    pub fn inputs_for_hash(&self) -> Vec<(&str, &str)> {
        let tables = self.tables.iter().map(|(name, text)| (name.as_str(), text.as_str()));
        std::iter::once(("", self.scenario_text.as_str())).chain(tables).collect()
    }
}

impl Scenario {
    /// Puts the scenario on a dataset. `files` reads the tables that it names, relative to its own folder.
    ///
    /// # Errors
    /// Every mistake of meaning, each at its place.
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
        let mut faults = Faults::new(&self.source);
        let (table_faults, tables) = (Vec::new(), Vec::new());
        let mut builder = Builder { dataset, files, set_files, faults: &mut faults, table_faults, tables };
        let rules = builder.rules(&self.measures);
        let elasticities = builder.elasticities(&self.model.elasticities);
        let (mut table_faults, mut tables) = (builder.table_faults, builder.tables);
        let any_error = !faults.found.is_empty() || table_faults.iter().any(Diagnostic::is_error);
        let Some(elasticities) = elasticities.filter(|_| !any_error) else {
            let mut found = faults.in_order();
            found.append(&mut table_faults);
            return Err(found);
        };
        let rules = Rules { dataset, list: rules };
        let policy = policy(&rules, self.model.exempt_mode, &mut faults)
            .map_err(|()| std::mem::replace(&mut faults, Faults::new(&self.source)).in_order())?;
        let inputs = inputs(self, dataset, &mut faults);
        warn_about_idle_measures(&rules, &policy, &mut faults);
        if rules.list.is_empty() {
            let warning = Diagnostic::warning("the scenario has no measures, so nothing changes");
            table_faults
                .push(warning.help("a measure begins with `[[measure]]`; `tariffsim new` writes an example"));
        }
        let document = Document::new(self, &rules, &elasticities, inputs);
        table_faults.extend(faults.in_order());
        tables.sort();
        tables.dedup();
        Ok(Resolved {
            title: self.title().to_owned(),
            summary: self.summary().map_or_else(|| words::summary(&policy.measures), str::to_owned),
            sources: self.sources.clone(),
            policy,
            elasticities,
            deficits: self.model.deficits,
            inputs,
            uncertainty: self.uncertainty,
            aggregation: None,
            warnings: table_faults,
            scenario_text: self.text(),
            tables,
            document,
        })
    }
}

/// Whether sectors use inputs: by default whatever the dataset has.
fn inputs(scenario: &Scenario, dataset: &Dataset, faults: &mut Faults<'_>) -> bool {
    match &scenario.model.inputs {
        None => dataset.inputs.is_some(),
        Some(wanted) if *wanted.get_ref() && dataset.inputs.is_none() => {
            let warning = Diagnostic::warning(format!("the dataset `{}` has no inputs", dataset.name))
                .help("the scenario is run without inputs");
            faults.push(wanted.span(), warning);
            false
        }
        Some(wanted) => *wanted.get_ref(),
    }
}

/// Works out every reached flow; `Err` when the faults say why not.
fn policy(rules: &Rules<'_>, exempt_mode: ExemptMode, faults: &mut Faults<'_>) -> Result<Policy, ()> {
    let flows = rules.covered();
    let mut statutory = Statutory::new(rules, &flows);
    let mut shares = Shares::default();
    let mut outcomes: Vec<Outcome> =
        flows.iter().filter_map(|&flow| outcome(rules, &statutory, &mut shares, flow)).collect();
    for outcome in &outcomes {
        outcome.parts.iter().for_each(|part| statutory.check_rate(outcome.flow, &part.chain));
    }
    if statutory.report(faults) {
        return Err(());
    }
    let changes = outcomes.iter().filter_map(Outcome::change).collect();
    outcomes.sort_by_key(|outcome| (outcome.flow.importer, outcome.flow.exporter, outcome.flow.sector));
    Ok(Policy {
        changes,
        touched: flows.iter().copied().filter(|flow| rules.dataset.trade.get(*flow) > 0.0).collect(),
        rates: outcomes.iter().filter_map(|outcome| outcome.rate_change(&shares)).collect(),
        exempt_shares: shares.list,
        exempt_mode,
        measures: measure_infos(rules, &statutory, &flows),
    })
}

/// What becomes of one reached flow.
struct Outcome {
    flow: Flow,
    cost: f64,
    parts: Vec<PartChain>,
}

fn outcome(
    rules: &Rules<'_>,
    statutory: &Statutory<'_, '_>,
    shares: &mut Shares,
    flow: Flow,
) -> Option<Outcome> {
    let cell = statutory.cell(flow)?;
    let cost = combine::cost_factor(rules, flow, &cell.acting);
    Some(Outcome { flow, cost, parts: exempt::parts(rules, statutory, shares, flow, cell) })
}

impl Outcome {
    /// The change of the flow; `None` where nothing differs from the baseline.
    fn change(&self) -> Option<FlowChange> {
        let statutory = &self.parts.last()?.chain;
        let change = FlowChange {
            flow: self.flow,
            cost: CostFactor::new(self.cost)?,
            rate: exempt::settled(statutory)?,
            exempt: exempt::varieties(&self.parts),
        };
        (self.differs() || change.cost != CostFactor::UNCHANGED).then_some(change)
    }

    /// Whether the rate of any part differs from the observed one.
    fn differs(&self) -> bool {
        self.parts.iter().any(|part| !combine::same(part.chain.rate, part.chain.before))
    }

    /// How the rate came about, exempt parts averaged in at central shares; `None` where it does not change.
    fn rate_change(&self, shares: &Shares) -> Option<RateChange> {
        let statutory = &self.parts.last()?.chain;
        if !self.differs() {
            return None;
        }
        let weights = exempt::weights(&self.parts, shares);
        let weighted = |of: &dyn Fn(&combine::Chain) -> f64| -> f64 {
            self.parts.iter().zip(&weights).map(|(part, weight)| weight * of(&part.chain)).sum()
        };
        let contributions = statutory.steps.iter().enumerate().map(|(at, (measure, _))| Contribution {
            measure: *measure,
            change: weighted(&|chain| chain.steps[at].1),
        });
        Some(RateChange {
            flow: self.flow,
            before: AdValorem::new(statutory.before)?,
            after: AdValorem::new(weighted(&|chain| chain.rate))?,
            statutory: AdValorem::new(statutory.rate)?,
            contributions: contributions.collect(),
        })
    }
}

/// The measures as output names them, with the number of traded flows on which each acts.
fn measure_infos(rules: &Rules<'_>, statutory: &Statutory<'_, '_>, flows: &[Flow]) -> Vec<MeasureInfo> {
    let mut counts = vec![0; rules.list.len()];
    for flow in flows.iter().filter(|flow| rules.dataset.trade.get(**flow) > 0.0) {
        for &at in statutory.cell(*flow).map_or(&[][..], |cell| &cell.acting) {
            counts[at] += 1;
        }
    }
    rules
        .list
        .iter()
        .zip(counts)
        .map(|(rule, flows)| MeasureInfo {
            name: rule.name().to_owned(),
            words: words::measure(rules.dataset, rule),
            flows,
        })
        .collect()
}

/// Warns about measures without effect: replaced everywhere, on flows without trade, or never binding.
fn warn_about_idle_measures(rules: &Rules<'_>, policy: &Policy, faults: &mut Faults<'_>) {
    let mut moved = vec![false; rules.list.len()];
    for contribution in policy.rates.iter().flat_map(|rate| &rate.contributions) {
        moved[contribution.measure] |= !combine::same(contribution.change, 0.0);
    }
    for ((rule, info), moved) in rules.list.iter().zip(&policy.measures).zip(moved) {
        let name = rule.name();
        let warning = if info.flows == 0 && rule.flows().any(|flow| rules.dataset.trade.get(flow) > 0.0) {
            Diagnostic::warning(format!("measure `{name}` is replaced wherever it could act"))
        } else if info.flows == 0 {
            Diagnostic::warning(format!("measure `{name}` reaches no flow with trade in the data"))
                .help("flows that are zero in the data stay zero in the model")
        } else if !moved && !rule.verb().is_cost() {
            Diagnostic::warning(format!("measure `{name}` changes no tariff"))
        } else {
            continue;
        };
        faults.push(rule.measure.name.span(), warning);
    }
}
