//! The errors that the pretend Bot API answers with, worded like the real ones.

use serde_json::{Value, json};

/// An error answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// HTTP status and `error_code`.
    pub code: u16,
    pub description: String,
    /// Seconds.
    pub retry_after: Option<u64>,
    pub migrate_to: Option<i64>,
    /// No well-made bot would ever have asked this: it fails the test.
    pub violation: bool,
}

impl Refusal {
    pub fn new(code: u16, description: impl Into<String>) -> Refusal {
        Refusal {
            code,
            description: description.into(),
            retry_after: None,
            migrate_to: None,
            violation: false,
        }
    }

    pub fn bad_request(what: impl AsRef<str>) -> Refusal {
        Refusal::new(400, format!("Bad Request: {}", what.as_ref()))
    }

    pub fn forbidden(what: impl AsRef<str>) -> Refusal {
        Refusal::new(403, format!("Forbidden: {}", what.as_ref()))
    }

    /// A request that only a broken bot makes.
    pub fn violation(what: impl AsRef<str>) -> Refusal {
        Refusal { violation: true, ..Refusal::bad_request(what) }
    }

    pub fn too_many_requests(seconds: u64) -> Refusal {
        let description = format!("Too Many Requests: retry after {seconds}");
        Refusal { retry_after: Some(seconds), ..Refusal::new(429, description) }
    }

    pub fn migrated(to: i64) -> Refusal {
        Refusal {
            migrate_to: Some(to),
            ..Refusal::bad_request("group chat was upgraded to a supergroup chat")
        }
    }

    pub fn json(&self) -> Value {
        let mut body =
            json!({"ok": false, "error_code": self.code, "description": self.description});
        if let Some(seconds) = self.retry_after {
            body["parameters"]["retry_after"] = seconds.into();
        }
        if let Some(chat) = self.migrate_to {
            body["parameters"]["migrate_to_chat_id"] = chat.into();
        }
        body
    }
}

pub fn chat_not_found() -> Refusal {
    Refusal::bad_request("chat not found")
}

pub fn user_not_found() -> Refusal {
    Refusal::bad_request("user not found")
}

pub fn admin_required() -> Refusal {
    Refusal::bad_request("CHAT_ADMIN_REQUIRED")
}

pub fn not_enough_rights_for_links() -> Refusal {
    Refusal::bad_request("not enough rights to manage chat invite link")
}

pub fn not_modified() -> Refusal {
    Refusal::bad_request(
        "message is not modified: specified new message content and reply markup are exactly \
         the same as a current content and reply markup of the message",
    )
}

pub fn query_is_too_old() -> Refusal {
    Refusal::bad_request("query is too old and response timeout expired or query ID is invalid")
}

pub fn other_poller() -> Refusal {
    Refusal::new(
        409,
        "Conflict: terminated by other getUpdates request; make sure that only one bot instance \
         is running",
    )
}
