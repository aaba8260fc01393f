//! Applicants ask for an admin.

use super::*;
use crate::verification::event::AdmissionOutcome;

const BUTTONS: &str =
    "[a.c.-1001.1000000000.approve a.c.-1001.1000000000.decline a.c.-1001.1000000000.unlock]";

fn answer(card: u32, by: UserId, act: Act, query: &str) -> What {
    What::AnswerCard { card, by, act, query: Some(query.to_owned()) }
}

#[test]
fn every_admin_gets_one_card_once_their_rights_are_known() {
    let mut world = World::gated(Mode::JoinRequest);
    let out = world.news(NORA, help());
    assert_eq!(briefs(&out), ["7 Card(1000000000, UserId(7))", "8 Card(1000000000, UserId(8))"]);
    let written = world.serve(&out);
    assert_eq!(written, [format!("say 7: Card {BUTTONS}"), format!("say 8: Card {BUTTONS}")]);
}

#[test]
fn the_first_answer_wins_and_the_others_see_by_whom() {
    let mut world = World::gated(Mode::JoinRequest);
    world.card_for(NORA);
    let out = world.on(answer(FIRST, ADA, Act::Approve, "q1"));
    let stepped_in = Did::SteppedIn { gate: GROUP, act: Act::Approve, by: ADA };
    assert_eq!(to_applicants(&out), [(NORA, stepped_in)]);
    assert_eq!(
        briefs(&out),
        ["answer q1", "edit 7/101: Approve by you", "edit 8/102: Approve by Ada"]
    );
    let late = world.on(answer(FIRST, BEN, Act::Decline, "q2"));
    assert!(to_applicants(&late).is_empty());
    assert_eq!(briefs(&late), ["answer q2: already Approve by Ada (alert)"]);
    let twice = world.on(answer(FIRST, ADA, Act::Approve, "q3"));
    assert!(to_applicants(&twice).is_empty());
    assert_eq!(briefs(&twice), ["answer q3: already Approve by you (alert)"]);

    let done = News::Done { act: Act::Approve, by: ADA, result: ActResult::Done };
    let out = world.news(NORA, done);
    assert_eq!(briefs(&out), ["edit 7/101: Approve by you: Done"]);
    let deed = &out.deeds[0];
    assert_eq!(
        (deed.what.as_str(), deed.by, deed.about, deed.gate),
        ("approved", Some(ADA), Some(NORA), Some(GROUP))
    );
}

#[test]
fn every_act_of_a_card_goes_to_the_applicants_rules() {
    for act in [Act::Approve, Act::Decline, Act::Unlock] {
        let mut world = World::gated(Mode::JoinRequest);
        world.card_for(NORA);
        let out = world.on(answer(FIRST, BEN, act, "q"));
        let stepped_in = Did::SteppedIn { gate: GROUP, act, by: BEN };
        assert_eq!(to_applicants(&out), [(NORA, stepped_in)]);
    }
}

#[test]
fn what_a_card_does_not_offer_or_no_card_leads_to_nothing_but_an_answer() {
    let mut world = World::gated(Mode::JoinRequest);
    world.card_for(NORA);
    for what in [answer(FIRST, ADA, Act::Revoke, "q"), answer(FIRST + 76, ADA, Act::Approve, "q")] {
        let out = world.on(what);
        assert_eq!(briefs(&out), ["answer q: CardGone (alert)"]);
        assert!(out.messages.is_empty() && out.deeds.is_empty());
    }
    let out = world.on(What::AnswerCard { card: 77, by: ADA, act: Act::Approve, query: None });
    assert!(out.orders.is_empty());
}

#[test]
fn that_telegram_would_not_is_said_to_all() {
    let mut world = World::gated(Mode::JoinRequest);
    world.card_for(NORA);
    world.on(answer(FIRST, ADA, Act::Approve, "q1"));
    let result = ActResult::Refused(AdmissionOutcome::NoRights);
    let out = world.news(NORA, News::Done { act: Act::Approve, by: ADA, result });
    assert_eq!(
        briefs(&out),
        [
            "edit 7/101: Approve by you: Refused(NoRights)",
            "edit 8/102: Approve by Ada: Refused(NoRights)"
        ]
    );
    assert_eq!(out.deeds[0].detail, Detail::Refused);
}

#[test]
fn a_command_answers_the_card_too_and_its_outcome_is_said_elsewhere() {
    let mut world = World::gated(Mode::JoinRequest);
    world.card_for(NORA);
    let out = world.on(What::SteppedIn { about: NORA, by: BEN, act: Act::Unlock });
    assert!(out.messages.is_empty(), "the command itself was the step");
    assert_eq!(briefs(&out), ["edit 7/101: Unlock by Ben", "edit 8/102: Unlock by you"]);
    let done = News::Done { act: Act::Unlock, by: BEN, result: ActResult::Done };
    let out = world.news(NORA, done);
    assert!(out.orders.is_empty(), "{:?}", briefs(&out));
    assert_eq!(out.deeds.len(), 1);
}

#[test]
fn whoever_needs_no_admin_any_more_takes_the_card_along() {
    let mut world = World::gated(Mode::JoinRequest);
    world.card_for(NORA);
    world.card_for(MARA);
    let out = world.news(NORA, News::HelpOver);
    assert_eq!(
        briefs(&out),
        ["edit 7/101: CardOver(NotNeeded)", "edit 8/102: CardOver(NotNeeded)"]
    );
    assert!(world.news(NORA, News::HelpOver).orders.is_empty());
    let late = world.on(answer(FIRST, ADA, Act::Approve, "q"));
    assert_eq!(briefs(&late), ["answer q: CardGone (alert)"]);
    assert!(late.messages.is_empty());
    let other = world.on(answer(FIRST + 1, ADA, Act::Approve, "q"));
    assert_eq!(to_applicants(&other)[0].0, MARA);
}

#[test]
fn whoever_asks_again_has_one_card_still() {
    let mut world = World::gated(Mode::JoinRequest);
    world.card_for(NORA);
    let again =
        News::HelpWanted { at: HelpStep::Stopped, wrong: 50, masked: None, turned_back: None };
    let out = world.news(NORA, again);
    let written = world.serve(&out);
    assert_eq!(
        written,
        [format!("edit 7/101: Card {BUTTONS}"), format!("edit 8/102: Card {BUTTONS}")]
    );
    world.on(answer(FIRST, ADA, Act::Unlock, "q"));
    let out = world.news(NORA, help());
    assert!(briefs(&out)[0].contains("Card(1000000001,"), "an answered card is done");
}

#[test]
fn an_ex_admin_gets_no_card_and_loses_the_one_they_have() {
    for rights in [Rights::Lesser, Rights::None, Rights::NoGroup] {
        let mut world = World::gated(Mode::JoinRequest);
        let out = world.news(NORA, help());
        let written =
            world.serve_with(&out.orders, |who| if who == BEN { rights } else { Rights::Admin });
        assert_eq!(written, [format!("say 7: Card {BUTTONS}")]);
        let out = world.news(NORA, help());
        let written = world.serve_with(&out.orders, |_| rights);
        assert_eq!(written, ["edit 7/101: CardOver(NotYours)"]);
    }
    let mut world = World::gated(Mode::JoinRequest);
    let out = world.news(NORA, help());
    assert!(world.serve_with(&out.orders, |_| Rights::Unknown).is_empty());
}

#[test]
fn at_a_gate_of_the_config_those_get_cards_who_acted_there_as_admins() {
    let mut world = World::configured(Mode::JoinRequest);
    assert!(world.news(NORA, help()).orders.is_empty(), "nobody is known");
    world.owners.push(OWNER);
    assert_eq!(briefs(&world.news(NORA, help())), ["9 Card(1000000000, UserId(9))"]);
    world.on(What::SteppedIn { about: MARA, by: ADA, act: Act::Approve });
    world.on(What::Attached { by: BEN });
    let out = world.news(MARA, help());
    assert_eq!(briefs(&out), ["7 Card(1000000001, UserId(7))", "8 Card(1000000001, UserId(8))"]);
    // Ben is no admin any more: he is not asked about again.
    world.serve_with(&out.orders, |who| if who == BEN { Rights::None } else { Rights::Admin });
    world.news(MARA, News::HelpOver);
    assert_eq!(briefs(&world.news(MARA, help())), ["7 Card(1000000002, UserId(7))"]);
}

#[test]
fn a_card_that_was_on_its_way_says_how_it_ended() {
    let mut world = World::gated(Mode::JoinRequest);
    world.news(NORA, help());
    for admin in [ADA, BEN] {
        world.rights(admin, Rights::Admin, Tag::Card(FIRST, admin));
    }
    let said = |admin: UserId, message| {
        let chat = ChatId(i64::try_from(admin.0).unwrap());
        What::Said { tag: Tag::Card(FIRST, admin), chat, message: MessageId(message) }
    };
    assert!(world.on(said(ADA, 50)).orders.is_empty());
    assert_eq!(briefs(&world.on(answer(FIRST, ADA, Act::Decline, "q"))).len(), 2);
    assert_eq!(briefs(&world.on(said(BEN, 51))), ["edit 8/51: Decline by Ada"]);
    // An edit that was too late is said anew, and that is all.
    assert!(world.on(said(BEN, 52)).orders.is_empty());
    // Whoever's rights become known only now gets none.
    let mut slow = World::gated(Mode::JoinRequest);
    slow.news(NORA, help());
    slow.news(NORA, News::HelpOver);
    assert!(slow.rights(ADA, Rights::Admin, Tag::Card(FIRST, ADA)).orders.is_empty());
}

#[test]
fn admins_who_blocked_the_bot_are_skipped() {
    let mut world = World::gated(Mode::JoinRequest);
    world.card_for(NORA);
    world.on(What::Unsaid { tag: Tag::Card(FIRST, BEN) });
    let out = world.on(answer(FIRST, ADA, Act::Approve, "q"));
    assert_eq!(briefs(&out), ["answer q", "edit 7/101: Approve by you"]);
}

#[test]
fn cards_are_closed_after_a_week_and_forgotten_later() {
    let mut world = World::gated(Mode::JoinRequest);
    world.card_for(NORA);
    assert!(world.pass(days(6)).is_empty());
    let closed: Vec<_> = world.pass(days(1)).iter().map(brief).collect();
    assert_eq!(closed, ["edit 7/101: CardOver(TooOld)", "edit 8/102: CardOver(TooOld)"]);
    world.pass(days(2));
    assert_eq!(world.desk.cards.due(), None);
    assert_eq!(
        briefs(&world.on(answer(FIRST, ADA, Act::Approve, "q"))),
        ["answer q: CardGone (alert)"]
    );
}

#[test]
fn two_hundred_cards_are_kept_and_the_oldest_goes_first() {
    let mut world = World::gated(Mode::JoinRequest);
    world.card_for(NORA);
    for n in 0..198 {
        world.card_for(UserId(1000 + n));
    }
    world.on(answer(FIRST + 49, ADA, Act::Decline, "q"));
    assert_eq!(world.card_for(UserId(5000)).len(), 2, "the 200th");
    assert_eq!(world.card_for(UserId(5001)).len(), 2, "the answered one made room");
    let full = world.card_for(UserId(5002));
    assert_eq!(
        full[..2],
        ["edit 7/101: CardOver(TooOld)".to_owned(), "edit 8/102: CardOver(TooOld)".to_owned()]
    );
    assert_eq!(
        briefs(&world.on(answer(FIRST, ADA, Act::Approve, "q"))),
        ["answer q: CardGone (alert)"]
    );
}

#[test]
fn the_buttons_carry_the_new_number_of_a_group_that_moved() {
    let mut world = World::gated(Mode::JoinRequest);
    world.card_for(NORA);
    let gate = world.gates.remove(&GROUP).unwrap();
    let settings = world.shelf.settings.remove(&GROUP).unwrap();
    world.id = GateId(-1005);
    world.gates.insert(world.id, gate);
    world.shelf.settings.insert(world.id, settings);
    let out = world.on(What::Moved { from: GROUP });
    let written = world.serve(&out);
    assert!(
        written[1].starts_with("edit 7/101: Card [a.c.-1005.1000000000.approve"),
        "{written:?}"
    );
    let out = world.on(answer(FIRST, ADA, Act::Approve, "q"));
    let gate = world.id;
    let stepped_in = Did::SteppedIn { gate, act: Act::Approve, by: ADA };
    assert_eq!(to_applicants(&out), [(NORA, stepped_in)]);
}

#[test]
fn no_button_of_an_old_card_answers_a_new_one_of_a_desk_that_was_forgotten() {
    let mut world = World::gated(Mode::JoinRequest);
    world.card_for(NORA);
    world.desk = Desk::default();
    world.pass(minutes(1));
    world.card_for(MARA);
    let out = world.on(answer(FIRST, ADA, Act::Approve, "q"));
    assert_eq!(briefs(&out), ["answer q: CardGone (alert)"]);
    assert!(out.messages.is_empty());
}
