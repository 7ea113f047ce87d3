//! The page on the terminal.

use tariffsim::economy::closure::Deficits;
use tariffsim::model::variable::CountryVariable;
use tariffsim::monte_carlo::estimate::Estimate;
use tariffsim::monte_carlo::prior::FlowPrior;
use tariffsim::report::{chart, disclosure, terminal};
use tariffsim::units::CostFactor;

use crate::fake::{self, Fake, around};

/// The page as a file receives it.
fn page(fake: &Fake, width: usize) -> String {
    anstream::adapter::strip_str(&terminal::page(&fake.study(), width)).to_string()
}

#[test]
fn a_narrow_page() {
    insta::assert_snapshot!(page(&fake::small(), 80));
}

#[test]
fn a_wide_page() {
    insta::assert_snapshot!(page(&fake::small(), 120));
}

#[test]
fn a_page_with_retaliation() {
    insta::assert_snapshot!(page(&fake::retaliation(), 100));
}

#[test]
fn a_page_of_a_universal_tariff() {
    insta::assert_snapshot!(page(&fake::large(), 100));
}

#[test]
fn a_page_without_draws_has_no_ranges() {
    let text = page(&fake::small().without_draws(), 100);
    insta::assert_snapshot!(text);
    assert!(!text.contains(" to −") && !text.contains("range"));
}

#[test]
fn no_line_is_wider_than_the_terminal_and_a_page_is_about_sixty_lines() {
    let fakes = [fake::small(), fake::retaliation(), fake::large(), fake::small().without_draws()];
    for fake in &fakes {
        for width in [80, 90, 100, 120, 200] {
            let page = page(fake, width);
            for line in page.lines() {
                assert!(line.chars().count() <= width, "{} > {width}: {line}", line.chars().count());
            }
            if width >= 100 {
                assert!(page.lines().count() <= 66, "{} lines at {width}", page.lines().count());
            }
        }
    }
}

#[test]
fn nothing_is_called_a_confidence_interval() {
    let page = page(&fake::small(), 100).replace('\n', " ");
    assert!(!page.to_lowercase().contains("confidence"));
    assert!(page.contains("model range (parameter uncertainty), 5–95 %"));
    assert!(page.contains("not inflation"));
}

#[test]
fn a_missing_value_is_a_dash() {
    let mut fake = fake::small();
    *fake.country_mut("MEX", CountryVariable::RealWage) = Estimate { central: None, spread: None };
    let page = page(&fake, 120);
    let line = page.lines().find(|line| line.starts_with("Mexico ")).expect("Mexico is shown");
    assert!(line.contains(" – "), "{line}");
}

#[test]
fn a_title_or_a_name_cannot_steer_the_terminal() {
    let mut fake = fake::small();
    fake.title = "a \u{1b}[31mred\u{1b}[0m title\u{7}".to_owned();
    fake.policy.measures[0].name = "\u{1b}]0;window\u{7}".to_owned();
    let codes = fake.dataset.countries.codes().to_vec();
    let names = codes.iter().map(|code| (code.clone(), format!("\u{9b}2J{code}\u{202e}")));
    fake.dataset.countries = tariffsim::index::CodeList::new(names).unwrap();
    let page = terminal::page(&fake.study(), 100);
    // What is left are the page's own styles: bold, dim and their end.
    let own = ["\u{1b}[1m", "\u{1b}[2m", "\u{1b}[0m"];
    let rest = own.iter().fold(page, |page, style| page.replace(style, ""));
    assert!(
        !rest.chars().any(|letter| (letter.is_control() && letter != '\n') || letter == '\u{202e}'),
        "{rest}"
    );
    assert!(rest.contains("\u{fffd}[31mred"));
}

#[test]
fn a_closed_border_is_said() {
    let mut fake = fake::small();
    fake.policy.rates.clear();
    for change in &mut fake.policy.changes {
        change.cost = CostFactor::PROHIBITIVE;
    }
    assert!(page(&fake, 100).contains("trade cost closed"));
}

#[test]
fn a_policy_that_touches_nothing_is_said() {
    let mut fake = fake::small().without_effect();
    fake.policy = tariffsim::economy::policy::Policy::default();
    assert!(page(&fake, 80).contains("No measure reaches any flow."));
}

fn disclosures(fake: &Fake, shown: &[&str]) -> String {
    let shown: Vec<_> = shown.iter().map(|code| fake.country(code)).collect();
    disclosure::lines(&fake.study(), &shown).iter().map(|line| format!("{line}\n")).collect()
}

#[test]
fn a_small_gain_of_a_country_that_raises_tariffs_is_explained() {
    let mut fake = fake::small();
    *fake.country_mut("USA", CountryVariable::Welfare) = around(0.12, 0.1);
    let says = "terms-of-trade gain; partners do not retaliate here; sign uncertain";
    assert!(disclosures(&fake, &["USA", "CAN"]).contains(says));
    assert!(!disclosures(&fake, &["CAN"]).contains(says), "only where it is shown");
    *fake.country_mut("USA", CountryVariable::Welfare) = around(-0.12, 0.1);
    assert!(!disclosures(&fake, &["USA"]).contains(says), "a loss is no gain");
    *fake.country_mut("DEU", CountryVariable::Welfare) = around(0.12, 0.1);
    assert!(!disclosures(&fake, &["DEU"]).contains(says), "Germany raises nothing");
}

#[test]
fn nobody_claims_that_partners_do_not_retaliate_when_they_do() {
    let mut fake = fake::retaliation();
    *fake.country_mut("USA", CountryVariable::Welfare) = around(0.12, 0.1);
    let lines = disclosures(&fake, &["USA"]);
    assert!(lines.contains("terms-of-trade gain") && !lines.contains("do not retaliate"), "{lines}");
}

#[test]
fn a_trade_balance_held_fixed_is_said_under_the_closures_that_hold_it() {
    let mut fake = fake::small();
    let says = "trade balance held fixed by assumption";
    for (deficits, applies) in
        [(Deficits::Fixed, true), (Deficits::Balanced, true), (Deficits::Proportional, false)]
    {
        fake.closure.deficits = deficits;
        assert_eq!(disclosures(&fake, &["USA"]).contains(says), applies, "{deficits:?}");
    }
}

#[test]
fn noise_on_trade_flows_is_named_where_it_is_drawn() {
    let mut fake = fake::small();
    let says = "noise on trade flows (coefficient of variation 10 % for each pair of countries, 250 % for each flow)";
    assert!(!disclosures(&fake, &["MEX"]).contains("noise on trade flows"));
    fake.uncertainty.flows = Some(FlowPrior { cv_pair: 0.1, cv_cell: 2.5 });
    assert!(disclosures(&fake, &["MEX"]).contains(says), "{}", disclosures(&fake, &["MEX"]));
    let page = terminal::page(&fake.study(), 200);
    assert!(
        page.contains("· noise on trade flows (") && page.contains("seed 1, noise on trade flows"),
        "{page}"
    );
    assert!(chart::prices(&fake.study()).contains("seed 1, noise on trade flows"));
    assert!(!disclosures(&fake.without_draws(), &["MEX"]).contains("noise on trade flows"));
}

#[test]
fn a_central_case_outside_its_range_is_said_where_it_is_shown() {
    let mut fake = fake::small();
    let says = "central case outside its 5–95 % range";
    assert!(!disclosures(&fake, &["MEX", "CAN", "USA"]).contains(says));
    let off = |central: f64| Estimate { central: Some(central), ..around(-0.3, 0.1) };
    *fake.country_mut("MEX", CountryVariable::RealWage) = off(-0.9);
    *fake.country_mut("CAN", CountryVariable::Welfare) = off(0.2);
    let lines = disclosures(&fake, &["MEX", "CAN", "USA"]);
    assert!(lines.contains(&format!("{says} (welfare, Canada; real wage, Mexico): ")), "{lines}");
    assert!(!disclosures(&fake, &["USA"]).contains(says));
    // The end of the range is −0.1355 and is written as −0.14.
    *fake.country_mut("MEX", CountryVariable::RealWage) = off(-0.1351);
    *fake.country_mut("CAN", CountryVariable::Welfare) = off(-0.13);
    let lines = disclosures(&fake, &["MEX", "CAN"]);
    assert!(lines.contains(&format!("{says} (welfare, Canada): ")), "{lines}");
    for country in ["CAN", "MEX"] {
        for variable in [CountryVariable::Welfare, CountryVariable::Exports, CountryVariable::Imports] {
            *fake.country_mut(country, variable) = off(0.2);
        }
    }
    assert!(disclosures(&fake, &["MEX", "CAN"]).contains("exports, Mexico; and 3 more)"));
    assert!(chart::countries(&fake.study()).contains("Central case outside its 5–95 % range (welfare, "));
    assert!(!disclosures(&fake.without_draws(), &["MEX"]).contains(says));
}

#[test]
fn only_a_narrow_range_is_called_narrow() {
    let says = "excludes uncertainty about the model, closure and exemptions unless drawn";
    let mut fake = fake::small();
    *fake.country_mut("MEX", CountryVariable::Welfare) = around(-1.0, 0.05);
    assert!(disclosures(&fake, &["MEX"]).contains(says));
    *fake.country_mut("MEX", CountryVariable::Welfare) = around(-1.0, 0.5);
    assert!(!disclosures(&fake, &["MEX"]).contains(says));
    assert!(!disclosures(&fake.without_draws(), &["MEX"]).contains(says));
}

#[test]
fn the_us_baseline_rate_is_explained_on_the_embedded_data_only() {
    let mut fake = fake::small();
    let says =
        "US baseline rate of 2.7 % against 2.4 % at customs: national-accounts weights; compare changes";
    assert!(disclosures(&fake, &["USA"]).contains(says));
    assert!(!disclosures(&fake, &["MEX"]).contains("customs"));
    fake.dataset.name = "my-data".to_owned();
    assert!(!disclosures(&fake, &["USA"]).contains("customs"));
}
