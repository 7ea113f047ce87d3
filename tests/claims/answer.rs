//! The solution of a prepared scenario, solved once and asked often.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex};

use tariffsim::index::CountryId;
use tariffsim::model::variable::{CountryVariable as V, FlowVariable, SectorVariable};
use tariffsim::monte_carlo::ensemble::Ensemble;
use tariffsim::monte_carlo::estimate::{Estimates, FlowRow, Spread};

use crate::world::{WORLD, country, sector, solve, with};

/// The importers and sectors of which single flows are asked for.
const SINGLE: ([&str; 2], [&str; 3]) = (["USA", "MEX"], ["MET", "AUT", "OIG"]);

pub(crate) struct Answer {
    ensemble: Ensemble,
    outcomes: Vec<String>,
}

static SOLVED: LazyLock<Mutex<HashMap<String, Arc<Answer>>>> = LazyLock::new(Mutex::default);

/// The central case of a scenario.
pub(crate) fn of(name: &str) -> Arc<Answer> {
    set(name, &[])
}

/// The central case on a day.
pub(crate) fn on(name: &str, day: &str) -> Arc<Answer> {
    set(name, &[&format!("date={day}")])
}

/// The central case with settings.
pub(crate) fn set(name: &str, settings: &[&str]) -> Arc<Answer> {
    solved(name, settings, 0)
}

/// A scenario with draws.
pub(crate) fn drawn(name: &str, draws: u32) -> Arc<Answer> {
    solved(name, &[], draws)
}

fn solved(name: &str, settings: &[&str], draws: u32) -> Arc<Answer> {
    let key = format!("{name} {settings:?} {draws}");
    let mut known = SOLVED.lock().unwrap();
    let answer = known.entry(key).or_insert_with(|| {
        let resolved = with(name, settings);
        let rows = if draws == 0 { rows() } else { Vec::new() };
        let ensemble = solve(&resolved, draws, &rows, draws == 0);
        let outcomes = resolved.outcomes.iter().map(|outcome| outcome.name.clone()).collect();
        Arc::new(Answer { ensemble, outcomes })
    });
    Arc::clone(answer)
}

/// All goods between any two countries, and some single sectors.
fn rows() -> Vec<FlowRow> {
    let countries: Vec<CountryId> = WORLD.countries.ids().collect();
    let mut rows = Vec::new();
    for &importer in &countries {
        let is_single = SINGLE.0.map(country).contains(&importer);
        for &exporter in countries.iter().filter(|&&exporter| exporter != importer) {
            let row = |sector| FlowRow { importer, exporter, sector };
            if is_single {
                rows.extend(SINGLE.1.map(|code| row(Some(sector(code)))));
            }
            rows.push(row(None));
        }
    }
    rows
}

impl Answer {
    fn central(&self) -> &Estimates {
        &self.ensemble.estimates
    }

    pub(crate) fn get(&self, code: &str, variable: V) -> f64 {
        self.central().country(country(code), variable).central.unwrap()
    }

    /// The same in one of several outcomes.
    pub(crate) fn get_in(&self, outcome: &str, code: &str, variable: V) -> f64 {
        let at = self.outcomes.iter().position(|name| name == outcome).unwrap();
        self.ensemble.by_outcome[at].country(country(code), variable).central.unwrap()
    }

    pub(crate) fn spread(&self, code: &str, variable: V) -> Spread {
        self.central().country(country(code), variable).spread.unwrap()
    }

    pub(crate) fn welfare(&self, code: &str) -> f64 {
        self.get(code, V::Welfare)
    }

    /// In billions.
    pub(crate) fn revenue(&self, code: &str) -> f64 {
        self.get(code, V::TariffRevenue) / 1000.0
    }

    /// The average tariff at old imports, and how much it rose.
    pub(crate) fn old_weights(&self, code: &str) -> (f64, f64) {
        let rate = self.get(code, V::EffectiveRateFixedWeights);
        (rate, rate - self.get(code, V::EffectiveRateBaseline))
    }

    /// All goods.
    pub(crate) fn goods(&self, importer: &str, exporter: &str, variable: FlowVariable) -> f64 {
        self.flow(importer, exporter, None, variable)
    }

    pub(crate) fn volume(&self, importer: &str, exporter: &str) -> f64 {
        self.goods(importer, exporter, FlowVariable::Volume)
    }

    /// Goods of one of the [`SINGLE`] sectors.
    pub(crate) fn flow(
        &self,
        importer: &str,
        exporter: &str,
        of: Option<&str>,
        variable: FlowVariable,
    ) -> f64 {
        let row =
            FlowRow { importer: country(importer), exporter: country(exporter), sector: of.map(sector) };
        let at = self.central().flow_rows.iter().position(|known| *known == row).unwrap();
        self.central().flow(at, variable).central.unwrap()
    }

    pub(crate) fn sector(&self, code: &str, of: &str, variable: SectorVariable) -> f64 {
        self.central().sector(WORLD.sectors.len(), country(code), sector(of), variable).central.unwrap()
    }

    /// Countries by a variable, the lowest first.
    pub(crate) fn ranked(&self, variable: V) -> Vec<&'static str> {
        let mut codes: Vec<&str> = WORLD.countries.codes().iter().map(String::as_str).collect();
        codes.sort_by(|one, other| self.get(one, variable).total_cmp(&self.get(other, variable)));
        codes
    }

    /// Whether these lose most of all, the first one most.
    pub(crate) fn lose_most(&self, codes: &[&str]) -> bool {
        self.ranked(V::Welfare).starts_with(codes)
    }

    /// Whether these gain most of all, the first one most.
    pub(crate) fn gain_most(&self, codes: &[&str]) -> bool {
        self.ranked(V::Welfare).iter().rev().take(codes.len()).eq(codes)
    }

    pub(crate) fn losers(&self) -> usize {
        WORLD.countries.codes().iter().filter(|code| self.welfare(code) < 0.0).count()
    }

    /// What all economies gain together, in billions.
    pub(crate) fn world_gain(&self) -> f64 {
        crate::world::world(self.central(), V::WelfareUsd) / 1000.0
    }
}
