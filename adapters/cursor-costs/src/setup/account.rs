//! Accounts: a Cursor team under the name that reports call it, and how its charges are read.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use cost_model::CostSource;
use cost_model::store::ConnectionId;
use cursor_admin_client::http::Observer;

use crate::error::Result;

/// An account of a [`Setup`](crate::Setup).
///
/// Its charges are stored under an id, so that it can be renamed; reports show the name.
///
/// ```
/// use cursor_costs::Account;
///
/// let account = Account::new("EMEA").with_id("main");
/// assert_eq!((account.name(), account.id().as_str()), ("EMEA", "main"));
/// ```
#[derive(Clone)]
pub struct Account {
    name: Arc<str>,
    id: ConnectionId,
    connect: Option<Arc<dyn Connect>>,
    invoices: Option<PathBuf>,
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account").field("name", &self.name).field("id", &self.id).finish_non_exhaustive()
    }
}

/// Makes the source of an account when a sync needs it, so that no key is fetched for a report.
pub trait Connect: Send + Sync {
    /// Makes the source, which names its charges' account `id`. `waits` learns of every wait, where the source can tell.
    ///
    /// # Errors
    /// Why the account cannot be read, such as [`ErrorKind::Key`](crate::ErrorKind::Key).
    fn connect(&self, id: &ConnectionId, waits: Option<Arc<dyn Observer>>) -> Result<Arc<dyn CostSource>>;
}

/// A source that is there already.
struct Connected(Arc<dyn CostSource>);

impl Connect for Connected {
    fn connect(&self, _: &ConnectionId, _: Option<Arc<dyn Observer>>) -> Result<Arc<dyn CostSource>> {
        Ok(Arc::clone(&self.0))
    }
}

impl Account {
    /// Makes an account that only has imported files until it gets a source.
    pub fn new(name: impl Into<Arc<str>>) -> Self {
        let name = name.into();
        Self { id: ConnectionId::new(&*name), name, connect: None, invoices: None }
    }

    /// Returns the same account, stored under another id than its name.
    pub fn with_id(mut self, id: impl Into<Arc<str>>) -> Self {
        self.id = ConnectionId::new(id);
        self
    }

    /// Returns the same account, read through a source.
    ///
    /// The source should name the account by its [`id`](Self::id) in the records; reports put the name in its place.
    pub fn with_source(self, source: impl CostSource + 'static) -> Self {
        self.with_connect(Connected(Arc::new(source)))
    }

    /// Returns the same account, with a source that is made when a sync needs it.
    pub fn with_connect(mut self, connect: impl Connect + 'static) -> Self {
        self.connect = Some(Arc::new(connect));
        self
    }

    /// Returns the same account, with the folder of its invoices.
    pub fn with_invoices(mut self, folder: impl Into<PathBuf>) -> Self {
        self.invoices = Some(folder.into());
        self
    }

    /// Returns the name in reports.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the id in the store.
    pub fn id(&self) -> &ConnectionId {
        &self.id
    }

    /// Returns the folder of its invoices.
    pub fn invoices(&self) -> Option<&std::path::Path> {
        self.invoices.as_deref()
    }

    /// Returns whether its charges can be read from the provider.
    pub fn has_source(&self) -> bool {
        self.connect.is_some()
    }

    pub(crate) fn shared_name(&self) -> &Arc<str> {
        &self.name
    }

    pub(crate) fn connect(&self, waits: Option<Arc<dyn Observer>>) -> Option<Result<Arc<dyn CostSource>>> {
        self.connect.as_ref().map(|connect| connect.connect(&self.id, waits))
    }
}
