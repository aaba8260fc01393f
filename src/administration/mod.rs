//! What the admins of groups do, pure: their private dialogues with the bot, and each group's
//! desk.
//!
//! Three more state machines beside the applicant's ([`crate::verification::applicant`]), under the
//! same rules: what happened goes in, the new state, records to change, messages to the other
//! machines and orders come out; no clock, no network, no store.
//!
//! * [`panel`]: **one admin's** private dialogue: who may do what, setting a gate up, changing it,
//!   who may pass, stepping in.
//! * [`desk`]: **one group's** matters: the bot's rights and what is set up wrongly, the cards of
//!   applicants who ask for an admin, the log chat, the notice to muted members.
//! * [`watch`]: **the whole bot**: alarms that its owners must hear of.
//!
//! [`door::claim`] decides whether something that a person did is for the panel or for the
//! applicant's rules. Whatever an admin does about a group goes through a look at their rights in
//! that group, as they are **now**: the panel orders [`effect::Task::LookUpRights`] with what was
//! done, and acts only on the answer.

pub mod archive;
pub mod desk;
pub mod detail;
pub mod door;
pub mod effect;
pub mod outcome;
pub mod panel;
pub mod press;
pub mod rights;
pub mod roster;
pub mod settings;
#[cfg(test)]
mod shelf;
pub mod staff;
pub mod text;
pub mod watch;
