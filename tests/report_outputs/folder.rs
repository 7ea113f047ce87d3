//! The result folder.

use std::fs;
use std::path::Path;

use tariffsim::report::folder::{self, FolderError};

use crate::fake;

fn names(dir: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn result(marker: &str) -> Vec<(&'static str, Vec<u8>)> {
    let record = br#"{ "format": 1, "program": { "name": "tariffsim" } }"#;
    vec![("run.json", record.to_vec()), ("marker", marker.as_bytes().to_vec())]
}

#[test]
fn a_run_leaves_all_its_files() {
    let home = tempfile::tempdir().unwrap();
    let dir = home.path().join("deep").join("er").join("results");
    tariffsim::report::result::write(&dir, &fake::small().study()).unwrap();
    assert_eq!(
        names(&dir),
        [
            "countries.csv",
            "countries.png",
            "countries.svg",
            "flows.csv",
            "prices.png",
            "prices.svg",
            "rates.csv",
            "report.html",
            "run.json",
            "scenario.toml",
            "sectors.csv",
            "volumes.png",
            "volumes.svg"
        ]
    );
    assert_eq!(names(home.path()), ["deep"]);
    assert_eq!(names(&home.path().join("deep").join("er")), ["results"], "no scratch folder stays");
}

#[test]
fn two_runs_are_equal_byte_for_byte_and_name_no_place() {
    let fake = fake::small();
    let files = fake::files(&fake.study());
    assert_eq!(files, fake::files(&fake.study()));
    for (name, bytes) in &files {
        let text = String::from_utf8_lossy(bytes);
        assert!(!text.contains(env!("CARGO_MANIFEST_DIR")) && !text.contains("/tmp"), "{name}");
    }
}

#[test]
fn an_earlier_result_is_replaced_as_a_whole() {
    let home = tempfile::tempdir().unwrap();
    let dir = home.path().join("results");
    let mut first = result("first");
    first.push(("old.csv", vec![]));
    folder::write(&dir, &first).unwrap();
    folder::write(&dir, &result("second")).unwrap();
    assert_eq!(names(&dir), ["marker", "run.json"]);
    assert_eq!(fs::read_to_string(dir.join("marker")).unwrap(), "second");
    assert_eq!(names(home.path()), ["results"]);
}

#[test]
fn an_empty_folder_is_used() {
    let home = tempfile::tempdir().unwrap();
    folder::write(home.path(), &result("first")).unwrap();
    assert_eq!(names(home.path()), ["marker", "run.json"]);
}

#[test]
fn a_folder_with_something_else_is_left_alone() {
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("thesis.docx"), "years of work").unwrap();
    for record in
        [None, Some("{}"), Some("not json"), Some(r#"{ "format": 2, "program": { "name": "tariffsim" } }"#)]
    {
        if let Some(record) = record {
            fs::write(home.path().join("run.json"), record).unwrap();
        }
        let error = folder::write(home.path(), &result("new")).unwrap_err();
        assert!(matches!(error, FolderError::NotAResult(_)), "{error}");
        assert_eq!(fs::read_to_string(home.path().join("thesis.docx")).unwrap(), "years of work");
    }
    let message = folder::check(home.path()).unwrap_err().to_string();
    assert!(message.contains("is not empty and holds no result of this program"), "{message}");
}

#[test]
fn a_file_and_a_folder_without_a_name_are_refused() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("file");
    fs::write(&file, "").unwrap();
    assert!(matches!(folder::write(&file, &result("")), Err(FolderError::NotAFolder(_))));
    let nameless = home.path().join("new").join("..");
    assert!(folder::write(&nameless, &result("")).is_err());
    assert_eq!(names(home.path()), ["file"]);
}

#[test]
fn a_failure_leaves_the_old_result_and_nothing_new() {
    let home = tempfile::tempdir().unwrap();
    let dir = home.path().join("results");
    folder::write(&dir, &result("first")).unwrap();
    // A file in a folder that is not there cannot be written.
    let bad = [("marker", b"second".to_vec()), ("nowhere/file", vec![])];
    assert!(matches!(folder::write(&dir, &bad), Err(FolderError::Unwritable { .. })));
    assert_eq!(fs::read_to_string(dir.join("marker")).unwrap(), "first");
    assert_eq!(names(home.path()), ["results"]);
    assert!(folder::write(&home.path().join("a").join("b"), &bad).is_err());
    assert_eq!(names(home.path()), ["results"], "folders made on the way are removed");
}

#[test]
fn a_file_that_fails_while_it_is_written_leaves_the_old_result() {
    let home = tempfile::tempdir().unwrap();
    let dir = home.path().join("results");
    folder::write(&dir, &result("first")).unwrap();
    let failed: Result<(), FolderError> = folder::make(&dir, |draft| {
        draft.file("run.json", |out| out.write_all(b"{}"))?;
        draft.file("marker", |out| {
            out.write_all(b"sec")?;
            Err(std::io::Error::other("the disk is full"))
        })?;
        Ok(())
    });
    let message = failed.unwrap_err().to_string();
    assert!(message.contains("marker") && message.contains("the disk is full"), "{message}");
    assert_eq!(fs::read_to_string(dir.join("marker")).unwrap(), "first");
    assert_eq!((names(home.path()), names(&dir).len()), (vec!["results".to_owned()], 2));
}

#[cfg(unix)]
#[test]
fn a_link_to_a_result_stays_a_link() {
    let home = tempfile::tempdir().unwrap();
    let (dir, link) = (home.path().join("results"), home.path().join("latest"));
    folder::write(&dir, &result("first")).unwrap();
    std::os::unix::fs::symlink(&dir, &link).unwrap();
    folder::write(&link, &result("second")).unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(fs::read_to_string(dir.join("marker")).unwrap(), "second");
}
