//! What concerns the bot as a whole, told to the admins of one gate.

use super::*;
use crate::verification::alarm::Alarm;

const OFF: Alarm =
    Alarm::SmsOff { dial_code: 49, rest: Duration::from_secs(3600), verified: 3, of: 50 };

fn told(orders: &[Order]) -> Vec<ChatId> {
    let told = orders.iter().filter(|order| {
        matches!(&order.task, Task::Say { text: Text::Desk(DeskText::Alarm(alarm)), .. } if *alarm == OFF)
    });
    told.map(|order| order.chat).collect()
}

#[test]
fn every_admin_hears_it_who_is_one_and_is_no_owner() {
    let mut world = World::gated(Mode::JoinRequest);
    world.change(|settings| _ = settings.admins.insert(OWNER));
    world.owners = vec![OWNER];
    let out = world.on(What::Alarm(OFF));
    assert!(told(&out.orders).is_empty(), "before their rights were looked at");
    let about = |who| About::Tag(Tag::Alarm(who));
    let asked: Vec<_> = out
        .orders
        .iter()
        .filter_map(|order| match &order.task {
            Task::LookUpRights { who, about, .. } => Some((*who, about.clone())),
            _ => None,
        })
        .collect();
    assert_eq!(asked, [(ADA, about(ADA)), (BEN, about(BEN))]);
    let out = world.rights(ADA, Rights::Admin, Tag::Alarm(ADA));
    assert_eq!(told(&out.orders), [ChatId(7)]);
    // Once, and nobody who is none any more.
    assert!(world.rights(ADA, Rights::Admin, Tag::Alarm(ADA)).orders.is_empty());
    assert!(world.rights(BEN, Rights::None, Tag::Alarm(BEN)).orders.is_empty());
    assert!(world.rights(BEN, Rights::Admin, Tag::Alarm(BEN)).orders.is_empty());
}

#[test]
fn without_a_gate_nobody_hears_it() {
    assert!(World::empty().on(What::Alarm(OFF)).orders.is_empty());
}

#[test]
fn what_waits_for_rights_is_bounded() {
    let mut world = World::gated(Mode::JoinRequest);
    for _ in 0..20 {
        world.on(What::Alarm(OFF));
    }
    let out = world.rights(ADA, Rights::Admin, Tag::Alarm(ADA));
    assert_eq!(told(&out.orders).len(), 5);
}
