//! Stepping in for one person, and what comes between: what Telegram refuses, what was done already.

use countersign::sandbox::telegram::Fault;
use countersign::sandbox::{Rights, Terms, World};
use insta::assert_snapshot;

use super::staged::{Staged, keeps, proves, watched_by};
use super::stepping_in::does;
use crate::scene::{Setup, hears};

#[tokio::test]
async fn without_rights_of_the_bot_each_act_says_what_is_missing() {
    let staged = Staged::start().await;
    let nora = staged.with_wrong_tries("Nora", 3).await;
    let Staged { scene, group, ada, bob } = staged;
    let olaf = scene.at_the_door("Olaf").await;
    proves(&scene, &olaf, &olaf.email()).await;
    group.gives_bot(Rights {
        can_invite_users: false,
        can_restrict_members: false,
        ..Rights::GATEKEEPER
    });
    for admin in [&ada, &bob] {
        hears(admin, "I may let nobody in").await;
    }
    does(&ada, "approve", &nora).await;
    assert_snapshot!(ada.reads().await, @r"
    (edited) Rust Berlin

    I am letting Nora (7100000003) in.
    ---
    Rust Berlin

    ❌ I could not let Nora (7100000003) in: I lack the right Invite Users via Link in the group. Please give it to me; I remember that you approve. /doctor shows more.
    ");
    let _ = nora.takes_unread();
    does(&ada, "revoke", &olaf).await;
    assert_snapshot!(ada.reads().await, @r"
    (edited) Rust Berlin

    I am taking the admission of Olaf (7100000004) back.
    ---
    Rust Berlin

    ❌ I could not remove Olaf (7100000004): I lack the right Ban Users in the group, or they are an admin there. Please see to that, then try again. /doctor shows more.
    ");
    assert!(olaf.is_member());
    // Mended, she comes in by herself.
    group.makes_bot_admin(true);
    nora.becomes_member().await;
    nora.reads().await;
    for admin in [&ada, &bob] {
        hears(admin, "I see nothing that is set up wrongly").await;
    }
    scene.ends().await;
}

#[tokio::test]
async fn who_is_gone_or_banned_cannot_be_let_in() {
    let Staged { scene, group, ada, .. } = Staged::start().await;
    let nora = scene.at_the_door("Nora").await;
    nora.deletes_account();
    does(&ada, "approve", &nora).await;
    assert_snapshot!(ada.reads().await, @r"
    (edited) Rust Berlin

    I am letting Nora (7100000003) in.
    ---
    Rust Berlin

    ❌ I could not let Nora (7100000003) in: the account is gone, or banned in the group. If it is banned, please lift the ban in the group’s Removed Users, then try again.
    ");
    let olaf = scene.world.person("Olaf");
    group.bans(&olaf);
    does(&ada, "approve", &olaf).await;
    assert_snapshot!(ada.reads().await, @r"
    (edited) Rust Berlin

    I am letting 7100000004 in.
    ---
    Rust Berlin

    ❌ I could not let 7100000004 in: the account is gone, or banned in the group. If it is banned, please lift the ban in the group’s Removed Users, then try again.
    ");
    assert!(!olaf.is_member());
    scene.ends().await;
}

#[tokio::test]
async fn what_was_done_by_hand_already_is_said() {
    let Staged { scene, group, ada, .. } = Staged::start().await;
    let nora = scene.at_the_door("Nora").await;
    ada.types(&format!("/approve {}", nora.id()));
    ada.reads().await;
    group.approves(&nora).expect("she asked");
    nora.hears_nothing().await;
    ada.presses("Yes");
    assert_snapshot!(ada.reads().await, @r"
    (edited) Rust Berlin

    I am letting Nora (7100000003) in.
    ---
    Rust Berlin

    Nora (7100000003) is in the group already. I remember that you approve.
    ");
    // Telegram itself has handled the request meanwhile.
    let olaf = scene.at_the_door("Olaf").await;
    olaf.withdraws_request();
    does(&ada, "approve", &olaf).await;
    assert_snapshot!(ada.reads().await, @r"
    (edited) Rust Berlin

    I am letting Olaf (7100000004) in.
    ---
    Rust Berlin

    ✅ Olaf (7100000004) may come in: as soon as they ask to join, I let them in. I have also sent them a personal link, if Telegram lets me write to them.
    ");
    olaf.hears_nothing().await;
    does(&ada, "revoke", &olaf).await;
    assert_snapshot!(ada.reads().await, @r"
    (edited) Rust Berlin

    I am taking the admission of Olaf (7100000004) back.
    ---
    Rust Berlin

    ✅ Olaf (7100000004) is out of the group and has to pass again next time.
    ");
    olaf.hears_nothing().await;
    assert!(group.living_links().is_empty());
    // An admin of the group is not removed.
    let mia = scene.at_the_door("Mia").await;
    proves(&scene, &mia, &mia.email()).await;
    ada.promotes_in(&group, &mia, Rights::GATEKEEPER);
    does(&ada, "revoke", &mia).await;
    assert_snapshot!(ada.reads().await, @r"
    (edited) Rust Berlin

    I am taking the admission of Mia (7100000005) back.
    ---
    Rust Berlin

    ❌ I could not remove Mia (7100000005): I lack the right Ban Users in the group, or they are an admin there. Please see to that, then try again. /doctor shows more.
    ");
    assert!(mia.is_member());
    scene.ends().await;
}

#[tokio::test]
async fn a_group_that_becomes_a_supergroup_takes_the_question_along() {
    let world = World::start().await;
    let ada = world.admin();
    let chess = ada.creates_basic_group("Chess Club");
    ada.makes_bot_admin_of(&chess, Rights::GATEKEEPER);
    let mut staged = Staged::without_bot(world, Setup::default(), |_, settings| {
        settings.admins.clear();
    })
    .await;
    keeps(&staged.scene, &chess, watched_by("Chess Club", &[&staged.ada])).await;
    staged.scene.starts_bot().await;
    let Staged { scene, bob, .. } = staged;
    let asks = Terms { creates_join_request: true, ..Terms::default() };
    let nora = scene.world.person("Nora");
    nora.opens(&chess.makes_link(asks).expect("a link"));
    nora.reads().await;
    ada.types(&format!("/approve {}", nora.id()));
    ada.reads().await;
    let (question, yes) = ada.notes_button("Yes");
    let moved = chess.migrates();
    bob.hears_nothing().await;
    let _ = ada.takes_unread();
    // The question's buttons name the old group.
    ada.presses_old(question, &yes);
    assert_snapshot!(ada.reads().await, @r"
    (edited) Chess Club

    I am letting Nora (7100000003) in.
    ---
    Chess Club

    ✅ Nora (7100000003) is in the group.
    ");
    assert!(moved.has_member(&nora));
    scene.ends().await;
}

#[tokio::test]
async fn a_question_too_old_to_be_changed_is_answered_below() {
    let Staged { scene, ada, .. } = Staged::start().await;
    let nora = scene.at_the_door("Nora").await;
    ada.types(&format!("/approve {}", nora.id()));
    ada.reads().await;
    let fault = Fault::bad_request("message can't be edited");
    scene.world.telegram.fails_next("editMessageText", fault);
    ada.presses("Yes");
    assert_snapshot!(ada.reads().await, @r"
    Rust Berlin

    I am letting Nora (7100000003) in.
    ---
    Rust Berlin

    ✅ Nora (7100000003) is in the group.
    ");
    assert!(nora.is_member());
    scene.ends().await;
}

#[tokio::test]
async fn removed_from_the_group_the_bot_says_so() {
    let Staged { scene, group, ada, bob } = Staged::start().await;
    let nora = scene.at_the_door("Nora").await;
    ada.types(&format!("/approve {}", nora.id()));
    ada.reads().await;
    let (question, yes) = ada.notes_button("Yes");
    group.removes_bot();
    for admin in [&ada, &bob] {
        hears(admin, "I am not in the group").await;
    }
    ada.presses_old(question, &yes);
    assert_snapshot!(ada.reads().await, @r"
    (edited) Rust Berlin

    I am not in this group, or no administrator there. Please add me to it as an administrator, then try again. Nothing was changed.
    ");
    ada.types(&format!("/approve {}", nora.id()));
    assert_snapshot!(ada.reads().await, @r"
    Rust Berlin

    I am not in this group, or no administrator there. Please add me to it as an administrator, then try again. Nothing was changed.
    ");
    nora.hears_nothing().await;
    scene.ends().await;
}

#[tokio::test]
async fn an_admin_who_blocks_the_bot_in_the_middle_holds_nothing_up() {
    let Staged { scene, ada, bob, .. } = Staged::start().await;
    let nora = scene.at_the_door("Nora").await;
    bob.types(&format!("/approve {}", nora.id()));
    bob.reads().await;
    bob.presses("Yes");
    bob.blocks_bot();
    nora.becomes_member().await;
    scene.world.settled().await;
    let _ = bob.takes_unread();
    ada.hears_nothing().await;
    bob.unblocks_bot();
    does(&bob, "approve", &nora).await;
    assert!(bob.reads().await.to_string().contains("is in the group already"));
    scene.ends().await;
}
