//! `report.html`: whole, closed in itself, true to the tables, and made from the files of the folder alone.

use std::collections::BTreeMap;
use std::fs;
use std::io::BufRead;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use scraper::{ElementRef, Html, Selector};
use sha2::Digest as _;
use tariffsim::cli::diagnostics;
use tariffsim::files::FileError;
use tariffsim::model::variable::{CountryVariable, FlowVariable};
use tariffsim::monte_carlo::estimate::Estimate;
use tariffsim::report::study::Study;
use tariffsim::report::{folder, number, page, result, terminal};

use crate::fake::{self, Fake, around};
use crate::several;

/// A title that tries to be something else, and names that do.
fn hostile() -> Fake {
    let mut fake = fake::small();
    fake.title = "<script>alert(1)</script> & \"quotes\" \u{202e}desrever\u{7}".to_owned();
    fake.summary = "</main><img src=x onerror=alert(1)> `<b>`".to_owned();
    fake.sources = vec![
        "https://example.org/?a=1&b=<2>".to_owned(),
        "javascript:alert(1)".to_owned(),
        "\" onmouseover=\"alert(1)".to_owned(),
    ];
    fake.policy.measures[0].name = "'><svg onload=alert(1)>".to_owned();
    fake.policy.measures[0].words = "adds `<i>` to tariffs\u{2066}".to_owned();
    fake.dataset.citation = "</style><style>body { display: none }".to_owned();
    let name = |code: &str| (code.to_owned(), format!("<u>{code}</u>"));
    let codes = fake.dataset.countries.codes().to_vec();
    fake.dataset.countries = tariffsim::index::CodeList::new(codes.iter().map(|code| name(code))).unwrap();
    fake
}

/// Numbers without a value, and a policy that reaches nothing.
fn sparse() -> Fake {
    let mut fake = fake::small();
    *fake.country_mut("MEX", CountryVariable::RealWage) = Estimate { central: None, spread: None };
    *fake.country_mut("CHN", CountryVariable::Welfare) = around(0.0, 0.0);
    *fake.flow_mut("USA", "MEX", None, FlowVariable::BuyerPriceReal) =
        Estimate { central: None, spread: None };
    fake.policy = tariffsim::economy::policy::Policy::default();
    fake
}

fn fakes() -> Vec<(&'static str, Fake)> {
    let mut fakes = fake::usual();
    fakes.extend([("sparse", sparse()), ("hostile", hostile())]);
    fakes
}

fn files(fake: &Fake) -> BTreeMap<&'static str, Vec<u8>> {
    fake::files(&fake.study()).into_iter().collect()
}

/// The pages of all kinds of results, by name.
fn pages() -> Vec<(String, String)> {
    let fakes = fakes();
    let runs = fakes.iter().map(|(name, fake)| ((*name).to_owned(), fake::files(&fake.study())));
    let page = |(name, files): (String, Vec<(&str, Vec<u8>)>)| {
        let page = files.into_iter().find(|(name, _)| *name == "report.html").unwrap().1;
        (name, String::from_utf8(page).unwrap())
    };
    runs.chain(several::all(&fakes)).map(page).collect()
}

fn page(fake: &Fake) -> String {
    String::from_utf8(files(fake)["report.html"].clone()).unwrap()
}

pub fn all<'a>(html: &'a Html, selector: &str) -> Vec<ElementRef<'a>> {
    html.select(&Selector::parse(selector).unwrap()).collect()
}

pub fn text(element: ElementRef<'_>) -> String {
    element.text().collect::<Vec<_>>().join(" ").split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn a_page_is_well_formed_and_its_tables_are_rectangular() {
    for (name, page) in pages() {
        let html = Html::parse_document(&page);
        assert!(html.errors.is_empty(), "{name}: {:?}", html.errors);
        assert_eq!(all(&html, "h1").len(), 1, "{name}");
        let mut ids: Vec<&str> = all(&html, "[id]").iter().map(|of| of.value().attr("id").unwrap()).collect();
        let count = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), count, "{name}: an id stands twice");
        for link in all(&html, "a[href^='#']") {
            let target = link.value().attr("href").unwrap().trim_start_matches('#');
            assert!(ids.binary_search(&target).is_ok(), "{name}: nothing is called {target}");
        }
        let tables = all(&html, "table");
        assert!(!tables.is_empty(), "{name}");
        for table in tables {
            let heads = table.select(&Selector::parse("thead th").unwrap()).count();
            for row in table.select(&Selector::parse("tbody tr").unwrap()) {
                assert_eq!(row.child_elements().count(), heads, "{name}");
            }
        }
    }
}

#[test]
fn nothing_is_loaded_and_only_the_own_script_may_run() {
    for (name, text) in pages() {
        let html = Html::parse_document(&text);
        assert!(
            all(&html, "[src], [srcset], [style], link, img, iframe, object, embed, base, form").is_empty()
        );
        for element in all(&html, "*") {
            for (key, value) in element.value().attrs() {
                assert!(!key.starts_with("on"), "{name}: {key}={value}");
                let is_link = element.value().name() == "a" && key == "href";
                assert!(is_link || !value.contains("://"), "{name}: {key}={value}");
                let leads = ["#", "https://", "http://"].iter().any(|start| value.starts_with(start));
                assert!(!is_link || leads || !value.contains(':'), "{name}: {value}");
            }
        }
        let policy = all(&html, "meta[http-equiv]")[0].value().attr("content").unwrap().to_owned();
        assert!(policy.starts_with("default-src 'none'; "), "{policy}");
        for (kind, element) in [("script", "script"), ("style", "style")] {
            let found = all(&html, element);
            assert_eq!(found.len(), 1, "{name}: {element}");
            let content: String = found[0].text().collect();
            assert!(!content.contains("url(") && !content.contains("@import") && !content.contains("fetch("));
            let hash = base64::prelude::BASE64_STANDARD.encode(sha2::Sha256::digest(content.as_bytes()));
            assert!(policy.contains(&format!("{kind}-src 'sha256-{hash}'")), "{name}: {kind}");
        }
    }
}

#[test]
fn a_page_is_small() {
    let length = page(&fake::large()).len();
    assert!((100_000..400_000).contains(&length), "{length} bytes");
}

#[test]
fn what_comes_from_a_file_is_text_and_nothing_else() {
    let pages: Vec<_> = pages().into_iter().filter(|(name, _)| name.starts_with("hostile")).collect();
    assert_eq!(pages.len(), 6);
    for (name, page) in &pages {
        let html = Html::parse_document(page);
        assert_eq!(all(&html, "img, u, borders, ends, main i:not(:empty) b, [onload]").len(), 0, "{name}");
        assert!(!page.chars().any(|letter| "\u{202e}\u{2066}\u{7}".contains(letter)), "{name}");
        assert!(
            text(all(&html, "h1")[0])
                .contains("<script>alert(1)</script> & \"quotes\" \u{fffd}desrever\u{fffd}")
        );
    }
    let html = Html::parse_document(&pages[0].1);
    let title = text(all(&html, "h1")[0]);
    assert_eq!(title, "<script>alert(1)</script> & \"quotes\" \u{fffd}desrever\u{fffd}");
    assert!(text(all(&html, ".lede")[0]).contains("<img src=x onerror=alert(1)>"));
    let sources: Vec<_> =
        all(&html, "a[rel]").iter().map(|link| link.value().attr("href").unwrap()).collect();
    assert_eq!(sources, ["https://example.org/?a=1&b=<2>"]);
}

/// The cell of a row and a column of a table.
pub fn cell<'a>(html: &'a Html, table: &str, row: &str, key: &str) -> ElementRef<'a> {
    let heads = all(html, &format!("#{table} thead th"));
    let at = heads.iter().position(|head| head.value().attr("data-k") == Some(key)).unwrap();
    let rows = all(html, &format!("#{table} tbody tr"));
    let of = |tr: &&ElementRef<'a>| tr.child_elements().any(|cell| text(cell) == row);
    rows.iter().find(of).unwrap_or_else(|| panic!("{row} in {table}")).child_elements().nth(at).unwrap()
}

#[test]
fn numbers_are_those_of_the_tables_and_read_as_on_the_terminal() {
    let fake = fake::small();
    let html = Html::parse_document(&page(&fake));
    let mexico = fake.estimates.country(fake.country("MEX"), CountryVariable::Welfare);
    let [low, high] = number::range(mexico.spread.as_ref().unwrap());
    for table in ["income", "all-countries"] {
        let cell = cell(&html, table, "Mexico", "welfare");
        let value = |name: &str| cell.value().attr(name).unwrap().parse::<f64>().unwrap();
        assert_eq!([value("data-v"), value("data-l"), value("data-h")], [mexico.central.unwrap(), low, high]);
        let shown = number::shown(mexico, 1.0).unwrap();
        assert_eq!(text(cell), format!("{} {}", shown.central, shown.range.unwrap()));
    }
    let page = anstream::adapter::strip_str(&terminal::page(&fake.study(), 120)).to_string();
    let revenue = text(cell(&html, "trade", "United States", "tariff_revenue"));
    let central = revenue.split(' ').next().unwrap();
    assert!(
        page.lines().any(|line| line.starts_with("United States") && line.contains(central)),
        "{revenue}"
    );
    let rate = text(cell(&html, "rates-of-pairs", "Canada → United States", "after"));
    assert!(page.contains(&rate), "{rate}");
    let volume = text(cell(&html, "prices-and-volumes", "Canada → United States", "volume"));
    assert!(page.contains(volume.split(' ').next().unwrap()), "{volume}");
}

#[test]
fn every_disclosure_and_remark_of_the_record_is_on_the_page() {
    for (name, fake) in [("small", fake::small()), ("retaliation", fake::retaliation())] {
        let files = files(&fake);
        let record: serde_json::Value = serde_json::from_slice(&files["run.json"]).unwrap();
        let html = Html::parse_document(std::str::from_utf8(&files["report.html"]).unwrap());
        let notes = text(all(&html, ".note")[0]);
        let lines = ["disclosures", "remarks"].iter().flat_map(|key| record[key].as_array().unwrap());
        let lines: Vec<&str> = lines.map(|line| line.as_str().unwrap()).collect();
        assert!(lines.len() >= 4, "{name}");
        for line in lines {
            let rest: String = line.chars().skip(1).collect();
            assert!(notes.contains(&rest), "{name}: {line}");
        }
        assert!(
            text(all(&html, "body")[0]).contains("relative to the importer’s consumer prices; not inflation")
        );
    }
}

#[test]
fn nothing_is_called_a_forecast_or_a_confidence_interval() {
    for (name, page) in pages() {
        let text = page.to_lowercase();
        assert!(!text.contains("confidence"), "{name}");
        assert_eq!(text.matches("forecast").count(), text.matches("not a forecast").count(), "{name}");
        assert_eq!(
            text.contains("model range (parameter uncertainty)"),
            !name.starts_with("no-draws"),
            "{name}"
        );
    }
}

#[test]
fn without_draws_there_are_no_ranges_and_the_page_says_so() {
    let text = page(&fake::small().without_draws());
    assert!(text.contains("there are no ranges"));
    for range in ["data-l=", "id=\"ranges-of-welfare\""] {
        let at = text.find(range).map(|at| &text[at.saturating_sub(80)..at]);
        assert_eq!(at, None, "{range}");
    }
    let text = page(&fake::small());
    assert!(
        !text.contains("there are no ranges")
            && text.contains("data-l=")
            && text.contains("id=\"ranges-of-welfare\"")
    );
}

#[test]
fn a_missing_value_is_a_dash_and_a_policy_without_reach_is_said() {
    let text = page(&sparse());
    let html = Html::parse_document(&text);
    assert_eq!(self::text(cell(&html, "all-countries", "Mexico", "real_wage")), "–");
    assert_eq!(self::text(cell(&html, "all-countries", "China", "welfare")), "0");
    assert!(text.contains("No measure reaches any flow.") && !text.contains("NaN"));
}

#[test]
fn every_file_that_is_named_is_there() {
    let small = fake::small();
    let run = ("run".to_owned(), fake::files(&small.study()));
    for (kind, files) in several::all(&[("small", small)]).into_iter().chain([run]) {
        let files: BTreeMap<_, _> = files.into_iter().collect();
        let html = Html::parse_document(std::str::from_utf8(&files["report.html"]).unwrap());
        let links = all(&html, "a[href]");
        let named: Vec<_> = links.iter().map(|link| link.value().attr("href").unwrap()).collect();
        for name in files.keys().filter(|name| **name != "report.html") {
            assert!(named.contains(name), "{kind}: {name} is not named");
        }
        for name in named.iter().filter(|name| !name.starts_with('#') && !name.contains("://")) {
            assert!(files.contains_key(name), "{kind}: {name} is not there");
        }
    }
}

#[test]
fn a_folder_gives_the_page_that_its_run_wrote() {
    for (name, fake) in fakes() {
        let home = tempfile::tempdir().unwrap();
        let dir = home.path().join("results");
        result::write(&dir, &fake.study()).unwrap();
        let page = fs::read(dir.join("report.html")).unwrap();
        fs::remove_file(dir.join("report.html")).unwrap();
        assert_eq!(folder::renew_page(&dir).unwrap(), dir.join("report.html"));
        assert!(fs::read(dir.join("report.html")).unwrap() == page, "{name}");
        fs::write(dir.join("report.html"), "an old page").unwrap();
        folder::renew_page(&dir).unwrap();
        assert!(fs::read(dir.join("report.html")).unwrap() == page, "{name}");
        assert_eq!(fs::read_dir(&dir).unwrap().count(), 13, "{name}: something is left");
    }
}

#[test]
fn a_scenario_may_have_any_name() {
    let fake = fake::small();
    for scenario in ["a, \"b\"", " blanks ", "tab\tin it", "two\nlines", "\u{202e}", "é;'\\", "=1+1"] {
        let study = Study { scenario, ..fake.study() };
        let files: BTreeMap<_, _> = fake::files(&study).into_iter().collect();
        let html = Html::parse_document(std::str::from_utf8(&files["report.html"]).unwrap());
        let volume = cell(&html, "prices-and-volumes", "Canada → United States", "volume");
        assert!(volume.value().attr("data-v").is_some(), "{scenario}");
        assert_ne!(text(cell(&html, "income", "Mexico", "welfare")), "–", "{scenario}");
    }
}

/// What a test does to a file.
pub type Change = Box<dyn Fn(&[u8]) -> Vec<u8>>;

pub fn replaced(from: &'static str, to: &'static str) -> Change {
    Box::new(move |bytes| String::from_utf8_lossy(bytes).replacen(from, to, 1).into_bytes())
}

/// A result on disk, and what its run wrote.
fn result_folder(home: &Path, fake: &Fake) -> (PathBuf, BTreeMap<&'static str, Vec<u8>>) {
    let dir = home.join("results");
    let files = fake::files(&fake.study());
    folder::write(&dir, &files).unwrap();
    (dir, files.into_iter().collect())
}

/// What is said about a folder when the page cannot be made; the page before must then stay.
pub fn refusal(dir: &Path) -> String {
    fs::write(dir.join("report.html"), "the page before").unwrap();
    let faults = folder::renew_page(dir).expect_err("this folder does not belong together");
    assert_eq!(fs::read_to_string(dir.join("report.html")).unwrap(), "the page before");
    diagnostics::render(&faults, false)
}

#[test]
fn files_of_another_run_and_files_that_were_changed_are_refused_by_name() {
    let home = tempfile::tempdir().unwrap();
    let (dir, written) = result_folder(home.path(), &fake::small());
    let other = files(&fake::small().without_draws());
    let header_only: Change =
        Box::new(|bytes| bytes.split_inclusive(|byte| *byte == b'\n').next().unwrap().to_vec());
    let last_line_twice: Change = Box::new(|bytes| {
        let last = bytes.split_inclusive(|byte| *byte == b'\n').next_back().unwrap();
        [bytes, last].concat()
    });
    let changes = [header_only, last_line_twice, Box::new(|_| Vec::new())];
    let mut tried = 0;
    for (name, bytes) in written.iter().filter(|(name, _)| !["run.json", "report.html"].contains(*name)) {
        let changed = changes.iter().map(|change| change(bytes)).chain([other[name].clone()]);
        for changed in changed.filter(|changed| changed != bytes) {
            fs::write(dir.join(name), &changed).unwrap();
            let said = refusal(&dir);
            assert!(said.contains(&format!("error: `{name}` is not the file that this run wrote")), "{said}");
            assert!(said.contains("help: put back") && !said.contains("errors"), "{said}");
            tried += 1;
        }
        fs::write(dir.join(name), bytes).unwrap();
    }
    assert!(tried >= 4 * 8, "{tried}");
    for name in ["scenario.toml", "flows.csv"] {
        fs::write(dir.join(name), "").unwrap();
    }
    let said = refusal(&dir);
    assert!(said.contains("`scenario.toml`") && said.contains("`flows.csv`"), "{said}");
}

#[test]
fn a_record_that_was_changed_is_refused() {
    let home = tempfile::tempdir().unwrap();
    let (dir, written) = result_folder(home.path(), &fake::small());
    let cases: [(Change, &str); 8] = [
        (replaced("\"draws\": 1000", "\"draws\": 5000"), "`run.json` is not as the run wrote it"),
        (replaced("25% US tariff", "26% US tariff"), "`run.json` is not as the run wrote it"),
        (Box::new(|bytes| [bytes, b"\n"].concat()), "`run.json` is not as the run wrote it"),
        (Box::new(|bytes| bytes[..300].to_vec()), "`run.json` is no whole record"),
        (replaced("\"tariffsim\"", "\"other\""), "no record of this program"),
        (replaced("\"format\": 1", "\"format\": 2"), "has the format 2"),
        (replaced("\"concerned\"", "\"unconcerned\""), "missing field `concerned`"),
        (replaced("\"flows.csv\": \"", "\"fl.csv\": \""), "`run.json` has no hash of `flows.csv`"),
    ];
    for (change, words) in cases {
        fs::write(dir.join("run.json"), change(&written["run.json"])).unwrap();
        let said = refusal(&dir);
        assert!(said.contains(words) && said.contains("help: "), "{words}:\n{said}");
    }
    let other = files(&fake::retaliation());
    fs::write(dir.join("run.json"), &other["run.json"]).unwrap();
    let said = refusal(&dir);
    assert!(said.contains("`countries.csv`") && said.contains("`rates.csv`"), "{said}");
}

#[test]
fn a_page_needs_its_own_files_only() {
    let home = tempfile::tempdir().unwrap();
    let (dir, written) = result_folder(home.path(), &fake::small());
    for name in written.keys().filter(|name| **name != "report.html") {
        let aside = home.path().join(name);
        fs::rename(dir.join(name), &aside).unwrap();
        if name.ends_with(".png") || *name == "sectors.csv" {
            folder::renew_page(&dir).unwrap();
        } else {
            let said = refusal(&dir);
            assert!(said.contains(&format!("there is no file `{name}`")), "{said}");
        }
        fs::rename(&aside, dir.join(name)).unwrap();
    }
    folder::renew_page(&dir).unwrap();
    assert!(fs::read(dir.join("report.html")).unwrap() == written["report.html"]);
}

/// Files as they might come from anybody, with hashes that fit.
pub struct Anybodys(pub BTreeMap<&'static str, Vec<u8>>);

impl page::Source for Anybodys {
    fn open(&self, name: &str) -> Result<Box<dyn BufRead + '_>, FileError> {
        Ok(Box::new(self.0[name].as_slice()))
    }
}

#[test]
fn what_no_run_writes_is_refused_with_its_place_even_where_hashes_fit() {
    let volume = "USA,CAN,AGR,volume,percent,central,";
    let cases: [(&str, Change, &str); 10] = [
        ("countries.csv", replaced(",stat,", ",static,"), "countries.csv:1"),
        ("countries.csv", replaced(",welfare,", ",wellfare,"), "there is no variable `wellfare`"),
        ("countries.csv", replaced(",p05,", ",p06,"), "there is no stat `p06`"),
        ("countries.csv", replaced("central,-", "central,x"), "is not a finite number"),
        ("countries.csv", replaced("central,-", "central,1e999 "), "is not a finite number"),
        ("flows.csv", replaced(volume, "USA,CAN,AGR,volume,percent,central,x"), "flows.csv:"),
        ("flows.csv", Box::new(|_| b"\xff".to_vec()), "is not UTF-8"),
        ("rates.csv", replaced("0.25", "a quarter"), "rates.csv:2"),
        ("prices.svg", replaced("</svg>", "<script>alert(1)</script></svg>"), "`prices.svg` is no chart"),
        ("volumes.svg", Box::new(|bytes| bytes[..500].to_vec()), "`volumes.svg` is no chart"),
    ];
    for (name, change, words) in cases {
        let mut files = files(&fake::small());
        let record = String::from_utf8(files["run.json"].clone()).unwrap();
        let changed = change(&files[name]);
        assert!(changed != files[name], "{name}: {words}");
        files.insert(name, changed);
        let faults = page::page(&Anybodys(files), &record).unwrap_err();
        let said = diagnostics::render(&faults, false);
        assert!(said.contains(words), "{name}, {words}:\n{said}");
    }
}

/// Writes all pages, for a person to look at: `PAGES=DIR cargo test --test report_outputs pages -- --ignored`.
#[test]
#[ignore = "writes files for a person to look at"]
fn all_pages_for_the_eye() {
    let dir = PathBuf::from(std::env::var("PAGES").expect("PAGES names a folder"));
    for (name, page) in pages() {
        fs::write(dir.join(format!("{name}.html")), page).unwrap();
    }
}
