//! Tables of one variable: something down, something across.

use std::borrow::Cow;

use crate::model::variable::{CountryVariable, Unit};
use crate::report::page::grid::{Cell, Column, Grid};
use crate::report::page::values::Statistics;
use crate::report::spoken::{self, Scale};

/// How a variable is shown in a table.
pub(super) struct Shown {
    pub(super) variable: CountryVariable,
    pub(super) scale: Scale,
}

impl Shown {
    /// The variable in a unit that suits its numbers; `unit` is that of the numbers, which may be differences.
    pub(super) fn new(
        variable: CountryVariable,
        unit: Unit,
        money: &str,
        centrals: impl Iterator<Item = Option<f64>>,
    ) -> Self {
        Self { variable, scale: Scale::of(unit, money, centrals) }
    }

    pub(super) fn cell(&self, number: &Statistics) -> Cell {
        let is_level = spoken::is_level(self.variable) && self.scale.sign == "%";
        if is_level { Cell::level(number) } else { Cell::estimate(number, self.scale.divisor) }
    }

    /// What the numbers are.
    pub(super) fn caption(&self) -> String {
        let change = if spoken::is_level(self.variable) { "" } else { "change in " };
        format!("{}: {change}{}", spoken::heading(self.variable), self.scale.words)
    }
}

/// A table of a variable.
pub(super) struct Matrix<'m> {
    pub(super) variable: CountryVariable,
    /// The unit of money in the tables.
    pub(super) money: &'m str,
    /// What stands down: the column of its names, and these.
    pub(super) first: Column,
    pub(super) down: Vec<String>,
    pub(super) across: Vec<Column>,
}

impl Matrix<'_> {
    /// The table with the number of each row and column.
    pub(super) fn grid(
        self,
        id: impl Into<Cow<'static, str>>,
        number: impl Fn(usize, usize) -> Statistics,
    ) -> Grid {
        let row = |at: usize| (0..self.across.len()).map(|column| number(at, column)).collect::<Vec<_>>();
        let numbers: Vec<Vec<Statistics>> = (0..self.down.len()).map(row).collect();
        let centrals = numbers.iter().flatten().map(|number| number.central);
        let shown = Shown::new(self.variable, self.variable.unit(), self.money, centrals);
        let rows = self.down.into_iter().zip(&numbers).map(|(name, numbers)| {
            std::iter::once(Cell::text(name)).chain(numbers.iter().map(|number| shown.cell(number))).collect()
        });
        let columns = std::iter::once(self.first).chain(self.across).collect();
        Grid::new(columns, rows.collect()).named(id, shown.caption())
    }
}
