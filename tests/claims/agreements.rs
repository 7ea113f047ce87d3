//! Trade agreements and what undoes them.

use tariffsim::bilateral::Flow;
use tariffsim::index::{CountryId, SectorId};
use tariffsim::model::variable::CountryVariable as V;

use crate::answer::{Answer, of};
use crate::told::{Claim, Told};
use crate::world::{WORLD, country};

const FTA: &str = "fta-diversion";
const MERCOSUR: &str = "eu-mercosur";
const UNION: &str = "north-american-customs-union";
const BORDER: &str = "uk-eu-border";

/// The share of a country's trade in goods, bought and sold, that is with a country or a group.
fn share(code: &str, with: &str) -> f64 {
    let one = country(code);
    let group = WORLD.groups.iter().find(|group| group.code == with);
    let is_with = |id| group.map_or_else(|| id == country(with), |group| group.members.contains(&id));
    let trade = |is_in: &dyn Fn(CountryId) -> bool| -> f64 {
        let partners = WORLD.countries.ids::<CountryId>().filter(|&id| id != one && is_in(id));
        let sectors = || WORLD.sectors.ids::<SectorId>().filter(|&sector| WORLD.is_goods(sector));
        let both = |sector, partner| {
            let flow = |importer, exporter| WORLD.trade.get(Flow { sector, importer, exporter });
            flow(one, partner) + flow(partner, one)
        };
        partners.map(|partner| sectors().map(|sector| both(sector, partner)).sum::<f64>()).sum()
    };
    trade(&is_with) / trade(&|_| true)
}

/// Volumes that change in one direction.
fn moved(told: &mut Told, found: &Answer, pairs: &[(&str, &str)], decimals: usize, sign: f64) {
    for (importer, exporter) in pairs {
        let volume = found.volume(importer, exporter);
        told.says(volume, decimals);
        told.holds("the direction", volume * sign > 0.0);
    }
}

pub(crate) const CLAIMS: &[Claim] = &[
    Claim {
        scenario: FTA,
        key: "creation",
        check: |told| moved(told, &of(FTA), &[("USA", "DEU"), ("DEU", "USA")], 1, 1.0),
    },
    Claim {
        scenario: FTA,
        key: "diversion",
        check: |told| moved(told, &of(FTA), &[("USA", "CHN"), ("USA", "MEX")], 1, -1.0),
    },
    Claim {
        scenario: FTA,
        key: "who-loses",
        check: |told| {
            told.says(of(FTA).losers() as f64, 0);
            told.says(WORLD.countries.len() as f64, 0);
            told.holds(
                "the US loses revenue, and more",
                of(FTA).revenue("USA") < 0.0 && of(FTA).welfare("USA") < 0.0,
            );
        },
    },
    Claim {
        scenario: FTA,
        key: "the-world",
        check: |told| told.holds("less than a billion", of(FTA).world_gain().abs() < 1.0),
    },
    Claim {
        scenario: MERCOSUR,
        key: "the-side-that-gives",
        check: |told| {
            let (brazil, argentina) = (of(MERCOSUR).welfare("BRA"), of(MERCOSUR).welfare("ARG"));
            told.says(brazil, 2);
            told.says(argentina, 2);
            told.holds("a loss and a gain", brazil < 0.0 && argentina > 0.0);
            let tariff = |code| of(MERCOSUR).get(code, V::EffectiveRateBaseline);
            let members = &WORLD.groups.iter().find(|group| group.code == "EU27").unwrap().members;
            let highest =
                members.iter().map(|&id| tariff(WORLD.countries.code(id))).fold(tariff("ARG"), f64::max);
            told.holds("its tariffs are the highest", tariff("BRA") > highest);
        },
    },
    Claim {
        scenario: MERCOSUR,
        key: "workers-and-treasury",
        check: |told| {
            told.says(of(MERCOSUR).get("BRA", V::RealWage), 1);
            told.says(of(MERCOSUR).revenue("BRA"), 1);
            told.holds(
                "more wages, less revenue",
                of(MERCOSUR).get("BRA", V::RealWage) > 0.0 && of(MERCOSUR).revenue("BRA") < 0.0,
            );
        },
    },
    Claim {
        scenario: MERCOSUR,
        key: "creation-and-diversion",
        check: |told| {
            moved(told, &of(MERCOSUR), &[("BRA", "DEU")], 0, 1.0);
            moved(told, &of(MERCOSUR), &[("BRA", "CHN"), ("BRA", "USA")], 0, -1.0);
        },
    },
    Claim {
        scenario: UNION,
        key: "one-tariff",
        check: |told| {
            for code in ["CAN", "MEX"] {
                told.says(of(UNION).get(code, V::EffectiveRateBaseline), 1);
                told.says(of(UNION).old_weights(code).0, 1);
            }
        },
    },
    Claim {
        scenario: UNION,
        key: "china",
        check: |told| moved(told, &of(UNION), &[("MEX", "CHN"), ("CAN", "CHN")], 0, -1.0),
    },
    Claim {
        scenario: UNION,
        key: "who-pays",
        check: |told| {
            told.says(of(UNION).welfare("MEX"), 2);
            told.given(&["0.01"]);
            told.holds("Mexico loses most", of(UNION).lose_most(&["MEX"]));
            told.holds(
                "the others do not move",
                of(UNION).welfare("CAN").abs().max(of(UNION).welfare("USA").abs()) < 0.01,
            );
        },
    },
    Claim {
        scenario: UNION,
        key: "no-revenue",
        check: |told| {
            told.says(of(UNION).get("MEX", V::EffectiveRate), 1);
            told.holds(
                "it was that before",
                (of(UNION).get("MEX", V::EffectiveRateBaseline) - 2.1).abs() < 0.05,
            );
            told.holds("no more revenue", of(UNION).revenue("MEX") <= 0.0);
        },
    },
    Claim {
        scenario: BORDER,
        key: "the-smaller-side",
        check: |told| {
            told.says(of(BORDER).welfare("GBR"), 2);
            told.says(of(BORDER).welfare("DEU"), 2);
            let (british, german) = (share("GBR", "EU27"), share("DEU", "GBR"));
            told.holds("two fifths", (0.38..0.45).contains(&british));
            told.holds("less than a twentieth", german < 0.05);
            told.holds("the smaller loses more", of(BORDER).welfare("GBR") < of(BORDER).welfare("DEU"));
        },
    },
    Claim {
        scenario: BORDER,
        key: "ireland",
        check: |told| {
            told.says(of(BORDER).welfare("IRL"), 2);
            told.holds("it loses most", of(BORDER).lose_most(&["IRL"]));
        },
    },
    Claim {
        scenario: BORDER,
        key: "what-is-left",
        check: |told| moved(told, &of(BORDER), &[("GBR", "DEU"), ("DEU", "GBR")], 0, -1.0),
    },
    Claim {
        scenario: BORDER,
        key: "nobody-collects",
        check: |told| {
            told.given(&["5"]);
            told.says(of(BORDER).world_gain(), 0);
            told.says(of(BORDER).get("GBR", V::WelfareUsd) / 1000.0, 0);
            told.holds("all lose together", of(BORDER).world_gain() < 0.0);
        },
    },
];
