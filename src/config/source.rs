//! The file and the environment as one set of typed fields, each with the place where it stands.
//! The environment wins over the file.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::keys::{KEYS, Kind, Section, instead_of_section};
use super::problems::{Place, Problem};

pub(super) const PREFIX: &str = "COUNTERSIGN_";

/// A value of the type that its key asks for.
#[derive(Clone, Debug)]
pub(super) enum Value {
    Text(String),
    Secret(SecretString),
    Integer(i64),
    Flag(bool),
    Texts(Vec<String>),
    Integers(Vec<i64>),
    Span(Duration),
    Spans(Vec<Duration>),
}

/// The fields of one table.
#[derive(Debug)]
pub(super) struct Fields {
    pub(super) section: Section,
    /// Which of the gates, from 0.
    pub(super) index: Option<usize>,
    /// Where the table begins; `None` if it stands nowhere.
    pub(super) at: Option<Place>,
    pub(super) found: BTreeMap<&'static str, (Value, Place)>,
    /// Keys that are there but could not be read, which is a problem already.
    pub(super) broken: BTreeSet<&'static str>,
}

/// All tables that were found.
#[derive(Debug, Default)]
pub(super) struct Sources {
    /// The file is not TOML, so that nothing is known of what it says.
    pub(super) unreadable: bool,
    tables: BTreeMap<Section, Fields>,
    gates: BTreeMap<usize, Fields>,
}

impl Value {
    /// An empty text says as much as no text.
    pub(super) fn is_empty(&self) -> bool {
        match self {
            Value::Text(text) => text.is_empty(),
            Value::Secret(secret) => secret.expose_secret().is_empty(),
            Value::Texts(texts) => texts.is_empty(),
            Value::Integers(integers) => integers.is_empty(),
            Value::Spans(spans) => spans.is_empty(),
            Value::Integer(_) | Value::Flag(_) | Value::Span(_) => false,
        }
    }
}

impl Fields {
    fn empty(section: Section, index: Option<usize>, at: Option<Place>) -> Fields {
        Fields { section, index, at, found: BTreeMap::new(), broken: BTreeSet::new() }
    }

    /// `email.port`, `gates[0].chat_id`
    pub(super) fn path(&self, name: &str) -> String {
        match self.index {
            Some(index) => format!("{}[{index}].{name}", self.section.name()),
            None => format!("{}.{name}", self.section.name()),
        }
    }

    /// The environment variable of a key.
    pub(super) fn variable(&self, name: &str) -> String {
        variable(self.section, self.index, name)
    }
}

impl Sources {
    /// Reads both. `file` is its path and its text; `environment` is names and values, of which
    /// only those of this program are looked at. What cannot be used goes to `problems`.
    pub(super) fn read(
        file: Option<(&Path, &str)>,
        environment: &[(String, String)],
        problems: &mut Vec<Problem>,
    ) -> Sources {
        let mut sources = Sources::default();
        if let Some((path, text)) = file {
            sources.read_file(path, text, problems);
        }
        sources.read_environment(environment, problems);
        sources
    }

    /// Whether the table stands in the file, were it empty, or the environment says anything of
    /// it. Variables that are set to nothing (`COUNTERSIGN_EMAIL__HOST=`) say nothing.
    pub(super) fn has(&self, section: Section) -> bool {
        self.tables.get(&section).is_some_and(|fields| {
            fields.at.is_some()
                || !fields.broken.is_empty()
                || fields.found.values().any(|(value, _)| !value.is_empty())
        })
    }

    /// The table, or an empty one that stands nowhere.
    pub(super) fn take(&mut self, section: Section) -> Fields {
        self.tables.remove(&section).unwrap_or_else(|| Fields::empty(section, None, None))
    }

    /// Whether a secret stands in the file itself.
    pub(super) fn file_holds_secret(&self) -> bool {
        let tables = self.tables.values().chain(self.gates.values());
        tables.flat_map(|fields| fields.found.values()).any(|(value, at)| {
            matches!((value, at), (Value::Secret(_), Place::File { .. })) && !value.is_empty()
        })
    }

    /// The gates in their order.
    pub(super) fn take_gates(&mut self) -> Vec<Fields> {
        std::mem::take(&mut self.gates).into_values().collect()
    }

    fn read_file(&mut self, path: &Path, text: &str, problems: &mut Vec<Problem>) {
        let place = |start: usize| Place::File {
            path: path.to_owned(),
            line: 1 + text.as_bytes().iter().take(start).filter(|byte| **byte == b'\n').count(),
        };
        let (document, errors) = DeTable::parse_recoverable(text);
        if !errors.is_empty() {
            self.unreadable = true;
            // After a slip of syntax the keys found are guesses, and may be parts of a secret.
            problems.extend(errors.iter().map(|error| Problem {
                at: Some(place(error.span().map_or(0, |span| span.start))),
                key: String::new(),
                what: format!("not TOML: {}", error.message()),
            }));
            return;
        }
        for (key, value) in document.get_ref() {
            let name = key.get_ref().as_ref();
            let Some(section) = Section::named(name) else {
                problems.push(Problem {
                    at: Some(place(key.span().start)),
                    key: name.to_owned(),
                    what: instead_of_section(name),
                });
                continue;
            };
            self.read_section(section, value, &place, problems);
        }
    }

    fn read_section(
        &mut self,
        section: Section,
        value: &Spanned<DeValue<'_>>,
        place: &dyn Fn(usize) -> Place,
        problems: &mut Vec<Problem>,
    ) {
        let at = place(value.span().start);
        let wrong = |found: &DeValue<'_>, at: Place| Problem {
            at: Some(at),
            key: section.name().to_owned(),
            what: format!("expected a table {}, found {}", section.header(), kind_of(found)),
        };
        match (section, value.get_ref()) {
            (Section::Gates, DeValue::Array(gates)) => {
                for (index, gate) in gates.iter().enumerate() {
                    let at = place(gate.span().start);
                    let DeValue::Table(table) = gate.get_ref() else {
                        problems.push(wrong(gate.get_ref(), at));
                        continue;
                    };
                    let mut fields = Fields::empty(section, Some(index), Some(at));
                    fields.read_table(table, place, problems);
                    self.gates.insert(index, fields);
                }
            }
            (Section::Gates, other) => problems.push(wrong(other, at)),
            (_, DeValue::Table(table)) => {
                let mut fields = Fields::empty(section, None, Some(at));
                fields.read_table(table, place, problems);
                self.tables.insert(section, fields);
            }
            (_, other) => problems.push(wrong(other, at)),
        }
    }

    fn read_environment(&mut self, environment: &[(String, String)], problems: &mut Vec<Problem>) {
        let mut gates: BTreeMap<usize, Vec<(&'static str, Kind, &str, Place)>> = BTreeMap::new();
        for (name, text) in environment {
            let Some(rest) = name.strip_prefix(PREFIX) else { continue };
            let at = Place::Environment(name.clone());
            let rest = rest.to_ascii_lowercase();
            let parts: Vec<&str> = rest.split("__").collect();
            let problem = |what: String| Problem { at: Some(at.clone()), key: String::new(), what };
            if parts.len() == 1 {
                // Others set such names too (Kubernetes: COUNTERSIGN_SERVICE_HOST); only what is
                // a key but for one underscore is a slip.
                if let Some(key) = KEYS.iter().find(|key| {
                    key.section != Section::Gates
                        && format!("{}_{}", key.section.name(), key.name) == rest
                }) {
                    let meant = variable(key.section, None, key.name);
                    problems.push(problem(format!("unknown variable; did you mean {meant}?")));
                }
                continue;
            }
            let (section, index, key) = match parts.as_slice() {
                ["gates", index, key] => match index.parse::<usize>() {
                    Ok(index) => (Section::Gates, Some(index), *key),
                    Err(_) => {
                        problems.push(problem(
                            "a gate's variables are numbered from 0: COUNTERSIGN_GATES__0__CHAT_ID"
                                .to_owned(),
                        ));
                        continue;
                    }
                },
                ["gates", ..] => {
                    problems.push(problem(
                        "a gate's variables are numbered from 0: COUNTERSIGN_GATES__0__CHAT_ID"
                            .to_owned(),
                    ));
                    continue;
                }
                [section, key] => match Section::named(section) {
                    Some(section) => (section, None, *key),
                    None => {
                        problems.push(problem(instead_of_section(section)));
                        continue;
                    }
                },
                _ => {
                    problems.push(problem(
                        "unknown variable; they are named COUNTERSIGN_<TABLE>__<KEY>".to_owned(),
                    ));
                    continue;
                }
            };
            let Some(key) = section.key(key) else {
                problems.push(problem(section.instead_of(key)));
                continue;
            };
            match index {
                Some(index) => {
                    gates.entry(index).or_default().push((key.name, key.kind, text, at));
                }
                None => {
                    self.tables
                        .entry(section)
                        .or_insert_with(|| Fields::empty(section, None, None))
                        .read_variable(key.name, key.kind, text, at, problems);
                }
            }
        }
        for (index, variables) in gates {
            if index > 0 && !self.gates.contains_key(&(index - 1)) {
                problems.push(Problem {
                    at: variables.first().map(|(.., at)| at.clone()),
                    key: String::new(),
                    what: format!("there is a gate {index} but no gate {}", index - 1),
                });
            }
            let fields = self
                .gates
                .entry(index)
                .or_insert_with(|| Fields::empty(Section::Gates, Some(index), None));
            for (name, kind, text, at) in variables {
                fields.read_variable(name, kind, text, at, problems);
            }
        }
    }
}

impl Fields {
    fn read_table(
        &mut self,
        table: &DeTable<'_>,
        place: &dyn Fn(usize) -> Place,
        problems: &mut Vec<Problem>,
    ) {
        for (key, value) in table {
            let name = key.get_ref().as_ref();
            let Some(key) = self.section.key(name) else {
                problems.push(Problem {
                    at: Some(place(key.span().start)),
                    key: self.path(name),
                    what: self.section.instead_of(name),
                });
                continue;
            };
            let at = place(value.span().start);
            match typed(key.kind, value.get_ref()) {
                Ok(value) => {
                    self.found.insert(key.name, (value, at));
                }
                Err(what) => {
                    self.broken.insert(key.name);
                    problems.push(Problem { at: Some(at), key: self.path(name), what });
                }
            }
        }
    }

    fn read_variable(
        &mut self,
        name: &'static str,
        kind: Kind,
        text: &str,
        at: Place,
        problems: &mut Vec<Problem>,
    ) {
        match typed_text(kind, text) {
            Ok(value) => {
                self.found.insert(name, (value, at));
            }
            Err(what) => {
                self.broken.insert(name);
                problems.push(Problem { at: Some(at), key: self.path(name), what });
            }
        }
    }
}

fn variable(section: Section, index: Option<usize>, name: &str) -> String {
    let table = section.name().to_ascii_uppercase();
    let name = name.to_ascii_uppercase();
    match index {
        Some(index) => format!("{PREFIX}{table}__{index}__{name}"),
        None => format!("{PREFIX}{table}__{name}"),
    }
}

/// A value of the file as what its key asks for, or what is wrong with it.
fn typed(kind: Kind, value: &DeValue<'_>) -> Result<Value, String> {
    let wrong = |expected: &str| Err(format!("expected {expected}, found {}", kind_of(value)));
    match (kind, value) {
        (Kind::Text, DeValue::String(text)) => Ok(Value::Text(text.to_string())),
        (Kind::Text, _) => wrong("text in quotes"),
        (Kind::Secret, DeValue::String(text)) => {
            Ok(Value::Secret(SecretString::from(text.to_string())))
        }
        (Kind::Secret, _) => wrong("text in quotes"),
        (Kind::Integer, DeValue::Integer(_)) => integer(value).map(Value::Integer),
        (Kind::Integer, _) => wrong("a whole number"),
        (Kind::Flag, DeValue::Boolean(flag)) => Ok(Value::Flag(*flag)),
        (Kind::Flag, _) => wrong("true or false"),
        (Kind::Texts, DeValue::Array(items)) => items
            .iter()
            .map(|item| match item.get_ref() {
                DeValue::String(text) => Ok(text.to_string()),
                other => Err(format!("expected a list of texts, found {} in it", kind_of(other))),
            })
            .collect::<Result<_, _>>()
            .map(Value::Texts),
        (Kind::Texts, _) => wrong("a list of texts such as [\"…\", \"…\"]"),
        (Kind::Integers, DeValue::Array(items)) => items
            .iter()
            .map(|item| integer(item.get_ref()))
            .collect::<Result<_, _>>()
            .map(Value::Integers),
        (Kind::Integers, _) => wrong("a list of whole numbers such as [1, 2]"),
        (Kind::Span, DeValue::String(text)) => span(text).map(Value::Span),
        (Kind::Span, _) => wrong("a time such as \"10m\""),
        (Kind::SpanOrOff, DeValue::String(text)) => span_or_off(text).map(Value::Span),
        (Kind::SpanOrOff, value) if integer(value) == Ok(0) => Ok(Value::Span(Duration::ZERO)),
        (Kind::SpanOrOff, _) => wrong("a time such as \"10m\", or \"off\""),
        (Kind::Spans, DeValue::Array(items)) => items
            .iter()
            .map(|item| match item.get_ref() {
                DeValue::String(text) => span(text),
                other => Err(format!(
                    "expected a list of times such as [\"5m\", \"1h\"], found {} in it",
                    kind_of(other)
                )),
            })
            .collect::<Result<_, _>>()
            .map(Value::Spans),
        (Kind::Spans, _) => wrong("a list of times such as [\"5m\", \"1h\"]"),
    }
}

/// An environment variable's text as what its key asks for. Lists are TOML or comma separated.
fn typed_text(kind: Kind, text: &str) -> Result<Value, String> {
    let trimmed = text.trim();
    let whole = |text: &str| {
        text.trim()
            .parse::<i64>()
            .map_err(|_| format!("expected a whole number, found {:?}", shortened(text)))
    };
    match kind {
        Kind::Text => Ok(Value::Text(text.to_owned())),
        Kind::Secret => Ok(Value::Secret(SecretString::from(text))),
        Kind::Integer => whole(text).map(Value::Integer),
        Kind::Flag => match trimmed {
            "true" => Ok(Value::Flag(true)),
            "false" => Ok(Value::Flag(false)),
            other => Err(format!("expected true or false, found {:?}", shortened(other))),
        },
        Kind::Span => span(trimmed).map(Value::Span),
        Kind::SpanOrOff => span_or_off(trimmed).map(Value::Span),
        Kind::Texts | Kind::Integers | Kind::Spans if trimmed.starts_with('[') => {
            let value = DeValue::parse(trimmed)
                .map_err(|error| format!("not a TOML list: {}", error.message()))?;
            typed(kind, value.get_ref())
        }
        Kind::Texts => Ok(Value::Texts(parts(trimmed).map(str::to_owned).collect())),
        Kind::Integers => parts(trimmed).map(whole).collect::<Result<_, _>>().map(Value::Integers),
        Kind::Spans => parts(trimmed).map(span).collect::<Result<_, _>>().map(Value::Spans),
    }
}

fn parts(list: &str) -> impl Iterator<Item = &str> {
    list.split(',').map(str::trim).filter(|part| !part.is_empty())
}

fn integer(value: &DeValue<'_>) -> Result<i64, String> {
    let DeValue::Integer(number) = value else {
        return Err(format!("expected a whole number, found {}", kind_of(value)));
    };
    i64::from_str_radix(number.as_str(), number.radix())
        .map_err(|_| "the number is too large".to_owned())
}

/// Zero: off.
fn span_or_off(text: &str) -> Result<Duration, String> {
    if matches!(text, "off" | "0") { Ok(Duration::ZERO) } else { span(text) }
}

fn span(text: &str) -> Result<Duration, String> {
    humantime::parse_duration(text).map_err(|_| {
        format!("expected a time such as \"90s\", \"10m\" or \"4h\", found {:?}", shortened(text))
    })
}

/// Enough of a mistyped value to recognise it.
fn shortened(text: &str) -> String {
    text.chars().take(20).collect()
}

fn kind_of(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "text",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a fraction",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
