//! The paths that are served, each with one method. All of them only read.

use http::Method;

use crate::fault::Endpoint;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    Members,
    Spend,
    UsageEvents,
}

impl Route {
    pub(crate) fn of(path: &str) -> Option<Self> {
        let parts: Vec<_> = path.strip_prefix("/teams/")?.split('/').collect();
        Some(match *parts.as_slice() {
            ["members"] => Self::Members,
            ["spend"] => Self::Spend,
            ["filtered-usage-events"] => Self::UsageEvents,
            _ => return None,
        })
    }

    pub(crate) const fn endpoint(self) -> Endpoint {
        match self {
            Self::Members => Endpoint::Members,
            Self::Spend => Endpoint::Spend,
            Self::UsageEvents => Endpoint::UsageEvents,
        }
    }

    pub(crate) const fn method(self) -> Method {
        match self {
            Self::Spend | Self::UsageEvents => Method::POST,
            Self::Members => Method::GET,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_whole() {
        for path in
            ["/teams", "/teams/", "/teams/members/", "/members", "/teams/groups/a/members", "/teams/Spend"]
        {
            assert_eq!(Route::of(path), None, "{path}");
        }
    }
}
