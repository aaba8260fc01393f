//! Changing what is set at a gate.
