//! Two connections that bring in the same charges.

use std::collections::{BTreeSet, HashMap};

use cost_model::{
    ConnectionId, CostRecord, CostStore, Identity, RecordSink, Scope, TokenCounts, TokenType, Window,
};

use crate::{Error, ErrorKind, Result};

/// As many charges must be in both before anything is said: chance brings a few together.
const FEWEST: u64 = 10;

/// Refuses a connection whose charges of a window another connection has brought in as well: the same team connected
/// twice, or an exported file beside the API.
///
/// Charges are the same if their [`Identity`] is, or, since a file tells less than the API, if they used the same
/// numbers of tokens in the same second. Connections are the same if half of the charges of the smaller one are in both.
///
/// # Errors
/// [`ErrorKind::DuplicateConnection`] with the other connection; [`ErrorKind::Store`].
pub async fn refuse_duplicates(
    store: &dyn CostStore,
    connection: &ConnectionId,
    window: Window,
) -> Result<()> {
    let failed = |error| Error::store("the stored charges could not be compared", error);
    let own = traits(store, connection, window).await?;
    for other in store.connections().await.map_err(failed)?.into_iter().filter(|other| other != connection) {
        let others = traits(store, &other, window).await?;
        let shared = own.shared(&others);
        if shared >= FEWEST && shared.saturating_mul(2) >= own.charges.min(others.charges) {
            let message = format!(
                "`{connection}` and `{other}` bring in the same charges ({shared} in {window}); remove one of them"
            );
            return Err(Error::of(ErrorKind::DuplicateConnection { other, shared }, message));
        }
    }
    Ok(())
}

async fn traits(store: &dyn CostStore, connection: &ConnectionId, window: Window) -> Result<Traits> {
    let mut traits = Traits::default();
    let scope = Scope::all().connection(connection.clone()).window(window);
    let scanned = store.scan(&scope, &mut traits).await;
    scanned.map_err(|error| Error::store("the stored charges could not be compared", error))?;
    Ok(traits)
}

/// What the charges of one connection are known by.
#[derive(Default)]
struct Traits {
    charges: u64,
    identities: BTreeSet<Identity>,
    /// By second and tokens: how many.
    uses: HashMap<(i64, [u64; 4]), u64>,
}

impl Traits {
    /// How many charges are in both, by whichever trait finds more.
    fn shared(&self, other: &Self) -> u64 {
        let identities = self.identities.intersection(&other.identities).count();
        let uses =
            self.uses.iter().map(|(key, count)| (*count).min(other.uses.get(key).copied().unwrap_or(0)));
        uses.sum::<u64>().max(u64::try_from(identities).unwrap_or(u64::MAX))
    }
}

impl RecordSink for Traits {
    fn record(&mut self, record: &CostRecord) -> cost_model::Result<()> {
        self.charges += 1;
        self.identities.insert(Identity::of(record));
        if record.tokens != TokenCounts::default() {
            let tokens = TokenType::ALL.map(|token_type| record.tokens.get(token_type).count());
            *self.uses.entry((record.at.millis().div_euclid(1000), tokens)).or_default() += 1;
        }
        Ok(())
    }
}
