//! What the pretend HTTP services share: loopback listeners whose connections can be cut, and
//! parameters as pairs.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};

use axum::Router;
use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// Cuts one connection: the peer sees a reset, and no answer.
#[derive(Clone, Debug, Default)]
pub struct Scissors {
    cut: Arc<AtomicBool>,
    twice: Arc<AtomicBool>,
}

impl Scissors {
    /// Whatever is written to the connection from now on is lost.
    pub fn cut(&self) {
        self.cut.store(true, Ordering::Release);
    }

    /// Whatever is written to the connection from now on is written twice.
    pub fn stammer(&self) {
        self.twice.store(true, Ordering::Release);
    }

    fn is_cut(&self) -> bool {
        self.cut.load(Ordering::Acquire)
    }

    fn says_twice(&self) -> bool {
        self.twice.load(Ordering::Acquire)
    }
}

impl Connected<IncomingStream<'_, Loopback>> for Scissors {
    fn connect_info(stream: IncomingStream<'_, Loopback>) -> Scissors {
        stream.io().scissors.clone()
    }
}

/// Connections that may wait to be taken.
const BACKLOG: u32 = 1024;

/// How a server takes connections.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
enum Welcome {
    /// As usual.
    Open,
    /// Nobody listens: connections are refused, and those that stand are reset.
    Refusing,
    /// Half open: connections are taken and never read from, and those that stand fall silent for
    /// good.
    Deaf,
}

/// The server's network cable.
#[derive(Clone, Debug)]
pub struct Cable(watch::Sender<Welcome>);

impl Cable {
    fn new() -> Cable {
        Cable(watch::Sender::new(Welcome::Open))
    }

    /// Connections are refused from now on, and those that stand are reset.
    pub fn cut(&self) {
        self.0.send_replace(Welcome::Refusing);
    }

    /// Connections are taken from now on, but nobody ever answers.
    pub fn fall_silent(&self) {
        self.0.send_replace(Welcome::Deaf);
    }

    /// New connections are served again.
    pub fn mend(&self) {
        self.0.send_replace(Welcome::Open);
    }

    fn now(&self) -> Welcome {
        *self.0.borrow()
    }
}

/// A listener whose connections carry [`Scissors`].
#[derive(Debug)]
pub struct Loopback {
    /// `None`: nobody listens at the moment.
    listener: Option<TcpListener>,
    address: SocketAddr,
    cable: Cable,
}

impl Loopback {
    /// # Errors
    /// If the port is taken.
    pub async fn bind(at: SocketAddr) -> io::Result<Loopback> {
        let listener = TcpListener::bind(at).await?;
        let address = listener.local_addr()?;
        Ok(Loopback { listener: Some(listener), address, cable: Cable::new() })
    }

    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    #[must_use]
    pub fn cable(&self) -> Cable {
        self.cable.clone()
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
        let mut welcome = self.cable.0.subscribe();
        loop {
            if self.cable.now() == Welcome::Refusing {
                self.listener = None;
                // Bound and not listening: it refuses, and nobody else gets the port.
                let reserved = bound(self.address);
                // The sender is ours, so it cannot be gone.
                let _ = welcome.wait_for(|welcome| *welcome != Welcome::Refusing).await;
                self.listener = reserved.and_then(|socket| socket.listen(BACKLOG)).ok();
            }
            let listener = match &mut self.listener {
                Some(listener) => listener,
                none => match bound(self.address).and_then(|socket| socket.listen(BACKLOG)) {
                    Ok(listener) => none.insert(listener),
                    Err(_) => {
                        // Somebody else has the port for a moment.
                        tokio::task::yield_now().await;
                        continue;
                    }
                },
            };
            welcome.mark_unchanged();
            let (stream, peer) = tokio::select! {
                taken = Listener::accept(listener) => taken,
                _ = welcome.changed() => continue,
            };
            // Answers are small: Nagle's algorithm would only hold them back.
            let _ = stream.set_nodelay(true);
            let cable = self.cable.clone();
            let deaf = cable.now() == Welcome::Deaf;
            return (Line { stream, scissors: Scissors::default(), cable, deaf }, peer);
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.address)
    }
}

fn bound(address: SocketAddr) -> io::Result<TcpSocket> {
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4()?,
        SocketAddr::V6(_) => TcpSocket::new_v6()?,
    };
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    Ok(socket)
}

/// One connection.
#[derive(Debug)]
pub struct Line {
    stream: TcpStream,
    scissors: Scissors,
    cable: Cable,
    /// Nobody is at this end any more.
    deaf: bool,
}

impl Line {
    /// Whether anything may pass.
    fn check(&mut self) -> Poll<io::Result<()>> {
        let welcome = self.cable.now();
        if self.scissors.is_cut() || welcome == Welcome::Refusing {
            // Closing with lingering data thrown away makes the kernel send a reset.
            let _ = self.stream.set_zero_linger();
            return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()));
        }
        self.deaf |= welcome == Welcome::Deaf;
        // Nobody is woken for it: a half-open connection stays one.
        if self.deaf { Poll::Pending } else { Poll::Ready(Ok(())) }
    }

    /// What a server writes that says everything twice.
    fn write_twice(&mut self, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let twice = [buf, buf].concat();
        let written = ready!(Pin::new(&mut self.stream).poll_write(cx, &twice))?;
        Poll::Ready(Ok(written.min(buf.len())))
    }
}

impl AsyncRead for Line {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        ready!(self.check())?;
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Line {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        ready!(self.check())?;
        if self.scissors.says_twice() {
            return self.write_twice(cx, buf);
        }
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.check())?;
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.check())?;
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

/// The pairs of a query string or of a form body, percent-decoded, in order.
pub fn pairs(encoded: &str) -> Vec<(String, String)> {
    let Ok(mut url) = reqwest::Url::parse("http://127.0.0.1/") else { return Vec::new() };
    url.set_query(Some(encoded));
    url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned())).collect()
}
