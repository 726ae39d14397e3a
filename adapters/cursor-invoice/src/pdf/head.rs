//! Fields above and below the table, by the words they begin with.
//!
//! Invoices come in several languages, so that each label has its translations. The lists are tried
//! in a fixed order, and a line that fits none of them is left to the table. Comparison is in lower case and with
//! straight apostrophes.

use chrono::NaiveDate;
use cost_model::Window;
use cost_model::input::SumLabel;

use crate::pdf::days::{day, span};
use crate::pdf::row::{Headings, last_amount};

/// A figure or field that a line of the text states.
///
/// `stated` says what a line is by itself; what it means where it stands is decided by `sheet`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Stated {
    /// Says nothing of this invoice: its first word, headings, page numbers.
    Furniture,
    /// The headings of the table, and which columns they name.
    Headings(Headings),
    Number(String),
    Issued(NaiveDate),
    Period(Window),
    /// The label of a field, whose value stands below it or in the next column.
    Label(Label),
    /// A sum, and the words of its amount.
    Sum(SumLabel, String),
    /// A span of days below a line.
    Days(Window),
    /// The amount due and its day, as every page prints them.
    Aside,
}

/// A field that a label names.
///
/// `Due` is known only so that its day is not taken for something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Label {
    Number,
    Issued,
    Due,
    Period,
}

/// The words of labels, divided by `|`: longer ones before those that they begin with.
const LABELS: [(Label, &str); 4] = [
    (
        Label::Number,
        "invoice number|invoice no.|invoice no|invoice #|numéro de facture|n° de facture|rechnungsnummer|\
         número de factura|numero fattura|numero di fattura|factuurnummer|número da fatura",
    ),
    (
        Label::Issued,
        "date of issue|issue date|invoice date|date d'émission|date de facturation|ausstellungsdatum|rechnungsdatum|\
         fecha de emisión|data di emissione|datum van uitgifte|factuurdatum|data de emissão",
    ),
    (
        Label::Due,
        "date due|due date|date d'échéance|fälligkeitsdatum|fällig am|fecha de vencimiento|data di scadenza|\
         vervaldatum|data de vencimento",
    ),
    (
        Label::Period,
        "billing period|service period|invoice period|période de facturation|abrechnungszeitraum|leistungszeitraum|\
         periodo de facturación|período de facturación|periodo di fatturazione|facturatieperiode",
    ),
];

/// Headings of the column of descriptions, divided by `|` like the lists below.
const DESCRIPTION: &str =
    "description|beschreibung|bezeichnung|descripción|descrizione|omschrijving|beschrijving|descrição";
/// Words of headings of quantities.
const QUANTITY: &str =
    "qty|quantity|qté|quantité|menge|anz.|anzahl|cant.|cantidad|qtà|quantità|aantal|qtd|quantidade";
/// Words of headings of the price of one.
const PRICE: &str = "unit|price|prix|unitaire|preis|einheit|pro|einzelpreis|stückpreis|stuckpreis|precio|unitario|\
    prezzo|eenheidsprijs|stukprijs|prijs|preço|per|unité";
/// Words of headings of the rate of a tax; also labels of sums.
const TAX: &str =
    "tax|vat|gst|taxe|taxes|tva|steuer|mwst|mwst.|ust.|impuesto|impuestos|iva|imposta|btw|belasting|imposto";
/// Words of headings of amounts; also labels of sums.
const AMOUNT: &str = "amount|montant|betrag|importe|importo|bedrag|valor|total";

/// Returns what a line states; `None` for a row or for text that nobody knows.
///
/// The order of the tests decides: headings before sums, and sums before days.
pub(super) fn stated(line: &str) -> Option<Stated> {
    let lower = line.to_lowercase().replace('\u{2019}', "'");
    let words: Vec<&str> = lower.split(' ').collect();
    // Headings come before sums, since `Amount` and `Total` are words of both.
    if is_furniture(&words) {
        return Some(Stated::Furniture);
    }
    if let Some(headings) = headings(&words) {
        return Some(headings);
    }
    if is_due_on_a_day(line, &words) {
        return Some(Stated::Aside);
    }
    if let Some(field) = field(line, &lower) {
        return Some(field);
    }
    if let Some((label, amount)) = last_amount(line)
        && let Some(sum) = SumLabel::of(&label).filter(|sum| *sum != SumLabel::Unclear)
    {
        return Some(Stated::Sum(sum, amount));
    }
    span(line).map(Stated::Days)
}

/// Returns what a value says of the field whose label stands before it.
///
/// `None` where the text cannot be such a value; the label then has none.
pub(super) fn value(label: Label, text: &str) -> Option<Stated> {
    match label {
        Label::Number => Some(Stated::Number(text.to_owned())),
        Label::Issued => day(text).map(Stated::Issued),
        Label::Due => day(text).map(|_| Stated::Aside),
        Label::Period => span(text).map(Stated::Period),
    }
}

/// Returns a field with its value, or its label alone.
///
/// The value begins behind a blank, before which a colon may stand: `Invoice numbers` is no label.
fn field(line: &str, lower: &str) -> Option<Stated> {
    for (label, names) in LABELS {
        for name in names.split('|') {
            let Some(rest) = lower.strip_prefix(name) else { continue };
            // Letters of another case may have another length.
            let rest = line.get(line.len().checked_sub(rest.len())?..)?.trim_start_matches(':');
            if rest.trim().is_empty() {
                return Some(Stated::Label(label));
            }
            if rest.starts_with(' ') {
                return value(label, rest.trim());
            }
        }
    }
    None
}

/// Returns whether a word is in a list, whose entries are divided by `|`.
fn is_one_of(list: &str, word: &str) -> bool {
    list.split('|').any(|each| each == word)
}

/// Returns the headings of the table: with a description and an amount those of all columns, else some that
/// were broken off.
///
/// Every word of the line has to be one of a heading, so that a sentence with such a word is none.
fn headings(words: &[&str]) -> Option<Stated> {
    let lists = [DESCRIPTION, QUANTITY, PRICE, TAX, AMOUNT];
    if !words.iter().all(|word: &&str| lists.iter().any(|list| is_one_of(list, word))) {
        return None;
    }
    if words.first().is_some_and(|word| is_one_of(DESCRIPTION, word)) {
        return Some(Stated::Headings(Headings { has_tax: words.iter().any(|word| is_one_of(TAX, word)) }));
    }
    // `Total` and `tax` alone are labels of sums.
    let is_alone = matches!(words, [only] if *only == "total" || is_one_of(TAX, only));
    (!is_alone).then_some(Stated::Furniture)
}

/// Returns whether a line says nothing about the invoice: its title, or a number of a page.
fn is_furniture(words: &[&str]) -> bool {
    match words {
        ["invoice" | "facture" | "rechnung" | "factura" | "fattura" | "factuur" | "fatura"] => true,
        [
            "page" | "seite" | "página" | "pagina",
            page,
            "of" | "sur" | "von" | "de" | "di" | "van" | "/",
            pages,
        ] => is_number(page) && is_number(pages),
        _ => false,
    }
}

/// Returns whether a line is the heading of a text that bills no money: `Credit note`, `Invoice VOID`.
///
/// Only the whole heading counts: a line of the table may well be about a credit note.
pub(super) fn is_no_bill(line: &str) -> bool {
    const BESIDE: &str = "invoice|facture|rechnung|factura|fattura|factuur|fatura|status|tax";
    const HEADINGS: &str = "void|voided|cancelled|canceled|draft|credit note|credit memo|storniert|stornorechnung|stornierung|\
        entwurf|gutschrift|rechnungskorrektur|annul\u{e9}e|annul\u{e9}|avoir|brouillon|note de cr\u{e9}dit|anulada|borrador|\
        nota de cr\u{e9}dito|nota di credito|annullata|creditnota|creditfactuur|pro forma|proforma|quote|estimate";
    let lower = line.to_lowercase();
    let words = lower.split(|each: char| !each.is_alphabetic()).filter(|word| !word.is_empty());
    let words: Vec<&str> = words.filter(|word| !is_one_of(BESIDE, word)).collect();
    is_one_of(HEADINGS, &words.join(" "))
}

/// Returns whether a line is the one that pages repeat, such as `INV-0006 $2,202.35 due October 15, 2026`.
fn is_due_on_a_day(line: &str, words: &[&str]) -> bool {
    let due =
        words.iter().rposition(|word| matches!(*word, "due" | "fällig" | "échéance" | "vence" | "scadenza"));
    let has_money = line.contains(['$', '\u{20ac}', '\u{a3}']);
    due.is_some_and(|due| {
        let rest: Vec<_> = line.split(' ').skip(due.saturating_add(1)).collect();
        has_money
            && (0..rest.len().min(3))
                .any(|skip| day(&rest.get(skip..).unwrap_or_default().join(" ")).is_some())
    })
}

/// Returns whether a word has digits only.
fn is_number(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(label: SumLabel, amount: &str) -> Stated {
        Stated::Sum(label, amount.to_owned())
    }

    #[test]
    fn labels_are_told_from_rows() {
        assert_eq!(stated("Total $2,202.35"), Some(sum(SumLabel::Total, "$2,202.35")));
        assert_eq!(stated("Amount due $2.35 USD"), Some(sum(SumLabel::Due, "$2.35 USD")));
        assert_eq!(stated("Total excluding tax $2.35"), Some(sum(SumLabel::Subtotal, "$2.35")));
        assert_eq!(stated("Subtotal $2,034.50"), Some(sum(SumLabel::Subtotal, "$2,034.50")));
        assert_eq!(stated("Sous-total 400,00 $US"), Some(sum(SumLabel::Subtotal, "400,00 $US")));
        assert_eq!(stated("Gesamtbetrag 400,00 \u{20ac}"), Some(sum(SumLabel::Total, "400,00 \u{20ac}")));
        assert_eq!(stated("INV-0006 $2,202.35 due October 15, 2026"), Some(Stated::Aside));
        assert_eq!(stated("$400.00 USD due July 15, 2026"), Some(Stated::Aside));
        assert_eq!(
            stated("Description Qty Unit price Amount"),
            Some(Stated::Headings(Headings { has_tax: false }))
        );
        assert_eq!(
            stated("Description Qty Unit price Tax Amount"),
            Some(Stated::Headings(Headings { has_tax: true }))
        );
        assert_eq!(
            stated("Description Qt\u{e9} Prix unitaire Montant"),
            Some(Stated::Headings(Headings { has_tax: false }))
        );
        assert_eq!(stated("Page 1 of 12"), Some(Stated::Furniture));
        assert_eq!(stated("Invoice number"), Some(Stated::Label(Label::Number)));
        assert_eq!(stated("Num\u{e9}ro de facture 7C1D"), Some(Stated::Number("7C1D".to_owned())));
        assert_eq!(
            stated("Date d\u{2019}\u{e9}mission 15 juillet 2026"),
            day("2026-07-15").map(Stated::Issued)
        );
        assert_eq!(stated("Date due July 15, 2026"), Some(Stated::Aside));
        for row in [
            "Total cost of ownership $5.00",
            "Amount of seats 3 $5.00",
            "Pages $5.00",
            "Description of it $1",
            "Usage due to be billed",
        ] {
            assert_eq!(stated(row), None, "{row}");
        }
    }
}
