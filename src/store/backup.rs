//! A whole store in one file: write, check. `restore` puts it back.
//!
//! A backup holds the sealed records as they are. **The secret key is not in it**: keep `secret.key`
//! elsewhere, for without it nobody can read a backup, its owner included.
//!
//! ```text
//! "countersign backup 1\n"
//! length (4) | head: JSON { format, schema, store, key, taken, commit, counts, values }
//! key length (4) | value length (4) | key | value      … once per value, in key order
//! ff ff ff ff | number of values (8) | SHA-256 of everything before (32)
//! ```
//!
//! Numbers are big-endian. The file is written under another name, synced, read back with every
//! record in it opened and counted, and renamed. So a store that rots unseen on the disk does not
//! replace a sound backup.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tokio::sync::oneshot;

use super::Store;
use super::committer::Message;
use super::disk::{PIECES, name_key};
use super::error::StoreError;
use super::files;
use super::opening::{self, Opened};
use super::records::{Record, RestoreMark, kind_of};
use super::rotation;
use super::seal::{Label, SealKey, VALUE_BYTES};
use super::tally::{Look, SCHEMA, TALLY_KEY, Tally};
use super::view::View;
use crate::ops::fault::{self, Point};
use crate::verification::Timestamp;
use crate::verification::restore::Restore;

const MAGIC: &[u8] = b"countersign backup 1\n";
const FORMAT: u16 = 1;
const END: u32 = u32::MAX;
const LONGEST_HEAD: u32 = 64 * 1024;
const LONGEST_KEY: u32 = 1_024;
const NEWER: &str = "a newer version of countersign wrote it; use that one";

/// Records by the name of their kind.
pub type Counts = BTreeMap<&'static str, u64>;

/// A backup that was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backup {
    pub file: PathBuf,
    pub records: Counts,
    pub bytes: u64,
}

/// A store that was found sound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    pub records: Counts,
    pub bytes_on_disk: u64,
    /// It was put back from a backup once; the last time.
    pub restore: Option<Restore>,
}

/// Backs up the stopped store in `store` into the file `to`, over what is there.
///
/// # Errors
/// [`StoreError::Missing`] if there is no store, [`StoreError::InUse`] if it is running; otherwise
/// as for [`Store::open`].
pub fn write(
    store: &Path,
    keys: &SealKey,
    to: &Path,
    now: Timestamp,
) -> Result<Backup, StoreError> {
    let opened = open_existing(store, keys)?;
    let drawn = draft(&opened, to, now);
    opened.close();
    drawn?.finish()
}

/// Opens every record of the stopped store in `store`, checks its tag and that it can be read, and
/// counts.
///
/// # Errors
/// As for [`write()`].
pub fn verify(store: &Path, keys: &SealKey) -> Result<Verified, StoreError> {
    let opened = open_existing(store, keys)?;
    let mut records = name_counts(&opened.tally.counts);
    // Told by itself.
    records.remove(RestoreMark::NAME);
    let bytes_on_disk = opened.layers.disk.bytes_on_disk();
    let mark = View::new(&opened.layers, BTreeMap::new()).get::<RestoreMark>(&());
    opened.close();
    let restore = mark?.map(|RestoreMark(restore)| restore);
    Ok(Verified { records, bytes_on_disk, restore })
}

impl Store {
    /// Backs up the running store into the file `to`, as of one moment between two groups. Nothing
    /// is committed while the values are being copied (0.2 s for 100,000 records of 300 bytes in a
    /// debug build).
    ///
    /// # Errors
    /// As for [`Store::commit`]; [`StoreError::Io`] if the file cannot be written, which does not
    /// harm the store.
    pub async fn backup(&self, to: &Path, now: Timestamp) -> Result<Backup, StoreError> {
        let (reply, drawn) = oneshot::channel();
        self.send(Message::Backup { to: to.to_owned(), now, reply }).await?;
        let draft = drawn.await.unwrap_or_else(|_| Err(self.why_gone()))?;
        let finished = tokio::task::spawn_blocking(move || draft.finish());
        finished.await.unwrap_or(Err(StoreError::Panicked))
    }
}

impl Store {
    /// As [`Store::backup`], if the disk has room for it.
    ///
    /// # Errors
    /// [`StoreError::NoRoom`]; otherwise as for [`Store::backup`].
    pub async fn backup_with_room(&self, to: &Path, now: Timestamp) -> Result<Backup, StoreError> {
        rotation::has_room(&files::parent(to), self.stats().bytes_on_disk)?;
        self.backup(to, now).await
    }
}

/// Puts a backup of so many bytes, as it comes from a running process, into the file `to`, checked.
///
/// # Errors
/// [`StoreError::BadBackup`], [`StoreError::Io`]; what was in `to` before is still there then.
pub fn receive(
    from: &mut impl Read,
    bytes: u64,
    to: &Path,
    keys: &SealKey,
) -> Result<Backup, StoreError> {
    let failed = |why: io::Error| StoreError::io("writing", to, &why);
    let (draft, mut file) = Draft::begin(to, keys).map_err(failed)?;
    // One that came short is found out when it is read back.
    io::copy(&mut from.take(bytes), &mut file).map_err(failed)?;
    drop(file);
    draft.finish()
}

impl fmt::Display for Backup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (records, file) = (self.records.values().sum::<u64>(), self.file.display());
        write!(
            f,
            "{records} records in {file} ({} bytes); the secret key is not in it, keep it elsewhere",
            self.bytes
        )
    }
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Head {
    format: u16,
    schema: u8,
    pub(super) store: String,
    /// The mark of the key that the records are sealed with.
    key: String,
    /// When it was made; early ones do not say.
    #[serde(default)]
    pub(super) taken: Option<Timestamp>,
    pub(super) commit: u64,
    pub(super) counts: BTreeMap<u8, u64>,
    /// How many keys and values follow.
    values: u64,
}

/// A backup that is not synced, checked and named yet. Removed if it never is.
pub(super) struct Draft {
    path: PathBuf,
    to: PathBuf,
    keys: SealKey,
}

impl Drop for Draft {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

impl Draft {
    fn begin(to: &Path, keys: &SealKey) -> io::Result<(Draft, File)> {
        let mut path = to.as_os_str().to_owned();
        path.push(".unfinished");
        let draft = Draft { path: path.into(), to: to.to_owned(), keys: keys.clone() };
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true).mode(0o600);
        let file = options.open(&draft.path)?;
        Ok((draft, file))
    }

    fn finish(self) -> Result<Backup, StoreError> {
        let failed = |why: io::Error| StoreError::io("writing", &self.to, &why);
        fault::pass(Point::BackupCopied);
        File::open(&self.path).and_then(|file| file.sync_all()).map_err(failed)?;
        let head = inspect(&self.path, &self.keys)?;
        let bytes = fs::metadata(&self.path).map_err(failed)?.len();
        fault::pass(Point::BackupChecked);
        fs::rename(&self.path, &self.to)
            .and_then(|()| files::sync_folder(&files::parent(&self.to)))
            .map_err(failed)?;
        fault::pass(Point::BackupAfter);
        Ok(Backup { file: self.to.clone(), records: name_counts(&head.counts), bytes })
    }
}

/// Copies everything that is in sled into a file beside `to`.
pub(super) fn draft(opened: &Opened, to: &Path, now: Timestamp) -> Result<Draft, StoreError> {
    let Opened { layers, tally, keys, .. } = opened;
    let disk = &layers.disk;
    let failed = |why: io::Error| StoreError::io("writing", to, &why);
    let (draft, file) = Draft::begin(to, keys).map_err(failed)?;
    let mut out = Summing { inner: BufWriter::new(file), sum: Sha256::new() };

    let head = Head {
        format: FORMAT,
        schema: SCHEMA,
        store: tally.store.clone(),
        key: files::hex(&keys.mark()),
        taken: Some(now),
        commit: tally.commit,
        counts: tally.counts.clone(),
        values: tally.records() + tally.pieces + 1,
    };
    let json = serde_json::to_vec(&head).map_err(|e| failed(e.into()))?;
    out.write_all(MAGIC).map_err(failed)?;
    out.write_long(&json).map_err(failed)?;
    let mut values = 0_u64;
    for value in disk.everything() {
        let (key, value) = value?;
        out.write_pair(&key, &value).map_err(failed)?;
        values += 1;
    }
    if values != head.values {
        let what = format!("{values} of {} values are there", head.values);
        return Err(disk.damaged(what));
    }
    out.write_all(&END.to_be_bytes()).map_err(failed)?;
    out.write_all(&values.to_be_bytes()).map_err(failed)?;
    let sum = out.sum.finalize();
    out.inner.write_all(&sum).and_then(|()| out.inner.flush()).map_err(failed)?;
    Ok(draft)
}

/// Reads a backup from end to end, opens every record in it, and compares what is there with what
/// must be.
pub(super) fn inspect(from: &Path, keys: &SealKey) -> Result<Head, StoreError> {
    // A file that was changed or belongs to another key is called that, whatever is in it.
    read(from, keys, |_, _| Ok(()))?;
    let bad = |what: String| StoreError::BadBackup { file: from.to_owned(), what };
    let unreadable = |full: &[u8]| {
        bad(format!("the record {} in it cannot be read; take another one", name_key(full)))
    };
    let mut found = Tally::default();
    let mut tally: Option<Tally> = None;
    // Long records wait here for their further pieces, which come after all else.
    let mut long: BTreeMap<Vec<u8>, Vec<Vec<u8>>> = BTreeMap::new();
    let mut pieces = 0;
    let open = |full: &[u8], first: &[u8], pieces: &[Vec<u8>]| {
        let label = Label::read(first).ok_or_else(|| unreadable(full))?;
        let json = keys.open(full, first, pieces).ok_or_else(|| unreadable(full))?;
        let (code, key) = full.split_first().ok_or_else(|| unreadable(full))?;
        match kind_of(*code) {
            Some(kind) if label.version <= kind.version => {
                let readable = (kind.readable)(key, label.version, &json);
                if readable { Ok((*code, label)) } else { Err(unreadable(full)) }
            }
            Some(_) | None => Err(bad(NEWER.to_owned())),
        }
    };
    let head = read(from, keys, |key, value| {
        if key == TALLY_KEY {
            let json = keys.open::<&[u8]>(key, value, &[]);
            let read = json.and_then(|json| serde_json::from_slice(&json).ok());
            tally =
                Some(read.ok_or_else(|| bad("its tally cannot be read; take another one".into()))?);
            return Ok(());
        }
        if let Some((&PIECES, owned)) = key.split_first() {
            pieces += 1;
            let owner = owned
                .split_last()
                .and_then(|(index, full)| Some((full, index, long.get_mut(full)?)));
            // One that nobody owns leaves the counts apart.
            if let Some((full, index, values)) = owner {
                if usize::from(*index) + 1 != values.len() {
                    return Err(unreadable(full));
                }
                values.push(value.to_vec());
            }
            return Ok(());
        }
        if Label::read(value).is_some_and(|label| label.pieces > 0) {
            long.insert(key.to_vec(), vec![value.to_vec()]);
            return Ok(());
        }
        let (code, label) = open(key, value, &[])?;
        found.add(code, label);
        Ok(())
    })?;
    for (full, values) in &long {
        let (first, pieces) = values.split_first().ok_or_else(|| unreadable(full))?;
        let (code, label) = open(full, first, pieces)?;
        found.add(code, label);
    }
    found.pieces = pieces;
    if tally.is_none_or(|tally| tally.counted() != found.counted()) {
        return Err(bad("what is in it is not what was in the store; take another one".to_owned()));
    }
    Ok(head)
}

/// Reads a backup from end to end; `each` gets every key and value. Nothing that it got counts
/// until this returns `Ok`.
pub(super) fn read(
    from: &Path,
    keys: &SealKey,
    mut each: impl FnMut(&[u8], &[u8]) -> Result<(), StoreError>,
) -> Result<Head, StoreError> {
    let bad = |what: &str| StoreError::BadBackup { file: from.to_owned(), what: what.to_owned() };
    let short = |why: io::Error| match why.kind() {
        io::ErrorKind::UnexpectedEof => bad("it ends too early; take another one"),
        _ => StoreError::io("reading", from, &why),
    };
    let file = File::open(from).map_err(|e| StoreError::io("opening", from, &e))?;
    let mut input = Summing { inner: BufReader::new(file), sum: Sha256::new() };

    let mut magic = [0; MAGIC.len()];
    input.read_exact(&mut magic).map_err(short)?;
    if magic != MAGIC {
        return Err(bad("it is no backup of countersign; take another file"));
    }
    let changed = || bad("it was changed since it was written; take another one");
    let length = input.read_u32().map_err(short)?;
    let json = input.read_long(length, LONGEST_HEAD).map_err(short)?.ok_or_else(changed)?;
    let head: Head = serde_json::from_slice(&json).map_err(|_| changed())?;
    let mut values = 0_u64;
    loop {
        let key_length = input.read_u32().map_err(short)?;
        if key_length == END {
            break;
        }
        let length = input.read_u32().map_err(short)?;
        let key = input.read_long(key_length, LONGEST_KEY).map_err(short)?;
        let most = u32::try_from(VALUE_BYTES).unwrap_or(u32::MAX);
        let value = input.read_long(length, most).map_err(short)?;
        let (Some(key), Some(value)) = (key, value) else { return Err(changed()) };
        each(&key, &value)?;
        values += 1;
    }
    let mut counted = [0; 8];
    input.read_exact(&mut counted).map_err(short)?;
    let sum = input.sum.clone().finalize();
    let mut written = [0; 32];
    input.read_exact(&mut written).map_err(short)?;
    let beyond = input.inner.read(&mut [0]).map_err(short)?;
    if sum[..] != written || beyond > 0 {
        return Err(changed());
    }
    if values != head.values || values != u64::from_be_bytes(counted) {
        return Err(bad("values are missing in it; take another one"));
    }
    if head.format > FORMAT || head.schema > SCHEMA {
        return Err(bad(NEWER));
    }
    if head.key != files::hex(&keys.mark()) {
        return Err(bad("it was sealed with another secret key; put back the secret.key of then"));
    }
    Ok(head)
}

fn open_existing(store: &Path, keys: &SealKey) -> Result<Opened, StoreError> {
    if !super::exists(store) {
        return Err(StoreError::Missing { path: store.to_owned() });
    }
    opening::open(store, keys, Look::Inside)
}

pub(super) fn name_counts(counts: &BTreeMap<u8, u64>) -> Counts {
    let name = |code: u8| kind_of(code).map_or("unknown", |kind| kind.name);
    counts.iter().map(|(code, count)| (name(*code), *count)).collect()
}

/// A file, and the sum of what went through.
struct Summing<F> {
    inner: F,
    sum: Sha256,
}

impl<F: Write> Summing<F> {
    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.sum.update(bytes);
        self.inner.write_all(bytes)
    }

    fn write_long(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.write_all(&length_of(bytes)?)?;
        self.write_all(bytes)
    }

    fn write_pair(&mut self, key: &[u8], value: &[u8]) -> io::Result<()> {
        self.write_all(&length_of(key)?)?;
        self.write_all(&length_of(value)?)?;
        self.write_all(key)?;
        self.write_all(value)
    }
}

impl<F: Read> Summing<F> {
    fn read_exact(&mut self, bytes: &mut [u8]) -> io::Result<()> {
        self.inner.read_exact(bytes)?;
        self.sum.update(bytes);
        Ok(())
    }

    fn read_u32(&mut self) -> io::Result<u32> {
        let mut bytes = [0; 4];
        self.read_exact(&mut bytes)?;
        Ok(u32::from_be_bytes(bytes))
    }

    /// `None` if it is longer than it can be.
    fn read_long(&mut self, length: u32, most: u32) -> io::Result<Option<Vec<u8>>> {
        if length > most {
            return Ok(None);
        }
        let mut bytes = vec![0; usize::try_from(length).unwrap_or(0)];
        self.read_exact(&mut bytes)?;
        Ok(Some(bytes))
    }
}

fn length_of(bytes: &[u8]) -> io::Result<[u8; 4]> {
    let length = u32::try_from(bytes.len()).map_err(io::Error::other)?;
    Ok(length.to_be_bytes())
}
