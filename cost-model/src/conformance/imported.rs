//! Files beside reads of the provider, on a store and on one in memory.

use std::collections::BTreeSet;

use super::charges::{FIRST, LAST, PEOPLE, begun, common, connection, instant, read, window};
use super::random::Random;
use super::{Broken, Checked, StoreFactory, same, seen};
use crate::error::Result;
use crate::money::RequestUnits;
use crate::record::CostRecord;
use crate::store::{
    Comparison, ConnectionId, CostStore, FileImport, Import, ImportId, MemoryStore, Owner, Scope,
};
use crate::time::Timestamp;

const STEPS: i64 = 14;

pub(super) async fn like_the_model(factory: &dyn StoreFactory, seed: u64, rounds: u32) -> Checked {
    for round in 0..rounds {
        let mut random = Random::new(seed.wrapping_mul(7_000_003).wrapping_add(u64::from(round)));
        let (store, model) = (factory.fresh().await?, MemoryStore::new());
        for step in 0..STEPS {
            let place = |Broken(what)| Broken(format!("round {round}, step {step}: {what}"));
            take(&*store, &model, &mut random, step).await.map_err(place)?;
            equal(&*store, &model).await.map_err(place)?;
        }
    }
    Ok(())
}

async fn take(store: &dyn CostStore, model: &MemoryStore, random: &mut Random, step: i64) -> Checked {
    let id = connection(random.below(2));
    match random.below(8) {
        0 => {
            let span = window(FIRST + random.below(6), 2 + random.below(LAST - 2))?;
            let charges: Vec<_> =
                charges(random)?.into_iter().filter(|charge| span.contains(charge.at)).collect();
            let mut charges = read(span, &charges, step)?;
            charges.answers_from = instant(FIRST + random.below(12))?;
            let expected = model.replace_window(&id, begun(model, &id, &charges).await?).await?;
            let stats = store.replace_window(&id, begun(store, &id, &charges).await?).await?;
            same("what a read changed", &stats, &expected)
        }
        1 => {
            let imports = model.imports(&id).await?;
            let known = imports.get(usize::try_from(random.below(3)).unwrap_or_default());
            let import = known.map_or(ImportId::from_bytes([9; 8]), |import| import.id);
            let expected = model.remove_import(&id, import).await.map_err(|error| error.kind());
            let removed = store.remove_import(&id, import).await.map_err(|error| error.kind());
            same("rows removed", &removed, &expected)
        }
        2 => {
            let (person, pseudonym) = (random.pick(&PEOPLE), random.pick(&["p-1", "p-2"]));
            let expected = model.pseudonymise(person, pseudonym).await?;
            same("records under a pseudonym", &store.pseudonymise(person, pseudonym).await?, &expected)
        }
        3 if random.once_in(3) => {
            let expected = model.purge(&id).await?;
            same("records purged", &store.purge(&id).await?, &expected)
        }
        _ => {
            let file = file(model, &id, random, step).await?;
            let expected = model.import(&id, file.clone()).await?;
            same("what a file changed", &store.import(&id, file).await?, &expected)
        }
    }
}

fn charges(random: &mut Random) -> Result<Vec<CostRecord>> {
    (0..random.below(9))
        .map(|_| {
            let at = FIRST + random.below(LAST - FIRST);
            common(random, at)
        })
        .collect()
}

async fn file(model: &MemoryStore, id: &ConnectionId, random: &mut Random, step: i64) -> Result<FileImport> {
    let mut rows = charges(random)?;
    for row in &mut rows {
        row.requests = random.once_in(2).then_some(RequestUnits::from_units(1));
    }
    // Much of what is there already, as files that overlap have it.
    let mut held: Vec<CostRecord> = Vec::new();
    model.scan(&Scope::all().connection(id.clone()), &mut held).await?;
    rows.extend(held.into_iter().filter(|_| random.once_in(2)));
    if rows.is_empty() {
        rows.push(common(random, 0)?);
    }
    let instants: BTreeSet<Timestamp> = rows.iter().map(|row| row.at).collect();
    let first = instants.first().map_or(0, |at| at.millis());
    let last = instants.last().map_or(0, |at| at.millis());
    let owner = if random.once_in(4) { Owner::Person(random.pick(&PEOPLE).into()) } else { Owner::Team };
    let name = [u8::try_from(random.below(6)).unwrap_or_default()];
    let imports = model.imports(id).await?;
    let replaced = imports.get(usize::try_from(random.below(3)).unwrap_or_default()).map(|import| import.id);
    Ok(FileImport {
        import: Import::new(
            ImportId::of(&name, &owner),
            owner,
            window(first, last + 1)?,
            instant(last)?,
            instant(step)?,
        ),
        rows,
        replaces: replaced.filter(|_| random.once_in(2)),
        compare,
        states_more,
    })
}

/// Of two statements of one charge the one with request units states more.
fn states_more(stored: &CostRecord, row: &CostRecord) -> bool {
    row.requests.is_some() && stored.requests.is_none()
}

fn compare(stored: &CostRecord, row: &CostRecord) -> Comparison {
    match (
        stored.at == row.at && stored.dimensions.service_id == row.dimensions.service_id,
        stored.dimensions.resource == row.dimensions.resource,
    ) {
        (true, true) if stored.costs == row.costs => Comparison::Same,
        (true, true) => Comparison::Corrected,
        _ => Comparison::Other,
    }
}

/// Everything that two stores show of files. Read numbers may differ.
async fn equal(store: &dyn CostStore, model: &MemoryStore) -> Checked {
    let found = seen::scan(store, &Scope::all()).await?;
    seen::records("a scan beside files", &found, &seen::scan(model, &Scope::all()).await?)?;
    same("connections", &store.connections().await?, &model.connections().await?)?;
    for number in 0..2 {
        let id = connection(number);
        let records = seen::scan(model, &Scope::all().connection(id.clone())).await?;
        seen::counts(store, number, &records).await?;
        same("imports", &store.imports(&id).await?, &model.imports(&id).await?)?;
        let spans = |coverage: crate::store::Coverage| {
            coverage.spans().iter().map(|span| (span.window, span.read_at, span.by)).collect::<Vec<_>>()
        };
        let (found, expected) = (store.coverage(&id).await?, model.coverage(&id).await?);
        same("coverage beside files", &spans(found), &spans(expected))?;
    }
    Ok(())
}
