//! Who may gate groups: the claim link of the first start, enrolment links.

use std::time::Duration;

use countersign::sandbox::{Scope, World};
use insta::assert_snapshot;

use super::{opens, types};
use crate::scene::{Scene, Setup, link_in, steady};

const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Everything that only admins can do.
const COMMANDS: [&str; 7] = ["/gate", "/password", "/roster", "/log", "/doctor", "/raid", "/enrol"];
/// What admins of a group do for somebody: they need not be known to the bot.
const ACTS: [&str; 4] = ["/unlock @nora", "/approve @nora", "/decline @nora", "/revoke @nora"];

#[tokio::test]
async fn whoever_opens_the_claim_link_first_owns_the_bot() {
    let scene = Scene::with(Setup::from_nothing()).await;
    let (ada, bob) = (scene.world.person("Ada"), scene.world.person("Bob"));
    let link = scene.claim_link();
    assert_snapshot!(opens(&ada, &link).await, @r"
    You are an owner of this bot now.

    /gate – let me watch the door of a group
    /enrol – make a link by which somebody else may do that
    ");
    assert_snapshot!(opens(&bob, &link).await, @"Somebody has used this link already, and it works once only. Please ask for a new one.");
    assert_snapshot!(opens(&ada, &link).await, @"You need no such link: you may do all of that already. So nothing was changed.");
    assert_snapshot!(types(&bob, "/gate").await, @"This is for admins of groups whose door I watch. If you would like me to watch yours: ask whoever runs this bot for an enrolment link, and open it.");
    assert_snapshot!(types(&ada, "/gate").await, @r"
    I watch no group of yours yet. Pick one with the button below, or add me to it as an administrator.
    [➕ Pick a group]
    [Done]
    ");
    scene.ends().await;
}

#[tokio::test]
async fn two_who_open_the_claim_link_at_once_are_not_both_owners() {
    let scene = Scene::with(Setup::from_nothing()).await;
    let people = ["Ada", "Bob", "Cleo"].map(|name| scene.world.person(name));
    for person in &people {
        person.opens(&scene.claim_link());
    }
    let mut owners = 0;
    for person in &people {
        owners += usize::from(person.reads().await.to_string().contains("You are an owner"));
    }
    assert_eq!(owners, 1);
    scene.ends().await;
}

#[tokio::test]
async fn a_claim_link_lives_ten_minutes_and_a_new_one_can_be_made() {
    let scene = Scene::with(Setup::from_nothing()).await;
    let ada = scene.world.person("Ada");
    scene.passes(10 * MINUTE);
    assert_snapshot!(opens(&ada, &scene.claim_link()).await, @"This link is too old by now. Please ask the person who gave it to you for a new one.");
    let owned = opens(&ada, &scene.new_claim_link()).await;
    assert!(owned.starts_with("You are an owner of this bot now."), "{owned}");
    scene.ends().await;
}

#[tokio::test]
async fn a_claim_link_outlives_a_restart_and_is_printed_once() {
    let mut scene = Scene::with(Setup::from_nothing()).await;
    let link = scene.claim_link();
    scene.restarts_bot().await;
    assert_eq!(scene.claim_link(), link, "another one was printed");
    let ada = scene.world.person("Ada");
    let owned = opens(&ada, &link).await;
    assert!(owned.starts_with("You are an owner of this bot now."), "{owned}");
    scene.restarts_bot().await;
    let bob = scene.world.person("Bob");
    assert_snapshot!(opens(&bob, &link).await, @"Somebody has used this link already, and it works once only. Please ask for a new one.");
    let enrolled = types(&ada, "/enrol").await;
    assert!(enrolled.starts_with("This link makes one person"), "{enrolled}");
    scene.ends().await;
}

#[tokio::test]
async fn forged_links_are_none() {
    let scene = Scene::with(Setup::from_nothing()).await;
    let bob = scene.world.person("Bob");
    let start = format!("https://t.me/{}?start=", scene.world.bot_username());
    let link = scene.claim_link();
    let (rest, last) = link.split_at(link.len() - 1);
    let forged = [
        format!("{rest}{}", if last == "A" { "B" } else { "A" }),
        format!("{start}o"),
        format!("{start}eAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
        format!("{start}sAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
    ];
    for link in forged {
        let heard = opens(&bob, &link).await;
        assert!(heard.starts_with("This link is none of mine."), "{link}: {heard}");
    }
    scene.ends().await;
}

#[tokio::test]
async fn where_the_config_names_owners_no_link_makes_more() {
    let world = World::start().await;
    let (ada, bob) = (world.person("Ada"), world.person("Bob"));
    let telegram = format!("owners = [{}]", ada.id());
    let mut scene = Scene::without_bot(world, &Setup { telegram, ..Setup::from_nothing() });
    scene.starts_bot().await;
    assert_snapshot!(opens(&bob, &scene.new_claim_link()).await, @"This bot’s config file names its owners, so no link makes anybody else one.");
    assert_snapshot!(types(&ada, "/gate").await, @r"
    I watch no group of yours yet. Pick one with the button below, or add me to it as an administrator.
    [➕ Pick a group]
    [Done]
    ");
    // Who is an owner by the config finds the commands in the menu from the first one on.
    assert!(ada.commands().join(" ").contains("/enrol"), "{:?}", ada.commands());
    scene.ends().await;
}

#[tokio::test]
async fn an_owner_enrols_admins_one_link_each() {
    let scene = Scene::with(Setup::from_nothing()).await;
    let ada = scene.with_owner("Ada").await;
    let (bob, cleo) = (scene.world.person("Bob"), scene.world.person("Cleo"));
    ada.types("/enrol");
    let told = ada.reads().await;
    let link = link_in(&told);
    assert_snapshot!(steady(&told), @r"
    This link makes one person somebody who may let me watch the doors of their groups. It works once and is valid for 24 hours:

    https://t.me/demo_gate_bot?start=‹link›

    Please give it to that person only.
    ");
    // The owner tries it out: it is left for whom it is meant.
    assert_snapshot!(opens(&ada, &link).await, @"You need no such link: you may do all of that already. So nothing was changed.");
    assert_snapshot!(opens(&bob, &link).await, @r"
    Welcome! You may let me watch the doors of groups that you are an admin of.

    /gate – begin, and change everything later
    ");
    assert_snapshot!(opens(&cleo, &link).await, @"Somebody has used this link already, and it works once only. Please ask for a new one.");
    assert_snapshot!(types(&bob, "/enrol").await, @"Only the owners of this bot can make enrolment links.");
    assert_snapshot!(types(&bob, "/gate").await, @r"
    I watch no group of yours yet. Pick one with the button below, or add me to it as an administrator.
    [➕ Pick a group]
    [Done]
    ");
    ada.types("/enrol");
    let link = link_in(&ada.reads().await);
    scene.passes(DAY);
    assert_snapshot!(opens(&cleo, &link).await, @"This link is too old by now. Please ask the person who gave it to you for a new one.");
    scene.ends().await;
}

#[tokio::test]
async fn strangers_can_do_nothing_and_nothing_is_asked_of_telegram_for_them() {
    let scene = Scene::with(Setup::from_nothing()).await;
    let ada = scene.with_owner("Ada").await;
    let group = scene.with_gate_of(&ada, "Chess Club").await;
    let bob = scene.world.person("Bob");
    let before = scene.world.telegram.calls("getChatMember");
    for command in COMMANDS {
        let heard = types(&bob, command).await;
        assert!(heard.starts_with("This is for admins of groups"), "{command}: {heard}");
    }
    let buttons = ["a.p.1.0.groups", "a.p.1.0.pick", "a.p.nonsense", "a.q"];
    for data in buttons {
        bob.presses_old(1, data);
        let heard = bob.reads().await.to_string();
        assert!(heard.starts_with("(toast)") || heard.contains("for admins"), "{data}: {heard}");
    }
    assert_eq!(scene.world.telegram.calls("getChatMember"), before);
    bob.sends_file("roster.csv", b"a@example.org");
    let heard = bob.reads().await.to_string();
    assert!(!heard.contains("roster"), "{heard}");
    for command in ACTS {
        let heard = types(&bob, command).await;
        assert!(heard.starts_with("This is for admins of groups"), "{command}: {heard}");
    }
    // Below a real group's button, Telegram is asked, and says that they are nobody there.
    bob.presses_old(1, &format!("a.s.{}", group.id()));
    assert_snapshot!(steady(&bob.reads().await), @r"
    Chess Club

    You are no administrator of this group, so I can do nothing there for you. Nothing was changed.
    ");
    scene.ends().await;
}

#[tokio::test]
async fn the_menu_shows_each_what_they_can_do_in_their_language() {
    let scene = Scene::with(Setup::from_nothing()).await;
    let stranger = scene.world.person("Bob");
    assert_snapshot!(stranger.commands().join("\n"), @r"
    /start: Begin, or see where you are
    /help: What happens here
    /admin: Ask an admin of the group for help
    /cancel: Stop
    /safety: What I ask for and what never
    ");
    let ada = scene.world.person("Ada");
    ada.opens(&scene.claim_link());
    ada.reads().await;
    assert_snapshot!(ada.commands().join("\n"), @r"
    /gate: Guard a group, or change how it is guarded
    /password: Passwords of a group
    /roster: Who may pass: the list of addresses
    /log: Where the decisions are written down
    /doctor: What is set up wrongly in a group
    /raid: When very many ask to join at once
    /approve: Let somebody in
    /decline: Turn somebody down
    /unlock: End a lock
    /revoke: Take an admission back
    /enrol: Let somebody else gate their groups
    /join: Come into a group yourself
    /start: Begin, or see where you are
    /help: What happens here
    /admin: Ask an admin of the group for help
    /cancel: Stop
    /safety: What I ask for and what never
    ");
    let ada = ada.speaks("de");
    assert_snapshot!(ada.commands().join("\n"), @r"
    /gate: Eine Gruppe bewachen lassen oder das ändern
    /password: Passwörter einer Gruppe
    /roster: Wer hineindarf: die Liste der Adressen
    /log: Wo die Entscheidungen notiert werden
    /doctor: Was in einer Gruppe falsch eingestellt ist
    /raid: Wenn sehr viele auf einmal hineinwollen
    /approve: Jemanden hereinlassen
    /decline: Jemanden abweisen
    /unlock: Eine Sperre beenden
    /revoke: Eine Zulassung zurücknehmen
    /enrol: Jemand anderem erlauben, Gruppen bewachen zu lassen
    /join: Selbst in eine Gruppe hineinkommen
    /start: Anfangen oder sehen, wo du bist
    /help: Was hier geschieht
    /admin: Einen Admin der Gruppe um Hilfe bitten
    /cancel: Aufhören
    /safety: Wonach ich frage und wonach nie
    ");
    let bob = scene.with_enrolled(&ada, "Cleo").await;
    assert!(!bob.commands().join(" ").contains("/enrol"), "{:?}", bob.commands());
    assert_eq!(stranger.speaks("de").commands().len(), 5);
    assert_eq!(scene.world.commands_of(Scope::AllGroupChats, ""), None);
    scene.ends().await;
}

#[tokio::test]
async fn once_the_bot_is_owned_applicants_at_gates_of_the_config_can_ask() {
    let mut scene = Scene::start().await;
    let nora = scene.at_the_door("Nora").await;
    assert_snapshot!(types(&nora, "/admin").await, @r"
    Rust Berlin

    I can reach no admin whom I could ask for you here. Please try again later, or write to one of them yourself.
    ");
    let ada = scene.world.admin();
    opens(&ada, &scene.claim_link()).await;
    scene.restarts_bot().await;
    assert_snapshot!(types(&nora, "/admin").await, @r"
    Rust Berlin

    I have asked the admins of the group. They see your name and where you are stuck, no password and no full address. I write to you as soon as one of them has decided.
    ");
    let card = ada.reads().await.to_string();
    assert!(card.contains("🙋"), "{card}");
    scene.ends().await;
}
