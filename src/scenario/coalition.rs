//! The policy of a scenario if only some of its measures were there.

use crate::diagnostic::Diagnostic;
use crate::economy::aggregation::Grouping;
use crate::economy::dataset::Dataset;
use crate::economy::elasticities::Elasticities;
use crate::economy::policy::Policy;
use crate::files::Files;
use crate::scenario::Scenario;
use crate::scenario::aggregate::unlike_duties;
use crate::scenario::answer::answered;
use crate::scenario::policy::policy;
use crate::scenario::reader::Faults;
use crate::scenario::rules::{Rule, Rules};
use crate::units::Date;

/// A scenario on a dataset, from which measures can be taken out.
#[derive(Debug)]
pub struct Coalitions<'s> {
    scenario: &'s Scenario,
    rules: Rules<'s>,
    day: Option<Date>,
    coarse: Option<(&'s Grouping, &'s Elasticities)>,
}

impl Scenario {
    /// The scenario as something from which measures can be taken out, on the day that it names. Tables that settings name
    /// are read with `set_files`.
    ///
    /// # Errors
    /// Every mistake of meaning, as [`Scenario::resolve_with`] tells them.
    pub fn coalitions<'s>(
        &'s self,
        dataset: &'s Dataset,
        files: &dyn Files,
        set_files: &dyn Files,
    ) -> Result<Coalitions<'s>, Vec<Diagnostic>> {
        let day = self.day().map_err(|fault| vec![*fault])?;
        let built = self.built(dataset, [files, set_files], &mut Faults::new(&self.source))?;
        Ok(Coalitions { scenario: self, rules: built.rules, day, coarse: None })
    }
}

impl<'s> Coalitions<'s> {
    /// The same on coarser data, with their elasticities.
    #[must_use]
    pub fn on(self, grouping: &'s Grouping, elasticities: &'s Elasticities) -> Self {
        Self { coarse: Some((grouping, elasticities)), ..self }
    }

    /// The policy of an outcome, by its position, if of all measures only those are there that are kept. Everything is worked
    /// out anew: a response answers what is left, a `match` follows the rates that are left, and what stands
    /// `instead_of` an absent measure stands alone.
    ///
    /// # Errors
    /// Why these measures cannot stand without the others.
    pub fn policy(&self, outcome: usize, is_kept: impl Fn(&str) -> bool) -> Result<Policy, Vec<Diagnostic>> {
        let outcome = self.scenario.outcomes().get(outcome);
        let is_in = |rule: &Rule<'_>| {
            is_kept(rule.name()) && outcome.is_none_or(|of| self.scenario.outcomes.has(of, rule.name()))
        };
        let rules = answered(&self.rules.selected(|_, rule| is_in(rule)), self.day);
        let mut faults = Faults::new(&self.scenario.source);
        let Ok((policy, _)) = policy(&rules, self.scenario.model.exempt_mode, &mut faults) else {
            return Err(faults.in_order());
        };
        let Some((grouping, elasticities)) = self.coarse else { return Ok(policy) };
        let (policy, loss) = grouping.policy(self.rules.dataset, &policy, elasticities);
        match loss.unlike_duties.first() {
            Some(&flow) => Err(vec![unlike_duties(grouping, flow)]),
            None => Ok(policy),
        }
    }
}
