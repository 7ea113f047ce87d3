//! Elementary functions that give the same bits on every platform.
//!
//! The standard library leaves them to the system's libm, which differs between platforms; `libm` is pure Rust.

/// e^x.
#[inline]
pub fn exp(x: f64) -> f64 {
    libm::exp(x)
}

/// Natural logarithm.
#[inline]
pub fn ln(x: f64) -> f64 {
    libm::log(x)
}

/// x^y for x > 0.
#[inline]
pub fn pow(x: f64, y: f64) -> f64 {
    libm::pow(x, y)
}
