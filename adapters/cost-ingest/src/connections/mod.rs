//! The connections of an organisation, and their changes.
//!
//! A connection is one API key of one provider under an account name. Its charges carry its id, so that names, keys
//! and workspaces can change without touching a record. The host stores [`Connections`] beside the charges and calls
//! it around each run.

mod authorizer;
mod connection;
mod duplicates;
mod status;

use cost_model::store::{ConnectionId, Scope};
use cost_model::{CostStore, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{Error, ErrorKind, Progress, Result, RunReport};

pub use authorizer::{Action, Actor, Authorizer, By, Role, Roles};
pub use connection::{AuditRecord, Connection};
pub use duplicates::{refuse_charges_of_others, refuse_duplicates};
pub use status::Status;

/// The connections of an organisation, with an audit record of each change.
///
/// Every method takes time in proportion to the number of connections, which are few.
///
/// The host keeps it: it serialises, and holds no secret. Changes by people are checked by an [`Authorizer`]; runs are recorded
/// with [`begin`](Self::begin), [`progress`](Self::progress) and [`finish`](Self::finish).
///
/// ```
/// use cost_ingest::connections::{Actor, By, Connections, Role, Roles};
/// use cost_model::store::ConnectionId;
/// let ada = Actor::new("ada");
/// let roles = Roles::default().with(&ada, Role::IntegrationOwner);
/// let by = By { authorizer: &roles, actor: &ada, at: "2026-11-01T00:00:00Z".parse()? };
/// let mut connections = Connections::default();
/// let id = ConnectionId::new("cursor-1");
/// connections.add(&by, id.clone(), "Acme", "cursor", "vault:cursor/acme")?;
/// connections.rename(&by, &id, "Acme EMEA")?;
/// assert_eq!(connections.get(&id)?.account_name, "Acme EMEA");
/// assert_eq!(connections.audit_trail().len(), 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Connections {
    connections: Vec<Connection>,
    audit_trail: Vec<AuditRecord>,
}

impl Connections {
    /// Adds a connection, which nothing has been read through.
    ///
    /// `secret_reference` says where the host finds the key; the key itself does not belong here. Workspaces are
    /// assigned once the first import has gone through.
    ///
    /// # Errors
    /// [`ErrorKind::NotAllowed`]; [`ErrorKind::NameTaken`] when the account name or the id is in use.
    pub fn add(
        &mut self,
        by: &By<'_>,
        id: ConnectionId,
        account_name: impl Into<String>,
        provider: impl Into<String>,
        secret_reference: impl Into<String>,
    ) -> Result<()> {
        by.may(Action::Add)?;
        let account_name = account_name.into();
        self.name_is_free(&account_name, None)?;
        if self.connections.iter().any(|other| other.id == id) {
            return Err(Error::of(ErrorKind::NameTaken, format!("there is a connection `{id}` already")));
        }
        let connection = Connection {
            id,
            account_name,
            provider: provider.into(),
            secret_reference: secret_reference.into(),
            workspaces: std::collections::BTreeSet::new(),
            status: Status::Pending,
            created: by.at,
            last_success: None,
        };
        self.connections.push(connection.clone());
        self.note(by, Action::Add, None, Some(connection));
        Ok(())
    }

    /// Gives a connection another account name. No record changes: they carry the id.
    ///
    /// The name it has already is accepted and recorded as a change.
    ///
    /// # Errors
    /// [`ErrorKind::NotAllowed`], [`ErrorKind::NotFound`], [`ErrorKind::NameTaken`].
    pub fn rename(&mut self, by: &By<'_>, id: &ConnectionId, account_name: impl Into<String>) -> Result<()> {
        let account_name = account_name.into();
        self.name_is_free(&account_name, Some(id))?;
        self.change(by, Action::Rename, id, |connection| {
            connection.account_name = account_name;
            Ok(())
        })
    }

    /// Points a connection to another key of the same account. Its charges stay.
    ///
    /// A connection that failed or was disconnected becomes stable again if it ever succeeded, and pending otherwise.
    /// Other states stay.
    ///
    /// # Errors
    /// [`ErrorKind::NotAllowed`], [`ErrorKind::NotFound`].
    pub fn replace_key(
        &mut self,
        by: &By<'_>,
        id: &ConnectionId,
        secret_reference: impl Into<String>,
    ) -> Result<()> {
        let secret_reference = secret_reference.into();
        self.change(by, Action::ReplaceKey, id, |connection| {
            connection.secret_reference = secret_reference;
            // A new key may end either; whether it works is known after the next run.
            if matches!(connection.status, Status::Error { .. } | Status::Disconnected) {
                connection.status =
                    if connection.last_success.is_some() { Status::Stable } else { Status::Pending };
            }
            Ok(())
        })
    }

    /// Sets the workspaces in which a connection's charges are visible.
    ///
    /// They replace those it had; without any, its charges are visible in no workspace.
    ///
    /// # Errors
    /// [`ErrorKind::NotAllowed`], [`ErrorKind::NotFound`]; [`ErrorKind::Status`] before the first import has gone
    /// through.
    pub fn assign(
        &mut self,
        by: &By<'_>,
        id: &ConnectionId,
        workspaces: impl IntoIterator<Item = String>,
    ) -> Result<()> {
        let workspaces = workspaces.into_iter().collect();
        self.change(by, Action::Assign, id, |connection| {
            if !connection.status.is_imported() {
                let message =
                    format!("`{}` can have workspaces once its import has gone through", connection.id);
                return Err(Error::of(ErrorKind::Status, message));
            }
            connection.workspaces = workspaces;
            Ok(())
        })
    }

    /// Ends a connection and keeps its charges; a new key takes it up again.
    ///
    /// Its workspaces still see what was stored. Runs of it are refused until then.
    ///
    /// # Errors
    /// [`ErrorKind::NotAllowed`], [`ErrorKind::NotFound`].
    pub fn disconnect(&mut self, by: &By<'_>, id: &ConnectionId) -> Result<()> {
        self.change(by, Action::Disconnect, id, |connection| {
            connection.status = Status::Disconnected;
            Ok(())
        })
    }

    /// Removes a connection and, from the store, every charge, restatement and observation of it, and returns the number of
    /// charges removed. The audit trail is kept.
    ///
    /// The charges go first, so that a failure of the store leaves nothing unlisted.
    ///
    /// # Errors
    /// [`ErrorKind::NotAllowed`], [`ErrorKind::NotFound`]; [`ErrorKind::Store`], and then the connection stays.
    pub async fn remove(&mut self, by: &By<'_>, id: &ConnectionId, store: &dyn CostStore) -> Result<u64> {
        by.may(Action::Remove)?;
        let before = self.get(id)?.clone();
        // The connection stays listed until its charges are gone; a failed removal can be repeated.
        let removed = store.purge(id).await;
        let removed =
            removed.map_err(|error| Error::store("the connection's charges could not be removed", error))?;
        self.connections.retain(|connection| connection.id != *id);
        self.note(by, Action::Remove, Some(before), None);
        Ok(removed)
    }

    /// Records that a run begins.
    ///
    /// The status changes only before the first success; later the stored charges stay usable during a run.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`]; [`ErrorKind::Status`] when the connection is disconnected.
    pub fn begin(&mut self, id: &ConnectionId) -> Result<()> {
        let connection = self.get_mut(id)?;
        match connection.status {
            Status::Disconnected => {
                let message = format!("`{id}` is disconnected; give it a key to take it up again");
                return Err(Error::of(ErrorKind::Status, message));
            }
            Status::Stable | Status::Warning { .. } => {}
            // Importing is the first import alone: since then, what is stored can be read all the time.
            _ if connection.last_success.is_some() => {}
            _ => connection.status = Status::Importing { done: 0, planned: 0 },
        }
        Ok(())
    }

    /// Records that a window of a run has been stored.
    ///
    /// Has no effect unless the first import is under way.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`].
    pub fn progress(&mut self, id: &ConnectionId, progress: &Progress) -> Result<()> {
        let connection = self.get_mut(id)?;
        if let Status::Importing { done, planned } = &mut connection.status {
            (*done, *planned) = (progress.done, progress.planned);
        }
        Ok(())
    }

    /// Records that a run has ended: what it reports, or why it stopped.
    ///
    /// A run whose totals could not be read is a warning, since its charges are stored. `now` becomes the last
    /// success of a run that succeeded.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`].
    pub fn finish(&mut self, id: &ConnectionId, now: Timestamp, outcome: &Result<RunReport>) -> Result<()> {
        let connection = self.get_mut(id)?;
        connection.status = match outcome {
            Ok(report) => {
                connection.last_success = Some(now);
                match &report.unobserved {
                    Some(cause) => Status::Warning { cause: cause.clone() },
                    None => Status::Stable,
                }
            }
            Err(error) => {
                let cause = error.with_causes();
                // After a first success what is stored stays usable, so that a failure is a warning.
                match connection.last_success {
                    Some(_) => Status::Warning { cause },
                    None => Status::Error { cause },
                }
            }
        };
        Ok(())
    }

    /// Returns the connection of that id.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`].
    pub fn get(&self, id: &ConnectionId) -> Result<&Connection> {
        self.connections.iter().find(|connection| connection.id == *id).ok_or_else(|| not_found(id))
    }

    /// Returns all connections, in the order in which they were added.
    ///
    /// Removed connections are not among them.
    pub fn list(&self) -> &[Connection] {
        &self.connections
    }

    /// Returns every change, oldest first.
    ///
    /// Changes of removed connections included.
    pub fn audit_trail(&self) -> &[AuditRecord] {
        &self.audit_trail
    }

    /// Returns the scope of queries: in a workspace only the charges of its connections, without one all charges. Virtual tags
    /// are the same in every workspace.
    pub fn scope(&self, workspace: Option<&str>) -> Scope {
        let Some(workspace) = workspace else { return Scope::all() };
        let mut scope = Scope::all();
        // An empty list, not `None`: a workspace without connections must see nothing, not everything.
        scope.connections = Some(Vec::new());
        let seen = self.connections.iter().filter(|connection| connection.workspaces.contains(workspace));
        seen.fold(scope, |scope, connection| scope.connection(connection.id.clone()))
    }

    /// Checks the actor, applies a change, and records the connection before and after it.
    fn change(
        &mut self,
        by: &By<'_>,
        action: Action,
        id: &ConnectionId,
        apply: impl FnOnce(&mut Connection) -> Result<()>,
    ) -> Result<()> {
        by.may(action)?;
        let connection = self.get_mut(id)?;
        // On a copy, so that a change that fails half-way leaves the connection as it was.
        let before = connection.clone();
        let mut after = before.clone();
        apply(&mut after)?;
        *connection = after.clone();
        self.note(by, action, Some(before), Some(after));
        Ok(())
    }

    /// Finds a connection to change. It is private, so that every change goes through a method that checks and
    /// records it.
    fn get_mut(&mut self, id: &ConnectionId) -> Result<&mut Connection> {
        self.connections.iter_mut().find(|connection| connection.id == *id).ok_or_else(|| not_found(id))
    }

    /// Fails if a connection other than `but` has that account name, since reports are read by it.
    fn name_is_free(&self, account_name: &str, but: Option<&ConnectionId>) -> Result<()> {
        match self
            .connections
            .iter()
            .find(|other: &&Connection| other.account_name == account_name && Some(&other.id) != but)
        {
            Some(other) => {
                let message =
                    format!("the account name `{account_name}` belongs to the connection `{}`", other.id);
                Err(Error::of(ErrorKind::NameTaken, message))
            }
            None => Ok(()),
        }
    }

    /// Records a change in the audit trail, once it was made: a refused change is not recorded.
    fn note(&mut self, by: &By<'_>, action: Action, before: Option<Connection>, after: Option<Connection>) {
        self.audit_trail.push(AuditRecord { at: by.at, actor: by.actor.clone(), action, before, after });
    }
}

/// Makes the error of an unknown connection, the same for an id that never existed and for one that was removed.
fn not_found(id: &ConnectionId) -> Error {
    Error::of(ErrorKind::NotFound, format!("there is no connection `{id}`"))
}
