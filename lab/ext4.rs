//! An ext4 file system of our own in a file. Its power can go: the kernel is told to forget it at
//! once, as if the machine had stopped, and what is on it is looked at after its journal was
//! replayed. And it can turn read-only in the middle of everything, as after an error of the disk.
//!
//! Needs root, a loop device, `mkfs.ext4` and `e2fsck`. What the kernel had handed to the loop device counts
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

    /// An error is made up, upon which the kernel takes no more writes, as most distributions have
    /// it: what is open stays open, and what was not synced is lost.
    pub fn turns_read_only(&self) -> Result<(), String> {
        let mounts = fs::read_to_string("/proc/mounts").map_err(|why| why.to_string())?;
        let at = self.at().display().to_string();
        let device = mounts.lines().find_map(|line| {
            let (device, rest) = line.split_once(' ')?;
            (rest.split(' ').next() == Some(&*at)).then_some(device.strip_prefix("/dev/")?)
        });
        let device = device.ok_or("it is not mounted")?;
        fs::write(format!("/sys/fs/ext4/{device}/trigger_fs_error"), "1")
            .map_err(|why| format!("no error of ext4 can be made up: {why}"))
    }

    /// What a host does about it: unmounts, checks and mounts again. Nobody may be at it any more.
    pub fn is_mended(&mut self) -> Result<(), String> {
        self.unmount()?;
        let mut check = Command::new("e2fsck");
        let checked = check.arg("-p").arg(self.image()).output();
        match checked.map(|output| output.status.code()) {
            // Nothing was wrong, or it is right now.
            Ok(Some(0 | 1)) => self.power_returns(),
            Ok(code) => Err(format!("e2fsck ended with {code:?}")),
            Err(why) => Err(format!("e2fsck: {why}")),
        }
    }

    /// The file system as the next boot finds it.
    pub fn power_returns(&mut self) -> Result<(), String> {
        self.unmount()?;
        let options = ["-o", "loop,errors=remount-ro"];
        run(Command::new("mount").args(options).args([self.image(), self.at()]))?;
        self.mounted = true;
        Ok(())
    }

    fn unmount(&mut self) -> Result<(), String> {
        if std::mem::take(&mut self.mounted)
            && let Err(why) = run(Command::new("umount").arg(self.at()))
        {
            self.mounted = true;
            return Err(why);
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

/// What it prints.
///
/// # Errors
/// That it cannot be started, or what it complains of.
pub fn run(command: &mut Command) -> Result<String, String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command.output().map_err(|why| format!("{program}: {why}"))?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    match output.status.success() {
        true => Ok(text(&output.stdout)),
        false => Err(format!("{program}: {}", text(&output.stderr))),
    }
}
