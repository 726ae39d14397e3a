//! The simulator on a loopback socket.

use std::convert::Infallible;
use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::task::{AbortHandle, JoinSet};

use crate::api::Dropped;
use crate::simulator::Simulator;

/// A [`Simulator`] behind a port of the loopback interface, until dropped.
pub struct Server {
    simulator: Simulator,
    address: SocketAddr,
    accepting: AbortHandle,
}

impl Server {
    /// Binds a free port of 127.0.0.1 and serves HTTP/1.1 on the caller's tokio runtime, which needs its I/O driver.
    ///
    /// # Errors
    ///
    /// What binding a socket may answer.
    pub async fn start(simulator: Simulator) -> std::io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let accepting = tokio::spawn(accept(listener, simulator.clone())).abort_handle();
        Ok(Self { simulator, address, accepting })
    }

    /// `http://127.0.0.1:` and the port, without a slash at the end.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What it serves; changes to it are seen by the next request.
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

/// The connections live in the set, and so end with this task.
async fn accept(listener: TcpListener, simulator: Simulator) -> Infallible {
    let mut connections = JoinSet::new();
    loop {
        while connections.try_join_next().is_some() {}
        match listener.accept().await {
            Ok((stream, _)) => {
                // Small answers must not wait for each other's acknowledgement; without it they are only slower.
                let _ = stream.set_nodelay(true);
                let simulator = simulator.clone();
                let service = service_fn(move |request| serve(simulator.clone(), request));
                let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
                // A broken connection is the client's to report.
                connections.spawn(async { drop(connection.await) });
            }
            // Out of file descriptors, say: others may close some.
            Err(_) => tokio::time::sleep(std::time::Duration::from_millis(10)).await,
        }
    }
}

/// An error makes hyper close the connection without an answer.
async fn serve(
    simulator: Simulator,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Box<dyn std::error::Error + Send + Sync>> {
    let (head, body) = request.into_parts();
    let body = body.collect().await?.to_bytes();
    let response = simulator.handle(Request::from_parts(head, body));
    if response.extensions().get::<Dropped>().is_some() {
        return Err("dropped as asked".into());
    }
    Ok(response.map(Full::new))
}
