//! The health server: `/healthz` (the process lives), `/readyz` (it can do its work), `/metrics`.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;
use reqwest::redirect::Policy;
use tokio::net::TcpListener;

use super::metrics::{CONTENT_TYPE, Metrics};

/// How long a shutdown waits for answers that are under way.
const GRACE: Duration = Duration::from_secs(1);
/// How long [`ask`] waits for an answer.
const PATIENCE: Duration = Duration::from_secs(3);

/// What the health server asks the process. Called on every look: answer at once, never block.
pub trait Vitals: Send + Sync + 'static {
    /// What must work for the process to be ready, in the order shown: the store, the polling.
    fn vitals(&self) -> Vec<Vital>;

    /// Brings those metrics up to date that only a look can (the age of the oldest order).
    fn refresh(&self, metrics: &Metrics);
}

/// One thing that must work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vital {
    pub name: &'static str,
    /// What is wrong with it, if it does not work. Everybody on the network can read it.
    pub trouble: Option<String>,
}

#[derive(Debug, thiserror::Error)]
pub enum HealthError {
    #[error(
        "the health server cannot listen on {address}: {why}; set http.listen to another address, or to \"\" to do without"
    )]
    CannotListen { address: SocketAddr, why: io::Error },
    #[error("the health server broke: {0}")]
    Broken(#[from] io::Error),
    #[error("no answer from {url}: {why}; is `countersign run` up?")]
    NoAnswer { url: String, why: String },
    #[error("{url} answered {status}")]
    Unwell { url: String, status: u16 },
}

/// Listens on `address`.
///
/// # Errors
/// The address is taken or not this machine's.
pub async fn listen(address: SocketAddr) -> Result<TcpListener, HealthError> {
    TcpListener::bind(address).await.map_err(|why| HealthError::CannotListen { address, why })
}

/// Serves until `stop` is done.
///
/// # Errors
/// The listener broke.
pub async fn serve(
    listener: TcpListener,
    metrics: Metrics,
    vitals: Arc<dyn Vitals>,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<(), HealthError> {
    let (stopping, stopped) = tokio::sync::oneshot::channel::<()>();
    let stop = async move {
        stop.await;
        drop(stopping);
    };
    let server = axum::serve(listener, router(metrics, vitals)).with_graceful_shutdown(stop);
    // A client that never ends its request must not hold up the end of the process.
    let patience = async move {
        let _ = stopped.await;
        tokio::time::sleep(GRACE).await;
    };
    tokio::select! {
        served = server => Ok(served?),
        () = patience => Ok(()),
    }
}

/// Asks the server on `address` whether its process lives.
///
/// # Errors
/// It does not answer, or not well.
pub async fn ask(address: SocketAddr) -> Result<(), HealthError> {
    // A server that listens everywhere is asked here.
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    let url = format!("http://{}/healthz", SocketAddr::new(ip, address.port()));
    let no_answer =
        |why: reqwest::Error| HealthError::NoAnswer { url: url.clone(), why: root_cause(&why) };
    let client = reqwest::Client::builder().no_proxy().redirect(Policy::none()).timeout(PATIENCE);
    let client = client.build().map_err(no_answer)?;
    let answer = client.get(&url).send().await.map_err(no_answer)?;
    let status = answer.status();
    if status.is_success() {
        return Ok(());
    }
    Err(HealthError::Unwell { url, status: status.as_u16() })
}

#[derive(Clone)]
struct Process {
    metrics: Metrics,
    vitals: Arc<dyn Vitals>,
}

fn router(metrics: Metrics, vitals: Arc<dyn Vitals>) -> Router {
    Router::new()
        .route("/healthz", get(async || "alive\n"))
        .route("/readyz", get(ready))
        .route("/metrics", get(exposition))
        .with_state(Process { metrics, vitals })
}

async fn ready(State(process): State<Process>) -> impl IntoResponse {
    let vitals = process.vitals.vitals();
    let lines: String = vitals
        .iter()
        .map(|vital| match &vital.trouble {
            None => format!("ok   {}\n", vital.name),
            Some(trouble) => format!("FAIL {} – {trouble}\n", vital.name),
        })
        .collect();
    let well = vitals.iter().all(|vital| vital.trouble.is_none());
    (if well { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }, lines)
}

async fn exposition(State(process): State<Process>) -> impl IntoResponse {
    process.vitals.refresh(&process.metrics);
    ([(header::CONTENT_TYPE, CONTENT_TYPE)], process.metrics.expose())
}

/// The innermost reason: reqwest's own says only "error sending request".
fn root_cause(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause.to_string()
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use tokio::io::AsyncWriteExt;
    use tokio::sync::oneshot;

    use super::*;

    struct Patient(Mutex<Option<String>>);

    impl Vitals for Patient {
        fn vitals(&self) -> Vec<Vital> {
            let polling = self.0.lock().unwrap().clone();
            vec![
                Vital { name: "store", trouble: None },
                Vital { name: "polling", trouble: polling },
            ]
        }

        fn refresh(&self, metrics: &Metrics) {
            metrics.outbox_age(Duration::from_secs(2));
        }
    }

    struct Server {
        address: SocketAddr,
        patient: Arc<Patient>,
        stop: oneshot::Sender<()>,
        served: tokio::task::JoinHandle<Result<(), HealthError>>,
    }

    async fn start() -> Server {
        let listener = listen("127.0.0.1:0".parse().unwrap()).await.unwrap();
        let address = listener.local_addr().unwrap();
        let patient = Arc::new(Patient(Mutex::new(None)));
        let (stop, stopped) = oneshot::channel();
        let served = tokio::spawn(serve(listener, Metrics::new(), patient.clone(), async {
            let _ = stopped.await;
        }));
        Server { address, patient, stop, served }
    }

    async fn get(address: SocketAddr, path: &str) -> (u16, String, String) {
        let answer = reqwest::get(format!("http://{address}{path}")).await.unwrap();
        let kind = answer.headers()[header::CONTENT_TYPE].to_str().unwrap().to_owned();
        (answer.status().as_u16(), kind, answer.text().await.unwrap())
    }

    #[tokio::test]
    async fn a_host_can_look_in() {
        let server = start().await;
        assert_eq!(get(server.address, "/healthz").await.0, 200);
        ask(server.address).await.unwrap();

        let (status, _, text) = get(server.address, "/readyz").await;
        assert_eq!((status, text.as_str()), (200, "ok   store\nok   polling\n"));
        *server.patient.0.lock().unwrap() = Some("no answer for 94 s".to_owned());
        let (status, _, text) = get(server.address, "/readyz").await;
        assert_eq!(status, 503);
        assert_eq!(text, "ok   store\nFAIL polling – no answer for 94 s\n");
        assert_eq!(get(server.address, "/healthz").await.0, 200, "not ready, but alive");

        let (status, kind, text) = get(server.address, "/metrics").await;
        assert_eq!((status, kind.as_str()), (200, CONTENT_TYPE));
        assert!(text.contains("countersign_outbox_oldest_age_seconds 2.0"), "{text}");
    }

    #[tokio::test]
    async fn stops_even_if_a_client_dawdles() {
        let server = start().await;
        let mut dawdler = tokio::net::TcpStream::connect(server.address).await.unwrap();
        dawdler.write_all(b"GET /healthz HT").await.unwrap();
        // The first byte is seen before the stop: another whole request goes after it.
        assert_eq!(get(server.address, "/healthz").await.0, 200);
        server.stop.send(()).unwrap();
        server.served.await.unwrap().unwrap();
        let error = ask(server.address).await.unwrap_err();
        assert!(matches!(error, HealthError::NoAnswer { .. }), "{error}");
    }

    #[tokio::test]
    async fn a_taken_address_is_named() {
        let server = start().await;
        let error = listen(server.address).await.unwrap_err().to_string();
        assert!(error.contains(&server.address.to_string()), "{error}");
        assert!(error.contains("http.listen"), "{error}");
    }
}
