//! What a scenario says of the elasticities of several sectors together, looked up in the dataset and in tables.

use toml::Spanned;

use crate::diagnostic::{Diagnostic, nearest};
use crate::economy::dataset::Dataset;
use crate::economy::elasticities::{Elasticities, Joint};
use crate::index::{Position as _, SectorId};
use crate::numerics::cholesky;
use crate::scenario::build::Builder;
use crate::scenario::prior::JointChoice;
use crate::scenario::tables;
use crate::table::{Faults, Row, Table};

impl Builder<'_, '_> {
    /// What a scenario says of several elasticities together; `None` if there is a fault.
    pub(super) fn joint(&mut self, choice: &JointChoice, central: &Elasticities) -> Option<Joint> {
        match choice {
            JointChoice::None => Some(Joint::Unknown),
            JointChoice::Sets(names) => {
                let sets: Vec<Elasticities> = names.iter().filter_map(|name| self.set(name)).collect();
                if let [only] = names.as_slice() {
                    let fault = Diagnostic::error("there is one set to choose from");
                    let help = "`elasticities` under `[model]` takes one set in every draw";
                    self.faults.push(only.span(), fault.expected("at least two sets").help(help));
                }
                let whole = names.len() > 1 && sets.len() == names.len();
                whole.then(|| Joint::Rows(sets.into_iter().map(|set| set.theta).collect()))
            }
            JointChoice::Draws(file) => {
                let text = self.named(file)?;
                let mut found = Vec::new();
                let rows = rows(self.dataset, file.get_ref(), &text, central, &mut found);
                self.keep(file, found);
                rows.map(Joint::Rows)
            }
            JointChoice::Correlations(file) => {
                let text = self.named(file)?;
                let mut found = Vec::new();
                let factor = correlations(self.dataset, file.get_ref(), &text, &mut found);
                self.keep(file, found);
                factor.map(Joint::Correlated)
            }
        }
    }

    /// Keeps what is wrong with a table; what is wrong with all of it is told where the scenario names it.
    fn keep(&mut self, file: &Spanned<String>, found: Vec<Diagnostic>) {
        for fault in found {
            match fault.place {
                Some(_) => self.table_faults.push(fault),
                None => self.faults.push(file.span(), fault),
            }
        }
    }

    /// A set of the dataset, by name.
    pub(super) fn set(&mut self, name: &Spanned<String>) -> Option<Elasticities> {
        let found = Elasticities::published(self.dataset, name.get_ref());
        if found.is_none() {
            let sets: Vec<&str> = self.dataset.elasticities.iter().map(|set| set.name.as_str()).collect();
            let near = nearest(name.get_ref(), sets.iter().copied());
            let fault = Diagnostic::error(format!("there is no elasticity set `{}`", name.get_ref()))
                .expected("a set of the dataset, or a table such as { AUT = 6.5 }")
                .help(near.map_or_else(
                    || format!("the sets are {}", sets.join(", ")),
                    |near| format!("did you mean `\"{near}\"`?"),
                ));
            self.faults.push(name.span(), fault);
        }
        found
    }

    /// The text of a table that `[uncertainty]` names.
    fn named(&mut self, file: &Spanned<String>) -> Option<String> {
        match tables::read(self.files_of(&file.span()), file.get_ref()) {
            Ok(text) => {
                self.tables.push((file.get_ref().clone(), text.clone()));
                Some(text)
            }
            Err(fault) => {
                self.faults.push(file.span(), *fault);
                None
            }
        }
    }
}

/// What stands before the code of a sector in the columns of draws.
const THETA: &str = "theta:";

/// The elasticities of each draw, from the columns `theta:CODE`; a sector without a column keeps its central value. A
/// column `draw` is not read.
fn rows(
    dataset: &Dataset,
    file: &str,
    text: &str,
    central: &Elasticities,
    found: &mut Vec<Diagnostic>,
) -> Option<Vec<Vec<f64>>> {
    let columns: Vec<String> = dataset.sectors.codes().iter().map(|code| format!("{THETA}{code}")).collect();
    let optional: Vec<&str> = columns.iter().map(String::as_str).chain(["draw"]).collect();
    let before = found.len();
    let table = Table::parse(file, text, &[], &optional, found)?;
    // What is not read is refused below, and not only warned about.
    found.truncate(before);
    for (name, place) in table.others() {
        let near = nearest(&name, columns.iter().map(String::as_str));
        let fault = Diagnostic::error(format!("nothing is drawn from the column `{name}`")).at(place);
        found.push(
            fault.expected("`draw`, or `theta:` with the code of a sector, such as `theta:AUT`").help(
                near.map_or_else(
                    || "leave the column out".to_owned(),
                    |near| format!("did you mean `{near}`?"),
                ),
            ),
        );
    }
    let mut faults = Faults::new(file);
    let mut rows = Vec::new();
    for row in table.rows() {
        let Some(row) = faults.keep(row) else { continue };
        let value = |(column, central): (&String, &f64)| {
            if table.has(column) { elasticity(&row, column, &mut faults) } else { Some(*central) }
        };
        let values: Vec<Option<f64>> = columns.iter().zip(&central.theta).map(value).collect();
        rows.extend(values.into_iter().collect::<Option<Vec<f64>>>());
    }
    faults.finish(found);
    if found[before..].iter().any(Diagnostic::is_error) {
        return None;
    }
    if rows.is_empty() || !columns.iter().any(|column| table.has(column)) {
        let fault = Diagnostic::error(format!("`{file}` has no draws of elasticities"));
        found.push(fault.expected("a header with columns such as `theta:AUT`, and a row for each draw"));
        return None;
    }
    Some(rows)
}

fn elasticity(row: &Row<'_>, column: &str, faults: &mut Faults) -> Option<f64> {
    let value = faults.keep(row.number(column))?;
    let fault = || {
        let message = format!("`{}` is no trade elasticity", row.field(column));
        row.fault(column, "elasticity out of range", message).expected("a number above 0 and at most 1000")
    };
    faults.keep((value > 0.0 && value <= 1000.0).then_some(value).ok_or_else(fault))
}

/// The factor of the matrix of correlations with the columns sector, other and correlation; pairs that are not named are
/// uncorrelated.
fn correlations(
    dataset: &Dataset,
    file: &str,
    text: &str,
    found: &mut Vec<Diagnostic>,
) -> Option<Vec<Vec<f64>>> {
    let before = found.len();
    let table = Table::parse(file, text, &["sector", "other", "correlation"], &[], found)?;
    let count = dataset.sectors.len();
    let mut matrix = vec![vec![None; count]; count];
    let mut faults = Faults::new(file);
    for row in table.rows() {
        let Some(row) = faults.keep(row) else { continue };
        let pair = ["sector", "other"].map(|column| tables::sector_in(dataset, &row, column, &mut faults));
        let Some(value) = faults.keep(row.number("correlation")) else { continue };
        let [Some(one), Some(other)] = pair.map(|sector| sector.map(|sector: SectorId| sector.index()))
        else {
            continue;
        };
        let said = if one == other { Some(1.0) } else { matrix[one][other] };
        let refused = match said {
            _ if !(-1.0..=1.0).contains(&value) => Some("a number from -1 to 1".to_owned()),
            Some(said) if (said - value).abs() > 1e-9 => Some(format!("{said}, as before")),
            _ => None,
        };
        if let Some(expected) = refused {
            let message = format!("`{}` is no possible correlation here", row.field("correlation"));
            faults.add(row.fault("correlation", "impossible correlation", message).expected(expected));
        }
        (matrix[one][other], matrix[other][one]) = (Some(value), Some(value));
    }
    faults.finish(found);
    if found[before..].iter().any(Diagnostic::is_error) {
        return None;
    }
    let value = |i: usize, j: usize| if i == j { 1.0 } else { matrix[i][j].unwrap_or(0.0) };
    let matrix: Vec<Vec<f64>> = (0..count).map(|i| (0..count).map(|j| value(i, j)).collect()).collect();
    let factor = cholesky::lower(&matrix);
    if factor.is_none() {
        let fault = Diagnostic::error(format!("the correlations in `{file}` contradict one another"));
        found.push(fault.expected("a matrix without negative eigenvalues").help(
            "pairs that are not named are uncorrelated; correlations that were estimated pair by pair may not fit together",
        ));
    }
    factor
}
