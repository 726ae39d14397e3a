//! What other people would change, against a slow sum over the charges.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use cost_model::{CostRecord, Costs, Currency, Dimension, Ledger, Metric, Money, Timestamp, Window};
use cost_people::{History, PeopleReader, Preview};
use proptest::prelude::*;
use virtual_tags::Directory;

/// A charge: the hours after the first of September, whom it names, and its cost in cents.
type Charge = (u64, Option<&'static str>, i64);

fn ledger(charges: &[Charge]) -> Ledger {
    let mut ledger = Ledger::builder(Currency::USD);
    for (hours, name, cents) in charges {
        let at = midnight(0).millis() + i64::try_from(*hours).unwrap() * 3_600_000;
        let cost = Money::try_from(rust_decimal::Decimal::new(*cents, 2)).unwrap();
        let mut record =
            CostRecord::new(Timestamp::from_millis(at).unwrap(), "cursor", Currency::USD, Costs::flat(cost));
        record.edit(|set| set.resource = name.map(Into::into));
        ledger.push(&record).unwrap();
    }
    ledger.build()
}

fn day(days: u64) -> NaiveDate {
    "2026-09-01".parse::<NaiveDate>().unwrap() + Days::new(days)
}

fn midnight(days: u64) -> Timestamp {
    Timestamp::midnight(day(days))
}

fn september() -> Window {
    Window::new(midnight(0), midnight(30)).unwrap()
}

fn preview(present: &str, snapshots: &[(u64, &str)], charges: &[Charge]) -> Preview {
    let mut history = History::new();
    for (as_of, csv) in snapshots {
        let reader = PeopleReader::new(day(*as_of)).facts(["team"]);
        history.add(reader.read(csv.as_bytes(), "new.csv").unwrap()).unwrap();
    }
    let present = Directory::from_csv(present.as_bytes(), "present.csv").unwrap();
    let places = [Dimension::Resource];
    history
        .preview(&present, Directory::default(), &ledger(charges), september(), &places, Metric::Effective)
        .unwrap()
}

#[test]
fn moves_unmatched_and_idle_people_are_told_with_their_money() {
    let found = preview(
        "email,team\nana@acme.test,Web\nbo@acme.test,Web\n",
        &[
            (0, "email,team\nana@acme.test,Web\nbo@acme.test,Web\ncy@acme.test,Web\n"),
            (10, "email,team\nana@acme.test,Data\ncy@acme.test,Web\n"),
        ],
        &[
            (0, Some("Ana@acme.test"), 100),
            (240, Some("ana@acme.test"), 40),
            (241, Some("bo@acme.test"), 7),
            (9, Some("anna@acme.test"), 30),
            (10, None, 5),
            (800, Some("ana@acme.test"), 9_999),
        ],
    );
    assert_eq!(found.total.to_string(), "1.82");
    let moves: Vec<_> = found
        .moves
        .iter()
        .map(|moved| (moved.from.as_deref(), moved.to.as_deref(), moved.people, moved.amount.to_string()))
        .collect();
    assert_eq!(
        moves,
        [(Some("Web"), Some("Data"), 1, "0.4".to_owned()), (Some("Web"), None, 1, "0.07".to_owned()),]
    );
    let unmatched: Vec<_> = found
        .unmatched
        .iter()
        .map(|each| (&*each.name, each.amount.to_string(), each.is_known, each.nearest.as_deref()))
        .collect();
    assert_eq!(
        unmatched,
        [
            ("anna@acme.test", "0.3".to_owned(), false, Some("ana@acme.test")),
            ("bo@acme.test", "0.07".to_owned(), true, None),
            ("", "0.05".to_owned(), false, None),
        ]
    );
    assert_eq!(found.without_use, ["cy@acme.test"]);
    let printed = format!("{found:?} {:?}", found.unmatched);
    assert!(!printed.contains("acme"), "{printed}");
}

#[test]
fn people_who_are_asked_first_stay_where_they_are() {
    let mut history = History::new();
    let reader = PeopleReader::new(day(0)).facts(["team"]);
    history
        .add(reader.read(b"email,team\nana@acme.test,Data\nbo@acme.test,Data\n", "new.csv").unwrap())
        .unwrap();
    let files = Directory::from_csv(b"email,team\nana@acme.test,Web\n", "files.csv").unwrap();
    let charges = ledger(&[(0, Some("ana@acme.test"), 100), (1, Some("bo@acme.test"), 7)]);
    let places = [Dimension::Resource];
    let found =
        history.preview(&files, files.clone(), &charges, september(), &places, Metric::Effective).unwrap();
    let moved: Vec<_> = found.moves.iter().map(|each| (each.from.clone(), each.amount.to_string())).collect();
    assert_eq!(moved, [(None, "0.07".to_owned())]);
}

const NAMES: [&str; 4] = ["ana@acme.test", "bo@acme.test", "cy@acme.test", "dee@acme.test"];

fn people() -> impl Strategy<Value = String> {
    proptest::collection::btree_map(0_usize..4, 0_u8..3, 0..5).prop_map(|teams| {
        let rows = teams.iter().map(|(person, team)| format!("{},T{team}\n", NAMES[*person]));
        format!("email,team\n{}", rows.collect::<String>())
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn each_charge_moves_once_or_not_at_all(
        present in people(),
        first in people(),
        second in people(),
        charges in proptest::collection::vec((0_u64..720, proptest::option::of(0_usize..4), -50_i64..500), 0..30),
    ) {
        let charges: Vec<Charge> =
            charges.into_iter().map(|(at, name, cents)| (at, name.map(|name| NAMES[name]), cents)).collect();
        let found = preview(&present, &[(0, &first), (15, &second)], &charges);
        let team = |csv: &str, name: Option<&str>| {
            let prefix = format!("{},", name?);
            csv.lines().find_map(|line| line.strip_prefix(&prefix)).map(str::to_owned)
        };
        let mut expected: BTreeMap<_, i64> = BTreeMap::new();
        let mut unmatched = 0;
        for (hours, name, cents) in &charges {
            // In the second half the second file holds; in the first half the first one, or for who is new the second.
            let before = if *hours >= 15 * 24 { None } else { team(&first, *name) };
            let to = before.or_else(|| team(&second, *name));
            let from = team(&present, *name);
            unmatched += if to.is_none() { *cents } else { 0 };
            if from != to {
                *expected.entry((from, to)).or_default() += cents;
            }
        }
        let cents = |money: Money| i64::try_from(money.units() / Money::try_from(rust_decimal::Decimal::new(1, 2)).unwrap().units()).unwrap();
        let moves: BTreeMap<_, i64> = found
            .moves
            .iter()
            .map(|moved| ((moved.from.clone(), moved.to.clone()), cents(moved.amount)))
            .collect();
        prop_assert_eq!(moves, expected);
        prop_assert_eq!(cents(found.total), charges.iter().map(|(_, _, cents)| cents).sum::<i64>());
        prop_assert_eq!(found.unmatched.iter().map(|each| cents(each.amount)).sum::<i64>(), unmatched);
    }
}
