//! How the programs about rules begin and end.

use std::error::Error;
use std::process::ExitCode;

use virtual_tags::{Directory, RuleSet};

use crate::{chain, errln, out, printer};

/// A text, and the name under which errors speak of it.
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
    /// When it cannot be read as text.
    pub fn read(name: &String) -> Result<Self, Box<dyn Error>> {
        let text = std::fs::read_to_string(name).map_err(|error| format!("{name}: {error}"))?;
        Ok(Self { name: name.clone(), text })
    }

    /// The text as rules.
    ///
    /// # Errors
    /// As [`RuleSet::from_toml`].
    pub fn rules(&self) -> Result<RuleSet, virtual_tags::Error> {
        RuleSet::from_toml(&self.text, &self.name)
    }

    /// The text as a directory.
    ///
    /// # Errors
    /// As [`Directory::from_csv`].
    pub fn directory(&self) -> Result<Directory, virtual_tags::Error> {
        Directory::from_csv(self.text.as_bytes(), &self.name)
    }
}

/// Runs a program with its arguments, or shows its help if they ask for it. The exit status is 0 if it finds nothing wrong.
/// Errors go to standard error with their causes, all mistakes of a rules file at once.
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
            ExitCode::FAILURE
        }
    }
}
