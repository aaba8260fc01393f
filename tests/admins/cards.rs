//! Somebody is stuck and asks for an admin: cards, and what comes of them.

use countersign::sandbox::Rights;
use insta::assert_snapshot;

use super::staged::Staged;
use crate::scene::PASSWORD;

#[tokio::test]
async fn who_is_locked_asks_and_is_let_in_by_the_first_who_answers() {
    let Staged { scene, group, ada, bob } = Staged::start().await;
    let nora = scene.at_the_door("Nora").await;
    nora.types("melon");
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    That is not the password. You have 2 tries left. Please type it again.
    ");
    nora.types("melon");
    nora.reads().await;
    nora.types("melon");
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    There were too many wrong tries, so the door stays closed for now. You can try again in 5 minutes.

    Nothing that you send until then counts against you.
    [🙋 Ask an admin]
    ");
    nora.presses("Ask an admin");
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    I have asked the admins of the group. They see your name and where you are stuck, no password and no full address. I write to you as soon as one of them has decided.
    ");
    assert_snapshot!(ada.reads().await, @r"
    Rust Berlin

    🙋 Nora (7100000003) asks for an admin.

    Where: locked after wrong tries
    Wrong tries: 3

    Approve lets them in, now and whenever they come again. Decline turns down what they ask for now. Unlock forgets the wrong tries, and they go on by themselves.
    [✅ Approve]
    [✋ Decline] [🔓 Unlock]
    ");
    assert_snapshot!(bob.reads().await, @r"
    Rust Berlin

    🙋 Nora (7100000003) asks for an admin.

    Where: locked after wrong tries
    Wrong tries: 3

    Approve lets them in, now and whenever they come again. Decline turns down what they ask for now. Unlock forgets the wrong tries, and they go on by themselves.
    [✅ Approve]
    [✋ Decline] [🔓 Unlock]
    ");

    let old = bob.notes_button("Decline");
    ada.presses("Approve");
    assert_snapshot!(ada.reads().await, @r"
    (edited) Rust Berlin

    Nora (7100000003) asked for an admin: approved by you.
    ---
    (edited) Rust Berlin

    Nora (7100000003) asked for an admin: approved by you. They are in.
    ");
    assert_snapshot!(bob.reads().await, @r"
    (edited) Rust Berlin

    Nora (7100000003) asked for an admin: approved by Ada Admin (7100000001).
    ");
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    Welcome! The door is open: you are in the group now.
    ");
    assert!(nora.is_member());

    // Bob's phone showed the buttons a moment longer.
    bob.presses_old(old.0, &old.1);
    assert_snapshot!(bob.reads().await, @"(alert) Already approved by Ada Admin (7100000001).");
    assert!(nora.is_member());
    assert_eq!(group.bot_posts(), [], "the group heard of it");
    scene.ends().await;
}

#[tokio::test]
async fn unlock_by_a_card_lets_them_go_on_by_themselves() {
    let staged = Staged::start().await;
    let nora = staged.with_a_call("Nora").await;
    let Staged { scene, ada, bob, .. } = staged;
    bob.reads().await;
    ada.reads().await;
    bob.presses("Unlock");
    assert_snapshot!(bob.reads().await, @r"
    (edited) Rust Berlin

    Nora (7100000003) asked for an admin: unlocked by you.
    ---
    (edited) Rust Berlin

    Nora (7100000003) asked for an admin: unlocked by you. They can go on.
    ");
    assert_snapshot!(ada.reads().await, @r"
    (edited) Rust Berlin

    Nora (7100000003) asked for an admin: unlocked by Bob (7100000002).
    ");
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    An admin has ended your lock: your wrong tries are forgotten, and you can try again.
    ---
    Rust Berlin

    Hello! I keep watch at the door of this group. Two things open it: the group’s password, and a one-time code that I send to your e-mail address or phone.

    Please type the password and send it to me. You have 3 tries.

    I remove your password, your address and your codes from this chat as soon as I have read them. What I never ask for is the login code of your Telegram account. More about that: /safety
    ");
    nora.types(PASSWORD);
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    Thank you. How may I send you your code?
    [✉️ By e-mail]
    [💬 By SMS]
    [Cancel]
    ");
    scene.ends().await;
}

#[tokio::test]
async fn decline_by_a_card_ends_what_they_asked_for() {
    let staged = Staged::start().await;
    let nora = staged.with_a_call("Nora").await;
    let Staged { scene, group, ada, bob } = staged;
    bob.reads().await;
    ada.reads().await;
    bob.presses("Decline");
    assert_snapshot!(bob.reads().await, @r"
    (edited) Rust Berlin

    Nora (7100000003) asked for an admin: declined by you.
    ---
    (edited) Rust Berlin

    Nora (7100000003) asked for an admin: declined by you. They were told.
    ");
    assert_snapshot!(ada.reads().await, @r"
    (edited) Rust Berlin

    Nora (7100000003) asked for an admin: declined by Bob (7100000002).
    ");
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    An admin of the group has decided not to let you in this time.
    ");
    assert!(!group.has_request_of(&nora));
    scene.ends().await;
}

#[tokio::test]
async fn whoever_is_no_admin_any_more_gets_no_card_and_answers_none() {
    let staged = Staged::start().await;
    let Staged { ada, bob, group, .. } = &staged;
    ada.demotes_in(group, bob);
    let nora = staged.with_a_call("Nora").await;
    bob.hears_nothing().await;
    assert_snapshot!(ada.reads().await, @r"
    Rust Berlin

    🙋 Nora (7100000003) asks for an admin.

    Where: locked after wrong tries
    Wrong tries: 3

    Approve lets them in, now and whenever they come again. Decline turns down what they ask for now. Unlock forgets the wrong tries, and they go on by themselves.
    [✅ Approve]
    [✋ Decline] [🔓 Unlock]
    ");

    // Between the card and the press.
    ada.promotes_in(group, bob, Rights::GATEKEEPER);
    let olaf = staged.with_a_call("Olaf").await;
    ada.reads().await;
    assert_snapshot!(bob.reads().await, @r"
    Rust Berlin

    🙋 Olaf (7100000004) asks for an admin.

    Where: locked after wrong tries
    Wrong tries: 3

    Approve lets them in, now and whenever they come again. Decline turns down what they ask for now. Unlock forgets the wrong tries, and they go on by themselves.
    [✅ Approve]
    [✋ Decline] [🔓 Unlock]
    ");
    ada.demotes_in(group, bob);
    bob.presses("Approve");
    assert_snapshot!(bob.reads().await, @"(alert) You are no administrator of this group, so I can do nothing there for you. Nothing was changed.");
    assert!(!olaf.is_member());
    olaf.hears_nothing().await;

    // An administrator, but without the right to let people in.
    ada.promotes_in(group, bob, Rights { can_invite_users: false, ..Rights::GATEKEEPER });
    bob.presses("Approve");
    assert_snapshot!(bob.reads().await, @"(alert) You are an administrator of this group, but without the right Invite Users via Link. Only those who may let people in can decide about its door. Nothing was changed.");
    assert!(!olaf.is_member());
    assert!(!nora.is_member());
    staged.scene.ends().await;
}

#[tokio::test]
async fn a_stranger_with_the_buttons_data_can_do_nothing() {
    let staged = Staged::start().await;
    let nora = staged.with_a_call("Nora").await;
    let Staged { scene, ada, bob, .. } = staged;
    ada.reads().await;
    bob.reads().await;
    let (message, data) = ada.notes_button("Approve");
    let eve = scene.world.person("Eve");
    eve.has_written_before();
    eve.presses_old(message, &data);
    assert_snapshot!(eve.reads().await, @"(alert) You are no administrator of this group, so I can do nothing there for you. Nothing was changed.");
    // She who asks cannot answer either.
    nora.presses_old(message, &data);
    assert_snapshot!(nora.reads().await, @"(alert) You are no administrator of this group, so I can do nothing there for you. Nothing was changed.");
    // Nor can anybody answer a card that never was.
    let never = data.replace("approve", "revoke");
    ada.presses_old(message, &never);
    assert_snapshot!(ada.reads().await, @"(alert) No answer is needed here any more.");
    assert!(!nora.is_member());
    scene.ends().await;
}

#[tokio::test]
async fn an_anonymous_admin_answers_as_any_other() {
    let staged = Staged::start().await;
    staged.bob.is_anonymous_in(&staged.group, true);
    let nora = staged.with_a_call("Nora").await;
    let Staged { scene, ada, bob, .. } = staged;
    ada.reads().await;
    bob.reads().await;
    bob.presses("Approve");
    bob.reads().await;
    ada.reads().await;
    nora.reads().await;
    assert!(nora.is_member());
    scene.ends().await;
}

#[tokio::test]
async fn of_two_who_press_at_once_one_is_first() {
    let staged = Staged::start().await;
    let nora = staged.with_a_call("Nora").await;
    let Staged { scene, ada, bob, .. } = staged;
    ada.reads().await;
    bob.reads().await;
    ada.presses("Approve");
    bob.presses("Decline");
    scene.world.settled().await;
    let (of_ada, of_bob) = (ada.takes_unread().to_string(), bob.takes_unread().to_string());
    let told = nora.takes_unread().to_string();
    let (first, second) = match nora.is_member() {
        true => (of_ada, of_bob),
        false => (of_bob, of_ada),
    };
    assert!(first.contains("by you"), "{first}");
    assert!(second.contains("(alert) Already") && !second.contains("by you"), "{second}");
    assert_eq!(told.contains("Welcome!"), nora.is_member(), "{told}");
    scene.ends().await;
}

#[tokio::test]
async fn a_restart_in_the_middle_loses_no_answer() {
    let staged = Staged::start().await;
    let nora = staged.with_wrong_tries("Nora", 3).await;
    let Staged { mut scene, ada, bob, .. } = staged;
    // Asked while nobody is on duty.
    scene.stops_bot().await;
    nora.presses("Ask an admin");
    scene.starts_bot().await;
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    I have asked the admins of the group. They see your name and where you are stuck, no password and no full address. I write to you as soon as one of them has decided.
    ");
    ada.reads().await;
    bob.reads().await;
    // Answered, twice, while nobody is on duty.
    scene.stops_bot().await;
    ada.presses("Approve");
    bob.presses("Decline");
    scene.starts_bot().await;
    let lines = [ada.reads().await.to_string(), bob.reads().await.to_string()];
    nora.reads().await;
    let first = usize::from(!nora.is_member());
    assert!(lines[first].contains("by you"), "{}", lines[first]);
    assert!(lines[1 - first].contains("(alert) Already"), "{}", lines[1 - first]);
    assert!(!scene.world.group().has_request_of(&nora));
    scene.ends().await;
}

#[tokio::test]
async fn asking_is_possible_a_few_times_a_day() {
    let staged = Staged::start().await;
    let nora = staged.with_a_call("Nora").await;
    let Staged { scene, ada, bob, .. } = staged;
    nora.types("/admin");
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    I have asked the admins already, and none has answered yet. I write to you as soon as one of them does.
    ");
    for again in [true, true, false] {
        ada.presses("Unlock");
        ada.reads().await;
        bob.reads().await;
        nora.reads().await;
        if again {
            for _ in 0..3 {
                nora.types("melon");
                nora.reads().await;
            }
            nora.presses("Ask an admin");
            nora.reads().await;
        }
    }
    nora.types("/admin");
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    I have asked the admins for you as often as I may in one day. Please come back tomorrow.
    ");
    scene.passes(std::time::Duration::from_secs(24 * 60 * 60));
    nora.types("/admin");
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    I have asked the admins of the group. They see your name and where you are stuck, no password and no full address. I write to you as soon as one of them has decided.
    ");
    ada.reads().await;
    bob.reads().await;
    scene.ends().await;
}

#[tokio::test]
async fn who_goes_on_by_themselves_needs_no_answer_any_more() {
    let staged = Staged::start().await;
    let nora = staged.with_wrong_tries("Nora", 1).await;
    let Staged { scene, ada, bob, .. } = staged;
    nora.types("/admin");
    nora.reads().await;
    assert_snapshot!(ada.reads().await, @r"
    Rust Berlin

    🙋 Nora (7100000003) asks for an admin.

    Where: at the password
    Wrong tries: 1

    Approve lets them in, now and whenever they come again. Decline turns down what they ask for now. Unlock forgets the wrong tries, and they go on by themselves.
    [✅ Approve]
    [✋ Decline] [🔓 Unlock]
    ");
    bob.reads().await;
    super::staged::proves(&scene, &nora, &nora.email()).await;
    assert_snapshot!(ada.reads().await, @r"
    (edited) Rust Berlin

    Nora (7100000003) asked for an admin. No answer is needed any more.
    ");
    bob.reads().await;
    scene.ends().await;
}
