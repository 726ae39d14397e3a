//! Interprets the wordings of invoice lines.
//!
//! A line of usage has one of a few fixed forms; they are tried first. Any other line is what its words say, and its kind
//! is known only if they say one thing: words of two kinds are a line of unknown wording.
//!
//! The patterns are in `wordings::tables` and dates in `wordings::dates`; this file has the order in which they are
//! tried. A wrong kind would move money to a wrong cause, while an unknown wording only asks a person to look, so that
//! whatever is doubtful stays unknown.

mod dates;
mod tables;

use std::collections::BTreeSet;

use cost_model::Money;
use cost_model::money::{TokenCounts, Tokens};
use reconcile::invoice::{LineKind, UsageLine, Wording, Wordings};
use regex_lite::{Captures, Regex};

use crate::wordings::dates::dates;
use crate::wordings::tables::{ASIDES, COMPLEMENT, Meaning, QUALIFIERS, STRONGER, USAGE, WORDS};

/// Cursor's wordings, for [`reconcile::readers::CsvInvoiceReader`] and the other readers.
///
/// ```
/// use cursor_invoice::CursorWordings;
/// use reconcile::invoice::{LineKind, Wordings};
/// let wordings = CursorWordings::new();
/// assert_eq!(wordings.interpret("Cursor Teams seats").kind, LineKind::Seats);
/// assert_eq!(wordings.interpret("A wording of next year").kind, LineKind::Unrecognised);
/// assert_eq!(wordings.interpret("Seat discount").kind, LineKind::Unrecognised, "words of two kinds");
/// let requests = wordings.interpret("97 extra fast premium requests beyond 500/month * 4 cents per such request");
/// assert_eq!(requests.unit_price, Some("0.04".parse()?));
/// # Ok::<(), cost_model::Error>(())
/// ```
///
/// It holds compiled patterns, and is made once for many invoices.
#[derive(Debug)]
pub struct CursorWordings {
    usage: Vec<Regex>,
    words: Vec<(Regex, Meaning)>,
    qualifiers: Vec<Regex>,
    asides: Vec<Regex>,
    other: Option<Other>,
}

/// Patterns for lines of any kind.
/// Each is compiled once, together with the tables.
///
/// `None` in [`CursorWordings`] only if one of them did not compile, and then every line is of unknown
/// wording.
#[derive(Debug)]
struct Other {
    in_brackets: Regex,
    complement: Regex,
    totalling: Regex,
    percent: Regex,
    email: Regex,
    about_usage: Regex,
}

impl Other {
    /// Compiles the patterns; `None` if one of them is none.
    fn new() -> Option<Self> {
        Some(Self {
            in_brackets: compile(r"\([^)]*\)|\[[^\]]*\]")?,
            complement: compile(COMPLEMENT)?,
            totalling: compile(r"\btotall?ing: ?(?P<amount>-?\$?-?[\d,]+(?:\.\d+)?)")?,
            percent: compile(r"(?P<rate>\d{1,2}(?:[.,]\d+)?) ?%")?,
            email: compile(r"[^\s<>()\[\],;:]+@[^\s<>()\[\],;:]+\.[a-z]{2,}")?,
            about_usage: compile(r"\b(?:usage|calls?|requests?|overages?|tokens?)\b")?,
        })
    }
}

/// Compiles a constant pattern. One that did not compile would be left out; a test counts them.
fn compile(pattern: &str) -> Option<Regex> {
    Regex::new(&format!("(?i){pattern}")).ok()
}

impl CursorWordings {
    /// Compiles the tables of wordings.
    ///
    /// All patterns are compiled at once, so that a value should be kept for further lines.
    pub fn new() -> Self {
        Self {
            usage: USAGE.iter().filter_map(|pattern| compile(pattern)).collect(),
            words: WORDS
                .iter()
                .filter_map(|(pattern, meaning)| Some((compile(pattern)?, *meaning)))
                .collect(),
            qualifiers: QUALIFIERS.iter().filter_map(|pattern| compile(pattern)).collect(),
            asides: ASIDES.iter().filter_map(|pattern| compile(pattern)).collect(),
            other: Other::new(),
        }
    }

    /// Returns what a line of usage says, if it has one of the forms: nothing if words of another kind are set off from the form.
    fn usage(&self, description: &str, other: &Other) -> Option<Wording> {
        let groups = self.usage.iter().find_map(|form| form.captures(description))?;
        let mut line = usage_line(&groups);
        let beside = ["before", "rest"].map(|name| groups.name(name).map_or("", |text| text.as_str()));
        if !stands_apart(beside[0], beside[1]) {
            return None;
        }
        // One amount for two kinds: nobody knows how much of it is usage.
        if beside.iter().any(|text| !self.meanings(&self.without_qualifiers(text)).is_empty()) {
            return Some(LineKind::Unrecognised.into());
        }
        let about = format!("{} {}", beside[0], beside[1]);
        line.user = other.email.find(&about).map(|email| email.as_str().to_owned());
        let (days, left) = dates(&other.email.replace_all(&about, " "));
        // Of several dates, none is the day of the usage.
        line.day = match days[..] {
            [day] => Some(day),
            _ => None,
        };
        let mut wording = Wording::from(LineKind::Usage(line));
        wording.amount = dollars(&groups, "amount");
        wording.unit_price = cents(&groups);
        wording.partial = !is_understood(&left);
        Some(wording)
    }

    /// Returns the kinds of line that a text has words of, but for those that a stronger one takes in.
    ///
    /// Empty where no word is known.
    fn meanings(&self, text: &str) -> BTreeSet<Meaning> {
        let words = self.words.iter().filter(|(regex, _)| regex.is_match(text));
        let all: BTreeSet<Meaning> = words.map(|(_, meaning)| *meaning).collect();
        all.iter()
            .filter(|meaning| {
                !STRONGER.iter().any(|(stronger, weak)| weak == *meaning && all.contains(stronger))
            })
            .copied()
            .collect()
    }

    /// Returns whether a line without its email addresses is the sum of others, a part of another, or information. Names of models
    /// have words of their own.
    ///
    /// An address such as `total@acme.test` must not make a sum of a line.
    fn is_aside(&self, description: &str) -> bool {
        let form = self.usage.iter().find_map(|form| form.captures(description));
        let model = form.as_ref().and_then(|groups| groups.name("model"));
        let words = model.map_or_else(
            || description.to_lowercase(),
            |model| description.replacen(model.as_str(), " ", 1).to_lowercase(),
        );
        self.asides.iter().any(|aside| aside.is_match(&words))
    }

    /// Blanks out words that qualify an amount, such as `tax exempt`: they say nothing about what it is for.
    fn without_qualifiers(&self, text: &str) -> String {
        self.qualifiers
            .iter()
            .fold(text.to_owned(), |text, qualifier| qualifier.replace_all(&text, " ").into_owned())
    }

    /// Returns the kind of a line that is no form of usage, and whether its words were understood in part only. What stands in
    /// brackets, qualifies, or comes after the subject is looked at only where the subject alone says nothing.
    fn kind(&self, description: &str, other: &Other) -> Option<(Meaning, bool)> {
        let plain = other.in_brackets.replace_all(description, " ");
        let plain = self.without_qualifiers(&plain);
        let subject = other.complement.replace(&plain, "");
        for (text, partial) in
            [(&*subject, subject.trim() != description), (&plain, true), (description, true)]
        {
            let found = self.meanings(text);
            let mut found = found.iter();
            match (found.next(), found.next()) {
                (Some(only), None) if is_about_usage(*only, text, other) => return None,
                (Some(only), None) => return Some((*only, partial)),
                (Some(_), Some(_)) => return None,
                (None, _) => {}
            }
        }
        None
    }
}

/// Returns whether a line has words of usage beside those of a seat or a plan: it fits two kinds.
fn is_about_usage(meaning: Meaning, text: &str, other: &Other) -> bool {
    matches!(meaning, Meaning::Seats | Meaning::AddOn | Meaning::Proration)
        && other.about_usage.is_match(text)
}

impl Default for CursorWordings {
    fn default() -> Self {
        Self::new()
    }
}

impl Wordings for CursorWordings {
    fn interpret(&self, description: &str) -> Wording {
        // Text from a PDF has hard spaces and line breaks where the invoice has blanks.
        let words = description.split(char::is_whitespace).filter(|word| !word.is_empty());
        let description = words.collect::<Vec<_>>().join(" ");
        // Sums and notes come first: they may use the words of usage, but bill nothing of their own.
        let Some(other) = &self.other else { return LineKind::Unrecognised.into() };
        if self.is_aside(&other.email.replace_all(&description, " ")) {
            return LineKind::Unrecognised.into();
        }
        if let Some(wording) = self.usage(&description, other) {
            return wording;
        }
        let Some((meaning, partial)) = self.kind(&description, other) else {
            return LineKind::Unrecognised.into();
        };
        let mut wording = Wording::from(match meaning {
            Meaning::TokenFee => LineKind::TokenFee,
            Meaning::OwnKeyFees => LineKind::OwnKeyFees,
            Meaning::Seats => LineKind::Seats,
            Meaning::Proration => LineKind::Proration,
            Meaning::AddOn => LineKind::AddOn,
            Meaning::Commitment => LineKind::Commitment,
            Meaning::Surcharge => LineKind::Surcharge,
            Meaning::Allowance => LineKind::Allowance,
            Meaning::Drawdown => LineKind::Drawdown,
            Meaning::Tax => LineKind::Tax,
            Meaning::Discount => LineKind::Discount,
            Meaning::Credit => LineKind::Credit,
            Meaning::Refund => LineKind::Refund,
            Meaning::Netting => LineKind::Netting,
        });
        if matches!(meaning, Meaning::TokenFee | Meaning::OwnKeyFees) {
            wording.amount =
                other.totalling.captures(&description).and_then(|groups| dollars(&groups, "amount"));
        }
        let rates: Vec<_> = other.percent.captures_iter(&description).collect();
        // Of two rates, it is not known which one the amount follows.
        wording.rate = match &rates[..] {
            [rate] => rate.name("rate").and_then(|rate| rate.as_str().replace(',', ".").parse().ok()),
            _ => None,
        };
        wording.partial = partial;
        wording
    }
}

/// Returns whether what stands before and after the words of usage is set off from them: `On-Demand Usage credit` is no usage.
///
/// The marks and words are those that divide a line of usage on invoices; anything else makes a noun of it.
fn stands_apart(before: &str, rest: &str) -> bool {
    const AFTER: [&str; 16] = [
        " for ", " of ", " by ", " on ", " in ", " from ", ":", ",", ";", ".", "(", " (", " -", " –", " —",
        " [",
    ];
    let after = rest.trim().is_empty()
        || AFTER.iter().any(|word| rest.starts_with(word))
        || rest
            .trim_start()
            .starts_with(|first: char| first.is_ascii_digit() || first == '*' || first == '×');
    let first_is_set_off = before.trim().is_empty()
        || before.trim_end().ends_with([':', '-', '–', '—', ',', '|'])
        || has_date_or_email(before);
    after && first_is_set_off
}

/// Returns whether a text has something that usage lines are divided by.
fn has_date_or_email(text: &str) -> bool {
    text.contains('@') || !dates(text).0.is_empty()
}

/// Returns whether nothing but marks, little words, months and years is left of a line.
///
/// What is left otherwise may restrict the line in a way that nobody knows, and the wording is partial.
fn is_understood(left: &str) -> bool {
    const KNOWN: [&str; 14] = [
        "for",
        "of",
        "by",
        "on",
        "in",
        "from",
        "to",
        "the",
        "period",
        "day",
        "user",
        "utc",
        "mid-month",
        "invoice",
    ];
    let words = left.split(|each: char| !each.is_alphanumeric() && each != '-' && each != '@');
    let words = words.map(|word| word.trim_matches('-').to_lowercase());
    words.into_iter().filter(|word| !word.is_empty()).all(|word| {
        let is_year = word.len() == 4 && word.bytes().all(|each| each.is_ascii_digit());
        KNOWN.contains(&word.as_str()) || is_year || dates::is_month(&word)
    })
}

/// Makes a line of what a form captured.
///
/// `non-max-X` represents calls to X outside of Max mode; a bare X is whatever calls to X no other line
/// names.
fn usage_line(groups: &Captures<'_>) -> UsageLine {
    let mut line = UsageLine::default();
    line.model = groups.name("model").map(|model| model.as_str().to_owned());
    line.mode = groups.name("non_max").map(|_| false);
    line.calls = number(groups, "calls");
    line.quantity_counts_calls = groups.name("counts").is_some();
    line.requests = number(groups, "requests");
    line.tokens = tokens(groups);
    line
}

/// Returns the tokens of a line, if it states all four counts.
///
/// Three of four counts would be compared as if the fourth were 0.
fn tokens(groups: &Captures<'_>) -> Option<TokenCounts> {
    Some(TokenCounts {
        input: Tokens::new(number(groups, "input")?),
        output: Tokens::new(number(groups, "output")?),
        cache_write: Tokens::new(number(groups, "cache_write")?),
        cache_read: Tokens::new(number(groups, "cache_read")?),
    })
}

/// Returns a captured count, whose thousands may be divided by commas.
fn number(groups: &Captures<'_>, name: &str) -> Option<u64> {
    groups.name(name)?.as_str().replace(',', "").parse().ok()
}

/// Returns a captured amount of dollars, without its sign and with commas between thousands.
fn dollars(groups: &Captures<'_>, name: &str) -> Option<Money> {
    groups.name(name)?.as_str().replace([',', '$'], "").parse().ok()
}

/// Returns a captured price in cents as money: a hundredth of the number.
///
/// Such as the 4 of `4 cents per such request`.
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
        line.mode = max_mode;
        line.calls = calls;
        LineKind::Usage(line)
    }

    fn requests(model: Option<&str>, requests: u64) -> LineKind {
        let mut line = UsageLine::default();
        line.model = model.map(str::to_owned);
        line.requests = Some(requests);
        LineKind::Usage(line)
    }

    /// Returns what a line is about, without its tokens.
    fn kind(description: &str) -> LineKind {
        let mut kind = CursorWordings::new().interpret(description).kind;
        if let LineKind::Usage(about) = &mut kind {
            about.tokens = None;
            about.quantity_counts_calls = false;
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
        let wordings = CursorWordings::new();
        let compiled = (wordings.usage.len(), wordings.words.len(), wordings.qualifiers.len());
        assert_eq!(wordings.asides.len(), ASIDES.len());
        assert_eq!(compiled, (USAGE.len(), WORDS.len(), QUALIFIERS.len()));
        assert!(wordings.other.is_some());
        for (description, expected) in table {
            assert_eq!(kind(description), expected, "{description}");
        }
    }

    #[test]
    fn amounts_prices_and_tokens_are_read_from_the_words() {
        let wordings = CursorWordings::new();
        let said = wordings.interpret(
            "200 token-based usage calls to non-max-claude-4-sonnet-thinking, totalling: $1,005.96. Input tokens: \
             735,195, Output tokens: 72511, Cache write tokens: 472,458, Cache read tokens: 5,158,109",
        );
        assert_eq!(said.amount, Some("1005.96".parse().unwrap()));
        let LineKind::Usage(about) = said.kind else { panic!("a line about usage") };
        let counts = about.tokens.unwrap();
        let counts = [counts.input, counts.output, counts.cache_write, counts.cache_read].map(Tokens::count);
        assert_eq!(counts, [735_195, 72_511, 472_458, 5_158_109]);

        let said = wordings.interpret("2071 premium tool calls * 5 cents per tool call");
        assert_eq!((said.unit_price, said.amount), (Some("0.05".parse().unwrap()), None));
        let said = wordings.interpret("9 gemini-2-5-pro-exp-max requests * 2.5 cents per such request");
        assert_eq!(said.unit_price, Some("0.025".parse().unwrap()));
        for (text, amount) in [
            ("3 token-based usage calls to x, totalling: -$4.10", "-4.10"),
            ("Cursor token fee, totalling: $1,012.34", "1012.34"),
            ("38 calls with user API keys, Cursor token fee totalling: $12.34", "12.34"),
        ] {
            assert_eq!(wordings.interpret(text).amount, amount.parse().ok(), "{text}");
        }
    }

    /// The readme's tables have a row for each pattern, in order, and each example fits that pattern first.
    #[test]
    fn the_readme_says_what_the_tables_say() {
        let rows: Vec<&str> =
            include_str!("../../README.md").lines().filter(|line| line.starts_with("| `")).collect();
        assert_eq!(rows.len(), USAGE.len() + WORDS.len());
        let wordings = CursorWordings::new();
        for (number, row) in rows.into_iter().enumerate() {
            let examples = row.split(" | ").next().unwrap_or_default();
            for example in examples.split('`').skip(1).step_by(2) {
                if number < USAGE.len() {
                    let found = wordings.usage.iter().position(|regex| regex.is_match(example));
                    assert_eq!(found, Some(number), "{example}");
                    assert!(matches!(wordings.interpret(example).kind, LineKind::Usage(_)), "{example}");
                } else {
                    let (regex, meaning) = &wordings.words[number - USAGE.len()];
                    assert!(regex.is_match(example), "{example}");
                    let found = wordings.kind(example, wordings.other.as_ref().unwrap());
                    assert_eq!(found.map(|(found, _)| found), Some(*meaning), "{example}");
                }
            }
        }
    }

    #[test]
    fn sums_parts_and_information_are_unknown_whatever_kind_they_name() {
        for text in [
            "Subtotal seats",
            "Total seats",
            "Seats subtotal",
            "Sum of seats",
            "Cursor Teams subtotal",
            "Platform fee total",
            "TOTAL TAX",
            "Zwischensumme seats",
            "Sous-total TVA",
            "Gesamt MwSt",
            "Total on-demand usage",
            "On-demand usage subtotal",
            "of which seats",
            "of which on-demand usage",
            "davon MwSt",
            "dont TVA",
            "di cui IVA",
            "de los cuales IVA",
            "waarvan BTW",
            "VAT (included)",
            "including tax",
            "Tax included",
            "incl. VAT",
            "inkl. MwSt",
            "MwSt enthalten",
            "TVA incluse",
            "IVA incluido",
            "IVA inclusa",
            "TVA comprise",
            "BTW inbegrepen",
            "Cursor Teams seats incl. VAT",
            "Cursor Teams seats (including 8.25% tax)",
            "Tax base",
            "Taxable seats",
            "Net amount before tax",
            "Gross amount after tax",
            "Tax exempt amount",
            "Base imponible IVA",
            "Remaining promotional credit balance",
            "Credit balance",
            "Credits remaining",
            "Available credits",
            "Number of seats",
            "Seat count",
            "Anzahl seats",
            "Nombre de seats",
            "Next invoice: Cursor Teams seats",
            "Estimated next month seats",
            "Upcoming: Cursor Teams seats",
            "N\u{c4}CHSTE Rechnung: seats",
            "Pr\u{f3}xima factura: seats",
            "Cursor Teams seats (list price)",
            "On-demand usage, list price",
            "Seats (for information)",
            "Estimated on-demand usage",
            "3 token-based usage calls to gpt-5, totalling: $3.00 (list price)",
        ] {
            assert_eq!(kind(text), LineKind::Unrecognised, "{text}");
        }
        for (text, expected) in [
            ("Cursor Teams seats (tax exempt)", LineKind::Seats),
            ("Remaining time on 3 \u{d7} Cursor Teams", LineKind::Proration),
            ("Included usage", LineKind::Allowance),
            ("Prepaid balance applied", LineKind::Drawdown),
            ("Promotional credit", LineKind::Credit),
            (
                "3 token-based usage calls to next-total, totalling: $3.00",
                usage(Some("next-total"), None, Some(3)),
            ),
            ("Seats, VAT excluded", LineKind::Seats),
        ] {
            assert_eq!(kind(text), expected, "{text}");
        }
        let of_a_user = CursorWordings::new().interpret("On-demand usage for next.total@example.com").kind;
        assert!(matches!(of_a_user, LineKind::Usage(about) if about.user.is_some()));
    }

    #[test]
    fn usage_comes_before_whatever_qualifies_it() {
        for text in [
            "Cursor Teams On-Demand Usage",
            "Cursor Business - On-demand usage",
            "On-Demand Usage (after 10% discount)",
            "On-Demand Usage, excluding tax",
            "On-demand usage for September 2026",
            "Sep 14, 2026: On-demand usage",
        ] {
            assert!(matches!(kind(text), LineKind::Usage(_)), "{text}");
        }
        let wordings = CursorWordings::new();
        assert!(!wordings.interpret("On-Demand Usage for September 2026").partial);
        assert!(wordings.interpret("On-Demand Usage (after 10% discount)").partial);
    }

    #[test]
    fn words_of_two_kinds_are_unknown() {
        for text in [
            "Adjustment: September overage",
            "Adjustment",
            "Seat discount",
            "Tax credit",
            "Cursor Teams seats usage",
            "On-demand usage: credit applied",
            "Prorated surcharge",
            "Commitment discount",
        ] {
            assert_eq!(kind(text), LineKind::Unrecognised, "{text}");
        }
    }

    #[test]
    fn a_line_is_what_its_subject_is_whatever_it_is_for() {
        for (text, expected) in [
            ("Cursor Teams seats (tax exempt)", LineKind::Seats),
            ("Seats, VAT excluded", LineKind::Seats),
            ("Regional surcharge (prorated Sep 14 - Sep 30)", LineKind::Surcharge),
            ("Credit card surcharge", LineKind::Unrecognised),
            ("Tax on seats", LineKind::Tax),
            ("Refund for duplicate seat", LineKind::Refund),
            ("Credit for on-demand usage", LineKind::Credit),
            ("Prorated Cursor Teams seats", LineKind::Proration),
        ] {
            assert_eq!(kind(text), expected, "{text}");
        }
        assert!(CursorWordings::new().interpret("Seats (tax exempt)").partial);
    }

    #[test]
    fn second_taxes_pools_allowances_commitments_and_surcharges_have_kinds_of_their_own() {
        for (text, expected) in [
            ("QST (9.975%)", LineKind::Tax),
            ("TVQ 9,975 %", LineKind::Tax),
            ("HST - Ontario (13%)", LineKind::Tax),
            ("PST (BC 7%)", LineKind::Tax),
            ("MwSt 19 %", LineKind::Tax),
            ("Usage pool drawdown", LineKind::Drawdown),
            ("Prepaid balance applied", LineKind::Drawdown),
            ("Included usage allowance", LineKind::Allowance),
            ("Included credits", LineKind::Allowance),
            ("Minimum commitment shortfall", LineKind::Commitment),
            ("Annual commitment", LineKind::Commitment),
            ("Payment processing fee", LineKind::Surcharge),
            ("Regional surcharge", LineKind::Surcharge),
        ] {
            assert_eq!(kind(text), expected, "{text}");
        }
        let rate = |text| CursorWordings::new().interpret(text).rate.map(|rate| rate.to_string());
        assert_eq!(rate("QST (9.975%)").as_deref(), Some("9.975"));
        assert_eq!(rate("TVQ 9,975 %").as_deref(), Some("9.975"));
        assert_eq!((rate("Tax"), rate("Tax (5% and 9.975%)")), (None, None));
    }

    #[test]
    fn a_usage_line_may_be_of_one_user_or_one_day() {
        let about = |text| match CursorWordings::new().interpret(text).kind {
            LineKind::Usage(about) => (about.user, about.day.map(|day| day.to_string())),
            _ => panic!("a line about usage: {text}"),
        };
        let (user, day) = (Some("ada@example.com".to_owned()), Some("2026-09-14".to_owned()));
        assert_eq!(about("On-demand usage for ada@example.com"), (user.clone(), None));
        assert_eq!(about("ada@example.com: On-demand usage"), (user.clone(), None));
        assert_eq!(about("On-Demand Usage, Sep 14, 2026"), (None, day.clone()));
        assert_eq!(about("On-Demand Usage on 2026-09-14 by ada@example.com"), (user, day));
        assert_eq!(about("On-Demand Usage, Sep 14, 2026 – Oct 14, 2026"), (None, None));
    }

    #[test]
    fn a_quantity_counts_calls_only_where_the_words_say_so() {
        let counts = |text| match CursorWordings::new().interpret(text).kind {
            LineKind::Usage(about) => about.quantity_counts_calls,
            _ => panic!("a line about usage: {text}"),
        };
        assert!(counts("token-based usage calls to gpt-5, totaling: $26.94"));
        assert!(!counts("On-Demand Usage"));
        assert!(!counts("extra fast premium requests (Haiku)"));
    }
}
