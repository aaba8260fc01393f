//! What a restore leaves behind and tells; the rotation of backups; and backups that are rotten.

use std::fs;
use std::path::Path;
use std::time::Duration;

use sha2::{Digest, Sha256};

use super::super::backup::{self, Backup};
use super::super::disk::PIECES;
use super::super::records::{OutboxEntry, RestoreMark};
use super::super::restore::{Lost, Restored, put_back};
use super::super::rotation::Rotation;
use super::super::{Store, StoreError};
use super::{keys, open, put, texts};
use crate::machines::Work;
use crate::verification::address::{Address, Email};
use crate::verification::effect::{Effect, Letter, Order};
use crate::verification::restore::Restore;
use crate::verification::spending::Bill;
use crate::verification::{ChallengeId, ChatId, GateId, Hidden, Language, Timestamp, UserId};

const NOON: Timestamp = Timestamp(1_795_172_400_000);
const HOUR: Duration = Duration::from_secs(60 * 60);

/// A store with a record, backed up at noon, and two more records since.
async fn behind(folder: &Path) -> Backup {
    let path = folder.join("store");
    let store = open(&path);
    put(&store, 1, "one").await.unwrap();
    let made = store.backup(&folder.join("backup"), NOON).await.unwrap();
    put(&store, 2, "two").await.unwrap();
    put(&store, 3, "three").await.unwrap();
    store.close().await;
    made
}

fn restored(folder: &Path, made: &Backup, now: Timestamp) -> Restored {
    put_back(&made.file, &folder.join("store"), &keys(), true, now).unwrap()
}

#[tokio::test]
async fn a_restore_says_what_is_lost_and_marks_the_store() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    let made = behind(folder.path()).await;
    assert_eq!(backup::verify(&path, &keys()).unwrap().restore, None);
    let now = NOON.after(HOUR);
    let done = restored(folder.path(), &made, now);
    let mark = Restore { taken: Some(NOON), at: now };
    assert_eq!(done.mark, mark);
    let Lost::Known { commits: 2, records: 3, last: Some(_) } = done.lost else {
        panic!("{:?}", done.lost)
    };
    assert_eq!(backup::verify(&path, &keys()).unwrap().restore, Some(mark));
    let store = open(&path);
    let kept = store.read(|view| view.get::<RestoreMark>(&())).await.unwrap();
    assert_eq!(kept, Some(RestoreMark(mark)));
    assert_eq!(texts(&store).await.len(), 1);

    // A backup of that has the mark in it: a restore of it soon after forgets both times.
    let second = store.backup(&folder.path().join("second"), now.after(HOUR)).await.unwrap();
    store.close().await;
    let done = restored(folder.path(), &second, now.after(2 * HOUR));
    assert_eq!(done.mark, Restore { taken: Some(NOON), at: now.after(2 * HOUR) });
    // And one after days only its own.
    let done = restored(folder.path(), &second, now.after(48 * HOUR));
    assert_eq!(done.mark, Restore { taken: Some(now.after(HOUR)), at: now.after(48 * HOUR) });
    assert_eq!(done.lost, Lost::Unknown, "the store there now is not the one of the backup");
}

#[tokio::test]
async fn without_a_manifest_nobody_can_say_how_much_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let made = behind(folder.path()).await;
    fs::remove_file(folder.path().join("store/manifest")).unwrap();
    assert_eq!(restored(folder.path(), &made, NOON).lost, Lost::Unknown);
}

#[tokio::test]
async fn a_code_that_waited_to_be_sent_counts_as_maybe_sent_after_a_restore() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    let store = open(&path);
    let letter = Letter {
        address: Address::Email(Email::parse("nora@example.org").unwrap()),
        code: Hidden::new("482913"),
        number: 1,
        phrase: "amber falcon".to_owned(),
        group: "Rust Berlin".to_owned(),
        lives: HOUR,
        expires: NOON.after(HOUR),
        tap: Hidden::new("c"),
        opt_out: Hidden::new("u"),
        withheld: false,
        bill: Bill::default(),
    };
    let (gate, challenge) = (GateId(-1), ChallengeId(7));
    let effects = [Effect::RetireButtons, Effect::SendCode { gate, challenge, letter }];
    for (seq, effect) in (1..).zip(effects) {
        let (user, chat, language) = (UserId(7), ChatId(7), Language::default());
        let order = Order { user, chat, language, deadline: None, effect };
        let order = Work::Verification(order);
        let entry = OutboxEntry { order, queued: NOON, started: false, attempts: 0 };
        store.commit(move |view| view.put(&seq, &entry)).await.unwrap();
    }
    let made = store.backup(&folder.path().join("backup"), NOON).await.unwrap();
    store.close().await;
    restored(folder.path(), &made, NOON);
    let store = open(&path);
    let outbox = store.read(|view| view.scan::<OutboxEntry>(None, 9)).await.unwrap();
    let started: Vec<_> = outbox.iter().map(|(seq, entry)| (*seq, entry.started)).collect();
    assert_eq!(started, [(1, false), (2, true)]);
}

/// The backup with one byte of it changed and a sum that fits again.
fn rotten(file: &Path, at: usize) -> Vec<u8> {
    let mut bytes = fs::read(file).unwrap();
    bytes[at] ^= 1;
    let end = bytes.len() - 32;
    let sum = Sha256::digest(&bytes[..end]);
    bytes[end..].copy_from_slice(&sum);
    bytes
}

#[tokio::test]
async fn a_backup_that_is_rotten_inside_is_refused_though_its_sum_fits() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    let store = open(&path);
    put(&store, 1, "one").await.unwrap();
    put(&store, 2, "long ".repeat(1_000)).await.unwrap();
    let made = store.backup(&folder.path().join("backup"), NOON).await.unwrap();
    store.close().await;
    let (bytes, bent) = (fs::read(&made.file).unwrap(), folder.path().join("bent"));
    let head = bytes.iter().position(|byte| *byte == b'}').unwrap();
    let values = head + bytes[head..].iter().position(|byte| *byte == b'}').unwrap() + 1;
    let elsewhere = folder.path().join("elsewhere");
    let mut refused = 0;
    for at in (values..bytes.len() - 44).step_by(13) {
        fs::write(&bent, rotten(&made.file, at)).unwrap();
        let error = put_back(&bent, &elsewhere, &keys(), false, NOON).unwrap_err();
        assert!(matches!(error, StoreError::BadBackup { .. }), "byte {at}: {error}");
        assert!(!elsewhere.exists(), "byte {at}");
        refused += 1;
    }
    assert!(refused > 300, "{refused}");
}

#[tokio::test]
async fn a_backup_with_a_piece_in_the_wrong_place_is_refused_before_anything_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder.path().join("store"));
    put(&store, 1, "long ".repeat(1_000)).await.unwrap();
    let made = store.backup(&folder.path().join("backup"), NOON).await.unwrap();
    store.close().await;
    let bytes = fs::read(&made.file).unwrap();
    let number = |at: usize| u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap()) as usize;
    let mut at = bytes.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    at += 4 + number(at);
    let (bent, elsewhere) = (folder.path().join("bent"), folder.path().join("elsewhere"));
    let mut refused = 0;
    while number(at) != u32::MAX as usize {
        let (key, value) = (at + 8, at + 8 + number(at));
        at = value + number(at + 4);
        if bytes[key] == PIECES {
            fs::write(&bent, rotten(&made.file, value - 1)).unwrap();
            let error = put_back(&bent, &elsewhere, &keys(), false, NOON).unwrap_err();
            assert!(matches!(error, StoreError::BadBackup { .. }), "{error}");
            assert!(!elsewhere.exists());
            refused += 1;
        }
    }
    assert!(refused > 0);
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[tokio::test]
async fn the_newest_backups_are_kept_and_nothing_else_is_touched() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder.path().join("store"));
    put(&store, 1, "one").await.unwrap();
    let backups = folder.path().join("deep/backups");
    let rotation = Rotation { every: Some(HOUR), keep: 2, folder: backups.clone() };
    assert!(rotation.is_due(NOON) && rotation.newest(NOON).is_none());
    rotation.turn(&store, NOON).await.unwrap();
    assert!(!rotation.is_due(NOON.after(HOUR / 2)));
    assert!(rotation.is_due(NOON.after(HOUR)));
    fs::write(backups.join("gate.backup"), "the host's own").unwrap();
    let left = "countersign-20261120T113000Z.backup.unfinished";
    fs::write(backups.join(left), "of a process that died").unwrap();
    for hours in 1..4 {
        rotation.turn(&store, NOON.after(hours * HOUR)).await.unwrap();
    }
    let kept = [
        "countersign-20261120T130000Z.backup",
        "countersign-20261120T140000Z.backup",
        "gate.backup",
    ];
    assert_eq!(names(&backups), kept);
    let newest = rotation.newest(NOON.after(9 * HOUR)).unwrap();
    assert_eq!(newest.taken, NOON.after(3 * HOUR));
    put_back(&newest.file, &folder.path().join("elsewhere"), &keys(), false, NOON).unwrap();

    // The clock was years ahead, and is right again: backups go on, and the newest is the newest.
    fs::rename(backups.join(kept[0]), backups.join("countersign-20361120T130000Z.backup")).unwrap();
    let now = NOON.after(5 * HOUR);
    assert!(rotation.is_due(now));
    rotation.turn(&store, now).await.unwrap();
    assert_eq!(names(&backups)[..2], [kept[1], "countersign-20261120T160000Z.backup"]);
    let off = Rotation { every: None, ..rotation };
    assert!(!off.is_due(NOON.after(1_000 * HOUR)));
}

#[tokio::test]
async fn a_backup_that_cannot_be_made_takes_none_away_and_harms_no_store() {
    let folder = tempfile::tempdir().unwrap();
    let store: Store = open(&folder.path().join("store"));
    let backups = folder.path().join("backups");
    let rotation = Rotation { every: Some(HOUR), keep: 1, folder: backups.clone() };
    rotation.turn(&store, NOON).await.unwrap();
    let before = names(&backups);
    // A folder where the file should be put.
    fs::create_dir(backups.join("countersign-20261120T120000Z.backup")).unwrap();
    let error = rotation.turn(&store, NOON.after(HOUR)).await.unwrap_err();
    assert!(matches!(error, StoreError::Io { .. }), "{error}");
    fs::remove_dir(backups.join("countersign-20261120T120000Z.backup")).unwrap();
    assert_eq!(names(&backups), before);
    put(&store, 1, "goes on").await.unwrap();

    let nowhere = Rotation { folder: "/proc/backups".into(), ..rotation };
    let error = nowhere.turn(&store, NOON).await.unwrap_err().to_string();
    assert!(error.starts_with("writing in /proc/backups failed: "), "{error}");
    put(&store, 2, "and on").await.unwrap();
}
