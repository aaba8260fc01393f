//! The owners' alarms: all there in both languages, and readable.

use std::collections::{BTreeMap, BTreeSet};

use super::super::catalogue::Catalogue;
use super::super::clean::{escape, without_tags};
use super::super::tests::messages_of;
use super::*;
use crate::verification::Language;
use crate::verification::conversion::RESTS;

const SOURCES: [(&str, &str); 2] = [
    ("en", include_str!("../../../locales/admin/watch.en.ftl")),
    ("de", include_str!("../../../locales/admin/watch.de.ftl")),
];

fn every_alarm() -> Vec<Alarm> {
    /// A new alarm does not compile until it stands here, and then in the list below.
    fn listed(alarm: &Alarm) {
        match alarm {
            Alarm::SmsUsedUp { cap: Cap::Country { .. } }
            | Alarm::SmsOff { .. }
            | Alarm::SmsOnAgain { .. } => {}
        }
    }
    let off = |rest, verified, of| Alarm::SmsOff { dial_code: 49, rest, verified, of };
    let all = vec![
        Alarm::SmsUsedUp { cap: Cap::Country { dial_code: 49 } },
        off(RESTS[0], 0, 50),
        off(RESTS[1], 1, 5),
        off(RESTS[2], 9, 50),
        Alarm::SmsOnAgain { dial_code: 49 },
    ];
    all.iter().for_each(listed);
    all
}

fn say(language: &str, alarm: &Alarm) -> String {
    let catalogue = Catalogue::load().unwrap();
    catalogue.say(&Language::new(language), &of_alarm(alarm), escape)
}

#[test]
fn both_languages_have_every_message_with_every_value_and_none_that_nobody_says() {
    let mut said: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut queue: Vec<Sentence> = every_alarm().iter().map(of_alarm).collect();
    while let Some(sentence) = queue.pop() {
        let names = said.entry(sentence.id.to_owned()).or_default();
        for (name, value) in sentence.values {
            names.insert(name.to_owned());
            if let Value::Said(inner) = value {
                queue.push(inner);
            }
        }
    }
    for (tag, source) in SOURCES {
        assert_eq!(messages_of(source), said, "{tag}");
    }
}

#[test]
fn every_alarm_renders_in_both_languages() {
    let catalogue = Catalogue::load().unwrap();
    for (tag, _) in SOURCES {
        for alarm in every_alarm() {
            let said = catalogue.say_in(tag, &of_alarm(&alarm), escape).unwrap();
            let shown = without_tags(&said);
            assert!(!shown.trim().is_empty() && shown.trim_end() == shown, "{tag}: {said:?}");
            assert!(!said.contains(['{', '}', '$']) && !said.contains("  "), "{tag}: {said:?}");
        }
    }
}

#[test]
fn alarms_read_well() {
    insta::assert_snapshot!(say("en", &Alarm::SmsUsedUp { cap: Cap::Country { dial_code: 49 } }), @"⚠️ <b>No more SMS go to +49 today.</b> As many have gone there as the day allows (sends_per_country). Whoever has a number there is asked to use another way, or to come back tomorrow. If you did not expect so many, somebody may be after the money that each of them costs.");
}
