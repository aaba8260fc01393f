//! What the bot writes to its log.

use std::io::{self, Write};
use std::sync::{Arc, LazyLock, Mutex};

use tracing::Dispatch;
use tracing::subscriber::NoSubscriber;

/// While there is one subscriber only, tracing asks the thread that first comes by a line whether
/// anybody reads it, and keeps the answer for all: that may be another test's, which reads nothing.
static FURTHER: LazyLock<[Dispatch; 2]> =
    LazyLock::new(|| [(); 2].map(|()| Dispatch::new(NoSubscriber::new())));

/// What is logged on this thread from now on.
#[derive(Clone, Default)]
pub struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    pub fn starts() -> (Log, tracing::subscriber::DefaultGuard) {
        LazyLock::force(&FURTHER);
        let log = Log::default();
        let written = log.clone();
        let subscriber =
            tracing_subscriber::fmt().with_ansi(false).with_writer(move || written.clone());
        (log, tracing::subscriber::set_default(subscriber.finish()))
    }

    pub fn lines_with(&self, part: &str) -> Vec<String> {
        let text = String::from_utf8(self.0.lock().expect("a log").clone()).expect("text");
        text.lines().filter(|line| line.contains(part)).map(str::to_owned).collect()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("a log").write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_line_is_read_whichever_test_comes_by_it_first() {
    let says = || tracing::warn!("somebody knocks");
    let (log, _guard) = Log::starts();
    std::thread::spawn(says).join().expect("nothing panics there");
    says();
    assert_eq!(log.lines_with("somebody knocks").len(), 1);
}
