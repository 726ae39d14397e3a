//! Invoices as CSV, as JSON and as the dashboard answers.

use cost_model::input::DecimalMark;
use cost_model::{Money, Window};
use cursor_invoice::CursorInvoiceReader;
use proptest::prelude::*;
use reconcile::{Invoice, InvoiceReader};

use super::numbers::{Figure, Must, STYLES, Style, restyle};
use super::sheet::{Encoding, SHAPES, Sheet, encode, has_whole, reshape};

/// Descriptions of lines, of which no reader may make a sum, and one that nobody knows.
pub const WORDS: [&str; 8] = [
    "Cursor Teams seats",
    "412 token-based usage calls to claude-4.5-sonnet, totalling: $96.10",
    "token-based usage calls to gpt-5.4, totaling: $3.60",
    "Mid-month usage paid for May 2026",
    "Sales tax (8.25%)",
    "Promotional credit",
    "Something new of 2026",
    "On-Demand Usage",
];

pub fn july() -> Window {
    Window::days("2026-07-01".parse().unwrap(), "2026-08-01".parse().unwrap()).unwrap()
}

/// A line as it truly is.
#[derive(Clone, Debug)]
pub struct Line {
    pub words: usize,
    pub quantity: Option<u32>,
    pub amount: Figure,
}

pub fn line() -> impl Strategy<Value = Line> {
    let amount = prop_oneof![
        4 => (-5_000_i64..50_000).prop_map(|cents| Figure { millionths: cents * 10_000, decimals: 2 }),
        2 => (100_000_i64..20_000_000).prop_map(|cents| Figure { millionths: cents * 10_000, decimals: 2 }),
        1 => (1_i64..12_000).prop_map(|dollars| Figure { millionths: dollars * 1_000_000, decimals: 0 }),
    ];
    (0..WORDS.len(), prop::option::of(1_u32..3_000), amount).prop_map(|(words, quantity, amount)| Line {
        words,
        quantity,
        amount,
    })
}

pub fn total(lines: &[Line]) -> Figure {
    Figure { millionths: lines.iter().map(|line| line.amount.millionths).sum(), decimals: 2 }
}

/// What each line bills, in order, in millionths; and what the invoice bills.
pub fn facts(invoice: &Invoice) -> (Vec<i64>, i64) {
    let millionths = |amount: Money| i64::try_from(amount.units() / 10_i128.pow(18)).unwrap();
    (invoice.lines.iter().map(|line| millionths(line.amount)).collect(), millionths(invoice.total().unwrap()))
}

pub fn truth(lines: &[Line]) -> (Vec<i64>, i64) {
    (lines.iter().map(|line| line.amount.millionths).collect(), total(lines).millionths)
}

const SUM_WORDS: [&str; 12] = [
    "Total",
    "TOTAL:",
    "Sum",
    "Balance",
    "Amount due",
    "Grand total",
    "Total g\u{e9}n\u{e9}ral",
    "Gesamtbetrag",
    "Importe total",
    "Totale",
    "Summe (USD)",
    "Balance due",
];

const OWN: usize = 14;

fn features() -> impl Strategy<Value = Vec<(usize, usize)>> {
    let pick = any::<prop::sample::Index>().prop_map(|pick| pick.index(1_000));
    prop::collection::vec((0..STYLES + SHAPES + OWN, pick), 0..=3)
}

fn style_of(features: &[(usize, usize)]) -> Style {
    let mut style = Style::default();
    for (feature, _) in features.iter().filter(|(feature, _)| *feature < STYLES) {
        restyle(&mut style, *feature);
    }
    style
}

fn csv(lines: &[Line], features: &[(usize, usize)]) -> (Vec<u8>, Must) {
    let style = style_of(features);
    let mut must = style.must();
    let cells = |line: &Line| {
        let quantity = line.quantity.map(|quantity| quantity.to_string()).unwrap_or_default();
        vec![WORDS[line.words].to_owned(), quantity, style.write(line.amount)]
    };
    let mut sheet = Sheet::new(&["description", "quantity", "amount"], lines.iter().map(cells).collect());
    sheet.above.push("# number: INV-1".to_owned());
    sheet.above.push("# period: 2026-07-01T00:00:00Z/2026-08-01T00:00:00Z".to_owned());
    for (feature, pick) in features {
        if (STYLES..STYLES + SHAPES).contains(feature) {
            must = must.and(reshape(&mut sheet, feature - STYLES, *pick, "amount"));
        } else if *feature >= STYLES + SHAPES {
            must = must.and(own(&mut sheet, feature - STYLES - SHAPES, *pick, lines, style));
        }
    }
    (sheet.bytes(), must)
}

/// What only happens to invoices.
fn own(sheet: &mut Sheet, which: usize, pick: usize, lines: &[Line], style: Style) -> Must {
    let mut sum = vec![String::new(); sheet.header.len()];
    if let Some(amount) = sheet.column("amount") {
        sum[amount] = style.write(total(lines));
    }
    let first = sheet.header.first().map(|name| cost_model::input::fold(name));
    match which {
        0..=3 => {
            if let Some(description) = sheet.column("description") {
                SUM_WORDS[pick % SUM_WORDS.len()].clone_into(&mut sum[description]);
            }
            let place = if which == 0 { 0 } else { sheet.rows.len() };
            sheet.rows.insert(place, sum);
        }
        4 => sheet.above.push(format!("# Total: {}", total(lines).plain())),
        5 => sheet.above.push(
            ["# Currency: EUR", "#CURRENCY = eur", "# currency EUR", "# Currency code: Eur"][pick % 4]
                .to_owned(),
        ),
        6 => sheet.above.push(["# seen by Ann", "# note: ok", "#"][pick % 3].to_owned()),
        7 => sheet.above.push(["# amount: 12", "# Currency: USD\n# currency: USD"][pick % 2].to_owned()),
        8 if first.as_deref() == Some("description") && has_whole(sheet, 0) => {
            if let Some(cell) = sheet.rows.first_mut().and_then(|row| row.first_mut()) {
                *cell = format!("#{cell}");
            }
        }
        9 => sheet.rows.push(vec!["# a remark".to_owned()]),
        10 => {
            sheet.header.push("Currency".to_owned());
            sheet.rows.iter_mut().for_each(|row| row.push("EUR".to_owned()));
        }
        11 => {
            sheet.header.push("Unit price".to_owned());
            sheet
                .rows
                .iter_mut()
                .for_each(|row| row.push(style.write(Figure { millionths: 1_500_000, decimals: 2 })));
        }
        12 => {
            sheet.header.push("Tax amount".to_owned());
            sheet.rows.iter_mut().for_each(|row| row.push("1.00".to_owned()));
            return Must::Refuse;
        }
        _ => {
            if let Some(quantity) =
                sheet.column("quantity").and_then(|column| sheet.rows.first_mut()?.get_mut(column))
            {
                ["1,5", "1_000", "12k", "1.234,5"][pick % 4].clone_into(quantity);
                return Must::Refuse;
            }
        }
    }
    Must::BeTrue
}

/// Checks what a reader made of a file.
fn check(
    read: reconcile::Result<Invoice>,
    lines: &[Line],
    must: Must,
    is_tidy: bool,
    shown: &str,
) -> Result<(), TestCaseError> {
    match read {
        Ok(invoice) => {
            let is_other_currency = invoice.currency.code() != "USD";
            prop_assert!(must == Must::BeTrue || is_other_currency, "must be refused: {shown}");
            prop_assert_eq!(facts(&invoice), truth(lines), "{}", shown);
        }
        Err(error) => {
            let text = error.to_string();
            let is_known = ["may be thousands", "no total shows"].iter().any(|word| text.contains(word));
            prop_assert!(!is_tidy || is_known, "{text}: {shown}");
            let has_place = error.line().is_some() || text.contains("decimals` must stand");
            prop_assert!(has_place, "{text}: {shown}");
        }
    }
    Ok(())
}

proptest! {
    #[test]
    fn an_untidy_csv_invoice_gives_its_true_figures_or_is_refused_with_a_place(
        lines in prop::collection::vec(line(), 1..6),
        features in features(),
    ) {
        let (bytes, must) = csv(&lines, &features);
        let read = CursorInvoiceReader::new().read_invoice(&bytes, "invoice.csv");
        let shown = format!("{features:?}: {}", String::from_utf8_lossy(&bytes));
        check(read, &lines, must, features.is_empty(), &shown)?;
    }

    #[test]
    fn an_untidy_json_invoice_gives_its_true_figures_or_is_refused_with_a_place(
        lines in prop::collection::vec(line(), 1..6),
        style in prop::collection::vec((0..STYLES, 0_usize..1), 0..=2),
        is_text in any::<bool>(),
        of_dashboard in any::<bool>(),
        spoil in 0_usize..8,
        sum in prop::option::of(0..SUM_WORDS.len()),
    ) {
        let style = if is_text { style_of(&style) } else { Style::default() };
        let mut must = style.must();
        let number = |figure: Figure| if is_text { format!("\"{}\"", style.write(figure)) } else { figure.plain() };
        let field = if of_dashboard { "totalDollars" } else { "amount" };
        let item = |words: &str, amount: &str| format!("{{\"description\":\"{words}\",\"{field}\":{amount}}}");
        let mut items: Vec<String> = lines.iter().map(|line| item(WORDS[line.words], &number(line.amount))).collect();
        items.extend(sum.map(|sum| item(SUM_WORDS[sum], &number(total(&lines)))));
        match spoil {
            0 => {
                must = Must::Refuse;
                items[0] = items[0].replace('}', &format!(",\"{field}\":9}}"));
            }
            1 => {
                must = Must::Refuse;
                items[0] = items[0].replace('}', ",\"Spend\":9}");
            }
            _ => {}
        }
        let items = items.join(",");
        let period = "\"period\":{\"start\":\"2026-07-01T00:00:00Z\",\"end\":\"2026-08-01T00:00:00Z\"}";
        let mut text =
            if of_dashboard { format!("{{\"items\":[{items}]}}") } else { format!("{{{period},\n\"lines\":[{items}]}}") };
        if spoil == 2 {
            must = Must::Refuse;
            text.truncate(text.len() - 2);
        }
        let encoding = [Encoding::Utf8, Encoding::Utf8Marked, Encoding::Utf16Le][spoil % 3];
        let read = CursorInvoiceReader::new().with_period(july()).read_invoice(&encode(&text, encoding), "invoice.json");
        let is_tidy = style.must() == Must::BeTrue && !is_text && spoil > 2;
        check(read, &lines, must, is_tidy, &text)?;
    }

    #[test]
    fn an_invoice_with_decimal_commas_is_read_where_they_are_stated(lines in prop::collection::vec(line(), 1..6)) {
        let style = Style { decimal: ',', thousands: Some("."), behind: " $", ..Style::default() };
        let cells = |line: &Line| vec![WORDS[line.words].to_owned(), String::new(), style.write(line.amount)];
        let mut sheet = Sheet::new(&["Description", "Quantity", "Amount"], lines.iter().map(cells).collect());
        sheet.separator = ';';
        let reader = CursorInvoiceReader::new().with_period(july()).with_decimal_mark(DecimalMark::Comma);
        check(reader.read_invoice(&sheet.bytes(), "invoice.csv"), &lines, Must::BeTrue, true, &sheet.text())?;
    }
}
