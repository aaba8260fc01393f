//! Dialogues over the real listener: what people type and press, and what the bot answers.

mod address;
mod admission;
mod anything_else;
mod code;
mod duplicates;
mod password;
mod providers;
mod straight;
mod sweep;
mod ways_in;
