//! Dialogues over the real listener: what people type and press, and what the bot answers.

mod address;
mod admission;
mod anything_else;
mod code;
mod duplicates;
mod limits;
mod password;
mod providers;
pub mod steps;
mod straight;
mod sweep;
mod tap_link;
mod ways_in;
