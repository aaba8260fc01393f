//! Telegram's HTML: read strictly, as the real server does.
//!
//! In: text with tags and the entities `&lt; &gt; &amp; &quot; &#…;`. Out: the plain text, the
//! formatting as Bot API entities (offsets and lengths in UTF-16 units), and clean HTML of the
//! tags `b i u s code pre a` only, for the demo's page. Errors are the real server's sentences,
//! with offsets in bytes.

use serde_json::{Value, json};

/// A text with its formatting.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Formatted {
    pub text: String,
    pub entities: Vec<Value>,
    pub html: String,
}

/// Text without any formatting.
pub fn plain(text: &str) -> Formatted {
    let text = text.trim();
    Formatted { text: text.to_owned(), entities: Vec::new(), html: escape(text) }
}

/// `text` for use within HTML.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        push_escaped(&mut out, c);
    }
    out
}

/// # Errors
/// What the real server says after "can't parse entities: ".
pub fn parse(source: &str) -> Result<Formatted, String> {
    let mut reader =
        Reader { source, at: 0, out: Formatted::default(), units: 0, open: Vec::new() };
    reader.run()?;
    let Reader { mut out, open, .. } = reader;
    if let Some(tag) = open.last() {
        return Err(format!("Can't find end tag corresponding to start tag \"{}\"", tag.name));
    }
    let kept = out.text.trim_end().len();
    out.text.truncate(kept);
    let units = out.text.encode_utf16().count();
    out.entities.retain_mut(|entity| clip(entity, units));
    out.entities.sort_by_key(|entity| {
        (entity["offset"].as_u64(), std::cmp::Reverse(entity["length"].as_u64()))
    });
    Ok(out)
}

struct Reader<'a> {
    source: &'a str,
    at: usize,
    out: Formatted,
    /// Length of the text so far in UTF-16 units.
    units: usize,
    open: Vec<Open>,
}

/// A tag that has begun.
struct Open {
    name: String,
    /// The entity without its place, `None` for a tag that formats nothing by itself.
    entity: Option<Value>,
    /// The tag's name in the clean HTML.
    clean: Option<&'static str>,
    from: usize,
    text_from: usize,
}

impl Reader<'_> {
    fn run(&mut self) -> Result<(), String> {
        while let Some(c) = self.source[self.at..].chars().next() {
            match c {
                '<' if self.source[self.at + 1..].starts_with('/') => self.end_tag()?,
                '<' => self.start_tag()?,
                '&' => {
                    let c = self.entity();
                    self.push(c);
                }
                c => {
                    self.at += c.len_utf8();
                    self.push(c);
                }
            }
        }
        Ok(())
    }

    fn push(&mut self, c: char) {
        if self.out.text.is_empty() && c.is_whitespace() {
            return;
        }
        self.out.text.push(c);
        self.units += c.len_utf16();
        push_escaped(&mut self.out.html, c);
    }

    /// A character reference, or the ampersand itself if it is none.
    fn entity(&mut self) -> char {
        let rest = &self.source[self.at..];
        let known = [("&lt;", '<'), ("&gt;", '>'), ("&amp;", '&'), ("&quot;", '"')];
        for (name, c) in known {
            if rest.starts_with(name) {
                self.at += name.len();
                return c;
            }
        }
        if let Some(number) = rest.strip_prefix("&#") {
            let (digits, radix, prefix) = match number.strip_prefix('x') {
                Some(hex) => (hex, 16, 3),
                None => (number, 10, 2),
            };
            let length = digits.chars().take_while(|c| c.is_digit(radix)).count();
            let code = u32::from_str_radix(&digits[..length], radix).ok();
            if let Some(c) = code.and_then(char::from_u32).filter(|c| *c != '\0') {
                self.at += prefix + length;
                if self.source[self.at..].starts_with(';') {
                    self.at += 1;
                }
                return c;
            }
        }
        self.at += 1;
        '&'
    }

    fn start_tag(&mut self) -> Result<(), String> {
        let begin = self.at;
        self.at += 1;
        let name = self.word(|c| !c.is_whitespace() && c != '>').to_ascii_lowercase();
        if name.is_empty() {
            return Err(format!("Unsupported start tag \"\" at byte offset {begin}"));
        }
        let mut attributes = Vec::new();
        loop {
            self.word(char::is_whitespace);
            let rest = &self.source[self.at..];
            if rest.is_empty() {
                return Err(format!("Unclosed start tag at byte offset {begin}"));
            }
            if rest.starts_with('>') {
                self.at += 1;
                break;
            }
            attributes.push(self.attribute(begin)?);
        }
        let attribute = |wanted: &str| {
            attributes.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.as_str())
        };
        let (entity, clean, opening) = match name.as_str() {
            "b" | "strong" => (Some(json!({"type": "bold"})), Some("b"), None),
            "i" | "em" => (Some(json!({"type": "italic"})), Some("i"), None),
            "u" | "ins" => (Some(json!({"type": "underline"})), Some("u"), None),
            "s" | "strike" | "del" => (Some(json!({"type": "strikethrough"})), Some("s"), None),
            "tg-spoiler" => (Some(json!({"type": "spoiler"})), None, None),
            "span" if attribute("class") == Some("tg-spoiler") => {
                (Some(json!({"type": "spoiler"})), None, None)
            }
            "span" => {
                return Err(format!(
                    "Tag \"span\" must have class \"tg-spoiler\" at byte offset {begin}"
                ));
            }
            "blockquote" if attribute("expandable").is_some() => {
                (Some(json!({"type": "expandable_blockquote"})), None, None)
            }
            "blockquote" => (Some(json!({"type": "blockquote"})), None, None),
            "code" => (Some(json!({"type": "code"})), Some("code"), None),
            "pre" => (Some(json!({"type": "pre"})), Some("pre"), None),
            "tg-emoji" => (None, None, None),
            "a" => {
                let url = attribute("href").unwrap_or_default().to_owned();
                let safe = ["https://", "http://", "mailto:", "tg://"]
                    .iter()
                    .any(|scheme| url.starts_with(scheme));
                if safe {
                    let opening = format!("<a href=\"{}\">", escape(&url));
                    (Some(json!({"type": "text_link", "url": url})), Some("a"), Some(opening))
                } else {
                    (None, None, None)
                }
            }
            other => {
                return Err(format!("Unsupported start tag \"{other}\" at byte offset {begin}"));
            }
        };
        if let Some(clean) = clean {
            self.out.html.push_str(&opening.unwrap_or_else(|| format!("<{clean}>")));
        }
        let text_from = self.out.text.len();
        self.open.push(Open { name, entity, clean, from: self.units, text_from });
        Ok(())
    }

    fn attribute(&mut self, tag: usize) -> Result<(String, String), String> {
        let name = self.word(|c| !c.is_whitespace() && c != '=' && c != '>').to_ascii_lowercase();
        if name.is_empty() {
            return Err(format!(
                "Empty attribute name in the tag \"{}\" at byte offset {tag}",
                &self.source[tag..self.at]
            ));
        }
        self.word(char::is_whitespace);
        if !self.source[self.at..].starts_with('=') {
            return Ok((name, String::new()));
        }
        self.at += 1;
        self.word(char::is_whitespace);
        let quote = self.source[self.at..].chars().next();
        let Some(quote @ ('"' | '\'')) = quote else {
            let value = self.word(|c| c.is_alphanumeric() || c == '.' || c == '-').to_owned();
            return Ok((name, value));
        };
        self.at += 1;
        let mut value = String::new();
        loop {
            match self.source[self.at..].chars().next() {
                None => return Err(format!("Unclosed start tag at byte offset {tag}")),
                Some(c) if c == quote => {
                    self.at += 1;
                    return Ok((name, value));
                }
                Some('&') => {
                    let c = self.entity();
                    value.push(c);
                }
                Some(c) => {
                    self.at += c.len_utf8();
                    value.push(c);
                }
            }
        }
    }

    fn end_tag(&mut self) -> Result<(), String> {
        let begin = self.at;
        self.at += 2;
        let name = self.word(|c| !c.is_whitespace() && c != '>').to_ascii_lowercase();
        self.word(char::is_whitespace);
        if !self.source[self.at..].starts_with('>') {
            return Err(format!("Unclosed end tag at byte offset {begin}"));
        }
        self.at += 1;
        let Some(open) = self.open.pop() else {
            return Err(format!("Unexpected end tag at byte offset {begin}"));
        };
        if !name.is_empty() && name != open.name {
            return Err(format!(
                "Unmatched end tag at byte offset {begin}, expected \"</{}>\", found \"</{name}>\"",
                open.name
            ));
        }
        if let Some(clean) = open.clean {
            self.out.html.push_str("</");
            self.out.html.push_str(clean);
            self.out.html.push('>');
        }
        if let Some(mut entity) = open.entity
            && self.out.text.len() > open.text_from
        {
            entity["offset"] = open.from.into();
            entity["length"] = (self.units - open.from).into();
            self.out.entities.push(entity);
        }
        Ok(())
    }

    fn word(&mut self, belongs: impl Fn(char) -> bool) -> &str {
        let rest = &self.source[self.at..];
        let length = rest.find(|c| !belongs(c)).unwrap_or(rest.len());
        self.at += length;
        &rest[..length]
    }
}

/// Cuts an entity at the end of the text; whether anything is left of it.
fn clip(entity: &mut Value, units: usize) -> bool {
    let offset = entity["offset"].as_u64().unwrap_or_default();
    let length = entity["length"].as_u64().unwrap_or_default();
    let left = length.min((units as u64).saturating_sub(offset));
    entity["length"] = left.into();
    left > 0
}

fn push_escaped(out: &mut String, c: char) {
    match c {
        '<' => out.push_str("&lt;"),
        '>' => out.push_str("&gt;"),
        '&' => out.push_str("&amp;"),
        '"' => out.push_str("&quot;"),
        c => out.push(c),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn formatting_is_read() {
        let read =
            parse("<b>Rust &amp; Berlin 🦀</b>\n<a href=\"https://t.me/x?a=1&amp;b=2\">go</a> ")
                .unwrap();
        assert_eq!(read.text, "Rust & Berlin 🦀\ngo");
        assert_eq!(
            read.entities,
            [
                json!({"type": "bold", "offset": 0, "length": 16}),
                json!({"type": "text_link", "url": "https://t.me/x?a=1&b=2", "offset": 17, "length": 2}),
            ]
        );
        assert_eq!(
            read.html,
            "<b>Rust &amp; Berlin 🦀</b>\n<a href=\"https://t.me/x?a=1&amp;b=2\">go</a> "
        );
    }

    #[test]
    fn what_is_no_formatting_stays_text() {
        let read = parse("1 &lt; 2 &#38; &copy; &#x1F980; & more").unwrap();
        assert_eq!(read.text, "1 < 2 & &copy; 🦀 & more");
        assert_eq!(read.html, "1 &lt; 2 &amp; &amp;copy; 🦀 &amp; more");
    }

    #[test]
    fn a_dangerous_link_leaves_only_its_text() {
        let read = parse("<a href='javascript:alert(1)'>x</a><tg-spoiler>y</tg-spoiler>").unwrap();
        assert_eq!(read.html, "xy");
    }

    #[test]
    fn bad_html_gets_the_real_sentences() {
        let error = |source| parse(source).unwrap_err();
        assert_eq!(error("a <b>b"), "Can't find end tag corresponding to start tag \"b\"");
        assert_eq!(
            error("<b>x</i>"),
            "Unmatched end tag at byte offset 4, expected \"</b>\", found \"</i>\""
        );
        assert_eq!(error("x</b>"), "Unexpected end tag at byte offset 1");
        assert_eq!(error("1 <h1>x</h1>"), "Unsupported start tag \"h1\" at byte offset 2");
        assert_eq!(error("1 < 2"), "Unsupported start tag \"\" at byte offset 2");
        assert_eq!(error("<b x"), "Unclosed start tag at byte offset 0");
    }
}
