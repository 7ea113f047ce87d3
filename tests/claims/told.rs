//! A sentence whose numbers are checked off one by one.

pub(crate) struct Claim {
    pub(crate) scenario: &'static str,
    pub(crate) key: &'static str,
    pub(crate) check: fn(&mut Told),
}

pub(crate) struct Told {
    text: String,
    /// The numbers in it that no check has named yet.
    open: Vec<String>,
    faults: Vec<String>,
}

impl Told {
    pub(crate) fn new(text: &str) -> Self {
        Self { text: text.to_owned(), open: numbers(text), faults: Vec::new() }
    }

    /// A number that the program finds stands in the sentence, without its sign.
    pub(crate) fn says(&mut self, value: f64, decimals: usize) {
        let wanted = format!("{:.decimals$}", value.abs());
        self.tick(&wanted, &format!("the program finds {value}"));
    }

    /// A number that is no result: part of the scenario, or of how the sentence counts.
    pub(crate) fn given(&mut self, numbers: &[&str]) {
        for number in numbers {
            self.tick(number, "it is given");
        }
    }

    fn tick(&mut self, number: &str, why: &str) {
        match self.open.iter().position(|open| open == number) {
            Some(at) => drop(self.open.remove(at)),
            None => self.faults.push(format!("`{number}` is not in the sentence; {why}")),
        }
    }

    /// Something that the sentence says in words.
    pub(crate) fn holds(&mut self, what: &str, is_so: bool) {
        if !is_so {
            self.faults.push(format!("not true: {what}"));
        }
    }

    pub(crate) fn faults(mut self) -> Vec<String> {
        let open = self.open.iter().map(|number| format!("nothing checks `{number}`"));
        self.faults.extend(open);
        let text = &self.text;
        self.faults.into_iter().map(|fault| format!("{fault} ({text})")).collect()
    }
}

/// The numbers in a sentence, as they are written.
fn numbers(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_ascii_digit() && c != '.')
        .map(|number| number.trim_matches('.').to_owned())
        .filter(|number| !number.is_empty())
        .collect()
}

#[test]
fn a_wrong_or_unchecked_number_is_found() {
    assert_eq!(numbers("It is 2.5%, not 10: see 1995."), ["2.5", "10", "1995"]);
    let faults = |check: fn(&mut Told)| {
        let mut told = Told::new("It falls by 2.5%, not by 10.");
        check(&mut told);
        told.faults().len()
    };
    let right = |told: &mut Told| {
        told.says(-2.46, 1);
        told.given(&["10"]);
    };
    assert_eq!(faults(right), 0);
    assert_eq!(faults(|told| told.says(-2.46, 1)), 1, "nothing checks 10");
    assert_eq!(faults(|told| told.given(&["2.5", "10", "11"])), 1, "11 is not there");
    let wrong = |told: &mut Told| {
        told.says(-2.44, 1);
        told.given(&["10"]);
    };
    assert_eq!(faults(wrong), 2, "2.4 is not there, and nothing checks 2.5");
    let untrue = |told: &mut Told| {
        told.given(&["2.5", "10"]);
        told.holds("it rises", false);
    };
    assert_eq!(faults(untrue), 1);
}
