//! A scenario opened again from what a shard or a record holds of it, without its files.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use crate::cli::failure::Failure;
use crate::cli::open::{self, Opened, Origin};
use crate::cli::simulate::{FlowScope, Scope};
use crate::diagnostic::Diagnostic;
use crate::files::{FileError, Files};
use crate::report::inputs::Inputs;
use crate::scenario::{Draft, Settings};

/// The words for which flows are reported.
const SCOPES: [(&str, FlowScope); 2] = [("touched", FlowScope::TouchedAndTotals), ("all", FlowScope::All)];

impl Opened {
    /// From what this can be opened again.
    pub(super) fn inputs(&self, flows: FlowScope) -> Inputs {
        let file = self.scenario.file();
        let word = SCOPES.iter().find(|(_, scope)| *scope == flows).map_or(SCOPES[0].0, |(word, _)| word);
        let files = self.resolved.inputs_for_hash();
        Inputs {
            file: file.rsplit(['/', '\\']).next().unwrap_or(file).to_owned(),
            text: self.scenario.written().to_owned(),
            settings: self.scenario.settings().map(str::to_owned).collect(),
            // The first is the scenario itself.
            files: files.iter().skip(1).map(|&(name, text)| (name.to_owned(), text.to_owned())).collect(),
            flows: word.to_owned(),
            contributions: false,
            market: None,
        }
    }
}

/// How much was reported; `None` for a word that is none.
pub(super) fn scope(inputs: &Inputs) -> Option<Scope> {
    let found = SCOPES.iter().find(|(word, _)| *word == inputs.flows);
    found.map(|&(_, flows)| Scope { flows, sectors: true })
}

/// The files that a scenario named.
struct Texts(BTreeMap<String, String>);

impl Files for Texts {
    fn read(&self, name: &str, _limit: u64) -> Result<String, FileError> {
        self.0.get(name).cloned().ok_or_else(|| FileError::NotFound { name: name.to_owned() })
    }
}

/// Opens a scenario again, on a dataset of which the name and the hash are known: data in the program, or the folder that
/// the user gives. The hash may still be another one.
pub(super) fn reopen(inputs: &Inputs, name: &str, data: Option<&Path>) -> Result<Opened, Failure> {
    let place = match data {
        Some(place) => place,
        None if open::embedded_name(Path::new(name)).is_some() => Path::new(name),
        None => {
            let message = format!("the dataset `{name}` is not in the program");
            return Err(Diagnostic::error(message).help("`--data DIR` says in which folder it is").into());
        }
    };
    let texts = Arc::new(Texts(inputs.files.clone()));
    let settings = Settings::retyped(&inputs.settings)?;
    let scenario = Draft::with(&inputs.file, &inputs.text, &settings, &*texts).finish()?;
    let data = Arc::new(open::dataset(place, Path::new(""))?);
    let resolved = scenario.resolve_with(&data.dataset, &*texts, &*texts)?;
    let (files, here) = (texts.clone(), texts.clone());
    let origin = Origin { data: Arc::clone(&data), files, here, grouping: None };
    let opened = Opened { scenario: scenario.clone(), data, resolved, origin };
    match scenario.aggregate() {
        Some(aggregate) => opened.aggregated(aggregate, &*texts),
        None => Ok(opened),
    }
}
