//! `GET /teams/groups` and `GET /teams/groups/:groupId`.

use std::fmt;

use chrono::{DateTime, NaiveDate, Utc};
use serde::de::MapAccess;

use crate::decode::{
    self, BadRow, Cents, DecodeFault, Decoded, Field, Finish, MISSING, Notes, Object, UnknownField,
};
use crate::error::Result;
use crate::http::call::Call;
use crate::http::gate::Route;

/// The bounds of a billing cycle, as sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct BillingCycle {
    /// When it began.
    pub start: Option<DateTime<Utc>>,
    /// When it ends.
    pub end: Option<DateTime<Utc>>,
}

/// The billing groups of a team in one billing cycle.
#[derive(Clone, Debug, PartialEq, Eq)]
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
#[derive(Clone, Debug, PartialEq, Eq)]
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
    /// How many members it has now.
    pub member_count: Option<u64>,
    /// When it was made.
    pub created_at: Option<DateTime<Utc>>,
    /// When it was last changed.
    pub updated_at: Option<DateTime<Utc>>,
    /// Cents spent by the group in the cycle.
    pub spend_cents: Option<Cents>,
    /// Who is in it.
    pub current_members: Vec<BillingGroupMember>,
    /// Who has left it.
    pub former_members: Vec<BillingGroupMember>,
    /// The spend by day. It has been seen to cover the last days only, and less than the events.
    pub daily_spend: Vec<DailySpend>,
    /// How many numbers of this group had digits too fine to keep and were rounded half-even.
    pub rounded_amounts: u32,
}

/// A member of a billing group. Everything may be missing. `Debug` leaves out whatever names the person.
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
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct DailySpend {
    /// The day.
    pub date: Option<NaiveDate>,
    /// Cents spent on it.
    pub spend_cents: Option<Cents>,
}

impl fmt::Debug for BillingGroup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BillingGroup")
            .field("id", &self.id)
            .field("member_count", &self.member_count)
            .field("spend_cents", &self.spend_cents)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for BillingGroupMember {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BillingGroupMember")
            .field("user_id", &self.user_id)
            .field("spend_cents", &self.spend_cents)
            .finish_non_exhaustive()
    }
}

pub(crate) fn request(day: Option<NaiveDate>) -> Call {
    Call::new(Route::BillingGroups).query(query(day))
}

pub(crate) fn group_request(id: &str, day: Option<NaiveDate>) -> Result<Call> {
    Ok(Call::new(Route::BillingGroup).id(id)?.query(query(day)))
}

fn query(day: Option<NaiveDate>) -> String {
    day.map(|day| format!("billingCycle={}", day.format("%Y-%m-%d"))).unwrap_or_default()
}

pub(crate) fn decode(body: &[u8], notes: &mut Notes) -> Decoded<BillingGroups> {
    let mut answer = GroupsAnswer::default();
    decode::read_answer(body, &mut answer, notes)?;
    Ok(BillingGroups {
        groups: answer.groups.ok_or_else(|| DecodeFault::new(GROUPS, MISSING))?,
        unassigned: answer.unassigned,
        cycle: answer.cycle.unwrap_or_default(),
        unknown_fields: Vec::new(),
        bad_rows: Vec::new(),
    })
}

pub(crate) fn decode_group(body: &[u8], notes: &mut Notes) -> Decoded<BillingGroupDetails> {
    let mut answer = GroupAnswer::default();
    decode::read_answer(body, &mut answer, notes)?;
    Ok(BillingGroupDetails {
        group: answer.group.ok_or_else(|| DecodeFault::new("group", MISSING))?,
        cycle: answer.cycle.unwrap_or_default(),
        unknown_fields: Vec::new(),
    })
}

const GROUPS: &str = "groups";

#[derive(Default)]
struct GroupsAnswer {
    groups: Option<Vec<BillingGroup>>,
    unassigned: Option<BillingGroup>,
    cycle: Option<BillingCycle>,
}

impl<'de> Object<'de> for GroupsAnswer {
    fn take<A: MapAccess<'de>>(&mut self, field: Field<'_, 'de, A>) -> Result<(), A::Error> {
        match field.name() {
            GROUPS => field.list(GROUPS, &mut self.groups),
            "unassignedGroup" => field.object(&mut self.unassigned),
            "billingCycle" => field.object(&mut self.cycle),
            _ => field.unknown(),
        }
    }
}

#[derive(Default)]
struct GroupAnswer {
    group: Option<BillingGroup>,
    cycle: Option<BillingCycle>,
}

impl<'de> Object<'de> for GroupAnswer {
    fn take<A: MapAccess<'de>>(&mut self, field: Field<'_, 'de, A>) -> Result<(), A::Error> {
        match field.name() {
            "group" => field.object(&mut self.group),
            "billingCycle" => field.object(&mut self.cycle),
            _ => field.unknown(),
        }
    }
}

impl<'de> Object<'de> for BillingCycle {
    fn take<A: MapAccess<'de>>(&mut self, field: Field<'_, 'de, A>) -> Result<(), A::Error> {
        match field.name() {
            "cycleStart" => field.instant(&mut self.start),
            "cycleEnd" => field.instant(&mut self.end),
            _ => field.unknown(),
        }
    }
}

impl<'de> Object<'de> for BillingGroup {
    fn take<A: MapAccess<'de>>(&mut self, field: Field<'_, 'de, A>) -> Result<(), A::Error> {
        match field.name() {
            "id" => field.id(&mut self.id),
            "name" => field.id(&mut self.name),
            "type" => field.id(&mut self.kind),
            "directoryGroupId" => field.id(&mut self.directory_group_id),
            "memberCount" => field.count(&mut self.member_count),
            "createdAt" => field.instant(&mut self.created_at),
            "updatedAt" => field.instant(&mut self.updated_at),
            "spendCents" => field.cents(&mut self.spend_cents),
            "currentMembers" => field.rows(&mut self.current_members),
            "formerMembers" => field.rows(&mut self.former_members),
            "dailySpend" => field.rows(&mut self.daily_spend),
            _ => field.unknown(),
        }
    }

    fn finish(&mut self, rounded: &mut u32) -> Finish {
        self.rounded_amounts = std::mem::take(rounded);
        Ok(())
    }
}

impl<'de> Object<'de> for BillingGroupMember {
    fn take<A: MapAccess<'de>>(&mut self, field: Field<'_, 'de, A>) -> Result<(), A::Error> {
        match field.name() {
            "userId" => field.id(&mut self.user_id),
            "name" => field.id(&mut self.name),
            "email" => field.id(&mut self.email),
            "joinedAt" => field.instant(&mut self.joined_at),
            "leftAt" => field.instant(&mut self.left_at),
            "spendCents" => field.cents(&mut self.spend_cents),
            "dailySpend" => field.rows(&mut self.daily_spend),
            _ => field.unknown(),
        }
    }
}

impl<'de> Object<'de> for DailySpend {
    fn take<A: MapAccess<'de>>(&mut self, field: Field<'_, 'de, A>) -> Result<(), A::Error> {
        match field.name() {
            "date" => field.day(&mut self.date),
            "spendCents" => field.cents(&mut self.spend_cents),
            _ => field.unknown(),
        }
    }
}
