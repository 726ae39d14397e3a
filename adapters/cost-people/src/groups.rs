//! People by the billing groups of a provider, as they were observed.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use cost_model::Timestamp;
use cost_model::source::ProviderSnapshot;
use virtual_tags::Directory;

use crate::finding::{FindingKind, Findings};
use crate::snapshot::{PersonRow, Snapshot};

impl Snapshot {
    /// Makes a snapshot of the members and billing groups that a provider stated, as of the UTC day on which it was asked. The
    /// name of the group is the fact `fact`.
    ///
    /// Where it states when people joined and left their groups, each time is a row of its own; the day of a move goes to the
    /// new group. Whoever is in several groups at once has no value: which of them pays is not known. The lines of that finding
    /// are the numbers of the rows. The group of those who are in none (`group_unassigned`) is none.
    ///
    /// ```
    /// use cost_model::source::{ObservedGroup, ObservedMembership, ProviderSnapshot};
    /// use cost_people::Snapshot;
    ///
    /// let mut ana = ObservedMembership::from("ana@acme.test");
    /// ana.joined = Some("2026-09-15T10:00:00Z".parse()?);
    /// let mut web = ObservedGroup::default();
    /// (web.id, web.name, web.members) = ("group_1".into(), "Web".into(), vec![ana]);
    /// let mut observed = ProviderSnapshot::at("2026-10-01T06:00:00Z".parse()?);
    /// observed.groups = vec![web];
    /// let snapshot = Snapshot::of_groups(&observed, "team");
    /// assert_eq!(snapshot.rows[0].facts["team"], "Web");
    /// assert_eq!(snapshot.rows[0].from, Some("2026-09-15".parse()?));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn of_groups(observed: &ProviderSnapshot, fact: &str) -> Self {
        let as_of = observed.at.date();
        let mut people: BTreeMap<String, Member<'_>> = BTreeMap::new();
        for member in &observed.members {
            let person = Directory::comparable_email(&member.person);
            people.entry(person).or_default().is_removed = member.removed;
        }
        for group in observed.groups.iter().filter(|group| !UNASSIGNED.contains(&&*group.id)) {
            for membership in &group.members {
                let person = people.entry(Directory::comparable_email(&membership.person)).or_default();
                let days = (membership.joined.map(Timestamp::date), membership.left.map(Timestamp::date));
                person.groups.push((days.0, days.1, &group.name));
            }
        }
        let mut findings = Findings::default();
        let mut rows = Vec::new();
        for (line, (email, member)) in (1..).zip(people) {
            let spans = match member.spans(as_of) {
                Spans::None => {
                    findings.add(FindingKind::EmptyFact, Some(fact), line);
                    vec![(None, member.is_removed.then_some(as_of), None)]
                }
                Spans::Several => {
                    findings.add(FindingKind::SeveralGroups, Some(fact), line);
                    vec![(None, member.is_removed.then_some(as_of), None)]
                }
                Spans::One(spans) => spans,
            };
            rows.extend(spans.into_iter().map(|(from, until, group)| PersonRow {
                id: None,
                emails: vec![email.clone()],
                joined: None,
                from,
                until,
                active: !member.is_removed,
                facts: group.map(|group: &str| (fact.to_owned(), group.to_owned())).into_iter().collect(),
            }));
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

/// The ids of the group of those who are in none, by Cursor's Admin API and where it states none.
const UNASSIGNED: [&str; 2] = ["group_unassigned", ""];

/// The first day, the first day no more, and the group.
type GroupSpan<'a> = (Option<NaiveDate>, Option<NaiveDate>, Option<&'a str>);

/// A person, and every time that they were in a group.
#[derive(Default)]
struct Member<'a> {
    is_removed: bool,
    groups: Vec<(Option<NaiveDate>, Option<NaiveDate>, &'a str)>,
}

/// In which groups a person was.
enum Spans<'a> {
    None,
    /// In at most one on each day.
    One(Vec<GroupSpan<'a>>),
    /// In several at once.
    Several,
}

impl<'a> Member<'a> {
    fn spans(&self, as_of: NaiveDate) -> Spans<'a> {
        let mut groups = self.groups.clone();
        // Whoever is gone from the team is in no group from then on.
        for (_, left, _) in groups.iter_mut().filter(|_| self.is_removed) {
            *left = left.or(Some(as_of));
        }
        // Whoever comes and goes on one day was there for no whole day.
        groups.retain(|(joined, left, _)| joined.zip(*left).is_none_or(|(joined, left)| joined < left));
        groups.sort_unstable();
        groups.dedup();
        let overlap = groups.windows(2).any(|pair| match pair {
            // In the order of the first days, the next one begins while this one goes on.
            [(_, left, _), (next, ..)] => left.is_none_or(|left| next.is_none_or(|next| next < left)),
            _ => false,
        });
        match (groups.is_empty(), overlap) {
            (true, _) => Spans::None,
            (false, true) => Spans::Several,
            (false, false) => {
                let spans = groups.into_iter().map(|(joined, left, group)| (joined, left, Some(group)));
                Spans::One(spans.collect())
            }
        }
    }
}
