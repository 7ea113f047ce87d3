//! The keys under `[uncertainty]`.

use super::{Form, Key, Table};
use crate::monte_carlo::prior::Uncertainty;
use crate::scenario::prior;
use crate::scenario::quantity::{ELASTICITY_LEVEL, FLOW_VARIATION, SHARE, SHARE_POINTS, SHARE_SD, VARIATION};

/// `[uncertainty]`.
pub(in crate::scenario) const UNCERTAINTY: Table = Table::of(&[
    Key::new(
        "draws",
        Form::Whole(Uncertainty::MOST_DRAWS as u64),
        "The number of draws; 0 is the central case only.",
    ),
    Key::new("seed", Form::Whole(u64::MAX), "The seed of the draws."),
    Key::new("sampler", Form::Words(prior::samplers), "How draws are spread over what is possible."),
    Key::new("trade_elasticity", Form::Table(&TRADE_ELASTICITY), "How trade elasticities are drawn."),
    Key::new("exempt_share", Form::Table(&EXEMPT_SHARE), "How exempt shares are drawn."),
    Key::new(
        "trade_flows",
        Form::Table(&TRADE_FLOWS),
        "How trade flows are drawn; they are not unless this is there.",
    ),
    Key::new(
        "demand_elasticity",
        Form::Table(&MARKET_ELASTICITY),
        "How demand elasticities are drawn, in partial equilibrium.",
    ),
    Key::new(
        "supply_elasticity",
        Form::Table(&MARKET_ELASTICITY),
        "How supply elasticities are drawn, in partial equilibrium.",
    ),
]);

const LOGNORMAL: &str = "Lognormal around the central value.";

/// `trade_elasticity.…`.
pub(in crate::scenario) const TRADE_ELASTICITY: Table = Table::of(&[
    Key::new("lognormal", Form::Table(&ELASTICITY_PRIOR), LOGNORMAL),
    Key::new("normal", Form::Table(&NORMAL_ELASTICITY), "Normal around the central value."),
    Key::new("uniform", Form::Table(&UNIFORM_ELASTICITY), UNIFORM),
    Key::new("triangular", Form::Table(&TRIANGULAR_ELASTICITY), TRIANGULAR),
    Key::new("beta", Form::Table(&BETA_ELASTICITY), "A beta distribution between two ends."),
    Key::new("sets", Form::Texts("MEDIAN7"), "One of these sets of the dataset in each draw, by name."),
    Key::new(
        "draws",
        Form::Text("draws.csv"),
        "A table with a row for each draw, its columns as in draws.csv.",
    ),
]);

const UNIFORM: &str = "Equally probable from one end to the other.";
const TRIANGULAR: &str = "A density that rises in a line to the mode and falls from it.";

/// A level of an elasticity.
const LEVEL_OF_ELASTICITY: Form = Form::Either(&[
    Form::Number(&[("exclusiveMinimum", 0.0), ("maximum", 1000.0)], 6.5),
    Form::Quantity(&ELASTICITY_LEVEL, "150%"),
]);
const LOW: Key =
    Key::required("low", LEVEL_OF_ELASTICITY, "The lower end: a value, or a multiple of the central one.");
const HIGH: Key =
    Key::required("high", LEVEL_OF_ELASTICITY, "The upper end: a value, or a multiple of the central one.");
const MIN: Key = Key::new("min", BOUND, "The value below which the distribution is cut off.");
const MAX: Key = Key::new("max", BOUND, "The value above which the distribution is cut off.");
const BOUND: Form = Form::Number(&[("minimum", 0.0), ("maximum", 1000.0)], 2.0);
const CORRELATION: Key = Key::new(
    "correlation",
    Form::Either(&[
        Form::Number(&[("minimum", 0.0), ("maximum", 1.0)], 0.5),
        Form::Pattern(r"\.csv\s*$", "correlations.csv"),
    ]),
    "The correlation across sectors, or a table of correlations with the columns sector, other and correlation.",
);

/// `trade_elasticity.normal = { … }`.
pub(in crate::scenario) const NORMAL_ELASTICITY: Table = Table::of(&[
    Key::new(
        "sd",
        Form::Either(&[Form::Words(prior::spreads), LEVEL_OF_ELASTICITY]),
        "\"from-data\", the standard errors of the set, or one for all sectors: in the elasticity's unit, or relative to it.",
    ),
    MIN,
    MAX,
    CORRELATION,
]);

/// `trade_elasticity.uniform = { … }`.
pub(in crate::scenario) const UNIFORM_ELASTICITY: Table = Table::of(&[LOW, HIGH, CORRELATION]);

/// `trade_elasticity.triangular = { … }`.
pub(in crate::scenario) const TRIANGULAR_ELASTICITY: Table = Table::of(&[
    LOW,
    HIGH,
    Key::new("mode", LEVEL_OF_ELASTICITY, "The most probable value; left out, the central one."),
    CORRELATION,
]);

/// `trade_elasticity.beta = { … }`.
pub(in crate::scenario) const BETA_ELASTICITY: Table = Table::of(&[
    LOW,
    HIGH,
    Key::new("mean", LEVEL_OF_ELASTICITY, "The mean; left out, the central value."),
    Key::required("sd", LEVEL_OF_ELASTICITY, "The standard deviation, in the unit of the ends."),
    CORRELATION,
]);

/// `trade_elasticity.lognormal = { … }`.
pub(in crate::scenario) const ELASTICITY_PRIOR: Table = Table::of(&[
    Key::new(
        "sd",
        Form::Either(&[Form::Words(prior::spreads), Form::Quantity(&VARIATION, "30%")]),
        "\"from-data\", the standard errors of the set, or one coefficient of variation for all sectors.",
    ),
    MIN,
    MAX,
    CORRELATION,
]);

/// `exempt_share.…`.
pub(in crate::scenario) const EXEMPT_SHARE: Table = Table::of(&[
    Key::new("beta", Form::Table(&EXEMPT_PRIOR), "Beta around the central share."),
    Key::new(
        "normal",
        Form::Table(&EXEMPT_PRIOR),
        "Normal around the central share, cut off at 0% and 100%.",
    ),
    Key::new("uniform", Form::Table(&UNIFORM_SHARE), UNIFORM),
    Key::new("triangular", Form::Table(&TRIANGULAR_SHARE), TRIANGULAR),
]);

/// A level of a share, or what is added to the central one.
const LEVEL_OF_SHARE: Form =
    Form::Either(&[Form::Quantity(&SHARE, "40%"), Form::Quantity(&SHARE_POINTS, "-10pp")]);
const LOW_SHARE: Key =
    Key::required("low", LEVEL_OF_SHARE, "The lower end: a share, or points from the central one.");
const HIGH_SHARE: Key =
    Key::required("high", LEVEL_OF_SHARE, "The upper end: a share, or points from the central one.");

/// `exempt_share.uniform = { … }`.
pub(in crate::scenario) const UNIFORM_SHARE: Table = Table::of(&[LOW_SHARE, HIGH_SHARE]);

/// `exempt_share.triangular = { … }`.
pub(in crate::scenario) const TRIANGULAR_SHARE: Table = Table::of(&[
    LOW_SHARE,
    HIGH_SHARE,
    Key::new("mode", LEVEL_OF_SHARE, "The most probable share; left out, the central one."),
]);

/// `exempt_share.beta = { … }` and `exempt_share.normal = { … }`.
pub(in crate::scenario) const EXEMPT_PRIOR: Table = Table::of(&[Key::new(
    "sd",
    Form::Quantity(&SHARE_SD, "10pp"),
    "The standard deviation of every exempt share.",
)]);

/// `trade_flows.…`.
pub(in crate::scenario) const TRADE_FLOWS: Table =
    Table::of(&[Key::new("lognormal", Form::Table(&FLOW_PRIOR), LOGNORMAL)]);

/// `trade_flows.lognormal = { … }`.
pub(in crate::scenario) const FLOW_PRIOR: Table = Table::of(&[
    Key::new(
        "cv_pair",
        Form::Quantity(&FLOW_VARIATION, "10%"),
        "The coefficient of variation of a factor for each pair of countries, the same in all its sectors.",
    ),
    Key::new(
        "cv_cell",
        Form::Quantity(&FLOW_VARIATION, "25%"),
        "The coefficient of variation of a factor for each flow.",
    ),
]);

/// `demand_elasticity.…` and `supply_elasticity.…`.
pub(in crate::scenario) const MARKET_ELASTICITY: Table =
    Table::of(&[Key::new("lognormal", Form::Table(&MARKET_PRIOR), LOGNORMAL)]);

/// `demand_elasticity.lognormal = { … }` and `supply_elasticity.lognormal = { … }`.
pub(in crate::scenario) const MARKET_PRIOR: Table = Table::of(&[Key::new(
    "cv",
    Form::Quantity(&VARIATION, "50%"),
    "The coefficient of variation of one factor for each sector, with median 1.",
)]);
