//! Every total against the truth, to the last digit, in calm and in storm.

use std::collections::BTreeMap;

use cost_model::report::Bin;
use cost_model::report::{Query, Report, Totals};
use cost_model::tagger::NoTags;
use cost_model::{Dimension, Filter, Ledger};
use cursor_simulator::events::Sums;
use cursor_simulator::{Fault, FaultKind, Simulator, TrueEvent};

use crate::{Synced, range, sync};

/// Events, billed, effective, list, tokens.
type Figures = (u64, i128, i128, i128, u64);

fn ours(totals: &Totals) -> Figures {
    let money = [totals.billed, totals.effective, totals.list].map(|sum| sum.amount.units());
    assert_eq!([totals.billed, totals.effective, totals.list].map(|sum| sum.missing), [0; 3]);
    (totals.records, money[0], money[1], money[2], totals.tokens.total().unwrap().count())
}

fn theirs(sums: &Sums) -> Figures {
    (sums.events, sums.billed, sums.effective, sums.list, sums.tokens)
}

fn grouped(ledger: &Ledger, dimension: Dimension) -> BTreeMap<String, Figures> {
    let report = Query::all_resources().group_by(dimension).run(ledger, &NoTags).unwrap();
    report
        .rows
        .iter()
        .map(|row| (row.keys[0].as_deref().unwrap_or("-").to_owned(), ours(&row.totals)))
        .collect()
}

fn total(ledger: &Ledger, query: &Query) -> Report {
    query.run(ledger, &NoTags).unwrap()
}

/// Holds every total of the sync against the simulator's truth.
fn check(simulator: &Simulator, synced: &Synced) {
    let truth = simulator.truth();
    let ledger = &synced.ledger;
    assert_eq!(ours(&total(ledger, &Query::all_resources()).total), theirs(&truth.total));
    let named = |sums: &BTreeMap<String, Sums>| -> BTreeMap<String, Figures> {
        sums.iter().map(|(name, sums)| (name.clone(), theirs(sums))).collect()
    };
    assert_eq!(grouped(ledger, Dimension::Subcategory), named(&truth.by_kind));
    assert_eq!(grouped(ledger, Dimension::ServiceId), named(&truth.by_model));
    let mut by_user = BTreeMap::new();
    for (email, sums) in &truth.by_user {
        by_user.insert(email.clone(), theirs(sums));
    }
    let mut ours_by_user = BTreeMap::new();
    for row in total(ledger, &Query::all_resources().group_by(Dimension::Tag("cursor:user".into()))).rows {
        ours_by_user.insert(row.keys[0].as_deref().map(str::to_owned), ours(&row.totals));
    }
    assert_eq!(ours_by_user, by_user);
    let days: BTreeMap<_, _> = truth.by_day.iter().map(|(day, sums)| (*day, theirs(sums))).collect();
    let our_days = total(ledger, &Query::all_resources().bin(Bin::Day));
    assert_eq!(
        our_days
            .rows
            .iter()
            .map(|row| (row.bin.unwrap().date(), ours(&row.totals)))
            .collect::<BTreeMap<_, _>>(),
        days
    );
    let charged: i128 =
        synced.records.iter().filter_map(|record| record.stated.charged).map(cost_model::Money::units).sum();
    assert_eq!(charged, truth.total.charged);
    assert_eq!(synced.run.announced, truth.total.events);
}

#[tokio::test]
async fn every_total_is_true_to_the_last_digit() {
    let simulator = Simulator::demo();
    let synced = sync(&simulator).await;
    check(&simulator, &synced);
    assert!(synced.run.requests <= 50, "{} requests", synced.run.requests);
    assert_eq!((synced.run.retries, synced.run.unknown_kinds), (0, 0));
    let pages: u64 = u64::try_from(simulator.log().len()).unwrap();
    assert_eq!(synced.run.requests, pages);
    assert!(simulator.log().iter().all(|request| request.path == "/teams/filtered-usage-events"));
}

#[tokio::test]
async fn each_type_of_token_is_counted() {
    let simulator = Simulator::demo();
    let counts = total(&sync(&simulator).await.ledger, &Query::all_resources()).total.tokens;
    let events = simulator.events();
    let sum = |of: fn(&cursor_simulator::events::Tokens) -> u64| {
        events.iter().filter_map(|each| each.tokens.as_ref()).map(of).sum::<u64>()
    };
    assert_eq!(counts.input.count(), sum(|tokens| tokens.input));
    assert_eq!(counts.output.count(), sum(|tokens| tokens.output));
    assert_eq!(counts.cache_write.count(), sum(|tokens| tokens.cache_write));
    assert_eq!(counts.cache_read.count(), sum(|tokens| tokens.cache_read));
}

#[tokio::test]
async fn unfiltered_effective_is_more_than_usage_based_which_is_billed_to_the_digit() {
    let simulator = Simulator::demo();
    let ledger = sync(&simulator).await.ledger;
    let everything = total(&ledger, &Query::all_resources()).total;
    let filter = Filter::parse("costs.provider = 'cursor' AND costs.subcategory = 'Usage-based'").unwrap();
    let on_demand = total(&ledger, &Query::all_resources().filter(filter)).total;
    assert!(everything.effective.amount > on_demand.effective.amount);
    assert_eq!(on_demand.effective.amount, on_demand.billed.amount);
    assert_eq!(on_demand.billed.amount.units(), simulator.truth().by_kind["Usage-based"].charged);
}

#[tokio::test]
async fn storms_change_no_digit() {
    let simulator = Simulator::demo();
    simulator.inject(Fault::on_request(3, FaultKind::TooManyRequests { retry_after: Some(7) }));
    simulator.inject(Fault::on_request(9, FaultKind::BadGateway));
    simulator.inject(Fault::on_request(15, FaultKind::DropConnection));
    simulator.inject(Fault::on_request(21, FaultKind::TruncatedBody));
    simulator.inject(Fault::on_request(27, FaultKind::TooManyRequests { retry_after: None }));
    let synced = sync(&simulator).await;
    check(&simulator, &synced);
    assert_eq!(synced.run.retries, 5);
    let waits: Vec<u64> = synced.clock.sleeps().iter().map(std::time::Duration::as_secs).collect();
    // Five repeated requests, and after the first refusal a slower pace for the rest of the run.
    assert!(waits.len() > 5, "{waits:?}");
    assert!(waits.iter().any(|wait| (7..60).contains(wait)), "Retry-After is obeyed: {waits:?}");
    assert!(waits.iter().filter(|wait| **wait >= 50).count() >= 2, "a minute without Retry-After: {waits:?}");
}

#[tokio::test]
async fn an_event_that_arrives_between_two_pages_is_neither_lost_nor_doubled() {
    let simulator = Simulator::demo();
    let mut event = TrueEvent::new(
        range(&simulator).start().millis() + 86_400_000 * 29,
        "gpt-5.4",
        TrueEvent::USAGE_BASED,
    );
    event.charged = Some(cursor_simulator::CENT * 7);
    simulator.inject(Fault::on_request(2, FaultKind::ShiftedRows(Box::new(event))));
    let synced = sync(&simulator).await;
    assert!(synced.records.iter().any(|record| record.costs.billed == Some("0.07".parse().unwrap())));
    check(&simulator, &synced);
}
