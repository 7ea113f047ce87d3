//! The key `aggregate`: which maps make the data coarser.

use toml::Spanned;
use toml::de::DeValue;

use crate::bilateral::Flow;
use crate::diagnostic::Diagnostic;
use crate::economy::aggregation::{Grouping, Unmapped};
use crate::scenario::choices::{Words, supported, word};
use crate::scenario::grammar::keys;
use crate::scenario::reader::{self, Faults, Node};

/// The maps by which a scenario's data are aggregated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Aggregate {
    /// Maps inside the program by name, or files, at the place where they are named.
    pub maps: Spanned<Vec<String>>,
    /// What to do with codes that no map mentions.
    pub unmapped: Unmapped,
}

const UNMAPPED: &Words<Unmapped> = &[("refuse", Some(Unmapped::Refuse)), ("keep", Some(Unmapped::Keep))];

/// The words of all choices.
pub(super) fn words() -> Vec<&'static str> {
    supported(UNMAPPED)
}

/// The word of a choice.
pub(super) fn unmapped_word(choice: Unmapped) -> &'static str {
    UNMAPPED.iter().find(|(_, meaning)| *meaning == Some(choice)).map_or("refuse", |(word, _)| word)
}

/// Reads `aggregate = "map"`, `aggregate = ["map", "map"]` or `aggregate = { maps = …, unmapped = "keep" }`.
pub(super) fn read(node: &Node<'_>, faults: &mut Faults<'_>) -> Option<Aggregate> {
    let ((span, maps), unmapped) = if matches!(node.get_ref(), DeValue::Table(_)) {
        let mut keys = reader::table(node, &keys::AGGREGATE, "aggregate", "a table", faults)?;
        let unmapped = keys.take("unmapped").and_then(|node| word(node, "unmapped", UNMAPPED, faults));
        let maps = keys.take("maps").map(|node| (node.span(), reader::texts(node, "maps", false, faults)));
        if maps.is_none() {
            let fault = Diagnostic::error("`aggregate` does not say which `maps`");
            faults.push(
                node.span(),
                fault.expected("such as { maps = \"economies-12\", unmapped = \"keep\" }"),
            );
        }
        keys.finish("in `aggregate`", &[], faults);
        (maps?, unmapped)
    } else {
        ((node.span(), reader::texts(node, "aggregate", false, faults)), None)
    };
    let maps: Vec<String> = maps.into_iter().map(Spanned::into_inner).collect();
    (!maps.is_empty())
        .then(|| Aggregate { maps: Spanned::new(span, maps), unmapped: unmapped.unwrap_or_default() })
}

/// No single instrument stands for what is under a quota only in part, and the like.
pub(super) fn unlike_duties(grouping: &Grouping, flow: Flow) -> Diagnostic {
    let country = |id| grouping.countries.list().code(id);
    Diagnostic::error(format!(
        "on the aggregated data, {} imports of {} from {} are not all under one quota, or some are exempt from a specific duty",
        country(flow.importer),
        grouping.sectors.list().code(flow.sector),
        country(flow.exporter)
    ))
    .expected("one instrument on everything that is merged")
    .help("choose a map that keeps it apart, or simulate the scenario without `aggregate`")
}
