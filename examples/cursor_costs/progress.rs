//! A progress bar on standard error.

use std::io::{IsTerminal, stderr};

use cost_ingest::{Observer, Progress};

use crate::screen::grouped;

const WIDTH: usize = 30;

/// Draws a bar on a terminal, a line per window elsewhere.
#[derive(Debug)]
pub struct ProgressBar {
    terminal: bool,
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
