//! How the server answers, where real servers differ or where nobody knows.
//!
//! Each type is one open question about Cursor's API: what its pages document, what recorded answers show,
//! and what a client has to expect because nobody says. The defaults are what the newest pages document.

pub use crate::amount::Notation;
pub use crate::rate_limit::{RateLimits, Throttling};

/// Which fields the answers have.
///
/// Source: versions of <https://cursor.com/docs/account/teams/admin-api> over time, and answers that public clients
/// recorded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Era {
    /// Mid-2025, the first version: `kindLabel` instead of `kind`, `isFreeBugbot`, no `chargedCents`, no token fee, no
    /// ids of people, no groups.
    Year2025,
    /// February 2026: `kind`, `chargedCents`, `cursorTokenFee`, `isChargeable`, `isHeadless` and `discountPercentOff`
    /// came, `isFreeBugbot` is still there, people have numeric ids, and billing groups are new.
    February2026,
    /// October 2026: service accounts, cloud agents, automations and conversations have ids in events; directory groups
    /// and model access are new.
    #[default]
    October2026,
}

/// The words for the kind of an event.
///
/// The documentation gives labels without saying that the list is closed, so that a client has to take any text as a
/// kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum KindWords {
    /// `Usage-based`, `Included in Business`, ...: the documented labels.
    #[default]
    Labels,
    /// `USAGE_EVENT_KIND_USAGE_BASED`, ...: the names of Cursor's own enum, as some clients have recorded them. A label
    /// that has no such name is sent as it is.
    EnumNames,
}

/// The form of people's ids.
///
/// The ids of members, spend rows and groups are from one space. They were numbers until about mid-2026, and the page
/// of the first version had none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Ids {
    /// `user_` and text.
    #[default]
    Text,
    /// JSON numbers; then usage events take the filter `userId` too.
    Numbers,
}

/// The form of an event's `timestamp`.
///
/// All forms say the same millisecond.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Timestamps {
    /// Epoch milliseconds in a string, as documented.
    #[default]
    Text,
    /// Epoch milliseconds as a JSON number.
    Number,
    /// RFC 3339 with milliseconds and `Z`.
    Rfc3339,
}

/// The order of usage events.
///
/// It is not documented. A client that reads page after page while events arrive sees rows shift either way, and one
/// that trusts an order loses or doubles some.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Order {
    /// As in every recorded answer.
    #[default]
    NewestFirst,
    /// The reverse.
    OldestFirst,
    /// One random order of all rows that a request finds, the same for every page as long as their number stays.
    Shuffled {
        /// Another seed is another order.
        seed: u64,
    },
}

/// What `spendCents` of `/teams/spend` means.
///
/// The documentation and recorded answers disagree, and an answer does not say which one it follows: only the sum of
/// a person's events tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum SpendMeaning {
    /// What kind `Usage-based` charged; `overallSpendCents` beside it is what all kinds charged. Documented.
    #[default]
    OnDemand,
    /// What all kinds charged; `includedSpendCents` beside it is the part that is not on demand, and there is no
    /// `overallSpendCents`. Recorded in February 2026.
    Total,
    /// The included part alone, without another amount beside it: the meaning that the Organization API documents.
    Pool,
}

/// The span of `/teams/spend`.
///
/// The answer states `subscriptionCycleStart` whichever it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum SpendPeriod {
    /// From the start of the current billing cycle.
    #[default]
    Cycle,
    /// From the first of the current month, UTC; documented until November 2025.
    Month,
}

/// What happens to a page size above the largest.
///
/// Other endpoints document a refusal, usage events nothing. A client that asks for too much and counts on what it
/// asked for takes a short page for the last one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Oversize {
    /// It is cut to the largest.
    #[default]
    Clamp,
    /// 400.
    Refuse,
}

/// The team's plan.
///
/// The overview marks the Admin API as one for Enterprise teams, while usage, spend and members have been read by
/// teams on other plans; only groups are refused here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Plan {
    /// Everything answers.
    #[default]
    Enterprise,
    /// Billing groups answer 403, `Enterprise access required`.
    Teams,
}

/// What the key may do. A missing scope is answered with 401, not 403.
///
/// Source: <https://cursor.com/docs/api>.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Scope {
    /// `admin:*`.
    #[default]
    Admin,
    /// `read:*`: everything but model access.
    ReadOnly,
    /// `models:read`: model access and nothing else.
    Models,
}

/// How the server answers. The default is October 2026, as documented, without rate limits.
///
/// Set it with [`SimulatorBuilder::behaviour`](crate::SimulatorBuilder::behaviour), or change it while the server runs
/// with [`Simulator::adjust`](crate::Simulator::adjust). No switch changes the data or the truth.
///
/// ```
/// use cursor_simulator::{Behaviour, Era, Simulator};
///
/// let simulator = Simulator::demo();
/// simulator.adjust(|behaviour| *behaviour = Behaviour::of(Era::February2026));
/// assert_eq!(simulator.behaviour().era, Era::February2026);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Behaviour {
    /// Which fields the answers have.
    pub era: Era,
    /// The words for the kind of an event.
    pub kinds: KindWords,
    /// The form of people's ids, in the eras that have them.
    pub ids: Ids,
    /// The form of an event's `timestamp`.
    pub timestamps: Timestamps,
    /// How numbers far below 1 are written.
    pub notation: Notation,
    /// Whether the rows of usage events stand under `usageEventsDisplay` instead of `usageEvents`, as in Cursor's
    /// dashboard and in a recorded answer of the Admin API.
    pub display_list: bool,
    /// The order of usage events.
    pub order: Order,
    /// What `spendCents` of `/teams/spend` means.
    pub spend: SpendMeaning,
    /// The span of `/teams/spend`.
    pub spend_period: SpendPeriod,
    /// Whether amounts of `/teams/spend` are whole cents, as until 4 June 2026.
    pub whole_cents: bool,
    /// Rows per page of usage events where a request does not say: 100, and 10 until spring 2026. Not below 1.
    pub usual_page: u32,
    /// The largest page of usage events: 1000. Not below 1.
    pub largest_page: u32,
    /// What happens to a page size above it.
    pub oversize: Oversize,
    /// `numPages` of usage events where nothing was found. Not documented.
    pub pages_of_nothing: u32,
    /// Whether a page behind the last is refused with 400 instead of being empty. Not documented.
    pub refuse_past_end: bool,
    /// The longest span of `/teams/daily-usage-data` in days: 30, and 90 until autumn 2025. A longer one is a 400.
    pub daily_span_days: u32,
    /// The team's plan.
    pub plan: Plan,
    /// What the key may do.
    pub scope: Scope,
    /// How many requests per minute are answered; `None` answers all.
    pub rate_limits: Option<RateLimits>,
}

impl Behaviour {
    /// Returns everything as it was in an era, except that rates are not limited.
    ///
    /// Set single fields afterwards for mixtures, such as the newest fields with numeric ids. Rates stay unlimited so
    /// that a test does not have to move the clock; see [`RateLimits`].
    pub const fn of(era: Era) -> Self {
        let now = Self {
            era,
            kinds: KindWords::Labels,
            ids: Ids::Text,
            timestamps: Timestamps::Text,
            notation: Notation::JavaScript,
            display_list: false,
            order: Order::NewestFirst,
            spend: SpendMeaning::OnDemand,
            spend_period: SpendPeriod::Cycle,
            whole_cents: false,
            usual_page: 100,
            largest_page: 1000,
            oversize: Oversize::Clamp,
            pages_of_nothing: 0,
            refuse_past_end: false,
            daily_span_days: 30,
            plan: Plan::Enterprise,
            scope: Scope::Admin,
            rate_limits: None,
        };
        let older = Self { ids: Ids::Numbers, whole_cents: true, usual_page: 10, ..now };
        match era {
            Era::October2026 => now,
            Era::February2026 => Self { spend: SpendMeaning::Total, ..older },
            Era::Year2025 => Self { spend_period: SpendPeriod::Month, daily_span_days: 90, ..older },
        }
    }
}

impl Default for Behaviour {
    fn default() -> Self {
        Self::of(Era::default())
    }
}
