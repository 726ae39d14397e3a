//! What both sides say of an event, in the same words, digit by digit.

use cursor_admin_client::{Cents, UsageEvent};
use cursor_simulator::behaviour::KindWords;
use cursor_simulator::{Behaviour, Era, TrueEvent};
use rust_decimal::Decimal;

/// Everything of an event that is sent.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Row<'a> {
    at: i64,
    model: &'a str,
    kind: Option<&'a str>,
    who: [Option<&'a str>; 6],
    flags: [Option<bool>; 5],
    tokens: Option<[u64; 4]>,
    /// Request units, percent of discount, and the amounts, as counts of 10^-22 or 10^-24.
    numbers: [Option<i128>; 5],
}

/// In an order of their own, since none is promised.
pub(super) fn sorted(mut rows: Vec<Row<'_>>) -> Vec<Row<'_>> {
    rows.sort_unstable();
    rows
}

pub(super) fn read(event: &UsageEvent) -> Row<'_> {
    let usage = event.token_usage.as_ref();
    Row {
        at: event.timestamp.timestamp_millis(),
        model: &event.model,
        kind: event.kind.as_deref(),
        who: [
            event.user_email.as_deref(),
            event.service_account_id.as_deref(),
            event.service_account_name.as_deref(),
            event.cloud_agent_id.as_deref(),
            event.automation_id.as_deref(),
            event.conversation_id.as_deref(),
        ],
        flags: [
            event.max_mode,
            event.is_token_based_call,
            event.is_chargeable,
            event.is_headless,
            event.is_free_bugbot,
        ],
        tokens: usage.map(|usage| {
            [usage.input_tokens, usage.output_tokens, usage.cache_write_tokens, usage.cache_read_tokens]
        }),
        numbers: [
            event.requests_costs.map(|units| count(units, 24)),
            usage.and_then(|usage| usage.discount_percent_off).map(|percent| count(percent, 0)),
            usage.and_then(|usage| usage.total_cents).map(Cents::units),
            event.cursor_token_fee.map(Cents::units),
            event.charged_cents.map(Cents::units),
        ],
    }
}

/// The decimal as a count of its smallest digits.
fn count(decimal: Decimal, places: u32) -> i128 {
    let decimal = decimal.normalize();
    decimal.mantissa() * 10_i128.pow(places.checked_sub(decimal.scale()).unwrap())
}

pub(super) fn sent<'a>(event: &'a TrueEvent, behaviour: &Behaviour) -> Row<'a> {
    let newest = behaviour.era == Era::October2026;
    let priced = behaviour.era != Era::Year2025;
    let id = |id: &'a Option<String>| id.as_deref().filter(|_| newest);
    let usage = event.tokens.as_ref();
    let discount = event.discount_percent.filter(|_| priced && usage.is_some());
    Row {
        at: event.timestamp_ms,
        model: &event.model,
        kind: Some(kind(&event.kind, behaviour.kinds)),
        who: [
            event.email.as_deref(),
            id(&event.service_account_id),
            id(&event.service_account_name),
            id(&event.cloud_agent_id),
            id(&event.automation_id),
            id(&event.conversation_id),
        ],
        flags: [
            Some(event.max_mode),
            Some(event.is_token_based),
            priced.then_some(event.is_chargeable),
            priced.then_some(event.is_headless),
            (!newest).then_some(event.is_free_bugbot),
        ],
        tokens: usage.map(|tokens| [tokens.input, tokens.output, tokens.cache_write, tokens.cache_read]),
        numbers: [
            Some(event.requests),
            discount.map(i128::from),
            event.model_cost.filter(|_| usage.is_some()),
            event.token_fee.filter(|_| priced),
            event.charged.filter(|_| priced),
        ],
    }
}

fn kind(label: &str, words: KindWords) -> &str {
    if words == KindWords::Labels {
        return label;
    }
    match label {
        "Usage-based" => "USAGE_EVENT_KIND_USAGE_BASED",
        "Included in Business" => "USAGE_EVENT_KIND_INCLUDED_IN_BUSINESS",
        "User API Key" => "USAGE_EVENT_KIND_USER_API_KEY",
        "Errored, Not Charged" => "USAGE_EVENT_KIND_ERRORED_NOT_CHARGED",
        "Free" => "USAGE_EVENT_KIND_CUSTOM_SUBSCRIPTION",
        other => other,
    }
}
