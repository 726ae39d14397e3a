//! From a request to an answer: routes, key, faults.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use http::header::{ALLOW, AUTHORIZATION, CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER};
use http::{Method, Request, Response, StatusCode};

use crate::event::TrueEvent;
use crate::fault::{DROPPED, Endpoint, FaultKind};
use crate::pages;
use crate::request::Refusal;
use crate::simulator::Simulator;
use crate::wire::Object;

/// Marks the answer that the HTTP server replaces by closing the connection.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Dropped;

/// What a fault changes about an answer that is otherwise right.
#[derive(Debug, Default)]
struct Flaws {
    cut: bool,
    extra_count: usize,
    then_insert: Option<TrueEvent>,
}

pub(crate) fn answer(simulator: &Simulator, request: &Request<Bytes>) -> Response<Bytes> {
    let endpoint = endpoint(request.uri().path());
    let fault = simulator.state().faults.strike(endpoint);
    let flaws = match fault.map_or(Ok(Flaws::default()), refuse_or_spoil) {
        Ok(flaws) => flaws,
        Err(refusal) => return *refusal,
    };
    let response = honest_answer(simulator, request, endpoint, flaws.extra_count);
    if let Some(event) = flaws.then_insert {
        simulator.state().insert(event);
    }
    if flaws.cut { response.map(|body| body.slice(..body.len() / 2)) } else { response }
}

fn endpoint(path: &str) -> Option<Endpoint> {
    match path {
        "/teams/members" => Some(Endpoint::Members),
        "/teams/spend" => Some(Endpoint::Spend),
        "/teams/filtered-usage-events" => Some(Endpoint::UsageEvents),
        _ => None,
    }
}

/// Either the whole answer, or what to spoil about the right one.
fn refuse_or_spoil(fault: FaultKind) -> Result<Flaws, Box<Response<Bytes>>> {
    let response = match fault {
        FaultKind::TruncatedBody => return Ok(Flaws { cut: true, ..Flaws::default() }),
        FaultKind::WrongCount => return Ok(Flaws { extra_count: 1, ..Flaws::default() }),
        FaultKind::ShiftedRows(event) => {
            return Ok(Flaws { then_insert: Some(*event), ..Flaws::default() });
        }
        FaultKind::TooManyRequests { retry_after: Some(seconds) } => {
            let mut response = coded(StatusCode::TOO_MANY_REQUESTS, "Rate limit exceeded");
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
            response
        }
        FaultKind::TooManyRequests { retry_after: None } => titled(
            StatusCode::TOO_MANY_REQUESTS,
            "Too Many Requests",
            "Rate limit exceeded. Please try again later.",
        ),
        FaultKind::BadGateway => {
            let page = "<html><head><title>502 Bad Gateway</title></head><body>502 Bad Gateway</body></html>";
            response(StatusCode::BAD_GATEWAY, "text/html", page.to_owned())
        }
        FaultKind::DropConnection => dropped(),
        FaultKind::PlanRefusal => titled(StatusCode::FORBIDDEN, "Forbidden", "Enterprise access required"),
        FaultKind::ScopeRefusal => coded(StatusCode::UNAUTHORIZED, "API key missing required scope: admin:*"),
        FaultKind::KeyRevoked => bad_key(),
    };
    Err(Box::new(response))
}

fn honest_answer(
    simulator: &Simulator,
    request: &Request<Bytes>,
    endpoint: Option<Endpoint>,
    extra_count: usize,
) -> Response<Bytes> {
    if !has_key(request, simulator.api_key()) {
        return bad_key();
    }
    let body = request.body();
    let (allowed, method, page): (_, _, &dyn Fn() -> Result<String, Refusal>) = match endpoint {
        Some(Endpoint::Members) => ("GET", Method::GET, &|| Ok(pages::members(simulator))),
        Some(Endpoint::Spend) => ("POST", Method::POST, &|| pages::spend(simulator, body)),
        Some(Endpoint::UsageEvents) => {
            ("POST", Method::POST, &|| pages::usage_events(simulator, body, extra_count))
        }
        Some(Endpoint::Any) | None => {
            return titled(StatusCode::NOT_FOUND, "Not Found", "Resource not found");
        }
    };
    if *request.method() != method {
        let mut refusal = titled(StatusCode::METHOD_NOT_ALLOWED, "Method Not Allowed", "Method not allowed");
        refusal.headers_mut().insert(ALLOW, HeaderValue::from_static(allowed));
        return refusal;
    }
    match page() {
        Ok(json) => response(StatusCode::OK, "application/json", json),
        Err(message) => titled(StatusCode::BAD_REQUEST, "Bad Request", &message),
    }
}

/// Basic, with the key as user and an empty password.
fn has_key(request: &Request<Bytes>, key: &str) -> bool {
    let header = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let encoded = header
        .and_then(|text| text.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("basic"));
    let decoded = encoded.and_then(|(_, text)| BASE64_STANDARD.decode(text.trim()).ok());
    decoded.is_some_and(|pair| pair.strip_suffix(b":") == Some(key.as_bytes()))
}

fn bad_key() -> Response<Bytes> {
    coded(StatusCode::UNAUTHORIZED, "Invalid Team API Key")
}

fn dropped() -> Response<Bytes> {
    let mut response = response(StatusCode::BAD_GATEWAY, "text/plain", String::new());
    response.headers_mut().insert(HeaderName::from_static(DROPPED), HeaderValue::from_static("true"));
    response.extensions_mut().insert(Dropped);
    response
}

/// The error shape with a code.
fn coded(status: StatusCode, message: &str) -> Response<Bytes> {
    error(status, [("code", "error"), ("message", message)])
}

/// The error shape with a title.
fn titled(status: StatusCode, title: &str, message: &str) -> Response<Bytes> {
    error(status, [("error", title), ("message", message)])
}

fn error(status: StatusCode, fields: [(&str, &str); 2]) -> Response<Bytes> {
    let mut json = String::new();
    let mut body = Object::open(&mut json);
    for (name, text) in fields {
        body.text(name, text);
    }
    body.close();
    response(status, "application/json", json)
}

fn response(status: StatusCode, content_type: &'static str, body: String) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}
