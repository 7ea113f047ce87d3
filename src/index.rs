//! Who and what: countries and sectors as small numbers, with the ordered lists of their codes and names.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

/// A country's position in its dataset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct CountryId(u16);

/// A sector's position in its dataset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SectorId(u16);

/// A position in an ordered list of codes.
pub trait Position: Copy {
    /// The position as an array index.
    fn index(self) -> usize;
    /// The id at an array index below 65 536.
    fn at(index: usize) -> Self;
}

/// The most countries, and the most sectors, a dataset may have.
pub const MOST_CODES: usize = 1000;

impl Position for CountryId {
    fn index(self) -> usize {
        usize::from(self.0)
    }

    fn at(index: usize) -> Self {
        Self(u16::try_from(index).expect("datasets are limited to MOST_CODES countries"))
    }
}

impl Position for SectorId {
    fn index(self) -> usize {
        usize::from(self.0)
    }

    fn at(index: usize) -> Self {
        Self(u16::try_from(index).expect("datasets are limited to MOST_CODES sectors"))
    }
}

/// An ordered list of codes with their names; the order is the order of output.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct CodeList {
    codes: Vec<String>,
    names: Vec<String>,
    #[serde(skip)]
    positions: HashMap<String, usize>,
}

impl CodeList {
    /// A list from (code, name) pairs; a duplicate code gives `Err` with that code.
    ///
    /// # Errors
    /// The first code that stands twice.
    pub fn new(entries: impl IntoIterator<Item = (String, String)>) -> Result<Self, String> {
        let mut list = Self::default();
        for (code, name) in entries {
            if list.positions.insert(code.clone(), list.codes.len()).is_some() {
                return Err(code);
            }
            list.codes.push(code);
            list.names.push(name);
        }
        Ok(list)
    }

    /// Fills in what is not stored: to be called once after a list has been deserialised.
    pub fn reindex(&mut self) {
        self.positions = self.codes.iter().cloned().zip(0..).collect();
    }

    /// How many codes there are.
    pub fn len(&self) -> usize {
        self.codes.len()
    }

    /// Whether the list is empty.
    pub fn is_empty(&self) -> bool {
        self.codes.is_empty()
    }

    /// The position of a code, if it is listed.
    pub fn find<Id: Position>(&self, code: &str) -> Option<Id> {
        self.positions.get(code).map(|&index| Id::at(index))
    }

    /// The code at a position.
    pub fn code(&self, id: impl Position) -> &str {
        &self.codes[id.index()]
    }

    /// The name at a position.
    pub fn name(&self, id: impl Position) -> &str {
        &self.names[id.index()]
    }

    /// All codes in order.
    pub fn codes(&self) -> &[String] {
        &self.codes
    }

    /// All names in order.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// All positions in order.
    pub fn ids<Id: Position>(&self) -> impl ExactSizeIterator<Item = Id> + use<Id> {
        (0..self.codes.len()).map(Id::at)
    }
}
