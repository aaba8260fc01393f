//! A Bot API for tests: it gives the answers that it was told, in order, and remembers what it was
//! asked.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use reqwest::Url;
use secrecy::SecretString;
use serde_json::{Value, json};

use super::client::Client;

pub enum Answer {
    Raw(u16, String),
    /// The connection ends without an answer.
    Reset,
    /// No answer ever comes.
    Silence,
}

#[derive(Clone)]
pub struct Script(Arc<Mutex<Scene>>);

struct Scene {
    answers: VecDeque<Answer>,
    calls: Vec<(String, Value)>,
}

impl Answer {
    pub fn ok(result: impl Into<Value>) -> Answer {
        Answer::Raw(200, json!({"ok": true, "result": result.into()}).to_string())
    }

    pub fn refused(code: u16, description: &str) -> Answer {
        let body = json!({"ok": false, "error_code": code, "description": description});
        Answer::Raw(code, body.to_string())
    }

    pub fn paused(seconds: u64) -> Answer {
        let body = json!({
            "ok": false, "error_code": 429, "description": "Too Many Requests",
            "parameters": {"retry_after": seconds},
        });
        Answer::Raw(429, body.to_string())
    }

    pub fn moved(to: i64) -> Answer {
        let body = json!({
            "ok": false, "error_code": 400,
            "description": "Bad Request: group chat was upgraded to a supergroup chat",
            "parameters": {"migrate_to_chat_id": to},
        });
        Answer::Raw(400, body.to_string())
    }
}

impl Script {
    pub fn new(answers: impl IntoIterator<Item = Answer>) -> Script {
        let answers = answers.into_iter().collect();
        Script(Arc::new(Mutex::new(Scene { answers, calls: Vec::new() })))
    }

    /// Listens on a loopback port and gives a client that talks to it.
    pub async fn client(&self) -> Client {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = Url::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
        let app = Router::new().fallback(answer).with_state(self.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        Client::new(&SecretString::from("1:token"), &url).unwrap()
    }

    /// How many calls have come so far.
    pub fn seen(&self) -> usize {
        self.0.lock().unwrap().calls.len()
    }

    /// What was asked: methods and payloads. Every answer must have been fetched.
    pub fn calls(&self) -> Vec<(String, Value)> {
        let scene = self.0.lock().unwrap();
        assert!(scene.answers.is_empty(), "{} answers were not fetched", scene.answers.len());
        scene.calls.clone()
    }
}

async fn answer(State(script): State<Script>, uri: Uri, body: Bytes) -> Response {
    let method = uri.path().strip_prefix("/bot1:token/").expect("the token stands in the path");
    let next = {
        let mut scene = script.0.lock().unwrap();
        let sent = serde_json::from_slice(&body).expect("a call is JSON");
        scene.calls.push((method.to_owned(), sent));
        scene.answers.pop_front().expect("an answer is left for this call")
    };
    match next {
        Answer::Raw(status, body) => (StatusCode::from_u16(status).unwrap(), body).into_response(),
        // A panic within the handler makes the server drop the connection.
        Answer::Reset => panic!("told to drop the connection"),
        Answer::Silence => std::future::pending().await,
    }
}
