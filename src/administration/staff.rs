//! Who may set up gates at all.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::verification::{Timestamp, UserId};

/// Those who may gate groups. One record for the whole bot.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Staff {
    /// Who opened a claim link. Those of the config come on top.
    pub owners: BTreeSet<UserId>,
    /// Who opened an enrolment link, and when.
    pub admins: BTreeMap<UserId, Timestamp>,
    /// One-use links that were used (their tokens), until they would have died anyway.
    pub spent: BTreeMap<String, Timestamp>,
}

/// What somebody is to the bot, apart from any group.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    Stranger,
    /// May gate groups that they are admin of.
    Enrolled,
    /// May make enrolment links besides.
    Owner,
}
