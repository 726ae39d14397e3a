//! Filters of usage events.

use serde_json::Value;

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
    /// Returns the word that is sent.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Cloud => "CLOUD",
            Self::SelfHosted => "SELF_HOSTED",
            Self::SelfHostedPool => "SELF_HOSTED_POOL",
            Self::SelfHostedMachine => "SELF_HOSTED_MACHINE",
        }
    }
}

/// The filters of a question, by their names in the request; an event must pass all that are set.
///
/// `Debug` shows the names alone: values name people.
#[derive(Clone, Default)]
pub(crate) struct EventFilter(Vec<(&'static str, Value)>);

crate::redact::masked_debug!(EventFilter {
    names: |it| it.0.iter().map(|(name, _)| *name).collect::<Vec<_>>()
});

impl EventFilter {
    /// Sets a filter, in place of an earlier one of that name.
    pub(crate) fn set(&mut self, name: &'static str, value: impl Into<Value>) {
        self.0.retain(|(set, _)| *set != name);
        self.0.push((name, value.into()));
    }

    /// Returns them as the fields of a request.
    pub(crate) fn fields(&self) -> impl Iterator<Item = (&'static str, Value)> {
        self.0.iter().cloned()
    }
}
