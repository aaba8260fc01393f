//! Backups of a running bot, and what people meet after one was put back.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use countersign::engine::world::Clock;
use countersign::ops::backups::BackupWaits;
use countersign::sandbox::World;
use countersign::service::Waits;
use countersign::store::{restore, secret};
use insta::assert_snapshot;
use rustix::process::Signal;

use crate::binary::{Ended, ended};
use crate::process::{Host, page};
use crate::scene::{PASSWORD, Scene, Setup, steady};

const MINUTE: Duration = Duration::from_secs(60);

fn store(host: &Host, arguments: &[&str]) -> Ended {
    let mut command = host.command(&[&["store"], arguments].concat());
    ended(&command.output().expect("the binary runs"))
}

fn backups_in(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut files: Vec<_> = entries.map(|entry| entry.expect("a readable folder").path()).collect();
    files.sort();
    files
}

#[tokio::test]
async fn a_running_bot_hands_out_a_backup_and_goes_on() {
    let (host, health) = Host::with(&Setup::default()).await.with_health();
    let mut process = host.is_on_duty().await;
    let nora = host.world.person("Nora");
    nora.requests_to_join();
    nora.reads().await;

    // One that cannot be written is the asker's trouble alone.
    let refused = store(&host, &["backup", "no/such/folder/gate.backup"]);
    assert_eq!(refused.code, Some(1), "{refused:#?}");
    assert!(refused.err.starts_with("error: writing no/such/folder/gate.backup failed"));
    for file in ["gate.backup", "gate.backup"] {
        let made = store(&host, &["backup", file]);
        assert_eq!((made.code, made.err.as_str()), (Some(0), ""), "{made:#?}");
        assert!(made.out.starts_with("backed up ") && made.out.contains("person: 1"), "{made:#?}");
    }
    process.says("a backup was handed to the one who asked for it").await;

    let socket = host.data().join("control");
    let mode =
        std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&socket).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);
    assert!(!host.data().join("requested.backup").exists());
    assert_eq!(page(&format!("{health}/readyz")).await.0, 200);
    nora.types(PASSWORD);
    nora.reads().await;
    process.stops(Signal::TERM).await;
    assert!(!socket.exists());

    let restored = store(&host, &["restore", "gate.backup", "--replace"]);
    assert_eq!(restored.code, Some(0), "{restored:#?}");
    assert!(restored.out.contains("What happened since then is missing: "), "{restored:#?}");
    let verified = store(&host, &["verify"]);
    assert!(verified.out.contains("person: 1"), "{verified:#?}");
}

#[tokio::test]
async fn a_store_deep_in_folders_hands_out_a_backup_too() {
    let host = Host::with(&Setup::default()).await;
    // Longer than the path of a socket may be.
    let deep = host.folder().join("d".repeat(90)).join("e".repeat(90));
    let host = host.set("STORE__PATH", deep.to_str().unwrap());
    let process = host.is_on_duty().await;
    let made = store(&host, &["backup", "gate.backup"]);
    assert_eq!((made.code, made.err.as_str()), (Some(0), ""), "{made:#?}");
    process.stops(Signal::TERM).await;
}

#[tokio::test]
async fn another_command_that_has_the_store_makes_no_backup_and_names_the_newest() {
    let host = Host::with(&Setup::default()).await;
    host.is_on_duty().await.stops(Signal::TERM).await;
    let (data, made) = (host.data(), store(&host, &["backup", "gate.backup"]));
    assert_eq!(made.code, Some(0), "{made:#?}");
    let newest = data.join("backups/countersign-20261120T110000Z.backup");
    fs::create_dir(data.join("backups")).unwrap();
    fs::rename(host.folder().join("gate.backup"), &newest).unwrap();
    let lock = fs::File::open(data.join("lock")).unwrap();
    lock.lock().unwrap();
    let refused = store(&host, &["backup", "gate.backup"]);
    assert_eq!(refused.code, Some(1), "{refused:#?}");
    let begins = format!(
        "error: the store in {} is in use by a process that makes no backup on request (",
        data.display()
    );
    assert!(refused.err.starts_with(&begins), "{}", refused.err);
    let ends = format!("the newest backup of the running bot is {}\n", newest.display());
    assert!(refused.err.ends_with(&ends), "{}", refused.err);
}

#[tokio::test]
async fn damage_is_answered_with_the_newest_backup() {
    let host = Host::with(&Setup::default()).await;
    let process = host.is_on_duty().await;
    assert_eq!(store(&host, &["backup", "gate.backup"]).code, Some(0));
    process.stops(Signal::TERM).await;
    let newest = host.data().join("backups/countersign-20261120T110000Z.backup");
    fs::create_dir_all(host.data().join("backups")).unwrap();
    fs::rename(host.folder().join("gate.backup"), &newest).unwrap();
    fs::remove_dir_all(host.data().join("db")).unwrap();
    let remedy = format!(
        "the newest backup that is there was made at 2026-11-20T11:00:00Z: `countersign store restore {} --replace`\n",
        newest.display()
    );
    let verified = store(&host, &["verify"]);
    assert_eq!(verified.code, Some(3), "{verified:#?}");
    assert!(verified.err.ends_with(&remedy), "{}", verified.err);
    let run = host.starts().ends().await;
    run.failed_with(3, &format!("the store in {} is damaged: ", host.data().display()));
    assert!(run.err.ends_with(&remedy), "{}", run.err);
    let restored = store(&host, &["restore", newest.to_str().unwrap(), "--replace"]);
    assert_eq!(restored.code, Some(0), "{restored:#?}");
    host.is_on_duty().await.stops(Signal::TERM).await;
}

/// Looks whether a backup is due all the time.
fn eager() -> Setup {
    let look = Duration::from_millis(5);
    let backups = BackupWaits { first: Duration::ZERO, look, failed: look };
    let usual = Setup::default();
    Setup { waits: Waits { backups, ..usual.waits.clone() }, ..usual }
}

async fn backups_become(folder: &Path, fits: impl Fn(&[PathBuf]) -> bool) -> Vec<PathBuf> {
    let becoming = async {
        loop {
            let there = backups_in(folder);
            let finished = |path: &PathBuf| path.extension().is_some_and(|end| end == "backup");
            if there.iter().all(finished) && fits(&there) {
                return there;
            }
            tokio::task::yield_now().await;
        }
    };
    let in_time = tokio::time::timeout(MINUTE, becoming).await;
    in_time.unwrap_or_else(|_| panic!("the backups are {:?}", backups_in(folder)))
}

#[tokio::test]
async fn the_bot_backs_itself_up_every_hour_and_keeps_two() {
    let scene = Scene::with(eager()).await;
    let folder = scene.folder().join("data/backups");
    let first = backups_become(&folder, |there| there.len() == 1).await;
    scene.passes(61 * MINUTE);
    let two = backups_become(&folder, |there| there.len() == 2).await;
    assert_eq!(two[0], first[0]);
    scene.passes(61 * MINUTE);
    backups_become(&folder, |there| there.len() == 2 && there[0] == two[1]).await;
    let page = scene.metrics.expose();
    assert!(page.contains("countersign_backups_total{outcome=\"made\"} "), "{page}");
    assert!(!page.contains("outcome=\"failed\""), "{page}");
    scene.ends().await;
}

#[tokio::test]
async fn a_backup_that_fails_is_counted_and_hurts_nothing() {
    let mut scene = Scene::without_bot(World::start().await, &eager());
    scene.changes_config("[store]", "[store]\nbackup_folder = \"/proc/nowhere\"");
    scene.starts_bot().await;
    let failed = async {
        while !scene.metrics.expose().contains("countersign_backups_total{outcome=\"failed\"}") {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(MINUTE, failed).await.expect("a failure is counted");
    let nora = scene.past_the_password("Nora").await;
    drop(nora);
    scene.ends().await;
}

/// The bot stops, the backup takes the place of its store, and the bot starts again.
async fn put_back(scene: &mut Scene, file: &Path) {
    scene.stops_bot().await;
    let config = scene.config().store;
    let keys = secret::load(&config.secret_key_file).unwrap().seal_key();
    restore::put_back(file, &config.path, &keys, true, scene.clock().now()).unwrap();
    scene.starts_bot().await;
}

#[tokio::test]
async fn after_a_restore_all_wait_alike_and_hear_that_it_is_not_their_fault() {
    let mut scene = Scene::with(eager()).await;
    let (nora, code) = scene.with_a_code("Nora").await;
    scene.passes(61 * MINUTE);
    let folder = scene.folder().join("data/backups");
    let backup = backups_become(&folder, |there| there.len() == 2).await.remove(1);
    // Whatever happens now is forgotten: Omar locks himself out.
    let omar = scene.at_the_door("Omar").await;
    for wrong in ["shut sesame", "open poppy", "open"] {
        omar.types(wrong);
        omar.reads().await;
    }
    scene.passes(7 * MINUTE);
    put_back(&mut scene, &backup).await;

    nora.types(&code);
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    I had to be put back from a backup, and may have forgotten something. So that nobody gains by that, nobody can try anything for a while. That is not your fault, and nothing that you send until then counts against you.

    Please come back in 7 minutes and send me /start.
    ");
    omar.types(PASSWORD);
    assert_snapshot!(omar.reads().await, @r"
    Rust Berlin

    I had to be put back from a backup, and may have forgotten something. So that nobody gains by that, nobody can try anything for a while. That is not your fault, and nothing that you send until then counts against you.

    Please come back in 7 minutes and send me /start.
    ");
    let pia = scene.world.person("Pia");
    pia.requests_to_join();
    assert_snapshot!(pia.reads().await, @r"
    Rust Berlin

    I had to be put back from a backup, and may have forgotten something. So that nobody gains by that, nobody can try anything for a while. That is not your fault, and nothing that you send until then counts against you.

    Please come back in 7 minutes and send me /start.
    ");

    scene.passes(7 * MINUTE);
    nora.types(&code);
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    Shall I send a new code to n•••a@example.org?
    [Send a new code]
    [Other address] [Cancel]
    ");
    nora.presses("Send a new code");
    assert_snapshot!(steady(&nora.reads().await), @r"
    Rust Berlin

    I have sent code 2 by e-mail to n•••a@example.org, unless its owner wants no codes from me. The mail carries the same two words as this chat: ‹two words›.

    Please type the 6 digits here. They are valid for 10 minutes. Earlier codes no longer count. If nothing comes, please look into the spam folder too. If you once asked me to stop sending codes there, none comes: please use another address or ask an admin of the group.
    [🔁 Resend]
    [Other address] [Cancel]
    ");
    let again = scene.world.mail_for(&nora.email()).await.code(6).to_owned();
    nora.types(&again);
    nora.reads().await;
    assert!(nora.is_member());
    pia.types(PASSWORD);
    pia.reads().await;
    scene.ends().await;
}

#[tokio::test]
async fn sms_waits_for_the_next_day_after_a_restore() {
    let mut scene = Scene::with(eager()).await;
    let folder = scene.folder().join("data/backups");
    let backup = backups_become(&folder, |there| there.len() == 1).await.remove(0);
    put_back(&mut scene, &backup).await;
    scene.passes(6 * MINUTE);
    let nora = scene.past_the_password("Nora").await;
    nora.types("+49 1512 3456789");
    nora.reads().await;
    nora.presses("Send the code");
    assert_snapshot!(nora.reads().await, @r"
    (edited) Rust Berlin

    Understood: I am not sending anything there.
    ---
    Rust Berlin

    I have sent as many text messages to that country today as I may. That is not your fault. Please choose another way, or come back tomorrow.
    [✉️ By e-mail]
    [Other address] [Cancel]
    ");
    scene.passes(24 * 60 * MINUTE);
    scene.ends().await;
}
