//! Demand and supply elasticities on coarser data.

use crate::economy::aggregation::{Grouping, mean, sector_outputs};
use crate::economy::dataset::Dataset;
use crate::economy::markets::MarketElasticities;
use crate::index::{CountryId, Position as _, SectorId};

impl Grouping {
    /// Elasticities of the groups: means over what they hold, demand weighted by the trade of the sectors, supply by
    /// output; infinite where any part is.
    pub fn market_elasticities(&self, dataset: &Dataset, fine: &MarketElasticities) -> MarketElasticities {
        let n = dataset.countries.len();
        let weights = sector_outputs(&dataset.trade);
        let output = |sector: usize, exporter: usize| -> f64 {
            dataset.trade.matrix(sector).chunks_exact(n).map(|row| row[exporter]).sum()
        };
        let sectors = || self.sectors.list.ids::<SectorId>();
        let demand = |group: SectorId| {
            mean(self.sectors.members(group).map(|s| (weights[s.index()], fine.demand[s.index()])))
        };
        let supply = |group: SectorId, country: CountryId| {
            let parts = self.sectors.members(group).flat_map(|s: SectorId| {
                self.countries.members(country).map(move |c: CountryId| (s.index(), c.index()))
            });
            mean(parts.map(|(s, c)| (output(s, c), fine.supply[s * n + c])))
        };
        let countries = || self.countries.list.ids::<CountryId>();
        MarketElasticities {
            demand: sectors().map(demand).collect(),
            supply: sectors()
                .flat_map(|group| countries().map(move |country| (group, country)))
                .map(|(group, country)| supply(group, country))
                .collect(),
        }
    }
}
