//! What a gate's password may look like, and how a typed one is compared.

use super::Hidden;

/// Why a password is not taken for a gate.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
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
    let _ = password;
    todo!()
}

/// Hashes a password with Argon2id into a PHC string.
pub fn hash(password: &Hidden, salt: &[u8; 16]) -> Hidden {
    let _ = (password, salt);
    todo!()
}

/// Whether `typed` is the password behind `hash`. Takes tens of milliseconds: never call it where
/// others wait. An unreadable hash matches nothing.
#[must_use]
pub fn matches(typed: &str, hash: &Hidden) -> bool {
    let _ = (typed, hash);
    todo!()
}

/// Whether this is an Argon2id PHC string that [`matches`] can use.
#[must_use]
pub fn is_hash(text: &str) -> bool {
    let _ = text;
    todo!()
}
