//! The real kinds of records: they come back as they were, nothing of them is readable on disk,
//! and what is past can be swept.

use std::path::Path;
use std::time::Duration;

use super::super::records::{
    GateTitle, InboxEntry, LedgerCount, LiveKeyboard, OutboxEntry, SeenUpdate, Wake,
};
use super::super::sweep::{Swept, due, forget_ledgers, forget_seen};
use super::super::{Record, Store};
use super::open;
use crate::machines::{Happening, Work};
use crate::verification::effect::{Effect, Keyboard, Order};
use crate::verification::event::{Event, What};
use crate::verification::limits::Ledger;
use crate::verification::text::Text;
use crate::verification::{ChatId, GateId, Hidden, Language, MessageId, Timestamp, UserId};

async fn keep<R>(store: &Store, key: R::Key, record: &R)
where
    R: Record + Clone + Send + 'static,
    R::Key: Send + 'static,
{
    let record = record.clone();
    store.commit(move |view| view.put(&key, &record)).await.unwrap();
}

async fn kept<R>(store: &Store, key: R::Key) -> Option<R>
where
    R: Record + Send + 'static,
    R::Key: Send + 'static,
{
    store.read(move |view| view.get(&key)).await.unwrap()
}

fn holds(folder: &Path, needle: &str) -> bool {
    std::fs::read_dir(folder).unwrap().any(|entry| {
        let path = entry.unwrap().path();
        if path.is_dir() {
            return holds(&path, needle);
        }
        let bytes = std::fs::read(path).unwrap();
        bytes.windows(needle.len()).any(|window| window == needle.as_bytes())
    })
}

#[tokio::test]
async fn records_come_back_as_they_were_and_nothing_of_them_is_readable_on_disk() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let what = What::Wrote {
        chat: ChatId(4711),
        message: MessageId(5),
        text: Hidden::new("open sesame"),
        forwarded: false,
        origin: None,
    };
    let event = Event { language: Some(Language::new("de")), ..Event::of(UserId(4711), what) };
    let inbox = InboxEntry {
        update_id: Some(u32::MAX),
        received: Timestamp(1),
        event: Happening::Person(event),
    };
    let effect = Effect::Say {
        group: Some("Rust Berlin".to_owned()),
        text: Text::Locked { wait: Duration::from_secs(300) },
        keyboard: Keyboard::ShareContact,
    };
    let (user, chat, language) = (UserId(4711), ChatId(4711), Language::default());
    let order = Order { user, chat, language, deadline: Some(Timestamp(9)), effect };
    let outbox = OutboxEntry {
        order: Work::Verification(order),
        queued: Timestamp(2),
        started: true,
        attempts: 3,
    };
    let title = GateTitle { title: "Rust Berlin".to_owned() };
    let (gate, message) = (GateId(-1_001_234_567_890), MessageId(-1));
    let ledger = Ledger::Address { key: [3; 32], day: 20_000 };
    let wake = (Timestamp(-5), UserId(u64::MAX), gate);

    keep(&store, 1, &inbox).await;
    keep(&store, 1, &outbox).await;
    keep(&store, gate, &title).await;
    keep(&store, chat, &LiveKeyboard { message }).await;
    keep(&store, ledger.clone(), &LedgerCount { count: 6 }).await;
    keep(&store, wake, &Wake {}).await;
    keep(&store, u32::MAX, &SeenUpdate { at: Timestamp(3) }).await;
    store.close().await;

    for secret in ["open sesame", "Rust Berlin", "Wrote", "ShareContact"] {
        assert!(!holds(folder.path(), secret), "{secret:?} is readable on disk");
    }
    let store = open(folder.path());
    assert_eq!(kept(&store, 1).await, Some(inbox));
    assert_eq!(kept(&store, 1).await, Some(outbox));
    assert_eq!(kept(&store, gate).await, Some(title));
    assert_eq!(kept(&store, chat).await, Some(LiveKeyboard { message }));
    assert_eq!(kept(&store, ledger).await, Some(LedgerCount { count: 6 }));
    assert_eq!(kept(&store, wake).await, Some(Wake {}));
    assert_eq!(kept(&store, u32::MAX).await, Some(SeenUpdate { at: Timestamp(3) }));
    let records: u64 = store.stats().records.values().sum();
    assert_eq!(records, 7);
}

#[tokio::test]
async fn seen_updates_are_forgotten_a_page_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    // Old and new ones mixed, as after a week in which Telegram began its numbers anew.
    let seen = |id: u32| SeenUpdate { at: Timestamp(if id.is_multiple_of(3) { 50 } else { 150 }) };
    store.commit(move |view| (0..100).try_for_each(|id| view.put(&id, &seen(id)))).await.unwrap();
    let (mut from, mut rounds, mut removed) = (None, 0, 0);
    loop {
        let swept: Swept =
            store.commit(move |view| forget_seen(view, Timestamp(100), from, 30)).await.unwrap();
        (from, rounds, removed) = (swept.next, rounds + 1, removed + swept.removed);
        if from.is_none() {
            break;
        }
    }
    assert_eq!((rounds, removed), (4, 34));
    let left = store.read(|view| view.scan::<SeenUpdate>(None, 1000)).await.unwrap();
    assert!(left.len() == 66 && left.iter().all(|(id, seen)| id % 3 != 0 && seen.at.0 == 150));
}

#[tokio::test]
async fn ledgers_of_past_days_are_forgotten_and_todays_stay() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let of_day = |day: i64| {
        [
            Ledger::Address { key: [0; 32], day },
            Ledger::Address { key: [255; 32], day },
            Ledger::Country { dial_code: 49, day },
        ]
    };
    store
        .commit(move |view| {
            let all = (-1..4).flat_map(of_day);
            all.into_iter().try_for_each(|ledger| view.put(&ledger, &LedgerCount { count: 1 }))
        })
        .await
        .unwrap();
    for forgotten in [5, 4, 0] {
        let swept = store.commit(|view| forget_ledgers(view, 2, 5)).await;
        assert_eq!(swept, Ok(forgotten));
    }
    let left = store.read(|view| view.scan::<LedgerCount>(None, 100)).await.unwrap();
    let left: Vec<_> = left.into_iter().map(|(ledger, _)| ledger).collect();
    assert_eq!(left, [of_day(2), of_day(3)].concat());
}

#[tokio::test]
async fn wake_ups_come_when_due_the_longest_due_first() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let wake = |at: i64, user: u64| (Timestamp(at), UserId(user), GateId(-7));
    let all = [wake(5, 1), wake(10, u64::MAX), wake(-3, 2), wake(11, 0), wake(i64::MAX, 3)];
    store.commit(move |view| all.iter().try_for_each(|key| view.put(key, &Wake {}))).await.unwrap();
    let now = store.read(|view| due(view, Timestamp(10), 100)).await.unwrap();
    assert_eq!(now, [wake(-3, 2), wake(5, 1), wake(10, u64::MAX)]);
    let first = store.read(|view| due(view, Timestamp(10), 1)).await.unwrap();
    assert_eq!(first, [wake(-3, 2)]);
}
