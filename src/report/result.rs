//! All files of a run, in its result folder.
//!
//! Large tables are written as they are made and never in memory as a whole. Tables, charts, pictures and page do not
//! wait for one another more than they must.

use std::path::Path;

use rayon::prelude::*;

use crate::report::chart;
use crate::report::contents::{
    CONTRIBUTIONS, COUNTRIES, DRAWINGS, FLOWS, PAGE, PICTURES, RATES, RECORD, SCENARIO, SECTORS, WATERFALL,
    WATERFALL_PICTURE, WELFARE, WELFARE_CHART, WELFARE_PICTURE,
};
use crate::report::contributions;
use crate::report::folder::{self, Content, Draft, FolderError, content, text};
use crate::report::page;
use crate::report::record::{Hashes, run_json};
use crate::report::study::Study;
use crate::report::tables;
use crate::report::welfare;

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
    let charts = charts(study);
    // The page needs no picture.
    let (pictures, tables) =
        rayon::join(|| pictures(draft, &charts), || tables_and_page(draft, study, &charts));
    let hashes: Hashes = others.into_iter().chain(tables?).chain(pictures?).collect();
    draft.files(vec![text(RECORD, &run_json(study, hashes))]).map(drop)
}

/// A chart with the names of its files, as a drawing and as a picture.
struct Chart {
    drawing: &'static str,
    picture: &'static str,
    svg: String,
}

fn charts(study: &Study<'_>) -> Vec<Chart> {
    type Draw = fn(&Study<'_>) -> String;
    let always: [Draw; 3] = [chart::prices, chart::volumes, chart::countries];
    let mut wanted: Vec<([&'static str; 2], Draw)> =
        DRAWINGS.into_iter().zip(PICTURES).map(<[&str; 2]>::from).zip(always).collect();
    if study.contributions.is_some() {
        wanted.push(([WATERFALL, WATERFALL_PICTURE], chart::contributions));
    }
    if study.welfare.is_some() {
        wanted.push(([WELFARE_CHART, WELFARE_PICTURE], chart::welfare));
    }
    let chart =
        |([drawing, picture], draw): ([&'static str; 2], Draw)| Chart { drawing, picture, svg: draw(study) };
    wanted.into_par_iter().map(chart).collect()
}

/// Writes the pictures one after the other: while it is made, each takes as much memory as many tables.
fn pictures(draft: &Draft<'_>, charts: &[Chart]) -> Result<Hashes, FolderError> {
    let picture = |Chart { picture, svg, .. }: &Chart| {
        draft.file(picture, |out| out.write_all(&chart::png(svg))).map(|hash| ((*picture).to_owned(), hash))
    };
    charts.iter().map(picture).collect()
}

/// Writes the page, and what it is made of.
fn tables_and_page(draft: &Draft<'_>, study: &Study<'_>, charts: &[Chart]) -> Result<Hashes, FolderError> {
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
    if study.welfare.is_some() {
        files.push(content(WELFARE, |out| welfare::table(study, out)));
    }
    files.extend(charts.iter().map(|chart| text(chart.drawing, &chart.svg)));
    let hashes = draft.files(files)?;
    let page = page::page(&draft.folder(), &run_json(study, hashes.clone())).map_err(FolderError::NoPage)?;
    draft.files(vec![text(PAGE, &page)])?;
    Ok(hashes)
}
