//! Which countries or sectors something reaches.

use std::rc::Rc;

use crate::index::Position;

/// Whether a position is among some, kept as flags by position that copies share.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Members(Rc<[bool]>);

impl Members {
    /// No members yet, of `size`.
    pub(super) fn none(size: usize) -> Self {
        Self(vec![false; size].into())
    }

    /// Puts one in or out.
    pub(super) fn put(&mut self, id: impl Position, inside: bool) {
        Rc::make_mut(&mut self.0)[id.index()] = inside;
    }

    /// Whether it is in.
    pub(super) fn has(&self, id: impl Position) -> bool {
        self.0[id.index()]
    }

    /// How many are in.
    pub(super) fn count(&self) -> usize {
        self.0.iter().filter(|inside| **inside).count()
    }

    /// All that are in, in order.
    pub(super) fn ids<Id: Position>(&self) -> impl Iterator<Item = Id> {
        self.0.iter().enumerate().filter(|(_, inside)| **inside).map(|(at, _)| Id::at(at))
    }
}

impl Members {
    /// Those that are in here and not in the other.
    pub(super) fn without(&self, other: &Self) -> Self {
        Self(self.0.iter().zip(&*other.0).map(|(inside, out)| *inside && !out).collect())
    }
}
