//! Imports of exported files, beside reads of the provider.
//!
//! Files take the same check as windows: charges must not come in under two connections.

use cost_model::CostStore;
use cost_model::store::{ConnectionId, FileImport, ImportStats};

use crate::connections::refuse_charges_of_others;
use crate::{Error, Result};

/// Imports a file into a store, as [`CostStore::import`] does, unless another connection holds its charges.
///
/// # Errors
/// [`ErrorKind::DuplicateConnection`](crate::ErrorKind::DuplicateConnection) when another connection has brought in the
/// same charges, as the same team under a second account name; [`ErrorKind::Store`](crate::ErrorKind::Store). Nothing is
/// stored then.
pub async fn import_file(
    store: &dyn CostStore,
    connection: &ConnectionId,
    file: FileImport,
) -> Result<ImportStats> {
    refuse_charges_of_others(store, connection, file.import.span, &file.rows).await?;
    let stats = store.import(connection, file).await;
    stats.map_err(|error| Error::store("the file was not brought in, and nothing has changed", error))
}
