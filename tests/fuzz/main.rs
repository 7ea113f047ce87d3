//! Whatever a user writes, the program answers: texts that are broken in many ways go through everything that reads them.
//!
//! The texts in `tests/corpus` are read every time. A search for more is started by hand and takes so many seconds:
//! `TARIFFSIM_FUZZ=600 cargo test --release --test fuzz -- --ignored --nocapture`. It breaks texts of the corpus at
//! random, keeps those that lead to a message not seen before and breaks them further; `TARIFFSIM_BLESS=1` puts what it
//! kept into the corpus. A text at which the program panics is printed.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "a test says what it finds")]

#[path = "../data_support/mod.rs"]
mod data_support;
mod mutate;
#[path = "../schema_support/mod.rs"]
mod schema_support;
mod targets;

use std::collections::BTreeSet;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use mutate::{Chance, Mutator};
use targets::{TARGETS, Target};
use tariffsim::diagnostic::Diagnostic;

/// Longer texts are not tried: many short ones find more.
const MOST_BYTES: usize = 8 << 10;

/// What the corpus of one target may weigh.
const MOST_CORPUS: usize = 20 << 10;

/// How many texts of one target are kept in one search.
const MOST_KEPT: usize = 60;

/// A text that takes longer is told.
const SLOW: Duration = Duration::from_secs(2);

fn folder(target: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus").join(target)
}

/// The texts of a target, in the order of their names.
fn corpus(target: &str) -> Vec<(String, String)> {
    let entries = std::fs::read_dir(folder(target)).unwrap();
    let mut texts: Vec<(String, String)> = entries
        .map(|entry| {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, std::fs::read_to_string(path).unwrap())
        })
        .collect();
    texts.sort();
    texts
}

/// What a text leads to, without what stands in it: the plain words of its messages.
fn signature(found: &[Diagnostic]) -> BTreeSet<String> {
    let plain = |word: &&str| word.bytes().all(|letter| letter.is_ascii_lowercase());
    let words = |text: &str| text.split_whitespace().filter(plain).collect::<Vec<_>>().join(" ");
    found.iter().map(|fault| words(&fault.message.split('`').step_by(2).collect::<String>())).collect()
}

#[test]
fn every_text_of_the_corpus_is_answered() {
    let mut weight = 0;
    for Target { name, run, .. } in TARGETS {
        let texts = corpus(name);
        assert!(texts.len() >= 5, "{name}: only {} texts", texts.len());
        for (file, text) in texts {
            weight += text.len();
            let found = catch_unwind(|| run(&text)).unwrap_or_else(|_| panic!("tests/corpus/{name}/{file}"));
            assert!(found.len() < 10_000, "{name}/{file}: {} messages", found.len());
        }
    }
    assert!(weight < 300_000, "the corpus is {weight} bytes");
}

/// What a search of one target found.
#[derive(Default)]
struct Found {
    tried: u64,
    kept: Vec<String>,
    panics: Vec<String>,
    slowest: Duration,
}

/// Breaks texts until the time is up.
fn search(target: &Target, seed: u64, until: Instant) -> Found {
    let mut found = Found::default();
    let mut pool: Vec<String> = (target.seeds)();
    pool.extend(corpus(target.name).into_iter().map(|(_, text)| text));
    let mut seen: BTreeSet<String> = pool.iter().flat_map(|text| signature(&(target.run)(text))).collect();
    let mut mutator = Mutator::new(Chance(seed));
    while Instant::now() < until {
        let text = mutator.broken(&pool, MOST_BYTES);
        found.tried += 1;
        let start = Instant::now();
        let result = catch_unwind(|| (target.run)(&text));
        let took = start.elapsed();
        found.slowest = found.slowest.max(took);
        if took > SLOW {
            eprintln!("{}: {took:?} for\n{text}\n", target.name);
        }
        match result {
            Err(_) => {
                eprintln!("{}: a panic at\n{text}\n", target.name);
                found.panics.push(text);
            }
            Ok(messages) => {
                let more: Vec<String> =
                    signature(&messages).into_iter().filter(|one| !seen.contains(one)).collect();
                if !more.is_empty() {
                    seen.extend(more);
                    pool.push(text.clone());
                    found.kept.push(text);
                }
            }
        }
        if found.panics.len() >= 20 {
            break;
        }
    }
    found
}

/// Puts texts into the corpus, short ones first, until it is as heavy as it may be.
fn keep(target: &str, mut texts: Vec<String>) {
    let mut weight: usize = corpus(target).iter().map(|(_, text)| text.len()).sum();
    texts.sort_by_key(String::len);
    for text in texts.into_iter().take(MOST_KEPT) {
        weight += text.len();
        if weight > MOST_CORPUS {
            return;
        }
        let name = tariffsim::hash::sha256(text.as_bytes());
        std::fs::write(folder(target).join(format!("{}.txt", &name[..12])), text).unwrap();
    }
}

#[test]
#[ignore = "takes as many seconds as TARIFFSIM_FUZZ says"]
fn a_search_for_texts_that_break_the_program_finds_none() {
    let seconds: u64 = std::env::var("TARIFFSIM_FUZZ").map_or(10, |text| text.parse().unwrap());
    let seed: u64 = std::env::var("TARIFFSIM_FUZZ_SEED").map_or(1, |text| text.parse().unwrap());
    let each = Duration::from_secs(seconds) / TARGETS.len() as u32;
    let mut panics = 0;
    for target in TARGETS {
        let found = search(target, seed, Instant::now() + each);
        eprintln!(
            "{}: {} texts, {} with a new message, {} panics, the slowest took {:?}",
            target.name,
            found.tried,
            found.kept.len(),
            found.panics.len(),
            found.slowest
        );
        panics += found.panics.len();
        if std::env::var_os("TARIFFSIM_BLESS").is_some() {
            keep(target.name, found.kept);
        }
    }
    assert_eq!(panics, 0, "texts at which the program panics are printed above");
}
