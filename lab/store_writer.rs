//! A process that writes to a store for as long as it lives, and says what is acknowledged.
//!
//! `store-writer HOW FOLDER [COMMITS]` prints `open`, then `ack <n>` for each transaction, and after
//! so many ends well. What it writes is in `FOLDER/data`. HOW:
//!
//! ```text
//! store     through countersign's Store, from many tasks at once; the secret key is in the store
//! apart     the same, and the secret key is in FOLDER/key
//! flushed   through sled alone, acknowledged after its flush, which syncs nothing: must be lost
//! ```

use std::error::Error;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use countersign::store::records::{GateTitle, LedgerCount};
use countersign::store::{Sequence, Store, StoreError, View, secret};
use countersign::verification::GateId;
use countersign::verification::limits::Ledger;

const TASKS: usize = 16;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let usage = "usage: store-writer store|apart|flushed FOLDER [COMMITS]";
    let how = arguments.next().ok_or(usage)?;
    let folder = PathBuf::from(arguments.next().ok_or(usage)?);
    let commits = arguments.next().map_or(Ok(u64::MAX), |commits| commits.parse())?;
    match how.as_str() {
        "store" => through_the_store(&folder.join("data/secret.key"), &folder, commits),
        "apart" => through_the_store(&folder.join("key/secret.key"), &folder, commits),
        "flushed" => through_a_flush_alone(&folder, commits),
        _ => Err(usage.into()),
    }
}

fn through_the_store(key: &Path, folder: &Path, commits: u64) -> Result<(), Box<dyn Error>> {
    let folder = folder.join("data");
    let secret = secret::load_or_make(key, &folder)?;
    let store = Store::open(&folder, &secret.seal_key())?;
    say("open")?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build()?;
    let left = Arc::new(AtomicU64::new(commits));
    let tasks: Vec<_> = (0..TASKS)
        .map(|_| {
            let (store, left) = (store.clone(), Arc::clone(&left));
            runtime.spawn(async move {
                let one_more = || {
                    left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| {
                        left.checked_sub(1)
                    })
                };
                while one_more().is_ok() {
                    let number = store.commit(transaction).await?;
                    say(&format!("ack {number}")).map_err(|_| StoreError::Closed)?;
                }
                Ok::<(), StoreError>(())
            })
        })
        .collect();
    for task in tasks {
        runtime.block_on(task)??;
    }
    runtime.block_on(store.close());
    Ok(())
}

/// Takes a number, writes a pair of records under it, removes the pair of a hundred transactions
/// ago, and counts.
fn transaction(view: &mut View<'_>) -> Result<u64, StoreError> {
    let number = view.next_sequence(Sequence::Inbox)?;
    let place =
        i64::try_from(number).map_err(|_| StoreError::GivenUp("there are no more numbers"))?;
    for half in [0, 1] {
        let title = number.to_string().repeat(20);
        view.put(&GateId(2 * place + half), &GateTitle { title })?;
        view.remove::<GateTitle>(&GateId(2 * (place - 100) + half));
    }
    let ledger = Ledger::Country { dial_code: 49, day: 0 };
    let count = view.get::<LedgerCount>(&ledger)?.map_or(0, |ledger| ledger.count);
    view.put(&ledger, &LedgerCount { count: count + 1 })?;
    Ok(number)
}

fn through_a_flush_alone(folder: &Path, commits: u64) -> Result<(), Box<dyn Error>> {
    let db = sled::Config::new().path(folder.join("data/db")).open()?;
    say("open")?;
    for number in 1..=commits {
        db.insert(number.to_be_bytes(), &number.to_be_bytes())?;
        db.flush()?;
        say(&format!("ack {number}"))?;
    }
    Ok(())
}

/// One write for a line, so that no cut is in the middle of one.
fn say(line: &str) -> std::io::Result<()> {
    std::io::stdout().write_all(format!("{line}\n").as_bytes())
}
