//! A key of a scenario that takes several values: `measure.NAME.add=0pp..50pp/5pp` or `model.deficits=fixed,balanced`.
//!
//! Steps are taken in decimals, so that a point is written as a person would write it and the end is met exactly.

use std::ops::Range;

use crate::diagnostic::{Diagnostic, Place};

/// The most values of one key, and the most points of several.
pub const MOST_VALUES: usize = 1000;

/// A key with its values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// The key, as in a setting.
    pub key: String,
    /// Its values, at least two, in the order given.
    pub values: Vec<Value>,
}

/// One value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Value {
    /// As in a setting: `12.5pp`.
    pub text: String,
    /// What it is where it is a number with or without a unit.
    pub quantity: Option<Quantity>,
}

/// A decimal number with its unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quantity {
    /// The number times ten to the power of `decimals`.
    digits: i64,
    decimals: u32,
    /// What stands behind the number, such as `pp`; may be empty.
    pub unit: String,
}

impl Parameter {
    /// Reads `KEY=FROM..TO/STEP` or `KEY=A,B,…`, given after `flag`. `step` is for a range that has none of its own.
    ///
    /// # Errors
    /// What is wrong, shown as it was typed.
    pub fn read(flag: &str, typed: &str, step: Option<&str>) -> Result<Self, Box<Diagnostic>> {
        let lead = if flag.is_empty() { String::new() } else { format!("{flag} ") };
        let text = Typed { shown: format!("{lead}{typed}"), start: lead.len() };
        let mut quoted = false;
        let equals = typed.find(|letter| {
            quoted ^= letter == '"';
            letter == '=' && !quoted
        });
        let Some(equals) = equals.filter(|equals| !typed[..*equals].trim().is_empty()) else {
            let fault = Diagnostic::error("this does not say which key takes which values")
                .expected("KEY=FROM..TO/STEP or KEY=A,B,…")
                .help("for example `measure.us-on-mexico-canada.add=0pp..50pp/5pp`");
            return Err(text.fault(0..typed.len(), fault));
        };
        let (key, written) = (typed[..equals].trim(), equals + 1..typed.len());
        let values = match text.range(written.clone()) {
            Some(range) => range.values(&text, step)?,
            None => text.list(written.clone())?,
        };
        if values.len() < 2 {
            let fault = Diagnostic::error(format!("`{key}` has one value here"))
                .expected("a range such as 0pp..50pp/5pp, or values with commas between them")
                .help("`--set` gives a key one value");
            return Err(text.fault(written, fault));
        }
        Ok(Self { key: key.to_owned(), values })
    }

    /// Whether a range is given that has no step of its own.
    pub fn needs_step(typed: &str) -> bool {
        let text = Typed { shown: typed.to_owned(), start: 0 };
        let start = typed.find('=').map_or(0, |equals| equals + 1);
        text.range(start..typed.len()).is_some_and(|range| range.step.is_none())
    }

    /// The unit of all values, if they are numbers in one unit.
    pub fn unit(&self) -> Option<&str> {
        let first = self.values.first()?.quantity.as_ref()?;
        let same = |value: &Value| value.quantity.as_ref().is_some_and(|other| other.unit == first.unit);
        self.values.iter().all(same).then_some(&first.unit)
    }

    /// A setting that gives it one of its values.
    pub fn setting(&self, at: usize) -> String {
        format!("{}={}", self.key, self.values[at].text)
    }
}

impl Value {
    fn read(text: &str) -> Self {
        let quantity = Quantity::read(text);
        let text = if quantity.is_some() { text.trim_start_matches('+') } else { text };
        Self { text: text.to_owned(), quantity }
    }
}

impl Quantity {
    /// The most digits: with them sums cannot overflow.
    const MOST_DIGITS: usize = 15;

    /// Reads a number with what stands behind it; `None` where it is something else.
    fn read(text: &str) -> Option<Self> {
        let unsigned = text.strip_prefix(['+', '-', '\u{2212}']).unwrap_or(text);
        let end =
            unsigned.find(|letter: char| !letter.is_ascii_digit() && letter != '.').unwrap_or(unsigned.len());
        let (number, unit) = unsigned.split_at(end);
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        let is_unit = unit.chars().all(|letter| letter.is_alphabetic() || letter == '%');
        let digits = format!("{whole}{fraction}");
        if !is_unit || fraction.contains('.') || digits.is_empty() || digits.len() > Self::MOST_DIGITS {
            return None;
        }
        let size: i64 = digits.parse().ok()?;
        let digits = if text.starts_with(['-', '\u{2212}']) { -size } else { size };
        Some(Self { digits, decimals: fraction.len() as u32, unit: unit.to_owned() })
    }

    /// Its digits with so many decimals, no fewer than it has.
    fn scaled(&self, decimals: u32) -> i128 {
        i128::from(self.digits) * 10_i128.pow(decimals - self.decimals)
    }

    /// The number.
    pub fn number(&self) -> f64 {
        let text = self.written();
        text[..text.len() - self.unit.len()].parse().expect("digits are a number")
    }

    /// As a person would write it, without idle zeros.
    fn written(&self) -> String {
        let sign = if self.digits < 0 { "-" } else { "" };
        let (size, decimals) = (self.digits.unsigned_abs().to_string(), self.decimals as usize);
        let padded = format!("{size:0>width$}", width = decimals + 1);
        let (whole, fraction) = padded.split_at(padded.len() - decimals);
        let fraction = fraction.trim_end_matches('0');
        let point = if fraction.is_empty() { "" } else { "." };
        format!("{sign}{whole}{point}{fraction}{}", self.unit)
    }
}

/// What was typed, and where it begins in what is shown.
struct Typed {
    shown: String,
    start: usize,
}

impl Typed {
    fn text(&self, span: Range<usize>) -> &str {
        &self.shown[self.start + span.start..self.start + span.end]
    }

    fn fault(&self, span: Range<usize>, fault: Diagnostic) -> Box<Diagnostic> {
        let span = self.start + span.start..self.start + span.end;
        Box::new(fault.at(Place::typed(&self.shown, span)))
    }

    /// A part without the blanks around it.
    fn trimmed(&self, span: Range<usize>) -> Range<usize> {
        let text = self.text(span.clone());
        let start = span.start + text.len() - text.trim_start().len();
        start..start + text.trim().len()
    }

    /// The parts of a range; `None` where none begins with a number and two dots.
    fn range(&self, span: Range<usize>) -> Option<Parts> {
        let text = self.text(span.clone());
        let dots = text.find("..")?;
        let begins = |text: &str| {
            text.trim_start_matches(['+', '-', '\u{2212}', ' ']).starts_with(|c: char| c.is_ascii_digit())
        };
        if !begins(text) || text[..dots].contains([',', '/']) {
            return None;
        }
        let slash = text[dots..].find('/').map(|at| dots + at);
        let end = slash.unwrap_or(text.len());
        let part = |from: usize, to: usize| self.trimmed(span.start + from..span.start + to);
        Some(Parts {
            whole: span.clone(),
            from: part(0, dots),
            to: part(dots + 2, end),
            step: slash.map(|slash| part(slash + 1, text.len())),
        })
    }

    /// Values with commas between them; those inside brackets and quotation marks belong to a value.
    fn list(&self, span: Range<usize>) -> Result<Vec<Value>, Box<Diagnostic>> {
        let text = self.text(span.clone());
        let (mut depth, mut quote, mut start) = (0_i32, None, 0);
        let mut parts = Vec::new();
        for (at, letter) in text.char_indices() {
            match (quote, letter) {
                (Some(open), letter) if letter == open => quote = None,
                (None, '"' | '\'') => quote = Some(letter),
                (None, '[' | '{') => depth += 1,
                (None, ']' | '}') => depth -= 1,
                (None, ',') if depth == 0 => {
                    parts.push(start..at);
                    start = at + 1;
                }
                _ => {}
            }
        }
        parts.push(start..text.len());
        let mut values: Vec<Value> = Vec::new();
        for part in parts {
            let place = self.trimmed(span.start + part.start..span.start + part.end);
            let value = Value::read(self.text(place.clone()));
            if value.text.is_empty() {
                let fault =
                    Diagnostic::error("there is an empty value").expected("a value between the commas");
                return Err(self.fault(span, fault));
            }
            if values.contains(&value) {
                let fault =
                    Diagnostic::error(format!("`{}` is there twice", value.text)).expected("each value once");
                return Err(self.fault(place, fault));
            }
            values.push(value);
        }
        self.counted(values.len(), span)?;
        Ok(values)
    }

    fn counted(&self, values: usize, span: Range<usize>) -> Result<(), Box<Diagnostic>> {
        if values <= MOST_VALUES {
            return Ok(());
        }
        let fault = Diagnostic::error(format!("these are {values} values"))
            .expected(format!("at most {MOST_VALUES}"))
            .help("take larger steps");
        Err(self.fault(span, fault))
    }

    fn quantity(&self, span: &Range<usize>) -> Result<Quantity, Box<Diagnostic>> {
        let text = self.text(span.clone());
        Quantity::read(text).ok_or_else(|| {
            let fault = Diagnostic::error(format!("`{text}` is no number with a unit"))
                .expected("such as 5pp, 50% or 0.5")
                .help("what is no number is given as a list: KEY=A,B,…");
            self.fault(span.clone(), fault)
        })
    }
}

/// Where the parts of a range stand.
struct Parts {
    whole: Range<usize>,
    from: Range<usize>,
    to: Range<usize>,
    step: Option<Range<usize>>,
}

impl Parts {
    fn values(&self, typed: &Typed, given: Option<&str>) -> Result<Vec<Value>, Box<Diagnostic>> {
        let (from, to) = (typed.quantity(&self.from)?, typed.quantity(&self.to)?);
        // A step given on its own is shown on its own.
        let apart = given.map(|step| Typed { shown: format!("--step {step}"), start: "--step ".len() });
        let (typed_step, at) = match (&self.step, &apart) {
            (Some(at), _) => (typed, at.clone()),
            (None, Some(apart)) => (apart, 0..apart.shown.len() - apart.start),
            (None, None) => return Err(typed.fault(self.whole.clone(), no_step())),
        };
        let step = typed_step.quantity(&at)?;
        for (other, (typed, place)) in [(&to, (typed, &self.to)), (&step, (typed_step, &at))] {
            if other.unit != from.unit {
                return Err(typed.fault(place.clone(), other_unit(other, &from)));
            }
        }
        let decimals = from.decimals.max(to.decimals).max(step.decimals);
        let [low, high, by] = [&from, &to, &step].map(|quantity| quantity.scaled(decimals));
        if by == 0 || (high - low).signum() * by.signum() < 0 {
            return Err(typed_step.fault(at, wrong_way(by, low, high)));
        }
        if (high - low) % by != 0 {
            return Err(typed_step.fault(at, not_met(&from, &to, &step)));
        }
        let count = usize::try_from((high - low) / by).unwrap_or(usize::MAX).saturating_add(1);
        typed.counted(count, self.whole.clone())?;
        let point = |at: usize| {
            let digits = i64::try_from(low + at as i128 * by).expect("it lies between the ends");
            let quantity = Quantity { digits, decimals, unit: from.unit.clone() };
            Value { text: quantity.written(), quantity: Some(quantity) }
        };
        Ok((0..count).map(point).collect())
    }
}

fn no_step() -> Diagnostic {
    Diagnostic::error("this range has no step")
        .expected("FROM..TO/STEP")
        .help("for example `0pp..50pp/5pp`; `sweep` also takes `--step 5pp`")
}

fn other_unit(found: &Quantity, wanted: &Quantity) -> Diagnostic {
    let wanted = if wanted.unit.is_empty() {
        "a number without a unit".to_owned()
    } else {
        format!("a number with `{}`", wanted.unit)
    };
    Diagnostic::error(format!("`{}` is in another unit than the start of the range", found.written()))
        .expected(wanted)
}

fn wrong_way(step: i128, low: i128, high: i128) -> Diagnostic {
    let expected = if high >= low { "a step above zero" } else { "a step below zero" };
    match step {
        0 => Diagnostic::error("a step of nothing leads nowhere").expected(expected),
        _ => Diagnostic::error("this step leads away from the end of the range").expected(expected),
    }
}

fn not_met(from: &Quantity, to: &Quantity, step: &Quantity) -> Diagnostic {
    Diagnostic::error(format!(
        "from {} in steps of {} one does not come to {}",
        from.written(),
        step.written(),
        to.written()
    ))
    .expected("a step that meets the end of the range")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(typed: &str) -> Vec<String> {
        let found = Parameter::read("", typed, None).unwrap_or_else(|fault| panic!("{typed}: {fault:?}"));
        found.values.into_iter().map(|value| value.text).collect()
    }

    #[test]
    fn steps_are_exact_and_written_as_people_do() {
        assert_eq!(texts("a.b=0pp..0.3pp/0.1pp"), ["0pp", "0.1pp", "0.2pp", "0.3pp"]);
        assert_eq!(texts("a=-10pp..+10pp/10pp"), ["-10pp", "0pp", "10pp"]);
        assert_eq!(texts("a=50%..0%/-25%"), ["50%", "25%", "0%"]);
        assert_eq!(texts("a=1..2/.5"), ["1", "1.5", "2"]);
        assert_eq!(texts("a = 1y .. 3y / 1y"), ["1y", "2y", "3y"]);
        let found = Parameter::read("", "a=-0.05..0.05/0.05", None).unwrap();
        let numbers: Vec<f64> = found.values.iter().map(|v| v.quantity.as_ref().unwrap().number()).collect();
        assert_eq!(numbers, [-0.05, 0.0, 0.05]);
        assert_eq!(found.unit(), Some(""));
    }

    #[test]
    fn lists_are_cut_outside_brackets_only() {
        assert_eq!(texts("model.deficits=fixed, balanced"), ["fixed", "balanced"]);
        assert_eq!(texts("m.goods=[AUT,MET],[OIG]"), ["[AUT,MET]", "[OIG]"]);
        assert_eq!(texts("a=\"x,y\",z"), ["\"x,y\"", "z"]);
        assert_eq!(texts("a=+5pp,25pp"), ["5pp", "25pp"]);
        assert_eq!(texts("baseline=../a,../b"), ["../a", "../b"]);
        assert_eq!(Parameter::read("", "a=5pp,25%", None).unwrap().unit(), None);
    }

    #[test]
    fn mistakes_are_shown_where_they_are() {
        for (typed, underlined, said) in [
            ("x", "x", "which key takes which values"),
            ("=1,2", "=1,2", "which key takes which values"),
            ("a=1", "1", "one value"),
            ("a=5pp..5pp/5pp", "5pp..5pp/5pp", "one value"),
            ("a=0pp..50pp", "0pp..50pp", "no step"),
            ("a=0pp..50pp/5%", "5%", "another unit"),
            ("a=0pp..50%/5pp", "50%", "another unit"),
            ("a=0pp..50pp/0pp", "0pp", "leads nowhere"),
            ("a=0pp..50pp/-5pp", "-5pp", "leads away"),
            ("a=50pp..0pp/5pp", "5pp", "leads away"),
            ("a=0pp..50pp/7pp", "7pp", "does not come to 50pp"),
            ("a=0pp..50pp/x", "x", "no number"),
            ("a=0pp../5pp", "", "no number"),
            ("a=0..1000000/1", "0..1000000/1", "1000001 values"),
            ("a=0..9999999999999999/1", "9999999999999999", "no number"),
            ("a=1,,2", "1,,2", "empty value"),
            ("a=1pp,2pp,+1pp", "+1pp", "there twice"),
        ] {
            let fault = Parameter::read("--across", typed, None).unwrap_err();
            let place = fault.place.clone().unwrap();
            assert_eq!(&place.text[place.span.clone()], underlined, "{typed}: {fault:?}");
            assert!(fault.message.contains(said), "{typed}: {fault:?}");
        }
    }

    #[test]
    fn a_step_may_be_given_apart() {
        let found = Parameter::read("", "a=0pp..10pp", Some("5pp")).unwrap();
        assert_eq!(found.values.len(), 3);
        assert!(Parameter::needs_step("a=0pp..10pp") && !Parameter::needs_step("a=0pp..10pp/5pp"));
        let fault = Parameter::read("", "a=0pp..10pp", Some("5%")).unwrap_err();
        let place = fault.place.unwrap();
        assert_eq!((&*place.text, &place.text[place.span.clone()]), ("--step 5%", "5%"));
    }
}
