//! The progress of a sync on standard error: a bar on a terminal, a line for each window elsewhere.

use std::io::{IsTerminal, Write, stderr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use cost_ingest::Progress;
use cost_model::output::{counted, for_terminal};
use cursor_admin_client::http::{Observer, RateLimitWait, RetryPlanned};
use cursor_costs::sync::SyncObserver;
use indicatif::{ProgressBar, ProgressStyle};

use crate::output::Output;

/// Shows how a sync goes on, unless the output is to be quiet.
pub(crate) struct SyncProgress {
    is_quiet: bool,
    /// The bar of the account at hand, on a terminal.
    bar: Mutex<Option<ProgressBar>>,
}

impl SyncProgress {
    pub(crate) fn new(output: &Output) -> Self {
        // With JSON, standard error is for an error alone.
        Self { is_quiet: output.is_quiet() || output.is_json(), bar: Mutex::new(None) }
    }

    /// Takes the bar off the terminal.
    pub(crate) fn finish(&self) {
        if let Some(bar) = self.bar.lock().unwrap_or_else(PoisonError::into_inner).take() {
            bar.finish_and_clear();
        }
    }
}

impl SyncObserver for SyncProgress {
    fn stored(&self, account: &str, progress: &Progress) {
        if self.is_quiet {
            return;
        }
        let account = for_terminal(account).into_owned();
        let records = counted(progress.records, "event");
        if !stderr().is_terminal() {
            line(&format!("{account}: {}/{} windows, {records}", progress.done, progress.planned));
            return;
        }
        let mut kept = self.bar.lock().unwrap_or_else(PoisonError::into_inner);
        let planned = u64::try_from(progress.planned).unwrap_or(u64::MAX);
        let bar = kept.get_or_insert_with(|| ProgressBar::new(planned).with_style(style()));
        bar.set_length(planned);
        bar.set_position(u64::try_from(progress.done).unwrap_or(u64::MAX));
        bar.set_prefix(account);
        bar.set_message(records);
        if progress.done >= progress.planned
            && let Some(bar) = kept.take()
        {
            bar.finish_and_clear();
        }
    }

    fn waits(&self) -> Option<Arc<dyn Observer>> {
        (!self.is_quiet).then(|| Arc::new(Waits) as Arc<dyn Observer>)
    }
}

fn style() -> ProgressStyle {
    let style = ProgressStyle::with_template("{prefix} [{bar:30}] {pos}/{len} windows, {msg}");
    style.unwrap_or_else(|_| ProgressStyle::default_bar()).progress_chars("#> ")
}

/// Says why nothing happens for a while.
#[derive(Debug)]
struct Waits;

impl Observer for Waits {
    fn rate_limit_wait(&self, event: &RateLimitWait) {
        wait(event.operation, event.wait, "to keep below the rate limit");
    }

    fn retry_planned(&self, event: &RetryPlanned) {
        wait(event.operation, event.wait, "before trying again");
    }
}

fn wait(operation: &str, wait: Duration, why: &str) {
    // Nobody notices less.
    if wait >= Duration::from_secs(1) {
        line(&format!("{operation}: waiting {} s {why}", wait.as_secs()));
    }
}

/// Where standard error is closed, there is nobody left to tell.
fn line(text: &str) {
    drop(writeln!(stderr(), "{text}"));
}
