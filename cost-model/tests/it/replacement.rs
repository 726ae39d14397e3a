//! Reading a window again: what is the same charge, what is not, and what is kept.

use cost_model::record::{Person, ReadNumber, RecordId, Run};
use cost_model::store::{
    ConnectionId, Coverage, PriorState, ReplaceStats, ReplacedWindow, WindowPairing, WindowReplacement,
};
use cost_model::{CostRecord, Costs, Metric, Money, StoredRecord, Timestamp};
use proptest::prelude::*;

use crate::support::{cases, record, window};

fn connection() -> ConnectionId {
    ConnectionId::new("a")
}

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis).unwrap()
}

/// Records added, removed and unchanged, and whatever else is set.
fn change(added: u64, removed: u64, unchanged: u64, set: impl FnOnce(&mut ReplaceStats)) -> ReplaceStats {
    let mut change = ReplaceStats::new(added, removed, unchanged);
    set(&mut change);
    change
}

fn read(records: &[CostRecord], run: i64) -> WindowReplacement {
    WindowReplacement::new(window(0, 10), records.to_vec(), ReadNumber::new(1), Run::at(at(run)))
}

fn replace(records: Vec<StoredRecord>, read: WindowReplacement) -> ReplacedWindow {
    let prior = PriorState { records, coverage: Coverage::default() };
    ReplacedWindow::of(prior, read, &connection()).unwrap()
}

fn charge(millis: i64, cents: i64, person: Option<&str>) -> CostRecord {
    let mut charge = record(millis);
    charge.costs = Costs::flat(Money::from_units(i128::from(cents) * 10_i128.pow(22)));
    charge.edit(|set| set.resource = Some(person.unwrap_or("(no user)").into()));
    if let Some(person) = person {
        charge.edit(|set| set.tags.insert("cursor:user", person));
    }
    charge
}

fn persons(records: &[StoredRecord]) -> Vec<Option<&str>> {
    records.iter().map(|stored| stored.record.dimensions.resource.as_deref()).collect()
}

fn charges_of(records: &[StoredRecord]) -> Vec<CostRecord> {
    records.iter().map(|stored| stored.record.clone()).collect()
}

fn total(records: &[CostRecord]) -> i128 {
    records.iter().filter_map(|record| record.costs.effective).map(Money::units).sum()
}

#[test]
fn a_forgotten_person_is_kept_and_stays_kept() {
    let first = replace(Vec::new(), read(&[charge(1, 5, Some("iris@x.test"))], 1));
    let nameless = [charge(1, 5, None)];
    let second = replace(first.records, read(&nameless, 2));
    assert_eq!(second.stats, change(0, 0, 1, |change| change.persons_kept = 1));
    assert_eq!(persons(&second.records), [Some("iris@x.test")]);
    let provenance = second.records[0].provenance.clone();
    assert_eq!((provenance.person, provenance.first_seen), (Person::Kept, at(1)));

    let third = replace(second.records, read(&nameless, 3));
    assert_eq!(
        (third.stats, persons(&third.records)),
        (ReplaceStats::new(0, 0, 1), vec![Some("iris@x.test")])
    );
    // The person comes back, as someone else: what the provider says now holds.
    let fourth = replace(third.records, read(&[charge(1, 5, Some("noor@x.test"))], 4));
    assert_eq!(fourth.stats, change(0, 0, 0, |change| change.changed = 1));
    assert_eq!(persons(&fourth.records), [Some("noor@x.test")]);
    assert_eq!(fourth.records[0].provenance.clone().person, Person::AsRead);
}

#[test]
fn a_person_who_was_kept_stays_kept_when_the_charge_is_repriced() {
    let first = replace(Vec::new(), read(&[charge(1, 5, Some("iris@x.test"))], 1));
    let forgotten = replace(first.records, read(&[charge(1, 5, None)], 2));
    let repriced = replace(forgotten.records, read(&[charge(1, 6, None)], 3));
    assert_eq!(repriced.stats, change(0, 0, 0, |change| change.repriced = 1));
    assert_eq!(persons(&repriced.records), [Some("iris@x.test")]);
    assert_eq!(repriced.records[0].record.costs, Costs::flat("0.06".parse().unwrap()));
    let provenance = repriced.records[0].provenance.clone();
    assert_eq!((provenance.person, provenance.first_seen), (Person::Kept, at(1)));
    // And once more, and by a price that goes back.
    for (run, cents) in [(4, 6), (5, 5), (6, 7)] {
        let again = replace(repriced.records.clone(), read(&[charge(1, cents, None)], run));
        assert_eq!(persons(&again.records), [Some("iris@x.test")]);
    }
}

#[test]
fn a_person_is_kept_when_a_charge_lost_them_and_its_price_between_two_reads() {
    let mut included = charge(1, 5, Some("iris@x.test"));
    included.edit(|set| set.tags.insert("kind", "included"));
    let mut on_demand = charge(1, 6, None);
    on_demand.edit(|set| set.tags.insert("kind", "on demand"));
    let first = replace(Vec::new(), read(&[included], 1));
    let second = replace(first.records, read(&[on_demand], 2));
    assert_eq!(second.stats, change(0, 0, 0, |change| (change.repriced, change.persons_kept) = (1, 1)));
    let record = &second.records[0].record;
    assert_eq!(record.dimensions.resource.as_deref(), Some("iris@x.test"));
    let tags: Vec<_> = record.dimensions.tags.iter().map(|(key, value)| (&**key, &**value)).collect();
    assert_eq!(tags, [("cursor:user", "iris@x.test"), ("kind", "on demand")]);
}

/// Of equal uses by two people the one whose price stays is known again by it, and the other is the re-priced one.
#[test]
fn a_repriced_charge_without_a_person_takes_nobody_elses() {
    let both = [charge(1, 5, Some("iris@x.test")), charge(1, 8, Some("noor@x.test"))];
    let first = replace(Vec::new(), read(&both, 1));
    let second = replace(first.records, read(&[charge(1, 8, None), charge(1, 6, None)], 2));
    let held: Vec<_> = second
        .records
        .iter()
        .map(|each| (each.record.costs, each.record.dimensions.resource.clone()))
        .collect();
    let cents = |cents: i64| Costs::flat(Money::from_units(i128::from(cents) * 10_i128.pow(22)));
    assert!(held.contains(&(cents(8), Some("noor@x.test".into()))), "{held:?}");
    assert!(held.contains(&(cents(6), Some("iris@x.test".into()))), "{held:?}");
}

#[test]
fn a_slower_and_older_read_leaves_what_a_newer_one_stored() {
    let newer = WindowReplacement {
        window: window(0, 5),
        read: ReadNumber::new(7),
        ..read(&[charge(2, 800, None)], 9)
    };
    let first = replace(Vec::new(), newer);
    let older =
        WindowReplacement { read: ReadNumber::new(6), ..read(&[charge(1, 1, None), charge(7, 2, None)], 8) };
    let prior = PriorState { records: first.records, coverage: first.coverage };
    let second = ReplacedWindow::of(prior, older, &connection()).unwrap();
    assert_eq!(second.stats, change(1, 0, 0, |stats| stats.left = vec![window(0, 5)]));
    let held: Vec<_> = second.records.iter().map(|each| each.record.at.millis()).collect();
    assert_eq!(held, [2, 7]);
    let reads: Vec<_> = second.coverage.spans().iter().map(|span| (span.window, span.read.get())).collect();
    assert_eq!(reads, [(window(0, 5), 7), (window(5, 10), 6)]);
}

#[test]
fn a_read_that_proves_nothing_takes_nothing_out_and_covers_nothing() {
    let first = replace(Vec::new(), read(&[charge(1, 5, None), charge(4, 7, None)], 1));
    let unproven = WindowReplacement { proven: false, ..read(&[charge(4, 7, None), charge(6, 1, None)], 2) };
    let prior = PriorState { records: first.records, coverage: first.coverage };
    let second = ReplacedWindow::of(prior, unproven, &connection()).unwrap();
    assert_eq!(second.stats, change(1, 0, 1, |stats| stats.unconfirmed = 1));
    assert!(second.coverage.spans().is_empty());
}

#[test]
fn a_pseudonym_stays_whatever_the_charge_costs() {
    let first = replace(Vec::new(), read(&[charge(1, 5, Some("iris@x.test"))], 1));
    let mut stored = first.records;
    assert!(stored[0].pseudonymise("iris@x.test", &"person-1".into()));
    for (run, charge) in [
        (2, charge(1, 5, Some("iris@x.test"))),
        (3, charge(1, 6, Some("iris@x.test"))),
        (4, charge(1, 6, None)),
    ] {
        stored = replace(stored, read(&[charge], run)).records;
        assert_eq!(persons(&stored), [Some("person-1")]);
        assert!(stored[0].record.dimensions.tags.iter().all(|(_, value)| !value.contains("iris")));
    }
    assert_eq!(total(&charges_of(&stored)), 6 * 10_i128.pow(22));
}

/// As after ids of another version: of equal uses each charge under a pseudonym is known again by what it costs.
#[test]
fn charges_under_a_pseudonym_are_known_again_by_their_identity_and_amounts() {
    let both = [charge(1, 5, Some("iris@x.test")), charge(1, 8, Some("noor@x.test"))];
    for turned in [false, true] {
        let mut stored = replace(Vec::new(), read(&both, 1)).records;
        for (place, each) in (1..).zip(&mut stored) {
            each.pseudonymise("iris@x.test", &"person-1".into());
            each.pseudonymise("noor@x.test", &"person-2".into());
            // The order of ids is that of the amounts, or the other.
            let cheap = each.record.costs == both[0].costs;
            each.provenance.record_id = RecordId::from_bytes([if cheap == turned { 9 } else { place }; 16]);
        }
        let mut again = read(&both, 2);
        again.closed = vec![window(0, 10)];
        let now = replace(stored.clone(), again);
        assert_eq!(now.stats, ReplaceStats::new(0, 0, 2), "turned: {turned}");
        assert!(now.restatements.is_empty());
        let charges = |records: &[StoredRecord]| {
            let mut charges: Vec<_> = records
                .iter()
                .map(|each| (total(std::slice::from_ref(&each.record)), each.record.clone()))
                .collect();
            charges.sort_by_key(|(amount, _)| *amount);
            charges
        };
        assert_eq!(charges(&now.records), charges(&stored));
        assert!(now.records.iter().all(|each| each.provenance.first_seen == at(1)));
    }
}

#[test]
fn only_what_did_not_come_back_as_it_was_is_read_as_a_whole() {
    let (iris, noor) = (Some("iris@x.test"), Some("noor@x.test"));
    let first = replace(Vec::new(), read(&[charge(1, 5, iris), charge(2, 5, noor), charge(3, 5, noor)], 1));
    let mut stored = first.records;
    assert!(stored[1].pseudonymise("noor@x.test", &"person-1".into()));
    let unsettled = |records: &[CostRecord]| {
        let prior = PriorState { records: stored.clone(), coverage: Coverage::default() };
        let pairing = WindowPairing::new(prior, read(records, 2), &connection()).unwrap();
        pairing.unsettled().iter().map(|each| each.record.at.millis()).collect::<Vec<_>>()
    };
    // The one under a pseudonym is not what came.
    assert_eq!(unsettled(&[charge(1, 5, iris), charge(2, 5, noor), charge(3, 5, noor)]), [2]);
    assert_eq!(unsettled(&[charge(1, 6, iris), charge(2, 5, noor), charge(4, 5, noor)]), [1, 2, 3]);
}

/// Nothing was forgotten: the provider names another resource, with tags as before.
#[test]
fn another_resource_with_the_same_tags_is_a_change() {
    let (mut one, mut other) = (charge(1, 5, None), charge(1, 5, None));
    one.edit(|set| set.resource = Some("sa_1".into()));
    other.edit(|set| set.resource = Some("sa_2".into()));
    let first = replace(Vec::new(), read(&[one], 1));
    let second = replace(first.records, read(&[other], 2));
    assert_eq!(second.stats, change(0, 0, 0, |change| change.changed = 1));
    assert_eq!(persons(&second.records), [Some("sa_2")]);
}

#[test]
fn a_new_charge_without_a_person_takes_nobodys_name() {
    let iris = charge(1, 5, Some("iris@x.test"));
    let first = replace(Vec::new(), read(std::slice::from_ref(&iris), 1));
    let second = replace(first.records, read(&[iris, charge(1, 5, None)], 2));
    assert_eq!(second.stats, ReplaceStats::new(1, 0, 1));
    let mut names = persons(&second.records);
    names.sort();
    assert_eq!(names, [Some("(no user)"), Some("iris@x.test")]);
}

#[test]
fn what_the_provider_no_longer_answers_for_stays_and_is_marked() {
    let old = [charge(1, 5, Some("iris@x.test")), charge(4, 7, None)];
    let first = replace(Vec::new(), read(&old, 1));
    let mut later = read(&[charge(6, 1, None)], 2);
    later.answers_from = at(3);
    let second = replace(first.records, later);
    assert_eq!(second.stats, change(1, 1, 0, |change| change.unconfirmed = 1));
    let marks: Vec<_> = second
        .records
        .iter()
        .map(|record| (record.record.at.millis(), record.provenance.unconfirmed))
        .collect();
    assert_eq!(marks, [(1, true), (6, false)]);
    // It is back: the mark goes.
    let third = replace(second.records, read(&[charge(1, 5, Some("iris@x.test")), charge(6, 1, None)], 3));
    assert_eq!(third.stats, ReplaceStats::new(0, 0, 2));
    assert!(third.records.iter().all(|record| !record.provenance.unconfirmed));
}

#[test]
fn changes_of_closed_days_are_restated() {
    let closed = |records: &[CostRecord], run| {
        let mut read = read(records, run);
        read.closed = vec![window(0, 5)];
        read
    };
    let first = replace(Vec::new(), read(&[charge(1, 5, None), charge(2, 8, None), charge(7, 1, None)], 1));
    assert!(first.restatements.is_empty(), "nothing was final");
    let now = [charge(1, 6, None), charge(3, 9, None), charge(8, 1, None)];
    let second = replace(first.records, closed(&now, 2));
    assert_eq!(second.stats, change(2, 2, 0, |change| change.repriced = 1));
    let deltas: Vec<_> = second
        .restatements
        .iter()
        .map(|each| {
            (
                each.at.millis(),
                each.old.is_some(),
                each.new.is_some(),
                each.delta(Metric::Effective).unwrap().to_string(),
            )
        })
        .collect();
    let expected = [(1, true, true, "0.01"), (2, true, false, "-0.08"), (3, false, true, "0.09")];
    let expected = expected.map(|(at, old, new, delta)| (at, old, new, delta.to_owned()));
    assert_eq!(deltas, expected, "7 and 8 are not final yet");

    let mut noise = charge(1, 6, None);
    noise.costs = Costs::flat(Money::from_units(6 * 10_i128.pow(22) + 9 * 10_i128.pow(15)));
    let third = replace(second.records, closed(&[noise, charge(3, 9, None), charge(8, 1, None)], 3));
    assert_eq!(third.stats, change(0, 0, 2, |change| (change.repriced, change.negligible) = (1, 1)));
    assert!(third.restatements.is_empty(), "less than 10^-6 cent is counted only");
}

#[test]
fn a_change_of_a_closed_day_that_moves_no_money_is_no_restatement() {
    let closed = |person: &str, run| {
        let mut read = read(&[charge(1, 5, Some(person))], run);
        read.closed = vec![window(0, 5)];
        read
    };
    let first = replace(Vec::new(), closed("iris@x.test", 1));
    let second = replace(first.records, closed("noor@x.test", 2));
    assert_eq!(second.stats, change(0, 0, 0, |change| change.changed = 1));
    assert!(second.restatements.is_empty());
}

fn charges() -> impl Strategy<Value = Vec<CostRecord>> {
    let charge = (0..3_i64, 0..2_i64, prop::option::of(prop::sample::select(vec!["a@x", "b@x"])))
        .prop_map(|(millis, cents, person)| charge(millis, cents, person));
    prop::collection::vec(charge, 0..7)
}

proptest! {
    #![proptest_config(cases(512))]

    /// Nothing is lost, doubled or made up, whatever comes in whatever order.
    #[test]
    fn what_is_stored_is_what_was_read(reads in prop::collection::vec((charges(), 0..4_i64), 1..6)) {
        let mut stored: Vec<StoredRecord> = Vec::new();
        for (number, (records, answers_from)) in (0..).zip(reads) {
            let before = stored.clone();
            let mut read = read(&records, number);
            read.answers_from = at(answers_from);
            read.closed = vec![window(0, 2)];
            let after = replace(stored, read);
            let change = after.stats.clone();
            let paired = change.unchanged + change.changed + change.repriced;
            prop_assert_eq!(paired + change.removed + change.unconfirmed, before.len() as u64);
            prop_assert_eq!(paired + change.added, records.len() as u64);
            prop_assert_eq!(after.records.len() as u64, records.len() as u64 + change.unconfirmed);

            let marked = |record: &&StoredRecord| record.provenance.unconfirmed;
            let (kept, confirmed): (Vec<_>, Vec<_>) = after.records.iter().cloned().partition(|record| marked(&record));
            prop_assert_eq!(total(&charges_of(&confirmed)), total(&records));
            prop_assert!(kept.iter().all(|kept| kept.record.at < at(answers_from) && charges_of(&before).contains(&kept.record)));
            prop_assert_eq!(kept.len() as u64, change.unconfirmed);

            let mut ids: Vec<_> = after.records.iter().map(|record| record.provenance.record_id).collect();
            ids.sort();
            ids.dedup();
            prop_assert_eq!(ids.len(), after.records.len(), "every record has an id of its own");

            let restated: i128 =
                after.restatements.iter().map(|each| each.delta(Metric::Effective).unwrap().units()).sum();
            let closed = |records: &[StoredRecord]| {
                total(&charges_of(records).into_iter().filter(|record| record.at < at(2)).collect::<Vec<_>>())
            };
            prop_assert_eq!(restated, closed(&after.records) - closed(&before));

            let mut again = self::read(&records, number + 100);
            again.answers_from = at(answers_from);
            let same = replace(after.records.clone(), again);
            prop_assert_eq!(same.stats.unchanged, records.len() as u64);
            prop_assert_eq!((same.stats.added, same.stats.removed), (0, 0));
            prop_assert_eq!(charges_of(&same.records), charges_of(&after.records));
            stored = after.records;
        }
    }
}
