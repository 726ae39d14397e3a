//! Seats, against members and charges that are counted by hand.

use std::sync::Arc;

use cost_model::record::Run;
use cost_model::source::{ObservedMember, Origin, ProviderSnapshot};
use cost_model::store::{ConnectionId, WindowReplacement};
use cost_model::{CostRecord, CostStore, Costs, Currency, MemoryStore, Money, Window};
use cursor_costs::request::DayRange;
use cursor_costs::{Account, CursorCosts, ErrorKind, SeatRow, SeatsRequest, Setup};
use virtual_tags::{Directory, RuleSet};

const RULES: &str =
    "[[tag]]\nkey = \"Team\"\ndefault = \"Unallocated\"\n[[tag.rule]]\nfrom_directory = \"team\"\n";
const PEOPLE: &str = "email,team\nana@acme.test,Web\nbo@acme.test,Web\ncy@acme.test,Data\n";

/// Whom Cursor states, with the role, and whether they are removed.
const MEMBERS: [(&str, &str, bool); 5] = [
    ("Ana@acme.test", "member", false),
    ("bo@acme.test", "owner", false),
    ("cy@acme.test", "member", false),
    ("admin@acme.test", "free-owner", false),
    ("left@acme.test", "member", true),
];

fn charge(at: &str, person: &str, billed: &str) -> CostRecord {
    let mut record =
        CostRecord::new(at.parse().unwrap(), "cursor", Currency::USD, Costs::flat(billed.parse().unwrap()));
    record.edit(|set| {
        set.account = Some("Acme".into());
        set.resource = Some(person.into());
    });
    record
}

/// October of a company in which Ana was charged twice, somebody who left once, and Bo on another day.
async fn company(folder: Option<&std::path::Path>) -> CursorCosts {
    let (store, id) = (Arc::new(MemoryStore::new()), ConnectionId::new("Acme"));
    let year = Window::days("2026-01-01".parse().unwrap(), "2026-11-01".parse().unwrap()).unwrap();
    let charges = vec![
        charge("2026-10-02T09:00:00Z", "ana@acme.test", "1.50"),
        charge("2026-10-03T09:00:00Z", "ana@acme.test", "0.50"),
        charge("2026-10-03T09:00:00Z", "left@acme.test", "7"),
        charge("2026-09-30T09:00:00Z", "bo@acme.test", "9"),
    ];
    let read = store.begin_read(&id, Origin::Provider).await.unwrap();
    store
        .replace_window(&id, WindowReplacement::new(year, charges, read, Run::at(year.end())))
        .await
        .unwrap();
    let mut observed = ProviderSnapshot::at(year.end());
    observed.members = MEMBERS
        .iter()
        .map(|(person, role, removed)| {
            let mut member = ObservedMember::default();
            (member.person, member.role, member.removed) = ((*person).into(), Some((*role).into()), *removed);
            member
        })
        .collect();
    store.observe(&id, observed).await.unwrap();
    let account = Account::new("Acme");
    let account = folder.into_iter().fold(account, Account::with_invoices);
    let rules = RuleSet::from_toml(RULES, "rules.toml").unwrap();
    let people = Directory::from_csv(PEOPLE.as_bytes(), "people.csv").unwrap();
    Setup::new(store).account(account).owners(rules, people).build()
}

fn october() -> SeatsRequest {
    let range = DayRange::Days { from: "2026-10-01".parse().unwrap(), to: "2026-11-01".parse().unwrap() };
    SeatsRequest { range, by: Some("Team".into()), price: None }
}

fn row(row: &SeatRow) -> (Option<&str>, u64, u64, u64, Option<String>, Option<String>, String) {
    let text = |money: Option<Money>| money.map(|money| money.to_string());
    (
        row.value.as_deref(),
        row.assigned,
        row.active,
        row.idle(),
        text(row.cost),
        text(row.idle_cost),
        row.billed.to_string(),
    )
}

#[tokio::test(flavor = "current_thread")]
async fn seats_are_those_of_paid_members_and_active_with_a_charge() {
    let costs = company(None).await;
    let account = costs.account(None).unwrap();
    let seats = costs.seats(account, &SeatsRequest { price: Some("40".parse().unwrap()), ..october() }).await;
    let seats = seats.unwrap();
    let rows: Vec<_> = seats.rows.iter().map(row).collect();
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(
        rows,
        [
            (Some("Web"), 2, 1, 1, text("80"), text("40"), "2".to_owned()),
            (Some("Data"), 1, 0, 1, text("40"), text("40"), "0".to_owned()),
        ]
    );
    assert_eq!(row(&seats.total), (None, 3, 1, 2, text("120"), text("80"), "2".to_owned()));
    assert_eq!((seats.unpaid, seats.not_members), (1, 1));
    assert_eq!(seats.idle, ["bo@acme.test", "cy@acme.test"]);
    assert_eq!(
        seats.rows[0].cost_per_active().unwrap().to_string(),
        "82",
        "two seats and the usage, for one"
    );
    assert_eq!(seats.rows[1].cost_per_active(), None, "nobody to share it");
}

#[tokio::test(flavor = "current_thread")]
async fn what_a_seat_costs_is_what_the_last_invoice_says_or_not_known() {
    let folder = tempfile::tempdir().unwrap();
    let costs = company(Some(folder.path())).await;
    let account = costs.account(None).unwrap();
    let unknown = costs.seats(account, &october()).await.unwrap();
    assert_eq!((unknown.price, unknown.total.cost, unknown.total.idle_cost), (None, None, None));
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    let invoice = |number: &str, month: &str, line: &str| {
        format!("# number: {number}\n# period: {month}\ndescription,quantity,amount\n{line}\n")
    };
    write("1.csv", &invoice("OLD", "2026-08-01/2026-09-01", "\"Cursor Teams seats\",3,96.00"));
    write("2.csv", &invoice("NEW", "2026-09-01/2026-10-01", "\"Cursor Teams seats\",3,120.00"));
    write("3.csv", &invoice("ODD", "2026-10-01/2026-11-01", "\"Cursor Teams seats\",7,100.00"));
    write("broken.csv", "no invoice");
    let seats = costs.seats(account, &october()).await.unwrap();
    assert_eq!(seats.price.map(|price| price.to_string()).as_deref(), Some("40"), "a price that divides");
    assert_eq!(seats.priced_by.as_deref(), Some("NEW"));
}

#[tokio::test(flavor = "current_thread")]
async fn without_members_or_such_a_key_there_is_an_error() {
    let costs = company(None).await;
    let account = costs.account(None).unwrap();
    let error =
        costs.seats(account, &SeatsRequest { by: Some("Tema".into()), ..october() }).await.unwrap_err();
    assert!(error.to_string().contains("no key `Tema`; they have: Team"), "{error}");
    let empty = Setup::new(Arc::new(MemoryStore::new())).account(Account::new("Acme")).build();
    let error = empty.seats(empty.account(None).unwrap(), &SeatsRequest::default()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
}
