//! Where and how the program prints.

use std::fmt::{self, Display};
use std::io::{self, BufWriter, ErrorKind as IoKind, IsTerminal, Write};
use std::path::{Path, PathBuf};

use cost_model::output::for_terminal_lines;
use cost_model::store::Gap;
use cursor_costs::files::{InUse, NewFiles};
use cursor_costs::{Error, ErrorKind, Result};
use serde::Serialize;

use crate::arguments::{Arguments, Color, Format, Global};
use crate::configuration;

/// Where the values of fields begin.
const FIELD_INDENT: usize = 16;
/// A table in less columns would say nothing.
const NARROWEST: usize = 40;

/// Prints on standard output, or into a file that is replaced as a whole.
///
/// Whoever reads standard output may stop at any time, as `head` does: that is no error. Text from outside is neutralised.
#[derive(Debug)]
pub(crate) struct Output {
    format: Format,
    file: Option<PathBuf>,
    /// What the command reads, beside what the configuration names; `None` for the error of an unreadable command line.
    reads: Option<(Global, Vec<PathBuf>)>,
    is_quiet: bool,
    is_coloured: bool,
    /// How many columns a table may take up.
    pub width: usize,
}

impl Output {
    pub(crate) fn new(arguments: &Arguments) -> Self {
        let global = &arguments.global;
        let is_coloured = match global.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => {
                io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|set| set.is_empty())
            }
        };
        let columns = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
        // Files and pipes have no width, and names are not truncated in them.
        let terminal = terminal_size::terminal_size_of(io::stdout()).map(|(width, _)| usize::from(width.0));
        Self {
            format: global.format,
            file: global.output.clone(),
            reads: Some((global.clone(), arguments.command.inputs())),
            is_quiet: global.quiet,
            is_coloured,
            width: match &global.output {
                Some(_) => usize::MAX,
                None => columns.or(terminal).unwrap_or(usize::MAX).max(NARROWEST),
            },
        }
    }

    /// Makes an output for the error of a command line that could not be read.
    pub(crate) fn for_errors(format: Format) -> Self {
        Self { format, file: None, reads: None, is_quiet: false, is_coloured: false, width: usize::MAX }
    }

    pub(crate) fn format(&self) -> Format {
        self.format
    }

    pub(crate) fn is_json(&self) -> bool {
        self.format == Format::Json
    }

    pub(crate) fn is_quiet(&self) -> bool {
        self.is_quiet
    }

    /// Refuses CSV for a command that has none.
    pub(crate) fn no_csv(&self) -> Result<()> {
        match self.format {
            Format::Csv => {
                Err(Error::new(ErrorKind::Query, "this command prints no CSV")
                    .with_hint("--format text or json"))
            }
            _ => Ok(()),
        }
    }

    /// Refuses a file to print into that is in use or has no folder, before the command changes anything.
    pub(crate) fn check_file(&self) -> Result<()> {
        let Some(file) = &self.file else { return Ok(()) };
        self.in_use()?.refuse(file)?;
        check_folder(file)
    }

    /// Begins files of output, which replace nothing that the program or this command reads.
    pub(crate) fn new_files(&self) -> Result<NewFiles> {
        Ok(NewFiles::sparing(self.in_use()?))
    }

    fn in_use(&self) -> Result<InUse> {
        let Some((global, inputs)) = &self.reads else { return Ok(InUse::default()) };
        let in_use = configuration::in_use(global)?;
        Ok(inputs.iter().fold(in_use, |in_use, file| in_use.file(file, "a file that the command reads")))
    }

    /// Prints text for people.
    pub(crate) fn text(&self, text: impl Display) -> Result<()> {
        self.data(for_terminal_lines(&text.to_string()).as_bytes())
    }

    /// Prints a document in one go, ended by a line feed.
    pub(crate) fn json(&self, document: &impl Serialize) -> Result<()> {
        let text = serde_json::to_string_pretty(document);
        let text =
            text.map_err(|error| Error::new(ErrorKind::File, "the answer is not JSON").because(error))?;
        self.data(format!("{text}\n").as_bytes())
    }

    /// Prints bytes as they are.
    pub(crate) fn data(&self, bytes: &[u8]) -> Result<()> {
        match &self.file {
            Some(path) => {
                let mut files = self.new_files()?;
                files.write(path, bytes)?;
                files.finish()
            }
            None => {
                let mut to = Pipe { gone: false };
                to.write_all(bytes).and_then(|()| to.flush()).map_err(not_printed)
            }
        }
    }

    /// Prints what is written bit by bit. A file is replaced once everything was written.
    pub(crate) async fn stream(
        &self,
        print: impl AsyncFnOnce(&mut (dyn Write + Send)) -> Result<()>,
    ) -> Result<()> {
        match &self.file {
            Some(path) => {
                let mut files = self.new_files()?;
                print(files.create(path)?).await?;
                files.finish()
            }
            None => {
                let mut to = BufWriter::new(Pipe { gone: false });
                print(&mut to).await?;
                to.flush().map_err(not_printed)
            }
        }
    }

    /// Prints a remark on standard error. A document of JSON has a field for what matters, and stays the only thing printed.
    pub(crate) fn note(&self, text: &str) {
        if !self.is_quiet && !self.is_json() {
            self.error_line(&format!("{} {}", self.bold("note:"), for_terminal_lines(text)));
        }
    }

    /// Prints what is missing of a range on standard error, for output that has no place for it.
    pub(crate) fn note_gaps<'a>(&self, missing: impl IntoIterator<Item = &'a Gap>) {
        for gap in missing {
            let account =
                gap.connection.as_ref().map(|connection| format!(" of {connection}")).unwrap_or_default();
            self.note(&format!("{}{account}: {}", gap.state.name(), gap.window));
        }
    }

    /// Prints a line on standard error. Where that is closed, there is nobody left to tell.
    #[expect(clippy::unused_self, reason = "every line is printed through an output")]
    pub(crate) fn error_line(&self, line: &str) {
        drop(writeln!(io::stderr(), "{line}"));
    }

    pub(crate) fn red(&self, text: &str) -> String {
        self.coloured("\u{1b}[1;31m", text)
    }

    pub(crate) fn bold(&self, text: &str) -> String {
        self.coloured("\u{1b}[1m", text)
    }

    fn coloured(&self, code: &str, text: &str) -> String {
        if self.is_coloured { format!("{code}{text}\u{1b}[0m") } else { text.to_owned() }
    }
}

/// Standard output, which takes everything once its reader has gone.
struct Pipe {
    gone: bool,
}

impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.gone {
            return Ok(bytes.len());
        }
        match io::stdout().write(bytes) {
            Err(error) if error.kind() == IoKind::BrokenPipe => {
                self.gone = true;
                Ok(bytes.len())
            }
            other => other,
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match io::stdout().flush() {
            Err(error) if error.kind() == IoKind::BrokenPipe => Ok(()),
            other => other,
        }
    }
}

/// Refuses a file in a folder that is not there: its name is more likely a slip than a wish.
fn check_folder(file: &Path) -> Result<()> {
    match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() && !folder.is_dir() => {
            let message = format!("{}: there is no folder {}", file.display(), folder.display());
            Err(Error::new(ErrorKind::File, message).with_hint("make it, or write to another place"))
        }
        _ => Ok(()),
    }
}

fn not_printed(error: io::Error) -> Error {
    Error::new(ErrorKind::File, "not everything could be printed").because(error)
}

/// Text for people, line by line.
#[derive(Debug, Default)]
pub(crate) struct Text(String);

impl Text {
    /// Adds a line.
    pub(crate) fn line(&mut self, line: impl Display) {
        self.add(line);
        self.0.push('\n');
    }

    /// Adds text as it is.
    pub(crate) fn add(&mut self, text: impl Display) {
        self.0.push_str(&text.to_string());
    }

    /// Adds each line of a text behind two blanks.
    pub(crate) fn indented(&mut self, text: &str) {
        for line in text.lines() {
            self.line(format_args!("  {line}"));
        }
    }

    /// Adds a line that names its value.
    pub(crate) fn field(&mut self, name: &str, value: impl Display) {
        self.line(format_args!("  {name:<13} {value}"));
    }

    /// Adds a line that names its value, and goes on below it where it does not fit the width.
    pub(crate) fn wrapped_field(&mut self, name: &str, value: &str, width: usize) {
        let mut line = String::new();
        let mut name = name;
        for word in value.split_whitespace() {
            if !line.is_empty() && FIELD_INDENT + line.chars().count() + 1 + word.chars().count() > width {
                self.field(name, std::mem::take(&mut line));
                name = "";
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        self.field(name, line);
    }

    /// Adds a heading behind an empty line.
    pub(crate) fn heading(&mut self, title: impl Display) {
        self.line(format_args!("\n{title}"));
    }
}

impl Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
