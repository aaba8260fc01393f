//! A real headless Chromium on the demo's page, and the processes behind it.
//!
//! Nothing here sleeps: a wait is a `MutationObserver` inside the page that answers at the moment
//! when what was waited for is there, or fails after 20 s.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, SocketAddr};
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use countersign::sandbox::{DemoSetup, DemoWorld};
use fantoccini::elements::Element;
use fantoccini::wd::{Capabilities, TimeoutConfiguration, WebDriverCompatibleCommand};
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use reqwest::{Method, Url};
use serde_json::{Value, json};
use tempfile::TempDir;

/// How long anything on the page may take.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long a process may take to say where it listens: the demo's first start makes keys and a store.
const START: Duration = Duration::from_secs(60);

/// How often a process is started that ends at once.
const CHANCES: usize = 5;

/// Opens the page of a demo of its own, and walks `walk` on it.
pub async fn on_the_page<Walk>(name: &'static str, walk: impl FnOnce(Page) -> Walk)
where
    Walk: Future<Output = ()> + Send + 'static,
{
    let demo = Arc::new(Demo::start());
    in_a_browser(name, &demo.url(), Some(demo), walk).await;
}

/// The same in a world without a bot, in which nobody has a phone yet.
pub async fn on_the_page_of_an_empty_world<Walk>(
    name: &'static str,
    walk: impl FnOnce(Page) -> Walk,
) where
    Walk: Future<Output = ()> + Send + 'static,
{
    let folder = TempDir::new().expect("a folder for the world's certificate");
    let anywhere = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let setup = DemoSetup { page: anywhere, ..DemoSetup::new(folder.path().to_owned()) };
    let world = DemoWorld::start(setup).await.expect("an empty world");
    in_a_browser(name, &format!("http://{}/", world.page), None, walk).await;
}

/// Opens a browser, walks `walk` in it, and closes everything, also when the walk fails. Ends by
/// asserting that the browser's console stayed silent.
async fn in_a_browser<Walk>(
    name: &'static str,
    url: &str,
    demo: Option<Arc<Demo>>,
    walk: impl FnOnce(Page) -> Walk,
) where
    Walk: Future<Output = ()> + Send + 'static,
{
    let chromedriver = Process::start(
        Command::new("chromedriver").arg("--port=0"),
        "started successfully on port ",
    );
    let profile = TempDir::new().expect("a folder for the browser's profile");
    let client = ClientBuilder::new(HttpConnector::new())
        .capabilities(capabilities(profile.path()))
        .connect(&format!("http://127.0.0.1:{}", chromedriver.port))
        .await
        .expect("chromedriver opens a browser");
    let page = Page { client: client.clone(), name, demo };
    let times = TimeoutConfiguration::new(Some(PATIENCE), Some(PATIENCE), None);
    client.update_timeouts(times).await.expect("time limits");
    page.size(1440, 900, false).await;
    client.goto(url).await.expect("the demo's page opens");

    let walked = tokio::spawn(walk(page.clone())).await;
    if walked.is_err() {
        page.photograph("failed").await;
    }
    let console = page.console().await;
    // A console that is silent because nobody listens would prove nothing.
    page.run("console.error('is anybody listening?')").await;
    let heard = page.console().await;
    client.close().await.expect("the browser closes");
    if let Err(fault) = walked {
        eprintln!("the browser's console: {console:#?}");
        resume_unwind(fault.into_panic());
    }
    assert!(console.is_empty(), "the browser's console was not silent: {console:#?}");
    assert!(heard.len() == 1 && heard[0].contains("is anybody listening?"), "{heard:#?}");
}

/// The page in the browser.
#[derive(Clone)]
pub struct Page {
    client: Client,
    name: &'static str,
    demo: Option<Arc<Demo>>,
}

/// What every script on the page may use: the applicant's phone, the chat that is open in it, and
/// its messages, oldest first.
const WORDS: &str = "
    const all = (selector, root = document) => [...root.querySelectorAll(selector)];
    const phone = document.querySelector('[data-testid=phone-applicant]');
    const log = all('[role=log]', phone).find((chat) => !chat.hidden);
    const said = (from) => log ? all(`[data-testid=message][data-from=${from}]`, log) : [];
    const words = (message) => message.querySelector('[data-testid=words]').textContent;
    const buttons = (message) => all('[data-testid=inline-button]', message);
";

impl Page {
    /// Runs a script with [`WORDS`] and gives what it returns.
    pub async fn run(&self, script: &str) -> Value {
        let script = format!("{WORDS}{script}");
        self.client.execute(&script, Vec::new()).await.unwrap_or_else(|e| panic!("{script}: {e}"))
    }

    /// Waits until the script returns something truthy, and gives it. `what` names it in the failure.
    pub async fn until(&self, what: &str, script: &str) -> Value {
        let script = format!(
            "const done = arguments[arguments.length - 1];
            const check = () => {{ {WORDS} {script} }};
            const now = check();
            if (now) return done(now);
            new MutationObserver((_, observer) => {{
                const then = check();
                if (then) {{ observer.disconnect(); done(then); }}
            }}).observe(document, {{ subtree: true, childList: true, attributes: true, characterData: true }});"
        );
        let told = self.client.execute_async(&script, Vec::new()).await;
        told.unwrap_or_else(|e| panic!("waited in vain until {what}: {e}"))
    }

    /// Clicks as a person would: the element must be visible and not covered.
    pub async fn click(&self, selector: &str) {
        let clicked = self.one(selector).await.click().await;
        clicked.unwrap_or_else(|e| panic!("{selector} cannot be clicked: {e}"));
    }

    /// Types with the keyboard into the element.
    pub async fn type_into(&self, selector: &str, text: &str) {
        let typed = self.one(selector).await.send_keys(text).await;
        typed.unwrap_or_else(|e| panic!("{selector} cannot be typed into: {e}"));
    }

    /// Clicks on something inside of a frame.
    pub async fn click_in_frame(&self, frame: &str, selector: &str) {
        let entered = self.one(frame).await.enter_frame().await;
        entered.unwrap_or_else(|e| panic!("{frame} cannot be entered: {e}"));
        self.click(selector).await;
        self.client.clone().enter_parent_frame().await.expect("back to the page");
    }

    /// Kills the demo behind the page. What the browser then says about the lost connection is
    /// taken for granted.
    pub fn loses_its_demo(&self) {
        self.demo.as_ref().expect("a demo of its own").end();
    }

    /// Starts it anew on the same port, once the browser has noticed.
    pub async fn gets_a_new_demo(&self) {
        self.demo.as_ref().expect("a demo of its own").begin_again();
        self.console().await;
    }

    async fn one(&self, selector: &str) -> Element {
        let found = self.client.find(Locator::Css(selector)).await;
        found.unwrap_or_else(|e| panic!("there is no {selector}: {e}"))
    }

    /// A picture of the page as it is now, in `target/browser/`.
    pub async fn photograph(&self, of: &str) {
        let folder = pictures();
        fs::create_dir_all(&folder).expect("a folder for the pictures");
        let picture = self.client.screenshot().await.expect("a screenshot");
        assert!(picture.len() > 10_000, "the picture of {of} is as good as empty");
        fs::write(folder.join(format!("{}-{of}.png", self.name)), picture).expect("a picture kept");
    }

    /// The size of the window in CSS pixels; `finger`: a touch screen with two device pixels each.
    pub async fn size(&self, width: u32, height: u32, finger: bool) {
        let scale = if finger { 2 } else { 1 };
        let metrics =
            json!({"width": width, "height": height, "deviceScaleFactor": scale, "mobile": finger});
        self.devtools("Emulation.setDeviceMetricsOverride", metrics).await;
        self.devtools("Emulation.setTouchEmulationEnabled", json!({"enabled": finger})).await;
    }

    /// `light` or `dark`, as the system would say.
    pub async fn colours(&self, scheme: &str) {
        let features = json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]});
        self.devtools("Emulation.setEmulatedMedia", features).await;
    }

    async fn devtools(&self, command: &str, parameters: Value) {
        let body = json!({"cmd": command, "params": parameters});
        let done = self.client.issue_cmd(Chromium { path: "goog/cdp/execute", body }).await;
        done.unwrap_or_else(|e| panic!("{command}: {e}"));
    }

    /// Warnings and errors that the browser's console has shown since it was last asked.
    async fn console(&self) -> Vec<String> {
        let body = json!({"type": "browser"});
        let told = self.client.issue_cmd(Chromium { path: "se/log", body }).await;
        let told = told.expect("the browser's console");
        let lines = told.as_array().expect("a list of console lines").iter();
        let loud = lines.filter(|line| line["level"] == "SEVERE" || line["level"] == "WARNING");
        loud.map(|line| line["message"].as_str().unwrap_or_default().to_owned()).collect()
    }
}

/// A command of chromedriver's own, below the session's address.
#[derive(Debug)]
struct Chromium {
    path: &'static str,
    body: Value,
}

impl WebDriverCompatibleCommand for Chromium {
    fn endpoint(
        &self,
        base: &Url,
        session: Option<&str>,
    ) -> Result<Url, <Url as std::str::FromStr>::Err> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.path))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(self.body.to_string()))
    }
}

fn capabilities(profile: &Path) -> Capabilities {
    let arguments = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--disable-dev-shm-usage",
        // Pictures show where things stand, not how they get there.
        "--force-prefers-reduced-motion",
    ];
    let mut arguments: Vec<String> = arguments.map(str::to_owned).to_vec();
    arguments.push(format!("--user-data-dir={}", profile.display()));
    let mut wanted = Capabilities::new();
    wanted.insert("goog:chromeOptions".to_owned(), json!({"args": arguments}));
    wanted.insert("goog:loggingPrefs".to_owned(), json!({"browser": "ALL"}));
    wanted
}

fn pictures() -> PathBuf {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("the target folder");
    target.join("browser")
}

/// The program under test.
struct Demo {
    running: Mutex<Option<(Process, TempDir)>>,
    port: u16,
}

impl Demo {
    fn start() -> Demo {
        let running = Demo::run(0);
        Demo { port: running.0.port, running: Mutex::new(Some(running)) }
    }

    fn url(&self) -> String {
        format!("http://127.0.0.1:{}/", self.port)
    }

    fn end(&self) {
        *self.running.lock().expect("nobody panicked here") = None;
    }

    fn begin_again(&self) {
        *self.running.lock().expect("nobody panicked here") = Some(Demo::run(self.port));
    }

    fn run(port: u16) -> (Process, TempDir) {
        let data = TempDir::new().expect("a folder for the demo's store");
        let demo = Process::start(
            Command::new(env!("CARGO_BIN_EXE_countersign"))
                .args(["demo", "--listen", &format!("127.0.0.1:{port}"), "--data"])
                .arg(data.path()),
            "http://127.0.0.1:",
        );
        (demo, data)
    }
}

/// A child that says on its standard output on which port it listens, and dies with this value.
struct Process {
    child: Child,
    port: u16,
}

impl Process {
    /// The port is the number that follows `mark` in the first line that has one there.
    ///
    /// A port that is free when it is chosen may be taken by somebody else a moment later, so a
    /// process that ends without a word is given another chance.
    fn start(command: &mut Command, mark: &'static str) -> Process {
        let named = format!("{:?}", command.get_program());
        for _ in 0..CHANCES {
            if let Some(process) = Process::started(command, mark, &named) {
                return process;
            }
        }
        panic!("{named} never said «{mark}<port>» on its standard output, and ended");
    }

    /// `None` if it ended before it said its port.
    fn started(command: &mut Command, mark: &'static str, named: &str) -> Option<Process> {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|e| panic!("{named} does not start: {e}"));
        let said = BufReader::new(child.stdout.take().expect("its standard output"));
        let mut process = Process { child, port: 0 };
        let (tell, told) = mpsc::channel();
        // Reads on to the end, lest the child block on a full pipe.
        thread::spawn(move || {
            for line in said.lines().map_while(Result::ok) {
                if let Some(port) = port_after(&line, mark) {
                    // Nobody listens any more after the first.
                    let _ = tell.send(port);
                }
            }
        });
        match told.recv_timeout(START) {
            Ok(port) => {
                process.port = port;
                Some(process)
            }
            Err(RecvTimeoutError::Disconnected) => None,
            Err(RecvTimeoutError::Timeout) => panic!("{named} did not say «{mark}<port>» in time"),
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn port_after(line: &str, mark: &str) -> Option<u16> {
    let (_, rest) = line.split_once(mark)?;
    let digits = rest.find(|c: char| !c.is_ascii_digit()).map_or(rest, |end| &rest[..end]);
    digits.parse().ok().filter(|port| *port != 0)
}
