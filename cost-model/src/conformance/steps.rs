//! Random steps, on a store and on lists.

use super::charges::{self, FIRST, LAST, PEOPLE, any, begun, common, connection, instant, nameless, window};
use super::model::Model;
use super::random::Random;
use super::{Broken, Checked, StoreFactory, same, seen};
use crate::error::Result;
use crate::money::Money;
use crate::record::CostRecord;
use crate::store::{CostStore, WindowReplacement};

const STEPS: i64 = 12;

pub(super) async fn like_a_list(factory: &dyn StoreFactory, seed: u64, rounds: u32) -> Checked {
    for round in 0..rounds {
        let mut random = Random::new(seed.wrapping_mul(1_000_003).wrapping_add(u64::from(round)));
        let (store, mut model) = (factory.fresh().await?, Model::default());
        for step in 0..STEPS {
            let place = |Broken(what)| Broken(format!("round {round}, step {step}: {what}"));
            take(&*store, &mut model, &mut random, step).await.map_err(place)?;
            seen::all(&*store, &model).await.map_err(place)?;
        }
    }
    Ok(())
}

/// One random step, on both.
pub(super) async fn take(store: &dyn CostStore, model: &mut Model, random: &mut Random, run: i64) -> Checked {
    let id = connection(random.below(3));
    match random.below(12) {
        0 => {
            let (person, pseudonym) = (random.pick(&PEOPLE), random.pick(&["p-1", "p-2"]));
            let changed = store.pseudonymise(person, pseudonym).await?;
            same("records under a pseudonym", &changed, &model.pseudonymise(person, pseudonym))
        }
        1 => same("records purged", &store.purge(&id).await?, &model.purge(&id)),
        2 => {
            let at = random_instant(random);
            let observations = charges::observations(random, at)?;
            store.observe(&id, observations.clone()).await?;
            model.observe(&id, &observations);
            Ok(())
        }
        3 => {
            let mut read = reading(model, random, run)?;
            let outside =
                if random.once_in(2) { read.window.end().millis() } else { read.window.start().millis() - 1 };
            let place = usize::try_from(random.below(3)).unwrap_or_default().min(read.records.len());
            read.records.insert(place, common(random, outside)?);
            match store.replace_window(&id, begun(store, &id, &read).await?).await {
                Ok(_) => Err(Broken("a record outside its window was stored".into())),
                Err(error) => same("the kind of error", &error.kind(), &crate::error::ErrorKind::Store),
            }
        }
        4 => {
            // A read that began first and ends last.
            let slow = begun(store, &id, &reading(model, random, run)?).await?;
            let quick = begun(store, &id, &reading(model, random, run)?).await?;
            for read in [quick, slow] {
                let stats = store.replace_window(&id, read.clone()).await?;
                same("what a read changed", &stats, &model.replace(&id, &read)?)?;
            }
            Ok(())
        }
        _ => {
            let read = begun(store, &id, &reading(model, random, run)?).await?;
            let stats = store.replace_window(&id, read.clone()).await?;
            same("what a read changed", &stats, &model.replace(&id, &read)?)
        }
    }
}

fn random_instant(random: &mut Random) -> i64 {
    FIRST + random.below(LAST - FIRST)
}

/// Returns what the provider says now of some window: much the same as before, of one of the connections.
fn reading(model: &Model, random: &mut Random, run: i64) -> Result<WindowReplacement> {
    let start = random_instant(random);
    let span = window(start, start + 1 + random.below(LAST - start))?;
    let truth = model.0.get(&connection(random.below(3))).map(|kept| kept.truth.clone()).unwrap_or_default();
    let mut records: Vec<CostRecord> = Vec::new();
    for record in truth.into_iter().filter(|record| span.contains(record.at)) {
        match random.below(12) {
            0 => {}
            1 => records.extend([record.clone(), record]),
            2 => records.push(nameless(&record)),
            3 => {
                let mut record = record;
                record.costs.effective =
                    Some(Money::from_units(i128::from(random.below(9)) * 10_i128.pow(22)));
                records.push(record);
            }
            _ => records.push(record),
        }
    }
    for _ in 0..random.below(4) {
        let at = start + random.below(span.end().millis() - start);
        let record = if random.once_in(3) { any(random, at)? } else { common(random, at)? };
        records.push(record);
    }
    let mut read = charges::read(span, &records, run)?;
    if random.once_in(3) {
        read.answers_from = instant(start + random.below(4))?;
    }
    read.proven = !random.once_in(8);
    if random.once_in(2) {
        read.closed = vec![window(FIRST, random_instant(random) + 1)?];
    }
    Ok(read)
}
