//! Several calls at once.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::{Duration, Instant};

use super::charges::{begun, common, connection, everything, instant, read, window};
use super::model::Model;
use super::random::Random;
use super::{Broken, Checked, StoreFactory, same, seen};
use crate::error::{Error, ErrorKind, Result};
use crate::money::{Costs, Currency, Money};
use crate::record::{CostRecord, DimensionSet, Figures, StoredRecord};
use crate::store::{
    ChargeSink, ConnectionId, CostStore, RecordSink, ReplaceStats, Scope, SetNumber, WindowReplacement,
};
use crate::time::Timestamp;

type Job<'a> = Pin<Box<dyn Future<Output = Checked> + Send + 'a>>;

/// Drives all of them at once, to the end.
async fn together(mut jobs: Vec<Job<'_>>) -> Checked {
    let mut outcome = Ok(());
    poll_fn(|context| {
        jobs.retain_mut(|job| match job.as_mut().poll(context) {
            Poll::Pending => true,
            Poll::Ready(done) => {
                if outcome.is_ok() {
                    outcome = done;
                }
                false
            }
        });
        if jobs.is_empty() { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    outcome
}

/// Gives way to the others once.
pub(super) async fn give_way() {
    let mut given = false;
    poll_fn(|context| {
        if std::mem::replace(&mut given, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// Drives a future; `None` if it does not end in time, so that a store that waits for ever is told by a message.
async fn in_time<T>(future: impl Future<Output = T>, patience: Duration) -> Option<T> {
    let mut future = std::pin::pin!(future);
    let begun = Instant::now();
    loop {
        if let Poll::Ready(output) = poll_fn(|context| Poll::Ready(future.as_mut().poll(context))).await {
            return Some(output);
        }
        if begun.elapsed() > patience {
            return None;
        }
        give_way().await;
    }
}

/// So many charges of one state, all different from those of another, at instants that both have.
fn state(number: i64, count: u32) -> Result<WindowReplacement> {
    let records: Vec<_> = (0..count)
        .map(|place: u32| {
            let at = instant(i64::from(place % 10))?;
            let mut record = CostRecord::new(
                at,
                "cursor",
                Currency::USD,
                Costs::flat(Money::from_units(i128::from(place))),
            );
            record.edit(|set| set.service_id = Some(number.to_string().into()));
            Ok(record)
        })
        .collect::<Result<_>>()?;
    read(everything()?, &records, number)
}

/// Fails unless every record is of one state, and all of that state are there.
fn whole(found: &[StoredRecord], count: u32) -> Checked {
    let first = found.first().map(|stored| &stored.record.dimensions.service_id);
    let mixed = found.iter().any(|stored| Some(&stored.record.dimensions.service_id) != first);
    if mixed || found.len() != usize::try_from(count).unwrap_or_default() {
        let what = format!("a scan saw {} records of two states, or not {count} of one", found.len());
        return Err(Broken(what));
    }
    Ok(())
}

const ROUNDS: i64 = 12;

pub(super) async fn readers(factory: &dyn StoreFactory, records: u32) -> Checked {
    let count = records.clamp(10, 2_000);
    let (store, id) = (factory.fresh().await?, connection(0));
    let store = &*store;
    put(store, &id, &state(0, count)?).await?;
    let write = async {
        for number in 1..ROUNDS {
            put(store, &id, &state(number, count)?).await?;
            give_way().await;
        }
        Ok(())
    };
    let mut jobs: Vec<Job<'_>> = vec![Box::pin(write)];
    for _ in 0..2 {
        jobs.push(Box::pin(async {
            for _ in 0..ROUNDS {
                whole(&seen::scan(store, &Scope::all()).await?, count)?;
                same(
                    "a count while it is written",
                    &store.count(&id, everything()?).await?,
                    &u64::from(count),
                )?;
                give_way().await;
            }
            Ok(())
        }));
    }
    together(jobs).await
}

pub(super) async fn snapshot(factory: &dyn StoreFactory, records: u32, patience: Duration) -> Checked {
    let store = factory.fresh().await?;
    // In the order in which a scan visits them, and in which they are written.
    let ids = [connection(1), connection(0)];
    for number in 0..4 {
        for id in &ids {
            put(&*store, id, &state(number, records)?).await?;
        }
        let (mut found, scope): (Vec<StoredRecord>, _) = (Vec::new(), Scope::all());
        let mut scan = store.scan(&scope, &mut found);
        let begun = poll_fn(|context| Poll::Ready(scan.as_mut().poll(context))).await;
        for id in &ids {
            // Fewer than before, so that a scan in the middle of them would miss some.
            let fewer = state(number + 10, records / 2)?;
            in_time(put(&*store, id, &fewer), patience).await.ok_or_else(|| {
                Broken("a write waited for a scan that had begun and was not being driven; neither may wait for the other, or a host that awaits the write inside a sink waits for ever".into())
            })??;
        }
        match begun {
            Poll::Ready(done) => done?,
            Poll::Pending => scan.as_mut().await?,
        }
        drop(scan);
        let mut new = Vec::new();
        for id in &ids {
            let of_one: Vec<_> = found
                .iter()
                .filter(|stored: &&StoredRecord| stored.provenance.connection == *id)
                .cloned()
                .collect();
            let service = of_one.first().and_then(|stored| stored.record.dimensions.service_id.as_deref());
            let old = service == Some(&*number.to_string());
            whole(&of_one, if old { records } else { records / 2 })?;
            new.push(!old);
        }
        if new == [false, true] {
            return Err(Broken("a scan saw a later write, and not the one before it".into()));
        }
    }
    Ok(())
}

pub(super) async fn writers(factory: &dyn StoreFactory, seed: u64) -> Checked {
    let mut random = Random::new(seed);
    let (store, mut model) = (factory.fresh().await?, Model::default());
    for round in 0..ROUNDS {
        let mut charges = |span, run| {
            let records = (0..5).map(|_| common(&mut random, 2)).collect::<Result<Vec<_>>>()?;
            read(span, &records, run)
        };
        // The same window, then a window beside it, then another connection.
        let mut first = (connection(0), charges(window(0, 3)?, 2 * round)?);
        let mut second = match round % 3 {
            0 => (connection(0), charges(window(0, 3)?, 2 * round + 1)?),
            1 => (connection(0), charges(window(1, 5)?, 2 * round + 1)?),
            _ => (connection(1), charges(window(0, 3)?, 2 * round + 1)?),
        };
        for (id, read) in [&mut first, &mut second] {
            *read = begun(&*store, id, read).await?;
        }
        let jobs: Vec<Job<'_>> = vec![replace(&*store, &first), replace(&*store, &second)];
        together(jobs).await?;
        let orders = [[&first, &second], [&second, &first]].map(|order| {
            let mut model = model.clone();
            order.iter().try_for_each(|(id, read)| model.replace(id, read).map(drop)).map(|()| model)
        });
        let [one, other] = orders;
        let (one, other) = (one?, other?);
        model = match seen::all(&*store, &one).await {
            Ok(()) => one,
            Err(_) => seen::all(&*store, &other).await.map(|()| other)?,
        };
    }
    Ok(())
}

/// Replaces a window by a read that begins now.
async fn put(store: &dyn CostStore, id: &ConnectionId, read: &WindowReplacement) -> Result<ReplaceStats> {
    store.replace_window(id, begun(store, id, read).await?).await
}

fn replace<'a>(store: &'a dyn CostStore, (id, read): &'a (ConnectionId, WindowReplacement)) -> Job<'a> {
    Box::pin(async move {
        store.replace_window(id, read.clone()).await?;
        Ok(())
    })
}

/// Takes some records, then fails.
struct Impatient(u32);

impl Impatient {
    fn take_one(&mut self) -> Result<()> {
        self.0 = self.0.checked_sub(1).ok_or_else(|| Error::new(ErrorKind::Query, "enough"))?;
        Ok(())
    }
}

impl RecordSink for Impatient {
    fn record(&mut self, _: &StoredRecord) -> Result<()> {
        self.take_one()
    }
}

impl ChargeSink for Impatient {
    fn set(&mut self, _: SetNumber, _: &Arc<DimensionSet>) -> Result<()> {
        Ok(())
    }

    fn charge(&mut self, _: SetNumber, _: Timestamp, _: &Figures) -> Result<()> {
        self.take_one()
    }
}

pub(super) async fn stopped(factory: &dyn StoreFactory, records: u32) -> Checked {
    let (store, id) = (factory.fresh().await?, connection(0));
    let count = records.clamp(10, 5_000);
    put(&*store, &id, &state(0, count)?).await?;
    for patience in [0, 3, count - 1] {
        let stopped = [
            store.scan(&Scope::all(), &mut Impatient(patience)).await,
            store.scan_charges(&Scope::all(), &mut Impatient(patience)).await,
        ];
        for outcome in stopped {
            match outcome {
                Ok(()) => return Err(Broken("a scan went on although its sink had failed".into())),
                Err(error) => same("the error", &error.to_string(), &"enough".to_owned())?,
            }
        }
        put(&*store, &id, &state(i64::from(patience) + 1, count)?).await?;
        whole(&seen::scan(&*store, &Scope::all()).await?, count)?;
    }
    Ok(())
}
