//! Aggregation: the same economy with fewer countries and sectors, every accounting identity kept.
//!
//! | what | becomes |
//! |---|---|
//! | flows, tariff revenue, deficits, value added, given final demand | the sum over the members |
//! | rates | the mean at trade before tariff, so that revenue adds up |
//! | input coefficients | the mean at output, so that spending on inputs adds up |
//! | trade elasticities | the mean at world output of the sectors |
//! | trade between members of a group | domestic sales |
//! | tariffs between members of a group | gone, with the final demand that their revenue paid for |
//!
//! Means of equal numbers are that number to the bit. Aggregating twice gives what aggregating once does.

mod markets;
mod policy;

pub use policy::PolicyLoss;

use crate::bilateral::{Bilateral, Flow, Shape};
use crate::economy::dataset::{Dataset, ElasticitySet, FinalDemand, Group, PublishedElasticity, SectorKind};
use crate::economy::elasticities::{Elasticities, Joint, UNLISTED_THETA};
use crate::economy::totals::{expenditure, outputs};
use crate::index::{CodeList, CountryId, Position, SectorId};

/// Which group each code of a list belongs to; every group has a member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Groups {
    list: CodeList,
    of: Vec<usize>,
    members: Vec<Vec<usize>>,
}

impl Groups {
    /// Groups from their list and the group of each code, by position; `None` where a group has no member.
    pub fn new(list: CodeList, of: Vec<usize>) -> Option<Self> {
        let mut members = vec![Vec::new(); list.len()];
        for (code, &group) in of.iter().enumerate() {
            members.get_mut(group)?.push(code);
        }
        members.iter().all(|group| !group.is_empty()).then_some(Self { list, of, members })
    }

    /// Every code on its own.
    pub fn each_alone(codes: &CodeList) -> Self {
        let everyone = 0..codes.len();
        Self {
            list: codes.clone(),
            of: everyone.clone().collect(),
            members: everyone.map(|c| vec![c]).collect(),
        }
    }

    /// The codes and names of the groups, in order.
    pub fn list(&self) -> &CodeList {
        &self.list
    }

    /// Whether every code stays on its own.
    pub fn merges_nothing(&self) -> bool {
        self.of.len() == self.members.len()
    }

    /// The group of a code.
    pub fn group<Id: Position>(&self, id: Id) -> Id {
        Id::at(self.of[id.index()])
    }

    /// The codes in a group.
    pub fn members<Id: Position>(&self, group: Id) -> impl Iterator<Item = Id> + '_ {
        self.members[group.index()].iter().map(|&member| Id::at(member))
    }
}

/// What to do with codes that no map mentions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Unmapped {
    /// They are a mistake.
    #[default]
    Refuse,
    /// They stay as they are.
    Keep,
}

/// Groups of countries and of sectors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grouping {
    /// The countries.
    pub countries: Groups,
    /// The sectors.
    pub sectors: Groups,
}

/// What aggregated data do not hold any more.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Loss {
    /// Countries before and after.
    pub countries: [usize; 2],
    /// Sectors before and after.
    pub sectors: [usize; 2],
    /// Trade between members of one group, domestic sales now.
    pub inner_trade: f64,
    /// Tariff revenue on that trade, dropped together with the final demand it paid for.
    pub inner_revenue: f64,
    /// Input rows lowered (and value added raised) because final demand was less than the revenue dropped.
    pub eased: usize,
    /// Named groups of countries that are no union of the new countries, and are dropped.
    pub groups: Vec<String>,
}

/// An aggregation as results tell of it.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Aggregation {
    /// The maps by name.
    pub maps: Vec<String>,
    /// What the data do not hold any more.
    pub data: Loss,
    /// What became of the policy.
    pub policy: PolicyLoss,
}

impl Grouping {
    /// Sizes after aggregation.
    pub fn shape(&self) -> Shape {
        Shape { countries: self.countries.list.len(), sectors: self.sectors.list.len() }
    }

    /// Where a flow goes.
    pub fn flow(&self, flow: Flow) -> Flow {
        Flow {
            sector: self.sectors.group(flow.sector),
            importer: self.countries.group(flow.importer),
            exporter: self.countries.group(flow.exporter),
        }
    }

    /// The flows that become one flow.
    fn flows_of(&self, flow: Flow) -> impl Iterator<Item = Flow> + '_ {
        let countries = &self.countries;
        self.sectors.members(flow.sector).flat_map(move |sector| {
            countries.members(flow.importer).flat_map(move |importer| {
                countries.members(flow.exporter).map(move |exporter| Flow { sector, importer, exporter })
            })
        })
    }

    /// Aggregates a dataset; name and title stay.
    pub fn dataset(&self, dataset: &Dataset) -> (Dataset, Loss) {
        let mut loss = Loss {
            countries: [dataset.countries.len(), self.countries.list.len()],
            sectors: [dataset.sectors.len(), self.sectors.list.len()],
            ..Loss::default()
        };
        let trade = self.trade(&dataset.trade);
        let tariffs = self.tariffs(dataset);
        let inner_revenue = self.inner_revenue(dataset, &mut loss);
        let inputs = dataset.inputs.as_ref().map(|coefficients| {
            let mut inputs = self.inputs(&dataset.trade, coefficients);
            if dataset.final_demand == FinalDemand::Residual {
                ease(&trade, &tariffs, &inner_revenue, &mut inputs, &mut loss);
            }
            inputs
        });
        let aggregated = Dataset {
            countries: self.countries.list.clone(),
            sectors: self.sectors.list.clone(),
            kinds: self.kinds(&dataset.kinds),
            trade,
            tariffs,
            inputs,
            final_demand: match &dataset.final_demand {
                FinalDemand::Residual => FinalDemand::Residual,
                FinalDemand::Given(values) => FinalDemand::Given(self.pair_sums(values)),
            },
            value_added: dataset.value_added.as_ref().map(|values| self.pair_sums(values)),
            deficits: dataset.deficits.as_ref().map(|values| {
                let mut sums = vec![0.0; self.countries.list.len()];
                self.countries.of.iter().zip(values).for_each(|(&group, value)| sums[group] += value);
                sums
            }),
            elasticities: self.elasticity_sets(dataset),
            groups: self.named_groups(&dataset.groups, &mut loss),
            ..dataset.clone()
        };
        (aggregated, loss)
    }

    /// Aggregates the trade elasticities of a scenario.
    pub fn elasticities(&self, dataset: &Dataset, elasticities: &Elasticities) -> Elasticities {
        if self.sectors.merges_nothing() {
            return elasticities.clone();
        }
        let weights = sector_outputs(&dataset.trade);
        let groups = || self.sectors.list.ids::<SectorId>();
        let of = |group: SectorId, values: &dyn Fn(usize) -> f64| {
            mean(self.sectors.members(group).map(|s| (weights[s.index()], values(s.index()))))
        };
        Elasticities {
            label: format!("{}, averaged over sector groups", elasticities.label),
            theta: groups().map(|group| of(group, &|sector| elasticities.theta[sector])).collect(),
            standard_error: groups()
                .map(|group| {
                    let known = |s: SectorId| elasticities.standard_error[s.index()].is_some();
                    let any = self.sectors.members(group).any(known);
                    any.then(|| of(group, &|sector| elasticities.standard_error[sector].unwrap_or(0.0)))
                })
                .collect(),
            joint: match &elasticities.joint {
                Joint::Rows(rows) => Joint::Rows(
                    rows.iter().map(|row| groups().map(|group| of(group, &|at| row[at])).collect()).collect(),
                ),
                // Those of groups are not known.
                Joint::Unknown | Joint::Correlated(_) => Joint::Unknown,
            },
            ..elasticities.clone()
        }
    }

    fn trade(&self, trade: &Bilateral) -> Bilateral {
        let (from, to) = (trade.shape(), self.shape());
        let mut sums = Bilateral::zeros(to);
        for (cell, value) in trade.values().iter().enumerate() {
            sums.values_mut()[to.cell(self.flow(from.flow(cell)))] += value;
        }
        sums
    }

    fn tariffs(&self, dataset: &Dataset) -> Bilateral {
        let to = self.shape();
        let rate = |cell: usize| {
            let flow = to.flow(cell);
            if flow.is_domestic() {
                return 0.0;
            }
            mean(self.flows_of(flow).map(|flow| (dataset.trade.get(flow), dataset.tariffs.get(flow))))
        };
        Bilateral::from_values(to, (0..to.cells()).map(rate).collect())
    }

    /// Tariff revenue between members of one group, by (country, sector) after aggregation.
    fn inner_revenue(&self, dataset: &Dataset, loss: &mut Loss) -> Vec<f64> {
        let (from, to) = (dataset.shape(), self.shape());
        let mut revenue = vec![0.0; to.pairs()];
        for (cell, (value, rate)) in dataset.trade.values().iter().zip(dataset.tariffs.values()).enumerate() {
            let (flow, home) = (from.flow(cell), self.flow(from.flow(cell)));
            if home.is_domestic() && !flow.is_domestic() {
                loss.inner_trade += value;
                loss.inner_revenue += value * rate;
                revenue[home.importer.index() * to.sectors + home.sector.index()] += value * rate;
            }
        }
        revenue
    }

    /// Coefficients at output weights: Σ coefficient·Y over the members ÷ their output.
    fn inputs(&self, trade: &Bilateral, coefficients: &[f64]) -> Vec<f64> {
        let (from, to) = (trade.shape(), self.shape());
        let output = outputs(trade);
        let mut means = vec![0.0; to.pairs() * to.sectors];
        for (row, values) in means.chunks_exact_mut(to.sectors).enumerate() {
            let (country, input) = (CountryId::at(row / to.sectors), SectorId::at(row % to.sectors));
            for (user, value) in values.iter_mut().enumerate() {
                let users = self.countries.members(country).flat_map(|country| {
                    self.sectors.members(SectorId::at(user)).map(move |user| (country, user))
                });
                *value = mean(users.map(|(country, user): (CountryId, SectorId)| {
                    let pair = country.index() * from.sectors;
                    let spent = self.sectors.members(input).map(|input: SectorId| {
                        coefficients[(pair + input.index()) * from.sectors + user.index()]
                    });
                    (output[pair + user.index()], spent.sum())
                }));
            }
        }
        means
    }

    fn kinds(&self, kinds: &[SectorKind]) -> Vec<SectorKind> {
        self.sectors.members.iter().map(|members| kinds[members[0]]).collect()
    }

    /// Sums of values by (country, sector).
    fn pair_sums(&self, values: &[f64]) -> Vec<f64> {
        let (from, to) = (self.sectors.of.len(), self.shape());
        let mut sums = vec![0.0; to.pairs()];
        for (pair, value) in values.iter().enumerate() {
            sums[self.countries.of[pair / from] * to.sectors + self.sectors.of[pair % from]] += value;
        }
        sums
    }

    fn elasticity_sets(&self, dataset: &Dataset) -> Vec<ElasticitySet> {
        let weights = sector_outputs(&dataset.trade);
        let merged = |set: &ElasticitySet, group: SectorId| {
            let members = || self.sectors.members(group).map(|sector: SectorId| sector.index());
            let listed = |value: &dyn Fn(PublishedElasticity) -> f64, unlisted: f64| {
                mean(members().map(|s| (weights[s], set.sectors[s].map_or(unlisted, value))))
            };
            let any = |test: &dyn Fn(PublishedElasticity) -> bool| {
                members().any(|s| set.sectors[s].is_some_and(test))
            };
            any(&|_| true).then(|| PublishedElasticity {
                theta: listed(&|entry| entry.theta, UNLISTED_THETA),
                standard_error: any(&|entry| entry.standard_error.is_some())
                    .then(|| listed(&|entry| entry.standard_error.unwrap_or(0.0), 0.0)),
            })
        };
        let sets = dataset.elasticities.iter();
        sets.map(|set| ElasticitySet {
            name: set.name.clone(),
            sectors: self.sectors.list.ids().map(|group| merged(set, group)).collect(),
        })
        .collect()
    }

    /// The named groups that are unions of the new countries.
    fn named_groups(&self, groups: &[Group], loss: &mut Loss) -> Vec<Group> {
        let mut kept = Vec::with_capacity(groups.len());
        for group in groups {
            let mut members: Vec<CountryId> =
                group.members.iter().map(|&member| self.countries.group(member)).collect();
            members.sort_unstable();
            members.dedup();
            let all: usize = members.iter().map(|&member| self.countries.members(member).count()).sum();
            if all == group.members.len() {
                kept.push(Group { code: group.code.clone(), members });
            } else {
                loss.groups.push(group.code.clone());
            }
        }
        kept
    }
}

/// Lowers the coefficients of an input where the revenue dropped was more than the final demand for it, so that
/// final demand does not turn negative; never below what it was without dropping.
fn ease(trade: &Bilateral, tariffs: &Bilateral, dropped: &[f64], inputs: &mut [f64], loss: &mut Loss) {
    let j = trade.shape().sectors;
    let output = outputs(trade);
    let absorbed = expenditure(trade, tariffs);
    for (pair, row) in inputs.chunks_exact_mut(j).enumerate().filter(|(pair, _)| dropped[*pair] > 0.0) {
        let made = &output[pair / j * j..(pair / j + 1) * j];
        let used: f64 = row.iter().zip(made).map(|(share, output)| share * output).sum();
        let final_demand_before = absorbed[pair] + dropped[pair] - used;
        let most = absorbed[pair] - final_demand_before.min(0.0);
        if used > most {
            row.iter_mut().for_each(|share| *share *= most / used);
            loss.eased += 1;
        }
    }
}

/// The mean of (weight, value) pairs: their common value to the bit where all with a weight are equal; without any
/// weight the common value or else 0. So it does not matter in how many steps a mean is taken.
fn mean(pairs: impl Iterator<Item = (f64, f64)>) -> f64 {
    let (mut weights, mut sum) = (0.0, 0.0);
    let (mut weighted, mut all) = (Common::default(), Common::default());
    for (weight, value) in pairs {
        all.add(value);
        if weight > 0.0 {
            weighted.add(value);
            weights += weight;
            sum += weight * value;
        }
    }
    if weights > 0.0 { weighted.value().unwrap_or(sum / weights) } else { all.value().unwrap_or(0.0) }
}

/// Whether some numbers are all the same.
#[derive(Clone, Copy, Debug, Default)]
struct Common {
    first: Option<f64>,
    differ: bool,
}

impl Common {
    fn add(&mut self, value: f64) {
        let first = *self.first.get_or_insert(value);
        self.differ |= value.total_cmp(&first).is_ne();
    }

    fn value(self) -> Option<f64> {
        self.first.filter(|_| !self.differ)
    }
}

/// World output by sector, as weights: a sector that nobody makes still counts next to others of its kind.
fn sector_outputs(trade: &Bilateral) -> Vec<f64> {
    let output = |sector| trade.matrix(sector).iter().sum::<f64>().max(f64::MIN_POSITIVE);
    (0..trade.shape().sectors).map(output).collect()
}
