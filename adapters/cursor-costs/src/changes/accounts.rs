//! Accounts as such: whether their key works, and how one is removed.

use cost_model::store::ConnectionId;
use cost_model::{Timestamp, Window};

use crate::costs::CursorCosts;
use crate::error::{Error, ErrorKind, Result, StoreCall};
use crate::setup::account::Account;

/// What an account's key may do.
#[derive(Debug)]
#[non_exhaustive]
pub struct AccountCheck {
    /// Whether usage events can be counted: how many the last day has.
    pub events_of_last_day: Result<u64>,
    /// Whether what the provider states of people can be read: how many people that is.
    pub people: Result<usize>,
}

impl CursorCosts {
    /// Asks the provider whether the key of an account works, with a few small requests. Nothing is stored.
    ///
    /// # Errors
    /// [`ErrorKind::Key`] when there is no key to ask with; what the provider refuses is in the result.
    pub async fn check_account(&self, account: &Account) -> Result<AccountCheck> {
        let source = account.connect(None).ok_or_else(|| {
            Error::new(ErrorKind::Key, format!("the account `{}` has no key", account.name()))
        })??;
        let now = self.now();
        let refused =
            |error: cost_model::Error| Error::new(ErrorKind::Sync, "the provider refused").because(error);
        let yesterday = Timestamp::from_millis(now.millis() - 86_400_000).map_err(Error::query)?;
        let last_day = Window::new(yesterday, now).map_err(Error::query)?;
        let counted = source.count(last_day).await.map_err(refused);
        let observed = source.observe(now).await.map_err(refused);
        Ok(AccountCheck {
            events_of_last_day: counted.map(|count| count.announced),
            people: observed.map(|snapshot| snapshot.members.len()),
        })
    }

    /// Returns whether anything is stored under the id of an account, also of one that the setup does not have.
    ///
    /// # Errors
    /// [`ErrorKind::Store`].
    pub async fn is_stored(&self, id: &ConnectionId) -> Result<bool> {
        let stored = self.store().connections().await;
        let stored = stored.or_store("the accounts cannot be read from the store")?;
        Ok(stored.contains(id))
    }

    /// Removes everything stored of an account, its imports and its changes over time included, and returns how many charges
    /// are gone.
    ///
    /// # Errors
    /// [`ErrorKind::Store`], [`ErrorKind::Busy`].
    pub async fn remove_account(&self, account: &Account) -> Result<u64> {
        let _only_one = self.lock().await?;
        let removed = self.store().purge(account.id()).await;
        let charges = removed.or_store("the account cannot be removed from the store")?;
        self.note_account_change(account, "removed with its charges").await?;
        Ok(charges)
    }
}
