//! Every key that the configuration knows, and what a wrong one was probably meant to be.

/// A table of the configuration.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Section {
    Telegram,
    Store,
    Http,
    Email,
    Sms,
    Limits,
    Log,
    Gates,
}

/// What a key's value is.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    /// Text that no message may repeat.
    Secret,
    Integer,
    Flag,
    Texts,
    Integers,
    /// `10m`
    Span,
    /// `10m`, or nothing: `off`, `0`
    SpanOrOff,
    Spans,
}

#[derive(Debug)]
pub(super) struct Key {
    pub(super) section: Section,
    pub(super) name: &'static str,
    pub(super) kind: Kind,
}

const fn key(section: Section, name: &'static str, kind: Kind) -> Key {
    Key { section, name, kind }
}

/// In the order of config.example.toml. A gate knows those of [`Section::Limits`] too.
pub(super) const KEYS: &[Key] = &[
    key(Section::Telegram, "token", Kind::Secret),
    key(Section::Telegram, "token_file", Kind::Text),
    key(Section::Telegram, "api_url", Kind::Text),
    key(Section::Telegram, "owners", Kind::Integers),
    key(Section::Telegram, "open_enrolment", Kind::Flag),
    key(Section::Telegram, "messages_per_second", Kind::Integer),
    key(Section::Store, "path", Kind::Text),
    key(Section::Store, "secret_key_file", Kind::Text),
    key(Section::Store, "backup_every", Kind::SpanOrOff),
    key(Section::Store, "backups", Kind::Integer),
    key(Section::Store, "backup_folder", Kind::Text),
    key(Section::Http, "listen", Kind::Text),
    key(Section::Email, "host", Kind::Text),
    key(Section::Email, "port", Kind::Integer),
    key(Section::Email, "security", Kind::Text),
    key(Section::Email, "username", Kind::Text),
    key(Section::Email, "password", Kind::Secret),
    key(Section::Email, "password_file", Kind::Text),
    key(Section::Email, "from", Kind::Text),
    key(Section::Email, "ca_file", Kind::Text),
    key(Section::Sms, "account_sid", Kind::Text),
    key(Section::Sms, "auth_token", Kind::Secret),
    key(Section::Sms, "auth_token_file", Kind::Text),
    key(Section::Sms, "api_key_sid", Kind::Text),
    key(Section::Sms, "api_key_secret", Kind::Secret),
    key(Section::Sms, "api_key_secret_file", Kind::Text),
    key(Section::Sms, "from", Kind::Text),
    key(Section::Sms, "messaging_service_sid", Kind::Text),
    key(Section::Sms, "api_url", Kind::Text),
    key(Section::Sms, "allowed_countries", Kind::Texts),
    key(Section::Sms, "per_prefix", Kind::Integer),
    key(Section::Sms, "per_hour", Kind::Integer),
    key(Section::Sms, "per_day", Kind::Integer),
    key(Section::Sms, "country_limits", Kind::Texts),
    key(Section::Sms, "currency", Kind::Text),
    key(Section::Sms, "price", Kind::Text),
    key(Section::Sms, "prices", Kind::Texts),
    key(Section::Sms, "budget_per_day", Kind::Text),
    key(Section::Sms, "budget_per_month", Kind::Text),
    key(Section::Limits, "code_length", Kind::Integer),
    key(Section::Limits, "code_ttl", Kind::Span),
    key(Section::Limits, "code_attempts", Kind::Integer),
    key(Section::Limits, "password_attempts", Kind::Integer),
    key(Section::Limits, "lockouts", Kind::Spans),
    key(Section::Limits, "hard_stop", Kind::Integer),
    key(Section::Limits, "resend_waits", Kind::Spans),
    key(Section::Limits, "sends_per_day", Kind::Integer),
    key(Section::Limits, "addresses_per_day", Kind::Integer),
    key(Section::Limits, "sends_per_address", Kind::Integer),
    key(Section::Limits, "sends_per_country", Kind::Integer),
    key(Section::Limits, "sms_conversion", Kind::Integer),
    key(Section::Limits, "sms_per_gate", Kind::Integer),
    key(Section::Limits, "guessing_alarm", Kind::Integer),
    key(Section::Limits, "guessing_slows", Kind::Flag),
    key(Section::Limits, "raid_requests", Kind::Integer),
    key(Section::Log, "format", Kind::Text),
    key(Section::Log, "level", Kind::Text),
    key(Section::Gates, "chat_id", Kind::Integer),
    key(Section::Gates, "password_hash", Kind::Secret),
    key(Section::Gates, "password", Kind::Secret),
    key(Section::Gates, "password_file", Kind::Text),
    key(Section::Gates, "mode", Kind::Text),
    key(Section::Gates, "remove_after", Kind::Span),
    key(Section::Gates, "channels", Kind::Texts),
    key(Section::Gates, "listed", Kind::Flag),
    key(Section::Gates, "allowed_email_domains", Kind::Texts),
    key(Section::Gates, "blocked_email_domains", Kind::Texts),
    key(Section::Gates, "allowed_countries", Kind::Texts),
    key(Section::Gates, "blocked_countries", Kind::Texts),
    key(Section::Gates, "accounts_per_address", Kind::Integer),
    key(Section::Gates, "log_chat", Kind::Integer),
];

impl Section {
    pub(super) const ALL: [Section; 8] = [
        Section::Telegram,
        Section::Store,
        Section::Http,
        Section::Email,
        Section::Sms,
        Section::Limits,
        Section::Log,
        Section::Gates,
    ];

    pub(super) fn name(self) -> &'static str {
        match self {
            Section::Telegram => "telegram",
            Section::Store => "store",
            Section::Http => "http",
            Section::Email => "email",
            Section::Sms => "sms",
            Section::Limits => "limits",
            Section::Log => "log",
            Section::Gates => "gates",
        }
    }

    pub(super) fn named(name: &str) -> Option<Section> {
        Section::ALL.into_iter().find(|section| section.name() == name)
    }

    /// As it is written in the file.
    pub(super) fn header(self) -> String {
        match self {
            Section::Gates => "[[gates]]".to_owned(),
            Section::Telegram
            | Section::Store
            | Section::Http
            | Section::Email
            | Section::Sms
            | Section::Limits
            | Section::Log => format!("[{}]", self.name()),
        }
    }

    /// The keys that may stand in this table.
    pub(super) fn keys(self) -> impl Iterator<Item = &'static Key> {
        KEYS.iter().filter(move |key| {
            key.section == self || (self == Section::Gates && key.section == Section::Limits)
        })
    }

    pub(super) fn key(self, name: &str) -> Option<&'static Key> {
        self.keys().find(|key| key.name == name)
    }

    /// What to say of a key that this table does not know.
    pub(super) fn instead_of(self, unknown: &str) -> String {
        if let Some(meant) = nearest(unknown, self.keys().map(|key| key.name)) {
            return format!("unknown key; did you mean `{meant}`?");
        }
        if let Some(elsewhere) = KEYS.iter().find(|key| key.name == unknown) {
            return format!("unknown key here; it belongs in {}", elsewhere.section.header());
        }
        let known: Vec<&str> =
            KEYS.iter().filter(|key| key.section == self).map(|key| key.name).collect();
        format!("unknown key; {} knows {}", self.header(), known.join(", "))
    }
}

/// What to say of a table that nobody knows.
pub(super) fn instead_of_section(unknown: &str) -> String {
    if let Some(meant) = nearest(unknown, Section::ALL.into_iter().map(Section::name)) {
        return format!("unknown table; did you mean `{meant}`?");
    }
    if let Some(key) = KEYS.iter().find(|key| key.name == unknown) {
        return format!("unknown key here; it belongs in {}", key.section.header());
    }
    let known: Vec<&str> = Section::ALL.into_iter().map(Section::name).collect();
    format!("unknown table; known are {}", known.join(", "))
}

/// The name that `typed` was probably meant to be: at most a third of it differs.
fn nearest(typed: &str, known: impl Iterator<Item = &'static str>) -> Option<&'static str> {
    let typed = typed.to_ascii_lowercase().replace('-', "_");
    known
        .map(|name| (strsim::damerau_levenshtein(&typed, name), name))
        .filter(|(distance, name)| *distance <= (name.len() / 3).max(1))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}
