//! The words by language: the Fluent files in `locales/`, built into the binary; what admins read
//! is in `locales/admin/`.
//!
//! A translator adds `locales/xx.ftl`, named by the language tag. A message that a file lacks, or
//! that cannot be rendered, is said in English.

use std::collections::BTreeMap;
use std::time::Duration;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use include_dir::{Dir, File, include_dir};
use unic_langid::LanguageIdentifier;

use super::TextsError;
use super::waits::{Wait, precise, rounded};
use crate::verification::Language;

static FILES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/locales");

/// The folder of what admins read: `<part>.<tag>.ftl`.
const ADMINS: &str = "admin";

/// The language that every other one falls back to.
const FALLBACK: &str = "en";

/// One message of the catalogue and what stands in its places.
pub struct Sentence {
    pub id: &'static str,
    pub values: Vec<(&'static str, Value)>,
}

/// What stands in a place of a message.
pub enum Value {
    /// Words from outside; dressed for where they will stand.
    Words(String),
    /// One of our own words that a message chooses by: never shown.
    Choice(&'static str),
    Count(u64),
    /// "in 5 minutes".
    In(Duration),
    /// "in 42 seconds", to the second below two minutes.
    Countdown(Duration),
    /// "5 minutes", as in "valid for 5 minutes".
    For(Duration),
    /// Another message.
    Said(Sentence),
    /// Several messages, with this between them.
    Lines(Vec<Sentence>, &'static str),
}

pub struct Catalogue {
    books: BTreeMap<String, FluentBundle<FluentResource>>,
}

impl Catalogue {
    pub fn load() -> Result<Catalogue, TextsError> {
        let mut books = BTreeMap::new();
        for (tag, file) in FILES.files().filter_map(applicants) {
            books.insert(tag.to_ascii_lowercase(), book(tag, file)?);
        }
        for (tag, file) in FILES.get_dir(ADMINS).into_iter().flat_map(Dir::files).filter_map(admins)
        {
            let book = books.get_mut(tag).ok_or_else(|| TextsError::NoLanguage(tag.to_owned()))?;
            add(book, tag, file)?;
        }
        if books.contains_key(FALLBACK) {
            Ok(Catalogue { books })
        } else {
            Err(TextsError::NoEnglish)
        }
    }

    pub fn languages(&self) -> impl Iterator<Item = &str> {
        self.books.keys().map(String::as_str)
    }

    /// The language whose words `wanted` gets: `pt-br`, else `pt`, else English.
    pub fn nearest(&self, wanted: &Language) -> &str {
        let primary = wanted.as_str().split('-').next().unwrap_or_default();
        [wanted.as_str(), primary]
            .into_iter()
            .find_map(|tag| self.books.get_key_value(tag))
            .map_or(FALLBACK, |(tag, _)| tag.as_str())
    }

    /// Says `sentence`; words from outside go through `dress`. A message that even English lacks
    /// is said by its id (a test makes sure that there is none).
    pub fn say(
        &self,
        language: &Language,
        sentence: &Sentence,
        dress: fn(&str) -> String,
    ) -> String {
        let nearest = self.nearest(language);
        [nearest, FALLBACK]
            .into_iter()
            .find_map(|tag| self.say_in(tag, sentence, dress).ok())
            .unwrap_or_else(|| sentence.id.to_owned())
    }

    /// Says `sentence` in exactly this language.
    ///
    /// # Errors
    /// What is missing: the message or the value for one of its places.
    pub fn say_in(
        &self,
        tag: &str,
        sentence: &Sentence,
        dress: fn(&str) -> String,
    ) -> Result<String, String> {
        let Some(book) = self.books.get(tag) else {
            return Err(format!("there is no locales/{tag}.ftl"));
        };
        let Some(pattern) = book.get_message(sentence.id).and_then(|message| message.value())
        else {
            return Err(format!("locales/{tag}.ftl lacks the message {}", sentence.id));
        };
        let mut arguments = FluentArgs::new();
        for (name, value) in &sentence.values {
            match value {
                Value::Words(words) => arguments.set(*name, dress(words)),
                Value::Choice(word) => arguments.set(*name, *word),
                Value::Count(count) => arguments.set(*name, *count),
                Value::In(wait) => {
                    arguments.set(*name, self.wait(tag, "wait-in", rounded(*wait), dress)?);
                }
                Value::Countdown(wait) => {
                    arguments.set(*name, self.wait(tag, "wait-in", precise(*wait), dress)?);
                }
                Value::For(wait) => {
                    arguments.set(*name, self.wait(tag, "wait-for", rounded(*wait), dress)?);
                }
                Value::Said(inner) => {
                    arguments.set(*name, self.say_in(tag, inner, dress)?);
                }
                Value::Lines(lines, between) => {
                    let said = lines.iter().map(|line| self.say_in(tag, line, dress));
                    arguments.set(*name, said.collect::<Result<Vec<_>, _>>()?.join(between));
                }
            }
        }
        let mut problems = Vec::new();
        let said = book.format_pattern(pattern, Some(&arguments), &mut problems);
        match problems.first() {
            None => Ok(said.into_owned()),
            Some(problem) => Err(format!("locales/{tag}.ftl: {}: {problem}", sentence.id)),
        }
    }

    fn wait(
        &self,
        tag: &str,
        id: &'static str,
        wait: Wait,
        dress: fn(&str) -> String,
    ) -> Result<String, String> {
        let values = vec![("unit", Value::Choice(wait.unit)), ("count", Value::Count(wait.count))];
        self.say_in(tag, &Sentence { id, values }, dress)
    }
}

/// `<tag>.ftl`
fn applicants(file: &'static File<'static>) -> Option<(&'static str, &'static File<'static>)> {
    let tag = file.path().file_name()?.to_str()?.strip_suffix(".ftl")?;
    Some((tag, file))
}

/// `<part>.<tag>.ftl`
fn admins(file: &'static File<'static>) -> Option<(&'static str, &'static File<'static>)> {
    let name = file.path().file_name()?.to_str()?.strip_suffix(".ftl")?;
    let (_, tag) = name.split_once('.')?;
    Some((tag, file))
}

fn book(tag: &str, file: &File<'static>) -> Result<FluentBundle<FluentResource>, TextsError> {
    let language: LanguageIdentifier =
        tag.parse().map_err(|_| TextsError::NoLanguage(tag.to_owned()))?;
    let mut book = FluentBundle::new_concurrent(vec![language]);
    // Values are cleaned of bidi characters; Fluent's own would end up in mail subjects and SMS.
    book.set_use_isolating(false);
    add(&mut book, tag, file)?;
    Ok(book)
}

fn add(
    book: &mut FluentBundle<FluentResource>,
    tag: &str,
    file: &File<'static>,
) -> Result<(), TextsError> {
    let source = file.contents_utf8().ok_or_else(|| TextsError::NotUtf8(tag.to_owned()))?;
    let unreadable = |why: Option<String>| TextsError::Unreadable {
        tag: tag.to_owned(),
        why: why.unwrap_or_default(),
    };
    let resource = FluentResource::try_new(source.to_owned())
        .map_err(|(_, problems)| unreadable(problems.first().map(ToString::to_string)))?;
    book.add_resource(resource)
        .map_err(|problems| unreadable(problems.first().map(ToString::to_string)))
}

/// The source of each file, for tests that compare them.
#[cfg(test)]
pub fn sources() -> Vec<(&'static str, &'static str)> {
    FILES
        .files()
        .map(|file| (file.path().to_str().unwrap(), file.contents_utf8().unwrap()))
        .collect()
}

/// The same for what admins read: part, language and source.
#[cfg(test)]
pub fn admin_sources() -> Vec<(&'static str, &'static str, &'static str)> {
    let files = FILES.get_dir(ADMINS).unwrap().files();
    let named = files.map(|file| {
        let name = file.path().file_name().unwrap().to_str().unwrap();
        let (part, tag) = name.strip_suffix(".ftl").unwrap().split_once('.').unwrap();
        (part, tag, file.contents_utf8().unwrap())
    });
    named.collect()
}
