//! A progress bar on standard error, and word of every wait.

use std::io::{IsTerminal, Write, stderr};

use cost_ingest::{Observer, Progress};
use cursor_admin_client::http::{RateLimitWait, RetryPlanned};

use crate::{counted, errln, seconds};

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
        let text = format!("[{bar}] {done}/{planned} windows, {}", counted(progress.records, "event"));
        // On a terminal each bar is drawn over the one before.
        match self.terminal {
            true if done < planned => redraw(&text),
            true => {
                redraw(&text);
                errln!("");
            }
            false => errln!("{text}"),
        }
    }
}

/// Goes back to the start of the line, and draws.
fn redraw(text: &str) {
    // Nobody is left to tell that standard error is closed.
    drop(write!(stderr(), "\r{text}"));
}

/// Says why nothing happens for a while.
#[derive(Debug)]
pub struct Waits;

impl cursor_admin_client::http::Observer for Waits {
    fn rate_limit_wait(&self, event: &RateLimitWait) {
        if let Some(time) = seconds(event.wait) {
            errln!("{}: waiting {time} to keep below the rate limit", event.operation);
        }
    }

    fn retry_planned(&self, event: &RetryPlanned) {
        if let Some(time) = seconds(event.wait) {
            errln!("{}: waiting {time} before trying again", event.operation);
        }
    }
}
