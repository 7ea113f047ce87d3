//! Commands shown in documentation, run and compared with what is shown.

use std::path::Path;
use std::process::Command;

/// The programs that a page may call. All but the first are run only where they are.
const PROGRAMS: [&str; 3] = ["tariffsim", "python3", "Rscript"];

/// A command with what is shown of its output and its exit code.
#[derive(Debug, PartialEq)]
pub(crate) struct Step {
    pub(crate) program: String,
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
            let program = words.next().unwrap_or_default();
            assert!(PROGRAMS.contains(&program.as_str()), "cannot run `{command}`");
            steps.push(Step { program, arguments: words.collect(), output: Vec::new(), exit_code: 0 });
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

/// Runs a step in a folder; what is wrong, if anything is. A script that cannot be run here is skipped, loudly.
pub(crate) fn run(step: &Step, folder: &Path) -> Result<(), String> {
    if let Some(missing) = missing(step, folder) {
        eprintln!("SKIPPED: {} needs {missing}, which is not here", step.words());
        return Ok(());
    }
    let output = command(&step.program, folder).args(&step.arguments).output().expect("the program starts");
    let text = [output.stderr, output.stdout].concat();
    let text = String::from_utf8(text).expect("output is UTF-8");
    let found: Vec<&str> = text.lines().map(str::trim_end).collect();
    let shown: Vec<&str> = step.output.iter().map(String::as_str).collect();
    let ends = output.status.code() == Some(step.exit_code);
    if ends && (shown.is_empty() || agree(&shown, &found)) {
        return Ok(());
    }
    Err(format!("{}: exit code {:?}, and the output is\n{text}", step.words(), output.status.code()))
}

impl Step {
    fn words(&self) -> String {
        format!("{} {}", self.program, self.arguments.join(" "))
    }
}

/// A program in a folder, with ours on the path: scripts call it too.
fn command(program: &str, folder: &Path) -> Command {
    let ours = Path::new(env!("CARGO_BIN_EXE_tariffsim"));
    let mut path = vec![ours.parent().expect("it is in a folder").to_owned()];
    path.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()));
    let program = if program == PROGRAMS[0] { ours } else { Path::new(program) };
    let mut command = Command::new(program);
    command.current_dir(folder).env("PATH", std::env::join_paths(path).expect("a path"));
    command
}

/// What a script needs that is not on this machine: its interpreter, or a package of Python.
fn missing(step: &Step, folder: &Path) -> Option<String> {
    if step.program == PROGRAMS[0] {
        return None;
    }
    let works = |arguments: &[&str]| {
        let output = command(&step.program, folder).args(arguments).output();
        output.is_ok_and(|output| output.status.success())
    };
    if !works(&["--version"]) {
        return Some(step.program.clone());
    }
    let script = std::fs::read_to_string(folder.join(step.arguments.first()?)).ok()?;
    let imports = script.lines().filter_map(|line| line.strip_prefix("import "));
    let packages = imports.filter_map(|line| line.split_whitespace().next());
    packages
        .filter(|_| step.program == "python3")
        .find(|package| !works(&["-c", &format!("import {package}")]))
        .map(str::to_owned)
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
        program: "tariffsim".to_owned(),
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

#[test]
fn scripts_are_run_where_they_can_be() {
    let folder = tempfile::tempdir().expect("a folder");
    let script = |text: &str| std::fs::write(folder.path().join("a.py"), text).expect("a file");
    let block = |text: &str| run(&steps(text)[0], folder.path());
    script("import no_such_package\n");
    assert!(block("$ python3 a.py\nanything\n").is_ok(), "skipped");
    if missing(&steps("$ python3 b.py\n")[0], folder.path()).is_none() {
        script("import csv\nprint(1)\n");
        assert!(block("$ python3 a.py\n1\n").is_ok());
        assert!(block("$ python3 a.py\n2\n").is_err());
        script("nonsense here\n");
        assert!(block("$ python3 a.py\n").is_err());
    }
}
