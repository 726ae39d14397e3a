//! A connection to one account of one provider.

use std::collections::BTreeSet;

use cost_model::Timestamp;
use cost_model::store::ConnectionId;
use serde::{Deserialize, Serialize};

use super::Status;

/// One key of one provider under an account name.
///
/// It is made by [`Connections::add`](super::Connections::add) and changed only through
/// [`Connections`](super::Connections), so that each change is checked and recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Connection {
    /// The lasting name, which every record carries.
    pub id: ConnectionId,
    /// The name that reports show; unique, and free to change.
    pub account_name: String,
    /// The provider, such as `cursor`.
    pub provider: String,
    /// Where the host keeps the key, such as the name of a secret. Never the key.
    pub secret_reference: String,
    /// The workspaces in which its charges are seen.
    pub workspaces: BTreeSet<String>,
    /// Its status.
    pub status: Status,
    /// When it was added.
    pub created: Timestamp,
    /// When a run last completed.
    pub last_success: Option<Timestamp>,
}

/// A change of a connection: who, what, when, and the connection before and after.
///
/// Both states are kept whole, so that a reader needs no other record to see what changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AuditRecord {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: super::Actor,
    /// What.
    pub action: super::Action,
    /// The connection before; absent when it was added.
    pub before: Option<Connection>,
    /// The connection after; absent when it was removed.
    pub after: Option<Connection>,
}
