//! Whether something that a person did is for their panel or for the applicant's rules.

use super::panel::{Input, Panel};
use crate::verification::event::{Event, What};

/// The commands of the panel.
pub const COMMANDS: [&str; 11] = [
    "gate", "password", "roster", "log", "doctor", "unlock", "approve", "decline", "revoke",
    "enrol", "raid",
];

/// What else is known of a person; looked up only where it matters.
pub trait Acquaintance {
    /// They look after some group, or may.
    fn is_staff(&self) -> bool;
    /// They stand at a gate themselves, as an applicant.
    fn is_applying(&self) -> bool;
}

/// What the panel is to be told of this, if it is the panel's business. `panel`: what is kept of
/// this person as an admin; a default one if nothing is.
///
/// * Buttons whose data begins with `a.`, the commands of the panel, and `/start` with a parameter
///   that begins with `o` (claim), `e` (enrolment) or `s` (set-up) always are.
/// * Files and forwarded messages are, if the person is known to the panel or of the staff.
/// * Plain text is, while the panel waits for something to be typed; `/cancel` besides, while it
///   waits for a yes or no; any command, while what is to be typed is a secret: a password may
///   begin with a slash, and must not stay in the chat.
/// * `/start` alone, `/help` and small talk of the staff are, unless they stand at a gate as
///   applicants. (`/join` leads them there.)
#[must_use]
pub fn claim(panel: &Panel, who: &impl Acquaintance, event: &Event) -> Option<Input> {
    let known = || *panel != Panel::default() || who.is_staff();
    let at_home = || (!panel.known.is_empty() || who.is_staff()) && !who.is_applying();
    let (waits, busy) = (panel.waits(), panel.is_busy());
    match event.what.clone() {
        What::Started { chat, message, parameter: Some(parameter) }
            if parameter.starts_with(['o', 'e', 's']) =>
        {
            Some(Input::Started { chat, message, parameter })
        }
        What::Started { chat, message, parameter: None } if at_home() => {
            Some(Input::Started { chat, message, parameter: String::new() })
        }
        What::Commanded { chat, message, command, rest }
            if COMMANDS.contains(&command.as_str())
                || (busy && command == "cancel")
                || panel.waits_for_secret()
                || (command == "help" && at_home()) =>
        {
            Some(Input::Commanded { chat, message, command, rest })
        }
        What::Wrote { chat, message, forwarded: true, origin, .. } if known() => {
            Some(Input::Forwarded { chat, message, origin })
        }
        What::SentOther { chat, message, origin: Some(origin) } if known() => {
            Some(Input::Forwarded { chat, message, origin: Some(origin) })
        }
        What::Wrote { chat, message, text, forwarded: false, .. } if waits || at_home() => {
            Some(Input::Wrote { chat, message, text })
        }
        What::SentFile { chat, message, file } if known() => {
            Some(Input::SentFile { chat, message, file })
        }
        What::SharedChat { chat, message, request, picked, title } => {
            Some(Input::SharedChat { chat, message, request, picked, title })
        }
        What::Pressed { chat, message, query, data } if data.starts_with("a.") => {
            Some(Input::Pressed { chat, message, query, data })
        }
        _ => None,
    }
}
