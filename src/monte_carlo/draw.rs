//! One draw of every uncertain parameter.

use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution as _, StandardNormal};

use crate::bilateral::Bilateral;
use crate::economy::elasticities::{Elasticities, Joint};
use crate::economy::markets::MarketElasticities;
use crate::economy::policy::ExemptShare;
use crate::index::{CountryId, Position as _};
use crate::model::world::Parameters;
use crate::monte_carlo::marginal::{Applied, Family, Marginal, probability};
use crate::monte_carlo::prior::{
    ElasticityFamily, ElasticityPrior, ElasticitySpread, ExemptPrior, Uncertainty,
};
use crate::monte_carlo::sampling::Points;
use crate::numerics::functions::{exp, exp_all, ln};
use crate::units::Elasticity;

/// Standard deviation of ln θ below which no published standard error is believed: a small one from a few sources
/// that happen to agree is an accident.
pub const SMALLEST_LOG_SD: f64 = 0.25;

/// One draw.
#[derive(Clone, Debug, PartialEq)]
pub struct Draw {
    /// The parameters.
    pub parameters: Parameters,
    /// How many elasticities were below the floor and raised to it.
    pub floored: u32,
}

/// Draws parameters: each draw is a function of what [`Points`] says, not of threads, batches or order.
#[derive(Clone, Debug)]
pub struct Sampler<'a> {
    points: Points,
    elasticities: &'a Elasticities,
    prior: ElasticityPrior,
    /// How the elasticity of each sector is drawn; `None` where it is certain.
    marginals: Vec<Option<Marginal>>,
    shares: Vec<ShareSampler>,
    /// How many countries have a shock that moves their exempt shares: all up to the last with such a share.
    partners: usize,
    /// Standard deviations of ln of the pair and cell factors of trade flows; `None` without noise on them.
    flow_log_sd: Option<[f64; 2]>,
    /// Standard deviations of ln η and ln ε.
    market_log_sd: [f64; 2],
}

/// Added to a draw's index to give the stream of its trade flows: a stream of their own, so that the flows of a draw
/// are the same whatever else is drawn.
const FLOW_STREAMS: u64 = 1 << 32;

/// Added to the seed for demand and supply elasticities: numbers of their own, for the same reason.
const MARKET_SEED: u64 = 1 << 32;

/// One exempt share: its distribution and whose shock moves it.
#[derive(Clone, Debug)]
struct ShareSampler {
    central: f64,
    /// `None` where the share is certain (0 or 1, or no spread).
    marginal: Option<Marginal>,
    partner: CountryId,
}

impl<'a> Sampler<'a> {
    /// A sampler for the given priors.
    pub fn new(uncertainty: &Uncertainty, elasticities: &'a Elasticities, shares: &[ExemptShare]) -> Self {
        let shares: Vec<_> =
            shares.iter().map(|share| ShareSampler::new(share, uncertainty.exempt)).collect();
        let drawn = shares.iter().filter(|share| share.marginal.is_some());
        let partners = drawn.map(|share| share.partner.index() + 1).max().unwrap_or(0);
        Self {
            points: uncertainty.points(),
            prior: uncertainty.elasticities,
            marginals: marginals(elasticities, uncertainty.elasticities),
            elasticities,
            shares,
            partners,
            flow_log_sd: uncertainty.flows.map(|prior| [prior.cv_pair, prior.cv_cell].map(log_sd)),
            market_log_sd: [uncertainty.markets.demand_cv, uncertainty.markets.supply_cv].map(log_sd),
        }
    }

    /// The parameters at their central values.
    pub fn central(&self) -> Parameters {
        Parameters {
            theta: self.elasticities.central(),
            exempt_shares: self.shares.iter().map(|share| share.central).collect(),
        }
    }

    /// Draw number `index`: first a common shock, then one a sector, then one a country, so that a scenario with
    /// exemptions has the elasticities of the same scenario without, and a partner the same shock whoever else has
    /// exemptions: two policies, or the days of one, can be compared draw by draw.
    pub fn draw(&self, index: u32) -> Draw {
        let sectors = self.marginals.len();
        let normals = self.points.normals(index, 1 + sectors + self.partners);
        let (elasticities, shocks) = normals.split_at(1 + sectors);
        let mut floored = 0;
        let mut theta = Vec::with_capacity(sectors);
        for long_run in self.long_run(index, elasticities) {
            let drawn = self.elasticities.horizon.elasticity(long_run);
            floored += u32::from(drawn < Elasticity::FLOOR);
            theta.push(drawn.max(Elasticity::FLOOR));
        }
        let shock = |partner: CountryId| shocks.get(partner.index()).copied().unwrap_or(0.0);
        let exempt_shares = self.shares.iter().map(|share| share.at(shock(share.partner))).collect();
        Draw { parameters: Parameters { theta, exempt_shares }, floored }
    }

    /// The elasticities of a draw in the long run, from a common shock and one a sector.
    fn long_run(&self, index: u32, shocks: &[f64]) -> Vec<f64> {
        let (common, own) = (shocks[0], &shocks[1..]);
        match (self.prior.family, &self.elasticities.joint) {
            (ElasticityFamily::AnyRow, Joint::Rows(rows)) => {
                let at = (probability(common) * rows.len() as f64) as usize;
                rows[at.min(rows.len() - 1)].clone()
            }
            (ElasticityFamily::RowOfDraw, Joint::Rows(rows)) => rows[index as usize % rows.len()].clone(),
            (_, joint) => {
                let central = self.elasticities.theta.iter();
                let drawn = central.zip(&self.marginals).zip(self.correlated(joint, common, own));
                drawn
                    .map(|((central, marginal), shock)| {
                        marginal.map_or(*central, |of| of.at(*central, shock))
                    })
                    .collect()
            }
        }
    }

    /// The shocks of sectors: with one coefficient √ρ times the common shock and √(1 − ρ) times their own, with a matrix
    /// of correlations L times their own.
    fn correlated(&self, joint: &Joint, common: f64, own: &[f64]) -> Vec<f64> {
        if let Joint::Correlated(lower) = joint {
            let product = |row: &Vec<f64>| row.iter().zip(own).map(|(factor, shock)| factor * shock).sum();
            return lower.iter().map(product).collect();
        }
        let (common, part) = (common * self.prior.correlation.sqrt(), (1.0 - self.prior.correlation).sqrt());
        own.iter().map(|shock| common + part * shock).collect()
    }
}

impl Sampler<'_> {
    /// By how much the demand elasticity of each sector, and the supply elasticities of all its exporters together, are
    /// multiplied in draw number `index`: log-normal factors with median 1.
    pub fn market_factors(&self, index: u32, sectors: usize) -> Vec<[f64; 2]> {
        let points = Points { seed: self.points.seed.wrapping_add(MARKET_SEED), ..self.points };
        let normals = points.normals(index, 2 * sectors);
        let [of_demand, of_supply] = self.market_log_sd;
        let factors = |[demand, supply]: &[f64; 2]| [exp(of_demand * demand), exp(of_supply * supply)];
        normals.as_chunks::<2>().0.iter().map(factors).collect()
    }

    /// Demand and supply elasticities of draw number `index`.
    pub fn markets(&self, index: u32, central: &MarketElasticities) -> MarketElasticities {
        let mut drawn = central.clone();
        let countries = central.supply.len() / central.demand.len().max(1);
        let supplies = drawn.supply.chunks_exact_mut(countries.max(1));
        let factors = self.market_factors(index, central.demand.len());
        for ((demand, supplies), [of_demand, of_supply]) in drawn.demand.iter_mut().zip(supplies).zip(factors)
        {
            *demand *= of_demand;
            supplies.iter_mut().for_each(|supply| *supply *= of_supply);
        }
        drawn
    }

    /// Whether trade flows are random.
    pub fn draws_flows(&self) -> bool {
        self.flow_log_sd.is_some()
    }

    /// The trade shares of draw number `index`, put into `drawn`: the tariff-inclusive share of each foreign supplier is
    /// multiplied by a log-normal factor with mean 1 for the pair of countries and one for the flow, then the shares of
    /// each importer and sector are scaled to their sum. What is not traded stays so.
    pub fn shares(&self, index: u32, share: &Bilateral, drawn: &mut Bilateral) {
        let Some([pair_sd, cell_sd]) = self.flow_log_sd else {
            drawn.clone_from(share);
            return;
        };
        let mut rng = ChaCha8Rng::seed_from_u64(self.points.seed);
        rng.set_stream(FLOW_STREAMS + u64::from(index));
        let mut factor = |sd: f64| -> f64 {
            let normal: f64 = StandardNormal.sample(&mut rng);
            sd * normal - 0.5 * sd * sd
        };
        let n = share.shape().countries;
        let pairs: Vec<f64> = (0..n * n).map(|_| factor(pair_sd)).collect();
        let rows = drawn.values_mut().chunks_exact_mut(n).zip(share.values().chunks_exact(n));
        for (row, (drawn, share)) in rows.enumerate() {
            let importer = row % n;
            let of_pairs = &pairs[importer * n..(importer + 1) * n];
            // Drawn for every flow, so that it does not matter which others are traded.
            drawn.iter_mut().zip(of_pairs).for_each(|(log, pair)| *log = pair + factor(cell_sd));
            drawn[importer] = 0.0;
            exp_all(drawn);
            drawn.iter_mut().zip(share).for_each(|(factor, share)| *factor *= share);
            let (before, after) = (share.iter().sum::<f64>(), drawn.iter().sum::<f64>());
            if after > 0.0 {
                drawn.iter_mut().for_each(|share| *share *= before / after);
            }
        }
    }
}

/// The standard deviation of a logarithm, from a coefficient of variation.
fn log_sd(cv: f64) -> f64 {
    ln(1.0 + cv * cv).sqrt()
}

/// How the elasticity of each sector is drawn, where it does not come from a row of values; `None` where it is certain.
/// The published standard error se of a log-normal one is s = √ln(1 + (se/θ)²), at least [`SMALLEST_LOG_SD`].
fn marginals(elasticities: &Elasticities, prior: ElasticityPrior) -> Vec<Option<Marginal>> {
    let sectors = elasticities.theta.iter().zip(&elasticities.standard_error);
    let marginal = |(theta, error): (&f64, &Option<f64>)| {
        let error = error.filter(|error| *error > 0.0);
        let (family, applied) = match prior.family {
            ElasticityFamily::LogNormal(spread) => {
                let log_sd = match spread {
                    ElasticitySpread::CoefficientOfVariation(cv) => log_sd(cv),
                    ElasticitySpread::FromData => log_sd(error? / theta).max(SMALLEST_LOG_SD),
                };
                ((log_sd > 0.0).then_some(Family::LogNormal { log_sd })?, Applied::Times)
            }
            ElasticityFamily::NormalFromData => (Family::Normal { mean: 0.0, sd: error? }, Applied::Added),
            ElasticityFamily::Same(family, applied) => (family, applied),
            ElasticityFamily::AnyRow | ElasticityFamily::RowOfDraw => return None,
        };
        Some(Marginal { family, applied, bounds: prior.bounds })
    };
    sectors.map(marginal).collect()
}

/// For each sector whether its elasticity is the same in every draw.
pub fn certain_sectors(elasticities: &Elasticities, prior: ElasticityPrior) -> Vec<bool> {
    match (prior.family, &elasticities.joint) {
        (ElasticityFamily::AnyRow | ElasticityFamily::RowOfDraw, Joint::Rows(rows)) => {
            let same = |sector: usize| rows.iter().all(|row| row[sector].total_cmp(&rows[0][sector]).is_eq());
            (0..elasticities.theta.len()).map(same).collect()
        }
        _ => marginals(elasticities, prior).iter().map(Option::is_none).collect(),
    }
}

impl ShareSampler {
    fn new(share: &ExemptShare, prior: ExemptPrior) -> Self {
        let mean = share.mean.fraction();
        let marginal = match prior {
            _ if share.known => None,
            ExemptPrior::Beta { sd } => (sd > 0.0 && mean > 0.0 && mean < 1.0).then(|| Marginal {
                family: Family::beta(mean, sd),
                applied: Applied::InPlace,
                bounds: Marginal::UNBOUNDED,
            }),
            ExemptPrior::Same(marginal) => Some(marginal),
        };
        Self { central: mean, marginal, partner: share.partner }
    }

    /// The share at a standard normal shock.
    fn at(&self, shock: f64) -> f64 {
        self.marginal.map_or(self.central, |marginal| marginal.at(self.central, shock))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::economy::horizon::Horizon;
    use crate::units::Share;

    fn elasticities() -> Elasticities {
        Elasticities {
            label: "test".into(),
            theta: vec![4.0, 8.0, 5.0],
            standard_error: vec![Some(2.0), Some(0.1), None],
            unlisted: 0,
            raised: 0,
            horizon: Horizon::Long,
            joint: Joint::Unknown,
        }
    }

    fn shares() -> Vec<ExemptShare> {
        let share = |partner, mean| ExemptShare {
            label: String::new(),
            partner: CountryId::at(partner),
            mean: Share::new(mean).expect("a share"),
            known: false,
        };
        vec![share(2, 0.4), share(1, 0.9), share(2, 0.6), share(1, 1.0)]
    }

    fn logs(draws: u32, sector: usize) -> Vec<f64> {
        let elasticities = elasticities();
        let sampler = Sampler::new(&Uncertainty::default(), &elasticities, &[]);
        (0..draws).map(|d| ln(sampler.draw(d).parameters.theta[sector])).collect()
    }

    fn mean(values: &[f64]) -> f64 {
        values.iter().sum::<f64>() / values.len() as f64
    }

    fn covariance(a: &[f64], b: &[f64]) -> f64 {
        let (mean_a, mean_b) = (mean(a), mean(b));
        a.iter().zip(b).map(|(x, y)| (x - mean_a) * (y - mean_b)).sum::<f64>() / a.len() as f64
    }

    #[test]
    fn draws_have_the_stated_centre_spread_and_correlation() {
        let (first, second) = (logs(20_000, 0), logs(20_000, 1));
        assert!((mean(&first) - ln(4.0)).abs() < 0.01);
        assert!((covariance(&first, &first).sqrt() - ln(1.25).sqrt()).abs() < 0.01);
        assert!((covariance(&second, &second).sqrt() - SMALLEST_LOG_SD).abs() < 0.005);
        let correlation =
            covariance(&first, &second) / (covariance(&first, &first) * covariance(&second, &second)).sqrt();
        assert!((correlation - 0.5).abs() < 0.02, "{correlation}");
    }

    #[test]
    fn a_sector_without_standard_error_has_no_noise() {
        assert!(logs(50, 2).iter().all(|value| (value - ln(5.0)).abs() < 1e-12));
    }

    #[test]
    fn a_draw_depends_on_seed_and_index_only_and_exemptions_leave_elasticities_alone() {
        let elasticities = elasticities();
        let without = Sampler::new(&Uncertainty::default(), &elasticities, &[]);
        let with = Sampler::new(&Uncertainty::default(), &elasticities, &shares());
        assert_eq!(with.draw(7), with.draw(7));
        assert_ne!(with.draw(7), with.draw(8));
        assert_eq!(with.draw(7).parameters.theta, without.draw(7).parameters.theta);
        let other = Uncertainty { seed: 2, ..Uncertainty::default() };
        assert_ne!(Sampler::new(&other, &elasticities, &[]).draw(7), without.draw(7));
    }

    #[test]
    fn a_partner_has_the_same_shock_whoever_else_has_exemptions() {
        let elasticities = elasticities();
        let (all, one) = (shares(), shares().split_off(2)[..1].to_vec());
        let draw =
            |shares: &[ExemptShare]| Sampler::new(&Uncertainty::default(), &elasticities, shares).draw(7);
        assert_eq!(
            draw(&all).parameters.exempt_shares[2].to_bits(),
            draw(&one).parameters.exempt_shares[0].to_bits()
        );
    }

    #[test]
    fn shares_of_a_partner_move_together_and_stay_shares() {
        let elasticities = elasticities();
        let sampler = Sampler::new(&Uncertainty::default(), &elasticities, &shares());
        let draws: Vec<Vec<f64>> = (0..4000).map(|d| sampler.draw(d).parameters.exempt_shares).collect();
        let column = |at: usize| draws.iter().map(|draw| draw[at]).collect::<Vec<_>>();
        assert!(draws.iter().flatten().all(|share| (0.0..=1.0).contains(share)));
        assert!((mean(&column(0)) - 0.4).abs() < 0.01);
        assert!((covariance(&column(0), &column(0)).sqrt() - 0.10).abs() < 0.005);
        assert!(covariance(&column(0), &column(2)) > 0.9 * 0.01);
        assert!(covariance(&column(0), &column(1)).abs() < 0.001);
        assert!(column(3).iter().all(|share| *share >= 1.0));
    }

    #[test]
    fn a_drawn_elasticity_below_the_floor_is_raised_and_counted() {
        let low = Elasticities { theta: vec![0.31; 3], standard_error: vec![Some(0.3); 3], ..elasticities() };
        let sampler = Sampler::new(&Uncertainty::default(), &low, &[]);
        let draws: Vec<Draw> = (0..100).map(|d| sampler.draw(d)).collect();
        assert!(draws.iter().any(|draw| draw.floored > 0));
        assert!(draws.iter().flat_map(|draw| &draw.parameters.theta).all(|theta| *theta >= 0.3));
    }
}
