//! The parameter of `/start`: whoever makes one up gets nowhere, a genuine one leads where it says.

#![no_main]

use countersign::verification::applicant::{
    Applicant, Challenge, Delivery, Facts, Outcome, Person, Stage, Stepped, step,
};
use countersign::verification::code::{Invitation, Keys};
use countersign::verification::conversion::Conversion;
use countersign::verification::effect::Effect;
use countersign::verification::event::{Event, What};
use countersign::verification::outage::Outages;
use countersign::verification::spending::Spending;
use countersign::verification::{ChallengeId, ChatId, GateId, MessageId, Timestamp, UserId};
use countersign_fuzz::{Counting, GATES, gates};
use libfuzzer_sys::fuzz_target;

const NOW: Timestamp = Timestamp(1_796_126_400_000);
const USER: UserId = UserId(7);
const CODE: ChallengeId = ChallengeId(99);

/// A genuine parameter with one byte changed (or none), or one made up.
fuzz_target!(|input: (u8, u8, u8, &str)| {
    let (kind, place, byte, made_up) = input;
    let keys = Keys::derive(&[7; 32]);
    let genuine = genuine(&keys);
    let parameter = match genuine.get(usize::from(kind)) {
        None => made_up.to_owned(),
        Some(parameter) => {
            let mut bytes = parameter.clone().into_bytes();
            let place = usize::from(place) % (bytes.len() + 1);
            match bytes.get_mut(place) {
                Some(at) => *at = byte & 0x7f,
                None => bytes.push(byte & 0x7f),
            }
            String::from_utf8(bytes).expect("ASCII")
        }
    };
    let is = |sort: usize| genuine[sort] == parameter;

    assert_eq!(keys.read_setup(&parameter), is(3).then_some(GATES[0]), "{parameter}");
    let read = keys.read_invitation(&parameter);
    let expected = [(4, Invitation::Claim), (5, Invitation::Enrolment)];
    let expected = expected.into_iter().find(|(sort, _)| is(*sort)).map(|(_, kind)| kind);
    assert_eq!(read.map(|read| read.kind), expected, "{parameter}");
    assert!(read.is_none_or(|read| read.expires == NOW));

    let outcome = starts(&keys, USER, &parameter);
    let opens = |outcome: &Outcome| {
        outcome.orders.iter().any(|order| {
            matches!(
                order.effect,
                Effect::Approve { .. } | Effect::Invite { .. } | Effect::Free { .. }
            )
        })
    };
    assert_eq!(opens(&outcome), is(0), "{parameter}");
    // The code in somebody else's link opens nothing for them.
    assert!(!opens(&starts(&keys, UserId(8), &parameter)), "{parameter}");
    // Nobody is told of a group by a made-up link.
    let told = starts(&keys, UserId(9), &parameter);
    let titled = told.orders.iter().any(|order| match &order.effect {
        Effect::Say { group, .. } => group.is_some(),
        effect => matches!(effect, Effect::LookUpMember { .. }),
    });
    assert_eq!(titled, is(1), "{parameter}");
});

/// One-tap link, gate's link, muted member's link, set-up, claim, enrolment.
fn genuine(keys: &Keys) -> [String; 6] {
    [
        keys.tap(USER, GATES[0], CODE).reveal().to_owned(),
        keys.gate(GATES[0]),
        keys.member(USER, GATES[1]),
        keys.setup(GATES[0]),
        keys.invitation(Invitation::Claim, 5, NOW),
        keys.invitation(Invitation::Enrolment, 5, NOW),
    ]
}

fn starts(keys: &Keys, user: UserId, parameter: &str) -> Outcome {
    let mut person = if user == UserId(9) { Person::default() } else { waiting() };
    let what = What::Started {
        chat: ChatId(7),
        message: MessageId(1),
        parameter: Some(parameter.to_owned()),
    };
    let (gates, outages) = (gates(), Outages::default());
    let mut facts = Facts {
        now: NOW,
        outages: &outages,
        gates: &gates,
        keys,
        random: &mut Counting::new(1),
        ledger: &|_| 0,
        password: None,
        on_roster: &|_, _| true,
        holders: &|_, _| Vec::new(),
        suppressed: &|_| false,
        conversion: &|_| Conversion::default(),
        spending: &Spending::default(),
        restore: None,
    };
    match step(&mut person, &Event::of(user, what), &mut facts) {
        Stepped::Done(outcome) => outcome,
        Stepped::NeedsPassword { .. } => panic!("a link is no password"),
    }
}

/// Somebody who was sent a code.
fn waiting() -> Person {
    let challenge = Challenge {
        id: CODE,
        number: 1,
        code: [1; 32],
        address: [2; 32],
        digits: 6,
        phrase: "brave otter".to_owned(),
        expires: Timestamp(NOW.0 + 60_000),
        delivery: Delivery::Sent,
        issued_at: None,
    };
    let applicant = Applicant {
        stage: Stage::Code { same: false },
        challenge: Some(challenge),
        ..Applicant::default()
    };
    let mut person = Person { active: Some(GATES[0]), ..Person::default() };
    person.gates.insert(GateId(GATES[0].0), applicant);
    person
}
