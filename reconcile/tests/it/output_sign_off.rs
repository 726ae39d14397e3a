//! Who stands for a reconciliation.

use cost_model::Timestamp;
use reconcile::history::{InputDigest, Objection, Role, SignOff, Signature};
use reconcile::invoice::LineKind;
use reconcile::{Case, Reconciliation};
use serde_json::json;

use crate::support::{CENT, at, invoice, ledger, period, rules};

fn explained(tax: i128) -> (Reconciliation, InputDigest) {
    let (ledger, invoice, rules) = (ledger(&[]), invoice(period(), [(LineKind::Tax, tax)]), rules());
    let case = Case::new(&ledger, &invoice, &rules);
    (case.explain().unwrap().reconciliation, case.digest())
}

fn day(number: u32) -> Timestamp {
    at(&format!("2026-11-{number:02}T00:00:00Z"))
}

fn by(who: &str, number: u32) -> Signature {
    Signature::new(who, Role::Finance, day(number))
}

#[test]
fn two_people_sign_one_outcome() {
    let (bridge, inputs) = explained(CENT);
    let prepared = SignOff::prepared(&bridge, inputs, by("Iris", 2));
    assert_eq!(prepared.objection(&bridge), Some(Objection::NotReviewed));
    let signed = prepared.reviewed(by("Omar", 3));
    assert!(signed.is_valid_for(&bridge));
    assert_eq!(signed.inputs, inputs);

    let (other, _) = explained(CENT + 1);
    assert_eq!(signed.objection(&other), Some(Objection::AnotherReconciliation));
    let mut other = bridge.clone();
    other.assessment.exact = reconcile::assessment::Answer::CannotBeSaid;
    assert!(!signed.is_valid_for(&other), "another verdict on the same amounts");
}

#[test]
fn a_sign_off_without_two_people_does_not_hold() {
    let (bridge, inputs) = explained(CENT);
    for (first, second, objection) in [
        (by("Iris", 2), by("Iris", 3), Objection::OnePerson),
        (by("Iris@example.com", 2), by(" iris@EXAMPLE.com ", 3), Objection::OnePerson),
        (by("Iris", 2), by(" ", 3), Objection::Nameless),
        (by("", 2), by("Omar", 3), Objection::Nameless),
        (by("Iris", 3), by("Omar", 2), Objection::ReviewedTooSoon),
    ] {
        let signed = SignOff::prepared(&bridge, inputs, first).reviewed(second);
        assert_eq!(signed.objection(&bridge), Some(objection), "{}", objection.label());
        assert!(!signed.is_valid_for(&bridge));
    }
}

#[test]
fn a_sign_off_comes_back_from_json_and_shows_no_name_in_debug() {
    let (bridge, inputs) = explained(CENT);
    let engineer = Signature::new("iris@example.com", Role::Engineering, day(2));
    let signed = SignOff::prepared(&bridge, inputs, engineer).reviewed(by("omar@example.com", 3));
    let json = serde_json::to_value(&signed).unwrap();
    assert_eq!(
        json,
        json!({
            "reconciliation": bridge.digest().to_string(),
            "inputs": inputs.to_string(),
            "prepared": { "who": "iris@example.com", "role": "engineering", "at": "2026-11-02T00:00:00Z" },
            "reviewed": { "who": "omar@example.com", "role": "finance", "at": "2026-11-03T00:00:00Z" },
        })
    );
    let read: SignOff = serde_json::from_value(json).unwrap();
    assert_eq!(read, signed);
    assert!(read.is_valid_for(&bridge));
    assert!(!format!("{signed:?}").contains("example.com"));
}
