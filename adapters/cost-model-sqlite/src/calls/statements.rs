//! Which imported files state which records.

use cost_model::Window;
use rusqlite::Transaction;

use crate::failure::Attempt;

/// Forgets what files stated of records in a window that are gone.
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
