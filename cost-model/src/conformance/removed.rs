//! People and connections that go, and many records.

use super::charges::{PEOPLE, any, begun, connection, everything, instant, observations, read, window};
use super::model::Model;
use super::random::Random;
use super::replaced::used;
use super::{Broken, Checked, StoreFactory, same, seen};
use crate::error::{ErrorKind, Result};
use crate::money::{Costs, Currency, Metric, Money};
use crate::record::{CostRecord, ReadNumber, Run, StoredRecord};
use crate::store::{CostStore, RecordSink, ReplaceStats, Scope, WindowReplacement};
use crate::time::{Timestamp, Window};

/// Sums, and whether records come in order.
#[derive(Clone, Debug, Default, PartialEq)]
struct Sums {
    records: u64,
    /// By metric, wrapping, so that amounts at the edges do not stop it.
    amounts: [i128; 4],
    last: Option<(i64, crate::record::RecordId)>,
    disorder: bool,
}

impl RecordSink for Sums {
    fn record(&mut self, stored: &StoredRecord) -> Result<()> {
        let record = &stored.record;
        self.records += 1;
        for (sum, metric) in self.amounts.iter_mut().zip(Metric::ALL) {
            *sum = sum.wrapping_add(record.costs.get(metric).map(Money::units).unwrap_or_default());
        }
        let place = Some((record.at.millis(), stored.provenance.record_id));
        self.disorder |= place <= self.last;
        self.last = place;
        Ok(())
    }
}

async fn sums(store: &dyn CostStore, scope: Scope) -> Result<Sums> {
    let mut sums = Sums::default();
    store.scan(&scope, &mut sums).await?;
    Ok(sums)
}

pub(super) async fn pseudonymised(factory: &dyn StoreFactory, seed: u64) -> Checked {
    let mut random = Random::new(seed);
    let (store, mut model) = (factory.fresh().await?, Model::default());
    let span = everything()?;
    let mut reads = Vec::new();
    for number in 0..2 {
        let instants = span.start().millis()..span.end().millis();
        let records: Vec<_> = instants.map(|at| any(&mut random, at)).collect::<Result<_>>()?;
        reads.push((connection(number), read(span, &records, 1)?));
        let observed = observations(&mut random, number)?;
        store.observe(&connection(number), observed.clone()).await?;
        model.observe(&connection(number), &observed);
    }
    for (id, read) in &mut reads {
        *read = begun(&*store, id, read).await?;
        store.replace_window(id, read.clone()).await?;
        model.replace(id, read)?;
    }
    let before = sums(&*store, Scope::all()).await?;
    let changed = store.pseudonymise(PEOPLE[0], "p-1").await?;
    same("records under a pseudonym", &changed, &model.pseudonymise(PEOPLE[0], "p-1"))?;
    same("sums", &sums(&*store, Scope::all()).await?, &before)?;
    seen::all(&*store, &model).await?;
    for (id, read) in &reads {
        store.replace_window(id, read.clone()).await?;
    }
    for stored in seen::scan(&*store, &Scope::all()).await? {
        let named = stored.clone().pseudonymise(PEOPLE[0], &"p-2".into());
        if named {
            return Err(Broken("reading a window again brought back a person's name".into()));
        }
    }
    seen::all(&*store, &model).await
}

pub(super) async fn purged(factory: &dyn StoreFactory, records: u32) -> Checked {
    let mut random = Random::new(u64::from(records));
    let store = factory.fresh().await?;
    let mut model = used(&*store, &mut random, 40).await?;
    let gone = connection(1);
    let charges = vec![any(&mut random, 2)?, any(&mut random, 3)?];
    for (run, records) in [(40, &charges[..]), (41, charges.get(..1).unwrap_or_default())] {
        // The second time something closed is withdrawn.
        let mut read = read(window(0, 6)?, records, run)?;
        read.closed = vec![window(0, 6)?];
        let read = begun(&*store, &gone, &read).await?;
        store.replace_window(&gone, read.clone()).await?;
        model.replace(&gone, &read)?;
    }
    let observed = observations(&mut random, 1)?;
    store.observe(&gone, observed.clone()).await?;
    model.observe(&gone, &observed);
    let others = Scope::all().connection(connection(0)).connection(connection(2));
    let before = sums(&*store, others.clone()).await?;
    let under_way = begun(&*store, &gone, &read(window(0, 6)?, &charges, 42)?).await?;
    same("records purged", &store.purge(&gone).await?, &model.purge(&gone))?;
    match store.replace_window(&gone, under_way.clone()).await {
        Ok(_) => return Err(Broken("a read that began before the purge was stored after it".into())),
        Err(error) => same("the kind of error", &error.kind(), &ErrorKind::Store)?,
    }
    same("the sums of other connections", &sums(&*store, others).await?, &before)?;
    seen::all(&*store, &model).await?;
    same("records purged again", &store.purge(&gone).await?, &0)?;
    // What comes back is new.
    let read = begun(&*store, &gone, &read(window(0, 6)?, &charges, 42)?).await?;
    same(
        "what comes back",
        &store.replace_window(&gone, read.clone()).await?,
        &model.replace(&gone, &read)?,
    )?;
    if store.replace_window(&gone, under_way).await.is_ok() {
        return Err(Broken("a read that began before the purge was stored after another one".into()));
    }
    seen::all(&*store, &model).await
}

/// So many records in a window, and an hour for it.
const IN_WINDOW: u32 = 10_000;
const HOUR: i64 = 3_600_000;

fn hour(number: u32) -> Result<Window> {
    window(i64::from(number) * HOUR, i64::from(number + 1) * HOUR)
}

fn hourly(number: u32, count: u32) -> Result<WindowReplacement> {
    let start = hour(number)?.start().millis();
    let records = (0..count)
        .map(|place: u32| {
            let at = Timestamp::from_millis(start + i64::from(place / 2))?;
            let amount = Money::from_units(i128::from(place) * 10_i128.pow(16) + i128::from(number));
            let mut record = CostRecord::new(at, "cursor", Currency::USD, Costs::flat(amount));
            record.edit(|set| set.resource = Some(format!("user {}", place % 100).into()));
            Ok(record)
        })
        .collect::<Result<_>>()?;
    Ok(WindowReplacement::new(hour(number)?, records, ReadNumber::default(), Run::at(instant(0)?)))
}

pub(super) async fn many(factory: &dyn StoreFactory, records: u32) -> Checked {
    let (store, id) = (factory.fresh().await?, connection(0));
    let windows = records.div_ceil(IN_WINDOW).max(1);
    let each = records / windows;
    let total = u64::from(windows) * u64::from(each);
    let mut expected = [0_i128; 4];
    for run in 0..2 {
        for number in 0..windows {
            let read = hourly(number, each)?;
            if run == 0 {
                let amounts =
                    read.records.iter().filter_map(|record| record.costs.effective).map(Money::units);
                let sum: i128 = amounts.sum();
                for total in &mut expected {
                    *total += sum;
                }
            }
            let stats = store.replace_window(&id, begun(&*store, &id, &read).await?).await?;
            let count = u64::from(each);
            let wanted =
                if run == 0 { ReplaceStats::new(count, 0, 0) } else { ReplaceStats::new(0, 0, count) };
            same("what a read changed", &stats, &wanted)?;
        }
    }
    let all = sums(&*store, Scope::all()).await?;
    same("sums", &(all.records, all.amounts, all.disorder), &(total, expected, false))?;
    let last = hour(windows - 1)?;
    let of_last = sums(&*store, Scope::all().window(last)).await?;
    same("records of the last window", &of_last.records, &u64::from(each))?;
    let whole = Window::new(hour(0)?.start(), last.end())?;
    same("coverage", &store.coverage(&id).await?.windows().into_windows(), &vec![whole])?;
    same("a count", &store.count(&id, whole).await?, &total)?;
    same("records purged", &store.purge(&id).await?, &total)?;
    same("records left", &sums(&*store, Scope::all()).await?.records, &0)
}
