//! Who may pass by name: a gate's roster.

use serde::{Deserialize, Serialize};

use super::Input;
use super::turn::Turn;
use super::visit::Visit;
use crate::verification::Hidden;
use crate::verification::event::File;

/// What is to be typed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Expected {}

/// What waits for a yes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Pending {}

/// Show the roster of the gate that is visited (`/roster`, the panel's button).
pub(super) fn show(_visit: &mut Visit<'_, '_, '_>) {}

/// A button of the roster's screens: `rest` is what stands after `r.` in its word. Only those who
/// may change the gate get here.
pub(super) fn chosen(_visit: &mut Visit<'_, '_, '_>, _rest: &str) {}

/// What the panel waited for was typed.
pub(super) fn typed(_visit: &mut Visit<'_, '_, '_>, expected: Expected, _text: &Hidden) {
    match expected {}
}

/// They said yes.
pub(super) fn confirmed(_visit: &mut Visit<'_, '_, '_>, pending: Pending) {
    match pending {}
}

/// A file was sent; nothing is known of rights yet.
pub(super) fn sent_file(_turn: &mut Turn<'_, '_>, _file: &File, _input: &Input) {}

/// A file was sent by somebody who may look after this group.
pub(super) fn file_at_group(_visit: &mut Visit<'_, '_, '_>, _file: &File) {}

/// A file was fetched; its content is in the archive. `None`: it could not be.
pub(super) fn fetched(_turn: &mut Turn<'_, '_>, _size: Option<u64>) {}
