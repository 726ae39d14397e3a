//! The table of kinds and amounts, row by row, for every era and missing amount.

use cost_model::Metric;

use crate::record;

const TOKENS: &str =
    r#""inputTokens":1200,"outputTokens":900,"cacheWriteTokens":8000,"cacheReadTokens":52000"#;

/// Billed, effective = contracted, list, in US dollars; `-` for absent. A trailing `*` marks derived amounts.
#[track_caller]
fn costs(fields: &str, expected: &str) {
    let record = record(&fields.replace("TOKENS", TOKENS));
    let text = |metric| record.costs.get(metric).map_or("-".to_owned(), |amount| amount.to_string());
    assert_eq!(text(Metric::Contracted), text(Metric::Effective), "{fields}");
    let derived = if record.costs.derived { "*" } else { "" };
    let actual =
        format!("{} {} {}{derived}", text(Metric::Billed), text(Metric::Effective), text(Metric::List));
    assert_eq!(actual, expected, "{fields}");
}

#[test]
fn usage_based() {
    for kind in [
        r#""kind":"Usage-based""#,
        r#""kindLabel":"Usage-based""#,
        r#""kind":"USAGE_EVENT_KIND_USAGE_BASED""#,
    ] {
        let case = |rest: &str, expected| costs(&format!("{kind},{rest}"), expected);
        // October 2026: charged with a fee, without a fee, with a discount.
        case(
            r#""tokenUsage":{TOKENS,"totalCents":6.27},"chargedCents":7.8225,"cursorTokenFee":1.5525"#,
            "0.078225 0.078225 0.078225",
        );
        case(r#""tokenUsage":{TOKENS,"totalCents":3.0},"chargedCents":3"#, "0.03 0.03 0.03");
        case(
            r#""tokenUsage":{TOKENS,"totalCents":6.27,"discountPercentOff":10},"chargedCents":7.1955,"cursorTokenFee":1.5525"#,
            "0.071955 0.071955 0.078225",
        );
        // The digits sent are kept, also where the arithmetic says otherwise.
        case(
            r#""tokenUsage":{TOKENS,"totalCents":6.27},"chargedCents":20.182319999999997"#,
            "0.20182319999999997 0.20182319999999997 0.0627",
        );
        case(r#""chargedCents":1.25e-7"#, "0.00000000125 0.00000000125 0.00000000125");
        // Request-based, with and without a charge.
        case(r#""requestsCosts":2,"isTokenBasedCall":false,"chargedCents":8"#, "0.08 0.08 0.08");
        case(r#""requestsCosts":2,"isTokenBasedCall":false"#, "- - -");
        // 2025: tokens without a charge are priced by their own total.
        case(r#""tokenUsage":{TOKENS,"totalCents":0.2}"#, "0.002 0.002 0.002*");
        case(
            r#""tokenUsage":{TOKENS,"totalCents":10,"discountPercentOff":12.5},"cursorTokenFee":1"#,
            "0.0975 0.0975 0.11*",
        );
        case(r#""tokenUsage":{TOKENS}"#, "- - -");
        // A discount that makes no sense leaves nothing to derive from.
        case(r#""tokenUsage":{TOKENS,"totalCents":10,"discountPercentOff":120}"#, "- - 0.1");
        // A charge of nothing is a charge of nothing.
        case(r#""tokenUsage":{TOKENS,"totalCents":5},"chargedCents":0"#, "0 0 0.05");
        case(r#""isChargeable":false,"chargedCents":4"#, "0.04 0.04 0.04");
    }
}

#[test]
fn included() {
    let labels =
        ["Included in Business", "Included in Pro", "INCLUDED", "USAGE_EVENT_KIND_INCLUDED_IN_ULTRA"];
    for kind in labels.map(|label| format!(r#""kind":"{label}""#)) {
        let case = |rest: &str, expected| costs(&format!("{kind},{rest}"), expected);
        case(
            r#""tokenUsage":{TOKENS,"totalCents":3},"chargedCents":3.5,"cursorTokenFee":0.5"#,
            "0 0.035 0.035",
        );
        case(r#""requestsCosts":1.4,"isChargeable":true,"chargedCents":8"#, "0 0.08 0.08");
        // Charged nothing although tokens have a price: the value used is derived.
        case(
            r#""tokenUsage":{TOKENS,"totalCents":10,"discountPercentOff":10},"chargedCents":0,"cursorTokenFee":2"#,
            "0 0.11 0.12*",
        );
        case(r#""tokenUsage":{TOKENS,"totalCents":10}"#, "0 0.1 0.1*");
        // Stated as nothing.
        case(r#""tokenUsage":{TOKENS,"totalCents":0},"chargedCents":0"#, "0 0 0");
        case(r#""tokenUsage":{TOKENS},"chargedCents":0"#, "0 0 0");
        // Used, but nothing stated: unknown, not nothing.
        case(r#""tokenUsage":{TOKENS}"#, "0 - -");
        case(r#""requestsCosts":1"#, "0 - -");
        // Neither used nor stated.
        case(r#""tokenUsage":{}"#, "0 0 0");
    }
}

#[test]
fn own_key() {
    let case = |rest: &str, expected| costs(&format!(r#""kind":"User API Key",{rest}"#), expected);
    case(
        r#""tokenUsage":{TOKENS,"totalCents":90},"chargedCents":1.5525,"cursorTokenFee":1.5525"#,
        "0.015525 0.015525 0.015525",
    );
    case(r#""tokenUsage":{TOKENS,"totalCents":90}"#, "0 0 0");
}

#[test]
fn own_key_use_without_a_stated_fee_costs_what_was_charged() {
    let case = |rest: &str, expected| costs(&format!(r#""kind":"User API Key",{rest}"#), expected);
    case(r#""tokenUsage":{TOKENS,"totalCents":90},"chargedCents":5"#, "0.05 0.05 0.05");
    case(r#""chargedCents":5,"cursorTokenFee":null"#, "0.05 0.05 0.05");
    case(r#""chargedCents":5,"cursorTokenFee":0"#, "0 0 0");
}

#[test]
fn kinds_that_cost_nothing() {
    for kind in [
        "Errored, Not Charged",
        "Errored, No Charge",
        "USAGE_EVENT_KIND_ERRORED_NOT_CHARGED",
        "Aborted, Not Charged",
        "Free",
        "FREE_CREDIT",
        "USAGE_EVENT_KIND_CUSTOM_SUBSCRIPTION",
    ] {
        costs(
            &format!(r#""kind":"{kind}","tokenUsage":{{TOKENS,"totalCents":5}},"chargedCents":5"#),
            "0 0 0",
        );
    }
    costs(r#""kind":"Usage-based","isFreeBugbot":true,"chargedCents":5"#, "0 0 0");
    costs(r#""kind":"Usage-based","isFreeBugbot":false,"chargedCents":5"#, "0.05 0.05 0.05");
}

#[test]
fn unknown_kinds_claim_no_invoice_amount() {
    for kind in [r#""kind":"Loyalty bonus 2027""#, r#""kind":null"#, r#""maxMode":false"#] {
        costs(&format!(r#"{kind},"tokenUsage":{{TOKENS,"totalCents":4}},"chargedCents":5"#), "- 0.05 0.04");
        costs(&format!(r#"{kind},"chargedCents":5"#), "- 0.05 0.05");
        costs(&format!(r#"{kind},"tokenUsage":{{TOKENS}}"#), "- - -");
    }
}

#[test]
fn the_stated_figures_are_kept() {
    let record = record(
        r#""kind":"USAGE_EVENT_KIND_USAGE_BASED","conversationId":"c-1","tokenUsage":{"totalCents":10,"discountPercentOff":10},"chargedCents":10.5,"cursorTokenFee":1.5"#,
    );
    let (dimensions, stated) = (&record.dimensions, &record.stated);
    assert_eq!(stated.charged, Some("0.105".parse().unwrap()));
    assert_eq!(stated.model_cost, Some("0.1".parse().unwrap()));
    assert_eq!(stated.fee, Some("0.015".parse().unwrap()));
    assert_eq!(dimensions.discount_percent.map(|percent| percent.to_string()).as_deref(), Some("10"));
    assert_eq!(dimensions.stated_kind.as_deref(), Some("USAGE_EVENT_KIND_USAGE_BASED"));
    assert_eq!(dimensions.stated_model.as_deref(), Some("claude-4.5-sonnet"));
    assert_eq!(stated.conversation.as_deref(), Some("c-1"));
    assert_eq!(stated.rounded, 0);
}
