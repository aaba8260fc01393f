//! Places where a crash test can have the process die.
//!
//! `COUNTERSIGN_DIE_AT="commit:3"` makes the third pass of the point `commit` end the process at
//! once, as kill -9 would: nothing is unwound, flushed or dropped. Release builds know no such
//! points.

/// Passes the point `name`. Returns, or the process is dead.
pub fn point(name: &str) {
    #[cfg(debug_assertions)]
    armed::pass(name);
    #[cfg(not(debug_assertions))]
    let _ = name;
}

#[cfg(debug_assertions)]
mod armed {
    use std::sync::LazyLock;
    use std::sync::atomic::{AtomicU64, Ordering};

    static ARMED: LazyLock<Option<Fuse>> = LazyLock::new(|| {
        let text = std::env::var("COUNTERSIGN_DIE_AT").ok()?;
        let Some(fuse) = Fuse::parse(&text) else {
            eprintln!("error: COUNTERSIGN_DIE_AT is {text:?}; write \"point:3\"");
            std::process::exit(2);
        };
        Some(fuse)
    });

    pub(super) struct Fuse {
        point: String,
        left: AtomicU64,
    }

    impl Fuse {
        /// `name:n`, n from 1.
        pub(super) fn parse(text: &str) -> Option<Fuse> {
            let (point, passes) = text.rsplit_once(':')?;
            let passes = passes.parse().ok().filter(|passes| *passes > 0)?;
            Some(Fuse { point: point.to_owned(), left: AtomicU64::new(passes) })
        }

        /// Whether this pass is the one.
        pub(super) fn burns_down(&self, name: &str) -> bool {
            self.point == name && self.left.fetch_sub(1, Ordering::SeqCst) == 1
        }
    }

    pub(super) fn pass(name: &str) {
        if ARMED.as_ref().is_some_and(|fuse| fuse.burns_down(name)) {
            std::process::abort();
        }
    }
}

#[cfg(all(test, debug_assertions))]
mod tests {
    use std::process::Command;

    use super::armed::Fuse;
    use super::point;

    #[test]
    fn burns_down_at_the_named_pass_of_the_named_point_only() {
        let fuse = Fuse::parse("commit:2").unwrap();
        assert!(!fuse.burns_down("commit"));
        assert!(!fuse.burns_down("reply"));
        assert!(fuse.burns_down("commit"));
        assert!(!fuse.burns_down("commit"));
        for text in ["commit", "commit:", "commit:0", "commit:x", ""] {
            assert!(Fuse::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    #[ignore = "runs in a process of its own, started by the test below"]
    fn passes_three_times() {
        for pass in 1..=3 {
            println!("before {pass}");
            point("here");
            println!("after {pass}");
        }
    }

    #[test]
    fn the_process_dies_there() {
        let ran = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "ops::fault::tests::passes_three_times", "--ignored", "--nocapture"])
            .env("COUNTERSIGN_DIE_AT", "here:2")
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&ran.stdout);
        assert!(said.contains("before 2") && !said.contains("after 2"), "{said}");
        assert_eq!(ran.status.code(), None, "it must end by a signal");
    }
}
