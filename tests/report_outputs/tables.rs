//! The CSV tables.

use std::collections::HashSet;

use tariffsim::model::variable::{CountryVariable, FlowVariable, SectorVariable};
use tariffsim::report::tables;

use crate::fake::{self, table};

fn first_lines(text: &str, count: usize) -> String {
    text.lines().take(count).collect::<Vec<_>>().join("\n")
}

const STATS: usize = 10;

#[test]
fn countries_begin_as_documented() {
    insta::assert_snapshot!(first_lines(&table(|out| tables::countries(&fake::small().study(), out)), 12));
}

#[test]
fn sectors_begin_as_documented() {
    insta::assert_snapshot!(first_lines(&table(|out| tables::sectors(&fake::small().study(), out)), 4));
}

#[test]
fn flows_begin_as_documented() {
    insta::assert_snapshot!(first_lines(&table(|out| tables::flows(&fake::small().study(), out)), 4));
}

#[test]
fn rates_are_one_row_per_cell_and_measure() {
    insta::assert_snapshot!(table(|out| tables::rates(&fake::small().study(), out)));
}

#[test]
fn each_contributing_measure_has_its_row() {
    let fake = fake::retaliation();
    let parts: usize = fake.policy.rates.iter().map(|rate| rate.contributions.len()).sum();
    assert!(parts > fake.policy.rates.len(), "some rate must have two measures");
    assert_eq!(table(|out| tables::rates(&fake.study(), out)).lines().count(), parts + 1);
}

#[test]
fn every_value_has_its_row() {
    let fake = fake::small();
    let (n, j) = (6, 4);
    let lines = |text: String| text.lines().count() - 1;
    assert_eq!(
        lines(table(|out| tables::countries(&fake.study(), out))),
        n * CountryVariable::GENERAL.len() * STATS
    );
    assert_eq!(
        lines(table(|out| tables::sectors(&fake.study(), out))),
        n * j * SectorVariable::GENERAL.len() * STATS
    );
    let flows = fake.estimates.flow_rows.len();
    assert_eq!(
        lines(table(|out| tables::flows(&fake.study(), out))),
        flows * FlowVariable::GENERAL.len() * STATS
    );
}

#[test]
fn without_draws_there_is_the_central_case_only() {
    let fake = fake::small().without_draws();
    for text in [
        table(|out| tables::countries(&fake.study(), out)),
        table(|out| tables::sectors(&fake.study(), out)),
        table(|out| tables::flows(&fake.study(), out)),
    ] {
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let stat = reader.headers().unwrap().iter().position(|name| name == "stat").unwrap();
        let stats: HashSet<String> = reader.records().map(|row| row.unwrap()[stat].to_owned()).collect();
        assert_eq!(stats, HashSet::from(["central".to_owned()]));
    }
}

#[test]
fn what_is_undefined_has_no_row() {
    let mut fake = fake::small();
    *fake.country_mut("MEX", CountryVariable::TermsOfTrade) =
        tariffsim::monte_carlo::estimate::Estimate { central: None, spread: None };
    fake.country_mut("MEX", CountryVariable::Wage).spread.as_mut().unwrap().sd = f64::NAN;
    fake.country_mut("MEX", CountryVariable::Income).central = Some(f64::INFINITY);
    let text = table(|out| tables::countries(&fake.study(), out));
    let stats = |variable: &str| {
        let of = format!(",MEX,{variable},");
        text.lines()
            .filter(|line| line.contains(&of))
            .map(|line| line.split(',').nth(5).unwrap())
            .collect::<Vec<_>>()
    };
    assert!(stats("terms_of_trade").is_empty());
    assert_eq!(
        stats("wage"),
        ["central", "mean", "p05", "p25", "p50", "p75", "p95", "p_negative", "mc_error"]
    );
    assert_eq!(stats("income")[0], "mean");
}

#[test]
fn values_read_back_exactly_and_nothing_is_zero_without_a_sign() {
    let mut fake = fake::small();
    fake.country_mut("CAN", CountryVariable::Welfare).central = Some(-0.0);
    fake.country_mut("CAN", CountryVariable::RealWage).central = Some(-1.0 / 3.0e7);
    fake.country_mut("CAN", CountryVariable::Wage).central = Some(0.1 + 0.2);
    let text = table(|out| tables::countries(&fake.study(), out));
    let value = |variable: &str| {
        let of = format!(",CAN,{variable},percent,central,");
        text.lines().find_map(|line| line.split_once(&of)).unwrap().1
    };
    assert_eq!(value("welfare"), "0");
    assert_eq!(value("real_wage").parse(), Ok(-1.0 / 3.0e7));
    assert_eq!(value("wage"), "0.30000000000000004");
    assert!(!text.contains("NaN") && !text.contains("inf") && !text.contains(",-0\n"));
}

#[test]
fn units_are_those_of_the_variable_and_shares_are_ratios() {
    let mut fake = fake::small();
    fake.dataset.unit = "EUR, mn".to_owned();
    let countries = table(|out| tables::countries(&fake.study(), out));
    assert!(countries.contains(",tariff_revenue,\"EUR, mn\",central,"));
    assert!(countries.contains(",tariff_revenue,ratio,p_negative,"));
    assert!(table(|out| tables::flows(&fake.study(), out)).contains(",rate,pp,central,25\n"));
}

#[test]
fn awkward_codes_are_quoted() {
    let mut fake = fake::small();
    fake.policy.measures[0].name = "a \"quoted\", name".to_owned();
    let text = table(|out| tables::rates(&fake.study(), out));
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    assert_eq!(&reader.records().next().unwrap().unwrap()[4], "a \"quoted\", name");
}

#[test]
fn the_largest_table_has_all_its_rows() {
    let fake = fake::large();
    let text = table(|out| tables::flows(&fake.study(), out));
    let rows = text.lines().count() - 1;
    assert_eq!(rows, (81 * 80 + 80 * 20) * FlowVariable::GENERAL.len() * STATS);
    assert!(!text.contains('\r'));
}
