//! Everything that an admin can do, by everybody who might do it and whatever comes between.
//!
//! Each test goes through the whole table of `acts`.

use countersign::sandbox::Rights;
use countersign::sandbox::telegram::Fault;

use super::acts::{ALL, SECONDS, Shows, Stage, Step};

#[tokio::test]
async fn an_admin_whom_nobody_sees_does_it_as_any_other() {
    for act in ALL {
        let stage = Stage::of(act).await;
        stage.bob.is_anonymous_in(&stage.group, true);
        stage.leads_up(act, &stage.bob).await;
        stage.takes(&act.last, &stage.bob);
        let heard = stage.hears(&stage.bob).await;
        assert!(stage.shows(act, &heard).await, "{}:\n{heard}", act.name);
        assert_eq!(stage.group.bot_posts(), [], "{}: the group heard of it", act.name);
        stage.ends().await;
    }
}

/// With the very buttons of an admin, and their words.
#[tokio::test]
async fn a_stranger_cannot_do_it() {
    for act in ALL {
        let stage = Stage::of(act).await;
        let eve = stage.scene.world.person("Eve");
        eve.has_written_before();
        stage.leads_up(act, &stage.bob).await;
        match act.last {
            Step::Press(label) => {
                let (message, data) = stage.bob.notes_button(label);
                eve.presses_old(message, &data);
            }
            // The key for it is shown to admins only.
            Step::PickChannel => {
                eve.types("/log");
            }
            Step::Type(_) | Step::About(_) | Step::File(_) => stage.takes(&act.last, &eve),
        }
        let heard = stage.hears(&eve).await;
        assert!(!heard.is_empty(), "{}: a stranger hears nothing", act.name);
        assert!(!stage.shows(act, &heard).await, "{}:\n{heard}", act.name);
        let told = stage.hears(&stage.bob).await;
        assert_eq!(told, "", "{}: the admin hears of it", act.name);
        stage.ends().await;
    }
}

/// Every other one loses the right to let people in; the rest are members like any other.
#[tokio::test]
async fn who_is_no_admin_any_more_cannot_finish_it() {
    let lesser = Rights { can_invite_users: false, ..Rights::GATEKEEPER };
    for (number, act) in ALL.iter().enumerate() {
        let stage = Stage::of(act).await;
        stage.leads_up(act, &stage.bob).await;
        let told = if number % 2 == 0 {
            stage.ada.demotes_in(&stage.group, &stage.bob);
            "You are no administrator of this group"
        } else {
            stage.ada.promotes_in(&stage.group, &stage.bob, lesser);
            "without the right Invite Users via Link"
        };
        stage.takes(&act.last, &stage.bob);
        let heard = stage.hears(&stage.bob).await;
        assert!(heard.contains(told), "{}:\n{heard}", act.name);
        assert!(!stage.shows(act, &heard).await, "{}:\n{heard}", act.name);
        stage.ends().await;
    }
}

#[tokio::test]
async fn two_admins_do_it_at_once() {
    for act in ALL {
        let stage = Stage::of(act).await;
        let admins = [&stage.ada, &stage.bob];
        for admin in admins {
            stage.leads_up(act, admin).await;
        }
        for admin in admins {
            stage.takes(&act.last, admin);
        }
        let heard = [stage.hears(&stage.ada).await, stage.hears(&stage.bob).await];
        assert!(heard.iter().all(|heard| !heard.is_empty()), "{}:\n{heard:?}", act.name);
        assert!(stage.shows(act, &heard.concat()).await, "{}:\n{heard:?}", act.name);
        stage.ends().await;
    }
}

#[tokio::test]
async fn a_restart_in_the_middle_loses_nothing() {
    for act in ALL {
        let mut stage = Stage::of(act).await;
        stage.leads_up(act, &stage.bob).await;
        stage.scene.restarts_bot().await;
        stage.scene.stops_bot().await;
        // Done while nobody is on duty.
        stage.takes(&act.last, &stage.bob);
        stage.scene.starts_bot().await;
        let heard = stage.hears(&stage.bob).await;
        assert!(stage.shows(act, &heard).await, "{}:\n{heard}", act.name);
        stage.ends().await;
    }
}

#[tokio::test]
async fn when_telegram_does_not_say_who_is_an_admin_nothing_is_done_until_it_does() {
    for act in ALL {
        let stage = Stage::of(act).await;
        stage.leads_up(act, &stage.bob).await;
        let new = Fault::bad_request("something new");
        stage.scene.world.telegram.fails_next("getChatMember", new);
        stage.takes(&act.last, &stage.bob);
        let heard = stage.hears(&stage.bob).await;
        assert!(heard.contains("Telegram has not told me"), "{}:\n{heard}", act.name);
        assert!(!stage.shows(act, &heard).await, "{}:\n{heard}", act.name);
        // The key for picking a chat has been used, and is offered again where it was.
        if let Step::PickChannel = act.last {
            stage.takes(&Step::Press("Pick another one"), &stage.bob);
            stage.settles().await;
        }
        stage.takes(&act.last, &stage.bob);
        let heard = stage.hears(&stage.bob).await;
        assert!(stage.shows(act, &heard).await, "{}:\n{heard}", act.name);
        stage.ends().await;
    }
}

#[tokio::test]
async fn out_of_the_group_the_bot_does_nothing_there() {
    for act in ALL {
        let stage = Stage::of(act).await;
        stage.leads_up(act, &stage.bob).await;
        // What the bot says of its removal has buttons, too.
        let button = match act.last {
            Step::Press(label) => Some(stage.bob.notes_button(label)),
            Step::Type(_) | Step::About(_) | Step::File(_) | Step::PickChannel => None,
        };
        stage.ada.removes_bot_from(&stage.group);
        stage.settles().await;
        match button {
            Some((message, data)) => stage.bob.presses_old(message, &data),
            None => stage.takes(&act.last, &stage.bob),
        }
        let heard = stage.hears(&stage.bob).await;
        assert!(heard.contains("I am not in this group"), "{}:\n{heard}", act.name);
        assert!(!stage.shows(act, &heard).await, "{}:\n{heard}", act.name);
        stage.ends().await;
    }
}

#[tokio::test]
async fn the_group_becomes_a_supergroup_in_the_middle() {
    for act in ALL {
        let stage = Stage::of_basic(act).await;
        stage.leads_up(act, &stage.bob).await;
        let button = match act.last {
            Step::Press(label) => Some(stage.bob.notes_button(label)),
            Step::Type(_) | Step::About(_) | Step::File(_) | Step::PickChannel => None,
        };
        let _moved = stage.group.migrates();
        stage.settles().await;
        // The bot has just looked at the group by itself: a look in the same second says the same.
        stage.scene.passes(SECONDS);
        // The buttons carry the old id.
        match button {
            Some((message, data)) => stage.bob.presses_old(message, &data),
            None => stage.takes(&act.last, &stage.bob),
        }
        let heard = stage.hears(&stage.bob).await;
        assert!(stage.shows(act, &heard).await, "{}:\n{heard}", act.name);
        stage.ends().await;
    }
}

#[tokio::test]
async fn a_message_too_old_to_be_changed_is_followed_by_another() {
    for act in ALL {
        let stage = Stage::of(act).await;
        stage.leads_up(act, &stage.bob).await;
        let too_old = Fault::bad_request("message can't be edited");
        stage.scene.world.telegram.fails("editMessageText", too_old);
        stage.takes(&act.last, &stage.bob);
        let heard = stage.hears(&stage.bob).await;
        assert!(!heard.contains("(edited)") && heard.len() > 20, "{}:\n{heard}", act.name);
        stage.scene.world.telegram.recovers("editMessageText");
        assert!(stage.shows(act, &heard).await, "{}:\n{heard}", act.name);
        stage.ends().await;
    }
}

#[tokio::test]
async fn an_admin_who_blocks_the_bot_in_the_middle_holds_nothing_up() {
    for act in ALL {
        let Shows::Logged(_) = act.shows else { continue };
        let stage = Stage::of(act).await;
        stage.leads_up(act, &stage.bob).await;
        stage.takes(&act.last, &stage.bob);
        stage.bob.blocks_bot();
        stage.settles().await;
        assert!(stage.shows(act, "").await, "{}", act.name);
        stage.ends().await;
    }
}
