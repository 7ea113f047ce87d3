//! Tariffs as moves: the best ones, those of a Nash equilibrium, and games.

use serde_json::Value;

use crate::tool::Desk;

/// Two strategies each; Canada's answer to the United States.
const GAME: &str = "title = \"A quarrel\"\naggregate = \"economies-12\"\n\
    [[measure]]\nname = \"us\"\nby = \"USA\"\non = \"CAN\"\nadd = \"25pp\"\n\
    [[response]]\nname = \"back\"\nby = \"CAN\"\nto = \"us\"\nmode = \"reciprocal\"\n\
    [[player]]\nname = \"United States\"\ncountry = \"USA\"\n\
    [[player.strategy]]\nname = \"peace\"\nmeasures = []\n[[player.strategy]]\nname = \"tariff\"\nmeasures = [\"us\"]\n\
    [[player]]\nname = \"Canada\"\ncountry = \"CAN\"\n\
    [[player.strategy]]\nname = \"nothing\"\n[[player.strategy]]\nname = \"answer\"\nmeasures = \"back\"\n";

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// The rates of a table by importer and exporter, all goods alike.
fn rates(desk: &Desk, file: &str) -> Vec<(String, String, f64)> {
    let table = desk.table(file);
    assert_eq!(table.header, ["importer", "exporter", "sector", "rate"]);
    let mut rates: Vec<(String, String, f64)> = table
        .rows
        .iter()
        .map(|row| (row[0].to_owned(), row[1].to_owned(), row[3].parse().unwrap()))
        .collect();
    rates.dedup();
    rates
}

#[test]
fn the_optimal_tariff_is_better_than_its_neighbours_and_its_table_can_be_named_in_a_scenario() {
    let desk = Desk::new();
    let said =
        desk.good("optimal --by USA --against CHN MEX --set aggregate=economies-12 --draws 5 --out best");
    assert_eq!(said.stderr, "");
    assert!(said.stdout.contains("The optimal tariffs of USA on CHN and MEX"), "{}", said.stdout);
    let best = rates(&desk, "best/optimal.csv");
    assert_eq!(best.len(), 2, "{best:?}");
    let measure = |mexico: f64| {
        format!(
            "aggregate = \"economies-12\"\n[[measure]]\nby = \"USA\"\non = \"CHN\"\nset = \"{}%\"\n\
             [[measure]]\nby = \"USA\"\non = \"MEX\"\nset = \"{}%\"\n",
            100.0 * best[0].2,
            100.0 * mexico
        )
    };
    let welfare = |scenario: &str| {
        desk.write("s.toml", scenario);
        let document = json(&desk.good("run s.toml --draws 0 --json").stdout);
        let rows = document["countries"].as_array().unwrap().clone();
        let row = rows.iter().find(|row| row["country"] == "USA" && row["variable"] == "welfare").unwrap();
        row["central"].as_f64().unwrap()
    };
    let at_best = welfare(&measure(best[1].2));
    for other in [0.9, 1.1] {
        let there = welfare(&measure(other * best[1].2));
        assert!(
            at_best > there && at_best - there < 0.01,
            "{at_best} at the best, {there} at {other} times it"
        );
    }
    desk.write("rates.csv", &std::fs::read_to_string(desk.path().join("best/optimal.csv")).unwrap());
    let named = "[[measure]]\nby = \"USA\"\non = [\"CHN\", \"MEX\"]\nrates = \"rates.csv\"\n";
    let named = welfare(&format!("aggregate = \"economies-12\"\n{named}"));
    assert!((named - at_best).abs() < 1e-9, "{named} is not {at_best}");
    let table = desk.table("best/countries.csv");
    assert!(table.values("stat").contains(&"p95") && table.values("country").len() == 12);
}

#[test]
fn a_scenario_that_is_given_changes_what_is_best_and_bounds_are_kept() {
    let desk = Desk::new();
    let rate = |more: &str| {
        desk.good(&format!("optimal --by CAN --against USA --draws 0 --quiet --out r {more}"));
        rates(&desk, "r/optimal.csv")[0].2
    };
    let (alone, given) = (rate(""), rate("--given us-25-mexico-canada"));
    assert!((alone - given).abs() > 1e-4, "{alone}, {given}");
    assert_eq!(rate("--highest 5%").to_bits(), 0.05_f64.to_bits());
    let record = json(&std::fs::read_to_string(desk.path().join("r/run.json")).unwrap());
    assert_eq!(record["tariffs"][0]["at_bound"], true);
    assert!(record["tariffs"][0]["slope"].as_f64().unwrap() > 0.0);
}

#[test]
fn nash_tariffs_are_each_the_best_reply_to_the_others() {
    let desk = Desk::new();
    desk.good("nash USA CHN --draws 0 --quiet --out n");
    let nash = rates(&desk, "n/nash.csv");
    assert_eq!(nash.len(), 2);
    for (own, other) in [(0, 1), (1, 0)] {
        let (by, on, rate) = &nash[own];
        let given = format!(
            "[[measure]]\nby = \"{}\"\non = \"{}\"\nset = \"{}%\"\n",
            nash[other].0,
            nash[other].1,
            100.0 * nash[other].2
        );
        desk.write("given.toml", &given);
        desk.good(&format!("optimal --by {by} --against {on} --given given.toml --draws 0 --quiet --out o"));
        let best = rates(&desk, "o/optimal.csv")[0].2;
        assert!((best - rate).abs() < 1e-7, "{by}: {best} is not {rate}");
    }
}

#[test]
fn one_rate_for_each_sector_is_at_least_as_good_as_one_for_all() {
    let desk = Desk::new();
    let welfare = |more: &str| {
        let said = desk.good(&format!("optimal --by USA --against CHN --draws 0 --json {more}"));
        let document = json(&said.stdout);
        let rows = document["countries"].as_array().unwrap().clone();
        let row = rows.iter().find(|row| row["country"] == "USA" && row["variable"] == "welfare").unwrap();
        (row["central"].as_f64().unwrap(), document["record"]["tariffs"].as_array().unwrap().len())
    };
    let ((uniform, one), (by_sector, many)) = (welfare(""), welfare("--per-sector"));
    assert!(by_sector > uniform && one == 1 && many > 10, "{by_sector}, {uniform}, {one}, {many}");
}

#[test]
fn what_cannot_be_chosen_is_refused_in_words() {
    let desk = Desk::new();
    let perhaps = "[[measure]]\nby = \"USA\"\non = \"CAN\"\nadd = \"25pp\"\nprobability = \"50%\"\n";
    desk.write("perhaps.toml", perhaps);
    for (line, code, said) in [
        ("optimal --by USA --against CHX", 1, "did you mean"),
        ("optimal --by USA --against CHN CHN", 1, "share a country"),
        ("optimal --by USA --against USA", 1, "buys no goods"),
        ("optimal --by USA --against CHN --lowest 20% --highest 10%", 2, "not below"),
        ("optimal --by USA --against CHN --given perhaps.toml", 1, "not certain"),
        ("optimal --by USA --against CHN --given steel-232-with-trq", 1, "quota"),
        ("nash USA", 2, "nobody to play against"),
        ("nash USA CHN USA", 1, "share a country"),
        ("game universal-10", 1, "no game"),
        ("run us-china-tariff-war", 1, "this is a game"),
    ] {
        let found = desk.run(line);
        assert_eq!(found.code, code, "{line}: {}", found.stderr);
        assert!(found.stderr.contains(said), "{line}: {}", found.stderr);
    }
}

#[test]
fn a_game_has_the_payoffs_of_the_runs_that_its_choices_are() {
    let desk = Desk::new();
    desk.write("g.toml", GAME);
    let said = desk.good("game g.toml --draws 20 --seed 4 --out g");
    assert!(said.stdout.contains("Best replies of Canada"), "{}", said.stdout);
    let table = desk.table("g/payoffs.csv");
    assert_eq!(table.header, ["United States", "Canada", "player", "variable", "unit", "stat", "value"]);
    assert_eq!(table.values("player"), ["United States", "Canada"]);
    let start = GAME.find("[[player]]").unwrap();
    let alone = &GAME[..start];
    for (us, canada, scenario) in [
        (
            "tariff",
            "nothing",
            alone.replace(
                "[[response]]\nname = \"back\"\nby = \"CAN\"\nto = \"us\"\nmode = \"reciprocal\"\n",
                "",
            ),
        ),
        ("tariff", "answer", alone.to_owned()),
    ] {
        desk.write("alone.toml", &scenario);
        desk.good("run alone.toml --draws 20 --seed 4 --quiet --out alone");
        let run = desk.table("alone/countries.csv");
        let of = |country: &str| -> Vec<String> {
            let rows = run.rows.iter().filter(|row| &row[2] == country && &row[3] == "welfare");
            rows.map(|row| row[6].to_owned()).collect()
        };
        for (player, country) in [("United States", "USA"), ("Canada", "CAN")] {
            let rows = table.rows.iter().filter(|row| {
                &row[0] == us && &row[1] == canada && &row[2] == player && &row[3] == "welfare"
            });
            assert_eq!(rows.map(|row| row[6].to_owned()).collect::<Vec<_>>(), of(country), "{us}, {player}");
        }
    }
}

#[test]
fn equilibria_and_best_replies_follow_from_the_payoffs_and_nothing_depends_on_threads() {
    let desk = Desk::new();
    desk.write("g.toml", GAME);
    desk.good("game g.toml --draws 20 --quiet --threads 1 --out one");
    desk.good("game g.toml --draws 20 --quiet --threads 3 --out three");
    assert_eq!(desk.files("one"), desk.files("three"));
    let payoff = |us: &str, canada: &str, player: &str| -> f64 {
        let table = desk.table("one/payoffs.csv");
        let row = table.rows.iter().find(|row| {
            [&row[0], &row[1], &row[2], &row[3], &row[5]] == [us, canada, player, "welfare", "central"]
        });
        row.unwrap()[6].parse().unwrap()
    };
    let best = desk.table("one/best_replies.csv");
    let is_best = |us: &str, canada: &str, player: &str| {
        best.rows
            .iter()
            .any(|row| [&row[0], &row[1], &row[2], &row[3], &row[4]] == [us, canada, player, "central", "1"])
    };
    let answers = payoff("tariff", "answer", "Canada") > payoff("tariff", "nothing", "Canada");
    assert_eq!(is_best("tariff", "answer", "Canada"), answers);
    assert_eq!(is_best("tariff", "nothing", "Canada"), !answers);
    // Without a tariff there is nothing to answer, so both are best.
    assert!(is_best("peace", "answer", "Canada") && is_best("peace", "nothing", "Canada"));
    let equilibria = desk.table("one/equilibria.csv");
    let is_equilibrium = |us: &str, canada: &str| {
        equilibria
            .rows
            .iter()
            .any(|row| [&row[0], &row[1], &row[2], &row[3], &row[4]] == [us, canada, "pure", "central", "1"])
    };
    for us in ["peace", "tariff"] {
        for canada in ["nothing", "answer"] {
            let both = is_best(us, canada, "United States") && is_best(us, canada, "Canada");
            assert_eq!(is_equilibrium(us, canada), both, "{us}, {canada}");
        }
    }
    // The scenario that is written plays the same game.
    std::fs::copy(desk.path().join("one/scenario.toml"), desk.path().join("again.toml")).unwrap();
    desk.good("game again.toml --draws 20 --quiet --out again");
    let same = |file: &str| desk.files("one")[file] == desk.files("again")[file];
    assert!(same("payoffs.csv") && same("equilibria.csv") && same("best_replies.csv"));
}

#[test]
fn an_optimal_response_is_the_best_one_and_is_kept_as_a_number() {
    let desk = Desk::new();
    let scenario = |mode: &str| {
        format!(
            "title = \"Answer\"\naggregate = \"economies-12\"\n[[measure]]\nname = \"us\"\nby = \"USA\"\n\
             on = \"CAN\"\nadd = \"25pp\"\n[[response]]\nname = \"back\"\nby = \"CAN\"\nto = \"us\"\nmode = \"{mode}\"\n"
        )
    };
    desk.write("s.toml", &scenario("optimal"));
    desk.good("run s.toml --draws 3 --quiet --out r");
    desk.good("verify r");
    let resolved = std::fs::read_to_string(desk.path().join("r/scenario.toml")).unwrap();
    let mode = resolved.lines().find_map(|line| line.strip_prefix("mode = \"")).unwrap();
    let points: f64 = mode.trim_end_matches("pp\"").parse().unwrap();
    assert!(points > 1.0 && points < 40.0, "{mode}");
    let welfare = |mode: &str| {
        desk.write("t.toml", &scenario(mode));
        desk.good("run t.toml --draws 0 --quiet --out t");
        let table = desk.table("t/countries.csv");
        let row = table.rows.iter().find(|row| &row[2] == "CAN" && &row[3] == "welfare").unwrap();
        row[6].parse::<f64>().unwrap()
    };
    let best = welfare("optimal");
    for other in [points - 0.5, points + 0.5] {
        assert!(best > welfare(&format!("{other}pp")), "{other} is better than {points}");
    }
    let half = desk.good("explain s.toml --rows 1 --set response.back.share=50%").stdout;
    let said = half.split("with ").nth(1).and_then(|rest| rest.split(" percentage points").next()).unwrap();
    assert!((said.parse::<f64>().unwrap() - 0.5 * points).abs() < 0.006, "{points}: {half}");
}
