//! What an answer other than 2xx means.
//!
//! Cursor has no single shape of error body. `message` is read first, then `error`, then the text
//! itself, be it JSON, HTML or nothing; a body that cannot be read never hides the status.

use std::borrow::Cow;
use std::time::Duration;

use chrono::{DateTime, Utc};
use http::{HeaderMap, Response, header};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::decode::number_text;
use crate::error::{Error, ErrorKind};
use crate::redact;

/// Turns an answer other than 2xx into an error.
///
/// `secrets` are masked in what the server said; `now` turns a date in `Retry-After` into a wait.
pub(crate) fn error(
    operation: &'static str,
    response: &Response<bytes::Bytes>,
    now: DateTime<Utc>,
    secrets: &[&str],
) -> Error {
    let status = response.status().as_u16();
    let said = body_text(response.body());
    let kind = kind(status, &said);
    Error::new(kind, operation, detail(kind, status))
        .with_status(status, retry_after(response.headers(), now))
        .with_server_message(redact::server_text(&said, secrets))
}

/// What an error body may say. Other values than texts are passed over.
#[derive(Deserialize)]
struct Refusal<'a> {
    #[serde(borrow)]
    message: Option<&'a RawValue>,
    #[serde(borrow)]
    error: Option<&'a RawValue>,
}

/// Returns what a body says: the first text that is not blank, else the whole body.
fn body_text(body: &[u8]) -> String {
    let refusal = serde_json::from_slice::<Refusal<'_>>(body).ok();
    let said = refusal.into_iter().flat_map(|refusal| [refusal.message, refusal.error]).flatten();
    said.filter_map(|raw| number_text(raw.get()))
        .find(|text| !text.trim().is_empty())
        .map_or_else(|| String::from_utf8_lossy(body).into_owned(), Cow::into_owned)
}

/// Returns the kind of error of a status.
///
/// A 401 is about the plan or scope only if its text says so, since the same status means a bad key.
fn kind(status: u16, said: &str) -> ErrorKind {
    match status {
        401 if speaks_of_plan_or_scope(said) => ErrorKind::PlanOrScope,
        401 => ErrorKind::Auth,
        403 => ErrorKind::PlanOrScope,
        429 => ErrorKind::RateLimited,
        500.. => ErrorKind::Server,
        _ => ErrorKind::Rejected,
    }
}

/// Returns whether a text has a word of plans, scopes or rights.
fn speaks_of_plan_or_scope(said: &str) -> bool {
    said.split(|c: char| !c.is_alphabetic()).map(str::to_ascii_lowercase).any(|word| {
        let stem = word.strip_suffix('s').unwrap_or(&word);
        matches!(stem, "scope" | "enterprise" | "plan" | "permission" | "member" | "membership")
    })
}

/// Returns the words of our own error, beside what the server said.
fn detail(kind: ErrorKind, status: u16) -> &'static str {
    match (kind, status) {
        (ErrorKind::Auth, _) => "cursor refused the key",
        (ErrorKind::PlanOrScope, _) => "the key's plan or scope does not cover this call",
        (ErrorKind::RateLimited, _) => "too many requests",
        (ErrorKind::Server, _) => "cursor failed to answer",
        (_, 300..=399) => "the answer is a redirect, which is not followed; check the base url",
        (_, 404) => "there is no such address; check the base url",
        _ => "cursor rejected the request",
    }
}

/// Returns the wait that an answer requests, in seconds or as a date.
///
/// A date in the past is no wait; see RFC 9110, section 10.2.3.
pub(crate) fn retry_after(headers: &HeaderMap, now: DateTime<Utc>) -> Option<Duration> {
    let text = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // A number too large to be read is a wait, too: one that is longer than any policy allows.
        return Some(Duration::from_secs(text.parse().unwrap_or(u64::MAX)));
    }
    let at = DateTime::parse_from_rfc2822(text).ok()?.with_timezone(&Utc);
    Some((at - now).to_std().unwrap_or(Duration::ZERO))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_status_means() {
        use ErrorKind::{Auth, PlanOrScope, RateLimited, Rejected, Server};
        for (status, said, expected) in [
            (401, "Invalid Team API Key", Auth),
            (401, "Invalid API key", Auth),
            (401, "", Auth),
            (401, "an explanation", Auth),
            (401, "Organization API key missing required scope: members:*", PlanOrScope),
            (401, "You must be a member of an enterprise team to access this resource", PlanOrScope),
            (401, "Insufficient permissions", PlanOrScope),
            (401, "not on your plan", PlanOrScope),
            (403, "Not authorized", PlanOrScope),
            (429, "", RateLimited),
            (302, "", Rejected),
            (400, "", Rejected),
            (404, "", Rejected),
            (409, "", Rejected),
            (500, "", Server),
            (529, "", Server),
        ] {
            assert_eq!(kind(status, said), expected, "{status} {said}");
        }
    }

    #[test]
    fn every_shape_of_body() {
        for (body, said) in [
            (r#"{"error":"Unauthorized","message":"Invalid API key"}"#, "Invalid API key"),
            (r#"{"code":"error","message":"Invalid Team API Key"}"#, "Invalid Team API Key"),
            (r#"{"statusCode":401,"error":"Unauthorized","message":"Invalid API key"}"#, "Invalid API key"),
            (r#"{"error":"Organization not found"}"#, "Organization not found"),
            (r#"{"outcome":"error","message":"no such user"}"#, "no such user"),
            (r#"{"message":"","error":"Forbidden"}"#, "Forbidden"),
            (r#"{"message":{"a":1},"error":"Forbidden"}"#, "Forbidden"),
            ("<html>502</html>", "<html>502</html>"),
            ("", ""),
        ] {
            assert_eq!(body_text(body.as_bytes()), said);
        }
        assert_eq!(body_text(b"\xff"), "\u{fffd}");
    }

    #[test]
    fn waits_asked_for() {
        let now: DateTime<Utc> = "2026-10-05T10:00:00Z".parse().unwrap();
        for (text, expected) in [
            ("60", Some(60)),
            (" 60 ", Some(60)),
            ("0", Some(0)),
            ("99999999999999999999999", Some(u64::MAX)),
            ("Mon, 05 Oct 2026 10:01:30 GMT", Some(90)),
            ("Mon, 05 Oct 2026 09:00:00 GMT", Some(0)),
            ("soon", None),
            ("-1", None),
            ("1.5", None),
            ("", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::RETRY_AFTER, text.parse().unwrap());
            assert_eq!(retry_after(&headers, now), expected.map(Duration::from_secs), "{text}");
        }
        assert_eq!(retry_after(&HeaderMap::new(), now), None);
    }
}
