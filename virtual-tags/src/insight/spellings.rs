//! Lists names that find a person by another spelling.
//!
//! They are found by a rule that ignores such differences, and a directory that writes them as charges do
//! needs no such rule. A name that fits two people in another letter case finds neither, and is listed too.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use cost_model::ledger::DimensionSetId;
use cost_model::output::{counted, for_terminal};
use cost_model::{Ledger, Timestamp};

use crate::compile::rules::Rules;
use crate::directory::lookup::MatchKind;

/// A name in charges that the directory does not have as it is written, such as an address in capitals or with a
/// `+tag`.
///
/// `Debug` leaves out the names.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Spelling {
    /// The name as the charges have it.
    pub sent: Arc<str>,
    /// The person whom it finds, as the directory has the name, and in which way; `None` where it matches two people and
    /// finds neither.
    pub person: Option<(Arc<str>, MatchKind)>,
    /// The number of charges.
    pub records: u64,
}

cost_model::masked_debug!(Spelling { records });

/// Whom a name finds, and how.
type Matched = Option<(Arc<str>, MatchKind)>;

impl fmt::Display for Spelling {
    /// Who is who; it names people.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (sent, charges) = (for_terminal(&self.sent), counted(self.records, "charge"));
        match &self.person {
            Some((person, MatchKind::AnyCase)) => {
                write!(f, "{sent} is found as {}, ignoring letter case", for_terminal(person))?;
            }
            Some((person, MatchKind::WithoutPlus)) => {
                write!(f, "{sent} is found as {}, ignoring its +tag", for_terminal(person))?;
            }
            Some((person, MatchKind::Exact)) => write!(f, "{sent} is found as {}", for_terminal(person))?,
            None => {
                write!(f, "{sent} matches two people, who differ in letter case alone, and finds neither")?;
            }
        }
        write!(f, ", in {charges}")
    }
}

impl Rules {
    /// Finds every name in charges that finds a person of the directory only by another spelling, or that matches two
    /// people; by name.
    ///
    /// ```
    /// use cost_model::{CostRecord, Costs, Currency, Ledger, Timestamp};
    /// use virtual_tags::{Directory, RuleSet};
    ///
    /// let directory = Directory::from_csv(b"email,team\nana@acme.test,Web\n", "directory.csv")?;
    /// let rules = RuleSet::default().compile(directory)?;
    /// let at = Timestamp::midnight("2026-09-15".parse()?);
    /// let mut record = CostRecord::new(at, "cursor", Currency::USD, Costs::absent());
    /// record.edit(|set| set.resource = Some("Ana@acme.test".into()));
    /// let mut ledger = Ledger::builder(Currency::USD);
    /// ledger.push(&record)?;
    /// let spellings = rules.spellings(&ledger.build());
    /// assert_eq!(spellings[0].to_string(), "Ana@acme.test is found as ana@acme.test, ignoring letter case, in 1 charge");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn spellings(&self, ledger: &Ledger) -> Vec<Spelling> {
        let boundaries = self.0.directory.boundaries();
        let mut charges: BTreeMap<(DimensionSetId, usize), (Timestamp, u64)> = BTreeMap::new();
        for (at, set) in ledger.sets_in_time() {
            let epoch = boundaries.partition_point(|boundary| *boundary <= at);
            charges.entry((set, epoch)).or_insert((at, 0)).1 += 1;
        }
        let mut spellings: BTreeMap<(Arc<str>, Matched), u64> = BTreeMap::new();
        for ((set, _), (at, records)) in charges {
            let Some(set) = ledger.set(set) else { continue };
            for id in self.0.charge(&set, at).ids() {
                let person = match self.0.directory.find_person(&id, at) {
                    Some((MatchKind::Exact, _)) => continue,
                    Some((found, person)) => Some((person.into(), found)),
                    None if self.0.directory.is_ambiguous(&id, at) => None,
                    None => continue,
                };
                *spellings.entry((Arc::from(&*id), person)).or_default() += records;
            }
        }
        spellings.into_iter().map(|((sent, person), records)| Spelling { sent, person, records }).collect()
    }
}
