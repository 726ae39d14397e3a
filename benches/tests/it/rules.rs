//! A cached answer is the answer.

use benches::{ManyRules, RulesOfMany, tag_all, tag_each};

#[test]
fn every_rule_has_a_person_and_a_cache_changes_nothing() {
    let many = ManyRules::new(2_000, 5_000).unwrap();
    let rules = many.compile(many.written.clone()).unwrap();
    let emails = many.emails(10_000);
    let lengths = tag_each(&rules, &emails);
    let ledger = many.ledger(&emails).unwrap();
    assert_eq!(tag_all(&rules, &ledger).unwrap(), lengths);
    let of_person = |person: usize| match person {
        0..2_000 => format!("Team {}", person % 97).len(),
        _ => "Unallocated".len(),
    };
    assert_eq!(lengths, 2 * (0..5_000).map(of_person).sum::<usize>());
}

#[test]
fn many_people_have_rules_of_their_own_that_charges_meet() {
    let many = RulesOfMany::new(3_000, 600).unwrap();
    assert_eq!((many.ledger.len(), many.emails().len()), (9_000, 3_000));
    let rules = many.compile().unwrap();
    let report = many.report(&rules).unwrap();
    assert_eq!(report.rows.iter().map(|row| row.totals.records).sum::<u64>(), 9_000);
    assert!(report.rows.len() > 30, "{} teams", report.rows.len());
    // Rules that match nobody are likely among so many patterns, and a rule that somebody meets is no finding.
    let (findings, written) = (many.check(&rules).len(), many.rules.tags[0].rules.len());
    assert!((1..2 * written).contains(&findings), "{findings} of {written}");
}
