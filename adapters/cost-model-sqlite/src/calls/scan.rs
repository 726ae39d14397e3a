//! Every record or charge in scope, of one state, in batches.
//!
//! A scan may take minutes and its sink may be slow, so it has a thread and a read transaction of its own, and
//! batches wait in a short queue: the reader stops when the queue is full, and ends when the receiving future is
//! dropped.

use std::collections::HashMap;
use std::future::poll_fn;
use std::path::Path;
use std::sync::Arc;
use std::task::Poll;
use std::thread;

use cost_model::record::Figures;
use cost_model::store::{ChargeSink, ConnectionId, RecordSink, Scope, SetNumber};
use cost_model::{DimensionSet, Result, StoredRecord, Timestamp};
use rusqlite::Connection;
use rustc_hash::FxHashMap;

use crate::calls::windows;
use crate::database::{Access, Database};
use crate::failure::{Attempt, Failure};
use crate::format::dictionary;
use crate::format::record::{self, instant};
use crate::format::resolver::Resolver;

/// How many records are sent to the sink's task at once: one by one, each record would wake it.
const BATCH: usize = 256;

/// How many batches wait at most. A slow sink makes the reader wait, so that the memory of a scan does not grow with
/// the file.
const WAITING: usize = 4;

/// The connection that is read, with its number, and a span of milliseconds, the last included.
///
/// The span is in the form in which SQL compares it.
type Part<'a> = ((i64, &'a ConnectionId), (i64, i64));

/// Passes every record in scope to the sink, by connection, time and id. The sink is called on the task that awaits;
/// its first error ends the scan.
///
/// A scan that fails has passed part of the records; the sink has to be thrown away then.
pub(crate) async fn scan(
    path: &Arc<Path>,
    access: Access,
    scope: &Scope,
    sink: &mut (dyn RecordSink + Send),
) -> Result<()> {
    stream(
        path,
        access,
        scope,
        |sqlite: &Connection, (connection, span): Part<'_>, send: &dyn Fn(Vec<StoredRecord>) -> bool| {
            let mut batch = Vec::with_capacity(BATCH);
            let goes_on = windows::read_span(sqlite, connection, span, &mut |record| {
                batch.push(record);
                batch.len() < BATCH || send(std::mem::replace(&mut batch, Vec::with_capacity(BATCH)))
            })?;
            Ok(goes_on && send(batch))
        },
        &mut |batch: Vec<StoredRecord>| batch.iter().try_for_each(|record| sink.record(record)),
    )
    .await
}

/// Charges, and the sets of dimensions that no batch before had.
///
/// What travels together for a ledger: the sets come first.
#[derive(Default)]
struct Charges {
    sets: Vec<(SetNumber, Arc<DimensionSet>)>,
    charges: Vec<(SetNumber, Timestamp, Figures)>,
}

/// The numbers of the sets that have been handed over.
///
/// Sets of one connection have numbers in the file, so that only those of other connections have to be
/// compared by their contents.
#[derive(Default)]
struct Numbers {
    /// How many sets have been handed over.
    count: usize,
    /// Those of the connections before this one, which may have sets in common with it.
    before: HashMap<Arc<DimensionSet>, SetNumber>,
    /// The sets of the connection that is being read.
    of_this: Vec<(SetNumber, Arc<DimensionSet>)>,
}

impl Numbers {
    /// Goes on with another connection.
    fn turn(&mut self) {
        self.before.extend(self.of_this.drain(..).map(|(number, set)| (set, number)));
    }

    /// Returns the number of a set that this connection has not shown before, and whether it is new.
    fn number(&mut self, set: &Arc<DimensionSet>) -> Result<(SetNumber, bool)> {
        if let Some(known) = self.before.get(set) {
            return Ok((*known, false));
        }
        let number = SetNumber::after(self.count)?;
        self.count += 1;
        self.of_this.push((number, Arc::clone(set)));
        Ok((number, true))
    }
}

/// Passes what a ledger needs of every charge, in the same order. Each set of dimensions is passed once, before the
/// first charge that has it.
///
/// Ids, provenance and what a charge states beside its figures are not read.
pub(crate) async fn scan_charges(
    path: &Arc<Path>,
    access: Access,
    scope: &Scope,
    sink: &mut (dyn ChargeSink + Send),
) -> Result<()> {
    let mut numbers = Numbers::default();
    stream(
        path,
        access,
        scope,
        move |sqlite: &Connection, part: Part<'_>, send: &dyn Fn(Charges) -> bool| {
            read_charges(sqlite, part, &mut numbers, send)
        },
        &mut |Charges { sets, charges }: Charges| {
            sets.iter().try_for_each(|(number, set)| sink.set(*number, set))?;
            charges.iter().try_for_each(|(set, at, figures)| sink.charge(*set, *at, figures))
        },
    )
    .await
}

/// Reads the charges of one connection. Rows hold the number of a set within the file; the sink sees numbers counted
/// from 0 over all connections. Returns false once nobody takes any more.
fn read_charges(
    sqlite: &Connection,
    ((connection, _), (first, last)): Part<'_>,
    numbers: &mut Numbers,
    send: &dyn Fn(Charges) -> bool,
) -> Attempt<bool> {
    let sql = format!(
        "SELECT at, dimensions, {} FROM record WHERE connection = ? AND at BETWEEN ? AND ? ORDER BY at, id",
        record::FIGURES
    );
    let mut statement = sqlite.prepare_cached(&sql)?;
    let mut rows = statement.query((connection, first, last))?;
    // Numbers of sets in the file belong to one connection, so equal sets of two connections are found by their
    // contents.
    numbers.turn();
    let (mut resolver, mut known) = (Resolver::default(), FxHashMap::<i64, SetNumber>::default());
    let mut batch = Charges::default();
    while let Some(row) = rows.next()? {
        let (at, stored) = (instant(row.get(0)?)?, row.get(1)?);
        let number = match known.get(&stored) {
            Some(number) => *number,
            None => {
                let set = resolver.set(sqlite, stored)?;
                let (number, is_new) = numbers.number(&set).map_err(Failure::Refused)?;
                if is_new {
                    batch.sets.push((number, set));
                }
                known.insert(stored, number);
                number
            }
        };
        batch.charges.push((number, at, record::figures(row, 2)?));
        if batch.charges.len() == BATCH {
            let charges = Vec::with_capacity(BATCH);
            if !send(std::mem::replace(&mut batch, Charges { charges, ..Charges::default() })) {
                return Ok(false);
            }
        }
    }
    Ok(send(batch))
}

/// Reads on a thread and a connection of its own, so that neither other readers nor the writer wait for the sink.
///
/// `read` is called on the thread for each connection in scope, and returns false once nobody takes any more;
/// `take` is called on the task that awaits.
async fn stream<B: Send + 'static>(
    path: &Arc<Path>,
    access: Access,
    scope: &Scope,
    mut read: impl FnMut(&Connection, Part<'_>, &dyn Fn(B) -> bool) -> Attempt<bool> + Send + 'static,
    take: &mut (dyn FnMut(B) -> Result<()> + Send),
) -> Result<()> {
    let (sender, batches) = async_channel::bounded(WAITING);
    let (scope, file) = (scope.clone(), Arc::clone(path));
    let thread = thread::Builder::new().name("cost-model-sqlite scan".into()).spawn(move || {
        // False when nobody receives any more.
        let send = |batch| sender.send_blocking(Ok(Some(batch))).is_ok();
        let end = each_connection(&file, access, &scope, &mut |sqlite, part| read(sqlite, part, &send));
        let _gone = sender.send_blocking(end.map(|()| None));
    });
    thread.map_err(|error| Failure::Io(error).at(path))?;
    loop {
        // A thread that is gone has not said that this was all.
        let next = batches.recv().await.unwrap_or(Err(Failure::Stopped));
        let Some(batch) = next.map_err(|failure| failure.at(path))? else { return Ok(()) };
        take(batch)?;
        // A scan may be long, and its sink does not wait.
        pause().await;
    }
}

/// Reads each connection in scope, until one is refused.
///
/// The connections come in order of their names, which is the order of scans.
fn each_connection(
    path: &Arc<Path>,
    access: Access,
    scope: &Scope,
    read: &mut dyn FnMut(&Connection, Part<'_>) -> Attempt<bool>,
) -> Attempt<()> {
    let read_only = if access == Access::Frozen { access } else { Access::Read };
    let mut database = Database::connect(path, read_only)?;
    // One transaction sees one state, whatever is written meanwhile.
    let transaction = database.connection.transaction()?;
    let span = scope
        .window
        .map_or((i64::MIN, i64::MAX), |window| (window.start().millis(), window.end().millis() - 1));
    for (number, id) in dictionary::connections(&transaction)? {
        let wanted = scope.connections.as_ref().is_none_or(|wanted| wanted.contains(&id));
        if wanted && !read(&transaction, ((number, &id), span))? {
            break;
        }
    }
    Ok(())
}

/// Lets other futures of the executor run.
///
/// It works on any executor: the task wakes itself and yields once.
async fn pause() {
    let mut paused = false;
    poll_fn(|context| {
        if std::mem::replace(&mut paused, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
