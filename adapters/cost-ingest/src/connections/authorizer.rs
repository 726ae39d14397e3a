//! Authorisation of changes of connections.
//!
//! The host knows who is asking; this crate asks it, through [`Authorizer`], before each change, and records the
//! actor in the audit trail. [`Roles`] is the ready-made answer.

use std::collections::BTreeMap;
use std::fmt;

use cost_model::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Error, ErrorKind, Result};

/// The user who changes a connection, by the host's name for them.
///
/// `Debug` does not show it, since it may name a person.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Actor(String);

cost_model::masked_debug!(Actor {});

impl Actor {
    /// Makes the actor of that name.
    pub fn new(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// Returns the name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A change of a connection, as an [`Authorizer`] is asked about it.
///
/// Stored in the audit trail in snake case, so that existing names must not change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Action {
    /// Add one.
    Add,
    /// Give it another account name.
    Rename,
    /// Point it to another key.
    ReplaceKey,
    /// Assign it to workspaces.
    Assign,
    /// End it, and keep its charges.
    Disconnect,
    /// Remove it with everything that came in through it.
    Remove,
}

impl Action {
    /// Every action.
    pub const ALL: [Self; 6] =
        [Self::Add, Self::Rename, Self::ReplaceKey, Self::Assign, Self::Disconnect, Self::Remove];
}

/// Decides whether an actor may change connections. A host implements it by its own rules; [`Roles`] are those of Vantage.
///
/// It is asked at the time of each change and its answers are not remembered.
///
/// ```
/// use cost_ingest::connections::{Action, Actor, Authorizer};
///
/// /// Everybody may rename a connection, and nobody may do more.
/// #[derive(Debug)]
/// struct RenameOnly;
///
/// impl Authorizer for RenameOnly {
///     fn allows(&self, _: &Actor, action: Action) -> bool {
///         action == Action::Rename
///     }
/// }
/// assert!(!RenameOnly.allows(&Actor::new("ada"), Action::Remove));
/// ```
pub trait Authorizer: fmt::Debug + Send + Sync {
    /// Returns whether the actor may do that.
    fn allows(&self, actor: &Actor, action: Action) -> bool;
}

/// The circumstances of a change: the actor, the authoriser that permits it, and the time.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "built by callers, for every change")]
pub struct By<'a> {
    /// The authoriser that decides whether the actor may.
    pub authorizer: &'a dyn Authorizer,
    /// The actor.
    pub actor: &'a Actor,
    /// The time of the change.
    pub at: Timestamp,
}

impl By<'_> {
    /// Fails with `ErrorKind::NotAllowed`; the message names the action and nobody.
    pub(super) fn may(&self, action: Action) -> Result<()> {
        if self.authorizer.allows(self.actor, action) {
            return Ok(());
        }
        let message = format!("the actor's role does not allow {action:?}; an owner's does");
        Err(Error::of(ErrorKind::NotAllowed, message))
    }
}

/// An organisation role, <https://docs.vantage.sh/rbac>.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Role {
    /// May do everything.
    OrganizationOwner,
    /// May change integrations.
    IntegrationOwner,
    /// May edit reports, and no connection.
    Editor,
    /// May look.
    Viewer,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 4] = [Self::OrganizationOwner, Self::IntegrationOwner, Self::Editor, Self::Viewer];

    /// Returns whether somebody of that role may do that.
    pub fn allows(self, action: Action) -> bool {
        match action {
            Action::Add
            | Action::Rename
            | Action::ReplaceKey
            | Action::Assign
            | Action::Disconnect
            | Action::Remove => matches!(self, Self::OrganizationOwner | Self::IntegrationOwner),
        }
    }
}

/// Roles by actor, as data; whoever has none may do nothing.
///
/// ```
/// use cost_ingest::connections::{Action, Actor, Authorizer, Role, Roles};
///
/// let (ada, eve) = (Actor::new("ada"), Actor::new("eve"));
/// let roles = Roles::default().with(&ada, Role::IntegrationOwner);
/// assert!(roles.allows(&ada, Action::Remove) && !roles.allows(&eve, Action::Rename));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Roles(BTreeMap<Actor, Role>);

impl Roles {
    /// Returns the same, with one more actor's role.
    ///
    /// A role that the actor had before is replaced.
    pub fn with(mut self, actor: &Actor, role: Role) -> Self {
        self.0.insert(actor.clone(), role);
        self
    }
}

impl Authorizer for Roles {
    fn allows(&self, actor: &Actor, action: Action) -> bool {
        self.0.get(actor).is_some_and(|role| role.allows(action))
    }
}
