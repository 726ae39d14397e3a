//! Which lines speak of which charges.

use std::collections::BTreeMap;

use cost_model::{Money, TokenCounts};

use crate::charges::Cell;
use crate::{Invoice, InvoiceLine, LineKind, Result, UsageLine};

/// Lines about the same charges, and what they say of them.
#[derive(Debug)]
pub(crate) struct Claim {
    /// The numbers of the lines in the invoice, counted from 0.
    pub(crate) lines: Vec<usize>,
    /// What the lines ask for.
    pub(crate) asked: Money,
    /// What their texts ask for, where every text names an amount.
    pub(crate) in_words: Option<Money>,
    /// How many calls they count, where every one counts.
    pub(crate) calls: Option<u64>,
    /// The tokens they state, where every one does.
    pub(crate) tokens: Option<TokenCounts>,
}

/// The claims of all usage lines, and who takes which charges. A *pot* is the charges of one claim, or those of one model
/// that no line speaks of; the pots of claims come first and have the claims' numbers.
#[derive(Debug)]
pub(crate) struct Claims {
    pub(crate) claims: Vec<Claim>,
    pub(crate) pot_of_cell: Vec<usize>,
    pub(crate) pots: usize,
}

/// What tells claims apart.
type Subject<'a> = (Option<&'a str>, Option<bool>);

impl Claims {
    /// The most particular lines choose first; each cell goes to one claim at most.
    pub(crate) fn of(invoice: &Invoice, cells: &[Cell]) -> Result<Self> {
        let mut groups: BTreeMap<Subject<'_>, Vec<usize>> = BTreeMap::new();
        for (number, line) in invoice.lines.iter().enumerate() {
            if let LineKind::Usage(about) = line.kind() {
                groups.entry((about.model.as_deref(), about.max_mode)).or_default().push(number);
            }
        }
        let mut groups: Vec<_> = groups.into_iter().collect();
        groups.sort_by_key(|((model, max_mode), _)| (model.is_none(), max_mode.is_none()));
        let mut pots = groups.len();
        let mut unnamed: BTreeMap<&str, usize> = BTreeMap::new();
        let mut pot_of = |cell| match groups.iter().position(|(about, _)| speaks_of(*about, cell)) {
            Some(claim) => claim,
            None => *unnamed.entry(&cell.model).or_insert_with(|| {
                pots += 1;
                pots - 1
            }),
        };
        let pot_of_cell = cells.iter().map(&mut pot_of).collect();
        let claims = groups.into_iter().map(|(_, lines)| Claim::of(invoice, lines)).collect::<Result<_>>()?;
        Ok(Self { claims, pot_of_cell, pots })
    }

    pub(crate) fn pot(&self, cell: usize) -> usize {
        self.pot_of_cell.get(cell).copied().unwrap_or_default()
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
            tokens: usage().try_fold(TokenCounts::default(), |sum, about| sum.checked_add(&about?.tokens?).ok()),
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

fn speaks_of((model, max_mode): Subject<'_>, cell: &Cell) -> bool {
    model.is_none_or(|model| *model == cell.model) && max_mode.is_none_or(|max_mode| max_mode == cell.max_mode)
}
