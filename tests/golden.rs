//! Agreement with published numbers and with other programs' output.

#![allow(clippy::unwrap_used)]

mod support;

use std::path::Path;

use support::{change, dataset, flow, policy, rows, shared, solve};
use tariffsim::economy::dataset::Dataset;
use tariffsim::economy::policy::{Deficits, Policy};
use tariffsim::index::{CountryId, Position};
use tariffsim::model::variable::CountryVariable as V;

fn nafta(folder: &Path) -> (Dataset, Policy) {
    let data = dataset(folder);
    let changes = rows(&folder.join("rates-nafta-2005.csv"))
        .iter()
        .map(|row| {
            let at = flow(&data, &row["importer"], &row["exporter"], &row["sector"]);
            change(at, row["rate"].parse().unwrap(), 1.0)
        })
        .collect();
    let policy = policy(&data, changes);
    (data, policy)
}

fn number(row: &std::collections::HashMap<String, String>, column: &str) -> f64 {
    row[column].parse().unwrap()
}

/// Another program's solution of NAFTA (its own tolerance is 4e-5 percentage points).
fn nafta_agrees(deficits: Deficits, expected: &str) {
    let Some(folder) = shared("golden/nafta-1993") else { return };
    let (data, policy) = nafta(&folder);
    let solved = solve(&data, &policy, deficits, &[]);
    for row in rows(&folder.join("expected").join(expected)) {
        let country = data.countries.find::<CountryId>(&row["country"]).unwrap().index();
        for (column, variable) in [
            ("welfare_exact_pct", V::Welfare),
            ("welfare_first_order_pct", V::WelfareFirstOrder),
            ("terms_of_trade_first_order_pct", V::TermsOfTradeFirstOrder),
            ("volume_of_trade_first_order_pct", V::VolumeOfTradeFirstOrder),
            ("real_wage_pct", V::RealWage),
        ] {
            let (found, wanted) = (solved.country(country, variable), number(&row, column));
            assert!((found - wanted).abs() < 4e-5, "{} {column}: {found} against {wanted}", row["country"]);
        }
    }
}

#[test]
fn nafta_with_balanced_deficits_agrees_with_another_program() {
    nafta_agrees(Deficits::Balanced, "nafta_zerodef.csv");
}

#[test]
fn nafta_with_fixed_deficits_agrees_with_another_program() {
    nafta_agrees(Deficits::Fixed, "nafta_fixeddef.csv");
}

#[test]
fn eu_enlargement_agrees_with_ge_gravity() {
    let Some(folder) = shared("golden/gravity-2000") else { return };
    let data = dataset(&folder);
    let changes = rows(&folder.join("trade-costs-eu-enlargement.csv"))
        .iter()
        .map(|row| {
            change(flow(&data, &row["importer"], &row["exporter"], "ALL"), 0.0, number(row, "cost_factor"))
        })
        .collect();
    let solved = solve(&data, &policy(&data, changes), Deficits::Fixed, &[]);
    for row in rows(&folder.join("expected/eu-enlargement.csv")) {
        let country = data.countries.find::<CountryId>(&row["country"]).unwrap().index();
        for (column, variable) in [
            ("welfare", V::Welfare),
            ("real_wage", V::RealWage),
            ("nom_wage", V::Wage),
            ("price_index", V::ConsumerPrices),
        ] {
            let found = 1.0 + solved.country(country, variable) / 100.0;
            let wanted = number(&row, column);
            assert!((found - wanted).abs() < 1e-8, "{} {column}: {found} against {wanted}", row["country"]);
        }
    }
}
