//! The hash by which a run is bound to its data.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};

use crate::data::pack::pack;
use crate::economy::dataset::Dataset;

/// The SHA-256 of a dataset's packed form, in hexadecimal: equal data have equal hashes, however their files are
/// ordered and wherever they lie.
pub fn hash(dataset: &Dataset) -> String {
    hash_bytes(&pack(dataset))
}

/// The SHA-256 of bytes, in hexadecimal.
pub fn hash_bytes(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::with_capacity(64), |mut text, byte| {
        write!(text, "{byte:02x}").expect("writing to a string cannot fail");
        text
    })
}
