//! Answers about charges that come one by one, each asked for once.

use std::collections::HashMap;
use std::fmt;

use cost_model::{Assignment, Dimension, Dimensions, Tagger, Timestamp};

use crate::Rules;
use crate::charge::text_of;
use crate::mixing::Mixing;

/// What rules say about one key of charges of any type, with every answer remembered: charges that agree in all that the
/// rules read are asked about once for each span of time in which the answer stands.
///
/// ```
/// use std::borrow::Cow;
/// use cost_model::{Assignment, Dimension, Dimensions, Timestamp};
/// use virtual_tags::{Directory, RuleSet};
///
/// struct Login(&'static str);
/// impl Dimensions for Login {
///     fn get(&self, dimension: &Dimension) -> Option<Cow<'_, str>> {
///         (*dimension == Dimension::Resource).then_some(Cow::Borrowed(self.0))
///     }
///     fn for_each_tag(&self, _: &mut dyn FnMut(&str, &str)) {}
/// }
///
/// let toml = "[[tag]]\nkey = \"Team\"\n[[tag.rule]]\nvalue = \"Web\"\nemail.domain = \"web.acme.test\"\n";
/// let rules = RuleSet::from_toml(toml, "rules.toml")?.compile(Directory::default())?;
/// let mut teams = rules.remember("Team");
/// let at = Timestamp::midnight("2026-09-15".parse()?);
/// for login in [Login("ana@web.acme.test"), Login("ANA@web.acme.test"), Login("ana@web.acme.test")] {
///     assert_eq!(*teams.assign(&login, at), Assignment::Value("Web".into()));
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Memory<'a> {
    rules: &'a Rules,
    key: Box<str>,
    /// By what the rules read of a charge, as bytes.
    known: HashMap<Box<[u8]>, Spans, Mixing>,
    /// For each span in which an answer stands: that, once it was asked for.
    answers: Vec<Option<Assignment<'a>>>,
    /// What the rules read of the charge at hand.
    read: Vec<u8>,
    /// The answer about the charge at hand, where rules may read anything.
    unremembered: Assignment<'a>,
}

/// The spans of time in which an answer stands: one more than there are boundaries.
struct Spans {
    boundaries: Box<[Timestamp]>,
    /// The number of the first span.
    first: usize,
}

impl Spans {
    fn number(&self, at: Timestamp) -> usize {
        self.first + self.boundaries.partition_point(|boundary| *boundary <= at)
    }
}

/// Bytes that no text in UTF-8 has.
const END: u8 = 0xff;
const ABSENT: u8 = 0xfe;

impl Rules {
    /// A memory of what the rules say about one key.
    pub fn remember(&self, key: &str) -> Memory<'_> {
        Memory {
            rules: self,
            key: key.into(),
            known: HashMap::default(),
            answers: Vec::new(),
            read: Vec::new(),
            unremembered: Assignment::Unset,
        }
    }
}

impl<'a> Memory<'a> {
    /// What [`Tagger::assign`] says.
    pub fn assign(&mut self, dimensions: &dyn Dimensions, at: Timestamp) -> &Assignment<'a> {
        let rules = self.rules;
        let Some(reads) = rules.reads() else {
            self.unremembered = rules.assign(&self.key, dimensions, at);
            return &self.unremembered;
        };
        self.read.clear();
        for dimension in reads {
            self.read(dimension, dimensions);
        }
        let number = match self.known.get(&*self.read) {
            Some(spans) => spans.number(at),
            None => self.learn(rules.boundaries_of(dimensions).into(), at),
        };
        let answer = self.answers.get_mut(number);
        match answer {
            Some(answer) => answer.get_or_insert_with(|| rules.assign(&self.key, dimensions, at)),
            None => &self.unremembered,
        }
    }

    fn learn(&mut self, boundaries: Box<[Timestamp]>, at: Timestamp) -> usize {
        let spans = Spans { boundaries, first: self.answers.len() };
        let number = spans.number(at);
        self.answers.resize(spans.first + spans.boundaries.len() + 1, None);
        self.known.insert(self.read.as_slice().into(), spans);
        number
    }

    fn read(&mut self, dimension: &Dimension, dimensions: &dyn Dimensions) {
        match text_of(dimensions, dimension) {
            Some(text) => self.read.extend_from_slice(text.as_bytes()),
            None => self.read.push(ABSENT),
        }
        self.read.push(END);
    }
}

impl fmt::Debug for Memory<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Memory")
            .field("key", &self.key)
            .field("known", &self.known.len())
            .finish_non_exhaustive()
    }
}
