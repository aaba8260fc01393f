//! What the Bot API answers, or a proxy in its place.

#![no_main]

use std::cell::LazyCell;
use std::time::Duration;

use countersign::telegram::updates;
use countersign::telegram::{Client, Fault};
use countersign::verification::{GateId, UserId};
use countersign_fuzz::{Server, TOKEN, filled_in, is_harmless, wait_for};
use libfuzzer_sys::fuzz_target;
use secrecy::SecretString;

const STATUSES: [u16; 10] = [200, 301, 400, 401, 403, 404, 409, 429, 500, 502];

thread_local! {
    static TELEGRAM: LazyCell<(Server, Client)> = LazyCell::new(|| {
        let server = Server::start(true);
        let url = format!("http://{}", server.address).parse().expect("a URL");
        let client = Client::new(&SecretString::from(TOKEN), &url).expect("a client");
        (server, client)
    });
}

fuzz_target!(|input: (u8, u8, &[u8])| {
    let (call, status, body) = input;
    let status = STATUSES[usize::from(status) % STATUSES.len()];
    let body = filled_in(body);
    let fault = TELEGRAM.with(|telegram| {
        let (server, client) = &**telegram;
        server.answers(status, "", &body);
        let group = GateId(-1001);
        wait_for(async {
            match call % 6 {
                0 => client.me().await.err(),
                1 => client.webhook_url().await.err(),
                2 => client.chat(group).await.err(),
                3 => client.own_rights(group, UserId(7)).await.err(),
                4 => client.rights(group, UserId(7)).await.err(),
                _ => match client.updates(None, 0, Duration::from_secs(5)).await {
                    Ok(batch) => {
                        for update in &batch {
                            let _ = updates::read(update);
                        }
                        None
                    }
                    Err(fault) => Some(fault),
                },
            }
        })
    });
    let Some(fault) = fault else { return };
    let said = fault.to_string();
    is_harmless(&said);
    is_harmless(&format!("{fault:?}"));
    assert_eq!(fault.is_retryable(), fault.pause().is_some());
    let day = Duration::from_secs(24 * 60 * 60);
    assert!(fault.pause().is_none_or(|pause| pause <= day), "{said}");
    if let Fault::Migrated { .. } = fault {
        assert!(body.windows(8).any(|piece| piece == b"migrate_"));
    }
});
