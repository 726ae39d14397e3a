//! Replacing windows, one call after the other.

use super::charges::{any, begun, common, connection, everything, read, window};
use super::model::Model;
use super::random::Random;
use super::{Broken, Checked, StoreFactory, same, seen, steps};
use crate::error::{ErrorKind, Result};
use crate::record::CostRecord;
use crate::store::{CostStore, ReplaceStats, Scope};

/// Returns a store and its model after some random steps.
pub(super) async fn used(
    store: &dyn CostStore,
    random: &mut Random,
    count: i64,
) -> std::result::Result<Model, Broken> {
    let mut model = Model::default();
    for step in 0..count {
        steps::take(store, &mut model, random, step).await?;
    }
    Ok(model)
}

pub(super) async fn refused(factory: &dyn StoreFactory, seed: u64) -> Checked {
    let mut random = Random::new(seed);
    let store = factory.fresh().await?;
    let span = window(0, 5)?;
    for outside in [-1, 5] {
        // Also of a connection that is not there yet.
        let mut records = many(&mut random, common)?;
        records.retain(|record| span.contains(record.at));
        records.insert(records.len() / 2, common(&mut random, outside)?);
        let id = connection(0);
        let read = begun(&*store, &id, &read(span, &records, 1)?).await?;
        let outcome = store.replace_window(&id, read).await;
        match outcome {
            Ok(_) => return Err(Broken(format!("a record at {outside} was stored in a window from 0 to 5"))),
            Err(error) => same("the kind of error", &error.kind(), &ErrorKind::Store)?,
        }
        seen::all(&*store, &Model::default()).await?;
    }
    Ok(())
}

pub(super) async fn again(factory: &dyn StoreFactory, seed: u64) -> Checked {
    let mut random = Random::new(seed);
    let (store, id, mut model) = (factory.fresh().await?, connection(0), Model::default());
    let mut records = many(&mut random, common)?;
    let first = begun(&*store, &id, &read(everything()?, &records, 1)?).await?;
    store.replace_window(&id, first.clone()).await?;
    model.replace(&id, &first)?;
    let count = u64::try_from(records.len()).unwrap_or(u64::MAX);
    for run in 2..5 {
        records.reverse();
        let again = begun(&*store, &id, &read(everything()?, &records, run)?).await?;
        let stats = store.replace_window(&id, again.clone()).await?;
        same("the change by reading the same again", &stats, &ReplaceStats::new(0, 0, count))?;
        model.replace(&id, &again)?;
        // With the run that read it first.
        seen::all(&*store, &model).await?;
    }
    Ok(())
}

pub(super) async fn every_field(factory: &dyn StoreFactory, seed: u64) -> Checked {
    let mut random = Random::new(seed);
    let (store, id, mut model) = (factory.fresh().await?, connection(0), Model::default());
    for run in 0..4 {
        let read = begun(&*store, &id, &read(everything()?, &many(&mut random, any)?, run)?).await?;
        store.replace_window(&id, read.clone()).await?;
        model.replace(&id, &read)?;
        let expected = model.0.get(&id).map(super::model::Kept::records).unwrap_or_default();
        seen::records("what was stored", &seen::scan(&*store, &Scope::all()).await?, &expected)?;
    }
    Ok(())
}

pub(super) async fn reopened(factory: &dyn StoreFactory, seed: u64) -> Checked {
    let mut random = Random::new(seed);
    let mut store = factory.fresh().await?;
    let mut model = used(&*store, &mut random, 30).await?;
    for run in 30..33 {
        drop(store);
        match factory.reopen().await? {
            Some(opened) => store = opened,
            None => return Ok(()),
        }
        seen::all(&*store, &model).await?;
        steps::take(&*store, &mut model, &mut random, run).await?;
    }
    seen::all(&*store, &model).await
}

/// Returns a hundred charges, all over the time.
fn many(random: &mut Random, make: fn(&mut Random, i64) -> Result<CostRecord>) -> Result<Vec<CostRecord>> {
    let span = everything()?;
    let length = span.end().millis() - span.start().millis();
    (0..100)
        .map(|_| {
            let at = span.start().millis() + random.below(length);
            make(random, at)
        })
        .collect()
}
