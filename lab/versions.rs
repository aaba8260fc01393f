//! Two processes on one store; an older version's store in this one; a newer version's in this one.

use std::fs;
use std::path::Path;

use countersign::store::records::GateTitle;
use countersign::store::{Record, Store, secret};
use countersign::verification::GateId;
use rand::RngExt;
use rustix::process::Signal;
use serde::{Deserialize, Serialize};

use crate::bench::{Lab, Row};
use crate::process::{Ended, Host, Process};
use crate::scene::Setup;

const IN_USE: &str = "is in use by another process; stop that one first";
const NEWER: &str = "was written by a newer version of countersign (gate title version ";

pub async fn run(lab: &Lab) -> Vec<Row> {
    vec![
        a_second_beside_the_first(lab).await,
        two_first_starts(lab).await,
        an_older_store(lab).await,
        a_newer_store(lab).await,
    ]
}

/// It failed with one sentence, and no trace of a panic.
fn is_told(ended: &Ended, says: &str) -> bool {
    let quiet = !ended.err.contains("panicked") && ended.out.is_empty();
    ended.code == Some(1) && ended.err.matches(says).count() == 1 && quiet
}

/// Whatever opens the store while the bot runs is sent away, and the bot does not notice. A backup
/// is asked of the bot.
async fn a_second_beside_the_first(lab: &Lab) -> Row {
    let host = Host::with(&Setup::default()).await;
    let first = host.is_on_duty().await;
    let mut rounds = 0;
    let mut troubles = Vec::new();
    let person = host.world.person("Nora");
    person.requests_to_join();
    person.reads().await;
    let commands: [&[&str]; 3] =
        [&["run"], &["store", "verify"], &["store", "restore", "b", "--replace"]];
    for round in 0..lab.rounds(50, 3) {
        if round > 0 && lab.elapsed() > lab.budget / 3 {
            break;
        }
        // The one that the bot itself carries out; what it makes is what the restore is given.
        let made = Process::start(&mut host.command(&["store", "backup", "b"])).ends().await;
        if made.code != Some(0) {
            troubles.push(format!("no backup beside the running bot: {made:#?}"));
        }
        for command in commands {
            rounds += 1;
            let ended = Process::start(&mut host.command(command)).ends().await;
            if !is_told(&ended, IN_USE) {
                troubles.push(format!("{command:?}: {ended:#?}"));
            }
        }
        person.types(&format!("/help {round}"));
        person.reads().await;
    }
    let ended = first.stops(Signal::TERM).await;
    if ended.err.contains("ERROR") {
        troubles.push(format!("the first was hurt: {}", ended.err));
    }
    Row::held(
        "a second process (run, verify, restore) on the store of a running bot: told so; the first answers on, and makes backups",
        rounds,
        "Two hosts that share a folder over a network.",
    )
    .counted(troubles.len() as u64, 0, troubles.join("\n"))
}

/// Two processes start at the same moment where nothing is yet: one has it, the other is told.
async fn two_first_starts(lab: &Lab) -> Row {
    let mut rng = lab.rng("two");
    let mut rounds = 0;
    let mut troubles = Vec::new();
    while rounds < lab.rounds(50, 3) && (rounds == 0 || lab.elapsed() < lab.budget * 2 / 3) {
        rounds += 1;
        let host = Host::with(&Setup::default()).await;
        let mut both = [host.starts(), host.starts()];
        if rng.random_bool(0.5) {
            both.reverse();
        }
        let [mut one, mut other] = both;
        let (loser, winner) = tokio::select! {
            ended = one.ended() => (ended, other),
            ended = other.ended() => (ended, one),
        };
        if !is_told(&loser, IN_USE) {
            troubles.push(format!("{loser:#?}"));
        }
        if !host.world.telegram.wait_for_calls("getUpdates", 1, host.world.patience()).await {
            troubles.push("nobody is on duty".to_owned());
        }
        winner.stops(Signal::TERM).await;
        let verified = Process::start(&mut host.command(&["store", "verify"])).ends().await;
        if verified.code != Some(0) {
            troubles.push(format!("{verified:#?}"));
        }
    }
    Row::held(
        "two first starts at the same moment: one store, one key, one on duty",
        rounds,
        "Two hosts that share a folder over a network.",
    )
    .counted(troubles.len() as u64, 0, troubles.join("\n"))
}

/// Each stored fixture, as a folder and as a backup, is read whole by this version.
async fn an_older_store(_lab: &Lab) -> Row {
    let mut rounds = 0;
    let mut troubles = Vec::new();
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    for fixture in fs::read_dir(fixtures).expect("fixtures") {
        let fixture = fixture.expect("fixtures").path();
        for by_backup in [false, true] {
            rounds += 1;
            let host = Host::with(&Setup::default()).await;
            fs::create_dir_all(host.data().join("db/blobs")).expect("a writable folder");
            fs::copy(fixture.join("secret.key"), host.data().join("secret.key")).expect("a key");
            if by_backup {
                fs::remove_dir_all(host.data().join("db")).expect("a folder of ours");
                let backup = fixture.join("dialogues.backup");
                let backup = backup.to_str().expect("UTF-8");
                let command = ["store", "restore", backup];
                let restored = Process::start(&mut host.command(&command)).ends().await;
                if restored.code != Some(0) {
                    troubles.push(format!("{restored:#?}"));
                }
            } else {
                for part in ["", "db"] {
                    let from = fs::read_dir(fixture.join("dialogues").join(part));
                    for entry in from.expect("a folder") {
                        let path = entry.expect("a folder").path();
                        let name = path.file_name().expect("a name");
                        if path.is_file() {
                            fs::copy(&path, host.data().join(part).join(name)).expect("a file");
                        }
                    }
                }
            }
            let verified = Process::start(&mut host.command(&["store", "verify"])).ends().await;
            let contents = fs::read_to_string(fixture.join("contents.txt")).expect("contents");
            let all = format!("is sound: {} records", contents.lines().count());
            if !verified.out.contains(&all) {
                troubles.push(format!("not all of {}: {verified:#?}", fixture.display()));
            }
        }
    }
    Row::held(
        "the stores of older versions, as folder and as backup: every record is read",
        rounds,
        "More than the fixtures hold; that everybody goes on is in the tests (versions).",
    )
    .counted(troubles.len() as u64, 0, troubles.join("\n"))
}

/// A kind as a later version may write it.
#[derive(Clone, Serialize, Deserialize)]
struct LaterTitle {
    title: String,
}

impl Record for LaterTitle {
    type Key = GateId;
    const KIND: u8 = GateTitle::KIND;
    const VERSION: u8 = GateTitle::VERSION + 1;
    const NAME: &'static str = GateTitle::NAME;

    fn encode_key(key: &GateId) -> Vec<u8> {
        GateTitle::encode_key(key)
    }

    fn decode_key(bytes: &[u8]) -> Option<GateId> {
        GateTitle::decode_key(bytes)
    }
}

/// A store that a newer version wrote is refused, again and again, and stays as it is.
async fn a_newer_store(lab: &Lab) -> Row {
    let host = Host::with(&Setup::default()).await;
    let secret = secret::load_or_make(&host.data().join("secret.key"), &host.data());
    let keys = secret.expect("a key").seal_key();
    let store = Store::open(&host.data(), &keys).expect("a new store");
    let later = LaterTitle { title: "Rust Berlin".to_owned() };
    store.commit(move |view| view.put(&GateId(-1), &later)).await.expect("a commit");
    store.close().await;
    let manifest = fs::read(host.data().join("manifest")).expect("a manifest");
    let mut rounds = 0;
    let mut troubles = Vec::new();
    let commands: [&[&str]; 3] = [&["run"], &["store", "verify"], &["store", "backup", "b"]];
    for command in commands.into_iter().cycle().take(lab.rounds(30, 3) as usize) {
        rounds += 1;
        let ended = Process::start(&mut host.command(command)).ends().await;
        if !is_told(&ended, NEWER) {
            troubles.push(format!("{command:?}: {ended:#?}"));
        }
    }
    if fs::read(host.data().join("manifest")).expect("a manifest") != manifest {
        troubles.push("the store was changed".to_owned());
    }
    Row::held(
        "a store that a newer version wrote: refused with one sentence, and not changed",
        rounds,
        "A newer version that changes a form and keeps its number: the tests (forms) watch for that.",
    )
    .counted(troubles.len() as u64, 0, troubles.join("\n"))
}
