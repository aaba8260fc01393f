//! What can go wrong with a call of the pretend Bot API.

use super::refusal::Refusal;

/// What happens to one call instead of the usual.
#[derive(Clone, Debug)]
pub enum Fault {
    /// This error is answered; nothing is done.
    Refused(Refusal),
    /// Nothing is done and nothing is answered, for as long as the client waits.
    Hang,
    /// Nothing is done; the answer begins well and never ends.
    Stall,
    /// The request is read, nothing is done, the connection is reset.
    Reset,
    /// The answer is 200 with something that is no JSON; nothing is done.
    Garbage,
    /// All is done as usual, but the connection is reset before the answer.
    AnswerLost,
}

impl Fault {
    /// Any error by its code and the words after it.
    #[must_use]
    pub fn error(code: u16, description: &str) -> Fault {
        Fault::Refused(Refusal::new(code, description))
    }

    #[must_use]
    pub fn bad_request(what: &str) -> Fault {
        Fault::Refused(Refusal::bad_request(what))
    }

    #[must_use]
    pub fn forbidden(what: &str) -> Fault {
        Fault::Refused(Refusal::forbidden(what))
    }

    #[must_use]
    pub fn unauthorized() -> Fault {
        Fault::error(401, "Unauthorized")
    }

    /// 409: another process polls with the same token.
    #[must_use]
    pub fn other_poller() -> Fault {
        Fault::Refused(super::refusal::other_poller())
    }

    /// 429 with `retry_after`.
    #[must_use]
    pub fn too_many_requests(seconds: u64) -> Fault {
        Fault::Refused(Refusal::too_many_requests(seconds))
    }

    #[must_use]
    pub fn server_error(code: u16) -> Fault {
        Fault::error(code, if code == 502 { "Bad Gateway" } else { "Internal Server Error" })
    }

    /// The group has become a supergroup with another id.
    #[must_use]
    pub fn migrated(to: i64) -> Fault {
        Fault::Refused(Refusal::migrated(to))
    }
}
