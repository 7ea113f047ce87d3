//! `tariffsim completions`: scripts by which a shell completes commands.

use clap::builder::PossibleValuesParser;
use clap::{Command, CommandFactory as _};
use clap_complete::Shell;

use crate::cli::failure::Failure;
use crate::cli::output;
use crate::data::embedded;
use crate::scenario::prepared;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Where to put the script:
  bash        a line `eval \"$(tariffsim completions bash)\"` in ~/.bashrc
  zsh         a file `_tariffsim` in a folder of $fpath
  fish        ~/.config/fish/completions/tariffsim.fish
  powershell  at the end of the file that $PROFILE names

Examples:
  tariffsim completions bash
  tariffsim completions powershell")]
pub(super) struct Arguments {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

pub(super) fn completions(arguments: &Arguments) -> Result<(), Failure> {
    let mut command = super::Arguments::command();
    if arguments.shell == Shell::Bash {
        command = with_prepared_names(command);
    }
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut command, "tariffsim", &mut script);
    output::print(&String::from_utf8_lossy(&script))
}

/// Offers prepared scenarios, prepared games and embedded datasets where one is asked for. Bash offers files as well where none of them
/// fits; other shells would offer no files any more.
fn with_prepared_names(command: Command) -> Command {
    let datasets = || PossibleValuesParser::new(embedded::NAMES);
    command.mut_subcommands(|verb| {
        let known = if verb.get_name() == "game" { prepared::GAMES } else { prepared::SCENARIOS };
        let scenarios = || PossibleValuesParser::new(known.iter().map(|known| known.name));
        verb.mut_args(|argument| match argument.get_id().as_str() {
            "scenario" | "given" => argument.value_parser(scenarios()),
            "data" => argument.value_parser(datasets()),
            _ => argument,
        })
    })
}
