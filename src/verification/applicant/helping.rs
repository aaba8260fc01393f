//! "Ask an admin": for those who are stuck.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::turn::{Dialogue, Turn, standing};
use super::{Decision, Notice, Stage};
use crate::verification::compact;
use crate::verification::limits::Standing;
use crate::verification::text::Text;
use crate::verification::{GateId, Timestamp};

/// How often somebody may ask the admins of one gate on one UTC day.
const A_DAY: u32 = 3;

/// After so long without an answer they may ask again.
const ANSWER_WITHIN: Duration = Duration::from_secs(24 * 60 * 60);

/// When, and how often, somebody asked the admins.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Asks {
    /// The UTC day that `today` is about.
    #[serde(skip_serializing_if = "compact::says_nothing")]
    pub day: i64,
    #[serde(skip_serializing_if = "compact::says_nothing")]
    pub today: u32,
    /// They wait for an answer, since then.
    #[serde(skip_serializing_if = "compact::says_nothing")]
    pub open: Option<Timestamp>,
}

/// `/admin`.
pub(super) fn commanded(turn: &mut Turn<'_, '_>) {
    match stuck_at(turn) {
        Some(gate) => turn.at(gate, ask),
        None => turn.tell(Text::NobodyToAsk),
    }
}

/// `/safety`: names the groups that they are before, so that they see what this chat is about.
pub(super) fn safety(turn: &Turn<'_, '_>) -> Text {
    let before = turn.person.gates.iter().filter_map(|(id, applicant)| {
        let gate = turn.facts.gates.get(id)?;
        let locked = standing(turn.person, applicant, gate, turn.facts) != Standing::Open;
        let is_before = applicant.stage.is_open() || applicant.mute.is_some() || locked;
        is_before.then_some((turn.person.active == Some(*id), applicant.touched, &gate.title))
    });
    let mut before: Vec<_> = before.collect();
    before.sort_by_key(|(active, touched, _)| std::cmp::Reverse((*active, *touched)));
    let groups: Vec<String> = before.into_iter().map(|(_, _, title)| title.clone()).collect();
    if groups.is_empty() { Text::Safety } else { Text::SafetyBefore { groups } }
}

/// The button.
pub(super) fn pressed(turn: &mut Dialogue<'_, '_, '_>) -> bool {
    ask(turn);
    true
}

fn ask(turn: &mut Dialogue<'_, '_, '_>) {
    if !turn.gate.attended {
        return turn.tell(Text::NobodyToAsk);
    }
    let now = turn.now();
    let asks = &mut turn.applicant().asks;
    if asks.open.is_some_and(|since| now.since(since) < ANSWER_WITHIN) {
        return turn.tell(Text::AskedAdminAlready);
    }
    let before = if asks.day == now.day() { asks.today } else { 0 };
    if before >= A_DAY {
        return turn.tell(Text::NoMoreAsksToday);
    }
    *asks = Asks { day: now.day(), today: before + 1, open: Some(now) };
    let applicant = turn.applicant();
    let masked = match (&applicant.stage, &applicant.address) {
        (Stage::Confirm { address }, _) | (_, Some(address)) => Some(address.masked()),
        (_, None) => None,
    };
    let turned_back = applicant.turned_back.clone();
    let (at, wrong) = (turn.step_here(), turn.applicant().tally.wrong());
    turn.notice(Notice::HelpWanted { at, wrong, masked, turned_back });
    turn.decide(Decision::HelpWanted);
    turn.tell(Text::AskedAdmin);
}

/// No admin could be reached for them: that was no asking.
pub(super) fn nobody_asked(turn: &mut Dialogue<'_, '_, '_>) {
    let asks = &mut turn.applicant().asks;
    if asks.open.take().is_some() {
        asks.today = asks.today.saturating_sub(1);
        turn.tell(Text::NobodyToAsk);
    }
}

/// They do not wait for an admin any more.
pub(super) fn over(turn: &mut Dialogue<'_, '_, '_>) {
    if turn.applicant().asks.open.take().is_some() {
        turn.notice(Notice::HelpOver);
    }
}

/// Nobody answered, and they have gone.
pub(super) fn expire(turn: &mut Dialogue<'_, '_, '_>) {
    let now = turn.now();
    if turn.applicant().asks.open.is_some_and(|since| now.since(since) >= ANSWER_WITHIN) {
        over(turn);
    }
}

/// Where they may need an admin: in the open dialogue, else where they were last.
fn stuck_at(turn: &Turn<'_, '_>) -> Option<GateId> {
    let stuck = turn.person.gates.iter().filter(|(id, applicant)| {
        turn.facts.gates.get(id).is_some_and(|gate| {
            applicant.stage.is_open()
                || applicant.mute.is_some()
                || matches!(applicant.stage, Stage::Admitted { joined: false, .. })
                || standing(turn.person, applicant, gate, turn.facts) != Standing::Open
        })
    });
    let stuck = stuck.max_by_key(|(id, applicant)| {
        let active = turn.person.active == Some(**id);
        (active && applicant.stage.is_open(), active, applicant.touched)
    });
    stuck.map(|(id, _)| *id)
}
