//! Days of the calendar.

use std::fmt;

use thiserror::Error;

/// Why a written date was refused.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum DateError {
    /// Not written as a date.
    #[error("`{0}` is not a date")]
    NotADate(String),
    /// A day that the calendar does not have, such as 30 February.
    #[error("the calendar has no {written}: {month} {year} has {days} days")]
    NoSuchDay {
        /// What was written.
        written: String,
        /// The month by name.
        month: &'static str,
        /// The year.
        year: i32,
        /// How many days the month has.
        days: u8,
    },
    /// A year in which no scenario plays.
    #[error("`{0}` is out of range")]
    OutOfRange(String),
}

/// A day of the Gregorian calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    year: i32,
    month: u8,
    day: u8,
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// Days of a year as calendars of actuaries count them.
const DAYS_OF_A_YEAR: f64 = 365.25;

impl Date {
    /// The first and the last year that may be written, a guard against slips of the pen.
    pub const YEARS: [i32; 2] = [1900, 2199];

    /// A day from its numbers; `written` is how the user put it.
    ///
    /// # Errors
    /// [`DateError`] when the calendar has no such day, or the year is out of range.
    pub fn new(year: i32, month: u8, day: u8, written: &str) -> Result<Self, DateError> {
        let Some(name) = usize::from(month).checked_sub(1).and_then(|at| MONTHS.get(at)) else {
            return Err(DateError::NotADate(written.to_owned()));
        };
        if !(Self::YEARS[0]..=Self::YEARS[1]).contains(&year) {
            return Err(DateError::OutOfRange(written.to_owned()));
        }
        let days = days_of(year, month);
        if (1..=days).contains(&day) {
            Ok(Self { year, month, day })
        } else {
            Err(DateError::NoSuchDay { written: written.to_owned(), month: name, year, days })
        }
    }

    /// A day written `2025-03-04`.
    ///
    /// # Errors
    /// [`DateError`] when it is written otherwise, or see [`Date::new`].
    pub fn parse(written: &str) -> Result<Self, DateError> {
        let text = written.trim();
        let not_a_date = || DateError::NotADate(written.to_owned());
        let part = |range: std::ops::Range<usize>| {
            let digits = text.get(range).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
            digits.and_then(|digits| digits.parse::<u16>().ok()).ok_or_else(not_a_date)
        };
        if text.len() != 10 || text.get(4..5) != Some("-") || text.get(7..8) != Some("-") {
            return Err(not_a_date());
        }
        let (year, month, day) = (part(0..4)?, part(5..7)?, part(8..10)?);
        let small = |number: u16| u8::try_from(number).unwrap_or(0);
        Self::new(i32::from(year), small(month), small(day), text)
    }

    /// The day after.
    #[must_use]
    pub fn next(self) -> Self {
        match self {
            Self { year, month, day } if day < days_of(year, month) => Self { day: day + 1, ..self },
            Self { year, month: 12, .. } => Self { year: year + 1, month: 1, day: 1 },
            Self { month, .. } => Self { month: month + 1, day: 1, ..self },
        }
    }

    /// The day before.
    #[must_use]
    pub fn previous(self) -> Self {
        match self {
            Self { day, .. } if day > 1 => Self { day: day - 1, ..self },
            Self { year, month: 1, .. } => Self { year: year - 1, month: 12, day: 31 },
            Self { year, month, .. } => Self { month: month - 1, day: days_of(year, month - 1), ..self },
        }
    }

    /// So many days later.
    #[must_use]
    pub fn days_later(self, days: u32) -> Self {
        (0..days).fold(self, |day, _| day.next())
    }

    /// So many days earlier.
    #[must_use]
    pub fn days_earlier(self, days: u32) -> Self {
        (0..days).fold(self, |day, _| day.previous())
    }

    /// How many days it is after another; negative if it is before.
    pub fn days_since(self, other: Self) -> i32 {
        self.number() - other.number()
    }

    /// The same in years.
    pub fn years_since(self, other: Self) -> f64 {
        f64::from(self.days_since(other)) / DAYS_OF_A_YEAR
    }

    /// The year.
    pub fn year(self) -> i32 {
        self.year
    }

    /// The first day of the month, so many months later.
    #[must_use]
    pub fn month_after(self, months: i32) -> Self {
        let month = self.year * 12 + i32::from(self.month) - 1 + months;
        let in_year = u8::try_from(month.rem_euclid(12)).unwrap_or(0);
        Self { year: month.div_euclid(12), month: in_year + 1, day: 1 }
    }

    /// The name of its month.
    pub fn month_name(self) -> &'static str {
        MONTHS[usize::from(self.month) - 1]
    }

    /// In words: "4 March 2025".
    pub fn spoken(self) -> String {
        format!("{} {} {}", self.day, self.month_name(), self.year)
    }

    /// Days since a fixed day long ago: the months are counted from March, so that a leap day is the last of a year.
    fn number(self) -> i32 {
        let month = i32::from(self.month);
        let (year, month) = if month > 2 { (self.year, month - 3) } else { (self.year - 1, month + 9) };
        let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
        365 * year + leap_days + (153 * month + 2) / 5 + i32::from(self.day)
    }
}

/// How many days a month has.
fn days_of(year: i32, month: u8) -> u8 {
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 if is_leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> Date {
        Date::parse(text).expect("a date")
    }

    #[test]
    fn days_follow_one_another_through_leap_years() {
        for (day, next) in [
            ("2024-02-28", "2024-02-29"),
            ("2024-02-29", "2024-03-01"),
            ("2025-02-28", "2025-03-01"),
            ("2100-02-28", "2100-03-01"),
            ("2000-02-28", "2000-02-29"),
            ("2025-12-31", "2026-01-01"),
            ("2025-04-30", "2025-05-01"),
        ] {
            assert_eq!(date(day).next(), date(next));
            assert_eq!(date(next).previous(), date(day));
            assert_eq!(date(next).days_since(date(day)), 1);
        }
    }

    #[test]
    fn every_day_of_three_centuries_is_one_after_the_day_before() {
        let mut day = date("1900-01-01");
        let mut count = 0;
        while day < date("2199-12-31") {
            assert_eq!(day.next().days_since(day), 1, "{day}");
            assert_eq!(day.next().previous(), day);
            assert_eq!(Date::parse(&day.to_string()), Ok(day));
            day = day.next();
            count += 1;
        }
        // 300 years with 73 leap days, less the first day.
        assert_eq!(count, 300 * 365 + 73 - 1);
        assert_eq!(date("2025-03-04").days_since(date("2018-03-23")), 2538);
    }

    #[test]
    fn what_is_no_day_is_refused() {
        for text in [
            "4 March 2025",
            "2025-3-4",
            "2025/03/04",
            "20250304",
            "2025-13-01",
            "2025-00-01",
            "",
            "é025-01-0",
        ] {
            assert_eq!(Date::parse(text), Err(DateError::NotADate(text.to_owned())));
        }
        let february = Date::parse("2025-02-30").expect_err("no such day");
        assert_eq!(february.to_string(), "the calendar has no 2025-02-30: February 2025 has 28 days");
        assert!(matches!(Date::parse("2025-04-00"), Err(DateError::NoSuchDay { .. })));
        assert!(matches!(Date::parse("0225-04-01"), Err(DateError::OutOfRange(_))));
    }

    #[test]
    fn months_are_counted_over_the_turn_of_the_year() {
        assert_eq!(date("2025-11-15").month_after(3), date("2026-02-01"));
        assert_eq!(date("2025-01-15").month_after(-1), date("2024-12-01"));
        assert_eq!(date("2025-03-04").spoken(), "4 March 2025");
    }
}
