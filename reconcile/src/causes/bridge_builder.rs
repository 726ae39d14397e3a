//! Builds a bridge step by step.
//!
//! A bridge leads from the ingested usage to the total of the invoice. The builder keeps the amount reached so far, so
//! that each subtotal is the sum of all steps before it by construction; no step can change an earlier one.

use cost_model::Money;

use crate::error::Result;
use crate::input::usage::Tally;
use crate::model::amounts::sum_of_magnitudes;
use crate::model::bridge::{Step, Subtotal, SubtotalName};
use crate::model::category::Category;
use crate::model::evidence::{Confidence, Evidence, FalsePositiveRate};

/// A bridge in the making: its steps so far, and the amount that they lead to.
///
/// What no cause explains is summed three times: with signs, for the bridge to add up; without signs, so that an
/// excess on one line cannot hide a shortfall on another; and up to the subtotal of on-demand usage, which reports show
/// apart from the rest.
#[derive(Debug)]
pub(crate) struct BridgeBuilder {
    pub(crate) steps: Vec<Step>,
    pub(crate) subtotals: Vec<Subtotal>,
    pub(crate) unexplained: Money,
    /// The sizes of what is unexplained, added up: what cancels out in `unexplained` does not here.
    pub(crate) unexplained_size: Money,
    /// The part of `unexplained` before the subtotal of on-demand usage.
    pub(crate) unexplained_usage: Money,
    /// By how much lines without usage contradict themselves, each with its number in the file.
    pub(crate) contradictions: Vec<(u64, Money)>,
    /// The ingested amount plus all steps and unexplained amounts so far.
    reached: Money,
}

/// A step about to be added.
///
/// `candidates` lists the causes that fit equally well; it is empty unless the category is [`Category::Ambiguous`].
#[derive(Debug)]
pub(crate) struct NewStep {
    pub(crate) category: Category,
    pub(crate) candidates: Vec<Category>,
    pub(crate) amount: Money,
    pub(crate) records: u64,
    pub(crate) lines: Vec<u64>,
    pub(crate) confidence: Confidence,
    pub(crate) false_positives: Option<FalsePositiveRate>,
    pub(crate) rule: String,
}

impl NewStep {
    /// Makes a step of the highest confidence, without lines.
    ///
    /// `rule` says in words how the step was found; reports show it as the evidence of the step.
    pub(crate) fn new(category: Category, tally: Tally, rule: impl Into<String>) -> Self {
        Self {
            category,
            candidates: Vec::new(),
            amount: tally.amount,
            records: tally.records,
            lines: Vec::new(),
            confidence: Confidence::Exact,
            false_positives: None,
            rule: rule.into(),
        }
    }

    /// Returns the step with its amount negated: it removes the charges it was made from.
    pub(crate) fn negated(mut self) -> Result<Self> {
        self.amount = self.amount.checked_neg()?;
        Ok(self)
    }

    /// Sets the numbers of the lines that the step is about.
    pub(crate) fn with_lines(mut self, lines: Vec<u64>) -> Self {
        self.lines = lines;
        self
    }

    /// Sets how sure the step is.
    pub(crate) fn with_confidence(mut self, confidence: Confidence) -> Self {
        self.confidence = confidence;
        self
    }
}

impl BridgeBuilder {
    /// Starts a bridge at the effective cost of all charges of the months.
    pub(crate) fn new(ingested: Money) -> Self {
        Self {
            steps: Vec::new(),
            subtotals: Vec::new(),
            unexplained: Money::ZERO,
            unexplained_size: Money::ZERO,
            unexplained_usage: Money::ZERO,
            contradictions: Vec::new(),
            reached: ingested,
        }
    }

    /// Adds a step; one without charges, lines and amount is left out.
    pub(crate) fn add_step(&mut self, step: NewStep) -> Result<()> {
        // A step of zero with charges or lines stays: charges that move to another label change no amount.
        if step.records == 0 && step.lines.is_empty() && step.amount.is_zero() {
            return Ok(());
        }
        self.reached = self.reached.checked_add(step.amount)?;
        self.steps.push(Step {
            category: step.category,
            candidates: step.candidates,
            amount: step.amount,
            confidence: step.confidence,
            evidence: Evidence {
                records: step.records,
                lines: step.lines,
                rule: step.rule,
                false_positives: step.false_positives,
            },
        });
        Ok(())
    }

    /// Adds amounts that no cause explains.
    ///
    /// Each amount is that of one line or of one group of charges: `unexplained_size` sums them without their signs.
    pub(crate) fn leave_unexplained(&mut self, amounts: &[Money]) -> Result<()> {
        let sum = Money::sum(amounts.iter().copied())?;
        self.reached = self.reached.checked_add(sum)?;
        self.unexplained = self.unexplained.checked_add(sum)?;
        self.unexplained_size = sum_of_magnitudes(amounts.iter().copied().chain([self.unexplained_size]));
        Ok(())
    }

    /// Returns the amount of a subtotal that has been passed.
    ///
    /// Before that it is zero: read it after all rows of `causes::list` were added.
    pub(crate) fn subtotal(&self, name: SubtotalName) -> Money {
        self.subtotals
            .iter()
            .find(|subtotal| subtotal.name == name)
            .map_or(Money::ZERO, |subtotal| subtotal.amount)
    }

    /// Notes the amount reached so far under a name.
    pub(crate) fn add_subtotal(&mut self, name: SubtotalName) {
        self.subtotals.push(Subtotal { name, amount: self.reached, after: self.steps.len() });
    }
}
