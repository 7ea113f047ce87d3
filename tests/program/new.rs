//! `new`: what it writes is a good scenario, as it is and with what it says to try.

use crate::data_support::tiny;
use crate::tool::Desk;

/// A starter with every line that it has taken the `#` away from.
fn with_everything_tried(text: &str) -> String {
    let lines = text.lines().map(|line| match line.strip_prefix('#') {
        Some(code) if !code.starts_with(' ') => code,
        _ => line,
    });
    lines.collect::<Vec<_>>().join("\n") + "\n"
}

#[test]
fn without_flags_it_is_an_example_that_runs() {
    let desk = Desk::new();
    let said = desk.good("new");
    assert_eq!(desk.names(), ["my-tariff.toml"]);
    // The last line is the command to type.
    let next = said.stdout.lines().last().unwrap().strip_prefix("Next: tariffsim ").unwrap().to_owned();
    let page = desk.good(&format!("{next} --draws 0")).stdout;
    assert!(page.contains("USA from MEX") && page.contains("Motor vehicles"), "{page}");
}

#[test]
fn what_it_writes_passes_the_check_as_it_is_and_with_what_it_says_to_try() {
    let desk = Desk::new();
    for (at, flags) in [
        "",
        "--by USA --on MEX CAN --add 25pp",
        "--by USA --on MEX CAN --add 25pp --retaliation",
        "--by usa --on mexico EU27 --goods AUT MET --to 35% --retaliation",
        "--by EU27 --on all --goods all --to 0%",
        "--by AUS JPN --on AUS JPN --remove",
        "--by MEX --on CHN --match USA",
        "--by USA --on RUS --embargo",
        "--by USA --on 484 --add -1pp --title Lower",
        "--retaliation --goods TEX",
    ]
    .into_iter()
    .enumerate()
    {
        let file = format!("s{at}.toml");
        desk.good(&format!("new {file} {flags}"));
        let said = desk.good(&format!("check {file}"));
        // Most tariffs are near zero already.
        let subsidises = flags.contains("--add -");
        assert_eq!(said.stderr.contains("an import subsidy"), subsidises, "{flags}: {}", said.stderr);
        assert!(said.stderr.is_empty() || subsidises, "{flags}: {}", said.stderr);
        let measures = if flags.contains("--retaliation") { "2 measures" } else { "1 measure" };
        assert!(said.stdout.contains(&format!("no mistakes; {measures},")), "{flags}: {}", said.stdout);
        let text = String::from_utf8(desk.files("")[&file].clone()).unwrap();
        assert!(
            text.lines().filter(|line| line.contains(" # ")).count() >= 5,
            "it explains its lines:\n{text}"
        );
        let tried = with_everything_tried(&text);
        assert!(tried.contains("\n[model]\n") && tried.contains("\n[uncertainty]\ndraws = 200 "), "{tried}");
        desk.write("tried.toml", &tried);
        let said = desk.good("check tried.toml");
        assert!(said.stdout.contains("no mistakes; 2 measures,"), "{flags}: {}", said.stdout);
    }
}

#[test]
fn the_flags_are_what_the_measure_says() {
    let desk = Desk::new();
    desk.good("new a.toml --by USA --on Mexico China --goods AUT --add 12.5pp --retaliation");
    let explained = desk.good("explain a.toml").stdout;
    for (flow, by) in [
        ("USA       CHN       AUT", "usa-on-mex-chn +12.50pp"),
        ("MEX       USA       AUT", "answer +12.50pp"),
    ] {
        let line =
            explained.lines().find(|line| line.contains(flow)).unwrap_or_else(|| panic!("{explained}"));
        assert!(line.ends_with(by), "{line}");
    }
    assert!(explained.contains("changes 4 tariffs by +12.5 percentage points"), "{explained}");
}

#[test]
fn titles_and_names_with_odd_characters_are_quoted() {
    let desk = Desk::new();
    let (file, title) = ("a b's \"$x\" é.toml", "\"25 %\" \\ 'more' # \u{202e} and\ttabs\nand lines");
    let said = desk.run_words(&["new", file, "--title", title]);
    assert_eq!(said.code, 0, "{}", said.stderr);
    let text = String::from_utf8(desk.files("")[file].clone()).unwrap();
    let read = tariffsim::scenario::Scenario::parse(file, &text).unwrap();
    assert_eq!(read.title(), title);
    assert_eq!(desk.run_words(&["check", file]).code, 0);
    let next = said.stdout.lines().last().unwrap();
    if cfg!(unix) {
        assert_eq!(next, "Next: tariffsim run 'a b'\\''s \"$x\" é.toml'");
    }
    assert_eq!(desk.run_words(&["new", "two\nlines.toml"]).code, 1);
}

#[test]
fn a_file_that_is_there_is_left_alone() {
    let desk = Desk::new();
    desk.write("mine.toml", "years of work");
    std::fs::create_dir(desk.path().join("folder.toml")).unwrap();
    for (line, words) in [
        ("new mine.toml", "--force"),
        ("new mine", "mine.toml"),
        ("new folder.toml --force", "is a folder"),
        ("new nowhere/a.toml", "cannot write"),
        ("new --by USA --on MEX new.toml", "tariffsim new new.toml"),
    ] {
        let said = desk.run(line);
        assert_eq!((said.code, said.stdout.as_str()), (1, ""), "{line}: {}", said.stderr);
        assert!(said.stderr.contains(words), "{line}: {}", said.stderr);
    }
    assert_eq!(desk.names(), ["folder.toml", "mine.toml"]);
    assert_eq!(std::fs::read(desk.path().join("mine.toml")).unwrap(), b"years of work");
    desk.good("new mine.toml --force");
    desk.good("check mine.toml");
    assert_eq!(desk.names(), ["folder.toml", "mine.toml"]);
}

#[test]
fn mistakes_are_shown_as_they_were_typed_and_nothing_is_written() {
    let desk = Desk::new();
    for (flags, words) in [
        ("--by USB --on MEX", "did you mean `USA`"),
        ("--by USA --on MXE", "--on MXE"),
        ("--by USA --on USA", "reaches no foreign flow"),
        ("--by USA --on MEX --goods CARS", "--goods CARS"),
        ("--by USA --on MEX --add 25", "did you mean `25pp`?"),
        ("--by USA --on MEX --add 25%", "did you mean `25pp`? to put a rate at a level, use `--to 25%`"),
        ("--by USA --on MEX --to 25pp", "`--to`: `25pp` is written in percentage points"),
        (
            "--by USA --on MEX --to 25pp --retaliation",
            "to change a rate by percentage points, use `--add 25pp`",
        ),
        ("--by USA --on MEX --add=-500pp", "the tariff becomes -500.0% on USA imports"),
        ("--by USA --on MEX --add=-500pp", "the new rate itself with `--to` or `--remove`"),
        ("--by USA --on MEX --add=-100pp --retaliation", "on MEX imports"),
        ("--by all --on all --to 5% --retaliation", "`--retaliation` would act twice"),
        ("--by EU27 --on EU27 USA --add 5pp --retaliation", "`--retaliation` would act twice"),
        ("--by USA --on MEX --match EU27", "more than one country"),
        ("--by USA --on MEX --data nowhere", "nowhere"),
    ] {
        let said = desk.run(&format!("new {flags}"));
        assert_eq!((said.code, said.stdout.as_str()), (1, ""), "{flags}: {}", said.stderr);
        assert!(said.stderr.contains(words), "{flags}: {}", said.stderr);
        // Of what stands in a file that is not there nothing can be mended.
        for foreign in ["starter", "`answer`", "`add", "`set", "floor", "instead_of", ".toml"] {
            assert!(!said.stderr.contains(foreign), "{flags}: {foreign}: {}", said.stderr);
        }
        assert!(!said.stderr.contains("2 errors"), "{flags}: {}", said.stderr);
    }
    for flags in [
        "--by USA",
        "--on USA",
        "--by USA --on MEX --add 5pp --to 5%",
        "--by USA --on MEX --remove --retaliation",
        "--data my-data",
    ] {
        assert_eq!(desk.run(&format!("new {flags}")).code, 2, "{flags}");
    }
    assert_eq!(desk.names(), Vec::<String>::new());
}

#[test]
fn a_dataset_of_ones_own_is_named_as_the_file_sees_it() {
    let desk = Desk::new();
    desk.dataset("my-data", &tiny());
    std::fs::create_dir(desk.path().join("deep")).unwrap();
    for file in ["a.toml", "deep/a.toml"] {
        desk.good(&format!("new {file} --by USA --on CAN --goods AUT --add 5pp --data my-data"));
        desk.good(&format!("run {file} --draws 0"));
    }
}
