//! What is wrong with a configuration, and where: all of it at once.

use std::fmt;
use std::path::PathBuf;

use crate::ops::redact::redact_tokens;

/// Why there is no configuration to work with.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file that was asked for cannot be read.
    #[error(
        "the configuration file {} cannot be read: {why}; name another with --config PATH",
        path.display()
    )]
    Unreadable { path: PathBuf, why: std::io::Error },
    /// It was read, and will not do.
    #[error("{0}")]
    Wrong(Problems),
}

/// Everything that is wrong, in the order of the file, then of the environment; never empty.
#[derive(Debug)]
pub struct Problems(Vec<Problem>);

/// One thing that is wrong, or that deserves a warning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where it stands; `None` if it stands nowhere, but should.
    pub at: Option<Place>,
    /// `email.port`, `gates[0].chat_id`; empty where the problem is no key's.
    pub key: String,
    pub what: String,
}

/// Where a setting stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// Lines count from 1.
    File { path: PathBuf, line: usize },
    /// The name of an environment variable.
    Environment(String),
}

impl Problems {
    pub(super) fn new(mut found: Vec<Problem>) -> Option<Problems> {
        found.sort_by(|a, b| {
            // What is missing comes last: it has no place.
            (a.at.is_none(), &a.at).cmp(&(b.at.is_none(), &b.at))
        });
        found.dedup();
        (!found.is_empty()).then_some(Problems(found))
    }

    /// Says that all this may be because no file was found.
    pub(super) fn add_no_file(&mut self) {
        let [here, there] = super::DEFAULT_PATHS;
        self.0.push(Problem {
            at: None,
            key: String::new(),
            what: format!(
                "there is neither ./{here} nor {there}; \
                 copy config.example.toml, or name a file with --config PATH"
            ),
        });
    }

    #[must_use]
    pub fn as_slice(&self) -> &[Problem] {
        &self.0
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.0.len();
        let noun = if count == 1 { "problem" } else { "problems" };
        write!(f, "{count} {noun} in the configuration:")?;
        for problem in &self.0 {
            write!(f, "\n  {problem}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut line = match &self.at {
            Some(Place::File { path, line }) => format!("{}:{line}: ", path.display()),
            Some(Place::Environment(name)) => format!("{name}: "),
            None => String::new(),
        };
        // A variable's name says already which key it is.
        if !self.key.is_empty() && !matches!(self.at, Some(Place::Environment(_))) {
            line.push_str(&self.key);
            line.push_str(": ");
        }
        line.push_str(&self.what);
        // A token in the place of a key or a path would be repeated here.
        f.write_str(&redact_tokens(&line))
    }
}
