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
    /// If a port is taken or the folder cannot be written.
    pub async fn start(setup: DemoSetup) -> io::Result<DemoWorld> {
        let world = World::with(setup.servers.clone()).await?.lenient();
        let (user, password) = MAIL_LOGIN;
        world.smtp.wants_login(user, password);
        let root = setup.folder.join("sandbox-root.pem");
        world.smtp.write_root(&root)?;
        let account = world.twilio.account();
        let config = json!({
            "telegram": {"token": world.token(), "api_url": world.telegram.url()},
            "store": {"path": setup.folder.join("data")},
            "http": {"listen": ""},
            "email": {
                "host": "127.0.0.1",
                "port": world.smtp.ports().tls,
                "security": "tls",
                "username": user,
                "password": password,
                "from": format!("{} <gate@example.org>", setup.servers.group),
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
        let config = toml::to_string(&config).map_err(io::Error::other)?;
        let hints = json!({
            "password": setup.password,
            "wrong_code": "Type any wrong code, such as 000000, three times: you are locked out \
                           for five minutes.",
        });
        let (page, page_task) = page::serve(setup.page, world.outside(), hints).await?;
        Ok(DemoWorld { world, page, config, page_task })
    }
}

impl Drop for DemoWorld {
    fn drop(&mut self) {
        self.page_task.abort();
    }
}
