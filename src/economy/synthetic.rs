//! Random economies that are consistent by construction, for tests, benchmarks and teaching.

use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use crate::bilateral::{Bilateral, Flow, Shape};
use crate::economy::dataset::{Dataset, ElasticitySet, FinalDemand, PublishedElasticity, SectorKind};
use crate::index::{CodeList, Position};

/// What a random economy looks like.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Recipe {
    /// Countries and sectors; the last third of the sectors are services.
    pub shape: Shape,
    /// Seed.
    pub seed: u64,
    /// The largest tariff, as a fraction.
    pub highest_tariff: f64,
    /// Share of foreign flows that are zero.
    pub gaps: f64,
    /// Share of output spent on inputs, at most.
    pub input_intensity: f64,
    /// Smallest and largest trade elasticity.
    pub elasticities: (f64, f64),
}

impl Recipe {
    /// A plain economy of a size.
    pub fn new(countries: usize, sectors: usize, seed: u64) -> Self {
        Self {
            shape: Shape { countries, sectors },
            seed,
            highest_tariff: 0.2,
            gaps: 0.1,
            input_intensity: 0.6,
            elasticities: (1.5, 9.0),
        }
    }

    /// Makes the economy. Final demand is residual and positive; deficits are whatever trade says.
    pub fn dataset(self) -> Dataset {
        let Shape { countries, sectors } = self.shape;
        let mut rng = ChaCha8Rng::seed_from_u64(self.seed);
        let codes = |letter: char, count: usize| {
            CodeList::new((0..count).map(|i| (format!("{letter}{i:02}"), format!("{letter} number {i}"))))
                .expect("numbered codes are distinct")
        };
        let kinds: Vec<_> = (0..sectors)
            .map(|j| if 3 * j < 2 * sectors { SectorKind::Goods } else { SectorKind::Services })
            .collect();
        let (mut trade, mut tariffs) = (Bilateral::zeros(self.shape), Bilateral::zeros(self.shape));
        let sizes: Vec<f64> = (0..countries).map(|_| 10.0_f64.powf(rng.random_range(0.0..1.5))).collect();
        for cell in 0..self.shape.cells() {
            let flow = self.shape.flow(cell);
            let (from, to) = (sizes[flow.exporter.index()], sizes[flow.importer.index()]);
            let scale = rng.random_range(0.2..1.0) * 100.0;
            if flow.is_domestic() {
                trade.values_mut()[cell] = scale * to * countries as f64;
            } else if self.trades(flow) || rng.random::<f64>() >= self.gaps {
                trade.values_mut()[cell] = scale * (from * to).sqrt() * 0.4;
                if kinds[flow.sector.index()] == SectorKind::Goods {
                    tariffs.values_mut()[cell] = rng.random_range(0.0..=1.0) * self.highest_tariff;
                }
            }
        }
        let inputs = self.inputs(&trade, &mut rng);
        let elasticity = |rng: &mut ChaCha8Rng| {
            let theta = rng.random_range(self.elasticities.0..=self.elasticities.1);
            Some(PublishedElasticity { theta, standard_error: Some(theta / 3.0) })
        };
        Dataset {
            name: "synthetic".into(),
            title: format!("random economy {}", self.seed),
            year: 2000,
            unit: "USD mn".into(),
            licence: String::new(),
            citation: String::new(),
            default_elasticities: "RANDOM".into(),
            countries: codes('C', countries),
            sectors: codes('S', sectors),
            kinds,
            trade,
            tariffs,
            inputs: Some(inputs),
            final_demand: FinalDemand::Residual,
            value_added: None,
            deficits: None,
            elasticities: vec![ElasticitySet {
                name: "RANDOM".into(),
                sectors: (0..sectors).map(|_| elasticity(&mut rng)).collect(),
            }],
            groups: Vec::new(),
        }
    }

    /// Flows that are never a gap: a ring, so that every country sells abroad.
    fn trades(&self, flow: Flow) -> bool {
        flow.exporter.index() == (flow.importer.index() + 1) % self.shape.countries
    }

    /// Input coefficients that leave every final demand positive: each input's use stays below its supply.
    fn inputs(&self, trade: &Bilateral, rng: &mut ChaCha8Rng) -> Vec<f64> {
        let Shape { countries, sectors } = self.shape;
        let (mut supply, mut output) = (vec![0.0; self.shape.pairs()], vec![0.0; self.shape.pairs()]);
        for (cell, value) in trade.values().iter().enumerate() {
            let flow = self.shape.flow(cell);
            supply[flow.importer.index() * sectors + flow.sector.index()] += value;
            output[flow.exporter.index() * sectors + flow.sector.index()] += value;
        }
        let mut coefficients = vec![0.0; self.shape.pairs() * sectors];
        for country in 0..countries {
            for input in 0..sectors {
                let budget = rng.random_range(0.3..1.0) * self.input_intensity;
                for user in 0..sectors {
                    let made = output[country * sectors + user].max(supply[country * sectors + user]);
                    let most = supply[country * sectors + input] / made / sectors as f64;
                    coefficients[(country * sectors + input) * sectors + user] =
                        budget * most.min(1.0 / sectors as f64);
                }
            }
        }
        coefficients
    }
}
