//! How people come to a gate, and what they find there.

use std::time::Duration;

use countersign::sandbox::{Group, Opened, Person};
use insta::assert_snapshot;

use crate::scene::{PASSWORD, Scene, Setup, steady};

const ONE_DAY: Duration = Duration::from_secs(24 * 60 * 60);

fn unlisted() -> Setup {
    Setup { listed: false, ..Setup::default() }
}

/// From the typed password to the typed code.
async fn passes(scene: &Scene, person: &Person) {
    person.types(PASSWORD);
    person.reads().await;
    person.presses("By e-mail");
    person.reads().await;
    person.types(&person.email());
    person.reads().await;
    person.presses("Send the code");
    person.reads().await;
    let mail = scene.world.mail_for(&person.email()).await;
    person.types(mail.code(6));
}

/// What was read, with the personal link as `‹link›`; and the link.
async fn reads_link(person: &Person) -> (String, String) {
    let lines = person.reads().await.to_string();
    let start = lines.find("https://t.me/+").expect("a link");
    let link: String = lines[start..].chars().take_while(|c| !c.is_whitespace()).collect();
    (lines.replace(&link, "‹link›"), link)
}

#[tokio::test]
async fn a_group_without_a_gate_is_none_of_our_business() {
    let scene = Scene::start().await;
    let knitting = scene.world.another_group("Knitting");
    let nora = scene.world.person("Nora");
    nora.requests_to_join_group(&knitting);
    nora.hears_nothing().await;
    assert!(knitting.has_request_of(&nora), "the request was decided");
    scene.ends().await;
}

#[tokio::test]
async fn start_alone_leads_to_the_only_gate_even_unlisted() {
    for setup in [Setup::default(), unlisted()] {
        let scene = Scene::with(setup).await;
        let nora = scene.world.person("Nora");
        nora.types("/start");
        let greeting = nora.reads().await.to_string();
        assert!(greeting.starts_with("Rust Berlin\n\nHello! I keep watch"), "{greeting}");
        scene.ends().await;
    }
}

#[tokio::test]
async fn start_alone_offers_listed_groups_only() {
    let gates = [("Chess Club", true), ("Secret Garden", false)];
    let (scene, groups) = Scene::with_gates(Setup::default(), &gates).await;
    let nora = scene.world.person("Nora");
    nora.types("/start");
    assert_snapshot!(nora.reads().await, @r"
    Hello! I keep watch at the doors of several groups. Which one would you like to join?
    [Chess Club]
    [Rust Berlin]
    ");
    nora.presses("Chess Club");
    assert_snapshot!(nora.reads().await, @r"
    Chess Club

    Hello! I keep watch at the door of this group. Two things open it: the group’s password, and a one-time code that I send to your e-mail address or phone.

    Please type the password and send it to me. You have 3 tries.

    I remove your password, your address and your codes from this chat as soon as I have read them. What I never ask for is the login code of your Telegram account. More about that: /safety
    ");
    passes(&scene, &nora).await;
    let (text, link) = reads_link(&nora).await;
    assert_snapshot!(text, @r"
    Chess Club

    You have passed. This invite link is for you alone:

    ‹link›

    Open it and ask to join: I will let you in at once. It is valid for one day; for anybody else the door stays closed.
    ");
    assert_eq!(nora.opens(&link), Opened::Requested { group: groups[0].id() });
    nora.reads().await;
    assert!(groups[0].has_member(&nora) && !nora.is_member());
    scene.ends().await;
}

#[tokio::test]
async fn only_one_listed_group_needs_no_choice() {
    let (scene, _) = Scene::with_gates(Setup::default(), &[("Secret Garden", false)]).await;
    let nora = scene.world.person("Nora");
    nora.types("hello?");
    let greeting = nora.reads().await.to_string();
    assert!(greeting.starts_with("Rust Berlin\n\nHello!"), "{greeting}");
    scene.ends().await;
}

#[tokio::test]
async fn an_unlisted_gate_among_several_opens_by_its_deep_link_only() {
    let (scene, groups) = Scene::with_gates(unlisted(), &[("Secret Garden", false)]).await;
    let nora = scene.world.person("Nora");
    nora.types("/start");
    assert_snapshot!(nora.reads().await, @"Hello! I keep watch at the doors of groups, but none of them is listed here. If somebody gave you an invite link, please open it and ask to join: I will write to you then.");
    nora.types("hello?");
    assert_snapshot!(nora.reads().await, @"Hello! I keep watch at the doors of groups, but none of them is listed here. If somebody gave you an invite link, please open it and ask to join: I will write to you then.");
    nora.opens(&scene.link_to(&groups[0]));
    let greeting = nora.reads().await.to_string();
    assert!(greeting.starts_with("Secret Garden\n\nHello!"), "{greeting}");
    scene.ends().await;
}

#[tokio::test]
async fn a_forged_button_does_not_open_an_unlisted_gate() {
    let gates = [("Chess Club", true), ("Secret Garden", false)];
    let (scene, groups) = Scene::with_gates(Setup::default(), &gates).await;
    let nora = scene.world.person("Nora");
    nora.types("/start");
    nora.reads().await;
    let (message, data) = nora.notes_button("Chess Club");
    let forged = data.replace(&groups[0].id().to_string(), &groups[1].id().to_string());
    assert_ne!(forged, data);
    nora.presses_old(message, &forged);
    assert_snapshot!(nora.reads().await, @"(toast) This button has done its work already.");
    let nowhere = data.replace(&groups[0].id().to_string(), "-1009999999999");
    nora.presses_old(message, &nowhere);
    assert_snapshot!(nora.reads().await, @"(toast) This button has done its work already.");
    nora.presses("Chess Club");
    nora.reads().await;
    scene.ends().await;
}

#[tokio::test]
async fn a_link_that_leads_nowhere_says_so() {
    let scene = Scene::start().await;
    let nora = scene.world.person("Nora");
    nora.types("/start gAAAAAAAAAAAAAAAAAAAAAA");
    assert_snapshot!(nora.reads().await, @"This link no longer leads anywhere. Please ask the person who gave it to you for a new one.");
    nora.types("/start cAAAAAAAAAAAAAAAAAAAAAA");
    assert_snapshot!(nora.reads().await, @"This link belongs to somebody else’s code, or to one that no longer counts. It does nothing here, and it costs you no try.");
    nora.types(&format!("/start {}", scene.world.group().id()));
    assert_snapshot!(nora.reads().await, @"This link no longer leads anywhere. Please ask the person who gave it to you for a new one.");
    scene.ends().await;
}

#[tokio::test]
async fn a_member_is_told_so() {
    let scene = Scene::start().await;
    let nora = scene.world.person("Nora");
    scene.world.group().adds(&nora);
    nora.types("/start");
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    You are a member of this group already. The door is open.
    ");
    nora.types("/start");
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    You are a member of this group already. The door is open.
    ");
    scene.ends().await;
}

#[tokio::test]
async fn one_who_has_passed_is_told_so() {
    let scene = Scene::start().await;
    let nora = scene.at_the_door("Nora").await;
    passes(&scene, &nora).await;
    nora.reads().await;
    assert!(nora.is_member());
    let mut answers = Vec::new();
    for text in ["/start", "thank you", "/help", "/cancel"] {
        nora.types(text);
        answers.push(nora.reads().await.to_string());
    }
    assert_snapshot!(answers.join("\n---\n"), @r"
    Rust Berlin

    You have passed already. There is nothing left to do.
    ---
    Rust Berlin

    You have passed already. There is nothing left to do.
    ---
    Rust Berlin

    I keep watch at the doors of groups: I ask for the password, send a code to your e-mail address or phone, and open when it comes back.

    Now: The door is open for you. There is nothing left to do.

    /start – begin, or see where you are
    /admin – ask an admin of the group for help
    /cancel – stop
    /safety – what I ask for and what never
    ---
    Rust Berlin

    There is nothing to cancel.
    ");
    scene.ends().await;
}

#[tokio::test]
async fn one_who_is_banned_is_told_so() {
    let scene = Scene::start().await;
    let nora = scene.world.person("Nora");
    scene.world.group().bans(&nora);
    nora.types("/start");
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    The admins of this group have banned this account, so I have to keep the door closed. Only they can change that.
    ");
    nora.types("please");
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    The admins of this group have banned this account, so I have to keep the door closed. Only they can change that.
    ");
    scene.ends().await;
}

#[tokio::test]
async fn a_strangers_first_words_are_answered_like_start() {
    let scene = Scene::start().await;
    let nora = scene.world.person("Nora");
    nora.types("good evening");
    let greeting = nora.reads().await.to_string();
    assert!(greeting.starts_with("Rust Berlin\n\nHello!"), "{greeting}");
    nora.types("shut sesame");
    let answer = nora.reads().await.to_string();
    assert!(answer.contains("You have 2 tries left"), "the greeting was counted: {answer}");
    scene.ends().await;
}

/// The groups' titles above the lines that somebody read.
fn titles(lines: &[countersign::sandbox::Line]) -> Vec<&str> {
    lines.iter().filter_map(|line| line.text().lines().next()).collect()
}

#[tokio::test]
async fn at_two_gates_at_once_each_text_names_its_group() {
    let (scene, groups) = Scene::with_gates(Setup::default(), &[("Chess Club", true)]).await;
    let chess: &Group = &groups[0];
    let nora = scene.with_a_code("Nora").await;
    let (nora, code) = nora;
    nora.requests_to_join_group(chess);
    assert_snapshot!(nora.reads().await, @r"
    Chess Club

    Hello! I keep watch at the door of this group. Two things open it: the group’s password, and a one-time code that I send to your e-mail address or phone.

    Please type the password and send it to me. You have 3 tries.

    I remove your password, your address and your codes from this chat as soon as I have read them. What I never ask for is the login code of your Telegram account. More about that: /safety
    ");
    // The code that is still out belongs to the first group, wherever it is typed.
    nora.types(&code);
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    Welcome! The door is open: you are in the group now.
    ---
    Chess Club

    Hello! I keep watch at the door of this group. Two things open it: the group’s password, and a one-time code that I send to your e-mail address or phone.

    Please type the password and send it to me. You have 3 tries.

    I remove your password, your address and your codes from this chat as soon as I have read them. What I never ask for is the login code of your Telegram account. More about that: /safety
    ");
    assert!(nora.is_member() && !chess.has_member(&nora));
    passes(&scene, &nora).await;
    let lines = nora.reads().await;
    assert_eq!(titles(&lines), ["Chess Club"]);
    assert!(chess.has_member(&nora));
    scene.ends().await;
}

#[tokio::test]
async fn guesses_at_a_code_count_at_their_own_gate() {
    let (scene, groups) = Scene::with_gates(Setup::default(), &[("Chess Club", true)]).await;
    let (nora, code) = scene.with_a_code("Nora").await;
    nora.requests_to_join_group(&groups[0]);
    nora.reads().await;
    for _ in 0..10 {
        nora.types(if code == "000000" { "000001" } else { "000000" });
    }
    let lines = nora.reads().await;
    assert_eq!(titles(&lines), ["Rust Berlin"; 3], "{lines}");
    assert!(lines[2].text().contains("try again in 5 minutes"), "{lines}");
    nora.types("/start");
    nora.reads().await;
    nora.presses("Chess Club");
    assert!(nora.reads().await.to_string().contains("You have 3 tries."));
    passes(&scene, &nora).await;
    let lines = nora.reads().await;
    assert!(groups[0].has_member(&nora) && !nora.is_member());
    // At the other gate the lock goes on, and says so.
    assert_eq!(titles(&lines), ["Chess Club", "Rust Berlin"], "{lines}");
    scene.ends().await;
}

#[tokio::test]
async fn what_was_begun_at_the_other_gate_goes_on_afterwards() {
    let (scene, groups) = Scene::with_gates(Setup::default(), &[("Chess Club", true)]).await;
    let nora = scene.at_the_door("Nora").await;
    nora.requests_to_join_group(&groups[0]);
    assert_eq!(titles(&nora.reads().await), ["Chess Club"]);
    // Between the two, /start lets her choose.
    nora.types("/start");
    assert_snapshot!(nora.reads().await, @r"
    Hello! I keep watch at the doors of several groups. Which one would you like to join?
    [Chess Club]
    [Rust Berlin]
    ");
    nora.presses("Rust Berlin");
    assert_eq!(titles(&nora.reads().await), ["Rust Berlin"]);
    nora.types("/cancel");
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    All right, I have stopped. Whenever you like: ask to join again, or send me /start.
    ---
    Chess Club

    Hello! I keep watch at the door of this group. Two things open it: the group’s password, and a one-time code that I send to your e-mail address or phone.

    Please type the password and send it to me. You have 3 tries.

    I remove your password, your address and your codes from this chat as soon as I have read them. What I never ask for is the login code of your Telegram account. More about that: /safety
    ");
    passes(&scene, &nora).await;
    assert_eq!(titles(&nora.reads().await), ["Chess Club"]);
    assert!(groups[0].has_member(&nora) && !nora.is_member());
    scene.ends().await;
}

#[tokio::test]
async fn one_who_came_without_a_request_gets_a_link_that_admits_nobody_else() {
    let scene = Scene::start().await;
    let (nora, olaf) = (scene.world.person("Nora"), scene.world.person("Olaf"));
    nora.types("/start");
    nora.reads().await;
    passes(&scene, &nora).await;
    let (text, link) = reads_link(&nora).await;
    assert_snapshot!(text, @r"
    Rust Berlin

    You have passed. This invite link is for you alone:

    ‹link›

    Open it and ask to join: I will let you in at once. It is valid for one day; for anybody else the door stays closed.
    ");
    assert!(!nora.is_member());
    assert_eq!(scene.world.group().living_links(), [link.as_str()]);

    // Handed on, it leads to the same gate as any other.
    assert_eq!(olaf.opens(&link), Opened::Requested { group: scene.world.group().id() });
    let greeting = olaf.reads().await.to_string();
    assert!(greeting.contains("type the password"), "{greeting}");
    assert!(!olaf.is_member());

    // Lost, it is there to be asked for again.
    nora.types("where was the link?");
    let (text, again) = reads_link(&nora).await;
    assert_eq!(again, link);
    assert_snapshot!(text, @r"
    Rust Berlin

    You have passed. This invite link is for you alone:

    ‹link›

    Open it and ask to join: I will let you in at once. It is valid for one day; for anybody else the door stays closed.
    ");

    nora.opens(&link);
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    Welcome! The door is open: you are in the group now.
    ");
    assert!(nora.is_member());
    assert!(scene.world.group().living_links().is_empty(), "the used link is still alive");
    assert!(scene.world.person("Pia").try_opens(&link).is_err());
    scene.ends().await;
}

#[tokio::test]
async fn a_personal_link_that_ran_out_is_made_anew() {
    let scene = Scene::start().await;
    let nora = scene.world.person("Nora");
    nora.types("/start");
    nora.reads().await;
    passes(&scene, &nora).await;
    let (_, link) = reads_link(&nora).await;
    scene.passes(ONE_DAY + Duration::from_secs(1));
    assert!(nora.try_opens(&link).is_err());
    nora.types("/start");
    let (text, fresh) = reads_link(&nora).await;
    assert_snapshot!(text, @r"
    Rust Berlin

    You have passed. This invite link is for you alone:

    ‹link›

    Open it and ask to join: I will let you in at once. It is valid for one day; for anybody else the door stays closed.
    ");
    assert_ne!(fresh, link);
    // It is the newest that is shown from now on.
    nora.types("/start");
    assert_eq!(reads_link(&nora).await.1, fresh);
    nora.opens(&fresh);
    nora.reads().await;
    assert!(nora.is_member());
    scene.ends().await;
}

#[tokio::test]
async fn one_who_left_is_asked_again() {
    let scene = Scene::start().await;
    let nora = scene.at_the_door("Nora").await;
    passes(&scene, &nora).await;
    nora.reads().await;
    nora.leaves();
    nora.hears_nothing().await;
    nora.requests_to_join();
    let greeting = nora.reads().await.to_string();
    assert!(greeting.contains("type the password"), "{greeting}");
    // The waits between codes go on.
    scene.passes(Duration::from_secs(60));
    passes(&scene, &nora).await;
    assert_snapshot!(steady(&nora.reads().await), @r"
    Rust Berlin

    Welcome! The door is open: you are in the group now.
    ");
    assert!(nora.is_member());
    scene.ends().await;
}

#[tokio::test]
async fn one_whom_an_admin_lets_in_needs_no_code() {
    let scene = Scene::start().await;
    let nora = scene.past_the_password("Nora").await;
    scene.world.group().approves(&nora).expect("a request");
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    Welcome! Somebody has opened the door for you: you are in the group now, and I need nothing more from you.
    ");
    assert!(nora.is_member());
    assert!(nora.buttons().is_empty(), "{:?}", nora.buttons());
    nora.types("nora@example.org");
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    You are a member of this group already. The door is open.
    ");
    scene.ends().await;
}

#[tokio::test]
async fn a_repeated_request_goes_on_where_the_dialogue_was() {
    let scene = Scene::start().await;
    let nora = scene.at_the_door("Nora").await;
    nora.types("shut sesame");
    nora.reads().await;
    nora.withdraws_request();
    nora.requests_to_join();
    let asked = nora.reads().await.to_string();
    assert!(asked.contains("You have 2 tries."), "the wrong password was forgotten: {asked}");
    nora.types(PASSWORD);
    nora.reads().await;
    nora.withdraws_request();
    nora.requests_to_join();
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    Thank you. How may I send you your code?
    [✉️ By e-mail]
    [💬 By SMS]
    [Cancel]
    ");
    nora.types(&nora.email());
    nora.reads().await;
    nora.presses("Send the code");
    nora.reads().await;
    let mail = scene.world.mail_for(&nora.email()).await;
    scene.passes(Duration::from_secs(60));
    nora.withdraws_request();
    nora.requests_to_join();
    assert_snapshot!(steady(&nora.reads().await), @r"
    Rust Berlin

    I have sent your code by e-mail to n•••a@example.org, unless its owner wants no codes from me. The mail carries the same two words as this chat: ‹two words›.

    Please type the 6 digits here. They are valid for 9 minutes. If nothing comes, please look into the spam folder too.
    [🔁 Resend]
    [Other address] [Cancel]
    ");
    nora.types(mail.code(6));
    nora.reads().await;
    assert!(nora.is_member());
    scene.ends().await;
}

#[tokio::test]
async fn a_repeated_request_while_locked_is_told_how_long() {
    let scene = Scene::start().await;
    let nora = scene.at_the_door("Nora").await;
    for _ in 0..3 {
        nora.types("shut sesame");
    }
    nora.reads().await;
    nora.withdraws_request();
    nora.requests_to_join();
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    There were too many wrong tries, so the door stays closed for now. You can try again in 5 minutes.

    Nothing that you send until then counts against you.
    ");
    nora.types("/start");
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    There were too many wrong tries, so the door stays closed for now. You can try again in 5 minutes.

    Nothing that you send until then counts against you.
    ");
    assert!(scene.world.group().has_request_of(&nora));
    scene.ends().await;
}
