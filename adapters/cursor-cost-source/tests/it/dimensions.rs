//! Names, buckets and tags.

use cost_model::money::Tokens;
use cost_model::{CostRecord, Dimension, Dimensions, Filter};
use cursor_admin_client::UsageEvent;
use cursor_cost_source::{Mapping, NO_KIND, NO_MODEL, NO_USER};

use crate::record;

fn get(record: &CostRecord, dimension: &Dimension) -> Option<String> {
    record.get(dimension).map(std::borrow::Cow::into_owned)
}

fn tags(record: &CostRecord) -> Vec<String> {
    record.dimensions.tags.iter().map(|(key, value)| format!("{key}={value}")).collect()
}

#[test]
fn a_person() {
    let record = record(
        r#""userEmail":"Iris@Example.com","kind":"USAGE_EVENT_KIND_USAGE_BASED","maxMode":true,"isHeadless":false,
        "requestsCosts":2.4,"isTokenBasedCall":true,"tokenUsage":{"inputTokens":1,"outputTokens":2,"cacheWriteTokens":3,
        "cacheReadTokens":4,"totalCents":1},"chargedCents":1"#,
    );
    let table = [
        (Dimension::Provider, Some("cursor")),
        (Dimension::Account, Some("Acme")),
        (Dimension::Service, Some("Claude 4.5 Sonnet")),
        (Dimension::ServiceId, Some("claude-4.5-sonnet")),
        (Dimension::Category, Some("tokens")),
        (Dimension::UsageUnit, Some("tokens")),
        (Dimension::Subcategory, Some("Usage-based")),
        (Dimension::Resource, Some("Iris@Example.com")),
        (Dimension::ChargeType, Some("Usage")),
        (Dimension::Region, None),
        (Dimension::BillingAccount, None),
    ];
    for (dimension, expected) in table {
        assert_eq!(get(&record, &dimension).as_deref(), expected, "{dimension}");
    }
    assert_eq!(
        tags(&record),
        [
            "cursor:headless=false",
            "cursor:kind=USAGE_EVENT_KIND_USAGE_BASED",
            "cursor:max_mode=true",
            "cursor:model=claude-4.5-sonnet",
            "cursor:user=Iris@Example.com",
        ]
    );
    assert_eq!(record.tokens.total().unwrap(), Tokens::new(10));
    assert_eq!(record.requests.unwrap().to_string(), "2.4");
    assert_eq!(record.at.to_string(), "2026-07-31T10:00:00.417Z");
}

#[test]
fn a_service_account_in_a_cloud_agent() {
    let record = record(
        r#""userEmail":"bot@example.com","serviceAccountId":"sa_1","serviceAccountName":"Nightly","cloudAgentId":"bc-1",
        "automationId":"a-1","isHeadless":true,"maxMode":false,"kind":"Included in Business","chargedCents":1"#,
    );
    assert_eq!(get(&record, &Dimension::Resource).as_deref(), Some("sa_1"));
    assert_eq!(
        tags(&record),
        [
            "cursor:automation=a-1",
            "cursor:cloud_agent=true",
            "cursor:headless=true",
            "cursor:kind=Included in Business",
            "cursor:max_mode=false",
            "cursor:model=claude-4.5-sonnet",
            "cursor:service_account=Nightly",
            "cursor:user=bot@example.com",
        ]
    );
    assert_eq!(record.stated.agent.as_deref(), Some("bc-1"), "nearly every run has an id of its own");
}

#[test]
fn what_is_missing_goes_into_a_named_bucket() {
    let event =
        UsageEvent::from_json(r#"{"timestamp":1785492000417,"model":"","userEmail":"","chargedCents":3}"#);
    let record = Mapping::new("Acme").record(&event.unwrap());
    assert_eq!(get(&record, &Dimension::Service).as_deref(), Some(NO_MODEL));
    assert_eq!(get(&record, &Dimension::ServiceId), None);
    assert_eq!(get(&record, &Dimension::Resource).as_deref(), Some(NO_USER));
    assert_eq!(get(&record, &Dimension::Subcategory).as_deref(), Some(NO_KIND));
    assert!(tags(&record).is_empty());
    assert_eq!(record.costs.effective, Some("0.03".parse().unwrap()));
}

#[test]
fn the_category_is_as_told_or_else_as_used() {
    let category = |fields: &str| get(&record(fields), &Dimension::Category).unwrap();
    assert_eq!(category(r#""isTokenBasedCall":false,"tokenUsage":{"inputTokens":5}"#), "requests");
    assert_eq!(category(r#""isTokenBasedCall":true"#), "tokens");
    assert_eq!(category(r#""tokenUsage":{"inputTokens":"5"}"#), "tokens");
    assert_eq!(category(r#""tokenUsage":{"inputTokens":0}"#), "requests");
    assert_eq!(category(r#""requestsCosts":1"#), "requests");
}

#[test]
fn subcategories_have_one_label_whatever_the_vocabulary() {
    let label = |kind: &str| get(&record(&format!(r#""kind":"{kind}""#)), &Dimension::Subcategory).unwrap();
    for kind in ["Usage-based", "USAGE_EVENT_KIND_USAGE_BASED", "On-Demand", "usage based"] {
        assert_eq!(label(kind), "Usage-based", "{kind}");
    }
    for kind in ["User API Key", "User API key", "USAGE_EVENT_KIND_USER_API_KEY"] {
        assert_eq!(label(kind), "User API Key", "{kind}");
    }
    assert_eq!(label("USAGE_EVENT_KIND_INCLUDED_IN_PRO_PLUS"), "Included in Pro Plus");
    assert_eq!(label("Errored, No Charge"), "Errored, Not Charged");
    assert_eq!(label("Loyalty bonus 2027"), "Loyalty bonus 2027");
}

#[test]
fn a_filter_finds_a_model_by_name_and_by_id() {
    let record = record(r#""kind":"Usage-based""#);
    for sentence in ["costs.service = 'Claude 4.5 Sonnet'", "costs.service = 'claude-4.5-sonnet'"] {
        assert!(Filter::parse(sentence).unwrap().matches(&record), "{sentence}");
    }
}
