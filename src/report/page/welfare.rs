//! Where exact welfare comes from, on the page.

use crate::model::split::Part;
use crate::report::page::grid::{Cell, Column, Grid};
use crate::report::page::story::Story;
use crate::report::page::values::Parts;
use crate::report::welfare::{TOTAL, name, words};

/// A row a country and a column a part, then their sum; parts that are zero everywhere have no column.
pub(super) fn grid(story: &Story, parts: &Parts) -> Grid {
    let shown: Vec<Part> = Part::ALL.into_iter().filter(|part| parts.is_anywhere(name(*part))).collect();
    let mut columns = vec![Column::name("country", "Country")];
    columns.extend(shown.iter().map(|part| Column::given(words(*part), "log points")));
    columns.push(Column::given("Change in welfare", "log points"));
    let row = |code: &String| -> Vec<Cell> {
        let values = shown.iter().map(|part| name(*part)).chain([TOTAL]);
        let values = values.map(|part| Cell::estimate(&parts.get(code, part), 1.0));
        std::iter::once(Cell::text(story.country(code))).chain(values).collect()
    };
    Grid::new(columns, story.concerned.iter().map(row).collect())
        .named("welfare-parts", "Where the change in welfare comes from, in log points")
}
