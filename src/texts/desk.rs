use super::catalogue::Sentence;
use super::sentences::plain;
use crate::administration::text::{DeskLabel, DeskText};

pub fn of_text(_text: &DeskText) -> Sentence {
    plain("nameless-group")
}

pub fn of_label(_label: &DeskLabel) -> Sentence {
    plain("nameless-group")
}
