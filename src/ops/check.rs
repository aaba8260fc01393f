//! The checks of `countersign check`: each prints one line, green or with its remedy.

use std::fmt;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::time::Duration;

use crate::store::LEAST_ROOM;

/// How long one check may take: longer than any of them gives itself, so that it can say where it
/// waited.
const PATIENCE: Duration = Duration::from_secs(45);
const GREEN: &str = "\x1b[32m";
const RED: &str = "\x1b[31m";
const YELLOW: &str = "\x1b[33m";
const PLAIN: &str = "\x1b[0m";

/// What a check found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// What was seen.
    Well(String),
    /// What is wrong, and what mends it.
    Bad(String),
    /// Like `Bad`, and it is the store that is damaged.
    Damaged(String),
    /// Why it was not looked at: something else failed before.
    Skipped(String),
}

/// How all checks ended.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    Well,
    Failed,
    /// The store is damaged, whatever else failed.
    StoreDamaged,
}

/// Where lines go: a mark, the name of the check, what it found, in columns.
pub struct Page<'a> {
    pub out: &'a mut dyn Write,
    /// Whether marks are green and red.
    pub coloured: bool,
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
        Finding::Well(detail.into())
    }

    #[must_use]
    pub fn bad(what: impl fmt::Display, remedy: impl fmt::Display) -> Finding {
        Finding::Bad(format!("{what}; {remedy}"))
    }

    /// An error that says itself what mends it.
    #[must_use]
    pub fn failed(error: impl fmt::Display) -> Finding {
        Finding::Bad(error.to_string())
    }
}

impl Page<'_> {
    /// Writes one line; `width`: of the longest name, in characters.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn line(&mut self, name: &str, width: usize, finding: &Finding) -> io::Result<()> {
        let (mark, colour, text) = match finding {
            Finding::Well(detail) => ("ok  ", GREEN, detail),
            Finding::Bad(what) | Finding::Damaged(what) => ("FAIL", RED, what),
            Finding::Skipped(why) => ("skip", YELLOW, why),
        };
        let (on, off) = if self.coloured { (colour, PLAIN) } else { ("", "") };
        writeln!(self.out, "{on}{mark}{off}  {name:<width$}  {text}")?;
        self.out.flush()
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

    /// Runs them one after the other, each for 45 seconds at most, and prints a line for each.
    ///
    /// # Errors
    /// A line cannot be written.
    pub async fn run(self, page: &mut Page<'_>) -> io::Result<Verdict> {
        self.run_within(PATIENCE, page).await
    }

    async fn run_within(self, patience: Duration, page: &mut Page<'_>) -> io::Result<Verdict> {
        let mut verdict = Verdict::Well;
        let width = self.checks.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
        for (name, check) in self.checks {
            let finding = tokio::time::timeout(patience, check).await.unwrap_or_else(|_| {
                Finding::bad(
                    format!("no answer within {} s", patience.as_secs()),
                    "see whether a firewall or a wrong host or port is in the way",
                )
            });
            page.line(&name, width, &finding)?;
            verdict = match (finding, verdict) {
                (Finding::Damaged(_), _) | (_, Verdict::StoreDamaged) => Verdict::StoreDamaged,
                (Finding::Bad(_) | Finding::Skipped(_), _) => Verdict::Failed,
                (Finding::Well(_), verdict) => verdict,
            };
        }
        Ok(verdict)
    }
}

/// Whether the store's folder can be written and its file system has room. A folder that is not
/// there yet is not made; the one that it would be made in is looked at.
#[must_use]
pub fn data_folder(path: &Path) -> Finding {
    let folder = nearest(path);
    if !folder.is_dir() {
        let shown = folder.display();
        return Finding::bad(format!("{shown} is no folder"), "set store.path to another one");
    }
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

/// Whether a file can be made at `path`, its folders included.
///
/// # Errors
/// What the operating system says to it.
pub fn can_make(path: &Path) -> io::Result<()> {
    try_write(&nearest(path.parent().unwrap_or(Path::new("."))))
}

/// The folder itself, or the nearest one above that is there.
fn nearest(path: &Path) -> PathBuf {
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
        run_within(PATIENCE, checks).await
    }

    async fn run_within(patience: Duration, checks: Checks<'_>) -> (Verdict, String) {
        let mut out = Vec::new();
        let mut page = Page { out: &mut out, coloured: false };
        let verdict = checks.run_within(patience, &mut page).await.unwrap();
        (verdict, String::from_utf8(out).unwrap())
    }

    #[tokio::test]
    async fn prints_one_line_each_in_order_and_in_columns() {
        let mut checks = Checks::new();
        checks.add("token", || async { Finding::well("@gate_bot") });
        checks.add("e-mail", || async { Finding::bad("login refused", "set email.password") });
        checks.add("SMS", || async { Finding::Skipped("not looked at".to_owned()) });
        let (verdict, lines) = run(checks).await;
        assert_eq!(verdict, Verdict::Failed);
        assert_eq!(
            lines,
            "ok    token   @gate_bot\n\
             FAIL  e-mail  login refused; set email.password\n\
             skip  SMS     not looked at\n"
        );
    }

    #[test]
    fn a_terminal_sees_green_and_red() {
        let mut out = Vec::new();
        let mut page = Page { out: &mut out, coloured: true };
        page.line("token", 5, &Finding::well("@gate_bot")).unwrap();
        page.line("store", 5, &Finding::failed("broken")).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert_eq!(
            text,
            "\x1b[32mok  \x1b[0m  token  @gate_bot\n\x1b[31mFAIL\x1b[0m  store  broken\n"
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
        for damage_first in [true, false] {
            let mut checks = Checks::new();
            let damage = || async { Finding::Damaged("3 records lost".to_owned()) };
            if damage_first {
                checks.add("store", damage);
            }
            checks.add("token", || async { Finding::bad("refused", "ask @BotFather") });
            if !damage_first {
                checks.add("store", damage);
            }
            let (verdict, lines) = run(checks).await;
            assert_eq!(verdict, Verdict::StoreDamaged);
            assert_eq!(lines.lines().count(), 2);
        }
    }

    #[tokio::test]
    async fn a_check_that_hangs_fails() {
        let mut checks = Checks::new();
        checks.add("e-mail", std::future::pending::<Finding>);
        checks.add("token", || async { Finding::well("@gate_bot") });
        let (verdict, lines) = run_within(Duration::ZERO, checks).await;
        assert_eq!(verdict, Verdict::Failed);
        assert!(lines.starts_with("FAIL  e-mail  no answer within 0 s; "), "{lines}");
        assert!(lines.ends_with("ok    token   @gate_bot\n"), "{lines}");
    }

    #[test]
    fn a_data_folder_is_looked_at_and_left_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let Finding::Well(detail) = data_folder(folder.path()) else { panic!() };
        assert!(detail.contains("is writable"), "{detail}");
        let Finding::Well(detail) = data_folder(&folder.path().join("a/b")) else { panic!() };
        assert!(detail.contains("will be made in"), "{detail}");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        assert!(matches!(data_folder(Path::new("/proc")), Finding::Bad(_)));
    }

    #[test]
    fn a_file_in_the_place_of_the_data_folder_is_named() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let Finding::Bad(what) = data_folder(file.path()) else { panic!() };
        assert!(what.contains("is no folder; "), "{what}");
    }

    #[test]
    fn a_full_disk_fails() {
        let here = Path::new("data");
        let finding = room_in(here, here, 5 * 1024 * 1024);
        let Finding::Bad(what) = finding else { panic!("{finding:?}") };
        assert_eq!(what, "only 5 MiB free in data; make room: 64 MiB at least");
    }
}
