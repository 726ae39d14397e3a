//! Exports of usage.

use cost_model::Money;
use cost_model::input::DecimalMark;
use cursor_csv_source::ExportReader;
use proptest::prelude::*;

use super::numbers::{Figure, Must, STYLES, Style, grouped, restyle};
use super::sheet::{SHAPES, Sheet, reshape};

const HEADER: [&str; 11] = [
    "Date",
    "User",
    "Kind",
    "Model",
    "Max Mode",
    "Input (w/ Cache Write)",
    "Input (w/o Cache Write)",
    "Cache Read",
    "Output Tokens",
    "Total Tokens",
    "Cost",
];

/// A row as it truly is.
#[derive(Clone, Debug)]
struct Usage {
    minute: u32,
    user: usize,
    cost: Figure,
    tokens: [u64; 4],
}

fn figure() -> impl Strategy<Value = Figure> {
    let cents = (0_i64..50_000).prop_map(|cents| Figure { millionths: cents * 10_000, decimals: 2 });
    let large =
        (100_000_i64..20_000_000).prop_map(|cents| Figure { millionths: cents * 10_000, decimals: 2 });
    let whole = (0_i64..12_000).prop_map(|dollars| Figure { millionths: dollars * 1_000_000, decimals: 0 });
    let fine = (0_i64..5_000_000).prop_map(|millionths| Figure { millionths, decimals: 0 });
    let mills = (0_i64..9_999).prop_map(|mills| Figure { millionths: mills * 1_000, decimals: 3 });
    let any = prop_oneof![4 => cents, 2 => large, 1 => whole, 1 => fine, 1 => mills];
    (any, prop::bool::weighted(0.1)).prop_map(|(figure, is_negative)| Figure {
        millionths: if is_negative { -figure.millionths } else { figure.millionths },
        ..figure
    })
}

fn usage() -> impl Strategy<Value = Usage> {
    let tokens = prop::array::uniform4(prop_oneof![0_u64..1_000, 1_000_u64..3_000_000]);
    (0_u32..40_000, 0_usize..3, figure(), tokens).prop_map(|(minute, user, cost, tokens)| Usage {
        minute,
        user,
        cost,
        tokens,
    })
}

/// A feature and where it strikes.
fn features() -> impl Strategy<Value = Vec<(usize, usize)>> {
    prop::collection::vec(
        (0..STYLES + SHAPES + OWN, any::<prop::sample::Index>().prop_map(|pick| pick.index(1_000))),
        0..=3,
    )
}

const OWN: usize = 16;

fn user(usage: &Usage) -> String {
    format!("{}@example.com", ["iris", "bo", "cleo"][usage.user])
}

fn row(usage: &Usage, style: Style, count: impl Fn(u64) -> String) -> Vec<String> {
    let at = format!(
        "2026-07-{:02}T{:02}:{:02}:00.000Z",
        usage.minute / 1_440 + 1,
        usage.minute / 60 % 24,
        usage.minute % 60
    );
    let total: u64 = usage.tokens.iter().sum();
    let mut cells = vec![at, user(usage), "On-Demand".to_owned(), "gpt-5.4".to_owned(), "No".to_owned()];
    cells.extend(usage.tokens.iter().chain([&total]).map(|tokens| count(*tokens)));
    cells.push(style.write(usage.cost));
    cells
}

/// What is in the file, and what a reader owes it.
fn build(rows: &[Usage], features: &[(usize, usize)]) -> (Vec<u8>, Must) {
    let mut must = Must::BeTrue;
    let mut style = Style::default();
    let mut odd_row = None;
    let mut separator = "";
    let mut decimals = "";
    for (feature, pick) in features {
        match *feature {
            which if which < STYLES => {
                let mut changed = style;
                restyle(&mut changed, which);
                // In every row, or in one; the decimal mark is that of the whole file.
                if pick.is_multiple_of(3) && changed.decimal == '.' {
                    odd_row = Some((pick % rows.len(), which));
                } else {
                    style = changed;
                }
            }
            which if which == STYLES + SHAPES => separator = ",",
            which if which == STYLES + SHAPES + 1 => separator = ".",
            which if which == STYLES + SHAPES + 2 => separator = "\u{a0}",
            which if which == STYLES + SHAPES + 3 => decimals = ".0",
            which if which == STYLES + SHAPES + 4 => decimals = ",0",
            _ => {}
        }
    }
    let styles: Vec<Style> = (0..rows.len())
        .map(|place| {
            let mut own = style;
            if let Some((_, which)) = odd_row.filter(|(odd, _)| *odd == place) {
                restyle(&mut own, which);
            }
            own
        })
        .collect();
    must = styles.iter().fold(must, |must, style| must.and(style.must()));
    let count = |count: u64| format!("{}{decimals}", grouped(&count.to_string(), separator));
    let cells = rows.iter().zip(&styles).map(|(usage, style)| row(usage, *style, count));
    let mut sheet = Sheet::new(&HEADER, cells.collect());
    for (feature, pick) in features {
        if (STYLES..STYLES + SHAPES).contains(feature) {
            must = must.and(reshape(&mut sheet, feature - STYLES, *pick, "Cost"));
        } else if *feature > STYLES + SHAPES + 4 {
            must = must.and(own(&mut sheet, feature - STYLES - SHAPES, *pick, rows));
        }
    }
    (sheet.bytes(), must)
}

/// What only happens to exports.
fn own(sheet: &mut Sheet, which: usize, pick: usize, rows: &[Usage]) -> Must {
    let total = Figure { millionths: rows.iter().map(|usage| usage.cost.millionths).sum(), decimals: 2 };
    let label =
        ["Total", "Sum", "Summe", "All models", "Grand total", "Total g\u{e9}n\u{e9}ral", "*"][pick % 7];
    let mut sum = vec![String::new(); sheet.header.len()];
    if let Some(cost) = sheet.column("Cost") {
        sum[cost] = total.plain();
    }
    match which {
        5 | 6 => {
            if let Some(model) = sheet.column("Model") {
                label.clone_into(&mut sum[model]);
            }
            if let (6, Some(date)) = (which, sheet.column("Date")) {
                "2026-07-31T23:59:59.000Z".clone_into(&mut sum[date]);
            }
            let place = if pick.is_multiple_of(2) { 0 } else { sheet.rows.len() };
            sheet.rows.insert(place, sum);
        }
        7 => {
            if let Some(date) = sheet.column("Date") {
                label.clone_into(&mut sum[date]);
            }
            sheet.rows.push(sum);
        }
        8 => {
            let Some(user) = sheet.column("User") else { return Must::BeTrue };
            "User Email".clone_into(&mut sheet.header[user]);
            return Must::Refuse;
        }
        9 => {
            for cell in sheet.rows.iter_mut().filter_map(|row| row.get_mut(1)) {
                *cell = format!("\u{feff}{cell}\u{200b}");
            }
        }
        10 => sheet.above.push("# a comment".to_owned()),
        11 => sheet.above.push("Usage of July".to_owned()),
        // Not in a row that is a sum, which has no other figures.
        12 | 13 if sheet.rows.len() != rows.len() => {}
        12 if sheet.column("Date") == Some(0) => {
            let row = pick % sheet.rows.len();
            if let Some(date) = sheet.rows[row].first_mut() {
                ["26-07-31 10:00:00", "31.07.2026 10:00", "07/31/2026", "2026-07-31", "46234.5"][pick % 5]
                    .clone_into(date);
            }
            return Must::Refuse;
        }
        13 => {
            let row = pick % sheet.rows.len();
            if let Some(tokens) =
                sheet.column("Cache Read").and_then(|column| sheet.rows[row].get_mut(column))
            {
                ["1,5", "1.5", "1_000", "-3", "1.2E+05", "12k"][pick % 6].clone_into(tokens);
            }
            return Must::Refuse;
        }
        14 if sheet.column("Date") == Some(0) => {
            let row = pick % sheet.rows.len();
            if let Some(first) = sheet.rows[row].first_mut() {
                *first = format!("#{first}");
            }
        }
        15 => sheet.rows.push(vec!["Total".to_owned(), total.plain()]),
        _ => {}
    }
    Must::BeTrue
}

/// Who, what it cost in millionths, and how many tokens.
type Fact = (String, i64, u64);

fn read(bytes: &[u8], mark: Option<DecimalMark>) -> Result<Vec<Fact>, cursor_csv_source::Error> {
    let reader = ExportReader::new("Acme");
    let reader = mark.map_or(reader.clone(), |mark| reader.clone().decimal_mark(mark));
    let export = reader.read(bytes, "usage.csv")?;
    let fact = |row: cursor_csv_source::ExportRow<'_>| {
        let units = row.cost.unwrap_or(Money::ZERO).units() / 10_i128.pow(18);
        let who = row.record.dimensions.resource.as_deref().unwrap_or_default().to_owned();
        (who, i64::try_from(units).unwrap(), row.record.tokens.total().unwrap().count())
    };
    Ok(export.rows().map(fact).collect())
}

proptest! {
    #[test]
    fn an_untidy_export_gives_its_true_figures_or_is_refused_with_a_place(
        rows in prop::collection::vec(usage(), 1..6),
        features in features(),
    ) {
        let (bytes, must) = build(&rows, &features);
        let truth: Vec<Fact> =
            rows.iter().map(|usage| (user(usage), usage.cost.millionths, usage.tokens.iter().sum())).collect();
        match read(&bytes, None) {
            Ok(read) => {
                prop_assert_eq!(must, Must::BeTrue, "{:?}: {}", features, String::from_utf8_lossy(&bytes));
                prop_assert_eq!(read, truth, "{:?}: {}", features, String::from_utf8_lossy(&bytes));
            }
            Err(error) => {
                // A tidy file is refused only where all its numbers can be read in two ways.
                let is_doubtful = error.to_string().contains("may be thousands or decimals");
                prop_assert!(!features.is_empty() || is_doubtful, "{error}");
                prop_assert!(error.line().is_some(), "{error}");
                prop_assert!(!error.to_string().contains('@'), "{error}");
            }
        }
    }

    #[test]
    fn an_export_with_decimal_commas_is_read_where_they_are_stated(rows in prop::collection::vec(usage(), 1..6)) {
        let style = Style { decimal: ',', thousands: Some("."), ..Style::default() };
        let count = |count: u64| grouped(&count.to_string(), ".");
        let mut sheet = Sheet::new(&HEADER, rows.iter().map(|usage| row(usage, style, count)).collect());
        sheet.separator = ';';
        let truth: Vec<Fact> =
            rows.iter().map(|usage| (user(usage), usage.cost.millionths, usage.tokens.iter().sum())).collect();
        prop_assert_eq!(read(&sheet.bytes(), Some(DecimalMark::Comma)).unwrap(), truth);
    }
}
