//! Partial equilibrium from the command line: the same files, commands and manners.

use crate::shards::same;
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
fn two_models_are_compared_in_what_both_tell() {
    let desk = Desk::new();
    let metals = "[[measure]]\nby = \"USA\"\non = \"all\"\ngoods = \"MET\"\nadd = \"25pp\"\n";
    desk.write("metals.toml", metals);
    let kinds = "model.kind=general-equilibrium,partial-equilibrium";
    let said = desk.good(&format!("compare metals.toml --across {kinds} --draws 10 --out both"));
    assert!(said.stdout.contains("Imports volume"), "{}", said.stdout);
    let table = desk.table("both/compare.csv");
    let variables = table.values("variable");
    assert!(variables.contains(&"tariff_revenue") && variables.contains(&"imports_volume"));
    assert!(!variables.contains(&"welfare") && !variables.contains(&"net_surplus"));
    // The difference is that of the two runs alone.
    let imports = |folder: &str, kind: &str| -> f64 {
        desk.good(&format!("run metals.toml --set model.kind={kind} --draws 10 --out {folder} --quiet"));
        number(&desk, &format!("{folder}/countries.csv"), "imports_volume")
    };
    let apart = imports("partial", "partial-equilibrium") - imports("general", "general-equilibrium");
    let found = number(&desk, "both/compare.csv", "imports_volume");
    assert!((found - apart).abs() < 1e-12 && apart.abs() > 0.01, "{found} {apart}");
}

/// A central number of the United States.
fn number(desk: &Desk, file: &str, variable: &str) -> f64 {
    let table = desk.table(file);
    let [country, name, value] = ["country", "variable", "value"].map(|column| table.column(column));
    let rows = table.of_stat("central");
    let row = rows.iter().find(|row| &row[country] == "USA" && &row[name] == variable).unwrap();
    row[value].parse().unwrap()
}

/// Two measures, with noise on everything that has noise.
const RICH: &str = "
title = \"Metals and chemicals\"
[model]
kind = \"partial-equilibrium\"
demand_elasticity = { MET = 0.7, all = 1.2 }
[uncertainty]
trade_flows.lognormal = {}
demand_elasticity.lognormal = { cv = \"20%\" }
[[measure]]
name = \"metals\"
by = \"USA\"
on = \"all\"
goods = \"MET\"
add = \"25pp\"
exempt_share = { CAN = \"40%\" }
[[measure]]
name = \"chemicals\"
by = \"USA\"
on = \"CHN\"
goods = [\"CHM\", \"MET\"]
add = \"10pp\"
";

#[test]
fn draws_of_many_machines_and_of_a_folder_are_put_together_and_verified() {
    let desk = Desk::new();
    desk.write("rich.toml", RICH);
    desk.good("run rich.toml --draws 0..9 --shard a.parquet --quiet");
    desk.good("run rich.toml --draws 9..20 --shard b.parquet --quiet");
    let asked = "--market USA:CHM --contributions --draws-out --quiet";
    desk.good(&format!("merge a.parquet b.parquet --out merged {asked}"));
    desk.good(&format!("run rich.toml --draws 20 --resume --out whole {asked}"));
    same(&desk, "merged", "whole");
    let files = desk.files("whole");
    assert!(files.contains_key("market.svg") && files.contains_key("contributions.svg"));
    std::fs::remove_file(desk.path().join("rich.toml")).unwrap();
    let told = desk.good("verify whole --threads 1").stdout;
    assert_eq!(told, format!("whole: all {} files are as the run makes them\n", files.len()));
    assert!(desk.good("report whole").stderr.is_empty());
}

#[test]
fn drawn_elasticities_stand_in_the_table_of_draws() {
    let desk = Desk::new();
    desk.write("rich.toml", RICH);
    desk.good("run rich.toml --draws 5 --draws-out --out r --quiet");
    let table = desk.table("r/draws.csv");
    let column = |name: &str| -> Vec<f64> {
        let at = table.column(name);
        table.rows.iter().map(|row| row[at].parse().unwrap()).collect()
    };
    let (demand, factor) = (column("demand:MET"), column("supply_factor:MET"));
    assert!(
        demand.iter().all(|demand| (0.3..1.5).contains(demand)) && (demand[0] - demand[1]).abs() > 1e-6,
        "{demand:?}"
    );
    assert!(factor.iter().all(|factor| *factor > 0.1) && (factor[0] - factor[1]).abs() > 1e-6, "{factor:?}");
    assert!(column("net_surplus:USA").iter().all(|net| *net != 0.0));
    let code = String::from_utf8(desk.files("r")["codebook.csv"].clone()).unwrap();
    assert!(code.contains("demand elasticity of Basic metals") && !code.contains("welfare"), "{code}");
}

#[test]
fn contributions_are_to_the_net_surplus_and_add_up() {
    let desk = Desk::new();
    desk.write("rich.toml", RICH);
    let said = desk.good("run rich.toml --draws 0 --contributions --out r");
    assert!(said.stdout.contains("Net of surpluses and revenue by measure"), "{}", said.stdout);
    let table = desk.table("r/contributions.csv");
    let [country, variable, value] = ["country", "variable", "value"].map(|name| table.column(name));
    let parts = table.rows.iter().filter(|row| &row[country] == "USA" && &row[variable] == "net_surplus");
    let parts: Vec<f64> = parts.map(|row| row[value].parse().unwrap()).collect();
    let total = number(&desk, "r/countries.csv", "net_surplus");
    assert!(parts.len() == 2 && parts.iter().all(|part| *part != 0.0), "{parts:?}");
    assert!((parts.iter().sum::<f64>() - total).abs() < 1e-9 * total.abs(), "{parts:?} {total}");
    let page = String::from_utf8(desk.files("r")["report.html"].clone()).unwrap();
    assert!(page.contains("Contributions to the change in net of surpluses and revenue, in"));
    assert!(page.contains("Paul Armington") && !page.contains("Caliendo"), "the source of the model");
}

#[test]
fn markets_must_be_there() {
    let desk = Desk::new();
    let said = desk.run("run steel-aluminium-50 --draws 0 --out x --market USA:MET");
    assert!(said.code == 1 && said.stderr.contains("only partial equilibrium"), "{}", said.stderr);
    let said = desk.run("run textbook-steel --draws 0 --out x --market USA:STEEL");
    assert!(said.code == 1 && said.stderr.contains("names no market"), "{}", said.stderr);
    assert!(!desk.path().join("x").exists());
}
