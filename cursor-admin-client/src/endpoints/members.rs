//! `GET /teams/members`.

use crate::decode::{self, Decoded, Notes, object};
use crate::error::{Error, Result};
use crate::http::call::Call;
use crate::http::gate::Route;

/// A member of the team.
///
/// The list is that of now: usage events also name people who are no longer in it. Everything may be missing. `Debug`
/// leaves out whatever names the person.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Member {
    /// `user_...`, or a number before mid-2026; the same as [`MemberSpend::user_id`](crate::endpoints::spend::MemberSpend::user_id).
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

crate::redact::masked_debug!(Member { id, role, is_removed });

/// Returns the request, which has no parts.
pub(crate) fn request() -> Call {
    Call::new(Route::Members)
}

/// Reads the answer, which has all members at once.
pub(crate) fn decode(body: &[u8], notes: &mut Notes) -> Decoded<Vec<Member>> {
    decode::read_answer(body, notes).map(|answer: Answer| answer.members)
}

/// The answer as it is sent.
#[derive(Default)]
struct Answer {
    members: Vec<Member>,
}

object! { Answer {
    required { "teamMembers" => members: list, }
}}

impl Member {
    /// Reads one member from its JSON text, as a row of an answer is read.
    ///
    /// # Errors
    /// [`ErrorKind::Decode`](crate::ErrorKind::Decode) with the field that cannot be read.
    pub fn from_json(text: &str) -> Result<Self> {
        decode::read_row(text).map_err(|fault| Error::decode("reading a member", fault))
    }
}

object! { Member {
    "id" => id: id,
    "name" => name: id,
    "email" => email: id,
    "role" => role: id,
    "isRemoved" => is_removed: flag,
}}
