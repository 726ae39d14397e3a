//! One usage event as the server holds it.

/// The four token counts of a call.
///
/// They do not overlap: `input` is what was neither read from the cache nor written to it, so that the sum is the
/// whole call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Tokens {
    /// Prompt tokens outside both caches.
    pub input: u64,
    /// Tokens that the model wrote.
    pub output: u64,
    /// Prompt tokens written to the cache.
    pub cache_write: u64,
    /// Prompt tokens read from the cache.
    pub cache_read: u64,
}

impl Tokens {
    /// Creates the counts: prompt tokens outside the caches, tokens that the model wrote, tokens written to the
    /// cache, tokens read from it.
    pub const fn new(input: u64, output: u64, cache_write: u64, cache_read: u64) -> Self {
        Self { input, output, cache_write, cache_read }
    }

    /// Returns all tokens together; `u64::MAX` if there are more.
    pub const fn total(&self) -> u64 {
        self.input
            .saturating_add(self.output)
            .saturating_add(self.cache_write)
            .saturating_add(self.cache_read)
    }

    /// Returns the sum of both for each type of token; a sum beyond `u64` stays at `u64::MAX`.
    pub(crate) const fn plus(self, other: Self) -> Self {
        Self {
            input: self.input.saturating_add(other.input),
            output: self.output.saturating_add(other.output),
            cache_write: self.cache_write.saturating_add(other.cache_write),
            cache_read: self.cache_read.saturating_add(other.cache_read),
        }
    }
}

/// One row of the truth: what the server sends of an event, and what it knows but withholds.
///
/// Every amount is a count of 10^-24 US dollars (see [`CENT`](crate::CENT) and [`DOLLAR`](crate::DOLLAR)) and means exactly
/// the digits that the server sends, float noise included. `None` means that the field is left out of the answer.
///
/// ```
/// use cursor_simulator::{CENT, TrueEvent};
///
/// let mut event = TrueEvent::new(1_789_378_200_000, "gpt-5.4", TrueEvent::INCLUDED);
/// event.charged = Some(7 * CENT);
/// assert_eq!((event.billed(), event.effective()), (Some(0), Some(7 * CENT)));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[expect(clippy::struct_excessive_bools, reason = "they are the flags of the row on the wire")]
pub struct TrueEvent {
    /// Milliseconds since 1970, sent as a string.
    pub timestamp_ms: i64,
    /// The email as the server sends it; `None` for removed people and for service accounts without one.
    pub email: Option<String>,
    /// Not sent: the person's email as the company writes it, even where `email` is withheld. `None` for service
    /// accounts.
    pub person: Option<String>,
    /// Not sent: the team that the person, or the owner of the service account, was in at that time.
    pub team: Option<String>,
    /// Not sent: the department of `team`.
    pub department: Option<String>,
    /// `sa_...`, for service accounts.
    pub service_account_id: Option<String>,
    /// The display name of the service account.
    pub service_account_name: Option<String>,
    /// `bc-` and a UUID, for cloud agents.
    pub cloud_agent_id: Option<String>,
    /// A UUID, for automations.
    pub automation_id: Option<String>,
    /// A UUID.
    pub conversation_id: Option<String>,
    /// The model id as sent.
    pub model: String,
    /// The kind label as sent, such as `Usage-based`.
    pub kind: String,
    /// Whether the call ran in max mode.
    pub max_mode: bool,
    /// Request units, as a count of 10^-24 units (see [`REQUEST`](crate::REQUEST)).
    pub requests: i128,
    /// Whether the call was charged by tokens.
    pub is_token_based: bool,
    /// What the server claims; like Cursor's own flag it is not reliable.
    pub is_chargeable: bool,
    /// Whether no client was connected.
    pub is_headless: bool,
    /// `isFreeBugbot`, which only the [older field sets](crate::Era) have.
    pub is_free_bugbot: bool,
    /// `tokenUsage`. All four counts 0 and no `model_cost` are sent as an empty object.
    pub tokens: Option<Tokens>,
    /// `totalCents`: the model's price before the discount, without the fee.
    pub model_cost: Option<i128>,
    /// `discountPercentOff`, whole percent.
    pub discount_percent: Option<u32>,
    /// `cursorTokenFee`; already inside `charged`.
    pub token_fee: Option<i128>,
    /// `chargedCents`.
    pub charged: Option<i128>,
}

impl TrueEvent {
    /// The kind label of a call that the next invoice bills.
    /// Its `chargedCents` are the whole charge, the token fee included.
    pub const USAGE_BASED: &'static str = "Usage-based";
    /// The kind label of a call that the plan includes.
    /// The plan's name is part of the label, so that other teams have others; all begin with `Included in `.
    /// `chargedCents` states the value used, and nothing of it is billed.
    pub const INCLUDED: &'static str = "Included in Business";
    /// The kind label of a call that failed.
    /// It costs nothing, even where the event states tokens.
    pub const ERRORED: &'static str = "Errored, Not Charged";
    /// The kind label of a call that the user stopped.
    /// It costs nothing, even where the event states tokens.
    pub const ABORTED: &'static str = "Aborted, Not Charged";
    /// The kind label of a call with the user's own provider key.
    /// The provider bills the tokens; Cursor bills at most its token fee.
    pub const OWN_KEY: &'static str = "User API Key";
    /// The kind label of a call that costs nothing.
    pub const FREE: &'static str = "Free";

    /// Creates an event without person, tokens and amounts; set the rest through the fields.
    ///
    /// The model and the kind are sent as they are, also those that no documentation names.
    pub fn new(timestamp_ms: i64, model: impl Into<String>, kind: impl Into<String>) -> Self {
        Self {
            timestamp_ms,
            email: None,
            person: None,
            team: None,
            department: None,
            service_account_id: None,
            service_account_name: None,
            cloud_agent_id: None,
            automation_id: None,
            conversation_id: None,
            model: model.into(),
            kind: kind.into(),
            max_mode: false,
            requests: 0,
            is_token_based: false,
            is_chargeable: false,
            is_headless: false,
            is_free_bugbot: false,
            tokens: None,
            model_cost: None,
            discount_percent: None,
            token_fee: None,
            charged: None,
        }
    }

    /// Returns what an invoice bills, in 10^-24 US dollars.
    ///
    /// That is the charge of usage-based calls, the token fee of calls with an own key, and 0 of every call that is
    /// included, free or failed. Where a usage-based event states no charge, it is the price after the discount and
    /// with the fee. `None` where neither is stated, and for kinds that nobody knows: whether they are billed cannot
    /// be said.
    pub fn billed(&self) -> Option<i128> {
        match self.class() {
            Class::OnDemand => self.charged.or_else(|| self.after_discount()),
            Class::Included | Class::Nothing => Some(0),
            Class::OwnKey => Some(self.fee()),
            Class::Unknown => None,
        }
    }

    /// Returns the value used, in 10^-24 US dollars, also where the plan includes it.
    ///
    /// It is what the amounts of a budget or of a chargeback are about. Of an included call it is the stated charge,
    /// or what its tokens would have cost; 0 only if it used nothing. Of an unknown kind it is the charge as stated.
    pub fn effective(&self) -> Option<i128> {
        match self.class() {
            Class::OnDemand | Class::OwnKey => self.billed(),
            Class::Included => self.value_used(),
            Class::Nothing => Some(0),
            Class::Unknown => self.charged,
        }
    }

    /// Returns the price before discounts, in 10^-24 US dollars.
    ///
    /// The token fee is in it, as no discount applies to the fee. It falls back on the charge where the event states
    /// no price of the model.
    pub fn list(&self) -> Option<i128> {
        match self.class() {
            Class::OnDemand | Class::Included | Class::Unknown => {
                self.model_cost.map(|cost| cost + self.fee()).or(self.charged)
            }
            Class::OwnKey => Some(self.fee()),
            Class::Nothing => Some(0),
        }
    }

    /// Returns the person, also where only the email is known; nobody for service accounts.
    pub(crate) fn whose(&self) -> Option<&str> {
        self.person.as_deref().or_else(|| self.email.as_deref().filter(|_| self.service_account_id.is_none()))
    }

    /// Returns the token fee; 0 where none is stated.
    fn fee(&self) -> i128 {
        self.token_fee.unwrap_or(0)
    }

    /// Returns what the tokens cost after the discount, with the fee; `None` without a stated price.
    fn after_discount(&self) -> Option<i128> {
        let kept = 100_i128.saturating_sub(i128::from(self.discount_percent.unwrap_or(0)));
        self.model_cost.map(|cost| cost * kept / 100 + self.fee())
    }

    /// Returns what an included call is worth: the stated charge, or, where the server states 0 or nothing in spite
    /// of a price, what its tokens would have cost.
    fn value_used(&self) -> Option<i128> {
        match self.charged {
            Some(charged) if charged != 0 => Some(charged),
            stated if self.model_cost.is_some_and(|cost| cost > 0) || stated.is_none() => {
                self.after_discount().or_else(|| (!self.has_usage()).then_some(0))
            }
            stated => stated,
        }
    }

    /// Returns whether the event used anything: request units, or tokens.
    fn has_usage(&self) -> bool {
        self.requests != 0 || self.tokens.is_some_and(|tokens| tokens.total() > 0)
    }

    /// Returns how amounts of the kind are read. Plans are told by the beginning of the label, since each has its
    /// own.
    fn class(&self) -> Class {
        match self.kind.as_str() {
            Self::USAGE_BASED => Class::OnDemand,
            Self::OWN_KEY => Class::OwnKey,
            Self::ERRORED | Self::ABORTED | Self::FREE => Class::Nothing,
            kind if kind.starts_with("Included in ") => Class::Included,
            _ => Class::Unknown,
        }
    }
}

/// What a kind means for amounts.
///
/// It is what `cursor-cost-source` reads from the kind, written down here once more, so that a test compares
/// two readings.
enum Class {
    OnDemand,
    Included,
    OwnKey,
    Nothing,
    Unknown,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::amount::CENT;

    fn priced(kind: &str, charged: Option<i128>) -> TrueEvent {
        let mut event = TrueEvent::new(0, "gpt-5.2", kind);
        event.tokens = Some(Tokens::new(1, 1, 1, 1));
        event.model_cost = Some(100 * CENT);
        event.discount_percent = Some(10);
        event.token_fee = Some(3 * CENT);
        event.charged = charged;
        event
    }

    fn amounts(event: &TrueEvent) -> [Option<i128>; 3] {
        [event.billed(), event.effective(), event.list()].map(|amount| amount.map(|units| units / CENT))
    }

    #[test]
    fn each_kind_has_its_own_amounts() {
        let charged = Some(93 * CENT);
        assert_eq!(amounts(&priced(TrueEvent::USAGE_BASED, charged)), [Some(93), Some(93), Some(103)]);
        assert_eq!(amounts(&priced(TrueEvent::INCLUDED, charged)), [Some(0), Some(93), Some(103)]);
        assert_eq!(amounts(&priced(TrueEvent::OWN_KEY, charged)), [Some(3), Some(3), Some(3)]);
        for kind in [TrueEvent::ERRORED, TrueEvent::ABORTED, TrueEvent::FREE] {
            assert_eq!(amounts(&priced(kind, charged)), [Some(0), Some(0), Some(0)]);
        }
        assert_eq!(amounts(&priced("Bonus", charged)), [None, Some(93), Some(103)]);
    }

    #[test]
    fn missing_charges_are_derived_or_absent() {
        assert_eq!(amounts(&priced(TrueEvent::USAGE_BASED, None)), [Some(93), Some(93), Some(103)]);
        assert_eq!(amounts(&priced(TrueEvent::INCLUDED, Some(0))), [Some(0), Some(93), Some(103)]);
        let mut bare = priced(TrueEvent::INCLUDED, None);
        bare.model_cost = None;
        assert_eq!(amounts(&bare), [Some(0), None, None]);
        bare.charged = Some(0);
        assert_eq!(amounts(&bare), [Some(0), Some(0), Some(0)]);
        bare.kind = TrueEvent::USAGE_BASED.to_owned();
        bare.charged = None;
        assert_eq!(amounts(&bare), [None, None, None]);
    }
}
