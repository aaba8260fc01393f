//! The command line: what can be typed, and what the process ends with.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

const EXAMPLES: &str = "\
Examples:
  countersign demo                       see it work, without any account: a pretend world
  countersign hash-password              ask for a password, print its hash for config.toml
  countersign hash-password < file       the same from a file or a pipe
  countersign check                      look at everything that a start needs
  countersign run --config gate.toml     guard the groups, with this configuration
  countersign store backup gate.backup   put everything that was counted into one file

Configuration:
  --config PATH, else COUNTERSIGN_CONFIG, else ./config.toml, else /etc/countersign/config.toml.
  Every key can come from the environment instead: [telegram] token is COUNTERSIGN_TELEGRAM__TOKEN,
  and every secret from a file: token_file. config.example.toml shows all keys.

Exit codes:
  0  well
  1  failed; also: the store is in use, or a newer version wrote it
  2  bad usage, or something is wrong in the configuration
  3  the store is damaged";

const HASH_PASSWORD: &str = "\
Asks twice where standard input is a terminal; otherwise takes the one line on standard input.
The password is never taken from the command line, where others could read it.
Nothing but the hash goes to standard output.

Example:
  password_hash = \"…\"   in a [[gates]] of config.toml";

const CHECK: &str = "\
One line for each thing that a start needs: `ok`, or `FAIL` with what is wrong and what to do, or
`skip` where something above must be mended first. Behind `ok`, each gate shows its own link.
Nobody is written to, and nothing is changed. The bot may be running meanwhile.";

const RUN: &str = "\
Takes updates from Telegram, sends codes, opens groups. Logs go to standard error.
SIGTERM and SIGINT stop it within 5 seconds, and nothing is lost: what is under way goes on at the
next start. `countersign check` says beforehand what is missing.";

const DEMO: &str = "\
Starts a pretend Telegram, a mail server and a pretend Twilio on loopback ports, and the real bot
against them. Open the printed address: a phone, a mailbox, SMS, the group, and its admin's phone.
No account and no configuration is needed, and nothing leaves the machine. Ctrl-C ends it.
With --play, three applicants play by themselves in the terminal; ends with 0 if each of them ended
as they should.

Examples:
  countersign demo                 the page on http://127.0.0.1:8077
  countersign demo --listen 9000   the same on another port
  countersign demo --play          in the terminal alone";

const STORE: &str = "\
`backup` may be used beside the running bot, which hands its store over as of one moment; for
`restore` and `verify` the bot must be stopped. The running bot also backs itself up (every hour,
the last two are kept: store.backup_every, store.backups, store.backup_folder).
After `restore` nobody can try anything for as long as may be forgotten: 5 minutes at least, a day
at most. The secret key (store.secret_key_file) is in no backup: a backup is of no use without it,
and gives nothing away.

Examples:
  countersign store backup /backup/gate.backup
  countersign store restore /backup/gate.backup --replace
  countersign store verify";

const CLAIM: &str = "\
The link opens the private chat with the bot, works once, and dies after ten minutes. An owner lets
others gate their groups, by links that the bot makes on /enrol. Where telegram.owners names the
owners, only they are. The bot may be running meanwhile, and must have been started once.";

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
    /// Guard the groups until told to stop
    #[command(after_help = RUN)]
    Run,
    /// See the whole bot in a pretend world, without any account
    #[command(after_help = DEMO)]
    Demo {
        /// Play scripted applicants in the terminal, and end
        #[arg(long)]
        play: bool,
        /// Where the page is served: an address with a port, or a port of this machine
        #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8077", value_parser = listen)]
        listen: SocketAddr,
        /// The demo's own folder [default: a new one that is removed at the end]
        #[arg(long, value_name = "FOLDER")]
        data: Option<PathBuf>,
    },
    /// Back up, put back or look through what is stored
    #[command(after_help = STORE)]
    Store {
        #[command(subcommand)]
        command: StoreCommand,
    },
    /// Try everything that a start needs, and say what is missing
    #[command(after_help = CHECK)]
    Check,
    /// Print a link that makes whoever opens it first an owner of the bot
    #[command(after_help = CLAIM)]
    Claim,
    /// Turn a password into the hash that config.toml wants
    #[command(after_help = HASH_PASSWORD)]
    HashPassword,
    /// Ask the running process whether it is alive
    #[command(after_help = HEALTH)]
    Health,
}

fn listen(typed: &str) -> Result<SocketAddr, &'static str> {
    let port = || typed.parse().map(|port: u16| SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    typed.parse().or_else(|_| port()).map_err(|_| "give a port, or both as in 127.0.0.1:8077")
}

#[derive(Debug, Subcommand)]
pub enum StoreCommand {
    /// Write everything into one file; the bot may be running
    Backup { file: PathBuf },
    /// Make the store from a backup
    Restore {
        file: PathBuf,
        /// Move a store that is there aside
        #[arg(long)]
        replace: bool,
    },
    /// Open every record and count
    Verify,
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

    #[test]
    fn the_page_is_served_where_it_is_said() {
        for (typed, meant) in [
            ("9000", Some("127.0.0.1:9000")),
            ("0", Some("127.0.0.1:0")),
            ("127.0.0.1:9000", Some("127.0.0.1:9000")),
            ("[::1]:9000", Some("[::1]:9000")),
            ("65536", None),
            ("localhost:9000", None),
            ("", None),
        ] {
            let meant = meant.map(|meant| meant.parse().expect("an address"));
            assert_eq!(listen(typed).ok(), meant, "{typed}");
        }
    }
}
