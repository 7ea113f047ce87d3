//! The loops of a sweep over the lanes of many pairs. Legend as in [`crate::model::sweep`].

use multiversion::multiversion;

use crate::numerics::lanes::{lane, lane_mut};

/// What the importers of a sector know when they buy.
#[derive(Clone, Copy)]
pub(super) struct Buyers<'a, const K: usize> {
    pub(super) spent: &'a [f64],
    pub(super) sectors: usize,
    pub(super) sector: usize,
    pub(super) theta: &'a [f64; K],
    pub(super) price: &'a [f64],
    pub(super) spending: &'a [f64],
    pub(super) gross: &'a [f64],
    pub(super) net: &'a [f64],
    pub(super) log_gross: &'a [f64],
}

/// The residuals of their prices, X/s, and their tariff revenue.
#[multiversion(targets("x86_64+avx512f+avx512vl", "x86_64+avx2", "aarch64+neon"))]
pub(super) fn buy<const K: usize>(
    from: Buyers<'_, K>,
    residual: &mut [f64],
    scaled: &mut [f64],
    revenue: &mut [f64],
) {
    let importers = scaled.as_chunks_mut::<K>().0.iter_mut().zip(revenue.as_chunks_mut::<K>().0);
    for (importer, (scaled, revenue)) in importers.enumerate() {
        let pair = importer * from.sectors + from.sector;
        let (spent, residual) = (from.spent[pair], lane_mut::<K>(residual, pair));
        if spent <= 0.0 {
            // Nobody buys here: there is no price to find.
            (*residual, *scaled) = ([0.0; K], [0.0; K]);
            continue;
        }
        let (price, spending) = (lane::<K>(from.price, pair), lane::<K>(from.spending, pair));
        let (gross, net) = (lane::<K>(from.gross, importer), lane::<K>(from.net, importer));
        let log_gross = lane::<K>(from.log_gross, importer);
        for l in 0..K {
            residual[l] = -log_gross[l] / from.theta[l] - price[l];
            scaled[l] = spent * spending[l] / gross[l];
            revenue[l] += spent * spending[l] - scaled[l] * net[l];
        }
    }
}

/// The largest relative residual of prices and spending in each lane, and the component that has it.
#[multiversion(targets("x86_64+avx512f+avx512vl", "x86_64+avx2", "aarch64+neon"))]
pub(super) fn largest<const K: usize>(
    spent: &[f64],
    price: &[f64],
    spending: &[f64],
    level: &[f64],
) -> ([f64; K], [u64; K]) {
    let pairs = spent.len();
    let (mut largest, mut worst) = ([0.0_f64; K], [0_u64; K]);
    for (pair, spent) in spent.iter().enumerate() {
        if *spent > 0.0 {
            let (price, spending) = (lane::<K>(price, pair), lane::<K>(spending, pair));
            let level = lane::<K>(level, pair);
            for l in 0..K {
                let (of_price, of_spending) = (price[l].abs(), (spending[l] / (spent * level[l])).abs());
                let more = grows(of_price, largest[l]);
                largest[l] = if more { of_price } else { largest[l] };
                worst[l] = if more { pair as u64 } else { worst[l] };
                let more = grows(of_spending, largest[l]);
                largest[l] = if more { of_spending } else { largest[l] };
                worst[l] = if more { (pairs + pair) as u64 } else { worst[l] };
            }
        }
    }
    (largest, worst)
}

/// Whether a residual is larger than the largest so far; what is no number is larger than any.
#[inline(always)]
fn grows(residual: f64, largest: f64) -> bool {
    (residual > largest || residual.is_nan()) && !largest.is_nan()
}
