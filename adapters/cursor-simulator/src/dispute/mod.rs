//! Random cases of an invoice that does not match what was ingested, with the reasons known.
//!
//! A reconciliation is tested against thousands of them: it sees what an ingest and an invoice show, and has
//! to come to the steps that the case states. Nothing of it is random beyond the seed.

mod case;
mod feed;
mod invoice;
mod kinds;
mod settle;
mod usage;

use std::collections::BTreeMap;

pub use kinds::{Discrepancy, Entry};

use crate::biller::{Bill, Period};
use crate::events::TrueEvent;
use case::Case;

/// An invoice, what an ingest holds when it is checked, and every step from one to the other.
///
/// The effective amounts of all fed events in the UTC calendar months that the invoice's stated period touches, plus
/// all of `expected`, are the invoice's stated total, to the last digit.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Dispute {
    /// What the ingest holds now, oldest first.
    pub feed: Vec<FedEvent>,
    /// What changed in closed days after the invoice was issued, in the order in which it was seen.
    pub changes: Vec<FeedChange>,
    /// Half-open spans of milliseconds that the ingest did not cover.
    pub gaps: Vec<(i64, i64)>,
    /// How many events, of all kinds, the server announced for the stated period. It announces nothing for a gap.
    pub announced: u64,
    /// Invoices of the same cycle that came before, oldest first.
    pub earlier: Vec<Bill>,
    /// The invoice.
    pub bill: Bill,
    /// The span whose usage is really on the invoice, in milliseconds since 1970, half-open.
    pub cut: Period,
    /// Every step that is not zero, as a count of 10^-24 US dollars.
    pub expected: BTreeMap<Entry, i128>,
    /// The descriptions of the lines that carry a wrong label or another price.
    pub affected_lines: Vec<String>,
}

/// An event that an ingest holds.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FedEvent {
    /// The event.
    pub event: TrueEvent,
    /// When the ingest first saw it, in milliseconds since 1970. A new price does not change it.
    pub first_seen_ms: i64,
}

/// A change of a day that had been taken for final. A late event has only an after, a withdrawn one only a before.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FeedChange {
    /// When the ingest saw it, in milliseconds since 1970.
    pub seen_ms: i64,
    /// The event as it was.
    pub before: Option<TrueEvent>,
    /// The event as it is.
    pub after: Option<TrueEvent>,
}

/// Returns a case that holds these discrepancies, each with an effect, and no others. Without any it has only what
/// every case has: usage outside the period, and rounding. The same arguments give the same case.
pub fn dispute(seed: u64, what: &[Discrepancy]) -> Dispute {
    let mut what = what.to_vec();
    what.sort_unstable();
    what.dedup();
    let mut case = Case::new(seed);
    // What the ingest lost is settled first, so that nothing else happens to it.
    if what.contains(&Discrepancy::Missing) {
        feed::lose(&mut case);
    }
    for discrepancy in &what {
        apply(&mut case, *discrepancy, &what);
    }
    settle::settle(case)
}

/// Applies one discrepancy; `all` are those of the case, for the one that looks at its neighbours.
fn apply(case: &mut Case, discrepancy: Discrepancy, all: &[Discrepancy]) {
    match discrepancy {
        Discrepancy::NonBilled => feed::non_billed(case),
        Discrepancy::UnknownKind => feed::unknown_kind(case),
        Discrepancy::OwnKey => feed::own_key(case),
        Discrepancy::CutOffStart => feed::cut_off_start(case),
        Discrepancy::CutOffEnd => feed::cut_off_end(case),
        Discrepancy::Late => feed::late(case),
        Discrepancy::Repriced => feed::reprice(case),
        Discrepancy::Withdrawn => feed::withdraw(case),
        Discrepancy::Missing => {}
        Discrepancy::Duplicated => feed::duplicate(case),
        Discrepancy::TokenFee => usage::leave_out_fee(case),
        Discrepancy::Discount => usage::discount(case),
        Discrepancy::Price => usage::other_price(case),
        Discrepancy::Relabelled => usage::relabel(case),
        Discrepancy::Seats => invoice::seats(case),
        Discrepancy::Proration => invoice::prorate(case),
        Discrepancy::AddOn => invoice::add_on(case),
        Discrepancy::Credit => invoice::credit(case),
        Discrepancy::Refund => invoice::refund(case),
        Discrepancy::Netting => invoice::cut_by_threshold(case),
        Discrepancy::Tax => invoice::tax(case),
        Discrepancy::Rounding => usage::round_otherwise(case, all),
        Discrepancy::Arithmetic => invoice::misadd(case),
    }
}
