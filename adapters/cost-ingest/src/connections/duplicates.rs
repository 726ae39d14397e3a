//! Two connections that bring in the same charges.
//!
//! The same charges under two names would be counted twice in every report, and ids do not show it, because they may
//! come from two kinds of source. So charges are compared by what every source states: time, tokens and model.

use std::collections::{BTreeSet, HashMap};
use std::hash::Hash;

use cost_model::money::{TokenCounts, TokenType};
use cost_model::record::Identity;
use cost_model::store::{ConnectionId, RecordSink, Scope};
use cost_model::{CostRecord, CostStore, StoredRecord, Window};

use crate::{Error, ErrorKind, Result};

/// As many charges must be in both before anything is said of traits that chance brings together now and then.
const FEWEST: u64 = 10;

/// Fails if another connection has stored the same charges of a window as this one: the same team connected twice, or an
/// exported file beside the API.
///
/// Charges are the same if they used the same numbers of tokens of the same model in the same second; or, at least
/// ten of them, if their [`Identity`] is, or if they used the same numbers of tokens in that second, of whatever model. Connections are
/// the same if half of the charges of the smaller one are in both.
///
/// # Errors
/// [`ErrorKind::DuplicateConnection`] with the other connection; [`ErrorKind::Store`].
pub async fn refuse_duplicates(
    store: &dyn CostStore,
    connection: &ConnectionId,
    window: Window,
) -> Result<()> {
    let own = stored_traits(store, connection, window).await?;
    refuse(store, connection, window, &own).await
}

/// Fails if another connection has stored these charges of a window, before they are stored for this one.
/// See [`refuse_duplicates`].
///
/// It compares what a source has returned or a file states. Only charges inside the window count.
///
/// # Errors
/// As [`refuse_duplicates`].
pub async fn refuse_charges_of_others(
    store: &dyn CostStore,
    connection: &ConnectionId,
    window: Window,
    records: &[CostRecord],
) -> Result<()> {
    let mut own = Traits::default();
    records.iter().filter(|record| window.contains(record.at)).for_each(|record| own.add(record));
    refuse(store, connection, window, &own).await
}

/// Compares the traits of this connection with those of each other one, and stops at the first that shares enough.
async fn refuse(
    store: &dyn CostStore,
    connection: &ConnectionId,
    window: Window,
    own: &Traits,
) -> Result<()> {
    for other in store
        .connections()
        .await
        .map_err(Error::not_compared)?
        .into_iter()
        .filter(|other| other != connection)
    {
        let shared = own.shared(&stored_traits(store, &other, window).await?);
        if let Some(shared) = shared {
            let message = format!(
                "`{connection}` and `{other}` bring in the same charges ({shared} in {window}): use the name `{other}`, \
                 or remove that connection first"
            );
            return Err(Error::of(ErrorKind::DuplicateConnection { other, shared }, message));
        }
    }
    Ok(())
}

/// Reads the traits of what a connection has stored in a window; costs one scan of it.
async fn stored_traits(store: &dyn CostStore, connection: &ConnectionId, window: Window) -> Result<Traits> {
    let mut traits = Traits::default();
    let scope = Scope::all().connection(connection.clone()).window(window);
    store.scan(&scope, &mut traits).await.map_err(Error::not_compared)?;
    Ok(traits)
}

/// The traits of a connection's charges by which the same charges of another connection are recognised. Multisets,
/// because equal charges are distinct ones.
#[derive(Default)]
struct Traits {
    charges: u64,
    identities: BTreeSet<Identity>,
    /// By second, tokens and model, in any case of letters: how many.
    uses: HashMap<(i64, [u64; 4], Option<String>), u64>,
    /// By second and tokens: how many.
    rough_uses: HashMap<(i64, [u64; 4]), u64>,
}

impl Traits {
    /// Adds a charge. What is unknown of it, such as a model, is compared as unknown.
    fn add(&mut self, record: &CostRecord) {
        self.charges += 1;
        self.identities.insert(Identity::of(record));
        // Charges without tokens, such as failed calls, are alike in every team and prove nothing.
        if record.tokens != TokenCounts::default() {
            let tokens = TokenType::ALL.map(|token_type| record.tokens.get(token_type).count());
            let model = record.dimensions.service_id.as_deref().map(str::to_lowercase);
            *self.uses.entry((record.at.millis().div_euclid(1000), tokens, model)).or_default() += 1;
            *self.rough_uses.entry((record.at.millis().div_euclid(1000), tokens)).or_default() += 1;
        }
    }

    /// Returns how many charges are in both, if that is enough to say that they are the same.
    fn shared(&self, other: &Self) -> Option<u64> {
        // Of the smaller one: an export of a few days is a duplicate although the API has a year.
        let smaller = self.charges.min(other.charges);
        let identities = self.identities.intersection(&other.identities).count();
        let identities = u64::try_from(identities).unwrap_or(u64::MAX);
        let rough = in_both(&self.rough_uses, &other.rough_uses).max(identities);
        let exact = in_both(&self.uses, &other.uses);
        if is_enough(rough, FEWEST, smaller) {
            return Some(rough.max(exact));
        }
        is_enough(exact, 1, smaller).then_some(exact)
    }
}

/// Returns whether so many charges in both say that two connections are the same: at least `fewest`, and half of the
/// charges of the smaller one.
fn is_enough(shared: u64, fewest: u64, smaller: u64) -> bool {
    shared >= fewest && shared.saturating_mul(2) >= smaller
}

/// Returns the size of the intersection of two multisets.
fn in_both<K: Eq + Hash>(one: &HashMap<K, u64>, other: &HashMap<K, u64>) -> u64 {
    one.iter().map(|(key, count)| (*count).min(other.get(key).copied().unwrap_or(0))).sum()
}

impl RecordSink for Traits {
    fn record(&mut self, stored: &StoredRecord) -> cost_model::Result<()> {
        self.add(&stored.record);
        Ok(())
    }
}
