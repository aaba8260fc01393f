//! What is set up wrongly, and who hears of it.

use super::*;
use crate::administration::desk::findings::{Wants, of_group};
use crate::verification::event::Link;

fn link(url: &str) -> Link {
    let url = url.to_owned();
    Link { url, name: None, creator: None, asks: false, primary: false }
}

#[track_caller]
fn check(mode: &Mode, tidy: bool, group: Examination, expected: &[Finding]) {
    let found = of_group(&group, &Wants { mode: mode.clone(), tidy });
    assert_eq!(found, expected.iter().cloned().collect(), "{mode:?} {group:?}");
}

#[test]
fn each_mode_has_its_own_faults() {
    let rights = all_rights();
    for mode in [Mode::JoinRequest, Mode::PersonalLink] {
        check(&mode, false, well(), &[]);
        check(&mode, false, Examination { public: true, ..well() }, &[Finding::NoApproval]);
        let public = Examination { public: true, approves_new: true, ..well() };
        check(&mode, false, public, &[]);
        check(&mode, false, Examination { members_add: true, ..well() }, &[Finding::MembersAdd]);
        check(&mode, false, Examination { basic: true, ..well() }, &[]);
        let bot = BotRights { can_restrict: false, can_delete: false, ..rights };
        check(&mode, false, Examination { bot, ..well() }, &[]);
        check(&mode, true, Examination { bot, ..well() }, &[Finding::NoDelete]);
    }
    let lax = Examination { public: true, members_add: true, basic: true, ..well() };
    check(&RESTRICT, false, lax, &[Finding::Basic]);
    let bot = BotRights { can_restrict: false, can_invite: false, ..rights };
    check(
        &RESTRICT,
        false,
        Examination { bot, ..well() },
        &[Finding::NoInvite, Finding::NoRestrict],
    );
    for mode in [Mode::JoinRequest, RESTRICT] {
        let group = Examination { bot: member(), ..well() };
        check(&mode, true, group, &[Finding::NotAdmin]);
        let gone = Examination { bot: BotRights::default(), members_add: true, ..well() };
        check(&mode, true, gone, &[Finding::Gone]);
        let bots = Finding::OtherBots(vec!["Guard".to_owned()]);
        check(&mode, false, Examination { other_bots: vec!["Guard".into()], ..well() }, &[bots]);
    }
}

#[test]
fn whoever_asks_is_answered_with_a_new_message_and_the_button_changes_it() {
    let mut world = World::gated(Mode::JoinRequest);
    assert_eq!(briefs(&world.on(What::Examine { by: ADA })), ["examine"]);
    let out = world.on(examined(Examination { members_add: true, ..well() }));
    let written = world.serve(&out);
    assert_eq!(
        written,
        ["say 7: Findings(MembersAdd) [a.x.-1001]", "say 8: Findings(MembersAdd) [a.x.-1001]"]
    );
    // Mended, and looked at again by the button: Ben's message is brought up to date too.
    world.on(What::LookAgain { by: ADA });
    let out = world.on(examined(well()));
    assert_eq!(
        world.serve(&out),
        ["edit 7/101: Findings() [a.x.-1001]", "edit 8/102: Findings() [a.x.-1001]"]
    );
    // Nothing has changed: who asked still sees that it was looked at.
    world.on(What::LookAgain { by: ADA });
    let out = world.on(examined(well()));
    assert_eq!(world.serve(&out), ["edit 7/101: Findings() [a.x.-1001]"]);
    world.on(What::Examine { by: ADA });
    let out = world.on(examined(well()));
    assert_eq!(world.serve(&out), ["delete 7/101", "say 7: Findings() [a.x.-1001]"]);
}

#[test]
fn whoever_opens_a_gate_sees_at_once_what_is_wrong_and_later_only_what_is_new() {
    let mut world = World::gated(Mode::JoinRequest);
    assert_eq!(briefs(&world.on(What::Changed { by: ADA })), ["examine"]);
    let out = world.on(examined(well()));
    assert_eq!(world.serve(&out), ["say 7: Findings() [a.x.-1001]"]);
    assert_eq!(briefs(&world.on(What::Changed { by: ADA })), ["examine"]);
    assert!(world.on(examined(well())).orders.is_empty());
    world.change(|settings| settings.tidy = true);
    world.on(What::Changed { by: ADA });
    world.pass(minutes(2));
    let bot = BotRights { can_delete: false, ..all_rights() };
    let out = world.on(examined(Examination { bot, ..well() }));
    assert_eq!(
        world.serve(&out),
        [
            "delete 7/101",
            "say 7: Findings(NoDelete) [a.x.-1001]",
            "say 8: Findings(NoDelete) [a.x.-1001]"
        ]
    );
}

#[test]
fn an_admin_who_lost_their_rights_meanwhile_hears_nothing() {
    for rights in [Rights::Lesser, Rights::None, Rights::NoGroup] {
        let mut world = World::gated(Mode::JoinRequest);
        world.on(What::Examine { by: ADA });
        let out = world.on(examined(Examination { members_add: true, ..well() }));
        assert!(world.serve_with(&out.orders, |_| rights).is_empty(), "{rights:?}");
    }
}

#[test]
fn that_telegram_does_not_answer_is_said() {
    let mut world = World::gated(Mode::JoinRequest);
    world.on(What::Examine { by: ADA });
    let out = world.on(What::Examined(Examined::Unknown));
    assert_eq!(briefs(&out), ["say 7: Unexamined [a.x.-1001]"]);
    world.serve(&out);
    world.on(What::LookAgain { by: ADA });
    let out = world.on(examined(well()));
    let written = world.serve_with(&out.orders, |_| Rights::Unknown);
    assert_eq!(written, ["edit 7/101: Unexamined [a.x.-1001]"]);
    // Of a look that nobody asked for, nobody hears.
    world.standing(ADA, all_rights());
    assert!(world.on(What::Examined(Examined::Unknown)).orders.is_empty());
}

#[test]
fn a_bot_that_is_not_there_is_said_and_a_group_that_moved_is_looked_at_again() {
    let mut world = World::gated(Mode::JoinRequest);
    world.on(What::Examine { by: ADA });
    let out = world.on(What::Examined(Examined::NotThere));
    let written = world.serve_with(&out.orders, |_| Rights::NoGroup);
    assert_eq!(written, ["say 7: Findings(Gone) [a.x.-1001]", "say 8: Findings(Gone) [a.x.-1001]"]);
    let mut world = World::gated(Mode::JoinRequest);
    world.on(What::Examine { by: ADA });
    assert!(world.on(What::Examined(Examined::Moved(ChatId(-1005)))).orders.is_empty());
    assert_eq!(briefs(&world.on(What::Moved { from: GROUP })), ["examine"]);
    let out = world.on(examined(well()));
    assert_eq!(world.serve(&out), ["say 7: Findings() [a.x.-1001]"]);
}

#[test]
fn the_buttons_carry_the_new_number_of_a_group_that_moved() {
    let mut world = World::gated(Mode::JoinRequest);
    let out = world.on(examined(Examination { members_add: true, ..well() }));
    world.serve(&out);
    let gate = world.gates.remove(&GROUP).unwrap();
    let settings = world.shelf.settings.remove(&GROUP).unwrap();
    world.id = GateId(-1005);
    world.gates.insert(world.id, gate);
    world.shelf.settings.insert(world.id, settings);
    let out = world.on(What::Moved { from: GROUP });
    assert_eq!(
        world.serve(&out),
        [
            "examine",
            "edit 7/101: Findings(MembersAdd) [a.x.-1005]",
            "edit 8/102: Findings(MembersAdd) [a.x.-1005]"
        ]
    );
}

#[test]
fn a_link_that_asks_nobody_is_named_once_until_it_is_checked_again() {
    let mut world = World::gated(Mode::JoinRequest);
    let out = world.news(NORA, News::CameBy(link("https://t.me/+abc")));
    assert_eq!(
        world.serve(&out),
        ["say 7: Findings(UngatedLink) [a.x.-1001]", "say 8: Findings(UngatedLink) [a.x.-1001]"]
    );
    let out = world.news(MARA, News::CameBy(link("https://t.me/+abc")));
    assert!(out.orders.is_empty(), "the same link again: {:?}", briefs(&out));
    world.on(What::LookAgain { by: ADA });
    let out = world.on(examined(well()));
    assert_eq!(
        world.serve(&out),
        ["edit 7/101: Findings() [a.x.-1001]", "edit 8/102: Findings() [a.x.-1001]"]
    );
    world.pass(minutes(5));
    let out = world.news(MARA, News::CameBy(link("https://t.me/+abc")));
    assert_eq!(world.serve(&out).len(), 4, "it is still open, and both hear of it");
}

#[test]
fn links_that_ask_are_no_fault_and_neither_is_any_where_the_gate_mutes() {
    let mut world = World::gated(Mode::JoinRequest);
    let asks = Link { asks: true, ..link("https://t.me/+abc") };
    assert!(world.news(NORA, News::CameBy(asks)).orders.is_empty());
    let mut mutes = World::gated(RESTRICT);
    assert!(mutes.news(NORA, News::CameBy(link("https://t.me/+abc"))).orders.is_empty());
}

#[test]
fn a_link_is_forgotten_after_a_week_and_no_more_than_a_few_are_remembered() {
    let mut world = World::gated(Mode::JoinRequest);
    for n in 0..20 {
        let out = world.news(NORA, News::CameBy(link(&format!("https://t.me/+{n}"))));
        world.serve(&out);
    }
    let orders = world.pass(days(6));
    assert!(orders.is_empty());
    let orders = world.pass(days(1));
    let written = world.serve_with(&orders, |_| Rights::Admin);
    assert_eq!(written.len(), 2, "{written:?}");
    assert!(written.iter().all(|said| said.contains("Findings() ")), "{written:?}");
}

#[test]
fn what_changes_while_a_message_is_on_its_way_is_added_when_it_is_there() {
    let mut world = World::gated(Mode::JoinRequest);
    world.shelf.settings.get_mut(&GROUP).unwrap().admins.remove(&BEN);
    world.on(examined(Examination { members_add: true, ..well() }));
    let out = world.rights(ADA, Rights::Admin, Tag::Doctor(ADA));
    assert_eq!(briefs(&out), ["say 7: Findings(MembersAdd) [a.x.-1001]"]);
    world.on(examined(well()));
    let out =
        world.on(What::Said { tag: Tag::Doctor(ADA), chat: ChatId(7), message: MessageId(50) });
    assert_eq!(world.serve(&out), ["edit 7/50: Findings() [a.x.-1001]"]);
}

#[test]
fn two_findings_within_a_moment_ring_the_phone_once() {
    let mut world = World::gated(Mode::JoinRequest);
    world.shelf.settings.get_mut(&GROUP).unwrap().admins.remove(&BEN);
    let less = BotRights { can_invite: false, ..all_rights() };
    let out = world.standing(MARA, less);
    world.serve(&out);
    let out = world.on(examined(Examination { bot: less, members_add: true, ..well() }));
    assert_eq!(world.serve(&out), ["edit 7/101: Findings(NoInvite MembersAdd) [a.x.-1001]"]);
}

#[test]
fn an_admin_who_blocked_the_bot_is_tried_once_for_each_loss() {
    let mut world = World::gated(Mode::JoinRequest);
    world.shelf.settings.get_mut(&GROUP).unwrap().admins.remove(&BEN);
    let less = BotRights { can_invite: false, ..all_rights() };
    for _ in 0..2 {
        world.standing(MARA, less);
        assert_eq!(world.rights(ADA, Rights::Admin, Tag::Doctor(ADA)).orders.len(), 1);
        world.on(What::Unsaid { tag: Tag::Doctor(ADA) });
        assert_eq!(briefs(&world.standing(MARA, less)), ["examine"]);
        assert_eq!(briefs(&world.standing(MARA, all_rights())), ["examine"]);
    }
}

#[test]
fn a_gate_of_the_config_tells_its_owners_and_whoever_acted_there() {
    let mut world = World::configured(Mode::JoinRequest);
    world.owners.push(OWNER);
    world.on(What::Examine { by: BEN });
    let out = world.on(examined(Examination { members_add: true, ..well() }));
    let written = world.serve(&out);
    assert_eq!(
        written,
        ["say 8: Findings(MembersAdd) [a.x.-1001]", "say 9: Findings(MembersAdd) [a.x.-1001]"]
    );
}

#[test]
fn rights_that_nobody_asked_for_lead_to_nothing() {
    let mut world = World::gated(Mode::JoinRequest);
    for tag in [Tag::Doctor(ADA), Tag::Doctor(BEN), Tag::Card(FIRST, ADA), Tag::Log, Tag::Panel] {
        assert!(world.rights(ADA, Rights::Admin, tag).orders.is_empty(), "{tag:?}");
    }
}
