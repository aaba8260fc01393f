//! Places where a crash test can have the process die or dawdle, and the disk look full.
//!
//! ```text
//! COUNTERSIGN_DIE_AT="decide.after:3"          the third pass of this point ends the process at
//!                                              once, as kill -9 would: nothing is unwound,
//!                                              flushed or dropped
//! COUNTERSIGN_STALL_AT="store.written:5s"      each pass of this point takes so long
//! COUNTERSIGN_FREE_BYTES_IN="<file>"           as many bytes are free on the disk as are in there
//! COUNTERSIGN_JOURNAL_BYTES="4096"             a checkpoint is made when so much is in the journal
//! ```
//!
//! Release builds know none of this.

/// Each is before or after something that lasts: in the store, or in somebody else's hands.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Point {
    /// Updates have arrived; none is in the store.
    InboxBefore,
    /// They are in the store, and nobody was told.
    InboxAfter,
    /// They are on their way to the rules; Telegram does not know that we have them.
    Confirming,
    /// What happened is known, what follows from it is not.
    DecideBefore,
    /// It is decided and durable, and nobody was told.
    DecideAfter,
    /// Transactions have run, nothing of them is written.
    StoreBefore,
    /// A commit is synced, and the manifest does not know of it.
    StoreWritten,
    /// The manifest knows of a commit, and nobody was answered.
    StoreAfter,
    /// A checkpoint has begun, nothing of it is in sled.
    CheckpointBefore,
    /// A piece of it is in sled.
    CheckpointSlice,
    /// All of it is in sled, and the next one may overwrite the journal.
    CheckpointAfter,
    /// An order was taken up, nothing of it is done.
    OutboxBefore,
    /// Telegram has answered; the store does not know.
    OutboxPerformed,
    /// A code is marked as on its way, and is not.
    CodeBefore,
    /// The provider has it, or refused it; the store does not know.
    CodeAfter,
    /// What is to be forgotten is due, and still there.
    ForgetBefore,
    /// A piece of it is gone for good.
    ForgetAfter,
    /// At the first start: the secret key is there, no store is.
    FirstKey,
    /// At the first start: the manifest says that a store is being made.
    FirstMaking,
    /// At the first start: the data is there, and the manifest does not say so.
    FirstMade,
    /// A backup is copied, under another name and not synced.
    BackupCopied,
    /// A backup is synced and checked, under another name.
    BackupChecked,
    /// A backup has its name, and nobody was told.
    BackupAfter,
    /// A restored store is whole, beside the one that is there.
    RestoreBuilt,
    /// The old store is moved aside, its place is empty.
    RestoreAside,
    /// The restored data is in its place, its manifest is not.
    RestoreHalf,
    /// The restored store is in its place, and not checked there.
    RestoreAfter,
}

impl Point {
    pub const ALL: [Point; 27] = [
        Point::InboxBefore,
        Point::InboxAfter,
        Point::Confirming,
        Point::DecideBefore,
        Point::DecideAfter,
        Point::StoreBefore,
        Point::StoreWritten,
        Point::StoreAfter,
        Point::CheckpointBefore,
        Point::CheckpointSlice,
        Point::CheckpointAfter,
        Point::OutboxBefore,
        Point::OutboxPerformed,
        Point::CodeBefore,
        Point::CodeAfter,
        Point::ForgetBefore,
        Point::ForgetAfter,
        Point::FirstKey,
        Point::FirstMaking,
        Point::FirstMade,
        Point::BackupCopied,
        Point::BackupChecked,
        Point::BackupAfter,
        Point::RestoreBuilt,
        Point::RestoreAside,
        Point::RestoreHalf,
        Point::RestoreAfter,
    ];

    /// Its name in `COUNTERSIGN_DIE_AT`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Point::InboxBefore => "inbox.before",
            Point::InboxAfter => "inbox.after",
            Point::Confirming => "inbox.confirming",
            Point::DecideBefore => "decide.before",
            Point::DecideAfter => "decide.after",
            Point::StoreBefore => "store.before",
            Point::StoreWritten => "store.written",
            Point::StoreAfter => "store.after",
            Point::CheckpointBefore => "checkpoint.before",
            Point::CheckpointSlice => "checkpoint.slice",
            Point::CheckpointAfter => "checkpoint.after",
            Point::OutboxBefore => "outbox.before",
            Point::OutboxPerformed => "outbox.performed",
            Point::CodeBefore => "code.before",
            Point::CodeAfter => "code.after",
            Point::ForgetBefore => "forget.before",
            Point::ForgetAfter => "forget.after",
            Point::FirstKey => "first.key",
            Point::FirstMaking => "first.making",
            Point::FirstMade => "first.made",
            Point::BackupCopied => "backup.copied",
            Point::BackupChecked => "backup.checked",
            Point::BackupAfter => "backup.after",
            Point::RestoreBuilt => "restore.built",
            Point::RestoreAside => "restore.aside",
            Point::RestoreHalf => "restore.half",
            Point::RestoreAfter => "restore.after",
        }
    }
}

/// Passes `point`. Returns, perhaps after a while, or the process is dead.
pub fn pass(point: Point) {
    #[cfg(debug_assertions)]
    armed::pass(point);
    #[cfg(not(debug_assertions))]
    let _ = point;
}

/// How many bytes are free on a disk of which the system says that `really` are.
#[must_use]
pub fn free_bytes(really: u64) -> u64 {
    #[cfg(debug_assertions)]
    return armed::free_bytes().unwrap_or(really);
    #[cfg(not(debug_assertions))]
    really
}

/// How many bytes may be in the journal before there is a checkpoint.
#[must_use]
pub fn journal_bytes(really: u64) -> u64 {
    #[cfg(debug_assertions)]
    return armed::journal_bytes().unwrap_or(really);
    #[cfg(not(debug_assertions))]
    really
}

#[cfg(debug_assertions)]
mod armed {
    use std::sync::LazyLock;
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::time::Duration;

    use super::Point;

    static ARMED: LazyLock<Option<Fuse>> = LazyLock::new(|| {
        let text = std::env::var("COUNTERSIGN_DIE_AT").ok()?;
        let Some(fuse) = Fuse::parse(&text) else {
            eprintln!("error: COUNTERSIGN_DIE_AT is {text:?}; write \"decide.after:3\"");
            std::process::exit(2);
        };
        Some(fuse)
    });

    pub(super) struct Fuse {
        point: Point,
        left: AtomicU64,
    }

    impl Fuse {
        /// `name:n`, n from 1.
        pub(super) fn parse(text: &str) -> Option<Fuse> {
            let (name, passes) = text.rsplit_once(':')?;
            let point = Point::ALL.into_iter().find(|point| point.name() == name)?;
            let passes = passes.parse().ok().filter(|passes| *passes > 0)?;
            Some(Fuse { point, left: AtomicU64::new(passes) })
        }

        /// Whether this pass is the one.
        pub(super) fn burns_down(&self, point: Point) -> bool {
            self.point == point && self.left.fetch_sub(1, Ordering::SeqCst) == 1
        }
    }

    static STALLS: LazyLock<Option<(Point, Duration)>> = LazyLock::new(|| {
        let text = std::env::var("COUNTERSIGN_STALL_AT").ok()?;
        let Some(stall) = read_stall(&text) else {
            eprintln!("error: COUNTERSIGN_STALL_AT is {text:?}; write \"store.written:5s\"");
            std::process::exit(2);
        };
        Some(stall)
    });

    /// `name:time`
    pub(super) fn read_stall(text: &str) -> Option<(Point, Duration)> {
        let (name, time) = text.rsplit_once(':')?;
        let point = Point::ALL.into_iter().find(|point| point.name() == name)?;
        Some((point, humantime::parse_duration(time).ok()?))
    }

    /// What a file says, in the place of the free space that there is.
    pub(super) fn free_bytes() -> Option<u64> {
        let file = std::env::var_os("COUNTERSIGN_FREE_BYTES_IN")?;
        std::fs::read_to_string(file).ok()?.trim().parse().ok()
    }

    pub(super) fn journal_bytes() -> Option<u64> {
        std::env::var("COUNTERSIGN_JOURNAL_BYTES").ok()?.parse().ok()
    }

    pub(super) fn pass(point: Point) {
        if let Some((_, time)) = STALLS.as_ref().filter(|(stalled, _)| *stalled == point) {
            std::thread::sleep(*time);
        }
        if ARMED.as_ref().is_some_and(|fuse| fuse.burns_down(point)) {
            std::process::abort();
        }
    }
}

#[cfg(all(test, debug_assertions))]
mod tests {
    use std::process::Command;

    use std::time::Duration;

    use super::armed::{Fuse, read_stall};
    use super::{Point, pass};

    #[test]
    fn burns_down_at_the_named_pass_of_the_named_point_only() {
        let fuse = Fuse::parse("code.after:2").unwrap();
        assert!(!fuse.burns_down(Point::CodeAfter));
        assert!(!fuse.burns_down(Point::CodeBefore));
        assert!(fuse.burns_down(Point::CodeAfter));
        assert!(!fuse.burns_down(Point::CodeAfter));
        for text in ["code.after", "code.after:", "code.after:0", "code.after:x", "code:1", ""] {
            assert!(Fuse::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn a_stall_is_a_point_and_a_time() {
        let stall = Some((Point::StoreWritten, Duration::from_millis(1_500)));
        assert_eq!(read_stall("store.written:1500ms"), stall);
        for text in ["store.written", "store.written:", "store.written:x", "store:1s", ""] {
            assert!(read_stall(text).is_none(), "{text}");
        }
    }

    #[test]
    #[ignore = "runs in a process of its own, started by the test below"]
    fn passes_three_times() {
        for time in 1..=3 {
            println!("before {time}");
            pass(Point::InboxAfter);
            println!("after {time}");
        }
    }

    #[test]
    fn the_process_dies_there() {
        let ran = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "ops::fault::tests::passes_three_times", "--ignored", "--nocapture"])
            .env("COUNTERSIGN_DIE_AT", "inbox.after:2")
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&ran.stdout);
        assert!(said.contains("before 2") && !said.contains("after 2"), "{said}");
        assert_eq!(ran.status.code(), None, "it must end by a signal");
    }
}
