//! The gate's log chat.

use super::*;

fn line(what: &str, detail: &str) -> What {
    let deed = Deed {
        gate: Some(GROUP),
        by: None,
        name: None,
        what: what.to_owned(),
        about: Some(NORA),
        detail: Detail::Masked(detail.to_owned()),
    };
    What::Line { about: Some(NORA), name: None, deed }
}

fn logged() -> World {
    let mut world = World::gated(Mode::JoinRequest);
    world.change(|settings| settings.log_chat = Some(LOG));
    world.on(What::Changed { by: ADA });
    let out = world.on(examined(well()));
    world.serve(&out);
    world
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn said() -> What {
    What::Said { tag: Tag::Log, chat: LOG, message: MessageId(1) }
}

fn written(orders: &[Order]) -> Vec<String> {
    orders.iter().map(brief).collect()
}

/// The details of the lines of the one message among these orders.
fn details(orders: &[Order]) -> Vec<String> {
    let lines = orders.iter().filter_map(|order| match &order.task {
        Task::Say { text: Text::Desk(DeskText::Log { lines, .. }), .. } => Some(lines),
        _ => None,
    });
    lines.flatten().map(|line| line.detail.to_string()).collect()
}

#[test]
fn lines_are_collected_for_three_seconds() {
    let mut world = logged();
    assert!(world.on(line("asked", "")).orders.is_empty());
    assert!(world.pass(seconds(2)).is_empty());
    assert!(world.on(line("wrong_password", "2 left")).orders.is_empty());
    let orders = world.pass(seconds(1));
    assert_eq!(written(&orders), ["say -2002: Log(2 from asked, 0 unkept)"]);
    assert_eq!(orders[0].language, Language::default());
    world.on(said());
    assert!(world.pass(days(1)).is_empty());
}

#[test]
fn a_message_has_at_most_twenty_lines_and_the_rest_follows() {
    let mut world = logged();
    for n in 0..45 {
        world.on(line("asked", &n.to_string()));
    }
    for expected in [0..20, 20..40, 40..45] {
        let orders = world.pass(seconds(3));
        assert_eq!(details(&orders), expected.map(|n| n.to_string()).collect::<Vec<_>>());
        assert!(world.pass(seconds(3)).is_empty(), "it waits for the message before");
        world.on(said());
    }
    assert!(world.pass(days(1)).is_empty());
}

#[test]
fn long_lines_are_fewer_to_a_message() {
    let mut world = logged();
    for _ in 0..20 {
        world.on(line("asked", &"𝕏".repeat(500)));
    }
    let first = details(&world.pass(seconds(3)));
    assert!((5..20).contains(&first.len()), "{}", first.len());
    assert!(first.iter().all(|detail| detail.chars().count() == 100));
}

#[test]
fn a_log_chat_that_takes_nothing_is_told_once_and_nothing_is_lost_soon() {
    let mut world = logged();
    for n in 0..5 {
        world.on(line("asked", &n.to_string()));
    }
    world.pass(seconds(3));
    let out = world.on(What::Unsaid { tag: Tag::Log });
    world.pass(minutes(2));
    let told = world.serve(&out);
    assert_eq!(
        told,
        [
            "delete 7/101",
            "say 7: Findings(LogGone) [a.x.-1001]",
            "say 8: Findings(LogGone) [a.x.-1001]"
        ]
    );
    for n in 5..237 {
        assert!(world.on(line("asked", &n.to_string())).orders.is_empty());
    }
    // Tried again in vain: told once.
    let orders = world.pass(minutes(60));
    assert_eq!(written(&orders), ["say -2002: Log(20 from asked, 0 unkept)"]);
    assert!(world.on(What::Unsaid { tag: Tag::Log }).orders.is_empty());
    // And then it works again.
    let mut all = Vec::new();
    let mut orders = world.pass(minutes(60));
    let mut last = String::new();
    while let Some(order) = orders.first() {
        last = brief(order);
        all.extend(details(&orders));
        let out = world.on(said());
        let mended = world.serve(&out);
        assert!(mended.iter().all(|said| said.contains("Findings() ")), "{mended:?}");
        orders = world.pass(seconds(3));
    }
    assert_eq!(all, (0..200).map(|n| n.to_string()).collect::<Vec<_>>());
    assert_eq!(last, "say -2002: Log(20 from asked, 37 unkept)");
    assert!(world.desk.log.is_forgettable());
}

#[test]
fn another_log_chat_is_tried_at_once_and_none_ends_it() {
    let mut world = logged();
    world.on(line("asked", "0"));
    world.pass(seconds(3));
    let out = world.on(What::Unsaid { tag: Tag::Log });
    world.serve(&out);
    world.change(|settings| settings.log_chat = Some(ChatId(-3003)));
    let out = world.on(What::Changed { by: ADA });
    assert!(world.serve(&out).iter().any(|said| said.contains("Findings() ")));
    assert_eq!(written(&world.pass(seconds(3))), ["say -3003: Log(1 from asked, 0 unkept)"]);
    // What comes of the old one does not count for the new one.
    world.on(said());
    world.on(line("asked", "1"));
    assert!(world.pass(seconds(3)).is_empty());
    world.change(|settings| settings.log_chat = None);
    world.on(What::Changed { by: ADA });
    world.on(line("asked", "2"));
    assert!(world.pass(days(1)).is_empty());
    assert!(world.desk.log.is_forgettable());
}

#[test]
fn a_gate_of_the_config_has_its_log_chat_from_there() {
    let mut world = World::configured(Mode::JoinRequest);
    world.on(line("asked", ""));
    assert!(world.pass(seconds(3)).is_empty());
    world.fixed_log = Some(LOG);
    world.on(line("asked", ""));
    assert_eq!(written(&world.pass(seconds(3))), ["say -2002: Log(1 from asked, 0 unkept)"]);
}

#[test]
fn the_log_is_written_in_the_gates_language() {
    let mut world = logged();
    world.change(|settings| settings.language = Some(Language::new("de")));
    world.on(line("asked", ""));
    assert_eq!(world.pass(seconds(3))[0].language, Language::new("de"));
}

#[test]
fn no_address_stands_in_the_log_in_full() {
    let mut world = logged();
    for detail in [
        "code 1 to nora@example.org",
        "+4915123456789",
        "code 1 to n•••a@example.org by @nora",
        "+49 2 left",
    ] {
        world.on(line("asked", detail));
    }
    assert_eq!(
        details(&world.pass(seconds(3))),
        ["code 1 to •••", "•••", "code 1 to n•••a@example.org by @nora", "+49 2 left"]
    );
}

#[test]
fn a_line_of_which_nothing_is_heard_counts_as_written() {
    let mut world = logged();
    world.on(line("asked", "0"));
    world.pass(seconds(3));
    world.on(line("asked", "1"));
    let orders = world.pass(minutes(61));
    assert_eq!(details(&orders), ["1"]);
}

#[test]
fn that_an_admin_stepped_in_is_one_line_with_what_came_of_it() {
    let mut world = logged();
    world.on(line("admin_approved", "by 7"));
    assert!(world.pass(seconds(3)).is_empty());
    let done = News::Done { act: Act::Approve, by: ADA, result: ActResult::LinkSent };
    let out = world.news(NORA, done);
    let deed = out.deeds[0].clone();
    world.on(What::Line { about: Some(NORA), name: None, deed });
    let orders = world.pass(seconds(3));
    assert_eq!(written(&orders), ["say -2002: Log(1 from approved, 0 unkept)"]);
    assert_eq!(details(&orders), ["personal link"]);
}
