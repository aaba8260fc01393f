//! The mail and the SMS that carry a code.

use super::Texts;
use super::catalogue::{Sentence, Value};
use super::clean::escape;
use super::gsm7;
use super::names::{name, poses_as_telegram};
use super::sentences::{PHRASE, TITLE, count, plain, with, words};
use crate::verification::effect::Letter;
use crate::verification::{Hidden, Language};

/// A mail in words. The subject has one line and never the code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailText {
    pub subject: String,
    pub text: String,
    pub html: String,
    /// The group, for a sender without a name of its own.
    pub group: String,
}

impl Texts {
    /// The mail for a code, in plain text and in HTML. `bot`: the bot's name on Telegram, without
    /// `@`.
    #[must_use]
    pub fn mail(&self, language: &Language, letter: &Letter, bot: &str) -> MailText {
        let group = self.group(language, &letter.group);
        let bot = for_url(bot);
        let link_of = |parameter: &Hidden| {
            format!("https://t.me/{bot}?start={}", for_url(parameter.reveal()))
        };
        let link = link_of(&letter.tap);
        let code = letter.code.reveal();
        let say = |sentence: Sentence| self.catalogue.say(language, &sentence, str::to_owned);

        let greeting = say(plain("mail-greeting"));
        let intro =
            say(with("mail-intro", [("group", Value::Words(group.clone())), number(letter)]));
        let phrase = say(with("mail-phrase", [("phrase", words(&letter.phrase, PHRASE))]));
        let todo = say(with(
            "mail-todo",
            [("bot", words(&bot, BOT)), ("lives", Value::For(letter.lives))],
        ));
        let tap = say(plain("mail-tap"));
        let ignore = say(plain("mail-ignore"));
        let opt_out = say(plain("mail-opt-out"));
        let no_more = Some(&letter.opt_out).filter(|parameter| !parameter.reveal().is_empty());
        let no_more = no_more.map(link_of);
        let promise = say(plain("mail-promise"));

        let mut text = format!(
            "{greeting}\n\n{intro}\n\n    {code}\n\n{phrase}\n\n{todo}\n\n{tap}\n{link}\n\n\
             {ignore}\n\n{promise}\n"
        );
        if let Some(no_more) = &no_more {
            text.push_str(&format!("\n{opt_out}\n{no_more}\n"));
        }
        let html = page(self.catalogue.nearest(language), |body| {
            body.paragraph(&greeting);
            body.paragraph(&intro);
            body.code(code);
            body.paragraph(&phrase);
            body.paragraph(&todo);
            body.link(&tap, &link);
            body.paragraph(&ignore);
            body.paragraph(&promise);
            if let Some(no_more) = &no_more {
                body.link(&opt_out, no_more);
            }
        });
        let subject = say(with("mail-subject", [("group", Value::Words(group.clone()))]));
        MailText { subject, text, html, group }
    }

    /// The SMS for a code: always one segment, at most 160 septets of GSM 03.38. A long title
    /// gives way first, then the end of the sentence; the code stands at its beginning.
    /// `answerable`: the sender is no mere name, so that STOP can be sent to it.
    #[must_use]
    pub fn sms(&self, language: &Language, letter: &Letter, answerable: bool) -> String {
        let say = |group: &str| {
            let values = [
                ("code", words(letter.code.reveal(), DIGITS)),
                ("group", Value::Words(group.to_owned())),
                ("phrase", words(&letter.phrase, PHRASE)),
                number(letter),
                ("lives", Value::For(letter.lives)),
                ("stop", Value::Choice(if answerable { "yes" } else { "no" })),
            ];
            gsm7::reduce(&self.catalogue.say(language, &with("sms", values), str::to_owned))
        };
        // Reduced first: a title must not become Telegram's, or a link, by losing letters.
        let reduced = name(&gsm7::reduce(&letter.group), TITLE);
        let title = match poses_as_telegram(&letter.group) && !reduced.is_empty() {
            true => self.posing(language, reduced),
            false => self.group(language, &reduced),
        };
        let title = gsm7::reduce(&title);
        let whole = say(&title);
        let over = gsm7::septets(&whole).unwrap_or_default().saturating_sub(gsm7::SEGMENT);
        if over == 0 {
            return whole;
        }
        let room = gsm7::septets(&title).unwrap_or_default().saturating_sub(over);
        gsm7::cut(&say(gsm7::cut(&title, room)), gsm7::SEGMENT).to_owned()
    }

    fn group(&self, language: &Language, title: &str) -> String {
        self.title(language, title).unwrap_or_else(|| self.nameless_group(language))
    }
}

/// The longest code has ten digits.
const DIGITS: usize = 10;
/// Bots have names of 5 to 32 characters.
const BOT: usize = 32;

fn number(letter: &Letter) -> (&'static str, Value) {
    ("number", count(letter.number))
}

/// What bots' names and start parameters are made of.
fn for_url(text: &str) -> String {
    text.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-')).collect()
}

/// The body of a mail: colours are left to the reader's program, so that it is legible on light
/// and on dark, and nothing is loaded from anywhere.
struct Body(String);

fn page(language: &str, write: impl FnOnce(&mut Body)) -> String {
    let mut body = Body(String::new());
    write(&mut body);
    format!(
        "<!DOCTYPE html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <meta name=\"supported-color-schemes\" content=\"light dark\">\n</head>\n\
         <body style=\"margin:0;padding:24px;font-family:sans-serif;font-size:16px;line-height:1.5\">\n\
         <div style=\"max-width:34em;margin:0 auto\">\n{}</div>\n</body>\n</html>\n",
        escape(language),
        body.0
    )
}

impl Body {
    fn paragraph(&mut self, text: &str) {
        self.0.push_str(&format!("<p style=\"margin:0 0 16px\">{}</p>\n", escape(text)));
    }

    fn code(&mut self, code: &str) {
        self.0.push_str(&format!(
            "<p style=\"margin:0 0 16px;padding:12px 16px;border:2px solid currentColor;\
             border-radius:8px;display:inline-block;font-family:monospace;font-size:30px;\
             font-weight:bold;letter-spacing:4px\">{}</p>\n",
            escape(code)
        ));
    }

    fn link(&mut self, text: &str, link: &str) {
        self.0.push_str(&format!(
            "<p style=\"margin:0 0 16px\">{}<br><a href=\"{link}\">{link}</a></p>\n",
            escape(text)
        ));
    }
}
