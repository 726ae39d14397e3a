//! The crate's one error type.

use std::error::Error as StdError;
use std::path::Path;

use virtual_tags::Place;

/// A result of this crate.
pub type Result<T> = std::result::Result<T, Error>;

/// An error of a question, of a change, or of the configuration.
///
/// `Display` says what could not be done; [`std::error::Error::source`] says why, one layer at a time. Neither names a key
/// or a person. [`hint`](Self::hint) says what to do about it, where that is known.
///
/// ```
/// use cursor_costs::ErrorKind;
/// use cursor_costs::config::ConfigFile;
///
/// let error = ConfigFile::parse("rule = \"rules.toml\"\n", "cursor-costs.toml".as_ref()).unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::Config);
/// assert_eq!(error.to_string(), "cursor-costs.toml:1:1: there is no field `rule`; did you mean `rules`?");
/// ```
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct Error(Box<Inner>);

#[derive(Debug, thiserror::Error)]
// Where another error caused this one, that one says where.
#[error("{}{message}", .place.as_ref().filter(|_| source.is_none()).map(|place| format!("{place}: ")).unwrap_or_default())]
struct Inner {
    kind: ErrorKind,
    message: String,
    place: Option<Place>,
    hint: Option<String>,
    others: Vec<String>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// The class of an [`Error`], to match on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The configuration has a mistake, or lacks what is needed.
    Config,
    /// There is no key where the configuration says that it is, or it must not be used.
    Key,
    /// There is no account, report or import of that name.
    NotFound,
    /// What was asked does not make sense: a filter, a date, a dimension.
    Query,
    /// The store could not be opened, read or written.
    Store,
    /// Another program brings charges into the store.
    Busy,
    /// Charges could not be read from the provider.
    Sync,
    /// The rules cannot be used.
    Rules,
    /// The people cannot be read.
    People,
    /// An invoice cannot be read or explained.
    Invoice,
    /// An exported file cannot be read or imported.
    Import,
    /// A file could not be read or written.
    File,
    /// A period cannot be prepared, approved or reopened as it was asked.
    Close,
}

impl ErrorKind {
    /// Returns the kind's name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Config => "config",
            Self::Key => "key",
            Self::NotFound => "not_found",
            Self::Query => "query",
            Self::Store => "store",
            Self::Busy => "busy",
            Self::Sync => "sync",
            Self::Rules => "rules",
            Self::People => "people",
            Self::Invoice => "invoice",
            Self::Import => "import",
            Self::File => "file",
            Self::Close => "close",
        }
    }
}

impl Error {
    /// Makes an error that says `message`: lower case, no full stop, no secrets and no people.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            kind,
            message: message.into(),
            place: None,
            hint: None,
            others: Vec::new(),
            source: None,
        }))
    }

    /// Returns the same error, at a place in a file.
    pub fn at(mut self, place: Place) -> Self {
        self.0.place = Some(place);
        self
    }

    /// Returns the same error, with what to do about it.
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.0.hint = Some(hint.into());
        self
    }

    /// Returns the same error, with the error that caused it.
    pub fn because(mut self, source: impl StdError + Send + Sync + 'static) -> Self {
        self.0.source = Some(Box::new(source));
        self
    }

    /// Returns the same error, with what else there is to say about it, each in a line.
    pub(crate) fn with_others(mut self, others: Vec<String>) -> Self {
        self.0.others = others;
        self
    }

    /// Returns the class of the error.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Returns where the fault is, if it is in a file.
    pub fn place(&self) -> Option<&Place> {
        self.0.place.as_ref()
    }

    /// Returns what to do about it.
    pub fn hint(&self) -> Option<&str> {
        self.0.hint.as_deref()
    }

    /// Returns the other faults of the same file, each in a line with its place; of a close, what changed since it was prepared.
    pub fn others(&self) -> &[String] {
        &self.0.others
    }

    /// Returns the error and its causes in one line, each saying what the ones before leave out.
    pub fn in_one_line(&self) -> String {
        self.with_causes(": ").replace('\n', " ")
    }

    /// Returns the error and its causes, with a text between one and the next.
    pub fn with_causes(&self, between: &str) -> String {
        let mut text = self.to_string();
        let mut cause = self.source();
        while let Some(error) = cause {
            let more = error.to_string();
            if !text.contains(&more) {
                text = format!("{text}{between}{more}");
            }
            cause = error.source();
        }
        text
    }

    pub(crate) fn file(file: &Path, error: &std::io::Error) -> Self {
        let what = match error.kind() {
            std::io::ErrorKind::NotFound => "there is no such file".to_owned(),
            _ => error.to_string(),
        };
        Self::new(ErrorKind::File, what).at(Place::file(file.display().to_string()))
    }

    fn store(what: &str, error: cost_model::Error) -> Self {
        let failed = Self::new(ErrorKind::Store, what);
        match error.kind() {
            cost_model::ErrorKind::Origin => failed
                .with_hint("made-up charges and real ones need a store each: set another `data`")
                .because(error),
            _ => failed.because(error),
        }
    }

    pub(crate) fn query(error: cost_model::Error) -> Self {
        Self::new(ErrorKind::Query, "the question cannot be answered").because(error)
    }

    pub(crate) fn rules(error: virtual_tags::Error) -> Self {
        Self::of_tags(ErrorKind::Rules, "the rules cannot be used", error)
    }

    pub(crate) fn people(error: virtual_tags::Error) -> Self {
        Self::of_tags(ErrorKind::People, "the people cannot be read", error)
    }

    fn of_tags(kind: ErrorKind, what: &str, error: virtual_tags::Error) -> Self {
        let mut failed = Self::new(kind, what);
        failed.0.place = error.place().cloned();
        failed.0.others = error.others().iter().map(ToString::to_string).collect();
        failed.because(error)
    }

    pub(crate) fn invoice(error: reconcile::Error) -> Self {
        Self::new(ErrorKind::Invoice, "the invoice cannot be explained").because(error)
    }
}

/// A call of the store.
pub(crate) trait StoreCall<T> {
    /// Says what could not be done where it failed.
    fn or_store(self, what: &str) -> Result<T>;
}

impl<T> StoreCall<T> for cost_model::Result<T> {
    fn or_store(self, what: &str) -> Result<T> {
        self.map_err(|error| Error::store(what, error))
    }
}
