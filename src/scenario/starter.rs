//! A starter scenario: a file with one measure that says in its comments what each line means and what to try next.

mod flags;

use std::path::Path;

use toml::Spanned;

use crate::diagnostic::Diagnostic;
use crate::economy::dataset::Dataset;
use crate::files::{Folder, NoFiles};
use crate::index::{CountryId, SectorId};
use crate::scenario::names::{self, Chosen, Goods};
use crate::scenario::reader::{Faults, Source};
use crate::scenario::rules::country_members;
use crate::scenario::words::{self, and};
use crate::scenario::write::{codes, key, quoted, sectors};
use crate::scenario::{Draft, Scenario, Settings};

/// What a starter scenario is about, in the words of whoever asks for it.
#[derive(Clone, Debug, PartialEq)]
pub struct Starter {
    /// The title, if there is to be one: in words of the program it would be wrong after the first change.
    pub title: Option<String>,
    /// The dataset to name; the default one if there is none.
    pub baseline: Option<String>,
    /// The importers.
    pub by: Vec<String>,
    /// The exporters.
    pub on: Vec<String>,
    /// The sectors.
    pub goods: Vec<String>,
    /// What happens to the rates.
    pub act: Act,
    /// Whether the exporters answer in kind.
    pub retaliation: bool,
}

/// What happens to the rates, with the value as it was typed.
#[derive(Clone, Debug, PartialEq)]
pub enum Act {
    /// Percentage points on top.
    Add(String),
    /// A level.
    Set(String),
    /// No tariff.
    Remove,
    /// The rates of another importer.
    Match(String),
    /// No trade.
    Embargo,
}

/// A starter scenario on a dataset.
#[derive(Clone, Debug, PartialEq)]
pub struct Started {
    /// The text to write.
    pub text: String,
    /// What it does, in words.
    pub summary: String,
    /// What the user should know.
    pub warnings: Vec<Diagnostic>,
}

impl Starter {
    /// A tariff on cars: what is written when nothing is asked for.
    pub fn example() -> Self {
        let texts = |codes: &[&str]| codes.iter().map(|&code| code.to_owned()).collect();
        Self {
            title: None,
            baseline: None,
            by: texts(&["USA"]),
            on: texts(&["CAN", "MEX"]),
            goods: texts(&["AUT"]),
            act: Act::Add("25pp".to_owned()),
            retaliation: false,
        }
    }

    /// The scenario as text; `file` is the name it will have, `command` that name as one types it.
    ///
    /// # Errors
    /// Every mistake in what was asked for, shown as flags of the same names.
    pub fn write(&self, dataset: &Dataset, file: &str, command: &str) -> Result<Started, Vec<Diagnostic>> {
        let heads = self.measures().map(|[name, ..]| format!("[[measure]]\nname = \"{name}\"\n"));
        let draft = Draft::with(file, &heads.collect::<String>(), &self.settings(), &NoFiles);
        let mut faults = draft.faults_on(dataset);
        let parts = Parts::new(self, dataset, file);
        if self.retaliation && parts.on_both_sides > 1 {
            faults.push(flags::answered_already());
        }
        if !faults.is_empty() {
            return Err(flags::told(faults));
        }
        draft.finish()?.resolve(dataset, &Folder::new("")).map_err(flags::told_of_rates)?;
        let text = self.text(&parts, command);
        // The text is read as the user's file will be, so that it is known to be good.
        let written = Scenario::parse(file, &text)?.resolve(dataset, &Folder::new(""))?;
        Ok(Started { text, summary: written.summary, warnings: written.warnings })
    }

    /// The names of the measures while the flags are checked, and the keys that `--by` and `--on` are in each.
    fn measures(&self) -> impl Iterator<Item = [&'static str; 3]> {
        let answer = self.retaliation.then_some(["answer", "on", "by"]);
        [["starter", "by", "on"]].into_iter().chain(answer)
    }

    /// What was asked for as settings of its measures, so that mistakes are shown as they were typed.
    fn settings(&self) -> Settings {
        let mut settings = Settings::default();
        if let Some(title) = &self.title {
            settings.push_texts("--title", &["title"], std::slice::from_ref(title));
        }
        for [name, by, on] in self.measures() {
            let mut texts = |flag: &str, keys: &[&str], texts: &[String]| {
                settings.push_texts(flag, &[&["measure", name], keys].concat(), texts);
            };
            texts("--by", &[by], &self.by);
            texts("--on", &[on], &self.on);
            if !self.goods.is_empty() {
                texts("--goods", &["goods"], &self.goods);
            }
            match &self.act {
                Act::Add(points) => texts("--add", &["add"], std::slice::from_ref(points)),
                Act::Set(level) => texts("--to", &["set"], std::slice::from_ref(level)),
                Act::Match(importer) => texts("--match", &["match", "by"], std::slice::from_ref(importer)),
                Act::Remove => settings.push_switch("--remove", &["measure", name, "remove"]),
                Act::Embargo => settings.push_switch("--embargo", &["measure", name, "embargo"]),
            }
        }
        settings
    }

    fn text(&self, parts: &Parts, command: &str) -> String {
        let mut lines = vec![
            "# A scenario for tariffsim: who charges what on whose goods.".to_owned(),
            "# What stands after # is for people; the program skips it. After every change:".to_owned(),
            format!("#   tariffsim check {command}      looks for mistakes"),
            format!("#   tariffsim explain {command}    says in plain words what it does"),
            format!("#   tariffsim run {command}        shows its effects, with ranges"),
            String::new(),
            match &self.title {
                Some(title) => format!("title = {}", quoted(title)),
                None => "#title = \"My tariff\"   # a heading; the file's name if left out".to_owned(),
            },
        ];
        lines.extend(self.baseline.as_ref().map(|baseline| format!("baseline = {}", quoted(baseline))));
        lines.push(String::new());
        let (verb, value, meaning) = self.verb(parts);
        lines.push("[[measure]]".to_owned());
        let by = format!("who imposes it: the importer ({})", parts.by_names);
        let on = format!("whose goods: the exporters ({})", parts.on_names);
        let mut measure = vec![
            line("name", &quoted(&parts.name), "what tables call it"),
            line("by", &parts.by, &by),
            line("on", &parts.on, &on),
            line("goods", &parts.goods, &format!("which goods ({})", parts.goods_names)),
            line(verb, &value, &meaning),
        ];
        if self.act != Act::Embargo {
            measure.push(line(
                "#exempt_share",
                &quoted("40%"),
                "a part of this trade that it does not reach",
            ));
        }
        lines.extend(aligned(&measure));
        lines.push(String::new());
        let try_these = "# Things to try: take away the # in front of a line, of a whole part at once.";
        if self.retaliation {
            lines.push("# The answer: the same on the same goods of the other side.".to_owned());
            lines.push("[[measure]]".to_owned());
        } else {
            lines.push(try_these.to_owned());
            lines.push("#[[measure]]".to_owned());
        }
        lines.extend(aligned(&self.answer(parts, verb, &value)));
        lines.push(String::new());
        if self.retaliation {
            lines.push(try_these.to_owned());
        }
        lines.extend(choices(parts));
        lines.join("\n") + "\n"
    }

    /// The verb with its value in TOML and what it means.
    fn verb(&self, parts: &Parts) -> (&'static str, String, String) {
        match &self.act {
            Act::Add(points) => {
                ("add", quoted(points), "percentage points on top of what is charged already".to_owned())
            }
            Act::Set(level) => ("set", quoted(level), "the new rate, whatever it is now".to_owned()),
            Act::Remove => ("remove", "true".to_owned(), "no tariff any more".to_owned()),
            Act::Match(_) => {
                let value = format!("{{ by = {} }}", parts.followed);
                ("match", value, "raised to what this importer charges on the same goods".to_owned())
            }
            Act::Embargo => ("embargo", "true".to_owned(), "no trade at all".to_owned()),
        }
    }

    /// The second measure: an answer that is asked for, or one to try.
    fn answer(&self, parts: &Parts, verb: &str, value: &str) -> Vec<[String; 2]> {
        let off = if self.retaliation { "" } else { "#" };
        let line = |key: &str, value: &str, meaning: &str| line(&format!("{off}{key}"), value, meaning);
        let (verb, value, meaning) = if self.retaliation {
            (verb, value, "the same")
        } else {
            ("add", "\"10pp\"", "percentage points on top")
        };
        vec![
            line("name", &quoted("answer"), "a second measure: the other side answers"),
            line("by", &parts.on, ""),
            line("on", &parts.by, ""),
            line("goods", &parts.goods, ""),
            line(verb, value, meaning),
        ]
    }
}

/// Choices of the model and of what is drawn, to be tried.
fn choices(parts: &Parts) -> Vec<String> {
    let elasticity = format!("{{ {} = 6.5 }}", key(&parts.sector));
    let model = [
        line("#deficits", &quoted("balanced"), "trade balances become zero; \"fixed\" if left out"),
        line("#elasticities", &elasticity, "how easily buyers change supplier in a sector"),
    ];
    let uncertainty = [
        line("#draws", "200", "fewer draws are faster and rougher; 1000 if left out"),
        line("#seed", "7", "other draws of the same kind"),
    ];
    let mut lines = vec!["#[model]".to_owned()];
    lines.extend(aligned(&model));
    lines.extend([String::new(), "#[uncertainty]".to_owned()]);
    lines.extend(aligned(&uncertainty));
    lines
}

/// A line of a file: a key with its value, and what it means.
fn line(key: &str, value: &str, meaning: &str) -> [String; 2] {
    [format!("{key} = {value}"), meaning.to_owned()]
}

/// Lines with what they mean below one another.
fn aligned(lines: &[[String; 2]]) -> Vec<String> {
    const WIDEST: usize = 40;
    let widths = lines.iter().map(|[code, _]| code.chars().count());
    let width = widths.filter(|width| *width <= WIDEST).max().unwrap_or(0);
    lines
        .iter()
        .map(|[code, meaning]| match meaning.as_str() {
            "" => code.clone(),
            _ => format!("{code:width$}   # {meaning}"),
        })
        .collect()
}

/// What was asked for in the dataset's codes (as TOML) and names.
struct Parts {
    name: String,
    by: String,
    by_names: String,
    on: String,
    on_names: String,
    goods: String,
    goods_names: String,
    followed: String,
    /// How many countries are importers and exporters.
    on_both_sides: usize,
    /// A sector to speak of.
    sector: String,
}

impl Parts {
    fn new(starter: &Starter, dataset: &Dataset, file: &str) -> Self {
        // Names that are not found are told elsewhere.
        let source = Source {
            file: file.into(),
            text: "".into(),
            ancestors: Vec::new(),
            settings: Settings::default().into(),
        };
        let mut faults = Faults::new(&source);
        let mut countries = |written: &[String]| names::countries(dataset, &spanned(written), &mut faults);
        let (by, on) = (countries(&starter.by), countries(&starter.on));
        let followed = match &starter.act {
            Act::Match(importer) => countries(std::slice::from_ref(importer)),
            _ => Vec::new(),
        };
        let mut goods = names::sectors(dataset, &spanned(&starter.goods), &mut faults);
        if goods.is_empty() {
            goods.push(Goods::All);
        }
        let sector = goods.iter().find_map(|goods| match goods {
            Goods::One(sector) => Some(*sector),
            Goods::All => None,
        });
        let first = || dataset.sectors.ids::<SectorId>().find(|sector| dataset.is_goods(*sector));
        Self {
            on_both_sides: country_members(dataset, &by)
                .ids::<CountryId>()
                .filter(|id| country_members(dataset, &on).has(*id))
                .count(),
            name: format!("{}-on-{}", slug(&by, dataset), slug(&on, dataset)),
            by_names: names_of(&by, dataset),
            on_names: names_of(&on, dataset),
            by: codes(dataset, &by),
            on: codes(dataset, &on),
            goods_names: goods_names(&goods, dataset),
            goods: sectors(dataset, &goods),
            followed: codes(dataset, &followed),
            sector: sector.or_else(first).map_or("", |sector| dataset.sectors.code(sector)).to_owned(),
        }
    }
}

fn spanned(texts: &[String]) -> Vec<Spanned<String>> {
    texts.iter().map(|text| Spanned::new(0..0, text.clone())).collect()
}

/// Names for people, without line ends.
fn names_of(chosen: &[Chosen], dataset: &Dataset) -> String {
    let all = |choice: &Chosen| *choice == Chosen::All;
    if chosen.iter().any(all) {
        "every country".to_owned()
    } else {
        on_one_line(&and(&words::names(dataset, chosen)))
    }
}

fn goods_names(goods: &[Goods], dataset: &Dataset) -> String {
    let name = |goods: &Goods| match goods {
        Goods::All => "all of them".to_owned(),
        Goods::One(sector) => dataset.sectors.name(*sector).to_owned(),
    };
    on_one_line(&and(&goods.iter().map(name).collect::<Vec<_>>()))
}

/// A comment ends where its line does.
fn on_one_line(text: &str) -> String {
    text.split(char::is_control).collect::<Vec<_>>().join(" ")
}

/// Codes as part of a name: "mex-can".
fn slug(chosen: &[Chosen], dataset: &Dataset) -> String {
    const MOST: usize = 3;
    let code = |choice: &Chosen| match *choice {
        Chosen::All => names::ALL.to_owned(),
        Chosen::One(country) => dataset.countries.code(country).to_lowercase(),
        Chosen::Group(at) => dataset.groups[at].code.to_lowercase(),
    };
    match chosen.len() {
        0..=MOST => chosen.iter().map(code).collect::<Vec<_>>().join("-"),
        many => format!("{many}-countries"),
    }
}

/// The name of a file without an ending, or with the one that scenarios have.
pub fn file_name(name: &Path) -> std::path::PathBuf {
    if name.extension().is_some() { name.to_owned() } else { name.with_extension("toml") }
}
