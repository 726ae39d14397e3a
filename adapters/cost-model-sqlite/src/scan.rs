//! Every record in scope, of one state, in batches.

use std::path::Path;
use std::sync::Arc;
use std::thread;

use cost_model::{ConnectionId, RecordSink, Result, Scope};

use crate::assembly::{self, Assembly, Batch};
use crate::batches::{self, Receiver, Sender, pause};
use crate::database::{Access, Database};
use crate::dictionary;
use crate::failure::{Attempt, Failure};

/// Reads on a thread and a connection of its own, so that neither other readers nor the writer wait for the sink.
pub(crate) async fn scan(
    path: &Arc<Path>,
    access: Access,
    scope: &Scope,
    sink: &mut (dyn RecordSink + Send),
) -> Result<()> {
    let mut assembly = Assembly::default();
    let batches = start(path, access, scope.clone()).map_err(|failure| failure.at(path))?;
    loop {
        // A thread that is gone has not said that this was all.
        let next = batches.next().await.unwrap_or(Err(Failure::Stopped));
        let Some(mut batch) = next.map_err(|failure| failure.at(path))? else { return Ok(()) };
        assembly.begin(&mut batch);
        for row in batch.rows {
            let record = assembly.record(row).map_err(|failure| failure.at(path))?;
            sink.record(&record)?;
        }
        // A scan may be long, and its sink does not wait.
        pause().await;
    }
}

fn start(path: &Arc<Path>, access: Access, scope: Scope) -> Attempt<Receiver<Attempt<Option<Batch>>>> {
    let (sender, receiver) = batches::queue();
    let path = Arc::clone(path);
    thread::Builder::new().name("cost-model-sqlite scan".into()).spawn(move || {
        let end = read(&path, access, &scope, &sender).map(|()| None);
        sender.send(end);
    })?;
    Ok(receiver)
}

fn read(
    path: &Arc<Path>,
    access: Access,
    scope: &Scope,
    sender: &Sender<Attempt<Option<Batch>>>,
) -> Attempt<()> {
    let read_only = if access == Access::Frozen { access } else { Access::Read };
    let mut database = Database::connect(path, read_only)?;
    // One transaction sees one state, whatever is written meanwhile.
    let transaction = database.connection.transaction()?;
    let wanted = |id: &ConnectionId| scope.connections.as_ref().is_none_or(|wanted| wanted.contains(id));
    let span = scope
        .window
        .map_or((i64::MIN, i64::MAX), |window| (window.start().millis(), window.end().millis() - 1));
    for (number, id) in dictionary::connections(&transaction)? {
        let refused = wanted(&id)
            && !assembly::read(&transaction, (number, &id), span, &mut |batch| sender.send(Ok(Some(batch))))?;
        if refused {
            break;
        }
    }
    Ok(())
}
