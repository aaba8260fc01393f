//! Panels in a small world.

pub mod little;

mod always;
mod links;
mod settings;
mod setup;
