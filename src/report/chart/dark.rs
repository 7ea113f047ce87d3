//! Charts on a dark ground: every colour of a chart with the one that takes its place.

use plotters::style::RGBColor;

use crate::report::chart::figure::BANDS;
use crate::report::chart::pen::{FAINT, GREY, Hue, INK, WHITE, tint};

const GROUND: RGBColor = RGBColor(20, 23, 26);
const INK_ON_DARK: RGBColor = RGBColor(233, 236, 239);
const GREY_ON_DARK: RGBColor = RGBColor(169, 179, 189);
const FAINT_ON_DARK: RGBColor = RGBColor(52, 59, 66);

/// Rules of a style sheet that turn the charts of a page dark; they are for a page with a ground of `#14171a`.
pub fn dark_style() -> String {
    let [ground, dark_ground] = [WHITE, GROUND].map(hex);
    let mut rules = format!(".chart [fill=\"{ground}\"] {{ fill: {dark_ground}; }}\n");
    for (light, dark) in colours() {
        let [light, dark] = [light, dark].map(hex);
        for paint in ["fill", "stroke"] {
            rules += &format!(".chart [{paint}=\"{light}\"] {{ {paint}: {dark}; }}\n");
        }
    }
    rules
}

/// As the charts write it.
fn hex(RGBColor(red, green, blue): RGBColor) -> String {
    format!("#{red:02X}{green:02X}{blue:02X}")
}

fn colours() -> Vec<(RGBColor, RGBColor)> {
    let mut pairs = vec![(INK, INK_ON_DARK), (GREY, GREY_ON_DARK), (FAINT, FAINT_ON_DARK)];
    pairs.extend(Hue::ALL.iter().flat_map(|hue| [(hue.full(), hue.on_dark()), (hue.ink(), hue.on_dark())]));
    for (_, strength) in BANDS {
        let hues = Hue::ALL.iter().map(|hue| (hue.full(), hue.on_dark())).chain([(GREY, GREY_ON_DARK)]);
        pairs.extend(hues.map(|(light, dark)| (tint(light, WHITE, strength), tint(dark, GROUND, strength))));
    }
    pairs
}
