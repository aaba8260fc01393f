//! Logs: text or JSON on standard error, secrets masked as a last line of defence, and panics
//! told by their place only.

use std::io::{self, IsTerminal, Write};
use std::panic::PanicHookInfo;

use tracing::level_filters::LevelFilter;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use super::redact::redact;
use crate::config::{Log, LogFormat, LogLevel};

/// Starts logging for the whole process.
///
/// # Errors
/// Somebody started it before.
pub fn start(log: Log) -> Result<(), tracing_subscriber::util::TryInitError> {
    let writer = Redacting(io::stderr);
    let coloured =
        io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|no| no.is_empty());
    let layer = match log.format {
        LogFormat::Text => {
            tracing_subscriber::fmt::layer().with_ansi(coloured).with_writer(writer).boxed()
        }
        LogFormat::Json => {
            tracing_subscriber::fmt::layer().json().flatten_event(true).with_writer(writer).boxed()
        }
    };
    tracing_subscriber::registry().with(layer.with_filter(targets(log.level))).try_init()
}

/// Who may say how much. The libraries below quote whole updates, requests and records when they
/// are allowed to chat, and teloxide does so even in its warnings.
fn targets(level: LogLevel) -> Targets {
    let ours = match level {
        LogLevel::Error => LevelFilter::ERROR,
        LogLevel::Warn => LevelFilter::WARN,
        LogLevel::Info => LevelFilter::INFO,
        LogLevel::Debug => LevelFilter::DEBUG,
        LogLevel::Trace => LevelFilter::TRACE,
    };
    Targets::new()
        .with_default(ours.min(LevelFilter::WARN))
        .with_target("countersign", ours)
        .with_target("teloxide", LevelFilter::OFF)
        .with_target("teloxide_core", LevelFilter::OFF)
        .with_target("sled", LevelFilter::ERROR)
        .with_target("pagecache", LevelFilter::ERROR)
        .with_target("reqwest", LevelFilter::ERROR)
        .with_target("lettre", LevelFilter::ERROR)
}

/// Has panics told by where they happened, never by what they say: that may be a record or a
/// message. `count` is called for each, caught or not.
pub fn hook_panics(count: impl Fn() + Send + Sync + 'static) {
    std::panic::set_hook(Box::new(move |panic: &PanicHookInfo<'_>| {
        if crate::store::panic_is_handled() {
            return;
        }
        count();
        let place = panic.location().map_or_else(|| "unknown".to_owned(), ToString::to_string);
        if tracing::dispatcher::has_been_set() {
            tracing::error!(place, "a panic");
        } else {
            // Standard error may be closed; a hook must not panic.
            let _ = writeln!(io::stderr(), "error: a panic at {place}");
        }
    }));
}

/// Masks what is written through it, line by line.
#[derive(Clone, Debug)]
struct Redacting<M>(M);

/// One event on its way out: kept until its end, so that no secret is torn in two.
struct Line<W: Write> {
    out: W,
    held: Vec<u8>,
}

impl<'a, M: MakeWriter<'a>> MakeWriter<'a> for Redacting<M> {
    type Writer = Line<M::Writer>;

    fn make_writer(&'a self) -> Self::Writer {
        Line { out: self.0.make_writer(), held: Vec::new() }
    }
}

impl<W: Write> Write for Line<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.held.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

impl<W: Write> Drop for Line<W> {
    fn drop(&mut self) {
        let text = String::from_utf8_lossy(&self.held);
        // There is nowhere left to complain to.
        let _ = self.out.write_all(redact(&text).as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    const TOKEN: &str = "123456789:AAEhBP0av18yWr0fmLXG6PjVd4XkqbEXAMPL";

    #[derive(Clone, Default)]
    struct Page(Arc<Mutex<Vec<u8>>>);

    impl Page {
        fn text(&self) -> String {
            String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
        }
    }

    impl Write for Page {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl<'a> MakeWriter<'a> for Page {
        type Writer = Page;

        fn make_writer(&'a self) -> Page {
            self.clone()
        }
    }

    #[test]
    fn masks_events_even_if_written_in_pieces() {
        let page = Page::default();
        let mut line = Redacting(page.clone()).make_writer();
        let (start, end) = TOKEN.split_at(20);
        line.write_all(start.as_bytes()).unwrap();
        line.write_all(end.as_bytes()).unwrap();
        drop(line);
        assert_eq!(page.text(), "[token]");
    }

    #[test]
    #[ignore = "runs in a process of its own, started by the test below"]
    fn panics_with_a_secret() {
        let count = Arc::new(Mutex::new(0));
        let counted = Arc::clone(&count);
        hook_panics(move || *counted.lock().unwrap() += 1);
        let caught = std::panic::catch_unwind(|| panic!("open sesame"));
        println!("caught {}, counted {}", caught.is_err(), count.lock().unwrap());
    }

    #[test]
    fn a_panic_tells_its_place_only_and_is_counted() {
        let ran = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "ops::log::tests::panics_with_a_secret", "--ignored", "--nocapture"])
            .output()
            .unwrap();
        let out = String::from_utf8_lossy(&ran.stdout);
        let err = String::from_utf8_lossy(&ran.stderr);
        assert!(out.contains("caught true, counted 1"), "{out}");
        assert!(err.contains("error: a panic at src/ops/log.rs:"), "{err}");
        assert!(!out.contains("sesame") && !err.contains("sesame"), "{out}{err}");
    }

    #[test]
    fn an_event_is_masked_and_noisy_libraries_stay_quiet() {
        let page = Page::default();
        let layer = tracing_subscriber::fmt::layer()
            .json()
            .with_writer(Redacting(page.clone()))
            .with_filter(targets(LogLevel::Trace));
        tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), || {
            tracing::info!(target: "countersign::engine", to = "+4915123456789", "a number");
            tracing::error!(target: "teloxide::dispatching", "an update in full");
            tracing::warn!(target: "sled::pagecache", "a record in full");
            tracing::info!(target: "hyper::client", "a request");
        });
        let text = page.text();
        assert!(text.contains("[phone]") && text.contains("a number"), "{text}");
        assert_eq!(text.lines().count(), 1, "{text}");
        let _: serde_json::Value = serde_json::from_str(&text).unwrap();
    }
}
