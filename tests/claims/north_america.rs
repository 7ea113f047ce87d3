//! The United States, Canada and Mexico.

use tariffsim::model::variable::{CountryVariable as V, FlowVariable as F};

use crate::answer::{drawn, of, on, set};
use crate::told::Claim;

const PLAIN: &str = "us-25-mexico-canada";
const EXEMPT: &str = "us-25-mexico-canada-usmca-exempt";
const ANSWERED: &str = "us-25-mexico-canada-retaliation";
const LISTED: &str = "canada-30bn-retaliation";
const THREAT: &str = "threat-of-march-2025";
const MATCH: &str = "mexico-matches-us-on-china";
const ASIA: &str = "mexico-2026-asia";
const CLOSED: &str = "closed-us-mexico-border";

/// The day on which every list of the threat is in force.
const ALL_IN_FORCE: &str = "2025-03-25";

pub(crate) const CLAIMS: &[Claim] = &[
    Claim {
        scenario: PLAIN,
        key: "who-pays",
        check: |told| {
            let (buyers, sellers) = (
                of(PLAIN).goods("USA", "MEX", F::BuyerPriceReal),
                of(PLAIN).goods("USA", "MEX", F::BorderPriceReal),
            );
            told.says(buyers, 1);
            told.says(sellers, 1);
            told.holds("buyers pay most", buyers > -sellers && sellers < 0.0);
        },
    },
    Claim {
        scenario: PLAIN,
        key: "who-loses",
        check: |told| {
            told.says(of(PLAIN).welfare("MEX"), 1);
            told.says(of(PLAIN).welfare("CAN"), 1);
            told.given(&["0.1"]);
            told.holds("they lose most", of(PLAIN).lose_most(&["MEX", "CAN"]));
            told.holds("the United States is within 0.1", of(PLAIN).welfare("USA").abs() < 0.1);
        },
    },
    Claim {
        scenario: PLAIN,
        key: "who-steps-in",
        check: |told| {
            for (partner, sign) in [("MEX", -1.0), ("CHN", 1.0), ("VNM", 1.0)] {
                let volume = of(PLAIN).volume("USA", partner);
                told.says(volume, 0);
                told.holds("direction", volume * sign > 0.0);
            }
        },
    },
    Claim {
        scenario: PLAIN,
        key: "how-sure",
        check: |told| {
            let negative = |code| drawn(PLAIN, 200).spread(code, V::Welfare).p_negative;
            told.holds("the US may gain or lose", (0.01..0.99).contains(&negative("USA")));
            told.holds("its neighbours always lose", negative("MEX").min(negative("CAN")) >= 1.0);
        },
    },
    Claim {
        scenario: EXEMPT,
        key: "what-it-spares",
        check: |told| {
            for code in ["MEX", "CAN"] {
                let (with, without) = (of(EXEMPT).welfare(code), of(PLAIN).welfare(code));
                told.says(with, 1);
                told.says(without, 1);
                told.holds("it spares", without < with && with < 0.0);
            }
        },
    },
    Claim {
        scenario: EXEMPT,
        key: "buyers-turn",
        check: |told| {
            told.says(of(EXEMPT).goods("USA", "MEX", F::Rate), 1);
            told.says(of(EXEMPT).goods("USA", "MEX", F::BuyerPriceReal), 1);
        },
    },
    Claim {
        scenario: EXEMPT,
        key: "less-revenue",
        check: |told| {
            told.says(of(EXEMPT).revenue("USA"), 0);
            told.says(of(PLAIN).revenue("USA"), 0);
        },
    },
    Claim {
        scenario: ANSWERED,
        key: "the-gain-is-gone",
        check: |told| {
            let (before, after) = (of(PLAIN).welfare("USA"), of(ANSWERED).welfare("USA"));
            told.says(before, 2);
            told.says(after, 2);
            told.holds("a gain becomes a loss", before > 0.0 && after < 0.0);
        },
    },
    Claim {
        scenario: ANSWERED,
        key: "workers-and-treasury",
        check: |told| {
            told.says(of(ANSWERED).welfare("MEX"), 1);
            told.holds("both 1.9", (of(PLAIN).welfare("MEX") + 1.9).abs() < 0.05);
            told.says(of(ANSWERED).get("MEX", V::RealWage), 1);
            told.says(of(PLAIN).get("MEX", V::RealWage), 1);
            told.says(of(ANSWERED).revenue("MEX"), 0);
        },
    },
    Claim {
        scenario: ANSWERED,
        key: "two-thirds-gone",
        check: |told| {
            for (importer, exporter) in [("USA", "MEX"), ("MEX", "USA")] {
                let volume = of(ANSWERED).volume(importer, exporter);
                told.says(volume, 0);
                told.holds("more than two thirds", volume < -66.7);
            }
        },
    },
    Claim {
        scenario: ANSWERED,
        key: "canada-too",
        check: |told| {
            let (with, without) = (of(ANSWERED).welfare("CAN"), of(PLAIN).welfare("CAN"));
            told.says(with, 1);
            told.says(without, 1);
            told.holds("it loses more", with < without);
        },
    },
    Claim {
        scenario: LISTED,
        key: "hardly-felt",
        check: |told| {
            let (with, without) = (of(LISTED).welfare("USA"), of(PLAIN).welfare("USA"));
            told.says(with, 2);
            told.holds("it rounds to the same", format!("{with:.2}") == format!("{without:.2}"));
            told.holds("a gain, a little smaller", 0.0 < with && with < without);
        },
    },
    Claim {
        scenario: LISTED,
        key: "a-small-list",
        check: |told| {
            told.says(of(LISTED).goods("CAN", "USA", F::Rate), 1);
            told.says(of(LISTED).goods("USA", "CAN", F::Rate), 1);
        },
    },
    Claim {
        scenario: LISTED,
        key: "at-home",
        check: |told| {
            told.says(of(LISTED).get("CAN", V::RealWage), 1);
            told.says(of(PLAIN).get("CAN", V::RealWage), 1);
            told.says(of(LISTED).revenue("CAN"), 1);
            told.says(of(PLAIN).revenue("CAN"), 1);
            told.holds("revenue turns", of(LISTED).revenue("CAN") > 0.0 && of(PLAIN).revenue("CAN") < 0.0);
        },
    },
    Claim {
        scenario: THREAT,
        key: "worth-of-a-deal",
        check: |told| {
            let found = on(THREAT, ALL_IN_FORCE);
            told.given(&["25"]);
            let [tariffs, deal] = ["tariffs", "deal"].map(|name| found.get_in(name, "MEX", V::Welfare));
            told.says(tariffs, 1);
            told.says(deal, 1);
            told.holds("both cost", tariffs < deal && deal < 0.0);
        },
    },
    Claim {
        scenario: THREAT,
        key: "an-average-of-worlds",
        check: |told| {
            let found = on(THREAT, ALL_IN_FORCE);
            for code in ["MEX", "CAN"] {
                let all = found.welfare(code);
                told.says(all, 1);
                let outcomes = ["tariffs", "deal", "another-pause"];
                let near =
                    outcomes.iter().any(|name| (found.get_in(name, code, V::Welfare) - all).abs() < 0.3);
                told.holds("a loss that no outcome has", all < 0.0 && !near);
            }
        },
    },
    Claim {
        scenario: THREAT,
        key: "waiting",
        check: |told| {
            let found = on(THREAT, ALL_IN_FORCE);
            for code in ["MEX", "CAN"] {
                let gain = found.get_in("another-pause", code, V::Welfare);
                told.says(gain, 2);
                told.holds("a gain", gain > 0.0);
            }
        },
    },
    Claim {
        scenario: THREAT,
        key: "china",
        check: |told| {
            let found = on(THREAT, ALL_IN_FORCE);
            let [tariffs, deal, pause] =
                ["tariffs", "deal", "another-pause"].map(|name| found.get_in(name, "CHN", V::Welfare));
            told.says(deal, 2);
            told.holds("always a loss", tariffs < 0.0 && pause < 0.0);
            told.holds("the deal is worst", deal < tariffs.min(pause));
        },
    },
    Claim {
        scenario: MATCH,
        key: "china-sells-less",
        check: |told| {
            for importer in ["USA", "MEX"] {
                let volume = of(MATCH).volume(importer, "CHN");
                told.says(volume, 0);
                told.holds("a fall", volume < 0.0);
            }
        },
    },
    Claim {
        scenario: MATCH,
        key: "price-of-the-offer",
        check: |told| {
            let alone = set(MATCH, &["measure.mexico-matches-us-on-china.match.share=0%"]).welfare("MEX");
            let matched = of(MATCH).welfare("MEX");
            told.says(alone, 2);
            told.says(matched, 2);
            told.holds("a gain becomes a loss", alone > 0.0 && matched < 0.0);
        },
    },
    Claim {
        scenario: MATCH,
        key: "who-steps-in",
        check: |told| {
            told.says(of(MATCH).welfare("KHM"), 1);
            told.says(of(MATCH).welfare("VNM"), 1);
            told.holds("they gain most", of(MATCH).gain_most(&["KHM", "VNM"]));
        },
    },
    Claim {
        scenario: ASIA,
        key: "chinese-cars",
        check: |told| {
            told.says(of(ASIA).flow("MEX", "CHN", Some("AUT"), F::BuyerPriceReal), 0);
            told.says(of(ASIA).flow("MEX", "CHN", Some("AUT"), F::Volume), 0);
        },
    },
    Claim {
        scenario: ASIA,
        key: "average-tariff",
        check: |told| {
            told.says(of(ASIA).old_weights("MEX").1, 1);
            let after = of(ASIA).get("MEX", V::EffectiveRate) - of(ASIA).get("MEX", V::EffectiveRateBaseline);
            told.says(after, 1);
        },
    },
    Claim {
        scenario: ASIA,
        key: "who-pays",
        check: |told| {
            told.says(of(ASIA).welfare("MEX"), 2);
            told.says(of(ASIA).welfare("CHN"), 2);
            told.holds("Mexico loses most", of(ASIA).lose_most(&["MEX"]));
            told.holds("China loses", of(ASIA).welfare("CHN") < 0.0);
        },
    },
    Claim {
        scenario: ASIA,
        key: "who-sells",
        check: |told| {
            for partner in ["USA", "VNM"] {
                let volume = of(ASIA).volume("MEX", partner);
                told.says(volume, 1);
                told.holds("a rise", volume > 0.0);
            }
        },
    },
    Claim {
        scenario: CLOSED,
        key: "both-lose",
        check: |told| {
            for code in ["MEX", "USA"] {
                told.says(of(CLOSED).welfare(code), 1);
                let loss = of(CLOSED).get(code, V::WelfareUsd) / 1000.0;
                told.says(loss, 0);
                told.holds("a loss", loss < 0.0);
            }
        },
    },
    Claim {
        scenario: CLOSED,
        key: "worse-than-a-tariff",
        check: |told| {
            let (closed, taxed) = (of(CLOSED).welfare("MEX"), of(PLAIN).welfare("MEX"));
            told.given(&["25"]);
            told.says(taxed, 1);
            told.holds("about twice as much", (1.9..2.2).contains(&(closed / taxed)));
        },
    },
    Claim {
        scenario: CLOSED,
        key: "what-is-left",
        check: |told| {
            told.says(of(CLOSED).volume("USA", "MEX"), 0);
            told.says(of(CLOSED).volume("MEX", "USA"), 0);
        },
    },
];
