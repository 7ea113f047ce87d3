//! Mistakes in what a starter is asked for, in the words of its flags: there is no file yet whose keys one could mend.

use crate::diagnostic::Diagnostic;

/// Flags that give a key of another name, or of the same.
const KEYS: [(&str, &str); 7] = [
    ("--title", "title"),
    ("--by", "by"),
    ("--on", "on"),
    ("--goods", "goods"),
    ("--add", "add"),
    ("--to", "set"),
    ("--match", "match.by"),
];

/// Each fault once, although a flag may be part of two measures.
pub(super) fn told(faults: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let mut told: Vec<Diagnostic> = Vec::new();
    for fault in faults.into_iter().map(in_flags) {
        if !told.contains(&fault) {
            told.push(fault);
        }
    }
    told
}

/// The same where the flags are good, but not the rates to which they lead.
pub(super) fn told_of_rates(mut faults: Vec<Diagnostic>) -> Vec<Diagnostic> {
    for fault in faults.iter_mut().filter(|fault| flag(fault) == Some("--add")) {
        "choose a smaller change, or give the new rate itself with `--to` or `--remove`"
            .clone_into(&mut fault.help);
    }
    told(faults)
}

/// An answer that taxes what is taxed already.
pub(super) fn answered_already() -> Diagnostic {
    Diagnostic::error("`--retaliation` would act twice on the same goods")
        .expected("at most one country in both `--by` and `--on`")
        .help("leave out `--retaliation`: countries in both act on one another already")
}

/// The flag at which a fault is shown.
fn flag(fault: &Diagnostic) -> Option<&str> {
    fault.place.as_ref().and_then(|place| place.text.split(' ').next())
}

fn in_flags(mut fault: Diagnostic) -> Diagnostic {
    let named = KEYS.into_iter().find(|(name, _)| flag(&fault) == Some(*name));
    if let Some((flag, key)) = named
        && let Some(rest) = fault.message.strip_prefix(&format!("`{key}`"))
    {
        fault.message = format!("`{flag}`{rest}");
    }
    for (in_file, typed) in [
        ("`add = \"", "`--add "),
        ("`set = \"", "`--to "),
        ("`\"", "`"),
        ("\"`", "`"),
        (", in double quotes", ""),
    ] {
        fault.help = fault.help.replace(in_file, typed);
    }
    fault
}
