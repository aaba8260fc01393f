//! A disk that forgets, for one process: loaded with `LD_PRELOAD`, it sees every fsync and keeps an
//! image of what was synced; whatever was only written is not in it.
//!
//! It follows no writes: at each fsync it looks at what is there. So no way of writing escapes it.
//! `sync_file_range` keeps nothing, since Linux promises nothing of it. Real fsyncs are left out.
//!
//! ```text
//! FORGETFUL_LIVE    the folder that the process writes in
//! FORGETFUL_IMAGE   where the image is kept, outside of it
//! FORGETFUL_CUT     optional: the power goes at this fsync, counted from 1, before it does anything
//! FORGETFUL_FAILS   optional: from this one on, fsyncs are refused, as by a disk that turned read-only
//! ```

#[path = "disk_image.rs"]
#[expect(dead_code, reason = "the other half, what is left after a cut, is for the experiments")]
mod disk_image;

use std::ffi::c_int;
use std::fs;
use std::os::fd::BorrowedFd;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use disk_image::Image;

unsafe extern "C" {
    fn __errno_location() -> *mut c_int;
}

/// The fsyncs so far, one at a time: an older look at a file must not overwrite a newer one.
static SYNCED: Mutex<u64> = Mutex::new(0);

/// fsync(2).
#[unsafe(no_mangle)]
pub extern "C" fn fsync(fd: c_int) -> c_int {
    sync(fd)
}

/// fdatasync(2): what it may leave out (times) nobody here looks at.
#[unsafe(no_mangle)]
pub extern "C" fn fdatasync(fd: c_int) -> c_int {
    sync(fd)
}

/// sync_file_range(2): no promise.
#[unsafe(no_mangle)]
pub extern "C" fn sync_file_range(_: c_int, _: i64, _: i64, _: u32) -> c_int {
    0
}

fn sync(fd: c_int) -> c_int {
    let path = PathBuf::from(format!("/proc/self/fd/{fd}"));
    let folder = |name| std::env::var_os(name).map(PathBuf::from);
    let (Some(live), Some(image)) = (folder("FORGETFUL_LIVE"), folder("FORGETFUL_IMAGE")) else {
        give_up("FORGETFUL_LIVE and FORGETFUL_IMAGE must say where");
    };
    let Ok(real) = fs::read_link(&path) else { give_up("/proc/self/fd is needed") };
    if !real.starts_with(&live) {
        // SAFETY: whoever calls fsync owns the descriptor while it runs.
        let fd = unsafe { BorrowedFd::borrow_raw(fd) };
        // Not by way of the C library, so not by way of the function above.
        return if rustix::fs::fsync(fd).is_ok() { 0 } else { -1 };
    }
    let mut synced = SYNCED.lock().unwrap_or_else(PoisonError::into_inner);
    *synced += 1;
    if std::env::var("FORGETFUL_CUT").is_ok_and(|cut| cut == synced.to_string()) {
        std::process::abort();
    }
    let fails = std::env::var("FORGETFUL_FAILS").ok().and_then(|first| first.parse().ok());
    if fails.is_some_and(|first: u64| *synced >= first) {
        // SAFETY: the C library gives each thread a place of its own for it.
        unsafe { *__errno_location() = rustix::io::Errno::ROFS.raw_os_error() };
        return -1;
    }
    match Image::new(&image, &live).keep(&path) {
        Ok(()) => 0,
        Err(why) => give_up(&format!("no image of {}: {why}", Path::display(&real))),
    }
}

/// An image that is wrong would be worse than none.
fn give_up(why: &str) -> ! {
    eprintln!("the forgetful disk gives up: {why}");
    std::process::abort()
}
