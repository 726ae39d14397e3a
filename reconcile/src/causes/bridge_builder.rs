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
/// What no cause explains is kept in three ways, since each is asked for: its signed sum, its size, and the
/// part of it that is about usage.
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
/// Its `candidates` are filled where several causes fit equally well.
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
    /// `rule` says in words what shows the step; it is what a reader sees as evidence.
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

    /// Goes on without a name for these amounts.
    ///
    /// Each amount is one line or group of charges, so that an excess on one does not hide a lack on another.
    pub(crate) fn leave_unexplained(&mut self, amounts: &[Money]) -> Result<()> {
        let sum = Money::sum(amounts.iter().copied())?;
        self.reached = self.reached.checked_add(sum)?;
        self.unexplained = self.unexplained.checked_add(sum)?;
        self.unexplained_size = sum_of_magnitudes(amounts.iter().copied().chain([self.unexplained_size]));
        Ok(())
    }

    /// Returns the amount of a subtotal that has been passed.
    ///
    /// Zero for one that has not been passed, which the order of the list rules out.
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
