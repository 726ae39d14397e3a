//! A thread that owns a connection and works off jobs.
//!
//! SQLite blocks, so its calls run on a thread and the futures only wait for the answer: no runtime is needed, and
//! dropping a future cannot leave a job half done.

use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{self, Sender};
use std::thread::{self, JoinHandle};

use cost_model::Result;
use futures_channel::oneshot::{self, Receiver};

use crate::database::Database;
use crate::failure::{Attempt, Failure};

/// What is done on the thread, its answer included.
type Job = Box<dyn FnOnce(&mut Database) + Send>;

/// Jobs are done one after the other, in the order in which they are given. Dropping the worker waits for them and closes
/// the connection.
#[derive(Debug)]
pub(crate) struct Worker {
    /// `None` once the worker is being dropped, which ends the thread.
    jobs: Option<Sender<Job>>,
    thread: Option<JoinHandle<()>>,
    path: Arc<Path>,
}

impl Worker {
    /// Starts the thread, which takes the database and keeps it until the worker is dropped.
    pub(crate) fn start(mut database: Database) -> Attempt<Self> {
        let path = Arc::clone(&database.path);
        let (jobs, given) = mpsc::channel::<Job>();
        let thread = thread::Builder::new()
            .name("cost-model-sqlite".into())
            .spawn(move || given.into_iter().for_each(|job| job(&mut database)))?;
        Ok(Self { jobs: Some(jobs), thread: Some(thread), path })
    }

    /// Does a job, once this future is first polled. Dropping the future after that does not call it off.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Database) -> Attempt<T> + Send + 'static,
    ) -> Result<T> {
        let outcome = self.give(job).await;
        outcome.unwrap_or_else(|_gone| Err(Failure::Stopped.at(&self.path)))
    }

    /// Gives a job to the thread; nobody has to wait for the answer.
    ///
    /// What the job returns can be waited for with the receiver, which may be dropped.
    pub(crate) fn give<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Database) -> Attempt<T> + Send + 'static,
    ) -> Receiver<Result<T>> {
        let (asked, answer) = oneshot::channel();
        let job = Box::new(move |database: &mut Database| {
            let outcome = job(database).map_err(|failure| failure.at(&database.path));
            // Nobody may wait for it any more.
            let _dropped = asked.send(outcome);
        });
        if let Some(jobs) = &self.jobs {
            // A thread that is gone drops the job, and with it the end that would answer.
            let _gone = jobs.send(job);
        }
        answer
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            // A panic in the thread has been answered for by then.
            let _panicked = thread.join();
        }
    }
}
