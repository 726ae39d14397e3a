//! A progress bar on standard error, and word of every wait.

use std::io::{IsTerminal, stderr};

use cost_ingest::{Observer, Progress};
use cursor_admin_client::{RateLimitWait, RetryPlanned};

use crate::grouped;

const WIDTH: usize = 30;

/// Draws a bar on a terminal, a line per window elsewhere.
#[derive(Debug)]
pub struct ProgressBar {
    terminal: bool,
}

impl Default for ProgressBar {
    fn default() -> Self {
        Self::new()
    }
}

impl ProgressBar {
    pub fn new() -> Self {
        Self { terminal: stderr().is_terminal() }
    }
}

impl Observer for ProgressBar {
    fn stored(&self, progress: &Progress) {
        let filled = progress.done * WIDTH / progress.planned.max(1);
        let bar = format!("{:<WIDTH$}", "#".repeat(filled));
        let (done, planned) = (progress.done, progress.planned);
        let text = format!("[{bar}] {done}/{planned} windows, {} events", grouped(progress.records));
        match self.terminal {
            true if done < planned => eprint!("\r{text}"),
            true => eprintln!("\r{text}"),
            false => eprintln!("{text}"),
        }
    }
}

/// Says why nothing happens for a while.
#[derive(Debug)]
pub struct Waits;

impl cursor_admin_client::Observer for Waits {
    fn rate_limit_wait(&self, event: &RateLimitWait) {
        eprintln!("{}: waiting {} s to keep below the rate limit", event.operation, event.wait.as_secs());
    }

    fn retry_planned(&self, event: &RetryPlanned) {
        if event.wait.as_secs() > 0 {
            eprintln!("{}: waiting {} s before trying again", event.operation, event.wait.as_secs());
        }
    }
}
