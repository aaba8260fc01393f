//! What a person sees in the private chat with the bot, and how it reads as plain text.

use std::fmt;

/// One thing that the bot showed to a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// A new message. `buttons`: the rows below it. `keyboard`: the rows of a reply keyboard that
    /// came with it.
    Message { id: i32, text: String, buttons: Vec<Vec<String>>, keyboard: Vec<Vec<String>> },
    /// An earlier message that says something else now.
    Edit { id: i32, text: String, buttons: Vec<Vec<String>> },
    /// The answer to a pressed button: passing by, or (`alert`) until dismissed.
    Toast { text: String, alert: bool },
}

impl Line {
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Line::Message { text, .. } | Line::Edit { text, .. } | Line::Toast { text, .. } => text,
        }
    }

    /// The message that this line is or changes.
    #[must_use]
    pub fn message(&self) -> Option<i32> {
        match self {
            Line::Message { id, .. } | Line::Edit { id, .. } => Some(*id),
            Line::Toast { .. } => None,
        }
    }

    /// The labels of the buttons below it, row after row.
    #[must_use]
    pub fn buttons(&self) -> Vec<&str> {
        match self {
            Line::Message { buttons, .. } | Line::Edit { buttons, .. } => {
                buttons.iter().flatten().map(String::as_str).collect()
            }
            Line::Toast { .. } => Vec::new(),
        }
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Line::Message { text, buttons, keyboard, .. } => {
                f.write_str(text)?;
                rows(f, "", buttons)?;
                rows(f, "keyboard: ", keyboard)
            }
            Line::Edit { text, buttons, .. } => {
                write!(f, "(edited) {text}")?;
                rows(f, "", buttons)
            }
            Line::Toast { text, alert: false } => write!(f, "(toast) {text}"),
            Line::Toast { text, alert: true } => write!(f, "(alert) {text}"),
        }
    }
}

fn rows(f: &mut fmt::Formatter<'_>, lead: &str, rows: &[Vec<String>]) -> fmt::Result {
    for row in rows {
        let labels: Vec<String> = row.iter().map(|label| format!("[{label}]")).collect();
        write!(f, "\n{lead}{}", labels.join(" "))?;
    }
    Ok(())
}

/// Lines as one text, with a rule between them.
#[must_use]
pub fn render(lines: &[Line]) -> String {
    lines.iter().map(Line::to_string).collect::<Vec<_>>().join("\n---\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_read_like_a_phone() {
        let words = |labels: &[&str]| labels.iter().map(|l| (*l).to_owned()).collect::<Vec<_>>();
        let lines = [
            Line::Message {
                id: 3,
                text: "Where to?".into(),
                buttons: vec![words(&["E-mail", "SMS"]), words(&["Cancel"])],
                keyboard: Vec::new(),
            },
            Line::Message {
                id: 4,
                text: "Your number?".into(),
                buttons: Vec::new(),
                keyboard: vec![words(&["Share my phone number"])],
            },
            Line::Edit { id: 3, text: "Gone".into(), buttons: Vec::new() },
            Line::Toast { text: "Wait 20 s".into(), alert: false },
        ];
        insta::assert_snapshot!(render(&lines), @r"
        Where to?
        [E-mail] [SMS]
        [Cancel]
        ---
        Your number?
        keyboard: [Share my phone number]
        ---
        (edited) Gone
        ---
        (toast) Wait 20 s
        ");
    }
}
