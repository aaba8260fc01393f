//! The bot comes, goes, and is given or denied rights.

use super::*;
use crate::administration::panel;

fn invitation(admin: bool) -> Message {
    let what = panel::What::AddedTo { gate: GROUP, title: "Rust Berlin".to_owned(), admin };
    Message::Panel(ADA, what)
}

#[test]
fn whoever_may_gate_groups_is_invited_once_when_they_bring_the_bot() {
    let mut world = World::empty();
    let out = world.standing(ADA, all_rights());
    assert_eq!(out.messages, [invitation(true)]);
    assert!(out.orders.is_empty());
    // More rights, fewer rights, another admin: nobody is invited again.
    for (by, rights) in [(ADA, member()), (ADA, all_rights()), (BEN, member()), (BEN, all_rights())]
    {
        let out = world.standing(by, rights);
        assert!(out.messages.is_empty() && out.orders.is_empty(), "{:?}", briefs(&out));
    }
    world.standing(ADA, BotRights::default());
    assert!(world.desk.is_forgettable());
    assert_eq!(world.standing(ADA, all_rights()).messages, [invitation(true)]);
}

#[test]
fn whoever_brings_it_as_a_plain_member_is_told_so_and_not_again_when_it_is_promoted() {
    let mut world = World::empty();
    assert_eq!(world.standing(ADA, member()).messages, [invitation(false)]);
    assert!(world.standing(ADA, all_rights()).messages.is_empty());
}

#[test]
fn a_stranger_hears_one_polite_sentence() {
    let mut world = World::empty();
    let out = world.standing(BEN, member());
    assert_eq!(briefs(&out), ["say -1001: Goodbye", "leave"]);
    assert_eq!(out.orders[0].language, Language::new("de"));
    assert!(out.messages.is_empty());
    assert_eq!(out.deeds[0].what, "left_group");
    let mut open = World::empty();
    open.open_enrolment = true;
    assert_eq!(open.standing(BEN, all_rights()).messages.len(), 1);
    let mut owned = World::empty();
    owned.owners.push(OWNER);
    assert_eq!(owned.standing(OWNER, all_rights()).messages.len(), 1);
}

#[test]
fn a_stranger_who_touches_the_bot_in_a_group_that_is_being_set_up_does_not_drive_it_away() {
    let mut world = World::empty();
    world.settle(Settings::new("Rust Berlin", ADA, world.now));
    let out = world.standing(BEN, all_rights());
    assert!(out.orders.is_empty() && out.messages.is_empty(), "{:?}", briefs(&out));
}

#[test]
fn an_anonymous_admin_finds_a_signpost() {
    let mut shown = World::empty();
    let out = shown.standing(ANONYMOUS, all_rights());
    assert_eq!(briefs(&out), ["say -1001: Signpost(true) [open s]"]);
    let mut flagged = World::empty();
    let out = flagged.on(What::BotStanding {
        by: ADA,
        anonymous: true,
        language: None,
        name: None,
        title: "Rust Berlin".to_owned(),
        channel: false,
        rights: member(),
    });
    assert_eq!(briefs(&out), ["say -1001: Signpost(false) [open s]"]);
    let Task::Say { keyboard: Keyboard::Buttons(rows), .. } = &out.orders[0].task else {
        panic!("no button")
    };
    assert_eq!(rows[0][0].does, Does::Open(flagged.keys.setup(GROUP)));
}

#[test]
fn the_signpost_goes_when_it_was_used() {
    let mut world = World::empty();
    world.standing(ADA, all_rights());
    let out = world.on(What::NeedSignpost { by: ADA });
    assert_eq!(briefs(&out), ["say -1001: Signpost(true) [open s]"]);
    assert!(world.on(What::NeedSignpost { by: ADA }).orders.is_empty(), "a second one");
    world.serve(&out);
    assert_eq!(briefs(&world.on(What::SignpostUsed)), ["delete -1001/101"]);
    assert!(world.on(What::SignpostUsed).orders.is_empty());
}

#[test]
fn the_signpost_goes_after_a_day_and_when_the_gate_is_opened() {
    let mut world = World::empty();
    world.standing(ANONYMOUS, all_rights());
    world.on(What::Said { tag: Tag::Signpost, chat: ChatId(GROUP.0), message: MessageId(5) });
    assert!(world.pass(minutes(23 * 60)).is_empty());
    let orders = world.pass(minutes(60));
    assert_eq!(orders.iter().map(brief).collect::<Vec<_>>(), ["delete -1001/5"]);

    let mut opened = World::empty();
    opened.standing(ANONYMOUS, all_rights());
    opened.on(What::Said { tag: Tag::Signpost, chat: ChatId(GROUP.0), message: MessageId(5) });
    let mut settings = Settings::new("Rust Berlin", ADA, opened.now);
    settings.open = true;
    opened.settle(settings);
    let out = opened.on(What::Changed { by: ADA });
    assert_eq!(briefs(&out), ["delete -1001/5", "examine"]);
}

#[test]
fn a_signpost_that_was_used_before_it_stood_goes_as_soon_as_it_stands() {
    let mut world = World::empty();
    world.standing(ANONYMOUS, all_rights());
    assert!(world.on(What::SignpostUsed).orders.is_empty());
    let stands = What::Said { tag: Tag::Signpost, chat: ChatId(GROUP.0), message: MessageId(5) };
    assert_eq!(briefs(&world.on(stands)), ["delete -1001/5"]);
    world.on(What::NeedSignpost { by: ADA });
    assert!(world.on(What::Unsaid { tag: Tag::Signpost }).orders.is_empty());
}

#[test]
fn no_signpost_is_put_up_where_the_bot_is_not_or_where_there_is_a_gate() {
    assert!(World::empty().on(What::NeedSignpost { by: ADA }).orders.is_empty());
    let mut gated = World::gated(Mode::JoinRequest);
    assert!(gated.on(What::NeedSignpost { by: ADA }).orders.is_empty());
}

#[test]
fn lost_rights_are_told_to_every_admin_once_and_cleared_when_they_are_back() {
    let mut world = World::gated(Mode::JoinRequest);
    world.owners.push(OWNER);
    let less = BotRights { can_invite: false, ..all_rights() };
    let out = world.standing(MARA, less);
    assert_eq!(
        briefs(&out),
        ["7 Doctor(UserId(7))", "8 Doctor(UserId(8))", "9 Doctor(UserId(9))", "examine"]
    );
    assert_eq!((out.deeds[0].what.as_str(), out.deeds[0].by), ("rights_lost", Some(MARA)));
    let is_there = |who| if who == OWNER { Rights::None } else { Rights::Admin };
    let written = world.serve_with(&out.orders, is_there);
    assert_eq!(
        written,
        [
            "examine",
            "say 7: Findings(NoInvite) [a.x.-1001]",
            "say 8: Findings(NoInvite) [a.x.-1001]"
        ]
    );
    // The same again, and what a look at the group says of it, is no news.
    let out = world.standing(MARA, less);
    let written = world.serve_with(&out.orders, is_there);
    assert_eq!(written, ["examine"]);
    world.pass(minutes(5));
    let out = world.on(examined(Examination { bot: less, ..well() }));
    assert!(world.serve_with(&out.orders, is_there).is_empty());

    let out = world.standing(MARA, all_rights());
    assert_eq!(out.deeds[0].what, "rights_regained");
    let written = world.serve_with(&out.orders, is_there);
    assert_eq!(
        written,
        ["examine", "edit 7/101: Findings() [a.x.-1001]", "edit 8/102: Findings() [a.x.-1001]"]
    );
    // Lost again: told again, in the place of the old message.
    let out = world.standing(MARA, less);
    let written = world.serve_with(&out.orders, |who| match who {
        ADA => Rights::Admin,
        _ => Rights::None,
    });
    assert_eq!(written, ["examine", "delete 7/101", "say 7: Findings(NoInvite) [a.x.-1001]"]);
}

#[test]
fn a_bot_that_may_ask_nobody_any_more_says_only_that() {
    let mut world = World::gated(Mode::JoinRequest);
    let out = world.on(examined(Examination { members_add: true, ..well() }));
    world.serve(&out);
    world.pass(minutes(10));
    let out = world.standing(MARA, member());
    let written = world.serve_with(&out.orders, |_| Rights::Unknown);
    assert!(written.contains(&"say 7: Findings(NotAdmin) [a.x.-1001]".to_owned()), "{written:?}");
}

#[test]
fn whoever_waits_for_the_bots_rights_hears_when_it_has_them() {
    let mut world = World::gated(RESTRICT);
    let less = BotRights { can_restrict: false, ..all_rights() };
    world.standing(MARA, less);
    assert!(briefs(&world.news(NORA, News::Stuck)).contains(&"examine".to_owned()));
    let mut out = world.standing(MARA, BotRights { can_invite: false, ..less });
    assert!(to_applicants(&out).is_empty());
    out = world.standing(MARA, less);
    assert!(to_applicants(&out).is_empty(), "it cannot free anybody yet");
    out = world.standing(MARA, BotRights { can_delete: false, ..all_rights() });
    assert_eq!(to_applicants(&out), [(NORA, Did::DoorMended { gate: GROUP })]);
    assert!(to_applicants(&world.standing(MARA, all_rights())).is_empty(), "told twice");
}

#[test]
fn the_group_is_looked_at_every_ten_minutes_while_somebody_is_stuck() {
    let mut world = World::gated(Mode::JoinRequest);
    assert_eq!(briefs(&world.news(NORA, News::Stuck)), ["examine"]);
    assert!(world.news(MARA, News::Stuck).orders.is_empty(), "it was looked at just now");
    assert_eq!(world.pass(minutes(10)).iter().map(brief).collect::<Vec<_>>(), ["examine"]);
    let out = world.on(examined(well()));
    assert_eq!(to_applicants(&out).len(), 2);
    assert!(world.pass(days(1)).is_empty());
}

#[test]
fn a_bot_that_is_thrown_out_closes_its_cards_and_says_so_once() {
    let mut world = World::gated(RESTRICT);
    world.card_for(NORA);
    let muted = world.news(MARA, News::Muted);
    world.serve(&muted);
    let out = world.standing(MARA, BotRights::default());
    assert_eq!(out.deeds[0].what, "bot_removed");
    let written = world.serve_with(&out.orders, |_| Rights::NoGroup);
    assert_eq!(
        written,
        [
            "edit 7/101: CardOver(NoGate)",
            "edit 8/102: CardOver(NoGate)",
            "say 7: Findings(Gone) [a.x.-1001]",
            "say 8: Findings(Gone) [a.x.-1001]"
        ]
    );
    let out = world.on(What::Examined(Examined::NotThere));
    assert!(out.orders.is_empty(), "{:?}", briefs(&out));
    // Back again: what stood there is brought up to date.
    let out = world.standing(ADA, all_rights());
    let written = world.serve(&out);
    assert_eq!(
        written,
        ["examine", "edit 7/104: Findings() [a.x.-1001]", "edit 8/105: Findings() [a.x.-1001]"]
    );
}

#[test]
fn a_gate_that_was_dismantled_leaves_nothing_behind() {
    let mut world = World::gated(RESTRICT);
    world.card_for(NORA);
    let muted = world.news(MARA, News::Muted);
    world.serve(&muted);
    world.gates.clear();
    world.shelf.settings.clear();
    let out = world.on(What::Changed { by: ADA });
    assert_eq!(
        briefs(&out),
        ["edit 7/101: CardOver(NoGate)", "edit 8/102: CardOver(NoGate)", "delete -1001/103"]
    );
    world.standing(ADA, BotRights::default());
    world.pass(days(3));
    assert!(world.desk.is_forgettable(), "{:?}", world.desk);
}
