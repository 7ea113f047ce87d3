//! Variants: a scenario that starts from another one and says what differs.
//!
//! Scenarios are put together as trees, before anything is read from them, so that checks, settings and what is
//! written back need not know of it. The trees keep their places: each text has bytes of its own in the [`Source`].

use std::borrow::Cow;
use std::collections::{BTreeSet, HashSet};
use std::ops::Range;
use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::diagnostic::{Diagnostic, listed, nearest};
use crate::files::{FileError, Files};
use crate::scenario::prepared;
use crate::scenario::reader::{self, Faults, Node, Origin, Source};
use crate::scenario::settings::{NAMED, shifted};
use crate::scenario::{MOST_BYTES, syntax};

/// The most scenarios that may stand behind one another.
const MOST_ANCESTORS: usize = 8;

/// What another scenario says of itself would be untrue of the variant.
const OWN: [&str; 5] = ["title", "summary", "group", "questions", "notice"];

/// Puts the texts on which a scenario is built into its source, nearest first.
pub(super) fn find_ancestors(source: &mut Source, files: &dyn Files) -> Result<(), Vec<Diagnostic>> {
    let (mut text, mut base, mut folder) = (source.text.clone(), 0, String::new());
    loop {
        let tree = shifted_table(syntax::parse(source, &text, base)?.into_inner(), base);
        let Some(node) = tree.get("extends") else { return Ok(()) };
        let mut faults = Faults::new(source);
        let Some(name) = reader::text(node, "extends", &mut faults) else { return Err(faults.found) };
        let found = ancestor(source, &folder, &name, files);
        let origin = found.map_err(|fault| vec![fault.at(source.place(name.span()))])?;
        (text, base, folder) = (origin.text.clone(), origin.base, origin.folder.clone());
        source.ancestors.push(origin);
    }
}

/// The scenario that one in `folder` names.
fn ancestor(
    source: &Source,
    folder: &str,
    named: &Spanned<String>,
    files: &dyn Files,
) -> Result<Origin, Box<Diagnostic>> {
    let written = named.get_ref();
    let is_prepared = !written.contains(['/', '\\']) && prepared::scenario(written).is_some();
    let name = if is_prepared { written.clone() } else { beside(folder, written) };
    let own_name = source.file.rsplit(['/', '\\']).next().unwrap_or_default();
    let earlier = std::iter::once(own_name).chain(source.ancestors.iter().map(|origin| &*origin.name));
    if earlier.into_iter().any(|earlier| earlier == name) {
        let fault =
            Diagnostic::error(format!("`{written}` is built on this scenario, so this goes in a circle"));
        return Err(Box::new(fault.expected("a scenario that does not start from this one")));
    }
    if source.ancestors.len() == MOST_ANCESTORS {
        let fault =
            Diagnostic::error(format!("more than {MOST_ANCESTORS} scenarios are built on one another"))
                .expected(format!("at most {MOST_ANCESTORS}"))
                .help("write the measures of some of them into one file");
        return Err(Box::new(fault));
    }
    let (file, folder, text) = match prepared::scenario(written).filter(|_| is_prepared) {
        Some(text) => (name.clone(), String::new(), text.to_owned()),
        None => {
            let text =
                files.read(&name, MOST_BYTES).map_err(|error| Box::new(unreadable(written, &error)))?;
            (beside(&folder_of(&source.file), &name), folder_of(&name), text)
        }
    };
    Ok(Origin { file: file.into(), name, folder, text: text.into(), base: source.length() + 1 })
}

fn unreadable(written: &str, error: &FileError) -> Diagnostic {
    let fault = Diagnostic::error(error.to_string()).expected("another scenario");
    if !matches!(error, FileError::NotFound { .. }) {
        return fault;
    }
    let names = prepared::SCENARIOS.iter().map(|prepared| prepared.name);
    fault.help(match nearest(written.trim_end_matches(".toml"), names) {
        Some(near) => format!("did you mean the prepared scenario `{near}`?"),
        None => "the name is relative to the folder of this file, or that of a prepared scenario".to_owned(),
    })
}

/// A file named in a file of some folder, without detours.
pub(super) fn beside(folder: &str, file: &str) -> String {
    let absolute = file.starts_with(['/', '\\']) || file.contains(':');
    if absolute {
        return file.to_owned();
    }
    let mut parts: Vec<&str> = Vec::new();
    let folder = folder.split(['/', '\\']).filter(|_| !folder.is_empty());
    for part in folder.chain(file.split(['/', '\\'])) {
        match (part, parts.last()) {
            (".", _) => {}
            ("..", Some(&last)) if last != ".." && !last.is_empty() => {
                parts.pop();
            }
            _ => parts.push(part),
        }
    }
    parts.join("/")
}

fn folder_of(file: &str) -> String {
    file.rsplit_once(['/', '\\']).map_or_else(String::new, |(folder, _)| folder.to_owned())
}

/// The tree of a scenario with all that stands behind it.
pub(super) fn whole<'t>(
    source: &Source,
    texts: &'t [(Arc<str>, usize)],
    faults: &mut Faults<'_>,
) -> Result<DeTable<'t>, Vec<Diagnostic>> {
    let mut trees = Vec::with_capacity(texts.len());
    for (text, base) in texts {
        trees.push(shifted_table(syntax::parse(source, text, *base)?.into_inner(), *base));
    }
    let first = trees.pop().unwrap_or_default();
    if trees.is_empty() {
        return Ok(first);
    }
    let mut built = first;
    name_all(&mut built, None);
    while let Some(own) = trees.pop() {
        let (text, base) = &texts[trees.len()];
        built = built_on(built, own, base + text.len(), faults);
    }
    Ok(built)
}

fn shifted_table(table: DeTable<'_>, base: usize) -> DeTable<'_> {
    if base == 0 {
        return table;
    }
    match shifted(Spanned::new(0..0, DeValue::Table(table)), base).into_inner() {
        DeValue::Table(table) => table,
        _ => DeTable::new(),
    }
}

/// Gives names to the entries that have none: by their position or, beside those of another scenario, after them and by
/// the next number that is free, since only a name that is written takes the place of another entry.
fn name_all(tree: &mut DeTable<'_>, other: Option<&DeTable<'_>>) {
    for key in NAMED {
        let others = other.map_or(&[][..], |other| entries(other, key));
        let written = others.iter().chain(entries(tree, key).iter().filter(|_| other.is_some()));
        let taken: HashSet<String> = written.filter_map(name_of).map(str::to_owned).collect();
        let after = others.len();
        let Some(DeValue::Array(items)) = tree.get_mut(key).map(Spanned::get_mut) else { continue };
        let mut skipped = 0;
        for (at, item) in items.iter_mut().enumerate() {
            let span = item.span();
            if let DeValue::Table(entry) = item.get_mut()
                && !entry.contains_key("name")
            {
                let mut name = format!("{key}-{}", after + at + skipped + 1);
                while taken.contains(&name) {
                    skipped += 1;
                    name = format!("{key}-{}", after + at + skipped + 1);
                }
                let here = span.start..span.start;
                entry.insert(
                    Spanned::new(here, Cow::Borrowed("name")),
                    Spanned::new(span, DeValue::String(Cow::Owned(name))),
                );
            }
        }
    }
}

/// A scenario, whose bytes end at `end`, built on another: what it says itself counts.
fn built_on<'t>(
    mut other: DeTable<'t>,
    mut own: DeTable<'t>,
    end: usize,
    faults: &mut Faults<'_>,
) -> DeTable<'t> {
    name_all(&mut own, Some(&other));
    let conditional = in_outcomes(&other);
    let place = own.get("outcome").or(own.get("drop")).map_or(0..0, Spanned::span);
    own.remove("extends");
    OWN.iter().for_each(|key| {
        other.remove(*key);
    });
    if let Some(drop) = own.remove("drop") {
        for name in reader::texts(&drop, "drop", false, faults) {
            drop_entry(&mut other, &name, faults);
        }
    }
    for (key, value) in own {
        let Some(earlier) = other.remove(key.get_ref().as_ref()) else {
            other.insert(key, value);
            continue;
        };
        let merged = merged(key.get_ref(), earlier, value, end);
        other.insert(key, merged);
    }
    warn_of_certain(&other, &conditional, place, faults);
    other
}

/// The names of the measures that come with some outcome.
fn in_outcomes(tree: &DeTable<'_>) -> BTreeSet<String> {
    let measures =
        entries(tree, "outcome").iter().filter_map(|entry| entry.get_ref().as_table()?.get("measures"));
    let names = measures.flat_map(|node| match node.get_ref() {
        DeValue::Array(items) => items.iter().collect(),
        _ => vec![node],
    });
    names.filter_map(|name| name.get_ref().as_str()).map(|name| name.trim().to_owned()).collect()
}

/// Warns of measures that came with some outcomes only and always apply now.
fn warn_of_certain(
    built: &DeTable<'_>,
    conditional: &BTreeSet<String>,
    place: Range<usize>,
    faults: &mut Faults<'_>,
) {
    let known: HashSet<&str> =
        ["measure", "response"].iter().flat_map(|key| entries(built, key)).filter_map(name_of).collect();
    let still = in_outcomes(built);
    let certain: Vec<&str> = conditional.difference(&still).map(String::as_str).collect();
    let certain: Vec<&str> = certain.into_iter().filter(|name| known.contains(name)).collect();
    if certain.is_empty() {
        return;
    }
    let verb = if certain.len() == 1 { "is in none" } else { "are in none" };
    let warning = Diagnostic::warning(format!(
        "{} came with some outcomes of the other scenario and {verb} now, so every outcome has them",
        listed(&certain)
    ));
    faults.push(place, warning.help("name them in the `measures` of an outcome, or `drop` them"));
}

/// What a key says in a scenario, whose bytes end at `end`, that is built on another.
fn merged<'t>(key: &str, earlier: Node<'t>, own: Node<'t>, end: usize) -> Node<'t> {
    let span = own.span();
    let value = match (earlier.into_inner(), own.into_inner()) {
        (DeValue::Array(mut items), DeValue::Array(own)) if NAMED.contains(&key) => {
            for item in own {
                // Texts further behind have higher bytes. Two of one name in one text are a mistake that is found later.
                let replaced = items.iter_mut().find(|earlier| {
                    earlier.span().start > end
                        && name_of(&item).is_some()
                        && name_of(earlier) == name_of(&item)
                });
                match replaced {
                    Some(earlier) => *earlier = item,
                    None => items.push(item),
                }
            }
            DeValue::Array(items)
        }
        // The policy of the other is documented where it was.
        (DeValue::Array(items), DeValue::Array(mut own)) if key == "sources" => {
            items.into_iter().for_each(|item| own.push(item));
            DeValue::Array(own)
        }
        (DeValue::Table(mut entries), DeValue::Table(own)) if key == "model" || key == "uncertainty" => {
            for (key, value) in own {
                entries.remove(key.get_ref().as_ref());
                entries.insert(key, value);
            }
            DeValue::Table(entries)
        }
        (_, own) => own,
    };
    Spanned::new(span, value)
}

fn name_of<'n>(entry: &'n Node<'_>) -> Option<&'n str> {
    entry.get_ref().as_table()?.get("name")?.get_ref().as_str().map(str::trim)
}

fn entries<'n, 't>(tree: &'n DeTable<'t>, key: &str) -> &'n [Node<'t>] {
    match tree.get(key).map(Spanned::get_ref) {
        Some(DeValue::Array(items)) => items,
        _ => &[],
    }
}

fn drop_entry(tree: &mut DeTable<'_>, name: &Spanned<String>, faults: &mut Faults<'_>) {
    let is_it = |item: &Node<'_>| name_of(item) == Some(name.get_ref());
    let holder = NAMED.into_iter().find(|key| entries(tree, key).iter().any(is_it));
    if let Some((key, list)) = holder.and_then(|key| tree.remove_entry(key)) {
        let span = list.span();
        if let DeValue::Array(items) = list.into_inner() {
            let kept = items.into_iter().filter(|item| !is_it(item)).collect();
            tree.insert(key, Spanned::new(span, DeValue::Array(kept)));
        }
        return;
    }
    let known: Vec<&str> =
        NAMED.iter().flat_map(|key| entries(tree, key)).filter_map(|item| name_of(item)).collect();
    let fault = Diagnostic::error(format!("there is no `{}` to drop in the other scenario", name.get_ref()))
        .expected("the name of a measure, a response or an outcome there")
        .help(match nearest(name.get_ref(), known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("it has {}", listed(&known)),
        });
    faults.push(name.span(), fault);
}

/// What only makes sense beside `extends`, or not where it stands.
pub(super) fn refuse_left_over(keys: &mut reader::Keys<'_, '_>, faults: &mut Faults<'_>) {
    if keys.take("drop").is_some() {
        let fault = Diagnostic::error("`drop` has no other scenario to leave something out of")
            .expected("`extends` beside it")
            .help("in a scenario of your own, leave the measure out");
        faults.push(keys.key_span("drop"), fault);
    }
    if keys.take("extends").is_some() {
        let fault = Diagnostic::error("`extends` can only be written in a scenario file")
            .expected("a file that begins with `extends = \"…\"`")
            .help("settings change a scenario that is put together already");
        faults.push(keys.key_span("extends"), fault);
    }
}
