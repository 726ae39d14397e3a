//! The revision of a store, which whoever keeps charges in memory relies on.

use super::charges::{PEOPLE, any, begun, connection, instant, observations, read, window};
use super::random::Random;
use super::{Broken, Checked, StoreFactory, same};
use crate::error::Result;
use crate::store::{Comparison, CostStore, FileImport, Import, ImportId, Owner, Revision};

/// The calls that change what a store holds.
#[derive(Clone, Copy, Debug)]
enum Change {
    Window,
    /// The same charges, read again: coverage alone changes.
    WindowAgain,
    Import,
    RemoveImport,
    Observe,
    Pseudonymise,
    Purge,
}

const CHANGES: [Change; 9] = [
    Change::Window,
    Change::WindowAgain,
    Change::Import,
    Change::RemoveImport,
    Change::Import,
    Change::Observe,
    Change::Pseudonymise,
    Change::Purge,
    Change::Window,
];

async fn make(store: &dyn CostStore, change: Change, seed: u64) -> Result<()> {
    let (id, mut random) = (connection(0), Random::new(seed));
    match change {
        Change::Window | Change::WindowAgain => {
            let mut charge = any(&mut random, 2)?;
            charge.edit(|set| set.resource = Some(PEOPLE[0].into()));
            let read = begun(store, &id, &read(window(0, 6)?, &[charge], 1)?).await?;
            store.replace_window(&id, read).await.map(drop)
        }
        Change::Import => {
            let import = Import::new(file(), Owner::Team, window(8, 10)?, instant(11)?, instant(11)?);
            let rows = vec![any(&mut random, 8)?];
            let (compare, states_more) = (|_: &_, _: &_| Comparison::Other, |_: &_, _: &_| false);
            let file = FileImport { import, rows, replaces: None, compare, states_more };
            store.import(&id, file).await.map(drop)
        }
        Change::RemoveImport => store.remove_import(&id, file()).await.map(drop),
        Change::Observe => store.observe(&id, observations(&mut random, 5)?).await,
        Change::Pseudonymise => store.pseudonymise(PEOPLE[0], "p-1").await.map(drop),
        Change::Purge => store.purge(&id).await.map(drop),
    }
}

fn file() -> ImportId {
    ImportId::of(b"revised", &Owner::Team)
}

pub(super) async fn by_every_change(factory: &dyn StoreFactory, seed: u64) -> Checked {
    let mut store = factory.fresh().await?;
    let mut known: Vec<Revision> = vec![store.revision().await?];
    for change in CHANGES {
        make(&*store, change, seed).await?;
        let revision = store.revision().await?;
        if known.contains(&revision) {
            return Err(Broken(format!("{change:?} left the revision as it had been before")));
        }
        known.push(revision);
        same("the revision asked again", &store.revision().await?, &revision)?;
        drop(store);
        store = match factory.reopen().await? {
            Some(opened) => opened,
            None => return in_one_go(factory, seed).await,
        };
        same("the revision after opening again", &store.revision().await?, &revision)?;
    }
    Ok(())
}

/// The same where nothing outlives a store.
async fn in_one_go(factory: &dyn StoreFactory, seed: u64) -> Checked {
    let store = factory.fresh().await?;
    let mut before = store.revision().await?;
    for change in CHANGES {
        make(&*store, change, seed).await?;
        let revision = store.revision().await?;
        if revision == before {
            return Err(Broken(format!("{change:?} left the revision as it was")));
        }
        before = revision;
    }
    Ok(())
}
