//! Updates as Telegram sends them, one JSON object each.

#![no_main]

use countersign::machines::Happening;
use countersign::telegram::updates::{Reading, read};
use countersign::verification::code::looks_like_login_code;
use countersign::verification::event::What;
use libfuzzer_sys::fuzz_target;
use serde_json::value::RawValue;

fuzz_target!(|text: &str| {
    let Ok(raw) = serde_json::from_str::<Box<RawValue>>(text) else { return };
    let Some(update) = read(&raw) else { return };
    let again = read(&raw).map(|again| (again.id, again.date, again.reading));
    assert_eq!(again, Some((update.id, update.date, update.reading.clone())));
    let happening = match update.reading {
        Reading::Event(event) => {
            is_within_bounds(&event.what);
            Happening::Person(event)
        }
        Reading::Desk(event) => Happening::Desk(event),
        Reading::Titled { .. } | Reading::Migrated { .. } => return,
        Reading::Nothing(why) => {
            assert!(!why.contains("panicked"), "{why}");
            return;
        }
    };
    // What waits in the inbox is what was read, and of the same machine.
    let stored = serde_json::to_string(&happening).expect("an event is JSON");
    let back = serde_json::from_str::<Happening>(&stored).expect("what was stored can be read");
    assert_eq!(back, happening, "{stored}");
});

fn is_within_bounds(what: &What) {
    let name = |text: &str| text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    match what {
        What::Wrote { text, .. } => {
            assert!(text.reveal().chars().count() <= 4096);
            assert!(!looks_like_login_code(text.reveal()), "a login code is kept");
        }
        What::Started { parameter: Some(parameter), .. } => {
            assert!((1..=64).contains(&parameter.len()) && name(&parameter.replace('-', "_")));
        }
        What::Commanded { command, rest, .. } => {
            assert!(command.len() <= 32 && name(command) && *command == command.to_lowercase());
            assert!(!looks_like_login_code(rest.reveal()), "a login code is kept");
        }
        What::Pressed { data, .. } => assert!(data.len() <= 64),
        _ => {}
    }
}
