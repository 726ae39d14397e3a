//! How an answer reaches the socket: at once, slowly, or not to its end.

use std::error::Error;
use std::fmt;
use std::future::Future as _;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use hyper::body::{Frame, SizeHint};
use tokio::time::Sleep;

/// Why the server ends a connection before its answer is whole.
///
/// It is an error of a body or of the service, by which hyper ends a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HangUp {
    /// The connection is closed in the usual way.
    Close,
    /// The connection is reset, so that the client sees an error of the network.
    Reset,
}

impl HangUp {
    /// Returns the reason why a connection ended, if it was this server's own.
    pub(crate) fn caused(error: &hyper::Error) -> Option<Self> {
        error.source().and_then(|source| source.downcast_ref()).copied()
    }
}

impl fmt::Display for HangUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("hung up as asked")
    }
}

impl Error for HangUp {}

/// A body that hyper takes piece by piece.
#[derive(Debug)]
pub(crate) struct Body {
    /// What has not been sent yet.
    left: Bytes,
    /// The most bytes to send at once.
    piece: usize,
    /// The pause before each piece.
    delay: Duration,
    /// The pause that is going on.
    waiting: Option<Pin<Box<Sleep>>>,
    /// Fails at its end, which breaks the connection.
    cut: bool,
}

impl Body {
    /// Makes a body that is sent at once.
    pub(crate) const fn whole(bytes: Bytes) -> Self {
        Self { left: bytes, piece: usize::MAX, delay: Duration::ZERO, waiting: None, cut: false }
    }

    /// Makes a body after which the connection breaks.
    pub(crate) fn cut(bytes: Bytes) -> Self {
        Self { cut: true, ..Self::whole(bytes) }
    }

    /// Makes a body in so many pieces, with a pause before each.
    pub(crate) fn slow(bytes: Bytes, pieces: u32, delay_ms: u32) -> Self {
        let pieces = usize::try_from(pieces).unwrap_or(usize::MAX).max(1);
        let piece = bytes.len().div_ceil(pieces).max(1);
        let delay = Duration::from_millis(u64::from(delay_ms));
        Self { piece, delay, waiting: waiting(delay), ..Self::whole(bytes) }
    }
}

/// Starts a pause; none where it has no length.
fn waiting(delay: Duration) -> Option<Pin<Box<Sleep>>> {
    (delay > Duration::ZERO).then(|| Box::pin(tokio::time::sleep(delay)))
}

impl hyper::body::Body for Body {
    type Data = Bytes;
    type Error = HangUp;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, HangUp>>> {
        if let Some(sleep) = &mut self.waiting {
            if sleep.as_mut().poll(context).is_pending() {
                return Poll::Pending;
            }
            self.waiting = None;
        }
        if self.left.is_empty() {
            return Poll::Ready(self.cut.then_some(Err(HangUp::Close)));
        }
        let piece = self.piece.min(self.left.len());
        let bytes = self.left.split_to(piece);
        // What was written must leave before the end comes.
        let pause = if self.cut { Duration::from_millis(1) } else { self.delay };
        self.waiting = waiting(pause).filter(|_| self.cut || !self.left.is_empty());
        Poll::Ready(Some(Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        self.left.is_empty() && !self.cut
    }

    fn size_hint(&self) -> SizeHint {
        if self.cut {
            // The announced length stands in the header.
            return SizeHint::default();
        }
        SizeHint::with_exact(u64::try_from(self.left.len()).unwrap_or(u64::MAX))
    }
}
