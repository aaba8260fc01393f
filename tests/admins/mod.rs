//! Admins and their groups: what they type and press, and what the bot says to it.

use countersign::sandbox::{Group, Person, Rights};

use crate::scene::{Scene, steady};

mod acts;
mod at_home;
mod bringing_the_bot;
mod cards;
mod cards_astray;
mod claims;
mod doctor;
mod every_act;
mod log_chat;
mod moves;
mod passwords;
mod personal_link_mode;
mod restrict_mode;
mod roster;
mod roster_astray;
mod set_up_astray;
mod setting_up;
mod settings;
pub mod staged;
mod stepping_in;
mod stepping_in_astray;
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

/// A group of `admin`'s with an open gate, and the admin on the screen that shows everything.
async fn at_overview(scene: &Scene, admin: &Person, title: &str) -> Group {
    let group = scene.with_gate_of(admin, title).await;
    types(admin, "/gate").await;
    if admin.buttons().iter().any(|label| label == title) {
        press(admin, title).await;
    }
    group
}

/// Another enrolled admin of this group, who sees everything that is set at its gate.
async fn another_admin(scene: &Scene, owner: &Person, group: &Group, name: &str) -> Person {
    let admin = scene.with_enrolled(owner, name).await;
    owner.promotes_in(group, &admin, Rights::GATEKEEPER);
    picks(&admin, group).await;
    admin
}

/// An admin picks a group that the bot is in.
async fn picks(admin: &Person, group: &Group) -> String {
    types(admin, "/gate").await;
    press(admin, "Pick a group").await;
    admin.shares_chat("with the bot", group);
    steady(&admin.reads().await)
}
