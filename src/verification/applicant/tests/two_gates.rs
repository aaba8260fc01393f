//! Somebody who stands before two gates.

use std::collections::BTreeMap;
use std::time::Duration;

use proptest::prelude::*;

use super::*;

/// What somebody does who stands before two gates.
#[derive(Copy, Clone, Debug)]
enum Move {
    AsksToJoin(bool),
    Starts,
    TypesPasswordOf(bool),
    TypesEmail,
    Presses(u8),
    TypesCodeOf(bool),
    TypesWrongCode,
    Cancels,
    TimePasses,
}

/// One move, or the whole way to a code at one gate.
fn moves() -> impl Strategy<Value = Vec<Move>> {
    let way = |other| {
        vec![
            Move::AsksToJoin(other),
            Move::TypesPasswordOf(other),
            Move::TypesEmail,
            Move::Presses(0),
        ]
    };
    prop_oneof![4 => one_move().prop_map(|one| vec![one]), 1 => any::<bool>().prop_map(way)]
}

fn one_move() -> impl Strategy<Value = Move> {
    prop_oneof![
        3 => any::<bool>().prop_map(Move::AsksToJoin),
        1 => Just(Move::Starts),
        5 => any::<bool>().prop_map(Move::TypesPasswordOf),
        4 => Just(Move::TypesEmail),
        6 => (0..3u8).prop_map(Move::Presses),
        3 => any::<bool>().prop_map(Move::TypesCodeOf),
        2 => Just(Move::TypesWrongCode),
        1 => Just(Move::Cancels),
        1 => Just(Move::TimePasses),
    ]
}

const OTHER: GateId = GateId(-1002);

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, ..ProptestConfig::default() })]

    /// Each gate opens only to its own password and its own code, whatever is typed at the other
    /// one; and nothing that is typed costs a try at both.
    #[test]
    fn two_gates_do_not_open_for_each_other(moves in prop::collection::vec(moves(), 1..40)) {
        let mut world = Little::new();
        let gate = world.gates[&GATE].clone();
        let other = Gate { id: OTHER, title: "Chess Club".to_owned(), ..gate };
        world.gates.insert(OTHER, other);
        let id = |other: bool| if other { OTHER } else { GATE };
        let mut codes: BTreeMap<GateId, Letter> = BTreeMap::new();
        let mut given: BTreeMap<GateId, (bool, bool)> = BTreeMap::new();
        for step in moves.concat() {
            let typed = match step {
                Move::TypesPasswordOf(other) => Some(format!("password of {}", id(other).0)),
                Move::TypesEmail => Some("nora@example.org".to_owned()),
                Move::TypesCodeOf(other) => {
                    codes.get(&id(other)).map(|letter| letter.code.reveal().to_owned())
                }
                Move::TypesWrongCode => Some("999999".to_owned()),
                _ => None,
            };
            let what = match (step, &typed) {
                (_, Some(text)) => world.text(text),
                (Move::AsksToJoin(other), _) => What::JoinRequested {
                    gate: id(other), chat: CHAT, title: String::new(), link: None, query_id: None,
 asked: None,
                },
                (Move::Starts, _) => {
                    What::Started { chat: CHAT, message: MessageId(1), parameter: None }
                }
                (Move::Presses(place), _) => match world.button(world.keyboards.last(), place) {
                    Some(what) => what,
                    None => continue,
                },
                (Move::Cancels, _) => What::Commanded {
                    chat: CHAT, message: MessageId(1), command: "cancel".into(),
 rest: Hidden::default(),
                },
                (Move::TimePasses, _) => {
                    world.now = world.now.after(Duration::from_secs(5 * 60));
                    continue;
                }
                (_, None) => continue,
            };
            let wrong = |world: &Little, gate| {
                world.person.gates.get(&gate).map_or(0, |applicant| applicant.tally.wrong())
            };
            let before = [wrong(&world, GATE), wrong(&world, OTHER)];
            let outcome = world.happens(what, |gate| {
                typed.as_deref() == Some(&format!("password of {}", gate.0))
            });
            let after = [wrong(&world, GATE), wrong(&world, OTHER)];
            prop_assert!(after[0] + after[1] <= before[0] + before[1] + 1, "{step:?} cost two tries");
            for (gate, decision) in &outcome.decisions {
                let Some(gate) = gate else { continue };
                let (password, code) = given.entry(*gate).or_default();
                match decision.name() {
                    "asked" | "cancelled" => (*password, *code) = (false, false),
                    "right_password" => {
                        let own = format!("password of {}", gate.0);
                        prop_assert_eq!(typed.as_ref(), Some(&own));
                        *password = true;
                    }
                    "right_code" => {
                        let own = codes.get(gate).map(|letter| letter.code.reveal().to_owned());
                        prop_assert_eq!(&typed, &own);
                        *code = true;
                    }
                    _ => {}
                }
            }
            for order in &outcome.orders {
                match &order.effect {
                    Effect::Approve { gate, .. } | Effect::Invite { gate } => {
                        prop_assert_eq!(given.get(gate), Some(&(true, true)), "{:?}", gate);
                    }
                    Effect::SendCode { gate, letter, .. } => {
                        codes.insert(*gate, letter.clone());
                    }
                    _ => {}
                }
            }
            world.read_keyboards(&outcome);
        }
    }
}
