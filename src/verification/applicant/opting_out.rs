//! No more codes to an address, whoever asks for one: by the link in a mail that went there, which
//! also undoes it. Whoever opens it need not be an applicant, and nothing is kept of them.
//!
//! Nobody can tell from outside that an address is on this list: everything is done as for any
//! other, but for the code itself, which is [withheld](crate::verification::effect::Letter).

use super::turn::Turn;
use super::{Decision, arrival};
use crate::verification::effect::{Button, Effect, Keyboard, Label};
use crate::verification::text::Text;

/// What the data of a button begins with; the token of the link follows.
const STOP: char = '-';
const GO_ON: char = '+';

/// The link was opened: asks once.
pub(super) fn opened(turn: &mut Turn<'_, '_>, parameter: &str) {
    let token = parameter.strip_prefix('u').unwrap_or_default();
    let Some(address) = turn.facts.keys.read_opt_out(token) else {
        return turn.tell(Text::UnknownLink);
    };
    put_buttons_away(turn);
    let stopped = (turn.facts.suppressed)(&address);
    let (label, sign) = if stopped { (Label::OptIn, GO_ON) } else { (Label::OptOut, STOP) };
    let button = Button { label, data: format!("{sign}{token}") };
    say(turn, Text::OptOut { stopped }, Keyboard::Buttons(vec![vec![button]]));
}

/// A press; `false` if the button is none of these.
pub(super) fn pressed(turn: &mut Turn<'_, '_>, query: &str, data: &str) -> bool {
    let (stop, token) = match (data.strip_prefix(STOP), data.strip_prefix(GO_ON)) {
        (Some(token), _) => (true, token),
        (None, Some(token)) => (false, token),
        (None, None) => return false,
    };
    let Some(address) = turn.facts.keys.read_opt_out(token) else { return false };
    turn.answer(query, None, false);
    put_buttons_away(turn);
    turn.suppress(address, stop);
    turn.decide_for_nobody(if stop { Decision::OptedOut } else { Decision::OptedIn });
    say(turn, if stop { Text::OptedOut } else { Text::OptedIn }, Keyboard::None);
    // The buttons of an open dialogue are gone: it asks again.
    if let Some(gate) = turn.open_dialogue() {
        turn.at(gate, arrival::go_on);
    }
    true
}

/// Of strangers nothing is kept, so no number of a keyboard either.
fn put_buttons_away(turn: &mut Turn<'_, '_>) {
    if turn.person.is_forgettable() {
        turn.order(Effect::RetireButtons);
    } else {
        turn.retire_buttons();
    }
}

/// This is about no group.
fn say(turn: &mut Turn<'_, '_>, text: Text, keyboard: Keyboard) {
    let active = turn.person.active.take();
    turn.say(text, keyboard);
    turn.person.active = active;
}
