//! Which lines speak of which charges.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use cost_model::Money;
use cost_model::money::TokenCounts;

use crate::search::charges::Cell;
use crate::{Invoice, InvoiceLine, LineKind, Result, UsageLine};

/// Lines about the same charges, and what they say of them.
#[derive(Debug)]
pub(crate) struct Claim {
    /// The numbers of the lines in the invoice, counted from 0.
    pub(crate) lines: Vec<usize>,
    /// The numbers of lines that repeat an earlier one and are not among them: no charges stand behind them.
    pub(crate) repeated: Vec<usize>,
    /// What the lines ask for.
    pub(crate) asked: Money,
    /// What their texts ask for, where every text names an amount.
    pub(crate) in_words: Option<Money>,
    /// How many calls they count, where every one counts and a charge stands for one call.
    pub(crate) calls: Option<u64>,
    /// How many calls they count, where a charge may stand for several.
    pub(crate) aggregated_calls: Option<u64>,
    /// The tokens they state, where every one does.
    pub(crate) tokens: Option<TokenCounts>,
}

/// The claims of all usage lines, and which charges they take: each cell goes to one claim at most.
///
/// A withdrawn charge has no cell, since nobody kept its model: each claim has a cell of its own for those, after all
/// others, and the last cell is for those that are in no claim.
#[derive(Debug)]
pub(crate) struct Claims {
    pub(crate) all: Vec<Claim>,
    claim_of_cell: Vec<Option<usize>>,
    models: Vec<String>,
}

/// What tells claims apart: a model, a user, a day, a mode.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Subject<'a> {
    model: Option<&'a str>,
    user: Option<String>,
    day: Option<NaiveDate>,
    mode: Option<bool>,
}

impl<'a> Subject<'a> {
    fn of(about: &'a UsageLine) -> Self {
        let user = about.user.as_ref().map(|user| user.to_lowercase());
        Self { model: about.model.as_deref(), user, day: about.day, mode: about.mode }
    }

    /// Whether a cell is among the charges that such lines are about.
    fn includes(&self, cell: &Cell) -> bool {
        self.model.is_none_or(|model| *model == cell.model)
            && (self.user.is_none() || self.user == cell.user)
            && (self.day.is_none() || self.day == cell.day)
            && self.mode.is_none_or(|mode| mode == cell.mode)
    }
}

impl Claims {
    /// The most particular lines choose first.
    pub(crate) fn of(invoice: &Invoice, cells: &[Cell]) -> Result<Self> {
        let mut groups: BTreeMap<Subject<'_>, Vec<usize>> = BTreeMap::new();
        for (number, line) in invoice.lines.iter().enumerate() {
            if let LineKind::Usage(about) = line.kind() {
                groups.entry(Subject::of(about)).or_default().push(number);
            }
        }
        let mut groups: Vec<_> = groups.into_iter().collect();
        groups.sort_by_key(|(about, _)| {
            (about.model.is_none(), about.user.is_none(), about.day.is_none(), about.mode.is_none())
        });
        let claim_of = |cell| groups.iter().position(|(about, _)| about.includes(cell));
        let claim_of_cell =
            cells.iter().map(claim_of).chain((0..groups.len()).map(Some)).chain([None]).collect();
        let claims = groups.into_iter().map(|(_, lines)| Claim::of(invoice, lines)).collect::<Result<_>>()?;
        let models = cells.iter().map(|cell| cell.model.clone()).collect();
        Ok(Self { all: claims, claim_of_cell, models })
    }

    /// These cells one by one, and together where they are of one model.
    pub(crate) fn sets_of(&self, cells: &[usize]) -> Vec<Vec<usize>> {
        let model = |cell: usize| self.models.get(cell);
        let mut sets: Vec<Vec<usize>> = cells.iter().map(|cell| vec![*cell]).collect();
        for (place, first) in cells.iter().enumerate() {
            let others = cells.iter().skip(place + 1);
            let same = others.filter(|other| model(*first).is_some() && model(*first) == model(**other));
            sets.extend(same.map(|other| vec![*first, *other]));
        }
        sets
    }

    pub(crate) fn model_of(&self, cell: usize) -> Option<&str> {
        self.models.get(cell).map(String::as_str)
    }

    /// The number of cells, those for withdrawn charges included.
    pub(crate) fn cells(&self) -> usize {
        self.claim_of_cell.len()
    }

    pub(crate) fn claim_of(&self, cell: usize) -> Option<usize> {
        self.claim_of_cell.get(cell).copied().flatten()
    }

    pub(crate) fn cells_of(&self, claim: usize) -> Vec<usize> {
        (0..self.cells()).filter(|cell| self.claim_of(*cell) == Some(claim)).collect()
    }

    /// The cell of a claim's withdrawn charges, or of those in no claim.
    pub(crate) fn withdrawn_cell(&self, claim: Option<usize>) -> usize {
        let past_charges = self.cells().saturating_sub(self.all.len() + 1);
        past_charges.saturating_add(claim.unwrap_or(self.all.len()))
    }
}

impl Claim {
    pub(crate) fn of(invoice: &Invoice, numbers: Vec<usize>) -> Result<Self> {
        let lines: Vec<&InvoiceLine> =
            numbers.iter().filter_map(|number| invoice.lines.get(*number)).collect();
        let usage = || lines.iter().map(|line| usage_of(line));
        let in_words = lines.iter().map(|line| in_words(line)).collect::<Option<Vec<_>>>();
        Ok(Self {
            asked: Money::sum(lines.iter().map(|line| line.amount))?,
            in_words: in_words.map(Money::sum).transpose()?,
            calls: usage().map(|about| about?.calls).sum(),
            tokens: usage()
                .try_fold(TokenCounts::default(), |sum, about| sum.checked_add(&about?.tokens?).ok()),
            aggregated_calls: None,
            repeated: Vec::new(),
            lines: numbers,
        })
    }
}

/// The amount that a line's own words come to.
pub(crate) fn in_words(line: &InvoiceLine) -> Option<Money> {
    let count = || usage_of(line).and_then(|about| about.requests.or(about.calls));
    line.wording.amount.or_else(|| times(line.wording.unit_price?, count()?))
}

fn usage_of(line: &InvoiceLine) -> Option<&UsageLine> {
    match line.kind() {
        LineKind::Usage(about) => Some(about),
        _ => None,
    }
}

fn times(price: Money, calls: u64) -> Option<Money> {
    price.units().checked_mul(i128::from(calls)).map(Money::from_units)
}
