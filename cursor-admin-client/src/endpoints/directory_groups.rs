//! `GET /teams/directory-groups` and `GET /teams/directory-groups/:groupId/members`.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;

use crate::decode::{self, Decoded, Notes, object};
use crate::error::Result;
use crate::http::call::Call;
use crate::http::gate::Route;
use crate::listing::{Page, Pagination, Row};

/// A directory group of the team: people who share settings, often synchronised from the company's directory.
///
/// It is another thing than a billing group, and says nothing of who pays. Everything may be missing. `Debug` leaves
/// out the name.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct DirectoryGroup {
    /// `team_group_...`
    pub id: Option<String>,
    /// The name; empty ones count as missing.
    pub name: Option<String>,
    /// The number of its members.
    pub member_count: Option<u64>,
    /// The monthly limit in dollars of each member.
    pub monthly_spending_limit_dollars: Option<Decimal>,
    /// When it was made.
    pub created_at: Option<DateTime<Utc>>,
    /// When it was last changed.
    pub updated_at: Option<DateTime<Utc>>,
}

/// A member of a directory group.
///
/// The instant of joining is sent, that of leaving is not: history is in no answer. Everything may be missing.
/// `Debug` leaves out whatever names the person.
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

crate::redact::masked_debug!(DirectoryGroup { id, member_count });

crate::redact::masked_debug!(DirectoryGroupMember { user_id });

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

/// Groups or members per page: the most that Cursor gives.
const PAGE_SIZE: u32 = 200;

/// Returns the request for a page of groups.
pub(crate) fn request(page: u32) -> Call {
    paged(Call::new(Route::DirectoryGroups), page)
}

/// Returns the request for a page of a group's members; fails for an id that cannot be one.
pub(crate) fn members_request(id: &str, page: u32) -> Result<Call> {
    Ok(paged(Call::new(Route::DirectoryGroupMembers).id(id)?, page))
}

/// Adds the number and the size of a page.
fn paged(call: Call, page: u32) -> Call {
    call.page(page).query(format!("page={page}&pageSize={PAGE_SIZE}"))
}

/// Reads a page of groups.
pub(crate) fn decode(body: &[u8], notes: &mut Notes) -> Decoded<Page<DirectoryGroup>> {
    let GroupsAnswer { groups, pagination } = decode::read_answer(body, notes)?;
    let announced = pagination.and_then(|pagination| pagination.total_count);
    Page::new(groups, announced, pagination)
}

/// Reads a page of members.
pub(crate) fn decode_members(body: &[u8], notes: &mut Notes) -> Decoded<Page<DirectoryGroupMember>> {
    let MembersAnswer { members, pagination } = decode::read_answer(body, notes)?;
    let announced = pagination.and_then(|pagination| pagination.total_count);
    Page::new(members, announced, pagination)
}

/// The answer with groups as it is sent.
#[derive(Default)]
struct GroupsAnswer {
    groups: Vec<DirectoryGroup>,
    pagination: Option<Pagination>,
}

object! { GroupsAnswer {
    required { "groups" => groups: list, }
    "pagination" => pagination: object,
}}

/// The answer with members as it is sent.
#[derive(Default)]
struct MembersAnswer {
    members: Vec<DirectoryGroupMember>,
    pagination: Option<Pagination>,
}

object! { MembersAnswer {
    required { "members" => members: list, }
    "pagination" => pagination: object,
}}

object! { DirectoryGroup {
    "id" => id: id,
    "name" => name: id,
    "memberCount" => member_count: count,
    "monthlySpendingLimitDollars" => monthly_spending_limit_dollars: decimal,
    "createdAt" => created_at: instant,
    "updatedAt" => updated_at: instant,
}}

object! { DirectoryGroupMember {
    "userId" => user_id: id,
    "name" => name: id,
    "email" => email: id,
    "joinedAt" => joined_at: instant,
}}
