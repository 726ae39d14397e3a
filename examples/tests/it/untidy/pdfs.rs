//! The text of PDFs.

use cursor_invoice::PdfTextReader;
use proptest::prelude::*;
use reconcile::InvoiceReader;
use reconcile::invoice::LineKind;

use super::invoices::{Line, WORDS, facts, line, total, truth};
use super::numbers::{Figure, Must, STYLES, Style, grouped, restyle};
use super::sheet::{Encoding, encode};

const OWN: usize = 20;

/// How a text is laid out.
#[derive(Clone, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a feature of its own")]
struct Form {
    laid_out: bool,
    has_tax: bool,
    days_below: bool,
    without_period: bool,
    /// Rows and sums in columns that were copied one below the other.
    broken: bool,
    wrapped: bool,
    hard_blanks: bool,
    pages: bool,
    paid: bool,
    labels: usize,
    encoding: Option<Encoding>,
    without_total: bool,
    note: Option<&'static str>,
    /// A row that no reader of dollars can read.
    unreadable: Option<&'static str>,
    wrong_total: bool,
    lost_row: bool,
}

const LABELS: [[&str; 3]; 4] = [
    ["Subtotal", "Total", "Amount due"],
    ["Sous-total", "Total g\u{e9}n\u{e9}ral", "Montant d\u{fb}"],
    ["Zwischensumme", "Gesamtbetrag", "F\u{e4}lliger Betrag"],
    ["Subtotal", "Grand total", "Balance due"],
];

fn form(features: &[(usize, usize)]) -> (Form, Style, Must) {
    let (mut form, mut style, mut must) =
        (Form::default(), Style { before: "$", ..Style::default() }, Must::BeTrue);
    for (feature, pick) in features {
        match feature.checked_sub(STYLES) {
            // A row ends in an amount with a currency; without one it is no row.
            None => restyle(&mut style, *feature),
            Some(0) => form.laid_out = true,
            Some(1) => form.has_tax = true,
            Some(2) => form.days_below = true,
            Some(3) => (form.without_period, form.days_below) = (true, true),
            Some(4) => form.broken = true,
            Some(5) => form.wrapped = true,
            Some(6) => form.hard_blanks = true,
            Some(7) => form.pages = true,
            Some(8) => form.paid = true,
            Some(9) => form.labels = pick % LABELS.len(),
            Some(10) => {
                form.encoding = Some([Encoding::Utf8Marked, Encoding::Utf16Le, Encoding::Utf16Be][pick % 3]);
            }
            Some(11) => form.without_total = true,
            Some(12) => form.note = Some(["Thank you", "See 2 above", "Pay by card"][pick % 3]),
            Some(13) => {
                form.unreadable =
                    Some(["Support 80.00", "Support $80,0", "Support $1_000", "Support 80"][pick % 4]);
            }
            Some(14) => form.wrong_total = true,
            Some(15) => form.lost_row = true,
            Some(16) => (form.laid_out, form.wrapped) = (true, true),
            Some(17) => (form.laid_out, form.has_tax, form.days_below) = (true, true, true),
            _ => {}
        }
    }
    if !style.behind.is_empty() && style.before != "$" {
        style.before = "";
    }
    let misses_total = (form.wrong_total || form.lost_row) && !form.without_total;
    if form.unreadable.is_some() || misses_total {
        must = Must::Refuse;
    }
    (form, style, must)
}

fn text(lines: &[Line], form: &Form, style: Style) -> String {
    let mut text = vec!["Invoice".to_owned(), "Invoice number INV-1".to_owned()];
    if !form.without_period {
        text.push("Billing period Jul 1 \u{2013} Aug 1, 2026".to_owned());
    }
    let names: &[&str] = if form.has_tax {
        &["Description", "Qty", "Unit price", "Tax", "Amount"]
    } else {
        &["Description", "Qty", "Unit price", "Amount"]
    };
    text.push(if form.laid_out { laid_out(names) } else { names.join(" ") });
    for (place, line) in lines.iter().enumerate() {
        if !(form.lost_row && place == 0) {
            row(&mut text, line, form, style);
        }
        if form.pages && place == 0 {
            text.push("INV-1 \u{b7} $5.00 due August 15, 2026".to_owned());
            text.push("Page 1 of 2".to_owned());
            text.push(if form.laid_out { laid_out(names) } else { names.join(" ") });
        }
    }
    text.extend(form.note.map(str::to_owned));
    text.extend(form.unreadable.map(str::to_owned));
    sums(&mut text, lines, form, style);
    let text = text.join("\n");
    if form.hard_blanks { text.replace(' ', "\u{a0}") } else { text }
}

fn sums(text: &mut Vec<String>, lines: &[Line], form: &Form, style: Style) {
    let mut total = total(lines);
    if form.wrong_total {
        total.millionths += 1_230_000;
    }
    if form.unreadable.is_some() {
        total.millionths += 80_000_000;
    }
    let [subtotal, all, due] = LABELS[form.labels];
    let mut sum = |label: &str, amount: Figure| {
        let amount = style.write(amount);
        if form.broken {
            text.extend([label.to_owned(), amount]);
        } else {
            text.push(if form.laid_out {
                laid_out(&["", label, "", &amount])
            } else {
                format!("{label} {amount}")
            });
        }
    };
    if form.without_total {
        return;
    }
    sum(subtotal, total);
    sum(all, total);
    if form.paid {
        sum("Amount paid", total);
        sum(due, Figure { millionths: 0, decimals: 2 });
    } else {
        sum(due, total);
    }
}

fn laid_out(cells: &[&str]) -> String {
    let figures: String = cells[1..].iter().map(|cell| format!("  {cell:>16}")).collect::<Vec<_>>().concat();
    format!("{:<70}{figures}", cells[0])
}

fn row(text: &mut Vec<String>, line: &Line, form: &Form, style: Style) {
    let words = WORDS[line.words];
    let (first, rest) = match words.split_once(' ') {
        Some((first, rest)) if form.wrapped => (first, Some(rest)),
        _ => (words, None),
    };
    let mut figures: Vec<String> =
        line.quantity.map(|quantity| grouped(&quantity.to_string(), ",")).into_iter().collect();
    if !figures.is_empty() {
        figures.push(style.write(Figure { millionths: 30_000, decimals: 2 }));
    }
    if form.has_tax {
        figures.push("8.25%".to_owned());
    }
    figures.push(style.write(line.amount));
    if form.laid_out {
        let cells: Vec<&str> = std::iter::once(first).chain(figures.iter().map(String::as_str)).collect();
        text.push(laid_out(&cells));
        text.extend(rest.map(str::to_owned));
    } else {
        text.push(first.to_owned());
        text.extend(rest.map(str::to_owned));
        if form.broken {
            text.extend(figures);
        } else if let Some(last) = text.last_mut() {
            last.push(' ');
            last.push_str(&figures.join(" "));
        }
    }
    if form.days_below {
        text.push("Jul 1 \u{2013} Aug 1, 2026".to_owned());
    }
}

proptest! {
    #[test]
    fn an_untidy_pdf_text_gives_its_true_figures_or_is_refused_with_a_place(
        lines in prop::collection::vec(line(), 1..6),
        features in prop::collection::vec((0..STYLES + OWN, 0_usize..1_000), 0..=3),
    ) {
        let (form, style, must) = form(&features);
        let text = text(&lines, &form, style);
        let bytes = encode(&text, form.encoding.unwrap_or(Encoding::Utf8));
        match PdfTextReader::new().read_invoice(&bytes, "invoice.txt") {
            Ok(invoice) => {
                let is_other_currency = invoice.currency.code() != "USD";
                prop_assert!(must == Must::BeTrue || is_other_currency, "must be refused: {features:?}\n{text}");
                if !(form.lost_row && form.without_total) {
                    prop_assert_eq!(facts(&invoice), truth(&lines), "{:?}\n{}", features, text);
                }
                for (read, line) in invoice.lines.iter().zip(lines.iter().filter(|_| !form.lost_row)) {
                    // In columns, a note may be more words of the row above it.
                    let is_noted = form.laid_out && form.note.is_some() && read.description.starts_with(WORDS[line.words]);
                    prop_assert!(is_noted || read.description == WORDS[line.words], "{:?}\n{}", features, text);
                    let quantity = read.quantity.map(|quantity| quantity.to_string());
                    prop_assert_eq!(quantity, line.quantity.map(|quantity| quantity.to_string()), "{:?}\n{}", features, text);
                    if let LineKind::Usage(usage) = read.kind() {
                        prop_assert!(usage.calls.is_none_or(|calls| calls == 412 || Some(calls) == line.quantity.map(u64::from)));
                    }
                }
            }
            Err(error) => {
                let said = error.to_string();
                let is_known = said.contains("no total shows");
                prop_assert!(!features.is_empty() || is_known, "{said}\n{text}");
                let has_place = error.line().is_some() || said.contains("no line") || said.contains("Billing period");
                prop_assert!(has_place, "{said}\n{text}");
            }
        }
    }
}
