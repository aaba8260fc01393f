//! What an admin does for, or against, one applicant.

use serde::{Deserialize, Serialize};

use super::Input;
use super::turn::Turn;
use super::visit::Visit;
use crate::verification::applicant::ActResult;
use crate::verification::event::Act;
use crate::verification::{GateId, UserId};

/// What is to be done for whom, while it is asked at which group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Wish {}

/// What waits for a yes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Pending {}

/// `/unlock`, `/approve`, `/decline` or `/revoke`; nothing is known of rights yet.
pub(super) fn commanded(_turn: &mut Turn<'_, '_>, _command: &str, _input: &Input) {}

/// A message was forwarded; nothing is known of rights yet.
pub(super) fn forwarded(_turn: &mut Turn<'_, '_>, _origin: Option<UserId>, _input: &Input) {}

/// A button of a card was pressed; nothing is known of rights yet, and the press is not answered.
pub(super) fn pressed_card(
    _turn: &mut Turn<'_, '_>,
    _gate: GateId,
    _card: u32,
    _act: Act,
    _query: &str,
    _input: &Input,
) {
}

/// One of the above, by somebody who may look after this group.
pub(super) fn at_group(_visit: &mut Visit<'_, '_, '_>, _input: &Input) {}

/// The group for a command was chosen from a list ([`super::state::Goal::StepIn`]).
pub(super) fn go_on(_visit: &mut Visit<'_, '_, '_>, wish: &Wish) {
    match *wish {}
}

/// A button of these screens: `rest` is what stands after `s.` in its word.
pub(super) fn chosen(_visit: &mut Visit<'_, '_, '_>, _rest: &str) {}

/// They said yes.
pub(super) fn confirmed(_visit: &mut Visit<'_, '_, '_>, pending: Pending) {
    match pending {}
}

/// What came of an act.
pub(super) fn reported(
    _turn: &mut Turn<'_, '_>,
    _gate: GateId,
    _about: UserId,
    _act: Act,
    _result: ActResult,
) {
}
