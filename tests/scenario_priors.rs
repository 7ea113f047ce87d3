//! Priors of the language: what is written is what is drawn, and it is written back as it is.

#![allow(clippy::unwrap_used, clippy::panic)]

mod scenario_support;

use scenario_support::{Memory, dataset, faults, resolve, resolve_with};
use tariffsim::economy::elasticities::Joint;
use tariffsim::economy::policy::ExemptShare;
use tariffsim::monte_carlo::draw::{Sampler, certain_sectors};
use tariffsim::scenario::{Resolved, Scenario};

const MEASURE: &str = "[[measure]]\nby = \"USA\"\non = \"CHN\"\nadd = \"25pp\"\nexempt_share = \"40%\"\n";

fn with(uncertainty: &str) -> String {
    format!("{MEASURE}[uncertainty]\n{uncertainty}\n")
}

/// Elasticities and exempt shares of some draws.
fn drawn(resolved: &Resolved, draws: u32) -> Vec<[f64; 3]> {
    let shares: &[ExemptShare] = &resolved.policy.exempt_shares;
    let sampler = Sampler::new(&resolved.uncertainty, &resolved.elasticities, shares);
    let draw = |index| {
        let parameters = sampler.draw(index).parameters;
        [parameters.theta[0], parameters.theta[1], parameters.exempt_shares[0]]
    };
    (0..draws).map(draw).collect()
}

fn moments(values: impl Iterator<Item = f64> + Clone) -> [f64; 2] {
    let count = values.clone().count() as f64;
    let mean = values.clone().sum::<f64>() / count;
    [mean, (values.map(|value| (value - mean).powi(2)).sum::<f64>() / count).sqrt()]
}

fn correlation(pairs: &[[f64; 3]]) -> f64 {
    let [one, other] = [0, 1].map(|at| moments(pairs.iter().map(|pair| pair[at])));
    let product = pairs.iter().map(|pair| (pair[0] - one[0]) * (pair[1] - other[0])).sum::<f64>();
    product / pairs.len() as f64 / (one[1] * other[1])
}

/// The central elasticity is 4 and its standard error 1.
#[test]
fn elasticities_are_drawn_from_the_family_that_is_written() {
    for (prior, mean, sd) in [
        ("normal = {}", 4.0, 1.0),
        ("normal = { sd = \"25%\" }", 4.0, 1.0),
        ("normal = { sd = 0.5 }", 4.0, 0.5),
        ("normal = { min = 4 }", 4.0 + (2.0 / std::f64::consts::PI).sqrt(), 0.6028),
        ("lognormal = { sd = \"30%\" }", 4.0 * 1.09_f64.sqrt(), 4.0 * 1.09_f64.sqrt() * 0.3),
        ("lognormal = { sd = \"30%\", max = 4 }", 3.2118, 0.5241),
        ("uniform = { low = \"50%\", high = \"200%\" }", 5.0, 6.0 / 12.0_f64.sqrt()),
        ("uniform = { low = 1, high = 3.5 }", 2.25, 2.5 / 12.0_f64.sqrt()),
        ("triangular = { low = \"50%\", high = \"150%\" }", 4.0, 2.0 / 6.0_f64.sqrt()),
        ("triangular = { low = 2, mode = 2, high = 8 }", 4.0, 2.0_f64.sqrt()),
        ("beta = { low = \"50%\", high = \"300%\", sd = \"40%\" }", 4.0, 1.6),
        ("beta = { low = 1, high = 9, mean = 3, sd = 1 }", 3.0, 1.0),
    ] {
        let text = with(&format!("sampler = \"sobol\"\ntrade_elasticity.{prior}"));
        let resolved = resolve(&text);
        let draws = drawn(&resolved, 4096);
        let [found_mean, found_sd] = moments(draws.iter().map(|draw| draw[0]));
        assert!(
            (found_mean - mean).abs() < 0.03 && (found_sd - sd).abs() < 0.03,
            "{prior}: {found_mean} {found_sd}"
        );
        // The shocks have a correlation of a half.
        assert!((correlation(&draws) - 0.5).abs() < 0.08, "{prior}: {}", correlation(&draws));
        assert!(
            certain_sectors(&resolved.elasticities, resolved.uncertainty.elasticities).iter().all(|is| !is)
        );
        written_back(&resolved, &Memory::default());
    }
}

#[test]
fn exempt_shares_are_drawn_from_the_family_that_is_written() {
    for (prior, mean, sd) in [
        ("beta = { sd = \"5pp\" }", 0.4, 0.05),
        ("normal = { sd = \"5pp\" }", 0.4, 0.05),
        ("uniform = { low = \"-10pp\", high = \"20pp\" }", 0.45, 0.3 / 12.0_f64.sqrt()),
        ("uniform = { low = \"-60pp\", high = \"20pp\" }", 0.3, 0.6 / 12.0_f64.sqrt()),
        ("uniform = { low = \"10%\", high = \"30%\" }", 0.2, 0.2 / 12.0_f64.sqrt()),
        ("triangular = { low = \"-30pp\", high = \"30pp\" }", 0.4, 0.3 / 6.0_f64.sqrt()),
        ("triangular = { low = \"0%\", mode = \"90%\", high = \"90%\" }", 0.6, 0.9 / 18.0_f64.sqrt()),
    ] {
        let resolved = resolve(&with(&format!("sampler = \"sobol\"\nexempt_share.{prior}")));
        let draws = drawn(&resolved, 4096);
        let [found_mean, found_sd] = moments(draws.iter().map(|draw| draw[2]));
        assert!(
            (found_mean - mean).abs() < 0.005 && (found_sd - sd).abs() < 0.005,
            "{prior}: {found_mean} {found_sd}"
        );
        assert!(draws.iter().all(|draw| (0.0..=1.0).contains(&draw[2])));
        written_back(&resolved, &Memory::default());
    }
}

/// What is written back draws the same.
fn written_back(resolved: &Resolved, files: &Memory) {
    let text = resolved.to_toml(&resolved.uncertainty);
    let again = Scenario::parse("again.toml", &text).unwrap_or_else(|faults| panic!("{faults:?}\n{text}"));
    let again = again.resolve(&dataset(), files).unwrap_or_else(|faults| panic!("{faults:?}\n{text}"));
    assert_eq!(again.uncertainty, resolved.uncertainty, "{text}");
    assert_eq!(again.elasticities, resolved.elasticities, "{text}");
}

#[test]
fn a_draw_takes_one_of_several_sets_or_its_own_row() {
    let sets = resolve(&with("trade_elasticity.sets = [\"MEDIAN7\", \"CP2015_full\"]"));
    let draws = drawn(&sets, 400);
    assert!(draws.iter().all(|draw| draw[0].total_cmp(&draw[1]).is_eq() && [4.0, 8.0].contains(&draw[0])));
    let first = draws.iter().filter(|draw| draw[0] < 5.0).count();
    assert!((160..240).contains(&first), "{first}");
    written_back(&sets, &Memory::default());
    let table = Memory::with("own/d.csv", "draw,theta:AUT\n0,2.5\n1,3.5\n");
    let rows = resolve_with(&with("trade_elasticity.draws = \"own/d.csv\""), &table);
    let draws = drawn(&rows, 2);
    assert_eq!([[draws[0][0], draws[0][1]], [draws[1][0], draws[1][1]]], [[4.0, 2.5], [4.0, 3.5]]);
    assert_eq!(certain_sectors(&rows.elasticities, rows.uncertainty.elasticities), [true, false, true]);
    assert!(rows.inputs_for_hash().iter().any(|(name, _)| *name == "own/d.csv"));
    written_back(&rows, &table);
}

#[test]
fn sectors_are_correlated_as_a_table_says() {
    let table = Memory::with("c.csv", "sector,other,correlation\nAGR,AUT,-0.7\nAUT,AGR,-0.7\nBUS,BUS,1\n");
    let prior = "normal = { sd = 0.5, correlation = \"c.csv\" }";
    let resolved = resolve_with(&with(&format!("sampler = \"sobol\"\ntrade_elasticity.{prior}")), &table);
    assert!(matches!(&resolved.elasticities.joint, Joint::Correlated(rows) if rows.len() == 3));
    let found = correlation(&drawn(&resolved, 4096));
    assert!((found + 0.7).abs() < 0.02, "{found}");
    written_back(&resolved, &table);
}

#[test]
fn distributions_that_make_no_sense_are_refused() {
    for (prior, said) in [
        ("trade_elasticity.uniform = { low = 2 }", "the numbers of `uniform` lack `high`"),
        ("trade_elasticity.triangular = { low = 2, high = 8 }", "the numbers of `triangular` lack `mode`"),
        ("trade_elasticity.uniform = { low = \"50%\", high = 8 }", "different units"),
        ("trade_elasticity.uniform = { low = 8, high = 2 }", "not in order"),
        ("trade_elasticity.triangular = { low = 2, mode = 9, high = 8 }", "not in order"),
        ("trade_elasticity.uniform = { low = \"150%\", high = \"200%\" }", ""),
        ("trade_elasticity.triangular = { low = \"150%\", high = \"200%\" }", "not in order"),
        ("trade_elasticity.beta = { low = 1, high = 3, mean = 2, sd = 1 }", "leave no room for this `sd`"),
        ("trade_elasticity.normal = { sd = 0 }", "`sd` is out of range"),
        ("trade_elasticity.lognormal = { min = 5, max = 4 }", "`min` is not below `max`"),
        ("trade_elasticity.lognormal = { correlation = \"half\" }", "`correlation` is out of range"),
        ("trade_elasticity.sets = []", "sets"),
        ("exempt_share.uniform = { low = \"10%\", high = \"120%\" }", "out of range"),
        ("exempt_share.uniform = { low = \"10%\", high = \"20pp\" }", "different units"),
        ("input_coefficients.normal = {}", "input_coefficients"),
    ] {
        let text = with(prior);
        if said.is_empty() {
            resolve(&text);
            continue;
        }
        let found = faults(&text);
        assert!(found.iter().any(|fault| fault.message.contains(said)), "{prior}: {found:?}");
    }
}
