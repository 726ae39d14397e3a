//! From a request to an answer: routes, key, scope, plan, limits.
//!
//! The order of the checks is part of what a client is tested against: the key comes first, so that an
//! unknown path tells nothing to whoever has none, and rates are limited after everything else that refuses
//! without a look at the body.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use http::header::{ALLOW, AUTHORIZATION, HeaderValue};
use http::{Method, Request, Response, StatusCode};

use crate::behaviour::{Plan, Scope};
use crate::endpoint::Endpoint;
use crate::endpoints::billing_groups;
use crate::endpoints::daily_usage;
use crate::endpoints::directory_groups;
use crate::endpoints::members;
use crate::endpoints::model_access;
use crate::endpoints::request::Refusal;
use crate::endpoints::spend;
use crate::endpoints::usage_events;
use crate::endpoints::view::View;
use crate::faults::FaultKind;
use crate::faults::{Flaw, refuse_or_spoil};
use crate::faults::{bad_key, missing_scope, not_found, response, throttled, titled, wrong_plan};
use crate::rate_limit::RateLimits;
use crate::route::Route;

/// How many seconds a request too many is told to wait; the documented figure.
const WAIT: u32 = 60;

/// What decides, beside the data, whether a request is answered.
///
/// Borrowed for one request, since the counts of requests are behind the simulator's lock.
#[derive(Clone, Copy)]
pub(crate) struct Guard<'a> {
    /// The key that is accepted.
    pub(crate) key: &'a str,
    /// Counts a request of the current minute, and says whether it is still admitted.
    pub(crate) admits: &'a dyn Fn(Endpoint, i64, &RateLimits) -> bool,
}

/// Answers a request from what `view` shows.
///
/// A fault may replace the answer, or spoil the one that would have been given.
pub(crate) fn answer(
    guard: Guard<'_>,
    view: &mut View<'_>,
    fault: Option<&FaultKind>,
    request: &Request<Bytes>,
) -> Response<Bytes> {
    let flaw = match fault.map_or(Ok(None), refuse_or_spoil) {
        Ok(flaw) => flaw,
        Err(refusal) => return *refusal,
    };
    view.flaw = flaw.and_then(Flaw::of_rows);
    let honest = honest_answer(guard, view, request);
    match flaw {
        Some(flaw) => flaw.spoil(honest),
        None => honest,
    }
}

/// Returns the answer without any fault.
fn honest_answer(guard: Guard<'_>, view: &View<'_>, request: &Request<Bytes>) -> Response<Bytes> {
    if !has_key(request, guard.key) {
        return bad_key();
    }
    let known = Route::of(request.uri().path()).filter(|route| route.since() <= view.behaviour.era);
    let Some(route) = known else { return not_found() };
    if let Some(refusal) = forbidden(view, route.endpoint()) {
        return refusal;
    }
    if *request.method() != route.method() {
        return wrong_method(&route.method());
    }
    // A request that was refused above does not count towards the limit; one with a wrong body does.
    let limits = view.behaviour.rate_limits.as_ref();
    if let Some(limits) = limits.filter(|limits| !(guard.admits)(route.endpoint(), view.now, limits)) {
        return throttled(limits.throttling, WAIT);
    }
    match data(view, route, request) {
        Ok(Some(json)) => response(StatusCode::OK, "application/json", json),
        Ok(None) => not_found(),
        Err(message) => titled(StatusCode::BAD_REQUEST, "Bad Request", &message),
    }
}

/// Returns the JSON text, or nothing if there is no such thing.
fn data(view: &View<'_>, route: Route<'_>, request: &Request<Bytes>) -> Result<Option<String>, Refusal> {
    let body = request.body();
    let query = request.uri().query().unwrap_or_default();
    match route {
        Route::Members => Ok(Some(members::answer(view))),
        Route::Spend => spend::answer(view, body).map(Some),
        Route::UsageEvents => usage_events::answer(view, body).map(Some),
        Route::DailyUsage => daily_usage::answer(view, body).map(Some),
        Route::BillingGroups => billing_groups::all(view, query).map(Some),
        Route::BillingGroup(id) => billing_groups::one(view, id, query),
        Route::DirectoryGroups => directory_groups::all(view, query).map(Some),
        Route::DirectoryGroup(id) => Ok(directory_groups::one(view, id)),
        Route::DirectoryGroupMembers(id) => directory_groups::members(view, id, query),
        Route::ModelConfiguration => Ok(Some(model_access::configuration())),
        Route::ModelProviders => Ok(Some(model_access::providers())),
    }
}

/// Returns what scope and plan keep from the key.
fn forbidden(view: &View<'_>, endpoint: Endpoint) -> Option<Response<Bytes>> {
    let models = endpoint == Endpoint::ModelAccess;
    match view.behaviour.scope {
        Scope::ReadOnly if models => return Some(missing_scope("models:read")),
        Scope::Models if !models => return Some(missing_scope("admin:*")),
        _ => {}
    }
    // Billing groups are documented for Enterprise teams alone.
    let locked = view.behaviour.plan == Plan::Teams && endpoint == Endpoint::BillingGroups;
    locked.then(wrong_plan)
}

/// Makes a 405 that names the right method, as HTTP wants it.
fn wrong_method(right: &Method) -> Response<Bytes> {
    let mut refusal = titled(StatusCode::METHOD_NOT_ALLOWED, "Method Not Allowed", "Method not allowed");
    let allow = if *right == Method::GET { "GET" } else { "POST" };
    refusal.headers_mut().insert(ALLOW, HeaderValue::from_static(allow));
    refusal
}

/// Returns whether a request has the key: Basic, with the key as user and an empty password.
fn has_key(request: &Request<Bytes>, key: &str) -> bool {
    let header = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let encoded = header
        .and_then(|text| text.split_once(' '))
        // Schemes are compared without regard to case (RFC 9110, section 11.1).
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("basic"));
    let decoded = encoded.and_then(|(_, text)| BASE64_STANDARD.decode(text.trim()).ok());
    decoded.is_some_and(|pair| pair.strip_suffix(b":") == Some(key.as_bytes()))
}
