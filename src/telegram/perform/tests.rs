use serde_json::{Value, json};

use super::super::script::{Answer, Script};
use super::*;
use crate::verification::effect::{Button, Keyboard, Label};
use crate::verification::text::Text;
use crate::verification::{ChallengeId, Language};

const GATE: GateId = GateId(-1001);
const NOW: Timestamp = Timestamp(1_700_000_000_500);

fn order(effect: Effect) -> Order {
    Order {
        user: UserId(11),
        chat: ChatId(12),
        language: Language::new("de"),
        deadline: None,
        effect,
    }
}

fn say(keyboard: Keyboard) -> Effect {
    Effect::Say { group: Some("A & B".to_owned()), text: Text::ConfirmDropped, keyboard }
}

fn lookup() -> Effect {
    Effect::LookUpMember { gate: GATE }
}

fn approve() -> Effect {
    Effect::Approve { gate: GATE, query_id: Some("q".to_owned()) }
}

fn bad(words: &str) -> Answer {
    Answer::refused(400, &format!("Bad Request: {words}"))
}

/// Carries out `effect` against the given answers; gives what came of it and what was asked.
async fn play<const N: usize>(
    effect: Effect,
    answers: [Answer; N],
) -> (Performed, Vec<(String, Value)>) {
    let script = Script::new(answers);
    let texts = Texts::load().unwrap();
    let client = script.client().await;
    let performed = client.perform(&order(effect), Some(MessageId(4)), &texts, NOW).await;
    (performed, script.calls())
}

/// What the rules are told after one answer.
async fn told(effect: Effect, answer: Answer) -> Option<What> {
    match play(effect, [answer]).await.0 {
        Performed::Done { then, .. } | Performed::Dropped { then, .. } => then,
        Performed::Later { why, .. } => panic!("{why}"),
    }
}

fn sent(id: i32) -> Answer {
    Answer::ok(json!({"message_id": id, "something": "new"}))
}

#[tokio::test]
async fn a_message_goes_out_in_html_without_preview() {
    let (performed, calls) = play(say(Keyboard::None), [sent(77)]).await;
    assert!(matches!(performed, Performed::Done { said: Some(MessageId(77)), then: None }));
    let payload = json!({
        "chat_id": 12,
        "text": "<b>A &amp; B</b>\n\nVerstanden: Dorthin schicke ich nichts.",
        "parse_mode": "HTML",
        "link_preview_options": {"is_disabled": true},
    });
    assert_eq!(calls, [("SendMessage".to_owned(), payload)]);
}

#[tokio::test]
async fn keyboards_look_as_telegram_wants_them() {
    let markup = async |keyboard| {
        let (_, mut calls) = play(say(keyboard), [sent(77)]).await;
        calls.remove(0).1["reply_markup"].take()
    };
    let button = |label, data: &str| Button { label, data: data.to_owned() };
    let rows = vec![
        vec![button(Label::Resend, "r1"), button(Label::Cancel, "c1")],
        vec![button(Label::Group("<Rust>\u{202e}".to_owned()), "g")],
    ];
    let expected = json!({"inline_keyboard": [
        [{"text": "🔁 Neu senden", "callback_data": "r1"},
         {"text": "Abbrechen", "callback_data": "c1"}],
        [{"text": "<Rust>", "callback_data": "g"}],
    ]});
    assert_eq!(markup(Keyboard::Buttons(rows)).await, expected);
    let expected = json!({
        "keyboard": [[{"text": "📱 Meine Nummer teilen", "request_contact": true}]],
        "resize_keyboard": true, "one_time_keyboard": true,
    });
    assert_eq!(markup(Keyboard::ShareContact).await, expected);
    assert_eq!(markup(Keyboard::Remove).await, json!({"remove_keyboard": true}));
}

#[tokio::test]
async fn who_cannot_be_written_to_is_unreachable() {
    for answer in [
        Answer::refused(403, "Forbidden: bot was blocked by the user"),
        Answer::refused(403, "Forbidden: bot can't initiate conversation with a user"),
        bad("chat not found"),
    ] {
        assert_eq!(told(say(Keyboard::None), answer).await, Some(What::Unreachable));
    }
    let malformed = bad("can't parse entities: Unsupported start tag");
    assert_eq!(told(say(Keyboard::None), malformed).await, None);
}

#[tokio::test]
async fn what_may_succeed_later_is_kept() {
    let later = async |effect, answer| match play(effect, [answer]).await.0 {
        Performed::Later { after, why } => (after.as_secs(), why.class()),
        other => panic!("{other:?}"),
    };
    assert_eq!(later(say(Keyboard::None), Answer::paused(7)).await, (7, "rate_limited"));
    let down = || Answer::refused(500, "Internal Server Error");
    assert_eq!(later(say(Keyboard::None), down()).await, (1, "unreachable"));
    assert_eq!(later(lookup(), down()).await, (1, "unreachable"));
    assert_eq!(later(approve(), Answer::Reset).await, (1, "unreachable"));
    assert_eq!(later(Effect::Invite { gate: GATE }, Answer::paused(2)).await, (2, "rate_limited"));
    let revoked = Answer::refused(401, "Unauthorized");
    assert_eq!(later(approve(), revoked).await, (30, "unauthorized"));
}

#[tokio::test]
async fn small_changes_are_made_and_done_already_is_done() {
    let message = MessageId(5);
    let rewrite = || Effect::Rewrite { group: None, text: Text::ConfirmDropped };
    let answer_button = |text| Effect::AnswerButton { query: "99".to_owned(), text, alert: true };
    let spent = || answer_button(Some(Text::ButtonSpent));
    let edited = json!({
        "chat_id": 12, "message_id": 4, "text": "Verstanden: Dorthin schicke ich nichts.",
        "parse_mode": "HTML", "link_preview_options": {"is_disabled": true},
    });
    let shown = json!({
        "callback_query_id": "99", "show_alert": true,
        "text": "Dieser Knopf hat seine Arbeit schon getan.",
    });
    let cases = [
        (rewrite(), "EditMessageText", edited, "message is not modified: x"),
        (
            Effect::RetireButtons,
            "EditMessageReplyMarkup",
            json!({"chat_id": 12, "message_id": 4}),
            "message to edit not found",
        ),
        (
            Effect::Delete { message },
            "DeleteMessage",
            json!({"chat_id": 12, "message_id": 5}),
            "message can't be deleted for everyone",
        ),
        (spent(), "AnswerCallbackQuery", shown, "query is too old and response timeout expired"),
        (
            answer_button(None),
            "AnswerCallbackQuery",
            json!({"callback_query_id": "99"}),
            "query ID is invalid, query is too old",
        ),
        (
            Effect::Decline { gate: GATE, query_id: None },
            "DeclineChatJoinRequest",
            json!({"chat_id": -1001, "user_id": 11}),
            "HIDE_REQUESTER_MISSING",
        ),
        (
            Effect::RevokeInvite { gate: GATE, link: "https://t.me/+x".to_owned() },
            "RevokeChatInviteLink",
            json!({"chat_id": -1001, "invite_link": "https://t.me/+x"}),
            "INVITE_HASH_EXPIRED",
        ),
    ];
    for (effect, method, payload, already) in cases {
        let (performed, calls) = play(effect.clone(), [Answer::ok(true)]).await;
        assert!(matches!(performed, Performed::Done { said: None, then: None }));
        assert_eq!(calls, [(method.to_owned(), payload)]);
        let (performed, _) = play(effect.clone(), [bad(already)]).await;
        assert!(matches!(performed, Performed::Done { said: None, then: None }), "{already}");
        let (performed, _) = play(effect, [bad("BUTTON_URL_INVALID")]).await;
        assert!(matches!(performed, Performed::Dropped { then: None, .. }));
    }
}

#[tokio::test]
async fn without_live_buttons_nothing_is_asked() {
    let script = Script::new([]);
    let client = script.client().await;
    let texts = Texts::load().unwrap();
    let rewrite = Effect::Rewrite { group: None, text: Text::ConfirmDropped };
    for effect in [Effect::RetireButtons, rewrite] {
        let performed = client.perform(&order(effect), None, &texts, NOW).await;
        assert!(matches!(performed, Performed::Done { said: None, then: None }));
    }
    assert!(script.calls().is_empty());
}

#[tokio::test]
async fn telegrams_word_on_membership_is_passed_on() {
    let check = async |answer, membership| {
        let expected = What::LookedUp { gate: GATE, membership };
        assert_eq!(told(lookup(), answer).await, Some(expected));
    };
    let status = |status: &str| Answer::ok(json!({"status": status, "user": {"id": 11}}));
    check(status("creator"), Membership::Member).await;
    check(status("administrator"), Membership::Member).await;
    check(status("member"), Membership::Member).await;
    check(status("left"), Membership::NotMember).await;
    check(status("kicked"), Membership::Banned).await;
    check(status("something new"), Membership::Unknown).await;
    let restricted =
        |is_member: bool| Answer::ok(json!({"status": "restricted", "is_member": is_member}));
    check(restricted(true), Membership::Member).await;
    check(restricted(false), Membership::NotMember).await;
    check(bad("PARTICIPANT_ID_INVALID"), Membership::NotMember).await;
    check(bad("user not found"), Membership::Unknown).await;
    check(bad("chat not found"), Membership::Unknown).await;
}

#[tokio::test]
async fn each_end_of_an_admission_is_told_apart() {
    let check = async |answer, outcome| {
        let expected = What::Admission { gate: GATE, outcome };
        assert_eq!(told(approve(), answer).await, Some(expected));
    };
    check(Answer::ok(true), AdmissionOutcome::Approved).await;
    check(bad("USER_ALREADY_PARTICIPANT"), AdmissionOutcome::AlreadyMember).await;
    check(bad("CHAT_ADMIN_REQUIRED"), AdmissionOutcome::NoRights).await;
    check(bad("chat not found"), AdmissionOutcome::NoRights).await;
    let kicked = Answer::refused(403, "Forbidden: bot was kicked from the supergroup chat");
    check(kicked, AdmissionOutcome::NoRights).await;
    check(bad("USER_CHANNELS_TOO_MUCH"), AdmissionOutcome::TooManyChats).await;
    check(bad("user not found"), AdmissionOutcome::UserGone).await;
    check(bad("SOMETHING_NEW"), AdmissionOutcome::Failed).await;
    let (_, calls) = play(approve(), [Answer::ok(true)]).await;
    let payload = json!({"chat_id": -1001, "user_id": 11});
    assert_eq!(calls, [("ApproveChatJoinRequest".to_owned(), payload)]);
}

#[tokio::test]
async fn without_a_request_those_who_are_in_are_told_from_those_who_are_not() {
    let missing = || bad("HIDE_REQUESTER_MISSING");
    let status = |status: &str| Answer::ok(json!({"status": status, "user": {"id": 11}}));
    let check = async |answer, outcome| {
        let (performed, calls) = play(approve(), [missing(), answer]).await;
        let (Performed::Done { then, .. } | Performed::Dropped { then, .. }) = performed else {
            panic!("{performed:?}")
        };
        assert_eq!(then, Some(What::Admission { gate: GATE, outcome }));
        assert_eq!(calls[1].0, "GetChatMember");
    };
    check(status("member"), AdmissionOutcome::AlreadyMember).await;
    check(status("left"), AdmissionOutcome::NoRequest).await;
    check(bad("PARTICIPANT_ID_INVALID"), AdmissionOutcome::NoRequest).await;
    check(bad("chat not found"), AdmissionOutcome::NoRequest).await;
    let (performed, _) = play(approve(), [missing(), Answer::paused(3)]).await;
    assert!(matches!(performed, Performed::Later { .. }));
}

#[tokio::test]
async fn a_personal_invite_asks_to_join_and_dies_in_a_day() {
    let invite = || Effect::Invite { gate: GATE };
    let made = Answer::ok(json!({"invite_link": "https://t.me/+own", "name": "for 11"}));
    let (performed, calls) = play(invite(), [made]).await;
    let Performed::Done { said: None, then: Some(then) } = performed else { panic!() };
    assert_eq!(then, What::Invited { gate: GATE, outcome: Ok("https://t.me/+own".to_owned()) });
    let payload = json!({
        "chat_id": -1001, "name": "for 11", "expire_date": 1_700_086_400,
        "creates_join_request": true,
    });
    assert_eq!(calls, [("CreateChatInviteLink".to_owned(), payload)]);
    assert!(format!("for {}", u64::MAX).len() <= 32);

    let outcome = Err(AdmissionOutcome::NoRights);
    let refused = bad("not enough rights to manage chat invite link");
    assert_eq!(told(invite(), refused).await, Some(What::Invited { gate: GATE, outcome }));
}

#[tokio::test]
async fn a_group_that_moved_is_asked_again_under_its_new_id() {
    let (performed, calls) = play(approve(), [Answer::moved(-1009), Answer::ok(true)]).await;
    let Performed::Done { then: Some(then), .. } = performed else { panic!() };
    let outcome = AdmissionOutcome::Approved;
    assert_eq!(then, What::Admission { gate: GATE, outcome });
    let asked: Vec<_> = calls.iter().map(|(_, sent)| sent["chat_id"].as_i64()).collect();
    assert_eq!(asked, [Some(-1001), Some(-1009)]);
}

#[tokio::test]
async fn a_code_never_goes_to_telegram() {
    let letter = serde_json::from_value(json!({
        "address": {"Email": {"mailbox": "nora@example.org"}}, "code": "482913", "number": 1,
        "phrase": "amber falcon", "group": "Rust", "lives": {"secs": 600, "nanos": 0},
        "expires": 0, "tap": "t",
    }))
    .unwrap();
    let effect = Effect::SendCode { gate: GATE, challenge: ChallengeId(1), letter };
    let (performed, calls) = play(effect, []).await;
    assert!(matches!(performed, Performed::Dropped { then: None, .. }));
    assert!(calls.is_empty());
}
