//! The same run gives the same bytes.

use crate::shards::SAMPLERS;
use crate::tool::Desk;

/// Runs with one thread and with two, each twice, and compares everything that was written.
fn independent_of_threads(scenario: &str, more: &str) {
    let desk = Desk::new();
    for (at, threads) in [1, 1, 2, 2].into_iter().enumerate() {
        let said = desk
            .good(&format!("run {scenario} --draws 40 --threads {threads} --out out-{at} --quiet {more}"));
        assert_eq!((said.stdout.as_str(), said.stderr.as_str()), ("", ""));
    }
    let first = desk.files("out-0");
    assert_eq!(first.len(), 19);
    for at in 1..4 {
        for (name, bytes) in desk.files(&format!("out-{at}")) {
            assert!(bytes == first[&name], "{name} of run {at} differs from run 0");
        }
        std::fs::remove_dir_all(desk.path().join(format!("out-{at}"))).unwrap();
    }
}

#[test]
fn threads_do_not_show_without_exemptions() {
    independent_of_threads("us-25-mexico-canada", "");
}

#[test]
fn threads_do_not_show_with_exemptions() {
    independent_of_threads("us-25-mexico-canada-usmca-exempt", "--seed 9");
}

#[test]
fn threads_do_not_show_with_any_sampler() {
    for sampler in SAMPLERS {
        independent_of_threads("us-25-mexico-canada-usmca-exempt", &format!("--sampler {sampler}"));
    }
}

#[test]
fn threads_do_not_show_in_contributions() {
    independent_of_threads("us-25-mexico-canada-usmca-exempt", "--contributions --sampler sobol");
}

#[test]
fn threads_do_not_show_with_quotas() {
    independent_of_threads("steel-232-with-trq", "");
}

#[test]
fn the_page_and_the_document_are_the_same_on_any_number_of_threads() {
    let desk = Desk::new();
    for form in ["", "--json"] {
        let line = format!("run us-25-mexico-canada-usmca-exempt --draws 20 {form} --threads");
        assert_eq!(desk.good(&format!("{line} 1")).stdout, desk.good(&format!("{line} 2")).stdout);
    }
}

#[test]
fn another_seed_gives_other_draws_of_the_same_central_case() {
    let desk = Desk::new();
    for seed in [1, 2] {
        desk.good(&format!("run steel-aluminium-50 --draws 40 --seed {seed} --out seed-{seed} --quiet"));
    }
    for file in ["countries.csv", "sectors.csv", "flows.csv"] {
        let [one, two] = [1, 2].map(|seed| desk.table(&format!("seed-{seed}/{file}")));
        assert!(one.of_stat("central") == two.of_stat("central"), "{file}");
        for stat in ["mean", "sd", "p05", "p50", "p95"] {
            assert!(one.of_stat(stat) != two.of_stat(stat), "{file}: {stat} is the same with another seed");
        }
        assert_eq!(one.rows.len(), two.rows.len(), "{file}");
    }
    let [one, two] = [1, 2].map(|seed| desk.files(&format!("seed-{seed}")));
    assert!(one["rates.csv"] == two["rates.csv"]);
}

#[test]
fn nothing_about_the_machine_is_written() {
    let desk = Desk::new();
    desk.dataset("my-data", &crate::data_support::tiny());
    desk.write("rates.csv", "importer,exporter,sector,rate\nUSA,CAN,AUT,0.2\n");
    let scenario = desk.write(
        "my-scenario.toml",
        "baseline = \"my-data\"\n[[measure]]\nby = \"USA\"\non = \"CAN\"\nrates = \"rates.csv\"\n",
    );
    let (scenario, root) = (scenario.display(), desk.path().display());
    desk.good(&format!(
        "run {scenario} --data {root}/my-data --draws 20 --threads 2 --out {root}/out --quiet"
    ));
    let place = desk.path().file_name().unwrap().to_string_lossy().into_owned();
    for (name, bytes) in desk.files("out") {
        let text = String::from_utf8_lossy(&bytes);
        for word in [place.as_str(), "desk-of", "threads", "--draws", "--out", &today()] {
            assert!(!text.contains(word), "{name} holds `{word}`");
        }
        assert!(name.ends_with(".png") || !text.contains('\r'), "{name} has line ends of Windows");
        assert!(!text.contains("NaN") && !text.contains("inf,"), "{name} holds no number");
    }
}

/// Today as in 2025-03-04 (Howard Hinnant's days-to-civil).
fn today() -> String {
    let seconds = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    civil((seconds / 86_400) as i64)
}

fn civil(days: i64) -> String {
    let days = days + 719_468;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

#[test]
fn days_are_dates() {
    assert_eq!(civil(0), "1970-01-01");
    assert_eq!(civil(20_151), "2025-03-04");
    assert_eq!(civil(19_782), "2024-02-29");
}

#[test]
fn threads_do_not_show_with_noise_on_flows() {
    let desk = Desk::new();
    let noise = "[uncertainty]\ntrade_flows.lognormal = {}\n";
    desk.write("a.toml", &format!("aggregate = \"economies-12\"\n{}{noise}", crate::tool::PLAIN));
    for threads in [1, 2] {
        desk.good(&format!("run a.toml --draws 20 --threads {threads} --out {threads} --quiet"));
    }
    assert!(desk.files("1") == desk.files("2"));
    let record = String::from_utf8(desk.files("1").remove("run.json").unwrap()).unwrap();
    assert!(record.contains("\"parameter\": \"trade flows\""), "{record}");
    assert!(record.contains("noise on trade flows (coefficient of variation 10 %"), "{record}");
}
