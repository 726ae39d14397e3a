//! Caches the answers of a tagger for the charges of a ledger.
//!
//! A tagger may be slow and charges are many, so it is asked about what differs only: each projection at the first
//! charge and at each instant at which its answer may change. Reports then work with numbers of answers.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::combinations::Combinations;
use crate::dimension::Dimension;
use crate::error::{Error, ErrorKind, Result};
use crate::hash::TextMap;
use crate::ids::{Id, Table, id};
use crate::ledger::{Column, DimensionSetId, Ledger, LedgerId};
use crate::tagger::{Part, Tagger, parts_of};
use crate::time::Timestamp;

id! {
    /// The number of a distinct answer of a tagger; see [`TagCache::parts`].
    pub AnswerId, "answers of a tagger"
}

id! {
    /// The number of what a tagger sees of a set: sets that agree in all that it reads have the same.
    pub(crate) ProjectionId, "projections of sets"
}

impl AnswerId {
    /// Returns the index of the answer among all of its cache, counted from 0, so that a caller can keep a table by answers.
    pub fn index(self) -> usize {
        Id::index(self)
    }
}

/// The answers of a tagger for every charge of a ledger.
///
/// The tagger is asked once for each distinct projection of a set on what it [reads](Tagger::reads), and again only at those
/// instants at which the answer for that projection may change: for rules about people, a few times for each person, however
/// many sets and charges a person has. Equal answers have one number.
///
/// ```
/// use cost_model::{CostRecord, Costs, Currency, Ledger, Timestamp};
/// use cost_model::tagger::{NoTags, TagCache};
///
/// let mut ledger = Ledger::builder(Currency::USD);
/// ledger.push(&CostRecord::new(Timestamp::from_millis(0)?, "cursor", Currency::USD, Costs::flat("1".parse()?)))?;
/// let ledger = ledger.build();
/// let cache = TagCache::new(&ledger, &NoTags, &["Team".into()])?;
/// let answers: Vec<_> = cache.answers(&ledger)?.collect();
/// assert_eq!(cache.parts(answers[0])[0].values, [None]);
/// # Ok::<(), cost_model::Error>(())
/// ```
pub struct TagCache {
    ledger: LedgerId,
    keys: Arc<[Arc<str>]>,
    /// Every key of the tagger.
    tagger_keys: Arc<[Arc<str>]>,
    projections: Table<DimensionSetId, ProjectionId>,
    /// The answers that hold for the first charge.
    first: Table<ProjectionId, AnswerId>,
    /// What changes later, ascending by time.
    changes: Vec<Change>,
    answers: Table<AnswerId, Answer>,
    /// By key.
    values: Vec<Values>,
}

/// From an instant on, another answer holds for a projection.
#[derive(Clone, Copy)]
pub(crate) struct Change {
    pub(crate) at: Timestamp,
    pub(crate) projection: ProjectionId,
    pub(crate) answer: AnswerId,
}

/// One distinct answer, kept twice: as texts for callers, and as codes, by which a report groups and filters.
struct Answer {
    parts: Vec<Part>,
    /// Of each part: the code of its value of each key, 0 for none.
    codes: Vec<Box<[u32]>>,
}

/// The distinct values of one key.
#[derive(Default)]
struct Values {
    texts: Vec<Arc<str>>,
    codes: TextMap<u32>,
}

/// The keys' codes of each part, and its weight: what tells answers apart.
type AnswerKey = Vec<(Box<[u32]>, u128)>;

impl TagCache {
    /// Makes a cache of the answers of a tagger for these keys, over every charge of a ledger.
    ///
    /// # Errors
    /// [`ErrorKind::Overflow`](crate::ErrorKind::Overflow) when there are more than 2^32 answers.
    pub fn new(ledger: &Ledger, tagger: &dyn Tagger, keys: &[Arc<str>]) -> Result<Self> {
        let mut cache = Self {
            ledger: ledger.id(),
            keys: keys.into(),
            tagger_keys: tagger.keys().into(),
            projections: Table::default(),
            first: Table::default(),
            changes: Vec::new(),
            answers: Table::default(),
            values: keys.iter().map(|_| Values::default()).collect(),
        };
        let mut asking = Asking { tagger, known: FxHashMap::default() };
        let charges = ledger.charges().packed(0..ledger.len());
        let (Some(begin), Some(end)) = (charges.first(), charges.last()) else { return Ok(cache) };
        for set in cache.project(ledger, tagger)? {
            let dimensions = ledger.set(set).ok_or_else(|| Error::internal("a set is not in the ledger"))?;
            let mut current = asking.ask(&mut cache, &dimensions, begin.at)?;
            let projection = cache.first.push(current)?;
            // Without keys no answer can change, however many boundaries the tagger has.
            if keys.is_empty() {
                continue;
            }
            let boundaries = tagger.boundaries_of(&dimensions);
            let later = boundaries.partition_point(|boundary| *boundary <= begin.at);
            for at in boundaries.iter().skip(later).take_while(|boundary| **boundary <= end.at) {
                let answer = asking.ask(&mut cache, &dimensions, *at)?;
                if answer != current {
                    cache.changes.push(Change { at: *at, projection, answer });
                    current = answer;
                }
            }
        }
        cache.changes.sort_by_key(|change| change.at);
        Ok(cache)
    }

    /// Numbers the projections of all sets; returns a set of each, in the order of their numbers.
    fn project(&mut self, ledger: &Ledger, tagger: &dyn Tagger) -> Result<Vec<DimensionSetId>> {
        let sets = ledger.sets();
        // Without keys there is nothing to tell apart.
        let reads = if self.keys.is_empty() { &[] } else { tagger.reads() };
        let mut columns: Vec<&Column> = reads.iter().filter_map(|each| sets.column(each)).collect();
        // `Tagged` stands for all tags of the provider: a tagger that reads it may look at any of them.
        if reads.contains(&Dimension::Tagged) {
            columns.extend(sets.tags());
        }
        if columns.is_empty() {
            self.projections = vec![ProjectionId::after(0)?; sets.len()].into();
            return Ok(sets.ids().take(1).collect());
        }
        let mut combinations = Combinations::default();
        let mut projections = Vec::with_capacity(sets.len());
        let mut representatives = Vec::new();
        for set in sets.ids() {
            let (number, is_new) = combinations.number(columns.iter().map(|column| column.code(set)))?;
            projections.push(ProjectionId::after(number as usize)?);
            if is_new {
                representatives.push(set);
            }
        }
        self.projections = projections.into();
        Ok(representatives)
    }

    /// Returns the answer about each charge, in the order of [`Ledger::rows`].
    ///
    /// Takes one lookup for each charge.
    ///
    /// # Errors
    /// [`ErrorKind::Query`] when the cache is of another ledger.
    pub fn answers<'a>(&'a self, ledger: &'a Ledger) -> Result<impl Iterator<Item = AnswerId> + 'a> {
        if !self.is_of(ledger) {
            return Err(Error::new(ErrorKind::Query, "the cache of tags is of another ledger"));
        }
        let mut current = self.first.clone();
        let mut changes = self.changes.iter().peekable();
        Ok(ledger.sets_in_time().map_while(move |(at, set)| {
            while let Some(change) = changes.next_if(|change| change.at <= at) {
                *current.get_mut(change.projection).ok()? = change.answer;
            }
            current.get(*self.projections.get(set).ok()?).ok().copied()
        }))
    }

    /// Returns the parts of an answer, at least one; an empty slice for an id that this cache does not have.
    pub fn parts(&self, answer: AnswerId) -> &[Part] {
        self.answers.get(answer).map_or(&[], |answer| &answer.parts)
    }

    /// Returns the number of distinct answers.
    ///
    /// Equal answers about several projections count once.
    pub fn answer_count(&self) -> usize {
        self.answers.len()
    }

    pub(crate) fn keys(&self) -> &[Arc<str>] {
        &self.keys
    }

    /// Returns the place of a key among those of the cache, by which [`TagCache::values`] and the codes of a part know it.
    pub(crate) fn place_of(&self, key: &str) -> Option<usize> {
        self.keys.iter().position(|each| **each == *key)
    }

    /// Returns every key of the tagger.
    pub(crate) fn tagger_keys(&self) -> &[Arc<str>] {
        &self.tagger_keys
    }

    /// Returns whether it is the cache of this ledger.
    pub(crate) fn is_of(&self, ledger: &Ledger) -> bool {
        self.ledger == ledger.id()
    }

    /// Returns the codes of an answer's parts.
    pub(crate) fn codes(&self, answer: AnswerId) -> Result<&[Box<[u32]>]> {
        Ok(&self.answers.get(answer)?.codes)
    }

    /// Returns the distinct values of the key at a place, in the order of their codes, which begin at 1.
    pub(crate) fn values(&self, key: usize) -> &[Arc<str>] {
        self.values.get(key).map_or(&[], |values| &values.texts)
    }

    pub(crate) fn projection(&self, set: DimensionSetId) -> Result<ProjectionId> {
        self.projections.get(set).copied()
    }

    /// Returns the answers that hold for the first charge, by projection.
    pub(crate) fn first(&self) -> &Table<ProjectionId, AnswerId> {
        &self.first
    }

    /// Returns what changes later, ascending by time.
    pub(crate) fn changes(&self) -> &[Change] {
        &self.changes
    }
}

/// Asks a tagger, and numbers what it says.
struct Asking<'a> {
    tagger: &'a dyn Tagger,
    known: FxHashMap<AnswerKey, AnswerId>,
}

impl Asking<'_> {
    /// Asks about one projection at one instant, and returns the number of the answer, the old one where an equal
    /// answer was given before.
    fn ask(
        &mut self,
        cache: &mut TagCache,
        dimensions: &dyn crate::dimension::Dimensions,
        at: Timestamp,
    ) -> Result<AnswerId> {
        let parts = if cache.keys.is_empty() {
            vec![Part::whole([])]
        } else {
            parts_of(self.tagger, &cache.keys, dimensions, at)
        };
        let mut key = AnswerKey::with_capacity(parts.len());
        for part in &parts {
            let values = cache.values.iter_mut().zip(&part.values);
            key.push((
                values.map(|(known, value)| known.code(value.as_ref())).collect::<Result<_>>()?,
                part.weight,
            ));
        }
        if let Some(answer) = self.known.get(&key) {
            return Ok(*answer);
        }
        let codes = key.iter().map(|(codes, _)| codes.clone()).collect();
        let answer = cache.answers.push(Answer { parts, codes })?;
        self.known.insert(key, answer);
        Ok(answer)
    }
}

impl Values {
    fn code(&mut self, value: Option<&Arc<str>>) -> Result<u32> {
        let Some(value) = value else { return Ok(0) };
        if let Some(code) = self.codes.get(value) {
            return Ok(*code);
        }
        self.texts.push(Arc::clone(value));
        let code =
            u32::try_from(self.texts.len()).map_err(|_| Error::overflow("the number of values of a tag"))?;
        self.codes.insert(Arc::clone(value), code);
        Ok(code)
    }
}

crate::masked_debug!(TagCache { keys, answers: |it| it.answers.len(), changes: |it| it.changes.len() });
