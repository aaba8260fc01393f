//! The power goes. Only what was synced is on the disk; what was acknowledged must be among it.
#![cfg(target_os = "linux")]

#[path = "../lab/cut.rs"]
#[expect(dead_code, reason = "the laboratory does more with it")]
mod cut;

use std::fs;

use cut::{Image, Machine, Said, look_through, on_a_disk_that_forgets};
use rustix::process::Signal;

use crate::process::{Host, Process};
use crate::scene::Setup;

/// Nothing reaches this disk by itself.
fn never() -> bool {
    false
}

#[tokio::test]
async fn whatever_was_acknowledged_is_there_when_the_power_is_back() {
    let machine = Machine::new();
    let mut said = Said::default();
    for many in [1, 40, 400] {
        let mut writer = machine.starts("store", None, None);
        writer.acknowledges(many);
        said.and(writer.loses_power());
        machine.power_returns(&mut never);
        let copy = machine.copy();
        let newest = look_through(copy.path(), &said).await;
        let newest = newest.unwrap_or_else(|loss| panic!("{loss:?}: {}", said.complaints));
        assert!(newest >= many as u64, "{newest}");
    }
}

/// The first start, the first commits and a clean end, cut at each fsync on the way.
async fn is_cut_at_each_fsync(how: &str) {
    let mut opened = 0;
    for cut in 1.. {
        let machine = Machine::new();
        let said = machine.starts(how, Some(3), Some(cut)).ends();
        machine.power_returns(&mut never);
        let copy = machine.copy();
        let there = look_through(copy.path(), &said).await;
        assert!(there.is_ok(), "fsync {cut}: {there:?}\n{said:?}");
        // And the next start goes on from what is there.
        let next = machine.starts(how, Some(1), None).ends();
        assert!(next.ended_well, "fsync {cut}: {next:?}\n{said:?}");
        if said.ended_well {
            break;
        }
        opened += u32::from(said.open);
        assert!(cut < 100, "it syncs and syncs: {said:?}");
    }
    assert!(opened > 0, "no cut was after the store was open");
}

#[tokio::test]
async fn a_first_start_may_be_cut_at_any_fsync() {
    is_cut_at_each_fsync("store").await;
}

#[tokio::test]
async fn a_first_start_with_its_key_elsewhere_may_be_cut_at_any_fsync() {
    is_cut_at_each_fsync("apart").await;
}

/// A store that was cut before starts again, cut at each fsync on the way.
#[tokio::test]
async fn a_later_start_may_be_cut_at_any_fsync() {
    // So many that sled has filled segments of its file and has some to overwrite.
    for many in [1_200, 2_000, 3_100] {
        let machine = Machine::new();
        let mut writer = machine.starts("store", None, None);
        writer.acknowledges(many);
        let known = writer.loses_power();
        machine.power_returns(&mut never);
        for cut in 1.. {
            let again = machine.like_it();
            let said = again.starts("store", Some(3), Some(cut)).ends();
            let ended_well = said.ended_well;
            again.power_returns(&mut never);
            let mut all = known.clone();
            all.and(said);
            let copy = again.copy();
            let there = look_through(copy.path(), &all).await;
            assert!(there.is_ok(), "{many} commits, fsync {cut}: {there:?}\n{}", all.complaints);
            if ended_well {
                break;
            }
            assert!(cut < 100, "it syncs and syncs");
        }
    }
}

/// Else the tests above would show nothing.
#[tokio::test]
async fn the_disk_forgets_what_was_only_flushed() {
    let machine = Machine::new();
    let mut writer = machine.starts("flushed", None, None);
    writer.acknowledges(50);
    let said = writer.loses_power();
    let db = machine.live().join("data/db");
    let written = fs::metadata(db.join("db")).expect("a file").len();
    assert!(said.acknowledged.len() >= 50 && written > 0, "{said:?}");
    machine.power_returns(&mut never);
    assert!(!db.exists(), "what nobody synced is there");
    assert!(look_through(&machine.live(), &said).await.is_err_and(|loss| loss.lost >= 50));
}

/// How often a fsync was refused until the command ended well: each time it must end with one
/// sentence about it.
async fn is_refused_each_fsync(host: &Host, arguments: &[&str], fresh: bool) -> u32 {
    let image = tempfile::tempdir().expect("a temporary folder");
    let live = host.folder().canonicalize().expect("a folder");
    let image = Image::new(&image.path().join("image"), &live);
    for first in 1..100 {
        if fresh {
            let _ = fs::remove_dir_all(host.data());
        }
        let mut command = host.command(arguments);
        on_a_disk_that_forgets(&mut command, &image);
        let mut process = Process::start(command.env("FORGETFUL_FAILS", first.to_string()));
        let polls = host.world.telegram.calls("getUpdates") + 1;
        let ended = tokio::select! {
            ended = process.ended() => ended,
            _ = host.world.telegram.wait_for_calls("getUpdates", polls, host.world.patience()) => {
                process.signal(Signal::KILL);
                return first;
            }
        };
        if ended.code == Some(0) {
            return first;
        }
        // The store's own thread may still be closing what is left of it.
        let mut lines = ended.err.lines().rev();
        let last = lines.find(|line| !line.contains(" WARN ")).unwrap_or_default();
        let told = last.contains(" failed: Read-only file system");
        let quiet = !ended.err.contains("panic");
        assert!(ended.code == Some(1) && told && quiet, "fsync {first}: {ended:#?}");
    }
    panic!("it never gets through");
}

#[tokio::test]
async fn a_disk_that_refuses_any_fsync_of_a_start_is_told_of_in_one_sentence() {
    let host = Host::with(&Setup::default()).await;
    assert!(is_refused_each_fsync(&host, &["run"], true).await > 5);
    fs::remove_dir_all(host.data()).expect("a folder of ours");
    host.is_on_duty().await.stops(Signal::TERM).await;
    assert!(is_refused_each_fsync(&host, &["store", "verify"], false).await > 3);
    assert!(is_refused_each_fsync(&host, &["run"], false).await > 3);
}
