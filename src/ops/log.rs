//! Logs: text or JSON on standard error, one line for each event whatever strangers' words are in
//! it, secrets masked as a last line of defence, and panics told by their place only.

use std::io::{self, IsTerminal, Write};
use std::panic::PanicHookInfo;

use tracing::level_filters::LevelFilter;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use unicode_general_category::{GeneralCategory, get_general_category};

use super::redact::redact;
use crate::config::{Log, LogFormat, LogLevel};

/// Starts logging for the whole process.
///
/// # Errors
/// Somebody started it before.
pub fn start(log: Log) -> Result<(), tracing_subscriber::util::TryInitError> {
    let coloured =
        io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|no| no.is_empty());
    let writer = Redacting { out: io::stderr, written: Written::of(log.format, coloured) };
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
struct Redacting<M> {
    out: M,
    written: Written,
}

/// How a line is written, and so how a character in it is escaped.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
enum Written {
    Text,
    /// With escape sequences of our own.
    Coloured,
    Json,
}

/// One event on its way out: kept until its end, so that no secret is torn in two.
struct Line<W: Write> {
    out: W,
    written: Written,
    held: Vec<u8>,
}

impl Written {
    fn of(format: LogFormat, coloured: bool) -> Written {
        match (format, coloured) {
            (LogFormat::Text, false) => Written::Text,
            (LogFormat::Text, true) => Written::Coloured,
            (LogFormat::Json, _) => Written::Json,
        }
    }

    /// The line without what would end it early, write over it or turn it round: an address or an
    /// answer from outside must not pass for a line of ours.
    fn on_one_line(self, text: &str) -> String {
        let (line, end) = match text.strip_suffix('\n') {
            Some(line) => (line, "\n"),
            None => (text, ""),
        };
        let mut out = String::with_capacity(text.len());
        for c in line.chars() {
            let ours = self == Written::Coloured && c == '\u{1b}';
            match (self, deceives(c) && !ours) {
                (_, false) => out.push(c),
                (Written::Json, true) => {
                    let mut units = [0; 2];
                    out.extend(
                        c.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")),
                    );
                }
                (Written::Text | Written::Coloured, true) => out.extend(c.escape_default()),
            }
        }
        out + end
    }
}

fn deceives(c: char) -> bool {
    matches!(
        get_general_category(c),
        GeneralCategory::Control
            | GeneralCategory::LineSeparator
            | GeneralCategory::ParagraphSeparator
            | GeneralCategory::Format
    )
}

impl<'a, M: MakeWriter<'a>> MakeWriter<'a> for Redacting<M> {
    type Writer = Line<M::Writer>;

    fn make_writer(&'a self) -> Self::Writer {
        Line { out: self.out.make_writer(), written: self.written, held: Vec::new() }
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
        let _ = self.out.write_all(redact(&self.written.on_one_line(&text)).as_bytes());
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
        let mut line = Redacting { out: page.clone(), written: Written::Text }.make_writer();
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

    /// Each as a name or a server's answer could be.
    const DECEIVING: [&str; 5] = [
        "ok\n2026-11-20T11:00:00Z  INFO countersign::engine::decide: decided user=7",
        "ok\r\u{1b}[2K\u{1b}[1A\u{9b}2J forged",
        "\u{202e}detsurt\u{2066}\u{200f}",
        "a\u{2028}b\u{2029}c\u{85}d\u{7f}",
        "\u{e0041}\u{200b}\u{feff}",
    ];

    #[test]
    fn strangers_words_stay_on_the_line_that_they_are_on() {
        for said in DECEIVING {
            let page = Page::default();
            let plain = tracing_subscriber::fmt::layer()
                .with_ansi(false)
                .with_writer(Redacting { out: page.clone(), written: Written::Text });
            let json = tracing_subscriber::fmt::layer()
                .json()
                .flatten_event(true)
                .with_writer(Redacting { out: page.clone(), written: Written::Json });
            let both = tracing_subscriber::registry().with(plain).with(json);
            tracing::subscriber::with_default(both, || {
                tracing::info!(target: "countersign::engine", why = %said, "{said}");
            });
            let text = page.text();
            assert_eq!(text.lines().count(), 2, "{text}");
            assert!(!text.chars().any(|c| c != '\n' && deceives(c)), "{text:?}");
            let json: serde_json::Value =
                serde_json::from_str(text.lines().nth(1).unwrap()).unwrap();
            assert!(json["why"].as_str().is_some_and(|why| !why.is_empty()), "{text}");
        }
        let coloured = Written::Coloured.on_one_line("\u{1b}[32m INFO\u{1b}[0m a\nb\n");
        assert_eq!(coloured, "\u{1b}[32m INFO\u{1b}[0m a\\nb\n");
    }

    #[test]
    fn an_event_is_masked_and_noisy_libraries_stay_quiet() {
        let page = Page::default();
        let layer = tracing_subscriber::fmt::layer()
            .json()
            .with_writer(Redacting { out: page.clone(), written: Written::Json })
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
