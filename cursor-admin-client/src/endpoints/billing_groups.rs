//! `GET /teams/groups` and `GET /teams/groups/:groupId`.

use chrono::{DateTime, NaiveDate, Utc};

use crate::decode::{self, BadRow, Cents, Decoded, Finished, Notes, UnknownField, object};
use crate::error::Result;
use crate::http::call::Call;
use crate::http::gate::Route;

/// The bounds of a billing cycle, as sent.
///
/// This is the only place where the API states the end of a cycle, or the bounds of a past one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct BillingCycle {
    /// When it began.
    pub start: Option<DateTime<Utc>>,
    /// When it ends.
    pub end: Option<DateTime<Utc>>,
}

/// The billing groups of a team in one billing cycle.
/// Only Enterprise teams have them: others are refused with a 403.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct BillingGroups {
    /// The groups. Use belongs to the group that a member was in when it happened.
    pub groups: Vec<BillingGroup>,
    /// Everyone who is in none of them.
    pub unassigned: Option<BillingGroup>,
    /// The cycle that the amounts belong to.
    pub cycle: BillingCycle,
    /// Fields that this release does not read.
    pub unknown_fields: Vec<UnknownField>,
    /// Groups that could not be read; always none unless the client is
    /// [lenient](crate::Client::lenient).
    pub bad_rows: Vec<BadRow>,
}

/// One billing group in one billing cycle.
/// It says more of the members than the list of all groups does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct BillingGroupDetails {
    /// The group. Its current members have their spend by day.
    pub group: BillingGroup,
    /// The cycle that the amounts belong to.
    pub cycle: BillingCycle,
    /// Fields that this release does not read.
    pub unknown_fields: Vec<UnknownField>,
}

/// A billing group. Everything may be missing; a list that is not sent is empty. `Debug` leaves out
/// the name.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct BillingGroup {
    /// `group_...`
    pub id: Option<String>,
    /// The name; empty ones count as missing.
    pub name: Option<String>,
    /// `BILLING` or another word.
    pub kind: Option<String>,
    /// The directory group that fills it, if one does.
    pub directory_group_id: Option<String>,
    /// The number of its members now.
    pub member_count: Option<u64>,
    /// When it was made.
    pub created_at: Option<DateTime<Utc>>,
    /// When it was last changed.
    pub updated_at: Option<DateTime<Utc>>,
    /// Cents spent by the group in the cycle.
    pub spend_cents: Option<Cents>,
    /// The members who are in it now.
    pub current_members: Vec<BillingGroupMember>,
    /// The members who have left it.
    pub former_members: Vec<BillingGroupMember>,
    /// The spend by day. It has been seen to cover the last days only, and less than the events.
    pub daily_spend: Vec<DailySpend>,
    /// The number of amounts of this group that had digits too fine to keep and were rounded half-even.
    pub rounded_amounts: u32,
}

/// A member of a billing group, with what was spent while in it.
///
/// Everything may be missing. `Debug` leaves out whatever names the person.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct BillingGroupMember {
    /// `user_...`
    pub user_id: Option<String>,
    /// The name; empty ones count as missing.
    pub name: Option<String>,
    /// The email address, as sent.
    pub email: Option<String>,
    /// When the person joined the group.
    pub joined_at: Option<DateTime<Utc>>,
    /// When the person left it.
    pub left_at: Option<DateTime<Utc>>,
    /// Cents spent in the cycle while in the group.
    pub spend_cents: Option<Cents>,
    /// The spend by day; sent for one group alone, and not for people who have left.
    pub daily_spend: Vec<DailySpend>,
}

/// The spend of one day.
/// It was below the sum of the day's events where it has been compared; take the events for amounts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct DailySpend {
    /// The day.
    pub date: Option<NaiveDate>,
    /// Cents spent on it.
    pub spend_cents: Option<Cents>,
}

crate::redact::masked_debug!(BillingGroup { id, member_count, spend_cents });

crate::redact::masked_debug!(BillingGroupMember { user_id, spend_cents });

/// Returns the request for all groups in the cycle that holds a day, or else in the current one.
pub(crate) fn request(day: Option<NaiveDate>) -> Call {
    Call::new(Route::BillingGroups).query(query(day))
}

/// Returns the request for one group; fails for an id that cannot be one.
pub(crate) fn group_request(id: &str, day: Option<NaiveDate>) -> Result<Call> {
    Ok(Call::new(Route::BillingGroup).id(id)?.query(query(day)))
}

/// Returns the query for a day; empty without one.
fn query(day: Option<NaiveDate>) -> String {
    day.map(|day| format!("billingCycle={}", day.format("%Y-%m-%d"))).unwrap_or_default()
}

/// Reads the answer with all groups.
pub(crate) fn decode(body: &[u8], notes: &mut Notes) -> Decoded<BillingGroups> {
    decode::read_answer(body, notes)
}

/// Reads the answer with one group.
pub(crate) fn decode_group(body: &[u8], notes: &mut Notes) -> Decoded<BillingGroupDetails> {
    decode::read_answer(body, notes)
}

object! { BillingGroups {
    required { "groups" => groups: list, }
    "unassignedGroup" => unassigned: object,
    "billingCycle" => cycle: object_or_default,
}}

object! { BillingGroupDetails {
    required { "group" => group: object, }
    "billingCycle" => cycle: object_or_default,
}}

object! { BillingCycle {
    "cycleStart" => start: instant,
    "cycleEnd" => end: instant,
}}

object! { BillingGroup {
    "id" => id: id,
    "name" => name: id,
    "type" => kind: id,
    "directoryGroupId" => directory_group_id: id,
    "memberCount" => member_count: count,
    "createdAt" => created_at: instant,
    "updatedAt" => updated_at: instant,
    "spendCents" => spend_cents: cents,
    "currentMembers" => current_members: rows,
    "formerMembers" => former_members: rows,
    "dailySpend" => daily_spend: rows,
}
    fn finish(&mut self, rounded: &mut u32) -> Finished {
        self.rounded_amounts = std::mem::take(rounded);
        Ok(())
    }
}

object! { BillingGroupMember {
    "userId" => user_id: id,
    "name" => name: id,
    "email" => email: id,
    "joinedAt" => joined_at: instant,
    "leftAt" => left_at: instant,
    "spendCents" => spend_cents: cents,
    "dailySpend" => daily_spend: rows,
}}

object! { DailySpend {
    "date" => date: day,
    "spendCents" => spend_cents: cents,
}}
