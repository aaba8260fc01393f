//! Changing what is set at a gate.

use countersign::sandbox::telegram::Fault;
use countersign::sandbox::{Group, Person, Rights};
use insta::assert_snapshot;

use super::{another_admin, at_overview, picks, press, types};
use crate::scene::{PASSWORD, Scene, Setup};

/// Somebody who asked to join this group, and has typed its password.
async fn past_the_password(scene: &Scene, group: &Group, name: &str) -> Person {
    let person = scene.world.person(name);
    person.requests_to_join_group(group);
    person.reads().await;
    types(&person, PASSWORD).await;
    person
}

#[tokio::test]
async fn how_codes_travel_is_chosen_and_who_has_begun_keeps_the_choice() {
    let scene = Scene::with(Setup::from_nothing()).await;
    let ada = scene.with_owner("Ada").await;
    let group = at_overview(&scene, &ada, "Chess Club").await;
    let nora = past_the_password(&scene, &group, "Nora").await;
    press(&ada, "E-mail or SMS").await;
    assert_snapshot!(press(&ada, "E-mail only").await, @r"
    (edited) Chess Club

    Saved.

    How do codes go to people? Now: e-mail.

    E-mail costs nothing. A phone number is harder to come by many times, but each SMS costs money.
    [All there are]
    [✓ E-mail only] [SMS only]
    [⬅️ Overview]
    ");
    let asked = press(&nora, "By SMS").await;
    assert!(asked.contains("phone number"), "{asked}");
    let omar = scene.world.person("Omar");
    omar.requests_to_join_group(&group);
    omar.reads().await;
    let asked = types(&omar, PASSWORD).await;
    assert!(asked.contains("type the e-mail address") && !asked.contains("SMS"), "{asked}");
    scene.ends().await;
}

#[tokio::test]
async fn who_may_pass_is_chosen_and_holds_at_once_also_for_those_who_have_begun() {
    let scene = Scene::with(Setup::from_nothing()).await;
    let ada = scene.with_owner("Ada").await;
    let group = at_overview(&scene, &ada, "Chess Club").await;
    let nora = past_the_password(&scene, &group, "Nora").await;
    press(&nora, "By e-mail").await;
    types(&nora, "nora@example.com").await;
    assert_snapshot!(press(&ada, "Who may pass").await, @r"
    (edited) Chess Club

    Who may pass:
    • anybody with an address of their own
    • each address admits one account

    Every address has to prove itself by a code. Here you choose which may try at all. I may send SMS only to numbers that begin with: +49.
    [Mail domains] [Blocked domains]
    [Dial codes] [Blocked dial codes]
    [✓ 1 account] [2] [5] [Other …]
    [☐ Only who is on the roster]
    [🗂 Roster]
    [⬅️ Overview]
    ");
    assert_snapshot!(press(&ada, "Mail domains").await, @r"
    (edited) Chess Club

    Which mail addresses may pass? Please type the domains, such as example.org; *.example.org stands for its subdomains. Several stand apart by spaces, commas or lines; what you type takes the place of the whole list.

    Now: any
    [Any domain]
    [⬅️ Back]
    ");
    assert_snapshot!(types(&ada, "nora@example.org, nonsense").await, @r"
    Chess Club

    I cannot take this list, so nothing was changed:

    • nora@example.org: this is an address; only what comes after the @ belongs here
    • nonsense: this is no domain

    Which mail addresses may pass? Please type the domains, such as example.org; *.example.org stands for its subdomains. Several stand apart by spaces, commas or lines; what you type takes the place of the whole list.

    Now: any
    [Any domain]
    [⬅️ Back]
    ");
    assert_snapshot!(types(&ada, "example.org *.uni.example").await, @r"
    Chess Club

    Saved.

    Who may pass:
    • mail addresses that end in: @example.org, @*.uni.example
    • each address admits one account

    Every address has to prove itself by a code. Here you choose which may try at all. I may send SMS only to numbers that begin with: +49.
    [Mail domains] [Blocked domains]
    [Dial codes] [Blocked dial codes]
    [✓ 1 account] [2] [5] [Other …]
    [☐ Only who is on the roster]
    [🗂 Roster]
    [⬅️ Overview]
    ");
    assert_snapshot!(press(&nora, "Send the code").await, @r"
    (edited) Chess Club

    Understood: I am not sending anything there.
    ---
    Chess Club

    This group takes only addresses that end in one of these: @example.org, .uni.example. Please type another one; this costs you no try.
    [💬 By SMS]
    [🙋 Ask an admin]
    [Cancel]
    ");
    assert_snapshot!(types(&nora, "nora@example.org").await, @r"
    Chess Club

    Shall I send the code by e-mail to this address?

    nora@example.org

    Please look closely, then press the button.
    [Send the code]
    [Other address] [Cancel]
    ");
    press(&ada, "Blocked domains").await;
    assert_snapshot!(types(&ada, "example.org").await, @r"
    Chess Club

    I cannot take this list, so nothing was changed:

    • example.org: this stands on the opposite list

    Which mail addresses may never pass? Please type the domains, such as example.org; *.example.org stands for its subdomains. Several stand apart by spaces, commas or lines; what you type takes the place of the whole list.

    Now: none
    [Block no domain]
    [⬅️ Back]
    ");
    let saved = types(&ada, "bad.uni.example").await;
    assert!(saved.contains("no mail addresses that end in: @bad.uni.example"), "{saved}");
    press(&ada, "Mail domains").await;
    let cleared = press(&ada, "Any domain").await;
    assert!(!cleared.contains("• mail addresses"), "{cleared}");
    scene.ends().await;
}

#[tokio::test]
async fn dial_codes_and_how_many_accounts_an_address_admits() {
    let scene = Scene::with(Setup::from_nothing()).await;
    let ada = scene.with_owner("Ada").await;
    at_overview(&scene, &ada, "Chess Club").await;
    press(&ada, "Who may pass").await;
    assert_snapshot!(press(&ada, "Dial codes").await, @r"
    (edited) Chess Club

    Which phone numbers may pass? Please type the dial codes, such as +49, +43. Several stand apart by spaces, commas or lines; what you type takes the place of the whole list.

    Now: any. I may send SMS only to: +49.
    [Any dial code]
    [⬅️ Back]
    ");
    assert_snapshot!(types(&ada, "+43 +999 0049").await, @r"
    Chess Club

    I cannot take this list, so nothing was changed:

    • +43: I may send no SMS there
    • +999: this is no country’s dial code

    Which phone numbers may pass? Please type the dial codes, such as +49, +43. Several stand apart by spaces, commas or lines; what you type takes the place of the whole list.

    Now: any. I may send SMS only to: +49.
    [Any dial code]
    [⬅️ Back]
    ");
    let saved = types(&ada, "+49").await;
    assert!(saved.contains("• numbers that begin with: +49"), "{saved}");
    let saved = press(&ada, "5").await;
    assert!(saved.contains("each address admits 5 accounts"), "{saved}");
    assert_snapshot!(press(&ada, "Other …").await, @r"
    (edited) Chess Club

    How many Telegram accounts may one address admit? Now: 5. Please type a number from 1 to 100.
    [⬅️ Back]
    ");
    assert_snapshot!(types(&ada, "0").await, @r"
    Chess Club

    Please type a number from 1 to 100.

    How many Telegram accounts may one address admit? Now: 5. Please type a number from 1 to 100.
    [⬅️ Back]
    ");
    let saved = types(&ada, "3").await;
    assert!(saved.contains("each address admits 3 accounts"), "{saved}");
    scene.ends().await;
}

#[tokio::test]
async fn the_limits_are_one_of_three() {
    let scene = Scene::with(Setup::from_nothing()).await;
    let ada = scene.with_owner("Ada").await;
    let group = at_overview(&scene, &ada, "Chess Club").await;
    let nora = scene.world.person("Nora");
    nora.requests_to_join_group(&group);
    nora.reads().await;
    press(&ada, "Limits").await;
    let saved = press(&ada, "Strict").await;
    assert!(saved.contains("Now: strict.") && saved.contains("[✓ Strict]"), "{saved}");
    // Who has begun keeps the limits; who comes now has the new ones.
    let heard = types(&nora, "wrong").await;
    assert!(heard.contains("2 tries left"), "{heard}");
    let omar = scene.world.person("Omar");
    omar.requests_to_join_group(&group);
    let greeted = omar.reads().await.to_string();
    assert!(greeted.contains("You have 2 tries."), "{greeted}");
    scene.ends().await;
}

#[tokio::test]
async fn a_gate_is_offered_to_strangers_or_not() {
    let scene = Scene::with(Setup::from_nothing()).await;
    let ada = scene.with_owner("Ada").await;
    scene.with_gate_of(&ada, "Chess Club").await;
    at_overview(&scene, &ada, "Knitting").await;
    let offered = press(&ada, "Offer to strangers").await;
    assert!(offered.contains("who write /start: yes"), "{offered}");
    let nora = scene.world.person("Nora");
    let greeted = types(&nora, "/start").await;
    assert!(greeted.starts_with("Knitting\n\nHello!"), "{greeted}");
    // With two groups, a command asks which.
    assert_snapshot!(types(&ada, "/gate").await, @r"
    Which group is it about?
    [Knitting]
    [Chess Club]
    [➕ Pick a group]
    [Done]
    ");
    let shown = press(&ada, "Knitting").await;
    assert!(shown.starts_with("(edited) Knitting"), "{shown}");
    press(&ada, "Offer to strangers").await;
    let omar = scene.world.person("Omar");
    let greeted = types(&omar, "/start").await;
    assert!(greeted.contains("none of them is listed here"), "{greeted}");
    scene.ends().await;
}

#[tokio::test]
async fn a_gate_is_closed_for_good() {
    let scene = Scene::with(Setup::from_nothing()).await;
    let ada = scene.with_owner("Ada").await;
    let group = at_overview(&scene, &ada, "Chess Club").await;
    let nora = past_the_password(&scene, &group, "Nora").await;
    assert_snapshot!(press(&ada, "Close the gate").await, @r"
    (edited) Chess Club

    Shall I stop watching this door? Passwords, roster and everything that is set go for good. Who is in the group stays; who waits at the door hears nothing more from me.
    [Yes] [No]
    ");
    let kept = press(&ada, "No").await;
    assert!(kept.contains("I am watching this door."), "{kept}");
    press(&ada, "Close the gate").await;
    assert_snapshot!(press(&ada, "Yes").await, @r"
    (edited) Chess Club

    The gate is closed: I do not watch this door any more. Please look at the group’s own settings, so that it does not stand open.
    [📋 My groups]
    ");
    assert_snapshot!(types(&nora, "hello?").await, @"Hello! I keep watch at the doors of groups, but none of them is listed here. If somebody gave you an invite link, please open it and ask to join: I will write to you then.");
    let omar = scene.world.person("Omar");
    omar.requests_to_join_group(&group);
    omar.hears_nothing().await;
    // It can be set up anew, from nothing.
    let begun = picks(&ada, &group).await;
    assert!(begun.contains("There is no password yet."), "{begun}");
    scene.ends().await;
}

#[tokio::test]
async fn two_admins_change_different_things_at_once_and_both_are_kept() {
    let scene = Scene::with(Setup::from_nothing()).await;
    let ada = scene.with_owner("Ada").await;
    let group = at_overview(&scene, &ada, "Chess Club").await;
    let bob = another_admin(&scene, &ada, &group, "Bob").await;
    press(&ada, "Limits").await;
    press(&bob, "E-mail or SMS").await;
    ada.presses("Strict");
    bob.presses("E-mail only");
    ada.reads().await;
    bob.reads().await;
    let overview = types(&ada, "/gate").await;
    assert!(overview.contains("Codes go by: e-mail\n"), "{overview}");
    assert!(overview.contains("Limits: strict"), "{overview}");
    // One closes the gate while the other looks at it.
    press(&ada, "Close the gate").await;
    press(&ada, "Yes").await;
    assert_snapshot!(press(&bob, "SMS only").await, @r"
    (edited) Chess Club

    I do not watch this group’s door any more: somebody has put an end to it.
    [📋 My groups]
    ");
    scene.ends().await;
}

#[tokio::test]
async fn an_admin_of_the_group_who_is_not_enrolled_looks_and_changes_nothing() {
    let scene = Scene::with(Setup::from_nothing()).await;
    let ada = scene.with_owner("Ada").await;
    let group = at_overview(&scene, &ada, "Chess Club").await;
    let bob = scene.world.person("Bob");
    ada.promotes_in(&group, &bob, Rights::GATEKEEPER);
    bob.has_written_before();
    bob.presses_old(1, &format!("a.s.{}", group.id()));
    assert_snapshot!(crate::scene::steady(&bob.reads().await), @r"
    Chess Club

    👀 You may look after people here, but change nothing: for that, whoever runs the bot has to give you an enrolment link.

    How people come in: join request

    Passwords:
    • main: without an end, for any number of people

    Codes go by: e-mail or SMS

    Who may pass:
    • anybody with an address of their own
    • each address admits one account

    Limits: standard – 3 wrong passwords or 3 wrong codes lock for 5 minutes, in the end for 24 hours; after 50 wrong tries only an admin opens; 5 codes a day

    Language in the group and the log: English
    Log chat: off
    Offered to strangers who write /start: no
    Its link: https://t.me/demo_gate_bot?start=‹link›
    [🩺 Check the group] [🚨 Raid mode]
    [📋 My groups] [Done]
    ");
    // Nor with a button of a screen that he does not have.
    bob.presses_old(1, &format!("a.p.1.{}.close", group.id()));
    let heard = bob.reads().await.to_string();
    assert!(!heard.contains("Shall I stop"), "{heard}");
    scene.ends().await;
}

#[tokio::test]
async fn an_ex_admin_changes_nothing_any_more() {
    let scene = Scene::with(Setup::from_nothing()).await;
    let ada = scene.with_owner("Ada").await;
    let group = at_overview(&scene, &ada, "Chess Club").await;
    let bob = another_admin(&scene, &ada, &group, "Bob").await;
    press(&bob, "Limits").await;
    ada.demotes_in(&group, &bob);
    let heard = press(&bob, "Lenient").await;
    assert!(heard.contains("You are no administrator of this group"), "{heard}");
    let overview = types(&ada, "/gate").await;
    assert!(overview.contains("Limits: standard"), "{overview}");
    // In the middle of a question to be confirmed.
    ada.promotes_in(&group, &bob, Rights::GATEKEEPER);
    picks(&bob, &group).await;
    press(&bob, "Close the gate").await;
    ada.demotes_in(&group, &bob);
    let heard = press(&bob, "Yes").await;
    assert!(heard.contains("You are no administrator of this group"), "{heard}");
    let overview = types(&ada, "/gate").await;
    assert!(overview.contains("I am watching this door."), "{overview}");
    scene.ends().await;
}

#[tokio::test]
async fn a_gate_of_the_config_is_shown_and_never_changed() {
    let scene = Scene::with(Setup { gate: "log_chat = -1009", ..Setup::default() }).await;
    let ada = scene.world.admin();
    ada.opens(&scene.claim_link());
    ada.reads().await;
    assert_snapshot!(types(&ada, "/gate").await, @r"
    Rust Berlin

    📌 This gate is written in the bot’s config file, so only whoever runs the bot can change it. You can look after people here all the same, and you get their requests for help.

    How people come in: join request

    Passwords:
    • config: without an end, for any number of people

    Codes go by: e-mail or SMS

    Who may pass:
    • numbers that begin with: +49
    • each address admits one account

    Limits: standard – 3 wrong passwords or 3 wrong codes lock for 5 minutes, in the end for 24 hours; after 50 wrong tries only an admin opens; 5 codes a day

    Language in the group and the log: English
    Log chat: on
    Offered to strangers who write /start: yes
    Its link: https://t.me/demo_gate_bot?start=‹link›
    [🩺 Check the group] [🚨 Raid mode]
    [📋 My groups] [Done]
    ");
    for command in ["/password", "/log"] {
        let shown = types(&ada, command).await;
        assert!(shown.contains("in the bot’s config file"), "{command}: {shown}");
    }
    // Nor by a button that is not there.
    let id = scene.world.group().id();
    let (message, data) = ada.notes_button("Check the group");
    ada.presses_old(message, &data.replace("examine", "close"));
    let shown = ada.reads().await.to_string();
    assert!(!shown.contains("Shall I stop"), "{shown}");
    assert!(data.contains(&id.to_string()));
    let nora = scene.at_the_door("Nora").await;
    let heard = types(&nora, PASSWORD).await;
    assert!(heard.contains("How may I send"), "{heard}");
    scene.ends().await;
}

#[tokio::test]
async fn what_was_chosen_outlives_a_restart() {
    let mut scene = Scene::with(Setup::from_nothing()).await;
    let ada = scene.with_owner("Ada").await;
    let group = at_overview(&scene, &ada, "Chess Club").await;
    press(&ada, "E-mail or SMS").await;
    scene.restarts_bot().await;
    press(&ada, "E-mail only").await;
    scene.restarts_bot().await;
    let omar = past_the_password(&scene, &group, "Omar").await;
    assert!(omar.buttons().iter().all(|label| !label.contains("SMS")), "{:?}", omar.buttons());
    let old = Fault::bad_request("message to edit not found");
    scene.world.telegram.fails_next("editMessageText", old);
    let shown = press(&ada, "Overview").await;
    assert!(!shown.starts_with("(edited)") && shown.contains("Codes go by: e-mail"), "{shown}");
    scene.ends().await;
}
