//! Reads the fields of one table, noting what is wrong and where.

use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::time::Duration;

use reqwest::Url;
use secrecy::SecretString;
use zeroize::Zeroizing;

use super::problems::{Place, Problem};
use super::source::{Fields, Value};

/// No secret is longer, in bytes.
const LONGEST_SECRET: u64 = 64 * 1024;

/// Reads one table. Where a value will not do it notes a problem and gives a stand-in, so that
/// the rest is looked at too.
pub(super) struct Reader<'a> {
    fields: &'a Fields,
    notes: &'a mut Notes,
}

/// What was noted while reading.
#[derive(Debug, Default)]
pub(super) struct Notes {
    pub(super) problems: Vec<Problem>,
    pub(super) warnings: Vec<Problem>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(fields: &'a Fields, notes: &'a mut Notes) -> Reader<'a> {
        Reader { fields, notes }
    }

    /// Notes that the value of `name` will not do.
    pub(super) fn wrong(&mut self, name: &str, what: impl Into<String>) {
        let problem = self.about(name, what.into());
        self.notes.problems.push(problem);
    }

    /// Notes that the value of `name` will do, but should be looked at.
    pub(super) fn warn(&mut self, name: &str, what: impl Into<String>) {
        let warning = self.about(name, what.into());
        self.notes.warnings.push(warning);
    }

    /// Notes that `name` is not there. `how` says what to write.
    pub(super) fn missing(&mut self, name: &str, how: &str) {
        if self.fields.broken.contains(name) {
            return;
        }
        let variable = self.fields.variable(name);
        self.notes.problems.push(Problem {
            at: self.fields.at.clone(),
            key: self.fields.path(name),
            what: format!("missing; {how} (in the environment: {variable})"),
        });
    }

    /// Whether the key is there and not empty.
    pub(super) fn has(&self, name: &str) -> bool {
        self.fields.found.get(name).is_some_and(|(value, _)| !value.is_empty())
    }

    /// Whether somebody tried to set the key, were it to something unreadable.
    pub(super) fn tried(&self, name: &str) -> bool {
        self.has(name) || self.fields.broken.contains(name)
    }

    /// Which of several ways to say the same was taken. What the environment says outdoes what
    /// the file says; two at the same place contradict each other.
    pub(super) fn choose(&mut self, ways: &[&'static str]) -> Option<&'static str> {
        let from_environment =
            |name: &&str| matches!(self.fields.found.get(*name), Some((_, Place::Environment(_))));
        let mut taken: Vec<&'static str> =
            ways.iter().copied().filter(|name| self.has(name)).collect();
        if taken.iter().any(from_environment) {
            taken.retain(from_environment);
        }
        for other in taken.iter().skip(1) {
            self.wrong(other, format!("contradicts `{}`; keep one of them", taken[0]));
        }
        taken.first().copied()
    }

    /// A text that is not empty.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        match self.fields.found.get(name) {
            Some((Value::Text(text), _)) if !text.is_empty() => Some(text.clone()),
            _ => None,
        }
    }

    /// As it stands, even if it is empty.
    pub(super) fn text_or_empty(&self, name: &str) -> Option<String> {
        match self.fields.found.get(name) {
            Some((Value::Text(text), _)) => Some(text.clone()),
            _ => None,
        }
    }

    pub(super) fn flag(&self, name: &str, default: bool) -> bool {
        match self.fields.found.get(name) {
            Some((Value::Flag(flag), _)) => *flag,
            _ => default,
        }
    }

    pub(super) fn texts(&self, name: &str) -> Option<Vec<String>> {
        match self.fields.found.get(name) {
            Some((Value::Texts(texts), _)) => Some(texts.clone()),
            _ => None,
        }
    }

    pub(super) fn integers(&self, name: &str) -> Option<Vec<i64>> {
        match self.fields.found.get(name) {
            Some((Value::Integers(integers), _)) => Some(integers.clone()),
            _ => None,
        }
    }

    pub(super) fn integer(&self, name: &str) -> Option<i64> {
        match self.fields.found.get(name) {
            Some((Value::Integer(number), _)) => Some(*number),
            _ => None,
        }
    }

    /// A whole number within `range`.
    pub(super) fn number<T: TryFrom<i64>>(
        &mut self,
        name: &str,
        range: RangeInclusive<i64>,
        default: T,
    ) -> T {
        let Some(number) = self.integer(name) else { return default };
        match T::try_from(number) {
            Ok(fitting) if range.contains(&number) => fitting,
            _ => {
                let (least, most) = (range.start(), range.end());
                self.wrong(name, format!("{number} is out of range; {least} to {most} will do"));
                default
            }
        }
    }

    /// A time within `range`.
    pub(super) fn span(
        &mut self,
        name: &str,
        range: RangeInclusive<Duration>,
        default: Duration,
    ) -> Duration {
        let Some((Value::Span(span), _)) = self.fields.found.get(name) else { return default };
        if range.contains(span) {
            return *span;
        }
        self.wrong(name, out_of_range(*span, &range));
        default
    }

    /// A time as it stands.
    pub(super) fn given_span(&self, name: &str) -> Option<Duration> {
        match self.fields.found.get(name) {
            Some((Value::Span(span), _)) => Some(*span),
            _ => None,
        }
    }

    /// Times, each within `range`, at least one.
    pub(super) fn spans(
        &mut self,
        name: &str,
        range: RangeInclusive<Duration>,
        default: &[Duration],
    ) -> Vec<Duration> {
        let Some((Value::Spans(spans), _)) = self.fields.found.get(name) else {
            return default.to_vec();
        };
        if spans.is_empty() {
            self.wrong(name, "the list is empty; name at least one time");
            return default.to_vec();
        }
        if let Some(span) = spans.iter().find(|span| !range.contains(*span)) {
            self.wrong(name, out_of_range(*span, &range));
            return default.to_vec();
        }
        spans.clone()
    }

    /// One of a few words.
    pub(super) fn choice<T: Copy>(&mut self, name: &str, words: &[(&str, T)], default: T) -> T {
        let Some(typed) = self.text_or_empty(name) else { return default };
        match words.iter().find(|(word, _)| *word == typed) {
            Some((_, chosen)) => *chosen,
            None => {
                let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
                self.wrong(name, format!("{typed:?} is none of {}", known.join(", ")));
                default
            }
        }
    }

    /// An address of the web: `https`, or `http` on loopback.
    pub(super) fn url(&mut self, name: &str, default: &str) -> Url {
        // A constant of ours; the test of the defaults reads each of them.
        let stand_in = || Url::parse(default).expect("the default address can be read");
        let Some(typed) = self.text(name) else { return stand_in() };
        let wrong = match Url::parse(&typed) {
            Err(why) => format!("not a web address ({why}); the usual one is {default}"),
            // It is not repeated here: it holds a secret.
            Ok(url) if !url.username().is_empty() || url.password().is_some() => {
                "a web address with a name or password in it is not used; take them out".to_owned()
            }
            Ok(url) if url.query().is_some() || url.fragment().is_some() => {
                format!("a web address without ? and # is wanted, such as {default}")
            }
            Ok(url) if url.scheme() == "https" && url.has_host() => return url,
            Ok(url) if url.scheme() == "http" && url.host_str().is_some_and(is_loopback) => {
                return url;
            }
            Ok(url) if url.scheme() == "http" => {
                "clear-text http is only used on loopback; write https".to_owned()
            }
            Ok(_) => format!("not a web address; the usual one is {default}"),
        };
        self.wrong(name, wrong);
        stand_in()
    }

    /// A secret that stands here (`inline`) or in a file of its own (`in_file`).
    pub(super) fn secret(
        &mut self,
        inline: &'static str,
        in_file: &'static str,
    ) -> Option<SecretString> {
        let way = self.choose(&[inline, in_file])?;
        if way == in_file { self.secret_file(way) } else { self.inline_secret(way) }
    }

    /// The one of the two that a secret was taken from: where a problem with it belongs.
    pub(super) fn way(&self, inline: &'static str, in_file: &'static str) -> &'static str {
        if self.has(in_file) && !self.has(inline) { in_file } else { inline }
    }

    pub(super) fn inline_secret(&self, name: &str) -> Option<SecretString> {
        match self.fields.found.get(name) {
            Some((Value::Secret(secret), _)) => Some(secret.clone()),
            _ => None,
        }
    }

    /// The content of the file that `name` names, without the line break at its end.
    pub(super) fn secret_file(&mut self, name: &'static str) -> Option<SecretString> {
        let path = PathBuf::from(self.text(name)?);
        match read_secret(&path) {
            Ok(text) => {
                let text = text.trim_end_matches(['\r', '\n']);
                if text.is_empty() {
                    self.wrong(name, format!("the file {} is empty", path.display()));
                    return None;
                }
                if readable_by_all(&path) {
                    self.warn(name, open_to_all(&path));
                }
                Some(SecretString::from(text))
            }
            Err(why) => {
                self.wrong(name, format!("the file {} cannot be read: {why}", path.display()));
                None
            }
        }
    }

    fn about(&self, name: &str, what: String) -> Problem {
        let at = self.fields.found.get(name).map(|(_, at)| at).or(self.fields.at.as_ref());
        Problem { at: at.cloned(), key: self.fields.path(name), what }
    }
}

/// Whether a host name or address means this machine.
pub(super) fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost")
        || bare.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Whether every user of this machine can read the file.
pub(super) fn readable_by_all(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    const OTHERS_READ: u32 = 0o004;
    std::fs::metadata(path).is_ok_and(|facts| facts.permissions().mode() & OTHERS_READ != 0)
}

pub(super) fn open_to_all(path: &Path) -> String {
    let path = path.display();
    format!("{path} holds a secret, and every user of this machine can read it; chmod 600 it")
}

fn read_secret(path: &Path) -> std::io::Result<Zeroizing<String>> {
    use std::io::{Error, ErrorKind, Read};
    let mut text = Zeroizing::new(String::new());
    let mut file = std::fs::File::open(path)?.take(LONGEST_SECRET + 1);
    file.read_to_string(&mut text)?;
    if text.len() as u64 > LONGEST_SECRET {
        return Err(Error::new(ErrorKind::InvalidData, "it is far too long for a secret"));
    }
    Ok(text)
}

fn out_of_range(span: Duration, range: &RangeInclusive<Duration>) -> String {
    format!(
        "{} is out of range; {} to {} will do",
        humantime::format_duration(span),
        humantime::format_duration(*range.start()),
        humantime::format_duration(*range.end())
    )
}
