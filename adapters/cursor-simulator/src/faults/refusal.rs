//! Answers that are not data.
//!
//! The same status can have several bodies, which is what a client has to cope with; `shaped` makes any of them. The
//! named functions are the refusals that the simulator gives by itself.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use http::{Response, StatusCode};

use crate::rate_limit::Throttling;
use crate::wire::Object;

/// The bodies that come with errors. There is no single shape, and every one of these has been seen or documented.
///
/// Sources: <https://cursor.com/docs/api> for the first, <https://cursor.com/docs/account/teams/admin-api> for the
/// others with a text, except where noted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorBody {
    /// `{"error":"Not Found","message":"Resource not found"}`.
    Titled,
    /// `{"code":"error","message":"Resource not found"}`.
    Coded,
    /// `{"statusCode":404,"error":"Not Found","message":"Resource not found"}`, recorded in June 2025.
    Numbered,
    /// `{"error":"Resource not found"}`.
    Plain,
    /// `{"outcome":"error","message":"Resource not found"}`.
    Outcome,
    /// Nothing, as gateways do. Assumed.
    Empty,
    /// A page for people, as gateways do. Assumed.
    Html,
}

/// Returns the title and the text of a status: documented for some, otherwise its name.
fn words(status: StatusCode) -> (&'static str, &'static str) {
    let name = status.canonical_reason().unwrap_or("Error");
    let text = match status.as_u16() {
        400 => "Some users are not in the team",
        401 => "Invalid API key",
        403 => "Enterprise access required",
        404 => "Resource not found",
        429 => "Rate limit exceeded. Please try again later.",
        500 => "An unexpected error occurred",
        _ => name,
    };
    (name, text)
}

/// Makes an error of any status and shape; a number that is no status becomes 500.
pub(crate) fn shaped(status: u16, body: ErrorBody, retry_after: Option<u32>) -> Response<Bytes> {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let (title, text) = words(status);
    let mut answer = match body {
        ErrorBody::Titled => titled(status, title, text),
        ErrorBody::Coded => coded(status, text),
        ErrorBody::Numbered => numbered(status, title, text),
        ErrorBody::Plain => error(status, &[("error", text)]),
        ErrorBody::Outcome => error(status, &[("outcome", "error"), ("message", text)]),
        ErrorBody::Empty => response(status, "text/plain", String::new()),
        ErrorBody::Html => html(status),
    };
    if let Some(seconds) = retry_after {
        answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    answer
}

/// Makes a page for people, as a gateway would.
pub(crate) fn html(status: StatusCode) -> Response<Bytes> {
    let name = format!("{} {}", status.as_u16(), status.canonical_reason().unwrap_or("Error"));
    let page = format!("<html><head><title>{name}</title></head><body>{name}</body></html>");
    response(status, "text/html", page)
}

/// Makes a 429; only the current form says in `Retry-After` how many seconds to wait.
pub(crate) fn throttled(throttling: Throttling, seconds: u32) -> Response<Bytes> {
    match throttling {
        Throttling::Current => {
            let mut answer = coded(StatusCode::TOO_MANY_REQUESTS, "Rate limit exceeded");
            answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
            answer
        }
        Throttling::Older => shaped(429, ErrorBody::Titled, None),
    }
}

/// Makes the 401 of a key that is not the server's.
pub(crate) fn bad_key() -> Response<Bytes> {
    coded(StatusCode::UNAUTHORIZED, "Invalid Team API Key")
}

/// Makes the 401 of a key that lacks a scope, which a client must not take for a wrong key.
pub(crate) fn missing_scope(scope: &str) -> Response<Bytes> {
    coded(StatusCode::UNAUTHORIZED, &format!("API key missing required scope: {scope}"))
}

/// Makes the 403 of a team whose plan does not have the endpoint.
pub(crate) fn wrong_plan() -> Response<Bytes> {
    shaped(403, ErrorBody::Titled, None)
}

/// Makes the 404 of an unknown path or id.
pub(crate) fn not_found() -> Response<Bytes> {
    shaped(404, ErrorBody::Titled, None)
}

/// Returns the error shape with a code.
fn coded(status: StatusCode, message: &str) -> Response<Bytes> {
    error(status, &[("code", "error"), ("message", message)])
}

/// Returns the error shape with a title.
pub(crate) fn titled(status: StatusCode, title: &str, message: &str) -> Response<Bytes> {
    error(status, &[("error", title), ("message", message)])
}

/// Returns the error shape with the number of the status.
fn numbered(status: StatusCode, title: &str, message: &str) -> Response<Bytes> {
    let mut json = String::new();
    let mut body = Object::open(&mut json);
    body.raw("statusCode", status.as_u16());
    body.text("error", title);
    body.text("message", message);
    body.close();
    response(status, "application/json", json)
}

/// Makes an error whose body has these fields.
fn error(status: StatusCode, fields: &[(&str, &str)]) -> Response<Bytes> {
    let mut json = String::new();
    let mut body = Object::open(&mut json);
    for (name, text) in fields {
        body.text(name, text);
    }
    body.close();
    response(status, "application/json", json)
}

/// Makes a response of a status, a content type and a body.
pub(crate) fn response(status: StatusCode, content_type: &'static str, body: String) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(status: u16, shape: ErrorBody) -> String {
        String::from_utf8(shaped(status, shape, None).into_body().to_vec()).unwrap()
    }

    #[test]
    fn every_shape_has_its_own_fields() {
        let expected = [
            (ErrorBody::Titled, r#"{"error":"Not Found","message":"Resource not found"}"#),
            (ErrorBody::Coded, r#"{"code":"error","message":"Resource not found"}"#),
            (ErrorBody::Numbered, r#"{"statusCode":404,"error":"Not Found","message":"Resource not found"}"#),
            (ErrorBody::Plain, r#"{"error":"Resource not found"}"#),
            (ErrorBody::Outcome, r#"{"outcome":"error","message":"Resource not found"}"#),
            (ErrorBody::Empty, ""),
            (
                ErrorBody::Html,
                "<html><head><title>404 Not Found</title></head><body>404 Not Found</body></html>",
            ),
        ];
        for (shape, text) in expected {
            assert_eq!(body(404, shape), text);
        }
        assert_eq!(body(503, ErrorBody::Plain), r#"{"error":"Service Unavailable"}"#);
        let odd = shaped(77, ErrorBody::Empty, Some(9));
        assert_eq!((odd.status().as_u16(), odd.headers()["retry-after"].to_str().unwrap()), (500, "9"));
    }
}
