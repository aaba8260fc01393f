//! Damage of every sort is found at the start and named; a store never opens with less in it than
//! it had.

use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use super::super::manifest::{Manifest, Mark, State};
use super::super::opening::sealed_tally;
use super::super::tally::{SCHEMA, TALLY_KEY, Tally};
use super::super::{Record, SealKey, Store, StoreError, backup};
use super::{Note, all, copy_folder, keys, note, open, put, remove, texts};

/// A store with short and long records, changed and removed over several starts, closed.
async fn used(folder: &Path) -> Vec<(u64, String)> {
    for round in 0..4_u64 {
        let store = open(folder);
        for step in 0..10_u64 {
            let notes = (0..20_u64).map(move |n| (n * 10 + step, format!("{round} {step} {n}")));
            store
                .commit(move |view| {
                    for (key, text) in notes {
                        view.put(&key, &note(text.repeat(if key % 50 == 7 { 2_000 } else { 9 })))?;
                    }
                    Ok(())
                })
                .await
                .unwrap();
        }
        remove(&store, round * 3).await;
        store.close().await;
    }
    let store = open(folder);
    let all = texts(&store).await;
    store.close().await;
    assert!(all.len() > 190);
    all
}

/// What an attempt to open and read it comes to: everything that was there, or the reason why not.
async fn outcome(folder: &Path, everything: &[(u64, String)]) -> Result<(), StoreError> {
    let store = Store::open(folder, &keys())?;
    // Of a store that was closed well, what is in a record is looked at when it is read.
    let read = store.read(all).await;
    store.close().await;
    assert!(read? == everything, "it opened with something else in it");
    Ok(())
}

fn named(error: &StoreError) -> &str {
    let StoreError::Damaged { what, .. } = error else { panic!("no damage: {error}") };
    what
}

/// A store of which nearly everything that was ever written still counts, closed.
async fn fresh(folder: &Path) -> Vec<(u64, String)> {
    for round in 0..2_u64 {
        let store = open(folder);
        for key in 0..60_u64 {
            put(&store, round * 100 + key, format!("{round} {key} ").repeat(40)).await.unwrap();
        }
        store.close().await;
    }
    let store = open(folder);
    let all = texts(&store).await;
    store.close().await;
    assert_eq!(all.len(), 120);
    all
}

#[tokio::test]
async fn a_flipped_bit_anywhere_is_harmless_or_named() {
    let folder = tempfile::tempdir().unwrap();
    let sound = folder.path().join("fresh");
    let all = fresh(&sound).await;
    assert!(flip_bits(&sound, "db/db", &all).await >= 10);
}

#[tokio::test]
async fn a_flipped_bit_in_a_much_used_store_is_harmless_or_named() {
    let folder = tempfile::tempdir().unwrap();
    let sound = folder.path().join("used");
    let all = used(&sound).await;
    // The log holds a lot that was written over since: most bits of that may be flipped unseen.
    assert!(flip_bits(&sound, "db/db", &all).await >= 5);
}

#[tokio::test]
async fn a_flipped_bit_after_a_kill_is_harmless_or_named() {
    let folder = tempfile::tempdir().unwrap();
    let (path, killed) = (folder.path().join("store"), folder.path().join("killed"));
    let mut all = fresh(&path).await;
    // What a kill leaves behind: sled has to replay all that was written since the start, and
    // takes a bad byte in there for the end of its log. The newest is in the journal alone.
    let store = Store::with_journal(&path, &keys(), 8_000).unwrap();
    for key in 1_000..1_060 {
        put(&store, key, format!("{key} ").repeat(40)).await.unwrap();
        all.push((key, format!("{key} ").repeat(40)));
    }
    copy_folder(&path, &killed);
    store.close().await;
    assert!(flip_bits(&killed, "db/db", &all).await >= 10);
    let found = flip_bits(&killed, "db/journal.0", &all).await;
    assert!(found + flip_bits(&killed, "db/journal.1", &all).await >= 5);
}

/// A store that was killed with the newest commits in its journal alone.
async fn killed(folder: &Path) -> Vec<(u64, String)> {
    let store = open(&folder.with_extension("living"));
    for key in 0..30_u64 {
        put(&store, key, format!("{key} ").repeat(40)).await.unwrap();
    }
    remove(&store, 7).await;
    let all = texts(&store).await;
    copy_folder(&folder.with_extension("living"), folder);
    store.close().await;
    all
}

#[tokio::test]
async fn a_journal_that_was_cut_short_or_is_gone_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let sound = folder.path().join("sound");
    let all = killed(&sound).await;
    let length = fs::metadata(sound.join("db/journal.0")).unwrap().len();
    for part in (0..32).rev() {
        let bent = folder.path().join("bent");
        copy_folder(&sound, &bent);
        let file = File::options().write(true).open(bent.join("db/journal.0")).unwrap();
        file.set_len(length * part / 32).unwrap();
        let error = outcome(&bent, &all).await.unwrap_err();
        assert!(named(&error).starts_with("its newest commits are missing ("), "{error}");
        fs::remove_dir_all(&bent).unwrap();
    }
    fs::remove_file(sound.join("db/journal.0")).unwrap();
    let error = outcome(&sound, &all).await.unwrap_err();
    assert_eq!(named(&error), "its newest commits are missing (31)");
}

/// After a power cut the manifest may know less than the journal.
#[tokio::test]
async fn a_commit_that_was_cut_off_is_no_damage_and_one_in_the_middle_is() {
    let folder = tempfile::tempdir().unwrap();
    let sound = folder.path().join("sound");
    let all = killed(&sound).await;
    let id = Manifest::read(&sound).unwrap().unwrap().store().to_owned();
    Manifest::replace(&sound, State::Ready, &id, &keys(), Mark::default()).unwrap();
    let bytes = fs::read(sound.join("db/journal.0")).unwrap();
    let frames: Vec<usize> =
        (0..bytes.len()).filter(|at| bytes[*at..].starts_with(b"csgroup\n")).collect();
    assert_eq!(frames.len(), 31);
    let mut before_the_last = all.clone();
    before_the_last.insert(7, (7, "7 ".repeat(40)));
    for (place, at) in frames.iter().enumerate() {
        for offset in [0, 5, 10, 19, 30, 50, 65] {
            let bent = folder.path().join("bent");
            copy_folder(&sound, &bent);
            let at = at + offset;
            let file = File::options().write(true).open(bent.join("db/journal.0")).unwrap();
            file.write_all_at(&[bytes[at] ^ 4], at as u64).unwrap();
            if place == 30 {
                outcome(&bent, &before_the_last).await.unwrap();
            } else {
                let error = outcome(&bent, &all).await.unwrap_err();
                let due = format!("commit {} in its journal cannot be read", place + 1);
                assert_eq!(named(&error), due);
                // Nor does another start, or a look by command, go on without it.
                assert_eq!(outcome(&bent, &all).await.unwrap_err(), error);
                assert_eq!(backup::verify(&bent, &keys()).unwrap_err(), error);
                assert_eq!(outcome(&bent, &all).await.unwrap_err(), error);
            }
            fs::remove_dir_all(&bent).unwrap();
        }
    }
}

#[tokio::test]
async fn another_stores_journal_is_not_played() {
    let folder = tempfile::tempdir().unwrap();
    let (one, other) = (folder.path().join("one"), folder.path().join("other"));
    killed(&one).await;
    let store = open(&other);
    put(&store, 1_000, "its own").await.unwrap();
    store.close().await;
    fs::copy(one.join("db/journal.0"), other.join("db/journal.0")).unwrap();
    fs::copy(one.join("db/journal.0"), other.join("db/journal.1")).unwrap();
    outcome(&other, &[(1_000, "its own".to_owned())]).await.unwrap();
}

/// Opens copies of `sound` with one bit flipped, here and there all over a file; how many of them
/// were named as damage. In the others everything must be there.
async fn flip_bits(sound: &Path, name: &str, all: &[(u64, String)]) -> usize {
    let bytes = fs::read(sound.join(name)).unwrap();
    // Most of the file is empty space at the end of a segment; what is written is what matters.
    let written: Vec<usize> = (0..bytes.len()).filter(|at| bytes[*at] != 0).collect();
    let bent = sound.with_extension("bent");
    let mut found = 0;
    copy_folder(sound, &bent);
    outcome(&bent, all).await.expect("it is sound before a bit is flipped");
    fs::remove_dir_all(&bent).unwrap();
    for round in 0..100 {
        copy_folder(sound, &bent);
        let at = written[written.len() * round / 100];
        let file = File::options().write(true).open(bent.join(name)).unwrap();
        file.write_all_at(&[bytes[at] ^ (1 << (round % 8))], at as u64).unwrap();
        if let Err(error) = outcome(&bent, all).await {
            assert!(!named(&error).is_empty());
            assert!(error.to_string().contains("countersign store restore"), "{error}");
            found += 1;
        }
        fs::remove_dir_all(&bent).unwrap();
    }
    found
}

#[tokio::test]
async fn a_file_that_was_cut_short_is_harmless_or_named() {
    let folder = tempfile::tempdir().unwrap();
    let sound = folder.path().join("sound");
    let all = used(&sound).await;
    let length = fs::metadata(sound.join("db/db")).unwrap().len();
    let mut found = 0;
    for part in 0..16 {
        let bent = folder.path().join("bent");
        copy_folder(&sound, &bent);
        let file = File::options().write(true).open(bent.join("db/db")).unwrap();
        file.set_len(length * part / 16).unwrap();
        if let Err(error) = outcome(&bent, &all).await {
            assert!(!named(&error).is_empty());
            found += 1;
        }
        fs::remove_dir_all(&bent).unwrap();
    }
    assert!(found >= 8, "{found}");
}

#[tokio::test]
async fn another_look_at_a_file_that_was_cut_finds_no_more_than_the_first() {
    let folder = tempfile::tempdir().unwrap();
    let (path, killed) = (folder.path().join("store"), folder.path().join("killed"));
    let store = open(&path);
    for round in 0..60_u64 {
        for key in 0..20 {
            let times = if key == 0 && round % 3 == 0 { 20_000 } else { 40 };
            put(&store, key, format!("{round} {key} ").repeat(times)).await.unwrap();
        }
    }
    let all = texts(&store).await;
    copy_folder(&path, &killed);
    store.close().await;
    let length = fs::metadata(killed.join("db/db")).unwrap().len();
    let (mut whole, mut damaged) = (0, 0);
    for part in 0..24 {
        let bent = folder.path().join("bent");
        copy_folder(&killed, &bent);
        let file = File::options().write(true).open(bent.join("db/db")).unwrap();
        file.set_len(length * (24 + part) / 48).unwrap();
        match outcome(&bent, &all).await {
            Ok(()) => whole += 1,
            Err(first) => {
                let second = outcome(&bent, &all).await;
                assert!(second.is_err(), "part {part}: {first}, and then all is there");
                damaged += 1;
            }
        }
        fs::remove_dir_all(&bent).unwrap();
    }
    assert!(damaged > 0, "{whole} whole");
}

#[tokio::test]
async fn whatever_file_is_gone_or_empty_it_is_never_a_new_store() {
    let folder = tempfile::tempdir().unwrap();
    let sound = folder.path().join("sound");
    let all = used(&sound).await;
    let snapshot = fs::read_dir(sound.join("db")).unwrap().find_map(|entry| {
        let name = entry.unwrap().file_name().into_string().unwrap();
        name.starts_with("snap.").then(|| format!("db/{name}"))
    });
    let snapshot = snapshot.expect("sled wrote a snapshot");
    let damage: &[(&str, Option<&str>)] = &[
        ("db", Some("its data file db/db is gone")),
        ("db/db", Some("its data file db/db is gone")),
        ("manifest", Some("its manifest is gone")),
        ("db/conf", None),
        ("db/blobs", None),
        (&snapshot, None),
    ];
    for (gone, what) in damage {
        let bent = folder.path().join("bent");
        copy_folder(&sound, &bent);
        let path = bent.join(gone);
        if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) }.unwrap();
        match (outcome(&bent, &all).await, what) {
            (Err(error), Some(what)) => assert_eq!(named(&error), *what, "{gone}"),
            (Ok(()), Some(_)) => panic!("{gone} was not missed"),
            (Err(error), None) => assert!(!named(&error).is_empty()),
            (Ok(()), None) => {}
        }
        // Nor at the next start, with what the first attempt left behind.
        if what.is_some() {
            let error = outcome(&bent, &all).await.unwrap_err();
            assert!(error.is_damage(), "{gone}: {error}");
        }
        fs::remove_dir_all(&bent).unwrap();
    }
    for emptied in ["db/db", "db/conf", "manifest", &snapshot] {
        let bent = folder.path().join("bent");
        copy_folder(&sound, &bent);
        fs::write(bent.join(emptied), "").unwrap();
        if let Err(error) = outcome(&bent, &all).await {
            assert!(!named(&error).is_empty(), "{emptied}");
        }
        fs::remove_dir_all(&bent).unwrap();
    }
}

/// Of a store that was closed well, no record is looked for at the start: whatever has changed in
/// sled since then ends that.
#[tokio::test]
async fn what_was_closed_well_is_believed_only_as_it_was_closed() {
    let folder = tempfile::tempdir().unwrap();
    let sound = folder.path().join("sound");
    let all = fresh(&sound).await;
    let closed = Manifest::read(&sound).unwrap().unwrap().closed();
    assert!(closed.is_some());
    let bend = |name: &str, bending: &dyn Fn(&Path)| {
        let bent = folder.path().join(name);
        copy_folder(&sound, &bent);
        bending(&bent);
        bent
    };
    let one = [&[Note::KIND][..], &Note::encode_key(&7)].concat();
    let removed = bend("removed", &|bent| drop(tamper(bent, |db| db.remove(&one).unwrap())));
    let error = outcome(&removed, &all).await.unwrap_err();
    assert_eq!(named(&error), "119 of 120 records of kind note are there");
    // A bit of the index, and the length of the file that it leads into.
    let snapshot = bend("snapshot", &|bent| {
        let path = fs::read_dir(bent.join("db")).unwrap().map(|entry| entry.unwrap().path());
        let is_snapshot = |path: &PathBuf| path.to_string_lossy().contains("/snap.");
        let path = path.into_iter().find(is_snapshot).unwrap();
        let mut bytes = fs::read(&path).unwrap();
        bytes[20] ^= 1;
        fs::write(path, bytes).unwrap();
    });
    let cut = bend("cut", &|bent| {
        let file = File::options().write(true).open(bent.join("db/db")).unwrap();
        file.set_len(closed.unwrap().length / 2).unwrap();
    });
    for bent in [snapshot, cut] {
        // sled may find everything all the same.
        if let Err(error) = outcome(&bent, &all).await {
            assert!(!named(&error).is_empty());
        }
    }
    // While it is open, nothing is believed.
    let open = open(&sound);
    assert_eq!(Manifest::read(&sound).unwrap().unwrap().closed(), None);
    open.close().await;
    assert!(Manifest::read(&sound).unwrap().unwrap().closed().is_some());
}

/// What is inside of a record is looked at when it is read; that it was found damaged once is not
/// forgotten by the next start.
#[tokio::test]
async fn a_record_that_is_rotten_inside_is_found_when_it_is_read_and_at_each_start_after_that() {
    let folder = tempfile::tempdir().unwrap();
    let sound = folder.path().join("sound");
    let all = fresh(&sound).await;
    let bytes = fs::read(sound.join("db/db")).unwrap();
    let written: Vec<usize> = (0..bytes.len()).filter(|at| bytes[*at] != 0).collect();
    let mut found = 0;
    for round in 0..40 {
        let bent = folder.path().join("bent");
        copy_folder(&sound, &bent);
        let at = written[written.len() * round / 40];
        let file = File::options().write(true).open(bent.join("db/db")).unwrap();
        file.write_all_at(&[bytes[at] ^ 1], at as u64).unwrap();
        if let Err(error) = outcome(&bent, &all).await {
            assert!(!named(&error).is_empty());
            assert!(Store::open(&bent, &keys()).unwrap_err().is_damage(), "{round}: {error}");
            found += 1;
        }
        fs::remove_dir_all(&bent).unwrap();
        copy_folder(&sound, &bent);
        let file = File::options().write(true).open(bent.join("db/db")).unwrap();
        file.write_all_at(&[bytes[at] ^ 1], at as u64).unwrap();
        if let Err(error) = backup::verify(&bent, &keys()) {
            assert!(error.is_damage(), "{round}: {error}");
            assert!(Store::open(&bent, &keys()).unwrap_err().is_damage(), "{round}: {error}");
        }
        fs::remove_dir_all(&bent).unwrap();
    }
    assert!(found > 0);
}

/// sled takes a snapshot that it had begun for one that it had finished.
#[tokio::test]
async fn a_snapshot_that_was_cut_off_is_no_damage() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    let all = used(&path).await;
    for draft in ["", "half a snapshot"] {
        let begun = path.join("db/snap.7FFFFFFFFFFFFFFF.generating");
        fs::write(&begun, draft).unwrap();
        outcome(&path, &all).await.unwrap();
        assert!(!begun.exists());
    }
    // What stops sled on the way leaves no trace.
    assert_eq!(fs::read_dir(path.join("db/blobs")).unwrap().count(), 0);
}

#[tokio::test]
async fn data_of_a_while_ago_is_not_taken_for_the_newest() {
    let folder = tempfile::tempdir().unwrap();
    let (path, old) = (folder.path().join("store"), folder.path().join("old"));
    let store = open(&path);
    put(&store, 1, "wrong tries: 1").await.unwrap();
    store.close().await;
    copy_folder(&path.join("db"), &old);
    let store = open(&path);
    for tries in 2..5 {
        put(&store, 1, format!("wrong tries: {tries}")).await.unwrap();
    }
    store.close().await;
    fs::remove_dir_all(path.join("db")).unwrap();
    copy_folder(&old, &path.join("db"));
    let error = Store::open(&path, &keys()).unwrap_err();
    assert_eq!(named(&error), "its newest commits are missing (3)");
}

#[tokio::test]
async fn a_single_record_that_is_gone_old_moved_or_bent_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let sound = folder.path().join("sound");
    let key = |note: u64| [&[Note::KIND][..], &Note::encode_key(&note)].concat();
    let store = open(&sound);
    put(&store, 1, "one").await.unwrap();
    store.close().await;
    let old = tamper(&sound, |db| db.get(key(1)).unwrap().unwrap());
    let store = open(&sound);
    put(&store, 1, "one, changed").await.unwrap();
    put(&store, 2, "two").await.unwrap();
    put(&store, 3, "three ".repeat(1_000)).await.unwrap();
    store.close().await;

    let check = |what: &str, tampering: &dyn Fn(&sled::Db)| {
        let bent = folder.path().join("bent");
        copy_folder(&sound, &bent);
        tamper(&bent, tampering);
        let error = Store::open(&bent, &keys()).unwrap_err();
        assert_eq!(named(&error), what);
        assert!(backup::verify(&bent, &keys()).unwrap_err().is_damage());
        fs::remove_dir_all(&bent).unwrap();
    };
    check("2 of 3 records of kind note are there", &|db| {
        db.remove(key(2)).unwrap();
    });
    check("some of its records are not the latest ones", &|db| {
        db.insert(key(1), old.clone()).unwrap();
    });
    check("2 of 3 records of kind note are there; unreadable: note 2", &|db| {
        let moved = db.get(key(1)).unwrap().unwrap();
        db.insert(key(2), moved).unwrap();
    });
    check("2 of 3 records of kind note are there; unreadable: note 3", &|db| {
        let piece = [&[0xf0][..], &key(3), &[0]].concat();
        assert!(db.remove(piece).unwrap().is_some());
    });
    check("some of its records are not the latest ones", &|db| {
        db.insert([&[0xf0][..], &key(2), &[0]].concat(), "left over").unwrap();
    });
    check("its tally cannot be read", &|db| {
        db.insert(TALLY_KEY, "rubbish").unwrap();
    });
    check("all of its 3 records are missing", &|db| db.clear().unwrap());
}

/// Changes the data behind the store's back.
fn tamper<T>(folder: &Path, work: impl FnOnce(&sled::Db) -> T) -> T {
    let db = sled::Config::new().path(folder.join("db")).open().unwrap();
    let done = work(&db);
    db.flush().unwrap();
    done
}

#[tokio::test]
async fn another_secret_key_is_told_from_damage_and_harms_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    put(&store, 1, "one").await.unwrap();
    store.close().await;
    let error = Store::open(folder.path(), &SealKey::new([8; 32])).unwrap_err();
    assert_eq!(error, StoreError::WrongKey { path: folder.path().to_owned() });
    assert!(!error.is_damage() && error.to_string().contains("secret.key"));
    assert_eq!(texts(&open(folder.path())).await, [(1, "one".to_owned())]);
}

#[tokio::test]
async fn a_lost_secret_key_is_not_replaced_by_a_new_one() {
    use super::super::secret::{SecretError, load_or_make};
    let folder = tempfile::tempdir().unwrap();
    let (path, key) = (folder.path().join("data"), folder.path().join("data/secret.key"));
    let secret = load_or_make(&key, &path).unwrap();
    Store::open(&path, &secret.seal_key()).unwrap().close().await;
    fs::remove_file(&key).unwrap();
    let error = load_or_make(&key, &path).unwrap_err();
    assert_eq!(error, SecretError::Lost { key: key.clone(), store: path });
    assert!(!key.exists());
}

#[tokio::test]
async fn what_a_newer_version_wrote_is_refused_as_such() {
    let folder = tempfile::tempdir().unwrap();
    let sound = folder.path().join("sound");
    let store = open(&sound);
    put(&store, 1, "one").await.unwrap();
    store.close().await;
    let newer = |what: &str, key: &[u8], version: u8| {
        let bent = folder.path().join("bent");
        copy_folder(&sound, &bent);
        let sealed = keys().seal(key, version, b"{}").unwrap();
        tamper(&bent, |db| db.insert(key, sealed.first).unwrap());
        let error = Store::open(&bent, &keys()).unwrap_err();
        assert_eq!(error, StoreError::Newer { path: bent.clone(), what: what.to_owned() });
        assert!(error.to_string().contains("written by a newer version of countersign"));
        fs::remove_dir_all(&bent).unwrap();
    };
    newer("schema 3, known is 2", TALLY_KEY, SCHEMA + 1);
    newer("note version 3, known is 2", &[Note::KIND, 0, 0, 0, 0, 0, 0, 0, 1], 3);
    newer("records of an unknown kind 55", &[0x55, 1], 1);
}

#[tokio::test]
async fn a_record_of_an_older_version_that_cannot_be_read_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    put(&store, 1, "one").await.unwrap();
    store.close().await;
    let key = [Note::KIND, 0, 0, 0, 0, 0, 0, 0, 1];
    let sealed = keys().seal(&key, 1, br#"{"words":"one"}"#).unwrap();
    tamper(folder.path(), |db| db.insert(key, sealed.first).unwrap());
    let error = Store::open(folder.path(), &keys()).unwrap_err();
    assert!(named(&error).ends_with("unreadable: note 1"), "{error}");
}

#[tokio::test]
async fn a_first_start_that_was_cut_off_begins_anew() {
    let folder = tempfile::tempdir().unwrap();
    let (path, keys) = (folder.path(), keys());
    Manifest::replace(path, State::Making, "half", &keys, Mark::default()).unwrap();
    fs::create_dir_all(path.join("db")).unwrap();
    fs::write(path.join("db/db"), [0xff; 3_000]).unwrap();
    fs::write(path.join("db/conf"), "").unwrap();
    let store = open(path);
    put(&store, 1, "one").await.unwrap();
    store.close().await;
    assert_eq!(texts(&open(path)).await, [(1, "one".to_owned())]);
}

#[tokio::test]
async fn the_data_of_another_store_is_not_taken_for_this_one() {
    let folder = tempfile::tempdir().unwrap();
    open(folder.path()).close().await;
    let other = sealed_tally(folder.path(), &keys(), &Tally::of("another")).unwrap();
    tamper(folder.path(), |db| db.insert(TALLY_KEY, other).unwrap());
    let error = Store::open(folder.path(), &keys()).unwrap_err();
    assert!(named(&error).starts_with("data and manifest are of two different stores"), "{error}");
}

#[tokio::test]
async fn a_manifest_that_a_power_cut_left_behind_is_no_damage_and_catches_up() {
    let folder = tempfile::tempdir().unwrap();
    let (path, early) = (folder.path().join("store"), folder.path().join("early"));
    let store = open(&path);
    put(&store, 1, "one").await.unwrap();
    fs::copy(path.join("manifest"), &early).unwrap();
    for key in 2..6 {
        put(&store, key, "more").await.unwrap();
    }
    store.close().await;
    fs::copy(&early, path.join("manifest")).unwrap();
    let store = open(&path);
    assert_eq!(texts(&store).await.len(), 5);
    store.close().await;
    assert_eq!(Manifest::read(&path).unwrap().unwrap().newest(), 5);
}
