//! Transactions: what they see, what they leave behind, and how they are answered together.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, mpsc};

use futures_util::future::join_all;
use proptest::prelude::*;

use super::super::{Hurry, QUEUE, Sequence, Store, StoreError, View};
use super::{Note, all, copy_folder, expected, note, open, put, remove, texts};
use crate::store::records::Holders;
use crate::verification::{GateId, Timestamp, UserId};

/// Keeps the committer busy until the returned sender is used, so that what is queued meanwhile
/// forms one group.
async fn hold(store: &Store) -> mpsc::Sender<()> {
    let (release, held) = mpsc::channel();
    let (begun, begins) = tokio::sync::oneshot::channel();
    let store = store.clone();
    tokio::spawn(async move {
        let work = move |_: &mut View<'_>| {
            begun.send(()).unwrap();
            held.recv().unwrap();
            Ok(())
        };
        store.commit(work).await
    });
    begins.await.unwrap();
    release
}

#[tokio::test]
async fn a_transaction_sees_its_own_writes_and_those_before_it_in_its_group() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    put(&store, 1, "one").await.unwrap();
    let release = hold(&store).await;
    let first = store.commit(|view| {
        view.put(&2, &note("two"))?;
        view.remove::<Note>(&1);
        assert_eq!(view.get::<Note>(&2)?, Some(note("two")));
        assert_eq!(view.get::<Note>(&1)?, None);
        all(view)
    });
    let second = store.commit(|view| {
        view.put(&1, &note("one again"))?;
        all(view)
    });
    let released = async { release.send(()).unwrap() };
    let (first, second, ()) = tokio::join!(first, second, released);
    assert_eq!(first.unwrap(), expected(&[(2, "two")]));
    assert_eq!(second.unwrap(), expected(&[(1, "one again"), (2, "two")]));
    assert_eq!(texts(&store).await, expected(&[(1, "one again"), (2, "two")]));
    // One for the put, one for both transactions, none for those that only read.
    assert_eq!((store.stats().groups, store.stats().records["note"]), (2, 2));
    store.close().await;
    assert_eq!(texts(&open(folder.path())).await, expected(&[(1, "one again"), (2, "two")]));
}

#[tokio::test]
async fn a_transaction_that_panics_or_gives_up_leaves_nothing_and_harms_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    put(&store, 1, "before").await.unwrap();
    let release = hold(&store).await;
    let given_up = store.commit(|view| {
        view.put(&1, &note("given up"))?;
        view.next_sequence(Sequence::Inbox)?;
        Err::<(), _>(StoreError::GivenUp("the test said so"))
    });
    let panics = store.commit(|view| -> Result<(), StoreError> {
        view.put(&2, &note("panicked"))?;
        view.remove::<Note>(&1);
        panic!("a bug in a transaction");
    });
    let good = store.commit(|view| {
        view.put(&3, &note("good"))?;
        view.next_sequence(Sequence::Inbox)
    });
    let released = async { release.send(()).unwrap() };
    let (given_up, panicked, good, ()) = tokio::join!(given_up, panics, good, released);
    assert_eq!(given_up, Err(StoreError::GivenUp("the test said so")));
    assert_eq!(panicked, Err(StoreError::Panicked));
    assert_eq!(good, Ok(1));
    store.close().await;
    let store = open(folder.path());
    assert_eq!(texts(&store).await, expected(&[(1, "before"), (3, "good")]));
}

#[tokio::test]
async fn what_changes_nothing_costs_no_write() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    put(&store, 1, "one").await.unwrap();
    let groups = store.stats().groups;
    assert_eq!(texts(&store).await.len(), 1);
    remove(&store, 7).await;
    assert_eq!(store.stats().groups, groups);
    store.commit(|view| view.next_sequence(Sequence::Outbox)).await.unwrap();
    assert_eq!(store.stats().groups, groups + 1, "a number that was handed out is durable");
}

/// A transaction that nobody waits for.
async fn put_soon(store: &Store, key: u64, text: &'static str) -> Result<(), StoreError> {
    store.commit_in(Hurry::Soon, move |view| view.put(&key, &note(text))).await
}

#[tokio::test]
async fn what_is_in_no_hurry_goes_along_with_the_next_and_can_be_seen_by_it() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let groups = store.stats().groups;
    let (first, second) = (put_soon(&store, 1, "soon"), put_soon(&store, 2, "soon, too"));
    let (first, second, seen) = tokio::join!(first, second, texts(&store));
    assert_eq!((first, second), (Ok(()), Ok(())));
    assert_eq!(seen, expected(&[(1, "soon"), (2, "soon, too")]));
    assert_eq!(store.stats().groups, groups + 1);
    store.close().await;
    assert_eq!(texts(&open(folder.path())).await.len(), 2);
}

#[tokio::test]
async fn what_is_in_no_hurry_is_durable_when_it_is_answered_though_nothing_else_comes() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    put_soon(&store, 1, "soon").await.unwrap();
    let copy = tempfile::tempdir().unwrap();
    copy_folder(folder.path(), copy.path());
    assert_eq!(texts(&open(copy.path())).await, expected(&[(1, "soon")]));
}

#[tokio::test]
async fn a_store_that_is_closed_first_keeps_what_was_in_no_hurry() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let (put, ()) = tokio::join!(put_soon(&store, 1, "soon"), store.clone().close());
    put.unwrap();
    assert_eq!(texts(&open(folder.path())).await, expected(&[(1, "soon")]));
}

#[tokio::test]
async fn the_committer_is_told_to_hurry_only_if_something_is_in_none() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let release = hold(&store).await;
    store.hurry();
    assert_eq!(store.queue.capacity(), QUEUE);
    let hurried = async {
        store.hurry();
        assert_eq!(store.queue.capacity(), QUEUE - 2);
        release.send(()).unwrap();
    };
    let (put, ()) = tokio::join!(put_soon(&store, 1, "soon"), hurried);
    put.unwrap();
    assert_eq!(store.shared.patient.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn a_thousand_at_once_are_answered_in_a_few_groups() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let release = hold(&store).await;
    let all = join_all((0..1000).map(|key| put(&store, key, format!("note {key}"))));
    // All are queued before the first one is run: none gives way to the release.
    let all = tokio::task::unconstrained(all);
    let released = async { release.send(()).unwrap() };
    let (outcomes, ()) = tokio::join!(all, released);
    assert!(outcomes.iter().all(Result::is_ok));
    assert_eq!(texts(&store).await.len(), 1000);
    assert!(store.stats().groups <= 2, "{:?}", store.stats());
}

#[tokio::test]
async fn sequences_grow_over_restarts_and_apart_from_each_other() {
    let folder = tempfile::tempdir().unwrap();
    for start in 0..3 {
        let store = open(folder.path());
        for n in 1..=5 {
            let next = store.commit(|view| view.next_sequence(Sequence::Inbox)).await;
            assert_eq!(next, Ok(start * 5 + n));
        }
        let next = store.commit(|view| view.next_sequence(Sequence::Outbox)).await;
        assert_eq!(next, Ok(start + 1));
        store.close().await;
    }
}

#[tokio::test]
async fn long_records_grow_shrink_and_leave_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    for length in [10, 3_900, 4_000, 30_000, 900_000, 5_000, 12_000, 20] {
        let store = open(folder.path());
        let text = "ä".repeat(length / 2);
        put(&store, 1, text.clone()).await.unwrap();
        put(&store, 2, text.clone()).await.unwrap();
        assert_eq!(texts(&store).await, vec![(1, text.clone()), (2, text.clone())]);
        remove(&store, 2).await;
        store.close().await;
        // Opening counts the pieces: one that was left over would be damage.
        let store = open(folder.path());
        assert_eq!(texts(&store).await, vec![(1, text)]);
        store.close().await;
        let blobs = std::fs::read_dir(folder.path().join("db/blobs")).unwrap().count();
        assert_eq!(blobs, 0, "no value is long enough for a file of its own");
    }
}

#[tokio::test]
async fn a_group_of_many_megabytes_is_one_commit() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let text = "x".repeat(50_000);
    let expected: Vec<_> = (0..60).map(|key| (key, text.clone())).collect();
    let many =
        move |view: &mut View<'_>| (0..60).try_for_each(|key| view.put(&key, &note(text.clone())));
    store.commit(many).await.unwrap();
    assert_eq!(store.stats().groups, 1);
    store.close().await;
    assert_eq!(texts(&open(folder.path())).await, expected);
}

#[tokio::test]
async fn a_record_beyond_a_million_bytes_is_refused_and_named() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let error = put(&store, 1, "x".repeat(1_000_001)).await.unwrap_err();
    let StoreError::TooLarge { kind: "note", .. } = error else { panic!("{error}") };
    assert_eq!(texts(&store).await, []);
}

#[tokio::test]
async fn after_an_error_of_the_disk_nothing_is_acknowledged_any_more() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    put(&store, 1, "durable").await.unwrap();
    store.shared.fail_syncs.store(true, Ordering::SeqCst);
    let waiting = tokio::spawn({
        let store = store.clone();
        async move { store.failed().await }
    });
    let error = put(&store, 2, "not durable").await.unwrap_err();
    let StoreError::Io { doing: "syncing", .. } = &error else { panic!("{error}") };
    assert_eq!(waiting.await.unwrap(), error);
    // Closed for good, even though the disk would work again; reading included.
    store.shared.fail_syncs.store(false, Ordering::SeqCst);
    assert_eq!(put(&store, 3, "too late").await, Err(error.clone()));
    assert_eq!(store.read(all).await, Err(error.clone()));
    assert_eq!(store.backup(&folder.path().join("backup"), Timestamp(0)).await, Err(error));
    assert_eq!((store.stats().commits, store.stats().groups), (1, 1));
    store.close().await;
    // What was being written may be there or not; what came after is not.
    let store = open(folder.path());
    let there = texts(&store).await;
    assert!(there.contains(&(1, "durable".to_owned())));
    assert!(!there.iter().any(|(key, _)| *key == 3));
}

#[tokio::test]
async fn whoever_stops_waiting_does_not_undo_it() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let release = hold(&store).await;
    let mut waiting = Box::pin(put(&store, 1, "one"));
    assert!(futures_util::poll!(&mut waiting).is_pending());
    drop(waiting);
    release.send(()).unwrap();
    assert_eq!(texts(&store).await, expected(&[(1, "one")]));
}

#[tokio::test]
async fn closing_answers_what_is_queued_and_gives_up_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let release = hold(&store).await;
    let waiting = join_all((0..20).map(|key| put(&store, key, "queued")));
    let closing = async {
        release.send(()).unwrap();
        store.clone().close().await;
    };
    let (outcomes, ()) = tokio::join!(waiting, closing);
    assert!(outcomes.iter().all(Result::is_ok));
    assert_eq!(put(&store, 99, "too late").await, Err(StoreError::Closed));
    store.clone().close().await;
    assert_eq!(texts(&open(folder.path())).await.len(), 20);
}

#[tokio::test]
async fn the_second_one_to_open_it_is_told_so() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let error = Store::open(folder.path(), &super::keys()).unwrap_err();
    assert_eq!(error, StoreError::InUse { path: folder.path().to_owned() });
    assert_eq!(
        error.to_string(),
        format!(
            "the store in {} is in use by another process; stop that one first",
            folder.path().display()
        )
    );
    put(&store, 1, "still fine").await.unwrap();
}

#[tokio::test]
async fn sleds_own_lock_counts_too() {
    let folder = tempfile::tempdir().unwrap();
    open(folder.path()).close().await;
    let other = sled::Config::new().path(folder.path().join("db")).open().unwrap();
    let error = Store::open(folder.path(), &super::keys()).unwrap_err();
    assert_eq!(error, StoreError::InUse { path: folder.path().to_owned() });
    drop(other);
    open(folder.path()).close().await;
}

#[tokio::test]
async fn everything_it_makes_is_private() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a/data");
    let store = open(&path);
    let mode =
        |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    for made in [folder.path().join("a"), path.clone(), path.join("db")] {
        assert_eq!(mode(&made), 0o700, "{}", made.display());
    }
    for made in ["lock", "manifest", "db/db", "db/conf"] {
        assert_eq!(mode(&path.join(made)), 0o600, "{made}");
    }
    let backup = store.backup(&folder.path().join("backup"), Timestamp(0)).await.unwrap();
    assert_eq!(mode(&backup.file), 0o600);
}

#[tokio::test]
async fn each_commit_is_timed_and_counted() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let seen = Arc::new(Mutex::new(Vec::new()));
    let observer = Arc::clone(&seen);
    store.observe(move |took| observer.lock().unwrap().push(took));
    for key in 0..3 {
        put(&store, key, "text").await.unwrap();
    }
    put(&store, 3, "x".repeat(2_000_000)).await.unwrap_err();
    let stats = store.stats();
    assert_eq!((stats.commits, stats.groups, stats.records["note"]), (3, 3, 3));
    assert!(stats.bytes_on_disk > 0);
    let seen = seen.lock().unwrap();
    assert_eq!((seen.len(), seen.last()), (3, Some(&stats.last_commit)));
}

#[tokio::test]
async fn one_owners_records_are_read_page_by_page_to_the_very_last() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let keys = [[0; 32], [7; 32], [0xff; 32]];
    let pages = store.commit(move |view| {
        for gate in [i64::MIN, -1, 0, i64::MAX] {
            for key in keys {
                view.put(&(GateId(gate), key), &Holders { users: vec![UserId(1)] })?;
            }
        }
        let mut pages = Vec::new();
        for gate in [i64::MIN, -1, i64::MAX] {
            let mut after = None;
            loop {
                let page = view.scan_of::<Holders>(&GateId(gate), after.as_ref(), 2)?;
                let Some((last, _)) = page.last() else { break };
                after = Some(*last);
                pages.push(page.into_iter().map(|(key, _)| key).collect::<Vec<_>>());
            }
        }
        Ok(pages)
    });
    let of = |gate| [vec![(gate, keys[0]), (gate, keys[1])], vec![(gate, keys[2])]];
    let expected = [of(GateId(i64::MIN)), of(GateId(-1)), of(GateId(i64::MAX))].concat();
    assert_eq!(pages.await.unwrap(), expected);
    store.close().await;
}

/// A change of the model and of the store.
#[derive(Clone, Debug)]
enum Change {
    Put(u64, String),
    Remove(u64),
}

fn changes() -> impl Strategy<Value = Vec<Change>> {
    let put = (0..24_u64, "[a-z]{0,9}").prop_map(|(key, text)| Change::Put(key, text));
    prop::collection::vec(prop_oneof![2 => put, 1 => (0..24_u64).prop_map(Change::Remove)], 0..16)
}

fn apply(view: &mut View<'_>, changes: &[Change]) -> Result<(), StoreError> {
    for change in changes {
        match change {
            Change::Put(key, text) => view.put(key, &note(text.clone()))?,
            Change::Remove(key) => view.remove::<Note>(key),
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// A scan gives what a sorted map would give, whichever of disk, group and transaction a
    /// record is in.
    #[test]
    fn scans_agree_with_a_sorted_map(
        on_disk in changes(), in_group in changes(), own in changes(),
        from in prop::option::of(0..26_u64), until in prop::option::of(0..26_u64), limit in 0..30_usize,
    ) {
        let mut model = BTreeMap::new();
        for change in on_disk.iter().chain(&in_group).chain(&own) {
            match change {
                Change::Put(key, text) => model.insert(*key, text.clone()),
                Change::Remove(key) => model.remove(key),
            };
        }
        let within = |key: &u64| from.is_none_or(|from| *key >= from) && until.is_none_or(|until| *key < until);
        let model: Vec<_> = model.into_iter().filter(|(key, _)| within(key)).take(limit).collect();

        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let found = runtime.block_on(async {
            let folder = tempfile::tempdir().unwrap();
            let store = open(folder.path());
            store.commit(move |view| apply(view, &on_disk)).await.unwrap();
            let release = hold(&store).await;
            let group = store.commit(move |view| apply(view, &in_group));
            let scan = store.commit(move |view| {
                apply(view, &own)?;
                view.scan_until::<Note>(from.as_ref(), until.as_ref(), limit)
            });
            let (group, found, ()) = tokio::join!(group, scan, async { release.send(()).unwrap() });
            group.unwrap();
            store.close().await;
            found.unwrap()
        });
        let found: Vec<_> = found.into_iter().map(|(key, note)| (key, note.text)).collect();
        prop_assert_eq!(found, model);
    }
}
