//! A whole store in one file, and back: write, restore, verify.
//!
//! A backup holds the sealed records as they are. **The secret key is not in it**: keep `secret.key`
//! elsewhere, for without it nobody can read a backup, its owner included.
//!
//! ```text
//! "countersign backup 1\n"
//! length (4) | head: JSON { format, schema, store, key, commit, counts, values }
//! key length (4) | value length (4) | key | value      … once per value, in key order
//! ff ff ff ff | number of values (8) | SHA-256 of everything before (32)
//! ```
//!
//! Numbers are big-endian. The file is written under another name, synced, read back and renamed.

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
use super::disk::{Disk, Opening, damaged};
use super::error::StoreError;
use super::files;
use super::manifest::{self, Manifest, Mark, State};
use super::opening::{self, DATA, Lock, Opened, RESTORING, new_id, sealed_tally};
use super::records::kind_of;
use super::seal::{Label, SealKey, VALUE_BYTES};
use super::tally::{self, SCHEMA, TALLY_KEY, Tally};
use crate::ops::fault::{self, Point};

const MAGIC: &[u8] = b"countersign backup 1\n";
const FORMAT: u16 = 1;
const END: u32 = u32::MAX;
const LONGEST_HEAD: u32 = 64 * 1024;
const LONGEST_KEY: u32 = 1_024;
/// How much is restored with one fsync.
const BATCH_BYTES: usize = 256 * 1024;

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
}

/// A store that was put back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    pub records: Counts,
    /// Where the store is now that was there before.
    pub kept: Option<PathBuf>,
}

/// Backs up the stopped store in `store` into the file `to`, over what is there.
///
/// # Errors
/// [`StoreError::Missing`] if there is no store, [`StoreError::InUse`] if it is running; otherwise
/// as for [`Store::open`].
pub fn write(store: &Path, keys: &SealKey, to: &Path) -> Result<Backup, StoreError> {
    let opened = open_existing(store, keys)?;
    let drawn = draft(&opened, to);
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
    let records = name_counts(&opened.tally.counts);
    let bytes_on_disk = opened.disk.bytes_on_disk();
    opened.close();
    Ok(Verified { records, bytes_on_disk })
}

/// Makes the store in `store` from the backup `from`: checks the file, builds the new store beside
/// the old one, opens every record of it, and only then puts it in its place and checks it again.
///
/// What was counted since the backup was written is forgotten with it. With `replace`, a store that
/// is there is moved aside, not deleted. If it is cut off, the store says so and does not open
/// until it is done again.
///
/// # Errors
/// [`StoreError::Occupied`] if there is a store and not `replace`; [`StoreError::BadBackup`];
/// [`StoreError::InUse`]; [`StoreError::Io`].
pub fn restore(
    from: &Path,
    store: &Path,
    keys: &SealKey,
    replace: bool,
) -> Result<Restored, StoreError> {
    let head = read(from, keys, |_, _| Ok(()))?;
    let failed = |why: io::Error| StoreError::io("restoring", store, &why);
    files::make_folder(store).map_err(failed)?;
    let lock = Lock::take(store)?;
    if super::exists(store) && !replace {
        return Err(StoreError::Occupied { path: store.to_owned() });
    }
    let scratch = store.join(RESTORING);
    if scratch.exists() {
        fs::remove_dir_all(&scratch).map_err(failed)?;
    }
    build(from, store, &scratch, keys)?;
    fault::pass(Point::RestoreBuilt);
    let kept = put_in_place(store, &scratch).map_err(failed)?;

    let Some(manifest) = Manifest::read(store)? else {
        return Err(damaged(store, "its manifest is gone"));
    };
    let disk = Disk::open(store, &store.join(DATA), keys, Opening::Existing)?;
    let checked = tally::check(&disk, &manifest);
    disk.close();
    drop(lock);
    checked?;
    Ok(Restored { records: name_counts(&head.counts), kept })
}

impl Store {
    /// Backs up the running store into the file `to`, as of one moment between two groups. Nothing
    /// is committed while the values are being copied (about a second for a million records).
    ///
    /// # Errors
    /// As for [`Store::commit`]; [`StoreError::Io`] if the file cannot be written, which does not
    /// harm the store.
    pub async fn backup(&self, to: &Path) -> Result<Backup, StoreError> {
        let (reply, drawn) = oneshot::channel();
        self.send(Message::Backup { to: to.to_owned(), reply }).await?;
        let draft = drawn.await.unwrap_or_else(|_| Err(self.why_gone()))?;
        let finished = tokio::task::spawn_blocking(move || draft.finish());
        finished.await.unwrap_or(Err(StoreError::Panicked))
    }
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
struct Head {
    format: u16,
    schema: u8,
    store: String,
    /// The mark of the key that the records are sealed with.
    key: String,
    commit: u64,
    counts: BTreeMap<u8, u64>,
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
    fn finish(self) -> Result<Backup, StoreError> {
        let failed = |why: io::Error| StoreError::io("writing", &self.to, &why);
        fault::pass(Point::BackupCopied);
        File::open(&self.path).and_then(|file| file.sync_all()).map_err(failed)?;
        let head = read(&self.path, &self.keys, |_, _| Ok(()))?;
        let bytes = fs::metadata(&self.path).map_err(failed)?.len();
        fault::pass(Point::BackupChecked);
        fs::rename(&self.path, &self.to)
            .and_then(|()| files::sync_folder(&files::parent(&self.to)))
            .map_err(failed)?;
        fault::pass(Point::BackupAfter);
        Ok(Backup { file: self.to.clone(), records: name_counts(&head.counts), bytes })
    }
}

/// Copies everything that is durable into a file beside `to`.
pub(super) fn draft(opened: &Opened, to: &Path) -> Result<Draft, StoreError> {
    let Opened { disk, manifest: _, tally, keys, lock: _ } = opened;
    let failed = |why: io::Error| StoreError::io("writing", to, &why);
    let mut path = to.as_os_str().to_owned();
    path.push(".unfinished");
    let draft = Draft { path: path.into(), to: to.to_owned(), keys: keys.clone() };
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600);
    let file = options.open(&draft.path).map_err(failed)?;
    let mut out = Summing { inner: BufWriter::new(file), sum: Sha256::new() };

    let head = Head {
        format: FORMAT,
        schema: SCHEMA,
        store: tally.store.clone(),
        key: files::hex(&keys.mark()),
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

/// Reads a backup from end to end; `each` gets every key and value. Nothing that it got counts
/// until this returns `Ok`.
fn read(
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
        return Err(bad("a newer version of countersign wrote it; use that one"));
    }
    if head.key != files::hex(&keys.mark()) {
        return Err(bad("it was sealed with another secret key; put back the secret.key of then"));
    }
    Ok(head)
}

/// Makes a whole store in `scratch` and checks it.
fn build(from: &Path, store: &Path, scratch: &Path, keys: &SealKey) -> Result<(), StoreError> {
    let disk = Disk::open(store, &scratch.join(DATA), keys, Opening::New)?;
    let built = fill(&disk, from, scratch, keys);
    disk.close();
    match built {
        Err(StoreError::Damaged { path: _, what }) => {
            let what = format!("{what}; take another one");
            Err(StoreError::BadBackup { file: from.to_owned(), what })
        }
        Err(StoreError::Newer { path: _, what }) => {
            let what = format!("a newer version of countersign wrote it ({what}); use that one");
            Err(StoreError::BadBackup { file: from.to_owned(), what })
        }
        other => other,
    }
}

fn fill(disk: &Disk, from: &Path, scratch: &Path, keys: &SealKey) -> Result<(), StoreError> {
    let mut batch = sled::Batch::default();
    let mut bytes = 0;
    let mut tally_value = None;
    read(from, keys, |key, value| {
        if key == TALLY_KEY {
            tally_value = Some(value.to_vec());
            return Ok(());
        }
        batch.insert(key, value);
        bytes += key.len() + value.len();
        if bytes >= BATCH_BYTES {
            bytes = 0;
            return disk.write(std::mem::take(&mut batch));
        }
        Ok(())
    })?;
    let no_tally = || disk.damaged("its tally cannot be read");
    let first = tally_value.ok_or_else(no_tally)?;
    Label::read(&first).ok_or_else(no_tally)?;
    let json = keys.open::<&[u8]>(TALLY_KEY, &first, &[]).ok_or_else(no_tally)?;
    let mut tally: Tally = serde_json::from_slice(&json).map_err(|_| no_tally())?;
    // A name of its own: data and manifest of two stores must never be taken for one.
    tally.store = new_id().map_err(|why| StoreError::io("making", scratch, &why))?;
    batch.insert(TALLY_KEY, sealed_tally(scratch, keys, &tally)?);
    disk.write(batch)?;
    let mark = Mark { commit: tally.commit, counts: tally.counts.clone() };
    let manifest = Manifest::replace(scratch, State::Ready, &tally.store, keys, mark)?;
    tally::check(disk, &manifest).map(|_| ())
}

/// Puts the store in `scratch` in the place of what is in `store`. Cut off anywhere, what is left
/// does not open: the data is gone, or belongs to another manifest, or has none.
fn put_in_place(store: &Path, scratch: &Path) -> io::Result<Option<PathBuf>> {
    let (data, mark) = (store.join(DATA), store.join(manifest::NAME));
    let mut kept = None;
    if super::exists(store) {
        let aside = (1..).map(|n| store.join(format!("before-restore-{n}")));
        let aside = aside.into_iter().find(|path| !path.exists()).unwrap_or_default();
        files::make_folder(&aside)?;
        if mark.exists() {
            fs::copy(&mark, aside.join(manifest::NAME))?;
        }
        if data.exists() {
            fs::rename(&data, aside.join(DATA))?;
        }
        files::sync_folder(&aside)?;
        kept = Some(aside);
        fault::pass(Point::RestoreAside);
    }
    fs::rename(scratch.join(DATA), &data)?;
    files::sync_folder(store)?;
    fault::pass(Point::RestoreHalf);
    fs::rename(scratch.join(manifest::NAME), &mark)?;
    files::sync_folder(store)?;
    fault::pass(Point::RestoreAfter);
    fs::remove_dir_all(scratch)?;
    files::sync_folder(store)?;
    Ok(kept)
}

fn open_existing(store: &Path, keys: &SealKey) -> Result<Opened, StoreError> {
    if !super::exists(store) {
        return Err(StoreError::Missing { path: store.to_owned() });
    }
    opening::open(store, keys)
}

fn name_counts(counts: &BTreeMap<u8, u64>) -> Counts {
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
