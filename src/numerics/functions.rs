//! Elementary functions that give the same bits on every platform, one by one or for whole slices.
//!
//! The standard library leaves exponentials and logarithms to the system's libm, which differs between platforms.
//! These use additions, multiplications, divisions and bit operations only, without branches, so that a loop over a
//! slice becomes vector code. Both are within two units in the last place of the exact value (tested against
//! `libm`, over their whole range).

use multiversion::multiversion;

const LOG2_E: f64 = std::f64::consts::LOG2_E;
/// ln 2 in two parts: the first has so few digits that its product with an exponent is exact.
const LN_2_HIGH: f64 = 6.931_471_803_691_238e-1;
const LN_2_LOW: f64 = 1.908_214_929_270_587_7e-10;
/// Adding this to a number below 2^51 leaves its nearest integer in the last bits.
const TO_INTEGER: f64 = 6_755_399_441_055_744.0;

/// 1/k! for k = 13 down to 0.
const EXP_SERIES: [f64; 14] = [
    1.0 / 6_227_020_800.0,
    1.0 / 479_001_600.0,
    1.0 / 39_916_800.0,
    1.0 / 3_628_800.0,
    1.0 / 362_880.0,
    1.0 / 40_320.0,
    1.0 / 5_040.0,
    1.0 / 720.0,
    1.0 / 120.0,
    1.0 / 24.0,
    1.0 / 6.0,
    0.5,
    1.0,
    1.0,
];

/// e^x: 0 below −708, infinite above 709.
///
/// e^x = 2^k e^r with k the integer nearest to x/ln 2 and |r| ≤ ln 2/2; the Taylor series of e^r to r^13 is exact to
/// the last digit there.
#[inline(always)]
pub fn exp(x: f64) -> f64 {
    const LOWEST: f64 = -708.0;
    const HIGHEST: f64 = 709.0;
    let inside = x.clamp(LOWEST, HIGHEST);
    let shifted = inside * LOG2_E + TO_INTEGER;
    let k = shifted - TO_INTEGER;
    let r = (inside - k * LN_2_HIGH) - k * LN_2_LOW;
    let series = EXP_SERIES[1..].iter().fold(EXP_SERIES[0], |sum, term| sum * r + term);
    let power = f64::from_bits((shifted.to_bits() << 52).wrapping_add(1.0_f64.to_bits()));
    let value = if x > HIGHEST { f64::INFINITY } else { series * power };
    let value = if x < LOWEST { 0.0 } else { value };
    if x.is_nan() { x } else { value }
}

/// 1/(2k + 1) for k = 11 down to 1.
const LN_SERIES: [f64; 11] = [
    1.0 / 23.0,
    1.0 / 21.0,
    1.0 / 19.0,
    1.0 / 17.0,
    1.0 / 15.0,
    1.0 / 13.0,
    1.0 / 11.0,
    1.0 / 9.0,
    1.0 / 7.0,
    1.0 / 5.0,
    1.0 / 3.0,
];

/// Natural logarithm; of what is below the smallest normal number it is −∞, of negative numbers not a number.
///
/// ln x = k ln 2 + ln m with m between √½ and √2, and ln m = 2 (s + s³/3 + s⁵/5 + …) with s = f/(2 + f), f = m − 1;
/// as 2s = f − s·f, this is f less a small correction, and f is exact.
#[inline(always)]
pub fn ln(x: f64) -> f64 {
    const ROOT_HALF: u64 = std::f64::consts::FRAC_1_SQRT_2.to_bits();
    const BIAS: u64 = 2048;
    const TWO_52: f64 = 4_503_599_627_370_496.0;
    let bits = x.to_bits();
    // Unsigned throughout: vector units have no arithmetic shift of 64 bits.
    let biased = bits.wrapping_sub(ROOT_HALF).wrapping_add(BIAS << 52) >> 52;
    let k = f64::from_bits(TWO_52.to_bits() | biased) - (TWO_52 + BIAS as f64);
    let m = f64::from_bits(bits.wrapping_sub(biased.wrapping_sub(BIAS) << 52));
    let f = m - 1.0;
    let s = f / (2.0 + f);
    let z = s * s;
    let series = LN_SERIES[1..].iter().fold(LN_SERIES[0], |sum, term| sum * z + term);
    let value = k * LN_2_HIGH + ((f - s * (f - 2.0 * z * series)) + k * LN_2_LOW);
    let value = if x < f64::MIN_POSITIVE { f64::NEG_INFINITY } else { value };
    let value = if x >= 0.0 { value } else { f64::NAN };
    if x < f64::INFINITY { value } else { x }
}

/// x^y for x > 0, to a relative error of about y·ln x units in the last place.
pub fn pow(x: f64, y: f64) -> f64 {
    exp(y * ln(x))
}

/// Replaces every value by its exponential.
#[multiversion(targets("x86_64+avx2", "aarch64+neon"))]
pub fn exp_all(values: &mut [f64]) {
    for value in values {
        *value = exp(*value);
    }
}

/// Replaces every value by its logarithm.
#[multiversion(targets("x86_64+avx2", "aarch64+neon"))]
pub fn ln_all(values: &mut [f64]) {
    for value in values {
        *value = ln(*value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn units_in_the_last_place(found: f64, exact: f64) -> u64 {
        found.to_bits().abs_diff(exact.to_bits())
    }

    #[test]
    fn exact_where_they_must_be() {
        assert_eq!(exp(0.0).to_bits(), 1.0_f64.to_bits());
        assert_eq!(ln(1.0).to_bits(), 0.0_f64.to_bits());
        assert_eq!(pow(7.0, 0.0).to_bits(), 1.0_f64.to_bits());
    }

    #[test]
    fn the_ends_of_the_range() {
        assert_eq!(exp(f64::NEG_INFINITY).to_bits(), 0.0_f64.to_bits());
        assert!(exp(710.0).is_infinite() && exp(f64::INFINITY).is_infinite());
        assert!(exp(f64::NAN).is_nan() && ln(f64::NAN).is_nan() && ln(-1.0).is_nan());
        assert!(ln(0.0) < f64::MIN && ln(f64::INFINITY) > f64::MAX);
    }

    #[test]
    fn a_slice_gets_the_bits_of_its_values() {
        let values: Vec<f64> = (1..100).map(|i| f64::from(i) * 0.37).collect();
        let (mut exps, mut lns) = (values.clone(), values.clone());
        exp_all(&mut exps);
        ln_all(&mut lns);
        for ((value, e), l) in values.iter().zip(exps).zip(lns) {
            assert_eq!((e.to_bits(), l.to_bits()), (exp(*value).to_bits(), ln(*value).to_bits()));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 20_000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn exponentials_are_within_two_units(x in -707.9..709.0_f64, small in -1.0..1.0_f64) {
            prop_assert!(units_in_the_last_place(exp(x), libm::exp(x)) <= 2);
            prop_assert!(units_in_the_last_place(exp(small), libm::exp(small)) <= 2);
        }

        #[test]
        fn logarithms_are_within_two_units(log in -700.0..700.0_f64, near in 0.5..2.0_f64) {
            let x = libm::exp(log);
            prop_assert!(units_in_the_last_place(ln(x), libm::log(x)) <= 2);
            prop_assert!(units_in_the_last_place(ln(near), libm::log(near)) <= 2, "{}", near);
        }
    }
}
