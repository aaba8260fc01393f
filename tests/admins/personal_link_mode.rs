//! The gating mode in which everybody who passes gets a link of their own.
