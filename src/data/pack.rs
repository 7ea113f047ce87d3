//! The packed form of a dataset: small, quick to open, and the same bytes for the same data.

use crate::economy::dataset::Dataset;

/// The packed form.
pub(crate) fn pack(dataset: &Dataset) -> Vec<u8> {
    postcard::to_stdvec(dataset).expect("a dataset has no type that postcard cannot write")
}

/// The dataset of a packed form; `None` when the bytes are none.
pub(crate) fn unpack(bytes: &[u8]) -> Option<Dataset> {
    let mut dataset: Dataset = postcard::from_bytes(bytes).ok()?;
    dataset.countries.reindex();
    dataset.sectors.reindex();
    Some(dataset)
}
