//! What the draws of a shard are of.

use std::ops::Range;

use parquet::file::metadata::KeyValue;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::monte_carlo::sampling::{Design, Points};
use crate::report::inputs::Inputs;
use crate::report::record;

/// Before every key in the metadata of a file.
const PREFIX: &str = concat!(env!("CARGO_PKG_NAME"), ".");

/// The format of shards; a reader refuses what it does not know.
const FORMAT: u32 = 2;

/// What the draws of a shard are of: only draws that agree in everything but their numbers belong together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Label {
    format: u32,
    /// The version of the program that solved them.
    pub version: String,
    /// Hash of the scenario with the tables it names.
    pub scenario: String,
    /// Short name of the dataset.
    pub data_name: String,
    /// Hash of the dataset.
    pub data: String,
    /// Seed of the random streams.
    pub seed: u64,
    /// How draws are spread.
    pub sampler: Design,
    /// How many draws there are in all, where a draw depends on that.
    pub total: Option<u32>,
    /// How many outcomes each draw has.
    pub outcomes: usize,
    /// The first draw.
    pub first: u32,
    /// The draw after the last.
    pub end: u32,
    /// The scenario itself, with the scope of flows.
    pub inputs: Inputs,
}

/// In what two labels differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The version of the program.
    Version,
    /// The scenario or what is set in it.
    Scenario,
    /// The dataset.
    Data,
    /// The seed.
    Seed,
    /// How draws are spread, or over how many in all.
    Sampler,
    /// Which flows are reported.
    Flows,
}

impl Label {
    /// The label of draws that this program solves.
    pub fn new(
        inputs: Inputs,
        [scenario, data_name, data]: [&str; 3],
        points: Points,
        outcomes: usize,
        draws: Range<u32>,
    ) -> Self {
        Self {
            format: FORMAT,
            version: record::VERSION.to_owned(),
            scenario: scenario.to_owned(),
            data_name: data_name.to_owned(),
            data: data.to_owned(),
            seed: points.seed,
            sampler: points.design,
            total: points.design.needs_total().then_some(points.draws),
            outcomes,
            first: draws.start,
            end: draws.end,
            inputs,
        }
    }

    /// The same for other draws.
    #[must_use]
    pub fn of(&self, draws: Range<u32>) -> Self {
        Self { first: draws.start, end: draws.end, ..self.clone() }
    }

    /// The draws.
    pub fn draws(&self) -> Range<u32> {
        self.first..self.end
    }

    /// The first thing but the draws in which this differs from another label.
    pub fn differs(&self, other: &Self) -> Option<Part> {
        let parts = [
            (Part::Version, self.version == other.version),
            (Part::Scenario, self.scenario == other.scenario && self.inputs.file == other.inputs.file),
            (Part::Data, self.data == other.data),
            (Part::Seed, self.seed == other.seed),
            (Part::Sampler, self.sampler == other.sampler && self.total == other.total),
            (Part::Flows, self.inputs.flows == other.inputs.flows),
        ];
        parts.into_iter().find(|(_, is_same)| !is_same).map(|(part, _)| part)
    }

    /// Where the random numbers of its draws come from when there are so many in all.
    pub fn points(&self, draws: u32) -> Points {
        Points { design: self.sampler, seed: self.seed, draws }
    }

    /// The label as metadata of a file: a key for each field, with its value as JSON.
    pub(super) fn metadata(&self) -> Vec<KeyValue> {
        let fields = serde_json::to_value(self).expect("a label has only string keys, so it has a JSON form");
        let fields = fields.as_object().expect("a label is an object").iter();
        fields.map(|(key, value)| KeyValue::new(format!("{PREFIX}{key}"), value.to_string())).collect()
    }

    /// The label in the metadata of a file.
    ///
    /// # Errors
    /// Why there is none that this program knows.
    pub(super) fn of_metadata(metadata: &[KeyValue]) -> Result<Self, String> {
        let own = metadata.iter().filter_map(|pair| {
            let key = pair.key.strip_prefix(PREFIX)?;
            Some((key.to_owned(), serde_json::from_str(pair.value.as_deref()?).ok()?))
        });
        let fields: serde_json::Map<String, Value> = own.collect();
        match fields.get("format").and_then(Value::as_u64) {
            None => return Err("it holds no draws of this program".to_owned()),
            Some(format) if format != u64::from(FORMAT) => {
                return Err(format!("its format is {format}, and this program reads {FORMAT}"));
            }
            Some(_) => {}
        }
        let label: Self = serde_json::from_value(Value::Object(fields)).map_err(|error| error.to_string())?;
        let sound = label.first < label.end
            && label.outcomes > 0
            && label.sampler.needs_total() == label.total.is_some()
            && label.total.is_none_or(|total| label.end <= total);
        if sound { Ok(label) } else { Err("its label contradicts itself".to_owned()) }
    }
}
