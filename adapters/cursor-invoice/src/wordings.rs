//! The wordings of invoice lines, as tables.
//!
//! A line of usage has one of a few fixed forms; they are tried first. Any other line is what its words say, and its kind
//! is known only if they say one thing: words of two kinds are a line of unknown wording.

mod dates;

use std::collections::BTreeSet;

use cost_model::Money;
use cost_model::money::{TokenCounts, Tokens};
use reconcile::{LineKind, UsageLine, Wording, Wordings};
use regex_lite::{Captures, Regex};

use dates::dates;

/// The forms of usage lines seen on Cursor's invoices and in its billing portal, from the particular to the general; the
/// first that fits decides. Groups say of what: `calls`, `requests`, `non_max`, `model`, `input`, `output`, `cache_write`
/// and `cache_read`; `amount` (dollars) and `cents` (the price of a unit) are what the text itself asks for; `counts`
/// stands where the text says that it counts calls; `before` and `rest` are what is left to be understood. None of them is
/// promised by Cursor, so a form that changes is a change of this table alone.
const USAGE: [&str; 6] = [
    r"^(?:(?P<calls>[\d,]+) )?token-based usage (?P<counts>calls?) to (?P<non_max>non-max-)?(?P<model>.+?), ?total?ling: ?(?P<amount>-?\$?-?[\d,]+(?:\.\d+)?)(?:\. input tokens: (?P<input>[\d,]+), output tokens: (?P<output>[\d,]+), cache write tokens: (?P<cache_write>[\d,]+), cache read tokens: (?P<cache_read>[\d,]+))?",
    r"^(?:(?P<calls>[\d,]+) )?token-based usage (?P<counts>calls?) to (?P<non_max>non-max-)?(?P<model>.+?), ?total?ling\b",
    r"^(?:(?P<requests>[\d,]+) )?(?:premium tool calls?|(?:extra |discounted )*fast premium requests?|discounted requests?)(?: \([^)]*\))?(?: beyond [\d,]+/month)?(?: \* (?P<cents>\d+(?:\.\d+)?) cents? per (?:such request|tool call))?",
    r"^(?P<requests>[\d,]+) (?:discounted )?(?P<non_max>non-max-)?(?P<model>[^ ]+) (?:requests?|tool calls?)(?: beyond [\d,]+/month)?(?: \* (?P<cents>\d+(?:\.\d+)?) cents? per (?:such request|tool call))?",
    r"^(?P<before>.*?)(?:cursor )?(?:(?:teams?|business|enterprise|pro|pro\+|pro plus|ultra) )?(?:[-–—:] )?on[- ]demand usage\b(?P<rest>.*)$",
    r"^(?:cursor )?(?:(?:teams?|business|enterprise|pro|pro\+|pro plus|ultra) )?usage\b(?P<rest>.*)$",
];

/// What a word says of a line that is no form of usage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Meaning {
    Netting,
    OwnKeyFees,
    TokenFee,
    Refund,
    Allowance,
    Drawdown,
    Credit,
    Discount,
    Commitment,
    Surcharge,
    Tax,
    Proration,
    AddOn,
    Seats,
}

/// The words of each kind of line.
const WORDS: [(&str, Meaning); 15] = [
    (r"\bmid-month usage paid\b", Meaning::Netting),
    (r"\b(?:user api keys?|own api keys?|own keys?)\b", Meaning::OwnKeyFees),
    (r"\btoken (?:fees?|rate)\b", Meaning::TokenFee),
    (r"\brefund(?:s|ed)?\b", Meaning::Refund),
    (r"\b(?:included (?:usage|allowance|credits?)|allowances?)\b", Meaning::Allowance),
    (
        r"\b(?:draw-?downs?|drawn down|(?:pool|prepaid|wallet) (?:usage|credits?|balance|applied))\b",
        Meaning::Drawdown,
    ),
    (r"\b(?:credits?|credited)\b", Meaning::Credit),
    (r"\b(?:discounts?|rebates?)\b", Meaning::Discount),
    (r"\b(?:commitments?|minimum spend|committed spend|shortfall|true-?up)\b", Meaning::Commitment),
    (r"\b(?:sur-?charges?|uplift|(?:processing|convenience|credit card|late) fees?)\b", Meaning::Surcharge),
    (r"\b(?:tax|taxes|vat|gst|hst|pst|qst|tps|tvq|tvh|tva|mwst|ust|iva|btw|moms)\b", Meaning::Tax),
    (r"\b(?:(?:unused|remaining) time|prorat(?:ed|ion|a)|pro-rat(?:ed|a))\b", Meaning::Proration),
    (r"\b(?:minimum (?:fee|charge)|platform fee|add-?ons?|bugbot)\b", Meaning::AddOn),
    (r"\b(?:seats?|licen[cs]es?|cursor (?:teams?|business|enterprise))\b", Meaning::Seats),
    (r"\bcursor (?:pro plus|pro|ultra)\b", Meaning::AddOn),
];

/// Of two kinds that often stand together, the one that the line is of: seats that are prorated are a proration.
const STRONGER: [(Meaning, Meaning); 8] = [
    (Meaning::Proration, Meaning::Seats),
    (Meaning::Proration, Meaning::AddOn),
    (Meaning::AddOn, Meaning::Seats),
    (Meaning::Refund, Meaning::Credit),
    (Meaning::Allowance, Meaning::Credit),
    (Meaning::Drawdown, Meaning::Credit),
    (Meaning::OwnKeyFees, Meaning::TokenFee),
    (Meaning::Commitment, Meaning::AddOn),
];

/// Words that qualify an amount and say nothing of what it is for: `tax exempt`, `after 10% discount`.
const QUALIFIERS: [&str; 2] = [
    r"\b(?:tax|vat|gst|hst|sales tax)[- ](?:exempt|free|excluded|included|inclusive|exclusive)\b",
    r"\b(?:before|after|net of|including|incl\.?|excluding|excl\.?|less|without|plus) [^,;()]*",
];

/// Words that make a line the sum of others, a part of another, or mere information, in lower case: such a line is of
/// unknown wording, whatever kind its other words name.
const ASIDES: [&str; 9] = [
    // Sums.
    r"\bsub[- ]?total|\b(?:totals?|totale|totali|totaux|totaal|sums?|summen?|somme|suma|soma)\b|\bzwischensumme|\bgesamt|\binsgesamt|\bendbetrag|\bsumma\b",
    // Parts of another line.
    r"\b(?:of which|thereof|davon|darin|dont|de l[oa]s cuales|del cual|di cui|waarvan|d[oa]s qua(?:is|l)|included (?:in|above)|already included)\b",
    // Tax that an amount includes, or an amount that includes tax.
    r"\b(?:incl\b|including|inclusive|inkl\b|inklusive|einschlie|enth[aä]lt|inclu[sy]|incluid|includendo|compris|inbegrepen|inclusief)[^,;]*\b(?:tax|taxes|vat|gst|hst|mwst|ust|tva|iva|btw|moms|steuer|taxe|impuesto|imposto|imposte)",
    r"\b(?:tax|taxes|vat|gst|hst|mwst|ust|tva|iva|btw|moms|steuer|steuern|taxe|impuestos?|impostos?|imposte)\b[^,;]*(?:\b(?:included|incl\b|inclusive|inkl\b|inklusive|enthalten|incluse?s?\b|incluid|inclus[oa]|comprise?s?\b|inbegrepen|inbegriffen)|\binclu[ií])",
    // What a tax is taken of, and amounts before or after it.
    r"\b(?:tax(?:able)? (?:base|basis|amount|value|total)|tax[- ](?:exempt|free) (?:amount|base|portion|value|supplies|sales)|taxable|exempt amount|bemessungsgrundlage|base (?:imponible|imposable|imponibile|tribut|de c)|(?:net|gross) (?:amount|price|value|total|sum)|netto|brutto|montant (?:net|brut|ht|ttc)|importe (?:neto|bruto)|importo (?:netto|lordo))",
    // Balances that are left.
    r"\b(?:remaining|available|current|opening|closing|starting|ending|new|outstanding|previous|prior|unused|restliche\w*|verbleibende\w*)\b[^,;]*\b(?:balance|credits?|allowance|pool|commitment|guthaben)\b|\b(?:credit|account|wallet|pool|allowance) balance$|\b(?:credits?|allowance|balance|commitment) (?:remaining|left|available)\b|\brestguthaben|\bguthabenstand|\bsolde (?:restant|disponible)|\bsaldo (?:restante|disponible|residuo|disponibile)",
    // Counts.
    r"\b(?:number of|no\. of|count of|quantity of|seat count|user count|counts?$|anzahl|nombre d|n[uú]mero d|cantidad de|numero d|quantit[aà] d|aantal)",
    // What is yet to come.
    r"\b(?:next|upcoming|estimate|estimated|estimates|estimation|forecast|forecasted|projected|projection|expected|preview|n[aä]chste[nrsm]?|voraussichtlich\w*|gesch[aä]tzt\w*|prognose|prochaine?s?|estim[eé]e?s?|pr[eé]vision\w*|pr[oó]xim[oa]s?|estimad[oa]s?|previst[oa]s?|stimat[oaie]|prossim[oaie]|volgende|geschatte?)(?:\b|$|[^a-z])",
    // Prices and notes.
    r"\b(?:list price|listenpreis|listprijs|prix catalogue|prix public|precio de lista|prezzo di listino|pre[cç]o de tabela|msrp|rrp|regular price|full price|reference price|retail price|undiscounted|you save|you saved|year[- ]to[- ]date|month[- ]to[- ]date|ytd|mtd|for (?:your )?information|informational|information only|for reference|fyi|memo|pro ?memoria|not (?:billed|charged|payable|invoiced)|zur information|nachrichtlich|pour information|titre (?:indicatif|d.information)|t[ií]tulo informativo|a titolo informativo|ter informatie)\b",
];

/// Where a line's subject ends and what it is about begins: `Refund for a seat` is a refund.
const COMPLEMENT: &str = r" (?:for|on|of|to|from|in)\b.*$|, .*$|: .*$| [-–—] .*$";

/// Cursor's wordings, for [`reconcile::CsvInvoiceReader`] and the other readers.
///
/// ```
/// use cursor_invoice::CursorWordings;
/// use reconcile::{LineKind, Wordings};
/// let wordings = CursorWordings::new();
/// assert_eq!(wordings.read("Cursor Teams seats").kind, LineKind::Seats);
/// assert_eq!(wordings.read("A wording of next year").kind, LineKind::Unrecognised);
/// assert_eq!(wordings.read("Seat discount").kind, LineKind::Unrecognised, "words of two kinds");
/// let requests = wordings.read("97 extra fast premium requests beyond 500/month * 4 cents per such request");
/// assert_eq!(requests.unit_price, Some("0.04".parse()?));
/// # Ok::<(), cost_model::Error>(())
/// ```
#[derive(Debug)]
pub struct CursorWordings {
    usage: Vec<Regex>,
    words: Vec<(Regex, Meaning)>,
    qualifiers: Vec<Regex>,
    asides: Vec<Regex>,
    other: Option<Other>,
}

/// What is read of lines of any kind.
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

/// A constant pattern that did not compile would be left out; a test counts them.
fn compile(pattern: &str) -> Option<Regex> {
    Regex::new(&format!("(?i){pattern}")).ok()
}

impl CursorWordings {
    /// The tables, ready to use.
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

    /// What a line of usage says, if it has one of the forms: nothing if words of another kind are set off from the form.
    fn usage(&self, description: &str, other: &Other) -> Option<Wording> {
        let groups = self.usage.iter().find_map(|form| form.captures(description))?;
        let mut line = usage_line(&groups);
        let text = |name| groups.name(name).map_or("", |text| text.as_str());
        let beside = [text("before"), text("rest")];
        if !stands_apart(text("before"), text("rest")) {
            return None;
        }
        if beside.iter().any(|text| !self.meanings(&self.without_qualifiers(text)).is_empty()) {
            return Some(LineKind::Unrecognised.into());
        }
        let about = format!("{} {}", beside[0], beside[1]);
        line.user = other.email.find(&about).map(|email| email.as_str().to_owned());
        let (days, left) = dates(&other.email.replace_all(&about, " "));
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

    /// The kinds of line that a text has words of, but for those that a stronger one takes in.
    fn meanings(&self, text: &str) -> BTreeSet<Meaning> {
        let words = self.words.iter().filter(|(regex, _)| regex.is_match(text));
        let all: BTreeSet<Meaning> = words.map(|(_, meaning)| *meaning).collect();
        let weaker = |meaning: &Meaning| {
            STRONGER.iter().any(|(stronger, weak)| weak == meaning && all.contains(stronger))
        };
        all.iter().filter(|meaning| !weaker(meaning)).copied().collect()
    }

    /// Whether a line without its email addresses is the sum of others, a part of another, or information. Names of models
    /// have words of their own.
    fn is_aside(&self, description: &str) -> bool {
        let form = self.usage.iter().find_map(|form| form.captures(description));
        let model = form.as_ref().and_then(|groups| groups.name("model"));
        let words = model.map_or_else(
            || description.to_lowercase(),
            |model| description.replacen(model.as_str(), " ", 1).to_lowercase(),
        );
        self.asides.iter().any(|aside| aside.is_match(&words))
    }

    fn without_qualifiers(&self, text: &str) -> String {
        self.qualifiers
            .iter()
            .fold(text.to_owned(), |text, qualifier| qualifier.replace_all(&text, " ").into_owned())
    }

    /// The kind of a line that is no form of usage, and whether its words were understood in part only. What stands in
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

/// Whether a line has words of usage beside those of a seat or a plan: it fits two kinds.
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
    fn read(&self, description: &str) -> Wording {
        // Text from a PDF has hard spaces and line breaks where the invoice has blanks.
        let words = description.split(char::is_whitespace).filter(|word| !word.is_empty());
        let description = words.collect::<Vec<_>>().join(" ");
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
        wording.rate = match &rates[..] {
            [rate] => rate.name("rate").and_then(|rate| rate.as_str().replace(',', ".").parse().ok()),
            _ => None,
        };
        wording.partial = partial;
        wording
    }
}

/// Whether what stands before and after the words of usage is set off from them: `On-Demand Usage credit` is no usage.
fn stands_apart(before: &str, rest: &str) -> bool {
    let begins = |words: &[&str]| words.iter().any(|word| rest.starts_with(word));
    let ends = |marks: &[char]| before.trim_end().ends_with(marks);
    let after = rest.trim().is_empty()
        || begins(&[
            " for ", " of ", " by ", " on ", " in ", " from ", ":", ",", ";", ".", "(", " (", " -", " –",
            " —", " [",
        ])
        || rest
            .trim_start()
            .starts_with(|first: char| first.is_ascii_digit() || first == '*' || first == '×');
    let first_is_set_off =
        before.trim().is_empty() || ends(&[':', '-', '–', '—', ',', '|']) || has_date_or_email(before);
    after && first_is_set_off
}

fn has_date_or_email(text: &str) -> bool {
    text.contains('@') || !dates(text).0.is_empty()
}

/// Whether nothing but marks, little words, months and years is left of a line.
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

/// `non-max-X` stands for calls to X outside max mode; a bare X for whatever calls to X no other line names.
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

    /// What a line is about, without its tokens.
    fn kind(description: &str) -> LineKind {
        let mut kind = CursorWordings::new().read(description).kind;
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

    /// The readme's tables have a row for each pattern, in order, and each example fits that pattern first.
    #[test]
    fn the_readme_says_what_the_tables_say() {
        let rows: Vec<&str> =
            include_str!("../README.md").lines().filter(|line| line.starts_with("| `")).collect();
        assert_eq!(rows.len(), USAGE.len() + WORDS.len());
        let wordings = CursorWordings::new();
        for (number, row) in rows.into_iter().enumerate() {
            let examples = row.split(" | ").next().unwrap_or_default();
            for example in examples.split('`').skip(1).step_by(2) {
                if number < USAGE.len() {
                    let found = wordings.usage.iter().position(|regex| regex.is_match(example));
                    assert_eq!(found, Some(number), "{example}");
                    assert!(matches!(wordings.read(example).kind, LineKind::Usage(_)), "{example}");
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
        let of_a_user = CursorWordings::new().read("On-demand usage for next.total@example.com").kind;
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
        assert!(!wordings.read("On-Demand Usage for September 2026").partial);
        assert!(wordings.read("On-Demand Usage (after 10% discount)").partial);
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
        assert!(CursorWordings::new().read("Seats (tax exempt)").partial);
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
        let rate = |text| CursorWordings::new().read(text).rate.map(|rate| rate.to_string());
        assert_eq!(rate("QST (9.975%)").as_deref(), Some("9.975"));
        assert_eq!(rate("TVQ 9,975 %").as_deref(), Some("9.975"));
        assert_eq!((rate("Tax"), rate("Tax (5% and 9.975%)")), (None, None));
    }

    #[test]
    fn a_usage_line_may_be_of_one_user_or_one_day() {
        let about = |text| match CursorWordings::new().read(text).kind {
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
        let counts = |text| match CursorWordings::new().read(text).kind {
            LineKind::Usage(about) => about.quantity_counts_calls,
            _ => panic!("a line about usage: {text}"),
        };
        assert!(counts("token-based usage calls to gpt-5, totaling: $26.94"));
        assert!(!counts("On-Demand Usage"));
        assert!(!counts("extra fast premium requests (Haiku)"));
    }
}
