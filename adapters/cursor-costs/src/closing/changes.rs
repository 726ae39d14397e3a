//! What changed in a period since it was prepared or closed, by cause, in money.

use std::fmt;

use cost_model::output::{amount, counted, for_terminal};
use cost_model::store::Restatement;
use cost_model::{Metric, Money};
use serde::Serialize;
use virtual_tags::insight::Diff;
use virtual_tags::lock::{ChangedAmount, LockChanges};

use crate::closing::history::Close;
use crate::closing::statement::period_totals;
use crate::costs::CursorCosts;
use crate::error::{Error, Result, StoreCall};

/// Why a figure of a closed period would be another one now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CloseCause {
    /// Charges that came after the close.
    Late,
    /// Charges that the provider states with other amounts.
    Repriced,
    /// Charges that the provider no longer states.
    Withdrawn,
    /// Other changes of charges, of which the store has no restatement: imports and removals, other people or accounts on the
    /// same charges, and time that was read again before it was final.
    OtherCharges,
    /// Other facts about people.
    People,
    /// Other rules.
    Rules,
}

impl CloseCause {
    /// Every cause, in the order in which they are taken.
    pub const ALL: [Self; 6] =
        [Self::Late, Self::Repriced, Self::Withdrawn, Self::OtherCharges, Self::People, Self::Rules];

    /// Returns the cause in the words of people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Late => "late charges",
            Self::Repriced => "re-priced charges",
            Self::Withdrawn => "withdrawn charges",
            Self::OtherCharges => "other changes of charges",
            Self::People => "people",
            Self::Rules => "rules",
        }
    }
}

/// The part of a cause in what changed. `Debug` leaves out values and people.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CauseAmount {
    /// The cause.
    pub cause: CloseCause,
    /// How many charges it is; `None` where the store does not say.
    pub charges: Option<u64>,
    /// How it changes the effective cost of the period: zero for people and rules, which move cost from one value to another.
    pub effective: Money,
    /// How it changes the billed cost of the period.
    pub billed: Money,
    /// The effective cost that it moves from one value to another, for each key where it moves any.
    pub moves: Vec<Diff>,
}

/// The sums of a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct CloseTotals {
    /// The number of charges.
    pub charges: u64,
    /// Their effective cost.
    pub effective: Money,
    /// Their billed cost.
    pub billed: Money,
}

/// What changed in a period since it was prepared or closed. `Display` has a line for each cause; `Debug` leaves out values.
///
/// ```
/// use std::sync::Arc;
///
/// use cost_model::MemoryStore;
/// use cursor_costs::closing::CloseCause;
/// use cursor_costs::{Account, Setup};
/// use virtual_tags::{Directory, RuleSet};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> cursor_costs::Result<()> {
/// let store = Arc::new(MemoryStore::new());
/// let with_rules = |rules: &str| {
///     let rules = RuleSet::from_toml(rules, "rules.toml").unwrap();
///     Setup::new(store.clone()).account(Account::new("Main")).owners(rules, Directory::default()).build()
/// };
/// let costs = with_rules("[[tag]]\nkey = \"Team\"\ndefault = \"Unallocated\"\n");
/// let september = costs.close_period("2026-09", None)?;
/// let close = costs.prepare_close(&september, "Ada", true).await?.close.unwrap();
/// assert!(costs.changes_since_close(&close).await?.is_empty());
///
/// let other = with_rules("[[tag]]\nkey = \"Team\"\ndefault = \"Nobody\"\n");
/// let changes = other.changes_since_close(&close).await?;
/// assert_eq!(changes.causes[0].cause, CloseCause::Rules);
/// assert_eq!(changes.to_string(), "rules: changed, and no cost moves\n");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CloseChanges {
    /// The sums that were closed.
    pub closed: CloseTotals,
    /// The sums now.
    pub now: CloseTotals,
    /// The causes that changed anything. Those of charges sum to the difference of the sums.
    pub causes: Vec<CauseAmount>,
    /// The effective cost of each value that differs, with the part of charges, people and rules in the difference.
    pub values: Vec<ChangedAmount>,
    /// The keys that the rules have now and had not.
    pub added_keys: Vec<String>,
    /// The keys that the rules had and no longer have.
    pub removed_keys: Vec<String>,
    /// Whether the closed rules can be used with the people of now. If not, what people change is part of what rules change.
    pub people_are_separable: bool,
}

impl CloseChanges {
    /// Returns whether nothing changed: no rule, nobody, no charge.
    pub fn is_empty(&self) -> bool {
        self.causes.is_empty()
    }
}

impl fmt::Display for CloseChanges {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for cause in &self.causes {
            writeln!(f, "{cause}")?;
        }
        Ok(())
    }
}

impl fmt::Display for CauseAmount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.cause.label())?;
        match self.cause {
            CloseCause::People | CloseCause::Rules if self.moves.is_empty() => {
                write!(f, "changed, and no cost moves")
            }
            CloseCause::People | CloseCause::Rules => {
                let moved = self.moves.iter();
                let moved = moved
                    .map(|diff| format!("{} USD moves by {}", amount(diff.moved), for_terminal(&diff.key)));
                f.write_str(&moved.collect::<Vec<_>>().join(", "))
            }
            _ => {
                if let Some(charges) = self.charges {
                    write!(f, "{}, ", counted(charges, "charge"))?;
                }
                let (effective, billed) = (signed(self.effective), signed(self.billed));
                write!(f, "{effective} USD effective, {billed} USD billed")
            }
        }
    }
}

/// Returns an amount with its sign.
fn signed(money: Money) -> String {
    if money > Money::ZERO { format!("+{}", amount(money)) } else { amount(money) }
}

impl CursorCosts {
    /// Tells by cause, in money, what is another figure now than when a period was prepared or closed: late, re-priced and
    /// withdrawn charges, people, rules. Nothing is changed.
    ///
    /// # Errors
    /// [`ErrorKind::Rules`](crate::ErrorKind::Rules), [`ErrorKind::People`](crate::ErrorKind::People),
    /// [`ErrorKind::Store`](crate::ErrorKind::Store).
    pub async fn changes_since_close(&self, close: &Close) -> Result<CloseChanges> {
        self.load_people().await?;
        let period = &close.statement.period;
        let ledger = self.close_ledger(period).await?;
        let (rules, people) = self.setup.ownership.rules_with_facts()?;
        // As a close takes them: facts that are said to become known later do not count yet.
        let people = people.known_at(self.now());
        let locked = close.lock.changes(&rules, &people, &ledger).map_err(Error::rules)?;
        let totals = period_totals(&ledger, period.window)?;
        let now = CloseTotals {
            charges: totals.records,
            effective: totals.effective.amount,
            billed: totals.billed.amount,
        };
        let closed = CloseTotals {
            charges: close.statement.charges,
            effective: close.statement.effective,
            billed: close.statement.billed,
        };
        let restated = self.restated_since(close).await?;
        let mut causes = charge_causes((closed, now), &restated, locked.charges_changed)?;
        let LockChanges { rules_changed, people_changed, moved_by_people, moved_by_rules, .. } = locked;
        let others = [
            (CloseCause::People, people_changed, moved_by_people),
            (CloseCause::Rules, rules_changed, moved_by_rules),
        ];
        for (cause, is_changed, moves) in others {
            if is_changed || !moves.is_empty() {
                causes.push(CauseAmount {
                    cause,
                    charges: None,
                    effective: Money::ZERO,
                    billed: Money::ZERO,
                    moves,
                });
            }
        }
        Ok(CloseChanges {
            closed,
            now,
            causes,
            values: locked.values,
            added_keys: locked.added_keys,
            removed_keys: locked.removed_keys,
            people_are_separable: locked.people_are_separable,
        })
    }

    /// Returns the restatements of a period that were stored after it was prepared. They are counted, not compared by clocks.
    async fn restated_since(&self, close: &Close) -> Result<Vec<Restatement>> {
        let period = &close.statement.period;
        let mut since = Vec::new();
        for account in self.accounts_of(period).await? {
            let before = close.restatements.get(account.as_str()).copied().unwrap_or_default();
            let all = self.store().restatements(&account).await;
            let all = all.or_store("what was re-priced cannot be read")?;
            since.extend(all.into_iter().filter(|each| period.window.contains(each.at)).skip(before));
        }
        Ok(since)
    }
}

/// Tells the causes of changed charges apart. What no restatement accounts for has a cause of its own.
fn charge_causes(
    (closed, now): (CloseTotals, CloseTotals),
    restated: &[Restatement],
    is_changed: bool,
) -> Result<Vec<CauseAmount>> {
    let mut causes = Vec::new();
    let mut rest = [minus(now.effective, closed.effective)?, minus(now.billed, closed.billed)?];
    for cause in [CloseCause::Late, CloseCause::Repriced, CloseCause::Withdrawn] {
        let mut charges: u64 = 0;
        let mut sums = [Money::ZERO; 2];
        for each in restated.iter().filter(|each| cause_of(each) == cause) {
            charges = charges.saturating_add(1);
            for ((sum, rest), metric) in
                sums.iter_mut().zip(&mut rest).zip([Metric::Effective, Metric::Billed])
            {
                let delta = each.delta(metric).map_err(Error::query)?;
                *sum = sum.checked_add(delta).map_err(Error::query)?;
                *rest = minus(*rest, delta)?;
            }
        }
        if charges > 0 {
            let [effective, billed] = sums;
            causes.push(CauseAmount { cause, charges: Some(charges), effective, billed, moves: Vec::new() });
        }
    }
    let [effective, billed] = rest;
    if !effective.is_zero() || !billed.is_zero() || (is_changed && causes.is_empty()) {
        let cause = CloseCause::OtherCharges;
        causes.push(CauseAmount { cause, charges: None, effective, billed, moves: Vec::new() });
    }
    Ok(causes)
}

fn cause_of(restated: &Restatement) -> CloseCause {
    match (restated.old, restated.new) {
        (None, _) => CloseCause::Late,
        (Some(_), None) => CloseCause::Withdrawn,
        (Some(_), Some(_)) => CloseCause::Repriced,
    }
}

fn minus(one: Money, other: Money) -> Result<Money> {
    one.checked_sub(other).map_err(Error::query)
}
