//! One group's rules.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::effect::Channel;
use super::limits::Limits;
use super::{GateId, Hidden, Timestamp};

/// One group's rules: what opens it, how codes travel, who may pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gate {
    pub id: GateId,
    /// The group's title as last seen.
    pub title: String,
    pub mode: Mode,
    /// Each of them opens the gate, while it is live.
    pub passwords: Vec<Password>,
    /// In the order offered; e-mail first. Only channels that are configured.
    pub channels: Vec<Channel>,
    /// Offered to strangers who write `/start` without a link.
    pub listed: bool,
    pub addresses: Addresses,
    pub limits: Limits,
    /// Whether somebody is there to be asked: the gate has admins whom the bot can write to.
    pub attended: bool,
    /// Raid mode is on: very many ask to join, or an admin has switched it on.
    pub raid: bool,
}

/// All gates, by group.
pub type Gates = BTreeMap<GateId, Gate>;

/// What the gate does with those who come.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Join requests are approved; those who come by `/start` get a personal link.
    #[default]
    JoinRequest,
    /// Besides, whoever became a member by another way is muted until they pass.
    Restrict {
        /// Who has not passed by then is removed; `None`: stays muted.
        remove_after: Option<Duration>,
    },
    /// Only personal links lead in: join requests by any other link are declined.
    PersonalLink,
}

/// A password. Compared by the shell, never here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Password {
    /// What the log calls it. Unique within a gate.
    pub label: String,
    /// Argon2id, PHC string.
    pub hash: Hidden,
    /// From then on it opens nothing.
    pub expires: Option<Timestamp>,
    /// How many people may pass by it.
    pub uses: Option<u32>,
}

/// Which addresses may pass.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Addresses {
    /// Empty: any. `@example.org`: exactly; `@*.example.org`: its subdomains.
    pub domains: Vec<String>,
    /// Never these, whatever `domains` says; in the same form.
    pub blocked_domains: Vec<String>,
    /// Dial codes with `+`. Empty: any.
    pub countries: Vec<String>,
    pub blocked_countries: Vec<String>,
    /// Only those on the gate's roster.
    pub roster: bool,
    /// How many accounts one address may admit.
    pub accounts: u32,
}

impl Default for Addresses {
    fn default() -> Addresses {
        Addresses {
            domains: Vec::new(),
            blocked_domains: Vec::new(),
            countries: Vec::new(),
            blocked_countries: Vec::new(),
            roster: false,
            accounts: 1,
        }
    }
}
