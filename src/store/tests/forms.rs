//! The stored form of every kind of record, as each released version wrote it: what the program
//! reads today must be all of it, and must change its form only with its version.
//!
//! `tests/fixtures/store-<version>/forms.jsonl` has one record in a line. After a release, the
//! ignored test here writes it for the next one.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::super::records::{
    GateTitle, InboxEntry, LedgerCount, LiveKeyboard, OutboxEntry, PersonRecord, Record,
    SeenUpdate, Wake,
};
use crate::machines::{Happening, Work};
use crate::texts::tests::{every_label, every_text};
use crate::verification::address::{Address, Email, Phone};
use crate::verification::applicant::{Applicant, Challenge, Delivery, JoinRequest, Person, Stage};
use crate::verification::effect::{Button, Channel, Effect, Keyboard, Letter, Order};
use crate::verification::event::{
    AdmissionOutcome, DeliveryOutcome, Event, Membership, Refusal, What,
};
use crate::verification::limits::{Ledger, Sends, Tally};
use crate::verification::spending::{Bill, Money, Paid};
use crate::verification::text::Text;
use crate::verification::{
    ChallengeId, ChatId, GateId, Hidden, Language, MessageId, Name, Timestamp, UserId,
};

#[derive(Serialize, Deserialize)]
struct Line {
    kind: String,
    version: u8,
    record: Value,
}

const GATE: GateId = GateId(-1_001_234_567_890);
const CHAT: ChatId = ChatId(7_100_000_001);
const MESSAGE: MessageId = MessageId(42);
const NOON: Timestamp = Timestamp(1_796_126_400_000);

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}

fn line<R: Record>(record: &R) -> Line {
    let json = serde_json::to_value(record).unwrap();
    Line { kind: R::NAME.to_owned(), version: R::VERSION, record: json }
}

fn every_line() -> Vec<Line> {
    let mut lines = vec![
        line(&SeenUpdate { at: NOON }),
        line(&LedgerCount { count: 6 }),
        line(&Wake {}),
        line(&LiveKeyboard { message: MESSAGE }),
        line(&GateTitle { title: "Rust Berlin".to_owned() }),
    ];
    lines.extend(every_what().into_iter().map(|what| {
        let event = Event {
            user: UserId(7_100_000_001),
            language: Some(Language::new("de")),
            name: Some(name()),
            what,
        };
        let event = Happening::Person(event);
        line(&InboxEntry { update_id: Some(u32::MAX), received: NOON, event })
    }));
    lines.extend(every_effect().into_iter().map(|effect| {
        let order = Order {
            user: UserId(7_100_000_001),
            chat: CHAT,
            language: Language::new("en"),
            deadline: Some(NOON),
            effect,
        };
        let order = Work::Verification(order);
        line(&OutboxEntry { order, queued: NOON, started: true, attempts: 3 })
    }));
    lines.extend(
        every_stage().into_iter().map(|stage| line(&PersonRecord(Arc::new(person(stage))))),
    );
    lines
}

fn person(stage: Stage) -> Person {
    let challenge = |number, delivery| Challenge {
        issued_at: None,
        id: ChallengeId(u64::MAX),
        number,
        code: [7; 32],
        address: [8; 32],
        digits: 6,
        phrase: "brave otter".to_owned(),
        expires: NOON,
        delivery,
    };
    let applicant = Applicant {
        stage,
        tally: Tally {
            wrong_passwords: 3,
            wrong_codes: 2,
            locks: 1,
            locked_until: Some(NOON),
            told: Some(NOON),
            pardoned: 1,
        },
        sends: Sends {
            day: 20_788,
            today: 2,
            addresses: vec![[8; 32]],
            latest: Some(NOON),
            first_there: true,
        },
        request: Some(JoinRequest {
            at: NOON,
            query_id: Some("query".to_owned()),
            until: Some(NOON),
        }),
        address: Some(email()),
        challenge: Some(challenge(4, Delivery::Sent)),
        replaced: vec![
            challenge(1, Delivery::Queued),
            challenge(2, Delivery::Delayed),
            challenge(3, Delivery::Unknown),
        ],
        number: 4,
        touched: Some(NOON),
        wake: Some(NOON),
        ..Applicant::default()
    };
    Person {
        name: Some(name()),
        language: Language::new("pt-br"),
        chat: Some(CHAT),
        active: Some(GATE),
        sharing: true,
        confirming: Some(GATE),
        serial: 9,
        gates: [(GATE, Box::new(applicant)), (GateId(-1), Box::default())].into(),
    }
}

fn name() -> Name {
    Name { full: "Nora".to_owned(), username: Some("nora".to_owned()) }
}

fn email() -> Address {
    Address::Email(Email::parse("nora@example.org").unwrap())
}

fn phone() -> Address {
    Address::Phone(Phone::parse("+4915112345678").unwrap())
}

/// In the order of the type. What is new there is to be put here, too.
fn every_stage() -> Vec<Stage> {
    let admitted = |joined, link| Stage::Admitted {
        at: NOON,
        joined,
        link,
        address: [8; 32],
        masked: "n•••a@example.org".to_owned(),
    };
    vec![
        Stage::New,
        Stage::Arriving,
        Stage::Password,
        Stage::Channel,
        Stage::Address { channel: Channel::Email },
        Stage::Address { channel: Channel::Sms },
        Stage::Confirm { address: email() },
        Stage::Confirm { address: phone() },
        Stage::Code { same: true },
        Stage::Admitting,
        admitted(false, Some("https://t.me/+abc".to_owned())),
        admitted(true, None),
        Stage::Member,
    ]
}

fn every_what() -> Vec<What> {
    let (gate, chat, message) = (GATE, CHAT, MESSAGE);
    let text = || "text".to_owned();
    let hidden = || Hidden::new("open sesame");
    let mut all = vec![
        What::JoinRequested {
            gate,
            chat,
            title: text(),
            link: Some(text()),
            query_id: Some(text()),
            asked: Some(NOON),
        },
        What::Started { chat, message, parameter: Some(text()) },
        What::Commanded { chat, message, command: text(), rest: hidden() },
        What::Wrote { chat, message, text: hidden(), forwarded: true, origin: Some(UserId(7)) },
        What::Edited { chat, message },
        What::WroteLoginCode { chat, message },
        What::SharedContact { chat, message, phone: hidden(), own: true },
        What::SentOther { chat, message, origin: Some(UserId(7)) },
        What::Pressed { chat, message: Some(message), query: text(), data: text() },
        What::Joined { gate, by: Some(UserId(7)), link: None },
        What::Left { gate },
        What::Invited { gate, outcome: Ok(text()) },
        What::Unreachable,
        What::Woken { gate },
    ];
    let memberships =
        [Membership::Member, Membership::NotMember, Membership::Banned, Membership::Unknown];
    all.extend(memberships.map(|membership| What::LookedUp { gate, membership }));
    let refusals = [
        Refusal::NoSuchAddress,
        Refusal::MailboxFull,
        Refusal::NotMobile,
        Refusal::OptedOut,
        Refusal::NotServed,
        Refusal::Policy,
    ];
    let outcomes = [
        DeliveryOutcome::Sent,
        DeliveryOutcome::Delayed,
        DeliveryOutcome::GaveUp,
        DeliveryOutcome::Dropped,
        DeliveryOutcome::Unknown,
    ];
    let outcomes = outcomes.into_iter().chain(refusals.map(DeliveryOutcome::Refused));
    let challenge = ChallengeId(7);
    let bill = every_bill();
    all.extend(outcomes.map(|outcome| What::CodeDelivery {
        gate,
        challenge,
        outcome,
        bill: bill.clone(),
    }));
    let admissions = [
        AdmissionOutcome::Approved,
        AdmissionOutcome::NoRequest,
        AdmissionOutcome::AlreadyMember,
        AdmissionOutcome::NoRights,
        AdmissionOutcome::TooManyChats,
        AdmissionOutcome::UserGone,
        AdmissionOutcome::Failed,
    ];
    all.extend(admissions.map(|outcome| What::Admission { gate, outcome }));
    all.push(What::Invited { gate, outcome: Err(AdmissionOutcome::NoRights) });
    all
}

fn every_bill() -> Bill {
    let (key, day, gate) = ([7; 32], 20_000, GATE);
    let ledgers = [
        Ledger::Address { key, day },
        Ledger::Prefix { key, hour: 24 * day },
        Ledger::Country { dial_code: 49, day },
        Ledger::Gate { gate, day },
        Ledger::Hour { hour: 24 * day },
        Ledger::Day { day },
        Ledger::CostOfDay { day },
        Ledger::CostOfMonth { last: day },
    ];
    let paid = Some(Paid { amount: Money(7_500), currency: "USD".to_owned() });
    Bill { charges: ledgers.map(|ledger| (ledger, 1)).to_vec(), paid }
}

fn every_effect() -> Vec<Effect> {
    let gate = GATE;
    let text = || "text".to_owned();
    let letter = |address| Letter {
        address,
        code: Hidden::new("012345"),
        number: 2,
        phrase: "brave otter".to_owned(),
        group: "Rust Berlin".to_owned(),
        lives: Duration::from_millis(599_999),
        expires: NOON,
        tap: Hidden::new("cabc"),
        opt_out: Hidden::new("udef"),
        withheld: true,
        bill: every_bill(),
    };
    let say =
        |text, keyboard| Effect::Say { group: Some("Rust Berlin".to_owned()), text, keyboard };
    let row: Vec<_> =
        every_label().into_iter().map(|label| Button { label, data: text() }).collect();
    let mut all = vec![
        say(Text::AskChannel, Keyboard::Buttons(vec![row])),
        say(Text::Noted, Keyboard::Remove),
        say(Text::Noted, Keyboard::ShareContact),
        Effect::Rewrite { group: None, text: Text::ConfirmDropped },
        Effect::RetireButtons,
        Effect::Delete { message: MESSAGE },
        Effect::AnswerButton { query: text(), text: Some(Text::ButtonSpent), alert: true },
        Effect::LookUpMember { gate },
        Effect::SendCode { gate, challenge: ChallengeId(7), letter: letter(email()) },
        Effect::SendCode { gate, challenge: ChallengeId(8), letter: letter(phone()) },
        Effect::Approve { gate, query_id: Some(text()) },
        Effect::Decline { gate, query_id: None },
        Effect::Invite { gate },
        Effect::RevokeInvite { gate, link: text() },
    ];
    all.extend(every_text().into_iter().map(|text| say(text, Keyboard::None)));
    all
}

/// The record as it would be written now, and the version of that; `None`: it cannot be read.
fn again(line: &Line) -> Option<(u8, Value)> {
    fn of<R: Record>(line: &Line) -> Option<(u8, Value)> {
        let json = serde_json::to_vec(&line.record).unwrap();
        Some((R::VERSION, serde_json::to_value(R::read(line.version, &json)?).unwrap()))
    }
    match line.kind.as_str() {
        InboxEntry::NAME => of::<InboxEntry>(line),
        SeenUpdate::NAME => of::<SeenUpdate>(line),
        OutboxEntry::NAME => of::<OutboxEntry>(line),
        PersonRecord::NAME => of::<PersonRecord>(line),
        LedgerCount::NAME => of::<LedgerCount>(line),
        Wake::NAME => of::<Wake>(line),
        LiveKeyboard::NAME => of::<LiveKeyboard>(line),
        GateTitle::NAME => of::<GateTitle>(line),
        _ => None,
    }
}

/// Whether it may be left out: nothing else is read where it is missing.
fn says_nothing(old: &Value) -> bool {
    match old {
        Value::Null => true,
        Value::Bool(said) => !said,
        Value::Number(said) => said.as_i64() == Some(0),
        Value::String(said) => said.is_empty() || said == "New",
        Value::Array(said) => said.is_empty(),
        Value::Object(said) => said.values().all(says_nothing),
    }
}

/// Whether everything that `old` says is still said.
fn holds(new: &Value, old: &Value) -> bool {
    match (new, old) {
        (Value::Object(new), Value::Object(old)) => {
            old.iter().all(|(key, old)| match new.get(key) {
                Some(new) => holds(new, old),
                None => says_nothing(old),
            })
        }
        // A keyed hash.
        (Value::String(new), Value::Array(old)) => {
            let old: Vec<u8> = old.iter().filter_map(Value::as_u64).map(|n| n as u8).collect();
            URL_SAFE_NO_PAD.decode(new).is_ok_and(|new| new == old)
        }
        (Value::Array(new), Value::Array(old)) => {
            new.len() == old.len() && new.iter().zip(old).all(|(new, old)| holds(new, old))
        }
        (new, old) => new == old,
    }
}

#[test]
fn every_record_of_every_released_version_is_read_whole() {
    let mut versions = 0;
    for folder in fs::read_dir(fixtures()).unwrap() {
        let file = folder.unwrap().path().join("forms.jsonl");
        let text = fs::read_to_string(&file).unwrap();
        versions += 1;
        assert!(text.lines().count() > 100, "{}", file.display());
        for text in text.lines() {
            let line: Line = serde_json::from_str(text).unwrap();
            let at = format!("{}: {text}", file.display());
            let Some((version, record)) = again(&line) else {
                panic!("this cannot be read any more; let its `read` take the old form: {at}");
            };
            assert!(holds(&record, &line.record), "something of this is dropped: {at}\n{record}");
            assert!(
                version > line.version || record == line.record,
                "the form has changed; raise its VERSION, so that an older program does not drop \
                 what it does not know: {at}\n{record}"
            );
        }
    }
    assert!(versions > 0);
}

#[test]
#[ignore = "writes the forms of this version, which is done once, when it is released"]
fn the_forms_of_this_version_are_written() {
    let folder = fixtures().join(concat!("store-", env!("CARGO_PKG_VERSION")));
    fs::create_dir_all(&folder).unwrap();
    let lines = every_line().into_iter().map(|line| serde_json::to_string(&line).unwrap() + "\n");
    fs::write(folder.join("forms.jsonl"), lines.collect::<String>()).unwrap();
}
