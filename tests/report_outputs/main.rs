//! What comes out of a run: tables, record, page, charts and the folder, from made-up results.

#![allow(unreachable_pub, reason = "the modules of a test are seen by no one else")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail")]
#![allow(clippy::float_cmp, reason = "values must read back exactly")]

mod charts;
mod fake;
mod folder;
mod page;
mod record;
mod several;
mod several_pages;
mod tables;
mod web_page;
