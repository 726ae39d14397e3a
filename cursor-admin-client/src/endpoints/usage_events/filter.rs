//! Which usage events are asked for.

use std::fmt;
use std::fmt::Write as _;

/// Where an event's agent was hosted: the words of `hostingType` in
/// <https://cursor.com/docs/account/teams/admin-api>, which does not explain them further. Cursor refuses
/// any other word with a 400.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum HostingType {
    /// `CLOUD`
    Cloud,
    /// `SELF_HOSTED`
    SelfHosted,
    /// `SELF_HOSTED_POOL`
    SelfHostedPool,
    /// `SELF_HOSTED_MACHINE`
    SelfHostedMachine,
}

impl HostingType {
    /// The word that is sent.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Cloud => "CLOUD",
            Self::SelfHosted => "SELF_HOSTED",
            Self::SelfHostedPool => "SELF_HOSTED_POOL",
            Self::SelfHostedMachine => "SELF_HOSTED_MACHINE",
        }
    }
}

/// The filters of a question; an event must pass all that are set.
#[derive(Clone, Default)]
pub(crate) struct EventFilter {
    pub(crate) email: Option<String>,
    pub(crate) user_id: Option<u64>,
    pub(crate) service_account: Option<String>,
    pub(crate) cloud_agent: Option<String>,
    pub(crate) automation: Option<String>,
    pub(crate) hosting: Option<HostingType>,
}

impl EventFilter {
    fn texts(&self) -> [(&'static str, Option<&str>); 5] {
        [
            ("email", self.email.as_deref()),
            ("serviceAccountId", self.service_account.as_deref()),
            ("cloudAgentId", self.cloud_agent.as_deref()),
            ("automationId", self.automation.as_deref()),
            ("hostingType", self.hosting.map(HostingType::as_str)),
        ]
    }

    /// Adds them to a JSON object that has fields already.
    pub(crate) fn write(&self, body: &mut String) -> Option<()> {
        if let Some(number) = self.user_id {
            write!(body, r#","userId":{number}"#).ok()?;
        }
        for (name, text) in self.texts() {
            if let Some(text) = text {
                write!(body, r#","{name}":{}"#, serde_json::to_string(text).ok()?).ok()?;
            }
        }
        Some(())
    }
}

/// Says which filters are set, not to what.
impl fmt::Debug for EventFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let user = self.user_id.map(|_| "userId");
        let set = self.texts().into_iter().filter_map(|(name, text)| text.map(|_| name));
        f.debug_set().entries(user.into_iter().chain(set)).finish()
    }
}
