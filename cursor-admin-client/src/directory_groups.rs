//! `GET /teams/directory-groups` and `GET /teams/directory-groups/:groupId/members`.

use std::fmt;

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;

use crate::call::Call;
use crate::client::Client;
use crate::error::Result;
use crate::fault::Decoded;
use crate::gate::Route;
use crate::listing::{self, Listing, Page, Row, pagination};
use crate::notes::Notes;
use crate::rows;
use crate::wire::Fields;

/// A directory group of the team. Everything may be missing. `Debug` leaves out the name.
#[derive(Clone, PartialEq, Eq, Hash)]
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
#[derive(Clone, PartialEq, Eq, Hash)]
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

pub(crate) async fn read(client: &Client) -> Result<Listing<DirectoryGroup>> {
    let call = |page| Ok(paged(Call::new(Route::DirectoryGroups), page));
    listing::read(client, call, |body, notes| decode(body, "groups", notes, group)).await
}

pub(crate) async fn read_members(client: &Client, id: &str) -> Result<Listing<DirectoryGroupMember>> {
    let call = |page| Ok(paged(Call::new(Route::DirectoryGroupMembers).id(id)?, page));
    listing::read(client, call, |body, notes| decode(body, "members", notes, member)).await
}

fn paged(call: Call, page: u32) -> Call {
    call.page(page).query(format!("page={page}&pageSize={PAGE_SIZE}"))
}

fn decode<T>(
    body: &[u8],
    name: &'static str,
    notes: &mut Notes,
    row: impl Fn(&mut Fields<'_>) -> Decoded<T>,
) -> Decoded<Page<T>> {
    let (rows, mut fields) = rows::required(body, name, notes, |fields, _| row(fields))?;
    let (announced, has_next) = pagination(&mut fields, "totalCount", notes)?;
    notes.unknown.note("", &fields);
    Ok(Page { rows, announced, has_next })
}

fn group(fields: &mut Fields<'_>) -> Decoded<DirectoryGroup> {
    Ok(DirectoryGroup {
        id: fields.take("id")?.id()?,
        name: fields.take("name")?.id()?,
        member_count: fields.take("memberCount")?.count()?,
        monthly_spending_limit_dollars: fields.take("monthlySpendingLimitDollars")?.decimal(&mut 0)?,
        created_at: fields.take("createdAt")?.instant()?,
        updated_at: fields.take("updatedAt")?.instant()?,
    })
}

fn member(fields: &mut Fields<'_>) -> Decoded<DirectoryGroupMember> {
    Ok(DirectoryGroupMember {
        user_id: fields.take("userId")?.id()?,
        name: fields.take("name")?.id()?,
        email: fields.take("email")?.id()?,
        joined_at: fields.take("joinedAt")?.instant()?,
    })
}
