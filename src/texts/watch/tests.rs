//! The owners' alarms: all there in both languages, and readable.

use std::collections::{BTreeMap, BTreeSet};

use super::super::catalogue::Catalogue;
use super::super::clean::{escape, without_tags};
use super::super::tests::messages_of;
use super::*;
use crate::verification::conversion::RESTS;
use crate::verification::spending::Money;
use crate::verification::{GateId, Language};

const SOURCES: [(&str, &str); 2] = [
    ("en", include_str!("../../../locales/admin/watch.en.ftl")),
    ("de", include_str!("../../../locales/admin/watch.de.ftl")),
];

/// 2026-11-23T18:40:00Z, by `date -u +%s -d`.
const THEN: Timestamp = Timestamp(1_795_459_200_000);

fn eur(millionths: u64) -> Amount {
    Amount::Money(Money(millionths), "EUR".to_owned())
}

fn every_alarm() -> Vec<Alarm> {
    /// A new alarm does not compile until it stands here, and then in the list below.
    fn listed(alarm: &Alarm) {
        match alarm {
            Alarm::SmsUsedUp { .. }
            | Alarm::SmsNearlyUsedUp { .. }
            | Alarm::SmsOff { .. }
            | Alarm::SmsOnAgain { .. } => {}
        }
    }
    let caps = [
        Cap::Prefix { dial_code: 49 },
        Cap::Country { dial_code: 49 },
        Cap::Gate { gate: GateId(-1001) },
        Cap::Hour,
        Cap::Day,
        Cap::CostOfDay,
        Cap::CostOfMonth,
    ];
    let off = |rest, verified, of| Alarm::SmsOff { dial_code: 49, rest, verified, of };
    let mut all = vec![
        off(RESTS[0], 0, 50),
        off(RESTS[1], 1, 5),
        off(RESTS[2], 9, 50),
        Alarm::SmsOnAgain { dial_code: 49 },
    ];
    for cap in caps {
        for limit in [Amount::Sms(50), eur(50_000_000)] {
            all.push(Alarm::SmsUsedUp { cap, limit: limit.clone() });
            for runs_out in [None, Some(THEN)] {
                let used = limit.clone();
                all.push(Alarm::SmsNearlyUsedUp { cap, used, limit: limit.clone(), runs_out });
            }
        }
    }
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
    let limit = Amount::Sms(50);
    let country = Cap::Country { dial_code: 49 };
    insta::assert_snapshot!(say("en", &Alarm::SmsUsedUp { cap: country, limit: limit.clone() }), @"⚠️ <b>No more SMS go to +49 today.</b> The limit of 50 SMS a day is reached (sends_per_country, country_limits). Whoever has a number there is asked to use another way, or to come back tomorrow. If you did not expect so many, somebody may be after the money that each SMS costs.");
    insta::assert_snapshot!(say("en", &Alarm::SmsUsedUp { cap: Cap::Hour, limit }), @"⚠️ <b>No more SMS go out for the rest of this hour.</b> The limit of 50 SMS an hour for all groups together is reached. I say this once a day. Whoever wants to join is asked to use another way, or to come back later.");
    let near = |cap, used, limit| Alarm::SmsNearlyUsedUp { cap, used, limit, runs_out: Some(THEN) };
    let month = near(Cap::CostOfMonth, eur(41_250_000), eur(50_000_000));
    insta::assert_snapshot!(say("en", &month), @"⚠️ <b>41.25 EUR of 50 EUR</b> are used for SMS this month, for all groups together. At this pace the rest is used up on <b>2026-11-23</b>. After that no SMS goes out until the next month begins (UTC).");
    insta::assert_snapshot!(say("de", &month), @"⚠️ <b>41.25 EUR von 50 EUR</b> sind in diesem Monat für SMS verbraucht, für alle Gruppen zusammen. Wenn es so weitergeht, ist der Rest am <b>2026-11-23</b> verbraucht. Danach geht keine SMS mehr hinaus, bis der nächste Monat beginnt (UTC).");
    let day = near(Cap::Day, Amount::Sms(160), Amount::Sms(200));
    insta::assert_snapshot!(say("en", &day), @"⚠️ <b>160 SMS of 200 SMS</b> are used for SMS today, for all groups together. At this pace the rest is used up at <b>18:40 UTC</b>. After that no SMS goes out until the next day begins (UTC).");
}
