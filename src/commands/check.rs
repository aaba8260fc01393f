//! `countersign check`: everything that a start needs, one line each.

use std::cell::OnceCell;
use std::io::{self, IsTerminal};
use std::net::SocketAddr;
use std::path::Path;

use countersign::config::{Config, ConfigError, EmailSettings, Loaded, SmsSettings};
use countersign::delivery::{DeliveryError, Mailer, Texter};
use countersign::ops::check::{Checks, Finding, Page, Verdict, can_make, data_folder};
use countersign::ops::health;
use countersign::ops::metrics::Metrics;
use countersign::service;
use countersign::store::secret::SecretError;
use countersign::store::{self, StoreError, backup, secret};
use countersign::telegram::client::{ChatFacts, ChatKind, Me};
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
    let coloured = out.is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|no| no.is_empty());
    let mut page = Page { out: &mut out, coloured };
    let Loaded { config, file, .. } = match super::configuration(path) {
        Ok(loaded) => loaded,
        Err(error) => {
            let problems = match error {
                ConfigError::Wrong(problems) => {
                    problems.as_slice().iter().map(ToString::to_string).collect()
                }
                error @ ConfigError::Unreadable { .. } => vec![error.to_string()],
            };
            for problem in problems {
                page.line("config", 0, &Finding::failed(problem))?;
            }
            return Ok(Exit::Usage);
        }
    };
    let client = match service::client(&config, &Metrics::new()) {
        Ok(client) => client,
        Err(error) => {
            page.line("telegram", 0, &Finding::failed(error))?;
            return Ok(Exit::Failed);
        }
    };
    let me: OnceCell<Me> = OnceCell::new();

    let mut checks = Checks::new();
    checks.add("config", || async { Finding::well(summary(&config, file.as_deref())) });
    checks.add("data folder", || async { data_folder(&config.store.path) });
    checks.add("store", || async { stored(&config) });
    if let Some(address) = config.http.listen {
        checks.add("health", move || listens(address));
    }
    checks.add("token", || token(&client, &me));
    checks.add("webhook", || webhook(&client, &me));
    if let Some(settings) = &config.email {
        checks.add("e-mail", || email(settings));
    }
    if let Some(settings) = &config.sms {
        checks.add("SMS", || sms(settings));
    }
    for gate in &config.gates {
        let (client, me, config) = (&client, &me, &config);
        checks.add(format!("gate {}", gate.id.0), move || guarded(client, me, config, gate.id));
    }
    Ok(match checks.run(&mut page).await? {
        Verdict::Well => Exit::Well,
        Verdict::Failed => Exit::Failed,
        Verdict::StoreDamaged => Exit::StoreDamaged,
    })
}

/// What was read, and what it sets up.
fn summary(config: &Config, file: Option<&Path>) -> String {
    let source = file.map_or_else(|| "the environment".into(), |path| path.display().to_string());
    let gates = match config.gates.len() {
        1 => "1 gate".to_owned(),
        count => format!("{count} gates"),
    };
    let channels = match (&config.email, &config.sms) {
        (Some(_), Some(_)) => "e-mail and SMS",
        (Some(_), None) => "e-mail",
        (None, Some(_)) => "SMS",
        (None, None) => "no channel",
    };
    format!("{source}: {gates}, {channels}")
}

/// Looks through the store and at its key.
fn stored(config: &Config) -> Finding {
    let (path, key) = (&config.store.path, &config.store.secret_key_file);
    let secret = match (secret::load(key), store::exists(path)) {
        (Ok(secret), true) => secret,
        (Ok(_), false) => return Finding::well("there is none yet; the first start makes it"),
        (Err(SecretError::Missing { .. }), false) => {
            return match can_make(key) {
                Ok(()) => Finding::well("there is none yet; the first start makes it and its key"),
                Err(why) => Finding::bad(
                    format!("the secret key {} cannot be made: {why}", key.display()),
                    "give this user the right to, or set store.secret_key_file to another place",
                ),
            };
        }
        (Err(error), _) => return Finding::failed(error),
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
            let newest = super::store::newest(config);
            let newest = newest.map_or_else(String::new, |newest| format!(" ({newest})"));
            Finding::Damaged(format!("{error}{newest}"))
        }
        Err(error) => Finding::failed(error),
    }
}

/// Whether the health server can listen, or listens already.
async fn listens(address: SocketAddr) -> Finding {
    match health::listen(address).await {
        Ok(_) => Finding::well(format!("{address} is free")),
        Err(error) => match health::ask(address).await {
            Ok(()) => Finding::well(format!("a running process answers on {address}")),
            Err(_) => Finding::failed(error),
        },
    }
}

async fn token(client: &Client, me: &OnceCell<Me>) -> Finding {
    match client.me().await {
        Ok(bot) => {
            let found = Finding::well(format!("@{}", bot.username));
            let _ = me.set(bot);
            found
        }
        Err(fault) => telegram(&fault),
    }
}

async fn webhook(client: &Client, me: &OnceCell<Me>) -> Finding {
    if me.get().is_none() {
        return without_token();
    }
    match client.webhook_url().await {
        Ok(None) => Finding::well("none is set, so updates come here"),
        Ok(Some(to)) => Finding::bad(
            format!("Telegram sends this bot's updates to {to}"),
            "stop the program there, or remove the webhook with deleteWebhook",
        ),
        Err(fault) => telegram(&fault),
    }
}

async fn email(settings: &EmailSettings) -> Finding {
    let checked = match Mailer::new(settings) {
        Ok(mailer) => mailer.check().await,
        Err(error) => Err(error),
    };
    delivery(checked)
}

async fn sms(settings: &SmsSettings) -> Finding {
    let checked = match Texter::new(settings) {
        Ok(texter) => texter.check().await,
        Err(error) => Err(error),
    };
    delivery(checked)
}

fn delivery(checked: Result<String, DeliveryError>) -> Finding {
    match checked {
        Ok(detail) => Finding::well(detail),
        Err(error) => Finding::failed(error),
    }
}

/// Whether the bot can do its work in the gate's group.
async fn guarded(client: &Client, me: &OnceCell<Me>, config: &Config, gate: GateId) -> Finding {
    let Some(me) = me.get() else { return without_token() };
    let chat = match client.chat(gate).await {
        Ok(chat) => chat,
        Err(fault) => return telegram(&fault),
    };
    let title = &chat.title;
    match chat.kind {
        ChatKind::Group | ChatKind::Supergroup => {}
        ChatKind::Private | ChatKind::Channel => {
            return Finding::bad("chat_id is not that of a group", "put a group's id there");
        }
    }
    match client.own_rights(gate, me.id).await {
        Ok(rights) if rights.can_invite => {
            Finding::well(format!("“{title}”, {}", start_link(config, gate, me)))
        }
        Ok(rights) if rights.admin => Finding::bad(
            format!("in “{title}” the bot may not approve join requests"),
            "give it the administrator right “Invite Users via Link”",
        ),
        Ok(_) => no_admin(&chat),
        Err(Fault::NotMember { .. }) => no_admin(&chat),
        Err(fault) => telegram(&fault),
    }
}

fn no_admin(chat: &ChatFacts) -> Finding {
    Finding::bad(
        format!("in “{}” the bot is no administrator", chat.title),
        "make it one, with the right “Invite Users via Link”",
    )
}

/// The gate's own link. It depends on the secret key, which the first start makes.
fn start_link(config: &Config, gate: GateId, me: &Me) -> String {
    match secret::load(&config.store.secret_key_file) {
        Ok(secret) => {
            let start = Keys::derive(&secret.rules_secret()).gate(gate);
            format!("https://t.me/{}?start={start}", me.username)
        }
        Err(_) => "whose link is shown here after the first start".to_owned(),
    }
}

fn without_token() -> Finding {
    Finding::Skipped("not looked at, since the token could not be used".to_owned())
}

/// What Telegram said to a check, for a host.
fn telegram(fault: &Fault) -> Finding {
    match fault {
        Fault::Retry { why, .. } => Finding::bad(
            format!("Telegram cannot be reached: {why}"),
            "see whether telegram.api_url is right and a firewall is in the way",
        ),
        Fault::RateLimited { retry_after, .. } => Finding::bad(
            format!("Telegram asks for a pause of {} s", retry_after.as_secs()),
            "check again after it",
        ),
        Fault::Unauthorized { .. } => Finding::bad(
            "Telegram does not know this token",
            "put the one from @BotFather into telegram.token",
        ),
        Fault::NoChat { .. }
        | Fault::NotMember { .. }
        | Fault::Gone { .. }
        | Fault::NoRights { .. } => Finding::bad(
            "the bot is in no group with this id",
            "add it there as an administrator, and see whether chat_id is right",
        ),
        Fault::Migrated { to, .. } => {
            Finding::bad("the group has become a supergroup", format!("set chat_id to {to}"))
        }
        Fault::Conflict { .. }
        | Fault::AlreadyDone { .. }
        | Fault::TooManyChats { .. }
        | Fault::Malformed { .. } => {
            Finding::bad(fault, "see whether telegram.api_url is a Bot API server")
        }
    }
}
