//! A record read back: the page is made of it, and a result made again.

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::diagnostic::Diagnostic;
use crate::report::contents::{Kind, RECORD};
use crate::report::record::{CompareRecord, FORMAT, Hashes, PROGRAM, PathRecord, Record, SweepRecord};

/// The record of any result.
#[derive(Clone, Debug)]
pub enum Written {
    /// That of a run.
    Run(Box<Record>),
    /// That of a run over time.
    Timeline(Box<PathRecord>),
    /// That of a comparison.
    Compare(Box<CompareRecord>),
    /// That of a sweep.
    Sweep(Box<SweepRecord>),
}

/// What can be done about a damaged or foreign file.
pub const RUN_AGAIN: &str = "run the scenario again with --out: the files of a folder belong together";

impl Written {
    /// Reads a record.
    ///
    /// # Errors
    /// The fault, where the text is no record of this program in a format it knows.
    pub fn read(text: &str) -> Result<Self, Box<Diagnostic>> {
        let value: Value = serde_json::from_str(text).map_err(|error| {
            let fault = Diagnostic::error(format!("`{RECORD}` is no whole record of this program: {error}"));
            fault.help(RUN_AGAIN)
        })?;
        if value["program"]["name"] != PROGRAM {
            let fault = Diagnostic::error(format!("`{RECORD}` is no record of this program"));
            return Err(Box::new(fault.help("name a folder that `tariffsim run --out DIR` wrote")));
        }
        if value["format"] != FORMAT {
            let message = format!("`{RECORD}` has the format {}, which is not known here", value["format"]);
            let fault = Diagnostic::error(message).expected(format!("format {FORMAT}"));
            return Err(Box::new(
                fault.help("use the version of the program that wrote it, or run the scenario again"),
            ));
        }
        Ok(match kind(&value) {
            Kind::Run => Self::Run(whole(value)?),
            Kind::Timeline => Self::Timeline(whole(value)?),
            Kind::Compare => Self::Compare(whole(value)?),
            Kind::Sweep => Self::Sweep(whole(value)?),
        })
    }

    /// What it is the record of.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Run(_) => Kind::Run,
            Self::Timeline(_) => Kind::Timeline,
            Self::Compare(_) => Kind::Compare,
            Self::Sweep(_) => Kind::Sweep,
        }
    }

    /// The hashes of the other files by their names.
    pub fn files(&self) -> &Hashes {
        match self {
            Self::Run(record) => &record.files,
            Self::Timeline(record) => &record.files,
            Self::Compare(record) => &record.files,
            Self::Sweep(record) => &record.files,
        }
    }

    /// The record of a run, which alone holds all that it was made from.
    ///
    /// # Errors
    /// What else it is the record of, and how that is made again.
    pub fn run(self) -> Result<Record, Box<Diagnostic>> {
        let kind = self.kind();
        let Self::Run(record) = self else {
            let message = format!(
                "this is the record of {}, and only that of `run` holds all it was made from",
                kind.words()
            );
            return Err(Box::new(Diagnostic::error(message).help(format!(
                "`tariffsim report` says whether its files are as they were written; `tariffsim {} … --out` makes them \
                 again in another folder: equal inputs give equal bytes",
                kind.verb()
            ))));
        };
        Ok(*record)
    }
}

/// What a record is of, by the keys that it has.
fn kind(value: &Value) -> Kind {
    let of_several = Kind::OF_SEVERAL.iter().find(|(key, _)| value.get(key).is_some());
    of_several.map_or(Kind::Run, |(_, kind)| *kind)
}

fn whole<T: DeserializeOwned>(value: Value) -> Result<Box<T>, Box<Diagnostic>> {
    serde_json::from_value(value).map(Box::new).map_err(|error| {
        let fault = Diagnostic::error(format!("`{RECORD}` is not complete: {error}"));
        Box::new(fault.help("it was changed, or written by an earlier version: run the scenario again"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_of_another_program_or_format_is_refused() {
        let read = |text: &str| Written::read(text).unwrap_err().message.clone();
        assert!(read("{").contains("no whole record"));
        assert!(read("[]").contains("no record"));
        assert!(read(r#"{"program":{"name":"other"},"format":1}"#).contains("no record"));
        assert!(read(r#"{"program":{"name":"tariffsim"},"format":2}"#).contains("format 2"));
        for key in ["", r#","days":[]"#, r#","pairs":[]"#, r#","points":[]"#] {
            let said = read(&format!(r#"{{"program":{{"name":"tariffsim"}},"format":1{key}}}"#));
            assert!(said.contains("not complete"), "{key}: {said}");
        }
    }
}
