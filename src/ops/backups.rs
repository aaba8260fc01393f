//! The running bot's backups: those that it makes by itself, and those that `countersign store
//! backup` asks it for.
//!
//! Whoever may write in the store's folder may ask, over the socket `<path>/control` (mode 0600):
//!
//! ```text
//! "backup\n"  ──▶  "ok <bytes>\n" and the backup, or "error <sentence>\n"
//! ```
//!
//! The asker writes its own file, so that this needs no right of the bot's outside its folder.

use std::fs::{self, File, Permissions};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::fd::AsRawFd;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream as Blocking;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::watch;
use tracing::{error, info, warn};

use super::metrics::Metrics;
use crate::engine::world::Clock;
use crate::store::backup::{self, Backup};
use crate::store::rotation::Rotation;
use crate::store::{SealKey, Store, StoreError};

const SOCKET: &str = "control";
const REQUEST: &str = "backup\n";
/// The longest path that a socket can have, in bytes.
const LONGEST_PATH: usize = 100;
/// How long a request may take to be typed, in a manner of speaking.
const REQUEST_PATIENCE: Duration = Duration::from_secs(5);
/// How long the asker waits for each next piece: making a large backup takes a while.
const ANSWER_PATIENCE: Duration = Duration::from_secs(10 * 60);

/// How long the bot waits with its backups. No key of the configuration: only tests have less
/// patience than the default.
#[derive(Clone, Debug)]
pub struct BackupWaits {
    /// From the start until the first look whether one is due.
    pub first: Duration,
    /// Between two looks.
    pub look: Duration,
    /// After one that failed.
    pub failed: Duration,
}

impl Default for BackupWaits {
    fn default() -> BackupWaits {
        BackupWaits {
            first: Duration::from_secs(60),
            look: Duration::from_secs(30),
            failed: Duration::from_secs(10 * 60),
        }
    }
}

/// What the backups of a running bot are made with.
#[derive(Clone)]
pub struct Backups {
    pub store: Store,
    /// The store's folder.
    pub path: PathBuf,
    pub rotation: Rotation,
    pub clock: Arc<dyn Clock>,
    pub metrics: Metrics,
    pub waits: BackupWaits,
}

impl Backups {
    /// Makes a backup whenever one is due, until `stop` turns true. One that fails is logged and
    /// counted, and hurts nothing.
    pub async fn rotate(self, mut stop: watch::Receiver<bool>) {
        let now = self.clock.now();
        if let Some(newest) = self.rotation.newest(now) {
            self.metrics.backed_up(newest.taken);
        }
        let mut wait = self.waits.first;
        loop {
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                _ = stop.wait_for(|stop| *stop) => return,
            }
            // Looked at anew each time: the clock may jump, and somebody may remove a backup.
            let now = self.clock.now();
            wait = self.waits.look;
            if !self.rotation.is_due(now) {
                continue;
            }
            match self.rotation.turn(&self.store, now).await {
                Ok(made) => {
                    self.metrics.backup("made");
                    self.metrics.backed_up(now);
                    let records: u64 = made.records.values().sum();
                    info!(file = %made.file.display(), records, bytes = made.bytes, "backed up");
                }
                Err(_) if self.store.failure().is_some() => return,
                Err(why) => {
                    self.metrics.backup("failed");
                    error!(%why, "no backup was made; the bot goes on, and tries again later");
                    wait = self.waits.failed;
                }
            }
        }
    }

    /// Answers those who ask for a backup, one after the other, until `stop` turns true.
    pub async fn serve(self, mut stop: watch::Receiver<bool>) {
        let listener = match listen(&self.path) {
            Ok(listener) => listener,
            Err(why) => {
                let path = self.path.join(SOCKET);
                warn!(path = %path.display(), %why, "nobody can ask this process for a backup");
                return;
            }
        };
        loop {
            let asked = tokio::select! {
                asked = listener.accept() => asked,
                _ = stop.wait_for(|stop| *stop) => break,
            };
            let answered = match asked {
                Ok((stream, _)) => tokio::select! {
                    answered = self.answer(stream) => answered,
                    _ = stop.wait_for(|stop| *stop) => break,
                },
                Err(why) => Err(why),
            };
            if let Err(why) = answered {
                warn!(%why, "a request for a backup was broken off");
            }
        }
        let _ = fs::remove_file(self.path.join(SOCKET));
    }

    async fn answer(&self, stream: UnixStream) -> io::Result<()> {
        let mut stream = tokio::io::BufReader::new(stream);
        let mut request = String::new();
        let mut limited = (&mut stream).take(64);
        tokio::time::timeout(REQUEST_PATIENCE, limited.read_line(&mut request)).await??;
        if request != REQUEST {
            return stream.write_all(b"error this process knows no such request\n").await;
        }
        let draft = self.path.join("requested.backup");
        let handed = self.send(&mut stream, &draft).await;
        let _ = fs::remove_file(&draft);
        // Only now: whoever has all of it finds nothing left lying about.
        stream.shutdown().await?;
        if let Some(bytes) = handed? {
            info!(bytes, "a backup was handed to the one who asked for it");
        }
        Ok(())
    }

    /// How many bytes it were; `None`: no backup could be made, and the asker knows.
    async fn send(
        &self,
        stream: &mut tokio::io::BufReader<UnixStream>,
        draft: &Path,
    ) -> io::Result<Option<u64>> {
        let made = match self.store.backup_with_room(draft, self.clock.now()).await {
            Ok(made) => made,
            Err(why) => {
                warn!(%why, "no backup was made for the one who asked for it");
                let sentence = why.to_string().replace('\n', " ");
                stream.write_all(format!("error {sentence}\n").as_bytes()).await?;
                return Ok(None);
            }
        };
        let mut file = tokio::fs::File::open(draft).await?;
        stream.write_all(format!("ok {}\n", made.bytes).as_bytes()).await?;
        tokio::io::copy(&mut file, stream.get_mut()).await.map(Some)
    }
}

/// Why a running process gave no backup.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// Nobody listens there: it is no running bot that has the store.
    #[error("nobody answers on {}: {why}", path.display())]
    Nobody { path: PathBuf, why: io::Error },
    #[error("the running process made no backup: {0}")]
    Refused(String),
    #[error("the running process broke off in the middle of the backup ({0}); try again")]
    BrokenOff(io::Error),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Asks the process that runs on the store in `store` for a backup, and puts it into the file `to`.
/// Blocks.
///
/// # Errors
/// [`AskError`]; what was in `to` before is still there then.
pub fn ask(store: &Path, keys: &SealKey, to: &Path) -> Result<Backup, AskError> {
    let nobody = |why| AskError::Nobody { path: store.join(SOCKET), why };
    let (_folder, path) = reachable(store, SOCKET).map_err(nobody)?;
    let stream = Blocking::connect(path).map_err(nobody)?;
    let talk = || -> io::Result<(BufReader<Blocking>, String)> {
        stream.set_read_timeout(Some(ANSWER_PATIENCE))?;
        (&stream).write_all(REQUEST.as_bytes())?;
        let mut stream = BufReader::new(stream);
        let mut answer = String::new();
        stream.read_line(&mut answer)?;
        Ok((stream, answer))
    };
    let (mut stream, answer) = talk().map_err(AskError::BrokenOff)?;
    let answer = answer.trim_end();
    if let Some(sentence) = answer.strip_prefix("error ") {
        return Err(AskError::Refused(sentence.to_owned()));
    }
    let Some(bytes) = answer.strip_prefix("ok ").and_then(|bytes| bytes.parse().ok()) else {
        return Err(AskError::BrokenOff(io::ErrorKind::UnexpectedEof.into()));
    };
    let received = backup::receive(&mut stream, bytes, to, keys)?;
    // The running process hangs up once it has tidied up behind itself.
    let _ = Read::read(&mut stream, &mut [0]);
    Ok(received)
}

fn listen(folder: &Path) -> io::Result<UnixListener> {
    let draft = format!("{SOCKET}.new");
    // The store's lock is ours, so whoever left these behind is gone.
    for name in [SOCKET, &draft] {
        match fs::remove_file(folder.join(name)) {
            Err(why) if why.kind() != io::ErrorKind::NotFound => return Err(why),
            Ok(()) | Err(_) => {}
        }
    }
    let (_folder, path) = reachable(folder, &draft)?;
    let listener = UnixListener::bind(path)?;
    fs::set_permissions(folder.join(&draft), Permissions::from_mode(0o600))?;
    fs::rename(folder.join(&draft), folder.join(SOCKET))?;
    Ok(listener)
}

/// A path to the socket that is short enough, and what must stay open as long as it is used.
fn reachable(folder: &Path, name: &str) -> io::Result<(Option<File>, PathBuf)> {
    let path = folder.join(name);
    if path.as_os_str().len() < LONGEST_PATH {
        return Ok((None, path));
    }
    let folder = File::open(folder)?;
    let path = PathBuf::from(format!("/proc/self/fd/{}/{name}", folder.as_raw_fd()));
    Ok((Some(folder), path))
}
