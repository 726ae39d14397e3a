//! Invoices, and how they are written down.
//!
//! Amounts become text here and nowhere earlier, in whole cents. The CSV is the form that `reconcile` reads, and the
//! JSON the one of `cursor-invoice`'s reader for the dashboard.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::amount::{CENT, dollars};
use crate::biller::invoice_line::{InvoiceLine, LineKind, UsageLine};
use crate::biller::period::Period;
use crate::calendar::instant;

/// The invoices of one billing cycle.
///
/// Usage is billed at the end of a cycle, and before if it passes a threshold: `earlier` is empty where the terms
/// have none.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Bills {
    /// The invoices before the end of the cycle, oldest first.
    pub earlier: Vec<Bill>,
    /// The last invoice.
    pub bill: Bill,
}

/// An invoice, with what is printed and the usage behind it.
///
/// Amounts are counts of 10^-24 US dollars, and whole cents: rounding happens when lines are made, so that the lines
/// add up to the total as printed. A test reads what is printed, and compares what it finds with `usage`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Bill {
    /// Such as `INV-0006`.
    pub number: String,
    /// Such as `Cursor Usage for September 2026`.
    pub title: String,
    /// The period that it states.
    pub period: Period,
    /// When it was issued, in milliseconds since 1970.
    pub issued_ms: i64,
    /// Every line, in order; those of usage come first, in the order of `usage`.
    pub lines: Vec<InvoiceLine>,
    /// The events behind the lines of on-demand usage.
    pub usage: Vec<UsageLine>,
    /// The total as stated: the sum of all lines, unless somebody has changed it.
    pub total: i128,
    /// Whether the CSV says when it was issued.
    pub states_issue: bool,
    /// Whether the CSV says the total.
    pub states_total: bool,
}

/// Returns an instant to the second, as the comments of a CSV have it.
fn second(ms: i64) -> String {
    instant(ms).format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

impl Bill {
    /// Returns the sum of the lines of one kind.
    /// No such line is a sum of 0.
    pub fn sum_of(&self, kind: LineKind) -> i128 {
        self.lines.iter().filter(|line| line.kind == kind).map(|line| line.amount).sum()
    }

    /// Returns the invoice as CSV: comments with the number, the period and the currency, a header, and one row for
    /// each line.
    ///
    /// The instant of issue and the total are left out unless the terms have them stated. Amounts have two decimals,
    /// and quantities are empty where a line has none.
    pub fn csv(&self) -> String {
        let mut csv = String::new();
        let _ = writeln!(csv, "# number: {}", self.number);
        let _ = writeln!(csv, "# period: {}/{}", second(self.period.start_ms), second(self.period.end_ms));
        let _ = writeln!(csv, "# currency: USD");
        if self.states_issue {
            let _ = writeln!(csv, "# issued: {}", second(self.issued_ms));
        }
        if self.states_total {
            let _ = writeln!(csv, "# total: {}", dollars(self.total));
        }
        let _ = writeln!(csv, "description,quantity,amount");
        for line in &self.lines {
            let quantity = line.quantity.map(|count| count.to_string()).unwrap_or_default();
            let wording = line.description.replace('"', "\"\"");
            let _ = writeln!(csv, "\"{wording}\",{quantity},{}", dollars(line.amount));
        }
        csv
    }

    /// Returns the items as the dashboard's own call has them: no quantities, and no `cents` where they are 0.
    ///
    /// The call is the one behind the billing page of the dashboard. It is not documented; its shape follows answers
    /// that public clients recorded. It states neither the period nor a total.
    pub fn dashboard_json(&self) -> String {
        let items: Vec<Value> = self
            .lines
            .iter()
            .map(|line: &InvoiceLine| match i64::try_from(line.amount / CENT) {
                Ok(cents) if cents != 0 => json!({"description": line.description, "cents": cents}),
                _ => json!({"description": line.description}),
            })
            .collect();
        json!({
            "items": items,
            "pricingDescription": {"description": self.title, "id": self.number},
            "hasUnpaidMidMonthInvoice": false,
        })
        .to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::amount::DOLLAR;
    use crate::biller::seats::Seats;
    use crate::biller::terms::{BillingTerms, Wording};
    use crate::events::TrueEvent;

    fn bill() -> Bill {
        let terms = BillingTerms {
            wording: Wording::Table,
            seats: Some(Seats::new(40 * DOLLAR, Vec::new())),
            charges: vec![
                InvoiceLine::new(LineKind::AddOn, "Minimum fee", None, 2000 * DOLLAR),
                InvoiceLine::new(LineKind::Credit, "Credit \"June\"", None, -150 * CENT),
            ],
            states_issue: true,
            states_total: true,
            ..BillingTerms::default()
        };
        let calls: Vec<_> = (0..1200)
            .map(|minute: i64| {
                let mut event =
                    TrueEvent::new(terms.period.start_ms + minute, "gpt-5.4", TrueEvent::USAGE_BASED);
                event.charged = Some(3 * CENT);
                event
            })
            .collect();
        terms.bill(&calls).bill
    }

    #[test]
    fn the_csv_states_what_it_is_asked_to() {
        let expected = r#"# number: INV-0006
# period: 2026-09-14T09:30:00Z/2026-10-14T09:30:00Z
# currency: USD
# issued: 2026-10-15T09:30:00Z
# total: 2202.35
description,quantity,amount
"token-based usage calls to gpt-5.4, totaling: $36.00. Input tokens: 0, Output tokens: 0, Cache write tokens: 0, Cache read tokens: 0",1200,36.00
"Cursor Teams seats",0,0.00
"Minimum fee",,2000.00
"Credit ""June""",,-1.50
"Tax",,167.85
"#;
        assert_eq!(bill().csv(), expected);
    }

    #[test]
    fn the_dashboard_leaves_out_what_is_nothing() {
        let json: Value = serde_json::from_str(&bill().dashboard_json()).unwrap();
        let cents: Vec<_> =
            json["items"].as_array().unwrap().iter().map(|item| item["cents"].as_i64()).collect();
        assert_eq!(cents, [Some(3600), None, Some(200_000), Some(-150), Some(16_785)]);
        assert_eq!(json["items"][1], json!({"description": "Cursor Teams seats"}));
        assert_eq!(json["hasUnpaidMidMonthInvoice"], json!(false));
        assert_eq!(json["pricingDescription"]["id"], json!("INV-0006"));
    }

    #[test]
    fn the_text_is_broken_as_a_copy_of_a_pdf_is() {
        let expected = "\
Invoice
Cursor Usage for September 2026
Invoice number\u{a0}INV-0006
Date of issue October 15, 2026
Billing period Sep 14\u{a0}\u{2013} Oct 14, 2026
Bill to
Acme
$2,202.35 due October 15, 2026

Description Qty Unit price Amount
token-based usage calls to gpt-5.4, totaling:
$36.00. Input tokens: 0, Output tokens: 0, Cache
write tokens: 0, Cache read tokens: 0 1,200 $0.03 $36.00
Cursor Teams seats 0 $40.00 $0.00
Minimum fee $2,000.00
Credit \"June\" -$1.50
Subtotal $2,034.50
Tax $167.85
Total $2,202.35
Amount due\u{a0}$2,202.35 USD
Page 1 of 1
";
        assert_eq!(bill().pdf_text(), expected);
    }
}
