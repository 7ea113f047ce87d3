//! Every key of the language.

mod uncertainty;

use super::{Form, Key, Table};
use crate::scenario::quantity::{
    COST, EXPORT_TAX, LEVEL, MULTIPLE, POINTS, PROBABILITY, SHARE, SUBSIDY, VOLUME,
};
use crate::scenario::{MOST_MEASURES, aggregate, choices, game, instrument, markets, outcome, response};

pub(in crate::scenario) use uncertainty::*;

/// The top of a file.
pub(in crate::scenario) const TOP: Table = Table {
    beside: &[("drop", "extends")],
    ..Table::of(&[
        Key::new("schema", Form::Version, "Version of the scenario language."),
        Key::new("title", Form::Text("25% on two neighbours"), "A heading for results."),
        Key::new("summary", Form::Text("What is simulated."), "What is simulated, in a sentence or two."),
        Key::new(
            "sources",
            Form::Texts("Executive Order 14257 of 2 April 2025"),
            "Where the policy is documented.",
        ),
        Key::new("group", Form::Text("Textbook"), "The heading under which lists show the scenario."),
        Key::new("questions", Form::Texts("Who pays?"), "What the scenario asks, the main question first."),
        Key::new(
            "notice",
            Form::Map("exports", &Form::Text("Exports fall.")),
            "What there is to notice in the results: a short name and a sentence each.",
        ),
        Key::new(
            "extends",
            Form::Text("us-25-mexico-canada"),
            "The scenario from which this one starts: a prepared one by name, or a file beside this one.",
        ),
        Key::new(
            "drop",
            Form::Texts("energy-at-ten"),
            "Measures, responses and outcomes of that scenario to leave out, by name.",
        ),
        Key::new(
            "baseline",
            Form::Text("world-2024"),
            "The data: an embedded dataset by name, or a dataset folder beside this file.",
        ),
        Key::new(
            "aggregate",
            Form::Either(&[Form::Texts("economies-12"), Form::Table(&AGGREGATE)]),
            "Maps that make the data coarser: names or files.",
        ),
        Key::new("date", Form::Date, "The day to simulate, where measures have dates."),
        Key::new(
            "measure",
            Form::Entries(&MEASURE, MOST_MEASURES),
            "What is done: who imposes what on whose goods.",
        ),
        Key::new(
            "response",
            Form::Entries(&RESPONSE, MOST_MEASURES),
            "What a country does when a measure hits its goods.",
        ),
        Key::new(
            "outcome",
            Form::Entries(&OUTCOME, outcome::MOST_OUTCOMES),
            "What may happen, and how probable it is.",
        ),
        Key::new(
            "player",
            Form::Entries(&PLAYER, game::MOST_PLAYERS),
            "Who chooses among strategies, which makes the scenario a game for `tariffsim game`.",
        ),
        Key::new("model", Form::Table(&MODEL), "Choices of the model."),
        Key::new("uncertainty", Form::Table(&UNCERTAINTY), "What is drawn at random, and how often."),
    ])
};

/// `aggregate = { … }`.
pub(in crate::scenario) const AGGREGATE: Table = Table::of(&[
    Key::required("maps", Form::Texts("economies-12"), "Maps inside the program by name, or files."),
    Key::new(
        "unmapped",
        Form::Words(aggregate::words),
        "What to do with codes that no map mentions: refuse them, or keep them as they are.",
    ),
]);

const NAME: Key = Key::new(
    "name",
    Form::Text("tariff"),
    "A name, for results and for what refers to it; at most 100 characters.",
);
const PROBABILITY_OF_A_MEASURE: Key = Key::new(
    "probability",
    Form::Quantity(&PROBABILITY, "60%"),
    "How probable it is that this comes at all: short for two outcomes, with it and without it.",
);
const GOODS: Form = Form::Texts("AUT");

/// What the importer does, or the exporter to its exports: exactly one stands in a measure.
pub(in crate::scenario) const VERBS: &[&str] = &[
    "set",
    "add",
    "multiply",
    "cap",
    "floor",
    "cut",
    "remove",
    "match",
    "reciprocal",
    "rates",
    "trade_cost",
    "trade_costs",
    "embargo",
    "export_tax",
    "subsidy",
    "quota",
    "trq",
    "specific",
];

/// A `[[measure]]`.
pub(in crate::scenario) const MEASURE: Table = Table {
    one_of: VERBS,
    ..Table::of(&[
        NAME,
        Key::required(
            "by",
            Form::Countries,
            "Who imposes it: the importers; of a tax on exports, the exporters.",
        ),
        Key::required("on", Form::Countries, "Whose goods: the exporters; of a tax on exports, the buyers."),
        Key::new("except", Form::Countries, "Countries taken out of `on`."),
        Key::new("goods", GOODS, "Which sectors: codes, names, or \"all\" goods, which is the default."),
        Key::new("except_goods", GOODS, "Sectors taken out of `goods`."),
        Key::new("instead_of", Form::Texts("tariff"), "Measures that it replaces where both apply, by name."),
        Key::new(
            "exempt_share",
            Form::Either(&[
                Form::Quantity(&SHARE, "40%"),
                Form::Pattern(r"^\s*(?:[^\d\s.+%-]|.*\.csv\s*$)", "usmca-2024"),
                Form::Map("CAN", &Form::Quantity(&SHARE, "40%")),
            ]),
            "The share of the flow that it does not reach: one share, shares by partner, or a table by partner and sector.",
        ),
        Key::new("set", Form::Quantity(&LEVEL, "25%"), "Puts the rate at a level."),
        Key::new("add", Form::Quantity(&POINTS, "25pp"), "Adds percentage points to the rate."),
        Key::new("multiply", Form::Quantity(&MULTIPLE, "150%"), "Multiplies the rate."),
        Key::new("cap", Form::Quantity(&LEVEL, "15%"), "The rate is no higher than this."),
        Key::new("floor", Form::Quantity(&LEVEL, "2%"), "The rate is no lower than this."),
        Key::new("cut", Form::Quantity(&SHARE, "50%"), "Cuts the observed rate by this share of itself."),
        Key::new("remove", Form::Switch, "Abolishes the observed rate."),
        Key::new("match", Form::Table(&MATCH), "Raises the rate to what another importer charges."),
        Key::new("reciprocal", Form::Switch, "Raises the rate to what the partner charges in return."),
        Key::new(
            "rates",
            Form::Text("my-rates.csv"),
            "A table (CSV) of levels: importer, exporter, sector, rate as a fraction.",
        ),
        Key::new("trade_cost", Form::Quantity(&COST, "+15%"), "Changes the real cost of trade."),
        Key::new(
            "trade_costs",
            Form::Text("my-costs.csv"),
            "A table (CSV) of cost factors: importer, exporter, sector, cost_factor.",
        ),
        Key::new("embargo", Form::Switch, "Ends trade."),
        Key::new(
            "export_tax",
            Form::Quantity(&EXPORT_TAX, "10%"),
            "Taxes exports, as a share of the producer's price; `by` is the exporter, `on` are the buyers.",
        ),
        Key::new(
            "subsidy",
            Form::Quantity(&SUBSIDY, "5%"),
            "Subsidises exports, as a share of the producer's price; `by` is the exporter, `on` are the buyers.",
        ),
        Key::new("quota", Form::Table(&QUOTA), "Limits the volume of each flow."),
        Key::new(
            "trq",
            Form::Table(&TRQ),
            "A tariff-rate quota: one rate up to a volume and another beyond it.",
        ),
        Key::new("specific", Form::Table(&SPECIFIC), "Adds a duty of so much money for each unit."),
        Key::new("from", Form::Date, "Its first day in force."),
        Key::new("until", Form::Date, "Its last day in force."),
        Key::new(
            "phase_in",
            Form::Days(&Form::Quantity(&SHARE, "50%")),
            "Which share of its own change is in force from which day.",
        ),
        PROBABILITY_OF_A_MEASURE,
    ])
};

/// `match = { … }`.
pub(in crate::scenario) const MATCH: Table = Table::of(&[
    Key::required("by", Form::Text("USA"), "The importer that is followed."),
    Key::new(
        "on",
        Form::Countries,
        "On whose goods its rates are followed; left out, on the same exporter's.",
    ),
    Key::new("share", Form::Quantity(&SHARE, "50%"), "How much of the gap is closed; left out, all of it."),
    Key::new("lower_too", Form::Flag, "Whether rates also come down."),
    Key::new(
        "increase_only",
        Form::Flag,
        "Whether only what this scenario adds to the other's rate is followed.",
    ),
]);

const VOLUME_OF_A_QUOTA: Key = Key::required(
    "volume",
    Form::Quantity(&VOLUME, "80%"),
    "How much each flow may be, in per cent of its baseline volume.",
);
const RENT_OF_A_QUOTA: Key = Key::required(
    "rent",
    Form::Either(&[Form::Words(instrument::holders), Form::Table(&RENT)]),
    "Who gains what the limited goods fetch beyond their price.",
);

/// `quota = { … }`.
pub(in crate::scenario) const QUOTA: Table = Table::of(&[VOLUME_OF_A_QUOTA, RENT_OF_A_QUOTA]);

/// `trq = { … }`.
pub(in crate::scenario) const TRQ: Table = Table::of(&[
    Key::required("in_quota", Form::Quantity(&LEVEL, "0%"), "The rate within the quota."),
    Key::required("out_of_quota", Form::Quantity(&LEVEL, "25%"), "The rate beyond the quota."),
    VOLUME_OF_A_QUOTA,
    RENT_OF_A_QUOTA,
]);

/// `rent = { … }`.
pub(in crate::scenario) const RENT: Table = Table::of(&[Key::required(
    "importer",
    Form::Quantity(&SHARE, "50%"),
    "The importer's part of the rent; the exporter has the rest.",
)]);

const ABOVE_ZERO: &[(&str, f64)] = &[("exclusiveMinimum", 0.0)];

/// `specific = { … }`.
pub(in crate::scenario) const SPECIFIC: Table = Table::of(&[
    Key::required("per_unit", Form::Number(ABOVE_ZERO, 100.0), "The duty for a unit, in money."),
    Key::required(
        "unit_value",
        Form::Number(ABOVE_ZERO, 2000.0),
        "What a unit costs before duty at baseline, in the same money.",
    ),
]);

/// A `[[response]]`.
pub(in crate::scenario) const RESPONSE: Table = Table::of(&[
    NAME,
    Key::required("by", Form::Countries, "Who responds."),
    Key::required("to", Form::Texts("us-on-canada"), "The measures or responses that it answers, by name."),
    Key::new("goods", GOODS, "Which sectors it is on; left out, those that were hit."),
    Key::new("except_goods", GOODS, "Sectors taken out of `goods`."),
    Key::new("instead_of", Form::Texts("tariff"), "Measures that it replaces where both apply, by name."),
    Key::required(
        "mode",
        Form::Either(&[Form::Words(response::words), Form::Quantity(&POINTS, "+25pp")]),
        "How large it is.",
    ),
    Key::new("share", Form::Quantity(&SHARE, "50%"), "How far it goes; left out, all the way."),
    Key::new("lag", Form::Pattern(r"^\s*\+?\d+\s*d\s*$", "30d"), "How many days later it follows."),
    PROBABILITY_OF_A_MEASURE,
]);

/// An `[[outcome]]`.
pub(in crate::scenario) const OUTCOME: Table = Table::of(&[
    NAME,
    Key::required(
        "probability",
        Form::Quantity(&PROBABILITY, "40%"),
        "How probable it is; those of all outcomes sum to 100%.",
    ),
    Key::new("measures", Form::Any("tariff"), "The measures and responses that come with it, by name."),
]);

/// A `[[player]]` of a game.
pub(in crate::scenario) const PLAYER: Table = Table::of(&[
    NAME,
    Key::required("country", Form::Text("USA"), "The country whose welfare the player is about."),
    Key::required(
        "strategy",
        Form::Entries(&STRATEGY, game::MOST_PROFILES),
        "What the player may do: `[[player.strategy]]` begins each.",
    ),
]);

/// A `[[player.strategy]]`.
pub(in crate::scenario) const STRATEGY: Table = Table::of(&[
    NAME,
    Key::new("measures", Form::Any("tariff"), "The measures and responses that come with it, by name."),
]);

/// `[model]`.
pub(in crate::scenario) const MODEL: Table = Table::of(&[
    Key::new("kind", Form::Words(choices::kinds), "Which model."),
    Key::new("deficits", Form::Words(choices::deficits), "What trade deficits do."),
    Key::new(
        "structure",
        Form::Either(&[Form::Words(choices::structures), Form::Table(&STRUCTURE)]),
        "Why countries trade, and whether firms enter and leave.",
    ),
    Key::new(
        "labour",
        Form::Either(&[Form::Words(choices::labour), Form::Table(&LABOUR)]),
        "How labour moves between sectors.",
    ),
    Key::new("inputs", Form::Flag, "Whether sectors buy inputs from one another."),
    Key::new(
        "elasticities",
        Form::Either(&[
            Form::Text("MEDIAN7"),
            Form::Map("AUT", &Form::Number(&[("exclusiveMinimum", 0.0), ("maximum", 1000.0)], 6.5)),
        ]),
        "Trade elasticities: a set by name, or own values by sector.",
    ),
    Key::new("exempt_mode", Form::Words(choices::exempt_modes), "What to do with exempt parts of a flow."),
    Key::new(
        "horizon",
        Form::Pattern(r"^\s*(?:long|elapsed|(?:\d+\.?\d*|\.\d+)[ymd])\s*$", "1y"),
        "How long trade has had to adjust: a time such as \"18m\", \"long\", or \"elapsed\" since the measures began.",
    ),
    Key::new(
        "demand_elasticity",
        Form::Either(&[DEMAND, Form::Map("MET", &DEMAND)]),
        "In partial equilibrium, how strongly purchases of a product fall with its price: one number, or numbers by sector.",
    ),
    Key::new(
        "supply_elasticity",
        Form::Either(&[SUPPLY, Form::Map("MET", &Form::Either(&[SUPPLY, Form::Map("BRA", &SUPPLY)]))]),
        "In partial equilibrium, how strongly supply rises with the price: for all, by sector, or by sector and exporter.",
    ),
    Key::new("linear", Form::Flag, "In partial equilibrium, whether markets are linearised."),
]);

const DEMAND: Form = Form::Number(&[("exclusiveMinimum", 0.0), ("maximum", markets::LARGEST)], 1.25);
const SUPPLY: Form = Form::Either(&[
    Form::Number(&[("minimum", 0.0), ("maximum", markets::LARGEST)], 1.5),
    Form::Words(markets::supplies),
]);

/// `structure = { … }`.
pub(in crate::scenario) const STRUCTURE: Table = Table::of(&[
    Key::new(
        "scale",
        Form::Number(&[("minimum", 0.0), ("maximum", 1.0)], 0.5),
        "Scale elasticity times trade elasticity: 0 is no economies of scale, 1 those of Krugman.",
    ),
    Key::new(
        "firm_tail",
        Form::Number(&[("exclusiveMinimum", 1.0), ("maximum", 10.0)], 1.4),
        "θ/(σ − 1) of firms that choose their markets, as in Melitz.",
    ),
]);

/// `labour = { … }`.
pub(in crate::scenario) const LABOUR: Table = Table::of(&[Key::required(
    "mobility",
    Form::Number(&[("exclusiveMinimum", 1.0), ("maximum", 1e6)], 1.5),
    "Between 1, where nobody changes sector, and mobile.",
)]);
