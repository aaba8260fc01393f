//! What the buttons of this room carry: at most 64 bytes, beginning with `a.`.

use crate::verification::GateId;
use crate::verification::event::Act;

/// A button that was pressed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Press {
    /// `a.p.<serial>.<gate>.<word>`: the panel's own. Only those of its newest keyboard work.
    /// `gate`: 0 where it is about none.
    Panel { serial: u32, gate: GateId, word: String },
    /// `a.c.<gate>.<card>.<act>`: an answer to a card.
    Card { gate: GateId, card: u32, act: Act },
    /// `a.x.<gate>`: look at the group again.
    CheckAgain { gate: GateId },
    /// `a.s.<gate>`: set the group's gate up, or look at it if it is there. Never too old.
    SetUp { gate: GateId },
}

const ACTS: [(Act, &str); 4] = [
    (Act::Approve, "approve"),
    (Act::Decline, "decline"),
    (Act::Unlock, "unlock"),
    (Act::Revoke, "revoke"),
];

impl Press {
    #[must_use]
    pub fn data(&self) -> String {
        match self {
            Press::Panel { serial, gate, word } => format!("a.p.{serial}.{}.{word}", gate.0),
            Press::Card { gate, card, act } => format!("a.c.{}.{card}.{}", gate.0, word_of(*act)),
            Press::CheckAgain { gate } => format!("a.x.{}", gate.0),
            Press::SetUp { gate } => format!("a.s.{}", gate.0),
        }
    }

    /// Reads a button's data; `None` if it is none of ours.
    #[must_use]
    pub fn read(data: &str) -> Option<Press> {
        let (kind, rest) = data.strip_prefix("a.")?.split_once('.')?;
        let gate = |text: &str| text.parse().ok().map(GateId);
        let mut parts = rest.splitn(3, '.');
        match kind {
            "p" => Some(Press::Panel {
                serial: parts.next()?.parse().ok()?,
                gate: gate(parts.next()?)?,
                word: parts.next()?.to_owned(),
            }),
            "c" => Some(Press::Card {
                gate: gate(parts.next()?)?,
                card: parts.next()?.parse().ok()?,
                act: act_of(parts.next()?)?,
            }),
            "x" => Some(Press::CheckAgain { gate: gate(rest)? }),
            "s" => Some(Press::SetUp { gate: gate(rest)? }),
            _ => None,
        }
    }
}

#[must_use]
pub fn word_of(act: Act) -> &'static str {
    ACTS.iter().find(|(known, _)| *known == act).map_or("", |(_, word)| word)
}

#[must_use]
pub fn act_of(word: &str) -> Option<Act> {
    ACTS.iter().find(|(_, known)| *known == word).map(|(act, _)| *act)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_button_reads_back_and_fits_telegrams_64_bytes() {
        let gate = GateId(i64::MIN);
        let mut presses = vec![
            Press::Panel { serial: u32::MAX, gate, word: "x".repeat(24) },
            Press::CheckAgain { gate },
            Press::SetUp { gate },
        ];
        presses.extend(ACTS.map(|(act, _)| Press::Card { gate, card: u32::MAX, act }));
        for press in presses {
            let data = press.data();
            assert!(data.len() <= 64, "{data}");
            assert_eq!(Press::read(&data), Some(press));
        }
    }

    #[test]
    fn strange_data_is_no_button() {
        for data in ["", "a", "a.", "a.p", "a.p.1", "a.p.x.1.w", "a.c.-1.1.eat", "a.x.", "send.1.2"]
        {
            assert_eq!(Press::read(data), None, "{data}");
        }
    }
}
