//! Quantiles of the standard normal distribution, with the same bits on every platform.

use crate::numerics::functions::ln;

/// A polynomial, the constant first.
type Polynomial = [f64; 8];

/// Numerator and denominator in 0.180625 − q², where q = p − ½ is at most 0.425 in size.
const CENTRE: [Polynomial; 2] = [
    [
        3.387_132_872_796_366_5,
        1.331_416_678_917_843_8e2,
        1.971_590_950_306_551_3e3,
        1.373_169_376_550_946e4,
        4.592_195_393_154_987e4,
        6.726_577_092_700_87e4,
        3.343_057_558_358_813e4,
        2.509_080_928_730_122_7e3,
    ],
    [
        1.0,
        4.231_333_070_160_091e1,
        6.871_870_074_920_579e2,
        5.394_196_021_424_751e3,
        2.121_379_430_158_659_7e4,
        3.930_789_580_009_271e4,
        2.872_908_573_572_194_3e4,
        5.226_495_278_852_854e3,
    ],
];

/// The same in r − 1.6, where r = √(−ln p) is at most 5.
const SHOULDER: [Polynomial; 2] = [
    [
        1.423_437_110_749_683_5,
        4.630_337_846_156_546,
        5.769_497_221_460_691,
        3.647_848_324_763_204_5,
        1.270_458_252_452_368_4,
        2.417_807_251_774_506e-1,
        2.272_384_498_926_918_4e-2,
        7.745_450_142_783_414e-4,
    ],
    [
        1.0,
        2.053_191_626_637_759,
        1.676_384_830_183_803_8,
        6.897_673_349_851e-1,
        1.481_039_764_274_800_8e-1,
        1.519_866_656_361_645_7e-2,
        5.475_938_084_995_345e-4,
        1.050_750_071_644_416_9e-9,
    ],
];

/// The same in r − 5, beyond.
const TAIL: [Polynomial; 2] = [
    [
        6.657_904_643_501_103,
        5.463_784_911_164_114,
        1.784_826_539_917_291_3,
        2.965_605_718_285_048_7e-1,
        2.653_218_952_657_612_4e-2,
        1.242_660_947_388_078_4e-3,
        2.711_555_568_743_487_6e-5,
        2.010_334_399_292_288_1e-7,
    ],
    [
        1.0,
        5.998_322_065_558_88e-1,
        1.369_298_809_227_358e-1,
        1.487_536_129_085_061_5e-2,
        7.868_691_311_456_133e-4,
        1.846_318_317_510_054_8e-5,
        1.421_511_758_316_446e-7,
        2.044_263_103_389_939_8e-15,
    ],
];

fn ratio([above, below]: &[Polynomial; 2], x: f64) -> f64 {
    let value = |polynomial: &Polynomial| polynomial.iter().rev().fold(0.0, |sum, factor| sum * x + factor);
    value(above) / value(below)
}

/// Φ⁻¹(p) for p between 0 and 1, to about 16 digits; infinite at the ends. Rational approximations in three parts:
/// Wichura, M. J. (1988), Algorithm AS 241: the percentage points of the normal distribution, *Applied Statistics* 37,
/// 477–484.
pub fn quantile(p: f64) -> f64 {
    let q = p - 0.5;
    if q.abs() <= 0.425 {
        return q * ratio(&CENTRE, 0.180_625 - q * q);
    }
    let tail = if q < 0.0 { p } else { 1.0 - p };
    if tail <= 0.0 {
        return f64::INFINITY.copysign(q);
    }
    let r = (-ln(tail)).sqrt();
    let size = if r <= 5.0 { ratio(&SHOULDER, r - 1.6) } else { ratio(&TAIL, r - 5.0) };
    size.copysign(q)
}

#[cfg(test)]
mod tests {
    use statrs::distribution::{ContinuousCDF as _, Normal};

    use super::quantile;

    #[test]
    fn quantiles_are_those_of_the_distribution() {
        for (p, x) in [(0.5, 0.0), (0.975, 1.959_963_984_540_054), (0.9, 1.281_551_565_544_600_4)] {
            assert!((quantile(p) - x).abs() < 1e-15, "{p}: {}", quantile(p));
        }
        // Every part, on both sides.
        for exponent in 1..300 {
            let p = 0.5_f64.powi(exponent);
            let back = Normal::standard().cdf(quantile(p));
            assert!((back / p - 1.0).abs() < 1e-9, "2^-{exponent}: {back}");
            if exponent < 50 {
                assert!(
                    (quantile(p) + quantile(1.0 - p)).abs() < 1e-12 * (1.0 + 2.0_f64.powi(exponent - 44))
                );
            }
        }
        assert_eq!((quantile(0.0), quantile(1.0)), (f64::NEG_INFINITY, f64::INFINITY));
    }

    #[test]
    fn the_three_parts_meet() {
        for edge in [0.075, 0.925, (-25.0_f64).exp()] {
            let step = edge * 1e-13;
            assert!((quantile(edge + step) - quantile(edge - step)).abs() < 1e-11, "{edge}");
        }
    }
}
