//! The store from outside: what it promises, over restarts, kills, damage and faults.

mod backups;
mod commits;
mod damage;
mod forms;
mod kills;
mod kinds;
mod restores;

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::records::Record;
use super::{SealKey, Store, StoreError, View};

/// A record of the tests' own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Note {
    pub(super) text: String,
}

impl Record for Note {
    type Key = u64;
    const KIND: u8 = 0x7e;
    const VERSION: u8 = 2;
    const NAME: &'static str = "note";

    fn encode_key(key: &u64) -> Vec<u8> {
        key.to_be_bytes().to_vec()
    }

    fn decode_key(bytes: &[u8]) -> Option<u64> {
        Some(u64::from_be_bytes(bytes.try_into().ok()?))
    }
}

fn keys() -> SealKey {
    SealKey::new([9; 32])
}

fn open(path: &Path) -> Store {
    Store::open(path, &keys()).unwrap()
}

fn note(text: impl Into<String>) -> Note {
    Note { text: text.into() }
}

async fn put(store: &Store, key: u64, text: impl Into<String>) -> Result<(), StoreError> {
    let record = note(text);
    store.commit(move |view| view.put(&key, &record)).await
}

async fn remove(store: &Store, key: u64) {
    let work = move |view: &mut View<'_>| {
        view.remove::<Note>(&key);
        Ok(())
    };
    store.commit(work).await.unwrap();
}

async fn texts(store: &Store) -> Vec<(u64, String)> {
    store.read(all).await.unwrap()
}

fn all(view: &View<'_>) -> Result<Vec<(u64, String)>, StoreError> {
    let notes = view.scan::<Note>(None, usize::MAX)?;
    Ok(notes.into_iter().map(|(key, note)| (key, note.text)).collect())
}

fn expected(pairs: &[(u64, &str)]) -> Vec<(u64, String)> {
    pairs.iter().map(|(key, text)| (*key, (*text).to_owned())).collect()
}

fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}
