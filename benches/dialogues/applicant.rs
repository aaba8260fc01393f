//! Somebody who does everything right: join request, password, address, code, in.

use std::fmt;
use std::time::{Duration, Instant};

use clap::ValueEnum;
use countersign::sandbox::{Outside, Person};

pub const PASSWORD: &str = "open sesame";
const PATIENCE: Duration = Duration::from_secs(60);

/// How the code travels.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum Way {
    Email,
    Sms,
}

impl fmt::Display for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Way::Email => "e-mail",
            Way::Sms => "SMS",
        })
    }
}

/// Plays one dialogue. `steps`: from each thing that was done to the answer to it.
///
/// # Panics
/// If anything else is answered than what has to be.
pub async fn plays(
    outside: &std::sync::Arc<Outside>,
    name: &str,
    way: Way,
    steps: &mut Vec<Duration>,
) {
    let person = outside.person(name);
    let mut step = |began: Instant| steps.push(began.elapsed());

    let began = Instant::now();
    person.requests_to_join();
    hears(&person, "type the password").await;
    step(began);

    let began = Instant::now();
    person.types(PASSWORD);
    hears(&person, "How may I send you your code?").await;
    step(began);

    let (button, asks, address) = match way {
        Way::Email => ("By e-mail", "type the e-mail address", person.email()),
        Way::Sms => ("By SMS", "type the mobile number", person.phone()),
    };
    let began = Instant::now();
    person.presses(button);
    hears(&person, asks).await;
    step(began);

    let began = Instant::now();
    person.types(&address);
    hears(&person, "Shall I send the code by").await;
    step(began);

    let began = Instant::now();
    person.presses("Send the code");
    hears(&person, "I have sent").await;
    step(began);
    let code = match way {
        Way::Email => {
            let mail = outside.smtp.next_mail(&address, PATIENCE).await;
            mail.expect("a mail").code(6).to_owned()
        }
        Way::Sms => {
            let sms = outside.twilio.next_sms(&address, PATIENCE).await;
            sms.expect("an SMS").code(6).to_owned()
        }
    };

    let began = Instant::now();
    person.types(&code);
    hears(&person, "Welcome!").await;
    step(began);
    assert!(person.is_member(), "{name} is welcomed and not in the group");
}

/// Waits for a line that says this; what else comes in between is no answer.
async fn hears(person: &Person, what: &str) {
    loop {
        match person.try_reads_next(PATIENCE).await {
            Ok(line) if line.text().contains(what) => return,
            Ok(_) => {}
            Err(why) => panic!("{} waits for {what:?}: {why}", person.name()),
        }
    }
}
