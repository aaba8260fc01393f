//! Twilio's error codes, sorted by whose they are: <https://www.twilio.com/docs/api/errors>.

use crate::verification::event::Refusal;

/// Whose an error is.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The recipient's number.
    Address(Refusal),
    /// The account, its sender or the settings.
    Host,
    /// Too much at once: never processed, to be tried again.
    Later,
    /// Nobody can tell whether it was sent.
    Unclear,
}

/// Sorts an error code. `None`: not one that is known here; the HTTP status must do.
pub(super) fn verdict(code: u32) -> Option<Verdict> {
    let verdict = match code {
        // The number is none, or nobody has it.
        21211 | 21214 | 21217 | 21266 | 21401 | 21421 | 30005 => {
            Verdict::Address(Refusal::NoSuchAddress)
        }
        // A landline, or beyond any carrier that takes SMS from this sender.
        21612 | 21614 | 21635 | 30006 => Verdict::Address(Refusal::NotMobile),
        // They sent STOP.
        21610 => Verdict::Address(Refusal::OptedOut),
        // The country is switched off for the account; a trial account knows its own numbers only.
        21408 | 21608 => Verdict::Address(Refusal::NotServed),
        // Blocked on the way: by the carrier, as spam, or as SMS pumping.
        30004 | 30007 | 30450 | 30453 => Verdict::Address(Refusal::Policy),
        // Credentials, permissions, the account itself.
        20003 | 20005 | 20006 | 20008 | 20403 | 20404 | 30002 => Verdict::Host,
        // The sender: no number of ours, no SMS number, not registered, an empty service.
        21212 | 21603 | 21606 | 21659 | 21660 | 21661 | 21701 | 21703 | 21704 | 21705 | 30023
        | 30032 | 30034 => Verdict::Host,
        // What we wrote: no text, too long, a bad life time.
        21602 | 21605 | 21617 | 21619 => Verdict::Host,
        // Too fast for the account or for the sender's queue.
        14107 | 20429 | 21611 | 30001 | 30022 | 63038 => Verdict::Later,
        // Given to the carrier, and lost from sight.
        30003 | 30008 => Verdict::Unclear,
        _ => return None,
    };
    Some(verdict)
}
