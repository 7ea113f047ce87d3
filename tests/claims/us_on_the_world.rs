//! US tariffs on everybody, or on one sector.

use tariffsim::model::variable::{CountryVariable as V, FlowVariable as F, SectorVariable as S};

use crate::answer::{of, on};
use crate::told::Claim;

const RECIPROCAL: &str = "us-reciprocal";
const LIST: &str = "liberation-day-2025";
const METALS: &str = "steel-aluminium-50";
const QUOTAS: &str = "steel-232-with-trq";
const AUTOS: &str = "us-autos-25";
const PATH: &str = "us-tariffs-2025-timeline";
const COURT: &str = "us-tariffs-after-court-2026";

pub(crate) const CLAIMS: &[Claim] = &[
    Claim {
        scenario: RECIPROCAL,
        key: "not-reciprocal",
        check: |told| {
            told.says(of(RECIPROCAL).old_weights("USA").1, 1);
            told.says(of(LIST).old_weights("USA").1, 1);
        },
    },
    Claim {
        scenario: RECIPROCAL,
        key: "neighbours-gain",
        check: |told| {
            for code in ["MEX", "CAN"] {
                let gain = of(RECIPROCAL).welfare(code);
                told.says(gain, 2);
                let rise = of(RECIPROCAL).goods("USA", code, F::Rate);
                told.holds("a gain, and hardly a rise", gain > 0.0 && rise < 0.1);
            }
        },
    },
    Claim {
        scenario: RECIPROCAL,
        key: "hardest-hit",
        check: |told| {
            told.says(of(RECIPROCAL).welfare("VNM"), 1);
            told.holds("it loses most", of(RECIPROCAL).lose_most(&["VNM"]));
        },
    },
    Claim {
        scenario: LIST,
        key: "no-gain",
        check: |told| {
            let (listed, uniform) = (of(LIST).welfare("USA"), of("universal-10").welfare("USA"));
            told.says(listed, 2);
            told.says(uniform, 2);
            told.given(&["10"]);
            told.holds("a loss, a gain", listed < 0.0 && uniform > 0.0);
        },
    },
    Claim {
        scenario: LIST,
        key: "hardest-hit",
        check: |told| {
            told.given(&["46", "49"]);
            told.says(of(LIST).welfare("VNM"), 1);
            told.says(of(LIST).welfare("KHM"), 1);
            told.holds("they lose most", of(LIST).lose_most(&["VNM", "KHM"]));
        },
    },
    Claim {
        scenario: LIST,
        key: "not-the-rate-alone",
        check: |told| {
            told.given(&["20", "34"]);
            told.says(of(LIST).welfare("IRL"), 1);
            told.says(of(LIST).welfare("CHN"), 1);
            told.holds(
                "both lose",
                of(LIST).welfare("IRL") < of(LIST).welfare("CHN") && of(LIST).welfare("CHN") < 0.0,
            );
        },
    },
    Claim {
        scenario: LIST,
        key: "the-spared-gain",
        check: |told| {
            told.says(of(LIST).welfare("MEX"), 1);
            told.says(of(LIST).welfare("CAN"), 1);
            told.holds("they gain most", of(LIST).gain_most(&["MEX", "CAN"]));
        },
    },
    Claim {
        scenario: METALS,
        key: "makers-and-users",
        check: |told| {
            let output = |of_sector| of(METALS).sector("USA", of_sector, S::Output);
            told.says(output("MET"), 0);
            ["FAB", "MAC", "AUT"].iter().for_each(|user| told.says(output(user), 1));
            told.holds("makers gain", output("MET") > 0.0);
            told.holds("users lose", ["FAB", "MAC", "AUT"].iter().all(|user| output(user) < 0.0));
        },
    },
    Claim {
        scenario: METALS,
        key: "little-revenue",
        check: |told| {
            told.says(of(METALS).sector("USA", "MET", S::Imports), 0);
            told.says(of(METALS).revenue("USA"), 0);
        },
    },
    Claim {
        scenario: METALS,
        key: "half-the-rate",
        check: |told| {
            told.given(&["25"]);
            let sales = |partner| of(METALS).flow("USA", partner, Some("MET"), F::Volume);
            told.says(sales("GBR"), 0);
            told.says(sales("CAN"), 0);
            told.holds("a third is left", (-70.0..-63.0).contains(&sales("GBR")));
        },
    },
    Claim {
        scenario: METALS,
        key: "net",
        check: |told| {
            told.says(of(METALS).welfare("USA"), 2);
            told.holds("a loss", of(METALS).welfare("USA") < 0.0);
        },
    },
    Claim {
        scenario: AUTOS,
        key: "jobs",
        check: |told| {
            let jobs = |of_sector| of(AUTOS).sector("USA", of_sector, S::Employment);
            told.says(jobs("AUT"), 0);
            told.says(jobs("ELE"), 1);
            told.says(jobs("OTR"), 1);
            told.holds("up here, down there", jobs("AUT") > 0.0 && jobs("ELE") < 0.0 && jobs("OTR") < 0.0);
        },
    },
    Claim {
        scenario: AUTOS,
        key: "buyers",
        check: |told| {
            told.says(of(AUTOS).sector("USA", "AUT", S::BuyerPrice), 1);
            told.says(of(AUTOS).flow("USA", "JPN", Some("AUT"), F::BuyerPriceReal), 0);
        },
    },
    Claim {
        scenario: AUTOS,
        key: "neighbours",
        check: |told| {
            for code in ["MEX", "CAN"] {
                let output = of(AUTOS).sector(code, "AUT", S::Output);
                told.says(output, 0);
                told.holds("a fall", output < 0.0);
            }
        },
    },
    Claim {
        scenario: AUTOS,
        key: "net",
        check: |told| {
            told.says(of(AUTOS).welfare("USA"), 2);
            told.says(of(AUTOS).get("USA", V::RealWage), 2);
            told.holds("a loss", of(AUTOS).welfare("USA") < 0.0);
        },
    },
    Claim {
        scenario: PATH,
        key: "up-and-down",
        check: |told| {
            told.given(&["9", "2025", "14"]);
            for day in ["2025-02-03", "2025-04-09", "2025-05-14", "2026-02-21"] {
                told.says(on(PATH, day).old_weights("USA").0, 1);
            }
        },
    },
    Claim {
        scenario: PATH,
        key: "substitution",
        check: |told| {
            told.given(&["10"]);
            let found = on(PATH, "2025-04-10");
            told.says(found.old_weights("USA").0, 1);
            told.says(found.get("USA", V::EffectiveRate), 1);
            told.says(found.volume("USA", "CHN"), 0);
        },
    },
    Claim {
        scenario: PATH,
        key: "three-days-in-march",
        check: |told| {
            told.given(&["4"]);
            for day in ["2025-03-04", "2025-03-07"] {
                let loss = on(PATH, day).welfare("MEX");
                told.says(loss, 1);
                told.holds("a loss", loss < 0.0);
            }
        },
    },
    Claim {
        scenario: COURT,
        key: "what-stays",
        check: |told| {
            told.says(on(COURT, "2025-11-01").old_weights("USA").0, 1);
            told.says(on(PATH, "2026-02-07").old_weights("USA").0, 1);
        },
    },
    Claim {
        scenario: COURT,
        key: "the-surcharge",
        check: |told| {
            told.given(&["24", "2026", "24"]);
            told.says(on(COURT, "2026-02-24").old_weights("USA").0, 1);
            told.says(on(COURT, "2026-07-24").old_weights("USA").0, 1);
        },
    },
    Claim {
        scenario: COURT,
        key: "mexico-and-canada",
        check: |told| {
            let loss = |day, code| on(COURT, day).welfare(code);
            told.says(loss("2026-07-24", "MEX"), 1);
            told.says(loss("2025-11-01", "MEX"), 1);
            let less =
                |code| loss("2025-11-01", code) < loss("2026-07-24", code) && loss("2026-07-24", code) < 0.0;
            told.holds("both lose less", less("MEX") && less("CAN"));
        },
    },
    Claim {
        scenario: QUOTAS,
        key: "a-quota-holds",
        check: |told| {
            let growth = |code| of(QUOTAS).flow("USA", code, Some("MET"), F::Volume);
            told.holds("no growth", ["DEU", "JPN", "GBR"].into_iter().all(|code| growth(code).abs() < 1e-7));
        },
    },
    Claim {
        scenario: QUOTAS,
        key: "rent",
        check: |told| {
            let rise = |code| of(QUOTAS).flow("USA", code, Some("MET"), F::BuyerPriceReal);
            told.holds("dearer", ["DEU", "JPN", "GBR"].into_iter().all(|code| rise(code) > 4.0));
        },
    },
    Claim {
        scenario: QUOTAS,
        key: "others-sell-less",
        check: |told| told.holds("a fall", of(QUOTAS).flow("USA", "CAN", Some("MET"), F::Volume) < -20.0),
    },
];
