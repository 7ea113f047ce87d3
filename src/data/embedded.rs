//! The baseline inside the program.

use crate::data::pack::unpack;
use crate::economy::dataset::Dataset;
use crate::hash::sha256;

/// The names of the embedded datasets; the first is the default baseline.
pub const NAMES: [&str; 1] = ["world-2024"];

static WORLD_2024: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/world-2024.postcard"));

/// The embedded dataset of a name; `None` when there is none.
pub fn open(name: &str) -> Option<Dataset> {
    let dataset = unpack(bytes(name)?);
    Some(dataset.expect("the build script packed a dataset of this very type"))
}

/// The hash of an embedded dataset, the same as [`crate::data::hash::hash`] gives, without opening it.
pub fn hash(name: &str) -> Option<String> {
    bytes(name).map(sha256)
}

fn bytes(name: &str) -> Option<&'static [u8]> {
    (name == NAMES[0]).then_some(WORLD_2024)
}
