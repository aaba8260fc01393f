//! What is kept: one type per kind of record, and how its keys are written.
//!
//! A full key is the kind (one byte) and the record's own key. Numbers are big-endian, signed ones
//! with the sign bit flipped, so that bytes sort as the numbers do. Keys are not sealed: they hold
//! numeric ids, times and keyed hashes, nothing else.

use std::fmt::Debug;
use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::machines::{Happening, Work};
use crate::verification::applicant::Person;
use crate::verification::limits::{AtGate, Ledger};
use crate::verification::outage::Outages;
use crate::verification::restore::Restore;
use crate::verification::{ChatId, GateId, MessageId, Timestamp, UserId};

/// Something that the store keeps.
///
/// Adding a kind: a type, its `impl Record`, and its line in `KINDS`. Adding a field or a variant
/// anywhere in one: `#[serde(default)]` on the field, and raise `VERSION`, so that an older program
/// refuses the store instead of dropping what it does not know. Any other change: the same, and a
/// `read` of its own that takes every older form.
pub trait Record: Serialize + DeserializeOwned + Clone + Send + Sync + 'static {
    type Key: Debug;
    /// The first byte of the full key; 0x10 to 0x7f, never used for anything else again.
    const KIND: u8;
    /// The version that is written.
    const VERSION: u8;
    /// How the kind is called in reports and errors.
    const NAME: &'static str;
    /// It is large and soon read again: until it is in sled, it is kept as it is beside its JSON.
    const AT_HAND: bool = false;

    fn encode_key(key: &Self::Key) -> Vec<u8>;

    /// `None` if these bytes are no key of this kind.
    fn decode_key(bytes: &[u8]) -> Option<Self::Key>;

    /// The record from its stored form, of this version or an older one; `None` if it cannot be
    /// read.
    fn read(version: u8, json: &[u8]) -> Option<Self> {
        if version <= Self::VERSION { serde_json::from_slice(json).ok() } else { None }
    }
}

/// A record whose key begins with what it belongs to, so that all of one owner's lie together.
pub trait Grouped: Record {
    type Owner;

    /// The bytes with which the keys of its records begin, and no others.
    fn encode_owner(owner: &Self::Owner) -> Vec<u8>;
}

/// An update that was taken from Telegram and is not handled yet. Keyed by arrival.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InboxEntry {
    /// `None`: no update, but something that one machine has to tell another.
    pub update_id: Option<u32>,
    pub received: Timestamp,
    pub event: Happening,
}

/// An update id that was taken before, so that it is not taken twice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeenUpdate {
    pub at: Timestamp,
}

/// An order that is not carried out yet. Keyed by when it was decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutboxEntry {
    pub order: Work,
    pub queued: Timestamp,
    /// It may have been carried out already: the process ended before it knew.
    pub started: bool,
    pub attempts: u32,
}

/// One person and all their dialogues.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PersonRecord(pub Arc<Person>);

/// How often something was done that no single applicant owns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerCount {
    pub count: u64,
}

/// A time that the rules asked to be woken at. Keyed by that time first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wake {}

/// The last message in a chat that carries buttons.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LiveKeyboard {
    pub message: MessageId,
}

/// A group's title as last seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GateTitle {
    pub title: String,
}

/// When Telegram was last heard, and when it was not. There is one of it, a minute old at most
/// while the bot runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hearing {
    pub heard: Timestamp,
    /// When this was written.
    pub at: Timestamp,
    pub outages: Outages,
}

/// The store was put back from a backup. There is one at most, under an empty key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RestoreMark(pub Restore);

impl Record for InboxEntry {
    type Key = u64;
    const KIND: u8 = 0x10;
    const VERSION: u8 = 2;
    const NAME: &'static str = "inbox entry";

    fn encode_key(key: &u64) -> Vec<u8> {
        key.to_be_bytes().to_vec()
    }

    fn decode_key(bytes: &[u8]) -> Option<u64> {
        Some(u64::from_be_bytes(bytes.try_into().ok()?))
    }
}

impl Record for SeenUpdate {
    type Key = u32;
    const KIND: u8 = 0x11;
    const VERSION: u8 = 1;
    const NAME: &'static str = "seen update";

    fn encode_key(key: &u32) -> Vec<u8> {
        key.to_be_bytes().to_vec()
    }

    fn decode_key(bytes: &[u8]) -> Option<u32> {
        Some(u32::from_be_bytes(bytes.try_into().ok()?))
    }
}

impl Record for OutboxEntry {
    type Key = u64;
    const KIND: u8 = 0x12;
    const VERSION: u8 = 2;
    const NAME: &'static str = "outbox entry";

    fn encode_key(key: &u64) -> Vec<u8> {
        key.to_be_bytes().to_vec()
    }

    fn decode_key(bytes: &[u8]) -> Option<u64> {
        Some(u64::from_be_bytes(bytes.try_into().ok()?))
    }
}

impl Record for PersonRecord {
    type Key = UserId;
    const KIND: u8 = 0x13;
    const VERSION: u8 = 3;
    const NAME: &'static str = "person";
    const AT_HAND: bool = true;

    fn encode_key(key: &UserId) -> Vec<u8> {
        key.0.to_be_bytes().to_vec()
    }

    fn decode_key(bytes: &[u8]) -> Option<UserId> {
        Some(UserId(u64::from_be_bytes(bytes.try_into().ok()?)))
    }
}

/// Keys sort by day first, so that past days lie together.
impl Record for LedgerCount {
    type Key = Ledger;
    const KIND: u8 = 0x14;
    const VERSION: u8 = 2;
    const NAME: &'static str = "ledger";

    fn encode_key(key: &Ledger) -> Vec<u8> {
        match key {
            Ledger::Address { key, day } => [&signed(*day)[..], &[1], key].concat(),
            Ledger::Country { dial_code, day } => {
                [&signed(*day)[..], &[2], &dial_code.to_be_bytes()].concat()
            }
            Ledger::Prefix { key, hour } => {
                [&signed(day_of(*hour))[..], &[4], &signed(*hour), key].concat()
            }
            Ledger::Gate { gate, day } => [&signed(*day)[..], &[5], &signed(gate.0)].concat(),
            Ledger::Hour { hour } => [&signed(day_of(*hour))[..], &[6], &signed(*hour)].concat(),
            Ledger::Day { day } => [&signed(*day)[..], &[7]].concat(),
            Ledger::CostOfDay { day } => [&signed(*day)[..], &[8]].concat(),
            // Not past before the month is.
            Ledger::CostOfMonth { last } => [&signed(*last)[..], &[9]].concat(),
            // Of no day, so never past.
            Ledger::Password { key } => [&signed(i64::MAX)[..], &[3], key].concat(),
            Ledger::AtGate(AtGate::WrongPasswords { gate, hour }) => {
                of_gate(*gate, *hour, A_DAYS_HOURS, 32)
            }
            Ledger::AtGate(AtGate::WrongCodes { gate, hour }) => {
                of_gate(*gate, *hour, A_DAYS_HOURS, 33)
            }
            Ledger::AtGate(AtGate::Requests { gate, minute }) => {
                of_gate(*gate, *minute, A_DAYS_MINUTES, 34)
            }
            Ledger::AtGate(AtGate::Missed { gate, minute }) => {
                of_gate(*gate, *minute, A_DAYS_MINUTES, 35)
            }
        }
    }

    fn decode_key(bytes: &[u8]) -> Option<Ledger> {
        let (day, rest) = bytes.split_at_checked(8)?;
        let (sort, rest) = rest.split_first()?;
        let day = read_signed(day)?;
        match sort {
            1 => Some(Ledger::Address { key: rest.try_into().ok()?, day }),
            2 => {
                Some(Ledger::Country { dial_code: u16::from_be_bytes(rest.try_into().ok()?), day })
            }
            3 if day == i64::MAX => Some(Ledger::Password { key: rest.try_into().ok()? }),
            4 => {
                let (hour, key) = rest.split_at_checked(8)?;
                let (hour, key) = (read_signed(hour)?, key.try_into().ok()?);
                (day_of(hour) == day).then_some(Ledger::Prefix { key, hour })
            }
            5 => Some(Ledger::Gate { gate: GateId(read_signed(rest)?), day }),
            6 => {
                let hour = read_signed(rest)?;
                (day_of(hour) == day).then_some(Ledger::Hour { hour })
            }
            7 if rest.is_empty() => Some(Ledger::Day { day }),
            8 if rest.is_empty() => Some(Ledger::CostOfDay { day }),
            9 if rest.is_empty() => Some(Ledger::CostOfMonth { last: day }),
            32..=35 => {
                let (gate, time) = rest.split_at_checked(8)?;
                let (gate, time) = (GateId(read_signed(gate)?), read_signed(time)?);
                let (ledger, a_day) = match sort {
                    32 => {
                        (Ledger::AtGate(AtGate::WrongPasswords { gate, hour: time }), A_DAYS_HOURS)
                    }
                    33 => (Ledger::AtGate(AtGate::WrongCodes { gate, hour: time }), A_DAYS_HOURS),
                    34 => (Ledger::AtGate(AtGate::Requests { gate, minute: time }), A_DAYS_MINUTES),
                    _ => (Ledger::AtGate(AtGate::Missed { gate, minute: time }), A_DAYS_MINUTES),
                };
                (time.div_euclid(a_day) == day).then_some(ledger)
            }
            _ => None,
        }
    }
}

impl Record for Wake {
    type Key = (Timestamp, UserId, GateId);
    const KIND: u8 = 0x15;
    const VERSION: u8 = 1;
    const NAME: &'static str = "wake-up";

    fn encode_key((at, user, gate): &Self::Key) -> Vec<u8> {
        [signed(at.0), user.0.to_be_bytes(), signed(gate.0)].concat()
    }

    fn decode_key(bytes: &[u8]) -> Option<Self::Key> {
        let (at, rest) = bytes.split_at_checked(8)?;
        let (user, gate) = rest.split_at_checked(8)?;
        let user = UserId(u64::from_be_bytes(user.try_into().ok()?));
        Some((Timestamp(read_signed(at)?), user, GateId(read_signed(gate)?)))
    }
}

impl Record for LiveKeyboard {
    type Key = ChatId;
    const KIND: u8 = 0x16;
    const VERSION: u8 = 1;
    const NAME: &'static str = "live keyboard";

    fn encode_key(key: &ChatId) -> Vec<u8> {
        signed(key.0).to_vec()
    }

    fn decode_key(bytes: &[u8]) -> Option<ChatId> {
        read_signed(bytes).map(ChatId)
    }
}

impl Record for GateTitle {
    type Key = GateId;
    const KIND: u8 = 0x17;
    const VERSION: u8 = 1;
    const NAME: &'static str = "gate title";

    fn encode_key(key: &GateId) -> Vec<u8> {
        signed(key.0).to_vec()
    }

    fn decode_key(bytes: &[u8]) -> Option<GateId> {
        read_signed(bytes).map(GateId)
    }
}

impl Record for RestoreMark {
    type Key = ();
    const KIND: u8 = 0x19;
    const VERSION: u8 = 1;
    const NAME: &'static str = "restore mark";

    fn encode_key((): &()) -> Vec<u8> {
        Vec::new()
    }

    fn decode_key(bytes: &[u8]) -> Option<()> {
        bytes.is_empty().then_some(())
    }
}

impl Record for Hearing {
    type Key = ();
    const KIND: u8 = 0x18;
    const VERSION: u8 = 1;
    const NAME: &'static str = "hearing";

    fn encode_key((): &()) -> Vec<u8> {
        vec![0]
    }

    fn decode_key(bytes: &[u8]) -> Option<()> {
        (bytes == [0]).then_some(())
    }
}

mod administration;
mod sending;

pub use administration::{
    Alarm, DeskRecord, Holders, MovedGate, PanelRecord, RosterLine, RosterSize, SettingsRecord,
    StaffRecord, UploadPart, Username, WatchRecord,
};

pub use sending::{ConversionRecord, Suppressed};
/// The UTC day of an hour.
fn day_of(hour: i64) -> i64 {
    hour.div_euclid(A_DAYS_HOURS)
}

const A_DAYS_HOURS: i64 = 24;
const A_DAYS_MINUTES: i64 = 24 * 60;

/// The key of a gate's ledger for one of the `a_day` parts of a day.
fn of_gate(gate: GateId, time: i64, a_day: i64, sort: u8) -> Vec<u8> {
    let day = signed(time.div_euclid(a_day));
    [&day[..], &[sort], &signed(gate.0), &signed(time)].concat()
}

/// A number as eight bytes that sort as the numbers do.
#[must_use]
pub fn signed(number: i64) -> [u8; 8] {
    (number.cast_unsigned() ^ (1 << 63)).to_be_bytes()
}

/// Reads what [`signed`] wrote.
#[must_use]
pub fn read_signed(bytes: &[u8]) -> Option<i64> {
    Some((u64::from_be_bytes(bytes.try_into().ok()?) ^ (1 << 63)).cast_signed())
}

/// A kind of record, for those who go through the store without knowing what is in it.
pub(super) struct Kind {
    pub(super) code: u8,
    pub(super) name: &'static str,
    pub(super) version: u8,
    /// Whether key and record can be read, given the version.
    pub(super) readable: fn(&[u8], u8, &[u8]) -> bool,
    /// The key for people, if it is one.
    pub(super) show: fn(&[u8]) -> Option<String>,
    /// The key and the record as they would be written, if they can be read.
    #[cfg(fuzzing)]
    rewrite: fn(&[u8], u8, &[u8]) -> Rewritten,
}

/// A key and a record, read and written again; `None`: it could not be read.
#[cfg(fuzzing)]
#[derive(Debug)]
pub struct Rewritten {
    pub key: Option<Vec<u8>>,
    /// The version and the JSON.
    pub record: Option<(u8, Vec<u8>)>,
}

/// Every kind there is. What is not in here counts as written by a newer version.
pub(super) static KINDS: &[Kind] = &[
    kind::<InboxEntry>(),
    kind::<SeenUpdate>(),
    kind::<OutboxEntry>(),
    kind::<PersonRecord>(),
    kind::<LedgerCount>(),
    kind::<Wake>(),
    kind::<LiveKeyboard>(),
    kind::<GateTitle>(),
    kind::<RestoreMark>(),
    kind::<PanelRecord>(),
    kind::<DeskRecord>(),
    kind::<SettingsRecord>(),
    kind::<StaffRecord>(),
    kind::<RosterLine>(),
    kind::<RosterSize>(),
    kind::<Holders>(),
    kind::<Username>(),
    kind::<UploadPart>(),
    kind::<Alarm>(),
    kind::<MovedGate>(),
    kind::<Hearing>(),
    kind::<Suppressed>(),
    kind::<ConversionRecord>(),
    kind::<WatchRecord>(),
    #[cfg(test)]
    kind::<super::tests::Note>(),
];

/// Reads a key and a record of any kind, and writes them again; `None`: there is no such kind.
#[cfg(fuzzing)]
#[must_use]
pub fn rewritten(code: u8, key: &[u8], version: u8, json: &[u8]) -> Option<Rewritten> {
    kind_of(code).map(|kind| (kind.rewrite)(key, version, json))
}

pub(super) fn kind_of(code: u8) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| kind.code == code)
}

const fn kind<R: Record>() -> Kind {
    Kind {
        code: R::KIND,
        name: R::NAME,
        version: R::VERSION,
        readable: |key, version, json| {
            R::decode_key(key).is_some() && R::read(version, json).is_some()
        },
        show: |key| R::decode_key(key).map(|key| format!("{key:?}")),
        #[cfg(fuzzing)]
        rewrite: |key, version, json| Rewritten {
            key: R::decode_key(key).map(|key| R::encode_key(&key)),
            record: R::read(version, json)
                .and_then(|record| Some((R::VERSION, serde_json::to_vec(&record).ok()?))),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn round_trip<R: Record>(key: &R::Key) -> Option<R::Key> {
        R::decode_key(&R::encode_key(key))
    }

    #[test]
    fn every_kind_has_its_own_code_and_stays_in_its_range() {
        let mut codes: Vec<u8> = KINDS.iter().map(|kind| kind.code).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), KINDS.len());
        assert!(codes.iter().all(|code| (0x10..0x80).contains(code)));
    }

    #[test]
    fn keys_of_the_wrong_length_or_sort_are_no_keys() {
        for length in 0..64 {
            let bytes = vec![1; length];
            assert_eq!(InboxEntry::decode_key(&bytes).is_some(), length == 8);
            assert_eq!(SeenUpdate::decode_key(&bytes).is_some(), length == 4);
            assert_eq!(Wake::decode_key(&bytes).is_some(), length == 24);
            assert_eq!(LedgerCount::decode_key(&bytes).is_some(), length == 41, "{length}");
            assert_eq!(Hearing::decode_key(&bytes), None);
        }
        assert_eq!(LedgerCount::decode_key(&[0, 0, 0, 0, 0, 0, 0, 0, 3, 0, 49]), None);
        let of_no_day = LedgerCount::encode_key(&Ledger::Password { key: [7; 32] });
        let of_a_day = [&[0; 8], &of_no_day[8..]].concat();
        assert!(LedgerCount::decode_key(&of_no_day).is_some());
        assert_eq!(LedgerCount::decode_key(&of_a_day), None, "a key has two forms");
    }

    proptest! {
        #[test]
        fn keys_come_back_and_sort_as_they_should(
            a in any::<(i64, u64, i64)>(), b in any::<(i64, u64, i64)>(), hash in any::<[u8; 32]>(), dial in any::<u16>(),
        ) {
            let wake = |(at, user, gate)| (Timestamp(at), UserId(user), GateId(gate));
            prop_assert_eq!(round_trip::<Wake>(&wake(a)), Some(wake(a)));
            prop_assert_eq!(
                Wake::encode_key(&wake(a)).cmp(&Wake::encode_key(&wake(b))),
                wake(a).cmp(&wake(b))
            );
            prop_assert_eq!(round_trip::<GateTitle>(&GateId(a.0)), Some(GateId(a.0)));
            prop_assert_eq!(round_trip::<LiveKeyboard>(&ChatId(a.0)), Some(ChatId(a.0)));
            prop_assert_eq!(round_trip::<Hearing>(&()), Some(()));
            let (gate, time) = (GateId(b.0), a.2);
            for ledger in [
                Ledger::Address { key: hash, day: a.0 },
                Ledger::Country { dial_code: dial, day: a.0 },
                Ledger::Prefix { key: hash, hour: a.0 },
                Ledger::Gate { gate, day: a.0 },
                Ledger::Hour { hour: a.0 },
                Ledger::Day { day: a.0 },
                Ledger::CostOfDay { day: a.0 },
                Ledger::CostOfMonth { last: a.0 },
                Ledger::AtGate(AtGate::WrongPasswords { gate, hour: time }),
                Ledger::AtGate(AtGate::WrongCodes { gate, hour: time }),
                Ledger::AtGate(AtGate::Requests { gate, minute: time }),
                Ledger::AtGate(AtGate::Missed { gate, minute: time }),
            ] {
                prop_assert_eq!(round_trip::<LedgerCount>(&ledger), Some(ledger));
            }
        }
    }
}
