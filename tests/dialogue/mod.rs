//! Dialogues over the real listener: what people type and press, and what the bot answers.

mod anything_else;
mod duplicates;
mod password;
mod straight;
mod sweep;
mod ways_in;
