//! The wordings of invoice lines, as a table.

use cost_model::{Money, TokenCounts, Tokens};
use reconcile::{LineKind, UsageLine, Wording, Wordings};
use regex_lite::{Captures, Regex};

/// What a wording says of its line.
#[derive(Clone, Copy, Debug)]
enum Meaning {
    /// Groups named `calls`, `requests`, `non_max`, `model`, `input`, `output`, `cache_write` and `cache_read` say of what.
    Usage,
    TokenFee,
    OwnKeyFees,
    Seats,
    Proration,
    AddOn,
    Tax,
    Discount,
    Credit,
    Refund,
    Netting,
}

/// The wordings seen on Cursor's invoices and in its billing portal, from the particular to the general; the first
/// that fits decides. Groups named `amount` (dollars) and `cents` (the price of a unit) are what the text itself asks
/// for. None of them is promised by Cursor, so a wording that changes is a change of this table alone.
const TABLE: [(&str, Meaning); 19] = [
    (
        r"^(?:(?P<calls>[\d,]+) )?token-based usage calls? to (?P<non_max>non-max-)?(?P<model>.+?), ?total?ling: ?(?P<amount>-?\$?-?[\d,]+(?:\.\d+)?)(?:\. input tokens: (?P<input>[\d,]+), output tokens: (?P<output>[\d,]+), cache write tokens: (?P<cache_write>[\d,]+), cache read tokens: (?P<cache_read>[\d,]+))?",
        Meaning::Usage,
    ),
    (
        r"^(?:(?P<calls>[\d,]+) )?token-based usage calls? to (?P<non_max>non-max-)?(?P<model>.+?), ?total?ling\b",
        Meaning::Usage,
    ),
    (r"^mid-month usage paid\b", Meaning::Netting),
    (
        r"\b(?:user api keys?|own api keys?|own keys?)\b(?:.*?\btotal?ling: ?(?P<amount>-?\$?-?[\d,]+(?:\.\d+)?))?",
        Meaning::OwnKeyFees,
    ),
    (
        r"\btoken (?:fees?|rate)\b(?:.*?\btotal?ling: ?(?P<amount>-?\$?-?[\d,]+(?:\.\d+)?))?",
        Meaning::TokenFee,
    ),
    (
        r"^(?:(?P<requests>[\d,]+) )?(?:premium tool calls?|(?:extra |discounted )*fast premium requests?|discounted requests?)(?: \([^)]*\))?(?: beyond [\d,]+/month)?(?: \* (?P<cents>\d+(?:\.\d+)?) cents? per (?:such request|tool call))?",
        Meaning::Usage,
    ),
    (
        r"^(?P<requests>[\d,]+) (?:discounted )?(?P<non_max>non-max-)?(?P<model>[^ ]+) (?:requests?|tool calls?)(?: beyond [\d,]+/month)?(?: \* (?P<cents>\d+(?:\.\d+)?) cents? per (?:such request|tool call))?",
        Meaning::Usage,
    ),
    (r"\brefund(?:s|ed)?\b", Meaning::Refund),
    (r"\b(?:credit|credits|credited|adjustment)\b", Meaning::Credit),
    (r"\bdiscount\b", Meaning::Discount),
    (r"^(?:cursor )?on[- ]demand usage\b", Meaning::Usage),
    (r"^cursor usage\b", Meaning::Usage),
    (r"\b(?:tax|vat|gst|hst|pst)\b", Meaning::Tax),
    (r"\b(?:unused|remaining) time on\b", Meaning::Proration),
    (r"\bprorat(?:ed|ion)\b", Meaning::Proration),
    (r"\bseats?\b", Meaning::Seats),
    (r"\b(?:minimum (?:fee|charge|commitment|spend)|platform fee|add-?ons?|bugbot)\b", Meaning::AddOn),
    (r"\bcursor (?:teams?|business|enterprise)\b", Meaning::Seats),
    (r"\bcursor (?:pro|pro plus|pro\+|ultra)(?:\b|$| )", Meaning::AddOn),
];

/// Cursor's wordings, for [`reconcile::CsvInvoiceReader`] and the other readers.
///
/// ```
/// use cursor_invoice::CursorWordings;
/// use reconcile::{LineKind, Wordings};
/// let wordings = CursorWordings::new();
/// assert_eq!(wordings.read("Cursor Teams seats").kind, LineKind::Seats);
/// assert_eq!(wordings.read("A wording of next year").kind, LineKind::Unrecognised);
/// let requests = wordings.read("97 extra fast premium requests beyond 500/month * 4 cents per such request");
/// assert_eq!(requests.unit_price, Some("0.04".parse()?));
/// # Ok::<(), cost_model::Error>(())
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
    fn read(&self, description: &str) -> Wording {
        // Text from a PDF has hard spaces and line breaks where the invoice has blanks.
        let words = description.split(char::is_whitespace).filter(|word| !word.is_empty());
        let description = words.collect::<Vec<_>>().join(" ");
        let found =
            self.table.iter().find_map(|(regex, meaning)| Some((regex.captures(&description)?, *meaning)));
        let Some((groups, meaning)) = found else { return LineKind::Unrecognised.into() };
        let mut wording = Wording::from(match meaning {
            Meaning::Usage => LineKind::Usage(usage_line(&groups)),
            Meaning::TokenFee => LineKind::TokenFee,
            Meaning::OwnKeyFees => LineKind::OwnKeyFees,
            Meaning::Seats => LineKind::Seats,
            Meaning::Proration => LineKind::Proration,
            Meaning::AddOn => LineKind::AddOn,
            Meaning::Tax => LineKind::Tax,
            Meaning::Discount => LineKind::Discount,
            Meaning::Credit => LineKind::Credit,
            Meaning::Refund => LineKind::Refund,
            Meaning::Netting => LineKind::Netting,
        });
        wording.amount = dollars(&groups, "amount");
        wording.unit_price = cents(&groups);
        wording
    }
}

/// `non-max-X` stands for calls to X outside max mode; a bare X for whatever calls to X no other line names.
fn usage_line(groups: &Captures<'_>) -> UsageLine {
    let mut line = UsageLine::default();
    line.model = groups.name("model").map(|model| model.as_str().to_owned());
    line.max_mode = groups.name("non_max").map(|_| false);
    line.calls = number(groups, "calls");
    line.requests = number(groups, "requests");
    line.tokens = tokens(groups);
    line
}

fn tokens(groups: &Captures<'_>) -> Option<TokenCounts> {
    let count = |name| number(groups, name).map(Tokens::new);
    Some(TokenCounts {
        input: count("input")?,
        output: count("output")?,
        cache_write: count("cache_write")?,
        cache_read: count("cache_read")?,
    })
}

fn number(groups: &Captures<'_>, name: &str) -> Option<u64> {
    groups.name(name)?.as_str().replace(',', "").parse().ok()
}

fn dollars(groups: &Captures<'_>, name: &str) -> Option<Money> {
    groups.name(name)?.as_str().replace([',', '$'], "").parse().ok()
}

fn cents(groups: &Captures<'_>) -> Option<Money> {
    let cents: Money = groups.name("cents")?.as_str().parse().ok()?;
    cents.units().checked_div(100).map(Money::from_units)
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

    fn requests(model: Option<&str>, requests: u64) -> LineKind {
        let mut line = UsageLine::default();
        line.model = model.map(str::to_owned);
        line.requests = Some(requests);
        LineKind::Usage(line)
    }

    /// What a line is about, without its tokens.
    fn kind(description: &str) -> LineKind {
        let mut kind = CursorWordings::new().read(description).kind;
        if let LineKind::Usage(about) = &mut kind {
            about.tokens = None;
        }
        kind
    }

    #[test]
    fn every_wording_seen_is_understood() {
        let sonnet = "claude-4-sonnet-thinking";
        let table = [
            (
                "412 token-based usage calls to claude-4.5-sonnet, totalling: $96.10",
                usage(Some("claude-4.5-sonnet"), None, Some(412)),
            ),
            (
                "1,200 token-based usage calls to non-max-claude-4-sonnet-thinking, totalling: $5.96. Input tokens: \
                 735,195, Output tokens: 72,511",
                usage(Some(sonnet), Some(false), Some(1200)),
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
            ("112 discounted claude-4-sonnet-thinking requests", requests(Some(sonnet), 112)),
            (
                "9 gemini-2-5-pro-exp-max requests * 5 cents per such request",
                requests(Some("gemini-2-5-pro-exp-max"), 9),
            ),
            ("1 o3 request * 30 cents per such request", requests(Some("o3"), 1)),
            (
                "97 extra fast premium requests beyond 500/month * 4 cents per such request",
                requests(None, 97),
            ),
            ("12 extra fast premium requests (Haiku)", requests(None, 12)),
            ("2071 premium tool calls * 5 cents per tool call", requests(None, 2071)),
            ("On-Demand Usage", usage(None, None, None)),
            ("38 calls with user API keys, Cursor token fee totalling: $12.34", LineKind::OwnKeyFees),
            ("Cursor Token Fee", LineKind::TokenFee),
            ("Mid-month usage paid for May 2025", LineKind::Netting),
            ("Refund for duplicate seat", LineKind::Refund),
            ("Credit adjustment", LineKind::Credit),
            ("Volume discount (10%)", LineKind::Discount),
            ("Tax", LineKind::Tax),
            ("Sales tax (8.25%)", LineKind::Tax),
            ("Cursor Teams seats", LineKind::Seats),
            ("Remaining time on 3 \u{d7} Cursor\u{a0}Teams after 24 Aug 2026", LineKind::Proration),
            ("Unused time on Cursor Teams", LineKind::Proration),
            ("Minimum fee", LineKind::AddOn),
            ("Cursor Pro Plus", LineKind::AddOn),
            ("Taxi", LineKind::Unrecognised),
            ("", LineKind::Unrecognised),
        ];
        assert_eq!(CursorWordings::new().table.len(), TABLE.len());
        for (description, expected) in table {
            assert_eq!(kind(description), expected, "{description}");
        }
    }

    #[test]
    fn amounts_prices_and_tokens_are_read_from_the_words() {
        let wordings = CursorWordings::new();
        let said = wordings.read(
            "200 token-based usage calls to non-max-claude-4-sonnet-thinking, totalling: $1,005.96. Input tokens: \
             735,195, Output tokens: 72511, Cache write tokens: 472,458, Cache read tokens: 5,158,109",
        );
        assert_eq!(said.amount, Some("1005.96".parse().unwrap()));
        let LineKind::Usage(about) = said.kind else { panic!("a line about usage") };
        let counts = about.tokens.unwrap();
        let counts = [counts.input, counts.output, counts.cache_write, counts.cache_read].map(Tokens::count);
        assert_eq!(counts, [735_195, 72_511, 472_458, 5_158_109]);

        let said = wordings.read("2071 premium tool calls * 5 cents per tool call");
        assert_eq!((said.unit_price, said.amount), (Some("0.05".parse().unwrap()), None));
        let said = wordings.read("9 gemini-2-5-pro-exp-max requests * 2.5 cents per such request");
        assert_eq!(said.unit_price, Some("0.025".parse().unwrap()));
        for (text, amount) in [
            ("3 token-based usage calls to x, totalling: -$4.10", "-4.10"),
            ("Cursor token fee, totalling: $1,012.34", "1012.34"),
            ("38 calls with user API keys, Cursor token fee totalling: $12.34", "12.34"),
        ] {
            assert_eq!(wordings.read(text).amount, amount.parse().ok(), "{text}");
        }
    }

    /// The readme's table has a row for each pattern, in order, and each example fits that pattern first.
    #[test]
    fn the_readme_says_what_the_table_says() {
        let rows: Vec<&str> =
            include_str!("../README.md").lines().filter(|line| line.starts_with("| `")).collect();
        assert_eq!(rows.len(), TABLE.len());
        let wordings = CursorWordings::new();
        for (number, row) in rows.into_iter().enumerate() {
            let examples = row.split(" | ").next().unwrap_or_default();
            for example in examples.split('`').skip(1).step_by(2) {
                let found = wordings.table.iter().position(|(regex, _)| regex.is_match(example));
                assert_eq!(found, Some(number), "{example}");
            }
        }
    }
}
