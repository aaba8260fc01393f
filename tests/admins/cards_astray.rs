//! A card that somebody or something comes between: rights, other ways in, what Telegram refuses.

use countersign::sandbox::telegram::Fault;
use countersign::sandbox::{Rights, Terms, World};
use insta::assert_snapshot;

use super::staged::{Staged, keeps, watched_by};
use crate::scene::{Setup, hears};

#[tokio::test]
async fn without_the_right_to_invite_the_card_says_so() {
    let staged = Staged::start().await;
    let nora = staged.with_a_call("Nora").await;
    let Staged { scene, group, ada, bob } = staged;
    ada.reads().await;
    bob.reads().await;
    let (card, approve) = ada.notes_button("Approve");
    group.makes_bot_admin(false);
    for admin in [&ada, &bob] {
        hears(admin, "I may let nobody in").await;
    }
    ada.presses_old(card, &approve);
    assert_snapshot!(ada.reads().await, @r"
    (edited) Rust Berlin

    Nora (7100000003) asked for an admin: approved by you.
    ---
    (edited) Rust Berlin

    Nora (7100000003) asked for an admin: approved by you. But I lack the right to do that in the group; /doctor says what is missing.
    ");
    assert_snapshot!(bob.reads().await, @r"
    (edited) Rust Berlin

    Nora (7100000003) asked for an admin: approved by Ada Admin (7100000001).
    ---
    (edited) Rust Berlin

    Nora (7100000003) asked for an admin: approved by Ada Admin (7100000001). But I lack the right to do that in the group; /doctor says what is missing.
    ");
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    You may come in, but I lack the right to open the door. That is our fault, not yours, and you keep your place: as soon as an admin of the group has given me that right, I let you in by myself. You can also press the button then.
    [Try again]
    [🙋 Ask an admin]
    ");
    assert!(!nora.is_member());
    // It is remembered: once the right is back, she comes in.
    group.makes_bot_admin(true);
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    Welcome! The door is open: you are in the group now.
    ");
    assert!(nora.is_member());
    for admin in [&ada, &bob] {
        hears(admin, "I see nothing that is set up wrongly").await;
    }
    scene.ends().await;
}

#[tokio::test]
async fn who_was_let_in_by_hand_in_the_group_needs_no_card() {
    let staged = Staged::start().await;
    let nora = staged.with_a_call("Nora").await;
    let Staged { scene, group, ada, bob } = staged;
    ada.reads().await;
    bob.reads().await;
    let old = ada.notes_button("Approve");
    group.approves(&nora).expect("she asked");
    assert_snapshot!(ada.reads().await, @r"
    (edited) Rust Berlin

    Nora (7100000003) asked for an admin. No answer is needed any more.
    ");
    bob.reads().await;
    nora.reads().await;
    ada.presses_old(old.0, &old.1);
    assert_snapshot!(ada.reads().await, @"(alert) No answer is needed here any more.");
    scene.ends().await;
}

#[tokio::test]
async fn a_withdrawn_request_becomes_a_personal_link() {
    let staged = Staged::start().await;
    let nora = staged.with_a_call("Nora").await;
    let Staged { scene, ada, bob, .. } = staged;
    ada.reads().await;
    bob.reads().await;
    nora.withdraws_request();
    ada.presses("Approve");
    assert_snapshot!(ada.reads().await, @r"
    (edited) Rust Berlin

    Nora (7100000003) asked for an admin: approved by you.
    ---
    (edited) Rust Berlin

    Nora (7100000003) asked for an admin: approved by you. They got a personal link, which waits to be used.
    ");
    bob.reads().await;
    let told = nora.reads().await.to_string();
    let link = told.split_whitespace().find(|word| word.starts_with("https://")).expect("a link");
    nora.opens(link);
    nora.reads().await;
    assert!(nora.is_member());
    scene.ends().await;
}

#[tokio::test]
async fn who_is_gone_cannot_be_let_in() {
    let staged = Staged::start().await;
    let nora = staged.with_a_call("Nora").await;
    let Staged { scene, ada, bob, .. } = staged;
    ada.reads().await;
    bob.reads().await;
    nora.deletes_account();
    ada.presses("Approve");
    assert_snapshot!(ada.reads().await, @r"
    (edited) Rust Berlin

    Nora (7100000003) asked for an admin: approved by you.
    ---
    (edited) Rust Berlin

    Nora (7100000003) asked for an admin: approved by you. But the account is gone, or banned there.
    ");
    bob.reads().await;
    scene.ends().await;
}

#[tokio::test]
async fn a_card_that_cannot_be_changed_is_said_anew() {
    let staged = Staged::start().await;
    let nora = staged.with_a_call("Nora").await;
    let Staged { scene, ada, bob, .. } = staged;
    ada.reads().await;
    bob.reads().await;
    let too_old = Fault::bad_request("message can't be edited");
    scene.world.telegram.fails("editMessageText", too_old);
    ada.presses("Approve");
    assert_snapshot!(ada.reads().await, @r"
    Rust Berlin

    Nora (7100000003) asked for an admin: approved by you.
    ---
    Rust Berlin

    Nora (7100000003) asked for an admin: approved by you. They are in.
    ");
    assert_snapshot!(bob.reads().await, @r"
    Rust Berlin

    Nora (7100000003) asked for an admin: approved by Ada Admin (7100000001).
    ");
    nora.reads().await;
    scene.world.telegram.recovers("editMessageText");
    scene.ends().await;
}

#[tokio::test]
async fn an_admin_who_blocked_the_bot_is_passed_over() {
    let staged = Staged::start().await;
    staged.bob.blocks_bot();
    let nora = staged.with_a_call("Nora").await;
    let Staged { scene, ada, bob, .. } = staged;
    ada.reads().await;
    ada.presses("Approve");
    ada.reads().await;
    nora.reads().await;
    assert!(nora.is_member());
    bob.hears_nothing().await;
    scene.ends().await;
}

#[tokio::test]
async fn who_can_reach_no_admin_is_told_and_it_was_no_asking() {
    let staged = Staged::start().await;
    let Staged { ada, bob, group, .. } = &staged;
    ada.demotes_in(group, bob);
    ada.blocks_bot();
    let nora = staged.with_wrong_tries("Nora", 3).await;
    nora.types("/admin");
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    I have asked the admins of the group. They see your name and where you are stuck, no password and no full address. I write to you as soon as one of them has decided.
    ---
    Rust Berlin

    I can reach no admin whom I could ask for you here. Please try again later, or write to one of them yourself.
    ");
    for _ in 0..3 {
        nora.types("/admin");
        assert!(nora.reads().await.to_string().contains("I can reach no admin"));
    }
    ada.unblocks_bot();
    nora.types("/admin");
    nora.reads().await;
    assert!(ada.reads().await.to_string().contains("asks for an admin"));
    staged.scene.ends().await;
}

#[tokio::test]
async fn a_group_that_becomes_a_supergroup_takes_its_cards_along() {
    let world = World::start().await;
    let ada = world.admin();
    let chess = ada.creates_basic_group("Chess Club");
    ada.makes_bot_admin_of(&chess, Rights::GATEKEEPER);
    let mut staged = Staged::without_bot(world, Setup::default(), |_, _| {}).await;
    let settings = watched_by("Chess Club", &[&staged.ada]);
    keeps(&staged.scene, &chess, settings).await;
    staged.scene.starts_bot().await;
    let Staged { scene, bob, .. } = staged;
    let asks = Terms { creates_join_request: true, ..Terms::default() };
    let link = chess.makes_link(asks).expect("a link");
    let nora = scene.world.person("Nora");
    nora.opens(&link);
    nora.reads().await;
    nora.types("/admin");
    nora.reads().await;
    ada.reads().await;
    let (card, approve) = ada.notes_button("Approve");
    let (moved, _) = (chess.migrates(), bob.hears_nothing().await);
    // The card has come along; the buttons that her other phone still shows name the old group.
    assert_snapshot!(ada.reads().await, @r"
    (edited) Chess Club

    🙋 Nora (7100000003) asks for an admin.

    Where: at the password
    Wrong tries: 0

    Approve lets them in, now and whenever they come again. Decline turns down what they ask for now. Unlock forgets the wrong tries, and they go on by themselves.
    [✅ Approve]
    [✋ Decline] [🔓 Unlock]
    ---
    (edited) Chess Club

    ⚠️ One thing is not right yet:

    • Members may add people past me. Edit → Permissions → Add Members: off.

    Looked at 12:00:00 UTC. What you have mended goes from here when you press the button.
    [🔄 Check again]
    ");
    ada.presses_old(card, &approve);
    assert_snapshot!(ada.reads().await, @r"
    (edited) Chess Club

    Nora (7100000003) asked for an admin: approved by you.
    ---
    (edited) Chess Club

    Nora (7100000003) asked for an admin: approved by you. They are in.
    ");
    nora.reads().await;
    assert!(moved.has_member(&nora));
    scene.ends().await;
}

#[tokio::test]
async fn removed_from_the_group_the_bot_closes_its_cards() {
    let staged = Staged::start().await;
    let nora = staged.with_a_call("Nora").await;
    let Staged { scene, group, ada, bob } = staged;
    ada.reads().await;
    bob.reads().await;
    let old = ada.notes_button("Approve");
    group.removes_bot();
    assert_snapshot!(ada.reads().await, @r"
    (edited) Rust Berlin

    Nora (7100000003) asked for an admin. I am not at this group’s door any more.
    ---
    Rust Berlin

    ⚠️ One thing is not right yet:

    • I am not in the group any more, so its door stays closed. Please add me again, as an administrator with Invite Users via Link. Everything that was set up is kept.

    Looked at 12:00:00 UTC. What you have mended goes from here when you press the button.
    [🔄 Check again]
    ");
    assert_snapshot!(bob.reads().await, @r"
    (edited) Rust Berlin

    Nora (7100000003) asked for an admin. I am not at this group’s door any more.
    ---
    Rust Berlin

    ⚠️ One thing is not right yet:

    • I am not in the group any more, so its door stays closed. Please add me again, as an administrator with Invite Users via Link. Everything that was set up is kept.

    Looked at 12:00:00 UTC. What you have mended goes from here when you press the button.
    [🔄 Check again]
    ");
    ada.presses_old(old.0, &old.1);
    assert_snapshot!(ada.reads().await, @"(alert) I am not in this group, or no administrator there. Please add me to it as an administrator, then try again. Nothing was changed.");
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    I can reach no admin whom I could ask for you here. Please try again later, or write to one of them yourself.
    ");
    scene.ends().await;
}

#[tokio::test]
async fn telegram_silent_about_rights_changes_nothing() {
    let staged = Staged::start().await;
    let nora = staged.with_a_call("Nora").await;
    let Staged { scene, ada, bob, .. } = staged;
    ada.reads().await;
    bob.reads().await;
    scene.world.telegram.fails_next("getChatMember", Fault::bad_request("SOMETHING_NEW"));
    ada.presses("Approve");
    assert_snapshot!(ada.reads().await, @"(alert) Telegram has not told me whether you may do that. Nothing was changed: please try again in a moment.");
    assert!(!nora.is_member());
    ada.presses("Approve");
    ada.reads().await;
    bob.reads().await;
    nora.reads().await;
    assert!(nora.is_member());
    scene.ends().await;
}
