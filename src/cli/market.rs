//! The market whose picture is drawn.

use crate::cli::failure::Failure;
use crate::cli::open::Opened;
use crate::diagnostic::Diagnostic;
use crate::economy::markets::Form;
use crate::index::{CountryId, SectorId};

/// The market of an importer and a sector that `--market` names.
///
/// # Errors
/// A name of no market, or a model without such pictures.
pub(super) fn named(typed: Option<&str>, opened: &Opened) -> Result<Option<(CountryId, SectorId)>, Failure> {
    let Some(typed) = typed else { return Ok(None) };
    let dataset = &opened.data.dataset;
    let is_exact = opened.resolved.markets.as_ref().is_some_and(|markets| markets.form == Form::Exact);
    let found = typed.split_once(':').and_then(|(importer, sector)| {
        Some((dataset.countries.find::<CountryId>(importer)?, dataset.sectors.find::<SectorId>(sector)?))
    });
    let fault = match found {
        _ if !is_exact => {
            Diagnostic::error("only partial equilibrium in its exact form has the picture of a market")
                .help("write `kind = \"partial-equilibrium\"` under `[model]`, or leave out `--market`")
        }
        Some(market) => return Ok(Some(market)),
        None => Diagnostic::error(format!("`--market {typed}` names no market of `{}`", dataset.name))
            .expected("the codes of an importer and of a sector, such as USA:MET")
            .help("`tariffsim list countries` and `tariffsim list sectors` show them"),
    };
    Err(fault.into())
}
