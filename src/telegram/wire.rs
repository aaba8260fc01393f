//! How calls travel to Telegram's server: over connections that are kept, straight or through a
//! proxy.

use std::error::Error;
use std::io;
use std::time::Duration;

use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::header::CONTENT_TYPE;
use hyper::{Request, Uri};
use hyper_rustls::{HttpsConnectorBuilder, MaybeHttpsStream};
use hyper_util::client::legacy;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::proxy::matcher::Matcher;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use reqwest::Url;
use reqwest::redirect::Policy;
use tokio::net::TcpStream;
use tokio_rustls::rustls::crypto::ring;
use tower::BoxError;
use tower::timeout::Timeout;
use tower::timeout::error::Elapsed;
use tower::util::BoxCloneSyncService;

use super::faults::Fault;

const CONNECT_TIME: Duration = Duration::from_secs(5);
/// How soon a connection on which nothing comes back is tried, and how soon it is given up.
const KEPT_ALIVE: Duration = Duration::from_secs(30);
/// How long nobody needs to have used a connection before it is closed.
const IDLE: Duration = Duration::from_secs(90);
const JSON: &str = "application/json";

type Connector = BoxCloneSyncService<Uri, MaybeHttpsStream<TokioIo<TcpStream>>, BoxError>;
type Straight = legacy::Client<Connector, Full<Bytes>>;

/// The connections to one server. Cheap to clone.
#[derive(Clone)]
pub(super) struct Wire {
    /// For files, and for what goes through a proxy.
    http: reqwest::Client,
    /// For calls. reqwest reads their address three times over, for redirects that are not
    /// followed, which takes more than all the rest of a call. `None`: a proxy is in between.
    straight: Option<Straight>,
}

/// What the server answered.
pub(super) struct Answer {
    pub status: u16,
    pub body: Bytes,
}

impl Wire {
    /// To the server of this address, by a proxy only if the environment names one and the server
    /// is not on this machine.
    pub fn to(server: &Url, call_time: Duration) -> Result<Wire, String> {
        let mut builder = reqwest::Client::builder()
            .connect_timeout(CONNECT_TIME)
            .timeout(call_time)
            .tcp_keepalive(KEPT_ALIVE)
            // The token must not follow a redirect.
            .redirect(Policy::none());
        let here = is_loopback(server);
        if here {
            builder = builder.no_proxy();
        }
        let http = builder.build().map_err(|error| error.to_string())?;
        let uri = Uri::try_from(server.as_str()).map_err(|error| error.to_string())?;
        let proxy = !here && Matcher::from_system().intercept(&uri).is_some();
        let straight = if proxy { None } else { Some(straight()?) };
        Ok(Wire { http, straight })
    }

    /// What makes requests of other kinds.
    pub fn http(&self) -> &reqwest::Client {
        &self.http
    }

    /// Makes the call `method`, at the address `url`.
    pub async fn post(
        &self,
        method: &'static str,
        url: &str,
        body: Vec<u8>,
        within: Duration,
    ) -> Result<Answer, Fault> {
        match &self.straight {
            Some(client) => {
                let answered = tokio::time::timeout(within, post(client, url, body)).await;
                answered.map_err(Into::into).flatten().map_err(|error| lost(method, &*error))
            }
            None => {
                let request = self.http.post(url).timeout(within).header(CONTENT_TYPE, JSON);
                read(request.body(body).send())
                    .await
                    .map_err(|error| Fault::of_transport(method, error))
            }
        }
    }
}

/// Waits for an answer of reqwest, and for all of it.
pub(super) async fn read(
    response: impl Future<Output = reqwest::Result<reqwest::Response>>,
) -> reqwest::Result<Answer> {
    let response = response.await?;
    let status = response.status().as_u16();
    Ok(Answer { status, body: response.bytes().await? })
}

fn straight() -> Result<Straight, String> {
    let mut tcp = HttpConnector::new();
    tcp.enforce_http(false);
    tcp.set_nodelay(true);
    tcp.set_keepalive(Some(KEPT_ALIVE));
    tcp.set_keepalive_interval(Some(KEPT_ALIVE / 2));
    tcp.set_keepalive_retries(Some(3));
    #[cfg(target_os = "linux")]
    tcp.set_tcp_user_timeout(Some(KEPT_ALIVE));
    let tls = HttpsConnectorBuilder::new()
        .with_provider_and_webpki_roots(ring::default_provider())
        .map_err(|error| error.to_string())?
        .https_or_http()
        .enable_http1()
        .wrap_connector(tcp);
    let connector = BoxCloneSyncService::new(Timeout::new(tls, CONNECT_TIME));
    let mut builder = legacy::Client::builder(TokioExecutor::new());
    Ok(builder.pool_timer(TokioTimer::new()).pool_idle_timeout(IDLE).build(connector))
}

async fn post(client: &Straight, url: &str, body: Vec<u8>) -> Result<Answer, BoxError> {
    let request =
        Request::post(url).header(CONTENT_TYPE, JSON).body(Full::new(Bytes::from(body)))?;
    let response = client.request(request).await?;
    let status = response.status().as_u16();
    Ok(Answer { status, body: response.into_body().collect().await?.to_bytes() })
}

/// Why a call did not come through.
fn lost(method: &'static str, error: &(dyn Error + 'static)) -> Fault {
    let mut what = "the connection broke";
    let mut cause = error;
    loop {
        if is_late(cause) {
            what = "no answer in time";
        } else if cause.downcast_ref().is_some_and(legacy::Error::is_connect) {
            what = "no connection";
        }
        match cause.source() {
            Some(deeper) => cause = deeper,
            None => return Fault::Retry { method, why: format!("{what} ({cause})") },
        }
    }
}

fn is_late(error: &(dyn Error + 'static)) -> bool {
    error.is::<Elapsed>()
        || error.is::<tokio::time::error::Elapsed>()
        || error.downcast_ref::<io::Error>().is_some_and(|io| io.kind() == io::ErrorKind::TimedOut)
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse().is_ok_and(|ip: std::net::IpAddr| ip.is_loopback())
}
