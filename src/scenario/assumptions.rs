//! Whether what is chosen under `[model]` can be had with the data and the measures.

use crate::diagnostic::Diagnostic;
use crate::economy::dataset::Dataset;
use crate::economy::policy::{Duty, Policy};
use crate::scenario::Scenario;
use crate::scenario::choices::ModelChoices;
use crate::scenario::reader::Faults;

/// Whether sectors use inputs: by default whatever the dataset has.
pub(super) fn inputs(scenario: &Scenario, dataset: &Dataset, faults: &mut Faults<'_>) -> bool {
    match &scenario.model.inputs {
        None => dataset.inputs.is_some(),
        Some(wanted) if *wanted.get_ref() && dataset.inputs.is_none() => {
            let warning = Diagnostic::warning(format!("the dataset `{}` has no inputs", dataset.name))
                .help("the scenario is run without inputs");
            faults.push(wanted.span(), warning);
            false
        }
        Some(wanted) => *wanted.get_ref(),
    }
}

/// Where firms choose their markets a limit on volumes or a duty by volume reaches each in another way, which the model
/// does not follow.
pub(super) fn refuse_limits(model: &ModelChoices, policies: &[&Policy], faults: &mut Faults<'_>) {
    let by_volume = |policy: &Policy| policy.changes.iter().any(|change| change.duty != Duty::AdValorem);
    let chosen = model.structure.as_ref().filter(|of| of.get_ref().selection() > 0.0);
    let Some(structure) = chosen.filter(|_| policies.iter().any(|policy| by_volume(policy))) else { return };
    let fault = Diagnostic::error("firms that choose their markets know no quotas and no duties by volume")
        .expected("measures that are a part of the price, or another `structure`")
        .help("`structure = \"krugman\"` has both, with firms that enter and leave");
    faults.push(structure.span(), fault);
}
