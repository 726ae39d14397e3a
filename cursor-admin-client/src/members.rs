//! `GET /teams/members`.

use std::fmt;

use crate::call::Call;
use crate::client::Client;
use crate::error::{Error, Result};
use crate::fault::Decoded;
use crate::gate::Route;
use crate::listing::Listing;
use crate::notes::Notes;
use crate::rows;
use crate::wire::Fields;

/// A member of the team. Everything may be missing. `Debug` leaves out whatever names the person.
#[derive(Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Member {
    /// `user_...`, or a number before mid-2026; the same as [`MemberSpend::user_id`](crate::MemberSpend::user_id).
    pub id: Option<String>,
    /// The name; empty ones count as missing.
    pub name: Option<String>,
    /// The email address, as sent.
    pub email: Option<String>,
    /// `owner`, `member`, `free-owner` or another word.
    pub role: Option<String>,
    /// Whether the person has left. Most who have left are simply not listed.
    pub is_removed: Option<bool>,
}

impl fmt::Debug for Member {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Member")
            .field("id", &self.id)
            .field("role", &self.role)
            .field("is_removed", &self.is_removed)
            .finish_non_exhaustive()
    }
}

pub(crate) async fn read(client: &Client) -> Result<Listing<Member>> {
    let call = Call::new(Route::Members);
    let answer = client.call(&call, decode).await?;
    client.page_read(&call, &answer.value, None);
    Ok(Listing::new(answer.value, None, u64::from(answer.attempts), answer.notes))
}

fn decode(body: &[u8], notes: &mut Notes) -> Decoded<Vec<Member>> {
    let (members, fields) = rows::required(body, "teamMembers", notes, |fields, _| member(fields))?;
    notes.unknown.note("", &fields);
    Ok(members)
}

impl Member {
    /// Reads one member from its JSON text, as a row of an answer is read.
    ///
    /// # Errors
    /// [`ErrorKind::Decode`](crate::ErrorKind::Decode) with the field that cannot be read.
    pub fn from_json(text: &str) -> Result<Self> {
        Fields::of_text(text)
            .and_then(|mut fields| member(&mut fields))
            .map_err(|fault| Error::decode("reading a member", fault))
    }
}

fn member(fields: &mut Fields<'_>) -> Decoded<Member> {
    Ok(Member {
        id: fields.take("id")?.id()?,
        name: fields.take("name")?.id()?,
        email: fields.take("email")?.id()?,
        role: fields.take("role")?.id()?,
        is_removed: fields.take("isRemoved")?.flag()?,
    })
}
