//! `countersign store backup | restore | verify` by the real binary.

use std::fs;
use std::path::Path;

use countersign::sandbox::World;

use crate::binary::{Ended, run};
use crate::scene::{PASSWORD, Scene, Setup};

/// A scene whose bot let Nora get as far as the password, and was stopped.
async fn used() -> Scene {
    let mut scene = Scene::without_bot(World::start().await, &Setup::default());
    scene.starts_bot().await;
    let nora = scene.world.person("Nora");
    nora.requests_to_join();
    nora.reads().await;
    nora.types(PASSWORD);
    nora.reads().await;
    scene.stops_bot().await;
    scene
}

fn store(scene: &Scene, arguments: &[&str]) -> Ended {
    scene.config_path();
    run(scene.folder(), &[&["store"], arguments].concat(), &[])
}

#[track_caller]
fn well(ended: &Ended, start: &str) {
    assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""), "{}", ended.out);
    assert!(ended.out.starts_with(start), "{}", ended.out);
    assert_eq!(ended.out.lines().count(), 1, "{}", ended.out);
}

/// It was put back, and says of when it is, what is missing, and who waits for how long.
#[track_caller]
fn put_back(ended: &Ended) {
    assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""), "{}", ended.out);
    let said: Vec<_> = ended.out.lines().collect();
    let [restored, forgotten, waits] = said[..] else { panic!("{}", ended.out) };
    assert!(restored.starts_with("restored "), "{restored}");
    assert!(forgotten.starts_with("The backup was made at 20"), "{forgotten}");
    assert!(waits.starts_with("So nobody can try anything until 20"), "{waits}");
}

#[track_caller]
fn fails(ended: &Ended, code: i32, sentence: &str) {
    assert_eq!((ended.code, ended.out.as_str()), (Some(code), ""), "{}", ended.err);
    assert_eq!(ended.err, format!("error: {sentence}\n"));
}

/// Here and there in what is written in the file, a bit is turned over.
fn flip(path: &Path) {
    let mut bytes = fs::read(path).unwrap();
    let written = bytes.iter_mut().filter(|byte| **byte != 0);
    written.skip(600).step_by(97).for_each(|byte| *byte ^= 1);
    fs::write(path, bytes).unwrap();
}

#[tokio::test]
async fn a_backup_brings_back_what_was_there() {
    let scene = used().await;
    let data = scene.folder().join("data").display().to_string();
    let before = store(&scene, &["verify"]);
    well(&before, &format!("the store in {data} is sound: "));
    assert!(before.out.contains("person: 1"), "{}", before.out);

    let backup = store(&scene, &["backup", "gate.backup"]);
    well(&backup, "backed up ");
    assert!(backup.out.contains("into gate.backup ("), "{}", backup.out);
    let key = format!("The secret key is not in it: keep {data}/secret.key as well, elsewhere.");
    assert!(backup.out.contains(&key), "{}", backup.out);

    fs::remove_dir_all(scene.folder().join("data/db")).unwrap();
    fs::remove_file(scene.folder().join("data/manifest")).unwrap();
    let restored = store(&scene, &["restore", "gate.backup"]);
    put_back(&restored);
    let after = store(&scene, &["verify"]);
    let records = |ended: &Ended| Some(ended.out.split_once('(')?.1.split_once(')')?.0.to_owned());
    assert_eq!(records(&after).unwrap(), records(&before).unwrap());
    scene.ends().await;
}

#[tokio::test]
async fn a_store_that_is_there_is_only_replaced_when_told_so_and_kept_aside() {
    let scene = used().await;
    let data = scene.folder().join("data").display().to_string();
    well(&store(&scene, &["backup", "gate.backup"]), "backed up ");
    let occupied =
        format!("there is already a store in {data}; say --replace to put the backup in its place");
    fails(&store(&scene, &["restore", "gate.backup"]), 1, &occupied);
    let restored = store(&scene, &["restore", "gate.backup", "--replace"]);
    put_back(&restored);
    let kept = format!("What was there before is in {data}/before-restore-1.\n");
    assert!(restored.out.ends_with(&kept), "{}", restored.out);
    assert!(scene.folder().join("data/before-restore-1/db").is_dir());
    let verified = store(&scene, &["verify"]);
    let said: Vec<_> = verified.out.lines().collect();
    let [sound, mark] = said[..] else { panic!("{verified:#?}") };
    assert!(sound.starts_with(&format!("the store in {data} is sound: ")), "{sound}");
    assert!(mark.starts_with("It was put back at 20") && mark.contains("from a backup of 20"));
    assert!(mark.contains("So nobody can try anything until 20"), "{mark}");
    scene.ends().await;
}

#[tokio::test]
async fn damage_ends_with_3_and_a_restore_mends_it() {
    let scene = used().await;
    well(&store(&scene, &["backup", "gate.backup"]), "backed up ");
    flip(&scene.folder().join("data/db/db"));
    for arguments in [&["verify"][..], &["backup", "later.backup"]] {
        let ended = store(&scene, arguments);
        assert_eq!((ended.code, ended.out.as_str()), (Some(3), ""), "{}", ended.err);
        assert!(ended.err.contains(" is damaged: "), "{}", ended.err);
        let remedy = "; put the last backup back with `countersign store restore`\n";
        assert!(ended.err.ends_with(remedy), "{}", ended.err);
    }
    assert!(!scene.folder().join("later.backup").exists());
    put_back(&store(&scene, &["restore", "gate.backup", "--replace"]));
    assert_eq!(store(&scene, &["verify"]).code, Some(0));
    scene.ends().await;
}

#[tokio::test]
async fn a_running_bot_keeps_its_store_to_itself() {
    let mut scene = used().await;
    let data = scene.folder().join("data").display().to_string();
    well(&store(&scene, &["backup", "gate.backup"]), "backed up ");
    scene.starts_bot().await;
    let in_use = format!("the store in {data} is in use by another process; stop that one first");
    for arguments in [&["verify"][..], &["restore", "gate.backup", "--replace"]] {
        fails(&store(&scene, arguments), 1, &in_use);
    }
    scene.ends().await;
}

#[tokio::test]
async fn what_is_no_backup_is_said_to_be_none_and_nothing_is_touched() {
    let scene = used().await;
    well(&store(&scene, &["backup", "gate.backup"]), "backed up ");
    fs::write(scene.folder().join("letter.txt"), "Dear Sir or Madam, this is no backup").unwrap();
    let whole = fs::read(scene.folder().join("gate.backup")).unwrap();
    fs::write(scene.folder().join("short.backup"), &whole[..whole.len() - 40]).unwrap();
    // Within the last value, in front of the mark, the number and the sum. Anywhere else it may be
    // a length that is bent, and then it seems to end too early.
    let mut bent = whole.clone();
    bent[whole.len() - (4 + 8 + 32) - 1] ^= 1;
    fs::write(scene.folder().join("bent.backup"), bent).unwrap();
    for (file, sentence) in [
        ("letter.txt", "it is no backup of countersign; take another file"),
        ("short.backup", "it ends too early; take another one"),
        ("bent.backup", "it was changed since it was written; take another one"),
    ] {
        let ended = store(&scene, &["restore", file, "--replace"]);
        fails(&ended, 1, &format!("the backup {file} cannot be used: {sentence}"));
    }
    let ended = store(&scene, &["restore", "nowhere.backup", "--replace"]);
    assert_eq!(ended.code, Some(1));
    assert!(ended.err.starts_with("error: opening nowhere.backup failed: "), "{}", ended.err);
    assert!(!scene.folder().join("data/before-restore-1").exists());
    well(&store(&scene, &["verify"]), "the store in ");
    scene.ends().await;
}

#[tokio::test]
async fn without_a_store_or_its_key() {
    let scene = used().await;
    let data = scene.folder().join("data").display().to_string();
    well(&store(&scene, &["backup", "gate.backup"]), "backed up ");
    let key = scene.folder().join("data/secret.key");
    let secret = fs::read(&key).unwrap();
    fs::write(&key, "cd".repeat(32)).unwrap();
    let ended = store(&scene, &["restore", "gate.backup", "--replace"]);
    let sentence = "the backup gate.backup cannot be used: it was sealed with another secret key; \
                    put back the secret.key of then";
    fails(&ended, 1, sentence);
    fs::remove_dir_all(scene.folder().join("data")).unwrap();
    let no_key = format!(
        "there is no secret key {}; put the one there that the store was made with",
        key.display()
    );
    fails(&store(&scene, &["verify"]), 1, &no_key);
    fs::create_dir(scene.folder().join("data")).unwrap();
    fs::write(&key, secret).unwrap();
    let none = format!("there is no store in {data}; check [store] path");
    fails(&store(&scene, &["verify"]), 1, &none);
    fails(&store(&scene, &["backup", "b"]), 1, &none);
    // A new machine: the key and a backup are enough.
    put_back(&store(&scene, &["restore", "gate.backup"]));
    assert_eq!(store(&scene, &["verify"]).code, Some(0));
    scene.ends().await;
}
