//! Agreement with published numbers and with other programs' output.

#![allow(clippy::unwrap_used)]

mod support;

use std::path::Path;

use support::{change, dataset, flow, policy, rows, shared, solve};
use tariffsim::economy::closure::Deficits;
use tariffsim::economy::dataset::Dataset;
use tariffsim::economy::policy::Policy;
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

/// Another program's solution of NAFTA (its own tolerance is 4e-5 percentage points); gives the largest difference.
fn nafta_agrees(deficits: Deficits, expected: &str) -> Option<f64> {
    let folder = shared("golden/nafta-1993")?;
    let (data, policy) = nafta(&folder);
    let solved = solve(&data, &policy, deficits, &[]);
    let mut largest = 0.0_f64;
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
            largest = largest.max((found - wanted).abs());
            assert!((found - wanted).abs() < 4e-5, "{} {column}: {found} against {wanted}", row["country"]);
        }
    }
    Some(largest)
}

/// Caliendo & Parro (2015), Table 2: no deficits, NAFTA tariff cuts 1993–2005, in per cent.
const TABLE_2: [(V, [(&str, f64); 3]); 4] = [
    (V::WelfareFirstOrder, [("MEX", 1.31), ("CAN", -0.06), ("USA", 0.08)]),
    (V::RealWage, [("MEX", 1.72), ("CAN", 0.32), ("USA", 0.11)]),
    (V::TermsOfTradeFirstOrder, [("MEX", -0.41), ("CAN", -0.11), ("USA", 0.04)]),
    (V::VolumeOfTradeFirstOrder, [("MEX", 1.72), ("CAN", 0.04), ("USA", 0.04)]),
];

#[test]
fn nafta_agrees_with_the_published_table() {
    let Some(folder) = shared("golden/nafta-1993") else { return };
    let (data, policy) = nafta(&folder);
    let solved = solve(&data, &policy, Deficits::Balanced, &[]);
    for (variable, published) in TABLE_2 {
        for (code, wanted) in published {
            let country = data.countries.find::<CountryId>(code).unwrap().index();
            let found = solved.country(country, variable);
            // Half a unit of the last printed digit.
            assert!((found - wanted).abs() <= 0.005, "{code} {}: {found} against {wanted}", variable.name());
        }
    }
}

/// The validation table of the docs, as measured here; `TARIFFSIM_BLESS=1` writes it.
#[test]
fn the_validation_table_is_what_this_test_measures() {
    let Some(folder) = shared("golden/nafta-1993") else { return };
    let (Some(balanced), Some(fixed), Some(gravity)) = (
        nafta_agrees(Deficits::Balanced, "nafta_zerodef.csv"),
        nafta_agrees(Deficits::Fixed, "nafta_fixeddef.csv"),
        gravity_agrees(),
    ) else {
        return;
    };
    let (data, policy) = nafta(&folder);
    let solved = solve(&data, &policy, Deficits::Balanced, &[]);
    let mut table = String::from("| what | published or by another program | here |\n|---|---|---|\n");
    for (variable, published) in TABLE_2 {
        for (code, wanted) in published {
            let country = data.countries.find::<CountryId>(code).unwrap().index();
            let found = solved.country(country, variable);
            table += &format!(
                "| NAFTA 1993–2005, balanced, `{}` of {code}, % | {wanted:.2} (Caliendo & Parro 2015, Table 2) | {found:.4} |\n",
                variable.name()
            );
        }
    }
    // Powers of ten, as the last digits of a tiny difference say nothing.
    let bound = |largest: f64| format!("differs by less than 1e{:.0}", largest.log10().ceil());
    for (what, program, largest) in [
        ("NAFTA, balanced deficits, 5 variables of 31 economies, percentage points", "cp2015 (R)", balanced),
        ("NAFTA, fixed deficits, 5 variables of 31 economies, percentage points", "cp2015 (R)", fixed),
        ("EU enlargement 2000, 4 ratios of 44 economies", "ge_gravity (Stata)", gravity),
    ] {
        table += &format!("| {what} | {program} | {} |\n", bound(largest));
    }
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/validation.md");
    let text = std::fs::read_to_string(&page).unwrap();
    let (begin, end) = ("<!-- golden:begin -->\n", "<!-- golden:end -->");
    let (before, rest) = text.split_once(begin).unwrap();
    let (written, after) = rest.split_once(end).unwrap();
    if std::env::var_os("TARIFFSIM_BLESS").is_some() {
        std::fs::write(&page, format!("{before}{begin}{table}{end}{after}")).unwrap();
    } else {
        assert_eq!(written, table, "docs/validation.md: TARIFFSIM_BLESS=1 writes the table anew");
    }
}

#[test]
fn nafta_with_balanced_deficits_agrees_with_another_program() {
    let _ = nafta_agrees(Deficits::Balanced, "nafta_zerodef.csv");
}

#[test]
fn nafta_with_fixed_deficits_agrees_with_another_program() {
    let _ = nafta_agrees(Deficits::Fixed, "nafta_fixeddef.csv");
}

#[test]
fn eu_enlargement_agrees_with_ge_gravity() {
    let _ = gravity_agrees();
}

/// Another program's solution of the enlargement of the European Union; gives the largest difference.
fn gravity_agrees() -> Option<f64> {
    let folder = shared("golden/gravity-2000")?;
    let mut largest = 0.0_f64;
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
            largest = largest.max((found - wanted).abs());
            assert!((found - wanted).abs() < 1e-8, "{} {column}: {found} against {wanted}", row["country"]);
        }
    }
    Some(largest)
}
