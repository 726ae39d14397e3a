//! Which imported files state which records.
//!
//! A record that the provider returns is kept whether or not a file states it; one that only files state is
//! kept as long as one of them does. So statements have to follow the records that they are about.

use cost_model::Window;
use rusqlite::Transaction;

use crate::failure::Attempt;

/// Forgets what files stated of records in a window that are gone.
///
/// Called after a window was replaced, when it is known which records are left.
pub(crate) fn forget_statements(
    transaction: &Transaction<'_>,
    connection: i64,
    window: Window,
) -> Attempt<()> {
    transaction.execute(
        "DELETE FROM statement WHERE connection = ?1 AND at >= ?2 AND at < ?3 AND NOT EXISTS
         (SELECT 1 FROM record r WHERE r.connection = ?1 AND r.at = statement.at AND r.id = statement.record)",
        (connection, window.start().millis(), window.end().millis()),
    )?;
    Ok(())
}
