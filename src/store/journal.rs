//! The journal: each group of transactions is appended to it as one sealed frame and synced. That
//! makes it durable; [checkpoints](super::checkpoint) bring what lasts into sled.
//!
//! ```text
//! db/journal.0, db/journal.1    frames, one after the other
//!
//! frame:  mark (8) | length of the text (4) | commit (8) | nonce (24) | tag (16) | text
//! text:   0 | key length (2) | key                                         removed
//!         1 | key length (2) | key | version (1) | length (4) | JSON       written
//!         2 | sequence (1) | its last number (8)
//! ```
//!
//! The text is under XChaCha20-Poly1305; the tag covers what stands before it, and which store it
//! is. Two files take turns: while what is in one is on its way into sled, the other is written
//! from its beginning, over what has been in sled for long. They are not cut, since a file that
//! keeps its length is synced without a word to the file system. So behind the last frame stands
//! what an earlier turn left, and tells itself by its lower numbers.
//!
//! A frame that is not whole ends the journal: nobody was told of it. If a later one is whole,
//! that is damage; the manifest knows the rest.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use super::disk::{Disk, damaged};
use super::error::StoreError;
use super::files;
use super::layers::Plain;
use super::seal::{NONCE, SealKey, TAG};
use super::view::Sequences;
use super::wiped::Wiped;

const MARK: &[u8; 8] = b"csgroup\n";
const HEAD: usize = MARK.len() + 4 + 8;
const TEXT: usize = HEAD + NONCE + TAG;

const REMOVED: u8 = 0;
const WRITTEN: u8 = 1;
const SEQUENCE: u8 = 2;

pub(super) struct Journal {
    files: [File; 2],
    /// The file that is written, and where the next frame goes.
    current: usize,
    at: u64,
    /// The frame that is being made.
    frame: Vec<u8>,
    store: PathBuf,
    folder: PathBuf,
    id: String,
    keys: SealKey,
    #[cfg(test)]
    fail_syncs: std::sync::Arc<std::sync::atomic::AtomicBool>,
}

/// What a frame says.
pub(super) enum Entry {
    Changed(Vec<u8>, Option<Plain>),
    Sequence(u8, u64),
}

impl Journal {
    /// Opens the journal beside sled, of the store `id`, or makes one.
    pub(super) fn open(disk: &Disk, id: &str, keys: &SealKey) -> Result<Journal, StoreError> {
        let folder = disk.folder();
        let failed = |why: io::Error| StoreError::io("opening", &path(folder, 0), &why);
        let mut made = false;
        let mut open = |which| {
            let path = path(folder, which);
            made |= !path.exists();
            let mut options = OpenOptions::new();
            options.read(true).write(true).create(true).truncate(false).mode(0o600).open(path)
        };
        let files = [open(0).map_err(failed)?, open(1).map_err(failed)?];
        if made {
            files::sync_folder(folder).map_err(failed)?;
        }
        Ok(Journal {
            files,
            current: 0,
            at: 0,
            frame: Vec::new(),
            store: disk.store().to_owned(),
            folder: folder.to_owned(),
            id: id.to_owned(),
            keys: keys.clone(),
            #[cfg(test)]
            fail_syncs: std::sync::Arc::clone(&disk.fail_syncs),
        })
    }

    /// How long the file is that is being written, in bytes.
    pub(super) fn length(&self) -> u64 {
        self.at
    }

    /// From now on the other file is written, from its beginning.
    pub(super) fn turn(&mut self) {
        self.current = 1 - self.current;
        self.at = 0;
    }

    /// Begins a frame.
    pub(super) fn begin(&mut self) {
        self.frame.clear();
        self.frame.resize(TEXT, 0);
    }

    /// Adds a change to the frame.
    pub(super) fn change(&mut self, full: &[u8], plain: Option<&Plain>) -> Result<(), StoreError> {
        let length = u16::try_from(full.len()).map_err(|_| StoreError::Broken)?;
        self.frame.push(if plain.is_some() { WRITTEN } else { REMOVED });
        self.frame.extend(length.to_be_bytes());
        self.frame.extend(full);
        if let Some(plain) = plain {
            let length = u32::try_from(plain.json.len()).map_err(|_| StoreError::Broken)?;
            self.frame.push(plain.version);
            self.frame.extend(length.to_be_bytes());
            self.frame.extend(plain.json.iter());
        }
        Ok(())
    }

    /// Ends the frame, seals it, and returns once it is durable.
    pub(super) fn write(&mut self, commit: u64, sequences: &Sequences) -> Result<(), StoreError> {
        for (code, last) in sequences {
            self.frame.extend([SEQUENCE, *code]);
            self.frame.extend(last.to_be_bytes());
        }
        let length = u32::try_from(self.frame.len() - TEXT).map_err(|_| StoreError::Broken)?;
        let (head, text) = self.frame.split_at_mut(TEXT);
        head[..8].copy_from_slice(MARK);
        head[8..12].copy_from_slice(&length.to_be_bytes());
        head[12..HEAD].copy_from_slice(&commit.to_be_bytes());
        let bound = [&head[..HEAD], self.id.as_bytes()].concat();
        let (nonce, tag) = self
            .keys
            .seal_in_place(&bound, text)
            .map_err(|fault| fault.into_error("group", text.len(), &self.store))?;
        head[HEAD..HEAD + NONCE].copy_from_slice(&nonce);
        head[HEAD + NONCE..].copy_from_slice(&tag);
        let failed = |doing, why| StoreError::io(doing, &path(&self.folder, self.current), &why);
        let file = &self.files[self.current];
        file.write_all_at(&self.frame, self.at).map_err(|why| failed("writing", why))?;
        self.sync(file).map_err(|why| failed("syncing", why))?;
        self.at += self.frame.len() as u64;
        Ok(())
    }

    fn sync(&self, file: &File) -> io::Result<()> {
        #[cfg(test)]
        if self.fail_syncs.load(std::sync::atomic::Ordering::SeqCst) {
            return Err(io::Error::other("a fault of the test"));
        }
        file.sync_data()
    }

    /// Gives `each` what was written after the commit `after`, in order; the last commit.
    pub(super) fn replay(
        &self,
        after: u64,
        mut each: impl FnMut(Entry) -> Result<(), StoreError>,
    ) -> Result<u64, StoreError> {
        let mut texts = Vec::new();
        for which in [0, 1] {
            let path = path(&self.folder, which);
            let text = fs::read(&path).map_err(|why| StoreError::io("reading", &path, &why))?;
            texts.push(text);
        }
        texts.sort_by_key(|text| Frame::at(text, 0).map(|frame| frame.commit));
        let mut last = after;
        for text in &texts {
            let mut at = 0;
            while let Some(frame) = Frame::at(text, at) {
                if frame.commit == last + 1 {
                    let Some(opened) = self.open_frame(&frame) else { break };
                    read_text(&opened, &mut each).ok_or_else(|| self.damaged(frame.commit))??;
                    last = frame.commit;
                } else if frame.commit > after {
                    break;
                }
                at += frame.whole.len();
            }
        }
        let later = texts
            .iter()
            .flat_map(|text| Frame::all(text))
            .find(|frame| frame.commit > last && self.open_frame(frame).is_some());
        match later {
            Some(_) => Err(self.damaged(last + 1)),
            None => Ok(last),
        }
    }

    fn open_frame(&self, frame: &Frame<'_>) -> Option<Wiped> {
        let (head, text) = frame.whole.split_at(TEXT);
        let bound = [&head[..HEAD], self.id.as_bytes()].concat();
        let nonce = head[HEAD..].first_chunk()?;
        let tag = head[HEAD + NONCE..].first_chunk()?;
        let mut text = Wiped::from(text);
        self.keys.open_in_place(&bound, nonce, tag, &mut text).then_some(text)
    }

    fn damaged(&self, commit: u64) -> StoreError {
        damaged(&self.store, format!("commit {commit} in its journal cannot be read"))
    }
}

fn path(folder: &Path, which: usize) -> PathBuf {
    folder.join(format!("journal.{which}"))
}

/// What looks like a frame.
struct Frame<'a> {
    commit: u64,
    whole: &'a [u8],
}

impl<'a> Frame<'a> {
    fn at(text: &'a [u8], at: usize) -> Option<Frame<'a>> {
        let rest = text.get(at..)?;
        let head = rest.first_chunk::<HEAD>().filter(|head| head.starts_with(MARK))?;
        let length = u32::from_be_bytes(*head[8..].first_chunk()?);
        let commit = u64::from_be_bytes(*head[12..].first_chunk()?);
        let whole = rest.get(..TEXT.checked_add(usize::try_from(length).ok()?)?)?;
        Some(Frame { commit, whole })
    }

    /// Wherever one seems to begin.
    fn all(text: &'a [u8]) -> impl Iterator<Item = Frame<'a>> {
        let places = (0..text.len().saturating_sub(TEXT)).filter(|at| text[*at] == MARK[0]);
        places.filter_map(|at| Frame::at(text, at))
    }
}

/// `None`: this is no text of a frame.
fn read_text(
    text: &[u8],
    each: &mut impl FnMut(Entry) -> Result<(), StoreError>,
) -> Option<Result<(), StoreError>> {
    let mut rest = text;
    let mut take = |many: usize| {
        let (taken, left) = rest.split_at_checked(many)?;
        rest = left;
        Some(taken)
    };
    while let Some([op]) = take(1) {
        let entry = match *op {
            SEQUENCE => {
                let code = take(1)?[0];
                Entry::Sequence(code, u64::from_be_bytes(take(8)?.try_into().ok()?))
            }
            REMOVED | WRITTEN => {
                let length = u16::from_be_bytes(take(2)?.try_into().ok()?);
                let full = take(length.into()).filter(|full| !full.is_empty())?.to_vec();
                let plain = match *op {
                    WRITTEN => {
                        let version = take(1)?[0];
                        let length = u32::from_be_bytes(take(4)?.try_into().ok()?);
                        let json = take(usize::try_from(length).ok()?)?.into();
                        Some(Plain { version, json, record: None })
                    }
                    _ => None,
                };
                Entry::Changed(full, plain)
            }
            _ => return None,
        };
        if let Err(why) = each(entry) {
            return Some(Err(why));
        }
    }
    Some(Ok(()))
}
