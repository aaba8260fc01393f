//! The log chat of a gate.
