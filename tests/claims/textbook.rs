//! Cases of the textbook.

use tariffsim::model::variable::{CountryVariable as V, FlowVariable as F};

use crate::answer::{of, set};
use crate::told::Claim;
use crate::world::WORLD;

const STEEL: &str = "textbook-steel";
const UNIFORM: &str = "universal-10";
const ANSWERED: &str = "everyone-answers-10";
const SIZES: &str = "small-country-large-country";
const ALONE: &str = "unilateral-free-trade";
const FREE: &str = "free-trade";
const EXPORT_TAX: &str = "export-tax";

/// Only New Zealand's tariff.
const SMALL_ONLY: &[&str] = &["measure.large-country.add=0pp"];

/// In billions.
fn steel(settings: &[&str], variable: V) -> f64 {
    set(STEEL, settings).get("USA", variable) / 1000.0
}

/// Producers who supply any quantity at the same price.
const AT_GIVEN_PRICES: &[&str] = &["model.supply_elasticity=\"infinite\""];

pub(crate) const CLAIMS: &[Claim] = &[
    Claim {
        scenario: STEEL,
        key: "who-pays",
        check: |told| {
            told.says(of(STEEL).get("USA", V::IncidenceBuyers), 0);
            told.says(of(STEEL).get("USA", V::IncidenceProducers), 0);
        },
    },
    Claim {
        scenario: STEEL,
        key: "who-gains",
        check: |told| {
            told.says(steel(&[], V::ConsumerSurplus), 0);
            told.says(steel(&[], V::ProducerSurplus), 0);
            told.says(steel(&[], V::TariffRevenue), 0);
            told.holds(
                "buyers lose, the others gain",
                steel(&[], V::ConsumerSurplus) < 0.0
                    && steel(&[], V::ProducerSurplus) > 0.0
                    && steel(&[], V::TariffRevenue) > 0.0,
            );
        },
    },
    Claim {
        scenario: STEEL,
        key: "net",
        check: |told| {
            told.says(steel(&[], V::NetSurplus), 1);
            told.says(steel(&[], V::DeadweightLoss), 1);
            told.says(steel(&[], V::TermsOfTradeGain), 1);
            told.holds("a loss", steel(&[], V::NetSurplus) < 0.0);
        },
    },
    Claim {
        scenario: STEEL,
        key: "small-country",
        check: |told| {
            told.says(steel(AT_GIVEN_PRICES, V::NetSurplus), 1);
            told.holds(
                "no gain from abroad",
                steel(AT_GIVEN_PRICES, V::TermsOfTradeGain).abs() < f64::MIN_POSITIVE,
            );
            told.holds("larger", steel(AT_GIVEN_PRICES, V::NetSurplus) < steel(&[], V::NetSurplus));
        },
    },
    Claim {
        scenario: UNIFORM,
        key: "prices",
        check: |told| {
            told.says(of(UNIFORM).get("USA", V::ConsumerPrices), 1);
            told.given(&["10"]);
        },
    },
    Claim {
        scenario: UNIFORM,
        key: "exports-fall",
        check: |told| {
            told.says(of(UNIFORM).get("USA", V::ExportsVolume), 0);
            told.says(of(UNIFORM).get("USA", V::ImportsVolume), 0);
            told.holds("both fall", of(UNIFORM).get("USA", V::ExportsVolume) < 0.0);
        },
    },
    Claim {
        scenario: UNIFORM,
        key: "a-gain-at-others-cost",
        check: |told| {
            told.says(of(UNIFORM).welfare("USA"), 2);
            told.says(of(UNIFORM).losers() as f64, 0);
            told.says(of(UNIFORM).world_gain(), 0);
            told.holds(
                "it gains, the world loses",
                of(UNIFORM).welfare("USA") > 0.0 && of(UNIFORM).world_gain() < 0.0,
            );
        },
    },
    Claim {
        scenario: UNIFORM,
        key: "wages",
        check: |told| {
            told.says(of(UNIFORM).get("USA", V::RealWage), 1);
            told.holds("a fall", of(UNIFORM).get("USA", V::RealWage) < 0.0);
            told.holds("revenue", of(UNIFORM).revenue("USA") > 0.0);
        },
    },
    Claim {
        scenario: ANSWERED,
        key: "nobody-wins",
        check: |told| {
            told.says(of(UNIFORM).welfare("USA"), 2);
            told.says(of(ANSWERED).welfare("USA"), 2);
            told.holds("a loss", of(ANSWERED).welfare("USA") < 0.0);
        },
    },
    Claim {
        scenario: ANSWERED,
        key: "the-world",
        check: |told| {
            told.says(of(ANSWERED).world_gain(), 0);
            told.says(of(UNIFORM).world_gain(), 0);
        },
    },
    Claim {
        scenario: ANSWERED,
        key: "why-answer",
        check: |told| {
            for code in ["MEX", "CAN"] {
                let (with, without) = (of(ANSWERED).welfare(code), of(UNIFORM).welfare(code));
                told.says(with, 2);
                told.says(without, 2);
                told.holds("it pays to answer", without < with && with < 0.0);
            }
        },
    },
    Claim {
        scenario: ANSWERED,
        key: "workers",
        check: |told| {
            told.says(of(ANSWERED).get("MEX", V::RealWage), 1);
            told.says(of(UNIFORM).get("MEX", V::RealWage), 1);
        },
    },
    Claim {
        scenario: SIZES,
        key: "world-prices",
        check: |told| {
            let both = of(SIZES);
            told.says(both.goods("USA", "CHN", F::BorderPrice), 1);
            told.holds("to everybody", (both.goods("NZL", "CHN", F::BorderPrice) + 0.8).abs() < 0.05);
            told.holds("to others too", (both.goods("DEU", "CHN", F::BorderPrice) + 0.8).abs() < 0.05);
            told.given(&["0.01"]);
            let small = set(SIZES, SMALL_ONLY).goods("NZL", "CHN", F::BorderPrice);
            told.holds("not by the small one", small.abs() < 0.01);
        },
    },
    Claim {
        scenario: SIZES,
        key: "both-gain",
        check: |told| {
            told.says(of(SIZES).welfare("NZL"), 2);
            told.says(of(SIZES).welfare("USA"), 2);
            told.holds("alone it gains too", set(SIZES, SMALL_ONLY).welfare("NZL") > 0.0);
        },
    },
    Claim {
        scenario: SIZES,
        key: "real-wages",
        check: |told| {
            told.says(of(SIZES).get("NZL", V::RealWage), 1);
            told.says(of(SIZES).get("USA", V::RealWage), 1);
        },
    },
    Claim {
        scenario: SIZES,
        key: "who-feels-it",
        check: |told| {
            told.says(set(SIZES, SMALL_ONLY).welfare("AUS"), 2);
            told.says(of(SIZES).welfare("AUS"), 2);
        },
    },
    Claim {
        scenario: ALONE,
        key: "workers-and-treasury",
        check: |told| {
            told.says(of(ALONE).get("IND", V::RealWage), 1);
            told.says(of(ALONE).revenue("IND"), 0);
            told.says(of(ALONE).welfare("IND"), 1);
            told.holds(
                "wages up, the whole down",
                of(ALONE).get("IND", V::RealWage) > 0.0 && of(ALONE).welfare("IND") < 0.0,
            );
        },
    },
    Claim {
        scenario: ALONE,
        key: "trade",
        check: |told| {
            told.says(of(ALONE).get("IND", V::ImportsVolume), 0);
            told.says(of(ALONE).get("IND", V::ExportsVolume), 0);
        },
    },
    Claim {
        scenario: ALONE,
        key: "the-world",
        check: |told| {
            told.says(of(ALONE).world_gain(), 0);
            told.says(of(ALONE).welfare("ARE"), 1);
            told.holds("it gains most", of(ALONE).gain_most(&["ARE"]));
        },
    },
    Claim {
        scenario: FREE,
        key: "the-world",
        check: |told| {
            told.says(of(FREE).world_gain(), 0);
            told.says((WORLD.countries.len() - of(FREE).losers()) as f64, 0);
            told.says(WORLD.countries.len() as f64, 0);
        },
    },
    Claim {
        scenario: FREE,
        key: "preferences",
        check: |told| {
            told.says(of(FREE).welfare("MEX"), 1);
            told.holds("a loss", of(FREE).welfare("MEX") < 0.0);
        },
    },
    Claim {
        scenario: FREE,
        key: "china",
        check: |told| {
            told.says(of(FREE).get("CHN", V::WelfareUsd) / 1000.0, 0);
            told.says(of(FREE).get("CHN", V::ImportsVolume), 0);
            told.holds("more than anybody", of(FREE).ranked(V::WelfareUsd).last() == Some(&"CHN"));
        },
    },
    Claim {
        scenario: FREE,
        key: "wages",
        check: |told| {
            let all = WORLD.countries.codes().iter();
            told.holds("everywhere", all.clone().all(|code| of(FREE).get(code, V::RealWage) > 0.0));
            told.holds("although some lose", all.clone().any(|code| of(FREE).welfare(code) < 0.0));
        },
    },
    Claim {
        scenario: EXPORT_TAX,
        key: "revenue-at-home",
        check: |told| {
            let found = of(EXPORT_TAX);
            let revenue = |code| found.get(code, V::ExportTaxRevenue);
            told.holds("the revenue is Canada's", revenue("CAN") > 0.0 && revenue("USA") == 0.0);
            told.holds(
                "Canada gains, the United States lose",
                found.welfare("CAN") > 0.0 && found.welfare("USA") < 0.0,
            );
        },
    },
    Claim {
        scenario: EXPORT_TAX,
        key: "who-pays",
        check: |told| {
            let rise = of(EXPORT_TAX).flow("USA", "CAN", Some("OIG"), F::BorderPriceReal);
            told.holds("most of 25 %", (20.0..25.0).contains(&rise));
        },
    },
    Claim {
        scenario: EXPORT_TAX,
        key: "less-oil",
        check: |told| {
            told.holds("a fall", of(EXPORT_TAX).flow("USA", "CAN", Some("OIG"), F::Volume) < -20.0);
        },
    },
];
