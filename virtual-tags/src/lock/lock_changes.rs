//! Tells by cause what changed in a period since it was closed.

use std::collections::BTreeMap;

use cost_model::{Ledger, Money, Tagger, Window};

use crate::directory::lookup::Directory;
use crate::error::{Error, ErrorKind, Result};
use crate::evaluate::resolved_rules::ResolvedRules;
use crate::insight::diff::Diff;
use crate::lock::period_lock::{Amounts, PeriodLock, digest_charges, sum_amounts};
use crate::rules::rule_set::RuleSet;

/// The changes of a closed period since it was closed, by cause. `Debug` leaves out values and people.
///
/// The causes are taken one after the other: first the charges that are there now are decided as the period was closed, then the
/// people of now take the place of those of the lock, then the rules of now. So what each cause changes sums to the whole
/// change of each value, exactly. Another order would give the causes other parts where they meet: a late charge of somebody
/// who has moved counts as late with the old team, and as moved from there.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[expect(clippy::struct_excessive_bools, reason = "each is an answer of its own")]
pub struct LockChanges {
    /// Whether the rules have another digest.
    pub rules_changed: bool,
    /// Whether the directory now has other facts about the people whom the period charged.
    pub people_changed: bool,
    /// Whether the charges of the period differ, also where their sums are the same.
    pub charges_changed: bool,
    /// Whether the rules of the lock can be evaluated with the people of now. If not, as where a column that they read is gone,
    /// what people change is part of what rules change.
    pub people_are_separable: bool,
    /// The values whose amounts differ for any cause, by key and value.
    pub values: Vec<ChangedAmount>,
    /// The cost that the people of now move from one value to another, for each key where they move any.
    pub moved_by_people: Vec<Diff>,
    /// The cost that the rules of now move from one value to another, for each key where they move any.
    pub moved_by_rules: Vec<Diff>,
    /// The keys that the rules have now and had not when the period was closed.
    pub added_keys: Vec<String>,
    /// The keys that the rules had when the period was closed, and no longer have.
    pub removed_keys: Vec<String>,
}

/// The amount of a value of a closed period, then and now, and the part of each cause in the difference. `Debug` leaves out the
/// value.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ChangedAmount {
    /// The key.
    pub key: String,
    /// The value; `None` is none.
    pub value: Option<String>,
    /// The amount when the period was closed.
    pub closed: Money,
    /// The change by charges: late, withdrawn or with other amounts.
    pub by_charges: Money,
    /// The change by other facts about people.
    pub by_people: Money,
    /// The change by other rules.
    pub by_rules: Money,
    /// The amount now: the sum of the four above.
    pub now: Money,
}

cost_model::masked_debug!(ChangedAmount { key, closed, by_charges, by_people, by_rules, now });

impl LockChanges {
    /// Returns whether nothing of the period differs: no charge, and no amount of any value.
    pub fn is_unchanged(&self) -> bool {
        !self.charges_changed
            && self.values.is_empty()
            && self.moved_by_people.is_empty()
            && self.moved_by_rules.is_empty()
            && self.added_keys.is_empty()
            && self.removed_keys.is_empty()
    }
}

impl PeriodLock {
    /// Returns what these rules, people and charges change in the period, by cause. It changes nothing.
    ///
    /// ```
    /// use cost_model::{CostRecord, Costs, Currency, Ledger, Metric, Timestamp, Window};
    /// use virtual_tags::{Directory, PeriodLock, RuleSet};
    ///
    /// let rules = RuleSet::from_toml("[[tag]]\nkey = \"Team\"\n[[tag.rule]]\nfrom_directory = \"team\"\n", "rules.toml")?;
    /// let people = |team: &str| Directory::from_csv(format!("email,team\nana@acme.test,{team}\n").as_bytes(), "p.csv");
    /// let ledger = |amounts: &[&str]| {
    ///     let mut ledger = Ledger::builder(Currency::USD);
    ///     for amount in amounts {
    ///         let at = Timestamp::midnight("2026-09-15".parse()?);
    ///         let mut record = CostRecord::new(at, "cursor", Currency::USD, Costs::flat(amount.parse()?));
    ///         record.edit(|set| set.resource = Some("ana@acme.test".into()));
    ///         ledger.push(&record)?;
    ///     }
    ///     Ok::<_, Box<dyn std::error::Error>>(ledger.build())
    /// };
    /// let september = Window::days("2026-09-01".parse()?, "2026-10-01".parse()?)?;
    /// let closing = Timestamp::midnight("2026-10-03".parse()?);
    /// let web = people("Web")?;
    /// let lock = PeriodLock::close((&rules, &web), &ledger(&["8"])?, september, closing, Metric::Billed)?;
    ///
    /// // A late charge came, and the file of people now has Ana in another team.
    /// let changes = lock.changes(&rules, &people("Data")?, &ledger(&["8", "2"])?)?;
    /// let [data, web] = &changes.values[..] else { panic!() };
    /// assert_eq!((web.closed, web.by_charges, web.by_people), ("8".parse()?, "2".parse()?, "-10".parse()?));
    /// assert_eq!((data.by_people, data.by_rules, data.now), ("10".parse()?, "0".parse()?, "10".parse()?));
    /// assert!(changes.people_changed && changes.charges_changed && !changes.rules_changed);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`PeriodLock::open`], [`RuleSet::compile`] and [`Rules::resolve`](crate::Rules::resolve).
    pub fn changes(&self, rules: &RuleSet, people: &Directory, ledger: &Ledger) -> Result<LockChanges> {
        let period = self.period()?;
        let resolve = |compiled: crate::Rules| compiled.resolve(ledger, self.metric, &[period]);
        // With the costs of now, so that a split follows the charges that came late.
        let as_closed = resolve(self.held_rules()?)?;
        let now = resolve(rules.clone().compile(people.clone())?)?;
        let with_people = self.held_rules_over(people.clone()).ok();
        let people_changed = match &with_people {
            Some(compiled) => self.people_used(compiled)? != self.people,
            None => true,
        };
        let with_people = with_people.and_then(|compiled| resolve(compiled).ok());
        let people_are_separable = with_people.is_some();
        let steps = Steps {
            with_people: with_people.as_ref().unwrap_or(&as_closed),
            as_closed: &as_closed,
            now: &now,
        };
        Ok(LockChanges {
            rules_changed: rules.digest() != self.rules,
            people_changed,
            charges_changed: digest_charges(ledger, period, self.metric) != self.charges,
            people_are_separable,
            values: self.changed_amounts(&steps, ledger, period)?,
            moved_by_people: self.moves((steps.as_closed, steps.with_people), ledger, period)?,
            moved_by_rules: self.moves((steps.with_people, steps.now), ledger, period)?,
            added_keys: keys_without(&now, &as_closed),
            removed_keys: keys_without(&as_closed, &now),
        })
    }

    fn changed_amounts(
        &self,
        steps: &Steps<'_>,
        ledger: &Ledger,
        period: Window,
    ) -> Result<Vec<ChangedAmount>> {
        let keys = steps.as_closed.keys();
        let sums = |tagger: &dyn Tagger| -> Result<Amounts> {
            sum_amounts(tagger, keys.iter().map(|key| &**key), ledger, (period, self.metric))
        };
        let taggers: [&dyn Tagger; 3] = [steps.as_closed, steps.with_people, steps.now];
        let mut amounts: BTreeMap<(String, Option<String>), [Money; 4]> = BTreeMap::new();
        for closed in &self.amounts {
            amounts.entry((closed.key.clone(), closed.value.clone())).or_default()[0] = closed.amount;
        }
        for (tagger, step) in taggers.into_iter().zip(1_usize..) {
            for (value, amount) in sums(tagger)? {
                if let Some(place) = amounts.entry(value).or_default().get_mut(step) {
                    *place = amount;
                }
            }
        }
        let minus = |amount: Money, before: Money| {
            amount.checked_sub(before).map_err(|error| {
                Error::new(ErrorKind::Amount, None, "what changed cannot be summed").with_source(error)
            })
        };
        let mut changed = Vec::new();
        for ((key, value), [closed, charges, people, now]) in amounts {
            if [charges, people, now] == [closed; 3] {
                continue;
            }
            changed.push(ChangedAmount {
                key,
                value,
                closed,
                by_charges: minus(charges, closed)?,
                by_people: minus(people, charges)?,
                by_rules: minus(now, people)?,
                now,
            });
        }
        Ok(changed)
    }

    /// Returns what moves from one tagger to another, for each key of both with moves.
    fn moves(
        &self,
        (old, new): (&ResolvedRules, &ResolvedRules),
        ledger: &Ledger,
        period: Window,
    ) -> Result<Vec<Diff>> {
        let mut moves = Vec::new();
        for key in old.keys().iter().filter(|key| new.keys().contains(key)) {
            let diff =
                Diff::between((old, new), ledger, key, self.metric, Some(period)).map_err(|error| {
                    Error::new(ErrorKind::Amount, None, "what moves cannot be summed").with_source(error)
                })?;
            if !diff.moves.is_empty() {
                moves.push(diff);
            }
        }
        Ok(moves)
    }
}

/// The taggers between a closed period and what it would be now.
struct Steps<'a> {
    /// The rules and people of the lock.
    as_closed: &'a ResolvedRules,
    /// The rules of the lock with the people of now.
    with_people: &'a ResolvedRules,
    /// The rules and people of now.
    now: &'a ResolvedRules,
}

fn keys_without(all: &ResolvedRules, without: &ResolvedRules) -> Vec<String> {
    all.keys().iter().filter(|key| !without.keys().contains(key)).map(ToString::to_string).collect()
}
