//! Stored records of every kind: `<kind> <version> <key in hex>`, a line end, and the JSON.

#![no_main]

use countersign::store::records::rewritten;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u8, u8, &[u8])| {
    let (kind, version, bytes) = input;
    // Keys have 0 to 41 bytes; the first says how many are one.
    let (length, rest) =
        bytes.split_first().map_or((0, bytes), |(n, rest)| (usize::from(*n), rest));
    let (key, json) = rest.split_at_checked(length % 48).unwrap_or((&[], rest));
    let kind = 0x10 + kind % 0x70;
    // A record that can be read is written so that it reads the same, and a key has one form.
    let Some(once) = rewritten(kind, key, version, json) else { return };
    if let Some(again) = once.key {
        assert_eq!(again, key, "a key of kind {kind:#x} has two forms");
    }
    if let Some((newest, json)) = once.record {
        let twice = rewritten(kind, key, newest, &json).and_then(|twice| twice.record);
        assert!(
            twice.as_ref() == Some(&(newest, json.clone())),
            "kind {kind:#x}: {}\nthen {}",
            String::from_utf8_lossy(&json),
            twice.map_or_else(String::new, |(_, json)| String::from_utf8_lossy(&json).into_owned())
        );
    }
});
