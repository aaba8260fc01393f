//! config.toml and the environment as one validated [`Config`].
//!
//! Every key can come from the environment (`COUNTERSIGN_TELEGRAM__TOKEN`), which wins over the
//! file, and every secret from a file (`token_file`). Everything that is wrong is named at once,
//! each with its key and line or its variable; no message repeats a secret.

mod fields;
mod gates;
mod keys;
mod problems;
mod rules;
mod source;
mod spending;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use reqwest::Url;
use secrecy::SecretString;
use zeroize::Zeroizing;

use crate::store::rotation::Rotation;
use crate::verification::code::Random;
use crate::verification::effect::Channel;
use crate::verification::gate::Gate;
use crate::verification::limits::Limits;
use crate::verification::spending::Spending;
use crate::verification::{ChatId, GateId};

use fields::Notes;
use source::Sources;

pub use crate::delivery::{EmailSettings, Security, SmsAuth, SmsSender, SmsSettings};
pub use gates::refusal;
pub use problems::{ConfigError, Place, Problem, Problems};

/// Where the file is looked for, in this order, if none is named.
pub const DEFAULT_PATHS: [&str; 2] = ["config.toml", "/etc/countersign/config.toml"];

/// All that there is to know before the start.
#[derive(Clone, Debug)]
pub struct Config {
    pub telegram: Telegram,
    pub store: Store,
    pub http: Http,
    /// `None`: no code goes by e-mail.
    pub email: Option<EmailSettings>,
    /// `None`: no code goes by SMS.
    pub sms: Option<SmsSettings>,
    /// How many SMS there may be, and what they may cost.
    pub spending: Spending,
    /// For gates that say nothing else.
    pub limits: Limits,
    pub log: Log,
    /// In the order of the file. Titles are empty, limits merged, only configured channels.
    pub gates: Vec<Gate>,
    /// Where the decisions at a gate are written down.
    pub log_chats: BTreeMap<GateId, ChatId>,
}

impl Config {
    /// The channels that are configured, e-mail first.
    #[must_use]
    pub fn channels(&self) -> Vec<Channel> {
        let email = self.email.is_some().then_some(Channel::Email);
        email.into_iter().chain(self.sms.is_some().then_some(Channel::Sms)).collect()
    }
}

#[derive(Clone, Debug)]
pub struct Telegram {
    pub token: SecretString,
    /// `https`, or `http` on loopback.
    pub api_url: Url,
    /// Telegram user ids.
    pub owners: Vec<u64>,
    /// Every group admin may gate their group.
    pub open_enrolment: bool,
    /// 0: no limit of our own.
    pub messages_per_second: u32,
}

#[derive(Clone, Debug)]
pub struct Store {
    pub path: PathBuf,
    /// `<path>/secret.key` unless set.
    pub secret_key_file: PathBuf,
    /// The backups that the running bot makes by itself.
    pub backups: Rotation,
}

#[derive(Clone, Debug)]
pub struct Http {
    /// `None`: no health server.
    pub listen: Option<SocketAddr>,
}

#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct Log {
    pub format: LogFormat,
    pub level: LogLevel,
}

#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum LogFormat {
    Text,
    Json,
}

/// How much the program says of itself; its libraries never say more than warnings.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum LogLevel {
    Error,
    Warn,
    Info,
    Debug,
    Trace,
}

/// A configuration that will do, and what deserves a warning all the same.
#[derive(Debug)]
pub struct Loaded {
    pub config: Config,
    /// To be printed; they stop nothing.
    pub warnings: Vec<Problem>,
    /// The file that was read; `None`: everything comes from the environment.
    pub file: Option<PathBuf>,
}

/// Loads from the file at `path` (`None`: the first of [`DEFAULT_PATHS`] that exists, else no
/// file) and the environment. `random` salts the hashes of passwords given in plain text.
///
/// # Errors
/// The file cannot be read, or something in it or in the environment is wrong.
pub fn load(
    path: Option<&Path>,
    environment: impl Iterator<Item = (OsString, OsString)>,
    random: &mut dyn Random,
) -> Result<Loaded, ConfigError> {
    let file = find(path)?;
    let mut problems = Vec::new();
    let environment = readable(environment, &mut problems);
    let text = file.as_ref().map(|(path, text)| (path.as_path(), text.as_str()));
    match read(text, &environment, problems, random) {
        Ok((config, warnings)) => Ok(Loaded { config, warnings, file: file.map(|(path, _)| path) }),
        Err(mut problems) => {
            if file.is_none() {
                problems.add_no_file();
            }
            Err(ConfigError::Wrong(problems))
        }
    }
}

/// Loads only `http.listen`, whatever is wrong elsewhere: for the health check of a container,
/// which has no business with secrets.
///
/// # Errors
/// The file cannot be read, or `http.listen` is wrong.
pub fn load_listen(
    path: Option<&Path>,
    environment: impl Iterator<Item = (OsString, OsString)>,
) -> Result<Option<SocketAddr>, ConfigError> {
    let file = find(path)?;
    let text = file.as_ref().map(|(path, text)| (path.as_path(), text.as_str()));
    let environment = readable(environment, &mut Vec::new());
    let mut elsewhere = Vec::new();
    let mut sources = Sources::read(text, &environment, &mut elsewhere);
    let mut notes = Notes::default();
    let http = rules::http_alone(&mut sources, &mut notes);
    // A value of the wrong type was noted while reading.
    notes.problems.extend(elsewhere.into_iter().filter(|problem| problem.key == "http.listen"));
    match Problems::new(notes.problems) {
        Some(problems) => Err(ConfigError::Wrong(problems)),
        None => Ok(http.listen),
    }
}

/// Validates what the file (its path, its text) and the environment say. `problems` are those
/// found before.
fn read(
    file: Option<(&Path, &str)>,
    environment: &[(String, String)],
    mut problems: Vec<Problem>,
    random: &mut dyn Random,
) -> Result<(Config, Vec<Problem>), Problems> {
    let mut sources = Sources::read(file, environment, &mut problems);
    let mut notes = Notes::default();
    let config = rules::config(&mut sources, &mut notes, random);
    if !sources.unreadable {
        // Otherwise every key of the file would be called missing.
        problems.append(&mut notes.problems);
    }
    match Problems::new(problems) {
        Some(problems) => Err(problems),
        None => Ok((config, notes.warnings)),
    }
}

/// The file to read: its path and its text.
fn find(path: Option<&Path>) -> Result<Option<(PathBuf, Zeroizing<String>)>, ConfigError> {
    let unreadable = |path: &Path, why| ConfigError::Unreadable { path: path.to_owned(), why };
    if let Some(path) = path {
        return match std::fs::read_to_string(path) {
            Ok(text) => Ok(Some((path.to_owned(), Zeroizing::new(text)))),
            Err(why) => Err(unreadable(path, why)),
        };
    }
    for path in DEFAULT_PATHS.map(Path::new) {
        match std::fs::read_to_string(path) {
            Ok(text) => return Ok(Some((path.to_owned(), Zeroizing::new(text)))),
            Err(why) if why.kind() == ErrorKind::NotFound => {}
            Err(why) => return Err(unreadable(path, why)),
        }
    }
    Ok(None)
}

/// The environment as text. A variable of ours that is none is a problem.
fn readable(
    environment: impl Iterator<Item = (OsString, OsString)>,
    problems: &mut Vec<Problem>,
) -> Vec<(String, String)> {
    let mut readable = Vec::new();
    for (name, value) in environment {
        let Ok(name) = name.into_string() else { continue };
        match value.into_string() {
            Ok(value) => readable.push((name, value)),
            Err(_) if name.starts_with(source::PREFIX) => problems.push(Problem {
                at: Some(Place::Environment(name)),
                key: String::new(),
                what: "its value is not UTF-8".to_owned(),
            }),
            Err(_) => {}
        }
    }
    readable
}
