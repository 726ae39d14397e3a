//! The wordings of invoice lines, as tables. None is promised by Cursor, so a wording that changes is a change here alone.

/// The forms of usage lines seen on Cursor's invoices and in its billing portal, from the particular to the general; the
/// first that fits decides. Groups say of what: `calls`, `requests`, `non_max`, `model`, `input`, `output`, `cache_write`
/// and `cache_read`; `amount` (dollars) and `cents` (the price of a unit) are what the text itself bills; `counts`
/// stands where the text says that it counts calls; `before` and `rest` are what is left to be understood. None of them is
/// promised by Cursor, so a form that changes is a change of this table alone.
pub(super) const USAGE: [&str; 6] = [
    r"^(?:(?P<calls>[\d,]+) )?token-based usage (?P<counts>calls?) to (?P<non_max>non-max-)?(?P<model>.+?), ?total?ling: ?(?P<amount>-?\$?-?[\d,]+(?:\.\d+)?)(?:\. input tokens: (?P<input>[\d,]+), output tokens: (?P<output>[\d,]+), cache write tokens: (?P<cache_write>[\d,]+), cache read tokens: (?P<cache_read>[\d,]+))?",
    r"^(?:(?P<calls>[\d,]+) )?token-based usage (?P<counts>calls?) to (?P<non_max>non-max-)?(?P<model>.+?), ?total?ling\b",
    r"^(?:(?P<requests>[\d,]+) )?(?:premium tool calls?|(?:extra |discounted )*fast premium requests?|discounted requests?)(?: \([^)]*\))?(?: beyond [\d,]+/month)?(?: \* (?P<cents>\d+(?:\.\d+)?) cents? per (?:such request|tool call))?",
    r"^(?P<requests>[\d,]+) (?:discounted )?(?P<non_max>non-max-)?(?P<model>[^ ]+) (?:requests?|tool calls?)(?: beyond [\d,]+/month)?(?: \* (?P<cents>\d+(?:\.\d+)?) cents? per (?:such request|tool call))?",
    r"^(?P<before>.*?)(?:cursor )?(?:(?:teams?|business|enterprise|pro|pro\+|pro plus|ultra) )?(?:[-–—:] )?on[- ]demand usage\b(?P<rest>.*)$",
    r"^(?:cursor )?(?:(?:teams?|business|enterprise|pro|pro\+|pro plus|ultra) )?usage\b(?P<rest>.*)$",
];

/// The meaning of a word in a line that is no form of usage.
///
/// Each is a kind of line of `reconcile` without what that kind holds. The order has no meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Meaning {
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
///
/// A line may have words of several kinds; see [`STRONGER`] for those of which one takes in the other.
pub(super) const WORDS: [(&str, Meaning); 15] = [
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
pub(super) const STRONGER: [(Meaning, Meaning); 8] = [
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
///
/// They are blanked out before the words of kinds are looked for.
pub(super) const QUALIFIERS: [&str; 2] = [
    r"\b(?:tax|vat|gst|hst|sales tax)[- ](?:exempt|free|excluded|included|inclusive|exclusive)\b",
    r"\b(?:before|after|net of|including|incl\.?|excluding|excl\.?|less|without|plus) [^,;()]*",
];

/// Words that make a line the sum of others, a part of another, or mere information, in lower case: such a line is of
/// unknown wording, whatever kind its other words name.
pub(super) const ASIDES: [&str; 9] = [
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

/// The end of a line's subject, where its complement begins: `Refund for a seat` is a refund.
///
/// It is cut off only where the subject alone says of which kind the line is.
pub(super) const COMPLEMENT: &str = r" (?:for|on|of|to|from|in)\b.*$|, .*$|: .*$| [-–—] .*$";
