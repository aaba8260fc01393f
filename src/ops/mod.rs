//! What a host looks in with: logs, metrics, health, the checks before a start; and the fault
//! points of the crash tests.

pub mod backups;
pub mod check;
pub mod fault;
pub mod health;
pub mod log;
pub mod metrics;
pub mod redact;
