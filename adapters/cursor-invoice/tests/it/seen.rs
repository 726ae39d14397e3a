//! Wordings that others have seen on invoices and in the billing portal, and text of any sort.

use cursor_invoice::CursorWordings;
use proptest::prelude::*;
use reconcile::InvoiceReader;
use reconcile::invoice::{LineKind, LineRule};
use reconcile::readers::CsvInvoiceReader;

use crate::{classify, period, requests, usage};

#[test]
fn wordings_seen_elsewhere_are_understood() {
    let table = [
        ("112 discounted claude-4-sonnet-thinking requests", requests(Some("claude-4-sonnet-thinking"), 112)),
        ("14 discounted requests", requests(None, 14)),
        ("97 extra fast premium requests beyond 500/month * 4 cents per such request", requests(None, 97)),
        ("3 extra fast premium requests (Haiku)", requests(None, 3)),
        ("1 extra fast premium request (claude-4-opus)", requests(None, 1)),
        ("2071 premium tool calls * 5 cents per tool call", requests(None, 2071)),
        (
            "9 gemini-2-5-pro-exp-max requests * 5 cents per such request",
            requests(Some("gemini-2-5-pro-exp-max"), 9),
        ),
        ("1 o3 request * 30 cents per such request", requests(Some("o3"), 1)),
        (
            "979 token-based usage calls to claude-3.7-sonnet-thinking, totalling: $76.02",
            usage(Some("claude-3.7-sonnet-thinking"), None, Some(979)),
        ),
        (
            "200 token-based usage calls to non-max-claude-4-sonnet-thinking, totalling: $5.96. Input tokens: 735,195, \
             Output tokens: 72,511, Cache write tokens: 472,458, Cache read tokens: 5,158,109",
            usage(Some("claude-4-sonnet-thinking"), Some(false), Some(200)),
        ),
        (
            "token-based usage calls to non-max-gpt-5-high, totaling: $26.94. Input tokens: 1411138, Output tokens: 1",
            usage(Some("gpt-5-high"), Some(false), None),
        ),
        ("On-Demand Usage", usage(None, None, None)),
        ("Cursor On-Demand Usage for September 2026", usage(None, None, None)),
        ("On demand usage", usage(None, None, None)),
        ("Cursor Usage for August 2025", usage(None, None, None)),
        ("Cursor Usage for September 2025 (Mid-Month Invoice)", usage(None, None, None)),
        ("Cursor Usage: token-based usage", usage(None, None, None)),
        ("Mid-month usage paid for May 2025", LineKind::Netting),
        ("Mid-month usage paid", LineKind::Netting),
        ("Cursor Pro Plus", LineKind::AddOn),
        ("Cursor Teams seats \u{d7} 12", LineKind::Seats),
        ("Unused time on 2 \u{d7} Cursor Teams after 3 Sep 2026", LineKind::Proration),
        ("Refund", LineKind::Refund),
        ("Refund for 3 token-based usage calls to o3, totalling: $0.90", LineKind::Refund),
        ("Refund Credit adjustment", LineKind::Refund),
        ("On-demand usage credit", LineKind::Credit),
        ("TAX (19%)", LineKind::Tax),
        ("extra fast premium requests (Haiku)", usage(None, None, None)),
        ("Cursor token fee, totalling: $0.01", LineKind::TokenFee),
        ("38 calls with user API keys, Cursor token fee totalling: $12.34", LineKind::OwnKeyFees),
        ("Minimum fee", LineKind::AddOn),
        ("Bugbot add-on", LineKind::AddOn),
        ("Priority support add-on", LineKind::AddOn),
        ("Credit adjustment", LineKind::Credit),
        ("Promotional credit", LineKind::Credit),
        ("Service credit", LineKind::Credit),
        ("Refund for duplicate seat", LineKind::Refund),
        ("Remaining time on 3 x Cursor Teams seats after 1 Sep 2026", LineKind::Proration),
        ("Support contract", LineKind::Unrecognised),
    ];
    for (description, expected) in table {
        assert_eq!(classify(description), expected, "{description}");
    }
}

/// Lines that were published with all of their figures do not contradict themselves.
#[test]
fn published_lines_agree_with_their_own_words() {
    let csv = "description,quantity,unit_price,amount\n\
        97 extra fast premium requests beyond 500/month * 4 cents per such request,,,3.88\n\
        2071 premium tool calls * 5 cents per tool call,,,103.55\n\
        \"979 token-based usage calls to claude-3.7-sonnet-thinking, totalling: $76.02\",,,76.02\n\
        \"token-based usage calls to non-max-gpt-5-high, totaling: $26.94. Input tokens: 1411138\",578,$0.05,26.94\n\
        Mid-month usage paid for May 2025,,,$-120.00\n";
    let reader = CsvInvoiceReader::new(CursorWordings::new()).with_period(period());
    let invoice = reader.read_invoice(csv.as_bytes(), "seen.csv").unwrap();
    assert_eq!(invoice.checks().unwrap(), []);
    let wrong = csv.replace("3.88", "3.89").replace("$76.02\"", "$76.20\"").replace("$0.05", "$0.06");
    let found = reader.read_invoice(wrong.as_bytes(), "seen.csv").unwrap().checks().unwrap();
    let found: Vec<_> = found.into_iter().map(|check| (check.line, check.rule)).collect();
    assert_eq!(
        found,
        [
            (Some(2), LineRule::PriceInWords),
            (Some(4), LineRule::AmountInWords),
            (Some(5), LineRule::PrintedPrice)
        ]
    );
}

/// Words of the table and others, in any order.
fn sentences() -> impl Strategy<Value = String> {
    let word = prop::sample::select(vec![
        "token-based",
        "usage",
        "calls",
        "call",
        "to",
        "non-max-",
        "gpt-5",
        ",",
        "totalling:",
        "$1.00",
        "1,200",
        "12",
        "99999999999999999999999999",
        "requests",
        "discounted",
        "premium",
        "tool",
        "mid-month",
        "paid",
        "user API keys",
        "seats",
        "tax",
        "Cursor",
        "\u{a0}",
        "\n",
        "\u{1f4b8}",
        "(",
        "\\",
        "*",
    ]);
    prop::collection::vec(word, 0..16).prop_map(|words| words.join(" "))
}

proptest! {
    #[test]
    fn text_never_panics(text in any::<String>()) {
        classify(&text);
    }

    #[test]
    fn sentences_never_panic_and_blanks_do_not_matter(sentence in sentences()) {
        let spread = format!(" {} ", sentence.replace(' ', "\u{a0}\n "));
        prop_assert_eq!(classify(&sentence), classify(&spread));
    }

    #[test]
    fn any_model_and_count_is_read_back(
        calls in any::<u64>(), model in "[a-z][a-zA-Z0-9._:/-]{0,30}", non_max in any::<bool>(),
        cents in 0_u32..1_000_000
    ) {
        prop_assume!(!model.starts_with("non-max-"));
        let mark = if non_max { "non-max-" } else { "" };
        let amount = format!("{}.{:02}", cents / 100, cents % 100);
        let text = format!("{calls} token-based usage calls to {mark}{model}, totalling: ${amount}");
        prop_assert_eq!(classify(&text), usage(Some(&model), non_max.then_some(false), Some(calls)));
    }
}
