//! The checks of `countersign check`: each prints one line, green or with its remedy.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::time::Duration;

/// Less free space than this, in bytes, will not do: the store must never meet a full disk.
const LEAST_ROOM: u64 = 64 * 1024 * 1024;
/// How long one check may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// What a check found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// `detail` says what was seen.
    Well { detail: String },
    /// `what` is wrong, and `remedy` mends it.
    Bad { what: String, remedy: String },
    /// Like `Bad`, and it is the store that is damaged.
    Damaged { what: String, remedy: String },
}

/// How all checks ended.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    Well,
    Failed,
    /// The store is damaged, whatever else failed.
    StoreDamaged,
}

type Work<'a> = Pin<Box<dyn Future<Output = Finding> + 'a>>;

/// Named checks, to be run in the order in which they were added.
#[derive(Default)]
pub struct Checks<'a> {
    checks: Vec<(String, Work<'a>)>,
}

impl Finding {
    #[must_use]
    pub fn well(detail: impl Into<String>) -> Finding {
        Finding::Well { detail: detail.into() }
    }

    #[must_use]
    pub fn bad(what: impl Into<String>, remedy: impl Into<String>) -> Finding {
        Finding::Bad { what: what.into(), remedy: remedy.into() }
    }

    #[must_use]
    pub fn damaged(what: impl Into<String>, remedy: impl Into<String>) -> Finding {
        Finding::Damaged { what: what.into(), remedy: remedy.into() }
    }
}

impl<'a> Checks<'a> {
    #[must_use]
    pub fn new() -> Checks<'a> {
        Checks::default()
    }

    /// Adds a check; nothing of it runs before [`run`](Checks::run) comes to it.
    pub fn add<F>(&mut self, name: impl Into<String>, check: impl FnOnce() -> F + 'a)
    where
        F: Future<Output = Finding> + 'a,
    {
        self.checks.push((name.into(), Box::pin(async move { check().await })));
    }

    /// Runs them one after the other, each for 30 seconds at most, and prints a line for each.
    ///
    /// # Errors
    /// A line cannot be written.
    pub async fn run(self, out: &mut dyn Write) -> io::Result<Verdict> {
        self.run_within(PATIENCE, out).await
    }

    async fn run_within(self, patience: Duration, out: &mut dyn Write) -> io::Result<Verdict> {
        let mut verdict = Verdict::Well;
        for (name, check) in self.checks {
            let finding = tokio::time::timeout(patience, check).await.unwrap_or_else(|_| {
                Finding::bad(
                    format!("no answer within {} s", patience.as_secs()),
                    "see whether a firewall or a wrong host or port is in the way",
                )
            });
            match finding {
                Finding::Well { detail } => writeln!(out, "ok   {name} – {detail}")?,
                Finding::Bad { what, remedy } => {
                    writeln!(out, "FAIL {name} – {what}; {remedy}")?;
                    if verdict == Verdict::Well {
                        verdict = Verdict::Failed;
                    }
                }
                Finding::Damaged { what, remedy } => {
                    writeln!(out, "FAIL {name} – {what}; {remedy}")?;
                    verdict = Verdict::StoreDamaged;
                }
            }
            out.flush()?;
        }
        Ok(verdict)
    }
}

/// Whether the store's folder can be written and its file system has room. A folder that is not
/// there yet is not made; the one that it would be made in is looked at.
#[must_use]
pub fn data_folder(path: &Path) -> Finding {
    let folder = nearest_folder(path);
    if let Err(why) = try_write(&folder) {
        return Finding::bad(
            format!("cannot write in {}: {why}", folder.display()),
            "give this user the right to, or set store.path to another folder",
        );
    }
    let room = match rustix::fs::statvfs(&folder) {
        Ok(file_system) => file_system.f_bavail.saturating_mul(file_system.f_frsize),
        Err(why) => {
            return Finding::bad(
                format!("the free space of {} cannot be read: {why}", folder.display()),
                "set store.path to a folder on a local disk",
            );
        }
    };
    room_in(&folder, path, room)
}

fn room_in(folder: &Path, path: &Path, room: u64) -> Finding {
    let free = megabytes(room);
    if room < LEAST_ROOM {
        return Finding::bad(
            format!("only {free} free in {}", folder.display()),
            format!("make room: {} at least", megabytes(LEAST_ROOM)),
        );
    }
    if folder == path {
        return Finding::well(format!("{} is writable, {free} free", path.display()));
    }
    let (path, folder) = (path.display(), folder.display());
    Finding::well(format!("{path} will be made in {folder}, which is writable, {free} free"))
}

/// The folder itself, or the nearest one above that is there.
fn nearest_folder(path: &Path) -> PathBuf {
    path.ancestors()
        .map(|folder| if folder.as_os_str().is_empty() { Path::new(".") } else { folder })
        .find(|folder| folder.exists())
        .unwrap_or(Path::new("."))
        .to_owned()
}

fn try_write(folder: &Path) -> io::Result<()> {
    let path = folder.join(format!(".countersign-check-{}", std::process::id()));
    let mut file = std::fs::File::create_new(&path)?;
    let written = file.write_all(b"x").and_then(|()| file.sync_all());
    std::fs::remove_file(&path)?;
    written
}

fn megabytes(bytes: u64) -> String {
    format!("{} MiB", bytes / (1024 * 1024))
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn run(checks: Checks<'_>) -> (Verdict, String) {
        let mut out = Vec::new();
        let verdict = checks.run(&mut out).await.unwrap();
        (verdict, String::from_utf8(out).unwrap())
    }

    #[tokio::test]
    async fn prints_one_line_each_in_order() {
        let mut checks = Checks::new();
        checks.add("token", || async { Finding::well("@gate_bot") });
        checks.add("smtp", || async { Finding::bad("login refused", "set email.password") });
        checks.add("twilio", || async { Finding::well("account active") });
        let (verdict, lines) = run(checks).await;
        assert_eq!(verdict, Verdict::Failed);
        assert_eq!(
            lines,
            "ok   token – @gate_bot\n\
             FAIL smtp – login refused; set email.password\n\
             ok   twilio – account active\n"
        );
    }

    #[tokio::test]
    async fn all_well_is_well() {
        let mut checks = Checks::new();
        checks.add("config", || async { Finding::well("read") });
        assert_eq!(run(checks).await.0, Verdict::Well);
    }

    #[tokio::test]
    async fn a_damaged_store_outweighs_what_else_fails() {
        let mut checks = Checks::new();
        checks.add("store", || async { Finding::damaged("3 records lost", "restore a backup") });
        checks.add("token", || async { Finding::bad("refused", "ask @BotFather") });
        let (verdict, lines) = run(checks).await;
        assert_eq!(verdict, Verdict::StoreDamaged);
        assert_eq!(lines.lines().count(), 2);
    }

    #[tokio::test]
    async fn a_check_that_hangs_fails() {
        let mut checks = Checks::new();
        checks.add("smtp", std::future::pending::<Finding>);
        checks.add("token", || async { Finding::well("@gate_bot") });
        let mut out = Vec::new();
        let verdict = checks.run_within(Duration::ZERO, &mut out).await.unwrap();
        let lines = String::from_utf8(out).unwrap();
        assert_eq!(verdict, Verdict::Failed);
        assert!(lines.starts_with("FAIL smtp – no answer within 0 s; "), "{lines}");
        assert!(lines.ends_with("ok   token – @gate_bot\n"), "{lines}");
    }

    #[test]
    fn a_data_folder_is_looked_at_and_left_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let Finding::Well { detail } = data_folder(folder.path()) else { panic!() };
        assert!(detail.contains("is writable"), "{detail}");
        let Finding::Well { detail } = data_folder(&folder.path().join("a/b")) else { panic!() };
        assert!(detail.contains("will be made in"), "{detail}");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        assert!(matches!(data_folder(Path::new("/proc")), Finding::Bad { .. }));
    }

    #[test]
    fn a_full_disk_fails() {
        let here = Path::new("data");
        let finding = room_in(here, here, 5 * 1024 * 1024);
        let Finding::Bad { what, remedy } = finding else { panic!("{finding:?}") };
        assert_eq!(what, "only 5 MiB free in data");
        assert_eq!(remedy, "make room: 64 MiB at least");
    }
}
