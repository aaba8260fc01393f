//! `countersign demo` as a newcomer meets it: the real binary.

use std::io::{BufRead, BufReader, Read};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::process::STOP;

/// A start makes keys and a store; all of it on a busy machine.
const START: Duration = Duration::from_secs(60);

fn demo(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_countersign"));
    command.arg("demo").args(arguments).env_clear().stdin(Stdio::null());
    command
}

fn texts(output: &Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("text");
    (text(&output.stdout), text(&output.stderr))
}

#[test]
fn the_play_ends_well_and_reads_well() {
    let output = demo(&["--play"]).output().expect("the binary starts");
    let (told, problems) = texts(&output);
    assert_eq!((output.status.code(), problems.as_str()), (Some(0), ""), "{told}");
    let mut rest = told.as_str();
    for line in [
        "── Nora comes in by e-mail ─",
        "     Nora │ let me in",
        "     Nora │ open sesame",
        "· (the bot has removed Nora’s message)",
        "     Nora │ nora@example.org",
        "· In Nora’s mailbox: ",
        "✔ Nora is in the group now.",
        "── Samir comes in by SMS ─",
        "    Samir │ (shares his own number)",
        "· (the bot has removed Samir’s message)",
        "· On his phone, an SMS:",
        "    Samir │ it says ",
        "✔ Samir is in the group now.",
        "── Mallory guesses ─",
        "  Mallory │ sesame",
        "· Even the right one is of no use now.",
        "  Mallory │ open sesame",
        "· (the bot has removed Mallory’s message)",
        "✔ Mallory is locked out, and the join request still waits.",
        "All three ended as they should.",
    ] {
        let Some((_, after)) = rest.split_once(line) else {
            panic!("no «{line}» where it belongs in\n{told}")
        };
        rest = after;
    }
    assert_eq!(rest, "\n", "nothing comes after the end");
    for line in told.lines() {
        assert!(line == line.trim_end(), "a blank at the end of «{line}»");
        let is_link = line.trim_start_matches([' ', '┊']).starts_with("https://t.me/");
        assert!(is_link || line.chars().count() <= 100, "too wide: «{line}»");
    }
}

#[test]
fn a_taken_port_is_named_with_what_to_do() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("its address").to_string();
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data of the demo");
    let output = demo(&["--listen", &address, "--data"]).arg(&data).output().expect("it starts");
    let (told, problems) = texts(&output);
    assert_eq!((output.status.code(), told.as_str()), (Some(1), ""), "{problems}");
    let port = taken.local_addr().expect("its address").port();
    let what = format!("error: port {port} on 127.0.0.1 is taken, perhaps by another demo: ");
    assert!(problems.starts_with(&what), "{problems}");
    assert!(problems.trim_end().contains("--listen 127.0.0.1:"), "{problems}");
    assert_eq!(problems.lines().count(), 1, "{problems}");
    let left = data.read_dir().expect("the folder").count();
    assert_eq!(left, 0, "nothing is written, so the same command works on a free port");
}

#[test]
fn it_says_what_to_type_and_ends_at_once_on_ctrl_c() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("demo");
    let mut running = Running::start(&data);
    let welcome = running.welcome();
    for hint in ["  http://127.0.0.1:", "open sesame", "Rust Berlin", "Ctrl-C"] {
        assert!(welcome.contains(hint), "no «{hint}» in\n{welcome}");
    }
    let interrupted = Instant::now();
    let status = running.interrupt();
    assert_eq!(status.code(), Some(0));
    assert!(interrupted.elapsed() < STOP, "{:?}", interrupted.elapsed());
    let mut problems = String::new();
    let said = running.child.stderr.as_mut().expect("its standard error");
    said.read_to_string(&mut problems).expect("text");
    assert_eq!(problems, "");

    // The folder is kept for whoever named it, and not used twice.
    assert!(data.join("config.toml").exists());
    let again = demo(&["--listen", "127.0.0.1:0", "--data"]).arg(&data).output().expect("a start");
    let (told, problems) = texts(&again);
    assert_eq!((again.status.code(), told.as_str()), (Some(1), ""));
    let what = format!("error: {} is not empty, and each demo begins anew: ", data.display());
    assert!(problems.starts_with(&what), "{problems}");
}

#[test]
fn its_help_teaches_and_a_bad_address_is_refused() {
    let help = demo(&["--help"]).output().expect("it starts");
    let (told, _) = texts(&help);
    assert_eq!(help.status.code(), Some(0));
    for word in ["--play", "--listen", "--data", "127.0.0.1:8077", "Examples:", "Ctrl-C"] {
        assert!(told.contains(word), "no {word} in\n{told}");
    }
    let bad = demo(&["--listen", "localhost"]).output().expect("it starts");
    let (_, problems) = texts(&bad);
    assert_eq!(bad.status.code(), Some(2));
    assert!(problems.contains("give a port, or both as in 127.0.0.1:8077"), "{problems}");
}

/// A demo at work; ends with this value.
struct Running {
    child: Child,
    lines: mpsc::Receiver<String>,
}

impl Running {
    fn start(data: &Path) -> Running {
        let mut child = demo(&["--listen", "127.0.0.1:0", "--data"])
            .arg(data)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary starts");
        let said = BufReader::new(child.stdout.take().expect("its standard output"));
        let (tell, lines) = mpsc::channel();
        thread::spawn(move || {
            for line in said.lines().map_while(Result::ok) {
                // Nobody listens any more once the welcome is read.
                let _ = tell.send(line);
            }
        });
        Running { child, lines }
    }

    /// All lines up to the one that says how to stop.
    fn welcome(&self) -> String {
        let mut welcome = String::new();
        while !welcome.contains("Ctrl-C") {
            let line = self.lines.recv_timeout(START).expect("a welcome");
            welcome.push_str(&line);
            welcome.push('\n');
        }
        welcome
    }

    /// As Ctrl-C does.
    fn interrupt(&mut self) -> ExitStatus {
        kill_process(Pid::from_child(&self.child), Signal::INT).expect("it runs");
        self.child.wait().expect("an end")
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
