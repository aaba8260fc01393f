//! What pressed buttons carry: anybody can send any data.

#![no_main]

use countersign::administration::panel::word::Word;
use countersign::administration::press::{Press, act_of, word_of};
use countersign::verification::applicant::Pressed;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &str| {
    let longest = data.len();
    if let Some(pressed) = Pressed::read(data) {
        assert!(pressed.data().len() <= longest);
        assert_eq!(Pressed::read(&pressed.data()), Some(pressed));
        assert_eq!(Press::read(data), None, "a button of both rooms");
    }
    if let Some(press) = Press::read(data) {
        assert!(press.data().len() <= longest);
        assert_eq!(Press::read(&press.data()).as_ref(), Some(&press));
        if let Press::Panel { word, .. } = &press {
            word_again(word);
        }
    }
    if let Some(act) = act_of(data) {
        assert_eq!(word_of(act), data);
    }
    word_again(data);
});

fn word_again(data: &str) {
    if let Some(word) = Word::read(data) {
        // What is no language is read as English.
        assert!(word.data().len() <= data.len().max("in.en".len()), "{} of {data}", word.data());
        assert_eq!(Word::read(&word.data()), Some(word));
    }
}
