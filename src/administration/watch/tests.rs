//! The watch on its own: owners, a clock and a shelf, without a bot around them.

use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::administration::archive::{Archive, Listed};
use crate::administration::panel::Panel;
use crate::administration::settings::{House, Settings};
use crate::administration::staff::Staff;
use crate::verification::alarm::{Amount, Cap};
use crate::verification::applicant::Person;
use crate::verification::code::{Keys, Random};
use crate::verification::gate::Gates;
use crate::verification::limits::{Ledger, Limits};
use crate::verification::{GateId, Language};

const ADA: UserId = UserId(7);
const BEN: UserId = UserId(8);
const HOUR: i64 = 60 * 60 * 1000;
/// Noon of a UTC day.
const NOON: Timestamp = Timestamp(20_000 * 24 * HOUR + 12 * HOUR);

struct Shelf;

impl Archive for Shelf {
    fn staff(&self) -> Staff {
        Staff { owners: BTreeSet::from([BEN]), ..Staff::default() }
    }

    fn settings(&self, _: GateId) -> Option<Settings> {
        None
    }

    fn settled(&self) -> Vec<GateId> {
        Vec::new()
    }

    fn title(&self, _: GateId) -> Option<String> {
        Some("Rust Berlin".to_owned())
    }

    fn roster_size(&self, _: GateId) -> u32 {
        0
    }

    fn on_roster(&self, _: GateId, _: &[u8; 32]) -> bool {
        false
    }

    fn roster_page(&self, _: GateId, _: Option<[u8; 32]>, _: usize) -> Vec<Listed> {
        Vec::new()
    }

    fn user_named(&self, _: &str) -> Option<UserId> {
        None
    }

    fn person(&self, _: UserId) -> Option<Arc<Person>> {
        None
    }

    /// Ben speaks German, in a chat of another number.
    fn panel(&self, admin: UserId) -> Option<Panel> {
        let (language, chat) = (Language::new("de"), Some(ChatId(88)));
        (admin == BEN).then(|| Panel { language, chat, ..Panel::default() })
    }

    fn ledger(&self, _: &Ledger) -> u64 {
        0
    }

    fn upload(&self, _: UserId) -> Option<Vec<u8>> {
        None
    }
}

struct Zeros;

impl Random for Zeros {
    fn fill(&mut self, bytes: &mut [u8]) {
        bytes.fill(0);
    }
}

/// One thing happens; the watch can be kept and read back afterwards.
fn on(watch: &mut Watch, now: Timestamp, what: What) -> Outcome {
    let house = House { channels: Vec::new(), countries: Vec::new(), limits: Limits::default() };
    let (gates, keys) = (Gates::new(), Keys::derive(&[7; 32]));
    let mut facts = Facts {
        now,
        gates: &gates,
        fixed: &|_| false,
        fixed_log: &|_| None,
        house: &house,
        owners: &[ADA, BEN],
        open_enrolment: false,
        keys: &keys,
        random: &mut Zeros,
        archive: &Shelf,
        me: UserId(9_999),
        bot: "gate_bot",
        languages: &[],
        hashed: None,
    };
    let out = step(watch, &Event { watch: what }, &mut facts);
    let kept = serde_json::to_vec(&*watch).unwrap();
    assert_eq!(serde_json::from_slice::<Watch>(&kept).unwrap(), *watch);
    assert!(out.wakes.iter().all(|wake| *wake > now), "{:?}", out.wakes);
    out
}

fn used_up(dial_code: u16) -> Alarm {
    Alarm::SmsUsedUp { cap: Cap::Country { dial_code }, limit: Amount::Sms(50) }
}

fn later(hours: i64) -> Timestamp {
    Timestamp(NOON.0 + hours * HOUR)
}

#[test]
fn every_owner_is_told_once_in_their_chat_and_language() {
    let out = on(&mut Watch::default(), NOON, What::Raised(used_up(49)));
    let told: Vec<_> =
        out.orders.iter().map(|order| (order.chat, order.language.as_str())).collect();
    assert_eq!(told, [(ChatId(7), "en"), (ChatId(88), "de")]);
    assert_eq!(out.told, [used_up(49)]);
    assert_eq!(out.wakes, [later(12)]);
}

#[test]
fn the_same_is_told_once_in_its_period_and_another_at_once() {
    let mut watch = Watch::default();
    let mut told = |hours, dial_code| {
        !on(&mut watch, later(hours), What::Raised(used_up(dial_code))).told.is_empty()
    };
    assert!(told(0, 49));
    assert!(!told(0, 49) && !told(11, 49));
    assert!(told(11, 7));
    assert!(!told(11, 49) && !told(11, 7));
    assert!(told(12, 49));
}

#[test]
fn what_is_over_is_forgotten() {
    let mut watch = Watch::default();
    on(&mut watch, NOON, What::Raised(used_up(49)));
    on(&mut watch, later(12), What::Woken);
    assert_eq!(watch, Watch::default());
}

proptest! {
    #[test]
    fn whatever_is_raised_nothing_is_told_twice_in_its_day_and_little_is_remembered(
        raised in prop::collection::vec((0_i64..20, 1_u16..6), 0..60),
    ) {
        let (mut watch, mut now, mut told) = (Watch::default(), NOON, BTreeSet::new());
        for (hours, dial_code) in raised {
            now = Timestamp(now.0 + hours * HOUR);
            let out = on(&mut watch, now, What::Raised(used_up(dial_code)));
            let first = told.insert((now.day(), dial_code));
            prop_assert_eq!(out.told.len(), usize::from(first));
            prop_assert!(watch.told.len() <= 5);
        }
    }
}

#[test]
fn a_flood_of_different_alarms_is_remembered_within_bounds() {
    let mut watch = Watch::default();
    for dial_code in 0..600 {
        watch.remember(&used_up(dial_code), NOON);
    }
    assert_eq!(watch.told.len(), REMEMBERED);
}
