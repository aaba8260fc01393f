//! Replies with a code in them, Telegram's own login codes, and typed passwords.

#![no_main]

use countersign::verification::code::{digits, looks_like_login_code, read_reply};
use countersign::verification::password;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u8, &str)| {
    let (length, text) = (input.0 % 13, input.1);
    if let Some(code) = read_reply(text, length) {
        let code = code.reveal();
        assert!(code.len() == usize::from(length) && code.bytes().all(|b| b.is_ascii_digit()));
        let all = text.chars().filter_map(digits::value).map(|digit| char::from(b'0' + digit));
        assert!(all.collect::<String>().contains(code), "{code} is not in it");
        // There is one code in a text, whatever is around it, and it is never of two lengths at
        // once when nothing else is there.
        let again = read_reply(code, length);
        assert_eq!(again.as_ref().map(|again| again.reveal()), Some(code));
        let other = read_reply(code, length + 1);
        assert!(other.is_none());
    }

    let login = looks_like_login_code(text);
    // Forwarding often adds white space; that must not hide it.
    assert_eq!(looks_like_login_code(&format!(" {text}\n")), login);

    if let Ok(checked) = password::checked(text) {
        assert!(!login && !checked.reveal().is_empty() && checked.reveal().chars().count() <= 200);
        assert_eq!(password::checked(checked.reveal()).as_ref(), Ok(&checked));
        assert_eq!(format!("{checked:?}"), "•••");
    }
    // What is typed is never taken for a hash by accident, and no hash makes it panic.
    let _ = password::is_hash(text);
});
