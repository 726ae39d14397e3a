//! People by the billing groups of a provider, as they were observed.

use std::collections::{BTreeMap, BTreeSet};

use cost_model::source::ProviderSnapshot;
use virtual_tags::Directory;

use crate::finding::{FindingKind, Findings};
use crate::snapshot::{PersonRow, Snapshot};

impl Snapshot {
    /// Makes a snapshot of the members and billing groups that a provider stated, as of the UTC day on which it was asked. The
    /// name of the group is the fact `fact`.
    ///
    /// Observations say who is in a group and not since when, so that joining and leaving follow from comparing two of them.
    /// Whoever is in several groups at once has no value: which of them pays is not known. The lines of that finding are the
    /// numbers of the rows.
    ///
    /// ```
    /// use cost_model::source::{ObservedGroup, ObservedMember, ProviderSnapshot};
    /// use cost_people::Snapshot;
    ///
    /// let mut observed = ProviderSnapshot::at("2026-10-01T06:00:00Z".parse()?);
    /// let mut ana = ObservedMember::default();
    /// ana.person = "ana@acme.test".into();
    /// observed.members = vec![ana];
    /// let mut web = ObservedGroup::default();
    /// (web.name, web.members) = ("Web".into(), vec!["ana@acme.test".into()]);
    /// observed.groups = vec![web];
    /// let snapshot = Snapshot::of_groups(&observed, "team");
    /// assert_eq!(snapshot.rows[0].facts["team"], "Web");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn of_groups(observed: &ProviderSnapshot, fact: &str) -> Self {
        let as_of = observed.at.date();
        let mut people: BTreeMap<String, (bool, BTreeSet<&str>)> = BTreeMap::new();
        for member in &observed.members {
            let person = Directory::comparable_email(&member.person);
            people.entry(person).or_insert((true, BTreeSet::new())).0 = !member.removed;
        }
        for group in &observed.groups {
            for member in &group.members {
                let person = people.entry(Directory::comparable_email(member));
                person.or_insert((true, BTreeSet::new())).1.insert(&group.name);
            }
        }
        let mut findings = Findings::default();
        let mut rows = Vec::new();
        for (line, (email, (active, groups))) in (1..).zip(people) {
            let mut facts = BTreeMap::new();
            match groups.len() {
                0 => findings.add(FindingKind::EmptyFact, Some(fact), line),
                1 => facts.extend(groups.first().map(|group| (fact.to_owned(), (*group).to_owned()))),
                _ => findings.add(FindingKind::SeveralGroups, Some(fact), line),
            }
            rows.push(PersonRow {
                id: None,
                emails: vec![email],
                joined: None,
                from: None,
                until: (!active).then_some(as_of),
                active,
                facts,
            });
        }
        Self {
            as_of,
            facts: vec![fact.to_owned()],
            rows,
            columns: Vec::new(),
            findings: findings.into_list(),
        }
    }
}
