use std::collections::BTreeMap;

use cursor_simulator::{CENT, DOLLAR};

use crate::support::{cents, demo, object, rows, scaled, string};

fn half_up(amount: i128) -> i128 {
    (amount + CENT / 2).div_euclid(CENT) * CENT
}

/// Descriptions and amounts as the text has them.
fn printed(csv: &str) -> Vec<(String, String, i128)> {
    csv.lines()
        .skip(4)
        .map(|line| {
            let (wording, rest) = line.strip_prefix('"').unwrap().rsplit_once("\",").unwrap();
            let (quantity, amount) = rest.split_once(',').unwrap();
            (wording.to_owned(), quantity.to_owned(), scaled(amount, 24))
        })
        .collect()
}

#[test]
fn closed_cycles_have_an_invoice() {
    let invoices = demo().invoices();
    let periods: Vec<_> = invoices
        .iter()
        .map(|invoice| format!("{} {} {}", invoice.number, invoice.period_start, invoice.period_end))
        .collect();
    assert_eq!(
        periods,
        [
            "INV-0006 2026-08-14 09:30:00 UTC 2026-09-14 09:30:00 UTC",
            "INV-0007 2026-09-14 09:30:00 UTC 2026-10-14 09:30:00 UTC"
        ]
    );
    assert!(invoices[1].csv.starts_with(
        "# number: INV-0007\n# period: 2026-09-14T09:30:00Z/2026-10-14T09:30:00Z\n# currency: USD\ndescription,quantity,amount\n\""
    ));
}

#[test]
fn the_bytes_of_the_demo_invoices_stay() {
    let digest = |text: String| {
        let mix = |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        text.bytes().fold(0xcbf2_9ce4_8422_2325, mix)
    };
    let digests: Vec<_> = demo().invoices().into_iter().map(|invoice| digest(invoice.csv)).collect();
    assert_eq!(digests, [0xe308_bb55_cef5_c888, 0x9649_eeec_b9d9_2eaa]);
}

#[test]
fn usage_lines_can_be_found_from_the_pages() {
    for invoice in demo().invoices() {
        let window = (invoice.period_start.timestamp_millis(), invoice.period_end.timestamp_millis() - 1);
        let mut sums = BTreeMap::<(String, bool), (usize, i128)>::new();
        let mut own_key = (0, 0);
        for row in rows(demo(), window, 1000).0 {
            let row = object(row.get());
            match string(&row, "kind").unwrap().as_str() {
                "Usage-based" => {
                    let key = (string(&row, "model").unwrap(), row["maxMode"].get() == "true");
                    let sum = sums.entry(key).or_default();
                    *sum = (sum.0 + 1, sum.1 + cents(&row, "chargedCents").unwrap());
                }
                "User API Key" => {
                    own_key = (own_key.0 + 1, own_key.1 + cents(&row, "cursorTokenFee").unwrap());
                }
                _ => {}
            }
        }
        let mut expected: Vec<_> = sums
            .iter()
            .map(|((model, max), (calls, sum))| {
                let both = sums.contains_key(&(model.clone(), !max));
                let prefix = if both && !max { "non-max-" } else { "" };
                let cents = half_up(*sum) / CENT;
                let total = format!("{}.{:02}", cents / 100, cents % 100);
                format!("{calls} token-based usage calls to {prefix}{model}, totalling: ${total}")
            })
            .collect();
        let cents = half_up(own_key.1) / CENT;
        expected.push(format!(
            "{} calls with user API keys, Cursor token fee totalling: ${}.{:02}",
            own_key.0,
            cents / 100,
            cents % 100
        ));
        let lines = printed(&invoice.csv);
        let found: Vec<_> = lines
            .iter()
            .map(|(wording, _, _)| wording.clone())
            .filter(|wording| wording.contains("calls"))
            .collect();
        assert_eq!(found, expected);
        let on_demand: i128 = sums.values().map(|(_, sum)| half_up(*sum)).sum();
        assert_eq!((invoice.on_demand, invoice.own_key_fees), (on_demand, half_up(own_key.1)));
        let exact: i128 = invoice.usage_lines.iter().map(|line| line.exact).sum();
        assert_eq!(exact, sums.values().map(|(_, sum)| sum).sum::<i128>());
    }
}

#[test]
fn the_rest_of_the_invoice_adds_up() {
    for invoice in demo().invoices() {
        let lines = printed(&invoice.csv);
        let amounts = |test: &dyn Fn(&str) -> bool| -> i128 {
            lines.iter().filter(|(wording, _, _)| test(wording)).map(|(_, _, amount)| amount).sum()
        };
        let taxable = amounts(&|wording| wording != "Tax");
        assert_eq!(amounts(&|wording| wording == "Tax"), half_up(taxable * 825 / 10_000));
        assert_eq!(amounts(&|_| true), invoice.total);
        let parts = [invoice.on_demand, invoice.own_key_fees, invoice.seats, invoice.tax, invoice.credits];
        assert_eq!(parts.iter().sum::<i128>(), invoice.total);
        assert_eq!(amounts(&|wording| wording.contains("seats")), invoice.seats);
        for (line, (wording, quantity, amount)) in invoice.lines.iter().zip(&lines) {
            assert_eq!((&line.description, line.amount), (wording, *amount));
            assert_eq!(line.quantity.map_or(String::new(), |count| count.to_string()), *quantity);
        }
        let (_, seats, amount) =
            lines.iter().find(|(wording, _, _)| wording == "Cursor Teams seats").unwrap();
        assert_eq!(seats.parse::<i128>().unwrap() * 40 * DOLLAR, *amount);
        assert_eq!(
            lines.iter().filter(|(wording, _, _)| wording.starts_with("Remaining time on 3 x")).count(),
            1
        );
    }
    assert_eq!(demo().invoices().iter().map(|invoice| invoice.credits).sum::<i128>(), -40 * DOLLAR);
}

#[test]
fn the_three_ways_to_name_a_model_occur() {
    let invoices = demo().invoices();
    let labels: Vec<_> = invoices.iter().flat_map(|invoice| &invoice.usage_lines).collect();
    assert!(labels.iter().any(|line| !line.max_mode && line.label == format!("non-max-{}", line.model)));
    assert!(labels.iter().any(|line| !line.max_mode && line.label == line.model));
    let lonely = "claude-4.5-opus-high-thinking";
    assert!(labels.iter().any(|line| line.max_mode && line.label == lonely));
}
