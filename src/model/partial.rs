//! Partial equilibrium: the markets of single products, with wages and incomes as they are.
//!
//! A market is a sector with all its importers and exporters. They are linked by the price that each producer has from
//! everyone: `exact` solves for these prices in changes, `linear` is the linearised form of Francois and Hall (2003).
//! `docs/partial-equilibrium.md` has the equations.

mod exact;
mod impact;
mod ledger;
mod linear;
mod market;
pub mod surplus;

use crate::bilateral::{Bilateral, Shape};
use crate::economy::dataset::Dataset;
use crate::economy::markets::{Form, MarketElasticities};
use crate::economy::policy::{ExemptMode, FlowChange, Policy};
use crate::index::{Position as _, SectorId};
use crate::model::equilibrium::SolveError;
use crate::model::partial::ledger::{Ledger, ledgers};
use crate::model::world::Parameters;
pub use market::{After, Market, Outcome, Reactions, Terms};

/// The markets of a dataset.
#[derive(Clone, Debug, PartialEq)]
pub struct PartialEquilibrium {
    /// How many countries and sectors.
    pub shape: Shape,
    /// One a sector.
    pub markets: Vec<Market>,
    /// How they are solved.
    pub form: Form,
    is_goods: Vec<bool>,
    /// One a sector.
    untouched: Vec<Untouched>,
}

/// A market that nothing changes, whatever its elasticities: prepared once for all draws.
#[derive(Clone, Debug, PartialEq)]
struct Untouched {
    terms: Vec<Terms>,
    outcome: Outcome,
    books: Vec<Ledger>,
}

impl Untouched {
    fn new(form: Form, market: &Market) -> Self {
        let terms: Vec<Terms> = market.factor.iter().map(|&factor| Terms::observed(factor)).collect();
        let outcome = Outcome::unchanged(market);
        // Nothing moves, so that it does not matter how strongly it would.
        let supply = vec![1.0; market.countries];
        let reactions = Reactions { theta: 1.0, demand: 1.0, supply: &supply };
        let books = ledgers(form, market, &terms, &outcome, reactions);
        Self { terms, outcome, books }
    }
}

/// One set of parameters.
#[derive(Clone, Debug, PartialEq)]
pub struct MarketParameters {
    /// Trade elasticities and exempt shares, as in every model.
    pub trade: Parameters,
    /// Demand and supply elasticities.
    pub own: MarketElasticities,
}

/// What a policy does in every market: `None` where it changes nothing.
#[derive(Clone, Debug, PartialEq)]
pub struct MarketsAfter {
    /// One a sector, with the terms of its flows.
    outcomes: Vec<Option<(Vec<Terms>, Outcome)>>,
}

impl MarketsAfter {
    /// The largest number of steps, and the largest residual, of any market.
    pub fn effort(&self) -> (usize, f64) {
        let solved = self.outcomes.iter().flatten();
        solved.fold((0, 0.0), |(steps, residual), (_, found)| {
            (steps.max(found.steps), f64::max(residual, found.residual))
        })
    }

    /// What happened in a market; `None` where nothing did.
    pub fn market(&self, sector: SectorId) -> Option<&Outcome> {
        self.outcomes[sector.index()].as_ref().map(|(_, outcome)| outcome)
    }
}

impl PartialEquilibrium {
    /// The markets of a dataset as they are observed.
    pub fn new(dataset: &Dataset, form: Form) -> Self {
        let shape = dataset.shape();
        let market =
            |sector| Market::observed(shape, dataset.trade.matrix(sector), dataset.tariffs.matrix(sector));
        let markets: Vec<Market> = (0..shape.sectors).map(market).collect();
        Self {
            shape,
            untouched: markets.iter().map(|market| Untouched::new(form, market)).collect(),
            markets,
            form,
            is_goods: dataset.sectors.ids().map(|sector| dataset.is_goods(sector)).collect(),
        }
    }

    /// The same spending, with other shares of the suppliers in it.
    #[must_use]
    pub fn with_shares(&self, shares: &Bilateral) -> Self {
        let markets = self.markets.iter().enumerate();
        let markets: Vec<Market> =
            markets.map(|(sector, market)| market.with_shares(shares.matrix(sector))).collect();
        Self {
            shape: self.shape,
            untouched: markets.iter().map(|market| Untouched::new(self.form, market)).collect(),
            markets,
            form: self.form,
            is_goods: self.is_goods.clone(),
        }
    }

    /// The shares of the suppliers in what each importer spends.
    pub fn shares(&self) -> Bilateral {
        let values = self.markets.iter().flat_map(|market| market.share.iter().copied());
        Bilateral::from_values(self.shape, values.collect())
    }

    /// How the countries of a market react.
    fn reactions<'p>(&self, sector: usize, parameters: &'p MarketParameters) -> Reactions<'p> {
        let n = self.shape.countries;
        Reactions {
            theta: parameters.trade.theta[sector],
            demand: parameters.own.demand[sector],
            supply: &parameters.own.supply[sector * n..(sector + 1) * n],
        }
    }

    /// Finds what a policy does in every market, from where the search may start (such as the central case).
    ///
    /// # Errors
    /// [`SolveError::NoSupplier`] where someone is cut off from every supplier, [`SolveError::NotConverged`] where no
    /// solution was found, [`SolveError::NegativeTrade`] where the linear form leaves its ground.
    pub fn solve(
        &self,
        policy: &Policy,
        parameters: &MarketParameters,
        start: Option<&MarketsAfter>,
    ) -> Result<MarketsAfter, SolveError> {
        let solve = |(sector, market): (usize, &Market)| {
            let changes: Vec<&FlowChange> =
                policy.changes.iter().filter(|change| change.flow.sector.index() == sector).collect();
            if !changes.iter().any(|change| market.is_changed_by(change)) {
                return Ok(None);
            }
            let reactions = self.reactions(sector, parameters);
            let terms = self.terms(market, &changes, reactions.theta, parameters, policy.exempt_mode);
            let near = start.and_then(|start| start.outcomes[sector].as_ref()).map(|(_, found)| found);
            let id = SectorId::at(sector);
            let found = match self.form {
                Form::Exact => exact::solve(id, market, &terms, reactions, near),
                Form::Linear => linear::solve(id, market, &terms, reactions),
            }?;
            Ok(Some((terms, found)))
        };
        let outcomes = self.markets.iter().enumerate().map(solve).collect::<Result<_, _>>()?;
        Ok(MarketsAfter { outcomes })
    }

    /// The terms of every flow of a market under some changes.
    fn terms(
        &self,
        market: &Market,
        changes: &[&FlowChange],
        theta: f64,
        parameters: &MarketParameters,
        mode: ExemptMode,
    ) -> Vec<Terms> {
        let mut terms: Vec<Terms> = market.factor.iter().map(|&factor| Terms::observed(factor)).collect();
        for change in changes {
            let cell = change.flow.importer.index() * self.shape.countries + change.flow.exporter.index();
            terms[cell] =
                Terms::changed(change, market.factor[cell], theta, &parameters.trade.exempt_shares, mode);
        }
        terms
    }
}
