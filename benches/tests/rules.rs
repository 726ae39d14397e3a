//! A remembered answer is the answer.

use benches::{ManyRules, tag_all, tag_each};

#[test]
fn every_rule_has_a_person_and_memory_changes_nothing() {
    let many = ManyRules::new(2_000, 5_000).unwrap();
    let rules = many.compile(many.written.clone()).unwrap();
    let emails = many.emails(10_000);
    let tagged = tag_each(&rules, &emails);
    assert_eq!(tag_all(&rules, &emails), tagged);
    assert_eq!(tagged, 4_000);
}
