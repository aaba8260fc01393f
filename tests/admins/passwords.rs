//! Labelled passwords: added, changed, replaced, removed.
