//! The simulator on a loopback socket.
//!
//! Everything is answered by [`Simulator::handle`]; this only carries bytes, and breaks connections where a
//! fault asks for it. It listens on 127.0.0.1 alone: nobody else on the network can reach it.

mod delivery;

use std::convert::Infallible;
use std::error::Error;
use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, HeaderValue};
use http::{Request, Response};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{AbortHandle, JoinSet};

use crate::faults::Delivery;
use crate::faults::{CUT, SLOW};
use crate::server::delivery::{Body, HangUp};
use crate::simulator::Simulator;

/// A [`Simulator`] behind a port of the loopback interface, until dropped.
pub struct Server {
    simulator: Simulator,
    address: SocketAddr,
    accepting: AbortHandle,
}

impl Server {
    /// Binds a free port of 127.0.0.1 and serves HTTP/1.1 on the caller's tokio runtime, which needs its I/O driver,
    /// and its time driver for slow bodies and cut connections.
    ///
    /// # Errors
    ///
    /// What binding a socket may answer.
    pub async fn start(simulator: Simulator) -> std::io::Result<Self> {
        Self::start_on(simulator, 0).await
    }

    /// As [`start`](Self::start), on a port of your choice; 0 is a free one.
    ///
    /// # Errors
    ///
    /// What binding a socket may answer, such as that the port is taken.
    pub async fn start_on(simulator: Simulator, port: u16) -> std::io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let address = listener.local_addr()?;
        let accepting = tokio::spawn(accept(listener, simulator.clone())).abort_handle();
        Ok(Self { simulator, address, accepting })
    }

    /// `http://127.0.0.1:` and the port, without a slash at the end.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Returns what it serves; changes to it are seen by the next request.
    pub fn simulator(&self) -> &Simulator {
        &self.simulator
    }
}

/// Closes the port and every connection.
impl Drop for Server {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server")
            .field("address", &self.address)
            .field("simulator", &self.simulator)
            .finish_non_exhaustive()
    }
}

/// Accepts connections until it is aborted. They live in its set, and so end with this task.
async fn accept(listener: TcpListener, simulator: Simulator) -> Infallible {
    let mut connections = JoinSet::new();
    loop {
        while connections.try_join_next().is_some() {}
        match listener.accept().await {
            Ok((stream, _)) => {
                connections.spawn(converse(stream, simulator.clone()));
            }
            // Out of file descriptors, say: others may close some.
            Err(_) => tokio::time::sleep(std::time::Duration::from_millis(10)).await,
        }
    }
}

/// Answers the requests of one connection, one after the other.
async fn converse(stream: TcpStream, simulator: Simulator) {
    // Small answers must not wait for each other's acknowledgement; without it they are only slower.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| serve(simulator.clone(), request));
    let mut connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    // A broken connection is the client's to report.
    let Err(error) = (&mut connection).await else { return };
    if HangUp::caused(&error) == Some(HangUp::Reset) {
        // Closing a socket that must not linger resets the connection.
        let _ = connection.into_parts().io.into_inner().set_zero_linger();
    }
}

/// Answers one request. Fails so that hyper closes the connection without an answer.
async fn serve(
    simulator: Simulator,
    request: Request<Incoming>,
) -> Result<Response<Body>, Box<dyn Error + Send + Sync>> {
    let (head, body) = request.into_parts();
    let body = body.collect().await?.to_bytes();
    let mut response = simulator.handle(Request::from_parts(head, body));
    let delivery = response.extensions_mut().remove::<Delivery>();
    let marks = response.headers_mut();
    // These headers are for callers without a socket, to whom nothing else shows the fault.
    marks.remove(CUT);
    marks.remove(SLOW);
    match delivery {
        Some(Delivery::Dropped) => Err(HangUp::Close.into()),
        Some(Delivery::Reset) => Err(HangUp::Reset.into()),
        Some(Delivery::Cut(announced)) => {
            marks.insert(CONTENT_LENGTH, HeaderValue::from(announced));
            Ok(response.map(Body::cut))
        }
        Some(Delivery::Slow { pieces, delay_ms }) => {
            Ok(response.map(|bytes: Bytes| Body::slow(bytes, pieces, delay_ms)))
        }
        None => Ok(response.map(Body::whole)),
    }
}
