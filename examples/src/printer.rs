//! What the programs print: one way to standard output and one to standard error for all of them.
//!
//! Whoever reads the output may stop at any time, as `head` does. From then on nothing more is printed, and the program
//! goes on: what it was told to write is still written. Text from outside is neutralised on its way to a terminal.

use std::fmt;
use std::io::{self, ErrorKind, Write};
use std::sync::Mutex;

use cost_model::output::for_terminal_lines;

use crate::Failure;

/// Prints text for people on standard output, as `print!` does.
#[macro_export]
macro_rules! out {
    ($($text:tt)*) => { $crate::printer::text(format_args!($($text)*)) };
}

/// Prints text for people and a line feed on standard output, as `println!` does.
#[macro_export]
macro_rules! outln {
    () => { $crate::out!("\n") };
    ($($text:tt)*) => {{
        $crate::out!($($text)*);
        $crate::out!("\n");
    }};
}

/// Prints text for people and a line feed on standard error, as `eprintln!` does.
#[macro_export]
macro_rules! errln {
    ($($text:tt)*) => { $crate::printer::error(format_args!("{}\n", format_args!($($text)*))) };
}

/// Why standard output takes nothing more.
static STOPPED: Mutex<Option<ErrorKind>> = Mutex::new(None);

/// What [`out!`] calls.
pub fn text(text: fmt::Arguments<'_>) {
    data(for_terminal_lines(&text.to_string()).as_bytes());
}

/// Returns how many columns tables may take up behind two blanks: as many as `COLUMNS` says, or those of a terminal of 80.
pub fn table_width() -> usize {
    let columns = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse::<usize>().ok());
    columns.unwrap_or(80).saturating_sub(2)
}

/// Prints lines of text for people on standard output, each behind two blanks.
pub fn print_indented(text: &str) {
    for line in text.lines() {
        crate::outln!("  {line}");
    }
}

/// Prints a file, such as a report as CSV or JSON, on standard output, byte by byte as it is.
pub fn data(bytes: &[u8]) {
    let mut stopped = STOPPED.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if stopped.is_none() {
        *stopped = io::stdout().write_all(bytes).err().map(|error| error.kind());
    }
}

/// What [`errln!`] calls. Where standard error is closed, there is nobody left to tell.
pub fn error(text: fmt::Arguments<'_>) {
    drop(io::stderr().write_all(for_terminal_lines(&text.to_string()).as_bytes()));
}

/// Prints what is left. A reader who has gone away is no failure.
///
/// # Errors
/// When standard output could not take everything for another reason, such as a full disk.
pub fn finish() -> Result<(), Failure> {
    let stopped = *STOPPED.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    match stopped.or_else(|| io::stdout().flush().err().map(|error| error.kind())) {
        None | Some(ErrorKind::BrokenPipe) => Ok(()),
        Some(kind) => Err(format!("standard output: {kind}; not everything was printed").into()),
    }
}
