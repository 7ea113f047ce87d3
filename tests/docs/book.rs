//! The book: its pages, where they lead, and the numbers in its stories.

use std::path::Path;

use crate::markdown::Page;
use crate::{page, pages, root};

/// The pages of the book, its list of contents apart.
fn chapters() -> Vec<Page> {
    let all = pages().into_iter().filter(|page| page.name.starts_with("docs"));
    all.filter(|page| page.name != Path::new("docs/SUMMARY.md")).collect()
}

#[test]
fn the_list_of_contents_has_every_page_once() {
    let mut listed: Vec<String> =
        page("docs/SUMMARY.md").links().into_iter().map(|(_, link)| format!("docs/{link}")).collect();
    let mut there: Vec<String> =
        chapters().iter().map(|page| page.name.to_string_lossy().into_owned()).collect();
    listed.sort();
    there.sort();
    assert_eq!(listed, there);
}

/// A link that leaves the folder works in the repository and not in the book.
#[test]
fn pages_of_the_book_link_only_to_one_another() {
    for page in chapters() {
        for (line, link) in page.links() {
            assert!(!link.starts_with("../"), "{}:{line}: {link}", page.name.display());
        }
    }
}

#[test]
fn the_book_is_made_of_this_folder_and_needs_no_network() {
    let text = std::fs::read_to_string(root().join("docs/book.toml")).expect("the settings of the book");
    let settings: toml::Table = text.parse().expect("they are TOML");
    assert_eq!(settings["book"]["src"].as_str(), Some("."));
    let loads = ["http://", "https://", "mathjax", "additional-js"];
    assert!(loads.iter().all(|word| !text.contains(word)));
}

/// Per cent in the sentences of the tour and the lesson are those of the commands beside them.
#[test]
fn numbers_in_stories_are_what_the_program_says() {
    for name in ["docs/tour.md", "docs/teachers.md"] {
        let page = page(name);
        let shown = page.blocks.iter().filter(|block| block.is("console"));
        let shown: Vec<&str> = shown.flat_map(|block| block.text.split_whitespace()).map(bare).collect();
        let mut numbers = 0;
        for (line, sentence) in page.prose.iter().filter(|(_, sentence)| !is_question(sentence)) {
            let words: Vec<&str> = sentence.split_whitespace().collect();
            for pair in words.windows(2).filter(|pair| pair[1].starts_with('%')) {
                let number = bare(pair[0]);
                assert!(shown.contains(&number), "{name}:{line}: no command shows {number} %");
                numbers += 1;
            }
        }
        assert!(numbers >= 8, "{name}: numbers are found");
    }
}

/// A number without its sign, brackets and unit.
fn bare(word: &str) -> &str {
    word.trim_matches(|c: char| !c.is_ascii_digit())
}

/// What may be asked need not be true: guesses to choose from, and headings of sheets.
fn is_question(sentence: &str) -> bool {
    (sentence.starts_with('*') && sentence.contains("(a)"))
        || sentence.starts_with('|')
        || sentence.starts_with("1. A tariff")
}
