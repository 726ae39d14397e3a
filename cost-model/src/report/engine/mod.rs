//! The engine that computes reports.
//!
//! Whatever a query asks about dimensions and tags is decided for each distinct set of dimensions, in integers: does it count,
//! in which group, undivided or in parts. After that one pass over the charges, in order of time, adds figures to cells. Where
//! the tagger's answer for some sets changes on the way, those sets are decided again.

mod cells;
mod condition;
mod groups;
mod parts;

use std::ops::Range;

use crate::dimension::{Dimension, Dimensions};
use crate::error::{Error, Result};
use crate::filter::Filter;
use crate::ids::{Id, Table};
use crate::ledger::{Column, DimensionSetId, Ledger};
use crate::money::{PriceBook, Prices};
use crate::report::fragments::{Fragment, Level, TokenPart};
use crate::report::part::PartView;
use crate::report::{Allocation, Query};
use crate::tagger::{AnswerId, ProjectionId, TagCache};
use crate::time::{Timestamp, Window};

pub(super) use cells::WindowTotals;
pub(super) use groups::{GroupId, Groups};

use cells::{CellId, Cells};
use condition::Condition;
use parts::{Plan, PlanId, PlannedPart};

/// The outcome for the charges of a set while one answer of the tagger holds: nothing, an addition to one cell, or a
/// plan. One number of 32 bits, because there is one for each set and the pass looks it up for each charge.
#[derive(Clone, Copy)]
struct Target(u32);

impl Target {
    const OUT: Self = Self(u32::MAX);
    /// Numbers from here on are those of plans.
    const PLANS: u32 = 1 << 31;

    /// Fails where there are more cells than numbers below `PLANS`. Returns the cell of a set's part in the current
    /// step of time; `None` for a part without a value of a key, where the query leaves such parts out.
    fn cell(cell: CellId) -> Result<Self> {
        let number = u32::try_from(cell.index()).ok().filter(|number| *number < Self::PLANS);
        number.map(Self).ok_or_else(|| Error::overflow("the size of a report"))
    }

    fn plan(plan: PlanId) -> Result<Self> {
        let number = u32::try_from(plan.index()).ok().filter(|number| *number < Self::PLANS - 1);
        number.map(|number| Self(number | Self::PLANS)).ok_or_else(|| Error::overflow("the size of a report"))
    }
}

/// Adds up what a query asks about the charges of a window, or of all. `tags` covers the window.
pub(super) fn add_up<'a>(
    query: &'a Query,
    ledger: &'a Ledger,
    tags: &'a TagCache,
    groups: &mut Groups<'a>,
    window: Option<Window>,
) -> Result<WindowTotals> {
    let range = ledger.charges().range(window);
    Pass::new(query, ledger, tags, groups)?.run(range)
}

/// One pass over charges.
struct Pass<'a, 'g> {
    query: &'a Query,
    ledger: &'a Ledger,
    tags: &'a TagCache,
    groups: &'g mut Groups<'a>,
    condition: Option<Condition<'a>>,
    cells: Cells<'a>,
    plans: Table<PlanId, Plan>,
    targets: Table<DimensionSetId, Target>,
    /// The answers that hold at the moment.
    answers: Table<ProjectionId, AnswerId>,
    /// The sets of each projection; none where no answer changes.
    sets_of: Vec<Vec<DimensionSetId>>,
    charge_types: Option<&'a Column>,
    /// Whether charges of a type count, by its code.
    counts: Vec<bool>,
}

impl<'a, 'g> Pass<'a, 'g> {
    /// Prepares a pass: nothing is decided before its first charge is known.
    fn new(
        query: &'a Query,
        ledger: &'a Ledger,
        tags: &'a TagCache,
        groups: &'g mut Groups<'a>,
    ) -> Result<Self> {
        let charge_types = ledger.sets().column(&Dimension::ChargeType);
        let types = charge_types.map_or(&[][..], Column::values).iter().map(|each| Some(&**each));
        let counts = std::iter::once(None).chain(types).map(|each| query.settings.counts(each)).collect();
        let mut sets_of = Vec::new();
        // Nearly all reports are over tags that never change, and need no table of sets by projection.
        if !tags.changes().is_empty() {
            sets_of.resize_with(tags.first().len(), Vec::new);
            for set in ledger.set_ids() {
                if let Some(sets) = sets_of.get_mut(tags.projection(set)?.index()) {
                    sets.push(set);
                }
            }
        }
        Ok(Self {
            query,
            ledger,
            tags,
            groups,
            condition: query.filter.as_ref().map(|filter| Condition::new(filter, ledger, tags)),
            cells: Cells::new(ledger),
            plans: Table::default(),
            targets: Table::default(),
            answers: tags.first().clone(),
            sets_of,
            charge_types,
            counts,
        })
    }

    /// Adds the charges of a range, run by run: between two instants at which an answer, a price or a step of time
    /// changes, every charge of a set has the same outcome, so that the inner loop only looks up and adds.
    fn run(mut self, range: Range<usize>) -> Result<WindowTotals> {
        let charges = self.ledger.charges();
        let Some(first) = charges.packed(range.clone()).first() else { return self.cells.finish() };
        let prices = self.query.price_book.as_ref().filter(|_| self.query.by_token_type());
        let mut prices: Vec<Timestamp> = prices.into_iter().flat_map(PriceBook::boundaries).collect();
        prices.sort_unstable();
        // The prices at the first charge are looked up by `decide_all`; only later changes interrupt the pass.
        prices.retain(|price| *price > first.at);
        let mut prices = prices.into_iter().peekable();
        let mut changes = self.tags.changes().iter().peekable();
        while let Some(change) = changes.next_if(|change| change.at <= first.at) {
            *self.answers.get_mut(change.projection)? = change.answer;
        }
        self.decide_all(first.at)?;
        let mut bin_end = self.enter_bin(first.at)?;
        let mut place = range.start;
        while let Some(next) = charges.packed(place..range.end).first() {
            let at = next.at;
            while let Some(change) = changes.next_if(|change| change.at <= at) {
                *self.answers.get_mut(change.projection)? = change.answer;
                self.decide_again(change.projection, at)?;
            }
            let mut prices_changed = false;
            while prices.next_if(|price| *price <= at).is_some() {
                prices_changed = true;
            }
            // A new price may be of any service, so every set is decided again; price changes are rare.
            if prices_changed {
                self.decide_all(at)?;
            }
            if bin_end.is_some_and(|end| end <= at) {
                bin_end = self.enter_bin(at)?;
            }
            // Until then everything stays as it is.
            let change = changes.peek().map(|change| change.at);
            let until = [bin_end, prices.peek().copied(), change].into_iter().flatten().min();
            let rest = charges.packed(place..range.end);
            let count = until.map_or(rest.len(), |until| rest.partition_point(|charge| charge.at < until));
            self.add(place..place + count)?;
            place += count;
        }
        self.cells.finish()
    }

    /// Begins the step of time that an instant lies in, and returns when it ends.
    fn enter_bin(&mut self, at: Timestamp) -> Result<Option<Timestamp>> {
        let Some(bin) = self.query.bin else { return Ok(None) };
        let zone = self.query.zone_or_utc();
        let start = bin.start_of(at, zone);
        self.cells.enter(Some(start))?;
        // The last step of the calendar has no end: there every instant is asked about by itself.
        Ok(bin.next(start, zone).or_else(|| Timestamp::from_millis(at.millis().saturating_add(1)).ok()))
    }

    /// Decides the outcome for the charges of every set, of which `at` is an instant.
    fn decide_all(&mut self, at: Timestamp) -> Result<()> {
        let mut targets = Vec::with_capacity(self.ledger.set_count());
        for set in self.ledger.set_ids() {
            targets.push(self.decide(set, at)?);
        }
        self.targets = targets.into();
        Ok(())
    }

    /// Decides again about the sets of a projection for which another answer holds.
    fn decide_again(&mut self, projection: ProjectionId, at: Timestamp) -> Result<()> {
        // Taken out and put back, because `decide` borrows all of `self`.
        let sets = self.sets_of.get_mut(projection.index()).map(std::mem::take).unwrap_or_default();
        for set in &sets {
            *self.targets.get_mut(*set)? = self.decide(*set, at)?;
        }
        if let Some(place) = self.sets_of.get_mut(projection.index()) {
            *place = sets;
        }
        Ok(())
    }

    /// Decides the outcome for the charges of one set: out, one cell, or a plan where the charge is divided or the
    /// filter has to see it.
    fn decide(&mut self, set: DimensionSetId, at: Timestamp) -> Result<Target> {
        let answer = *self.answers.get(self.tags.projection(set)?)?;
        // The cheapest test first: it is one lookup, and a filter may have to compare texts.
        if !self.counts_type(set) {
            return Ok(Target::OUT);
        }
        let [codes] = self.tags.codes(answer)? else { return self.divide(set, answer, at) };
        // Before the filter, which would be asked about each part again.
        if self.divides_all() {
            return self.divide(set, answer, at);
        }
        match self.condition.as_ref().map_or(Some(true), |condition| condition.holds(set, codes)) {
            Some(false) => Ok(Target::OUT),
            Some(true) => self.cell(set, codes, None)?.map_or(Ok(Target::OUT), Target::cell),
            None => self.divide(set, answer, at),
        }
    }

    /// Plans how the charges of a set are divided.
    fn divide(&mut self, set: DimensionSetId, answer: AnswerId, at: Timestamp) -> Result<Target> {
        let mut levels: Vec<Level> = self.query.allocations().map(Level::Allocation).collect();
        let weights: Vec<u128> = self.tags.parts(answer).iter().map(|part| part.weight).collect();
        if weights.len() > 1 {
            levels.push(Level::Shares(weights));
        }
        let mut purposes: &[Option<TokenPart>] = &[None];
        if self.query.by_token_type() {
            levels.push(Level::TokenTypes(self.prices(set, at)));
            purposes = &TokenPart::EACH;
        }
        // Which branch comes first for a charge may depend on the charge, even if some branch holds for all of them.
        let branches = self.query.filter.as_ref().filter(|filter| filter.has_branch_allocations());
        let asks_filter = branches.is_some_and(Filter::is_per_charge);
        let mut plan = Plan { levels, parts: Vec::new(), asks_filter };
        for codes in self.tags.codes(answer)? {
            let holds = self.condition.as_ref().map_or(Some(true), |condition| condition.holds(set, codes));
            plan.asks_filter |= holds.is_none();
            let share = self.branch_share(set, codes)?;
            for purpose in purposes {
                let cell = if holds == Some(false) { None } else { self.cell(set, codes, *purpose)? };
                plan.parts.push(PlannedPart { cell, share, codes: codes.clone(), purpose: *purpose });
            }
        }
        if plan.parts.iter().all(|part| part.cell.is_none()) {
            return Ok(Target::OUT);
        }
        Target::plan(self.plans.push(plan)?)
    }

    /// Returns the list prices of a set's service at an instant: by the service's id if it has one, else by its name.
    fn prices(&self, set: DimensionSetId, at: Timestamp) -> Option<Prices> {
        let set = self.ledger.set(set)?;
        let service = set.get(&Dimension::ServiceId).or_else(|| set.get(&Dimension::Service))?;
        self.query.price_book.as_ref()?.prices(&service, at).copied()
    }

    /// Returns the share of a part that counts, where branches of the filter have shares of their own.
    fn branch_share(&self, set: DimensionSetId, codes: &[u32]) -> Result<Option<Allocation>> {
        let filter = self.query.filter.as_ref().filter(|filter| filter.has_branch_allocations());
        let (Some(filter), Some(set)) = (filter, self.ledger.set(set)) else { return Ok(None) };
        let part = PartView { set, row: None, tags: self.tags, codes, purpose: None };
        filter.share_of(&part).map(Allocation::new).transpose()
    }

    fn cell(
        &mut self,
        set: DimensionSetId,
        codes: &[u32],
        purpose: Option<TokenPart>,
    ) -> Result<Option<CellId>> {
        if !self.query.settings.unallocated && self.groups.is_unallocated(set, codes) {
            return Ok(None);
        }
        self.cells.cell(self.groups, set, codes, purpose).map(Some)
    }

    /// Returns whether charges of the set's type count; a set without a type has code 0.
    fn counts_type(&self, set: DimensionSetId) -> bool {
        let code = self.charge_types.map_or(0, |column| column.code(set));
        self.counts.get(code as usize).copied().unwrap_or(true)
    }

    /// Returns whether no charge is added as a whole, whatever the tagger says.
    fn divides_all(&self) -> bool {
        self.query.by_token_type()
            || self.query.allocations().next().is_some()
            || self.query.filter.as_ref().is_some_and(Filter::has_branch_allocations)
    }

    /// Adds the charges of a range, for all of which what was decided holds.
    fn add(&mut self, range: Range<usize>) -> Result<()> {
        let charges = self.ledger.charges();
        for (place, charge) in range.clone().zip(charges.packed(range)) {
            let target = *self.targets.get(charge.set)?;
            if target.0 < Target::PLANS {
                let cell = CellId::after(target.0 as usize)?;
                // Only charges with an amount, a count or a quantity beyond the narrow range take the slower way.
                if !self.cells.add_narrow(cell, charges, place, charge)? {
                    let whole = Fragment::whole(&charges.row(place)?);
                    self.cells.add_fragments([(cell, whole)])?;
                }
            } else if target.0 != Target::OUT.0 {
                self.add_parts(PlanId::after((target.0 & !Target::PLANS) as usize)?, place)?;
            }
        }
        Ok(())
    }

    /// Divides one charge by its plan and adds the fragments. The filter is asked about each part with the figures of
    /// the charge.
    fn add_parts(&mut self, plan: PlanId, place: usize) -> Result<()> {
        let row = self.ledger.row(place)?;
        let fragments = self.plans.get(plan)?.fragments(&row, |part: &PlannedPart| {
            let (Some(filter), Some(set)) = (&self.query.filter, self.ledger.set(row.set)) else {
                return Ok(Some(None));
            };
            let view =
                PartView { set, row: Some(&row), tags: self.tags, codes: &part.codes, purpose: part.purpose };
            let Some(share) = filter.share_of(&view) else { return Ok(None) };
            // A share of all that matches is among the levels.
            let share = filter.has_branch_allocations().then(|| Allocation::new(share)).transpose()?;
            Ok(Some(share))
        })?;
        self.cells.add_fragments(fragments)
    }
}
