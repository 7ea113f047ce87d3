//! The pages of results about more than one run: true to their tables, and made from the files of the folder alone.

use std::collections::BTreeMap;
use std::fs;

use scraper::Html;
use tariffsim::cli::diagnostics;
use tariffsim::model::variable::CountryVariable;
use tariffsim::report::{folder, number, page};

use crate::fake;
use crate::several;
use crate::web_page::{Anybodys, Change, all, cell, refusal, replaced, text};

type Files = BTreeMap<&'static str, Vec<u8>>;

fn html(files: Vec<(&'static str, Vec<u8>)>) -> Html {
    let files: Files = files.into_iter().collect();
    Html::parse_document(std::str::from_utf8(&files["report.html"]).unwrap())
}

/// The exact number of a cell.
fn exact(html: &Html, table: &str, row: &str, key: &str) -> f64 {
    cell(html, table, row, key).value().attr("data-v").unwrap().parse().unwrap()
}

fn central(fake: &fake::Fake, code: &str, variable: CountryVariable) -> f64 {
    fake.estimates.country(fake.country(code), variable).central.unwrap()
}

#[test]
fn a_timeline_tells_rates_welfare_and_measures_by_date() {
    let fake = fake::small();
    let html = html(several::timeline(&fake));
    for (key, variable) in [
        ("effective_rate_fixed_weights", CountryVariable::EffectiveRateFixedWeights),
        ("effective_rate", CountryVariable::EffectiveRate),
    ] {
        assert_eq!(exact(&html, "rates-by-date", "2025-03-04", key), central(&fake, "USA", variable));
    }
    let welfare = exact(&html, "welfare", "2025-03-04", "Mexico");
    assert_eq!(welfare, central(&fake, "MEX", CountryVariable::Welfare));
    assert_eq!(exact(&html, "welfare", "2026-01-01", "Mexico"), 0.0);
    let words = |date: &str| text(cell(&html, "rates-by-date", date, "events"));
    assert_eq!(words("2025-02-28"), "the day before anything changes nothing in force");
    assert_eq!(words("2026-01-01"), "us-on-mexico-canada <ends> nothing in force");
    assert_eq!(words("2025-03-04"), "us-on-mexico-canada begins in force: us-on-mexico-canada");
    let measures = text(all(&html, "section[aria-labelledby=measures] dl")[0]);
    assert_eq!(measures.matches("us-on-mexico-canada").count(), 1, "{measures}");
    let tiles = text(all(&html, ".tiles")[0]);
    assert!(tiles.contains("average tariff from 4 March 2025"), "{tiles}");
    assert!(tiles.contains("welfare (real income) from 4 March 2025"), "{tiles}");
}

#[test]
fn a_comparison_stands_side_by_side_with_its_differences_and_how_often_they_are_positive() {
    let fake = fake::small();
    let html = html(several::compare(&fake, 2));
    let welfare = central(&fake, "MEX", CountryVariable::Welfare);
    for scenario in ["A", "B"] {
        assert_eq!(exact(&html, "welfare", "Mexico", scenario), welfare);
    }
    assert_eq!(exact(&html, "welfare", "Mexico", "B − A"), welfare / 10.0);
    assert_eq!(exact(&html, "welfare", "Mexico", "B higher"), 0.66);
    assert_eq!(text(cell(&html, "welfare", "Mexico", "B higher")), number::share(0.66));
    assert!(text(cell(&html, "welfare", "Mexico", "B − A")).contains(" to "), "a range");
    let caption = text(all(&html, "#welfare-caption")[0]);
    assert_eq!(caption, "Welfare (real income): change in per cent; differences in percentage points");
    assert!(text(all(&html, ".tiles")[0]).contains("B − A; B higher in 66 % of draws"));
    assert!(text(all(&html, ".note")[0]).contains("1 of 1000 draws are left out"));
    // With three scenarios the differences have a table of their own.
    let three = self::html(several::compare(&fake, 3));
    assert_eq!(exact(&three, "welfare", "Mexico", "C"), welfare);
    assert_eq!(exact(&three, "welfare-differences", "Mexico", "C − A"), 2.0 * welfare / 10.0);
    let names: Vec<String> =
        all(&three, "section[aria-labelledby=scenarios] dt").into_iter().map(text).collect();
    assert_eq!(names, ["A: scenario <0>", "B: scenario <1>", "C: scenario <2>"]);
}

#[test]
fn a_comparison_without_draws_has_no_shares() {
    let html = html(several::compare(&fake::small().without_draws(), 2));
    assert!(all(&html, "[data-k='B higher']").is_empty() && !all(&html, "[data-k='B − A']").is_empty());
    assert!(!text(all(&html, "main")[0]).contains("Higher is the share"));
}

#[test]
fn a_sweep_has_a_table_along_its_key_and_a_grid_over_two() {
    let fake = fake::small();
    let one = html(several::sweep(&fake, 1));
    let welfare = central(&fake, "MEX", CountryVariable::Welfare);
    assert_eq!(exact(&one, "welfare", "10pp", "Mexico"), welfare);
    assert_eq!(text(cell(&one, "welfare", "20pp", "Mexico")), "–");
    assert!(!all(&one, "#tariff_revenue").is_empty(), "every variable that was chosen");
    let unsolved = text(all(&one, "section[aria-labelledby=unsolved] dl")[0]);
    assert_eq!(unsolved, "At 20pp No equilibrium: <borders> are closed.");
    let two = html(several::sweep(&fake, 2));
    let captions: Vec<String> = all(&two, "main figcaption[id^=welfare]").into_iter().map(text).collect();
    assert_eq!(captions.len(), 3);
    let mexico = captions.iter().position(|caption| caption.starts_with("Mexico. Welfare")).unwrap();
    let table = format!("welfare-{}", mexico + 1);
    assert_eq!(exact(&two, &table, "20pp", "true"), welfare);
    assert_eq!(text(cell(&two, &table, "20pp", "<b>")), "–");
    assert!(!text(cell(&two, &table, "20pp", "true")).contains(" to "), "the central case alone");
    let command = text(all(&two, "[aria-label=Command]")[0]);
    assert_eq!(
        command,
        "tariffsim sweep scenario.toml measure.tariff.add=0pp,10pp,20pp 'model.inputs=true,<b>' --draws 1000 \
         --variable welfare --variable tariff_revenue"
    );
}

#[test]
fn notes_and_assumptions_of_the_record_are_on_every_page() {
    for (name, files) in several::all(&[("small", fake::small())]) {
        let files: Files = files.into_iter().collect();
        let record: serde_json::Value = serde_json::from_slice(&files["run.json"]).unwrap();
        let html = Html::parse_document(std::str::from_utf8(&files["report.html"]).unwrap());
        for (keys, place) in [(&["disclosures", "remarks"][..], ".note"), (&["assumptions"], "header")] {
            let shown = text(all(&html, place)[0]);
            let lines = keys.iter().flat_map(|key| record[key].as_array().unwrap());
            let lines: Vec<&str> = lines.map(|line| line.as_str().unwrap()).collect();
            assert!(!lines.is_empty(), "{name}");
            for line in lines {
                assert!(shown.contains(&line.chars().skip(1).collect::<String>()), "{name}: {line}");
            }
        }
    }
}

#[test]
fn a_folder_of_any_kind_gives_its_page_again_and_no_other_file_will_do() {
    let home = tempfile::tempdir().unwrap();
    for (name, files) in several::all(&[("small", fake::small())]) {
        let dir = home.path().join(&name);
        folder::write(&dir, &files).unwrap();
        let written: Files = files.into_iter().collect();
        fs::remove_file(dir.join("report.html")).unwrap();
        folder::renew_page(&dir).unwrap();
        assert!(fs::read(dir.join("report.html")).unwrap() == written["report.html"], "{name}");
        for (file, bytes) in written.iter().filter(|(file, _)| !["report.html", "run.json"].contains(*file)) {
            fs::write(dir.join(file), [bytes.as_slice(), b" "].concat()).unwrap();
            let said = refusal(&dir);
            assert!(said.contains(&format!("error: `{file}` is not the file that this run wrote")), "{said}");
            fs::remove_file(dir.join(file)).unwrap();
            if file.ends_with(".png") {
                folder::renew_page(&dir).unwrap();
            } else {
                assert!(refusal(&dir).contains(&format!("there is no file `{file}`")), "{name}: {file}");
            }
            fs::write(dir.join(file), bytes).unwrap();
        }
        let record = String::from_utf8(written["run.json"].clone()).unwrap();
        fs::write(dir.join("run.json"), record.replacen("25% US", "26% US", 1)).unwrap();
        assert!(refusal(&dir).contains("`run.json` is not as the run wrote it"), "{name}");
    }
}

#[test]
fn what_no_command_writes_is_refused_even_where_hashes_fit() {
    let fake = fake::small();
    let [timeline, compare, sweep]: [Files; 3] =
        [several::timeline(&fake), several::compare(&fake, 2), several::sweep(&fake, 1)]
            .map(|files| files.into_iter().collect());
    let cases: [(&Files, &str, Change, &str); 9] = [
        (&timeline, "timeline.csv", replaced(",p05,", ",p06,"), "there is no stat `p06`"),
        (&timeline, "timeline.svg", replaced("</svg>", "<script/></svg>"), "`timeline.svg` is no chart"),
        (&timeline, "run.json", replaced("\"concerned\"", "\"unconcerned\""), "missing field `concerned`"),
        (&compare, "compare.csv", replaced(",p_positive,", ",p_higher,"), "there is no stat `p_higher`"),
        (&compare, "countries.csv", Box::new(|_| b"\xff".to_vec()), "is not UTF-8"),
        (&compare, "run.json", replaced("\"short\"", "\"shorter\""), "missing field `short`"),
        (&sweep, "sweep.csv", replaced(",stat,", ",static,"), "sweep.csv:1"),
        (&sweep, "run.json", replaced("\"welfare\"", "\"warfare\""), "a variable `warfare`"),
        (&sweep, "run.json", replaced("\"10pp\",", ""), "the points of the record are not those of its keys"),
    ];
    for (files, name, change, words) in cases {
        let mut files = files.clone();
        let changed = change(&files[name]);
        let file = files.get_mut(name).unwrap();
        assert!(changed != *file, "{name}: {words}");
        *file = changed;
        let record = String::from_utf8(files["run.json"].clone()).unwrap();
        let faults = page::page(&Anybodys(files), &record).unwrap_err();
        let said = diagnostics::render(&faults, false);
        assert!(said.contains(words), "{name}, {words}:\n{said}");
    }
}

#[test]
fn a_record_cannot_name_a_file_to_be_shown() {
    let files: Files = several::compare(&fake::small(), 2).into_iter().collect();
    let record = String::from_utf8(files["run.json"].clone()).unwrap();
    let other = record.replacen("\"file\": \"scenario-2.toml\"", "\"file\": \"../secret.toml\"", 1);
    assert_ne!(other, record);
    // These files have no other names than their own.
    assert!(!page::page(&Anybodys(files), &other).unwrap().contains("secret"));
}
