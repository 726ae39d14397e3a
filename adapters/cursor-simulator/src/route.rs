//! The paths that are served, each with one method. All of them only read.

use http::Method;

use crate::behaviour::Era;
use crate::endpoint::Endpoint;

/// A path that is served, with the id that it names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Route<'a> {
    Members,
    Spend,
    UsageEvents,
    DailyUsage,
    BillingGroups,
    BillingGroup(&'a str),
    DirectoryGroups,
    DirectoryGroup(&'a str),
    DirectoryGroupMembers(&'a str),
    ModelConfiguration,
    ModelProviders,
}

impl<'a> Route<'a> {
    /// Returns the route of a path; `None` for any other. Ids are whatever stands between two slashes.
    pub(crate) fn of(path: &'a str) -> Option<Self> {
        let parts: Vec<_> = path.strip_prefix("/teams/")?.split('/').collect();
        Some(match *parts.as_slice() {
            ["members"] => Self::Members,
            ["spend"] => Self::Spend,
            ["filtered-usage-events"] => Self::UsageEvents,
            ["daily-usage-data"] => Self::DailyUsage,
            ["groups"] => Self::BillingGroups,
            ["groups", id] => Self::BillingGroup(id),
            ["directory-groups"] => Self::DirectoryGroups,
            ["directory-groups", id] => Self::DirectoryGroup(id),
            ["directory-groups", id, "members"] => Self::DirectoryGroupMembers(id),
            ["model-access", "configuration"] => Self::ModelConfiguration,
            ["model-access", "providers"] => Self::ModelProviders,
            _ => return None,
        })
    }

    /// Returns the group that faults and rate limits count it in.
    pub(crate) const fn endpoint(self) -> Endpoint {
        match self {
            Self::Members => Endpoint::Members,
            Self::Spend => Endpoint::Spend,
            Self::UsageEvents => Endpoint::UsageEvents,
            Self::DailyUsage => Endpoint::DailyUsage,
            Self::BillingGroups | Self::BillingGroup(_) => Endpoint::BillingGroups,
            Self::DirectoryGroups | Self::DirectoryGroup(_) | Self::DirectoryGroupMembers(_) => {
                Endpoint::DirectoryGroups
            }
            Self::ModelConfiguration | Self::ModelProviders => Endpoint::ModelAccess,
        }
    }

    /// Returns the first of the eras in which it existed.
    pub(crate) const fn since(self) -> Era {
        match self.endpoint() {
            Endpoint::BillingGroups => Era::February2026,
            Endpoint::DirectoryGroups | Endpoint::ModelAccess => Era::October2026,
            _ => Era::Year2025,
        }
    }

    /// Returns the one method that it has.
    pub(crate) const fn method(self) -> Method {
        match self {
            Self::Spend | Self::UsageEvents | Self::DailyUsage => Method::POST,
            _ => Method::GET,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_whole() {
        assert_eq!(Route::of("/teams/groups/group_web"), Some(Route::BillingGroup("group_web")));
        for path in
            ["/teams", "/teams/", "/teams/members/", "/members", "/teams/groups/a/members", "/teams/Spend"]
        {
            assert_eq!(Route::of(path), None, "{path}");
        }
    }
}
