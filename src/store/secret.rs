//! The one secret of an installation, and the keys derived from it.
//!
//! `secret.key` holds 32 random bytes as 64 hexadecimal digits (32 raw bytes are read too). It is
//! made at the first start, with mode 0600, and never enters the store or a backup: without it
//! the sealed records cannot be read by anyone.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use hmac::{Hmac, KeyInit, Mac};
use rand::TryRng;
use rand::rngs::SysRng;
use sha2::Sha256;
use zeroize::Zeroizing;

use super::files;
use super::seal::SealKey;

/// Why there is no secret to work with.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    /// The store is there, its key is not. A new one would not open it.
    #[error(
        "the secret key {} is gone, but the store in {} is sealed with it; put the key back, or move the store away to start anew",
        key.display(),
        store.display()
    )]
    Lost { key: PathBuf, store: PathBuf },
    #[error("there is no secret key {}; put the one there that the store was made with", path.display())]
    Missing { path: PathBuf },
    #[error(
        "the secret key {} is neither 64 hexadecimal digits nor 32 bytes; put back the file as it was made",
        path.display()
    )]
    Malformed { path: PathBuf },
    #[error("{doing} the secret key {} failed: {why}; mend that and start again", path.display())]
    Io { doing: &'static str, path: PathBuf, why: String },
}

/// The installation's secret. Everything that is keyed is keyed with something derived from it.
#[derive(Clone)]
pub struct MasterSecret(Zeroizing<[u8; 32]>);

impl fmt::Debug for MasterSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MasterSecret(•••)")
    }
}

impl MasterSecret {
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> MasterSecret {
        MasterSecret(Zeroizing::new(bytes))
    }

    /// What the records are sealed with.
    #[must_use]
    pub fn seal_key(&self) -> SealKey {
        SealKey::new(self.derive(b"countersign 1 store"))
    }

    /// What the rules derive their own keys from.
    #[must_use]
    pub fn rules_secret(&self) -> [u8; 32] {
        self.derive(b"countersign 1 rules")
    }

    fn derive(&self, label: &[u8]) -> [u8; 32] {
        hmac_sha256(&self.0, label)
    }
}

/// Reads the secret in `key`, or makes one if there is neither a secret nor a store in `store`.
///
/// # Errors
/// [`SecretError::Lost`] if the store is there but the key is not: a new key would not open it.
pub fn load_or_make(key: &Path, store: &Path) -> Result<MasterSecret, SecretError> {
    match load(key) {
        Err(SecretError::Missing { path: _ }) => {}
        Ok(secret) => return Ok(secret),
        Err(other) => return Err(other),
    }
    if super::exists(store) {
        // Another process may have made both a moment ago; the key came first.
        return load(key).map_err(|error| match error {
            SecretError::Missing { path: _ } => {
                SecretError::Lost { key: key.to_owned(), store: store.to_owned() }
            }
            other => other,
        });
    }
    make(key)?;
    // Read back, so that of two processes starting at once both have the key that stayed.
    load(key)
}

/// Reads the secret in `path`; never makes one.
///
/// # Errors
/// [`SecretError::Missing`], [`SecretError::Malformed`], [`SecretError::Io`].
pub fn load(path: &Path) -> Result<MasterSecret, SecretError> {
    let failed = |why: &io::Error| SecretError::Io {
        doing: "reading",
        path: path.to_owned(),
        why: why.to_string(),
    };
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(e) if e.kind() == io::ErrorKind::NotFound => {
            return Err(SecretError::Missing { path: path.to_owned() });
        }
        Err(e) => return Err(failed(&e)),
    };
    let mode = file.metadata().map_err(|e| failed(&e))?.permissions().mode();
    if mode & 0o026 != 0 {
        tracing::warn!(path = %path.display(), "others may read or write the secret key; chmod 600 it");
    }
    // One buffer of the right size from the start: a growing one would leave copies behind.
    let mut text = Zeroizing::new(Vec::with_capacity(256));
    (&mut file).take(256).read_to_end(&mut text).map_err(|e| failed(&e))?;
    parse(&text).ok_or_else(|| SecretError::Malformed { path: path.to_owned() })
}

fn parse(text: &[u8]) -> Option<MasterSecret> {
    let mut bytes = Zeroizing::new([0_u8; 32]);
    if text.len() == 32 {
        bytes.copy_from_slice(text);
        return Some(MasterSecret(bytes));
    }
    let digits = text.trim_ascii();
    if digits.len() != 64 {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        let [high, low] = [pair[0], pair[1]].map(|digit| char::from(digit).to_digit(16));
        *byte = u8::try_from(high? * 16 + low?).ok()?;
    }
    Some(MasterSecret(bytes))
}

/// Makes the key under another name first and links it into place, so that a key that is there is
/// whole, and one that was there before stays.
fn make(path: &Path) -> Result<(), SecretError> {
    let failed = |why: io::Error| SecretError::Io {
        doing: "making",
        path: path.to_owned(),
        why: why.to_string(),
    };
    let folder = files::parent(path);
    files::make_folder(&folder).map_err(failed)?;
    let mut bytes = Zeroizing::new([0_u8; 32]);
    SysRng.try_fill_bytes(bytes.as_mut_slice()).map_err(|e| failed(io::Error::other(e)))?;
    let mut text = Zeroizing::new(Vec::with_capacity(65));
    text.extend(bytes.iter().flat_map(|byte| files::hex_digits(*byte)));
    text.push(b'\n');

    let draft = path.with_extension(format!("new-{}", std::process::id()));
    let _ = fs::remove_file(&draft);
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&draft)
        .map_err(failed)?;
    let written = file.write_all(&text).and_then(|()| file.sync_all());
    let linked = written.and_then(|()| match fs::hard_link(&draft, path) {
        Err(e) if e.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        done => done,
    });
    let removed = fs::remove_file(&draft);
    linked.and(removed).and_then(|()| files::sync_folder(&folder)).map_err(failed)
}

pub(super) fn hmac_sha256(key: &[u8; 32], text: &[u8]) -> [u8; 32] {
    let mut mac =
        <Hmac<Sha256> as KeyInit>::new_from_slice(key).expect("HMAC takes keys of every length");
    mac.update(text);
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_made_key_is_private_and_reads_back_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data/secret.key");
        let made = load_or_make(&path, &folder.path().join("data")).unwrap();
        let read = load_or_make(&path, &folder.path().join("data")).unwrap();
        assert_eq!(made.rules_secret(), read.rules_secret());
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let names: Vec<_> = fs::read_dir(folder.path().join("data")).unwrap().collect();
        assert_eq!(names.len(), 1, "no draft is left behind");
        let other = folder.path().join("other.key");
        let second = load_or_make(&other, &folder.path().join("elsewhere")).unwrap();
        assert_ne!(second.rules_secret(), read.rules_secret());
    }

    #[test]
    fn hex_and_raw_bytes_are_the_same_key() {
        let folder = tempfile::tempdir().unwrap();
        let (raw, hex) = (folder.path().join("raw"), folder.path().join("hex"));
        fs::write(&raw, [0xab; 32]).unwrap();
        fs::write(&hex, format!("{}\n", "aB".repeat(32))).unwrap();
        let keys = [raw, hex].map(|path| load(&path).unwrap().rules_secret());
        assert_eq!(keys[0], keys[1]);
    }

    #[test]
    fn what_is_no_key_is_said_to_be_none() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret.key");
        for text in ["", "abc", &"g".repeat(64), &"a".repeat(63), &"a".repeat(66)] {
            fs::write(&path, text).unwrap();
            let error = load(&path).unwrap_err();
            assert_eq!(error, SecretError::Malformed { path: path.clone() }, "{text:?}");
        }
    }

    #[test]
    fn keys_of_different_purpose_differ_and_show_nothing() {
        let secret = MasterSecret::new([7; 32]);
        assert_ne!(secret.derive(b"countersign 1 store"), secret.rules_secret());
        assert!(!format!("{secret:?}{:?}", secret.seal_key()).contains('7'));
    }
}
