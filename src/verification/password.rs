//! What a gate's password may look like, and how a typed one is compared.

use std::collections::BTreeMap;
use std::fmt;

use argon2::password_hash::phc::{Output, PasswordHash, Salt};
use argon2::{ARGON2ID_IDENT, Algorithm, Argon2, Block, Params, Version};
use serde::{Deserialize, Serialize};
use zeroize::Zeroize;

use super::Hidden;
use super::code::{Random, keyed_hash, looks_like_login_code, same};

/// Characters in the longest password.
const LONGEST: usize = 200;

/// The most that a hash from a config may ask of us: memory in KiB, passes, lanes. A hash that
/// asks for more is not computed, so that no typing error can take the whole machine.
const MOST: (u32, u32, u32) = (256 * 1024, 16, 16);

/// Why a password is not taken for a gate.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PasswordRefused {
    Empty,
    /// Longer than 200 characters.
    TooLong,
    /// It has the shape of a Telegram login code (five digits), which the bot never reads.
    LooksLikeLoginCode,
    /// It begins with `/`, which Telegram takes for a command.
    LooksLikeCommand,
}

/// The form in which passwords are hashed and compared: white space at both ends cut, NFC not
/// needed (phones send composed text).
pub fn checked(password: &str) -> Result<Hidden, PasswordRefused> {
    let password = password.trim();
    if password.is_empty() {
        return Err(PasswordRefused::Empty);
    }
    if password.chars().count() > LONGEST {
        return Err(PasswordRefused::TooLong);
    }
    if looks_like_login_code(password) {
        return Err(PasswordRefused::LooksLikeLoginCode);
    }
    if password.starts_with('/') {
        return Err(PasswordRefused::LooksLikeCommand);
    }
    Ok(Hidden::new(password))
}

/// Hashes a password with Argon2id into a PHC string: 19 MiB, two passes, one lane, as OWASP's
/// password storage cheat sheet has it.
///
/// # Panics
///
/// If there is not even that much memory.
pub fn hash(password: &Hidden, salt: &[u8; 16]) -> Hidden {
    let params = Params::DEFAULT;
    let mut digest = [0; Params::DEFAULT_OUTPUT_LEN];
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone())
        .hash_password_into(password.reveal().trim().as_bytes(), salt, &mut digest)
        .expect("19 MiB of memory to hash a password in");
    let phc = PasswordHash {
        algorithm: ARGON2ID_IDENT,
        version: Some(Version::V0x13.into()),
        params: (&params).try_into().expect("the default parameters have a PHC form"),
        salt: Some(Salt::new(salt).expect("16 bytes are a salt")),
        hash: Some(Output::new(&digest).expect("32 bytes are an output")),
    };
    Hidden::new(phc.to_string())
}

/// The memory that a comparison takes, as much as the hash asks for (19 MiB by default). Kept for
/// the next one: taken anew each time, in one thread after the other, it would stay behind in the
/// allocator's arenas, hundreds of MiB in all.
#[derive(Default)]
pub struct Workspace(Vec<Block>);

/// As [`matches_in()`], with memory of its own.
#[must_use]
pub fn matches(typed: &str, hash: &Hidden) -> bool {
    matches_in(&mut Workspace::default(), typed, hash)
}

/// Whether `typed` is the password behind `hash`. Takes tens of milliseconds: never call it where
/// others wait. An unreadable hash matches nothing, nor does one that asks for more than 256 MiB,
/// 16 passes or 16 lanes, nor does anything typed that is longer than a password can be.
#[must_use]
pub fn matches_in(workspace: &mut Workspace, typed: &str, hash: &Hidden) -> bool {
    let Some(Usable { params, salt, digest }) = usable(hash.reveal()) else { return false };
    let typed = typed.trim();
    if typed.chars().count() > LONGEST {
        return false;
    }
    let Workspace(memory) = workspace;
    if memory.len() < params.block_count() {
        memory.resize(params.block_count(), Block::new());
    }
    let mut computed = vec![0; digest.len()];
    let made = Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into_with_memory(
            typed.as_bytes(),
            salt.as_ref(),
            &mut computed,
            memory.as_mut_slice(),
        )
        .is_ok();
    memory.zeroize();
    made && same(&computed, digest.as_bytes())
}

/// Passwords that were found right before, so that no later guess at them costs that much again:
/// for each hash the keyed hash of its password, under a key that only this process knows.
pub struct Proven {
    key: [u8; 32],
    /// By the keyed hash of the Argon2id hash.
    known: BTreeMap<[u8; 32], [u8; 32]>,
}

impl Proven {
    /// So many are remembered; then all are forgotten, and found out anew.
    const MOST: usize = 10_000;

    pub fn new(random: &mut dyn Random) -> Proven {
        let mut key = [0; 32];
        random.fill(&mut key);
        Proven { key, known: BTreeMap::new() }
    }

    /// `typed` was found to be the password behind `hash`.
    pub fn add(&mut self, typed: &str, hash: &Hidden) {
        if self.known.len() >= Proven::MOST {
            self.known.clear();
        }
        self.known.insert(self.of("hash", hash.reveal()), self.of("password", typed.trim()));
    }

    /// Whether `typed` is the password behind `hash`, if that one is known. Takes a microsecond,
    /// the same for a right and a wrong one.
    #[must_use]
    pub fn is(&self, typed: &str, hash: &Hidden) -> Option<bool> {
        let right = self.known.get(&self.of("hash", hash.reveal()))?;
        Some(same(&self.of("password", typed.trim()), right))
    }

    fn of(&self, what: &str, text: &str) -> [u8; 32] {
        keyed_hash(&self.key, what, &[text.as_bytes()])
    }
}

impl Drop for Proven {
    fn drop(&mut self) {
        self.key.zeroize();
    }
}

impl fmt::Debug for Proven {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Proven").field("known", &self.known.len()).finish_non_exhaustive()
    }
}

/// Whether this is an Argon2id PHC string that [`matches()`] can use.
#[must_use]
pub fn is_hash(text: &str) -> bool {
    usable(text).is_some()
}

struct Usable {
    params: Params,
    salt: Salt,
    digest: Output,
}

fn usable(hash: &str) -> Option<Usable> {
    let phc = PasswordHash::new(hash).ok()?;
    let version = phc.version.and_then(|version| Version::try_from(version).ok());
    if phc.algorithm != ARGON2ID_IDENT || version != Some(Version::V0x13) {
        return None;
    }
    let params = Params::try_from(&phc).ok()?;
    // One spelling only: a parameter given twice or left out is a damaged hash, not a default.
    let spelt = format!("m={},t={},p={}", params.m_cost(), params.t_cost(), params.p_cost());
    if phc.params.as_str() != spelt {
        return None;
    }
    let (memory, passes, lanes) = MOST;
    if params.m_cost() > memory || params.t_cost() > passes || params.p_cost() > lanes {
        return None;
    }
    let digest = phc.hash.filter(|digest| digest.len() >= 16)?;
    let salt = phc.salt.filter(|salt| salt.as_ref().len() >= argon2::MIN_SALT_LEN)?;
    Some(Usable { params, salt, digest })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// By the reference implementation: `echo -n 'open sesame' | argon2 saltsaltsaltsalt -id -t 1 -k 64 -p 1 -e`.
    const QUICK: &str = "$argon2id$v=19$m=64,t=1,p=1$c2FsdHNhbHRzYWx0c2FsdA$kyj4KAQPkDHofxQqmZFrtcrDql5eltyrs3W6/tB5JPs";

    #[test]
    fn a_password_matches_its_hash_and_no_other() {
        let password = checked("  open sesame\n").expect("a password");
        let hash = hash(&password, &[7; 16]);
        assert!(hash.reveal().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(is_hash(hash.reveal()));
        for typed in ["open sesame", " open sesame ", "open sesame\n"] {
            assert!(matches(typed, &hash), "{typed:?}");
        }
        for typed in ["", "open sesam", "Open sesame", "open  sesame", hash.reveal()] {
            assert!(!matches(typed, &hash), "{typed:?}");
        }
    }

    #[test]
    fn what_was_proven_is_known_for_that_hash_only() {
        let mut proven = Proven::new(&mut Fixed(3));
        let (quick, other) = (Hidden::new(QUICK), Hidden::new(QUICK.replace("kyj4", "kyj5")));
        assert_eq!(proven.is("open sesame", &quick), None);
        proven.add(" open sesame", &quick);
        assert_eq!(proven.is("open sesame\n", &quick), Some(true));
        for wrong in ["open sesam", "Open sesame", "", QUICK] {
            assert_eq!(proven.is(wrong, &quick), Some(false), "{wrong:?}");
        }
        assert_eq!(proven.is("open sesame", &other), None);
        assert_eq!(format!("{proven:?}"), "Proven { known: 1, .. }");
        assert_ne!(proven.known, {
            let mut elsewhere = Proven::new(&mut Fixed(4));
            elsewhere.add("open sesame", &quick);
            elsewhere.known.clone()
        });
    }

    #[test]
    fn no_more_is_remembered_than_has_room() {
        let mut proven = Proven::new(&mut Fixed(3));
        for n in 0..=Proven::MOST {
            proven.add("open sesame", &Hidden::new(n.to_string()));
        }
        assert_eq!(proven.known.len(), 1);
    }

    struct Fixed(u8);

    impl Random for Fixed {
        fn fill(&mut self, bytes: &mut [u8]) {
            bytes.fill(self.0);
        }
    }

    #[test]
    fn another_salt_makes_another_hash() {
        let password = Hidden::new("x");
        assert_ne!(hash(&password, &[1; 16]), hash(&password, &[2; 16]));
    }

    #[test]
    fn hashes_of_other_makers_are_understood() {
        assert!(is_hash(QUICK));
        assert!(matches("open sesame", &Hidden::new(QUICK)));
        assert!(!matches("open", &Hidden::new(QUICK)));
    }

    #[test]
    fn what_is_no_usable_hash_matches_nothing() {
        let cases = [
            String::new(),
            "open sesame".to_owned(),
            "$".to_owned(),
            "$argon2id".to_owned(),
            "$argon2id$v=19$m=64,t=1,p=1".to_owned(),
            "$argon2id$v=19$m=64,t=1,p=1$c2FsdHNhbHRzYWx0c2FsdA".to_owned(),
            QUICK.replace("argon2id", "argon2i"),
            QUICK.replace("v=19", "v=16"),
            QUICK.replace("$v=19", ""),
            QUICK.replace("m=64", "m=4294967295"),
            QUICK.replace("m=64", "m=262145"),
            QUICK.replace("t=1", "t=0"),
            QUICK.replace("t=1", "t=4294967295"),
            QUICK.replace("p=1", "p=16777215"),
            QUICK.replace("m=64", "m=7"),
            QUICK.replace("m=64", "m=64,keyid=AAAA,nonsense=1"),
            QUICK.replace("p=1", "t=1"),
            QUICK.replace(",p=1", ""),
            QUICK.replace(",p=1", ",p=1,keyid=AAAA"),
            "$2b$12$abcdefghijklmnopqrstuuWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW".to_owned(),
        ];
        for case in cases {
            assert!(!is_hash(&case), "{case}");
            assert!(!matches("open sesame", &Hidden::new(case.as_str())), "{case}");
        }
    }

    #[test]
    fn the_longest_password_works_and_longer_ones_do_not() {
        let longest = "ä".repeat(LONGEST);
        assert!(checked(&longest).is_ok());
        assert_eq!(checked(&format!("{longest}ä")), Err(PasswordRefused::TooLong));
        assert!(!matches(&"a".repeat(LONGEST + 1), &Hidden::new(QUICK)));
    }

    #[test]
    fn passwords_that_could_never_be_typed_are_refused() {
        for (password, why) in [
            ("", PasswordRefused::Empty),
            (" \n", PasswordRefused::Empty),
            ("12345", PasswordRefused::LooksLikeLoginCode),
            ("1 2 3-45", PasswordRefused::LooksLikeLoginCode),
            ("code 12345", PasswordRefused::LooksLikeLoginCode),
            ("/open", PasswordRefused::LooksLikeCommand),
        ] {
            assert_eq!(checked(password), Err(why), "{password:?}");
        }
        for password in ["123456", "1234", "x12345", "open/sesame", "🔑"] {
            assert_eq!(checked(password), Ok(Hidden::new(password)), "{password:?}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(hash in "\\PC*", typed in "\\PC*") {
            prop_assert!(!matches(&typed, &Hidden::new(hash)));
        }

        #[test]
        fn no_damaged_hash_makes_it_panic_or_matches(at in 0..QUICK.len(), byte in 32_u8..127) {
            let mut damaged = QUICK.as_bytes().to_vec();
            prop_assume!(damaged[at] != byte);
            damaged[at] = byte;
            let damaged = String::from_utf8(damaged).expect("ASCII");
            // A changed parameter is within the limits or not used: either way it ends soon.
            prop_assert!(!matches("open sesame", &Hidden::new(damaged)));
        }

        #[test]
        fn every_checked_password_is_trimmed_and_short(password in "\\PC{0,250}") {
            if let Ok(form) = checked(&password) {
                prop_assert_eq!(form.reveal(), password.trim());
                prop_assert!(form.reveal().chars().count() <= LONGEST);
            }
        }
    }
}
