//! What can go wrong with the store, each in one sentence with its remedy.

use std::path::PathBuf;

/// Why the store could not be opened, read or written.
///
/// No variant carries anything of a record but its kind and its key; where a reason is quoted, it
/// is the operating system's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Another process has the store open.
    #[error("the store in {} is in use by another process; stop that one first", path.display())]
    InUse { path: PathBuf },
    /// Records are missing, unreadable or older than they should be.
    #[error(
        "the store in {} is damaged: {what}; put the last backup back with `countersign store restore`",
        path.display()
    )]
    Damaged { path: PathBuf, what: String },
    /// The store is whole as far as can be told, but sealed with another secret key.
    #[error(
        "the store in {} was sealed with another secret key; put back the secret.key it was made with",
        path.display()
    )]
    WrongKey { path: PathBuf },
    /// Written by a later version of this program.
    #[error(
        "the store in {} was written by a newer version of countersign ({what}); start that version or restore a backup of this one",
        path.display()
    )]
    Newer { path: PathBuf, what: String },
    /// The operating system refused. A running store fails closed on it.
    #[error("{doing} {} failed: {why}; mend that and start again", path.display())]
    Io { doing: &'static str, path: PathBuf, why: String },
    /// A transaction panicked. Nothing of it was written; the others are unharmed.
    #[error("a store transaction panicked and was dropped; please report this as a bug")]
    Panicked,
    /// The committer itself panicked.
    #[error(
        "the store stopped on a fault of its own; start again, and please report this as a bug"
    )]
    Broken,
    /// A record is larger than the store takes.
    #[error("a record of kind {kind} has {bytes} bytes, more than the {most} that the store takes")]
    TooLarge { kind: &'static str, bytes: usize, most: usize },
    /// A record cannot be put into its stored form.
    #[error("a record of kind {kind} cannot be written; please report this as a bug")]
    Unwritable { kind: &'static str },
    /// The transaction itself asked for nothing of it to be written.
    #[error("a store transaction was given up: {0}")]
    GivenUp(&'static str),
    /// The store was closed before.
    #[error("the store is closed; start again")]
    Closed,
    /// There is no store to check, back up or replace.
    #[error("there is no store in {}; check [store] path", path.display())]
    Missing { path: PathBuf },
    /// A restore would overwrite a store.
    #[error(
        "there is already a store in {}; say --replace to put the backup in its place",
        path.display()
    )]
    Occupied { path: PathBuf },
    /// Nothing is written, so that the data never meets a full disk.
    #[error(
        "the disk of the store in {} is full: {} MiB are free, {} MiB must be; make room and start again",
        path.display(), free / 1_048_576, needed.div_ceil(1_048_576)
    )]
    DiskFull { path: PathBuf, free: u64, needed: u64 },
    /// A backup would fill the disk.
    #[error(
        "there is too little room for a backup in {}: {} MiB free, {} MiB needed; make room, or set store.backup_folder to another disk",
        path.display(), free / 1_048_576, needed.div_ceil(1_048_576)
    )]
    NoRoom { path: PathBuf, free: u64, needed: u64 },
    /// A file is no backup, or not a whole one; `what` says what to do.
    #[error("the backup {} cannot be used: {what}", file.display())]
    BadBackup { file: PathBuf, what: String },
}

impl StoreError {
    /// Whether the same call may succeed without anybody doing something first. None may: a store
    /// that failed stays closed until the process is started again.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        false
    }

    /// Whether the data itself is damaged (exit code 3).
    #[must_use]
    pub fn is_damage(&self) -> bool {
        matches!(self, StoreError::Damaged { .. })
    }

    pub(super) fn io(doing: &'static str, path: &std::path::Path, why: &std::io::Error) -> Self {
        StoreError::Io { doing, path: path.to_owned(), why: why.to_string() }
    }
}
