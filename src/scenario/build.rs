//! Putting measures on a dataset: every name is looked up, every table read.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::rc::Rc;

use toml::Spanned;

use crate::diagnostic::{Diagnostic, listed};
use crate::economy::dataset::Dataset;
use crate::economy::elasticities::Elasticities;
use crate::files::Files;
use crate::index::{CountryId, SectorId};
use crate::scenario::Scenario;
use crate::scenario::choices::ElasticityChoice;
use crate::scenario::measure::{Exempt, MatchRule, Measure, Verb};
use crate::scenario::members::Members;
use crate::scenario::names::{self, Chosen};
use crate::scenario::reader::Faults;
use crate::scenario::response::{Mode, Response};
use crate::scenario::rules::{Detail, Exemption, Rule, Rules, country_members, sector_members};
use crate::scenario::tables;
use crate::units::Share;

/// The measures and elasticities of a scenario on a dataset, with what was read for them.
pub(super) struct Built<'s> {
    pub(super) rules: Rules<'s>,
    pub(super) elasticities: Elasticities,
    /// Warnings inside tables.
    pub(super) table_faults: Vec<Diagnostic>,
    /// The texts of the tables, by name.
    pub(super) tables: Vec<(String, String)>,
}

impl Scenario {
    /// Looks every name up and reads every table; `set_files` has those that settings name.
    ///
    /// # Errors
    /// Every mistake of meaning, those noted before among them.
    pub(super) fn built<'s>(
        &'s self,
        dataset: &'s Dataset,
        [files, set_files]: [&dyn Files; 2],
        faults: &mut Faults<'s>,
    ) -> Result<Built<'s>, Vec<Diagnostic>> {
        let (table_faults, tables) = (Vec::new(), Vec::new());
        let mut builder = Builder { dataset, files, set_files, faults, table_faults, tables };
        let list = builder.rules(&self.measures);
        let elasticities = builder.elasticities(&self.model.elasticities).and_then(|central| {
            let joint = builder.joint(&self.joint, &central)?;
            Some(Elasticities { joint, ..central })
        });
        let Builder { mut table_faults, tables, .. } = builder;
        let any_error = !faults.found.is_empty() || table_faults.iter().any(Diagnostic::is_error);
        let Some(elasticities) = elasticities.filter(|_| !any_error) else {
            let mut found = std::mem::replace(faults, Faults::new(&self.source)).in_order();
            found.append(&mut table_faults);
            return Err(found);
        };
        Ok(Built { rules: Rules { dataset, list }, elasticities, table_faults, tables })
    }
}

/// What is known while measures are put on a dataset.
pub(super) struct Builder<'b, 's> {
    pub(super) dataset: &'b Dataset,
    /// Where tables lie that the scenario file names.
    pub(super) files: &'b dyn Files,
    /// Where tables lie that settings name.
    pub(super) set_files: &'b dyn Files,
    pub(super) faults: &'b mut Faults<'s>,
    /// Faults and warnings inside tables.
    pub(super) table_faults: Vec<Diagnostic>,
    /// The texts of the tables that were read, by name.
    pub(super) tables: Vec<(String, String)>,
}

impl<'b> Builder<'b, '_> {
    /// All measures; those with a fault are left out and the fault is noted.
    pub(super) fn rules<'m>(&mut self, measures: &'m [Measure]) -> Vec<Rule<'m>> {
        let positions: HashMap<&str, usize> =
            measures.iter().enumerate().map(|(at, measure)| (measure.name.get_ref().as_str(), at)).collect();
        let mut rules: Vec<Rule<'m>> = Vec::with_capacity(measures.len());
        for measure in measures {
            let rule = self.rule(measure, &positions, &rules);
            rules.extend(rule);
        }
        rules
    }

    fn rule<'m>(
        &mut self,
        measure: &'m Measure,
        positions: &HashMap<&str, usize>,
        earlier: &[Rule<'m>],
    ) -> Option<Rule<'m>> {
        let before = self.fault_count();
        let dataset = self.dataset;
        let by = names::countries(dataset, &measure.by, self.faults);
        let on = names::countries(dataset, &measure.on, self.faults);
        let except = names::countries(dataset, &measure.except, self.faults);
        let goods = names::sectors(dataset, &measure.goods, self.faults);
        let except_goods = names::sectors(dataset, &measure.except_goods, self.faults);
        let imposing = country_members(dataset, &by);
        let facing = country_members(dataset, &on).without(&country_members(dataset, &except));
        let (importers, exporters) =
            if measure.verb.get_ref().is_export() { (facing, imposing) } else { (imposing, facing) };
        let sectors = sector_members(dataset, &goods).without(&sector_members(dataset, &except_goods));
        let detail = self.detail(measure, &exporters);
        let exempt = measure
            .exempt
            .as_ref()
            .and_then(|exempt| self.exemption(measure, exempt, [&importers, &exporters]));
        let replaces =
            measure.instead_of.iter().filter_map(|name| positions.get(name.get_ref().as_str()).copied());
        let rule = Rule {
            measure,
            importers,
            replaces: replaces.collect(),
            by,
            on,
            except,
            goods,
            except_goods,
            exporters,
            sectors,
            detail: detail?,
            exempt,
            strength: Share::ALL,
        };
        let rule = match measure.verb.get_ref() {
            Verb::Respond(how) => self.answering(rule, how, earlier)?,
            _ => rule,
        };
        if self.fault_count() == before {
            self.warn_of_idle_exceptions(&rule);
        }
        (self.fault_count() == before && (rule.is_response() || self.reaches_something(&rule)))
            .then_some(rule)
    }

    /// What is taken out of a list in which it is not.
    fn warn_of_idle_exceptions(&mut self, rule: &Rule<'_>) {
        let (dataset, measure) = (self.dataset, rule.measure);
        let on = country_members(dataset, &rule.on);
        for written in &measure.except {
            let out = names::countries(dataset, std::slice::from_ref(written), self.faults);
            if country_members(dataset, &out).ids::<CountryId>().any(|id| on.has(id)) {
                continue;
            }
            let help = match names::find_sector(dataset, written.get_ref()) {
                Ok(sector) => format!("`except_goods` takes out {}", dataset.sectors.name(sector)),
                Err(_) => String::new(),
            };
            self.warn_of_nobody(written, "except", "on", help);
        }
        let goods = sector_members(dataset, &rule.goods);
        for written in &measure.except_goods {
            let out = names::sectors(dataset, std::slice::from_ref(written), self.faults);
            if !sector_members(dataset, &out).ids::<SectorId>().any(|id| goods.has(id)) {
                self.warn_of_nobody(written, "except_goods", "goods", String::new());
            }
        }
    }

    fn warn_of_nobody(&mut self, written: &Spanned<String>, key: &str, list: &str, help: String) {
        let message =
            format!("`{}` in `{key}` is not in `{list}`, so nothing is taken out", written.get_ref());
        let place = self.faults.source.place(written.span());
        self.table_faults.push(Diagnostic::warning(message).help(help).at(place));
    }

    /// A response with the goods that it may be on; `None` where none of those who respond was hit.
    fn answering<'m>(
        &mut self,
        mut rule: Rule<'m>,
        how: &Response,
        earlier: &[Rule<'m>],
    ) -> Option<Rule<'m>> {
        let targets: Vec<&Rule<'m>> = how
            .to
            .iter()
            .filter_map(|to| earlier.iter().find(|earlier| earlier.name() == to.get_ref()))
            .collect();
        // A target with a mistake of its own is not there.
        if targets.len() < how.to.len() {
            return None;
        }
        if how.mode == Mode::Optimal {
            let fault = Diagnostic::error("this response has no size yet: it depends on the model")
                .expected("a scenario whose optimal responses are worked out")
                .help("write a rate such as `mode = \"+25pp\"`; `tariffsim optimal` finds the best one");
            self.faults.push(rule.measure.verb.span(), fault);
            return None;
        }
        if how.same_goods {
            rule.sectors = Members::none(self.dataset.sectors.len());
            for sector in targets.iter().flat_map(|target| target.sectors.ids::<SectorId>()) {
                rule.sectors.put(sector, true);
            }
        }
        let is_hit = |id: CountryId| targets.iter().any(|target| target.exporters.has(id));
        if rule.importers.ids().any(is_hit) {
            return Some(rule);
        }
        let place = rule.measure.by.first().map_or_else(|| rule.measure.verb.span(), Spanned::span);
        let names: Vec<&str> = how.to.iter().map(|to| to.get_ref().as_str()).collect();
        let fault = Diagnostic::error(format!("the goods of this country are not hit by {}", listed(&names)))
            .expected("a country in the `on` of what it responds to")
            .help("a country that is not hit can act with a `[[measure]]` of its own");
        self.faults.push(place, fault);
        None
    }

    /// Where a table lies that is named at a place.
    pub(super) fn files_of(&self, span: &Range<usize>) -> &'b dyn Files {
        if self.faults.source.is_set(span) { self.set_files } else { self.files }
    }

    fn fault_count(&self) -> usize {
        self.faults.found.len() + self.table_faults.iter().filter(|fault| fault.is_error()).count()
    }

    /// A measure without any foreign flow is a slip.
    fn reaches_something(&mut self, rule: &Rule<'_>) -> bool {
        if rule.flows().next().is_some() {
            return true;
        }
        let help = match rule.verb() {
            Verb::Rates(table) | Verb::TradeCosts(table) => {
                format!(
                    "no row of `{table}` has its importer in `by`, its exporter in `on` and its sector in `goods`"
                )
            }
            _ if rule.facing().ids::<CountryId>().next().is_none() => {
                format!("`except` leaves no {}", rule.faces())
            }
            _ if rule.sectors.ids::<SectorId>().next().is_none() => {
                "`except_goods` leaves no sector".to_owned()
            }
            _ => "importer and exporter are the same country, and sales at home are never taxed".to_owned(),
        };
        let (place, expected) = match rule.measure.on.first() {
            Some(on) if matches!(rule.detail, Detail::None | Detail::Follows(..)) => {
                (on.span(), format!("{}s other than the {}", rule.faces(), rule.imposes()))
            }
            _ => (rule.measure.verb.span(), "rows for this measure".to_owned()),
        };
        let fault = Diagnostic::error("this measure reaches no foreign flow").expected(expected).help(help);
        self.faults.push(place, fault);
        false
    }

    /// What the verb takes from tables or other countries; `None` if there is a fault.
    fn detail(&mut self, measure: &Measure, exporters: &Members) -> Option<Detail> {
        let dataset = self.dataset;
        match measure.verb.get_ref() {
            Verb::Rates(file) => {
                let text = self.table(measure, file)?;
                Some(Detail::Rates(Rc::new(tables::rates(dataset, file, &text, &mut self.table_faults))))
            }
            Verb::TradeCosts(file) => {
                let text = self.table(measure, file)?;
                Some(Detail::Costs(Rc::new(tables::trade_costs(
                    dataset,
                    file,
                    &text,
                    &mut self.table_faults,
                ))))
            }
            Verb::Match(rule) => self.follows(rule, exporters),
            _ => Some(Detail::None),
        }
    }

    /// The text of a table that a verb names.
    fn table(&mut self, measure: &Measure, file: &str) -> Option<String> {
        match tables::read(self.files_of(&measure.verb.span()), file) {
            Ok(text) => {
                self.tables.push((file.to_owned(), text.clone()));
                Some(text)
            }
            Err(fault) => {
                self.faults.push(measure.verb.span(), *fault);
                None
            }
        }
    }

    /// Whom `match` follows: one importer, on one exporter or on each exporter's own goods.
    fn follows(&mut self, rule: &MatchRule, exporters: &Members) -> Option<Detail> {
        let by = names::country(self.dataset, &rule.by, self.faults)?;
        let Some(first) = rule.on.first() else { return Some(Detail::Follows(by, None)) };
        let before = self.fault_count();
        let on = names::countries(self.dataset, &rule.on, self.faults);
        let members = country_members(self.dataset, &on);
        match on.as_slice() {
            _ if self.fault_count() > before => None,
            _ if members == *exporters => Some(Detail::Follows(by, None)),
            [Chosen::One(exporter)] if *exporter != by => Some(Detail::Follows(by, Some(*exporter))),
            _ => {
                let fault = Diagnostic::error("`match` cannot follow these rates")
                    .expected("one exporter other than the importer that is followed")
                    .help("leave `on` out inside `match` to follow the rate on each exporter's own goods");
                self.faults.push(first.span(), fault);
                None
            }
        }
    }

    /// What a measure does not reach.
    fn exemption(
        &mut self,
        measure: &Measure,
        exempt: &Spanned<Exempt>,
        [importers, exporters]: [&Members; 2],
    ) -> Option<Exemption> {
        if !measure.verb.get_ref().is_ad_valorem() {
            let fault =
                Diagnostic::error(format!("`{}` cannot have exempt shares", measure.verb.get_ref().key()))
                    .expected("`exempt_share` only beside a tariff");
            self.faults.push(exempt.span(), fault);
            return None;
        }
        match exempt.get_ref() {
            Exempt::Uniform(share) => Some(Exemption::Uniform(*share)),
            Exempt::ByPartner(shares) => {
                let mut known = HashMap::new();
                for (written, share) in shares {
                    let partner = self.partner(written, exporters);
                    if partner.is_some_and(|partner| known.insert(partner, *share).is_some()) {
                        self.faults.push(written.span(), twice(written.get_ref()));
                    }
                }
                Some(Exemption::ByPartner(known))
            }
            Exempt::Table(name) => self.exempt_table(name, exempt, [importers, exporters]),
        }
    }

    fn partner(&mut self, written: &Spanned<String>, exporters: &Members) -> Option<CountryId> {
        let partner = names::country(self.dataset, written, self.faults)?;
        if exporters.has(partner) {
            return Some(partner);
        }
        let fault =
            Diagnostic::error(format!("this measure does not reach goods from `{}`", written.get_ref()))
                .expected("a country that is in `on`");
        self.faults.push(written.span(), fault);
        None
    }

    fn exempt_table(
        &mut self,
        name: &str,
        at: &Spanned<Exempt>,
        [importers, exporters]: [&Members; 2],
    ) -> Option<Exemption> {
        let text = match tables::read_exempt(self.files_of(&at.span()), name) {
            Ok(text) => text,
            Err(fault) => {
                self.faults.push(at.span(), *fault);
                return None;
            }
        };
        let shares = tables::exempt_shares(self.dataset, name, &text, &mut self.table_faults);
        let fits = |(importer, exporter, _): &(Option<CountryId>, CountryId, SectorId)| {
            exporters.has(*exporter) && importer.is_none_or(|importer| importers.has(importer))
        };
        if !shares.keys().any(fits) {
            let warning =
                Diagnostic::warning(format!("no row of `{name}` fits this measure: nothing is exempt"));
            self.table_faults.push(warning.at(self.faults.source.place(at.span())));
        }
        self.tables.push((name.to_owned(), text));
        Some(Exemption::Table(name.to_owned(), shares))
    }

    /// The trade elasticities that a scenario chooses.
    pub(super) fn elasticities(&mut self, choice: &ElasticityChoice) -> Option<Elasticities> {
        let dataset = self.dataset;
        match choice {
            ElasticityChoice::Set(name) => self.set(name),
            ElasticityChoice::Default => self.default_elasticities(),
            ElasticityChoice::Overrides(overrides) => {
                let mut elasticities = self.default_elasticities()?;
                // In the dataset's order, so that the label does not depend on how sectors are spelt.
                let mut known = BTreeMap::new();
                for (written, theta) in overrides {
                    let Some(sector) = names::sector(dataset, written, self.faults) else { continue };
                    if known.insert(sector, *theta).is_some() {
                        self.faults.push(written.span(), twice(written.get_ref()));
                    }
                }
                for (sector, theta) in known {
                    elasticities.override_sector(dataset, sector, theta);
                }
                Some(elasticities)
            }
        }
    }

    fn default_elasticities(&mut self) -> Option<Elasticities> {
        let found = Elasticities::published(self.dataset, &self.dataset.default_elasticities);
        if found.is_none() {
            self.table_faults.push(Diagnostic::error(format!(
                "the dataset `{}` has no elasticity set `{}`, which it names as its default",
                self.dataset.name, self.dataset.default_elasticities
            )));
        }
        found
    }
}

/// A country or sector that a table names under two spellings.
fn twice(written: &str) -> Diagnostic {
    Diagnostic::error(format!("`{written}` is given twice")).expected("each country or sector once")
}
