//! Mistakes between measures that can be found without data.

use std::collections::{HashMap, HashSet};

use toml::Spanned;

use crate::diagnostic::{Diagnostic, listed, nearest};
use crate::scenario::measure::Measure;
use crate::scenario::reader::Faults;

/// Duplicate names, and `instead_of` that names nothing, itself, or goes in a circle. `names` are those of all
/// measures, also of those that are not complete.
pub(super) fn cross_references(measures: &[Measure], names: &[Spanned<String>], faults: &mut Faults<'_>) {
    let before = faults.found.len();
    report_duplicates(names, faults);
    let all_differ = faults.found.len() == before;
    let known: HashSet<&str> = names.iter().map(|name| name.get_ref().as_str()).collect();
    let positions: HashMap<&str, usize> =
        measures.iter().enumerate().map(|(at, measure)| (measure.name.get_ref().as_str(), at)).collect();
    let replaced = measures.iter().flat_map(|measure| std::iter::repeat(measure).zip(&measure.instead_of));
    for (measure, name) in replaced {
        if !known.contains(name.get_ref().as_str()) {
            let near = nearest(name.get_ref(), names.iter().map(|name| name.get_ref().as_str()));
            // What stands in the other scenario was right there.
            let is_own = faults.source.place(name.span()).file == faults.source.file;
            let help = match near {
                _ if !is_own => {
                    format!("drop or replace `{}` too, which stands in its place", measure.name.get_ref())
                }
                Some(near) => format!("did you mean `{near}`?"),
                None => String::new(),
            };
            let fault = Diagnostic::error(format!("there is no measure `{}` to replace", name.get_ref()))
                .expected("the `name` of another measure in this file")
                .help(help);
            faults.push(name.span(), fault);
        }
    }
    if !all_differ {
        // Who replaces whom cannot be told.
        return;
    }
    let position = |name: &Spanned<String>| positions.get(name.get_ref().as_str()).copied();
    let replaced: Vec<Vec<usize>> =
        measures.iter().map(|measure| measure.instead_of.iter().filter_map(position).collect()).collect();
    circles(measures, &replaced, faults);
}

fn report_duplicates(names: &[Spanned<String>], faults: &mut Faults<'_>) {
    let mut first: HashMap<&str, &Spanned<String>> = HashMap::new();
    for name in names {
        let earlier = first.entry(name.get_ref()).or_insert(name);
        if earlier.span() != name.span() {
            // A name that is set is the one to change.
            let is_set = faults.source.is_set(&earlier.span());
            let (name, other) = if is_set { (*earlier, name) } else { (name, *earlier) };
            let place = faults.source.place(other.span());
            let other = if is_set { "other" } else { "first" };
            let fault = Diagnostic::error(format!("two measures are named `{}`", name.get_ref()))
                .expected("a name of its own")
                .help(format!("the {other} one is on line {}", place.line()));
            faults.push(name.span(), fault);
        }
    }
}

/// Reports each circle of replacements once, at the `instead_of` that closes it.
fn circles(measures: &[Measure], replaced: &[Vec<usize>], faults: &mut Faults<'_>) {
    let mut state = vec![Visit::New; measures.len()];
    for start in 0..measures.len() {
        let mut path: Vec<(usize, usize)> = vec![(start, 0)];
        if state[start] != Visit::New {
            continue;
        }
        state[start] = Visit::OnPath;
        while let Some((at, next)) = path.last().copied() {
            let Some(&target) = replaced[at].get(next) else {
                state[at] = Visit::Done;
                path.pop();
                continue;
            };
            if let Some(last) = path.last_mut() {
                last.1 += 1;
            }
            match state[target] {
                Visit::New => {
                    state[target] = Visit::OnPath;
                    path.push((target, 0));
                }
                Visit::OnPath => {
                    let span = measures[at].instead_of.iter().map(Spanned::span).next();
                    faults.push(
                        span.unwrap_or_else(|| measures[at].name.span()),
                        circle(measures, &path, target),
                    );
                }
                Visit::Done => {}
            }
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Visit {
    New,
    OnPath,
    Done,
}

fn circle(measures: &[Measure], path: &[(usize, usize)], target: usize) -> Diagnostic {
    let names: Vec<&str> = path
        .iter()
        .map(|(at, _)| *at)
        .skip_while(|at| *at != target)
        .map(|at| measures[at].name.get_ref().as_str())
        .collect();
    let message = match names.as_slice() {
        [one] => format!("`{one}` replaces itself"),
        _ => format!("{} replace one another in a circle", listed(&names)),
    };
    Diagnostic::error(message)
        .expected("a measure that is not replaced by this one")
        .help("leave out one `instead_of`")
}
