//! Calls that nobody waits for any more.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;

use super::charges::{PEOPLE, begun, common, connection, everything, observations, read, window};
use super::concurrent::give_way;
use super::model::Model;
use super::random::Random;
use super::replaced::used;
use super::{Checked, StoreFactory, seen};
use crate::error::Result;
use crate::source::ProviderSnapshot;
use crate::store::{CostStore, WindowReplacement};

/// A call that writes; a dropped one is polled at most so often.
const POLLS: usize = 64;
/// How often the checks wait for a dropped call, which may still complete.
const CHANCES: usize = 200;

enum Call {
    Replace(WindowReplacement),
    Observe(ProviderSnapshot),
    Pseudonymise,
    Purge,
}

impl Call {
    fn on<'a>(&'a self, store: &'a dyn CostStore) -> Pin<Box<dyn Future<Output = Result<()>> + Send + 'a>> {
        Box::pin(async move {
            match self {
                Self::Replace(read) => store.replace_window(&connection(0), read.clone()).await.map(drop),
                Self::Observe(observations) => store.observe(&connection(0), observations.clone()).await,
                Self::Pseudonymise => store.pseudonymise(PEOPLE[0], "p-9").await.map(drop),
                Self::Purge => store.purge(&connection(0)).await.map(drop),
            }
        })
    }

    fn on_model(&self, model: &mut Model) -> Result<()> {
        match self {
            Self::Replace(read) => model.replace(&connection(0), read).map(drop)?,
            Self::Observe(observations) => model.observe(&connection(0), observations),
            Self::Pseudonymise => drop(model.pseudonymise(PEOPLE[0], "p-9")),
            Self::Purge => drop(model.purge(&connection(0))),
        }
        Ok(())
    }
}

pub(super) async fn at_each_poll(factory: &dyn StoreFactory, seed: u64) -> Checked {
    for kind in 0..4 {
        for polls in 0..POLLS {
            let mut random = Random::new(seed);
            let store = factory.fresh().await?;
            let mut before = used(&*store, &mut random, 6).await?;
            let records = (0..20).map(|_| common(&mut random, 2)).collect::<Result<Vec<_>>>()?;
            // Something that can be half gone.
            let old = begun(&*store, &connection(0), &read(everything()?, &records, 6)?).await?;
            store.replace_window(&connection(0), old.clone()).await?;
            before.replace(&connection(0), &old)?;
            let call = match kind {
                0 => {
                    let records = (0..20).map(|_| common(&mut random, 3)).collect::<Result<Vec<_>>>()?;
                    Call::Replace(begun(&*store, &connection(0), &read(window(0, 5)?, &records, 7)?).await?)
                }
                1 => Call::Observe(observations(&mut random, 2)?),
                2 => Call::Pseudonymise,
                _ => Call::Purge,
            };
            let mut after = before.clone();
            call.on_model(&mut after)?;
            let done = poll_so_often(call.on(&*store), polls).await?;
            either(&*store, &before, &after).await?;
            // The store goes on, and the same call ends as if it had never been dropped.
            call.on(&*store).await?;
            seen::all(&*store, &after).await?;
            if done {
                break;
            }
        }
    }
    Ok(())
}

/// Polls at most so often, then drops; returns whether it came to its end.
async fn poll_so_often(
    mut call: Pin<Box<dyn Future<Output = Result<()>> + Send + '_>>,
    polls: usize,
) -> Result<bool> {
    for _ in 0..polls {
        if let Poll::Ready(done) = poll_fn(|context| Poll::Ready(call.as_mut().poll(context))).await {
            return done.map(|()| true);
        }
        give_way().await;
    }
    Ok(false)
}

/// Fails unless the store is in one of two states, or soon comes to be.
async fn either(store: &dyn CostStore, before: &Model, after: &Model) -> Checked {
    let mut last = Ok(());
    for _ in 0..CHANCES {
        if seen::all(store, before).await.is_ok() {
            return Ok(());
        }
        last = seen::all(store, after).await;
        if last.is_ok() {
            return Ok(());
        }
        give_way().await;
    }
    last
}
