//! Phone numbers as people type them.

#![no_main]

use countersign::verification::address::{Address, Phone};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|typed: &str| {
    let Ok(phone) = Phone::parse(typed) else { return };
    let e164 = phone.as_str();
    let digits = e164.strip_prefix('+').expect("E.164 begins with a plus");
    assert!((7..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()));

    // What was read reads the same, however it is spelt.
    for spelling in [e164.to_owned(), digits.to_owned(), format!("00{digits}")] {
        assert_eq!(Phone::parse(&spelling).as_ref(), Ok(&phone), "{spelling}");
    }
    let stored = serde_json::to_string(&phone).expect("a number is JSON");
    assert_eq!(serde_json::from_str::<Phone>(&stored).ok().as_ref(), Some(&phone));

    let code = phone.dial_code();
    assert!(code > 0 && digits.starts_with(&code.to_string()));
    assert!(phone.allowed_by(&[format!("+{code}")]) && !phone.allowed_by(&[]));

    let address = Address::Phone(phone.clone());
    assert_eq!(address.uniqueness_key(), e164);
    let shown = [address.masked(), format!("{phone:?}"), format!("{address:?}")];
    let national = &digits[code.to_string().len()..];
    for shown in shown {
        assert!(!shown.contains(national), "{shown} tells a whole number");
        let hidden = shown.chars().filter(char::is_ascii_digit).count();
        assert!(hidden <= code.to_string().len() + national.len().div_ceil(2));
    }
});
