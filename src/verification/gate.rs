//! One group's rules.

use std::collections::BTreeMap;

use super::effect::Channel;
use super::limits::Limits;
use super::{GateId, Hidden};

/// One group's rules: what opens it, how codes travel, who may pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gate {
    pub id: GateId,
    /// The group's title as last seen.
    pub title: String,
    /// Argon2id, PHC string. Compared by the shell, never here.
    pub password_hash: Hidden,
    /// In the order offered; e-mail first. Only channels that are configured.
    pub channels: Vec<Channel>,
    /// Offered to strangers who write `/start` without a link.
    pub listed: bool,
    /// Empty: any. `@example.org`: exactly; `@*.example.org`: its subdomains.
    pub allowed_email_domains: Vec<String>,
    /// Dial codes with `+`.
    pub allowed_countries: Vec<String>,
    pub limits: Limits,
}

/// All gates, by group.
pub type Gates = BTreeMap<GateId, Gate>;
