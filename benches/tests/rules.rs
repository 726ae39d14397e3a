//! A remembered answer is the answer.

use benches::{ManyRules, tag_all, tag_each};

#[test]
fn every_rule_has_a_person_and_memory_changes_nothing() {
    let many = ManyRules::new(2_000, 5_000).unwrap();
    let rules = many.compile(many.written.clone()).unwrap();
    let emails = many.emails(10_000);
    let lengths = tag_each(&rules, &emails);
    assert_eq!(tag_all(&rules, &emails), lengths);
    let of_person = |person: usize| match person {
        0..2_000 => format!("Team {}", person % 97).len(),
        _ => "Unallocated".len(),
    };
    assert_eq!(lengths, 2 * (0..5_000).map(of_person).sum::<usize>());
}
