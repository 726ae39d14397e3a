//! What a fault makes of an answer: another one, or a flaw in the right one.
//!
//! Flaws of rows are put in while a page is written; the others spoil the finished answer. What only a socket can do,
//! such as to hang up, is marked on the response for the HTTP server, and shows as a header to callers without one.

use bytes::Bytes;
use http::header::{HeaderName, HeaderValue};
use http::{Response, StatusCode};

use crate::faults::fault::{CUT, DROPPED, FaultKind, SLOW};
use crate::faults::refusal::{bad_key, html, missing_scope, response, shaped, throttled, wrong_plan};
use crate::rate_limit::Throttling;

/// What is wrong about the rows of a page of usage events.
/// `OneEarly` begins a page one row too soon and so repeats it; `OneLate` skips one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RowFlaw {
    /// The announced number of events is wrong.
    Count,
    /// The page has no rows.
    Empty,
    /// The rows are in another order.
    Shuffled,
    OneEarly,
    OneLate,
}

/// What the HTTP server does beside sending the answer.
///
/// It travels with the response as an extension of `http`, and no client sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Delivery {
    /// The connection closes without an answer.
    Dropped,
    /// The connection is reset without an answer.
    Reset,
    /// The length that is announced.
    Cut(usize),
    /// The answer comes in pieces, with a pause before each.
    Slow { pieces: u32, delay_ms: u32 },
}

/// A flaw of an answer that is otherwise right.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Flaw {
    Rows(RowFlaw),
    /// Half of the body, as if it were the whole.
    Truncated,
    /// Half of the body, with the announced length of the whole.
    Cut,
    Slow {
        pieces: u32,
        delay_ms: u32,
    },
}

/// Returns what is to be spoilt about the right answer, if anything.
///
/// # Errors
/// The whole answer, where the fault replaces it.
pub(crate) fn refuse_or_spoil(fault: &FaultKind) -> Result<Option<Flaw>, Box<Response<Bytes>>> {
    let response = match fault {
        FaultKind::TruncatedBody => return Ok(Some(Flaw::Truncated)),
        FaultKind::CutConnection => return Ok(Some(Flaw::Cut)),
        &FaultKind::SlowBody { pieces, delay_ms } => return Ok(Some(Flaw::Slow { pieces, delay_ms })),
        FaultKind::WrongCount => return Ok(Some(Flaw::Rows(RowFlaw::Count))),
        FaultKind::EmptyPage => return Ok(Some(Flaw::Rows(RowFlaw::Empty))),
        FaultKind::ShuffledRows => return Ok(Some(Flaw::Rows(RowFlaw::Shuffled))),
        FaultKind::RepeatedRow => return Ok(Some(Flaw::Rows(RowFlaw::OneEarly))),
        FaultKind::SkippedRow => return Ok(Some(Flaw::Rows(RowFlaw::OneLate))),
        // These change the data after the answer, which itself is right.
        FaultKind::ShiftedRows(_) | FaultKind::Then(_) => return Ok(None),
        FaultKind::TooManyRequests { retry_after: Some(seconds) } => throttled(Throttling::Current, *seconds),
        FaultKind::TooManyRequests { retry_after: None } => throttled(Throttling::Older, 0),
        FaultKind::BadGateway => html(StatusCode::BAD_GATEWAY),
        &FaultKind::Error { status, body, retry_after } => shaped(status, body, retry_after),
        FaultKind::DropConnection => hung_up("true", Delivery::Dropped),
        FaultKind::ResetConnection => hung_up("reset", Delivery::Reset),
        FaultKind::PlanRefusal => wrong_plan(),
        FaultKind::ScopeRefusal => missing_scope("admin:*"),
        FaultKind::KeyRevoked => bad_key(),
    };
    Err(Box::new(response))
}

/// Makes the answer that stands for a connection without one.
fn hung_up(how: &'static str, delivery: Delivery) -> Response<Bytes> {
    // No client on a socket sees this answer: the connection ends without one.
    let mut response = response(StatusCode::BAD_GATEWAY, "text/plain", String::new());
    mark(&mut response, DROPPED, HeaderValue::from_static(how), delivery);
    response
}

impl Flaw {
    /// Returns the flaw, if it is about rows.
    pub(crate) const fn of_rows(self) -> Option<RowFlaw> {
        match self {
            Self::Rows(flaw) => Some(flaw),
            _ => None,
        }
    }

    /// Spoils what is not about rows.
    pub(crate) fn spoil(self, response: Response<Bytes>) -> Response<Bytes> {
        let whole = response.body().len();
        match self {
            Self::Rows(_) => response,
            Self::Truncated => response.map(|body| half(&body)),
            Self::Cut => {
                let mut response = response.map(|body| half(&body));
                mark(&mut response, CUT, HeaderValue::from(whole), Delivery::Cut(whole));
                response
            }
            Self::Slow { pieces, delay_ms } => {
                let mut response = response;
                let pieces = pieces.max(1);
                let whole = u64::from(pieces) * u64::from(delay_ms);
                mark(&mut response, SLOW, HeaderValue::from(whole), Delivery::Slow { pieces, delay_ms });
                response
            }
        }
    }
}

/// Returns the first half of a body.
fn half(body: &Bytes) -> Bytes {
    body.slice(..body.len() / 2)
}

/// Tells the server how to deliver the response, by an extension, and other callers by a header.
fn mark(response: &mut Response<Bytes>, header: &'static str, value: HeaderValue, delivery: Delivery) {
    response.headers_mut().insert(HeaderName::from_static(header), value);
    response.extensions_mut().insert(delivery);
}
