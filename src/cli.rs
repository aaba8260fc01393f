//! The command line: what can be typed, and what the process ends with.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

const EXAMPLES: &str = "\
Examples:
  countersign hash-password              ask for a password, print its hash for config.toml
  countersign hash-password < file       the same from a file or a pipe
  countersign check                      look at everything that a start needs
  countersign check --config gate.toml   the same with another configuration

Configuration:
  --config PATH, else COUNTERSIGN_CONFIG, else ./config.toml, else /etc/countersign/config.toml.
  Every key can come from the environment instead: [telegram] token is COUNTERSIGN_TELEGRAM__TOKEN,
  and every secret from a file: token_file. config.example.toml shows all keys.

Exit codes:
  0  well
  1  failed
  2  bad usage, or something is wrong in the configuration
  3  the store is damaged";

const HASH_PASSWORD: &str = "\
Asks twice where standard input is a terminal; otherwise takes the one line on standard input.
The password is never taken from the command line, where others could read it.
Nothing but the hash goes to standard output.

Example:
  password_hash = \"…\"   in a [[gates]] of config.toml";

const CHECK: &str = "\
One line for each thing that a start needs: `ok`, or `FAIL` with what is wrong and what to do.
Nobody is written to, and nothing is changed.";

const HEALTH: &str = "\
Asks /healthz on http.listen whether the running process is alive; ends with 0 or 1.
Made for a container's HEALTHCHECK.";

/// A sentry for Telegram groups: password, one-time code, join-request approval.
#[derive(Debug, Parser)]
#[command(version, after_help = EXAMPLES, subcommand_required = true, arg_required_else_help = true)]
pub struct Cli {
    /// The configuration file [default: ./config.toml, else /etc/countersign/config.toml]
    #[arg(long, global = true, value_name = "PATH", env = "COUNTERSIGN_CONFIG")]
    pub config: Option<PathBuf>,

    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Try everything that a start needs, and say what is missing
    #[command(after_help = CHECK)]
    Check,
    /// Turn a password into the hash that config.toml wants
    #[command(after_help = HASH_PASSWORD)]
    HashPassword,
    /// Ask the running process whether it is alive
    #[command(after_help = HEALTH)]
    Health,
}

/// What the process ends with.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Exit {
    Well = 0,
    Failed = 1,
    /// Bad usage or configuration. (clap ends with 2 by itself.)
    Usage = 2,
    StoreDamaged = 3,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit as u8)
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
