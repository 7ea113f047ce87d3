//! Every draw as a row: the parameters that were drawn, and what they give for the countries, for R, Stata and Python.
//!
//! Rows are written as the draws are finished, in draw order; of the Parquet file as many are in memory as make one of
//! its row groups.

use std::io::{self, Write as _};
use std::sync::Arc;

use parquet::basic::{ConvertedType, Repetition, Type as Physical};
use parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int32Type};
use parquet::errors::Result;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::Type;

use crate::economy::dataset::Dataset;
use crate::economy::markets::MarketElasticities;
use crate::economy::policy::Policy;
use crate::hash::Hashing;
use crate::index::{CountryId, SectorId};
use crate::model::variable::Variables;
use crate::monte_carlo::draw::Sampler;
use crate::monte_carlo::ensemble::Solved;
use crate::report::contents::{CODEBOOK, DRAWS, DRAWS_TABLE};
use crate::report::folder::{Draft, FolderError, Stream};
use crate::report::record::Hashes;
use crate::report::shard::{column, io_error, properties};
use crate::report::tables::unit_name;

/// What is drawn, and in which outcomes.
#[derive(Clone, Copy)]
pub struct Sampled<'a> {
    /// The data.
    pub dataset: &'a Dataset,
    /// What the model has to tell.
    pub variables: &'static Variables,
    /// Central elasticities of demand and supply; only partial equilibrium has them.
    pub markets: Option<&'a MarketElasticities>,
    /// The policy over all outcomes: its shares are those that may be drawn.
    pub outcomes: &'a [OutcomeOfDraws<'a>],
}

/// One outcome of every draw.
pub struct OutcomeOfDraws<'a> {
    /// Its name.
    pub name: &'a str,
    /// How probable it is.
    pub weight: f64,
    /// What changes in it.
    pub policy: &'a Policy,
    /// What draws its parameters.
    pub sampler: Sampler<'a>,
}

/// Columns of words and numbers before those of the parameters.
const KEYS: [&str; 4] = ["draw", "outcome", "weight", "status"];

/// The status of a draw.
const SOLVED: &str = "solved";
const UNSOLVED: &str = "no-solution";

/// The memory that the rows of a group may take.
const GROUP_BYTES: usize = 32 << 20;

/// What a column holds.
struct Column {
    name: String,
    label: String,
    unit: String,
    kind: &'static str,
}

/// A row of the tables.
struct Row {
    draw: u32,
    outcome: usize,
    is_solved: bool,
    numbers: Vec<Option<f64>>,
}

/// The tables on their way.
pub struct DrawTables<'a> {
    sampled: Sampled<'a>,
    columns: Vec<Column>,
    /// The labels of the exempt shares that are drawn, in the order of their columns.
    shares: Vec<String>,
    table: csv::Writer<Stream>,
    file: SerializedFileWriter<Stream>,
    /// Rows of the next group.
    rows: Vec<Row>,
    most_rows: usize,
    codebook: String,
}

impl<'a> DrawTables<'a> {
    /// Begins the tables in the folder of a result.
    ///
    /// # Errors
    /// [`FolderError::Unwritable`].
    pub fn begin(draft: &Draft<'_>, sampled: Sampled<'a>) -> std::result::Result<Self, FolderError> {
        let shares = shares(&sampled);
        let columns = columns(&sampled, &shares);
        let codebook = codebook(&columns).map_err(|reason| draft.unwritable(CODEBOOK, reason))?;
        draft.file(CODEBOOK, |out| out.write_all(codebook.as_bytes()))?;
        let mut table = csv::Writer::from_writer(draft.stream(DRAWS_TABLE)?);
        let heads = KEYS.iter().copied().chain(columns.iter().map(|column| column.name.as_str()));
        let begun = table.write_record(heads).map_err(io::Error::from);
        begun.map_err(|reason| draft.unwritable(DRAWS_TABLE, reason))?;
        let out = draft.stream(DRAWS)?;
        let begin = || SerializedFileWriter::new(out, schema(&columns)?, Arc::new(properties().build()));
        let file = begin().map_err(|error| draft.unwritable(DRAWS, io_error(error)))?;
        let most_rows = (GROUP_BYTES / (size_of::<Option<f64>>() * columns.len())).max(1);
        Ok(Self { sampled, columns, shares, table, file, rows: Vec::new(), most_rows, codebook })
    }

    /// Adds draws, the first of which has this number.
    ///
    /// # Errors
    /// Those of writing.
    pub fn add(&mut self, first: u32, solved: &[Solved]) -> io::Result<()> {
        for (draw, solved) in (first..).zip(solved) {
            for outcome in 0..self.sampled.outcomes.len() {
                let row = self.row(draw, outcome, solved);
                self.write_line(&row)?;
                self.rows.push(row);
                if self.rows.len() == self.most_rows {
                    self.write_group()?;
                }
            }
        }
        Ok(())
    }

    /// Ends the tables and gives their hashes.
    ///
    /// # Errors
    /// Those of writing.
    pub fn finish(mut self) -> io::Result<Hashes> {
        if !self.rows.is_empty() {
            self.write_group()?;
        }
        let table = self.table.into_inner().map_err(|error| io::Error::other(error.to_string()))?;
        let file = self.file.into_inner().map_err(io_error)?;
        let hashes = [
            (CODEBOOK, crate::hash::sha256(self.codebook.as_bytes())),
            (DRAWS_TABLE, end(table)?),
            (DRAWS, end(file)?),
        ];
        Ok(hashes.map(|(name, hash)| (name.to_owned(), hash)).into())
    }

    fn row(&self, draw: u32, outcome: usize, solved: &Solved) -> Row {
        let possible = &self.sampled.outcomes[outcome];
        let drawn = possible.sampler.draw(draw).parameters;
        let known = &possible.policy.exempt_shares;
        let share = |label: &String| {
            known.iter().position(|share| share.label == *label).map(|at| drawn.exempt_shares[at])
        };
        let shares: Vec<Option<f64>> = self.shares.iter().map(share).collect();
        let results = self.sampled.variables.countries.len() * self.sampled.dataset.countries.len();
        let defined = |value: f64| value.is_finite().then_some(value);
        let markets = self.sampled.markets.into_iter().flat_map(|central| {
            let factors = possible.sampler.market_factors(draw, central.demand.len()).into_iter();
            factors
                .zip(&central.demand)
                .flat_map(|([of_demand, of_supply], demand)| [demand * of_demand, of_supply])
        });
        let mut numbers: Vec<Option<f64>> =
            drawn.theta.iter().copied().chain(markets).map(Some).chain(shares).collect();
        match &solved.result {
            Ok(impacts) => numbers.extend(impacts[outcome].countries.iter().map(|value| defined(*value))),
            Err(_) => numbers.extend(std::iter::repeat_n(None, results)),
        }
        Row { draw, outcome, is_solved: solved.result.is_ok(), numbers }
    }

    fn write_line(&mut self, row: &Row) -> io::Result<()> {
        let outcome = &self.sampled.outcomes[row.outcome];
        let status = if row.is_solved { SOLVED } else { UNSOLVED };
        let keys =
            [row.draw.to_string(), outcome.name.to_owned(), outcome.weight.to_string(), status.to_owned()];
        // The sign of zero says nothing.
        let text = |number: &Option<f64>| number.map_or(String::new(), |number| (number + 0.0).to_string());
        self.table.write_record(keys.into_iter().chain(row.numbers.iter().map(text))).map_err(io::Error::from)
    }

    fn write_group(&mut self) -> io::Result<()> {
        let rows = std::mem::take(&mut self.rows);
        let outcomes = self.sampled.outcomes;
        let mut write = || -> Result<()> {
            let mut group = self.file.next_row_group()?;
            let words = |of: &dyn Fn(&Row) -> &'a str| -> Vec<ByteArray> {
                rows.iter().map(|row| ByteArray::from(of(row).as_bytes().to_vec())).collect()
            };
            let draws: Vec<i32> = rows.iter().map(|row| row.draw as i32).collect();
            let weights: Vec<f64> = rows.iter().map(|row| outcomes[row.outcome].weight).collect();
            let names = words(&|row| outcomes[row.outcome].name);
            let states = words(&|row| if row.is_solved { SOLVED } else { UNSOLVED });
            column::<Int32Type>(&mut group, &draws, None, None)?;
            column::<ByteArrayType>(&mut group, &names, None, None)?;
            column::<DoubleType>(&mut group, &weights, None, None)?;
            column::<ByteArrayType>(&mut group, &states, None, None)?;
            for at in 0..self.columns.len() {
                let values: Vec<f64> =
                    rows.iter().filter_map(|row| row.numbers[at]).map(|x| x + 0.0).collect();
                let defined: Vec<i16> = rows.iter().map(|row| i16::from(row.numbers[at].is_some())).collect();
                column::<DoubleType>(&mut group, &values, Some(&defined), None)?;
            }
            group.close().map(drop)
        };
        write().map_err(io_error)
    }
}

fn end(mut stream: Stream) -> io::Result<String> {
    stream.flush()?;
    Ok(Hashing::finish(stream))
}

/// The labels of the shares that are drawn in some outcome, in order of appearance.
fn shares(sampled: &Sampled<'_>) -> Vec<String> {
    let mut labels: Vec<String> = Vec::new();
    let shares = sampled.outcomes.iter().flat_map(|outcome| &outcome.policy.exempt_shares);
    for share in shares.filter(|share| !share.known) {
        if !labels.contains(&share.label) {
            labels.push(share.label.clone());
        }
    }
    labels
}

/// All columns after the keys.
fn columns(sampled: &Sampled<'_>, shares: &[String]) -> Vec<Column> {
    let Sampled { dataset, variables, markets, .. } = *sampled;
    let (countries, sectors) = (&dataset.countries, &dataset.sectors);
    let of_sector = |sector: SectorId, name: &str, label: &str| Column {
        name: format!("{name}:{}", sectors.code(sector)),
        label: format!("{label} of {}", sectors.name(sector)),
        unit: "ratio".to_owned(),
        kind: "parameter",
    };
    let thetas = sectors.ids().map(|sector| of_sector(sector, "theta", "trade elasticity"));
    let of_markets = markets.into_iter().flat_map(|_| sectors.ids()).flat_map(|sector| {
        [
            of_sector(sector, "demand", "demand elasticity"),
            of_sector(sector, "supply_factor", "factor on the supply elasticities"),
        ]
    });
    let exempt = shares.iter().map(|share| Column {
        name: share.replacen("exempt_share:", "exempt:", 1),
        label: format!("share of trade that is exempt: {share}"),
        unit: "ratio".to_owned(),
        kind: "parameter",
    });
    let results = countries.ids::<CountryId>().flat_map(|country| {
        variables.countries.iter().map(move |variable| Column {
            name: format!("{}:{}", variable.name(), countries.code(country)),
            label: format!("{} of {}", variable.name().replace('_', " "), countries.name(country)),
            unit: unit_name(variable.unit(), &dataset.unit).to_owned(),
            kind: "result",
        })
    });
    thetas.chain(of_markets).chain(exempt).chain(results).collect()
}

/// What each column is, the keys first.
fn codebook(columns: &[Column]) -> io::Result<String> {
    let keys = [
        ["draw", "number of the draw, from 0", "", "key"],
        ["outcome", "what happens; `all` where that is certain", "", "key"],
        ["weight", "probability of the outcome", "ratio", "key"],
        ["status", "`solved`, or `no-solution` for a draw without results", "", "key"],
    ];
    let mut table = csv::Writer::from_writer(Vec::new());
    table.write_record(["column", "label", "unit", "kind"])?;
    keys.iter().try_for_each(|key| table.write_record(key))?;
    for Column { name, label, unit, kind } in columns {
        table.write_record([name.as_str(), label, unit, kind])?;
    }
    let bytes = table.into_inner().map_err(|error| io::Error::other(error.to_string()))?;
    String::from_utf8(bytes).map_err(io::Error::other)
}

fn schema(columns: &[Column]) -> Result<Arc<Type>> {
    let field = |name: &str, physical, repetition, converted| -> Result<Arc<Type>> {
        let builder = Type::primitive_type_builder(name, physical);
        Ok(Arc::new(builder.with_repetition(repetition).with_converted_type(converted).build()?))
    };
    let (required, plain, word) = (Repetition::REQUIRED, ConvertedType::NONE, ConvertedType::UTF8);
    let kinds = [
        (Physical::INT32, plain),
        (Physical::BYTE_ARRAY, word),
        (Physical::DOUBLE, plain),
        (Physical::BYTE_ARRAY, word),
    ];
    let keys = KEYS
        .iter()
        .zip(kinds)
        .map(|(name, (physical, converted))| field(name, physical, required, converted));
    let numbers =
        columns.iter().map(|column| field(&column.name, Physical::DOUBLE, Repetition::OPTIONAL, plain));
    let fields = keys.chain(numbers).collect::<Result<Vec<_>>>()?;
    Ok(Arc::new(Type::group_type_builder("draws").with_fields(fields).build()?))
}
