//! The demo's world: the three servers, the page, and the config with which the real bot runs
//! against them.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use serde_json::json;
use tokio::task::JoinHandle;

use super::outside::Setup;
use super::page;
use super::world::World;

/// The user name and the password of the demo's mail server.
const MAIL_LOGIN: (&str, &str) = ("countersign", "sandbox-mail-password");
/// What the demo's SMS come from.
const SMS_FROM: &str = "+15005550006";

/// What the demo is made of.
#[derive(Clone, Debug)]
pub struct DemoSetup {
    /// Where the page is served; port 0: any.
    pub page: SocketAddr,
    pub servers: Setup,
    /// The group's password.
    pub password: String,
    /// Exists; the root certificate is written here, and the bot's store is to be made here.
    pub folder: PathBuf,
}

impl DemoSetup {
    /// The page on 127.0.0.1:8077, the servers on any ports, the password "open sesame".
    #[must_use]
    pub fn new(folder: PathBuf) -> DemoSetup {
        DemoSetup {
            page: SocketAddr::from((Ipv4Addr::LOCALHOST, 8077)),
            servers: Setup::default(),
            password: "open sesame".to_owned(),
            folder,
        }
    }
}

/// Why the demo's world cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// Something else is there already.
    #[error(
        "port {} on {} is taken, perhaps by another demo: end that one, or choose another port \
         with --listen {}", .0.port(), .0.ip(), elsewhere(*.0)
    )]
    PortTaken(SocketAddr),
    #[error(
        "port {} may be used by the system only: choose one above 1023, for example --listen {}",
        .0.port(), elsewhere(*.0)
    )]
    PortForbidden(SocketAddr),
    #[error(
        "{} is no address of this machine: name one that is, for example --listen 127.0.0.1:{}",
        .0.ip(), .0.port()
    )]
    NotHere(SocketAddr),
    #[error("the page cannot be served on {0}")]
    Page(SocketAddr, #[source] io::Error),
    #[error("the pretend Telegram, mail server and Twilio cannot be started")]
    Servers(#[source] io::Error),
    #[error("{} cannot be written", .0.display())]
    Folder(PathBuf, #[source] io::Error),
    #[error("the bot's configuration cannot be written as text")]
    Config(#[from] toml::ser::Error),
}

impl DemoError {
    fn page(at: SocketAddr, error: io::Error) -> DemoError {
        match error.kind() {
            io::ErrorKind::AddrInUse => DemoError::PortTaken(at),
            io::ErrorKind::PermissionDenied => DemoError::PortForbidden(at),
            io::ErrorKind::AddrNotAvailable => DemoError::NotHere(at),
            _ => DemoError::Page(at, error),
        }
    }
}

/// The same address with a port that anybody may use and that is likely free.
fn elsewhere(mut at: SocketAddr) -> SocketAddr {
    at.set_port(match at.port() {
        low @ 0..1024 => low + 8000,
        u16::MAX => 8077,
        port => port + 1,
    });
    at
}

/// The demo's world, running. It ends when it is dropped.
pub struct DemoWorld {
    pub world: World,
    /// Where the page is.
    pub page: SocketAddr,
    /// The text of a `config.toml` for the real bot.
    pub config: String,
    page_task: JoinHandle<()>,
}

impl DemoWorld {
    /// # Errors
    /// If a port is taken or the folder cannot be written. Nothing is written before the page has
    /// its port.
    pub async fn start(setup: DemoSetup) -> Result<DemoWorld, DemoError> {
        let page = page::bind(setup.page).await;
        let page = page.map_err(|error| DemoError::page(setup.page, error))?;
        let world = World::with(setup.servers.clone()).await.map_err(DemoError::Servers)?.lenient();
        let (user, password) = MAIL_LOGIN;
        world.smtp.wants_login(user, password);
        let root = setup.folder.join("sandbox-root.pem");
        world.smtp.write_root(&root).map_err(|error| DemoError::Folder(root.clone(), error))?;
        // So the bot may write to her: with cards, and when she brings it into a group.
        world.admin().has_written_before();
        let account = world.twilio.account();
        let config = json!({
            "telegram": {
                "token": world.token(),
                "api_url": world.telegram.url(),
                "owners": [world.admin().id()],
            },
            "store": {"path": setup.folder.join("data")},
            "http": {"listen": ""},
            "email": {
                "host": "127.0.0.1",
                "port": world.smtp.ports().tls,
                "security": "tls",
                "username": user,
                "password": password,
                "from": format!("{} <gate@example.org>", setup.servers.bot_name),
                "ca_file": root,
            },
            "sms": {
                "account_sid": account.sid,
                "auth_token": account.auth_token,
                "from": SMS_FROM,
                "api_url": world.twilio.url(),
                "allowed_countries": ["+49", "+43", "+41", "+44", "+1"],
            },
            "gates": [{
                "chat_id": world.group().id(),
                "password": setup.password,
                "channels": ["email", "sms"],
                "listed": true,
            }],
        });
        let config = toml::to_string(&config)?;
        let hints = json!({
            "password": setup.password,
            "wrong_code": "Type any wrong code, such as 000000, three times: you are locked out \
                           for five minutes. Let ten minutes pass, and go on.",
        });
        let address = page.address();
        let page_task = page::serve(page, world.outside(), hints);
        Ok(DemoWorld { world, page: address, config, page_task })
    }
}

impl Drop for DemoWorld {
    fn drop(&mut self) {
        self.page_task.abort();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_that_cannot_be_had_is_named_with_what_to_do() {
        let told = |at: &str, kind: io::ErrorKind| {
            DemoError::page(at.parse().expect("an address"), kind.into()).to_string()
        };
        assert_eq!(
            told("127.0.0.1:8077", io::ErrorKind::AddrInUse),
            "port 8077 on 127.0.0.1 is taken, perhaps by another demo: end that one, or choose \
             another port with --listen 127.0.0.1:8078"
        );
        assert_eq!(
            told("[::1]:80", io::ErrorKind::PermissionDenied),
            "port 80 may be used by the system only: choose one above 1023, for example \
             --listen [::1]:8080"
        );
        assert_eq!(
            told("203.0.113.5:8077", io::ErrorKind::AddrNotAvailable),
            "203.0.113.5 is no address of this machine: name one that is, for example \
             --listen 127.0.0.1:8077"
        );
        assert_eq!(elsewhere("127.0.0.1:65535".parse().expect("an address")).port(), 8077);
    }
}
