//! A trade economy in levels: technologies, wages, prices, spending. It knows no ratios and shares no code with
//! the library; plain damped iteration, slow and simple.

#![allow(dead_code, unreachable_pub)]

use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use tariffsim::bilateral::{Bilateral, Flow, Shape};
use tariffsim::economy::closure::Deficits;
use tariffsim::economy::dataset::{Dataset, ElasticitySet, FinalDemand, PublishedElasticity, SectorKind};
use tariffsim::index::{CodeList, Position as _};

/// Technologies, endowments, tastes and policy. Pairs (country, sector) lie at `country * sectors + sector`.
#[derive(Clone)]
pub struct Economy {
    pub shape: Shape,
    pub labour: Vec<f64>,
    /// Where labour does not move freely: κ, and who works in which sector at observed policy, by pair.
    pub sector_labour: Option<(f64, Vec<f64>)>,
    pub firms: Option<Firms>,
    /// Productivity by pair.
    pub productivity: Vec<f64>,
    /// Iceberg costs, at least 1, and 1 at home.
    pub cost: Bilateral,
    pub tariff: Bilateral,
    /// Trade elasticity by sector.
    pub theta: Vec<f64>,
    /// Share of input k in the cost of sector j, by (country, k, j).
    pub input_share: Vec<f64>,
    /// Shares of final demand by pair.
    pub final_share: Vec<f64>,
    /// What a country spends beyond its income, as a share of world value added; sums to zero.
    pub deficit: Vec<f64>,
    /// The same over the country's own value added, as it is observed: a number that policy does not change.
    pub deficit_ratio: Vec<f64>,
}

/// Firms that enter until none earns more than it costs.
#[derive(Clone)]
pub struct Firms {
    /// How much more a sector sells, at given costs and markets, with as many more firms.
    pub strength: f64,
    /// θ/(σ − 1), where firms differ and pay for each market.
    pub tail: Option<f64>,
    /// What a firm costs in bundles of inputs, by pair; nothing while there is one in every sector.
    pub entry_cost: Vec<f64>,
}

/// What a firm pays for a market, in bundles of inputs.
const MARKET_COST: f64 = 4.0;

/// What costs meet: firms and spending by pair.
struct Market {
    firms: Vec<f64>,
    spending: Vec<f64>,
}

/// An equilibrium; the wage bill of the world is 1.
pub struct Prices {
    /// Average earnings by country, and wages by pair.
    pub wage: Vec<f64>,
    pub sector_wage: Vec<f64>,
    pub income: Vec<f64>,
    /// By pair: unit cost, price index, spending, output value.
    pub cost: Vec<f64>,
    pub price: Vec<f64>,
    pub spending: Vec<f64>,
    pub output: Vec<f64>,
    /// Shares of suppliers in spending.
    pub share: Bilateral,
}

impl Economy {
    /// A random economy; all sectors are goods.
    pub fn random(shape: Shape, input_share: f64, seed: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let (n, j) = (shape.countries, shape.sectors);
        let mut cost = Bilateral::zeros(shape);
        let mut tariff = Bilateral::zeros(shape);
        for flow in (0..shape.cells()).map(|cell| shape.flow(cell)) {
            cost.set(flow, if flow.is_domestic() { 1.0 } else { rng.random_range(1.1..1.8) });
            tariff.set(flow, if flow.is_domestic() { 0.0 } else { rng.random_range(0.0..0.3) });
        }
        let mut final_share: Vec<f64> = (0..n * j).map(|_| rng.random_range(0.3..1.0)).collect();
        for row in final_share.chunks_exact_mut(j) {
            let sum: f64 = row.iter().sum();
            row.iter_mut().for_each(|share| *share /= sum);
        }
        let labour: Vec<f64> = (0..n).map(|_| rng.random_range(0.5..3.0)).collect();
        let mut deficit: Vec<f64> = (0..n).map(|_| rng.random_range(-0.01..0.01)).collect();
        let mean = deficit.iter().sum::<f64>() / n as f64;
        deficit.iter_mut().for_each(|deficit| *deficit -= mean);
        let mut economy = Self {
            shape,
            labour,
            sector_labour: None,
            firms: None,
            productivity: (0..n * j).map(|_| rng.random_range(0.6..1.7)).collect(),
            cost,
            tariff,
            theta: (0..j).map(|_| rng.random_range(2.0..8.0)).collect(),
            input_share: (0..n * j * j)
                .map(|_| input_share * rng.random_range(0.3..1.0) / j as f64)
                .collect(),
            final_share,
            deficit,
            deficit_ratio: Vec::new(),
        };
        let observed = economy.solve(Deficits::Fixed);
        let bill = observed.wage.iter().zip(&economy.labour).map(|(wage, labour)| wage * labour);
        economy.deficit_ratio =
            economy.deficit.iter().zip(bill).map(|(deficit, bill)| deficit / bill).collect();
        economy
    }

    fn flow_at(&self, sector: usize, importer: usize, exporter: usize) -> Flow {
        self.shape.flow((sector * self.shape.countries + importer) * self.shape.countries + exporter)
    }

    /// γ_nj, what is left for labour.
    fn value_added_share(&self, country: usize, sector: usize) -> f64 {
        let j = self.shape.sectors;
        1.0 - (0..j).map(|input| self.input_share[(country * j + input) * j + sector]).sum::<f64>()
    }

    /// The equilibrium, by plain iteration: wages rise where labour is in demand.
    pub fn solve(&self, deficits: Deficits) -> Prices {
        let j = self.shape.sectors;
        let mut wage = vec![1.0; self.shape.pairs()];
        let mut market =
            Market { firms: vec![1.0; self.shape.pairs()], spending: vec![1.0; self.shape.pairs()] };
        for _ in 0..100_000 {
            let bill: f64 = self.bills(&wage).iter().sum();
            wage.iter_mut().for_each(|wage| *wage /= bill);
            let prices = self.at_wages(&wage, &market, deficits);
            let demand = |pair: usize| self.value_added_share(pair / j, pair % j) * prices.output[pair];
            let (bills, supply) = (self.bills(&wage), self.supply(&wage));
            let mut largest = 0.0_f64;
            for (pair, wage) in wage.iter_mut().enumerate() {
                let country = pair / j;
                let excess = match &supply {
                    None => (country * j..(country + 1) * j).map(demand).sum::<f64>() / bills[country] - 1.0,
                    Some(supply) => demand(pair) / (*wage * supply[pair]) - 1.0,
                };
                largest = largest.max(excess.abs());
                *wage *= 1.0 + 0.1 * excess;
            }
            largest = largest.max(self.enter(&prices, &mut market));
            if largest < 1e-13 {
                return prices;
            }
        }
        panic!("the economy in levels did not come to rest");
    }

    /// Lets firms enter and markets grow; gives how far they were from where they settle.
    fn enter(&self, prices: &Prices, market: &mut Market) -> f64 {
        let Some(of) = &self.firms else { return 0.0 };
        let mut largest = 0.0_f64;
        for (old, new) in market.spending.iter_mut().zip(&prices.spending) {
            largest = largest.max((*new / *old - 1.0).abs());
            *old = *new;
        }
        let earned = self.earned(prices, &market.firms);
        for (pair, cost) in of.entry_cost.iter().enumerate() {
            let excess = earned[pair] / (market.firms[pair] * cost * prices.cost[pair]) - 1.0;
            largest = largest.max(excess.abs());
            market.firms[pair] *= 1.0 + 0.1 * excess;
        }
        largest
    }

    /// What the firms of a pair earn beyond what they make and sell for: all sales where a firm's size is given.
    fn earned(&self, prices: &Prices, firms: &[f64]) -> Vec<f64> {
        if self.firms.as_ref().is_none_or(|firms| firms.tail.is_none()) {
            return prices.output.clone();
        }
        let mut earned = vec![0.0; self.shape.pairs()];
        for flow in (0..self.shape.cells()).map(|cell| self.shape.flow(cell)) {
            let (j, sector) = (self.shape.sectors, flow.sector.index());
            let (buyer, seller) = (flow.importer.index() * j + sector, flow.exporter.index() * j + sector);
            let cutoff = self.cutoff(flow, &prices.cost, prices.spending[buyer], prices.price[buyer]);
            assert!(cutoff > 1.0, "every firm sells everywhere");
            let exporters = firms[seller] * cutoff.powf(-self.theta[sector]);
            let markup_income = self.flow(prices, flow) / self.sigma(sector);
            earned[seller] += markup_income - exporters * MARKET_COST * prices.cost[seller];
        }
        earned
    }

    fn sigma(&self, sector: usize) -> f64 {
        let tail = self.firms.as_ref().and_then(|firms| firms.tail).unwrap_or(1.0);
        1.0 + self.theta[sector] / tail
    }

    /// The productivity at which a firm's earnings in a market just pay for it.
    fn cutoff(&self, flow: Flow, cost: &[f64], spending: f64, price: f64) -> f64 {
        let sigma = self.sigma(flow.sector.index());
        let cost = cost[flow.exporter.index() * self.shape.sectors + flow.sector.index()];
        let factory_price = sigma / (sigma - 1.0) * cost * self.cost.get(flow);
        // (p(1 + τ)/P)^(1−σ) X/(1 + τ)/σ is what a firm of productivity 1 earns.
        let landed = factory_price * (1.0 + self.tariff.get(flow)) / price;
        let earned = landed.powf(1.0 - sigma) * spending / (1.0 + self.tariff.get(flow)) / sigma;
        (MARKET_COST * cost / earned).powf(1.0 / (sigma - 1.0))
    }

    /// The same economy with firms: one in every sector at observed policy.
    pub fn with_firms(&self, strength: f64, tail: Option<f64>) -> Self {
        let fixed = Self { firms: Some(Firms { strength, tail, entry_cost: Vec::new() }), ..self.clone() };
        let observed = fixed.solve(Deficits::Fixed);
        let earned = fixed.earned(&observed, &vec![1.0; self.shape.pairs()]);
        let bill = observed.wage.iter().zip(&self.labour).map(|(wage, labour)| wage * labour);
        let deficit_ratio = self.deficit.iter().zip(bill).map(|(deficit, bill)| deficit / bill).collect();
        let entry_cost = earned.iter().zip(&observed.cost).map(|(earned, cost)| earned / cost).collect();
        Self { firms: Some(Firms { strength, tail, entry_cost }), deficit_ratio, ..self.clone() }
    }

    /// Who works in a sector, in what they can do there: L_nj (w_nj/W_n)^(κ−1) with W_n^κ = Σ_j (L_nj/L_n) w_nj^κ;
    /// nothing where labour moves freely.
    fn supply(&self, wage: &[f64]) -> Option<Vec<f64>> {
        let (kappa, observed) = self.sector_labour.as_ref()?;
        let j = self.shape.sectors;
        let earnings = |country: usize| {
            let pairs = country * j..(country + 1) * j;
            let sum: f64 = pairs.map(|pair| observed[pair] * wage[pair].powf(*kappa)).sum();
            (sum / self.labour[country]).powf(1.0 / kappa)
        };
        let average: Vec<f64> = (0..self.shape.countries).map(earnings).collect();
        let supplied = |pair: usize| observed[pair] * (wage[pair] / average[pair / j]).powf(kappa - 1.0);
        Some((0..wage.len()).map(supplied).collect())
    }

    /// What labour earns, by country.
    fn bills(&self, wage: &[f64]) -> Vec<f64> {
        let j = self.shape.sectors;
        match self.supply(wage) {
            None => {
                self.labour.iter().enumerate().map(|(country, labour)| wage[country * j] * labour).collect()
            }
            Some(supply) => supply
                .chunks_exact(j)
                .zip(wage.chunks_exact(j))
                .map(|(supply, wage)| supply.iter().zip(wage).map(|(supply, wage)| supply * wage).sum())
                .collect(),
        }
    }

    /// The same economy with labour that moves between sectors with elasticity κ from where it is at observed policy.
    pub fn with_mobility(&self, kappa: f64) -> Self {
        let (observed, j) = (self.solve(Deficits::Fixed), self.shape.sectors);
        let works = |pair: usize| {
            self.value_added_share(pair / j, pair % j) * observed.output[pair] / observed.sector_wage[pair]
        };
        Self { sector_labour: Some((kappa, (0..self.shape.pairs()).map(works).collect())), ..self.clone() }
    }

    /// Prices, shares and spending when wages are given.
    fn at_wages(&self, wage: &[f64], market: &Market, deficits: Deficits) -> Prices {
        let (cost, price) = self.prices(wage, market);
        let share = self.shares(&cost, &price, market);
        let bill = self.bills(wage);
        let (spending, output, income) = self.spending(&bill, &share, deficits);
        let average = bill.iter().zip(&self.labour).map(|(bill, labour)| bill / labour).collect();
        Prices { wage: average, sector_wage: wage.to_vec(), income, cost, price, spending, output, share }
    }

    fn prices(&self, wage: &[f64], market: &Market) -> (Vec<f64>, Vec<f64>) {
        let (n, j) = (self.shape.countries, self.shape.sectors);
        let (mut cost, mut price) = (vec![1.0_f64; n * j], vec![1.0_f64; n * j]);
        loop {
            for country in 0..n {
                for sector in 0..j {
                    let inputs: f64 = (0..j)
                        .map(|input| {
                            price[country * j + input]
                                .powf(self.input_share[(country * j + input) * j + sector])
                        })
                        .product();
                    let labour = wage[country * j + sector].powf(self.value_added_share(country, sector));
                    cost[country * j + sector] = labour * inputs / self.productivity[country * j + sector];
                }
            }
            let mut moved = 0.0_f64;
            for country in 0..n {
                for sector in 0..j {
                    let sum: f64 =
                        (0..n).map(|from| self.attraction(&cost, market, [sector, country, from])).sum();
                    let new = sum.powf(-1.0 / self.theta[sector]);
                    moved = moved.max((new / price[country * j + sector] - 1.0).abs());
                    price[country * j + sector] = new;
                }
            }
            if moved < 1e-15 {
                return (cost, price);
            }
        }
    }

    /// The part that an exporter has in the spending of an importer whose price index is 1: N^δ(c·d·(1+τ))^(−θ), or what
    /// the firms above the cutoff sell.
    fn attraction(&self, cost: &[f64], market: &Market, [sector, importer, exporter]: [usize; 3]) -> f64 {
        let flow = self.flow_at(sector, importer, exporter);
        let (seller, theta) = (exporter * self.shape.sectors + sector, self.theta[sector]);
        let landed = cost[seller] * self.cost.get(flow) * (1.0 + self.tariff.get(flow));
        let (strength, tail) = self.firms.as_ref().map_or((0.0, None), |of| (of.strength, of.tail));
        if tail.is_none() {
            return market.firms[seller].powf(strength) * landed.powf(-theta);
        }
        let sigma = self.sigma(sector);
        let spending = market.spending[importer * self.shape.sectors + sector];
        let cutoff = self.cutoff(flow, cost, spending, 1.0);
        // ∫ (p(1 + τ)/φ)^(1−σ) θφ^(−θ−1) dφ above the cutoff.
        let mean = theta / (theta - sigma + 1.0) * cutoff.powf(sigma - 1.0 - theta);
        market.firms[seller] * (landed * sigma / (sigma - 1.0)).powf(1.0 - sigma) * mean
    }

    fn shares(&self, cost: &[f64], price: &[f64], market: &Market) -> Bilateral {
        let mut share = Bilateral::zeros(self.shape);
        for flow in (0..self.shape.cells()).map(|cell| self.shape.flow(cell)) {
            let (sector, importer, exporter) =
                (flow.sector.index(), flow.importer.index(), flow.exporter.index());
            let power = price[importer * self.shape.sectors + sector].powf(self.theta[sector]);
            share.set(flow, self.attraction(cost, market, [sector, importer, exporter]) * power);
        }
        share
    }

    /// Spending, output and income when shares are given, by iteration.
    fn spending(
        &self,
        bill: &[f64],
        share: &Bilateral,
        deficits: Deficits,
    ) -> (Vec<f64>, Vec<f64>, Vec<f64>) {
        let (n, j) = (self.shape.countries, self.shape.sectors);
        let deficit = self.deficits(bill, deficits);
        let mut spending: Vec<f64> = self.final_share.clone();
        loop {
            let (mut output, mut income) = (vec![0.0; n * j], vec![0.0; n]);
            for flow in (0..self.shape.cells()).map(|cell| self.shape.flow(cell)) {
                let (sector, importer, exporter) =
                    (flow.sector.index(), flow.importer.index(), flow.exporter.index());
                let value = share.get(flow) * spending[importer * j + sector] / (1.0 + self.tariff.get(flow));
                output[exporter * j + sector] += value;
                income[importer] += self.tariff.get(flow) * value;
            }
            let mut moved = 0.0_f64;
            for country in 0..n {
                income[country] += bill[country] + deficit[country];
                for input in 0..j {
                    let used: f64 = (0..j)
                        .map(|sector| {
                            self.input_share[(country * j + input) * j + sector]
                                * output[country * j + sector]
                        })
                        .sum();
                    let new = used + self.final_share[country * j + input] * income[country];
                    moved = moved.max((new / spending[country * j + input] - 1.0).abs());
                    spending[country * j + input] = new;
                }
            }
            if moved < 1e-15 {
                return (spending, output, income);
            }
        }
    }

    fn deficits(&self, bill: &[f64], deficits: Deficits) -> Vec<f64> {
        match deficits {
            Deficits::Fixed => self.deficit.clone(),
            Deficits::Balanced => vec![0.0; self.shape.countries],
            Deficits::Proportional => {
                let ratio = &self.deficit_ratio;
                let world: f64 = bill.iter().sum();
                let mean: f64 = ratio.iter().zip(bill).map(|(ratio, bill)| ratio * bill).sum::<f64>() / world;
                ratio.iter().zip(bill).map(|(ratio, bill)| bill * (ratio - mean)).collect()
            }
        }
    }

    /// What a statistical office would see.
    pub fn dataset(&self) -> Dataset {
        let observed = self.solve(Deficits::Fixed);
        let codes = |letter: char, count: usize| {
            CodeList::new((0..count).map(|at| (format!("{letter}{at}"), String::new()))).unwrap()
        };
        let mut trade = Bilateral::zeros(self.shape);
        for flow in (0..self.shape.cells()).map(|cell| self.shape.flow(cell)) {
            trade.set(flow, self.flow(&observed, flow));
        }
        let sector = |theta: &f64| Some(PublishedElasticity { theta: *theta, standard_error: None });
        Dataset {
            name: "levels".into(),
            title: String::new(),
            year: 2000,
            unit: "USD mn".into(),
            licence: String::new(),
            citation: String::new(),
            default_elasticities: "TRUE".into(),
            countries: codes('C', self.shape.countries),
            sectors: codes('S', self.shape.sectors),
            kinds: vec![SectorKind::Goods; self.shape.sectors],
            trade,
            tariffs: self.tariff.clone(),
            inputs: Some(self.input_share.clone()),
            final_demand: FinalDemand::Residual,
            value_added: None,
            deficits: None,
            elasticities: vec![ElasticitySet {
                name: "TRUE".into(),
                sectors: self.theta.iter().map(sector).collect(),
            }],
            groups: Vec::new(),
        }
    }

    /// The value of a flow before tariff.
    pub fn flow(&self, at: &Prices, flow: Flow) -> f64 {
        let buyer = flow.importer.index() * self.shape.sectors + flow.sector.index();
        at.share.get(flow) * at.spending[buyer] / (1.0 + self.tariff.get(flow))
    }

    /// The price of a flow at the border.
    pub fn border_price(&self, at: &Prices, flow: Flow) -> f64 {
        at.cost[flow.exporter.index() * self.shape.sectors + flow.sector.index()] * self.cost.get(flow)
    }

    fn foreign(&self, importer: usize) -> impl Iterator<Item = Flow> + '_ {
        let flows = (0..self.shape.cells()).map(|cell| self.shape.flow(cell));
        flows.filter(move |flow| flow.importer.index() == importer && !flow.is_domestic())
    }

    /// All imports of a country before tariff.
    pub fn imports(&self, at: &Prices, importer: usize) -> f64 {
        self.foreign(importer).map(|flow| self.flow(at, flow)).sum()
    }

    /// Tariff revenue of a country.
    pub fn revenue(&self, at: &Prices, importer: usize) -> f64 {
        self.foreign(importer).map(|flow| self.tariff.get(flow) * self.flow(at, flow)).sum()
    }

    /// Π_j P_nj^α_nj.
    pub fn consumer_price(&self, at: &Prices, country: usize) -> f64 {
        let j = self.shape.sectors;
        (country * j..(country + 1) * j).map(|pair| at.price[pair].powf(self.final_share[pair])).product()
    }
}
