//! The HTTP side of the pretend Twilio.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{ConnectInfo, Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use mail_parser::DateTime;
use serde_json::{Value, json};

use super::errors::TwilioError;
use super::sms::Sms;
use super::{Call, Fault, Twilio, locked};
use crate::sandbox::http::{Scissors, pairs};

/// Seconds that a message may wait at most, and the default.
const LONGEST_VALIDITY: u32 = 36_000;

pub fn router(twilio: Arc<Twilio>) -> Router {
    Router::new()
        .route("/2010-04-01/Accounts/{sid}/Messages.json", post(order))
        .route("/2010-04-01/Accounts/{account}", get(account))
        .fallback(nowhere)
        .with_state(twilio)
}

async fn nowhere(State(twilio): State<Arc<Twilio>>) -> Response {
    twilio.complain("an address that Twilio does not have");
    error(&TwilioError::new(20404, ""))
}

async fn order(
    State(twilio): State<Arc<Twilio>>,
    ConnectInfo(scissors): ConnectInfo<Scissors>,
    Path(sid): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    twilio.calls.fetch_add(1, Ordering::Relaxed);
    let answer = || match twilio.may(&headers, &sid).and_then(|()| twilio.take(&headers, &body)) {
        Ok(json) => (StatusCode::CREATED, axum::Json(json)).into_response(),
        Err(why) => error(&why),
    };
    troubled(&twilio, Call::Message, StatusCode::CREATED, &scissors, answer).await
}

async fn account(
    State(twilio): State<Arc<Twilio>>,
    ConnectInfo(scissors): ConnectInfo<Scissors>,
    Path(account): Path<String>,
    headers: HeaderMap,
) -> Response {
    twilio.calls.fetch_add(1, Ordering::Relaxed);
    let answer = || {
        let Some(sid) = account.strip_suffix(".json") else {
            return error(&TwilioError::new(20404, ""));
        };
        match twilio.may(&headers, sid) {
            Ok(()) => axum::Json(json!({
                "sid": sid, "friendly_name": "Sandbox", "status": "active", "type": "Full",
                "owner_account_sid": sid, "uri": format!("/2010-04-01/Accounts/{sid}.json"),
            }))
            .into_response(),
            Err(why) => error(&why),
        }
    };
    troubled(&twilio, Call::Account, StatusCode::OK, &scissors, answer).await
}

/// The answer, or what was planned in its place.
async fn troubled(
    twilio: &Twilio,
    call: Call,
    good: StatusCode,
    scissors: &Scissors,
    answer: impl FnOnce() -> Response,
) -> Response {
    match twilio.faults.take(&call) {
        None => answer(),
        Some(Fault::Error(code)) => error(&TwilioError::new(code, "")),
        Some(Fault::TooManyRequests(seconds)) => {
            let mut response = error(&TwilioError::new(20429, ""));
            response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
            response
        }
        Some(Fault::Status(status)) => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            (status, "upstream trouble").into_response()
        }
        Some(Fault::Hang) => std::future::pending().await,
        Some(Fault::Reset) => {
            scissors.cut();
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
        Some(Fault::Garbage) => (good, "<html>oops").into_response(),
        Some(Fault::Stammer) => {
            scissors.stammer();
            answer()
        }
        Some(Fault::AnswerLost) => {
            let response = answer();
            scissors.cut();
            response
        }
    }
}

fn error(why: &TwilioError) -> Response {
    let status = StatusCode::from_u16(why.status).unwrap_or(StatusCode::BAD_REQUEST);
    (status, axum::Json(why.json())).into_response()
}

impl Twilio {
    fn complain(&self, what: &str) {
        locked(&self.violations).push(format!("twilio: {what}"));
    }

    /// Basic authentication by the account's token or by an API key.
    fn may(&self, headers: &HeaderMap, sid: &str) -> Result<(), TwilioError> {
        let given = headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.strip_prefix("Basic "))
            .and_then(|value| BASE64_STANDARD.decode(value).ok())
            .and_then(|plain| String::from_utf8(plain).ok());
        let account = &self.account;
        let known = [
            format!("{}:{}", account.sid, account.auth_token),
            format!("{}:{}", account.key_sid, account.key_secret),
        ];
        if !given.is_some_and(|given| known.contains(&given)) {
            return Err(TwilioError::new(20003, ""));
        }
        if sid != account.sid {
            return Err(TwilioError::new(20404, ""));
        }
        Ok(())
    }

    fn take(&self, headers: &HeaderMap, body: &[u8]) -> Result<Value, TwilioError> {
        let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        if !kind.is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded")) {
            self.complain("the parameters must come as a form");
        }
        let order = self.read(&String::from_utf8_lossy(body))?;
        if let Some(code) = locked(&self.failing).get(&order.to) {
            return Err(TwilioError::new(*code, &order.to));
        }
        let json = self.describe(&order);
        self.messages.put(&order.to.clone(), order);
        self.version.send_modify(|version| *version += 1);
        Ok(json)
    }

    fn read(&self, form: &str) -> Result<Sms, TwilioError> {
        let (mut to, mut from, mut service, mut body) = (None, None, None, None);
        let (mut validity_s, mut status_callback) = (LONGEST_VALIDITY, None);
        for (name, value) in pairs(form) {
            match name.as_str() {
                "To" => to = Some(value),
                "From" => from = Some(value),
                "MessagingServiceSid" => service = Some(value),
                "Body" => body = Some(value),
                "ValidityPeriod" => match value.parse() {
                    Ok(seconds @ 1..=LONGEST_VALIDITY) => validity_s = seconds,
                    Ok(_) | Err(_) => {
                        self.complain("ValidityPeriod must be from 1 to 36000");
                        return Err(TwilioError::new(20001, ""));
                    }
                },
                "StatusCallback" => {
                    if reqwest::Url::parse(&value).is_err() {
                        self.complain("StatusCallback must be a URL");
                        return Err(TwilioError::new(21609, ""));
                    }
                    status_callback = Some(value);
                }
                other => {
                    self.complain(&format!("unknown parameter {other}"));
                    return Err(TwilioError::new(20001, ""));
                }
            }
        }
        let to = to.filter(|to| !to.is_empty()).ok_or_else(|| TwilioError::new(21604, ""))?;
        let from = from.or(service).filter(|from| !from.is_empty());
        let from = from.ok_or_else(|| TwilioError::new(21603, ""))?;
        let body = body.filter(|body| !body.is_empty());
        let body = body.ok_or_else(|| TwilioError::new(21602, ""))?;
        if body.chars().count() > 1600 {
            return Err(TwilioError::new(21617, ""));
        }
        if !is_e164(&to) {
            return Err(TwilioError::new(21211, &to));
        }
        let id = self.next_id.fetch_add(1, Ordering::Relaxed);
        let (sid, at_ms) = (format!("SM{id:032x}"), self.clock.now_ms());
        Ok(Sms { id, sid, to, from, body, validity_s, status_callback, at_ms })
    }

    fn describe(&self, sms: &Sms) -> Value {
        let account = &self.account.sid;
        let by_service = sms.from.starts_with("MG");
        let date = DateTime::from_timestamp(sms.at_ms.div_euclid(1000)).to_rfc822();
        let uri = format!("/2010-04-01/Accounts/{account}/Messages/{}", sms.sid);
        json!({
            "account_sid": account, "api_version": "2010-04-01", "body": sms.body,
            "date_created": date, "date_sent": null, "date_updated": date,
            "direction": "outbound-api", "error_code": null, "error_message": null,
            "from": if by_service { Value::Null } else { sms.from.as_str().into() },
            "messaging_service_sid": if by_service { sms.from.as_str().into() } else { Value::Null },
            "num_media": "0", "num_segments": sms.segments().to_string(),
            "price": *locked(&self.price), "price_unit": "USD", "sid": sms.sid,
            "status": if by_service { "accepted" } else { "queued" },
            "subresource_uris": {"media": format!("{uri}/Media.json")},
            "to": sms.to, "uri": format!("{uri}.json"),
        })
    }
}

fn is_e164(number: &str) -> bool {
    number.strip_prefix('+').is_some_and(|digits| {
        (7..=15).contains(&digits.len())
            && digits.bytes().all(|b| b.is_ascii_digit())
            && !digits.starts_with('0')
    })
}
