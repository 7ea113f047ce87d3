//! What aggregation does to one scenario: the table of `docs/aggregation.md`, measured here.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr)]

use std::path::Path;

use assert_cmd::Command;

/// Label, and the line that makes the data coarser.
const SIZES: [(&str, &str); 4] = [
    ("81 × 29, the data as they are", ""),
    ("45 × 29, `economies-45`", "aggregate = \"economies-45\"\n"),
    ("12 × 29, `economies-12`", "aggregate = \"economies-12\"\n"),
    ("12 × 9, `economies-12` and `sectors-9`", "aggregate = [\"economies-12\", \"sectors-9\"]\n"),
];

const COUNTRIES: [&str; 3] = ["USA", "CAN", "MEX"];

/// Welfare in per cent.
struct Welfare {
    central: f64,
    /// 5th and 95th percentile of the draws; none without draws.
    range: Option<[f64; 2]>,
}

/// Runs the program as a user does.
fn tariffsim(folder: &Path, words: &str) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tariffsim"));
    command.args(words.split_whitespace()).current_dir(folder).assert().success();
}

/// The named columns of a table.
fn columns<const C: usize>(path: &Path, names: [&str; C]) -> Vec<[String; C]> {
    let mut reader = csv::Reader::from_path(path).unwrap();
    let header = reader.headers().unwrap().clone();
    let at = names.map(|name| header.iter().position(|column| column == name).unwrap());
    reader.records().map(|row| row.map(|row| at.map(|at| row[at].to_owned())).unwrap()).collect()
}

/// Welfare of [`COUNTRIES`] under a scenario.
fn welfare(folder: &Path, scenario: &str, options: &str) -> [Welfare; 3] {
    std::fs::write(folder.join("scenario.toml"), scenario).unwrap();
    tariffsim(folder, &format!("run scenario.toml --quiet --out results {options}"));
    let rows = columns(&folder.join("results/countries.csv"), ["country", "variable", "stat", "value"]);
    COUNTRIES.map(|country| {
        let value = |stat: &str| -> Option<f64> {
            let row = rows.iter().find(|[c, v, s, _]| (&**c, &**v, &**s) == (country, "welfare", stat))?;
            Some(row[3].parse().unwrap())
        };
        let range = value("p05").zip(value("p95")).map(|(low, high)| [low, high]);
        Welfare { central: value("central").unwrap(), range }
    })
}

/// The `[model]` part that gives every sector the elasticity of its group in `sectors-9`.
fn averaged_elasticities(folder: &Path) -> String {
    tariffsim(folder, "data aggregate world-2024 --by sectors-9 --out nine");
    let averages = columns(&folder.join("nine/elasticities.csv"), ["source", "sector", "theta"]);
    let map = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/aggregations/sectors-9.csv");
    let lines = columns(&map, ["code", "group"]).into_iter().map(|[sector, group]| {
        let of_group = averages.iter().find(|[set, code, _]| set == "MEDIAN7" && *code == group).unwrap();
        format!("{sector} = {}\n", of_group[2])
    });
    format!("\n[model.elasticities]\n{}", lines.collect::<String>())
}

/// Change of central welfare when the sectors of one group of `sectors-9` are merged and all others stay, by group.
fn one_group_at_a_time(folder: &Path, scenario: &str, before: &[Welfare; 3]) -> Vec<(String, [f64; 3])> {
    let map = columns(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("data/aggregations/sectors-9.csv"),
        ["code", "group"],
    );
    let mut groups: Vec<&str> = map.iter().map(|[_, group]| group.as_str()).collect();
    groups.dedup();
    let members = |group: &str| -> Vec<&str> {
        map.iter().filter(|[_, of]| of == group).map(|[code, _]| code.as_str()).collect()
    };
    let aggregate = "aggregate = { maps = [\"economies-12\", \"one.csv\"], unmapped = \"keep\" }\n";
    groups
        .into_iter()
        .filter(|group| members(group).len() > 1)
        .map(|group| {
            let rows: String = members(group).into_iter().map(|code| format!("{code},{group}\n")).collect();
            std::fs::write(folder.join("one.csv"), format!("code,group\n{rows}")).unwrap();
            let after = welfare(folder, &format!("{aggregate}{scenario}"), "--draws 0");
            let change = |country: usize| after[country].central - before[country].central;
            (group.to_owned(), [0, 1, 2].map(change))
        })
        .collect()
}

/// With the minus sign that the pages use.
fn shown(value: f64) -> String {
    let text = format!("{value:+.3}").replace('-', "−");
    if text.ends_with("0.000") { "0.000".to_owned() } else { text }
}

fn row(label: &str, countries: &[Welfare; 3]) -> String {
    let cells = countries.iter().map(|welfare| match welfare.range {
        Some([low, high]) => {
            // Kept on one line.
            let range = format!("({}\u{a0}to\u{a0}{})", shown(low), shown(high)).replace('+', "");
            format!(" {}<br>{range} |", shown(welfare.central))
        }
        None => format!(" {} |", shown(welfare.central)),
    });
    format!("| {label} |{}\n", cells.collect::<String>())
}

/// The table of the page, as measured here; `TARIFFSIM_BLESS=1` writes it.
#[test]
fn the_table_of_the_page_is_what_this_test_measures() {
    if cfg!(debug_assertions) {
        eprintln!("SKIPPED: 4,000 draws are slow without optimisation; use `cargo test --release`");
        return;
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let scenario = std::fs::read_to_string(root.join("scenarios/us-25-mexico-canada.toml")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let sizes = SIZES.map(|(_, line)| welfare(folder.path(), &format!("{line}{scenario}"), ""));
    let averaged = format!("{}{scenario}{}", SIZES[2].1, averaged_elasticities(folder.path()));
    let averaged = welfare(folder.path(), &averaged, "--draws 0");

    let mut table = String::from("| data | United States | Canada | Mexico |\n|---|---:|---:|---:|\n");
    let labels = SIZES.iter().map(|(label, _)| *label);
    table.extend(labels.zip(&sizes).map(|(label, size)| row(label, size)));
    table += &row("12 × 29, each sector with the elasticity of its group in `sectors-9`", &averaged);
    compare(&root.join("docs/aggregation.md"), "welfare", &table);

    let groups = one_group_at_a_time(folder.path(), &scenario, &sizes[2]);
    let mut table =
        String::from("| only these are merged | United States | Canada | Mexico |\n|---|---:|---:|---:|\n");
    for (group, [usa, can, mex]) in &groups {
        table += &format!("| `{group}` | {} | {} | {} |\n", shown(*usa), shown(*can), shown(*mex));
    }
    compare(&root.join("docs/aggregation.md"), "groups", &table);

    // What the page says about it.
    let away = |welfare: &[Welfare; 3], country: usize| {
        (welfare[country].central / sizes[0][country].central - 1.0).abs()
    };
    let width =
        |size: usize, country: usize| sizes[size][country].range.map_or(0.0, |[low, high]| high - low);
    for country in 0..3 {
        assert!(away(&sizes[1], country) < 0.005 && away(&sizes[2], country) < 0.005, "merged countries");
        assert!(away(&sizes[3], country) > 0.02, "merged sectors");
        assert!(
            away(&averaged, country) < 0.5 * away(&sizes[3], country),
            "elasticities are the lesser part"
        );
        assert!(width(3, country) > 1.1 * width(2, country), "ranges widen");
    }
    let mut by_size: Vec<&(String, [f64; 3])> = groups.iter().collect();
    by_size.sort_by(|a, b| b.1[2].abs().total_cmp(&a.1[2].abs()));
    let mut largest = [0, 1, 2].map(|at| by_size[at].0.as_str());
    largest.sort_unstable();
    assert_eq!(largest, ["ENER", "SERV", "VEHI"], "what matters to Mexico");
}

/// Holds a table between the marks of a page to what was measured, or writes it.
fn compare(page: &Path, mark: &str, table: &str) {
    let text = std::fs::read_to_string(page).unwrap();
    let (begin, end) = (format!("<!-- {mark}:begin -->\n"), format!("<!-- {mark}:end -->"));
    let (before, rest) = text.split_once(&begin).unwrap();
    let (written, after) = rest.split_once(&end).unwrap();
    if std::env::var_os("TARIFFSIM_BLESS").is_some() {
        std::fs::write(page, format!("{before}{begin}{table}{end}{after}")).unwrap();
    } else {
        assert_eq!(written, table, "{}: TARIFFSIM_BLESS=1 writes the table anew", page.display());
    }
}
