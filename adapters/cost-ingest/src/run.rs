//! A run: one window after the other, each whole or not at all.
//!
//! A run holds no state that the store does not have: each window is stored in one call, and a run that stops leaves
//! a store that the next run can go on from. What a source promises is checked here again, because a store takes what
//! it is given for complete.

use std::collections::VecDeque;

use chrono::Days;
use cost_model::record::{ReadNumber, Run};
use cost_model::source::{Origin, SourceBatch, WindowCount};
use cost_model::store::{ConnectionId, WindowReplacement};
use cost_model::time::WindowSet;
use cost_model::{CostRecord, CostSource, CostStore, ErrorKind, Timestamp, Window};

use crate::connections::refuse_charges_of_others;
use crate::error::causes;
use crate::error::{Error, Result};
use crate::observer::{Observer, Progress};
use crate::plan::{DAYS_MAX, halves, smaller};
use crate::report::RunReport;
use crate::report::{Audited, OutsideRows};

/// What a run reads from, stores into and reports to.
#[derive(Clone, Copy)]
pub(crate) struct Context<'a> {
    pub(crate) source: &'a dyn CostSource,
    pub(crate) store: &'a dyn CostStore,
    pub(crate) connection: &'a ConnectionId,
    pub(crate) observer: &'a dyn Observer,
}

/// A run that is under way. Made for one run at one instant, and left with its report.
pub(crate) struct Running<'a> {
    context: Context<'a>,
    run: Run,
    /// What was stored, and final, before the run.
    closed: WindowSet,
    /// What the charges are, once somebody has said.
    origin: Option<Origin>,
    /// The oldest charge that the provider has returned in this run: it answers for whatever is later.
    oldest: Option<Timestamp>,
    pub(crate) report: RunReport,
}

impl<'a> Running<'a> {
    /// Begins a run of which `closed` are the spans that were final before it.
    pub(crate) fn new(context: Context<'a>, now: Timestamp, closed: WindowSet) -> Self {
        Self { context, run: Run::at(now), closed, origin: None, oldest: None, report: RunReport::default() }
    }

    /// Reads and stores the windows, in order.
    pub(crate) async fn read_all(&mut self, windows: impl IntoIterator<Item = Window>) -> Result<()> {
        let mut pending: VecDeque<Window> = windows.into_iter().collect();
        while let Some(window) = pending.pop_front() {
            let planned = self.report.windows.len() + 1 + pending.len();
            // Before the read, so that of two reads the one that began later wins, whichever ends first.
            let number = self.begin_read().await;
            let number = number.map_err(|error| self.stopped(window, planned, error))?;
            match self.context.source.read(window).await {
                Ok(batch) => self.store(number, window, batch, planned).await?,
                Err(error) => {
                    let parts = match error.kind() {
                        ErrorKind::WindowTooLarge => halves(window),
                        // Data that keep moving: what fits on a page is consistent by itself.
                        ErrorKind::Incomplete => smaller(window),
                        _ => None,
                    };
                    let Some((first, second)) = parts else {
                        return Err(self.stopped(window, planned, error));
                    };
                    // To the front, so that windows are stored in order of time and a stopped run leaves one gap.
                    pending.push_front(second);
                    pending.push_front(first);
                }
            }
        }
        Ok(())
    }

    /// Takes the number of a read. Until the first answer, the charges are taken to be what the store holds.
    async fn begin_read(&mut self) -> cost_model::Result<ReadNumber> {
        let Context { store, connection, .. } = self.context;
        let origin = match self.origin {
            Some(origin) => origin,
            None => *self.origin.insert(store.origin().await?.unwrap_or_default()),
        };
        store.begin_read(connection, origin).await
    }

    /// Returns the number of a read whose answer says that the charges are something else than was taken for granted: a
    /// store that holds charges of the other origin refuses it.
    async fn begin_again_as(&mut self, origin: Origin, read: ReadNumber) -> cost_model::Result<ReadNumber> {
        if self.origin == Some(origin) {
            return Ok(read);
        }
        self.origin = Some(origin);
        self.begin_read().await
    }

    /// Stores one window that was read, after every check that may refuse it. `planned` is the number of windows in
    /// sight, for progress and errors.
    async fn store(
        &mut self,
        read: ReadNumber,
        window: Window,
        batch: SourceBatch,
        planned: usize,
    ) -> Result<()> {
        let outside = check_complete(window, &batch).map_err(|error| self.stopped(window, planned, error))?;
        let read = self.begin_again_as(batch.origin, read).await;
        let read = read.map_err(|error| self.stopped(window, planned, error))?;
        // Before anything is stored: charges under two connections would be counted twice in every report.
        self.refuse_a_second_name(window, &batch.records).await?;
        self.heard_of(batch.records.iter().map(|record| record.at).min());
        let answers_from =
            self.horizon(window).await.map_err(|error| self.stopped(window, planned, error))?;
        // Before the records are moved into the replacement.
        self.report.read(&batch);
        let Context { store, connection, .. } = self.context;
        let read_at = batch.read_at(self.run.at);
        let new = WindowReplacement {
            read_at,
            answers_from,
            closed: self.closed.inside(window).into_windows(),
            // Rows outside the window show that the provider may have applied other bounds, so that some inside may
            // be missing.
            proven: outside.is_none(),
            ..WindowReplacement::new(window, batch.records, read, self.run.clone())
        };
        let stats = store.replace_window(connection, new).await;
        let stats = stats.map_err(|error| self.stopped(window, planned, error))?;
        self.report.stored(window, stats);
        self.report.outside.extend(outside);
        let (done, records) = (self.report.windows.len(), self.report.records);
        self.context.observer.stored(&Progress { window, done, planned, records });
        Ok(())
    }

    /// Refuses charges that the store holds under another connection, before any of their window is stored.
    async fn refuse_a_second_name(&self, window: Window, records: &[CostRecord]) -> Result<()> {
        let Context { store, connection, .. } = self.context;
        // Where this connection already has charges, the comparison was made when they came; it would cost a scan each time.
        if records.is_empty() || store.count(connection, window).await.map_err(Error::not_compared)? > 0 {
            return Ok(());
        }
        refuse_charges_of_others(store, connection, window, records).await
    }

    /// Returns from when on the provider answers, as far as that matters for a window that has been read.
    ///
    /// Only if something older than the oldest charge that came is stored, the provider is asked for
    /// something older still: one request that shows whether it has forgotten, or whether the charges were
    /// withdrawn.
    async fn horizon(&mut self, window: Window) -> cost_model::Result<Timestamp> {
        let Ok(doubtful) = Window::new(window.start(), self.oldest_within(window)) else {
            return Ok(window.start());
        };
        let Context { source, store, connection, .. } = self.context;
        if store.count(connection, doubtful).await? > 0 {
            let start = window.start().date().checked_sub_days(Days::new(DAYS_MAX));
            let before = start.and_then(|start| Window::new(Timestamp::midnight(start), window.start()).ok());
            if let Some(before) = before {
                let counted = source.count(before).await?;
                self.count(&counted);
            }
        }
        Ok(self.oldest_within(window))
    }

    /// Returns the instant of the oldest charge that came, or the nearest one within a window.
    fn oldest_within(&self, window: Window) -> Timestamp {
        self.oldest.unwrap_or(window.end()).clamp(window.start(), window.end())
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
                // Halving needs a count for each half and no rows; only the days that differ are read.
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

    /// Counts one window at the provider and in the store, and notes both in the report.
    async fn compare(&mut self, window: Window) -> cost_model::Result<Audited> {
        let Context { source, store, connection, .. } = self.context;
        let counted = source.count(window).await?;
        self.count(&counted);
        let audited =
            Audited { window, announced: counted.announced, stored: store.count(connection, window).await? };
        self.report.audited.push(audited);
        Ok(audited)
    }

    /// Keeps what the provider states of people and totals. A source without totals, or a key that may not read them,
    /// leaves a reason in the report. A store that cannot keep them is an error.
    pub(crate) async fn observe(&mut self) -> Result<()> {
        let Context { source, store, connection, .. } = self.context;
        match source.observe(self.run.at).await {
            Ok(observations) => {
                self.report.requests += observations.requests;
                store.observe(connection, observations).await.map_err(Error::not_observed)
            }
            // The charges are stored by now; totals that a key may not read must not fail the run.
            Err(error) => {
                self.report.unobserved = Some(causes(&error));
                Ok(())
            }
        }
    }

    /// Adds a count to the report, and the oldest charge that it names.
    fn count(&mut self, counted: &WindowCount) {
        self.report.counted(counted);
        self.heard_of(counted.oldest);
    }

    /// Takes note of a charge that the provider returned or counted, if it is older than all before.
    fn heard_of(&mut self, charge: Option<Timestamp>) {
        self.oldest = self.oldest.into_iter().chain(charge).min();
    }

    /// Makes the error of a run that ends at this window, with how far it had come.
    fn stopped(&self, window: Window, planned: usize, error: cost_model::Error) -> Error {
        Error::new(window, self.report.windows.len(), planned, error)
    }
}

/// Checks what every source promises: the window requested, as many rows as announced, and which of
/// them lie outside.
fn check_complete(window: Window, batch: &SourceBatch) -> cost_model::Result<Option<OutsideRows>> {
    if batch.window != window {
        return Err(broken_promise(format!(
            "the window {} came back in place of the one requested",
            batch.window
        )));
    }
    // Checked here too, although sources promise it: a store keeps whatever it is given as complete.
    let received = u64::try_from(batch.records.len().saturating_add(batch.outside.len())).unwrap_or(u64::MAX);
    if received != batch.announced {
        return Err(broken_promise(format!(
            "{} rows were announced and {received} received",
            batch.announced
        )));
    }
    if let Some(record) = batch.records.iter().find(|record| !window.contains(record.at)) {
        return Err(broken_promise(format!(
            "a row of {} came back, which lies outside the window",
            record.at
        )));
    }
    match OutsideRows::of(batch) {
        // Storing nothing for this window would withdraw every charge that it has.
        Some(outside) if batch.records.is_empty() => Err(broken_promise(format!(
            "all {received} rows that came back lie outside the window, from {} to {}: the provider did not answer for the \
             time that was requested, and nothing was stored",
            outside.first, outside.last
        ))),
        outside => Ok(outside),
    }
}

/// Returns the error of an answer that breaks what every source promises.
fn broken_promise(message: String) -> cost_model::Error {
    cost_model::Error::new(ErrorKind::Source, message)
}
