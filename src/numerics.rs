//! Numerical routines: solving x = G(x) for several problems side by side, and f(x) = 0. No word of trade in here.
//!
//! "Lanes" are independent problems of the same size that are solved together. Lane `l` of component `c` of a
//! vector stands at `c * K + l`, so that loops over lanes are contiguous. A lane's arithmetic never depends on
//! what the other lanes hold, nor on K: every sum runs in the order that [`lanes`] fixes.

pub mod anderson;
pub mod cholesky;
pub mod functions;
pub mod lanes;
pub mod newton;
pub mod normal;
pub mod normal_form;
