//! The picture of the textbook for one market: what buyers lose beside their demand curve, what producers at home gain
//! beside their supply curve, what the government has of imports, and how it all adds up.
//!
//! Every area that is shaded is the number that the tables have for it.

use crate::economy::markets::Form;
use crate::index::{CountryId, Position as _, SectorId};
use crate::model::variable::SectorVariable as V;
use crate::numerics::functions::{exp, ln};
use crate::report::chart::figure::{
    KEY, LABEL, MARGIN, NOTE, SUBTITLE, TICK, TITLE, WIDTH, lines, paragraph, with_title,
};
use crate::report::chart::pen::{FAINT, GREY, Hue, INK, Pen, Side, WHITE, tint};
use crate::report::chart::with_assumptions;
use crate::report::number::{self, Place};
use crate::report::plain::plain;
use crate::report::study::Study;

/// The size of a panel, and the room around it.
const PANEL: (i32, i32) = (430, 300);
const GAP: (i32, i32) = (1280 / 2 - MARGIN / 2, 140);
const LEFT: i32 = MARGIN + 70;

/// Pieces of a curve: with more, the rounding to pixels would show.
const PIECES: u32 = 8;

/// The area above what is not bought any more.
const DEADWEIGHT: &str = "deadweight loss";

/// A market in numbers: prices as ratios to the old ones, quantities in money at old prices.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Numbers {
    /// E, η and P̂.
    spending: f64,
    demand: f64,
    buyer_price: f64,
    /// Y, ε and p̂ of the producers at home.
    output: f64,
    supply: f64,
    output_price: f64,
    /// Imports: quantity before and after, value before tariff and revenue after.
    imports: [f64; 2],
    value: f64,
    revenue: [f64; 2],
    /// What each has more, and what is left of it.
    consumers: f64,
    producers: f64,
    export_taxes: f64,
    net: f64,
    terms_of_trade: f64,
    deadweight: f64,
}

/// An area that is shaded, and what it is worth.
#[derive(Clone, Debug, PartialEq)]
struct Area {
    name: &'static str,
    hue: Hue,
    worth: f64,
    corners: Vec<[f64; 2]>,
}

/// A panel with quantities to the right and prices upwards.
struct Panel {
    title: &'static str,
    below: &'static str,
    curve: Vec<[f64; 2]>,
    areas: Vec<Area>,
    /// Prices with what they are.
    levels: Vec<(f64, &'static str)>,
    right: f64,
    prices: [f64; 2],
}

/// `market.svg`: one importer's market for one product; none where it is not solved exactly or nothing is bought.
pub fn market(study: &Study<'_>, importer: CountryId, sector: SectorId) -> Option<String> {
    let numbers = Numbers::of(study, importer, sector)?;
    let (money, divisor) =
        number::money(&study.dataset.unit, numbers.consumers.abs().max(numbers.revenue[1]));
    let country = study.dataset.countries.name(importer);
    let title = plain(&format!("One market: {}, {country}", study.dataset.sectors.name(sector)));
    let subtitle = plain(study.title);
    let width = WIDTH - 2 * MARGIN;
    let (title_lines, subtitle_lines) = (TITLE.wrap(&title, width, 2), SUBTITLE.wrap(&subtitle, width, 2));
    let what = format!(
        "Prices are per cent of the old ones, areas are in {money}. Demand for imports is drawn so that its area is the \
         deadweight loss.",
    );
    let notes: Vec<String> = with_assumptions(study, vec![what])
        .iter()
        .flat_map(|note| NOTE.wrap(&plain(note), width, usize::MAX))
        .collect();
    let top = MARGIN + lines(&title_lines, TITLE) + lines(&subtitle_lines, SUBTITLE) + 76;
    let below = top + 2 * PANEL.1 + GAP.1 + 60;
    let height = below + 40 + lines(&notes, NOTE);
    let mut svg = String::new();
    let pen = Pen::new(&mut svg, (WIDTH as u32, height as u32));
    let after = paragraph(&pen, &title_lines, TITLE, INK, MARGIN);
    paragraph(&pen, &subtitle_lines, SUBTITLE, GREY, after + 6);
    let second = (LEFT + GAP.0, top + PANEL.1 + GAP.1);
    numbers.buyers().draw(&pen, (LEFT, top), divisor);
    numbers.producers_at_home().draw(&pen, (second.0, top), divisor);
    numbers.importers().draw(&pen, (LEFT, second.1), divisor);
    draw_sum(&pen, second, &numbers, &money, divisor);
    pen.line((MARGIN, below), (WIDTH - MARGIN, below), FAINT, 1);
    paragraph(&pen, &notes, NOTE, GREY, below + 14);
    pen.finish();
    Some(with_title(svg, &title))
}

impl Numbers {
    fn of(study: &Study<'_>, importer: CountryId, sector: SectorId) -> Option<Self> {
        let markets = study.markets.filter(|markets| markets.form == Form::Exact)?;
        let dataset = study.dataset;
        let central = |variable: V| {
            let estimate = study.estimates.sector(dataset.sectors.len(), importer, sector, variable);
            estimate.central
        };
        let ratio = |variable: V| central(variable).map(|change| 1.0 + change / 100.0);
        let (j, n) = (sector.index(), importer.index());
        let bought = dataset.trade.row(j, n).iter().zip(dataset.tariffs.row(j, n));
        let spending = bought.clone().map(|(value, rate)| value * (1.0 + rate)).sum();
        let abroad = || bought.clone().enumerate().filter(|(at, _)| *at != n).map(|(_, cell)| cell);
        let imports: f64 = abroad().map(|(value, _)| value).sum();
        let revenue: f64 = abroad().map(|(value, rate)| value * rate).sum();
        let output = dataset.trade.matrix(j).chunks_exact(dataset.countries.len()).map(|row| row[n]).sum();
        Some(Self {
            spending,
            demand: markets.elasticities.demand[j],
            buyer_price: ratio(V::BuyerPrice)?,
            output,
            supply: markets.elasticities.supply[j * dataset.countries.len() + n],
            output_price: ratio(V::OutputPrice).unwrap_or(1.0),
            imports: [imports, imports + central(V::TradeCreation)? + central(V::TradeDiversion)?],
            value: imports * ratio(V::Imports)?,
            revenue: [revenue, revenue + central(V::TariffRevenue)?],
            consumers: central(V::ConsumerSurplus)?,
            producers: central(V::ProducerSurplus)?,
            export_taxes: central(V::ExportTaxRevenue)?,
            net: central(V::NetSurplus)?,
            terms_of_trade: central(V::TermsOfTradeGain)?,
            deadweight: central(V::DeadweightLoss)?,
        })
    }

    /// The demand for the product over all origins, and the area beside it.
    fn buyers(&self) -> Panel {
        let curve = |price: f64| self.spending * exp(-self.demand * ln(price));
        let prices = around(1.0, self.buyer_price);
        let name = if self.buyer_price > 1.0 { "buyers lose" } else { "buyers gain" };
        Panel {
            title: "Buyers: demand for the product, over all origins",
            below: "quantity bought",
            curve: along(prices, curve),
            areas: vec![Area {
                name,
                hue: Hue::Orange,
                worth: self.consumers,
                corners: beside(curve, [1.0, self.buyer_price]),
            }],
            levels: vec![(1.0, "old"), (self.buyer_price, "new")],
            right: curve(prices[0]),
            prices,
        }
    }

    /// The supply of the producers at home to everyone, and the area beside it.
    fn producers_at_home(&self) -> Panel {
        let curve = |price: f64| {
            self.output * if self.supply.is_finite() { exp(self.supply * ln(price)) } else { 1.0 }
        };
        let prices = around(1.0, self.output_price);
        let (curve_drawn, right) = if self.supply.is_finite() {
            (along(prices, curve), curve(prices[1]))
        } else {
            (vec![[0.0, 1.0], [self.output * 1.2, 1.0]], self.output * 1.2)
        };
        let name = if self.producers < 0.0 { "producers lose" } else { "producers gain" };
        let area = Area {
            name,
            hue: Hue::Green,
            worth: self.producers,
            corners: beside(curve, [1.0, self.output_price]),
        };
        Panel {
            title: "Producers at home: supply to everyone",
            below: "quantity made",
            curve: curve_drawn,
            areas: if self.supply.is_finite() { vec![area] } else { Vec::new() },
            levels: vec![(1.0, "old"), (self.output_price, "new")],
            right: right.max(f64::MIN_POSITIVE),
            prices,
        }
    }

    /// Imports at their average prices: what the government has, what foreigners get less for what is still bought, and
    /// what nobody has of what is not bought any more.
    fn importers(&self) -> Panel {
        let quantity = self.imports[1];
        let [border, buyer] = if quantity > 0.0 {
            [self.value / quantity, (self.value + self.revenue[1]) / quantity]
        } else {
            [1.0, 1.0]
        };
        let rectangle =
            |low: f64, high: f64| vec![[0.0, low], [quantity, low], [quantity, high], [0.0, high]];
        let paid = if border < 1.0 { "paid by foreigners" } else { "paid to foreigners" };
        let mut areas = vec![
            Area {
                name: "revenue",
                hue: Hue::Blue,
                worth: self.revenue[1],
                corners: rectangle(border, buyer),
            },
            Area {
                name: paid,
                hue: Hue::Green,
                worth: quantity - self.value,
                corners: rectangle(border.min(1.0), border.max(1.0)),
            },
        ];
        let demand = self.import_demand(buyer);
        if let (Some(first), Some(last)) = (demand.first(), demand.last()) {
            let corners = [&[[first[0], 1.0]], &demand[..], &[[last[0], 1.0]]].concat();
            areas.push(Area { name: DEADWEIGHT, hue: Hue::Orange, worth: self.deadweight, corners });
        }
        Panel {
            title: "Imports: prices without and with tariff",
            below: "quantity imported",
            curve: demand,
            areas,
            levels: vec![(1.0, "old border"), (border, "new border"), (buyer, "with tariff")],
            right: self.imports[0].max(quantity) * 1.05,
            prices: around(border.min(1.0), buyer.max(1.0)),
        }
    }

    /// The demand for imports between the new point and the old one, bent so that the area above the old border price is
    /// the deadweight loss of the tables: y = y₀ + (y₁ − y₀)(1 − u)^k over 0 ≤ u ≤ 1 has the area (y₀ − 1) + (y₁ − y₀)/(k + 1).
    /// Nothing where no such curve leads from the one to the other.
    fn import_demand(&self, buyer: f64) -> Vec<[f64; 2]> {
        let [old, new] = self.imports;
        let before = 1.0 + self.revenue[0] / old;
        let (fall, rise) = (old - new, buyer - before);
        let bend = rise / (-self.deadweight / fall - (before - 1.0)) - 1.0;
        let can_be_drawn = fall > 0.0 && new > 0.0 && rise > 0.0 && (0.2..5.0).contains(&bend);
        let point = |piece: u32| {
            let along = f64::from(piece) / f64::from(4 * PIECES);
            let height = if along < 1.0 { exp(bend * ln(1.0 - along)) } else { 0.0 };
            [new + fall * along, before + rise * height]
        };
        if can_be_drawn { (0..=4 * PIECES).map(point).collect() } else { Vec::new() }
    }
}

/// Prices from somewhat below the lower to somewhat above the higher.
fn around(one: f64, other: f64) -> [f64; 2] {
    let (low, high) = (one.min(other), one.max(other));
    let room = (high - low).max(0.04);
    [(low - room).max(0.2 * low), high + room]
}

/// Points of a curve between two prices.
fn along([low, high]: [f64; 2], curve: impl Fn(f64) -> f64) -> Vec<[f64; 2]> {
    let price = |piece: u32| low + (high - low) * f64::from(piece) / f64::from(PIECES);
    (0..=PIECES).map(|piece| [curve(price(piece)), price(piece)]).collect()
}

/// The area between a curve and the axis of prices, between two prices.
fn beside(curve: impl Fn(f64) -> f64, prices: [f64; 2]) -> Vec<[f64; 2]> {
    let mut corners = along(prices, curve);
    corners.extend([[0.0, prices[1]], [0.0, prices[0]]]);
    corners
}

impl Panel {
    fn draw(&self, pen: &Pen<'_>, (left, top): (i32, i32), divisor: f64) {
        let bottom = top + PANEL.1;
        let x = |quantity: f64| left + (quantity / self.right * f64::from(PANEL.0)).round() as i32;
        let [low, high] = self.prices;
        let y = |price: f64| bottom - ((price - low) / (high - low) * f64::from(PANEL.1)).round() as i32;
        pen.text(self.title, LABEL, INK, (left - 70, top - 34), Side::Left);
        let mut outside = 0;
        for area in self.areas.iter().filter(|area| area.worth != 0.0) {
            let corners: Vec<(i32, i32)> =
                area.corners.iter().map(|[quantity, price]| (x(*quantity), y(*price))).collect();
            pen.shade(corners.clone(), area.hue.full(), 0.35);
            if !draw_worth(pen, area, &corners, divisor, outside) {
                outside += 1;
            }
        }
        let line: Vec<(i32, i32)> =
            self.curve.iter().map(|[quantity, price]| (x(*quantity), y(*price))).collect();
        for pair in line.windows(2) {
            pen.line(pair[0], pair[1], INK, 3);
        }
        pen.line((left, top), (left, bottom), INK, 2);
        pen.line((left, bottom), (left + PANEL.0, bottom), INK, 2);
        self.draw_levels(pen, left, y);
        pen.text(self.below, TICK, GREY, (left + PANEL.0, bottom + 24), Side::Right);
    }

    /// The prices at the axis; those too near to the one before are not written over it.
    fn draw_levels(&self, pen: &Pen<'_>, left: i32, y: impl Fn(f64) -> i32) {
        let mut levels = self.levels.clone();
        levels.sort_by(|a, b| b.0.total_cmp(&a.0));
        levels.dedup_by(|a, b| (a.0 - b.0).abs() < 1e-9);
        let mut free = i32::MIN;
        for (price, name) in levels {
            let at = y(price);
            pen.line((left, at), (left + PANEL.0, at), tint(GREY, WHITE, 0.55), 1);
            let written = at.max(free);
            free = written + 24;
            let percent = number::plain(100.0 * price, Place::of_step(0.1));
            pen.text(&percent, TICK, GREY, (left - 8, written), Side::Right);
            pen.text(name, NOTE, GREY, (left + PANEL.0 + 6, written), Side::Left);
        }
    }
}

/// Writes what an area is worth: inside where there is room, else below it, under those that stand there already. Whether
/// there was room.
fn draw_worth(pen: &Pen<'_>, area: &Area, corners: &[(i32, i32)], divisor: f64, outside: i32) -> bool {
    let text = format!("{} {}", area.name, worth(area.worth.abs(), divisor));
    let span = |of: fn(&(i32, i32)) -> i32| {
        let places = || corners.iter().map(of);
        (places().min().unwrap_or(0), places().max().unwrap_or(0))
    };
    let ((left, right), (top, bottom)) = (span(|corner| corner.0), span(|corner| corner.1));
    let is_roomy = KEY.width(&text) + 12 < right - left && bottom - top > 26;
    let (at, side) = match (is_roomy, area.name == DEADWEIGHT) {
        (true, false) => ((i32::midpoint(left, right), i32::midpoint(top, bottom)), Side::Middle),
        // It narrows to its right.
        (true, true) => ((left + 10, bottom - 18), Side::Left),
        (false, _) => ((left + 6, bottom + 18 + 26 * outside), Side::Left),
    };
    pen.text(&text, KEY, area.hue.ink(), at, side);
    is_roomy
}

/// An amount, unsigned.
fn worth(amount: f64, divisor: f64) -> String {
    let shown = amount / divisor;
    number::plain(shown, Place::of(shown))
}

/// How the parts add up: a bar for each, from where the one before ended.
fn draw_sum(pen: &Pen<'_>, (left, top): (i32, i32), numbers: &Numbers, money: &str, divisor: f64) {
    let revenue = numbers.revenue[1] - numbers.revenue[0] + numbers.export_taxes;
    let steps = [
        ("buyers", numbers.consumers, Hue::Orange),
        ("producers", numbers.producers, Hue::Green),
        ("revenue", revenue, Hue::Blue),
    ];
    let parts = [
        ("terms of trade", numbers.terms_of_trade, Hue::Green),
        (DEADWEIGHT, numbers.deadweight, Hue::Orange),
    ];
    let mut bars: Vec<(&str, [f64; 2], Hue)> = Vec::new();
    let mut sum = 0.0;
    for (name, size, hue) in steps {
        bars.push((name, [sum, sum + size], hue));
        sum += size;
    }
    bars.push(("net", [0.0, numbers.net], Hue::Blue));
    let mut sum = 0.0;
    for (name, size, hue) in parts {
        bars.push((name, [sum, sum + size], hue));
        sum += size;
    }
    let ends = || bars.iter().flat_map(|(_, ends, _)| ends.iter().copied());
    let (low, high) = (ends().fold(0.0, f64::min), ends().fold(0.0, f64::max));
    let range = (high - low).max(f64::MIN_POSITIVE);
    pen.text(&format!("Sum: change in {money}"), LABEL, INK, (left - 70, top - 34), Side::Left);
    let row = PANEL.1 / bars.len() as i32;
    let bar_left = left + 110;
    let x = |value: f64| bar_left + ((value - low) / range * f64::from(PANEL.0 - 190)).round() as i32;
    for ((name, [from, to], hue), at) in bars.iter().zip(0..) {
        let y = top + row * at + row / 2;
        pen.text(name, TICK, INK, (bar_left - 14, y), Side::Right);
        let (start, end) = (x(from.min(*to)), x(from.max(*to)));
        pen.bar((start, y - row / 3), (end.max(start + 2), y + row / 3), tint(hue.full(), WHITE, 0.7));
        let size = (to - from) / divisor;
        pen.text(&number::signed(size, Place::of(size)), KEY, hue.ink(), (left + PANEL.0, y), Side::Right);
    }
    pen.line((x(0.0), top), (x(0.0), top + PANEL.1), INK, 2);
    let split = top + row * 3;
    pen.line((left - 70, split), (left + PANEL.0, split), FAINT, 1);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::partial::surplus::{consumer_surplus, producer_surplus};

    fn numbers() -> Numbers {
        Numbers {
            spending: 420.0,
            demand: 1.3,
            buyer_price: 1.08,
            output: 350.0,
            supply: 1.5,
            output_price: 1.05,
            imports: [90.0, 40.0],
            value: 37.5,
            revenue: [2.0, 9.0],
            consumers: consumer_surplus(Form::Exact, 420.0, 1.3, 1.08),
            producers: producer_surplus(Form::Exact, 350.0, 1.5, 1.05),
            export_taxes: 0.0,
            net: 0.0,
            terms_of_trade: 0.0,
            deadweight: -5.0,
        }
    }

    /// The area within some corners.
    fn area(corners: &[[f64; 2]]) -> f64 {
        let next = corners.iter().cycle().skip(1);
        let twice: f64 = corners.iter().zip(next).map(|(a, b)| a[0] * b[1] - b[0] * a[1]).sum();
        (twice / 2.0).abs()
    }

    #[test]
    fn what_is_shaded_is_what_is_written() {
        let numbers = numbers();
        let panels = [numbers.buyers(), numbers.producers_at_home(), numbers.importers()];
        let areas: Vec<&Area> = panels.iter().flat_map(|panel| &panel.areas).collect();
        assert_eq!(areas.len(), 5);
        for shaded in areas {
            let drawn = area(&shaded.corners);
            assert!(
                (drawn - shaded.worth.abs()).abs() < 2e-3 * shaded.worth.abs(),
                "{}: {drawn}",
                shaded.name
            );
        }
    }

    #[test]
    fn at_a_given_price_producers_have_nothing_to_shade() {
        let panel = Numbers { supply: f64::INFINITY, output_price: 1.0, ..numbers() }.producers_at_home();
        assert!(panel.areas.is_empty() && panel.curve.iter().all(|point| (point[1] - 1.0).abs() < 1e-15));
    }
}
