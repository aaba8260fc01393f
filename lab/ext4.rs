//! An ext4 file system of our own in a file, whose power can go: the kernel is told to forget it at
//! once, as if the machine had stopped, and what is on it is looked at after its journal was
//! replayed.
//!
//! Needs root, a loop device and `mkfs.ext4`. What the kernel had handed to the loop device counts
//! as on the disk: there is no volatile cache below.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use rustix::ioctl::{Setter, ioctl, opcode};
use tempfile::TempDir;

const BYTES: u64 = 96 * 1024 * 1024;
/// `EXT4_IOC_SHUTDOWN`, and its flag for a journal that is not written out before.
const SHUTDOWN: u32 = opcode::read::<u32>(b'X', 125);
const WITHOUT_THE_JOURNAL: u32 = 2;

pub struct Ext4 {
    folder: TempDir,
    mounted: bool,
}

impl Ext4 {
    /// # Errors
    /// Why this machine has none.
    pub fn make() -> Result<Ext4, String> {
        let folder = tempfile::tempdir().map_err(|why| why.to_string())?;
        let mut disk = Ext4 { folder, mounted: false };
        let image = File::create(disk.image()).and_then(|file| file.set_len(BYTES));
        image.map_err(|why| why.to_string())?;
        fs::create_dir(disk.at()).map_err(|why| why.to_string())?;
        run(Command::new("mkfs.ext4").args(["-q", "-F"]).arg(disk.image()))?;
        disk.power_returns()?;
        Ok(disk)
    }

    /// Where its files are.
    pub fn at(&self) -> PathBuf {
        self.folder.path().join("disk")
    }

    /// From here on nothing more reaches it, and what has not yet is lost.
    pub fn power_goes(&self) -> Result<(), String> {
        let top = File::open(self.at()).map_err(|why| why.to_string())?;
        // SAFETY: ext4 reads one u32 by this number, and a file system without it refuses.
        let told = unsafe { ioctl(&top, Setter::<SHUTDOWN, u32>::new(WITHOUT_THE_JOURNAL)) };
        told.map_err(|why| format!("the shutdown of ext4 failed: {why}"))
    }

    /// The file system as the next boot finds it.
    pub fn power_returns(&mut self) -> Result<(), String> {
        self.unmount()?;
        run(Command::new("mount").args(["-o", "loop"]).args([self.image(), self.at()]))?;
        self.mounted = true;
        Ok(())
    }

    fn unmount(&mut self) -> Result<(), String> {
        if std::mem::take(&mut self.mounted) {
            run(Command::new("umount").arg(self.at()))?;
        }
        Ok(())
    }

    fn image(&self) -> PathBuf {
        self.folder.path().join("ext4")
    }
}

impl Drop for Ext4 {
    fn drop(&mut self) {
        if let Err(why) = self.unmount() {
            eprintln!("{} stays mounted: {why}", Path::display(&self.at()));
        }
    }
}

fn run(command: &mut Command) -> Result<(), String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command.output().map_err(|why| format!("{program}: {why}"))?;
    let said = String::from_utf8_lossy(&output.stderr);
    if output.status.success() { Ok(()) } else { Err(format!("{program}: {}", said.trim())) }
}
