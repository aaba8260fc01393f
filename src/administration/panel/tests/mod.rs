//! Panels in a small world.

pub mod little;

mod always;
mod links;
mod roster;
mod settings;
mod setup;
mod stepping_in;
