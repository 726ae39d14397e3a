//! `GET /teams/directory-groups` and `GET /teams/directory-groups/:groupId/members`.

use std::fmt;

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::de::MapAccess;

use crate::decode::{self, DecodeFault, Decoded, Field, MISSING, Notes, Object};
use crate::error::Result;
use crate::http::call::Call;
use crate::http::gate::Route;
use crate::listing::{Page, Pagination, Row};

/// A directory group of the team. Everything may be missing. `Debug` leaves out the name.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct DirectoryGroup {
    /// `team_group_...`
    pub id: Option<String>,
    /// The name; empty ones count as missing.
    pub name: Option<String>,
    /// How many members it has.
    pub member_count: Option<u64>,
    /// The monthly limit in dollars of each member.
    pub monthly_spending_limit_dollars: Option<Decimal>,
    /// When it was made.
    pub created_at: Option<DateTime<Utc>>,
    /// When it was last changed.
    pub updated_at: Option<DateTime<Utc>>,
}

/// A member of a directory group. Everything may be missing. `Debug` leaves out whatever names the person.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct DirectoryGroupMember {
    /// `user_...`
    pub user_id: Option<String>,
    /// The name; empty ones count as missing.
    pub name: Option<String>,
    /// The email address, as sent.
    pub email: Option<String>,
    /// When the person joined the group.
    pub joined_at: Option<DateTime<Utc>>,
}

impl fmt::Debug for DirectoryGroup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DirectoryGroup")
            .field("id", &self.id)
            .field("member_count", &self.member_count)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for DirectoryGroupMember {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DirectoryGroupMember").field("user_id", &self.user_id).finish_non_exhaustive()
    }
}

impl Row for DirectoryGroup {
    const COUNTED: bool = true;

    fn identity(&self) -> Option<String> {
        self.id.clone()
    }
}

impl Row for DirectoryGroupMember {
    const COUNTED: bool = true;

    fn identity(&self) -> Option<String> {
        self.user_id.clone().or_else(|| self.email.clone())
    }
}

/// The most that Cursor gives.
const PAGE_SIZE: u32 = 200;

pub(crate) fn request(page: u32) -> Call {
    paged(Call::new(Route::DirectoryGroups), page)
}

pub(crate) fn members_request(id: &str, page: u32) -> Result<Call> {
    Ok(paged(Call::new(Route::DirectoryGroupMembers).id(id)?, page))
}

fn paged(call: Call, page: u32) -> Call {
    call.page(page).query(format!("page={page}&pageSize={PAGE_SIZE}"))
}

pub(crate) fn decode(body: &[u8], notes: &mut Notes) -> Decoded<Page<DirectoryGroup>> {
    decode_list(body, "groups", notes)
}

pub(crate) fn decode_members(body: &[u8], notes: &mut Notes) -> Decoded<Page<DirectoryGroupMember>> {
    decode_list(body, "members", notes)
}

fn decode_list<T: for<'de> Object<'de> + Default>(
    body: &[u8],
    name: &'static str,
    notes: &mut Notes,
) -> Decoded<Page<T>> {
    let mut answer = Answer { name, rows: None, pagination: None };
    decode::read_answer(body, &mut answer, notes)?;
    let rows = answer.rows.ok_or_else(|| DecodeFault::new(name, MISSING))?;
    let announced = answer.pagination.and_then(|pagination| pagination.total_count);
    Page::new(rows, announced, answer.pagination)
}

struct Answer<T> {
    name: &'static str,
    rows: Option<Vec<T>>,
    pagination: Option<Pagination>,
}

impl<'de, T: Object<'de> + Default> Object<'de> for Answer<T> {
    fn take<A: MapAccess<'de>>(&mut self, field: Field<'_, 'de, A>) -> Result<(), A::Error> {
        match field.name() {
            name if name == self.name => field.list(self.name, &mut self.rows),
            "pagination" => field.object(&mut self.pagination),
            _ => field.unknown(),
        }
    }
}

impl<'de> Object<'de> for DirectoryGroup {
    fn take<A: MapAccess<'de>>(&mut self, field: Field<'_, 'de, A>) -> Result<(), A::Error> {
        match field.name() {
            "id" => field.id(&mut self.id),
            "name" => field.id(&mut self.name),
            "memberCount" => field.count(&mut self.member_count),
            "monthlySpendingLimitDollars" => field.decimal(&mut self.monthly_spending_limit_dollars),
            "createdAt" => field.instant(&mut self.created_at),
            "updatedAt" => field.instant(&mut self.updated_at),
            _ => field.unknown(),
        }
    }
}

impl<'de> Object<'de> for DirectoryGroupMember {
    fn take<A: MapAccess<'de>>(&mut self, field: Field<'_, 'de, A>) -> Result<(), A::Error> {
        match field.name() {
            "userId" => field.id(&mut self.user_id),
            "name" => field.id(&mut self.name),
            "email" => field.id(&mut self.email),
            "joinedAt" => field.instant(&mut self.joined_at),
            _ => field.unknown(),
        }
    }
}
