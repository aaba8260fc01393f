//! A real process that is killed while it commits, and one that runs out of room.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use super::super::{Sequence, StoreError, View};
use super::{Note, all, note, open, texts};

/// Tells the test binary, started again, that it is the child, and on which folder.
const CHILD: &str = "COUNTERSIGN_TEST_STORE_CHILD";
const TASKS: usize = 16;

/// One transaction of the child: takes a number, writes two notes under it, removes the pair of a
/// hundred transactions ago. The number is both its place and its text.
fn step(view: &mut View<'_>) -> Result<u64, StoreError> {
    let number = view.next_sequence(Sequence::Inbox)?;
    for half in [0, 1] {
        view.put(&(number * 2 + half), &note(number.to_string().repeat(20)))?;
        if let Some(past) = number.checked_sub(100) {
            view.remove::<Note>(&(past * 2 + half));
        }
    }
    Ok(number)
}

/// No test of its own: what [`start`] runs. Commits from many tasks until it is killed or the
/// store fails, and says each number once it is acknowledged.
#[test]
#[ignore = "the other tests here start it as a process of its own"]
fn the_child() {
    let Ok(folder) = std::env::var(CHILD) else { return };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
    let store = open(Path::new(&folder));
    let workers: Vec<_> = (0..TASKS)
        .map(|_| {
            let store = store.clone();
            runtime.spawn(async move {
                while let Ok(number) = store.commit(step).await {
                    say(&format!("ack {number}"));
                }
            })
        })
        .collect();
    let why = runtime.block_on(store.failed());
    say(&format!("failed {why}"));
    for worker in workers {
        runtime.block_on(worker).unwrap();
    }
    // Whoever asks a store that failed gets the reason, not an answer.
    assert_eq!(runtime.block_on(store.commit(step)), Err(why));
}

/// One write for a line, so that a kill cannot cut it.
fn say(line: &str) {
    std::io::stdout().write_all(format!("\n{line}\n").as_bytes()).unwrap();
}

fn start(folder: &Path, through_shell: Option<&str>) -> Child {
    let binary = std::env::current_exe().unwrap();
    let mut command = match through_shell {
        None => Command::new(binary),
        Some(script) => {
            let mut shell = Command::new("sh");
            shell.arg("-c").arg(script).arg(binary);
            shell
        }
    };
    command
        .args(["--ignored", "--exact", "store::tests::kills::the_child", "--nocapture"])
        .env(CHILD, folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

fn acknowledged(text: &str) -> BTreeSet<u64> {
    text.lines().filter_map(|line| line.strip_prefix("ack ")?.parse().ok()).collect()
}

/// What is there is what some moment after the last acknowledgement would show: each transaction
/// whole or not at all, none missing in between.
async fn check(folder: &Path, acknowledged: &BTreeSet<u64>) -> u64 {
    let store = open(folder);
    let there: BTreeMap<u64, String> = texts(&store).await.into_iter().collect();
    let next = store.commit(|view| view.next_sequence(Sequence::Inbox)).await.unwrap();
    store.close().await;
    let newest = there.keys().next_back().map_or(0, |key| key / 2);
    let last = acknowledged.last().copied().unwrap_or(0);
    assert!(newest >= last, "{last} was acknowledged, the newest is {newest}");
    assert!(next > newest, "the number {next} was handed out before");
    let mut due = BTreeMap::new();
    for number in 1..=newest {
        // A number that was taken by `check` itself has no notes.
        let first = there.get(&(number * 2));
        let wanted = number + 100 > newest && (acknowledged.contains(&number) || first.is_some());
        if wanted {
            due.insert(number * 2, number.to_string().repeat(20));
            due.insert(number * 2 + 1, number.to_string().repeat(20));
        }
    }
    let recent: BTreeMap<_, _> =
        there.into_iter().filter(|(key, _)| key / 2 + 100 > newest).collect();
    assert_eq!(recent, due);
    newest
}

#[tokio::test]
async fn nothing_acknowledged_is_lost_by_kill_9_and_every_transaction_is_whole() {
    let folder = tempfile::tempdir().unwrap();
    let mut known = BTreeSet::new();
    for round in 0..10 {
        let mut child = start(folder.path(), None);
        let mut said = BufReader::new(child.stdout.take().unwrap());
        let mut text = String::new();
        let enough = 1 + round * 37;
        while text.matches("ack ").count() < enough {
            assert!(said.read_line(&mut text).unwrap() > 0, "the child ended by itself: {text}");
        }
        child.kill().unwrap();
        child.wait().unwrap();
        said.read_to_string(&mut text).unwrap();
        known.extend(acknowledged(&text));
        check(folder.path(), &known).await;
    }
}

#[tokio::test]
async fn a_disk_without_room_closes_the_store_and_loses_nothing_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    // A limit on the size of files fails like a full disk does, and needs no disk.
    let script = r#"trap "" 25; ulimit -f 4096; exec "$0" "$@""#;
    let mut child = start(folder.path(), Some(script));
    let mut text = String::new();
    child.stdout.take().unwrap().read_to_string(&mut text).unwrap();
    assert!(child.wait().unwrap().success(), "{text}");
    let known = acknowledged(&text);
    assert!(known.len() > 100, "{text}");
    let why = text.lines().find_map(|line| line.strip_prefix("failed ")).unwrap();
    assert!(why.contains("failed: ") && why.contains("start again"), "{why}");
    check(folder.path(), &known).await;
    let store = open(folder.path());
    store.commit(step).await.unwrap();
    assert!(!store.read(all).await.unwrap().is_empty());
}
