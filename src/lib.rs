//! Countersign: a sentry for Telegram groups.
//!
//! The rooms, in the order in which data flows: [`config`] says what there is to guard, and
//! [`service`] puts a bot together from it; [`telegram`] turns updates into events; [`engine`]
//! keeps them, runs the rules in [`verification`] over them and carries out what they order,
//! through [`telegram`], [`delivery`] and the words in [`texts`]; [`store`] is what survives;
//! [`ops`] lets a host look in; [`sandbox`] is a pretend world for tests and the demo.

pub mod administration;
pub mod config;
pub mod delivery;
pub mod engine;
pub mod machines;
pub mod ops;
pub mod sandbox;
pub mod service;
pub mod store;
pub mod telegram;
pub mod texts;
pub mod verification;
