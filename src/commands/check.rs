//! `countersign check`: everything that a start needs, one line each.

use std::cell::OnceCell;
use std::io::{self, Write};
use std::path::Path;

use countersign::config::{Config, ConfigError, EmailSettings, Loaded, SmsSettings};
use countersign::delivery::{DeliveryError, Mailer, Texter};
use countersign::ops::check::{Checks, Finding, Verdict, data_folder};
use countersign::ops::metrics::Metrics;
use countersign::service;
use countersign::store::{StoreError, backup, secret};
use countersign::telegram::client::Me;
use countersign::telegram::{Client, Fault};
use countersign::verification::GateId;
use countersign::verification::code::Keys;

use crate::cli::Exit;

/// Runs all checks and prints what they find on standard output.
///
/// # Errors
/// Standard output cannot be written.
pub async fn check(path: Option<&Path>) -> io::Result<Exit> {
    let mut out = io::stdout().lock();
    let Loaded { config, file, .. } = match super::configuration(path) {
        Ok(loaded) => loaded,
        Err(ConfigError::Wrong(problems)) => {
            for problem in problems.as_slice() {
                writeln!(out, "FAIL config – {problem}")?;
            }
            return Ok(Exit::Usage);
        }
        Err(error @ ConfigError::Unreadable { .. }) => {
            writeln!(out, "FAIL config – {error}")?;
            return Ok(Exit::Usage);
        }
    };

    let client = match service::client(&config, &Metrics::new()) {
        Ok(client) => client,
        Err(error) => {
            writeln!(out, "FAIL token – {error}")?;
            return Ok(Exit::Failed);
        }
    };
    let me: OnceCell<Me> = OnceCell::new();
    let mut checks = Checks::new();
    checks.add("config", || async {
        let source = match file {
            Some(path) => path.display().to_string(),
            None => "the environment".to_owned(),
        };
        let channels: Vec<&str> =
            [config.email.as_ref().map(|_| "e-mail"), config.sms.as_ref().map(|_| "SMS")]
                .into_iter()
                .flatten()
                .collect();
        let gates = match config.gates.len() {
            1 => "1 gate".to_owned(),
            count => format!("{count} gates"),
        };
        let channels =
            if channels.is_empty() { "no channel".to_owned() } else { channels.join(" and ") };
        Finding::well(format!("{source}: {gates}, {channels}"))
    });
    checks.add("data folder", || async { data_folder(&config.store.path) });
    checks.add("store", || async { store(&config) });
    checks.add("token", || token(&client, &me));
    checks.add("webhook", || webhook(&client));
    if let Some(settings) = &config.email {
        checks.add("e-mail", || email(settings));
    }
    if let Some(settings) = &config.sms {
        checks.add("SMS", || sms(settings));
    }
    for gate in &config.gates {
        let name = format!("gate {}", gate.id.0);
        let (client, me, config) = (&client, &me, &config);
        checks.add(name, move || guarded(client, me, config, gate.id));
    }
    Ok(match checks.run(&mut out).await? {
        Verdict::Well => Exit::Well,
        Verdict::Failed => Exit::Failed,
        Verdict::StoreDamaged => Exit::StoreDamaged,
    })
}

/// Looks through the store without changing anything.
fn store(config: &Config) -> Finding {
    let (path, key) = (&config.store.path, &config.store.secret_key_file);
    if !countersign::store::exists(path) {
        return Finding::well("there is none yet; the first start makes it");
    }
    let secret = match secret::load(key) {
        Ok(secret) => secret,
        Err(error) => return Finding::bad(error.to_string(), "put the secret key back"),
    };
    match backup::verify(path, &secret.seal_key()) {
        Ok(verified) => {
            let total: u64 = verified.records.values().sum();
            Finding::well(format!("sound, {total} records"))
        }
        Err(StoreError::InUse { .. }) => {
            Finding::well("in use by a running process, which looked through it at its start")
        }
        Err(error) if error.is_damage() => {
            Finding::damaged(error.to_string(), "nothing else helps")
        }
        Err(error) => Finding::bad(error.to_string(), "then check again"),
    }
}

async fn token(client: &Client, me: &OnceCell<Me>) -> Finding {
    match client.me().await {
        Ok(bot) => {
            let found = Finding::well(format!("@{}", bot.username));
            let _ = me.set(bot);
            found
        }
        Err(fault) => telegram_fault(&fault),
    }
}

async fn webhook(client: &Client) -> Finding {
    match client.webhook_url().await {
        Ok(None) => Finding::well("none is set, so updates come here"),
        Ok(Some(_)) => Finding::bad(
            "a webhook is set, so updates go elsewhere",
            "stop the program that set it, or call deleteWebhook",
        ),
        Err(fault) => telegram_fault(&fault),
    }
}

async fn email(settings: &EmailSettings) -> Finding {
    let checked = match Mailer::new(settings) {
        Ok(mailer) => mailer.check().await,
        Err(error) => Err(error),
    };
    delivery(checked, "mend [email] in the configuration")
}

async fn sms(settings: &SmsSettings) -> Finding {
    let checked = match Texter::new(settings) {
        Ok(texter) => texter.check().await,
        Err(error) => Err(error),
    };
    delivery(checked, "mend [sms] in the configuration")
}

fn delivery(checked: Result<String, DeliveryError>, remedy: &str) -> Finding {
    match checked {
        Ok(detail) => Finding::well(detail),
        Err(error) => Finding::bad(error.to_string(), remedy),
    }
}

/// Whether the bot can do its work in the gate's group.
async fn guarded(client: &Client, me: &OnceCell<Me>, config: &Config, gate: GateId) -> Finding {
    let Some(me) = me.get() else {
        return Finding::bad("not looked at, since the token does not work", "mend that first");
    };
    let chat = match client.chat(gate).await {
        Ok(chat) => chat,
        Err(fault) => return telegram_fault(&fault),
    };
    match client.own_rights(gate, me.id).await {
        Ok(rights) if rights.can_invite => {
            let link = match secret::load(&config.store.secret_key_file) {
                Ok(secret) => {
                    let start = Keys::derive(&secret.rules_secret()).gate(gate);
                    format!("its own link: https://t.me/{}?start={start}", me.username)
                }
                Err(_) => "its own link is shown here after the first start".to_owned(),
            };
            Finding::well(format!("\u{201c}{}\u{201d}; {link}", chat.title))
        }
        Ok(rights) if rights.is_admin => Finding::bad(
            format!("in \u{201c}{}\u{201d} the bot may not approve join requests", chat.title),
            "give it the administrator right \u{201c}Invite Users via Link\u{201d}",
        ),
        Ok(_) => Finding::bad(
            format!("in \u{201c}{}\u{201d} the bot is no administrator", chat.title),
            "make it one, with the right \u{201c}Invite Users via Link\u{201d}",
        ),
        Err(fault) => telegram_fault(&fault),
    }
}

fn telegram_fault(fault: &Fault) -> Finding {
    let remedy = match fault {
        Fault::Unauthorized { .. } => "put the token from @BotFather into telegram.token",
        Fault::NoChat { .. } | Fault::NotMember { .. } => {
            "add the bot to the group as an administrator, and see whether chat_id is right"
        }
        Fault::Migrated { .. } => "set chat_id to the new id",
        _ => "see whether telegram.api_url can be reached from here",
    };
    Finding::bad(fault.to_string(), remedy)
}
