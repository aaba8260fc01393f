//! The buttons of the dialogue, and what they carry.
//!
//! A button's data is `<action>.<serial>.<gate>`. The serial is the number of the keyboard that it
//! hangs in: only the newest keyboard of a person works, so that nothing can be pressed twice.

use crate::verification::GateId;
use crate::verification::effect::{Button, Channel, Label};

#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Choose the gate that the button names.
    Enter,
    Use(Channel),
    Send,
    Resend,
    NewCode,
    KeepCode,
    OtherAddress,
    TryAgain,
    AskAdmin,
    Cancel,
}

/// A button that was pressed.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct Pressed {
    pub action: Action,
    pub serial: u32,
    pub gate: GateId,
}

impl Action {
    const ALL: [(Action, &'static str); 11] = [
        (Action::Enter, "enter"),
        (Action::Use(Channel::Email), "email"),
        (Action::Use(Channel::Sms), "sms"),
        (Action::Send, "send"),
        (Action::Resend, "resend"),
        (Action::NewCode, "new"),
        (Action::KeepCode, "keep"),
        (Action::OtherAddress, "other"),
        (Action::TryAgain, "again"),
        (Action::AskAdmin, "help"),
        (Action::Cancel, "cancel"),
    ];

    fn word(self) -> &'static str {
        Action::ALL.iter().find(|(action, _)| *action == self).map_or("", |(_, word)| word)
    }

    fn label(self) -> Label {
        match self {
            Action::Enter => Label::Group(String::new()),
            Action::Use(Channel::Email) => Label::UseEmail,
            Action::Use(Channel::Sms) => Label::UseSms,
            Action::Send => Label::SendCode,
            Action::Resend => Label::Resend,
            Action::NewCode => Label::NewCode,
            Action::KeepCode => Label::KeepCode,
            Action::OtherAddress => Label::OtherAddress,
            Action::TryAgain => Label::TryAgain,
            Action::AskAdmin => Label::AskAdmin,
            Action::Cancel => Label::Cancel,
        }
    }
}

impl Pressed {
    /// Reads a button's data; `None` if it is none of ours.
    #[must_use]
    pub fn read(data: &str) -> Option<Pressed> {
        let mut parts = data.splitn(3, '.');
        let word = parts.next()?;
        let serial = parts.next()?.parse().ok()?;
        let gate = GateId(parts.next()?.parse().ok()?);
        let (action, _) = Action::ALL.into_iter().find(|(_, known)| *known == word)?;
        Some(Pressed { action, serial, gate })
    }

    #[must_use]
    pub fn data(self) -> String {
        format!("{}.{}.{}", self.action.word(), self.serial, self.gate.0)
    }
}

/// A keyboard of these rows of actions.
pub(super) fn rows(rows: &[&[Action]], serial: u32, gate: GateId) -> Vec<Vec<Button>> {
    let button = |action: Action| Button {
        label: action.label(),
        data: Pressed { action, serial, gate }.data(),
    };
    rows.iter().map(|row| row.iter().copied().map(button).collect()).collect()
}

/// The button that enters a gate, with the group's title on it.
pub(super) fn enter(gate: GateId, title: &str, serial: u32) -> Button {
    Button {
        label: Label::Group(title.to_owned()),
        data: Pressed { action: Action::Enter, serial, gate }.data(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_button_reads_back_and_fits_telegrams_64_bytes() {
        for (action, _) in Action::ALL {
            let pressed = Pressed { action, serial: u32::MAX, gate: GateId(i64::MIN) };
            let data = pressed.data();
            assert!(data.len() <= 64, "{data}");
            assert_eq!(Pressed::read(&data), Some(pressed));
        }
    }

    #[test]
    fn strange_data_is_no_button() {
        for data in
            ["", "send", "send.", "send.1", "send.1.", "send.-1.2", "nope.1.2", "send.1.2.3"]
        {
            assert_eq!(Pressed::read(data), None, "{data}");
        }
    }
}
