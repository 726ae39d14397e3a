//! What an event costs; the crate's front page has the table.
//!
//! The kind of an event decides which of its figures count; `isChargeable` never does. All arithmetic is on counts of
//! units in 128 bits, so that an amount of Cursor's keeps each of its digits.

use cost_model::money::ZeroWeights;
use cost_model::{Costs, Money};
use cursor_admin_client::endpoints::usage_events::EventKind;
use cursor_admin_client::{Cents, UsageEvent};

/// The figures an event states, in US dollars.
///
/// They are read once for each event, before its kind is looked at. Amounts are in units of [`Money`], every
/// digit kept.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Figures {
    /// `chargedCents`.
    pub(crate) charged: Option<Money>,
    /// `tokenUsage.totalCents`, before the discount and without the fee.
    pub(crate) model_cost: Option<Money>,
    /// `cursorTokenFee`, included in `charged`.
    pub(crate) fee: Option<Money>,
    /// `tokenUsage.totalCents` after `discountPercentOff`, plus the fee; absent without a model cost.
    discounted: Option<Money>,
    /// Whether tokens or request units were used, so that an amount not stated is unknown rather than nothing.
    used: bool,
}

impl Figures {
    /// Reads the figures of an event. An amount beyond the range of money counts as not stated.
    pub(crate) fn of<T>(event: &UsageEvent<T>) -> Self {
        let tokens = event.token_usage.as_ref();
        let model_cost = tokens.and_then(|tokens| tokens.total_cents).map(dollars);
        let fee = event.cursor_token_fee.map(dollars);
        let discount = tokens.and_then(|tokens| tokens.discount_percent_off).unwrap_or_default();
        let counts = tokens.map_or([0; 4], |tokens| {
            [tokens.input_tokens, tokens.output_tokens, tokens.cache_write_tokens, tokens.cache_read_tokens]
        });
        Self {
            charged: event.charged_cents.map(dollars),
            model_cost,
            fee,
            discounted: model_cost
                .and_then(|cost| discounted(cost, discount))
                .and_then(|cost| plus(cost, fee)),
            used: counts.iter().any(|count| *count > 0)
                || event.requests_costs.is_some_and(|requests| !requests.is_zero()),
        }
    }

    /// Returns the model cost and the fee before the discount, else what was charged.
    fn list(&self) -> Option<Money> {
        self.model_cost.and_then(|cost| plus(cost, self.fee)).or(self.charged)
    }
}

/// Returns the four amounts of an event; see the crate's front page for the table. The order of the checks matters: a
/// free Bugbot review costs nothing whatever its kind says.
///
/// What an event costs at list prices does not depend on its kind, but for those that cost nothing at all.
/// `derived` is set where an amount was worked out from others, and not stated.
pub(crate) fn costs(kind: &EventKind, free_bugbot: bool, figures: &Figures) -> Costs {
    if free_bugbot {
        return Costs::flat(Money::ZERO);
    }
    match kind {
        EventKind::UsageBased => {
            let amount = figures.charged.or(figures.discounted);
            with(amount, amount, figures.list(), figures.charged.is_none() && amount.is_some())
        }
        EventKind::Included { .. } => {
            match (
                // A charge of 0 counts as not stated where there is a model cost.
                figures.charged.filter(|charged| !charged.is_zero()),
                figures.model_cost.filter(|amount: &Money| *amount > Money::ZERO),
            ) {
                (Some(charged), _) => with(Some(Money::ZERO), Some(charged), figures.list(), false),
                (None, Some(_)) => with(Some(Money::ZERO), figures.discounted, figures.list(), true),
                (None, None) => {
                    let nothing =
                        figures.charged.or(figures.model_cost).or((!figures.used).then_some(Money::ZERO));
                    with(Some(Money::ZERO), nothing, figures.list().or(nothing), false)
                }
            }
        }
        // Where no fee is stated apart, as in exports, what was charged is the fee.
        EventKind::UserApiKey => Costs::flat(figures.fee.or(figures.charged).unwrap_or_default()),
        EventKind::Errored | EventKind::Aborted | EventKind::Free => Costs::flat(Money::ZERO),
        // Also a kind that a later client knows and this mapping does not: no invoice amount is claimed for it.
        _ => with(None, figures.charged, figures.list(), false),
    }
}

/// Makes costs of three amounts. Contracted is what was used at negotiated prices, so it always equals
/// effective here.
fn with(billed: Option<Money>, effective: Option<Money>, list: Option<Money>, derived: bool) -> Costs {
    let mut costs = Costs::absent();
    costs.billed = billed;
    costs.effective = effective;
    costs.contracted = effective;
    costs.list = list;
    costs.derived = derived;
    costs
}

/// Returns an amount of cents as money: one unit of [`Cents`], 10^-22 cent, is one unit of [`Money`] in US
/// dollars, 10^-24 dollar.
pub(crate) fn dollars(cents: Cents) -> Money {
    Money::from_units(cents.units())
}

/// Returns `cost` less `percent` per cent, to the nearest unit; `None` unless `percent` lies between 0 and
/// 100.
fn discounted(cost: Money, percent: rust_decimal::Decimal) -> Option<Money> {
    let one_percent = 10_u128.checked_pow(percent.scale())?;
    let whole = one_percent.checked_mul(100)?;
    let off = u128::try_from(percent.mantissa()).ok()?;
    let kept = whole.checked_sub(off)?;
    // Split rather than multiplied, so that what is kept and what is taken off are exactly the cost.
    cost.split(&[kept, off], ZeroWeights::Refuse).ok()?.first().copied()
}

/// Adds a fee, if there is one; `None` beyond the range of money.
fn plus(cost: Money, fee: Option<Money>) -> Option<Money> {
    cost.checked_add(fee.unwrap_or_default()).ok()
}
