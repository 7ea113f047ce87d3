//! What helps a reader of a scenario: where it belongs, what it asks, and what there is to notice in its results.

use toml::Spanned;
use toml::de::DeTable;

use crate::scenario::reader::{self, Faults, Keys, Node};

/// For the reader of a scenario; nothing of it changes a result.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Guide {
    /// The heading under which lists show the scenario.
    pub group: Option<String>,
    /// The questions that it answers, the main one first.
    pub questions: Vec<String>,
    /// What there is to notice in the results, as written: a short name and a sentence for each.
    pub notice: Vec<(String, String)>,
}

/// Reads the keys at the top of a scenario.
pub(super) fn read(keys: &mut Keys<'_, '_>, faults: &mut Faults<'_>) -> Guide {
    let group = keys.take("group").and_then(|node| reader::text(node, "group", faults));
    let questions = keys
        .take("questions")
        .map_or_else(Vec::new, |node| reader::texts(node, "questions", false, faults))
        .into_iter()
        .map(Spanned::into_inner)
        .collect();
    let notice = keys.take("notice").map_or_else(Vec::new, |node| notice(node, faults));
    Guide { group: group.map(Spanned::into_inner), questions, notice }
}

/// Each sentence with its name, in file order.
fn notice(node: &Node<'_>, faults: &mut Faults<'_>) -> Vec<(String, String)> {
    let Some(table) = node.get_ref().as_table() else {
        faults.wrong_kind(
            node,
            "notice",
            "a heading `[notice]` with lines such as `who-pays = \"Buyers do.\"`",
        );
        return Vec::new();
    };
    in_file_order(table)
        .into_iter()
        .filter_map(|(name, node)| {
            reader::text(node, name, faults).map(|text| (name.to_owned(), text.into_inner()))
        })
        .collect()
}

fn in_file_order<'a, 'i>(table: &'a DeTable<'i>) -> Vec<(&'a str, &'a Node<'i>)> {
    let mut entries: Vec<_> = table.iter().collect();
    entries.sort_by_key(|(key, _)| key.span().start);
    entries.into_iter().map(|(key, node)| (key.get_ref().as_ref(), node)).collect()
}
