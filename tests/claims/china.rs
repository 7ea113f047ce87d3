//! The United States and China.

use tariffsim::model::variable::CountryVariable as V;

use crate::answer::{of, on};
use crate::told::Claim;

const PEAK: &str = "us-china-145";
const FIRST_WAR: &str = "us-china-2018";
const EMBARGO: &str = "china-embargo";

/// The day on which the truce of the first trade war begins.
const TRUCE: &str = "2020-02-14";

pub(crate) const CLAIMS: &[Claim] = &[
    Claim {
        scenario: PEAK,
        key: "nothing-left",
        check: |told| {
            told.says(of(PEAK).volume("USA", "CHN"), 0);
            told.holds("the other way too", (of(PEAK).volume("CHN", "USA") + 99.0).abs() < 0.5);
        },
    },
    Claim {
        scenario: PEAK,
        key: "no-revenue",
        check: |told| {
            told.says(of(PEAK).revenue("USA"), 0);
            told.holds("less than before", of(PEAK).revenue("USA") < 0.0);
        },
    },
    Claim {
        scenario: PEAK,
        key: "both-lose",
        check: |told| {
            told.says(of(PEAK).welfare("USA"), 1);
            told.says(of(PEAK).welfare("CHN"), 1);
            told.holds("they lose most", of(PEAK).lose_most(&["USA", "CHN"]));
        },
    },
    Claim {
        scenario: PEAK,
        key: "who-gains",
        check: |told| {
            told.says(of(PEAK).welfare("KHM"), 1);
            told.says(of(PEAK).welfare("VNM"), 1);
            told.holds("they gain most", of(PEAK).gain_most(&["KHM", "VNM"]));
        },
    },
    Claim {
        scenario: FIRST_WAR,
        key: "step-by-step",
        check: |told| {
            told.given(&["1", "2019"]);
            for day in ["2018-07-05", "2019-09-01", TRUCE] {
                told.says(on(FIRST_WAR, day).old_weights("USA").0, 1);
            }
        },
    },
    Claim {
        scenario: FIRST_WAR,
        key: "both-lose",
        check: |told| {
            for code in ["CHN", "USA"] {
                told.says(on(FIRST_WAR, TRUCE).welfare(code), 2);
                let days = ["2018-07-06", "2018-09-24", "2019-05-10", "2019-09-01", TRUCE];
                told.holds("always a loss", days.iter().all(|day| on(FIRST_WAR, day).welfare(code) < 0.0));
            }
        },
    },
    Claim {
        scenario: FIRST_WAR,
        key: "who-gains",
        check: |told| {
            for code in ["VNM", "MEX"] {
                let gain = on(FIRST_WAR, TRUCE).welfare(code);
                told.says(gain, 2);
                told.holds("a gain", gain > 0.0);
            }
        },
    },
    Claim {
        scenario: EMBARGO,
        key: "hardly-worse",
        check: |told| {
            told.given(&["145", "125"]);
            for code in ["USA", "CHN"] {
                let (closed, taxed) = (of(EMBARGO).welfare(code), of(PEAK).welfare(code));
                told.says(closed, 2);
                told.says(taxed, 2);
                told.holds("a little worse", closed < taxed && closed > taxed * 1.1);
            }
        },
    },
    Claim {
        scenario: EMBARGO,
        key: "in-dollars",
        check: |told| {
            told.says(of(EMBARGO).get("USA", V::WelfareUsd) / 1000.0, 0);
            told.says(of(EMBARGO).get("CHN", V::WelfareUsd) / 1000.0, 0);
        },
    },
    Claim {
        scenario: EMBARGO,
        key: "detours",
        check: |told| {
            told.says(of(EMBARGO).volume("USA", "VNM"), 0);
            told.says(of(EMBARGO).volume("USA", "MEX"), 0);
        },
    },
];
