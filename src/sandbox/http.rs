//! What the pretend HTTP services share: loopback listeners whose connections can be cut, and
//! parameters as pairs.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use axum::Router;
use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// Cuts one connection: the peer sees a reset, and no answer.
#[derive(Clone, Debug, Default)]
pub struct Scissors(Arc<AtomicBool>);

impl Scissors {
    /// Whatever is written to the connection from now on is lost.
    pub fn cut(&self) {
        self.0.store(true, Ordering::Release);
    }

    fn is_cut(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

impl Connected<IncomingStream<'_, Loopback>> for Scissors {
    fn connect_info(stream: IncomingStream<'_, Loopback>) -> Scissors {
        stream.io().scissors.clone()
    }
}

/// A listener whose connections carry [`Scissors`].
#[derive(Debug)]
pub struct Loopback(TcpListener);

impl Loopback {
    /// # Errors
    /// If the port is taken.
    pub async fn bind(at: SocketAddr) -> io::Result<Loopback> {
        Ok(Loopback(TcpListener::bind(at).await?))
    }

    /// # Errors
    /// If the operating system does not say.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }

    /// Serves until the handle is aborted.
    pub fn serve(self, router: Router) -> JoinHandle<()> {
        let service = router.into_make_service_with_connect_info::<Scissors>();
        tokio::spawn(async move {
            // It ends only with its task: accept errors are retried inside.
            let _ = axum::serve(self, service).await;
        })
    }
}

impl Listener for Loopback {
    type Io = Line;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Line, SocketAddr) {
        let (stream, peer) = Listener::accept(&mut self.0).await;
        // Answers are small: Nagle's algorithm would only hold them back.
        let _ = stream.set_nodelay(true);
        (Line { stream, scissors: Scissors::default() }, peer)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }
}

/// One connection.
#[derive(Debug)]
pub struct Line {
    stream: TcpStream,
    scissors: Scissors,
}

impl Line {
    fn check(&self) -> io::Result<()> {
        if self.scissors.is_cut() {
            // Closing with lingering data thrown away makes the kernel send a reset.
            let _ = self.stream.set_zero_linger();
            return Err(io::ErrorKind::ConnectionReset.into());
        }
        Ok(())
    }
}

impl AsyncRead for Line {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.check()?;
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Line {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.check()?;
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.check()?;
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.check()?;
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

/// The pairs of a query string or of a form body, percent-decoded, in order.
pub fn pairs(encoded: &str) -> Vec<(String, String)> {
    let Ok(mut url) = reqwest::Url::parse("http://127.0.0.1/") else { return Vec::new() };
    url.set_query(Some(encoded));
    url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned())).collect()
}
