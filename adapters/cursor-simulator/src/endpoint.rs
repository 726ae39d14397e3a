//! Groups of routes that faults and rate limits tell apart.

/// Which requests a fault counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Endpoint {
    /// `POST /teams/filtered-usage-events`.
    #[default]
    UsageEvents,
    /// `POST /teams/spend`.
    Spend,
    /// `GET /teams/members`.
    Members,
    /// `POST /teams/daily-usage-data`.
    DailyUsage,
    /// `GET /teams/groups` and below.
    BillingGroups,
    /// `GET /teams/directory-groups` and below.
    DirectoryGroups,
    /// `GET /teams/model-access` and below.
    ModelAccess,
    /// Every request, also one to an unknown path.
    Any,
}
