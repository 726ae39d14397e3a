//! How the program ends: the exit status, and errors as text or JSON.

use std::process::ExitCode;

use cost_model::output::for_terminal_lines;
use cursor_costs::Error;
use serde_json::json;

use crate::output::Output;

/// What a command that was done found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Outcome {
    /// Something is missing or may still change where a final answer was asked for.
    pub cannot_be_said: bool,
    /// Something is unexplained, or failed a guard.
    pub needs_action: bool,
    /// Not all of it could be done, and the document that was printed says why.
    pub is_failed: bool,
}

impl Outcome {
    /// Everything is as it should be.
    pub(crate) const DONE: Self = Self { cannot_be_said: false, needs_action: false, is_failed: false };
    /// A document says what failed.
    pub(crate) const FAILED: Self = Self { is_failed: true, ..Self::DONE };

    /// Returns the exit status.
    pub(crate) fn exit_code(self) -> ExitCode {
        match self {
            Self { is_failed: true, .. } => ExitCode::FAILURE,
            Self { needs_action: true, .. } => ExitCode::from(3),
            Self { cannot_be_said: true, .. } => ExitCode::from(2),
            _ => ExitCode::SUCCESS,
        }
    }
}

/// Ends a command whose answer was printed and says what failed: as text an error follows it, and JSON is one document.
pub(crate) fn failed_after_answer(error: Error, output: &Output) -> cursor_costs::Result<Outcome> {
    if output.is_json() { Ok(Outcome::FAILED) } else { Err(error) }
}

/// Prints an error: with its causes, what else is wrong, and what to do; as one line of JSON if the output is JSON.
pub(crate) fn print_error(error: &Error, output: &Output) {
    if output.is_json() {
        let place = error
            .place()
            .map(|place| json!({ "file": place.file, "line": place.line, "column": place.column }));
        let line = json!({
            "kind": error.kind().name(),
            "message": error.in_one_line(),
            "others": error.others(),
            "place": place,
            "hint": error.hint(),
        });
        output.error_line(&line.to_string());
        return;
    }
    output.error_line(&format!(
        "{} {}",
        output.red("error:"),
        for_terminal_lines(&error.with_causes("\n  because: "))
    ));
    for other in error.others() {
        output.error_line(&format!("  {}", for_terminal_lines(other)));
    }
    if let Some(hint) = error.hint() {
        output.error_line(&format!("{} {}", output.bold("hint:"), for_terminal_lines(hint)));
    }
}
