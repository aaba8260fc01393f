//! The power goes. Only what was synced is on the disk; what was acknowledged must be among it.
#![cfg(target_os = "linux")]

#[path = "../lab/cut.rs"]
#[expect(dead_code, reason = "the laboratory does more with it")]
mod cut;

use std::fs;

use cut::{Machine, Said, look_through};

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
