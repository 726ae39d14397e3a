//! The wordings of invoice lines, as a table.

use reconcile::{LineKind, UsageLine, Wordings};
use regex_lite::{Captures, Regex};

/// What a wording says of its line; groups named `calls`, `non_max` and `model` fill in usage lines.
#[derive(Clone, Copy, Debug)]
enum Meaning {
    Usage,
    OwnKeyFees,
    Seats,
    Tax,
    Credit,
    Netting,
}

/// The wordings seen on Cursor's invoices and in its billing portal, from the particular to the general; the first
/// that fits decides. None of them is promised by Cursor, so a wording that changes is a change of this table alone.
const TABLE: [(&str, Meaning); 11] = [
    (
        r"^(?:(?P<calls>[\d,]+) )?token-based usage calls? to (?P<non_max>non-max-)?(?P<model>.+?), ?total?ling\b",
        Meaning::Usage,
    ),
    (r"^mid-month usage paid\b", Meaning::Netting),
    (r"\b(?:user api keys?|own api keys?|own keys?)\b", Meaning::OwnKeyFees),
    (
        r"^[\d,]+ (?:premium tool calls?|(?:extra |discounted )*fast premium requests?|discounted requests?)\b",
        Meaning::Usage,
    ),
    (
        r"^(?P<calls>[\d,]+) (?:discounted )?(?P<non_max>non-max-)?(?P<model>[^ ]+) requests?\b",
        Meaning::Usage,
    ),
    (r"\b(?:refund|credit|credits|credited|adjustment|discount)\b", Meaning::Credit),
    (r"^(?:cursor )?on[- ]demand usage\b", Meaning::Usage),
    (r"^cursor usage\b", Meaning::Usage),
    (r"\b(?:tax|vat|gst|hst|pst)\b", Meaning::Tax),
    (r"\bseats?\b", Meaning::Seats),
    (r"\b(?:(?:unused|remaining) time on|cursor (?:teams?|business|enterprise|pro|ultra))\b", Meaning::Seats),
];

/// Cursor's wordings, for [`reconcile::CsvInvoiceReader`].
///
/// ```
/// use cursor_invoice::CursorWordings;
/// use reconcile::{LineKind, Wordings};
/// let wordings = CursorWordings::new();
/// assert_eq!(wordings.classify("Cursor Teams seats"), LineKind::Seats);
/// assert_eq!(wordings.classify("A wording of next year"), LineKind::Unrecognised);
/// ```
#[derive(Debug)]
pub struct CursorWordings {
    table: Vec<(Regex, Meaning)>,
}

impl CursorWordings {
    /// The table, ready to use.
    pub fn new() -> Self {
        // A constant pattern that did not compile would be left out; a test counts them.
        let compile = |(pattern, meaning)| Some((Regex::new(&format!("(?i){pattern}")).ok()?, meaning));
        Self { table: TABLE.into_iter().filter_map(compile).collect() }
    }
}

impl Default for CursorWordings {
    fn default() -> Self {
        Self::new()
    }
}

impl Wordings for CursorWordings {
    fn classify(&self, description: &str) -> LineKind {
        // Text from a PDF has hard spaces and line breaks where the invoice has blanks.
        let description =
            description.split(|each: char| each.is_whitespace()).filter(|word| !word.is_empty());
        let description = description.collect::<Vec<_>>().join(" ");
        let found =
            self.table.iter().find_map(|(regex, meaning)| Some((regex.captures(&description)?, *meaning)));
        match found {
            Some((groups, Meaning::Usage)) => LineKind::Usage(usage_line(&groups)),
            Some((_, Meaning::OwnKeyFees)) => LineKind::OwnKeyFees,
            Some((_, Meaning::Seats)) => LineKind::Seats,
            Some((_, Meaning::Tax)) => LineKind::Tax,
            Some((_, Meaning::Credit)) => LineKind::Credit,
            Some((_, Meaning::Netting)) => LineKind::Netting,
            None => LineKind::Unrecognised,
        }
    }
}

/// `non-max-X` stands for calls to X outside max mode; a bare X for whatever calls to X no other line names.
fn usage_line(groups: &Captures<'_>) -> UsageLine {
    let mut line = UsageLine::default();
    line.model = groups.name("model").map(|model| model.as_str().to_owned());
    line.max_mode = groups.name("non_max").map(|_| false);
    line.calls = groups.name("calls").and_then(|calls| calls.as_str().replace(',', "").parse().ok());
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usage(model: Option<&str>, max_mode: Option<bool>, calls: Option<u64>) -> LineKind {
        let mut line = UsageLine::default();
        line.model = model.map(str::to_owned);
        line.max_mode = max_mode;
        line.calls = calls;
        LineKind::Usage(line)
    }

    #[test]
    fn every_wording_seen_is_understood() {
        let table = [
            (
                "412 token-based usage calls to claude-4.5-sonnet, totalling: $96.10",
                usage(Some("claude-4.5-sonnet"), None, Some(412)),
            ),
            (
                "1,200 token-based usage calls to non-max-claude-4-sonnet-thinking, totalling: $5.96. Input tokens: \
                 735,195, Output tokens: 72,511",
                usage(Some("claude-4-sonnet-thinking"), Some(false), Some(1200)),
            ),
            (
                "token-based usage calls to non-max-gpt-5-high, totaling: $26.94. Input tokens: 1411138",
                usage(Some("gpt-5-high"), Some(false), None),
            ),
            ("1 token-based usage call to o3,\ntotalling: $0.30", usage(Some("o3"), None, Some(1))),
            (
                "7 token-based usage calls to Premium (Codex 5.3), totalling: $1.00",
                usage(Some("Premium (Codex 5.3)"), None, Some(7)),
            ),
            (
                "112 discounted claude-4-sonnet-thinking requests",
                usage(Some("claude-4-sonnet-thinking"), None, Some(112)),
            ),
            (
                "9 gemini-2-5-pro-exp-max requests * 5 cents per such request",
                usage(Some("gemini-2-5-pro-exp-max"), None, Some(9)),
            ),
            ("1 o3 request * 30 cents per such request", usage(Some("o3"), None, Some(1))),
            (
                "97 extra fast premium requests beyond 500/month * 4 cents per such request",
                usage(None, None, None),
            ),
            ("2071 premium tool calls * 5 cents per tool call", usage(None, None, None)),
            ("On-Demand Usage", usage(None, None, None)),
            ("38 calls with user API keys, Cursor token fee totalling: $12.34", LineKind::OwnKeyFees),
            ("Mid-month usage paid for May 2025", LineKind::Netting),
            ("Refund for duplicate seat", LineKind::Credit),
            ("Credit adjustment", LineKind::Credit),
            ("Tax", LineKind::Tax),
            ("Sales tax (8.25%)", LineKind::Tax),
            ("Cursor Teams seats", LineKind::Seats),
            ("Remaining time on 3 \u{d7} Cursor\u{a0}Teams after 24 Aug 2026", LineKind::Seats),
            ("Unused time on Cursor Teams", LineKind::Seats),
            ("Taxi", LineKind::Unrecognised),
            ("", LineKind::Unrecognised),
        ];
        let wordings = CursorWordings::new();
        assert_eq!(wordings.table.len(), TABLE.len());
        for (description, expected) in table {
            assert_eq!(wordings.classify(description), expected, "{description}");
        }
    }
}
