//! Telegram: raw updates become events, orders become Bot API calls.

pub mod client;
pub mod faults;
mod keyboards;
pub mod perform;
pub mod updates;

#[cfg(test)]
mod script;
