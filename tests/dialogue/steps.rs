//! Steps that many dialogues have in common.

use std::sync::Arc;
use std::time::Duration;

use countersign::sandbox::smtp::Mail;
use countersign::sandbox::twilio::Sms;
use countersign::sandbox::{Lines, Person};

use crate::scene::{Scene, Setup};

pub const SECOND: Duration = Duration::from_secs(1);
pub const MINUTE: Duration = Duration::from_secs(60);
pub const DAY: Duration = Duration::from_secs(24 * 60 * 60);

pub async fn with_limits(limits: &'static str) -> Scene {
    Scene::with(Setup { limits, ..Setup::default() }).await
}

/// Gives an address and presses Send; what is read after that.
pub async fn has_code_sent_to(person: &Person, address: &str) -> Lines {
    person.types(address);
    person.reads().await;
    person.presses("Send the code");
    person.reads().await
}

/// Asks for one more code by e-mail, which must come.
pub async fn has_another_sent(scene: &Scene, person: &Person) -> Arc<Mail> {
    person.presses("Resend");
    person.reads().await;
    scene.world.mail_for(&person.email()).await
}

/// Somebody to whom a first code has just been sent by SMS.
pub async fn with_an_sms(scene: &Scene, name: &str) -> (Person, Arc<Sms>) {
    let person = scene.past_the_password(name).await;
    has_code_sent_to(&person, &person.phone()).await;
    let sms = scene.world.sms_for(&person.phone()).await;
    (person, sms)
}

/// The two words in what the chat says.
pub fn phrase_in(lines: &Lines) -> String {
    let text = lines.to_string();
    let (_, after) = text.split_once("this chat: ").expect("the chat's two words");
    after.split('.').next().unwrap_or_default().to_owned()
}

/// A code that is none of these.
pub fn none_of(codes: &[&str]) -> &'static str {
    let candidates = ["111111", "222222", "333333", "444444", "555555"];
    candidates.into_iter().find(|code| !codes.contains(code)).expect("few codes")
}

pub async fn guesses_wrong(person: &Person, wrong: &str, times: usize) -> Lines {
    for _ in 1..times {
        person.types(wrong);
        person.reads().await;
    }
    person.types(wrong);
    person.reads().await
}
