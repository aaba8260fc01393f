//! What admins read: the sentences and buttons of panels and desks in words.

use super::catalogue::{Catalogue, Sentence, Value};
use super::clean::{clean, cut, escape, without_tags};
use super::sentences::{plain, with};
use super::{ALERT, BUTTON_TITLE, Texts};
use crate::administration::text::{Label, Text};
use crate::verification::Language;

/// The command that owners find in their menu besides.
const ENROL: (&str, &str) = ("enrol", "command-enrol");

/// What `/start` is for everybody else.
const JOIN: (&str, &str) = ("join", "command-join");

/// Those of [`COMMANDS`] that only whoever may gate groups has a use for.
const OF_GATES: [&str; 3] = ["password", "roster", "log"];

/// The commands that admins find in their menu besides everybody's.
const COMMANDS: [(&str, &str); 10] = [
    ("gate", "command-gate"),
    ("password", "command-password"),
    ("roster", "command-roster"),
    ("log", "command-log"),
    ("doctor", "command-doctor"),
    ("raid", "command-raid"),
    ("approve", "command-approve"),
    ("decline", "command-decline"),
    ("unlock", "command-unlock"),
    ("revoke", "command-revoke"),
];

impl Texts {
    /// A message to an admin or in a group, in Telegram's HTML, headed by the group's title where
    /// one is given. Strange words in it are cleaned, cut and escaped.
    #[must_use]
    pub fn administer(&self, language: &Language, group: Option<&str>, text: &Text) -> String {
        let said = self.catalogue.say(language, &of_text(text), escape);
        self.headed(language, group, said)
    }

    /// The answer to a pressed button: plain text of at most 200 characters.
    #[must_use]
    pub fn administer_alert(&self, language: &Language, text: &Text) -> String {
        let said = without_tags(&self.catalogue.say(language, &of_text(text), escape));
        cut(&said, ALERT)
    }

    /// What a button says: plain text.
    #[must_use]
    pub fn admin_label(&self, language: &Language, label: &Label) -> String {
        match label {
            Label::Group(title) if !clean(title, BUTTON_TITLE).is_empty() => {
                clean(title, BUTTON_TITLE)
            }
            Label::Group(_) => self.nameless_group(language),
            Label::Panel(label) => self.say_plain(language, &super::panel::of_label(label)),
            Label::Desk(label) => self.say_plain(language, &super::desk::of_label(label)),
        }
    }

    /// All commands of somebody who may gate groups (`enrols`: and enrol others), and what each
    /// does.
    #[must_use]
    pub fn admin_commands(&self, language: &Language, enrols: bool) -> Vec<(&'static str, String)> {
        let own = COMMANDS.into_iter().chain(enrols.then_some(ENROL)).chain([JOIN]);
        let own = own.map(|(name, id)| (name, self.say_plain(language, &plain(id))));
        own.chain(self.commands(language)).collect()
    }

    fn say_plain(&self, language: &Language, sentence: &Sentence) -> String {
        let catalogue: &Catalogue = &self.catalogue;
        catalogue.say(language, sentence, str::to_owned)
    }
}

/// Everything that an admin can do, as the menu says it. `gates`: set gates up; `enrols`: let
/// others do that.
pub(super) fn help(gates: bool, enrols: bool) -> Sentence {
    let line = |(name, id): (&'static str, &'static str)| {
        let command = ("command", Value::Words(name.to_owned()));
        with("panel-help-line", [command, ("does", Value::Said(plain(id)))])
    };
    let own = COMMANDS.into_iter().filter(|(name, _)| gates || !OF_GATES.contains(name));
    let own = own.chain(enrols.then_some(ENROL)).map(line);
    let everybody = [JOIN].into_iter().chain(super::COMMANDS).map(line);
    let values = [
        ("own", Value::Lines(own.collect(), "\n")),
        ("everybody", Value::Lines(everybody.collect(), "\n")),
    ];
    with("panel-help", values)
}

fn of_text(text: &Text) -> Sentence {
    match text {
        Text::Panel(text) => super::panel::of_text(text),
        Text::Desk(text) => super::desk::of_text(text),
        Text::Watch(alarm) => super::watch::of_alarm(alarm),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::administration::panel::text::PanelText;

    #[test]
    fn what_stands_in_the_menu_stands_in_the_help() {
        let texts = Texts::load().expect("words");
        for language in texts.languages() {
            for enrols in [true, false] {
                let help = Text::Panel(PanelText::Help { gates: true, enrols });
                let help = texts.administer(&language, None, &help);
                for (name, does) in texts.admin_commands(&language, enrols) {
                    assert!(help.contains(&format!("/{name} – {does}")), "{name}: {help}");
                }
            }
        }
    }
}
