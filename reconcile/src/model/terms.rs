//! Terms of an invoice: what its usage lines leave out, and how they are rounded.

use cost_model::{Money, Rounding};
use serde::{Deserialize, Serialize};

/// The terms of usage lines: the fees and the discount by which they bill less than the charges.
///
/// No invoice states them: they are those that make the most lines right. With the default, lines bill what the
/// charges cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Terms {
    /// The provider's fees on tokens are not in the lines.
    pub without_fees: bool,
    /// A discount on every line, in hundredths of a percent.
    pub discount: u32,
    /// The discount is taken from the fees as well.
    pub discount_on_fees: bool,
}

/// The whole in hundredths of a percent, the unit of discounts.
pub(crate) const WHOLE: i128 = 10_000;

impl Terms {
    /// Returns what is billed of charges and the fees in them; `None` where it leaves the range of money.
    ///
    /// The amount is not rounded to the last digit of a line: that follows, by a rounding policy.
    pub(crate) fn apply(self, billed: Money, fee: Money) -> Option<Money> {
        if self == Self::default() {
            return Some(billed);
        }
        let rest = billed.checked_sub(fee).ok()?;
        let (base, kept) = match (self.without_fees, self.discount_on_fees) {
            (true, _) => (rest, Money::ZERO),
            (false, true) => (billed, Money::ZERO),
            (false, false) => (rest, fee),
        };
        let share = WHOLE.checked_sub(i128::from(self.discount))?;
        let base = base.units().checked_mul(share)?.checked_div(WHOLE)?;
        Money::from_units(base).checked_add(kept).ok()
    }
}

/// A policy of rounding: what is rounded, and in which direction.
///
/// ```
/// # use cost_model::{CostRecord, Costs, Currency, Filter, Ledger, Timestamp, Window};
/// # use reconcile::invoice::{InvoiceLine, LineKind, UsageLine};
/// # use reconcile::{BillingRules, Case, Invoice};
/// # let filter = |kind: &str| Filter::parse(&format!("costs.subcategory = '{kind}'"));
/// # let rules = BillingRules::new(filter("On-demand")?, filter("Own key")?);
/// # let september = Window::days("2026-09-01".parse()?, "2026-10-01".parse()?)?;
/// # let at = Timestamp::midnight("2026-09-20".parse()?);
/// # let mut charge = CostRecord::new(at, "acme", Currency::USD, Costs::flat("0.6175".parse()?));
/// # charge.edit(|set| set.subcategory = Some("On-demand".into()));
/// # charge.edit(|set| set.service_id = Some("model-a".into()));
/// # let mut ledger = Ledger::builder(Currency::USD);
/// # ledger.push(&charge)?;
/// # let ledger = ledger.build();
/// # let mut invoice = Invoice::new("INV-7", september, Currency::USD);
/// # let usage = LineKind::Usage(UsageLine::of_model("model-a"));
/// # invoice.lines.push(InvoiceLine::new(1, "Usage of model-a", "0.62".parse()?, usage));
/// # invoice.lines.push(InvoiceLine::new(2, "Tax", "0.05".parse()?, LineKind::Tax));
/// let bridge = Case::new(&ledger, &invoice, &rules).explain()?.reconciliation;
/// assert_eq!(bridge.rounding[0].label(), "each line half-up");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RoundingPolicy {
    /// The unit that is rounded.
    pub unit: RoundingUnit,
    /// The direction: `half-up`, `half-even`, `floor` or `ceil`.
    #[serde(with = "rounding_name")]
    pub rounding: Rounding,
}

/// The unit that an invoice rounds.
///
/// The smaller the unit, the further the billed sum may be from the exact one: up to a last digit for each charge,
/// for each line, or once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RoundingUnit {
    /// Each line, once its charges are added up.
    Line,
    /// Each charge, before it is added to its line.
    Charge,
    /// The sum of the usage lines, which show amounts that are off by less than the last digit.
    Invoice,
}

impl RoundingPolicy {
    /// Returns the policy in words, such as `each line half-up`.
    /// Steps of [`Category::Rounding`](crate::Category::Rounding) name it in their rule.
    pub fn label(self) -> String {
        let unit = match self.unit {
            RoundingUnit::Line => "each line",
            RoundingUnit::Charge => "each charge",
            RoundingUnit::Invoice => "the sum of the lines",
        };
        format!("{unit} {}", self.rounding.name())
    }
}

/// Serialises a way of rounding by its name, which is what reports show.
mod rounding_name {
    use cost_model::Rounding;
    use serde::{Deserialize, Deserializer, Serializer, de};

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde asks for")]
    pub(super) fn serialize<S: Serializer>(rounding: &Rounding, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(rounding.name())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Rounding, D::Error> {
        let name = String::deserialize(deserializer)?;
        let known = Rounding::ALL.into_iter().find(|rounding| rounding.name() == name);
        known.ok_or_else(|| de::Error::custom(format!("`{name}` is not a way of rounding")))
    }
}
