//! A btrfs of our own in a file, with a subvolume whose quota can be set while it is in use. What
//! a quota refuses shows in no number that a program could ask for beforehand.
//!
//! Needs root, a loop device, `mkfs.btrfs` and `btrfs`.

use std::fs::{self, File};
use std::path::PathBuf;
use std::process::Command;

use tempfile::TempDir;

use crate::ext4::run;

const BYTES: u64 = 384 * 1024 * 1024;
/// The first one that is made.
const SUBVOLUME: &str = "0/256";

pub struct Btrfs {
    folder: TempDir,
    mounted: bool,
}

impl Btrfs {
    /// # Errors
    /// Why this machine has none.
    pub fn make() -> Result<Btrfs, String> {
        let folder = tempfile::tempdir().map_err(|why| why.to_string())?;
        let mut disk = Btrfs { folder, mounted: false };
        let (image, top) = (disk.folder.path().join("btrfs"), disk.top());
        let made = File::create(&image).and_then(|file| file.set_len(BYTES));
        made.map_err(|why| why.to_string())?;
        fs::create_dir(&top).map_err(|why| why.to_string())?;
        run(Command::new("mkfs.btrfs").arg("-q").arg(&image))?;
        run(Command::new("mount").args(["-o", "loop"]).args([&image, &top]))?;
        disk.mounted = true;
        run(Command::new("btrfs").args(["quota", "enable"]).arg(&top))?;
        run(Command::new("btrfs").args(["subvolume", "create"]).arg(disk.at()))?;
        Ok(disk)
    }

    /// Where its files are that the quota is about.
    pub fn at(&self) -> PathBuf {
        self.top().join("quota")
    }

    /// From here on so many bytes more may be written; `None`: as many as there is room for.
    pub fn leaves(&self, bytes: Option<u64>) -> Result<(), String> {
        let limit = match bytes {
            Some(bytes) => (self.used()? + bytes).to_string(),
            None => "none".to_owned(),
        };
        // Asked of the whole: what is asked of a subvolume may itself be refused by its quota.
        let mut set = Command::new("btrfs");
        run(set.args(["qgroup", "limit", &limit, SUBVOLUME]).arg(self.top())).map(drop)
    }

    fn used(&self) -> Result<u64, String> {
        // What is written and not yet on the disk is not counted.
        run(Command::new("btrfs").args(["filesystem", "sync"]).arg(self.top()))?;
        let mut show = Command::new("btrfs");
        let said = run(show.args(["qgroup", "show", "--raw", "-f"]).arg(self.at()))?;
        // A head of two lines, then the group's number and the bytes that it refers to.
        let used = said.lines().nth(2).and_then(|line| line.split_whitespace().nth(1));
        used.and_then(|used| used.parse().ok()).ok_or_else(|| format!("no quota in {said:?}"))
    }

    fn top(&self) -> PathBuf {
        self.folder.path().join("disk")
    }
}

impl Drop for Btrfs {
    fn drop(&mut self) {
        if self.mounted
            && let Err(why) = run(Command::new("umount").arg(self.top()))
        {
            eprintln!("{} stays mounted: {why}", self.top().display());
        }
    }
}
