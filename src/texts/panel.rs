use super::catalogue::Sentence;
use super::sentences::plain;
use crate::administration::text::{PanelLabel, PanelText};

pub fn of_text(_text: &PanelText) -> Sentence {
    plain("nameless-group")
}

pub fn of_label(_label: &PanelLabel) -> Sentence {
    plain("nameless-group")
}
