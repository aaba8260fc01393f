//! `multipart/form-data` as uploads come (RFC 7578): fields of text, and files with their names.

/// One part of a form.
#[derive(Debug, PartialEq, Eq)]
pub struct Part<'a> {
    pub name: String,
    /// `None`: a field of text.
    pub file_name: Option<String>,
    pub content_type: Option<String>,
    pub content: &'a [u8],
}

/// The boundary that a `Content-Type` names, if it is a form's.
pub fn boundary(content_type: &str) -> Option<&str> {
    let parameters = content_type.strip_prefix("multipart/form-data")?;
    let mut parameters = parameters.split(';').map(str::trim);
    let boundary = parameters.find_map(|parameter| parameter.strip_prefix("boundary="))?;
    Some(boundary.trim_matches('"')).filter(|boundary| !boundary.is_empty())
}

/// All parts in order; `None` if it is no form with this boundary.
pub fn parts<'a>(body: &'a [u8], boundary: &str) -> Option<Vec<Part<'a>>> {
    let first = format!("--{boundary}");
    let next = format!("\r\n--{boundary}");
    let mut rest = body.strip_prefix(first.as_bytes())?;
    let mut parts = Vec::new();
    loop {
        if rest.starts_with(b"--") {
            return Some(parts);
        }
        rest = rest.strip_prefix(b"\r\n")?;
        let end = find(rest, next.as_bytes())?;
        parts.push(part(&rest[..end])?);
        rest = &rest[end + next.len()..];
    }
}

fn part(whole: &[u8]) -> Option<Part<'_>> {
    let head_end = find(whole, b"\r\n\r\n")?;
    let head = std::str::from_utf8(&whole[..head_end]).ok()?;
    let content = &whole[head_end + 4..];
    let mut part = Part { name: String::new(), file_name: None, content_type: None, content };
    for line in head.split("\r\n") {
        let (header, value) = line.split_once(':')?;
        let value = value.trim();
        if header.eq_ignore_ascii_case("content-disposition") {
            let mut fields = value.split("; ");
            if fields.next() != Some("form-data") {
                return None;
            }
            for field in fields {
                match field.split_once('=')? {
                    ("name", name) => part.name = unquoted(name),
                    ("filename", name) => part.file_name = Some(unquoted(name)),
                    _ => {}
                }
            }
        } else if header.eq_ignore_ascii_case("content-type") {
            part.content_type = Some(value.to_owned());
        }
    }
    (!part.name.is_empty()).then_some(part)
}

fn unquoted(text: &str) -> String {
    let inner = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text);
    inner.replace("%22", "\"").replace("\\\"", "\"")
}

fn find(within: &[u8], wanted: &[u8]) -> Option<usize> {
    within.windows(wanted.len()).position(|window| window == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_and_files_are_told_apart() {
        let kind = "multipart/form-data; boundary=\"xx\"";
        let body = b"--xx\r\nContent-Disposition: form-data; name=\"chat_id\"\r\n\r\n7\r\n--xx\r\n\
            content-disposition: form-data; name=\"f\"; filename=\"a b.csv\"\r\n\
            Content-Type: text/csv\r\n\r\na\r\n--x\r\n\r\n--xx--\r\n";
        let parts = parts(body, boundary(kind).unwrap()).unwrap();
        let [field, file] = &parts[..] else { panic!("{parts:?}") };
        assert_eq!((field.name.as_str(), field.content), ("chat_id", &b"7"[..]));
        assert_eq!(field.file_name, None);
        assert_eq!(file.file_name.as_deref(), Some("a b.csv"));
        assert_eq!(file.content_type.as_deref(), Some("text/csv"));
        assert_eq!(file.content, b"a\r\n--x\r\n");
    }

    #[test]
    fn what_is_no_form_is_none() {
        assert_eq!(boundary("application/json"), None);
        assert_eq!(boundary("multipart/form-data"), None);
        for body in [&b""[..], b"--xx", b"--xx\r\nContent", b"--yy--", b"--xx\r\n\r\nx\r\n--xx--"] {
            assert_eq!(parts(body, "xx"), None, "{body:?}");
        }
        assert_eq!(parts(b"--xx--", "xx"), Some(Vec::new()));
    }
}
