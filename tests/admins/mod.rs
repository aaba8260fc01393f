//! Admins and their groups: what they type and press, and what the bot says to it.

use countersign::sandbox::Person;

use crate::scene::steady;

mod cards;
mod claims;
mod doctor;
mod log_chat;
mod moves;
mod passwords;
mod personal_link_mode;
mod restrict_mode;
mod roster;
mod setting_up;
mod settings;
mod staged;
mod stepping_in;
mod who_may_pass;

/// What somebody reads after they pressed this.
async fn press(person: &Person, label: &str) -> String {
    person.presses(label);
    steady(&person.reads().await)
}

/// What somebody reads after they typed this.
async fn types(person: &Person, text: &str) -> String {
    person.types(text);
    steady(&person.reads().await)
}

/// What somebody reads after they opened this.
async fn opens(person: &Person, link: &str) -> String {
    person.opens(link);
    steady(&person.reads().await)
}
