//! A run: one window after the other, each whole or not at all.

use std::collections::VecDeque;

use chrono::Days;
use cost_model::{Counted, ErrorKind, Run, Spans, Timestamp, Window, WindowRead};

use crate::error::causes;
use crate::plan::{DAYS_MAX, halves};
use crate::report::Audited;
use crate::{Error, Ingest, Progress, Result, RunReport};

/// A run that is under way.
pub(crate) struct Running<'a> {
    ingest: &'a Ingest<'a>,
    run: Run,
    /// What was stored, and final, before the run.
    closed: Spans,
    /// The oldest charge that the provider has returned in this run: it answers for whatever is later.
    oldest: Option<Timestamp>,
    pub(crate) report: RunReport,
}

impl<'a> Running<'a> {
    pub(crate) fn new(ingest: &'a Ingest<'a>, now: Timestamp, coverage: &Spans) -> Self {
        let closed = ingest.closed(coverage, now);
        Self { ingest, run: Run::at(now), closed, oldest: None, report: RunReport::default() }
    }

    /// Reads and stores the windows, in order.
    pub(crate) async fn read_all(&mut self, windows: impl IntoIterator<Item = Window>) -> Result<()> {
        let mut pending: VecDeque<Window> = windows.into_iter().collect();
        while let Some(window) = pending.pop_front() {
            let planned = self.report.windows.len() + 1 + pending.len();
            match self.ingest.source.read(window).await {
                Ok(read) => self.store(window, read, planned).await?,
                Err(error) => match halves(window) {
                    Some((first, second)) if error.kind() == ErrorKind::WindowTooLarge => {
                        pending.push_front(second);
                        pending.push_front(first);
                    }
                    _ => return Err(self.stopped(window, planned, error)),
                },
            }
        }
        Ok(())
    }

    async fn store(&mut self, window: Window, mut read: WindowRead, planned: usize) -> Result<()> {
        check_complete(window, &read).map_err(|error| self.stopped(window, planned, error))?;
        self.heard_of(read.records.iter().map(|record| record.at).min());
        read.run = self.run.clone();
        read.closed = self.closed.inside(window).into_windows();
        let horizon = self.horizon(window).await;
        read.answers_from = horizon.map_err(|error| self.stopped(window, planned, error))?;
        self.report.read(&read);
        let Ingest { store, connection, .. } = self.ingest;
        let change = store.replace_window(connection, read).await;
        let change = change.map_err(|error| self.stopped(window, planned, error))?;
        self.report.stored(window, change);
        let (done, records) = (self.report.windows.len(), self.report.records);
        self.ingest.observer.stored(&Progress { window, done, planned, records });
        Ok(())
    }

    /// From when on the provider answers, as far as that matters for a window that has been read.
    ///
    /// Only if something older than the oldest charge that came is stored, the provider is asked for something older
    /// still: one request that shows whether it has forgotten, or whether the charges were withdrawn.
    async fn horizon(&mut self, window: Window) -> cost_model::Result<Timestamp> {
        let answered =
            |oldest: Option<Timestamp>| oldest.unwrap_or(window.end()).clamp(window.start(), window.end());
        let Ok(doubtful) = Window::new(window.start(), answered(self.oldest)) else {
            return Ok(window.start());
        };
        let Ingest { source, store, connection, .. } = self.ingest;
        if store.count(connection, doubtful).await? > 0 {
            let start = window.start().date().checked_sub_days(Days::new(DAYS_MAX));
            let before = start.and_then(|start| Window::new(Timestamp::midnight(start), window.start()).ok());
            if let Some(before) = before {
                let counted = source.count(before).await?;
                self.count(&counted);
            }
        }
        Ok(answered(self.oldest))
    }

    /// Counts the windows, and reads again what differs.
    pub(crate) async fn audit(&mut self, windows: impl IntoIterator<Item = Window>) -> Result<()> {
        let mut pending: VecDeque<Window> = windows.into_iter().collect();
        while let Some(window) = pending.pop_front() {
            let planned = self.report.windows.len() + 1 + pending.len();
            let counted = self.compare(window).await;
            let Audited { announced, stored, .. } =
                counted.map_err(|error| self.stopped(window, planned, error))?;
            match halves(window) {
                _ if announced == stored => {}
                Some((first, second)) => {
                    pending.push_front(second);
                    pending.push_front(first);
                }
                None => self.read_all(std::iter::once(window)).await?,
            }
        }
        Ok(())
    }

    async fn compare(&mut self, window: Window) -> cost_model::Result<Audited> {
        let Ingest { source, store, connection, .. } = self.ingest;
        let counted = source.count(window).await?;
        self.count(&counted);
        let audited =
            Audited { window, announced: counted.announced, stored: store.count(connection, window).await? };
        self.report.audited.push(audited);
        Ok(audited)
    }

    /// Keeps what the provider states of people and totals.
    pub(crate) async fn observe(&mut self) -> Result<()> {
        let Ingest { source, store, connection, .. } = self.ingest;
        match source.observe(self.run.at).await {
            Ok(observations) => {
                self.report.requests += observations.requests;
                store.observe(connection, observations).await.map_err(Error::not_begun)
            }
            Err(error) => {
                self.report.unobserved = Some(causes(&error));
                Ok(())
            }
        }
    }

    fn count(&mut self, counted: &Counted) {
        self.report.counted(counted);
        self.heard_of(counted.oldest);
    }

    fn heard_of(&mut self, charge: Option<Timestamp>) {
        self.oldest = self.oldest.into_iter().chain(charge).min();
    }

    fn stopped(&self, window: Window, planned: usize, error: cost_model::Error) -> Error {
        Error::new(window, self.report.windows.len(), planned, error)
    }
}

/// A second look at what every source promises: the window asked for, as many rows as announced, all inside.
fn check_complete(window: Window, read: &WindowRead) -> cost_model::Result<()> {
    if read.window != window {
        let message = format!("the window {} came back in place of the one asked for", read.window);
        return Err(cost_model::Error::new(ErrorKind::Source, message));
    }
    let received = u64::try_from(read.records.len()).unwrap_or(u64::MAX);
    if received != read.announced {
        let message = format!("{} rows were announced and {received} received", read.announced);
        return Err(cost_model::Error::new(ErrorKind::Source, message));
    }
    match read.records.iter().find(|record| !read.window.contains(record.at)) {
        Some(record) => {
            let message = format!("a row of {} came back, which lies outside the window", record.at);
            Err(cost_model::Error::new(ErrorKind::Source, message))
        }
        None => Ok(()),
    }
}
