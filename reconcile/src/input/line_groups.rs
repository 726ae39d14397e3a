//! Groups of invoice lines about the same charges.
//!
//! Lines about the same subject are compared with charges together: an invoice may divide one model's usage over
//! several lines. Each usage group belongs to the most particular subject that includes it, so that a bare model gets
//! what lines about its users, days or modes leave.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use cost_model::Money;
use cost_model::money::TokenCounts;

use crate::error::Result;
use crate::input::usage::UsageGroup;
use crate::model::invoice::{Invoice, InvoiceLine, LineKind, UsageLine};

/// Lines about the same charges, and what they say of them.
#[derive(Debug)]
pub(crate) struct LineGroup {
    /// The numbers of the lines in the invoice, counted from 0.
    pub(crate) lines: Vec<usize>,
    /// The numbers of lines that repeat an earlier one and are not among them: no charges are behind them.
    pub(crate) repeated: Vec<usize>,
    /// The sum of the lines' amounts.
    pub(crate) amount: Money,
    /// The sum of the amounts in their texts, where every text names one.
    pub(crate) in_words: Option<Money>,
    /// The calls that they count, where every line counts and a charge represents one call.
    pub(crate) calls: Option<u64>,
    /// The calls that they count, where a charge may represent several.
    pub(crate) aggregated_calls: Option<u64>,
    /// The tokens they state, where every one does.
    pub(crate) tokens: Option<TokenCounts>,
}

/// The line groups of all usage lines, and which charges they take: each usage group goes to one line group at most.
///
/// The model of a withdrawn charge is not known, so that it is in no usage group of a model. For those charges, each
/// line group has one more usage group, after all others, and the last usage group is for those in no line group.
#[derive(Debug)]
pub(crate) struct LineGroups {
    pub(crate) all: Vec<LineGroup>,
    line_group_of_usage_group: Vec<Option<usize>>,
    models: Vec<String>,
}

/// The subject of a line group: a model, a user, a day, a mode.
///
/// What the lines do not name is `None`, and every charge matches it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Subject<'a> {
    model: Option<&'a str>,
    user: Option<String>,
    day: Option<NaiveDate>,
    mode: Option<bool>,
}

impl<'a> Subject<'a> {
    /// Takes the subject from the wording of a line. Users are compared in lower case.
    fn from_usage(about: &'a UsageLine) -> Self {
        let user = about.user.as_ref().map(|user| user.to_lowercase());
        Self { model: about.model.as_deref(), user, day: about.day, mode: about.mode }
    }

    /// Returns whether a usage group is among the charges that such lines are about.
    fn includes(&self, usage_group: &UsageGroup) -> bool {
        self.model.is_none_or(|model| *model == usage_group.model)
            && (self.user.is_none() || self.user == usage_group.user)
            && (self.day.is_none() || self.day == usage_group.day)
            && self.mode.is_none_or(|mode| mode == usage_group.mode)
    }
}

impl LineGroups {
    /// Groups the usage lines of an invoice by their subjects, and gives each usage group to the most
    /// particular one that includes it.
    pub(crate) fn group_lines(invoice: &Invoice, usage_groups: &[UsageGroup]) -> Result<Self> {
        let mut groups: BTreeMap<Subject<'_>, Vec<usize>> = BTreeMap::new();
        for (number, line) in invoice.lines.iter().enumerate() {
            if let LineKind::Usage(about) = line.kind() {
                groups.entry(Subject::from_usage(about)).or_default().push(number);
            }
        }
        let mut groups: Vec<_> = groups.into_iter().collect();
        // `position` below takes the first that includes a usage group: particular subjects have to come first.
        groups.sort_by_key(|(about, _)| {
            (about.model.is_none(), about.user.is_none(), about.day.is_none(), about.mode.is_none())
        });
        let line_group_of_usage_group = usage_groups
            .iter()
            .map(|usage_group| groups.iter().position(|(about, _)| about.includes(usage_group)))
            // The usage groups of withdrawn charges: one for each line group, and one for none.
            .chain((0..groups.len()).map(Some))
            .chain([None])
            .collect();
        let line_groups = groups
            .into_iter()
            .map(|(_, lines)| LineGroup::from_lines(invoice, lines))
            .collect::<Result<_>>()?;
        let models = usage_groups.iter().map(|usage_group| usage_group.model.clone()).collect();
        Ok(Self { all: line_groups, line_group_of_usage_group, models })
    }

    /// Returns each of these usage groups alone, and each pair of the same model: the charges that a line with a
    /// wrong label may bill.
    pub(crate) fn combinations(&self, usage_groups: &[usize]) -> Vec<Vec<usize>> {
        let mut sets: Vec<Vec<usize>> = usage_groups.iter().map(|usage_group| vec![*usage_group]).collect();
        for (place, first) in usage_groups.iter().enumerate() {
            let others = usage_groups.iter().skip(place + 1);
            // Withdrawn charges have no model, and are not equal in that.
            let model = self.model_of(*first);
            let same = others.filter(|other| model.is_some() && model == self.model_of(**other));
            sets.extend(same.map(|other| vec![*first, *other]));
        }
        sets
    }

    /// Returns the model of a usage group; `None` for the groups of withdrawn charges.
    pub(crate) fn model_of(&self, usage_group: usize) -> Option<&str> {
        self.models.get(usage_group).map(String::as_str)
    }

    /// Returns the number of usage groups, those for withdrawn charges included.
    pub(crate) fn group_count(&self) -> usize {
        self.line_group_of_usage_group.len()
    }

    /// Returns the line group that a usage group belongs to, if any line is about it.
    pub(crate) fn line_group_of(&self, usage_group: usize) -> Option<usize> {
        self.line_group_of_usage_group.get(usage_group).copied().flatten()
    }

    /// Returns the usage groups of a line group in ascending order, its group for withdrawn charges included.
    pub(crate) fn usage_groups_of(&self, line_group: usize) -> Vec<usize> {
        (0..self.group_count())
            .filter(|usage_group| self.line_group_of(*usage_group) == Some(line_group))
            .collect()
    }

    /// Returns the usage group of a line group's withdrawn charges, or of those in no line group.
    pub(crate) fn withdrawn_group(&self, line_group: Option<usize>) -> usize {
        let past_charges = self.group_count().saturating_sub(self.all.len() + 1);
        past_charges.saturating_add(line_group.unwrap_or(self.all.len()))
    }
}

impl LineGroup {
    /// Sums up lines by their places in the invoice. Counts are absent unless every line has them.
    pub(crate) fn from_lines(invoice: &Invoice, numbers: Vec<usize>) -> Result<Self> {
        let lines: Vec<&InvoiceLine> =
            numbers.iter().filter_map(|number| invoice.lines.get(*number)).collect();
        let in_words = lines.iter().map(|line| in_words(line)).collect::<Option<Vec<_>>>();
        Ok(Self {
            amount: Money::sum(lines.iter().map(|line| line.amount))?,
            in_words: in_words.map(Money::sum).transpose()?,
            calls: lines.iter().map(|line| usage_of(line)?.calls).sum(),
            tokens: lines
                .iter()
                .try_fold(TokenCounts::default(), |sum, line| sum.checked_add(&usage_of(line)?.tokens?).ok()),
            aggregated_calls: None,
            repeated: Vec::new(),
            lines: numbers,
        })
    }
}

/// Returns the amount that a line's own words add up to.
pub(crate) fn in_words(line: &InvoiceLine) -> Option<Money> {
    line.wording.amount.or_else(|| {
        let about = usage_of(line)?;
        times(line.wording.unit_price?, about.requests.or(about.calls)?)
    })
}

/// Returns what a usage line says; `None` for lines of other kinds.
fn usage_of(line: &InvoiceLine) -> Option<&UsageLine> {
    match line.kind() {
        LineKind::Usage(about) => Some(about),
        _ => None,
    }
}

/// Returns the price of so many calls; `None` out of range.
fn times(price: Money, calls: u64) -> Option<Money> {
    price.units().checked_mul(i128::from(calls)).map(Money::from_units)
}
