//! The canonical form of an explanation's inputs: equal bytes for equal inputs, and for no others.
//!
//! A change here changes digests that people have signed: it needs a new version in [`Case::digest`](crate::Case::digest).
//!
//! Each field is written with its length or with a mark of whether it is there, so that fields cannot run into one
//! another. Whatever has no order of its own (charges of one instant, late charges) is sorted by its bytes, and
//! decimals are normalized; the rest is in the order of the case.

use chrono::FixedOffset;
use cost_model::digest::{Digest, Digester};
use cost_model::ledger::{LedgerRow, LedgerSet};
use cost_model::money::{Quantity, RequestUnits, TokenCounts, TokenType};
use cost_model::store::ConnectionId;
use cost_model::{Costs, Dimension, Dimensions, Ledger, Metric, Money, Timestamp, Window};

use crate::input::case::Case;
use crate::input::since_issue::SinceIssue;
use crate::model::billing_rules::BillingRules;
use crate::model::invoice::{Invoice, InvoiceLine, LineKind};

/// The likely offsets, in seconds, that all rules had before they could say otherwise. They are no part of version 2, so that
/// digests signed then still hold.
const PRESUMED_OFFSETS: [i32; 3] = [0, -8 * 3_600, -7 * 3_600];

/// Hands the bytes of everything that a case is explained from to a digester.
pub(super) fn case(case: &Case<'_>, digester: &mut Digester) {
    let mut fields = Fields::default();
    fields.invoice(case.invoice);
    fields.count(case.earlier.len());
    case.earlier.iter().for_each(|invoice| fields.invoice(invoice));
    fields.rules(case.rules);
    fields.optional(case.since_issue.map(|_| 1));
    if let Some(since) = case.since_issue {
        fields.since_issue(since);
    }
    fields.count(case.announced.len());
    for (window, charges) in &case.announced {
        fields.window(*window);
        fields.number(i128::from(*charges));
    }
    fields.money(Some(case.materiality.amount));
    fields.number(i128::from(case.materiality.share));
    let gaps = case.ledger.gaps(case.invoice.period);
    fields.count(gaps.len());
    for gap in gaps {
        fields.text(gap.connection.as_ref().map(ConnectionId::as_str));
        fields.window(gap.window);
        fields.text(Some(gap.state.name()));
    }
    digester.update(&fields.0);
    charges(case.ledger, case.invoice.window_of_charges(), digester);
}

/// Hands out the charges in order of time, those of one instant in the order of their bytes.
fn charges(ledger: &Ledger, window: Window, digester: &mut Digester) {
    let sets: Vec<Digest> = ledger.set_ids().filter_map(|id| ledger.set(id)).map(set_digest).collect();
    let mut same: Vec<Fields> = Vec::new();
    let mut at = None;
    for row in ledger.rows().filter(|row| window.contains(row.at)) {
        if at != Some(row.at) {
            take_all(&mut same, digester);
            at = Some(row.at);
        }
        let mut fields = Fields::default();
        fields.charge(&row, sets.get(row.set.index()));
        same.push(fields);
    }
    take_all(&mut same, digester);
}

/// Hands out the charges of one instant in the order of their bytes: the order of a ledger there is not part of its
/// content.
fn take_all(same: &mut Vec<Fields>, digester: &mut Digester) {
    same.sort_unstable();
    same.drain(..).for_each(|fields| digester.update(&fields.0));
}

/// Returns the digest of a set of dimensions: each set is hashed once, however many charges have it.
fn set_digest(set: LedgerSet<'_>) -> Digest {
    let mut fields = Fields::default();
    for dimension in Dimension::FIELDS {
        fields.text(set.get(&dimension).as_deref());
    }
    set.for_each_tag(&mut |key, value| {
        fields.text(Some(key));
        fields.text(Some(value));
    });
    Digest::of(&fields.0)
}

/// Fields one after the other, each with its length, so that no two lists of fields read the same.
#[derive(Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Fields(Vec<u8>);

impl Fields {
    /// Writes a number as 16 bytes, little-endian.
    fn number(&mut self, number: i128) {
        self.0.extend(number.to_le_bytes());
    }

    /// Writes an absent number differently from a zero.
    fn optional(&mut self, number: Option<i128>) {
        self.0.push(u8::from(number.is_some()));
        self.number(number.unwrap_or_default());
    }

    /// Writes a count, such as that of a list's entries.
    fn count(&mut self, count: usize) {
        self.optional(i128::try_from(count).ok());
    }

    /// Writes a text with its length; an absent one differs from an empty one.
    fn text(&mut self, text: Option<&str>) {
        self.optional(text.and_then(|text| i128::try_from(text.len()).ok()));
        self.0.extend(text.unwrap_or_default().bytes());
    }

    /// Writes an amount in units of 10^-24; an absent one differs from zero.
    fn money(&mut self, amount: Option<Money>) {
        self.optional(amount.map(Money::units));
    }

    /// Writes an instant in milliseconds since 1970.
    fn instant(&mut self, at: Timestamp) {
        self.number(i128::from(at.millis()));
    }

    /// Writes both ends of a span.
    fn window(&mut self, window: Window) {
        self.instant(window.start());
        self.instant(window.end());
    }

    /// Writes the count of each type of token, in a fixed order.
    fn tokens(&mut self, tokens: &TokenCounts) {
        for token_type in TokenType::ALL {
            self.number(i128::from(tokens.get(token_type).count()));
        }
    }

    /// Writes each cost, in a fixed order; absent ones differ from zero.
    fn costs(&mut self, costs: &Costs) {
        for metric in Metric::ALL {
            self.money(costs.get(metric));
        }
    }

    /// Writes a charge, with the digest of its dimensions.
    fn charge(&mut self, row: &LedgerRow, set: Option<&Digest>) {
        self.instant(row.at);
        self.0.extend(set.map_or(&[0; 32], Digest::as_bytes));
        self.costs(&row.costs);
        self.tokens(&row.tokens);
        self.optional(row.requests.map(RequestUnits::units));
        self.optional(row.quantity.map(Quantity::units));
        self.money(row.fee);
    }

    /// Writes the billing rules. Offsets are written only where they are not the presumed ones.
    fn rules(&mut self, rules: &BillingRules) {
        // Taken to pieces, so that the compiler asks about a new field.
        let BillingRules { on_demand, own_key, model, mode, user, line_decimals, likely_offsets } = rules;
        let dimensions = [Some(model), mode.as_ref(), Some(user)];
        let dimensions = dimensions.map(|dimension| dimension.map(ToString::to_string));
        for text in [on_demand, own_key].map(|filter| Some(filter.to_string())).into_iter().chain(dimensions)
        {
            self.text(text.as_deref());
        }
        self.number(i128::from(*line_decimals));
        // Version 2 had no offsets: writing the presumed ones would change digests that were signed by it.
        if !likely_offsets.iter().map(FixedOffset::local_minus_utc).eq(PRESUMED_OFFSETS) {
            self.text(Some("likely offsets"));
            self.count(likely_offsets.len());
            for offset in likely_offsets {
                self.number(i128::from(offset.local_minus_utc()));
            }
        }
    }

    /// Writes what became known after the issue.
    fn since_issue(&mut self, since: &SinceIssue) {
        // Late charges come in the order of a scan; the order of changes says which one was the last.
        let mut late: Vec<Self> = Vec::new();
        for charge in since.late() {
            let mut fields = Self::default();
            fields.instant(charge.at);
            fields.costs(&charge.costs);
            late.push(fields);
        }
        late.sort_unstable();
        self.count(late.len());
        for fields in late {
            self.0.extend(fields.0);
        }
        let changed = since.changed();
        self.count(changed.len());
        for change in changed {
            self.instant(change.at);
            self.costs(&change.old.unwrap_or_default());
            self.optional(change.new.map(|_| 1));
            self.costs(&change.new.unwrap_or_default());
        }
    }

    /// Writes an invoice with its lines and remarks, in their order.
    fn invoice(&mut self, invoice: &Invoice) {
        self.text(Some(&invoice.number));
        self.window(invoice.period);
        self.text(Some(invoice.currency.code()));
        self.optional(invoice.issued.map(|at| i128::from(at.millis())));
        self.money(invoice.stated_total);
        self.count(invoice.lines.len());
        invoice.lines.iter().for_each(|line| self.line(line));
        self.count(invoice.remarks.len());
        for remark in &invoice.remarks {
            self.number(i128::from(remark.line));
            self.text(Some(&remark.text));
        }
    }

    /// Writes a line with the meaning of its words, so that a reader that understands them differently changes the
    /// digest.
    fn line(&mut self, line: &InvoiceLine) {
        self.number(i128::from(line.line));
        self.text(Some(&line.description));
        self.text(line.quantity.map(|quantity| quantity.normalize().to_string()).as_deref());
        self.money(line.unit_price);
        self.money(Some(line.amount));
        self.money(line.wording.amount);
        self.money(line.wording.unit_price);
        self.text(line.wording.rate.map(|rate| rate.normalize().to_string()).as_deref());
        self.optional(Some(i128::from(line.wording.partial)));
        self.text(Some(kind_name(line.kind())));
        if let LineKind::Usage(about) = line.kind() {
            self.text(about.model.as_deref());
            self.optional(about.mode.map(i128::from));
            self.text(about.user.as_deref());
            self.text(about.day.map(|day| day.to_string()).as_deref());
            self.optional(about.calls.map(i128::from));
            self.optional(about.requests.map(i128::from));
            self.optional(about.tokens.map(|_| 1));
            self.tokens(&about.tokens.unwrap_or_default());
        }
    }
}

/// Returns the name of a kind of line. These names are part of signed digests and must not change.
fn kind_name(kind: &LineKind) -> &'static str {
    match kind {
        LineKind::Usage(_) => "usage",
        LineKind::TokenFee => "token fee",
        LineKind::OwnKeyFees => "own-key fees",
        LineKind::Seats => "seats",
        LineKind::Proration => "proration",
        LineKind::AddOn => "add-on",
        LineKind::Commitment => "commitment",
        LineKind::Surcharge => "surcharge",
        LineKind::Allowance => "allowance",
        LineKind::Drawdown => "drawdown",
        LineKind::Discount => "discount",
        LineKind::Credit => "credit",
        LineKind::Refund => "refund",
        LineKind::Netting => "netting",
        LineKind::Tax => "tax",
        LineKind::Unrecognised => "unrecognised",
    }
}
