//! People show in no Debug.

use cost_model::source::{ObservedSpend, ProviderSnapshot};
use cost_model::store::RecordSink;
use reconcile::{Case, Role, Signature, SinceIssue, TieOut};

use crate::support::{CENT, Charge, at, invoice, ledger_of, period, record, rules, usage};

const CANARY: &str = "iris@example.com";

#[test]
fn debug_of_everything_leaves_people_out() {
    let charges = [Charge::on_demand("a", false, 5 * CENT), Charge::on_demand("b", true, 7 * CENT)];
    let named: Vec<_> = charges
        .iter()
        .map(|charge| {
            let mut record = record(charge, at("2026-10-20T00:00:00Z"));
            record.record.edit(|set| set.resource = Some(CANARY.into()));
            record
        })
        .collect();
    let charges: Vec<_> = named.iter().map(|stored| stored.record.clone()).collect();
    let (ledger, rules) = (ledger_of(&charges), rules());
    let invoice = invoice(period(), [(usage(Some("a"), None), 6 * CENT)]);
    let mut since = SinceIssue::new(at("2026-10-15T00:00:00Z"));
    for record in &named {
        since.record(record).unwrap();
    }
    let case = Case::new(&ledger, &invoice, &rules).since_issue(&since);
    let explained = case.explain().unwrap();
    let evidence: Vec<_> = explained.evidence(&ledger, |_| true).collect();
    assert_eq!(evidence[0].resource.as_deref(), Some(CANARY), "the evidence itself names people");

    let mut observed = ProviderSnapshot::at(period().end());
    observed.cycle_start = Some(period().start());
    let mut spend = ObservedSpend::default();
    spend.person = CANARY.into();
    observed.spend = vec![spend];
    let tie_out = TieOut::of(&ledger, &observed, &rules).unwrap().unwrap();
    assert_eq!(tie_out.people[0].person, CANARY);
    let signature = Signature::new(CANARY, Role::Finance, period().end());

    let shown =
        format!("{case:?}{explained:?}{evidence:?}{tie_out:?}{:?}{since:?}{signature:?}", tie_out.people);
    assert!(shown.len() > 2_000 && !shown.contains("iris"), "{shown}");
    let told = format!("{}{}", explained.reconciliation, explained.reconciliation.narrative());
    assert!(!told.contains("iris") && !explained.reconciliation.to_svg().contains("iris"));
    assert!(!serde_json::to_string(&explained.reconciliation).unwrap().contains("iris"));
}
