//! `countersign check`: everything that a start needs, one line each.

use std::io::{self, Write};
use std::path::Path;

use countersign::config::{ConfigError, Loaded};
use countersign::ops::check::{Checks, Finding, Verdict, data_folder};

use crate::cli::Exit;

/// Runs all checks and prints what they find on standard output.
///
/// # Errors
/// Standard output cannot be written.
pub async fn check(path: Option<&Path>) -> io::Result<Exit> {
    let mut out = io::stdout().lock();
    let Loaded { config, file, .. } = match super::configuration(path) {
        Ok(loaded) => loaded,
        Err(ConfigError::Wrong(problems)) => {
            for problem in problems.as_slice() {
                writeln!(out, "FAIL config – {problem}")?;
            }
            return Ok(Exit::Usage);
        }
        Err(error @ ConfigError::Unreadable { .. }) => {
            writeln!(out, "FAIL config – {error}")?;
            return Ok(Exit::Usage);
        }
    };

    let mut checks = Checks::new();
    checks.add("config", || async {
        let source = match file {
            Some(path) => path.display().to_string(),
            None => "the environment".to_owned(),
        };
        let channels: Vec<&str> =
            [config.email.as_ref().map(|_| "e-mail"), config.sms.as_ref().map(|_| "SMS")]
                .into_iter()
                .flatten()
                .collect();
        let gates = match config.gates.len() {
            1 => "1 gate".to_owned(),
            count => format!("{count} gates"),
        };
        let channels =
            if channels.is_empty() { "no channel".to_owned() } else { channels.join(" and ") };
        Finding::well(format!("{source}: {gates}, {channels}"))
    });
    checks.add("data folder", || async { data_folder(&config.store.path) });
    Ok(match checks.run(&mut out).await? {
        Verdict::Well => Exit::Well,
        Verdict::Failed => Exit::Failed,
        Verdict::StoreDamaged => Exit::StoreDamaged,
    })
}
