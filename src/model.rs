//! Models: what an equilibrium is, how it is found, and what it means.

pub mod variable;
