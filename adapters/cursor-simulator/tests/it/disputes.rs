use std::collections::{BTreeMap, BTreeSet};

use cursor_simulator::biller::LineKind;
use cursor_simulator::dispute::{Discrepancy, Dispute, Entry, FedEvent, dispute};
use cursor_simulator::{CENT, TrueEvent};

use crate::support::month_start;

const SEEDS: u64 = 200;
const SEEDS_PER_PAIR: u64 = 8;

/// What all that is held in the touched months is worth.
fn ingested(case: &Dispute) -> i128 {
    let first = month_start(case.bill.period.start_ms, 0);
    let end = month_start(case.bill.period.end_ms - 1, 1);
    let inside = case.feed.iter().filter(|fed| (first..end).contains(&fed.event.timestamp_ms));
    inside.filter_map(|fed| fed.event.effective()).sum()
}

fn check(seed: u64, what: &[Discrepancy]) -> Dispute {
    let case = dispute(seed, what);
    let steps: i128 = case.expected.values().sum();
    assert_eq!(ingested(&case) + steps, case.bill.total, "seed {seed}, {what:?}");
    assert!(case.expected.values().all(|amount| *amount != 0));
    assert!(case.feed.is_sorted_by_key(|fed| fed.event.timestamp_ms));
    case
}

fn cases(what: Discrepancy) -> impl Iterator<Item = Dispute> {
    (0..SEEDS).map(move |seed| check(seed, &[what]))
}

/// The step of that name, unless it is one that every case has.
fn own_entry(what: Discrepancy) -> Option<Entry> {
    let named = Entry::ALL.iter().copied().find(|entry| entry.name() == what.name());
    named.filter(|entry| !in_every_case(*entry))
}

fn in_every_case(entry: Entry) -> bool {
    [Entry::BeforePeriod, Entry::AfterPeriod, Entry::Rounding].contains(&entry)
}

fn half_up(amount: i128) -> i128 {
    (amount + CENT / 2).div_euclid(CENT) * CENT
}

fn in_period(case: &Dispute) -> impl Iterator<Item = &FedEvent> {
    let period = case.bill.period;
    case.feed.iter().filter(move |fed| period.contains(fed.event.timestamp_ms))
}

/// The held on-demand calls of the period: how many there are of each model, and their exact sum.
fn held(case: &Dispute) -> BTreeMap<String, (u64, i128)> {
    let mut sums = BTreeMap::<_, (u64, i128)>::new();
    for fed in in_period(case).filter(|fed| fed.event.kind == TrueEvent::USAGE_BASED) {
        let (calls, sum) = sums.entry(fed.event.model.clone()).or_default();
        *calls += 1;
        *sum += fed.event.charged.unwrap();
    }
    sums
}

fn billed(case: &Dispute) -> BTreeMap<String, (u64, i128)> {
    let mut sums = BTreeMap::<_, (u64, i128)>::new();
    for line in &case.bill.usage {
        let (calls, sum) = sums.entry(line.model.clone()).or_default();
        *calls += line.calls;
        *sum += line.exact;
    }
    sums
}

#[test]
fn one_discrepancy_has_one_step() {
    for what in Discrepancy::ALL {
        for case in cases(*what) {
            let steps = case.expected.keys().copied().filter(|entry| !in_every_case(*entry));
            assert_eq!(steps.collect::<Vec<_>>(), Vec::from_iter(own_entry(*what)), "{what:?}");
        }
    }
}

#[test]
fn two_discrepancies_have_two_steps() {
    for (place, one) in Discrepancy::ALL.iter().enumerate() {
        for two in &Discrepancy::ALL[place + 1..] {
            for seed in 0..SEEDS_PER_PAIR {
                let case = check(seed, &[*two, *one]);
                let steps = case.expected.keys().copied().filter(|entry| !in_every_case(*entry));
                let expected = [*one, *two].into_iter().filter_map(own_entry).collect::<BTreeSet<_>>();
                assert_eq!(steps.collect::<BTreeSet<_>>(), expected, "seed {seed}, {one:?} and {two:?}");
            }
        }
    }
}

#[test]
fn all_at_once_still_add_up() {
    for seed in 0..SEEDS {
        check(seed, Discrepancy::ALL);
    }
}

#[test]
fn a_case_without_discrepancies_is_billed_plainly() {
    let mut seen = BTreeSet::new();
    for seed in 0..SEEDS {
        let case = check(seed, &[]);
        assert_eq!(billed(&case), held(&case));
        for (line, usage) in case.bill.lines.iter().zip(&case.bill.usage) {
            assert_eq!((line.quantity, line.amount), (Some(usage.calls), half_up(usage.exact)));
        }
        assert_eq!(case.bill.lines.len(), case.bill.usage.len());
        assert_eq!(usize::try_from(case.announced).unwrap(), in_period(&case).count());
        assert!(case.changes.is_empty() && case.gaps.is_empty() && case.earlier.is_empty());
        assert!(in_period(&case).all(|fed| fed.first_seen_ms < case.bill.issued_ms));
        assert!((60..=400).contains(&case.feed.len()));
        let models: BTreeSet<_> = case.feed.iter().map(|fed| &fed.event.model).collect();
        assert!((2..=12).contains(&models.len()), "{models:?}");
        seen.extend(case.expected.keys().copied());
    }
    assert!(seen.into_iter().all(in_every_case));
}

#[test]
fn the_same_seed_gives_the_same_case() {
    let what = [Discrepancy::Late, Discrepancy::Tax];
    assert_eq!(dispute(7, &what), dispute(7, &[what[1], what[0], what[0]]));
    assert_ne!(dispute(7, &what), dispute(8, &what));
}

#[test]
fn amounts_are_no_finer_than_a_millionth_of_a_cent() {
    for seed in 0..SEEDS {
        for fed in dispute(seed, Discrepancy::ALL).feed {
            let event = fed.event;
            let amounts = [event.charged, event.token_fee, event.model_cost];
            assert!(
                amounts.into_iter().flatten().all(|amount| amount % (CENT / 1_000_000) == 0),
                "{event:?}"
            );
        }
    }
}

#[test]
fn kinds_that_are_not_billed_are_taken_off_whole() {
    let kinds = [
        (Discrepancy::NonBilled, Entry::NonBilled),
        (Discrepancy::UnknownKind, Entry::UnknownKind),
        (Discrepancy::OwnKey, Entry::OwnKey),
    ];
    for (what, entry) in kinds {
        for case in cases(what) {
            let others = case.feed.iter().filter(|fed| fed.event.kind != TrueEvent::USAGE_BASED);
            let worth: i128 = others.filter_map(|fed| fed.event.effective()).sum();
            let line = case.bill.sum_of(LineKind::OwnKey);
            assert!((case.expected[&entry] + worth - line).abs() <= CENT / 2);
            assert!(line == 0 || what == Discrepancy::OwnKey);
        }
    }
    assert!(cases(Discrepancy::OwnKey).any(|case| case.bill.sum_of(LineKind::OwnKey) > 0));
}

#[test]
fn a_cut_elsewhere_leaves_calls_in_between() {
    for (what, entry) in
        [(Discrepancy::CutOffStart, Entry::CutOffStart), (Discrepancy::CutOffEnd, Entry::CutOffEnd)]
    {
        for case in cases(what) {
            let sum = |sums: BTreeMap<String, (u64, i128)>| sums.values().map(|(_, sum)| sum).sum::<i128>();
            assert_eq!(case.expected[&entry], sum(billed(&case)) - sum(held(&case)));
        }
        assert!(cases(what).any(|case| case.expected[&entry] > 0));
        assert!(cases(what).any(|case| case.expected[&entry] < 0));
    }
}

#[test]
fn late_events_are_seen_after_the_issue() {
    let mut of_closed_days = 0;
    for case in cases(Discrepancy::Late) {
        let late: Vec<_> = in_period(&case).filter(|fed| fed.first_seen_ms > case.bill.issued_ms).collect();
        let worth: i128 = late.iter().filter_map(|fed| fed.event.charged).sum();
        assert_eq!(case.expected[&Entry::Late], -worth);
        for change in &case.changes {
            let event = change.after.as_ref().unwrap();
            assert!(late.iter().any(|fed| fed.event == *event && fed.first_seen_ms == change.seen_ms));
            assert_eq!(change.before, None);
        }
        of_closed_days += u64::from(!case.changes.is_empty());
    }
    assert!(0 < of_closed_days && of_closed_days < SEEDS);
}

#[test]
fn what_changed_later_is_among_the_changes() {
    let charged = |event: &Option<TrueEvent>| event.as_ref().map_or(0, |event| event.charged.unwrap());
    for (what, entry) in
        [(Discrepancy::Repriced, Entry::Repriced), (Discrepancy::Withdrawn, Entry::Withdrawn)]
    {
        for case in cases(what) {
            let mut worth = 0;
            for change in &case.changes {
                assert!(change.seen_ms > case.bill.issued_ms);
                assert_eq!(change.after.is_some(), what == Discrepancy::Repriced);
                let is_held = |event: &TrueEvent| case.feed.iter().any(|fed| fed.event == *event);
                assert!(change.after.iter().all(is_held) && !change.before.iter().any(is_held));
                worth += charged(&change.before) - charged(&change.after);
            }
            assert_eq!(case.expected[&entry], worth);
        }
    }
}

#[test]
fn lost_events_are_in_a_gap_or_announced() {
    let mut gaps = 0;
    for case in cases(Discrepancy::Missing) {
        let held_events = u64::try_from(in_period(&case).count()).unwrap();
        match case.gaps.as_slice() {
            [] => assert!(case.announced > held_events),
            [(start, end)] => {
                gaps += 1;
                assert_eq!(case.announced, held_events);
                assert!(!case.feed.iter().any(|fed| (*start..*end).contains(&fed.event.timestamp_ms)));
                assert!(case.bill.period.start_ms < *start && *end < case.bill.period.end_ms);
            }
            more => panic!("{more:?}"),
        }
        assert_eq!(case.expected[&Entry::Missing] % CENT, 0);
        assert!(case.expected[&Entry::Missing] > 0);
    }
    assert!(SEEDS / 4 < gaps && gaps < SEEDS * 3 / 4);
}

#[test]
fn rows_held_twice_are_announced_once() {
    for case in cases(Discrepancy::Duplicated) {
        let twins = case.feed.windows(2).filter(|pair| pair[0] == pair[1]);
        let worth: Vec<_> = twins.map(|pair| pair[0].event.charged.unwrap()).collect();
        assert_eq!(case.expected[&Entry::Duplicated], -worth.iter().sum::<i128>());
        assert_eq!(usize::try_from(case.announced).unwrap(), in_period(&case).count() - worth.len());
    }
}

#[test]
fn fees_are_exact_and_discounts_in_whole_cents() {
    for case in cases(Discrepancy::TokenFee) {
        let fees: i128 = in_period(&case).filter_map(|fed| fed.event.token_fee).sum();
        assert_eq!(case.expected[&Entry::TokenFee], -fees);
    }
    for case in cases(Discrepancy::Discount) {
        let sum: i128 = held(&case).values().map(|(_, sum)| sum).sum();
        let (off, rounding) = (case.expected[&Entry::Discount], case.expected.get(&Entry::Rounding));
        assert_eq!((off % CENT, off < 0), (0, true));
        let lines: i128 = case.bill.usage.iter().map(|line| line.amount).sum();
        assert_eq!(sum + off + rounding.copied().unwrap_or(0), lines);
    }
}

#[test]
fn other_prices_and_labels_show_on_their_lines() {
    for case in cases(Discrepancy::Price) {
        assert_eq!(case.expected[&Entry::Price] % CENT, 0);
        let held = held(&case);
        let dearer = billed(&case).into_iter().filter(|(model, sums)| held[model] != *sums).count();
        assert!((1..=2).contains(&dearer));
        assert!(case.affected_lines.len() >= dearer);
    }
    let mut lines = BTreeSet::new();
    for case in cases(Discrepancy::Relabelled) {
        assert_eq!(billed(&case), held(&case));
        assert!(
            case.affected_lines
                .iter()
                .all(|wording| { case.bill.lines.iter().any(|line| line.description == *wording) })
        );
        lines.insert(case.affected_lines.len());
    }
    assert_eq!(lines, BTreeSet::from([1, 2]));
}

#[test]
fn another_rounding_is_seen() {
    let mut in_one_line = 0;
    for case in cases(Discrepancy::Rounding) {
        let usual: i128 = case.bill.usage.iter().map(|line| half_up(line.exact)).sum();
        in_one_line += u64::from(case.bill.usage.len() == 1);
        assert!(case.bill.sum_of(LineKind::Usage) != usual || case.bill.usage.len() == 1);
    }
    assert!(0 < in_one_line && in_one_line < SEEDS / 2);
}

#[test]
fn earlier_invoices_are_netted() {
    for case in cases(Discrepancy::Netting) {
        let paid: i128 = case.earlier.iter().map(|bill| bill.total).sum();
        assert_eq!(case.expected[&Entry::Netting], -paid);
        assert!(case.earlier.iter().all(|bill| bill.issued_ms < case.bill.issued_ms));
    }
}

#[test]
fn an_invoice_contradicts_itself_in_two_ways() {
    let (mut totals, mut lines) = (0, 0);
    for case in cases(Discrepancy::Arithmetic) {
        let off = case.expected[&Entry::Arithmetic];
        let sum: i128 = case.bill.lines.iter().map(|line| line.amount).sum();
        if sum == case.bill.total {
            lines += 1;
            let text: i128 = case.bill.usage.iter().map(|line| line.amount).sum();
            assert_eq!(sum - text, off);
        } else {
            totals += 1;
            assert_eq!(case.bill.total - sum, off);
            assert!(case.bill.csv().contains("# total: "));
        }
    }
    assert!(totals > 0 && lines > 0);
}
