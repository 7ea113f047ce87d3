//! All files of a run, in its result folder.
//!
//! Large tables are written as they are made and never in memory as a whole. Tables, charts, pictures and page do not
//! wait for one another more than they must.

use std::path::Path;

use rayon::prelude::*;

use crate::report::chart;
use crate::report::contents::{
    CONTRIBUTIONS, COUNTRIES, DRAWINGS, FLOWS, PAGE, PICTURES, RATES, RECORD, SCENARIO, SECTORS,
};
use crate::report::contents::{WATERFALL, WATERFALL_PICTURE};
use crate::report::contributions;
use crate::report::folder::{self, Content, Draft, FolderError, content, text};
use crate::report::page;
use crate::report::record::{Hashes, run_json};
use crate::report::study::Study;
use crate::report::tables;

/// Writes the files of a run into a folder, all or nothing.
///
/// # Errors
/// [`FolderError`]; see [`folder::check`].
pub fn write(dir: &Path, study: &Study<'_>) -> Result<(), FolderError> {
    folder::make(dir, |draft| fill(draft, study, Hashes::new()))
}

/// Writes the files of a run into a folder that has some already, with these hashes.
///
/// # Errors
/// [`FolderError`]; see [`folder::check`].
pub fn fill(draft: &Draft<'_>, study: &Study<'_>, others: Hashes) -> Result<(), FolderError> {
    let charts = [chart::prices, chart::volumes, chart::countries];
    let mut charts: Vec<String> = charts.par_iter().map(|chart| chart(study)).collect();
    charts.extend(study.contributions.map(|_| chart::waterfall(study)));
    // The page needs no picture.
    let (pictures, tables) =
        rayon::join(|| pictures(draft, &charts), || tables_and_page(draft, study, &charts));
    let hashes: Hashes = others.into_iter().chain(tables?).chain(pictures?).collect();
    draft.files(vec![text(RECORD, &run_json(study, hashes))]).map(drop)
}

/// Writes the files of a result about several runs into a folder, with their page and their record, all or nothing.
///
/// # Errors
/// [`FolderError`]; see [`folder::check`].
pub(in crate::report) fn write_with_page(
    dir: &Path,
    files: Vec<Content<'_>>,
    record: impl FnOnce(Hashes) -> String,
) -> Result<(), FolderError> {
    folder::make(dir, |draft| {
        let record = record(draft.files(files)?);
        let page = page::page(&draft.folder(), &record).map_err(FolderError::NoPage)?;
        draft.files(vec![text(PAGE, &page), text(RECORD, &record)]).map(drop)
    })
}

/// Writes the pictures one after the other: while it is made, each takes as much memory as many tables.
fn pictures(draft: &Draft<'_>, charts: &[String]) -> Result<Hashes, FolderError> {
    let picture = |(name, chart): (&'static str, &String)| {
        draft.file(name, |out| out.write_all(&chart::png(chart))).map(|hash| (name.to_owned(), hash))
    };
    PICTURES.into_iter().chain([WATERFALL_PICTURE]).zip(charts).map(picture).collect()
}

/// Writes the page, and what it is made of.
fn tables_and_page(draft: &Draft<'_>, study: &Study<'_>, charts: &[String]) -> Result<Hashes, FolderError> {
    let mut files: Vec<Content<'_>> = vec![
        content(FLOWS, |out| tables::flows(study, out)),
        content(SECTORS, |out| tables::sectors(study, out)),
        content(COUNTRIES, |out| tables::countries(study, out)),
        content(RATES, |out| tables::rates(study, out)),
        text(SCENARIO, study.resolved),
    ];
    if study.contributions.is_some() {
        files.push(content(CONTRIBUTIONS, |out| contributions::table(study, out)));
    }
    files.extend(DRAWINGS.into_iter().chain([WATERFALL]).zip(charts).map(|(name, chart)| text(name, chart)));
    let hashes = draft.files(files)?;
    let page = page::page(&draft.folder(), &run_json(study, hashes.clone())).map_err(FolderError::NoPage)?;
    draft.files(vec![text(PAGE, &page)])?;
    Ok(hashes)
}
