//! Whatever bytes a folder holds, reading it ends with a dataset or with errors, never with a panic.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr)]

mod data_support;

use data_support::{Memory, TINY, faults, tiny};
use proptest::prelude::*;
use tariffsim::data::check::{Summary, warnings};
use tariffsim::data::folder::read;
use tariffsim::data::hash::hash;
use tariffsim::files::{FileError, Files, Folder};

/// What is written over a piece of a file.
fn scrap() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        Just("\"".to_owned()),
        Just(",".to_owned()),
        Just("\n".to_owned()),
        Just("\r".to_owned()),
        Just("\u{feff}".to_owned()),
        Just("-".to_owned()),
        Just("1e308".to_owned()),
        Just("nan".to_owned()),
        Just("MEX".to_owned()),
        Just(" ".to_owned()),
        any::<char>().prop_map(String::from),
        "\\PC{0,12}",
    ]
}

/// Everything that is done with a reading on its way to the user.
fn use_up(files: &dyn Files) {
    let reading = read(files);
    let written = faults(&reading);
    assert!(reading.dataset.is_some() || !written.is_empty());
    if let Some(dataset) = reading.dataset {
        assert!(dataset.trade.values().iter().all(|value| value.is_finite() && *value >= 0.0));
        assert!(dataset.tariffs.values().iter().all(|rate| rate.is_finite() && *rate > -1.0));
        assert!(Summary::of(&dataset).lines(&dataset).len() > 3);
        assert!(warnings(&dataset).iter().all(|fault| !fault.is_error()));
        assert_eq!(hash(&dataset).len(), 64);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn pieces_of_any_file_are_overwritten(
        changes in prop::collection::vec((0..TINY.len(), any::<prop::sample::Index>(), 0..6_usize, scrap()), 1..5),
    ) {
        let Memory(mut files) = tiny();
        for (file, at, length, scrap) in changes {
            let text = files.get_mut(TINY[file]).unwrap();
            let starts: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
            let from = at.index(starts.len());
            let to = (from + length).min(starts.len() - 1);
            text.replace_range(starts[from]..starts[to], &scrap);
        }
        use_up(&Memory(files));
    }

    #[test]
    fn a_file_is_cut_off(file in 0..TINY.len(), at in any::<prop::sample::Index>()) {
        let Memory(mut files) = tiny();
        let text = files.get_mut(TINY[file]).unwrap();
        text.truncate(at.index(text.len()));
        use_up(&Memory(files));
    }

    #[test]
    fn a_file_is_any_text(file in 0..TINY.len(), text in "(\\PC|[,\"\r\n;\t=]){0,200}") {
        use_up(&tiny().with(TINY[file], &text));
    }

    #[test]
    fn a_file_is_any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("trade.csv"), &bytes).unwrap();
        use_up(&Over { folder: Folder::new(folder.path()), file: "trade.csv", under: tiny() });
    }
}

/// One file from disk over the others in memory.
struct Over {
    folder: Folder,
    file: &'static str,
    under: Memory,
}

impl Files for Over {
    fn read(&self, name: &str, limit: u64) -> Result<String, FileError> {
        if name == self.file { self.folder.read(name, limit) } else { self.under.read(name, limit) }
    }
}
