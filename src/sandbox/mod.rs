//! A pretend world: Telegram, a mail server and Twilio on loopback sockets, for tests and the
//! demo.
//!
//! [`World`] speaks as people do: `nora.requests_to_join()`, `nora.types("…")`,
//! `nora.reads().await`. The servers are strict: what the real ones would refuse is refused, and
//! what no well-made bot would ask is a violation that fails the test at its end.

mod clock;
mod demo;
mod group;
mod group_view;
mod http;
mod in_groups;
mod letterbox;
mod line;
mod outside;
mod page;
mod person;
mod plan;
mod play;
pub mod smtp;
pub mod telegram;
pub mod twilio;
mod view;
mod world;

#[cfg(test)]
mod tests;

pub use self::demo::{DemoError, DemoSetup, DemoWorld};
pub use self::group::{Group, Post};
pub use self::line::{Line, render};
pub use self::outside::{Outside, Probe, Setup};
pub use self::person::{Lines, Person};
pub use self::play::{PlayError, play};
pub use self::telegram::commands::Scope;
pub use self::telegram::links::Terms;
pub use self::telegram::people::{Impossible, Kind, Opened};
pub use self::telegram::rights::{Permissions, Rights};
pub use self::world::{World, code_in};
