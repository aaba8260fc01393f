//! The gating mode in which those who came by another way are muted until they pass.
