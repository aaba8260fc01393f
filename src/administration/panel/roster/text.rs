//! What an admin reads about a roster.

use serde::{Deserialize, Serialize};

use crate::administration::roster::{Bad, Reason, Unusable};
use crate::verification::Hidden;

/// Addresses in here are masked; what was typed and is none is hidden.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RosterText {
    /// `required`: nobody else passes.
    Roster {
        size: u32,
        required: bool,
    },
    /// One page of it, in no order that means anything.
    List {
        lines: Vec<Listed>,
        size: u32,
    },

    // A file.
    HowTo {
        lines: u32,
    },
    WhichGroup,
    /// They keep no gate that a file could be for.
    NoGate,
    /// The gate is the config's: its roster cannot be changed in the chat.
    Fixed,
    Reading,
    /// Mebibytes.
    TooLarge {
        most: u32,
    },
    NotFetched,
    Unusable {
        why: Unusable,
        lines: u32,
    },
    /// `bad`: the first ones; there are `more`. Nothing of such a file is taken.
    Bad {
        bad: Vec<Bad>,
        more: u32,
        good: u32,
    },
    Preview {
        new: u32,
        known: u32,
        repeated: u32,
    },
    /// All of them are on the roster already.
    NothingNew {
        known: u32,
    },
    /// The file is forgotten: too old, or applied already.
    UploadGone,
    UploadDropped,
    Exporting {
        size: u32,
    },

    // Typed.
    AskAdd,
    AskRemove,
    /// `bad`: the first ones; there are `more`. Nothing was changed.
    BadTyped {
        bad: Vec<BadTyped>,
        more: u32,
    },
    TooManyTyped {
        most: u32,
    },
    NothingTyped,

    // What came of it.
    Added {
        new: u32,
        known: u32,
    },
    /// `missing`: were not on it.
    Removed {
        removed: u32,
        missing: u32,
    },
    ConfirmClear {
        size: u32,
        required: bool,
    },
    Cleared {
        size: u32,
    },
}

/// One line of the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    pub masked: String,
    /// How many accounts it has admitted.
    pub admitted: u32,
}

/// Something typed that is no address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BadTyped {
    pub entry: Hidden,
    pub why: Reason,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RosterLabel {
    SendFile,
    Add,
    Remove,
    List,
    More,
    FromStart,
    Export,
    Clear,
    Apply { new: u32 },
    Cancel,
}
