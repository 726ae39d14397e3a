//! Answers about many charges, each asked for once.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use cost_model::{Ledger, LedgerTuple, Part, Tagger, Timestamp};

use crate::fragments::Weighted;

/// What a tagger says about one key of every charge of a ledger.
///
/// The tagger is asked once for each tuple of dimensions and each span of time in which its answer stands; every charge
/// after that is looked up. `Debug` leaves out the values.
///
/// ```
/// use cost_model::{CostRecord, Costs, Currency, Ledger, Timestamp};
/// use virtual_tags::{Directory, LedgerTags, RuleSet};
///
/// let rules = RuleSet::from_toml(r#"
/// [[tag]]
/// key = "Team"
///   [[tag.rule]]
///   value = "Data"
///   when = "costs.resource_id LIKE '%@data.acme.test'"
/// "#, "rules.toml")?.compile(Directory::default())?.tagger()?;
/// let mut ledger = Ledger::builder(Currency::USD);
/// for person in ["ana@data.acme.test", "bo@acme.test"] {
///     let at = Timestamp::midnight("2026-09-15".parse()?);
///     let mut record = CostRecord::new(at, "cursor", Currency::USD, Costs::flat("1".parse()?));
///     record.edit(|set| set.resource = Some(person.into()));
///     ledger.push(&record)?;
/// }
/// let ledger = ledger.build();
/// let teams = LedgerTags::new(&rules, "Team", &ledger);
/// let values: Vec<_> = teams.numbers().map(|number| teams.shares(number)[0].0.as_deref()).collect();
/// assert_eq!(values, [Some("Data"), None]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct LedgerTags<'a> {
    ledger: &'a Ledger,
    answers: Vec<Arc<[Weighted]>>,
    /// From which charge on which answer stands for a tuple, in the order of charges.
    changes: Vec<Change>,
}

struct Change {
    row: usize,
    tuple: usize,
    answer: u32,
}

/// The answer that stands for a tuple, and until when.
#[derive(Clone, Copy)]
struct Standing {
    answer: u32,
    until: Option<Timestamp>,
}

impl<'a> LedgerTags<'a> {
    /// Asks a tagger about every charge.
    pub fn new(tagger: &dyn Tagger, key: &str, ledger: &'a Ledger) -> Self {
        let mut resolved = Self { ledger, answers: Vec::new(), changes: Vec::new() };
        let keys = [Arc::from(key)];
        let mut known: HashMap<Arc<[Weighted]>, u32> = HashMap::new();
        let mut standing: Vec<Option<Standing>> = vec![None; ledger.tuple_count()];
        for (row, (at, number)) in ledger.tuples_in_time().enumerate() {
            let Some(slot) = standing.get_mut(number) else { continue };
            if slot.is_some_and(|standing| standing.until.is_none_or(|until| at < until)) {
                continue;
            }
            let Some(tuple) = ledger.tuple(number) else { continue };
            let weights = weights_of(tagger.parts(&keys, &tuple, at));
            let next = u32::try_from(resolved.answers.len()).unwrap_or(u32::MAX);
            let answer = *known.entry(Arc::clone(&weights)).or_insert(next);
            if answer == next {
                resolved.answers.push(weights);
            }
            if slot.is_none_or(|standing| standing.answer != answer) {
                resolved.changes.push(Change { row, tuple: number, answer });
            }
            *slot = Some(Standing { answer, until: next_boundary(tagger, tuple, at) });
        }
        resolved
    }

    /// The number of the answer about each charge, in the order of [`Ledger::rows`].
    pub fn numbers(&self) -> impl Iterator<Item = u32> + '_ {
        let mut current = vec![0; self.ledger.tuple_count()];
        let mut changes = self.changes.iter().peekable();
        self.ledger.tuples_in_time().enumerate().map(move |(row, (_, tuple))| {
            while let Some(change) = changes.next_if(|change| change.row == row) {
                if let Some(current) = current.get_mut(change.tuple) {
                    *current = change.answer;
                }
            }
            current.get(tuple).copied().unwrap_or_default()
        })
    }

    /// The values of the answer of that number, each with its weight among them; `None` is no value.
    pub fn shares(&self, number: u32) -> &[(Option<Arc<str>>, u128)] {
        let answer = usize::try_from(number).ok().and_then(|number| self.answers.get(number));
        answer.map_or(&[], |answer| &**answer)
    }

    /// How many different answers there are.
    pub fn answers(&self) -> usize {
        self.answers.len()
    }
}

fn next_boundary(tagger: &dyn Tagger, tuple: LedgerTuple<'_>, at: Timestamp) -> Option<Timestamp> {
    let boundaries = tagger.boundaries_of(&tuple);
    boundaries.get(boundaries.partition_point(|boundary| *boundary <= at)).copied()
}

fn weights_of(parts: Vec<Part>) -> Arc<[Weighted]> {
    let weighted = |part: Part| (part.values.into_iter().next().flatten(), part.weight);
    if parts.is_empty() { Arc::from([(None, 1)]) } else { parts.into_iter().map(weighted).collect() }
}

impl fmt::Debug for LedgerTags<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LedgerTags")
            .field("answers", &self.answers.len())
            .field("changes", &self.changes.len())
            .finish_non_exhaustive()
    }
}
