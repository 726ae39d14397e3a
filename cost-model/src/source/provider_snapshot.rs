//! Snapshots of what a provider states of people and totals.

use std::sync::Arc;

use crate::money::Money;
use crate::time::Timestamp;

/// A snapshot of what a provider states of people and totals at an instant. Most providers state only the current billing
/// cycle, so that a snapshot that was not taken cannot be made later.
///
/// `Debug` shows no names.
///
/// ```
/// use cost_model::Timestamp;
/// use cost_model::source::{ObservedSpend, ProviderSnapshot};
///
/// let mut snapshot = ProviderSnapshot::at(Timestamp::from_millis(0)?);
/// let mut spend = ObservedSpend::default();
/// spend.person = "ana@acme.test".into();
/// spend.spend = Some("12.5".parse()?);
/// snapshot.spend.push(spend);
/// assert!(!format!("{snapshot:?}").contains("ana"));
/// # Ok::<(), cost_model::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ProviderSnapshot {
    /// When the provider was asked.
    pub at: Timestamp,
    /// When the billing cycle began that the totals are about.
    pub cycle_start: Option<Timestamp>,
    /// When it ends, where the provider says so.
    pub cycle_end: Option<Timestamp>,
    /// The spend of each person in the cycle.
    pub spend: Vec<ObservedSpend>,
    /// The members of the account.
    pub members: Vec<ObservedMember>,
    /// The spend of each billing group in its cycle.
    pub groups: Vec<ObservedGroup>,
    /// Requests sent to learn all this.
    pub requests: u64,
}

/// The stated spend of one person in a billing cycle.
///
/// It is the provider's own sum, by which an ingest is checked; it is never added to charges. `Debug` shows none of
/// it.
#[derive(Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ObservedSpend {
    /// The person, by email or else by the provider's id.
    pub person: Arc<str>,
    /// The spend as stated. Its meaning changed over time: see [`on_demand_if_apart`](Self::on_demand_if_apart) and
    /// [`on_demand_if_total`](Self::on_demand_if_total).
    pub spend: Option<Money>,
    /// The value used, billed or included, where stated.
    pub overall: Option<Money>,
    /// The value that the plan includes, where stated.
    pub included: Option<Money>,
}

crate::masked_debug!(ObservedSpend {});

/// A member of the account.
#[derive(Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ObservedMember {
    /// The person, by email or else by the provider's id.
    pub person: Arc<str>,
    /// The role, as sent.
    pub role: Option<Arc<str>>,
    /// Whether the person has left.
    pub removed: bool,
}

crate::masked_debug!(ObservedMember {});

/// A billing group.
#[derive(Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ObservedGroup {
    /// The provider's id.
    pub id: Arc<str>,
    /// Its name.
    pub name: Arc<str>,
    /// The spend of its members in the cycle, where stated.
    pub spend: Option<Money>,
    /// Who is or was in it in the cycle.
    pub members: Vec<ObservedMembership>,
}

crate::masked_debug!(ObservedGroup {});

/// That a person is or was in a billing group.
#[derive(Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ObservedMembership {
    /// The person, by email or else by the provider's id.
    pub person: Arc<str>,
    /// When the person joined the group, where stated.
    pub joined: Option<Timestamp>,
    /// When the person left it, if they did and it is stated.
    pub left: Option<Timestamp>,
}

crate::masked_debug!(ObservedMembership { joined, left });

impl<T: Into<Arc<str>>> From<T> for ObservedMembership {
    /// Makes the membership of a person of which no date is known.
    fn from(person: T) -> Self {
        Self { person: person.into(), joined: None, left: None }
    }
}

impl ProviderSnapshot {
    /// Creates an empty snapshot of that instant; a source fills in what its provider states.
    pub fn at(at: Timestamp) -> Self {
        Self {
            at,
            cycle_start: None,
            cycle_end: None,
            spend: Vec::new(),
            members: Vec::new(),
            groups: Vec::new(),
            requests: 0,
        }
    }

    /// Puts a pseudonym in place of a person's name.
    pub fn pseudonymise(&mut self, person: &str, pseudonym: &Arc<str>) {
        let spend = self.spend.iter_mut().map(|spend| &mut spend.person);
        let members = self.members.iter_mut().map(|member| &mut member.person);
        let memberships = self.groups.iter_mut().flat_map(|group| &mut group.members);
        let groups = memberships.map(|membership| &mut membership.person);
        for name in spend.chain(members).chain(groups).filter(|name| &***name == person) {
            *name = Arc::clone(pseudonym);
        }
    }
}

impl ObservedSpend {
    /// Returns the on-demand spend, if the stated spend leaves out what the plan includes.
    /// `None` where no spend is stated.
    pub fn on_demand_if_apart(&self) -> Option<Money> {
        self.spend
    }

    /// Returns the on-demand spend, if the stated spend holds what the plan includes as well; absent where the included
    /// value is not stated, or is more than the spend.
    pub fn on_demand_if_total(&self) -> Option<Money> {
        let rest = self.spend?.checked_sub(self.included?).ok()?;
        (rest.units() >= 0).then_some(rest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_readings_of_spend() {
        let dollars = |text: &str| text.parse::<Money>().ok();
        let mut spend = ObservedSpend { spend: dollars("5"), included: dollars("3"), ..Default::default() };
        assert_eq!((spend.on_demand_if_apart(), spend.on_demand_if_total()), (dollars("5"), dollars("2")));
        spend.included = dollars("6");
        assert_eq!(spend.on_demand_if_total(), None);
        spend.included = None;
        assert_eq!(spend.on_demand_if_total(), None);
    }
}
