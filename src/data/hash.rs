//! The hash by which a run is bound to its data.

use crate::data::pack::pack;
use crate::economy::dataset::Dataset;
use crate::hash::sha256;

/// The hash of a dataset's packed form: equal data have equal hashes, however their files are ordered and wherever they
/// lie.
pub fn hash(dataset: &Dataset) -> String {
    sha256(&pack(dataset))
}
