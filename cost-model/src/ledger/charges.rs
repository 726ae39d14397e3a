//! The figures of a ledger's charges, ordered by time.
//!
//! A report passes over all charges of a window, so what limits it is how many bytes a charge has. Nearly all amounts
//! fit in 64 bits and most of the four amounts equal each other or are zero: a [`Layout`] says which of them are
//! stored at all, and charges of one layout share it. Whatever is rare goes to a second list.

use std::ops::Range;

use rustc_hash::FxHashMap;

use crate::error::{Error, Result};
use crate::ids::{Id, Table};
use crate::ledger::LedgerRow;
use crate::ledger::layout::{Encoding, Layout, LayoutId, narrow, narrow_tokens, widen};
use crate::ledger::sets::DimensionSetId;
use crate::money::Costs;
use crate::money::Money;
use crate::money::{Quantity, RequestUnits, TokenCounts, TokenType, Tokens};
use crate::record::Figures;
use crate::time::{Timestamp, Window};

/// What nearly every charge has, in 48 bytes. Whatever else it has is among the extras.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PackedCharge {
    pub(crate) at: Timestamp,
    /// The effective amount, narrow; zero where it is absent, and where the layout is wide.
    effective: i64,
    /// The first of the stored figures, narrow; zero where there is none, and where the layout is wide.
    first: i64,
    /// In the order of [`TokenType::ALL`]; zero where the layout has wide tokens.
    tokens: [u32; 4],
    pub(crate) set: DimensionSetId,
    layout: u16,
    /// Where its extras begin, counted from the first of its block.
    extra: u16,
}

/// The number of charges whose extras are counted from one place: few enough for 16 bits, since a charge has at most 18 extras.
const BLOCK: usize = 1024;

/// Every charge of a ledger. Immutable once it is built, and ascending by time, so that a window is a range of
/// places.
#[derive(Debug, Default)]
pub(crate) struct Charges {
    packed: Vec<PackedCharge>,
    /// What few charges have: narrow figures beside the first; the two halves of wide ones; wide token counts; quantities.
    extras: Vec<i64>,
    /// Where the extras of each block begin.
    blocks: Vec<usize>,
    layouts: Table<LayoutId, Layout>,
    sums: Vec<SumLayout>,
}

/// Takes charges in any order.
#[derive(Debug, Default)]
pub(super) struct ChargesBuilder {
    charges: Charges,
    layouts: FxHashMap<Layout, LayoutId>,
    /// Whether charges came in order of time.
    is_unordered: bool,
}

impl ChargesBuilder {
    pub(super) fn len(&self) -> usize {
        self.charges.len()
    }

    /// Appends a charge. Fails when there are too many charges or layouts for their numbers, and then the ledger must
    /// not be used.
    pub(super) fn push(&mut self, set: DimensionSetId, at: Timestamp, figures: &Figures) -> Result<()> {
        // Few layouts occur among millions of charges, so a charge has the number of its layout instead of a flag for each
        // figure.
        let layout = Layout::of(figures);
        let id = match self.layouts.get(&layout) {
            Some(id) => *id,
            None => {
                let id = self.charges.layouts.push(layout)?;
                self.layouts.insert(layout, id);
                id
            }
        };
        // Sums of as many 32-bit counts and 64-bit amounts as this fit in 64 and 128 bits.
        if u32::try_from(self.len()).is_err() {
            return Err(Error::overflow("the number of charges in a ledger"));
        }
        self.is_unordered |= self.charges.packed.last().is_some_and(|last| last.at > at);
        let mut charge = PackedCharge {
            at,
            effective: 0,
            first: 0,
            tokens: narrow_tokens(&figures.tokens).unwrap_or_default(),
            set,
            layout: u16::try_from(id.index())
                .map_err(|_| Error::overflow("the number of layouts in a ledger"))?,
            extra: self.charges.begin_extras(),
        };
        let effective = figures.costs.effective.unwrap_or_default().units();
        let stored = layout.stored(figures);
        let extras = &mut self.charges.extras;
        if layout.wide {
            halves(effective, extras);
            stored.into_iter().flatten().for_each(|figure| halves(figure, extras));
        } else {
            charge.effective = narrow(effective).unwrap_or_default();
            let mut stored = stored.into_iter().flatten().filter_map(narrow);
            charge.first = stored.next().unwrap_or_default();
            extras.extend(stored);
        }
        if layout.wide_tokens {
            extras.extend(TokenType::ALL.map(|each| figures.tokens.get(each).count().cast_signed()));
        }
        if let Some(quantity) = figures.quantity {
            halves(quantity.units(), extras);
        }
        self.charges.packed.push(charge);
        Ok(())
    }

    /// Returns the charges in order of time, those of one instant in the order in which they came, with no room left for
    /// more.
    pub(super) fn finish(self) -> Charges {
        let mut charges = if self.is_unordered { self.charges.in_order() } else { self.charges };
        charges.packed.shrink_to_fit();
        charges.extras.shrink_to_fit();
        charges.sums = charges.layouts.as_slice().iter().map(SumLayout::of).collect();
        charges
    }
}

/// Appends a number of 128 bits as two of 64, the higher one first.
fn halves(number: i128, to: &mut Vec<i64>) {
    let bits = number.cast_unsigned();
    // Both fit by construction.
    to.extend(
        [bits >> 64, bits & u128::from(u64::MAX)]
            .map(|half| u64::try_from(half).unwrap_or_default().cast_signed()),
    );
}

/// Reads a number that [`halves`] wrote.
fn whole(from: &mut impl Iterator<Item = i64>) -> i128 {
    let (high, low) = (from.next().unwrap_or_default(), from.next().unwrap_or_default());
    i128::from(high) << 64 | i128::from(low.cast_unsigned())
}

impl Charges {
    pub(crate) fn len(&self) -> usize {
        self.packed.len()
    }

    /// Returns the charges from one place to before another.
    pub(crate) fn packed(&self, range: Range<usize>) -> &[PackedCharge] {
        self.packed.get(range).unwrap_or_default()
    }

    /// Returns the places of the charges inside a window, or of all.
    pub(crate) fn range(&self, window: Option<Window>) -> Range<usize> {
        let Some(window) = window else { return 0..self.len() };
        let [start, end] = [window.start(), window.end()]
            .map(|instant| self.packed.partition_point(|charge| charge.at < instant));
        start..end
    }

    /// Returns the charge at a place.
    pub(crate) fn row(&self, place: usize) -> Result<LedgerRow> {
        let charge =
            self.packed.get(place).ok_or_else(|| Error::internal("a charge is not in the ledger"))?;
        let Figures { costs, tokens, requests, quantity, fee } = self.figures(place, charge)?;
        Ok(LedgerRow { at: charge.at, set: charge.set, costs, tokens, requests, quantity, fee })
    }

    /// Reads the figures of a charge back as they were pushed: the layout says which are absent, zero, equal to the
    /// effective amount or stored, and the stored ones follow each other in that order.
    fn figures(&self, place: usize, charge: &PackedCharge) -> Result<Figures> {
        let layout = self.layouts.get(LayoutId::after(usize::from(charge.layout))?)?;
        let mut extras = self.extras_of(place, charge).iter().copied();
        let effective = if layout.wide { whole(&mut extras) } else { widen_one(charge.effective) };
        let mut first = (!layout.wide).then_some(charge.first);
        let [list, billed, contracted, requests, fee] = layout.optional.map(|encoding| match encoding {
            Encoding::Absent => None,
            Encoding::Zero => Some(0),
            Encoding::Effective => Some(effective),
            Encoding::Stored if layout.wide => Some(whole(&mut extras)),
            Encoding::Stored => first.take().or_else(|| extras.next()).map(widen_one),
        });
        let tokens = if layout.wide_tokens {
            [(); 4].map(|()| extras.next().unwrap_or_default().cast_unsigned())
        } else {
            charge.tokens.map(u64::from)
        };
        Ok(Figures {
            costs: Costs {
                billed: billed.map(Money::from_units),
                effective: layout.has_effective.then(|| Money::from_units(effective)),
                list: list.map(Money::from_units),
                contracted: contracted.map(Money::from_units),
                derived: layout.derived,
            },
            tokens: token_counts(tokens),
            requests: requests.map(RequestUnits::from_units),
            quantity: layout.has_quantity.then(|| Quantity::from_units(whole(&mut extras))),
            fee: fee.map(Money::from_units),
        })
    }

    /// Returns the extras from those of a charge on.
    #[inline]
    fn extras_of(&self, place: usize, charge: &PackedCharge) -> &[i64] {
        let block = self.blocks.get(place / BLOCK).copied().unwrap_or_default();
        self.extras.get(block + usize::from(charge.extra)..).unwrap_or_default()
    }

    /// Returns where the extras of the next charge begin in its block.
    fn begin_extras(&mut self) -> u16 {
        if self.packed.len().is_multiple_of(BLOCK) {
            self.blocks.push(self.extras.len());
        }
        let block = self.blocks.last().copied().unwrap_or_default();
        // No block has more than 18 * 1024 extras.
        u16::try_from(self.extras.len() - block).unwrap_or(u16::MAX)
    }

    /// Returns a copy in order of time. The sort is stable, so that charges of one instant stay in the order in which
    /// they came.
    fn in_order(&self) -> Self {
        let mut order: Vec<u32> = (0..self.len()).map_while(|place| u32::try_from(place).ok()).collect();
        // The places are sorted rather than the charges: their extras have to move with them, block by block.
        order.sort_by_key(|place: &u32| self.packed.get(*place as usize).map(|charge| charge.at));
        let mut ordered = Self { layouts: self.layouts.clone(), ..Self::default() };
        ordered.packed.reserve_exact(self.len());
        ordered.extras.reserve_exact(self.extras.len());
        let counts: Vec<usize> = self.layouts.as_slice().iter().map(Layout::extras).collect();
        for place in order {
            let place = place as usize;
            let Some(charge) = self.packed.get(place) else { continue };
            let extra = ordered.begin_extras();
            let count = counts.get(usize::from(charge.layout)).copied().unwrap_or_default();
            ordered.extras.extend(self.extras_of(place, charge).iter().take(count));
            ordered.packed.push(PackedCharge { extra, ..*charge });
        }
        ordered
    }
}

impl Layout {
    /// Returns how many extras a charge has.
    fn extras(&self) -> usize {
        let stored = self.optional.iter().filter(|each| **each == Encoding::Stored).count();
        let amounts = if self.wide { 2 + 2 * stored } else { stored.saturating_sub(1) };
        amounts + if self.wide_tokens { 4 } else { 0 } + if self.has_quantity { 2 } else { 0 }
    }
}

/// Which figures of a charge are added to [`NarrowSums`], by layout.
#[derive(Clone, Copy, Debug)]
struct SumLayout {
    /// Whether the sums of costs, tokens and request units tell all that there is, and all figures are narrow.
    is_narrow: bool,
    /// For list, billed, contracted and request units: nothing, the effective amount, the first stored figure, or an extra.
    sources: [u8; 4],
    /// Whether one of them is an extra.
    has_extras: bool,
    /// For effective, list, billed and contracted: 1 where it is absent.
    missing: [u32; 4],
}

impl SumLayout {
    /// Prepares the addition of charges of a layout. The numbers in `sources` are places in the table of figures that
    /// `NarrowSums::add` fills.
    fn of(layout: &Layout) -> Self {
        let mut stored = 2;
        let [list, billed, contracted, requests, _] = layout.optional;
        let sources = [list, billed, contracted, requests].map(|encoding| match encoding {
            Encoding::Absent | Encoding::Zero => 0,
            Encoding::Effective => 1,
            Encoding::Stored => {
                stored += 1;
                stored - 1
            }
        });
        let [list, billed, contracted] =
            [list, billed, contracted].map(|encoding| u32::from(encoding == Encoding::Absent));
        Self {
            is_narrow: !layout.wide && !layout.wide_tokens && !layout.has_quantity,
            sources,
            has_extras: sources.iter().any(|source| *source > 2),
            missing: [u32::from(!layout.has_effective), list, billed, contracted],
        }
    }
}

/// The sums of charges whose figures are narrow. None of them can overflow: a ledger has fewer charges than there are
/// numbers of 32 bits.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct NarrowSums {
    /// Effective, list, billed, contracted, request units.
    amounts: [i128; 5],
    tokens: [u64; 4],
    missing: [u32; 4],
    pub(crate) records: u32,
}

/// The sums of many charges.
pub(crate) struct Sums {
    pub(crate) costs: Costs,
    /// How many charges lack each amount: effective, list, billed, contracted.
    pub(crate) missing: [u64; 4],
    pub(crate) tokens: TokenCounts,
    pub(crate) requests: RequestUnits,
    pub(crate) records: u64,
}

impl NarrowSums {
    /// Adds the charge at a place, and returns whether its figures are narrow; if not, nothing is added.
    #[inline]
    pub(crate) fn add(&mut self, charges: &Charges, place: usize, charge: &PackedCharge) -> bool {
        let Some(layout) = charges.sums.get(usize::from(charge.layout)).filter(|layout| layout.is_narrow)
        else {
            return false;
        };
        // A table in place of branches, which nobody could predict.
        let mut figures = [0, charge.effective, charge.first, 0, 0, 0, 0, 0];
        if layout.has_extras {
            let extras = charges.extras_of(place, charge);
            figures.iter_mut().skip(3).zip(extras).for_each(|(figure, extra)| *figure = *extra);
        }
        let [effective, others @ ..] = &mut self.amounts;
        // These additions never wrap: a ledger has fewer than 2^32 charges, so their sums fit in 96, 64 and 32 bits.
        *effective = effective.wrapping_add(charge.effective.into());
        for (sum, source) in others.iter_mut().zip(layout.sources) {
            let figure = figures.get(usize::from(source & 7)).copied().unwrap_or_default();
            *sum = sum.wrapping_add(figure.into());
        }
        for (sum, count) in self.tokens.iter_mut().zip(charge.tokens) {
            *sum = sum.wrapping_add(count.into());
        }
        for (sum, missing) in self.missing.iter_mut().zip(layout.missing) {
            *sum = sum.wrapping_add(missing);
        }
        self.records = self.records.wrapping_add(1);
        true
    }

    /// Returns the sums in whole units.
    ///
    /// # Errors
    /// [`ErrorKind::Overflow`](crate::ErrorKind::Overflow) where one leaves the range of amounts.
    pub(crate) fn widen(&self) -> Result<Sums> {
        let mut units = [0; 5];
        for (units, narrow) in units.iter_mut().zip(self.amounts) {
            *units = widen(narrow).ok_or_else(|| Error::overflow("a sum of costs"))?;
        }
        let [effective, list, billed, contracted, requests] = units;
        Ok(Sums {
            costs: Costs {
                billed: Some(Money::from_units(billed)),
                effective: Some(Money::from_units(effective)),
                list: Some(Money::from_units(list)),
                contracted: Some(Money::from_units(contracted)),
                derived: false,
            },
            missing: self.missing.map(u64::from),
            tokens: token_counts(self.tokens),
            requests: RequestUnits::from_units(requests),
            records: self.records.into(),
        })
    }
}

/// Returns a narrow figure in units. One figure of 64 bits is always within the range of units; only sums are not.
fn widen_one(narrow: i64) -> i128 {
    widen(narrow.into()).unwrap_or_default()
}

/// Returns counts from the order of [`TokenType::ALL`].
fn token_counts(counts: [u64; 4]) -> TokenCounts {
    let [input, output, cache_write, cache_read] = counts.map(Tokens::new);
    TokenCounts { input, output, cache_write, cache_read }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn figures() -> impl Strategy<Value = Figures> {
        let units = || {
            prop::option::weighted(
                0.8,
                prop_oneof![
                    Just(0),
                    (-3_i128..4).prop_map(|cents| cents * 10_000_000_000_000_000_000_000),
                    any::<i64>().prop_map(i128::from),
                    Just(i128::MAX),
                    Just(i128::MIN),
                ],
            )
        };
        let count = || prop_oneof![Just(0), 0_u64..9, Just(u64::from(u32::MAX)), any::<u64>()];
        (prop::array::uniform7(units()), prop::array::uniform4(count()), any::<bool>()).prop_map(
            |([effective, list, billed, contracted, requests, fee, quantity], tokens, derived)| {
                let money = |units: Option<i128>| units.map(Money::from_units);
                Figures {
                    costs: Costs {
                        billed: money(billed),
                        effective: money(effective),
                        list: money(list),
                        contracted: money(contracted),
                        derived,
                    },
                    tokens: token_counts(tokens),
                    requests: requests.map(RequestUnits::from_units),
                    // Few charges have one.
                    quantity: quantity.filter(|units| *units < 0).map(Quantity::from_units),
                    fee: money(fee),
                }
            },
        )
    }

    proptest! {
        #[test]
        fn every_charge_comes_back_in_order_of_time(all in prop::collection::vec((0_i64..9, figures()), 0..40)) {
            let mut builder = ChargesBuilder::default();
            for (number, (at, figures)) in all.iter().enumerate() {
                let at = Timestamp::from_millis(*at).unwrap();
                builder.push(DimensionSetId::after(number).unwrap(), at, figures).unwrap();
            }
            let charges = builder.finish();
            let mut expected: Vec<_> = all.iter().enumerate().collect();
            expected.sort_by_key(|(_, (at, _))| *at);
            for (place, (number, (at, figures))) in expected.into_iter().enumerate() {
                let charge = charges.packed(place..place + 1)[0];
                prop_assert_eq!((charge.at.millis(), charge.set.index()), (*at, number));
                prop_assert_eq!(&charges.figures(place, &charge).unwrap(), figures);
            }
        }
    }
}
