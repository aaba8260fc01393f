//! A mail as it arrived, taken apart.

use mail_parser::{MessageParser, PartType};

/// Who sent it to whom, by the SMTP commands.
#[derive(Clone, Debug, Default)]
pub struct Envelope {
    pub from: String,
    pub to: Vec<String>,
    pub encrypted: bool,
    pub login: Option<String>,
}

/// One mail.
#[derive(Clone, Debug)]
pub struct Mail {
    /// From 1 in the order of arrival.
    pub id: u64,
    /// The first recipient of the envelope.
    pub to: String,
    /// All recipients of the envelope.
    pub recipients: Vec<String>,
    /// The `From` header's address, with the name if there is one: `Gate <gate@example.org>`.
    pub from: String,
    /// The envelope's sender.
    pub sender: String,
    pub subject: String,
    pub text: String,
    /// Empty if there is no HTML part.
    pub html: String,
    /// Names and values in their order, unfolded, encoded as they came.
    pub headers: Vec<(String, String)>,
    /// Milliseconds since 1970 by the world's clock.
    pub at_ms: i64,
    /// It came through TLS.
    pub encrypted: bool,
    /// The user name that had logged in.
    pub login: Option<String>,
}

impl Mail {
    /// The first header of that name, without regard to case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// The links to Telegram in the text, in order.
    #[must_use]
    pub fn links(&self) -> Vec<&str> {
        let words = self.text.split_whitespace();
        words.filter(|word| word.starts_with("https://t.me/")).collect()
    }

    pub(super) fn read(
        id: u64,
        envelope: &Envelope,
        raw: &[u8],
        at_ms: i64,
    ) -> Result<Mail, String> {
        let message = MessageParser::default().parse(raw).ok_or("a mail that cannot be read")?;
        let from = message.from().and_then(|from| from.first());
        let from = from.ok_or("a mail without a sender")?;
        let address = from.address.as_deref().unwrap_or_default();
        let from = match from.name.as_deref() {
            Some(name) => format!("{name} <{address}>"),
            None => address.to_owned(),
        };
        let text = message.parts.iter().find_map(|part| match &part.body {
            PartType::Text(text) => Some(text.to_string()),
            _ => None,
        });
        let html = message.parts.iter().find_map(|part| match &part.body {
            PartType::Html(html) => Some(html.to_string()),
            _ => None,
        });
        let unfold = |value: &str| value.split_whitespace().collect::<Vec<_>>().join(" ");
        Ok(Mail {
            id,
            to: envelope.to.first().cloned().unwrap_or_default(),
            recipients: envelope.to.clone(),
            from,
            sender: envelope.from.clone(),
            subject: message.subject().unwrap_or_default().to_owned(),
            text: text.unwrap_or_default().replace("\r\n", "\n"),
            html: html.unwrap_or_default().replace("\r\n", "\n"),
            headers: message
                .headers_raw()
                .map(|(name, value)| (name.to_owned(), unfold(value)))
                .collect(),
            at_ms,
            encrypted: envelope.encrypted,
            login: envelope.login.clone(),
        })
    }
}
