//! The real binary, as a host types it: in a folder of its own, with nothing in its environment.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// What the process ended with, and what it printed.
#[derive(Debug)]
pub struct Ended {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

pub fn countersign(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_countersign"));
    command.args(arguments).current_dir(folder).env_clear().stdin(Stdio::null());
    command
}

pub fn ended(output: &Output) -> Ended {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    Ended { code: output.status.code(), out: text(&output.stdout), err: text(&output.stderr) }
}

pub fn run(folder: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> Ended {
    let mut command = countersign(folder, arguments);
    ended(&command.envs(environment.iter().copied()).output().unwrap())
}

pub fn run_with_input(folder: &Path, arguments: &[&str], input: &[u8]) -> Ended {
    let mut child = countersign(folder, arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    ended(&child.wait_with_output().unwrap())
}
