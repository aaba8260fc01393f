//! Dialogues over the real listener: what people type and press, and what the bot answers.

mod address;
mod admission;
mod code;
mod providers;
mod straight;
