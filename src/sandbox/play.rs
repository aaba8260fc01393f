//! Scripted applicants, for whoever wants to see the bot work in a terminal.
//!
//! Each of them types and presses as a person would; what they and the bot say is written as it
//! goes. A script ends well only if its applicant ended as they should.

use std::io::{self, Write};
use std::time::Duration;

use super::line::Line;
use super::person::Person;
use super::telegram::people::Impossible;
use super::world::{World, code_in};

/// How long somebody waits for a mail or an SMS.
const PATIENCE: Duration = Duration::from_secs(15);
/// What is said is broken at this width.
const WIDTH: usize = 76;

/// Why a script did not end as it should.
#[derive(Debug, thiserror::Error)]
pub enum PlayError {
    #[error("{0}")]
    Impossible(#[from] Impossible),
    #[error("no code came to {0}")]
    NoCode(String),
    #[error("{0}")]
    Ended(String),
    #[error("the transcript cannot be written: {0}")]
    Write(#[from] io::Error),
}

/// Plays all applicants against the bot that is at work in `world`; `password` opens the gate.
///
/// # Errors
/// The first thing that went otherwise than it should.
pub async fn play(
    world: &World,
    password: &str,
    out: &mut (dyn Write + Send),
) -> Result<(), PlayError> {
    let mut stage = Stage { world, password, out };
    stage.nora_passes_by_email().await?;
    stage.samir_passes_by_sms().await?;
    stage.mallory_is_locked_out().await
}

struct Stage<'a> {
    world: &'a World,
    password: &'a str,
    out: &'a mut (dyn Write + Send),
}

impl Stage<'_> {
    async fn nora_passes_by_email(&mut self) -> Result<(), PlayError> {
        let nora = self.enters("Nora", "comes in by e-mail")?;
        self.asks_to_join(&nora).await?;
        self.types(&nora, "let me in").await?;
        self.types(&nora, self.password).await?;
        self.presses(&nora, 0).await?;
        self.types(&nora, &nora.email()).await?;
        self.presses(&nora, 0).await?;
        let mail = self.world.smtp.next_mail(&nora.email(), PATIENCE).await;
        let mail = mail.ok_or_else(|| PlayError::NoCode(nora.email()))?;
        self.aside(&format!("In {}’s mailbox: {}", nora.name(), mail.subject))?;
        self.quotes(&mail.text)?;
        let code = code_in(&mail.text, 6).ok_or_else(|| PlayError::NoCode(nora.email()))?;
        self.types(&nora, code).await?;
        self.must(&nora, nora.is_member(), "is in the group now")
    }

    async fn samir_passes_by_sms(&mut self) -> Result<(), PlayError> {
        let samir = self.enters("Samir", "comes in by SMS")?;
        self.asks_to_join(&samir).await?;
        self.types(&samir, self.password).await?;
        self.presses(&samir, 1).await?;
        samir.shares_contact();
        self.says(&samir, "(shares his own number)")?;
        self.listens(&samir).await?;
        self.presses(&samir, 0).await?;
        let sms = self.world.twilio.next_sms(&samir.phone(), PATIENCE).await;
        let sms = sms.ok_or_else(|| PlayError::NoCode(samir.phone()))?;
        self.aside("On his phone, an SMS:")?;
        self.quotes(&sms.body)?;
        let code = code_in(&sms.body, 6).ok_or_else(|| PlayError::NoCode(samir.phone()))?;
        let spaced = format!("it says {} {}", &code[..3], &code[3..]);
        self.types(&samir, &spaced).await?;
        self.must(&samir, samir.is_member(), "is in the group now")
    }

    async fn mallory_is_locked_out(&mut self) -> Result<(), PlayError> {
        let mallory = self.enters("Mallory", "guesses")?;
        self.asks_to_join(&mallory).await?;
        for guess in ["password", "letmein", "sesame"] {
            self.types(&mallory, guess).await?;
        }
        // Even the right one is of no use now.
        let message = mallory.types(self.password);
        self.says(&mallory, self.password)?;
        mallory.sees_deleted(message).await;
        self.listens_if_anything(&mallory).await?;
        let kept_out = !mallory.is_member() && self.world.group().has_request_of(&mallory);
        self.must(&mallory, kept_out, "is locked out, and the join request still waits")
    }

    fn enters(&mut self, name: &str, does: &str) -> Result<Person, PlayError> {
        writeln!(
            self.out,
            "\n── {name} {does} {}",
            "─".repeat(WIDTH - 8 - name.len() - does.len())
        )?;
        Ok(self.world.person(name))
    }

    async fn asks_to_join(&mut self, person: &Person) -> Result<(), PlayError> {
        let group = self.world.group().title();
        self.aside(&format!("{} asks to join “{group}”.", person.name()))?;
        person.requests_to_join();
        self.listens(person).await
    }

    async fn types(&mut self, person: &Person, text: &str) -> Result<(), PlayError> {
        let message = person.types(text);
        self.says(person, text)?;
        self.listens(person).await?;
        if !person.sees_message(message) {
            self.aside(&format!("(the bot has removed {}’s message)", person.name()))?;
        }
        Ok(())
    }

    /// Presses the `place`-th button of the newest message that has any.
    async fn presses(&mut self, person: &Person, place: usize) -> Result<(), PlayError> {
        let label = person.buttons().into_iter().nth(place);
        let label = label.ok_or_else(|| PlayError::Ended("there is no button".to_owned()))?;
        person.try_presses(&label)?;
        self.says(person, &format!("[{label}]"))?;
        self.listens(person).await
    }

    async fn listens(&mut self, person: &Person) -> Result<(), PlayError> {
        for line in person.try_reads().await?.0 {
            self.shows(&line)?;
        }
        Ok(())
    }

    async fn listens_if_anything(&mut self, person: &Person) -> Result<(), PlayError> {
        self.world.settled().await;
        for line in person.takes_unread().0 {
            self.shows(&line)?;
        }
        Ok(())
    }

    fn shows(&mut self, line: &Line) -> Result<(), PlayError> {
        self.speaks("bot", &line.to_string())
    }

    fn says(&mut self, person: &Person, text: &str) -> Result<(), PlayError> {
        self.speaks(&person.name(), text)
    }

    fn speaks(&mut self, who: &str, text: &str) -> Result<(), PlayError> {
        let mut who = who;
        for paragraph in text.lines() {
            for line in broken(paragraph) {
                writeln!(self.out, "{who:>9} │ {line}")?;
                who = "";
            }
        }
        Ok(())
    }

    fn quotes(&mut self, text: &str) -> Result<(), PlayError> {
        for paragraph in text.trim().lines() {
            for line in broken(paragraph) {
                writeln!(self.out, "          ┊ {line}")?;
            }
        }
        Ok(())
    }

    fn aside(&mut self, text: &str) -> Result<(), PlayError> {
        writeln!(self.out, "          · {text}")?;
        Ok(())
    }

    fn must(&mut self, person: &Person, holds: bool, what: &str) -> Result<(), PlayError> {
        let name = person.name();
        if !holds {
            return Err(PlayError::Ended(format!("it is not so that {name} {what}")));
        }
        writeln!(self.out, "          ✔ {name} {what}.")?;
        Ok(())
    }
}

/// A paragraph in lines of at most [`WIDTH`] characters; an empty one is one empty line.
fn broken(paragraph: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in paragraph.split(' ') {
        let line = lines.last_mut().expect("there is always a last line");
        if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > WIDTH {
            lines.push(word.to_owned());
            continue;
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    lines
}
