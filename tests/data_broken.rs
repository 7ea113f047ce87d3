//! Broken datasets: the small good one with a patch, and the exact faults that a user sees.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod data_support;

use data_support::{Memory, TINY, faults, tiny, tiny_folder};
use tariffsim::data::folder::{MOST_MANIFEST_BYTES, read};
use tariffsim::files::Folder;

/// Checks the faults of some files, one a line.
#[track_caller]
fn expect(files: &Memory, faults: &[&str]) {
    assert_eq!(files.faults(), faults.join("\n"));
}

/// The small good dataset on disk, with one file of other bytes.
fn on_disk(file: &str, bytes: &[u8]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for name in TINY {
        std::fs::copy(tiny_folder().join(name), folder.path().join(name)).unwrap();
    }
    std::fs::write(folder.path().join(file), bytes).unwrap();
    folder
}

#[test]
fn each_needed_file_that_is_missing() {
    for file in
        ["dataset.toml", "countries.csv", "sectors.csv", "trade.csv", "tariffs.csv", "elasticities.csv"]
    {
        let help = "a dataset folder needs this file; see the dataset format in the documentation";
        expect(&tiny().without(file), &[&format!("error: there is no file `{file}` (help: {help})")]);
    }
}

#[test]
fn an_optional_file_may_be_missing() {
    for file in ["inputs.csv", "value_added.csv", "deficits.csv", "groups.csv"] {
        let faults = tiny().without("value_added.csv").without("groups.csv");
        let faults = if faults.0.contains_key(file) { faults.without(file) } else { faults };
        expect(&faults, &[]);
    }
}

#[test]
fn a_folder_that_is_not_there() {
    let reading = read(&Folder::new("/no/such/folder"));
    assert_eq!(
        faults(&reading).lines().filter(|line| line.starts_with("error: there is no file")).count(),
        6
    );
}

#[test]
fn a_missing_column_with_a_near_one() {
    expect(
        &tiny().patch("trade.csv", "sector,value", "sector,values"),
        &["error trade.csv:1 [exporter,importer,sector,values]: `trade.csv` has no column `value` \
           (expected the columns exporter, importer, sector, value) (help: is `values` this column? call it `value`)"],
    );
}

#[test]
fn an_unknown_code_in_each_table() {
    for (file, row, at, listed) in [
        ("trade.csv", "MEXX,USA,AUT,1", 18, "country"),
        ("tariffs.csv", "USA,MEXX,AUT,0.1,", 6, "country"),
        ("inputs.csv", "MEXX,AUT,AUT,0.1", 14, "country"),
        ("value_added.csv", "MEXX,AUT,1", 8, "country"),
        ("deficits.csv", "MEXX,1", 5, "country"),
    ] {
        let fault = format!(
            "error {file}:{at} [MEXX]: `MEXX` is not a {listed} of this dataset \
             (expected a code from countries.csv) (help: did you mean `MEX`?)"
        );
        expect(&tiny().append(file, row), &[&fault]);
    }
    expect(
        &tiny().append("elasticities.csv", "FOO,EXAMPLE,4,"),
        &[
            "error elasticities.csv:5 [FOO]: `FOO` is not a sector of this dataset (expected a code from sectors.csv)",
        ],
    );
}

#[test]
fn a_code_is_not_found_in_other_letters() {
    expect(
        &tiny().append("trade.csv", "mex,CAN,SER,1"),
        &[
            "error trade.csv:18 [mex]: `mex` is not a country of this dataset (expected a code from countries.csv) \
           (help: did you mean `MEX`?)",
        ],
    );
}

#[test]
fn a_negative_flow() {
    expect(
        &tiny().patch("trade.csv", "MEX,USA,AUT,90", "MEX,USA,AUT,-90"),
        &["error trade.csv:8 [-90]: `value` is negative: -90 (expected zero or more)"],
    );
}

#[test]
fn a_value_that_is_not_a_finite_number() {
    for (written, help) in [
        ("NaN", ""),
        ("inf", ""),
        ("-Infinity", ""),
        ("1e400", ""),
        ("ninety", ""),
        ("\"1,000\"", " (help: use a point for decimals and no thousands separators)"),
        ("90%", " (help: write per cent as a fraction: 0.9)"),
    ] {
        let fault = format!(
            "error trade.csv:8 [{written}]: `{}` is not a finite number (expected a number such as 1234.5 or 1.2e-3){help}",
            written.trim_matches('"')
        );
        expect(&tiny().patch("trade.csv", "MEX,USA,AUT,90", &format!("MEX,USA,AUT,{written}")), &[&fault]);
    }
}

#[test]
fn an_empty_value_and_a_short_row() {
    for row in ["MEX,USA,AUT,", "MEX,USA,AUT"] {
        let place = if row.ends_with(',') { "" } else { row };
        let fault = format!("error trade.csv:8 [{place}]: `value` is empty (expected a number)");
        expect(&tiny().patch("trade.csv", "MEX,USA,AUT,90", row), &[&fault]);
    }
}

#[test]
fn a_thousands_separator_without_quotation_marks() {
    expect(
        &tiny().patch("trade.csv", "MEX,USA,AUT,90", "MEX,USA,AUT,1,090"),
        &["error trade.csv:8 [MEX,USA,AUT,1,090]: this row has 5 fields, but the header has 4 \
           (help: numbers are written without thousands separators; text with a comma needs quotation marks)"],
    );
}

#[test]
fn a_value_beyond_any_economy() {
    expect(
        &tiny().patch("trade.csv", "MEX,USA,AUT,90", "MEX,USA,AUT,9e300"),
        &[
            "error trade.csv:8 [9e300]: `9e300` is beyond any economy (expected at most 1e21 in the dataset's unit)",
        ],
    );
}

#[test]
fn a_repeated_row_in_each_table() {
    for (file, row, line, first) in [
        ("trade.csv", "MEX,USA,AUT,90", 18, 8),
        ("tariffs.csv", "USA,MEX,AUT,0.5,", 6, 2),
        ("inputs.csv", "MEX,AUT,AUT,0.3", 14, 6),
        ("value_added.csv", "USA,SER,1", 8, 3),
        ("deficits.csv", "CAN,1", 5, 4),
        ("groups.csv", "USMCA,USA", 4, 2),
    ] {
        let fault = format!(
            "error {file}:{line} [{row}]: this row repeats line {first} (expected one row for each key)"
        );
        expect(&tiny().append(file, row), &[&fault]);
    }
}

#[test]
fn a_repeated_country_sector_or_elasticity() {
    expect(
        &tiny().append("countries.csv", "MEX,Mexico again,,"),
        &[
            "error countries.csv:5 [MEX]: code `MEX` stands twice: first on line 3 (expected one row for each key)",
        ],
    );
    expect(
        &tiny().append("sectors.csv", "SER,Services again,services"),
        &[
            "error sectors.csv:4 [SER]: code `SER` stands twice: first on line 3 (expected one row for each key)",
        ],
    );
    expect(
        &tiny().append("elasticities.csv", "AUT,EXAMPLE,6,"),
        &["error elasticities.csv:5 [AUT]: `EXAMPLE` gives sector `AUT` twice \
           (expected one row for each sector and source)"],
    );
}

#[test]
fn a_rate_that_leaves_nothing_of_the_price() {
    expect(
        &tiny().patch("tariffs.csv", "0.025", "-1"),
        &[
            "error tariffs.csv:2 [-1]: a rate of -1 would leave nothing of the price (expected a fraction above -1)",
        ],
    );
    expect(&tiny().patch("tariffs.csv", "0.025", "-0.999"), &[]);
}

#[test]
fn a_rate_beyond_any_tariff() {
    expect(
        &tiny().patch("tariffs.csv", "0.025", "2500"),
        &["error tariffs.csv:2 [2500]: a rate of 2500 is beyond any tariff \
           (expected a fraction (0.025 for 2.5 %), at most 1000)"],
    );
}

#[test]
fn a_tariff_at_home() {
    expect(
        &tiny().append("tariffs.csv", "USA,USA,AUT,0.1,\nMEX,MEX,AUT,0,\n"),
        &["error tariffs.csv:6 [0.1]: a tariff of 0.1 on sales within `USA` (expected 0, or no such row)"],
    );
}

#[test]
fn inputs_that_cost_more_than_the_output() {
    expect(
        &tiny().patch("inputs.csv", "MEX,SER,AUT,0.2", "MEX,SER,AUT,0.9"),
        &["error inputs.csv:8 [0.9]: the inputs of `AUT` in `MEX` sum to 1.200000 of its output \
           (expected at most 1 (value added is the rest)) (help: with this row the sum passes 1)"],
    );
    let exactly_one =
        tiny().patch("inputs.csv", "MEX,SER,AUT,0.2", "MEX,SER,AUT,0.7").without("value_added.csv");
    assert!(read(&exactly_one).dataset.is_some());
}

#[test]
fn a_negative_input_coefficient_or_account() {
    expect(
        &tiny().patch("inputs.csv", "MEX,SER,AUT,0.2", "MEX,SER,AUT,-0.2"),
        &["error inputs.csv:8 [-0.2]: `coefficient` is negative: -0.2 (expected zero or more)"],
    );
    expect(
        &tiny().patch("value_added.csv", "MEX,AUT,125", "MEX,AUT,-125"),
        &["error value_added.csv:4 [-125]: `value` is negative: -125 (expected zero or more)"],
    );
}

#[test]
fn a_sector_that_is_neither_goods_nor_services() {
    expect(
        &tiny().patch("sectors.csv", ",goods", ",good"),
        &["error sectors.csv:2 [good]: `good` is not a kind of sector (expected `goods` or `services`)"],
    );
}

#[test]
fn a_manifest_with_bad_syntax() {
    expect(
        &tiny().patch("dataset.toml", "year = 2024", "year = 20 24"),
        &["error dataset.toml:3 [20 24]: string values must be quoted, expected literal string"],
    );
}

#[test]
fn a_manifest_with_all_its_faults_at_once() {
    let manifest = "nam = \"tiny\"\ntitle = 3\nyear = \"2024\"\nunit = \"\"\nfinal_demand = \"left\"\n\
                    default_elasticities = \"EXAMPLE\"\n";
    expect(
        &tiny().with("dataset.toml", manifest),
        &[
            "error dataset.toml:1 [nam]: `nam` is not a key of dataset.toml (expected name, title, year, unit, \
             default_elasticities, final_demand, licence, citation) (help: did you mean `name`?)",
            "error: dataset.toml does not say `name` (help: add a line such as `name = \"my-data\"`)",
            "error dataset.toml:2 [3]: `title` is a text in quotation marks, \
             such as \"3 economies x 2 sectors, 2024\"",
            "error dataset.toml:3 [\"2024\"]: `year` is a whole number, such as 2024",
            "error dataset.toml:4 [\"\"]: `unit` is empty",
            "error dataset.toml:5 [\"left\"]: `final_demand` is \"residual\" or \"given\"",
        ],
    );
}

#[test]
fn a_name_of_several_lines() {
    expect(
        &tiny().patch("dataset.toml", "name = \"tiny\"", "name = \"ti\\nny\""),
        &["error dataset.toml:1 [\"ti\\nny\"]: `name` has line ends or other control characters in it"],
    );
}

#[test]
fn a_default_elasticity_set_that_is_not_there() {
    expect(
        &tiny().patch("dataset.toml", "\"EXAMPLE\"", "\"EXAMPEL\""),
        &["error dataset.toml:5 [\"EXAMPEL\"]: `EXAMPEL` is not a source in elasticities.csv \
           (expected EXAMPLE, OTHER) (help: did you mean `EXAMPLE`?)"],
    );
}

#[test]
fn an_elasticity_of_zero_and_a_negative_standard_error() {
    expect(
        &tiny().patch("elasticities.csv", "AUT,EXAMPLE,4.5", "AUT,EXAMPLE,0"),
        &["error elasticities.csv:2 [0]: a trade elasticity of 0 is not positive (expected theta above 0)"],
    );
    expect(
        &tiny().patch("elasticities.csv", "4.5,0.8", "4.5,-0.8"),
        &[
            "error elasticities.csv:2 [-0.8]: a standard error of -0.8 is negative (expected zero, more, or nothing)",
        ],
    );
}

#[test]
fn final_demand_that_is_said_to_be_given_and_is_not() {
    expect(
        &tiny().patch("dataset.toml", "\"residual\"", "\"given\""),
        &["error: there is no file `final_demand.csv` \
           (help: a dataset folder needs this file; see the dataset format in the documentation)"],
    );
}

#[test]
fn final_demand_that_is_given_and_not_used() {
    expect(
        &tiny().with("final_demand.csv", "country,sector,value\nUSA,AUT,1\n"),
        &["warning: `final_demand.csv` is not used: dataset.toml says `final_demand = \"residual\"` \
           (help: write \"given\" there to use the file)"],
    );
}

#[test]
fn a_country_without_final_demand() {
    let files = tiny().patch("dataset.toml", "\"residual\"", "\"given\"");
    expect(
        &files.with("final_demand.csv", "country,sector,value\nUSA,AUT,1\nMEX,AUT,1\nCAN,SER,0\n"),
        &["warning: no final demand in `CAN`"],
    );
}

#[test]
fn lists_and_files_with_nothing_in_them() {
    expect(&tiny().with("countries.csv", "code,name\n"), &["error: `countries.csv` lists nothing"]);
    expect(&tiny().with("sectors.csv", "code,name,kind\n\n,,\n"), &["error: `sectors.csv` lists nothing"]);
    expect(
        &tiny().with("tariffs.csv", "\n\n"),
        &[
            "error: `tariffs.csv` is empty (expected a header with the columns importer, exporter, sector, rate)",
        ],
    );
    expect(
        &tiny()
            .with("trade.csv", "exporter,importer,sector,value\n")
            .without("value_added.csv")
            .without("deficits.csv"),
        &["error: `trade.csv` has no flow above zero"],
    );
}

#[test]
fn a_file_that_is_not_utf_8() {
    let folder = on_disk("countries.csv", b"code,name\nUSA,United States\nMEX,M\xe9xico\nCAN,Canada\n");
    assert_eq!(
        faults(&read(&Folder::new(folder.path()))),
        "error: `countries.csv` is not UTF-8 text: first bad byte on line 3 \
         (help: save the file as UTF-8 (in a spreadsheet: \"CSV UTF-8\"))"
    );
}

#[test]
fn a_file_that_is_too_large() {
    let limit = usize::try_from(MOST_MANIFEST_BYTES).unwrap();
    let folder = on_disk("dataset.toml", &vec![b'#'; limit + 1]);
    assert_eq!(
        faults(&read(&Folder::new(folder.path()))),
        "error: `dataset.toml` is larger than the limit of 1048576 bytes"
    );
}

#[test]
fn a_quotation_mark_that_is_never_closed() {
    expect(
        &tiny().patch(
            "trade.csv",
            "CAN,USA,SER,15\nCAN,CAN,SER,400\n",
            "\"CAN,USA,SER,15\nCAN,CAN,SER,400\n",
        ),
        &["error trade.csv:16 [\"CAN,USA,SER,15\nCAN,CAN,SER,400]: a quotation mark is never closed"],
    );
}

#[test]
fn columns_separated_by_semicolons() {
    let faults = tiny().with("deficits.csv", "country;value\nUSA;40\n").faults();
    assert_eq!(faults.matches("semicolons or tabs: save the file with commas").count(), 2, "{faults}");
}

#[test]
fn too_many_codes_and_too_many_cells() {
    let list = |columns: &str, count: usize, rest: &str| {
        (0..count).fold(columns.to_owned(), |text, at| text + &format!("\nC{at:04},x{rest}"))
    };
    expect(
        &tiny().append("countries.csv", &list("", 1000, "")),
        &[
            "error countries.csv:1003 [C0997]: more than 1000 codes",
            "error countries.csv:1004 [C0998]: more than 1000 codes",
            "error countries.csv:1005 [C0999]: more than 1000 codes",
        ],
    );
    let many =
        tiny().append("countries.csv", &list("", 500, "")).append("sectors.csv", &list("", 500, ",goods"));
    expect(
        &many,
        &["error: 503 countries and 502 sectors make tables of more than 20000000 cells \
           (help: aggregate the data to fewer countries or sectors)"],
    );
}

#[test]
fn three_faults_in_three_files_come_at_once() {
    let files = tiny()
        .patch("trade.csv", "MEX,USA,AUT,90", "MEX,USA,AUT,x")
        .patch("tariffs.csv", "USA,MEX,AUT,0.025", "USA,MXE,AUT,-2")
        .patch("elasticities.csv", "SER,EXAMPLE,5", "SER,EXAMPLE,-5");
    let faults = files.faults();
    let places: Vec<&str> = faults.lines().filter_map(|line| line.split(']').next()).collect();
    assert_eq!(
        places,
        ["error trade.csv:8 [x", "error tariffs.csv:2 [MXE", "error elasticities.csv:3 [-5"],
        "{faults}"
    );
}

#[test]
fn two_faults_in_one_row_come_at_once() {
    let faults = tiny().append("trade.csv", "USB,USA,AUT,-1\nMEX,USA,AUT,-1\n").faults();
    assert_eq!(faults.lines().count(), 3, "{faults}");
    assert!(faults.contains("repeats line 8") && faults.contains("`value` is negative"), "{faults}");
}

#[test]
fn ten_thousand_bad_rows_give_eleven_lines() {
    let rows = "XXX,USA,AUT,1\n".repeat(10_000);
    let faults = tiny().append("trade.csv", &rows).faults();
    assert_eq!(faults.lines().count(), 11);
    assert_eq!(faults.lines().last(), Some("error: and 9,990 more in `trade.csv` like this: unknown code"));
}

#[test]
fn value_added_and_deficits_that_trade_does_not_give() {
    expect(
        &tiny().patch("value_added.csv", "MEX,AUT,125", "MEX,AUT,130").patch(
            "deficits.csv",
            "USA,40",
            "USA,45",
        ),
        &[
            "warning value_added.csv:4 [130]: value added is 130.0, but trade gives 125.0 (difference 5.000)",
            "warning deficits.csv:2 [45]: deficit is 45.000, but trade gives 40.000 (difference 5.000)",
            "warning: absorption less inputs is not value added + tariff revenue + deficit in 2 of 3 countries, \
             by 10.000 USD mn in all; most in `USA` (-5.000) \
             (help: the baseline is solved anew, so that its accounts add up)",
            "warning: the deficits of `deficits.csv` sum to 5.000 USD mn, not zero",
        ],
    );
}

#[test]
fn rows_that_are_missing_are_filled_from_trade() {
    let files = tiny().patch("value_added.csv", "MEX,AUT,125\n", "").patch("deficits.csv", "MEX,-40\n", "");
    expect(
        &files,
        &[
            "warning: `value_added.csv` lacks 1 row, filled from trade (125.0 in all)",
            "warning: `deficits.csv` lacks 1 row, filled from trade (40.000 in all)",
        ],
    );
    assert_eq!(read(&files).dataset, read(&tiny()).dataset);
}

#[test]
fn inputs_that_exceed_what_is_bought() {
    let files = tiny().patch("inputs.csv", "MEX,AUT,SER,0.05", "MEX,AUT,SER,0.7").without("value_added.csv");
    expect(
        &files,
        &["warning: inputs used exceed what is bought in 1 of 6 cells, by 78.250 USD mn in all; \
           most in `AUT` of `MEX` (-78.250) \
           (help: final demand there is set to zero, and the baseline is solved anew)"],
    );
}

#[test]
fn a_country_without_sales_at_home() {
    let files =
        tiny().patch("trade.csv", "CAN,CAN,AUT,120\n", "").patch("trade.csv", "CAN,CAN,SER,400\n", "");
    let faults = files.without("inputs.csv").without("value_added.csv").faults();
    assert_eq!(faults, "warning: no sales at home in `CAN`");
}

#[test]
fn group_members_that_are_not_in_the_dataset_are_left_out() {
    let files = tiny().append("groups.csv", "G7,USA CAN JPN DEU USA\nGCC,SAU ARE\n");
    expect(
        &files,
        &[
            "warning groups.csv:4 [USA CAN JPN DEU USA]: group `G7` goes without `JPN`, `DEU` \
             (help: these are not countries of this dataset)",
            "warning groups.csv:5 [SAU ARE]: group `GCC` has no member in this dataset and is left out",
        ],
    );
    let dataset = read(&files).dataset.unwrap();
    assert_eq!(dataset.group("G7").unwrap().members.len(), 2);
    assert!(dataset.group("GCC").is_none());
}

#[test]
fn a_misspelt_optional_column() {
    expect(
        &tiny().patch("countries.csv", "region", "regoin"),
        &["warning countries.csv:1 [regoin]: column `regoin` is not read (help: did you mean `region`?)"],
    );
}

#[test]
fn a_code_that_has_a_meaning_of_its_own() {
    expect(
        &tiny().patch("groups.csv", "NEIGHBOURS", "all"),
        &["warning groups.csv:3 [all]: `all` has a meaning of its own in scenarios and results \
           (help: choose another code, or nothing can refer to this one)"],
    );
    let files = tiny().append("sectors.csv", "TOTAL,Everything,goods\n");
    assert!(files.faults().starts_with("warning sectors.csv:4 [TOTAL]: `TOTAL` has a meaning of its own"));
}

#[test]
fn many_warnings_stay_warnings() {
    let groups: String = (0..15).map(|at| format!("G{at},USA JPN\n")).collect();
    let faults = tiny().append("groups.csv", &groups).faults();
    assert_eq!(faults.lines().count(), 11);
    let last = "warning: and 5 more in `groups.csv` like this: members not in the dataset";
    assert_eq!(faults.lines().last(), Some(last));
}
