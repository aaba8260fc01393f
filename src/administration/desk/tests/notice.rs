//! The notice to those who are muted, and a tidy group.

use super::*;

fn muted(world: &mut World, user: u64) -> Outcome {
    let name = Some(Name { full: format!("P{user}"), username: Some("ignored".to_owned()) });
    let (about, language) = (UserId(user), Language::default());
    world.on(What::Notice { about, name, language, notice: News::Muted })
}

fn over(world: &mut World, user: u64) -> Outcome {
    let (about, language) = (UserId(user), Language::default());
    world.on(What::Notice { about, name: None, language, notice: News::MuteOver })
}

fn written(orders: &[Order]) -> Vec<String> {
    orders.iter().map(brief).collect()
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

#[test]
fn one_who_is_muted_gets_a_button_of_their_own() {
    let mut world = World::gated(RESTRICT);
    let out = muted(&mut world, 31);
    assert_eq!(briefs(&out), ["say -1001: Muted(P31) [open r]"]);
    let Task::Say { keyboard: Keyboard::Buttons(rows), group, .. } = &out.orders[0].task else {
        panic!("no button")
    };
    assert_eq!(rows[0][0].does, Does::Open(world.keys.member(UserId(31), GROUP)));
    assert_eq!(*group, None);
    world.serve(&out);
    assert_eq!(briefs(&over(&mut world, 31)), ["delete -1001/101"]);
    assert!(over(&mut world, 31).orders.is_empty());
    world.pass(minutes(1));
    assert!(world.desk.notice.is_forgettable());
}

#[test]
fn in_a_rush_there_is_one_message_changed_every_five_seconds() {
    let mut world = World::gated(RESTRICT);
    let out = muted(&mut world, 31);
    world.serve(&out);
    for user in 32..=34 {
        assert!(muted(&mut world, user).orders.is_empty());
    }
    assert_eq!(
        written(&world.pass(seconds(5))),
        ["edit -1001/101: ManyMuted(4: P31, P32, P33, P34) [open g]"]
    );
    for user in 35..=42 {
        assert!(muted(&mut world, user).orders.is_empty());
    }
    assert_eq!(written(&world.pass(seconds(5))), ["edit -1001/101: ManyMuted(12: ) [open g]"]);
    for user in 31..=41 {
        assert!(over(&mut world, user).orders.is_empty());
    }
    assert_eq!(written(&world.pass(seconds(5))), ["edit -1001/101: Muted(P42) [open r]"]);
    assert_eq!(briefs(&over(&mut world, 42)), ["delete -1001/101"]);
    assert!(world.pass(days(10)).is_empty());
}

#[test]
fn while_the_message_is_on_its_way_there_is_no_second_one() {
    let mut world = World::gated(RESTRICT);
    muted(&mut world, 31);
    world.pass(seconds(20));
    assert!(muted(&mut world, 32).orders.is_empty());
    let there = What::Said { tag: Tag::Notice, chat: ChatId(GROUP.0), message: MessageId(5) };
    assert_eq!(briefs(&world.on(there)), ["edit -1001/5: ManyMuted(2: P31, P32) [open g]"]);
    let mut gone = World::gated(RESTRICT);
    muted(&mut gone, 31);
    assert!(over(&mut gone, 31).orders.is_empty());
    let there = What::Said { tag: Tag::Notice, chat: ChatId(GROUP.0), message: MessageId(5) };
    assert_eq!(briefs(&gone.on(there)), ["delete -1001/5"]);
}

#[test]
fn who_comes_when_the_notice_has_scrolled_away_gets_a_new_one_in_its_place() {
    let mut world = World::gated(RESTRICT);
    let out = muted(&mut world, 31);
    world.serve(&out);
    world.pass(minutes(30));
    let out = muted(&mut world, 32);
    assert_eq!(briefs(&out), ["delete -1001/101", "say -1001: ManyMuted(2: P31, P32) [open g]"]);
    world.serve(&out);
    world.pass(minutes(30));
    assert_eq!(briefs(&over(&mut world, 31)), ["edit -1001/102: Muted(P32) [open r]"]);
}

#[test]
fn a_notice_that_telegram_will_not_remove_any_more_says_nothing_any_more() {
    let mut world = World::gated(RESTRICT);
    let out = muted(&mut world, 31);
    world.serve(&out);
    world.pass(days(3));
    assert_eq!(briefs(&over(&mut world, 31)), ["edit -1001/101: NobodyMuted", "delete -1001/101"]);
}

#[test]
fn a_notice_that_was_removed_by_an_admin_is_followed_to_its_new_place() {
    let mut world = World::gated(RESTRICT);
    let out = muted(&mut world, 31);
    world.serve(&out);
    muted(&mut world, 32);
    world.pass(seconds(5));
    let anew = What::Said { tag: Tag::Notice, chat: ChatId(GROUP.0), message: MessageId(300) };
    assert_eq!(briefs(&world.on(anew)), ["delete -1001/101"]);
    over(&mut world, 31);
    assert_eq!(briefs(&over(&mut world, 32)), ["delete -1001/300"]);
}

#[test]
fn a_notice_that_cannot_be_written_is_tried_with_the_next_one() {
    let mut world = World::gated(RESTRICT);
    muted(&mut world, 31);
    world.on(What::Unsaid { tag: Tag::Notice });
    assert!(world.pass(minutes(1)).is_empty());
    assert_eq!(briefs(&muted(&mut world, 32)), ["say -1001: ManyMuted(2: P31, P32) [open g]"]);
}

#[test]
fn five_hundred_are_remembered_and_the_notice_says_that_there_are_more() {
    let mut world = World::gated(RESTRICT);
    let out = muted(&mut world, 1);
    world.serve(&out);
    for user in 2..=501 {
        muted(&mut world, user);
    }
    assert_eq!(written(&world.pass(seconds(5))), ["edit -1001/101: ManyMuted(500+: ) [open g]"]);
}

#[test]
fn nobody_advertises_by_their_name() {
    for name in ["Buy @coins", "t.me/evil", "evil.example now", "#spam"] {
        let mut world = World::gated(RESTRICT);
        let name = Some(Name { full: name.to_owned(), username: None });
        let (about, language) = (NORA, Language::default());
        let out = world.on(What::Notice { about, name, language, notice: News::Muted });
        assert_eq!(briefs(&out), ["say -1001: Muted(?) [open r]"]);
    }
    let mut world = World::gated(RESTRICT);
    let name = Some(Name { full: "Martin L. King jr.".to_owned(), username: None });
    let (about, language) = (NORA, Language::default());
    let out = world.on(What::Notice { about, name, language, notice: News::Muted });
    assert_eq!(briefs(&out), ["say -1001: Muted(Martin L. King jr.) [open r]"]);
}

#[test]
fn only_a_gate_that_mutes_has_a_notice() {
    for mode in [Mode::JoinRequest, Mode::PersonalLink] {
        assert!(muted(&mut World::gated(mode), 31).orders.is_empty());
    }
    assert!(muted(&mut World::empty(), 31).orders.is_empty());
}

#[test]
fn join_and_leave_messages_go_where_that_is_wanted() {
    let service = What::ServiceMessage { message: MessageId(9) };
    let mut world = World::gated(RESTRICT);
    assert!(world.on(service.clone()).orders.is_empty());
    world.change(|settings| settings.tidy = true);
    assert_eq!(briefs(&world.on(service.clone())), ["delete -1001/9"]);
    assert!(World::configured(RESTRICT).on(service.clone()).orders.is_empty());
    let mut draft = World::empty();
    let mut settings = Settings::new("Rust Berlin", ADA, draft.now);
    settings.tidy = true;
    draft.settle(settings);
    assert!(draft.on(service).orders.is_empty(), "the gate is not on duty yet");
}

#[test]
fn the_notice_follows_the_group_to_its_new_number() {
    let mut world = World::gated(RESTRICT);
    let out = muted(&mut world, 31);
    world.serve(&out);
    let out = world.on(What::Moved { from: GateId(-5) });
    assert!(briefs(&out).contains(&"say -1001: Muted(P31) [open r]".to_owned()));
}
