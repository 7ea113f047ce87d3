//! Commands shown in documentation, run and compared with what is shown.

use std::path::Path;
use std::process::Command;

/// A command with what is shown of its output and its exit code.
#[derive(Debug, PartialEq)]
pub(crate) struct Step {
    pub(crate) arguments: Vec<String>,
    pub(crate) output: Vec<String>,
    pub(crate) exit_code: i32,
}

/// Takes a console block apart: each line after `$` is a command, what follows is its output, `...` stands for any
/// lines, and a last line `[exit code N]` says how it ends. A command without output is not compared.
pub(crate) fn steps(block: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for line in block.lines() {
        if let Some(command) = line.strip_prefix("$ ") {
            let mut words = words(command).into_iter();
            assert_eq!(words.next().as_deref(), Some("tariffsim"), "cannot run `{command}`");
            steps.push(Step { arguments: words.collect(), output: Vec::new(), exit_code: 0 });
            continue;
        }
        let step = steps.last_mut().expect("a console block begins with a command");
        let code = line.strip_prefix("[exit code ").and_then(|rest| rest.strip_suffix(']'));
        match code {
            Some(code) => step.exit_code = code.parse().expect("an exit code is a number"),
            None => step.output.push(line.trim_end().to_owned()),
        }
    }
    steps
}

/// Words at blanks, quotation marks kept together.
fn words(command: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (at, piece) in command.split('"').enumerate() {
        if at % 2 == 0 {
            words.extend(piece.split_whitespace().map(str::to_owned));
        } else {
            words.push(piece.to_owned());
        }
    }
    words
}

/// Runs a step in a folder; what is wrong, if anything is.
pub(crate) fn run(step: &Step, folder: &Path) -> Result<(), String> {
    let output = Command::new(env!("CARGO_BIN_EXE_tariffsim"))
        .args(&step.arguments)
        .current_dir(folder)
        .output()
        .expect("the program starts");
    let text = [output.stderr, output.stdout].concat();
    let text = String::from_utf8(text).expect("output is UTF-8");
    let found: Vec<&str> = text.lines().map(str::trim_end).collect();
    let shown: Vec<&str> = step.output.iter().map(String::as_str).collect();
    let ends = output.status.code() == Some(step.exit_code);
    if ends && (shown.is_empty() || agree(&shown, &found)) {
        return Ok(());
    }
    let command = step.arguments.join(" ");
    Err(format!("tariffsim {command}: exit code {:?}, and the output is\n{text}", output.status.code()))
}

/// Whether lines are as shown, `...` standing for any number of lines.
pub(crate) fn agree(shown: &[&str], found: &[&str]) -> bool {
    match shown {
        [] => found.is_empty(),
        ["...", rest @ ..] => (0..=found.len()).any(|skipped| agree(rest, &found[skipped..])),
        [first, rest @ ..] => found.first() == Some(first) && agree(rest, &found[1..]),
    }
}

#[test]
fn blocks_are_taken_apart() {
    let found = steps("$ tariffsim run \"a b\" --draws 0\none\n...\n[exit code 3]\n$ tariffsim list\n");
    let step = |arguments: &[&str], output: &[&str], exit_code| Step {
        arguments: arguments.iter().map(|&word| word.to_owned()).collect(),
        output: output.iter().map(|&line| line.to_owned()).collect(),
        exit_code,
    };
    assert_eq!(found, [step(&["run", "a b", "--draws", "0"], &["one", "..."], 3), step(&["list"], &[], 0)]);
}

#[test]
fn dots_stand_for_any_lines_and_nothing_else_is_forgiven() {
    assert!(agree(&["a", "...", "d"], &["a", "b", "c", "d"]));
    assert!(agree(&["...", "a", "..."], &["a"]));
    assert!(!agree(&["a", "...", "d"], &["a", "b"]));
    assert!(!agree(&["a"], &["a", "b"]));
    assert!(!agree(&["a", "b"], &["a"]));
}

#[test]
fn a_wrong_transcript_is_noticed() {
    let folder = tempfile::tempdir().expect("a folder");
    let block = |text: &str| run(&steps(text)[0], folder.path());
    assert!(block("$ tariffsim list datasets\n...\n").is_ok());
    assert!(block("$ tariffsim list datasets\nsomething else\n").is_err());
    assert!(block("$ tariffsim list datasets\n[exit code 1]\n").is_err());
    assert!(block("$ tariffsim check no-such-scenario\n").is_err());
}
