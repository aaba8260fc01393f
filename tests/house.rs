//! House rules that no compiler checks.

use std::fs;
use std::path::{Path, PathBuf};

/// Every Rust file below a folder, with its text.
fn sources(folder: &str) -> Vec<(PathBuf, String)> {
    let mut files = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a readable folder") {
            let path = entry.expect("a readable folder").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).expect("a readable file");
                files.push((path, text));
            }
        }
    }
    assert!(files.len() > 3, "nothing to look at in {folder}");
    files
}

/// The lines of these files that hold one of these words and are no comment.
fn offences(files: &[(PathBuf, String)], words: &[String]) -> Vec<String> {
    let lines = files.iter().flat_map(|(path, text)| {
        text.lines().enumerate().map(move |(number, line)| (path, number + 1, line))
    });
    let code = lines.filter(|(_, _, line)| !line.trim_start().starts_with("//"));
    let bad = code.filter(|(_, _, line)| words.iter().any(|word| line.contains(word.as_str())));
    bad.map(|(path, number, line)| format!("{}:{number}: {}", path.display(), line.trim()))
        .collect()
}

#[track_caller]
fn check(files: &[(PathBuf, String)], words: &[&str], rule: &str) {
    let words: Vec<String> = words.iter().map(|&word| word.to_owned()).collect();
    let offences = offences(files, &words);
    assert!(offences.is_empty(), "{rule}:\n{}", offences.join("\n"));
}

fn is_below(path: &Path, part: &str) -> bool {
    path.to_string_lossy().contains(part)
}

#[test]
fn the_rules_are_pure() {
    let words = [
        "tokio",
        "teloxide",
        "reqwest",
        "lettre",
        "sled",
        "axum",
        "rand::",
        "SystemTime",
        "Instant",
        "std::env",
        "std::fs",
        "std::net",
        "std::thread",
        // Nothing can be awaited without it.
        "async ",
        "crate::engine",
        "crate::store",
        "crate::telegram",
        "crate::delivery",
        "crate::texts",
        "crate::ops",
        "crate::config",
        "crate::sandbox",
        "crate::service",
    ];
    for room in ["src/verification", "src/administration"] {
        let rule = format!(
            "{room} knows no runtime, network, store, clock or random source, and no other room"
        );
        check(&sources(room), &words, &rule);
    }
    check(
        &sources("src/verification"),
        &["crate::administration"],
        "the applicant's rules know gates, not admins",
    );
}

#[test]
fn nothing_is_left_to_do_and_nothing_unsafe() {
    // Written in two parts, so that this file is no offence itself.
    let words: Vec<String> =
        [["todo", "!("], ["unimplemented", "!("], ["dbg", "!("], ["#[ignore", "]"]]
            .map(|parts| parts.concat())
            .to_vec();
    for folder in ["src", "tests", "lab"] {
        let offences = offences(&sources(folder), &words);
        assert!(offences.is_empty(), "unfinished:\n{}", offences.join("\n"));
    }
    // The laboratory takes the place of a disk and pulls its plug: that goes below Rust.
    let word = vec![["unsafe", " {"].concat()];
    for folder in ["src", "tests"] {
        let offences = offences(&sources(folder), &word);
        assert!(offences.is_empty(), "unsafe:\n{}", offences.join("\n"));
    }
}

#[test]
fn only_commands_print() {
    let mut files = sources("src");
    // What stands below the tests' heading is run by tests only.
    for (_, text) in &mut files {
        if let Some((product, _)) = text.split_once("#[cfg(test)]\nmod tests {") {
            *text = product.to_owned();
        }
    }
    files.retain(|(path, _)| {
        let prints = ["src/main.rs", "src/cli.rs", "src/commands/"];
        // It ends the process by name, and says so where the crash tests look.
        let dies = is_below(path, "src/ops/fault.rs");
        let tests = is_below(path, "/tests/") || path.ends_with("tests.rs");
        !dies && !tests && !prints.iter().any(|part| is_below(path, part))
    });
    check(&files, &["println!", "print!(", "eprint!("], "everything else logs");
}

#[test]
fn tests_do_not_sleep() {
    let words = [["thread::", "sleep("], ["time::", "sleep("], ["sleep", "(Duration"]];
    let words = words.map(|parts| parts.concat()).to_vec();
    let mut files = sources("tests");
    files.extend(sources("src").into_iter().filter_map(|(path, text)| {
        let whole = path.ends_with("tests.rs") || is_below(&path, "/tests/");
        let below = text.split_once("#[cfg(test)]\nmod tests {").map(|(_, tests)| tests.to_owned());
        if whole { Some((path, text)) } else { below.map(|tests| (path, tests)) }
    }));
    let offences = offences(&files, &words);
    assert!(offences.is_empty(), "wait for what you wait for:\n{}", offences.join("\n"));
}
