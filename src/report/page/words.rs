//! What the record says in words of the program, in words for a reader.

use crate::report::disclosure;
use crate::report::page::story::{Markets, Story};
use crate::table::grouped;

/// What is assumed: name and explanation.
pub(super) fn assumptions(story: &Story) -> Vec<(&'static str, String)> {
    let mut list = vec![("Model", model(story))];
    match &story.model.markets {
        None => list.extend([("Trade deficits", deficits(story)), ("Labour", labour(story))]),
        Some(markets) => list.extend([("Demand", demand(markets)), ("Supply", supply(markets))]),
    }
    list.extend([
        ("Trade elasticities", elasticities(story)),
        ("Baseline", baseline(story)),
        (
            "Prices",
            format!(
                "relative to {}, unless they are said to be relative to consumer prices; not inflation",
                story.model.numeraire
            ),
        ),
    ]);
    if story.model.exempt_mode == "average" {
        list.push(("Exemptions", "exempt and taxed parts of a flow pay their average rate".to_owned()));
    }
    list.push(("Draws", draws(story)));
    let priors = story.uncertainty.priors.iter();
    let priors: Vec<String> = priors.map(|prior| format!("{}: {}", prior.parameter, prior.words)).collect();
    if !priors.is_empty() {
        list.push(("What is uncertain", priors.join("; ")));
    }
    list.push(("What is left out", left_out(story)));
    list.push(("Solution", solution(story)));
    list
}

/// Where the model is from.
pub(super) fn source_of_model(story: &Story) -> &'static str {
    match &story.model.markets {
        None => {
            "Lorenzo Caliendo and Fernando Parro (2015), Estimates of the Trade and Welfare Effects of NAFTA, Review of \
             Economic Studies 82(1)"
        }
        Some(markets) if markets.linear => {
            "Joseph Francois and H. Keith Hall (2003), Global Simulation Analysis of Industry-Level Trade Policy, World Bank"
        }
        Some(_) => {
            "Paul Armington (1969), A Theory of Demand for Products Distinguished by Place of Production, IMF Staff Papers 16"
        }
    }
}

fn demand(markets: &Markets) -> String {
    format!(
        "purchases of a product fall by the demand elasticity, {}, in per cent when its price rises by one",
        markets.demand_elasticity
    )
}

fn supply(markets: &Markets) -> String {
    format!(
        "what each country supplies to everyone rises by the supply elasticity, {}, in per cent when its price does by \
         one",
        markets.supply_elasticity
    )
}

fn model(story: &Story) -> String {
    if let Some(markets) = &story.model.markets {
        let how = if markets.linear {
            "linearised (Francois and Hall 2003)"
        } else {
            "solved exactly in ratios to the baseline"
        };
        return format!(
            "partial equilibrium: the market of each of {} sectors with its {} economies for itself, {how}; wages, \
             incomes and other markets stay as they are; two states are compared, without a path in time",
            grouped(story.data.sectors),
            grouped(story.data.countries)
        );
    }
    let inputs = if story.model.inputs {
        "linked by the inputs that sectors buy from one another"
    } else {
        "with labour as their only input"
    };
    let firms = match story.model.structure.split(' ').next() {
        Some("krugman") => ", with firms that enter and leave (Krugman 1980)",
        Some("melitz") => ", with firms that enter and leave and choose their markets (Melitz 2003)",
        Some("scale") => ", with economies of scale",
        _ => "",
    };
    format!(
        "general equilibrium of {} economies and {} sectors, {inputs} (Caliendo and Parro 2015){firms}, solved exactly in \
         ratios to the baseline; two equilibria are compared, without a path in time",
        grouped(story.data.countries),
        grouped(story.data.sectors)
    )
}

fn labour(story: &Story) -> String {
    let moves = match story.model.labour.as_str() {
        "mobile" => "may change sector, but not country",
        "sector-specific" => "stays in the sector, at a wage of its own",
        _ => "changes sector where wages differ enough, but not country",
    };
    format!("everyone has work and {moves}; tariff revenue goes to households")
}

fn deficits(story: &Story) -> String {
    match story.model.deficits.as_str() {
        "fixed" => "fixed: every deficit stays as in the data, in units of world value added; so no tariff can change a trade balance here",
        "balanced" => "balanced: every deficit is zero, before and after; so no tariff can change a trade balance here",
        "proportional" => "proportional: every deficit stays in proportion to value added",
        other => other,
    }
    .to_owned()
}

fn elasticities(story: &Story) -> String {
    format!(
        "{}: how strongly buyers turn to other suppliers when a price rises, sector by sector",
        story.model.elasticities
    )
}

fn baseline(story: &Story) -> String {
    let data = &story.data;
    format!("{}, the dataset {}: {}", data.year, data.name, data.title)
}

fn draws(story: &Story) -> String {
    match story.uncertainty.draws {
        0 => "none: the central case only, so this page has no ranges".to_owned(),
        draws => {
            let sampler = disclosure::sampler(story.uncertainty.sampler);
            format!("{}{sampler}, from seed {}", grouped(draws), story.uncertainty.seed)
        }
    }
}

fn left_out(story: &Story) -> String {
    match story.uncertainty.draws {
        0 => "nothing here says how uncertain the numbers are",
        _ => "the ranges cover what is drawn and nothing else: not the choice of model, the closure, nor whether and how the policy comes",
    }
    .to_owned()
}

fn solution(story: &Story) -> String {
    let solution = &story.solution;
    format!(
        "central case in {} sweeps; every equation holds to a relative residual of {:.0e}",
        grouped(solution.iterations),
        solution.residual
    )
}

/// A number of flows in words.
pub(super) fn flows(count: u64) -> String {
    match count {
        1 => "1 flow".to_owned(),
        many => format!("{} flows", grouped(many)),
    }
}

/// How much the measures reach.
pub(super) fn reach(story: &Story) -> String {
    let pairs = match story.touched.pairs {
        1 => "1 pair of countries".to_owned(),
        many => format!("{} pairs of countries", grouped(many)),
    };
    format!(
        "The measures reach {} between {pairs}; a flow is one sector of one pair.",
        flows(story.touched.flows)
    )
}

/// What the ranges are, or that there are none.
pub(super) fn ranges(story: &Story) -> String {
    match story.uncertainty.draws {
        0 => "This run has no draws: every number is the central case, and there are no ranges.".to_owned(),
        draws => format!(
            "Every number is the central case; below it stands the {}, 5–95 %: nine of ten of the {} draws lie inside.",
            disclosure::RANGE,
            grouped(draws)
        ),
    }
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
            Piece::Name(text) => format!("[{text}]"),
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
    fn sentences_begin_with_a_capital_and_end_once() {
        assert_eq!(sentence("élan vital"), "Élan vital.");
        assert_eq!(sentence("Done."), "Done.");
        assert_eq!(sentence(""), "");
        assert!(sentence(&"long ".repeat(9999)).chars().count() < 2010);
    }
}
