//! The fields of an invoice in the comment lines of its CSV.
//!
//! A comment line such as `# period: 2026-09-01/2026-10-01` states a field of the invoice as a whole, which has no
//! column. Names are compared folded and have synonyms. A field that is given twice, or a comment that contradicts the
//! currency of the invoice, is refused rather than guessed at. What the file states takes precedence over what the
//! caller gave.

use cost_model::input::{Cell, Comment, DecimalMark, Meaning, NumberReader, SumLabel, fold, quoted};
use cost_model::{Currency, Timestamp, Window};

use crate::error::{Error, Result, invalid};
use crate::fault::Fault;
use crate::model::invoice::Invoice;
use crate::readers::instant::{INSTANT, parse_instant};

/// The fields, as far as they are known.
#[derive(Clone, Debug, Default)]
pub(super) struct Fields {
    pub(super) number: Option<String>,
    pub(super) period: Option<Window>,
    pub(super) currency: Option<Currency>,
    pub(super) issued: Option<Timestamp>,
    pub(super) decimals: Option<DecimalMark>,
    /// The text of the total and its line: how its number reads depends on the others.
    total: Option<(String, u64)>,
}

/// A field by its name.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Field {
    Number,
    Period,
    Currency,
    Issued,
    Decimals,
    Total,
}

impl Field {
    /// Returns the field of this name or synonym, if it is one.
    fn from_name(name: &str) -> Option<Self> {
        Some(match fold(name).as_str() {
            "number" | "invoice" | "invoice number" | "invoice no" | "invoice no." | "invoice id" => {
                Self::Number
            }
            "period" | "billing period" | "invoice period" => Self::Period,
            "currency" | "currency code" | "invoice currency" => Self::Currency,
            "issued" | "issued at" | "issued on" | "date of issue" | "issue date" | "invoice date" => {
                Self::Issued
            }
            "decimals" | "decimal" | "decimal mark" | "decimal separator" => Self::Decimals,
            "total" | "grand total" | "invoice total" | "total amount" => Self::Total,
            _ => return None,
        })
    }

    /// Returns the name by which errors speak of a field.
    fn name(self) -> &'static str {
        match self {
            Self::Number => "number",
            Self::Period => "period",
            Self::Currency => "currency",
            Self::Issued => "issued",
            Self::Decimals => "decimals",
            Self::Total => "total",
        }
    }
}

impl Fields {
    /// Returns the fields of comment lines.
    pub(super) fn read(comments: &[Comment<'_>]) -> Result<Self> {
        let mut fields = Self::default();
        let mut seen = Vec::new();
        for comment in comments {
            let Some((field, value)) = split(comment) else {
                refuse_unknown(comment)?;
                continue;
            };
            if seen.contains(&field) {
                return Err(Error::from(Fault::RepeatedField(field.name())).on_line(comment.line));
            }
            seen.push(field);
            let set = fields.set(field, value, comment.line);
            set.map_err(|error| error.on_line(comment.line).in_field(field.name()))?;
        }
        Ok(fields)
    }

    /// Returns whether a comment is a field.
    pub(super) fn is_field(comment: &Comment<'_>) -> bool {
        split(comment).is_some()
    }

    /// Reads the value of a field. The total is kept as text: its decimal mark is known only when all numbers have been
    /// seen.
    fn set(&mut self, field: Field, value: &str, line: u64) -> Result<()> {
        match field {
            Field::Number => self.number = Some(value.to_owned()),
            Field::Period => self.period = Some(read_period(value)?),
            Field::Currency => {
                let currency = value.to_uppercase().parse();
                self.currency =
                    Some(currency.map_err(|_| not(value, "a three-letter currency code such as USD"))?);
            }
            Field::Issued => {
                self.issued = Some(read_instant(value)?);
            }
            Field::Decimals => {
                self.decimals = Some(match fold(value).as_str() {
                    "comma" | "," => DecimalMark::Comma,
                    "point" | "." => DecimalMark::Point,
                    _ => return Err(not(value, "`comma` or `point`")),
                });
            }
            Field::Total => self.total = Some((value.to_owned(), line)),
        }
        Ok(())
    }

    /// Returns these fields, and those given where the file does not say them.
    pub(super) fn over(self, given: &Self) -> Self {
        let given = given.clone();
        Self {
            number: self.number.or(given.number),
            period: self.period.or(given.period),
            currency: self.currency.or(given.currency),
            issued: self.issued.or(given.issued),
            // These two are about how this file is written, so that nothing outside of it can state them.
            decimals: self.decimals,
            total: self.total,
        }
    }

    /// Returns an invoice without lines. `currency` is what the file states.
    pub(super) fn invoice(
        self,
        currency: Option<Currency>,
        numbers: &mut NumberReader,
        file: &str,
    ) -> Result<Invoice> {
        let period = self.period.ok_or_else(|| {
            invalid("there is no line like `# period: 2026-09-14T09:30:00Z/2026-10-14T09:30:00Z`, and no period was given")
        })?;
        let number = self.number.unwrap_or_else(|| file.to_owned());
        let mut invoice = Invoice::new(number, period, currency.or(self.currency).unwrap_or(Currency::USD));
        invoice.issued = self.issued;
        if let Some((text, line)) = self.total {
            let total = numbers.amount(Cell::new(&text).on_line(line).in_column("total"))?;
            if !total.fits(invoice.currency) {
                let fault = Fault::TotalInAnotherCurrency(invoice.currency);
                return Err(Error::from(fault).on_line(line).in_field("total"));
            }
            invoice.stated_total = Some(total.value);
        }
        Ok(invoice)
    }
}

/// Returns a field and its value: `name: value`, `name = value`, or a name of one word and its value.
fn split<'a>(comment: &Comment<'a>) -> Option<(Field, &'a str)> {
    let text = comment.text.trim_start_matches('#').trim();
    if let Some((name, value)) = text.split_once([':', '='])
        && let Some(field) = Field::from_name(name)
    {
        return Some((field, value.trim()));
    }
    let (name, value) = text.split_once(char::is_whitespace)?;
    // Without a colon, a sentence may begin with the name of a field.
    let is_one_value = !value.trim().contains(char::is_whitespace);
    Field::from_name(name).filter(|_| is_one_value).map(|field| (field, value.trim()))
}

/// Currencies whose codes are no words of English, and those that their signs and names represent.
const CURRENCIES: &str = "USD EUR GBP CAD AUD NZD CHF JPY CNY RMB INR SEK NOK DKK ISK PLN CZK HUF RON BGN BRL MXN ARS CLP COP SGD \
    HKD TWD KRW THB IDR MYR PHP VND ZAR ILS AED SAR EGP NGN KES UAH RUB PKR";
/// Signs and names of currencies, with the code that they mean.
const SIGNS: [(&str, &str); 12] = [
    ("\u{20ac}", "EUR"),
    ("EURO", "EUR"),
    ("EUROS", "EUR"),
    ("\u{a3}", "GBP"),
    ("STERLING", "GBP"),
    ("\u{a5}", "JPY"),
    ("YEN", "JPY"),
    ("\u{20b9}", "INR"),
    ("\u{20a9}", "KRW"),
    ("\u{20bd}", "RUB"),
    ("\u{20ba}", "TRY"),
    ("FRANKEN", "CHF"),
];
/// Currencies that are written with a dollar sign.
const DOLLARS: &str = "USD CAD AUD NZD SGD HKD TWD MXN ARS CLP COP";

/// Refuses a comment that names another currency than the invoice's, such as `# Devise: EUR` or `# Amounts in EUR`.
pub(super) fn check_currencies(comments: &[Comment<'_>], currency: Currency) -> Result<()> {
    for comment in comments.iter().filter(|comment| !Fields::is_field(comment)) {
        let value = comment.text.split_once([':', '=']).map(|(_, value)| value.trim());
        let words = comment.text.split(|each: char| !each.is_alphabetic()).filter(|word| !word.is_empty());
        let codes = words.clone().filter(|word| is_currency_code(word)).map(str::to_owned);
        // As the whole value a code may be in small letters; in a sentence such a word may be no code.
        let alone = value.map(str::to_uppercase).filter(|value| is_currency_code(value));
        let signs = SIGNS.iter().filter(|(sign, _)| {
            words.clone().any(|word| word.to_uppercase() == *sign)
                || (!sign.is_ascii() && comment.text.contains(sign))
        });
        let named = codes.chain(alone).chain(signs.map(|(_, code)| (*code).to_owned()));
        let is_dollars = DOLLARS.split_whitespace().any(|code| code == currency.code());
        let dollar = (comment.text.contains('$') && !is_dollars).then(|| "$".to_owned());
        if let Some(named) = named.chain(dollar).find(|code| code != currency.code()) {
            let fault = Fault::CommentInAnotherCurrency { named, invoice: currency };
            return Err(Error::from(fault).on_line(comment.line));
        }
    }
    Ok(())
}

/// Returns whether a text is an amount of money and nothing else: a number with cents, or one beside a currency.
///
/// A whole number without a currency is not, since it may be a count or a year.
fn is_money(text: &str) -> bool {
    let number = text.trim_matches(|each: char| !each.is_ascii_digit());
    let beside = text.replacen(number, "", 1);
    let beside = beside.trim_matches(|each: char| each.is_whitespace() || "-+()\u{2212}".contains(each));
    let is_code = beside.len() == 3 && beside.bytes().all(|byte| byte.is_ascii_alphabetic());
    let has_sign = beside.contains(['$', '\u{20ac}', '\u{a3}', '\u{a5}', '\u{20b9}']) || is_code;
    if number.is_empty()
        || !number
            .chars()
            .all(|each: char| each.is_ascii_digit() || ".,' \u{a0}\u{202f}\u{2019}".contains(each))
        || !(beside.is_empty() || has_sign)
    {
        return false;
    }
    let Some((whole, cents)) = number.rsplit_once(['.', ',']) else { return has_sign };
    // Two digits are cents; three may be thousands, and then the number may be a count.
    let mut groups = whole.split(|each: char| !each.is_ascii_digit());
    groups.next();
    has_sign || (cents.len() == 2 && groups.all(|group| group.len() == 3))
}

/// Returns whether a comment states an amount: `Due: 99.00`, `Gesamt: 99`, `Amount due 99.00`.
fn states_money(text: &str) -> bool {
    match text.split_once([':', '=']) {
        Some((name, value)) => {
            is_money(value.trim()) || (SumLabel::of(name).is_some() && is_plain_number(value))
        }
        None => text.find(|each: char| each.is_ascii_digit()).is_some_and(|first| {
            text.split_at_checked(first).is_some_and(|(name, value)| {
                is_money(value.trim()) && SumLabel::of(name.trim_end_matches('$')).is_some()
            })
        }),
    }
}

/// Refuses a comment that has the form of a field of money, such as `# amount: 25.00`.
fn refuse_unknown(comment: &Comment<'_>) -> Result<()> {
    if states_money(comment.text.trim_start_matches('#').trim()) {
        return Err(match comment.text.split_once([':', '=']) {
            Some((name, _)) if Meaning::of(name) == Some(Meaning::Amount) => {
                unknown_amount(name, comment.line)
            }
            _ => Error::from(Fault::UnknownComment(quoted(comment.text.trim()))).on_line(comment.line),
        });
    }
    let Some((name, value)) = comment.text.split_once([':', '=']) else { return Ok(()) };
    let is_short = name.split_whitespace().count() <= 3;
    if is_short && Meaning::of(name) == Some(Meaning::Amount) && !value.trim().is_empty() {
        return Err(unknown_amount(name, comment.line));
    }
    Ok(())
}

/// Makes the error of a field that looks like an amount and has no meaning.
fn unknown_amount(name: &str, line: u64) -> Error {
    Error::from(Fault::UnknownAmount(quoted(name.trim()))).on_line(line)
}

/// Reads a day or an instant of a header field.
fn read_instant(text: &str) -> Result<Timestamp> {
    parse_instant(text).ok_or_else(|| not(text, INSTANT))
}

/// Reads two days or instants with a slash between, the second of which is excluded.
fn read_period(text: &str) -> Result<Window> {
    let (start, end) =
        text.split_once('/').ok_or_else(|| not(text, "two days or instants with a `/` between"))?;
    let (start, end) = (read_instant(start)?, read_instant(end)?);
    Window::new(start, end).map_err(|_| invalid("the period must end after it starts"))
}

/// Whether a value has digits and nothing that would make it something else than a number, such as a rate or a date.
fn is_plain_number(value: &str) -> bool {
    let has_digit = value.contains(|each: char| each.is_ascii_digit());
    has_digit && !value.contains(char::is_alphabetic) && !value.contains(['%', '/'])
}

/// Makes the error of a value that is not what its field holds.
fn not(value: &str, what: &'static str) -> Error {
    Fault::NotA { text: quoted(value), what }.into()
}

/// Returns whether a word in capitals is a currency code.
fn is_currency_code(word: &str) -> bool {
    CURRENCIES.split_whitespace().any(|code| code == word)
}
