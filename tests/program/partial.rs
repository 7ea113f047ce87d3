//! Partial equilibrium from the command line: the same files, commands and manners.

use crate::tool::Desk;

const TWO_OUTCOMES: &str = "
title = \"Metals, perhaps\"
[model]
kind = \"partial-equilibrium\"
supply_elasticity = { MET = { MEX = \"infinite\", all = 2.0 }, all = 1.5 }
[[measure]]
name = \"metals\"
by = \"USA\"
on = \"all\"
goods = \"MET\"
add = \"25pp\"
exempt_share = { CAN = \"40%\" }
probability = \"60%\"
";

#[test]
fn a_run_writes_the_files_of_every_run_and_the_picture_the_same_on_any_number_of_threads() {
    let desk = Desk::new();
    desk.write("perhaps.toml", TWO_OUTCOMES);
    for threads in [1, 2] {
        desk.good(&format!("run perhaps.toml --draws 30 --threads {threads} --out out-{threads} --quiet"));
    }
    let first = desk.files("out-1");
    assert_eq!(first.len(), 15);
    assert!(first.contains_key("market.svg") && first.contains_key("market.png"));
    assert!(first == desk.files("out-2"));
    assert!(desk.good("report out-1").stderr.is_empty());
    assert!(first["report.html"] == desk.files("out-1")["report.html"]);
    let record = String::from_utf8(first["run.json"].clone()).unwrap();
    for told in ["\"kind\": \"partial-equilibrium\"", "not modelled", "supply elasticities", "welfare"] {
        assert!(record.contains(told), "{told}");
    }
    let countries = desk.table("out-1/countries.csv");
    assert!(!countries.values("variable").contains(&"welfare"));
    assert_eq!(countries.values("outcome"), ["all", "metals", "no metals"]);
}

#[test]
fn the_scenario_that_is_written_back_gives_the_same_numbers() {
    let desk = Desk::new();
    desk.write("perhaps.toml", TWO_OUTCOMES);
    desk.good("run perhaps.toml --draws 20 --out one --quiet");
    std::fs::copy(desk.path().join("one/scenario.toml"), desk.path().join("perhaps-again.toml")).unwrap();
    desk.good("run perhaps-again.toml --draws 20 --out two --quiet");
    let numbers = |folder: &str| -> Vec<Vec<String>> {
        let rows = desk.table(&format!("{folder}/sectors.csv")).rows;
        rows.iter().map(|row| row.iter().skip(1).map(str::to_owned).collect()).collect()
    };
    assert!(numbers("one") == numbers("two"));
}

#[test]
fn other_commands_take_it_too() {
    let desk = Desk::new();
    desk.write("perhaps.toml", TWO_OUTCOMES);
    let swept =
        desk.good("sweep textbook-steel measure.steel-tariff.add=0pp..50pp/25pp --draws 0 --out swept");
    assert!(swept.stdout.contains("Net of surpluses and revenue"), "{}", swept.stdout);
    let table = desk.table("swept/sweep.csv");
    let zero =
        table.rows.iter().filter(|row| &row[0] == "0pp" && row.iter().any(|cell| cell == "net_surplus"));
    assert!(zero.clone().count() > 50 && zero.clone().all(|row| &row[row.len() - 1] == "0"));
    desk.good("compare textbook-steel --across model.supply_elasticity=0.5,1.5 --draws 10 --out compared");
    assert!(desk.table("compared/compare.csv").values("variable").contains(&"net_surplus"));
    desk.good("run perhaps.toml --draws 5 --set aggregate=economies-12");
    desk.good("check textbook-steel");
}

#[test]
fn a_small_policy_is_priced_by_its_market_alone() {
    let desk = Desk::new();
    desk.good("run textbook-steel --draws 0 --out result --quiet");
    let sectors = desk.table("result/sectors.csv");
    let [sector, value, variable] = ["sector", "value", "variable"].map(|name| sectors.column(name));
    let others =
        sectors.rows.iter().filter(|row| &row[sector] != "MET" && !row[variable].starts_with("effective"));
    assert!(others.clone().count() > 1000);
    assert!(others.clone().all(|row| &row[value] == "0"), "another market moved");
}

#[test]
fn models_are_not_mixed_and_markets_must_be_there() {
    let desk = Desk::new();
    let said = desk.run("compare textbook-steel steel-aluminium-50 --draws 0");
    assert_eq!(said.code, 1);
    assert!(said.stderr.contains("which tell different things"), "{}", said.stderr);
    let said = desk.run("run steel-aluminium-50 --draws 0 --out x --market USA:MET");
    assert!(said.code == 1 && said.stderr.contains("only partial equilibrium"), "{}", said.stderr);
    let said = desk.run("run textbook-steel --draws 0 --out x --market USA:STEEL");
    assert!(said.code == 1 && said.stderr.contains("names no market"), "{}", said.stderr);
    assert!(!desk.path().join("x").exists());
}
