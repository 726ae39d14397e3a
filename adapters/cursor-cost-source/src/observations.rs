//! Cursor's totals, in neutral terms.
//!
//! Nothing is worked out here but what follows from two stated totals: the figures are there to be compared
//! with the sum of charges, and must be those that the provider states.

use std::sync::Arc;

use cost_model::Timestamp;
use cost_model::source::{ObservedGroup, ObservedMember, ObservedMembership, ObservedSpend};
use cursor_admin_client::endpoints::billing_groups::{BillingGroup, BillingGroupMember, BillingGroups};
use cursor_admin_client::endpoints::members::Member;
use cursor_admin_client::endpoints::spend::MemberSpend;

use crate::NO_USER;
use crate::charges::dollars;

/// Returns what each member spent, by email or else by id.
///
/// Of `spendCents` two readings are known, on-demand spend alone or everything used, and until June 2026 it was in whole cents:
/// `TieOut` of `cost-reconcile` holds charges against both readings.
pub(crate) fn spend(member: &MemberSpend) -> ObservedSpend {
    let mut observed = ObservedSpend::default();
    observed.person = person(member.email.as_deref(), member.user_id.as_deref());
    observed.spend = member.spend_cents.map(dollars);
    observed.overall = member.overall_spend_cents.map(dollars);
    observed.included = match (member.included_spend_cents.map(dollars), observed.overall, observed.spend) {
        (Some(included), ..) => Some(included),
        // With both totals stated, the spend leaves out what the plan includes.
        (None, Some(overall), Some(spend)) => overall.checked_sub(spend).ok(),
        _ => None,
    };
    observed
}

/// Returns a member, by email or else by id. Who is not said to be removed is not.
pub(crate) fn member(member: &Member) -> ObservedMember {
    let mut observed = ObservedMember::default();
    observed.person = person(member.email.as_deref(), member.id.as_deref());
    observed.role = member.role.as_deref().map(Arc::from);
    observed.removed = member.is_removed.unwrap_or_default();
    observed
}

/// Returns all groups, the unassigned members last as a group of no id.
pub(crate) fn groups(groups: &BillingGroups) -> Vec<ObservedGroup> {
    groups.groups.iter().chain(&groups.unassigned).map(group).collect()
}

/// Returns a billing group with all who are or were in it in the cycle.
fn group(group: &BillingGroup) -> ObservedGroup {
    let mut observed = ObservedGroup::default();
    observed.id = group.id.as_deref().unwrap_or_default().into();
    observed.name = group.name.as_deref().unwrap_or_default().into();
    observed.spend = group.spend_cents.map(dollars);
    let members = group.current_members.iter().chain(&group.former_members);
    observed.members = members.map(membership).collect();
    observed
}

fn membership(member: &BillingGroupMember) -> ObservedMembership {
    let mut membership = ObservedMembership::from(person(member.email.as_deref(), member.user_id.as_deref()));
    membership.joined = member.joined_at.map(Timestamp::from);
    membership.left = member.left_at.map(Timestamp::from);
    membership
}

/// Returns the name of a person in observations: the email as it was sent, else the id, else [`NO_USER`].
fn person(email: Option<&str>, id: Option<&str>) -> Arc<str> {
    email.or(id).unwrap_or(NO_USER).into()
}
