//! Files brought in and taken out, against multisets that are counted by hand.

use std::collections::BTreeMap;

use cost_model::money::RequestUnits;
use cost_model::store::{
    Comparison, ConnectionId, CoveredBy, FileImport, Import, ImportId, ImportStats, Owner, Scope,
};
use cost_model::{CostRecord, CostStore, MemoryStore, Money, Window};
use proptest::prelude::*;

use crate::support::{cases, connection, millis, now, put, read, record, window};

/// When, whose, and at what price: few, so that files overlap.
type Key = (i64, Option<&'static str>, i64);
type Counts = BTreeMap<Key, u64>;

fn charge((at, person, cents): Key) -> CostRecord {
    let mut charge = record(at);
    charge.costs = cost_model::Costs::flat(format!("0.0{cents}").parse().unwrap());
    charge.edit(|set| set.resource = person.map(Into::into));
    charge
}

fn compare(stored: &CostRecord, row: &CostRecord) -> Comparison {
    let person = match (&stored.dimensions.resource, &row.dimensions.resource) {
        (None, Some(_)) => Comparison::RowNamesPerson,
        (Some(_), None) => Comparison::StoredNamesPerson,
        (one, other) if one == other => Comparison::Same,
        _ => return Comparison::Other,
    };
    match (stored.at == row.at, stored.costs == row.costs) {
        (false, _) => Comparison::Other,
        (true, true) => person,
        (true, false) => Comparison::Corrected,
    }
}

fn id(number: u8) -> ImportId {
    ImportId::from_bytes([number; 8])
}

fn file(number: u8, rows: &Counts) -> FileImport {
    let first = rows.keys().map(|key| key.0).min().unwrap();
    let last = rows.keys().map(|key| key.0).max().unwrap();
    let rows = rows.iter().flat_map(|(key, count)| (0..*count).map(|_| charge(*key))).collect();
    let span = window(first, last + 1);
    let import = Import::new(id(number), Owner::Team, span, millis(last), millis(99));
    FileImport { import, rows, replaces: None, compare, states_more: |_, _| false }
}

fn import(store: &MemoryStore, of: &ConnectionId, file: FileImport) -> ImportStats {
    let rows = u64::try_from(file.rows.len()).unwrap();
    let stats = now(store.import(of, file)).unwrap();
    let counted = stats.stored.rows + stats.already_there.rows + stats.replaced.rows + stats.refused.rows;
    assert_eq!(counted, rows, "every row ends in exactly one status");
    stats
}

fn held(store: &MemoryStore) -> Counts {
    let mut records: Vec<CostRecord> = Vec::new();
    now(store.scan(&Scope::all(), &mut records)).unwrap();
    let mut counts = Counts::new();
    for record in records {
        let person =
            record.dimensions.resource.as_deref().map(|person| if person == "ana" { "ana" } else { "bo" });
        let cents = i64::try_from(record.costs.effective.unwrap().units() / 10_i128.pow(22)).unwrap();
        *counts.entry((record.at.millis(), person, cents)).or_default() += 1;
    }
    counts
}

/// Of equal rows the largest count.
fn largest<'a>(files: impl Iterator<Item = &'a Counts>) -> Counts {
    let mut largest = Counts::new();
    for (key, count) in files.flatten() {
        let held = largest.entry(*key).or_default();
        *held = (*held).max(*count);
    }
    largest
}

/// One price at each instant, so that no file corrects another.
fn counts() -> impl Strategy<Value = Counts> {
    let row = (0..5_i64, prop::sample::select(vec![Some("ana"), Some("bo")]), 1..4_u64);
    prop::collection::vec(row, 1..6)
        .prop_map(|rows| rows.into_iter().map(|(at, person, count)| ((at, person, 1), count)).collect())
}

/// So many hundredths of a cent, rounded to that many decimals of a dollar, away from zero.
fn amount(hundredths: i64, decimals: u32) -> Money {
    let step = 10_i64.pow(4 - decimals);
    Money::from_units(i128::from((hundredths + step / 2) / step * step) * 10_i128.pow(20))
}

/// A row that states an amount with that many decimals, which its requests tell.
fn rounded(at: i64, hundredths: i64, decimals: u32) -> CostRecord {
    let mut row = record(at);
    row.costs = cost_model::Costs::flat(amount(hundredths, decimals));
    row.requests = Some(RequestUnits::from_units(i128::from(decimals)));
    row
}

fn decimals_of(record: &CostRecord) -> u32 {
    u32::try_from(record.requests.unwrap().units()).unwrap()
}

fn to_fewer_decimals(stored: &CostRecord, row: &CostRecord) -> Comparison {
    let half = 10_u128.pow(24 - decimals_of(stored).min(decimals_of(row))) / 2;
    let [one, other] = [stored, row].map(|record| record.costs.effective.unwrap().units());
    match (stored.at == row.at, one.abs_diff(other) <= half) {
        (false, _) => Comparison::Other,
        (true, true) => Comparison::Same,
        (true, false) => Comparison::Corrected,
    }
}

fn more_decimals(stored: &CostRecord, row: &CostRecord) -> bool {
    decimals_of(row) > decimals_of(stored)
}

proptest! {
    #![proptest_config(cases(512))]

    #[test]
    fn of_equal_rows_of_several_files_the_larger_count_holds_in_any_order(
        files in prop::collection::vec(counts(), 1..5), removed in prop::collection::vec(0..5_u8, 0..4)
    ) {
        let (store, of) = (MemoryStore::new(), connection(0));
        let mut present: BTreeMap<u8, Counts> = BTreeMap::new();
        for (number, rows) in (0..).zip(files) {
            let stats = import(&store, &of, file(number, &rows));
            prop_assert_eq!(stats.refused.rows + stats.replaced.rows, 0);
            present.insert(number, rows);
            prop_assert_eq!(held(&store), largest(present.values()));
        }
        for number in removed {
            let before: u64 = held(&store).values().sum();
            match present.remove(&number) {
                Some(_) => {
                    let gone = now(store.remove_import(&of, id(number))).unwrap();
                    prop_assert_eq!(gone, before - held(&store).values().sum::<u64>());
                }
                None => prop_assert!(now(store.remove_import(&of, id(number))).is_err()),
            }
            prop_assert_eq!(held(&store), largest(present.values()));
        }
    }

    /// A file that names nobody beside files of persons: as many charges as the fuller of the two says, and named as far as
    /// anybody names them.
    #[test]
    fn a_team_s_file_beside_personal_ones_is_filled_in(
        team in 1..5_u64, ana in 0..4_u64, bo in 0..4_u64, order in prop::sample::subsequence(vec![0, 1, 2], 3).prop_shuffle()
    ) {
        let (store, of) = (MemoryStore::new(), connection(0));
        for number in order {
            let (person, count) = [(None, team), (Some("ana"), ana), (Some("bo"), bo)][number];
            if count > 0 {
                import(&store, &of, file(u8::try_from(number).unwrap(), &Counts::from([((1, person, 1), count)])));
            }
        }
        let held = held(&store);
        prop_assert_eq!(held.values().sum::<u64>(), team.max(ana + bo));
        for (person, count) in [("ana", ana), ("bo", bo)] {
            prop_assert_eq!(held.get(&(1, Some(person), 1)).copied().unwrap_or(0), count);
        }
    }

    /// Of statements of one charge, those with more digits count, in whatever order the files come.
    #[test]
    fn the_fullest_statement_of_a_charge_is_stored_whichever_file_came_first(
        // For each charge, which files state it, and with how many decimals each.
        charges in prop::collection::vec((1..10_000_i64, prop::array::uniform3(prop::option::of(prop::sample::select(vec![0_u32, 2, 4])))), 1..8),
        order in Just(vec![0_usize, 1, 2]).prop_shuffle(),
    ) {
        let (store, of) = (MemoryStore::new(), connection(0));
        let mut counts = ImportStats::default();
        for number in order {
            let stated = charges.iter().zip(0_i64..).filter_map(|((cents, decimals), at)| Some((at, *cents, decimals[number]?)));
            let rows: Vec<CostRecord> = stated.map(|(at, cents, decimals)| rounded(at, cents, decimals)).collect();
            if let Some(span) = rows.iter().map(|row| row.at).max().map(|last| window(0, last.millis() + 1)) {
                let id = id(u8::try_from(number).unwrap());
                let import = Import::new(id, Owner::Team, span, span.end(), millis(99));
                let stats = now(store.import(&of, FileImport { import, rows, replaces: None, compare: to_fewer_decimals, states_more: more_decimals })).unwrap();
                prop_assert_eq!((stats.refused.rows, stats.corrections.len()), (0, 0));
                for (sum, more) in [(&mut counts.stored, stats.stored), (&mut counts.refined, stats.refined)] {
                    sum.effective = sum.effective.checked_add(more.effective).unwrap();
                }
            }
        }
        let fullest = |(cents, decimals): &(i64, [Option<u32>; 3])| Some((*cents, decimals.iter().flatten().max().copied()?));
        let expected: Vec<Money> = charges.iter().filter_map(fullest).map(|(cents, decimals)| amount(cents, decimals)).collect();
        let mut held: Vec<CostRecord> = Vec::new();
        now(store.scan(&Scope::all(), &mut held)).unwrap();
        let amounts: Vec<Money> = held.iter().map(|record| record.costs.effective.unwrap()).collect();
        prop_assert_eq!(&amounts, &expected);
        // What the imports said that they stored and changed is what the store holds.
        let told = counts.stored.effective.checked_add(counts.refined.effective).unwrap();
        prop_assert_eq!(told, expected.into_iter().try_fold(Money::ZERO, Money::checked_add).unwrap());
    }

    /// Where the provider was read, its word holds.
    #[test]
    fn inside_what_the_provider_was_read_for_a_file_changes_nothing(
        provider in counts(), rows in counts(), (from, length) in (0..5_i64, 1..4_i64)
    ) {
        let (store, of) = (MemoryStore::new(), connection(0));
        let answered = window(from, from + length);
        // Something older, so that the provider answers for all of the window.
        let oldest = charge((-1, Some("ana"), 9));
        put(&store, &of, read(window(-1, 0), vec![oldest])).unwrap();
        let inside = |rows: &Counts, inside: bool| -> Counts {
            let chosen = rows.iter().filter(|(key, _)| answered.contains(millis(key.0)) == inside);
            chosen.map(|(key, count)| (*key, *count)).collect()
        };
        let charges = file(0, &provider).rows.into_iter().filter(|row| answered.contains(row.at)).collect();
        put(&store, &of, read(answered, charges)).unwrap();
        let stats = import(&store, &of, file(1, &rows));
        let mut expected = inside(&provider, true);
        expected.extend(inside(&rows, false));
        expected.insert((-1, Some("ana"), 9), 1);
        prop_assert_eq!(held(&store), expected);
        let both = |key: &Key, count: u64| count.min(provider.get(key).copied().unwrap_or(0));
        let there: u64 = inside(&rows, true).iter().map(|(key, count)| both(key, *count)).sum();
        let all: u64 = inside(&rows, true).values().sum();
        prop_assert_eq!((stats.already_there.rows, stats.refused.rows), (there, all - there));
        // And what the provider was not read for is the file's until it is.
        let covered = now(store.coverage(&of)).unwrap();
        let by_file = covered.spans().iter().filter(|span| span.by == CoveredBy::File);
        prop_assert!(by_file.clone().all(|span| span.window.intersection(answered).is_none()));
        put(&store, &of, read(window(-1, 9), vec![charge((-1, Some("ana"), 9))])).unwrap();
        prop_assert_eq!(held(&store), Counts::from([((-1, Some("ana"), 9), 1)]));
    }
}

#[test]
fn a_corrected_file_stores_nothing_until_its_user_says_what_it_replaces() {
    let (store, of) = (MemoryStore::new(), connection(0));
    let wrong = Counts::from([((1, Some("ana"), 8), 1), ((2, Some("ana"), 1), 1), ((7, Some("bo"), 5), 1)]);
    import(&store, &of, file(1, &wrong));
    let right = Counts::from([((1, Some("ana"), 2), 1), ((2, Some("ana"), 1), 1), ((3, Some("bo"), 4), 1)]);
    let stats = import(&store, &of, file(2, &right));
    assert_eq!((stats.refused.rows, stats.corrections.len()), (3, 1));
    assert_eq!(stats.corrections[0].imports, [id(1)]);
    assert_eq!(held(&store), wrong);
    assert_eq!(now(store.imports(&of)).unwrap().len(), 1);

    let unknown = FileImport { replaces: Some(id(9)), ..file(2, &right) };
    assert!(now(store.import(&of, unknown)).is_err());
    let longer = Counts::from([((1, Some("ana"), 8), 1), ((9, Some("bo"), 3), 1)]);
    let stats = import(&store, &of, file(3, &longer));
    assert_eq!(
        (stats.already_there.rows, stats.stored.rows, stats.not_in_file.rows),
        (1, 1, 2),
        "two rows stay"
    );
    now(store.remove_import(&of, id(3))).unwrap();
    let stats = import(&store, &of, FileImport { replaces: Some(id(1)), ..file(2, &right) });
    assert_eq!((stats.replaced.rows, stats.already_there.rows, stats.stored.rows), (1, 1, 1));
    // What the first file says beyond the second's span stays.
    let mut expected = right.clone();
    expected.insert((7, Some("bo"), 5), 1);
    assert_eq!(held(&store), expected);
    // The same file once more is known, and changes nothing.
    let stats = import(&store, &of, file(2, &right));
    assert!(stats.known && stats.already_there.rows == 3);
    assert_eq!(held(&store), expected);
}

#[test]
fn a_personal_file_claims_nothing_for_the_team() {
    let (store, of) = (MemoryStore::new(), connection(0));
    let mut personal = file(1, &Counts::from([((1, Some("ana"), 1), 1), ((4, Some("ana"), 1), 1)]));
    personal.import.owner = Owner::Person("ana".into());
    import(&store, &of, personal);
    assert!(now(store.coverage(&of)).unwrap().spans().is_empty());
    import(&store, &of, file(2, &Counts::from([((2, Some("bo"), 1), 1)])));
    let covered: Vec<Window> = now(store.coverage(&of)).unwrap().windows().into_windows();
    assert_eq!(covered, [window(2, 3)], "a team's file covers its rows and no more");
}

#[test]
fn files_fill_the_months_that_the_provider_no_longer_answers_for() {
    let (store, of) = (MemoryStore::new(), connection(0));
    // It was read for all of the time, and returned nothing older than 6.
    put(&store, &of, read(window(0, 9), vec![charge((6, Some("ana"), 1))])).unwrap();
    let stats =
        import(&store, &of, file(1, &Counts::from([((1, Some("ana"), 1), 2), ((7, Some("ana"), 1), 1)])));
    assert_eq!((stats.stored.rows, stats.refused.rows), (2, 1));
}
