//! Puts the present name of an account in the place of the id under which its charges are stored.

use std::sync::Arc;

use cost_model::record::{DimensionSet, Figures};
use cost_model::store::{ChargeSink, RecordSink, SetNumber};
use cost_model::{Result, StoredRecord, Timestamp};

use crate::setup::account::Account;

/// The accounts whose name is not their id.
pub(crate) struct AccountNames(Vec<(String, Arc<str>)>);

impl AccountNames {
    pub(crate) fn of(accounts: &[Account]) -> Self {
        let renamed = accounts.iter().filter(|account| account.id().as_str() != account.name());
        Self(renamed.map(|each| (each.id().as_str().to_owned(), Arc::clone(each.shared_name()))).collect())
    }

    fn name_of(&self, account: Option<&Arc<str>>) -> Option<&Arc<str>> {
        let account = account?;
        self.0.iter().find(|(id, _)| **id == **account).map(|(_, name)| name)
    }
}

/// Renames the accounts of what a scan passes on.
pub(crate) struct Renamed<'a, S: ?Sized> {
    pub(crate) names: &'a AccountNames,
    pub(crate) sink: &'a mut S,
}

impl<S: ChargeSink + ?Sized> ChargeSink for Renamed<'_, S> {
    fn set(&mut self, number: SetNumber, set: &Arc<DimensionSet>) -> Result<()> {
        match self.names.name_of(set.account.as_ref()) {
            Some(name) => {
                let mut fields = (***set).clone();
                fields.account = Some(Arc::clone(name));
                self.sink.set(number, &Arc::new(fields.into()))
            }
            None => self.sink.set(number, set),
        }
    }

    fn charge(&mut self, set: SetNumber, at: Timestamp, figures: &Figures) -> Result<()> {
        self.sink.charge(set, at, figures)
    }
}

impl<S: RecordSink + ?Sized> RecordSink for Renamed<'_, S> {
    fn record(&mut self, stored: &StoredRecord) -> Result<()> {
        match self.names.name_of(stored.record.dimensions.account.as_ref()) {
            Some(name) => {
                let mut stored = stored.clone();
                stored.record.edit(|fields| fields.account = Some(Arc::clone(name)));
                self.sink.record(&stored)
            }
            None => self.sink.record(stored),
        }
    }
}
