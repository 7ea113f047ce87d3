//! Tariffs that countries choose: what `tariffsim optimal` and `tariffsim nash` have in common.

use std::path::PathBuf;
use std::sync::Arc;

use crate::bilateral::Flow;
use crate::cli::baselines;
use crate::cli::failure::Failure;
use crate::cli::open::{Opened, Shelf, Wanted};
use crate::cli::sampling::Sampling;
use crate::cli::simulate::{FlowScope, Scope, simulate_from};
use crate::cli::{Changes, Day, output};
use crate::diagnostic::{Diagnostic, Place, listed};
use crate::economy::dataset::Dataset;
use crate::index::{CountryId, SectorId};
use crate::model::baseline::Baseline;
use crate::model::tariff_choice::{ChoiceError, Chosen, Lever, Player, TariffChoice, Taxed};
use crate::model::trade_model::GeneralEquilibrium;
use crate::model::world::Parameters;
use crate::report::tariffs::{self, Tariffs};
use crate::report::{folder, json, terminal};
use crate::scenario::{self, Resolved};
use crate::units::AdValorem;

/// What both commands take.
#[derive(Debug, clap::Args)]
pub(super) struct Choice {
    /// What is in force besides: a scenario file, or the name of a prepared scenario [default: observed policy]
    #[arg(long, value_name = "SCENARIO")]
    given: Option<String>,
    /// One rate for each partner and sector, instead of one for each partner
    #[arg(long)]
    per_sector: bool,
    /// The lowest rate that may be chosen
    #[arg(long, value_name = "RATE", default_value = "0%", value_parser = AdValorem::parse, allow_hyphen_values = true)]
    lowest: AdValorem,
    /// The highest rate that may be chosen
    #[arg(long, value_name = "RATE", default_value = "200%", value_parser = AdValorem::parse)]
    highest: AdValorem,
    #[command(flatten)]
    changes: Changes,
    #[command(flatten)]
    day: Day,
    #[command(flatten)]
    sampling: Sampling,
    /// Write the rates, the results at them and the record into this folder; an earlier result in it is replaced
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Print one JSON document instead of the page
    #[arg(long, conflicts_with = "quiet")]
    json: bool,
}

/// Countries as they were named: one, a group, or `all`.
#[derive(Debug, PartialEq)]
pub(super) struct Party {
    code: String,
    members: Vec<CountryId>,
}

/// Who chooses tariffs on whose goods.
pub(super) struct Sides {
    pub(super) choosing: Vec<Party>,
    /// Whose goods each of them taxes.
    pub(super) facing: Vec<Vec<Party>>,
    pub(super) is_nash: bool,
}

/// The countries that some words after a flag stand for, all that are unknown told.
pub(super) fn parties(dataset: &Dataset, flag: &str, words: &[String]) -> Result<Vec<Party>, Failure> {
    let place = |word: &str| {
        let shown = format!("{flag} {word}");
        Place::typed(&shown, flag.len() + 1..shown.len())
    };
    let (mut found, mut faults): (Vec<Party>, Vec<Diagnostic>) = (Vec::new(), Vec::new());
    for word in words {
        match scenario::countries_of(dataset, word) {
            Ok((code, members)) => found.push(Party { code, members }),
            Err(fault) => faults.push((*fault).at(place(word))),
        }
    }
    for (at, party) in found.iter().enumerate() {
        let shared = |other: &&Party| other.members.iter().any(|member| party.members.contains(member));
        if let Some(other) = found[..at].iter().find(shared) {
            let fault = Diagnostic::error(format!("`{}` and `{}` share a country", other.code, party.code));
            faults.push(fault.expected("each country once").at(place(&words[at])));
        }
    }
    if faults.is_empty() { Ok(found) } else { Err(faults.into()) }
}

impl Choice {
    /// Opens what is given, chooses the tariffs, and tells them.
    pub(super) fn choose(
        &self,
        sides: impl FnOnce(&Dataset) -> Result<Sides, Failure>,
    ) -> Result<(), Failure> {
        if let Some(dir) = &self.out {
            folder::check(dir)?;
        }
        let mut opened = self.open()?;
        let sides = sides(&opened.data.dataset)?;
        let levers = self.levers(&opened.data.dataset, &sides)?;
        self.sampling.with_threads(|| {
            let model = GeneralEquilibrium::default();
            let start = Arc::new(baselines::solved(&opened, &model)?);
            let players: Vec<Player> = sides.choosing.iter().map(Party::player).collect();
            let bounds = [self.lowest, self.highest].map(AdValorem::fraction);
            let chosen = settled(&opened, start.baseline()?, &players, &levers, bounds)?;
            self.put(&mut opened, &sides, &chosen);
            let uncertainty = self.sampling.over(opened.resolved.uncertainty);
            let scope = Scope { flows: FlowScope::Touched, sectors: false };
            let simulation = simulate_from(&start, &opened, uncertainty, scope, !self.sampling.quiet)?;
            let shown = self.shown(&opened.data.dataset, start.baseline()?, &sides, &levers, &chosen);
            self.tell(&Tariffs {
                is_nash: sides.is_nash,
                study: simulation.study(&opened),
                levers: shown,
                bounds,
                best_deviation: 100.0 * chosen.best_deviation,
                rounds: chosen.rounds,
            })
        })
    }

    fn open(&self) -> Result<Opened, Failure> {
        if self.lowest >= self.highest {
            let fault = Diagnostic::error("`--lowest` is not below `--highest`");
            return Err(Failure::Usage(Box::new(fault.expected("room to choose between them"))));
        }
        let wanted = match &self.given {
            Some(scenario) => Wanted::new(scenario, &self.changes, &self.day),
            None => {
                Wanted::of_text("observed-policy", "title = \"Observed policy\"\n", &self.changes, &self.day)
            }
        };
        let opened = Shelf::default().open(wanted)?;
        if !opened.resolved.outcomes.is_empty() {
            let fault = Diagnostic::error(format!("what `{}` does is not certain", opened.scenario.stem()))
                .expected("a scenario without outcomes");
            return Err(fault
                .help("`tariffsim game` weighs strategies against whatever others may do")
                .into());
        }
        if self.given.is_some() && !self.sampling.quiet {
            output::warn_of(&opened.resolved.warnings);
        }
        Ok(opened)
    }

    /// One lever for each partner of each player, or one for each sector of each.
    fn levers(&self, dataset: &Dataset, sides: &Sides) -> Result<Vec<Lever>, Failure> {
        let goods: Vec<SectorId> = dataset.sectors.ids().filter(|&sector| dataset.is_goods(sector)).collect();
        let groups: Vec<&[SectorId]> = if self.per_sector { goods.chunks(1).collect() } else { vec![&goods] };
        let (mut levers, mut faults) = (Vec::new(), Vec::new());
        for (player, (by, facing)) in sides.choosing.iter().zip(&sides.facing).enumerate() {
            for on in facing {
                let found = groups.iter().map(|sectors| taxed(dataset, by, on, sectors));
                let found: Vec<Lever> =
                    found.filter(|flows| !flows.is_empty()).map(|flows| Lever { player, flows }).collect();
                if found.is_empty() {
                    let message = format!("`{}` buys no goods from `{}`", by.code, on.code);
                    faults.push(Diagnostic::error(message).expected("trade on which a tariff could be put"));
                }
                levers.extend(found);
            }
        }
        if faults.is_empty() { Ok(levers) } else { Err(faults.into()) }
    }

    /// Puts the tariffs into what is simulated, and says so.
    fn put(&self, opened: &mut Opened, sides: &Sides, chosen: &Chosen) {
        let codes = |parties: &[Party]| {
            let name =
                |code: &'_ str| if code == "all" { "everybody else".to_owned() } else { code.to_owned() };
            let names: Vec<String> = parties.iter().map(|party| name(&party.code)).collect();
            let codes: Vec<&str> = names.iter().map(String::as_str).collect();
            listed(&codes).replace('`', "")
        };
        let given = match &self.given {
            Some(_) => format!("as in “{}”", opened.resolved.title),
            None => "as observed".to_owned(),
        };
        let each = if self.per_sector { "partner and sector" } else { "partner" };
        let Resolved { title, summary, policy, .. } = &mut opened.resolved;
        let choosing = codes(&sides.choosing);
        (*title, *summary) = if sides.is_nash {
            (
                format!("A Nash equilibrium in tariffs between {choosing}"),
                format!(
                    "Tariffs on one another's goods, one for each {each}, from which none of {choosing} gains by deviating alone; all other tariffs are {given}."
                ),
            )
        } else {
            let facing = codes(&sides.facing[0]);
            (
                format!("The optimal tariffs of {choosing} on {facing}"),
                format!(
                    "The tariffs on goods from {facing}, one for each {each}, that are best for the real income of {choosing} while nobody answers; all other tariffs are {given}."
                ),
            )
        };
        *policy = chosen.policy.clone();
    }

    fn shown(
        &self,
        dataset: &Dataset,
        baseline: &Baseline,
        sides: &Sides,
        levers: &[Lever],
        chosen: &Chosen,
    ) -> Vec<tariffs::Lever> {
        let of = |(at, lever): (usize, &Lever)| {
            let first = lever.flows[0].flow;
            let facing = &sides.facing[lever.player];
            let on = facing.iter().find(|party| party.members.contains(&first.exporter));
            let trade = |taxed: &Taxed| dataset.trade.get(taxed.flow);
            let revenue = |taxed: &Taxed| trade(taxed) * baseline.accounts.tariff.rate(taxed.flow).fraction();
            let total: f64 = lever.flows.iter().map(trade).sum();
            tariffs::Lever {
                by: sides.choosing[lever.player].code.clone(),
                on: on.map_or_else(String::new, |party| party.code.clone()),
                sector: self.per_sector.then(|| dataset.sectors.code(first.sector).to_owned()),
                before: (total > 0.0).then(|| lever.flows.iter().map(revenue).sum::<f64>() / total),
                rate: chosen.levels[at],
                // In ln(welfare) for a level of one: the same as per cent for a percentage point.
                slope: chosen.slopes[at],
                flows: lever.flows.iter().map(|taxed| taxed.flow).collect(),
            }
        };
        levers.iter().enumerate().map(of).collect()
    }

    fn tell(&self, tariffs: &Tariffs<'_>) -> Result<(), Failure> {
        if let Some(dir) = &self.out {
            tariffs::write(dir, tariffs)?;
        }
        if self.json {
            output::print(&json::tariffs_text(tariffs))
        } else if self.sampling.quiet {
            Ok(())
        } else {
            output::print(&terminal::tariffs_page(tariffs, output::width()))
        }
    }
}

impl Party {
    fn player(&self) -> Player {
        Player { name: self.code.clone(), members: self.members.clone() }
    }
}

/// The flows in which one party buys goods of some sectors from another, with nothing beside the level.
fn taxed(dataset: &Dataset, by: &Party, on: &Party, sectors: &[SectorId]) -> Vec<Taxed> {
    let sellers = || on.members.iter().filter(|seller| !by.members.contains(seller));
    let flows = by.members.iter().flat_map(|&importer| {
        sellers()
            .flat_map(move |&exporter| sectors.iter().map(move |&sector| Flow { sector, importer, exporter }))
    });
    let flows = flows.filter(|flow| dataset.trade.get(*flow) > 0.0);
    flows.map(|flow| Taxed { flow, base: 0.0, weight: 1.0 }).collect()
}

/// The tariffs that players choose in a world where a scenario is in force.
pub(super) fn settled(
    opened: &Opened,
    baseline: &Baseline,
    players: &[Player],
    levers: &[Lever],
    bounds: [f64; 2],
) -> Result<Chosen, Failure> {
    const FIRST: f64 = 0.1;
    if opened.resolved.closure.structure.scale() > 0.0 {
        let fault = Diagnostic::error("tariffs are not chosen where firms enter and leave")
            .expected("a `structure` under `[model]` without economies of scale")
            .help("leave out `structure`, or write `--set model.structure=armington`");
        return Err(fault.into());
    }
    let Resolved { policy, elasticities, .. } = &opened.resolved;
    let parameters = Parameters { theta: elasticities.central(), exempt_shares: policy.central_shares() };
    let choice =
        TariffChoice { baseline, background: policy, parameters: &parameters, players, levers, bounds };
    let start = vec![FIRST.clamp(bounds[0], bounds[1]); levers.len()];
    choice.settle(&start).map_err(|error| failure(&opened.data.dataset, players, error))
}

fn failure(dataset: &Dataset, players: &[Player], error: ChoiceError) -> Failure {
    let none = |help: &str| {
        Failure::NoEquilibrium(Box::new(Diagnostic::error(error.to_string()).help(help.to_owned())))
    };
    match error {
        ChoiceError::NoEquilibrium(error) => Failure::no_equilibrium(dataset, &error),
        ChoiceError::NotSettled { .. } => {
            none("there may be no such tariffs between the bounds; try a lower `--highest`, or fewer rates")
        }
        ChoiceError::Deviates { player, gain } => none(&format!(
            "{} would gain {:.1e} of its real income elsewhere; try other bounds",
            players[player].name, gain
        )),
        ChoiceError::Instrument(flow) => {
            let code = |id| dataset.countries.code(id);
            let message = format!(
                "there is a quota, a specific duty or a tax on exports between {} and {}, under which the best tariff is not worked out",
                code(flow.importer),
                code(flow.exporter)
            );
            Diagnostic::error(message).help("leave that measure out of what is given").into()
        }
    }
}
