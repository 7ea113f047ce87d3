//! The charts: whole, in bounds, and the same every time.

use tariffsim::model::variable::{CountryVariable, FlowVariable};
use tariffsim::monte_carlo::estimate::Estimate;
use tariffsim::report::{chart, focus};

use tariffsim::units::Probability;

use crate::fake::{self, Fake, around};

const MISSING: Estimate = Estimate { central: None, spread: None };

fn outlier() -> Fake {
    let mut fake = fake::small();
    *fake.flow_mut("USA", "MEX", Some("AUT"), FlowVariable::Volume) = around(2000.0, 300.0);
    *fake.flow_mut("USA", "MEX", Some("AUT"), FlowVariable::BuyerPriceReal) = around(2000.0, 300.0);
    *fake.country_mut("MEX", CountryVariable::Welfare) = around(-90.0, 3.0);
    fake
}

fn undefined() -> Fake {
    let mut fake = fake::small();
    for variable in [FlowVariable::Volume, FlowVariable::BuyerPriceReal, FlowVariable::BorderPriceReal] {
        *fake.flow_mut("USA", "CAN", Some("AUT"), variable) = MISSING;
    }
    *fake.country_mut("CHN", CountryVariable::Welfare) = MISSING;
    *fake.country_mut("CHN", CountryVariable::RealWage) = MISSING;
    fake.country_mut("DEU", CountryVariable::Welfare).spread.as_mut().unwrap().quantiles[0] = f64::NAN;
    fake
}

fn nothing() -> Fake {
    let mut fake = fake::small().without_effect();
    fake.policy = tariffsim::economy::policy::Policy::default();
    fake
}

/// Names that are too long, need escaping, and no blanks to break them at.
fn awkward() -> Fake {
    let mut fake = fake::retaliation();
    fake.title = "<Tariffs> & \"quotes\" \u{7}\u{ffff}\u{202e}".to_owned()
        + &"Donaudampfschifffahrtsgesellschaft".repeat(6);
    let name = |code: &str| (code.to_owned(), format!("The {} of {code} & friends", "Very ".repeat(12)));
    let codes = fake.dataset.countries.codes().to_vec();
    fake.dataset.countries = tariffsim::index::CodeList::new(codes.iter().map(|code| name(code))).unwrap();
    fake.elasticities.label = "MEDIAN7 with ".to_owned() + &"AUT = 6.5, ".repeat(29);
    fake
}

/// Seven things that may happen, one with a name that fits nowhere.
fn uncertain() -> Fake {
    let mut fake = fake::small();
    let names =
        ["calm", "storm <&>", "Donaudampfschifffahrtsgesellschaft ".repeat(2).trim(), "d", "e", "f", "g"]
            .map(str::to_owned);
    for (name, part) in names.into_iter().zip(["40%", "10%", "10%", "10%", "10%", "10%", "10%"]) {
        fake.outcomes.push((name, Probability::parse(part).unwrap(), fake.estimates.clone()));
    }
    let mut storm = fake::small();
    *storm.country_mut("MEX", CountryVariable::Welfare) = around(-7.0, 1.0);
    fake.outcomes[1].2 = storm.estimates;
    fake
}

fn fakes() -> Vec<(&'static str, Fake)> {
    let mut fakes = fake::usual();
    fakes.extend([
        ("nothing", nothing()),
        ("outlier", outlier()),
        ("undefined", undefined()),
        ("awkward", awkward()),
        ("uncertain", uncertain()),
    ]);
    fakes
}

fn charts(fake: &Fake) -> [(&'static str, String); 3] {
    let study = fake.study();
    [
        ("prices", chart::prices(&study)),
        ("volumes", chart::volumes(&study)),
        ("countries", chart::countries(&study)),
    ]
}

/// The value of an attribute of a tag.
fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    rest.split_once('"').map(|(value, _)| value)
}

fn number(tag: &str, name: &str) -> f64 {
    attribute(tag, name).unwrap_or_else(|| panic!("{name} in {tag}")).parse().unwrap()
}

/// Texts as (tag, content).
fn texts(svg: &str) -> Vec<(&str, &str)> {
    svg.split("<text")
        .skip(1)
        .map(|text| {
            let (tag, rest) = text.split_once('>').expect("a tag ends");
            (tag, rest.split_once("</text>").expect("a text ends").0.trim())
        })
        .collect()
}

#[test]
fn a_chart_is_well_formed() {
    for (name, fake) in fakes() {
        for (chart, svg) in charts(&fake) {
            let mut open = Vec::new();
            for piece in svg.split('<').skip(1) {
                let (tag, content) =
                    piece.split_once('>').unwrap_or_else(|| panic!("{name} {chart}: <{piece}"));
                assert!(
                    !content.contains('>') && !tag.contains("NaN") && !tag.contains("inf"),
                    "{name} {chart}: {tag}"
                );
                assert_eq!(tag.matches('"').count() % 2, 0, "{name} {chart}: {tag}");
                for entity in content.split('&').skip(1) {
                    assert!(
                        ["amp;", "lt;", "gt;", "quot;", "apos;"]
                            .iter()
                            .any(|known| entity.starts_with(known))
                    );
                }
                match tag.strip_prefix('/') {
                    Some(closed) => assert_eq!(open.pop(), Some(closed), "{name} {chart}"),
                    None if tag.ends_with('/') => {}
                    None => open.push(tag.split(' ').next().unwrap()),
                }
            }
            assert!(open.is_empty(), "{name} {chart}: {open:?}");
        }
    }
}

#[test]
fn everything_is_inside_the_canvas() {
    for (name, fake) in fakes() {
        for (chart, svg) in charts(&fake) {
            let root = svg.split_once('>').unwrap().0;
            let (width, height) = (number(root, "width"), number(root, "height"));
            for (tag, content) in texts(&svg) {
                // No glyph of the chart fonts is wider on average than this share of its size.
                let length =
                    content.replace("&amp;", "&").chars().count() as f64 * number(tag, "font-size") * 0.72;
                let x = number(tag, "x");
                let (from, to) = match attribute(tag, "text-anchor").unwrap() {
                    "start" => (x, x + length * 0.8),
                    "end" => (x - length * 0.8, x),
                    _ => (x - length * 0.4, x + length * 0.4),
                };
                assert!(from >= 0.0 && to <= width, "{name} {chart}: {content} from {from} to {to}");
                let y = number(tag, "y");
                assert!(y > 0.0 && y < height, "{name} {chart}: {content} at {y}");
            }
            for tag in svg.split("<rect").skip(1) {
                assert!(number(tag, "x") >= 0.0 && number(tag, "x") + number(tag, "width") <= width);
            }
            for tag in svg.split("<circle").skip(1) {
                assert!((0.0..=width).contains(&number(tag, "cx")) && number(tag, "cy") < height);
            }
        }
    }
}

#[test]
fn the_same_run_gives_the_same_bytes() {
    assert_eq!(charts(&fake::large()), charts(&fake::large()));
}

#[test]
fn every_chart_says_what_it_rests_on() {
    for (chart, svg) in charts(&fake::small()) {
        let line = "world-2024 · deficits fixed · MEDIAN7 · 1,000 draws, seed 1 · model range (parameter uncertainty), not a forecast";
        assert!(svg.contains(line), "{chart}");
        assert!(svg.contains("25% US tariff on Mexico and Canada"), "{chart}");
    }
    assert!(chart::prices(&fake::small().study()).contains("not inflation"));
}

#[test]
fn without_draws_there_are_points_and_no_bands() {
    for (chart, svg) in charts(&fake::small().without_draws()) {
        assert!(svg.contains("<circle"), "{chart}");
        assert!(!svg.contains("draws;") && !svg.contains("range"), "{chart}");
        assert_eq!(svg.matches("<rect").count(), 1, "{chart}: only the background");
    }
}

#[test]
fn bands_are_nested_and_the_value_is_written() {
    let svg = chart::volumes(&fake::small().study());
    // Four kinds of rows: two totals, six sectors, three others; three bands each, three in the key, one ground.
    assert_eq!(svg.matches("<rect").count(), 11 * 3 + 3 + 1);
    assert!(texts(&svg).iter().any(|(_, text)| text.starts_with('−') && text.ends_with(" %")));
    assert!(svg.contains("not touched: the largest gains"));
}

#[test]
fn outcomes_stand_under_what_is_expected_over_all() {
    let fake = uncertain();
    for (chart, svg) in charts(&fake) {
        let texts = texts(&svg);
        let labels = |label: &str| texts.iter().filter(|(_, text)| *text == label).count();
        // Twenty-four rows, five outcomes under each of four headings; there are fewer pairs.
        let headings = if chart == "countries" { 4 } else { 2 };
        assert_eq!(labels("calm (40%)"), headings, "{chart}");
        assert_eq!(labels("storm &lt;&amp;&gt; (10%)"), headings, "{chart}");
        assert_eq!((labels("e (10%)"), labels("f (10%)")), (headings, 0), "{chart}");
        assert_eq!(svg.matches("<rect").count(), headings * 6 * 3 + 3 + 1, "{chart}");
        assert!(svg.contains("2 more are in the tables") && svg.contains("which one comes"), "{chart}");
        let is_storm = |text: &str| text.starts_with("−7");
        assert_eq!(texts.iter().any(|(_, text)| is_storm(text)), chart == "countries", "{chart}");
    }
}

#[test]
fn a_value_far_out_is_an_arrow_with_its_number() {
    let fake = outlier();
    let svg = chart::volumes(&fake.study());
    assert!(svg.contains("<polygon") && svg.contains("+2,000 %") && svg.contains("An arrow points"));
    assert!(!chart::volumes(&fake::small().study()).contains("<polygon"));
}

#[test]
fn a_chart_of_countries_shows_those_concerned_and_a_few_more() {
    let fake = fake::large();
    let shown = |most| focus::countries(&fake.study(), most).len();
    assert_eq!((shown(12), shown(8)), (12, 8), "a universal tariff concerns many");
    let mut small = fake::retaliation();
    small.policy = fake::small().policy;
    assert_eq!(focus::countries(&small.study(), 12).len(), 3 + 5);
    assert_eq!(small.country("USA"), focus::countries(&small.study(), 12)[0], "who imposes comes first");
}

#[test]
fn a_row_without_a_value_says_so() {
    assert!(chart::prices(&undefined().study()).contains("no value"));
    assert!(!chart::prices(&fake::small().study()).contains("no value"));
}

#[test]
fn a_universal_tariff_says_how_many_pairs_are_not_shown() {
    let svg = chart::prices(&fake::large().study());
    assert!(svg.contains("The 12 pairs with the largest trade; 68 more are in flows.csv."));
}

#[test]
fn a_picture_is_the_drawing_twice_as_large() {
    for (name, fake) in [("small", fake::small()), ("awkward", awkward())] {
        for (chart, svg) in charts(&fake) {
            let png = chart::png(&svg);
            let picture = resvg::tiny_skia::Pixmap::decode_png(&png).unwrap();
            let root = svg.split_once('>').unwrap().0;
            let size = [number(root, "width"), number(root, "height")].map(|length| 2 * length as u32);
            assert_eq!([picture.width(), picture.height()], size, "{name} {chart}");
            assert!(png == chart::png(&svg), "{name} {chart}: the same chart gives other bytes");
            // Title, labels, points and bands are dark or coloured; a chart without its text has far less ink.
            let ink = |rows: std::ops::Range<u32>| {
                let pixels = rows.flat_map(|y| (0..size[0]).map(move |x| (x, y)));
                pixels.filter(|&(x, y)| picture.pixel(x, y).unwrap().red() < 120).count()
            };
            assert!(ink(0..180) > 2000, "{name} {chart}: the title is not drawn: {}", ink(0..180));
            assert!(picture.pixels().iter().all(|pixel| pixel.alpha() == 255), "{name} {chart}");
        }
    }
}

/// Writes all charts, for a person to look at: `CHARTS=DIR cargo test --test report_outputs charts -- --ignored`.
#[test]
#[ignore = "writes files for a person to look at"]
fn all_charts_for_the_eye() {
    let dir = std::path::PathBuf::from(std::env::var("CHARTS").expect("CHARTS names a folder"));
    for (name, fake) in fakes() {
        for (chart, svg) in charts(&fake) {
            std::fs::write(dir.join(format!("{name}-{chart}.png")), chart::png(&svg)).unwrap();
            std::fs::write(dir.join(format!("{name}-{chart}.svg")), svg).unwrap();
        }
    }
}
