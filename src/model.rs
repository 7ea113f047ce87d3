//! Models: what an equilibrium is, how it is found, and what it means.

pub mod baseline;
mod entry;
mod equations;
pub mod equilibrium;
pub mod forecast;
pub mod impact;
pub mod labour;
pub mod levels;
pub mod moved;
pub mod partial;
pub mod preconditioner;
mod response;
pub mod scale;
pub mod shares;
pub mod split;
pub mod sweep;
pub mod tariff_choice;
pub mod trade_model;
pub mod variable;
pub mod wedges;
pub mod welfare_gradient;
pub mod world;
