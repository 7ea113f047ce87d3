//! What a result is made from, so that it can be made again: on another machine, or to see that it is the same.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Everything that decides a result but the data, the seed and the number of draws.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Inputs {
    /// The scenario file's name without folders, or the name of a prepared scenario.
    pub file: String,
    /// Its text.
    pub text: String,
    /// What was set beside it, each as it was typed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub settings: Vec<String>,
    /// The tables, maps and scenarios that it names, by the names they have there.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub files: BTreeMap<String, String>,
    /// Which flows are reported: `touched` or `all`.
    pub flows: String,
    /// Whether contributions over the draws were asked for.
    #[serde(default, skip_serializing_if = "is_false")]
    pub contributions: bool,
    /// The market whose picture was asked for, such as `USA:MET`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub market: Option<String>,
}

fn is_false(value: &bool) -> bool {
    !value
}
