//! `countersign hash-password`: a password from the terminal or standard input becomes a hash.

use std::io::{self, IsTerminal, Read};

use countersign::config::refusal;
use countersign::verification::Hidden;
use countersign::verification::code::Random;
use countersign::verification::password;
use zeroize::Zeroizing;

use super::SystemRandom;
use crate::cli::Exit;

/// No line of standard input is longer, in bytes: 200 characters of four bytes and a line break.
const LONGEST_LINE: u64 = 802;

/// Prints the hash, and nothing else, on standard output.
pub fn hash_password() -> Exit {
    let typed = if io::stdin().is_terminal() {
        ask_twice(|prompt| rpassword::prompt_password(prompt).map(Zeroizing::new))
    } else {
        read_line(io::stdin().lock())
    };
    match typed.and_then(|typed| hashed(&typed)) {
        Ok(hash) => {
            println!("{}", hash.reveal());
            Exit::Well
        }
        Err(error) => {
            eprintln!("error: {error}");
            match error {
                Refused::Unreadable(_) => Exit::Failed,
                Refused::Different
                | Refused::NoText
                | Refused::ManyLines
                | Refused::TooLong
                | Refused::Unfit(_) => Exit::Usage,
            }
        }
    }
}

/// Why there is no hash. Nothing of the password is repeated.
#[derive(Debug, thiserror::Error)]
enum Refused {
    #[error("the password cannot be read: {0}")]
    Unreadable(io::Error),
    #[error("the two passwords differ; try again")]
    Different,
    #[error("standard input is not UTF-8 text")]
    NoText,
    #[error("standard input has more than one line; a password is one")]
    ManyLines,
    #[error("the password is longer than 200 characters")]
    TooLong,
    #[error("{0}")]
    Unfit(&'static str),
}

fn hashed(typed: &str) -> Result<Hidden, Refused> {
    let plain = password::checked(typed).map_err(|why| Refused::Unfit(refusal(why)))?;
    let mut salt = [0; 16];
    SystemRandom.fill(&mut salt);
    Ok(password::hash(&plain, &salt))
}

fn ask_twice(
    mut ask: impl FnMut(&str) -> io::Result<Zeroizing<String>>,
) -> Result<Zeroizing<String>, Refused> {
    let first = ask("Password: ").map_err(Refused::Unreadable)?;
    let second = ask("Once more: ").map_err(Refused::Unreadable)?;
    if first == second { Ok(first) } else { Err(Refused::Different) }
}

/// The one line of `input`, without its line break.
fn read_line(input: impl Read) -> Result<Zeroizing<String>, Refused> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(1024));
    input.take(LONGEST_LINE + 1).read_to_end(&mut bytes).map_err(Refused::Unreadable)?;
    if bytes.len() as u64 > LONGEST_LINE {
        return Err(Refused::TooLong);
    }
    let text = std::str::from_utf8(&bytes).map_err(|_| Refused::NoText)?;
    let line = text.strip_suffix('\n').unwrap_or(text);
    let line = line.strip_suffix('\r').unwrap_or(line);
    if line.contains('\n') {
        return Err(Refused::ManyLines);
    }
    Ok(Zeroizing::new(line.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answers(first: &str, second: &str) -> Result<Zeroizing<String>, Refused> {
        let mut answers = [first, second].map(str::to_owned).into_iter();
        ask_twice(|_| Ok(Zeroizing::new(answers.next().unwrap())))
    }

    #[test]
    fn a_terminal_is_asked_twice() {
        assert_eq!(*answers("open sesame", "open sesame").unwrap(), "open sesame");
        assert!(matches!(answers("open sesame", "open sesam"), Err(Refused::Different)));
    }

    #[test]
    fn standard_input_is_one_line() {
        for input in ["open sesame", "open sesame\n", "open sesame\r\n"] {
            assert_eq!(*read_line(input.as_bytes()).unwrap(), "open sesame");
        }
        assert!(matches!(read_line(&b"one\ntwo\n"[..]), Err(Refused::ManyLines)));
        assert!(matches!(read_line(&b"\xff\xfe"[..]), Err(Refused::NoText)));
        assert!(matches!(read_line(std::io::repeat(b'x')), Err(Refused::TooLong)));
    }
}
