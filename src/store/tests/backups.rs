//! Backups: whole, checked, and put back without ever losing what was there.

use std::fs;
use std::path::Path;

use futures_util::future::join_all;

use super::super::backup::{self, Backup};
use super::super::restore;
use super::super::{SealKey, Sequence, Store, StoreError};
use super::{all, copy_folder, expected, keys, note, open, put, texts};
use crate::verification::Timestamp;

const NOW: Timestamp = Timestamp(1_795_172_400_000);

/// A store with a few records, closed, and its backup.
async fn backed_up(folder: &Path) -> Backup {
    let path = folder.join("store");
    let store = open(&path);
    put(&store, 1, "one").await.unwrap();
    put(&store, 2, "long ".repeat(1_000)).await.unwrap();
    store.commit(|view| view.next_sequence(Sequence::Inbox)).await.unwrap();
    store.close().await;
    backup::write(&path, &keys(), &folder.join("backup"), NOW).unwrap()
}

fn bad(error: &StoreError) -> &str {
    let StoreError::BadBackup { what, .. } = error else { panic!("no bad backup: {error}") };
    what
}

#[tokio::test]
async fn a_backup_put_into_an_empty_folder_is_the_same_store() {
    let folder = tempfile::tempdir().unwrap();
    let made = backed_up(folder.path()).await;
    assert_eq!((made.records["note"], made.bytes), (2, fs::metadata(&made.file).unwrap().len()));
    assert!(made.to_string().contains("the secret key is not in it"));
    let path = folder.path().join("elsewhere/data");
    let restored = restore::put_back(&made.file, &path, &keys(), false, NOW).unwrap();
    assert_eq!((restored.records["note"], restored.kept), (2, None));
    assert_eq!(backup::verify(&path, &keys()).unwrap().records["note"], 2);
    let store = open(&path);
    assert_eq!(texts(&store).await, [(1, "one".to_owned()), (2, "long ".repeat(1_000))]);
    assert_eq!(store.commit(|view| view.next_sequence(Sequence::Inbox)).await, Ok(2));
    store.close().await;
    let mut left: Vec<_> =
        fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    left.sort();
    assert_eq!(left, ["db", "lock", "manifest"]);
}

#[tokio::test]
async fn a_store_is_replaced_only_if_told_so_and_is_kept_aside() {
    let folder = tempfile::tempdir().unwrap();
    let made = backed_up(folder.path()).await;
    let path = folder.path().join("store");
    let store = open(&path);
    put(&store, 3, "since then").await.unwrap();
    store.close().await;
    let refused = restore::put_back(&made.file, &path, &keys(), false, NOW).unwrap_err();
    assert_eq!(refused, StoreError::Occupied { path: path.clone() });
    for round in 1..3 {
        let restored = restore::put_back(&made.file, &path, &keys(), true, NOW).unwrap();
        let kept = path.join(format!("before-restore-{round}"));
        assert_eq!(restored.kept, Some(kept));
    }
    let store = open(&path);
    assert_eq!(texts(&store).await.len(), 2);
    store.close().await;
    // What was there before is a whole store still.
    let kept = open(&path.join("before-restore-1"));
    assert_eq!(texts(&kept).await.last().unwrap().1, "since then");
}

#[tokio::test]
async fn a_damaged_store_is_put_back() {
    let folder = tempfile::tempdir().unwrap();
    let made = backed_up(folder.path()).await;
    let path = folder.path().join("store");
    fs::remove_dir_all(path.join("db")).unwrap();
    assert!(Store::open(&path, &keys()).unwrap_err().is_damage());
    restore::put_back(&made.file, &path, &keys(), true, NOW).unwrap();
    assert_eq!(texts(&open(&path)).await.len(), 2);
}

#[tokio::test]
async fn a_backup_of_a_running_store_is_one_moment_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder.path().join("store"));
    // Each transaction writes its number twice, and a record of its own.
    let transaction = || {
        store.commit(|view| {
            let number = view.next_sequence(Sequence::Inbox)?;
            view.put(&0, &note(number.to_string()))?;
            view.put(&1, &note(number.to_string()))?;
            view.put(&(number + 10), &note("filler".repeat(50)))
        })
    };
    let one_after_another = || async {
        for _ in 0..50 {
            transaction().await.unwrap();
        }
    };
    let to = folder.path().join("backup");
    let commits = join_all((0..8).map(|_| one_after_another()));
    let backups = async {
        let mut moments = Vec::new();
        for round in 0..4 {
            let made = store.backup(&to, NOW).await.unwrap();
            let path = folder.path().join(format!("restored-{round}"));
            restore::put_back(&made.file, &path, &keys(), false, NOW).unwrap();
            let restored = open(&path);
            moments.push(restored.read(all).await.unwrap());
            restored.close().await;
        }
        moments
    };
    let (_, moments) = tokio::join!(commits, backups);
    for moment in moments {
        if let [(0, first), (1, second), rest @ ..] = &moment[..] {
            assert_eq!(first, second);
            assert_eq!(first.parse(), Ok(rest.len()));
        } else {
            assert_eq!(moment, []);
        }
    }
}

#[tokio::test]
async fn a_backup_with_a_flipped_bit_or_cut_short_is_refused_before_anything_is_touched() {
    let folder = tempfile::tempdir().unwrap();
    let made = backed_up(folder.path()).await;
    let (bytes, bent) = (fs::read(&made.file).unwrap(), folder.path().join("bent"));
    let path = folder.path().join("restored");
    let refused = |what: &str| {
        let error = restore::put_back(&bent, &path, &keys(), false, NOW).unwrap_err();
        assert!(!bad(&error).is_empty(), "{what}");
        assert!(!path.exists(), "{what}");
    };
    for at in (0..bytes.len()).step_by(3) {
        let mut bytes = bytes.clone();
        bytes[at] ^= 1 << (at % 8);
        fs::write(&bent, bytes).unwrap();
        refused(&format!("byte {at}"));
    }
    for length in (0..bytes.len()).step_by(31) {
        fs::write(&bent, &bytes[..length]).unwrap();
        refused(&format!("length {length}"));
    }
    fs::write(&bent, [&bytes[..], b"more"].concat()).unwrap();
    refused("longer");
}

#[tokio::test]
async fn a_backup_under_another_key_names_the_key() {
    let folder = tempfile::tempdir().unwrap();
    let made = backed_up(folder.path()).await;
    let path = folder.path().join("restored");
    let other = SealKey::new([1; 32]);
    let error = restore::put_back(&made.file, &path, &other, false, NOW).unwrap_err();
    assert!(bad(&error).contains("another secret key"), "{error}");
    let error = backup::write(&folder.path().join("store"), &other, &made.file, NOW).unwrap_err();
    assert!(matches!(error, StoreError::WrongKey { .. }), "{error}");
}

#[tokio::test]
async fn a_restore_that_was_cut_off_is_never_a_new_or_a_half_store() {
    let folder = tempfile::tempdir().unwrap();
    let made = backed_up(folder.path()).await;
    let (before, after) = (folder.path().join("store"), folder.path().join("after"));
    restore::put_back(&made.file, &after, &keys(), false, NOW).unwrap();
    let cut = folder.path().join("cut");
    let lay = |pieces: &[(&Path, &str, &str)]| {
        let _ = fs::remove_dir_all(&cut);
        fs::create_dir_all(&cut).unwrap();
        for (from, name, to) in pieces {
            let (from, to) = (from.join(name), cut.join(to));
            if from.is_dir() {
                copy_folder(&from, &to);
            } else {
                fs::create_dir_all(to.parent().unwrap()).unwrap();
                fs::copy(from, to).unwrap();
            }
        }
    };
    let scratch: [(&Path, &str, &str); 2] =
        [(&after, "db", "restoring/db"), (&after, "manifest", "restoring/manifest")];
    // Into an empty folder: built; data in place. Over a store: data moved aside; new data in place.
    let cuts: [&[(&Path, &str, &str)]; 4] = [
        &scratch,
        &[(&after, "db", "db"), scratch[1]],
        &[(&before, "manifest", "manifest"), scratch[0], scratch[1]],
        &[(&before, "manifest", "manifest"), (&after, "db", "db"), scratch[1]],
    ];
    for (round, pieces) in cuts.into_iter().enumerate() {
        lay(pieces);
        let error = Store::open(&cut, &keys()).unwrap_err();
        assert!(error.is_damage(), "{round}: {error}");
        restore::put_back(&made.file, &cut, &keys(), true, NOW).unwrap();
        let store = open(&cut);
        assert_eq!(texts(&store).await.len(), 2, "{round}");
        store.close().await;
    }
    // Until the old data is moved, the old store is what there is.
    lay(&[(&before, "db", "db"), (&before, "manifest", "manifest"), scratch[0]]);
    assert_eq!(texts(&open(&cut)).await.len(), 2);
}

#[tokio::test]
async fn only_a_stopped_store_that_is_there_is_backed_up_by_command() {
    let folder = tempfile::tempdir().unwrap();
    let (path, to) = (folder.path().join("store"), folder.path().join("backup"));
    let missing = StoreError::Missing { path: path.clone() };
    assert_eq!(backup::write(&path, &keys(), &to, NOW), Err(missing.clone()));
    assert_eq!(backup::verify(&path, &keys()), Err(missing));
    assert!(!path.exists(), "looking made nothing");
    let store = open(&path);
    put(&store, 1, "one").await.unwrap();
    let in_use = StoreError::InUse { path: path.clone() };
    assert_eq!(backup::write(&path, &keys(), &to, NOW), Err(in_use.clone()));
    assert_eq!(backup::verify(&path, &keys()), Err(in_use.clone()));
    let made = store.backup(&to, NOW).await.unwrap();
    assert_eq!(restore::put_back(&made.file, &path, &keys(), true, NOW), Err(in_use));
    // A file that cannot be written harms the backup, not the store.
    let error = store.backup(&folder.path().join("no/such/folder"), NOW).await.unwrap_err();
    assert!(matches!(error, StoreError::Io { .. }), "{error}");
    put(&store, 2, "two").await.unwrap();
    assert_eq!(texts(&store).await, expected(&[(1, "one"), (2, "two")]));
}
