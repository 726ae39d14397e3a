//! Answers about charges that come one by one, each asked for once.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use cost_model::tagger::Part;
use cost_model::{Dimension, Dimensions, Tagger, Timestamp};
use foldhash::fast::RandomState;

use crate::ResolvedRules;
use crate::charge::text_of;

/// What rules say about one key of charges of any type, with every answer remembered: charges that agree in all that the
/// rules read are asked about once for each span of time in which the answer stands.
///
/// ```
/// use std::borrow::Cow;
/// use cost_model::{Dimension, Dimensions, Timestamp};
/// use cost_model::tagger::Part;
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
/// let rules = RuleSet::from_toml(toml, "rules.toml")?.compile(Directory::default())?.tagger()?;
/// let mut teams = rules.remember("Team");
/// let at = Timestamp::midnight("2026-09-15".parse()?);
/// for login in [Login("ana@web.acme.test"), Login("ANA@web.acme.test"), Login("ana@web.acme.test")] {
///     assert_eq!(teams.parts(&login, at), [Part::whole([Some("Web".into())])]);
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Memory<'a> {
    rules: &'a ResolvedRules,
    keys: [Arc<str>; 1],
    /// By what the rules read of a charge, as bytes.
    known: HashMap<Box<[u8]>, Spans, RandomState>,
    /// For each span in which an answer stands: that, once it was asked for.
    answers: Vec<Option<Vec<Part>>>,
    /// What the rules read of the charge at hand.
    read: Vec<u8>,
}

cost_model::masked_debug!(Memory<'_> { keys, known: |memory| memory.known.len() });

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

impl ResolvedRules {
    /// A memory of what the rules say about one key.
    pub fn remember(&self, key: &str) -> Memory<'_> {
        Memory {
            rules: self,
            keys: [key.into()],
            known: HashMap::default(),
            answers: Vec::new(),
            read: Vec::new(),
        }
    }
}

impl Memory<'_> {
    /// What [`Tagger::parts`] says of the key.
    pub fn parts(&mut self, dimensions: &dyn Dimensions, at: Timestamp) -> &[Part] {
        let rules = self.rules;
        self.read.clear();
        for dimension in rules.reads() {
            self.read(dimension, dimensions);
        }
        let number = match self.known.get(&*self.read) {
            Some(spans) => spans.number(at),
            None => self.learn(rules.boundaries_of(dimensions).into(), at),
        };
        let answer = self.answers.get_mut(number);
        answer.map_or(&[], |answer| answer.get_or_insert_with(|| rules.parts(&self.keys, dimensions, at)))
    }

    fn learn(&mut self, boundaries: Box<[Timestamp]>, at: Timestamp) -> usize {
        let spans = Spans { boundaries, first: self.answers.len() };
        let number = spans.number(at);
        self.answers.resize(spans.first + spans.boundaries.len() + 1, None);
        self.known.insert(self.read.as_slice().into(), spans);
        number
    }

    fn read(&mut self, dimension: &Dimension, dimensions: &dyn Dimensions) {
        if *dimension == Dimension::Tagged {
            let mut tags = BTreeMap::new();
            dimensions.for_each_tag(&mut |key, value| drop(tags.insert(key.to_owned(), value.to_owned())));
            for text in tags.iter().flat_map(|(key, value)| [key, value]) {
                self.read.extend_from_slice(text.as_bytes());
                self.read.push(END);
            }
        }
        match text_of(dimensions, dimension) {
            Some(text) => self.read.extend_from_slice(text.as_bytes()),
            None => self.read.push(ABSENT),
        }
        self.read.push(END);
    }
}
