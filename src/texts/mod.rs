//! What people read: every [`Text`] in words, by language, for chat, mail and SMS.
//!
//! The words themselves stand in `locales/*.ftl` (Fluent); a language is added by adding a file.

mod administration;
mod catalogue;
mod clean;
mod desk;
mod gsm7;
mod letters;
mod names;
mod panel;
mod roster;
mod sentences;
mod stepping_in;
mod waits;
mod watch;

#[cfg(test)]
pub(crate) mod tests;

use thiserror::Error;

use catalogue::{Catalogue, Value};
use clean::{clean, cut, escape, without_tags};
pub use letters::MailText;
use names::{Title, Titles};
use sentences::{of_label, of_text, plain, with};

use crate::verification::Language;
use crate::verification::effect::Label;
use crate::verification::text::Text;

/// Telegram shows so many characters of the answer to a pressed button.
const ALERT: usize = 200;
/// Longer titles are cut off on a button anyway.
const BUTTON_TITLE: usize = 40;

/// The commands that the bot's menu offers.
const COMMANDS: [(&str, &str); 5] = [
    ("start", "command-start"),
    ("help", "command-help"),
    ("admin", "command-admin"),
    ("cancel", "command-cancel"),
    ("safety", "command-safety"),
];

/// The words, in every language.
pub struct Texts {
    catalogue: Catalogue,
    titles: Titles,
}

/// The catalogue in the binary is broken. A test keeps such a binary from being made.
#[derive(Debug, Error)]
pub enum TextsError {
    #[error("locales/en.ftl is missing: every language falls back to it")]
    NoEnglish,
    #[error("locales/{0}.ftl: the file's name is no language tag")]
    NoLanguage(String),
    #[error("locales/{0}.ftl is not UTF-8 text")]
    NotUtf8(String),
    #[error("locales/{tag}.ftl cannot be read: {why}")]
    Unreadable { tag: String, why: String },
}

impl Texts {
    /// Reads the files that were built into the binary.
    ///
    /// # Errors
    /// When one of them is broken.
    pub fn load() -> Result<Texts, TextsError> {
        Ok(Texts { catalogue: Catalogue::load()?, titles: Titles::default() })
    }

    /// A message for a chat, in Telegram's HTML, headed by the group's title where one is given.
    /// Strange words in it are cleaned, cut and escaped.
    #[must_use]
    pub fn say(&self, language: &Language, group: Option<&str>, text: &Text) -> String {
        let said = self.catalogue.say(language, &of_text(text), escape);
        self.headed(language, group, said)
    }

    /// What a button says: plain text.
    #[must_use]
    pub fn label(&self, language: &Language, label: &Label) -> String {
        match (label, of_label(label)) {
            (_, Some(sentence)) => self.catalogue.say(language, &sentence, str::to_owned),
            (Label::Group(title), None) if !clean(title, BUTTON_TITLE).is_empty() => {
                clean(title, BUTTON_TITLE)
            }
            (_, None) => self.nameless_group(language),
        }
    }

    /// What the button says that shares one's own phone number.
    #[must_use]
    pub fn share_contact(&self, language: &Language) -> String {
        self.catalogue.say(language, &plain("label-share-contact"), str::to_owned)
    }

    /// The answer to a pressed button: plain text of at most 200 characters.
    #[must_use]
    pub fn alert(&self, language: &Language, text: &Text) -> String {
        let said = without_tags(&self.catalogue.say(language, &of_text(text), escape));
        cut(&said, ALERT)
    }

    /// The bot's commands, without the slash, and what each does.
    #[must_use]
    pub fn commands(&self, language: &Language) -> Vec<(&'static str, String)> {
        COMMANDS
            .into_iter()
            .map(|(name, id)| (name, self.catalogue.say(language, &plain(id), str::to_owned)))
            .collect()
    }

    /// The languages that there are words in, English among them.
    pub fn languages(&self) -> impl Iterator<Item = Language> {
        self.catalogue.languages().map(Language::new)
    }

    /// The same under the group's title, where one is given.
    fn headed(&self, language: &Language, group: Option<&str>, said: String) -> String {
        match group.and_then(|title| self.title(language, title)) {
            Some(title) => format!("<b>{}</b>\n\n{said}", escape(&title)),
            None => said,
        }
    }

    /// A group's title for people; one that passes for Telegram's own is told as what it is.
    /// `None`: nothing of it can be shown.
    fn title(&self, language: &Language, title: &str) -> Option<String> {
        let Title { name, poses } = self.titles.seen(title);
        if poses {
            return Some(self.posing(language, name));
        }
        (!name.is_empty()).then_some(name)
    }

    fn posing(&self, language: &Language, title: String) -> String {
        let sentence = with("posing-group", [("title", Value::Words(title))]);
        self.catalogue.say(language, &sentence, str::to_owned)
    }

    fn nameless_group(&self, language: &Language) -> String {
        self.catalogue.say(language, &plain("nameless-group"), str::to_owned)
    }
}
