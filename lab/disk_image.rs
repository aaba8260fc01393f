//! What a disk holds once the power is gone: of each file and folder, what was synced last.
//!
//! The strictest disk that POSIX allows. What a file holds lasts by an fsync of that file; a name,
//! a new one or a renamed or a removed one, lasts by an fsync of the folder that it is in. Nothing
//! else lasts, and no order between two of them is kept.
//!
//! ```text
//! <image>/data-<inode>   what a file held at its last fsync
//! <image>/names-<inode>  the names in a folder at its last fsync: `f <inode> <name>`, `d …`
//! ```
//!
//! An inode is named by its number and its birth, since numbers are used again.

use std::collections::HashMap;
use std::fs::{self, DirEntry, File, Metadata, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

/// What survives of a file that was not synced is decided page by page, in bytes.
const PAGE: usize = 4096;
/// How much is compared and copied at once, in bytes.
const CHUNK: usize = 64 * PAGE;

/// The image of what lies in one folder.
pub struct Image {
    folder: PathBuf,
    live: PathBuf,
}

/// What became of what was never synced: called for each page, size and list of names that the disk
/// may or may not have written by itself; whether it has.
pub type Chance<'c> = &'c mut dyn FnMut() -> bool;

impl Image {
    /// `folder` must be on the outside of `live`.
    pub fn new(folder: &Path, live: &Path) -> Image {
        Image { folder: folder.to_owned(), live: live.to_owned() }
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    pub fn live(&self) -> &Path {
        &self.live
    }

    /// Everything that is in the folder now is on the disk, and nothing else is: a machine that
    /// was just started.
    pub fn adopt(&self) -> io::Result<()> {
        if self.folder.exists() {
            fs::remove_dir_all(&self.folder)?;
        }
        fs::create_dir_all(&self.folder)?;
        walk(&self.live, &mut |path, facts| {
            if facts.is_dir() {
                self.keep_names(path, facts)
            } else {
                self.keep_data(&File::open(path)?, facts)
            }
        })
    }

    /// A file or a folder was synced. What is written meanwhile may be in it or not, in any order.
    pub fn keep(&self, path: &Path) -> io::Result<()> {
        let file = File::open(path)?;
        let facts = file.metadata()?;
        if facts.is_dir() { self.keep_names(path, &facts) } else { self.keep_data(&file, &facts) }
    }

    fn keep_data(&self, file: &File, facts: &Metadata) -> io::Result<()> {
        let path = self.data_of(&inode(facts));
        let mut options = OpenOptions::new();
        let kept = options.read(true).write(true).create(true).truncate(false).open(path)?;
        kept.set_len(facts.len())?;
        let (mut now, mut before) = (vec![0; CHUNK], vec![0; CHUNK]);
        for at in (0..facts.len()).step_by(CHUNK) {
            let long = read_full(file, &mut now, at)?;
            let same = read_full(&kept, &mut before, at)? == long && now[..long] == before[..long];
            if !same {
                kept.write_all_at(&now[..long], at)?;
            }
        }
        Ok(())
    }

    fn keep_names(&self, folder: &Path, facts: &Metadata) -> io::Result<()> {
        let path = self.names_of(&inode(facts));
        let draft = path.with_extension("new");
        fs::write(&draft, names(folder)?)?;
        fs::rename(draft, path)
    }

    /// The power goes: makes in `to`, an empty folder, what the disk holds. `chance` says what else
    /// of the folder as it was seen last had reached the disk by itself.
    pub fn cut(&self, to: &Path, chance: Chance<'_>) -> io::Result<()> {
        let mut live = HashMap::new();
        walk(&self.live, &mut |path, facts| {
            live.insert(inode(facts), path.to_owned());
            Ok(())
        })?;
        let root = inode(&fs::metadata(&self.live)?);
        self.cut_folder(&root, to, &live, chance)
    }

    fn cut_folder(
        &self,
        inode: &str,
        to: &Path,
        live: &HashMap<String, PathBuf>,
        chance: Chance<'_>,
    ) -> io::Result<()> {
        let mut listed = read_or_nothing(&self.names_of(inode))?;
        if let Some(path) = live.get(inode) {
            let now = names(path)?;
            // A file system writes changes of names in order, so all of them or none.
            if now.as_bytes() != listed && chance() {
                listed = now.into_bytes();
            }
        }
        for line in String::from_utf8(listed).map_err(io::Error::other)?.lines() {
            let mut parts = line.splitn(3, ' ');
            let (Some(kind), Some(inode), Some(name)) = (parts.next(), parts.next(), parts.next())
            else {
                return Err(io::Error::other(format!("no name in {line:?}")));
            };
            let path = to.join(name);
            if kind == "d" {
                fs::create_dir(&path)?;
                self.cut_folder(inode, &path, live, chance)?;
            } else {
                self.cut_file(inode, &path, live, chance)?;
            }
        }
        Ok(())
    }

    fn cut_file(
        &self,
        inode: &str,
        to: &Path,
        live: &HashMap<String, PathBuf>,
        chance: Chance<'_>,
    ) -> io::Result<()> {
        let mut bytes = read_or_nothing(&self.data_of(inode))?;
        if let Some(path) = live.get(inode) {
            let now = fs::read(path)?;
            let long = if now.len() != bytes.len() && chance() { now.len() } else { bytes.len() };
            bytes.resize(now.len().max(bytes.len()), 0);
            for (page, now) in bytes.chunks_mut(PAGE).zip(now.chunks(PAGE)) {
                let page = &mut page[..now.len()];
                if page != now && chance() {
                    page.copy_from_slice(now);
                }
            }
            bytes.truncate(long);
        }
        fs::write(to, bytes)?;
        if let Some(path) = live.get(inode) {
            fs::set_permissions(to, fs::metadata(path)?.permissions())?;
        }
        Ok(())
    }

    fn data_of(&self, inode: &str) -> PathBuf {
        self.folder.join(format!("data-{inode}"))
    }

    fn names_of(&self, inode: &str) -> PathBuf {
        self.folder.join(format!("names-{inode}"))
    }
}

fn inode(facts: &Metadata) -> String {
    let born = facts.created().ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok());
    format!("{}-{}", facts.ino(), born.map_or(0, |born| born.as_nanos()))
}

fn names(folder: &Path) -> io::Result<String> {
    let mut entries = fs::read_dir(folder)?.collect::<io::Result<Vec<DirEntry>>>()?;
    entries.sort_by_key(DirEntry::file_name);
    let mut lines = String::new();
    for entry in entries {
        // It may be gone since it was listed.
        let Ok(facts) = entry.metadata() else { continue };
        let kind = if facts.is_dir() { 'd' } else { 'f' };
        let name = entry.file_name().into_string().map_err(|_| io::Error::other("an odd name"))?;
        lines += &format!("{kind} {} {name}\n", inode(&facts));
    }
    Ok(lines)
}

/// Everything in a folder, and the folder itself.
fn walk(folder: &Path, each: &mut dyn FnMut(&Path, &Metadata) -> io::Result<()>) -> io::Result<()> {
    each(folder, &fs::metadata(folder)?)?;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            walk(&entry.path(), each)?;
        } else {
            each(&entry.path(), &entry.metadata()?)?;
        }
    }
    Ok(())
}

fn read_or_nothing(path: &Path) -> io::Result<Vec<u8>> {
    match fs::read(path) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        read => read,
    }
}

fn read_full(file: &File, into: &mut [u8], at: u64) -> io::Result<usize> {
    let mut long = 0;
    while long < into.len() {
        match file.read_at(&mut into[long..], at + long as u64)? {
            0 => break,
            more => long += more,
        }
    }
    Ok(long)
}
