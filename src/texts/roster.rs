//! Which message of the catalogue says what an admin reads about a roster, and with which values.

use super::catalogue::{Sentence, Value};
use super::sentences::{count, plain, with, words};
use crate::administration::panel::roster::text::{BadTyped, Listed, RosterLabel, RosterText};
use crate::administration::roster::{Bad, Reason, Unusable};

/// Of an entry that is no address.
const ENTRY: usize = 64;
/// Of a masked address.
const MASKED: usize = 100;

pub fn of_text(text: &RosterText) -> Sentence {
    match text {
        RosterText::Roster { size, required } => {
            with("roster-roster", [("size", count(*size)), ("required", yes(*required))])
        }
        RosterText::List { lines, size } => with(
            "roster-list",
            [
                ("lines", Value::Lines(lines.iter().map(listed).collect(), "\n")),
                ("size", count(*size)),
            ],
        ),

        RosterText::HowTo { lines } => with("roster-how-to", [("lines", count(*lines))]),
        RosterText::WhichGroup => plain("roster-which-group"),
        RosterText::NoGate => plain("roster-no-gate"),
        RosterText::Fixed => plain("roster-fixed"),
        RosterText::Reading => plain("roster-reading"),
        RosterText::TooLarge { most } => with("roster-too-large", [("most", count(*most))]),
        RosterText::NotFetched => plain("roster-not-fetched"),
        RosterText::Unusable { why: Unusable::NotText, .. } => plain("roster-not-text"),
        RosterText::Unusable { why: Unusable::Empty, .. } => plain("roster-empty-file"),
        RosterText::Unusable { why: Unusable::TooLong, lines } => {
            with("roster-too-long", [("lines", count(*lines))])
        }
        RosterText::Bad { bad, more, good } => with(
            "roster-bad",
            [
                ("lines", Value::Lines(bad.iter().map(bad_line).collect(), "\n")),
                ("more", count(*more)),
                ("good", count(*good)),
            ],
        ),
        RosterText::Preview { new, known, repeated } => with(
            "roster-preview",
            [("new", count(*new)), ("known", count(*known)), ("repeated", count(*repeated))],
        ),
        RosterText::NothingNew { known } => with("roster-nothing-new", [("known", count(*known))]),
        RosterText::UploadGone => plain("roster-upload-gone"),
        RosterText::UploadDropped => plain("roster-upload-dropped"),
        RosterText::Exporting { size } => with("roster-exporting", [("size", count(*size))]),

        RosterText::AskAdd => plain("roster-ask-add"),
        RosterText::AskRemove => plain("roster-ask-remove"),
        RosterText::BadTyped { bad, more } => with(
            "roster-bad-typed",
            [
                ("lines", Value::Lines(bad.iter().map(bad_typed).collect(), "\n")),
                ("more", count(*more)),
            ],
        ),
        RosterText::TooManyTyped { most } => {
            with("roster-too-many-typed", [("most", count(*most))])
        }
        RosterText::NothingTyped => plain("roster-nothing-typed"),

        RosterText::Added { new, known } => {
            with("roster-added", [("new", count(*new)), ("known", count(*known))])
        }
        RosterText::Removed { removed, missing } => {
            with("roster-removed", [("removed", count(*removed)), ("missing", count(*missing))])
        }
        RosterText::ConfirmClear { size, required } => {
            with("roster-confirm-clear", [("size", count(*size)), ("required", yes(*required))])
        }
        RosterText::Cleared { size } => with("roster-cleared", [("size", count(*size))]),
    }
}

pub fn of_label(label: &RosterLabel) -> Sentence {
    match label {
        RosterLabel::SendFile => plain("roster-label-send-file"),
        RosterLabel::Add => plain("roster-label-add"),
        RosterLabel::Remove => plain("roster-label-remove"),
        RosterLabel::List => plain("roster-label-list"),
        RosterLabel::More => plain("roster-label-more"),
        RosterLabel::FromStart => plain("roster-label-from-start"),
        RosterLabel::Export => plain("roster-label-export"),
        RosterLabel::Clear => plain("roster-label-clear"),
        RosterLabel::Apply { new } => with("roster-label-apply", [("new", count(*new))]),
        RosterLabel::Cancel => plain("roster-label-cancel"),
    }
}

fn listed(line: &Listed) -> Sentence {
    let values = [("address", words(&line.masked, MASKED)), ("admitted", count(line.admitted))];
    with("roster-listed", values)
}

fn bad_line(bad: &Bad) -> Sentence {
    let values = [("line", count(bad.line)), ("why", Value::Choice(reason(bad.reason)))];
    with("roster-bad-line", values)
}

fn bad_typed(bad: &BadTyped) -> Sentence {
    let values =
        [("entry", words(bad.entry.reveal(), ENTRY)), ("why", Value::Choice(reason(bad.why)))];
    with("roster-bad-entry", values)
}

fn reason(reason: Reason) -> &'static str {
    match reason {
        Reason::Unreadable => "unreadable",
        Reason::CannotReceive => "cannot-receive",
        Reason::Broken => "broken",
    }
}

fn yes(is: bool) -> Value {
    Value::Choice(if is { "yes" } else { "no" })
}

#[cfg(test)]
mod tests;
