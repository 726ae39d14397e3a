//! `GET /teams/groups` and `GET /teams/groups/:groupId`.

use std::fmt;

use chrono::{DateTime, NaiveDate, Utc};

use crate::call::Call;
use crate::cents::Cents;
use crate::client::Client;
use crate::error::Result;
use crate::fault::Decoded;
use crate::gate::Route;
use crate::notes::{BadRow, Notes};
use crate::rows;
use crate::unknown::UnknownField;
use crate::wire::{Field, Fields};

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
#[derive(Clone, PartialEq, Eq, Hash)]
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
#[derive(Clone, PartialEq, Eq, Hash)]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
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

pub(crate) async fn read_all(client: &Client, day: Option<NaiveDate>) -> Result<BillingGroups> {
    let call = Call::new(Route::BillingGroups).query(query(day));
    let answer = client.call(&call, decode_all).await?;
    client.page_read(&call, &answer.value.groups, None);
    let (unknown_fields, bad_rows) = (answer.notes.unknown.into_list(), answer.notes.bad_rows);
    Ok(BillingGroups { unknown_fields, bad_rows, ..answer.value })
}

pub(crate) async fn read_one(
    client: &Client,
    id: &str,
    day: Option<NaiveDate>,
) -> Result<BillingGroupDetails> {
    let call = Call::new(Route::BillingGroup).id(id)?.query(query(day));
    let answer = client.call(&call, decode_one).await?;
    client.page_read(&call, std::slice::from_ref(&answer.value.group), None);
    Ok(BillingGroupDetails { unknown_fields: answer.notes.unknown.into_list(), ..answer.value })
}

fn query(day: Option<NaiveDate>) -> String {
    day.map(|day| format!("billingCycle={}", day.format("%Y-%m-%d"))).unwrap_or_default()
}

fn decode_all(body: &[u8], notes: &mut Notes) -> Decoded<BillingGroups> {
    let (groups, mut fields) =
        rows::required(body, "groups", notes, |fields, notes| group(fields, notes, "groups[]."))?;
    let unassigned = single(fields.take("unassignedGroup")?, notes, "unassignedGroup.")?;
    let cycle = cycle(&mut fields, notes)?;
    notes.unknown.note("", &fields);
    Ok(BillingGroups { groups, unassigned, cycle, unknown_fields: Vec::new(), bad_rows: Vec::new() })
}

fn decode_one(body: &[u8], notes: &mut Notes) -> Decoded<BillingGroupDetails> {
    let mut fields = Fields::of_answer(body)?;
    let field = fields.take("group")?;
    let group = field.required(single(field, notes, "group.")?)?;
    let cycle = cycle(&mut fields, notes)?;
    notes.unknown.note("", &fields);
    Ok(BillingGroupDetails { group, cycle, unknown_fields: Vec::new() })
}

/// A group that is no row of a list.
fn single(field: Field<'_>, notes: &mut Notes, at: &str) -> Decoded<Option<BillingGroup>> {
    field.inside(|mut fields| {
        let group = group(&mut fields, notes, at)?;
        notes.unknown.note(at, &fields);
        Ok(group)
    })
}

fn cycle(fields: &mut Fields<'_>, notes: &mut Notes) -> Decoded<BillingCycle> {
    let cycle = fields.take("billingCycle")?.inside(|mut fields| {
        let cycle = BillingCycle {
            start: fields.take("cycleStart")?.instant()?,
            end: fields.take("cycleEnd")?.instant()?,
        };
        notes.unknown.note("billingCycle.", &fields);
        Ok(cycle)
    })?;
    Ok(cycle.unwrap_or_default())
}

fn group(fields: &mut Fields<'_>, notes: &mut Notes, at: &str) -> Decoded<BillingGroup> {
    let mut rounded = 0;
    let mut members = |field: Field<'_>, rounded: &mut u32| {
        let at = format!("{at}{}[].", field.name);
        field.rows(|fields| member(fields, rounded, notes, &at))
    };
    let current_members = members(fields.take("currentMembers")?, &mut rounded)?;
    let former_members = members(fields.take("formerMembers")?, &mut rounded)?;
    Ok(BillingGroup {
        id: fields.take("id")?.id()?,
        name: fields.take("name")?.id()?,
        kind: fields.take("type")?.id()?,
        directory_group_id: fields.take("directoryGroupId")?.id()?,
        member_count: fields.take("memberCount")?.count()?,
        created_at: fields.take("createdAt")?.instant()?,
        updated_at: fields.take("updatedAt")?.instant()?,
        spend_cents: fields.take("spendCents")?.cents(&mut rounded)?,
        current_members,
        former_members,
        daily_spend: daily(fields.take("dailySpend")?, &mut rounded, notes, at)?,
        rounded_amounts: rounded,
    })
}

fn member(
    mut fields: Fields<'_>,
    rounded: &mut u32,
    notes: &mut Notes,
    at: &str,
) -> Decoded<BillingGroupMember> {
    let member = BillingGroupMember {
        user_id: fields.take("userId")?.id()?,
        name: fields.take("name")?.id()?,
        email: fields.take("email")?.id()?,
        joined_at: fields.take("joinedAt")?.instant()?,
        left_at: fields.take("leftAt")?.instant()?,
        spend_cents: fields.take("spendCents")?.cents(rounded)?,
        daily_spend: daily(fields.take("dailySpend")?, rounded, notes, at)?,
    };
    notes.unknown.note(at, &fields);
    Ok(member)
}

fn daily(field: Field<'_>, rounded: &mut u32, notes: &mut Notes, at: &str) -> Decoded<Vec<DailySpend>> {
    field.rows(|mut fields| {
        let day = DailySpend {
            date: fields.take("date")?.date()?,
            spend_cents: fields.take("spendCents")?.cents(rounded)?,
        };
        notes.unknown.note(format_args!("{at}dailySpend[]."), &fields);
        Ok(day)
    })
}
