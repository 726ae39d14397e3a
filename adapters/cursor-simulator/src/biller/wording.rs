//! Usage lines in words.
//!
//! The wordings are those that `cursor-invoice` reads. Only the table has no calls in its words: there they are the
//! quantity, with the average price beside it.

use crate::amount::dollars;
use crate::biller::invoice_line::{InvoiceLine, LineKind, UsageLine};
use crate::biller::rounding::RoundingMode;
use crate::biller::terms::{BillingTerms, Wording};

/// Writes a usage line in the wording of the terms; its amount is that of the line, whatever its words say.
pub(super) fn usage(line: &UsageLine, terms: &BillingTerms) -> InvoiceLine {
    let (calls, label, total) = (line.calls, &line.label, dollars(line.amount));
    let wording = match terms.wording {
        _ if terms.in_one_line() => "On-Demand Usage".to_owned(),
        Wording::Mid2025 | Wording::Summary => {
            format!("{calls} token-based usage calls to {label}, totalling: ${total}")
        }
        Wording::Autumn2025 => {
            let tokens = tokens(line, grouped);
            format!("{calls} token-based usage calls to {label}, totalling: ${total}. {tokens}")
        }
        Wording::Table => {
            let tokens = tokens(line, |count| count.to_string());
            format!("token-based usage calls to {label}, totaling: ${total}. {tokens}")
        }
    };
    let average = line.amount / i128::from(calls.max(1));
    InvoiceLine {
        unit_price: (terms.wording == Wording::Table).then(|| RoundingMode::HalfUp.round(average)),
        ..InvoiceLine::new(LineKind::Usage, wording, Some(calls), line.amount)
    }
}

/// Writes the four counts of tokens, with numbers in the form of the wording.
fn tokens(line: &UsageLine, number: fn(u64) -> String) -> String {
    let tokens = line.tokens;
    format!(
        "Input tokens: {}, Output tokens: {}, Cache write tokens: {}, Cache read tokens: {}",
        number(tokens.input),
        number(tokens.output),
        number(tokens.cache_write),
        number(tokens.cache_read)
    )
}

/// Returns digits with commas between thousands.
pub(super) fn grouped(count: u64) -> String {
    if count < 1000 { count.to_string() } else { format!("{},{:03}", grouped(count / 1000), count % 1000) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::amount::CENT;
    use crate::events::Tokens;

    fn words(wording: Wording) -> InvoiceLine {
        let line = UsageLine {
            model: "gpt-5-high".to_owned(),
            max_mode: false,
            label: "non-max-gpt-5-high".to_owned(),
            calls: 578,
            tokens: Tokens::new(1_411_138, 72_511, 0, 5_158_109),
            exact: 2694 * CENT,
            amount: 2694 * CENT,
        };
        usage(&line, &BillingTerms { wording, ..BillingTerms::default() })
    }

    #[test]
    fn each_era_has_its_words() {
        assert_eq!(
            words(Wording::Mid2025).description,
            "578 token-based usage calls to non-max-gpt-5-high, totalling: $26.94"
        );
        assert_eq!(
            words(Wording::Autumn2025).description,
            "578 token-based usage calls to non-max-gpt-5-high, totalling: $26.94. Input tokens: 1,411,138, \
             Output tokens: 72,511, Cache write tokens: 0, Cache read tokens: 5,158,109"
        );
        let table = words(Wording::Table);
        assert_eq!(
            table.description,
            "token-based usage calls to non-max-gpt-5-high, totaling: $26.94. Input tokens: 1411138, \
             Output tokens: 72511, Cache write tokens: 0, Cache read tokens: 5158109"
        );
        assert_eq!((table.quantity, table.unit_price), (Some(578), Some(5 * CENT)));
        assert_eq!(words(Wording::Summary).description, "On-Demand Usage");
    }
}
