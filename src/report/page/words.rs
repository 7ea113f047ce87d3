//! What the record says in words of the program, in words for a reader.

use crate::diagnostic::Diagnostic;
use crate::model::variable::CountryVariable;
use crate::report::contents::{Kind, RECORD};
use crate::report::disclosure;
use crate::report::page::fault;
use crate::report::page::frame::{Told, World};
use crate::report::record::{Data, Measure, Model, Record, Uncertainty};
use crate::report::spoken;
use crate::table::grouped;

/// What is assumed: name and explanation.
pub(super) fn assumptions(told: &Told<'_>) -> Vec<(&'static str, String)> {
    let each = |words: &dyn Fn(&Model) -> String| {
        of_each(&told.worlds, |world| vec![words(&world.model)]).join("; ")
    };
    let mut list = vec![
        ("Model", each(&|model| general_equilibrium(model, told.data))),
        ("Trade deficits", each(&deficits)),
        ("Labour", each(&labour)),
        ("Trade elasticities", each(&elasticities)),
        ("Baseline", baseline(told.data)),
        ("Prices", each(&prices)),
    ];
    let average = |model: &Model| match model.exempt_mode.as_str() {
        "average" => "exempt and taxed parts of a flow pay their average rate",
        _ => "exempt and taxed parts of a flow are bought at prices of their own",
    };
    if told.worlds.iter().any(|world| world.model.exempt_mode == "average") {
        list.push(("Exemptions", each(&|model| average(model).to_owned())));
    }
    list.push(("Draws", draws(uncertainty(told))));
    let priors = of_each(&told.worlds, |world| {
        let priors = world.uncertainty.priors.iter();
        priors.map(|prior| format!("{}: {}", prior.parameter, prior.words)).collect()
    });
    if !priors.is_empty() {
        list.push(("What is uncertain", priors.join("; ")));
    }
    list.push(("What is left out", left_out(uncertainty(told)).to_owned()));
    list.push(("Solution", solution(told)));
    list
}

/// What holds for all worlds once, then what holds for some with their names.
pub(super) fn of_each(worlds: &[World<'_>], lines: impl Fn(&World<'_>) -> Vec<String>) -> Vec<String> {
    spoken::of_each(&worlds.iter().map(|world| (world.label.as_str(), lines(world))).collect::<Vec<_>>())
}

/// Draws and seed, which all worlds have in common.
fn uncertainty<'t>(told: &'t Told<'_>) -> &'t Uncertainty {
    told.worlds[0].uncertainty
}

fn general_equilibrium(model: &Model, data: &Data) -> String {
    let inputs = if model.inputs {
        "linked by the inputs that sectors buy from one another"
    } else {
        "with labour as their only input"
    };
    format!(
        "general equilibrium of {} economies and {} sectors, {inputs} (Caliendo and Parro 2015), solved exactly in \
         ratios to the baseline; two equilibria are compared, without a path in time",
        grouped(data.countries),
        grouped(data.sectors)
    )
}

fn labour(model: &Model) -> String {
    let moves = match model.labour.as_str() {
        "mobile" => "may change sector, but not country",
        "sector-specific" => "stays in the sector, at a wage of its own",
        _ => "changes sector where wages differ enough, but not country",
    };
    format!("everyone has work and {moves}; tariff revenue goes to households")
}

fn deficits(model: &Model) -> String {
    match model.deficits.as_str() {
        "fixed" => "fixed: every deficit stays as in the data, in units of world value added; so no tariff can change a trade balance here",
        "balanced" => "balanced: every deficit is zero, before and after; so no tariff can change a trade balance here",
        "proportional" => "proportional: every deficit stays in proportion to value added",
        other => other,
    }
    .to_owned()
}

fn elasticities(model: &Model) -> String {
    format!(
        "{}: how strongly buyers turn to other suppliers when a price rises, sector by sector",
        model.elasticities
    )
}

fn prices(model: &Model) -> String {
    format!(
        "relative to {}, unless they are said to be relative to consumer prices; not inflation",
        model.numeraire
    )
}

fn baseline(data: &Data) -> String {
    format!("{}, the dataset {}: {}", data.year, data.name, data.title)
}

fn draws(uncertainty: &Uncertainty) -> String {
    match uncertainty.draws {
        0 => "none: the central case only, so this page has no ranges".to_owned(),
        draws => format!("{}, from seed {}", grouped(draws), uncertainty.seed),
    }
}

fn left_out(uncertainty: &Uncertainty) -> &'static str {
    match uncertainty.draws {
        0 => "nothing here says how uncertain the numbers are",
        _ => {
            "the ranges cover what is drawn and nothing else: not the choice of model, the closure, nor whether and how the policy comes"
        }
    }
}

fn solution(told: &Told<'_>) -> String {
    let most = told.solutions.iter().map(|solution| solution.iterations).max().unwrap_or(0);
    let residual = told.solutions.iter().map(|solution| solution.residual).fold(0.0, f64::max);
    let sweeps = match told.solutions.len() {
        1 => format!("central case in {} sweeps", grouped(most)),
        _ => format!("central cases in at most {} sweeps", grouped(most)),
    };
    format!("{sweeps}; every equation holds to a relative residual of {residual:.0e}")
}

/// A number of flows in words.
pub(super) fn flows(count: usize) -> String {
    match count {
        1 => "1 flow".to_owned(),
        many => format!("{} flows", grouped(many)),
    }
}

/// Measures with how many flows they reach.
pub(super) fn with_flows(measures: &[Measure]) -> Vec<(&Measure, String)> {
    measures.iter().map(|measure| (measure, flows(measure.flows) + ".")).collect()
}

/// How much the measures reach.
pub(super) fn reach(record: &Record) -> String {
    let pairs = match record.touched.pairs {
        1 => "1 pair of countries".to_owned(),
        many => format!("{} pairs of countries", grouped(many)),
    };
    format!(
        "The measures reach {} between {pairs}; a flow is one sector of one pair.",
        flows(record.touched.flows)
    )
}

/// What the ranges are, or that there are none.
pub(super) fn ranges(told: &Told<'_>) -> String {
    let number = match told.kind {
        Kind::Run => "Every number is the central case",
        _ => "Every number is the central case, on the same draws throughout",
    };
    match uncertainty(told).draws {
        0 => "There are no draws: every number is the central case, and there are no ranges.".to_owned(),
        draws => format!(
            "{number}; below it stands the {}, 5–95 %: nine of ten of the {} draws lie inside.",
            disclosure::RANGE,
            grouped(draws)
        ),
    }
}

/// Variables by their names in a record.
pub(super) fn variables(names: &[String]) -> Result<Vec<CountryVariable>, Vec<Diagnostic>> {
    let find = |name: &String| {
        let mut all = CountryVariable::ALL.iter().copied();
        all.find(|variable| variable.name() == name)
            .ok_or_else(|| fault(format!("`{RECORD}` names a variable `{name}`, which is not known here")))
    };
    names.iter().map(find).collect()
}

/// A flag once for each value, as it is typed.
pub(super) fn flags(flag: &str, values: &[String]) -> String {
    values.iter().map(|value| format!(" --{flag} {}", quoted(value))).collect()
}

/// A word of a command, in quotes where a shell would take it apart.
pub(super) fn quoted(word: &str) -> String {
    let is_plain = |letter: char| letter.is_alphanumeric() || "-_.,=%/:+".contains(letter);
    if word.chars().all(is_plain) { word.to_owned() } else { format!("'{}'", word.replace('\'', "'\\''")) }
}

/// A piece of text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// Plain text.
    Plain(String),
    /// A name from a file, between backticks there.
    Name(String),
    /// A web address.
    Address(String),
    /// A file beside the page.
    File(String),
}

/// Text with its names and web addresses told apart.
pub(super) fn pieces(text: &str) -> Vec<Piece> {
    let text = clipped(text);
    let mut pieces = Vec::new();
    let parts: Vec<&str> = text.split('`').collect();
    for (at, part) in parts.iter().enumerate() {
        // A last backtick without its fellow is a sign like any other.
        match at % 2 {
            1 if at + 1 < parts.len() => pieces.push(Piece::Name((*part).to_owned())),
            1 => plain(&mut pieces, &format!("`{part}")),
            _ => addresses(&mut pieces, part),
        }
    }
    pieces
}

fn addresses(pieces: &mut Vec<Piece>, text: &str) {
    for word in text.split_inclusive(' ') {
        let start = word.len() - word.trim_start_matches('(').len();
        let end = word.trim_end_matches(['.', ',', ';', ':', ')', ' ']).len();
        let address = word.get(start..end).unwrap_or_default();
        let is_address = ["https://", "http://"]
            .iter()
            .any(|scheme| address.len() > scheme.len() && address.starts_with(scheme));
        if is_address {
            plain(pieces, &word[..start]);
            pieces.push(Piece::Address(address.to_owned()));
            plain(pieces, &word[end..]);
        } else {
            plain(pieces, word);
        }
    }
}

/// The program's own text: names of files that a result has, between backticks, can be followed.
pub(super) fn own(text: &str) -> Vec<Piece> {
    let is_file = |name: &String| {
        let mut kinds = [Kind::Run, Kind::Timeline, Kind::Compare, Kind::Sweep].into_iter();
        name == RECORD || kinds.any(|kind| kind.hashed().contains(name))
    };
    let file = |piece| match piece {
        Piece::Name(name) if is_file(&name) => Piece::File(name),
        other => other,
    };
    pieces(text).into_iter().map(file).collect()
}

fn plain(pieces: &mut Vec<Piece>, text: &str) {
    match pieces.last_mut() {
        _ if text.is_empty() => {}
        Some(Piece::Plain(before)) => before.push_str(text),
        _ => pieces.push(Piece::Plain(text.to_owned())),
    }
}

/// Words as a sentence: a capital at the beginning, a full stop at the end.
pub(super) fn sentence(words: &str) -> String {
    let text = clipped(words);
    let mut letters = text.trim_end_matches('.').chars();
    letters
        .next()
        .map_or(String::new(), |first| first.to_uppercase().chain(letters).collect::<String>() + ".")
}

/// The most characters of a text that are shown; the whole text is in the files.
const MOST_CHARACTERS: usize = 2000;

/// Text cut to what a reader will read.
pub(super) fn clipped(text: &str) -> String {
    match text.char_indices().nth(MOST_CHARACTERS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// A sentence with its names and web addresses told apart.
pub(super) fn pieces_of_sentence(words: &str) -> Vec<Piece> {
    pieces(&sentence(words))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(text: &str) -> String {
        let mark = |piece: Piece| match piece {
            Piece::Plain(text) => text,
            Piece::Name(text) | Piece::File(text) => format!("[{text}]"),
            Piece::Address(text) => format!("<{text}>"),
        };
        pieces(text).into_iter().map(mark).collect()
    }

    #[test]
    fn names_and_addresses_are_found() {
        assert_eq!(marked("nothing here"), "nothing here");
        assert_eq!(marked("see (https://oe.cd/icio), then `x`."), "see (<https://oe.cd/icio>), then [x].");
        assert_eq!(
            marked("https:// javascript:alert(1) one ` tick"),
            "https:// javascript:alert(1) one ` tick"
        );
        assert_eq!(marked("(((http://a"), "(((<http://a>");
        assert_eq!(marked("((("), "(((");
    }

    #[test]
    fn only_files_of_a_result_can_be_followed() {
        let followed = |text: &str| own(text).iter().any(|piece| matches!(piece, Piece::File(_)));
        assert!(followed("in `countries.csv`.") && followed("`run.json`"));
        assert!(!followed("`javascript:alert(1)` `../run.json` `other.csv` run.json"));
    }

    #[test]
    fn words_of_a_command_are_quoted_where_a_shell_would_take_them_apart() {
        assert_eq!(quoted("measure.a-b.add=0pp,10pp"), "measure.a-b.add=0pp,10pp");
        assert_eq!(quoted("a=[\"x\"]; rm it's"), "'a=[\"x\"]; rm it'\\''s'");
        assert_eq!(
            flags("variable", &["welfare".to_owned(), "imports".to_owned()]),
            " --variable welfare --variable imports"
        );
    }

    #[test]
    fn sentences_begin_with_a_capital_and_end_once() {
        assert_eq!(sentence("élan vital"), "Élan vital.");
        assert_eq!(sentence("Done."), "Done.");
        assert_eq!(sentence(""), "");
        assert!(sentence(&"long ".repeat(9999)).chars().count() < 2010);
    }
}
