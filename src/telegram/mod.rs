//! Telegram: raw updates become events, orders become Bot API calls.

pub mod administer;
pub mod client;
pub mod faults;
mod groups;
mod keyboards;
pub mod perform;
pub mod updates;
mod wire;

pub use client::Client;
pub use faults::Fault;
pub use perform::Performed;

#[cfg(test)]
mod script;
