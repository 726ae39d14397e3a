//! An invoice of another provider: nothing here or in the library knows the first one.

use cost_model::{CostRecord, Costs, Currency, Filter, Ledger, Money, Timestamp, Window};
use reconcile::bridge::{LineStatus, SubtotalName};
use reconcile::invoice::{LineKind, UsageLine, Wording, Wordings};
use reconcile::readers::{CsvColumns, CsvInvoiceReader};
use reconcile::{BillingRules, Category, InvoiceReader, reconcile};

use crate::support::money;

/// How this provider words its lines.
#[derive(Debug)]
struct ProviderWordings;

impl Wordings for ProviderWordings {
    fn interpret(&self, description: &str) -> Wording {
        match description.split_once(" | ") {
            Some(("API usage", model)) => LineKind::Usage(UsageLine::of_model(model)),
            Some(("Credit grant", _)) => LineKind::Credit,
            _ if description == "Sales tax" => LineKind::Tax,
            _ => LineKind::Unrecognised,
        }
        .into()
    }
}

/// What its cost report has for a day: one row per model, without users, in fractions of a cent.
const COST_REPORT: [(&str, &str, &str, &str); 6] = [
    ("2026-08-31", "gpt-5", "paid", "7.5"),
    ("2026-09-01", "gpt-5", "paid", "12.3456"),
    ("2026-09-02", "gpt-5", "paid", "0.6611"),
    ("2026-09-02", "o4-mini", "paid", "3.3349"),
    ("2026-09-30", "o4-mini", "free tier", "0.25"),
    ("2026-10-01", "o4-mini", "paid", "9"),
];

/// An export of line items, with other columns than ours and no fields above them.
const INVOICE: &str = "\
Line Item,Units,Unit Cost,Line Total
API usage | gpt-5,2,6.50,13.01
API usage | o4-mini,1,3.33,3.33
Credit grant | startup program,,,-5.00
Dedicated capacity,1,20.00,20.00
Sales tax,,,2.51
";

fn ledger() -> Ledger {
    let mut ledger = Ledger::builder(Currency::USD);
    for (day, model, tier, dollars) in COST_REPORT {
        let mut costs = Costs::flat(money(dollars));
        if tier != "paid" {
            costs.billed = Some(Money::ZERO);
        }
        let at = Timestamp::midnight(day.parse().unwrap());
        let mut record = CostRecord::new(at, "openai", Currency::USD, costs);
        record.edit(|set| set.service_id = Some(model.into()));
        record.edit(|set| set.subcategory = Some(tier.into()));
        ledger.push(&record).unwrap();
    }
    ledger.build()
}

#[test]
fn an_invoice_of_another_provider_is_explained_to_the_last_digit() {
    let september = Window::days("2026-09-01".parse().unwrap(), "2026-10-01".parse().unwrap()).unwrap();
    let columns = CsvColumns::new("line item", "line total").quantity("units").unit_price("unit cost");
    let reader = CsvInvoiceReader::new(ProviderWordings)
        .with_columns(columns)
        .with_number("A1B2-0003")
        .with_period(september);
    let invoice = reader.read_invoice(INVOICE.as_bytes(), "line_items.csv").unwrap();
    assert_eq!(invoice.checks().unwrap(), []);
    let rules = BillingRules::new(
        Filter::parse("costs.provider = 'openai' AND costs.subcategory = 'paid'").unwrap(),
        Filter::parse("costs.subcategory = 'own key'").unwrap(),
    );
    let bridge = reconcile(&ledger(), &invoice, &rules).unwrap();
    assert_eq!(bridge.invoice_total, money("33.85"));
    assert_eq!(bridge.unexplained, Money::ZERO);
    assert_eq!(bridge.subtotal(SubtotalName::OnDemandUsage), Some(money("16.34")));
    let statuses: Vec<_> = bridge.lines.iter().map(|line| line.status).collect();
    assert_eq!(
        statuses,
        [
            LineStatus::Matched,
            LineStatus::Matched,
            LineStatus::InvoiceOnly,
            LineStatus::Unrecognised,
            LineStatus::InvoiceOnly
        ]
    );
    let step = |category| crate::support::step(&bridge, category);
    assert_eq!(step(Category::Credit), money("-5").units());
    assert_eq!(step(Category::UnrecognisedLine), money("20").units());
    assert_eq!(step(Category::Tax), money("2.51").units());
    let rounding = money("16.34").checked_sub(money("16.3416")).unwrap();
    assert_eq!(step(Category::Rounding), rounding.units());

    let records = invoice.to_records("openai", "Acme");
    let billed = Money::sum(records.iter().filter_map(|record| record.costs.billed)).unwrap();
    assert_eq!(billed.checked_add(money("16.34")).unwrap(), bridge.invoice_total);
}
