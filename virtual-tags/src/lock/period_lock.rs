//! Closes a period, and opens it again.
//!
//! Closing means that figures were handed on. Late usage, corrected people and new rules then lead to
//! differences that have to be booked and not to other figures for the same month. A lock makes them visible;
//! what to do about them is up to the host.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use cost_model::digest::Digest;
use cost_model::ledger::DimensionSetId;
use cost_model::output::for_terminal;
use cost_model::report::Query;
use cost_model::{Dimension, Ledger, Metric, Money, Tagger, Timestamp, Window};
use serde::{Deserialize, Serialize};

use crate::amounts::format_amount;
use crate::compile::charge::text_of;
use crate::compile::rules::Rules;
use crate::digest_writer::DigestWriter;
use crate::directory::lookup::Directory;
use crate::directory::snapshot::DirectorySnapshot;
use crate::error::{Error, ErrorKind, Result};
use crate::evaluate::cost_sums::CostSums;
use crate::evaluate::resolved_rules::ResolvedRules;
use crate::fault::Fault;
use crate::insight::explained_charges::set_dimensions;
use crate::rules::rule_set::RuleSet;

/// A closed period: the rules and people that decided it, and its amounts. The host keeps it, in any format of serde.
///
/// Nothing here overwrites a closed period. The lock holds the rules, the people of the period with the columns that the
/// rules read, and the costs that they split by, so that [`PeriodLock::open`] computes it again as it was, whatever
/// happened to the files. [`PeriodLock::review`] says what other rules, people or charges would change. Only the part of
/// the directory that the period used is compared: people who came later, and columns that no rule reads, make no
/// difference. `Debug` leaves out the amounts and the people.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PeriodLock {
    /// The first instant of the period.
    pub start: Timestamp,
    /// The first instant after it.
    pub end: Timestamp,
    /// The instant of closing: only facts about people that were known then count.
    pub known_at: Timestamp,
    /// The digest of the rules.
    pub rules: Digest,
    /// The digest of what the period used of the directory, as it was known at closing.
    pub people: Digest,
    /// The digest of the charges of the period.
    pub charges: Digest,
    /// The metric of the amounts.
    pub metric: Metric,
    /// The amounts, by key and value.
    pub amounts: Vec<ClosedAmount>,
    held: LockContents,
}

cost_model::masked_debug!(PeriodLock { start, end, known_at, rules, people });

/// The rules, people and costs with which a period is computed again.
///
/// They are private, so that a host does not come to depend on their form.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
struct LockContents {
    rules: RuleSet,
    people: DirectorySnapshot,
    costs: CostSums,
    /// Whoever had charges.
    charged: Vec<String>,
}

/// The amount of one value of a key in a closed period, as it was when the period was closed.
///
/// `Debug` leaves out the value.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ClosedAmount {
    /// The key.
    pub key: String,
    /// The value; `None` is none.
    pub value: Option<String>,
    /// The amount.
    pub amount: Money,
}

cost_model::masked_debug!(ClosedAmount { key, amount });

/// An amount of a closed period that would differ now: a restatement that whoever closed the books has to know of.
///
/// `Debug` leaves out the value.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RestatedAmount {
    /// The key.
    pub key: String,
    /// The value; `None` is none.
    pub value: Option<String>,
    /// The amount when the period was closed.
    pub closed: Money,
    /// The amount now.
    pub now: Money,
}

cost_model::masked_debug!(RestatedAmount { key, closed, now });

/// The amounts of a period, by key and value; `None` is no value.
pub(crate) type Amounts = BTreeMap<(String, Option<String>), Money>;

impl PeriodLock {
    /// Closes a period with these rules and the directory as it was known at an instant. Where rules split by billing cycle, the
    /// period is the cycle. The lock holds emails, and the facts about them that the rules read.
    ///
    /// ```
    /// use cost_model::{CostRecord, Costs, Currency, Ledger, Metric, Timestamp, Window};
    /// use virtual_tags::{Directory, PeriodLock, RuleSet};
    ///
    /// let written = RuleSet::from_toml("[[tag]]\nkey = \"Team\"\n[[tag.rule]]\nfrom_directory = \"team\"\n", "rules.toml")?;
    /// let people = Directory::from_csv(b"email,team,recorded_at\nana@acme.test,Web,\nana@acme.test,Data,2026-10-05\n", "p.csv")?;
    /// let mut ledger = Ledger::builder(Currency::USD);
    /// let at = Timestamp::midnight("2026-09-15".parse()?);
    /// let mut record = CostRecord::new(at, "cursor", Currency::USD, Costs::flat("8.20".parse()?));
    /// record.edit(|set| set.resource = Some("ana@acme.test".into()));
    /// ledger.push(&record)?;
    /// let ledger = ledger.build();
    ///
    /// let september = Window::days("2026-09-01".parse()?, "2026-10-01".parse()?)?;
    /// let closing = Timestamp::midnight("2026-10-03".parse()?);
    /// let lock = PeriodLock::close((&written, &people), &ledger, september, closing, Metric::Billed)?;
    /// assert!(lock.restated(&lock.open()?, &ledger)?.is_empty());
    ///
    /// let review = lock.review(&written, &people, &ledger)?;
    /// let restated: Vec<_> = review.restated.iter().map(ToString::to_string).collect();
    /// assert_eq!(restated, ["Team Data: 0.00 -> 8.20", "Team Web: 8.20 -> 0.00"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`RuleSet::compile`]; [`ErrorKind::Amount`] when a sum leaves the range of [`Money`].
    pub fn close(
        (rules, people): (&RuleSet, &Directory),
        ledger: &Ledger,
        period: Window,
        known_at: Timestamp,
        metric: Metric,
    ) -> Result<Self> {
        // Before compiling, since head counts are computed then: facts that became known later must not count.
        let people = people.clone().known_at(known_at);
        let compiled = rules.clone().compile(people)?;
        let costs = compiled.cost_sums(ledger, metric, &[period])?;
        let resolved = compiled.resolve_with(&costs)?;
        let amounts = sum_amounts(&resolved, tagger_keys(&resolved), ledger, (period, metric))?.into_iter();
        let charged = charged_people(ledger, period, &compiled.0.person);
        let (directory, facts) = (&compiled.0.directory, compiled.0.facts_read());
        Ok(Self {
            start: period.start(),
            end: period.end(),
            known_at,
            rules: rules.digest(),
            people: compiled.0.digest_used_people(&charged, period),
            charges: digest_charges(ledger, period, metric),
            metric,
            amounts: amounts.map(|((key, value), amount)| ClosedAmount { key, value, amount }).collect(),
            held: LockContents {
                people: directory.take_snapshot(period, &facts),
                // Tests decide no charge, and may hold people who had none.
                rules: RuleSet { tests: Vec::new(), ..rules.clone() },
                costs,
                charged,
            },
        })
    }

    /// Returns the period.
    ///
    /// # Errors
    /// [`ErrorKind::Locked`] when it ends before it starts, as in a lock that a host has edited.
    pub fn period(&self) -> Result<Window> {
        Window::new(self.start, self.end)
            .map_err(|error| Error::new(ErrorKind::Locked, None, "the lock has no period").with_source(error))
    }

    /// Returns the rules that decided the period, ready to evaluate, with the people and the costs that the lock holds.
    /// Late charges of the period are decided by them, too.
    ///
    /// # Errors
    /// As [`RuleSet::compile`] and [`PeriodLock::period`]; none for a lock that nobody has edited.
    pub fn open(&self) -> Result<ResolvedRules> {
        self.period()?;
        self.held_rules()?.resolve_with(&self.held.costs)
    }

    /// The rules of the lock over the people of the lock.
    pub(crate) fn held_rules(&self) -> Result<Rules> {
        self.held_rules_over(self.held.people.to_directory()?)
    }

    /// The rules of the lock over other people.
    pub(crate) fn held_rules_over(&self, people: Directory) -> Result<Rules> {
        self.held.rules.clone().compile(people)
    }

    /// Returns how many people, service accounts and other actors the charges of the period name.
    pub fn charged_actors(&self) -> usize {
        self.held.charged.len()
    }

    /// Returns the same rules from the files. The directory may have new rows, if their `recorded_at` is after the closing: they
    /// are ignored. Splits by cost use the costs of these charges.
    ///
    /// # Errors
    /// [`ErrorKind::Locked`] when the rules differ from those of the lock, or the directory has other facts about the people
    /// whom the period charged; else as [`RuleSet::compile`].
    pub fn reopen(&self, rules: &RuleSet, people: &Directory, ledger: &Ledger) -> Result<ResolvedRules> {
        let compiled = rules.clone().compile(people.clone().known_at(self.known_at))?;
        for (whose, found, closed) in [
            ("rules are", rules.digest(), self.rules),
            ("people are", self.people_used(&compiled)?, self.people),
        ] {
            if found != closed {
                return Err(Fault::NotAsClosed { whose, found, closed }.at(None));
            }
        }
        compiled.resolve(ledger, self.metric, &[self.period()?])
    }

    /// Returns the version of what these rules use of their directory for those whom the period charged.
    pub(crate) fn people_used(&self, rules: &Rules) -> Result<Digest> {
        Ok(rules.0.digest_used_people(&self.held.charged, self.period()?))
    }

    /// Compares the amounts of a tagger for the period with the closed ones, and returns those that differ, by key and
    /// value; it changes nothing. The amounts of the charges themselves may have changed, too.
    ///
    /// # Errors
    /// As [`PeriodLock::period`]; [`ErrorKind::Amount`] when a sum leaves the range of [`Money`].
    pub fn restated(&self, tagger: &dyn Tagger, ledger: &Ledger) -> Result<Vec<RestatedAmount>> {
        let mut keys: Vec<&str> =
            self.amounts.iter().map(|closed| &*closed.key).chain(tagger_keys(tagger)).collect();
        keys.sort_unstable();
        keys.dedup();
        let now = sum_amounts(tagger, keys, ledger, (self.period()?, self.metric))?;
        let mut both: BTreeMap<(String, Option<String>), [Money; 2]> = BTreeMap::new();
        for closed in &self.amounts {
            // A value that is on one side only has an amount of zero on the other.
            both.entry((closed.key.clone(), closed.value.clone())).or_default()[0] = closed.amount;
        }
        for (value, amount) in now {
            both.entry(value).or_default()[1] = amount;
        }
        let changed = both.into_iter().filter(|(_, [closed, now])| closed != now);
        Ok(changed.map(|((key, value), [closed, now])| RestatedAmount { key, value, closed, now }).collect())
    }
}

/// Returns everybody whom charges of a period name in a field of a person, in order and as written.
fn charged_people(ledger: &Ledger, period: Window, person: &[Dimension]) -> Vec<String> {
    let sets = ledger.sets_in_time().filter(|(at, _)| period.contains(*at)).map(|(_, set)| set);
    let sets: BTreeSet<_> = sets.collect();
    let mut charged = BTreeSet::new();
    for set in sets.into_iter().filter_map(|set| ledger.set(set)) {
        charged.extend(person.iter().filter_map(|field| text_of(&set, field).map(Cow::into_owned)));
    }
    charged.into_iter().collect()
}

/// Returns the version of the charges of a period: what they have in every dimension, when, and how much.
///
/// The order of charges does not count, and neither do amounts of other metrics.
pub(crate) fn digest_charges(ledger: &Ledger, period: Window, metric: Metric) -> Digest {
    let mut sets: BTreeMap<DimensionSetId, Digest> = BTreeMap::new();
    let mut charges: Vec<(Timestamp, Digest, Option<Money>)> = Vec::new();
    for row in ledger.rows().filter(|row| period.contains(row.at)) {
        let set = *sets.entry(row.set).or_insert_with(|| {
            let mut writer = DigestWriter::new("virtual-tags dimensions 1");
            for (dimension, value) in ledger.set(row.set).into_iter().flat_map(set_dimensions) {
                writer.write_text(&dimension.to_string());
                writer.write_text(&value);
            }
            writer.finish()
        });
        charges.push((row.at, set, row.costs.get(metric)));
    }
    // Sorted, since the order of charges of one instant depends on the store and must not change the digest.
    charges.sort_unstable();
    let mut writer = DigestWriter::new("virtual-tags charges 1");
    for (at, set, amount) in charges {
        writer.write_instant(Some(at));
        writer.write_text(&set.to_string());
        writer.write_optional(amount.map(|amount| amount.to_string()).as_deref());
    }
    writer.finish()
}

/// Returns the keys of a tagger as texts.
fn tagger_keys(tagger: &dyn Tagger) -> impl Iterator<Item = &str> {
    tagger.keys().iter().map(|key| &**key)
}

/// Sums the amounts of a period by key and value; a key that the tagger does not have gets its whole sum
/// without a value.
pub(crate) fn sum_amounts<'a>(
    tagger: &dyn Tagger,
    keys: impl IntoIterator<Item = &'a str>,
    ledger: &Ledger,
    (period, metric): (Window, Metric),
) -> Result<Amounts> {
    let mut amounts = Amounts::new();
    for key in keys {
        let mut query = Query::all_resources().window(period);
        // Of a key that was closed and is gone no charge has a value now.
        if tagger.keys().iter().any(|each| **each == *key) {
            query = query.group_by(Dimension::VirtualTag(key.into()));
        }
        let report = query.run(ledger, tagger).map_err(|error| {
            Error::new(ErrorKind::Amount, None, "the amounts of the period cannot be summed")
                .with_source(error)
        })?;
        for row in report.rows {
            let value = row.keys.into_iter().next().flatten().map(|value| value.as_ref().to_owned());
            amounts.insert((key.to_owned(), value), row.totals.get(metric).amount);
        }
    }
    Ok(amounts)
}

impl fmt::Display for ClosedAmount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = for_terminal(self.value.as_deref().unwrap_or("(no value)"));
        write!(f, "{} {value}: {}", for_terminal(&self.key), format_amount(self.amount))
    }
}

impl fmt::Display for RestatedAmount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { key, value, closed, now } = self;
        let value = for_terminal(value.as_deref().unwrap_or("(no value)"));
        write!(f, "{} {value}: {} -> {}", for_terminal(key), format_amount(*closed), format_amount(*now))
    }
}
