//! An email address that goes in never comes out in a `Debug` or an error.

use cost_model::conformance::{shown_in_debug, shown_in_error};
use cost_model::money::RequestUnits;
use cost_model::report::Query;
use cost_model::source::{ObservedGroup, ObservedMember, ObservedSpend, ProviderSnapshot, SourceBatch};
use cost_model::store::{Owner, Scope};
use cost_model::tagger::{NoTags, Part};
use cost_model::{
    CostRecord, CostStore, Currency, Dimension, Filter, Ledger, MemoryStore, Money, StoredRecord, Timestamp,
};
use rust_decimal::Decimal;

use crate::support::{connection, now, put, read, record, window};

const CANARY: &str = "canary.bird@acme.test";

/// A charge with the email in every field that may name a person.
fn charge() -> CostRecord {
    let mut charge = record(0);
    let email = || Some(CANARY.into());
    charge.edit(|set| set.billing_account = email());
    charge.edit(|set| set.account = email());
    charge.edit(|set| set.resource = email());
    charge.edit(|set| set.region = email());
    charge.edit(|set| set.tags.insert("cursor:user", CANARY));
    charge
}

#[test]
fn records_ledgers_and_stores_show_no_email() {
    let charge = charge();
    assert_eq!(shown_in_debug(&charge, "canary"), None);
    assert_eq!(shown_in_debug(&charge.dimensions.tags, "canary"), None);
    assert_eq!(shown_in_debug(&charge.stated, "canary"), None);
    let batch = SourceBatch::new(window(0, 1), vec![charge.clone()]);
    assert_eq!(shown_in_debug(&batch, "canary"), None);
    let read = read(window(0, 1), vec![charge.clone()]);
    assert_eq!(shown_in_debug(&read, "canary"), None);
    let store = MemoryStore::new();
    put(&store, &connection(0), read).unwrap();
    let mut stored: Vec<StoredRecord> = Vec::new();
    now(store.scan(&Scope::all(), &mut stored)).unwrap();
    assert_eq!(shown_in_debug(&stored, "canary"), None);
    assert_eq!(shown_in_debug(&store, "canary"), None);
    let mut builder = Ledger::builder(Currency::USD);
    builder.push(&charge).unwrap();
    assert_eq!(shown_in_debug(&builder, "canary"), None);
    let ledger = now(Ledger::from_store(&store, &Scope::all(), Currency::USD)).unwrap();
    assert_eq!(shown_in_debug(&ledger, "canary"), None);
    assert_eq!(shown_in_debug(&ledger.set(ledger.set_ids().next().unwrap()).unwrap(), "canary"), None);
    assert_eq!(shown_in_debug(&ledger.rows().next().unwrap(), "canary"), None);

    let outside = self::read(window(5, 6), vec![charge.clone()]);
    assert_eq!(shown_in_error(&put(&store, &connection(0), outside).unwrap_err(), "canary"), None);
    let mut euro = charge;
    euro.edit(|set| set.currency = "EUR".parse().unwrap());
    assert_eq!(shown_in_error(&builder.push(&euro).unwrap_err(), "canary"), None);
}

#[test]
fn reports_queries_and_assignments_show_no_email() {
    let mut builder = Ledger::builder(Currency::USD);
    builder.push(&charge()).unwrap();
    let filter = Filter::parse(&format!("costs.resource_id = '{CANARY}'")).unwrap();
    assert_eq!(shown_in_debug(&filter, "canary"), None);
    let query = Query::all_resources()
        .filter(filter)
        .group_by(Dimension::Resource)
        .group_by(Dimension::Tag("cursor:user".into()));
    assert_eq!(shown_in_debug(&query, "canary"), None);
    let report = query.run(&builder.build(), &NoTags).unwrap();
    assert_eq!(report.rows[0].keys[0].as_deref(), Some(CANARY));
    assert_eq!(shown_in_debug(&report, "canary"), None);
    assert_eq!(shown_in_debug(&report.rows[0], "canary"), None);
    assert_eq!(shown_in_debug(&Part::whole([Some(CANARY.into())]), "canary"), None);
}

#[test]
fn the_tree_of_a_filter_shows_no_email() {
    let tests = ["=", "!=", "LIKE", "ILIKE", "~*", "=~"]
        .map(|operator| format!("costs.resource_id {operator} '{CANARY}'"));
    let filter = format!(
        "{} AND tags.name IN ('{CANARY}') AND tags.value = 'x' AND (tags.name, tags.value) IN (('{CANARY}', '{CANARY}'))",
        tests.join(" AND ")
    );
    let filter = Filter::parse(&filter).unwrap();
    assert_eq!(shown_in_debug(filter.expression(), "canary"), None);
    assert_eq!(shown_in_debug(&filter.literals(), "canary"), None);
    let unknown =
        filter.unknown_values(&|_| std::borrow::Cow::Owned(["canary.birt@acme.test".into()].into()));
    assert!(!unknown[0].to_string().contains("canary"), "{}", unknown[0]);
    assert_eq!(unknown[0].suggestion.as_deref(), Some("canary.birt@acme.test"));
    assert_eq!(shown_in_debug(&unknown, "canary"), None);
}

#[test]
fn errors_show_no_email() {
    for sentence in [
        format!("{CANARY} = 'x'"),
        format!("costs.service = \"{CANARY}\""),
        format!("costs.resource_id = '{CANARY}"),
        format!("costs.resource_id = {CANARY}"),
        format!("costs.resource_id IN ('{CANARY}'"),
        format!("costs.resource_id = '{CANARY}' AND"),
        format!("costs.resource_id = '{CANARY}' '{CANARY}'"),
        format!("costs.resource_id NOT '{CANARY}'"),
        format!("'{CANARY}' = 'x'"),
        format!("tags['{CANARY}' = 'x'"),
        format!("costs.effective = '{CANARY}'"),
        format!("charged_at >= '{CANARY}'"),
        format!("costs.marketplace = '{CANARY}'"),
        format!("costs.service =~ '({CANARY}'"),
        format!("costs.service > '{CANARY}'"),
        format!("costs.service BETWEEN '{CANARY}' AND 'x'"),
        format!("costs.allocation = '{CANARY}'"),
        format!("(tags.name, tags.value) IN ('{CANARY}', 'x')"),
    ] {
        assert_eq!(shown_in_error(&Filter::parse(&sentence).unwrap_err(), "canary"), None);
    }
    assert_eq!(shown_in_error(&CANARY.parse::<Money>().unwrap_err(), "canary"), None);
    assert_eq!(shown_in_error(&CANARY.parse::<RequestUnits>().unwrap_err(), "canary"), None);
    assert_eq!(shown_in_error(&CANARY.parse::<Currency>().unwrap_err(), "canary"), None);
    assert_eq!(shown_in_error(&Money::try_from(Decimal::MAX).unwrap_err(), "canary"), None);
    assert_eq!(shown_in_error(&Timestamp::from_millis(i64::MAX).unwrap_err(), "canary"), None);
    let json = format!("\"{CANARY}\"");
    assert!(!serde_json::from_str::<Money>(&json).unwrap_err().to_string().contains("canary"));
}

#[test]
fn observations_and_owners_show_no_email() {
    let mut observed = ProviderSnapshot::at(window(0, 1).start());
    let mut spend = ObservedSpend::default();
    spend.person = CANARY.into();
    observed.spend = vec![spend];
    let mut member = ObservedMember::default();
    member.person = CANARY.into();
    observed.members = vec![member];
    let mut group = ObservedGroup::default();
    (group.name, group.members) = (CANARY.into(), vec![CANARY.into()]);
    observed.groups = vec![group];
    assert_eq!(shown_in_debug(&observed, "canary"), None);
    assert_eq!(shown_in_debug(&(&observed.spend, &observed.members, &observed.groups), "canary"), None);
    assert_eq!(shown_in_debug(&Owner::Person(CANARY.into()), "canary"), None);
}
