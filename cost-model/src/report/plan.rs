//! How the charges of one tuple and epoch fall into groups: asked once, applied to every charge.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use rust_decimal::Decimal;

use crate::tagger::parts_of;
use crate::{
    Dimension, Dimensions, Error, ErrorKind, Filter, Ledger, LedgerRow, LedgerTuple, Quantity, Result,
    Tagger, Timestamp,
};

use super::answers::Answers;
use super::fragments::{Fragment, Level, TokenPart};
use super::groups::{Groups, Texts};
use super::keys::keys_needed;
use super::mixed::Mixed;
use super::part::Part;
use super::seen::Seen;
use super::{Allocation, Query};

/// The plans of a query, made as rows ask for them.
pub(super) struct Planner<'a> {
    query: &'a Query,
    ledger: &'a Ledger,
    tagger: &'a dyn Tagger,
    /// The virtual tag keys that matter.
    keys: Arc<[Arc<str>]>,
    /// The filter, if it must be asked about each charge.
    per_charge: Option<Arc<Filter>>,
    /// The instants at which a plan may change.
    pub(super) boundaries: Vec<Timestamp>,
    pub(super) groups: Groups,
    answers: Answers<'a>,
    /// What the query sees of tuples.
    seen: Seen,
    /// Whether no charge stays in one piece.
    takes_apart: bool,
    plans: Vec<Plan>,
    numbers: Mixed<PlanKey, usize>,
    /// By tuple: its last plan.
    latest: Vec<Option<Numbered>>,
}

/// The number of a plan, and the epochs in which it stands.
#[derive(Clone)]
pub(super) struct Numbered {
    pub(super) plan: usize,
    pub(super) epochs: Range<usize>,
}

/// What the charges of one plan have in common.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum PlanKey {
    /// What the query sees of their tuple, and the tagger's answer.
    Answer(usize, usize),
    /// Their tuple, and the epoch.
    Epoch(usize, usize),
}

/// What becomes of every charge of one tuple and epoch.
pub(super) struct Plan {
    pub(super) fall: Fall,
    pub(super) unit: Unit,
}

pub(super) enum Fall {
    /// It stays in one piece, in that group; `None` where it does not count.
    Whole(Option<usize>),
    /// It falls into parts, or must be asked about by itself.
    Apart(Apart),
}

pub(super) struct Apart {
    /// The parts are the cross product of these, outermost first.
    levels: Vec<Level>,
    /// The group of each part, in order; `None` where the part does not count.
    groups: Vec<Option<usize>>,
    /// The share of each part that counts, in order, where the branches of the filter have shares of their own.
    shares: Vec<Option<Allocation>>,
    per_charge: Option<PerCharge>,
}

/// What it takes to ask the filter about the parts of each charge.
struct PerCharge {
    filter: Arc<Filter>,
    keys: Arc<[Arc<str>]>,
    /// In order.
    parts: Vec<PartOf>,
}

/// What tells the parts of a charge apart: its values of the keys, and what it is for.
type PartOf = (Vec<Option<Arc<str>>>, Option<TokenPart>);

impl PerCharge {
    /// The share of a part of a charge that counts as the filter has it; `None` where it does not match.
    fn share(&self, part: usize, tuple: LedgerTuple<'_>, row: &LedgerRow) -> Option<Decimal> {
        let (values, purpose) = self.parts.get(part)?;
        self.filter.share_of(&Part { tuple, row: Some(row), keys: &self.keys, values, purpose: *purpose })
    }
}

/// What usage is counted in.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Unit {
    Tokens,
    Requests,
    /// By the number of its name's text.
    Other(usize),
    Unknown,
}

impl Unit {
    fn of(tuple: LedgerTuple<'_>, texts: &mut Texts) -> Self {
        match tuple.get(&Dimension::UsageUnit).as_deref() {
            Some("tokens") => Self::Tokens,
            Some("requests") => Self::Requests,
            Some(other) => Self::Other(texts.number(other)),
            None => Self::Unknown,
        }
    }

    /// The unit, unless a charge of no unit has no usage either.
    pub(super) fn counted(self, part: &Fragment) -> Option<Self> {
        Some(self).filter(|unit| *unit != Self::Unknown || part.quantity != Quantity::ZERO)
    }

    pub(super) fn usage(self, part: &Fragment) -> Result<Quantity> {
        match self {
            Self::Tokens => Quantity::try_from(part.tokens.total()?),
            Self::Requests => Ok(part.requests.into()),
            Self::Other(_) | Self::Unknown => Ok(part.quantity),
        }
    }
}

impl<'a> Planner<'a> {
    pub(super) fn new(query: &'a Query, ledger: &'a Ledger, tagger: &'a dyn Tagger) -> Result<Self> {
        let mut boundaries = tagger.boundaries().to_vec();
        if query.by_token_type() {
            boundaries.extend(query.price_book.iter().flat_map(crate::PriceBook::boundaries));
            boundaries.sort_unstable();
            boundaries.dedup();
        }
        let keys: Arc<[Arc<str>]> = keys_needed(query, tagger)?.into();
        Ok(Self {
            query,
            ledger,
            tagger,
            answers: Answers::new(tagger, Arc::clone(&keys), ledger, boundaries.clone()),
            seen: Seen::new(query.projection(ledger), ledger.tuple_count()),
            keys,
            takes_apart: query.filter.as_ref().is_some_and(Filter::is_per_charge)
                || query.allocations().next().is_some()
                || query.filter.as_ref().is_some_and(Filter::has_branch_allocations)
                || query.by_token_type(),
            per_charge: query.filter.clone().filter(Filter::is_per_charge).map(Arc::new),
            boundaries,
            groups: Groups::default(),
            plans: Vec::new(),
            numbers: Mixed::default(),
            latest: vec![None; ledger.tuple_count()],
        })
    }

    pub(super) fn unit_name(&self, unit: Unit) -> &str {
        match unit {
            Unit::Tokens => "tokens",
            Unit::Requests => "requests",
            Unit::Other(number) => self.groups.texts.texts.get(number).map_or("", |text| text),
            Unit::Unknown => "no unit",
        }
    }

    /// The plan of that number.
    pub(super) fn plan(&self, number: usize) -> Result<&Plan> {
        self.plans.get(number).ok_or_else(|| Error::new(ErrorKind::Query, "a plan is missing"))
    }

    /// The number of the plan of a tuple in an epoch, of which `at` is an instant; makes it if need be.
    pub(super) fn number(&mut self, tuple: usize, epoch: usize, at: Timestamp) -> Result<Numbered> {
        let latest = self.latest.get(tuple).and_then(Option::as_ref);
        if let Some(latest) = latest.filter(|latest| latest.epochs.contains(&epoch)) {
            return Ok(latest.clone());
        }
        let dimensions = self.ledger.tuple(tuple).ok_or_else(|| {
            Error::new(ErrorKind::Query, "a row names a tuple that its ledger does not hold")
        })?;
        let (answer, epochs) = if self.takes_apart {
            (None, epoch..epoch + 1)
        } else {
            self.answers.number((tuple, dimensions), at)
        };
        // Where charges are shared out, prices may change with every epoch.
        let epochs = if answer.is_some() { epochs } else { epoch..epoch + 1 };
        let plan = self.number_of_key(tuple, dimensions, answer, (epoch, at));
        let numbered = Numbered { plan, epochs };
        if let Some(latest) = self.latest.get_mut(tuple) {
            *latest = Some(numbered.clone());
        }
        Ok(numbered)
    }

    fn number_of_key(
        &mut self,
        tuple: usize,
        dimensions: LedgerTuple<'_>,
        answer: Option<usize>,
        (epoch, at): (usize, Timestamp),
    ) -> usize {
        let key = match answer {
            Some(answer) => PlanKey::Answer(self.seen.number(tuple, dimensions), answer),
            None => PlanKey::Epoch(tuple, epoch),
        };
        if let Some(number) = self.numbers.get(&key) {
            return *number;
        }
        let plan = match answer.and_then(|answer| self.answers.values(answer)) {
            Some(values) => self.make_whole(dimensions, &values),
            None => self.make_parts(dimensions, at),
        };
        self.plans.push(plan);
        self.numbers.insert(key, self.plans.len() - 1);
        self.plans.len() - 1
    }

    /// The plan of charges that stay in one piece.
    fn make_whole(&mut self, tuple: LedgerTuple<'_>, values: &[Option<Arc<str>>]) -> Plan {
        let part = Part { tuple, row: None, keys: &self.keys, values, purpose: None };
        let group = self.query.counts(&part).then(|| self.groups.number(&self.query.group_by, &part));
        Plan { fall: Fall::Whole(group), unit: Unit::of(tuple, &mut self.groups.texts) }
    }

    fn make_parts(&mut self, tuple: LedgerTuple<'_>, at: Timestamp) -> Plan {
        let mut levels: Vec<Level> = self.query.allocations().map(Level::Allocation).collect();
        let parts = parts_of(self.tagger, &self.keys, &tuple, at);
        if parts.len() > 1 {
            levels.push(Level::Shares(parts.iter().map(|part| part.weight).collect()));
        }
        let parts: Vec<_> = parts.into_iter().map(|part| part.values).collect();
        let mut token_parts: &[Option<TokenPart>] = &[None];
        if self.query.by_token_type() {
            let service = tuple.get(&Dimension::ServiceId).or_else(|| tuple.get(&Dimension::Service));
            let prices =
                service.zip(self.query.price_book.as_ref()).and_then(|(id, book)| book.prices(&id, at));
            levels.push(Level::TokenTypes(prices.copied()));
            token_parts = &TokenPart::EACH;
        }
        let mut groups = Vec::with_capacity(parts.len() * token_parts.len());
        let branched = self.query.filter.as_ref().filter(|filter| filter.has_branch_allocations());
        let mut shares = Vec::new();
        for values in &parts {
            for token_part in token_parts {
                let part = Part { tuple, row: None, keys: &self.keys, values, purpose: *token_part };
                let counts = self.query.counts(&part);
                groups.push(counts.then(|| self.groups.number(&self.query.group_by, &part)));
                if let Some(filter) = branched.filter(|_| self.per_charge.is_none()) {
                    shares.push(filter.share_of(&part).and_then(|share| Allocation::new(share).ok()));
                }
            }
        }
        let per_charge = self.per_charge.as_ref().map(|filter| PerCharge {
            filter: Arc::clone(filter),
            keys: Arc::clone(&self.keys),
            parts: parts
                .iter()
                .flat_map(|values| token_parts.iter().map(|token_part| (values.clone(), *token_part)))
                .collect(),
        });
        Plan {
            fall: Fall::Apart(Apart { levels, groups, shares, per_charge }),
            unit: Unit::of(tuple, &mut self.groups.texts),
        }
    }
}

impl Apart {
    /// What of a part counts by the filter, if it must be asked about each charge or shares differ by branch.
    fn counted(
        &self,
        number: usize,
        part: Fragment,
        row: &LedgerRow,
        ledger: &Ledger,
    ) -> Result<Option<Fragment>> {
        let share = match (&self.per_charge, ledger.tuple(row.tuple)) {
            (Some(per_charge), Some(tuple)) => {
                let Some(share) = per_charge.share(number, tuple, row) else { return Ok(None) };
                // A share of all that matches is among the levels.
                let branched = per_charge.filter.has_branch_allocations();
                if branched { Some(Allocation::new(share)?) } else { None }
            }
            _ => self.shares.get(number).copied().flatten(),
        };
        match share {
            Some(share) => Ok(Level::Allocation(share).parts(&part)?.into_iter().next().flatten()),
            None => Ok(Some(part)),
        }
    }
}

impl Plan {
    /// What of one charge falls into each group, a group at a time: several parts in one group are one fragment, so
    /// that the charge counts once.
    pub(super) fn fragments(&self, row: &LedgerRow, ledger: &Ledger) -> Result<BTreeMap<usize, Fragment>> {
        let whole = Fragment::whole(row);
        let apart = match &self.fall {
            Fall::Whole(group) => return Ok(group.map(|group| (group, whole)).into_iter().collect()),
            Fall::Apart(apart) => apart,
        };
        let parts = apart.levels.iter().try_fold(vec![Some(whole)], |parts, level| {
            parts.into_iter().flatten().try_fold(Vec::new(), |mut all, part| {
                all.extend(level.parts(&part)?);
                Ok::<_, Error>(all)
            })
        })?;
        let mut fragments = BTreeMap::new();
        for (number, (part, group)) in parts.into_iter().zip(&apart.groups).enumerate() {
            let (Some(part), Some(group)) = (part, group) else { continue };
            let Some(part) = apart.counted(number, part, row, ledger)? else { continue };
            let joined = match fragments.get(group) {
                Some(other) => part.join(other)?,
                None => part,
            };
            fragments.insert(*group, joined);
        }
        Ok(fragments)
    }
}
