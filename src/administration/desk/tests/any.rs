//! Whatever happens to a desk, in whatever order: nothing panics, and what must hold holds
//! ([`World::on`] checks what holds for every step).

use proptest::prelude::*;

use super::*;
use crate::verification::applicant::ActResult;
use crate::verification::event::{AdmissionOutcome, Link};

fn user() -> impl Strategy<Value = UserId> {
    prop_oneof![
        Just(ADA),
        Just(BEN),
        Just(OWNER),
        Just(NORA),
        Just(MARA),
        Just(ANONYMOUS),
        (100..1_000_000_u64).prop_map(UserId)
    ]
}

fn tag() -> impl Strategy<Value = Tag> {
    prop_oneof![
        Just(Tag::Panel),
        Just(Tag::Invitation(GROUP)),
        (FIRST..FIRST + 6, user()).prop_map(|(card, admin)| Tag::Card(card, admin)),
        user().prop_map(Tag::Doctor),
        user().prop_map(Tag::Alarm),
        Just(Tag::Notice),
        Just(Tag::Signpost),
        Just(Tag::Log)
    ]
}

fn rights() -> impl Strategy<Value = Rights> {
    prop::sample::select(vec![
        Rights::Admin,
        Rights::Admin,
        Rights::Lesser,
        Rights::None,
        Rights::NoGroup,
        Rights::Unknown,
    ])
}

fn bot() -> impl Strategy<Value = BotRights> {
    any::<[bool; 5]>().prop_map(|[present, admin, can_invite, can_restrict, can_delete]| {
        BotRights { present, admin, can_invite, can_restrict, can_delete }
    })
}

fn act() -> impl Strategy<Value = Act> {
    prop::sample::select(vec![Act::Approve, Act::Decline, Act::Unlock, Act::Revoke])
}

fn news() -> impl Strategy<Value = News> {
    let result = prop::sample::select(vec![
        ActResult::Done,
        ActResult::Nothing,
        ActResult::LinkSent,
        ActResult::Refused(AdmissionOutcome::NoRights),
    ]);
    prop_oneof![
        Just(help()),
        Just(News::HelpOver),
        Just(News::Muted),
        Just(News::MuteOver),
        Just(News::Stuck),
        Just(News::Rush),
        Just(News::Guessing),
        (any::<bool>(), any::<bool>(), ".{0,80}").prop_map(|(asks, primary, url)| {
            News::CameBy(Link { url, name: None, creator: None, asks, primary })
        }),
        (act(), user(), result).prop_map(|(act, by, result)| News::Done { act, by, result }),
    ]
}

fn examination() -> impl Strategy<Value = Examined> {
    let group = (bot(), any::<[bool; 4]>(), prop::collection::vec(".{0,60}", 0..8));
    prop_oneof![
        group.prop_map(|(bot, [basic, public, approves_new, members_add], other_bots)| {
            let title = "Rust Berlin".to_owned();
            Examined::Group(Examination {
                title,
                bot,
                basic,
                public,
                approves_new,
                members_add,
                other_bots,
            })
        }),
        Just(Examined::NotThere),
        Just(Examined::Moved(ChatId(-5))),
        Just(Examined::Unknown),
    ]
}

fn what() -> impl Strategy<Value = What> {
    prop_oneof![
        (user(), any::<bool>(), bot(), ".{0,200}").prop_map(|(by, anonymous, rights, title)| {
            What::BotStanding {
                by,
                anonymous,
                language: None,
                name: None,
                title,
                channel: false,
                rights,
            }
        }),
        (user(), news(), proptest::option::of(".{0,100}")).prop_map(|(about, notice, full)| {
            let name = full.map(|full| Name { full, username: None });
            What::Notice { about, name, language: Language::default(), notice }
        }),
        (user(), ".{0,300}").prop_map(|(about, detail)| {
            let what = "asked".to_owned();
            let by = Some(about);
            let deed = Deed {
                gate: Some(GROUP),
                by,
                name: None,
                what,
                about: None,
                detail: Detail::Label(detail),
            };
            What::Line { about: Some(about), name: None, deed }
        }),
        any::<i32>().prop_map(|id| What::ServiceMessage { message: MessageId(id) }),
        (FIRST..FIRST + 6, user(), act(), any::<bool>()).prop_map(|(card, by, act, query)| {
            What::AnswerCard { card, by, act, query: query.then(|| "q".to_owned()) }
        }),
        (user(), user(), act()).prop_map(|(about, by, act)| What::SteppedIn { about, by, act }),
        user().prop_map(|by| What::Examine { by }),
        user().prop_map(|by| What::LookAgain { by }),
        user().prop_map(|by| What::Attached { by }),
        user().prop_map(|by| What::Changed { by }),
        (any::<bool>(), user()).prop_map(|(on, by)| What::Raid { on, by }),
        user().prop_map(|by| What::NeedSignpost { by }),
        Just(What::SignpostUsed),
        examination().prop_map(What::Examined),
        (user(), rights(), tag()).prop_map(|(who, rights, tag)| What::RightsKnown {
            who,
            rights,
            tag
        }),
        (tag(), any::<i32>()).prop_map(|(tag, message)| {
            What::Said { tag, chat: chat_of(tag), message: MessageId(message) }
        }),
        tag().prop_map(|tag| What::Unsaid { tag }),
        Just(What::Moved { from: GateId(-5) }),
        Just(What::Alarm(Alarm::SmsOnAgain { dial_code: 49 })),
        Just(What::Woken),
    ]
}

/// Where a message with this tag is written.
fn chat_of(tag: Tag) -> ChatId {
    match tag {
        Tag::Card(_, admin)
        | Tag::Doctor(admin)
        | Tag::Alarm(admin)
        | Tag::Guessing(admin)
        | Tag::Raid(admin) => ChatId(admin.0.cast_signed()),
        Tag::Log => LOG,
        Tag::Panel | Tag::Invitation(_) | Tag::Notice | Tag::Signpost => ChatId(GROUP.0),
    }
}

/// One thing that happens, and how the world changes before it.
#[derive(Clone, Debug)]
enum Turned {
    Happens(What),
    /// Rights are known of all who are asked about, and all that is written arrives.
    Served(What, Rights),
    Passes(Duration),
    Logs(bool),
    Gate(bool),
    Clock(i64),
}

fn turned() -> impl Strategy<Value = Turned> {
    prop_oneof![
        6 => what().prop_map(Turned::Happens),
        6 => (what(), rights()).prop_map(|(what, rights)| Turned::Served(what, rights)),
        3 => (0..1_000_000_u64).prop_map(|s| Turned::Passes(Duration::from_secs(s))),
        1 => any::<bool>().prop_map(Turned::Logs),
        1 => any::<bool>().prop_map(Turned::Gate),
        1 => (-1_000_000_000_000_i64..4_000_000_000_000).prop_map(Turned::Clock),
    ]
}

fn worlds() -> impl Strategy<Value = (Mode, bool, bool)> {
    let modes = vec![Mode::JoinRequest, Mode::PersonalLink, RESTRICT];
    (prop::sample::select(modes), any::<bool>(), any::<bool>())
}

/// A press is answered once, whatever came of it; nothing else is.
fn check_answers(what: &What, out: &Outcome) {
    let answers = out.orders.iter().filter(|o| matches!(o.task, Task::AnswerButton { .. }));
    let pressed = matches!(what, What::AnswerCard { query: Some(_), .. });
    assert_eq!(answers.count(), usize::from(pressed), "{what:?}");
    // Nobody is stepped in for but by somebody whose rights were just looked at.
    let stepped = to_applicants(out).iter().any(|(_, did)| matches!(did, Did::SteppedIn { .. }));
    assert!(!stepped || matches!(what, What::AnswerCard { .. }), "{what:?}");
}

/// Follows the notices that stand in the group.
#[derive(Default)]
struct Notices(i32);

impl Notices {
    fn watch(&mut self, orders: &[Order]) {
        for order in orders {
            match &order.task {
                Task::Say { tag: Some(Tag::Notice), .. } => self.0 += 1,
                Task::Delete { .. } if order.chat.0 == GROUP.0 => self.0 = (self.0 - 1).max(0),
                _ => {}
            }
        }
    }
}

proptest! {
    #[test]
    fn anything_may_happen_to_a_desk(
        (mode, fixed, owned) in worlds(),
        story in prop::collection::vec(turned(), 1..60),
    ) {
        let mut world = if fixed { World::configured(mode) } else { World::gated(mode) };
        world.owners.extend(owned.then_some(OWNER));
        for turned in story {
            match turned {
                Turned::Happens(what) => {
                    let out = world.on(what.clone());
                    check_answers(&what, &out);
                }
                Turned::Served(what, rights) => {
                    let out = world.on(what.clone());
                    check_answers(&what, &out);
                    world.serve_with(&out.orders, |_| rights);
                }
                Turned::Passes(time) => {
                    world.pass(time);
                }
                Turned::Logs(on) => {
                    world.fixed_log = on.then_some(LOG);
                    if let Some(settings) = world.shelf.settings.get_mut(&GROUP) {
                        settings.log_chat = on.then_some(LOG);
                    }
                }
                Turned::Gate(true) => {
                    let mut settings = Settings::new("Rust Berlin", ADA, world.now);
                    settings.open = true;
                    if !world.fixed {
                        world.settle(settings);
                    }
                }
                Turned::Gate(false) => {
                    world.gates.clear();
                    world.shelf.settings.clear();
                }
                Turned::Clock(at) => {
                    world.now = Timestamp(at);
                    world.wakes.clear();
                }
            }
        }
    }

    #[test]
    fn there_is_never_more_than_one_notice(
        story in prop::collection::vec((0..4_u64, any::<bool>(), 0..2_000_u64), 1..80),
    ) {
        let mut world = World::gated(RESTRICT);
        let mut notices = Notices::default();
        for (user, comes, seconds) in story {
            let notice = if comes { News::Muted } else { News::MuteOver };
            let out = world.news(UserId(user), notice);
            notices.watch(&out.orders);
            prop_assert!(notices.0 <= 1);
            world.serve(&out);
            let orders = world.pass(Duration::from_secs(seconds));
            notices.watch(&orders);
            prop_assert!(notices.0 <= 1);
            world.serve_with(&orders, |_| Rights::Admin);
        }
    }
}

#[test]
fn a_desk_stays_small() {
    let mut world = World::gated(RESTRICT);
    world.change(|settings| settings.log_chat = Some(LOG));
    world.thorough = false;
    for n in 0..700 {
        let about = UserId(100 + n);
        let name = Some(Name { full: "N".repeat(1_000), username: Some("n".repeat(1_000)) });
        for notice in [help(), News::Muted, News::Stuck] {
            let (name, language) = (name.clone(), Language::default());
            let out = world.on(What::Notice { about, name, language, notice });
            world.serve(&out);
        }
        let (by, what) = (Some(ADA), "w".repeat(1_000));
        let detail = Detail::Label("d".repeat(1_000));
        let deed = Deed { gate: None, by, name: None, what, about: None, detail };
        world.on(What::Line { about: Some(about), name: name.clone(), deed });
    }
    let kept = serde_json::to_string(&world.desk).unwrap().len();
    assert!(kept < 250_000, "{kept} bytes");
}
