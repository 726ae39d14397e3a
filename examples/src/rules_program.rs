//! How the programs about rules begin and end.

use std::error::Error;
use std::fmt;
use std::process::ExitCode;

use cost_model::input::{InputError, decode};
use virtual_tags::{Directory, RuleSet};

use crate::{chain, errln, out, printer};

/// A text, and the name under which errors refer to it.
pub struct NamedText {
    pub name: String,
    pub text: String,
}

impl NamedText {
    /// A text that is part of a program.
    pub fn demo(name: &str, text: &str) -> Self {
        Self { name: name.to_owned(), text: text.to_owned() }
    }

    /// Reads a file.
    ///
    /// # Errors
    /// When it cannot be read, and as [`Self::decode`].
    pub fn read(name: &String) -> Result<Self, Box<dyn Error>> {
        let bytes = std::fs::read(name).map_err(|error| format!("{name}: {error}"))?;
        Ok(Self::decode(name, &bytes)?)
    }

    /// The text of a file's bytes.
    ///
    /// # Errors
    /// When they are no text in UTF-8 or UTF-16, with the line and the remedy.
    pub fn decode(name: &str, bytes: &[u8]) -> Result<Self, String> {
        let text = decode(bytes).map_err(|problem| in_file(name, &problem))?;
        Ok(Self { name: name.to_owned(), text: text.into_owned() })
    }

    /// What is wrong with the text, with its place.
    pub fn error(&self, problem: &InputError) -> String {
        in_file(&self.name, problem)
    }

    /// The text as rules about Cursor's charges.
    ///
    /// # Errors
    /// As [`RuleSet::from_toml`].
    pub fn rules(&self) -> Result<RuleSet, virtual_tags::Error> {
        let rules = RuleSet::from_toml(&self.text, &self.name)?;
        Ok(rules.with_default_person(cursor_cost_source::places_of_people()))
    }

    /// The text as a directory.
    ///
    /// # Errors
    /// As [`Directory::from_csv`].
    pub fn directory(&self) -> Result<Directory, virtual_tags::Error> {
        Directory::from_csv(self.text.as_bytes(), &self.name)
    }
}

fn in_file(name: &str, problem: &InputError) -> String {
    let line = problem.line().map(|line| format!(":{line}")).unwrap_or_default();
    let column = problem.column().map(|column| format!(" column `{column}`:")).unwrap_or_default();
    format!("{name}{line}:{column} {}", problem.message())
}

/// Why a program does not do what it was asked to, although its inputs can be read.
#[derive(Debug)]
pub struct Refusal(pub String);

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for Refusal {}

/// Runs a program with its arguments, or shows its help if they ask for it. The exit status is 0 if it finds nothing wrong,
/// 2 for a [`Refusal`], else 1. Errors go to standard error with their causes, all mistakes of a rules file at once.
pub fn rules_program(help: &str, run: impl FnOnce(&[String]) -> Result<bool, Box<dyn Error>>) -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.iter().any(|argument| argument == "--help" || argument == "-h") {
        out!("{help}");
        return ExitCode::SUCCESS;
    }
    let printed = |holds| match printer::finish() {
        Ok(()) => Ok(holds),
        Err(failure) => Err(failure as Box<dyn Error>),
    };
    match run(&arguments).and_then(printed) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            errln!("{}", chain(&*error));
            for other in
                error.downcast_ref::<virtual_tags::Error>().into_iter().flat_map(virtual_tags::Error::others)
            {
                errln!("{}", chain(other));
            }
            if error.is::<Refusal>() { ExitCode::from(2) } else { ExitCode::FAILURE }
        }
    }
}
