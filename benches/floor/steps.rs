//! The steps of a sweep and of a solution: what each computes and reads, and how long it takes.
//!
//! A step is timed by running its loops alone, over all sectors or countries and in the order in which a sweep runs
//! them, on the economy's own matrices. N countries, J sectors, K draws side by side.

use tariffsim::economy::accounts::Accounts;
use tariffsim::model::preconditioner::Home;
use tariffsim::model::shares::PathPoint;
use tariffsim::model::sweep::Sweep;
use tariffsim::model::trade_model::GeneralEquilibrium;
use tariffsim::model::world::World;
use tariffsim::numerics::anderson::FixedPoint as _;
use tariffsim::numerics::functions::{exp_all, ln_all};
use tariffsim::numerics::lanes::{Buffer, matrix_times, transposed_times};

use crate::economies::Case;
use crate::machine::Peak;
use crate::solution::Solution;
use crate::support::{Seconds, seconds, unknowns};

const SAMPLES: usize = 15;
/// Multiply-adds of an exponential and of a logarithm, the latter without its division.
const EXPONENTIAL: usize = 17;
const LOGARITHM: usize = 16;
const DOUBLE: usize = size_of::<f64>();
const SINGLE: usize = size_of::<f32>();

/// A step: multiply-adds in double and in single precision, bytes read and written, and its time.
pub(crate) struct Step {
    pub(crate) name: &'static str,
    double: f64,
    single: f64,
    bytes: f64,
    /// How often those bytes are gone through.
    times: f64,
    pub(crate) taken: Seconds,
}

impl Step {
    fn new(name: &'static str, [double, single, bytes]: [usize; 3], taken: Seconds) -> Self {
        Self { name, double: double as f64, single: single as f64, bytes: bytes as f64, times: 1.0, taken }
    }

    /// The least seconds that it can take, and whether memory is what limits it.
    pub(crate) fn limit(&self, peak: &Peak, bandwidth: f64) -> (f64, bool) {
        let arithmetic = self.double / peak.double + self.single / peak.single;
        let memory = self.bytes / bandwidth;
        (arithmetic.max(memory), memory > arithmetic)
    }

    /// The bytes that lie in the caches while it runs.
    pub(crate) fn resident(&self) -> f64 {
        self.bytes / self.times
    }
}

/// All steps for K draws side by side.
pub(crate) fn of<const K: usize>(model: &GeneralEquilibrium, case: &Case) -> Vec<Step> {
    let world = case.baseline.world(&case.policy).expect("a world");
    let parts = vec![
        costs::<K>(&world),
        trade::<K>(&world),
        inputs::<K>(&world),
        home::<K>(&world),
        wages::<K>(&world),
    ];
    let sums = |of: fn(&Step) -> f64| parts.iter().map(of).sum::<f64>();
    let whole = Step {
        name: "**whole sweep**",
        double: sums(|step| step.double),
        single: sums(|step| step.single),
        bytes: sums(|step| step.bytes),
        times: 1.0,
        taken: whole_sweep::<K>(&world, case),
    };
    let solution = Solution::timed::<K>(model, &world, case, SAMPLES);
    let acceleration = acceleration::<K>(model, &world, &solution);
    let sweeps = solution.sweeps as f64;
    let solved = Step {
        name: "**whole solution**",
        double: sweeps * (whole.double + acceleration.double),
        single: sweeps * whole.single,
        bytes: sweeps * (whole.bytes + acceleration.bytes),
        times: sweeps,
        taken: solution.whole,
    };
    parts.into_iter().chain([whole, acceleration, solved]).collect()
}

fn ones<const K: usize>(components: usize) -> Buffer {
    let mut ones = Buffer::zeros(components * K);
    ones.fill(1.0);
    ones
}

/// The matrix of a country, by (input, output).
fn of_country(accounts: &Accounts, country: usize) -> &[f64] {
    let size = accounts.shape.sectors * accounts.shape.sectors;
    &accounts.input_share[country * size..(country + 1) * size]
}

/// Equation (10): J² multiply-adds a country, and an exponential for each of its sectors.
fn costs<const K: usize>(world: &World<'_>) -> Step {
    let (n, j) = (world.accounts.shape.countries, world.accounts.shape.sectors);
    let (prices, mut costs) = (ones::<K>(n * j), ones::<K>(n * j));
    let taken = seconds(SAMPLES, || {
        for country in 0..n {
            let pairs = country * j * K..(country + 1) * j * K;
            let inputs = of_country(world.accounts, country);
            transposed_times::<K, _>(inputs, &prices[pairs.clone()], &mut costs[pairs]);
        }
        exp_all(&mut costs);
    });
    let bytes = DOUBLE * (n * j * j + 2 * n * j * K);
    Step::new("unit costs (10)", [(j + EXPONENTIAL) * n * j * K, 0, bytes], taken)
}

/// Equations (11) and (12) and sales: N² multiply-adds a sector for the prices, as many for what is paid before tariff
/// where there is a tariff, and as many for the sales; a logarithm for every price.
fn trade<const K: usize>(world: &World<'_>) -> Step {
    let (n, j) = (world.accounts.shape.countries, world.accounts.shape.sectors);
    let (costs, mut scaled) = (ones::<K>(n * j), ones::<K>(n * j));
    let (mut gross, mut net, mut sales) = (ones::<K>(n), ones::<K>(n), ones::<K>(n));
    let taken = seconds(SAMPLES, || {
        for sector in 0..j {
            let lanes = sector * n * K..(sector + 1) * n * K;
            let before_tariff =
                if world.shares.taxed[sector] { &world.shares.net } else { &world.shares.share };
            matrix_times::<K, _>(world.shares.share.matrix(sector), &costs[lanes.clone()], &mut gross);
            if world.shares.taxed[sector] {
                matrix_times::<K, _>(before_tariff.matrix(sector), &costs[lanes.clone()], &mut net);
            }
            scaled[lanes.clone()].copy_from_slice(&gross);
            ln_all(&mut gross);
            transposed_times::<K, _>(before_tariff.matrix(sector), &scaled[lanes], &mut sales);
        }
    });
    let matrices = j + world.shares.taxed.iter().filter(|taxed| **taxed).count();
    let products = n * n * (matrices + j) * K;
    let bytes = DOUBLE * (n * n * matrices + 2 * n * j * K);
    Step::new("trade (11, 12)", [products + LOGARITHM * n * j * K, 0, bytes], taken)
}

/// Equation (13): J² multiply-adds a country.
fn inputs<const K: usize>(world: &World<'_>) -> Step {
    let (n, j) = (world.accounts.shape.countries, world.accounts.shape.sectors);
    let (output, mut demand) = (ones::<K>(n * j), ones::<K>(j));
    let taken = seconds(SAMPLES, || {
        for country in 0..n {
            let output = &output[country * j * K..(country + 1) * j * K];
            matrix_times::<K, _>(of_country(world.accounts, country), output, &mut demand);
        }
    });
    Step::new("inputs (13)", [n * j * j * K, 0, DOUBLE * (n * j * j + n * j * K)], taken)
}

/// Preconditioning at home: three products with matrices of J² a country, two of them with the same one, in single
/// precision.
fn home<const K: usize>(world: &World<'_>) -> Step {
    let (n, j) = (world.accounts.shape.countries, world.accounts.shape.sectors);
    let residuals = ones::<K>(n * j);
    let (mut prices, mut spendings) = (ones::<K>(n * j), ones::<K>(n * j));
    let mut work = Home::<K>::new(j);
    let taken = seconds(SAMPLES, || {
        for country in 0..n {
            let pairs = country * j * K..(country + 1) * j * K;
            let residuals = &residuals[pairs.clone()];
            let steps = (&mut prices[pairs.clone()], &mut spendings[pairs]);
            std::hint::black_box(world.preconditioner.settle_at_home::<K>(
                country,
                (residuals, residuals),
                steps,
                &mut work,
            ));
        }
    });
    Step::new(
        "each country at home",
        [0, 3 * n * j * j * K, 2 * SINGLE * n * j * j + 4 * DOUBLE * n * j * K],
        taken,
    )
}

/// Preconditioning of wages: two products with a matrix of N² in double precision, and what follows as N or at most
/// [`PATTERNS`] patterns for each of the 2NJ prices and spendings, in single precision.
fn wages<const K: usize>(world: &World<'_>) -> Step {
    const PATTERNS: usize = 32;
    let (n, j) = (world.accounts.shape.countries, world.accounts.shape.sectors);
    let patterns = n.min(PATTERNS);
    let (residual, shift) = (ones::<K>(n), ones::<K>(n));
    let (mut wages, mut steps) = (ones::<K>(n), ones::<K>(2 * n * j));
    let taken = seconds(SAMPLES, || {
        world.preconditioner.wages::<K>(&shift, &residual, &mut wages);
        world.preconditioner.follow::<K>(&wages, &mut steps);
    });
    let double = (2 * n * n + 2 * n * j) * K;
    let single = patterns * (n + 2 * n * j) * K;
    let bytes = DOUBLE * (n * n + 2 * n * j + 2 * 2 * n * j * K) + SINGLE * patterns * (n + 2 * n * j);
    Step::new("wages and what follows", [double, single, bytes], taken)
}

fn whole_sweep<const K: usize>(world: &World<'_>, case: &Case) -> Seconds {
    let mut sweep = Sweep::<K>::new(world, world.preconditioner, PathPoint::END);
    (0..K).for_each(|lane| sweep.set_draw(lane, &case.central));
    let (z, mut step) = (unknowns(&case.baseline.central, K), vec![0.0; K * sweep.size()]);
    seconds(SAMPLES, || {
        std::hint::black_box(sweep.step(&z, &mut step));
    })
}

/// Anderson acceleration, per sweep: two inner products and one correction for every column of history that there is
/// by then, and the length of the step. Columns are read in single precision and worked on in double.
fn acceleration<const K: usize>(model: &GeneralEquilibrium, world: &World<'_>, solution: &Solution) -> Step {
    let shape = world.accounts.shape;
    let size = ((shape.countries + 2 * shape.pairs()) * K) as f64;
    let columns: usize = (0..solution.sweeps).map(|sweep| sweep.min(model.options.depth)).sum();
    let columns = columns as f64 / solution.sweeps as f64;
    // Two columns are read for each of the past, two are written; point, step, weights and what is kept of the last
    // ones are read and written eight times.
    let bytes = size * (SINGLE as f64 * (2.0 * columns + 2.0) + 8.0 * DOUBLE as f64);
    let double = size * (3.0 * columns + 1.0);
    Step {
        name: "acceleration, a sweep",
        double,
        single: 0.0,
        bytes,
        times: 1.0,
        taken: solution.acceleration,
    }
}
