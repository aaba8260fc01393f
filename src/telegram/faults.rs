//! What can come of a Bot API call besides success, sorted by what to do about it.
//!
//! Telegram names most refusals in words only; they are matched by text. No fault holds the token,
//! an address (URL) or anything that was in a message.

use std::time::Duration;

use serde::Deserialize;
use thiserror::Error;

use crate::ops::redact::redact;

/// How a Bot API call failed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Fault {
    /// The network or Telegram itself is out of order.
    #[error("{method}: Telegram cannot be reached: {why}")]
    Retry { method: &'static str, why: String },
    /// Too many calls (429).
    #[error("{method}: Telegram asks for a pause of {} s", retry_after.as_secs())]
    RateLimited { method: &'static str, retry_after: Duration },
    /// The token is wrong or was revoked (401).
    #[error("{method}: Telegram does not know this token; take the current one from BotFather")]
    Unauthorized { method: &'static str },
    /// Somebody else fetches this bot's updates: another poller, or a webhook (409).
    #[error("{method}: somebody else fetches this bot's updates: {why}; stop the other one")]
    Conflict { method: &'static str, why: String },
    /// The person cannot be reached: they blocked the bot, never opened the chat, or are no more.
    #[error("{method}: the person cannot be reached: {why}")]
    Gone { method: &'static str, why: String },
    /// What was asked for is so already, or its time has passed.
    #[error("{method}: nothing to do: {0:?}", already)]
    AlreadyDone { method: &'static str, already: Already },
    /// The bot may not do that in the group.
    #[error(
        "{method}: the bot lacks a right in the group: {why}; make it an admin that may invite users"
    )]
    NoRights { method: &'static str, why: String },
    /// There is no such chat, or the bot never was in it.
    #[error("{method}: there is no such chat, or the bot is not in it; check chat_id")]
    NoChat { method: &'static str },
    /// The person is not in the group.
    #[error("{method}: the person is not in the group")]
    NotMember { method: &'static str },
    /// The person is in as many groups and channels as Telegram allows.
    #[error("{method}: the person is in too many groups and channels")]
    TooManyChats { method: &'static str },
    /// The group became a supergroup with this chat id.
    #[error("{method}: the group has a new chat id: {to}; change it in the config")]
    Migrated { method: &'static str, to: i64 },
    /// Telegram does not take the call as we made it, or answered something unknown: a bug of ours.
    #[error("{method}: Telegram refused: {why}")]
    Malformed { method: &'static str, why: String },
}

/// Why there was nothing to do.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Already {
    /// The message says that already.
    Unchanged,
    /// The message is gone, or too old to be changed or deleted.
    MessageGone,
    /// The pressed button has waited too long for its answer.
    QueryTooOld,
    /// There is no join request (any more).
    NoRequest,
    /// The person is in the group already.
    Member,
    /// The invite link is no longer valid.
    LinkRevoked,
}

/// Telegram's refusal of a call, as it arrives.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Refused {
    #[serde(default)]
    pub error_code: u16,
    #[serde(default)]
    pub description: String,
    #[serde(default)]
    pub parameters: Option<Parameters>,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Parameters {
    pub migrate_to_chat_id: Option<i64>,
    pub retry_after: Option<u64>,
}

/// The pause after a 429 that names none.
const DEFAULT_PAUSE: Duration = Duration::from_secs(5);
/// No pause is longer, whatever is asked for.
const LONGEST_PAUSE: Duration = Duration::from_secs(24 * 60 * 60);
/// An answer that fits no class is shown so far.
const TOLD: usize = 120;

impl Fault {
    /// Whether the same call may succeed later, without anybody doing anything.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        self.pause().is_some()
    }

    /// How long to wait before the same call may be made again; `None`: it would fail again.
    #[must_use]
    pub fn pause(&self) -> Option<Duration> {
        match self {
            Fault::Retry { .. } => Some(Duration::from_secs(1)),
            Fault::RateLimited { retry_after, .. } => Some(*retry_after),
            // A host has to act first; what waits must not be lost meanwhile.
            Fault::Unauthorized { .. } | Fault::Conflict { .. } => Some(Duration::from_secs(30)),
            Fault::Gone { .. }
            | Fault::AlreadyDone { .. }
            | Fault::NoRights { .. }
            | Fault::NoChat { .. }
            | Fault::NotMember { .. }
            | Fault::TooManyChats { .. }
            | Fault::Migrated { .. }
            | Fault::Malformed { .. } => None,
        }
    }

    /// Whether it says that the bot is not in the group (any more), or that the group is gone.
    #[must_use]
    pub fn is_absence(&self) -> bool {
        match self {
            Fault::NoChat { .. } | Fault::Gone { .. } => true,
            Fault::NoRights { why, .. } => {
                let said = why.to_ascii_lowercase();
                ABSENT.iter().any(|mark| said.contains(mark))
            }
            Fault::Retry { .. }
            | Fault::RateLimited { .. }
            | Fault::Unauthorized { .. }
            | Fault::Conflict { .. }
            | Fault::AlreadyDone { .. }
            | Fault::NotMember { .. }
            | Fault::TooManyChats { .. }
            | Fault::Migrated { .. }
            | Fault::Malformed { .. } => false,
        }
    }

    /// One word for metrics.
    #[must_use]
    pub fn class(&self) -> &'static str {
        match self {
            Fault::Retry { .. } => "unreachable",
            Fault::RateLimited { .. } => "rate_limited",
            Fault::Unauthorized { .. } => "unauthorized",
            Fault::Conflict { .. } => "conflict",
            Fault::Gone { .. } => "gone",
            Fault::AlreadyDone { .. } => "already_done",
            Fault::NoRights { .. } => "no_rights",
            Fault::NoChat { .. } => "no_chat",
            Fault::NotMember { .. } => "not_member",
            Fault::TooManyChats { .. } => "too_many_chats",
            Fault::Migrated { .. } => "migrated",
            Fault::Malformed { .. } => "malformed",
        }
    }

    /// A call that did not come through. Never with its URL, which holds the token.
    pub(super) fn of_transport(method: &'static str, error: reqwest::Error) -> Fault {
        let error = error.without_url();
        let what = if error.is_timeout() {
            "no answer in time"
        } else if error.is_connect() {
            "no connection"
        } else {
            "the connection broke"
        };
        let mut cause: &dyn std::error::Error = &error;
        while let Some(deeper) = cause.source() {
            cause = deeper;
        }
        Fault::Retry { method, why: format!("{what} ({cause})") }
    }

    /// Sorts Telegram's refusal. `status`: of the HTTP answer.
    pub(super) fn of_refusal(method: &'static str, status: u16, refused: &Refused) -> Fault {
        let code = if refused.error_code == 0 { status } else { refused.error_code };
        let parameters = refused.parameters.as_ref();
        let why = || harmless(&refused.description);
        if let Some(to) = parameters.and_then(|parameters| parameters.migrate_to_chat_id) {
            return Fault::Migrated { method, to };
        }
        match code {
            429 => {
                let seconds = parameters.and_then(|parameters| parameters.retry_after);
                let retry_after = seconds.map_or(DEFAULT_PAUSE, Duration::from_secs);
                let retry_after = retry_after.min(LONGEST_PAUSE);
                return Fault::RateLimited { method, retry_after };
            }
            500.. => return Fault::Retry { method, why: format!("it answered {code}") },
            401 => return Fault::Unauthorized { method },
            // So Telegram answers a token that is none; it names the method if that is unknown.
            404 if !refused.description.contains("method") => {
                return Fault::Unauthorized { method };
            }
            409 => return Fault::Conflict { method, why: why() },
            _ => (),
        }
        let said = refused.description.to_ascii_lowercase();
        let known = KNOWN.iter().find(|(_, marks)| marks.iter().any(|mark| said.contains(mark)));
        match known.map(|(kind, _)| *kind) {
            Some(Kind::Already(already)) => Fault::AlreadyDone { method, already },
            Some(Kind::NoRights) => Fault::NoRights { method, why: why() },
            Some(Kind::NoChat) => Fault::NoChat { method },
            Some(Kind::NotMember) => Fault::NotMember { method },
            Some(Kind::TooManyChats) => Fault::TooManyChats { method },
            Some(Kind::Gone) => Fault::Gone { method, why: why() },
            None if code == 403 => Fault::Gone { method, why: why() },
            None => Fault::Malformed { method, why: format!("{code} {}", why()) },
        }
    }
}

#[derive(Copy, Clone)]
enum Kind {
    Already(Already),
    NoRights,
    NoChat,
    NotMember,
    TooManyChats,
    Gone,
}

/// Marks by which a refusal is known, in lower case; the first that fits counts.
const KNOWN: &[(Kind, &[&str])] = &[
    (Kind::Already(Already::Unchanged), &["message is not modified"]),
    (
        Kind::Already(Already::MessageGone),
        &[
            "message to edit not found",
            "message to delete not found",
            "message can't be edited",
            "message can't be deleted",
            "message_id_invalid",
            "message_delete_forbidden",
        ],
    ),
    (
        Kind::Already(Already::QueryTooOld),
        &["query is too old", "query id is invalid", "query_id_invalid"],
    ),
    (Kind::Already(Already::NoRequest), &["hide_requester_missing"]),
    (Kind::Already(Already::Member), &["user_already_participant"]),
    (Kind::Already(Already::LinkRevoked), &["invite_hash_expired", "invite_hash_invalid"]),
    (Kind::TooManyChats, &["channels_too_much"]),
    (
        Kind::NoRights,
        &[
            "chat_admin_required",
            "admin_required",
            "administrator rights",
            "not enough rights",
            "have no rights",
            "user is an administrator",
            "can't remove chat owner",
            "need to be inviter",
            "right_forbidden",
            "bot is not a member",
            "bot was kicked",
            "chat was deactivated",
            "chat was deleted",
            "channel_private",
        ],
    ),
    (Kind::NoChat, &["chat not found", "chat_id_invalid", "channel_invalid"]),
    (Kind::NotMember, &["participant_id_invalid", "member not found", "user_not_participant"]),
    (
        Kind::Gone,
        &[
            "bot was blocked",
            "user is deactivated",
            "can't initiate conversation",
            "can't send messages to bots",
            "user_deactivated",
            "user_is_blocked",
            "peer_id_invalid",
            "user not found",
            "user_id_invalid",
            "invalid user_id",
            "user_banned_in_channel",
            "user_kicked",
        ],
    ),
];

/// Marks of those lacking rights that mean: the bot is not there.
const ABSENT: &[&str] = &[
    "bot is not a member",
    "bot was kicked",
    "chat was deactivated",
    "chat was deleted",
    "channel_private",
];

/// Telegram repeats pieces of a message that it cannot read, in quotes: nothing from the first
/// quote on is kept, no digits, and no long text; a token or an address, which whoever stands in
/// Telegram's place may repeat, is masked before it is too cut up to be known for one.
fn harmless(description: &str) -> String {
    let description = redact(description);
    let quoted = description.find(['"', '«', '“']).into_iter().chain(description.find(" '")).min();
    let telling = &description[..quoted.unwrap_or(description.len())];
    let mut out = String::new();
    for c in telling.chars().take(TOLD) {
        match c {
            '0'..='9' => out.push('#'),
            c if c.is_ascii_alphabetic() || " _:;,.-'()".contains(c) => out.push(c),
            _ => (),
        }
    }
    out.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(code: u16, description: &str) -> Fault {
        let description = description.to_owned();
        Fault::of_refusal("M", code, &Refused { error_code: code, description, parameters: None })
    }

    #[test]
    fn where_the_bot_is_not_is_told_from_where_it_may_not() {
        for words in [
            "Forbidden: bot is not a member of the supergroup chat",
            "Forbidden: bot was kicked from the group chat",
            "Bad Request: chat not found",
        ] {
            assert!(fault(403, words).is_absence(), "{words}");
        }
        for words in ["Bad Request: CHAT_ADMIN_REQUIRED", "Bad Request: member not found"] {
            assert!(!fault(400, words).is_absence(), "{words}");
        }
    }

    #[test]
    fn refusals_are_sorted_by_what_to_do() {
        let check = |code, description: &str, class: &str| {
            assert_eq!(fault(code, description).class(), class, "{description}");
        };
        check(403, "Forbidden: bot was blocked by the user", "gone");
        check(403, "Forbidden: bot can't initiate conversation with a user", "gone");
        check(403, "Forbidden: user is deactivated", "gone");
        check(403, "Forbidden: something new", "gone");
        check(403, "Forbidden: bot is not a member of the supergroup chat", "no_rights");
        check(403, "Forbidden: bot was kicked from the group chat", "no_rights");
        check(400, "Bad Request: CHAT_ADMIN_REQUIRED", "no_rights");
        check(400, "Bad Request: not enough rights to manage chat invite link", "no_rights");
        check(400, "Bad Request: chat not found", "no_chat");
        check(400, "Bad Request: USER_CHANNELS_TOO_MUCH", "too_many_chats");
        check(400, "Bad Request: PARTICIPANT_ID_INVALID", "not_member");
        check(400, "Bad Request: user not found", "gone");
        check(400, "Bad Request: HIDE_REQUESTER_MISSING", "already_done");
        check(401, "Unauthorized", "unauthorized");
        check(404, "Not Found", "unauthorized");
        check(404, "Not Found: method not found", "malformed");
        check(409, "Conflict: terminated by other getUpdates request", "conflict");
        check(429, "Too Many Requests: retry after 7", "rate_limited");
        check(500, "Internal Server Error", "unreachable");
        check(502, "", "unreachable");
        check(400, "Bad Request: message text is empty", "malformed");
    }

    #[test]
    fn what_needs_no_doing_is_named() {
        let already = |description: &str| match fault(400, description) {
            Fault::AlreadyDone { already, .. } => already,
            other => panic!("{other}"),
        };
        let not_modified = "Bad Request: message is not modified: specified new message content \
            and reply markup are exactly the same as a current content and reply markup";
        let too_old =
            "Bad Request: query is too old and response timeout expired or query ID is invalid";
        assert_eq!(already(not_modified), Already::Unchanged);
        assert_eq!(already(too_old), Already::QueryTooOld);
        assert_eq!(already("Bad Request: message to delete not found"), Already::MessageGone);
        assert_eq!(
            already("Bad Request: message can't be deleted for everyone"),
            Already::MessageGone
        );
        assert_eq!(already("Bad Request: HIDE_REQUESTER_MISSING"), Already::NoRequest);
        assert_eq!(already("Bad Request: USER_ALREADY_PARTICIPANT"), Already::Member);
    }

    #[test]
    fn parameters_go_before_words() {
        let with = |parameters| Refused {
            error_code: 429,
            description: "Too Many Requests: retry after 7".to_owned(),
            parameters: Some(parameters),
        };
        let pause = with(Parameters { retry_after: Some(7), migrate_to_chat_id: None });
        let pause = Fault::of_refusal("M", 429, &pause).pause();
        assert_eq!(pause, Some(Duration::from_secs(7)));
        let moved = with(Parameters { retry_after: None, migrate_to_chat_id: Some(-1005) });
        let moved = Fault::of_refusal("M", 400, &moved);
        assert_eq!(moved, Fault::Migrated { method: "M", to: -1005 });
    }

    #[test]
    fn no_piece_of_a_message_gets_through() {
        let said = |description| fault(400, description).to_string();
        assert_eq!(
            said(
                "Bad Request: can't parse entities: Unsupported start tag \"hunter2\" at byte offset 12"
            ),
            "M: Telegram refused: 400 Bad Request: can't parse entities: Unsupported start tag"
        );
        assert_eq!(
            said("Bad Request: button URL 'https://t.me/?start=secret' is invalid"),
            "M: Telegram refused: 400 Bad Request: button URL"
        );
        assert_eq!(said("code 482913 — geheim"), "M: Telegram refused: 400 code ######  geheim");
        assert_eq!(
            said(
                "no nora.neu@example.org, no +4915123456789, no /bot123456789:AAEhBP0av18yWr0fmLXG6PjVd4XkqbEXAMPL"
            ),
            "M: Telegram refused: 400 no e-mail, no phone, no bottoken"
        );
        assert!(said(&"x".repeat(5000)).len() < 200);
    }
}
