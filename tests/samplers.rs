//! Samplers on a sum of normal numbers, of which everything is known: what is reported lies within what is said of it.

#![allow(clippy::unwrap_used)]

use tariffsim::monte_carlo::estimate::Spread;
use tariffsim::monte_carlo::quantiles::Memory;
use tariffsim::monte_carlo::sampling::{Design, Points};
use tariffsim::monte_carlo::summary::Numbers;

/// How much each of 40 normal numbers weighs: ever less, and together with a standard deviation of 1.
fn weights() -> Vec<f64> {
    let raw: Vec<f64> = (1..=40).map(|at| 1.0 / f64::from(at)).collect();
    let size = raw.iter().map(|weight| weight * weight).sum::<f64>().sqrt();
    raw.into_iter().map(|weight| weight / size).collect()
}

/// The sum over some draws of one seed, as a run summarises it.
fn spread(design: Design, seed: u64, draws: u32) -> Spread {
    let (points, weights) = (Points { design, seed, draws }, weights());
    let sum = |index: u32| -> [f64; 1] {
        [points
            .normals(index, weights.len())
            .iter()
            .zip(&weights)
            .map(|(shock, weight)| shock * weight)
            .sum()]
    };
    let values: Vec<[f64; 1]> = (0..draws).map(sum).collect();
    let mut numbers = Numbers::new(Memory::All(draws as usize), 1, 1, design);
    let indices: Vec<u32> = (0..draws).collect();
    numbers.extend(&indices, &[values.iter().map(|value| &value[..]).collect()], &[1.0]);
    numbers.sort();
    numbers.spread(0, None, &[1.0]).unwrap()
}

/// The quantile of 95 % of Student's distribution on both sides: with seven degrees of freedom where there are eight sets.
fn width(design: Design) -> f64 {
    if design.has_replicates() { 2.365 } else { 1.96 }
}

fn rms(errors: impl Iterator<Item = f64> + Clone) -> f64 {
    let count = errors.clone().count() as f64;
    (errors.map(|error| error * error).sum::<f64>() / count).sqrt()
}

fn everything_is_within_its_error(replications: u64, draws: u32) {
    let n = f64::from(draws);
    for design in Design::ALL {
        let found: Vec<Spread> = (0..replications).map(|seed| spread(design, seed, draws)).collect();
        let inside = found.iter().filter(|of| of.mean.abs() <= width(design) * of.mc_error).count() as f64;
        let (all, share) = (replications as f64, inside / replications as f64);
        // Three standard errors of a share of 95 %.
        let slack = 3.0 * (0.95 * 0.05 / all).sqrt();
        assert!((share - 0.95).abs() < slack, "{design:?}: {share} of the means are inside");
        // The stated errors are as large as those that are made.
        let (made, stated) = (rms(found.iter().map(|of| of.mean)), rms(found.iter().map(|of| of.mc_error)));
        assert!((made / stated - 1.0).abs() < 4.0 / (2.0 * all).sqrt(), "{design:?}: {made} {stated}");
        // Standard deviations and quantiles are no worse than those of independent draws, within the same slack.
        let limit = 1.0 + 4.0 / (2.0 * all).sqrt();
        let sd = rms(found.iter().map(|of| of.sd - 1.0));
        assert!(sd < limit / (2.0 * n).sqrt(), "{design:?}: {sd}");
        for (p, quantile, density) in
            [(0.05, -1.644_854, 0.103_136), (0.5, 0.0, 0.398_942), (0.95, 1.644_854, 0.103_136)]
        {
            let error = rms(found.iter().map(|of| of.quantile(p).unwrap() - quantile));
            let random = (p * (1.0 - p) / n).sqrt() / density;
            // Quantiles of few draws are biased by about 1/n.
            assert!(error < 1.1 * limit * random, "{design:?}, {p}: {error} {random}");
        }
    }
}

#[test]
fn mean_spread_and_quantiles_are_within_their_errors() {
    everything_is_within_its_error(100, 128);
}

#[test]
#[ignore = "a longer version of the test before"]
fn mean_spread_and_quantiles_are_within_their_errors_over_many_replications() {
    everything_is_within_its_error(200, 1024);
}

#[test]
fn even_draws_make_the_mean_of_a_sum_many_times_more_exact() {
    let error = |design| rms((0..40).map(|seed| spread(design, seed, 1000).mean));
    let random = error(Design::Random);
    assert!((random * 1000.0_f64.sqrt() - 1.0).abs() < 0.35, "{random}");
    for design in [Design::LatinHypercube, Design::Sobol] {
        assert!(error(design) < random / 5.0, "{design:?}: {} {random}", error(design));
    }
}
