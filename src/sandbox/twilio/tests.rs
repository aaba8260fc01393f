//! The pretend Twilio seen through reqwest.

use std::time::Duration;

use reqwest::{Client, Method, RequestBuilder, StatusCode};
use serde_json::Value;

use super::{Call, Fault};
use crate::sandbox::World;

fn call(world: &World, method: Method, path: &str) -> RequestBuilder {
    let account = world.twilio.account();
    call_as(world, method, path, (&account.sid, &account.auth_token))
}

fn call_as(world: &World, method: Method, path: &str, who: (&str, &str)) -> RequestBuilder {
    let account = world.twilio.account();
    let url = format!("{}/2010-04-01/Accounts/{}{path}", world.twilio.url(), account.sid);
    Client::new().request(method, url).basic_auth(who.0, Some(who.1))
}

fn order(world: &World, form: &[(&str, &str)]) -> RequestBuilder {
    call(world, Method::POST, "/Messages.json").form(form)
}

const FORM: [(&str, &str); 4] = [
    ("To", "+4915112345678"),
    ("From", "+15005550006"),
    ("Body", "Rust Berlin: 012345"),
    ("ValidityPeriod", "600"),
];

async fn answer(request: RequestBuilder) -> (u16, Value) {
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

#[tokio::test]
async fn an_sms_is_taken() {
    let world = World::start().await;
    let (status, json) = answer(order(&world, &FORM)).await;
    assert_eq!(status, 201);
    assert_eq!((json["status"].as_str(), &json["error_code"]), (Some("queued"), &Value::Null));
    assert_eq!(json["sid"].as_str().map(str::len), Some(34));
    let sms = world.sms_for("+4915112345678").await;
    assert_eq!((sms.from.as_str(), sms.code(6)), ("+15005550006", "012345"));
    assert_eq!((sms.validity_s, sms.segments()), (600, 1));
    assert_eq!(Some(sms.sid.as_str()), json["sid"].as_str());

    let service = [("To", "+4915112345678"), ("MessagingServiceSid", "MG1"), ("Body", "x")];
    let account = world.twilio.account();
    let key = (account.key_sid.as_str(), account.key_secret.as_str());
    let by_key = call_as(&world, Method::POST, "/Messages.json", key).form(&service);
    let (status, json) = answer(by_key).await;
    assert_eq!((status, json["messaging_service_sid"].as_str()), (201, Some("MG1")));
    assert_eq!(world.sms_for("+4915112345678").await.validity_s, 36_000);
    assert_eq!(world.twilio.sms_count(), 2);
}

#[tokio::test]
async fn the_account_can_be_looked_at() {
    let world = World::start().await;
    let (status, json) = answer(call(&world, Method::GET, ".json")).await;
    assert_eq!((status, json["status"].as_str()), (200, Some("active")));
    let wrong = call_as(&world, Method::GET, ".json", ("AC1", "wrong"));
    let (status, json) = answer(wrong).await;
    assert_eq!((status, json["code"].as_u64()), (401, Some(20003)));
}

#[tokio::test]
async fn bad_orders_get_twilios_errors() {
    let world = World::start().await;
    let bad: [(&[(&str, &str)], u64); 5] = [
        (&[("From", "+1500"), ("Body", "x")], 21604),
        (&[("To", "+4915112345678"), ("Body", "x")], 21603),
        (&[("To", "+4915112345678"), ("From", "+1500")], 21602),
        (&[("To", "015112345678"), ("From", "+1500"), ("Body", "x")], 21211),
        (&[("To", "+4915112345678"), ("From", "+1500"), ("Body", "x"), ("Body2", "x")], 20001),
    ];
    for (form, code) in bad {
        let (status, json) = answer(order(&world, form)).await;
        assert_eq!((status, json["code"].as_u64()), (400, Some(code)), "{form:?}");
    }
    assert_eq!(world.violations(), ["twilio: unknown parameter Body2"]);
    world.forgive_violations();

    for code in [21211, 21408, 21608, 21610, 21612, 21614, 21635] {
        world.twilio.number_fails("+4915112345678", code);
        let (status, json) = answer(order(&world, &FORM)).await;
        assert_eq!((status, json["code"].as_u64()), (400, Some(u64::from(code))));
        assert_eq!(json["status"], 400);
    }
    assert_eq!(world.twilio.sms_count(), 0);
}

#[tokio::test]
async fn planned_faults_hit() {
    let world = World::start().await;
    let twilio = &world.twilio;
    twilio.fails_next(Call::Message, Fault::TooManyRequests(3));
    twilio.fails_next(Call::Message, Fault::Status(503));
    twilio.fails_next(Call::Message, Fault::Error(20003));
    twilio.fails_next(Call::Message, Fault::Garbage);
    let busy = order(&world, &FORM).send().await.unwrap();
    assert_eq!(
        (busy.status(), &busy.headers()["retry-after"]),
        (StatusCode::TOO_MANY_REQUESTS, &"3".parse().unwrap())
    );
    assert_eq!(order(&world, &FORM).send().await.unwrap().status(), 503);
    assert_eq!(answer(order(&world, &FORM)).await.0, 401);
    let garbage = order(&world, &FORM).send().await.unwrap();
    assert_eq!(garbage.status(), 201);
    assert!(garbage.json::<Value>().await.is_err());

    twilio.fails_next(Call::Message, Fault::Reset);
    assert!(order(&world, &FORM).send().await.is_err());
    twilio.fails_next(Call::Message, Fault::Hang);
    let hanging = order(&world, &FORM).timeout(Duration::from_millis(200)).send().await;
    assert!(hanging.unwrap_err().is_timeout());
    assert_eq!(twilio.sms_count(), 0);

    twilio.fails_next(Call::Message, Fault::AnswerLost);
    assert!(order(&world, &FORM).send().await.is_err());
    world.sms_for("+4915112345678").await;

    twilio.fails(Call::Account, Fault::Status(500));
    for _ in 0..2 {
        let answer = call(&world, Method::GET, ".json").send().await.unwrap();
        assert_eq!(answer.status(), 500);
    }
    twilio.recovers(Call::Account);
    assert_eq!(answer(call(&world, Method::GET, ".json")).await.0, 200);
}
