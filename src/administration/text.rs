//! Every sentence and every button of this room, as data. The words are in `locales/`.

use serde::{Deserialize, Serialize};

pub use super::desk::text::{DeskLabel, DeskText};
pub use super::panel::text::{PanelLabel, PanelText};
use crate::verification::alarm::Alarm;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Text {
    Panel(PanelText),
    Desk(DeskText),
    /// To the owners of the bot.
    Watch(Alarm),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Label {
    /// A group's title, as it is.
    Group(String),
    Panel(PanelLabel),
    Desk(DeskLabel),
}
