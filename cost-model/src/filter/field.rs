//! The fields that a filter may name.

use std::fmt;
use std::sync::Arc;

use crate::dimension::Dimension;
use crate::filter::test::Test;
use crate::money::{Metric, TokenType};

/// The field that a predicate tests.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Field {
    /// A text of the charge, or the value of one tag.
    Dimension(Dimension),
    /// `tags.name`: the key of any tag.
    TagName,
    /// `tags.value`: the value of any tag whose key passes the test `of`, which the nearest `tags.name` before it in the
    /// same AND-chain states; without one, of any tag.
    TagValue {
        /// The test on the key.
        of: Option<Arc<Test>>,
    },
    /// `(tags.name, tags.value)`: key and value of one tag together.
    TagPair,
    /// `costs.marketplace`: whether the charge came through a marketplace.
    Marketplace,
    /// `costs.effective`, `costs.billed`, `costs.list` or `costs.contracted`: an amount in the currency's major unit.
    Amount(Metric),
    /// `usage.tokens`, `usage.requests` and so on: a quantity used.
    Usage(Usage),
    /// `charged_at`: the instant of the charge.
    ChargedAt,
}

/// A quantity used that a filter may compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Usage {
    /// `usage.tokens`: all tokens together.
    Tokens,
    /// `usage.input`, `usage.output`, `usage.cache_write` or `usage.cache_read`.
    TokensOf(TokenType),
    /// `usage.requests`: request units.
    Requests,
}

/// What a field is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Number,
    Instant,
    Flag,
}

/// The fields behind `costs.` that are no dimensions. `costs.allocation` is not among them: it is a share, not a field.
const COSTS: [(&str, Field); 5] = [
    ("effective", Field::Amount(Metric::Effective)),
    ("billed", Field::Amount(Metric::Billed)),
    ("list", Field::Amount(Metric::List)),
    ("contracted", Field::Amount(Metric::Contracted)),
    ("marketplace", Field::Marketplace),
];

const USAGE: [(&str, Usage); 6] = [
    ("tokens", Usage::Tokens),
    ("input", Usage::TokensOf(TokenType::Input)),
    ("output", Usage::TokensOf(TokenType::Output)),
    ("cache_read", Usage::TokensOf(TokenType::CacheRead)),
    ("cache_write", Usage::TokensOf(TokenType::CacheWrite)),
    ("requests", Usage::Requests),
];

impl Field {
    /// Returns what `costs.<name>` names.
    pub(super) fn from_costs(name: &str) -> Option<Self> {
        let found = COSTS.iter().find(|(each, _)| each.eq_ignore_ascii_case(name));
        found
            .map(|(_, field)| field.clone())
            .or_else(|| Dimension::from_costs_field(name).map(Self::Dimension))
    }

    /// Returns what `usage.<name>` names.
    pub(super) fn from_usage(name: &str) -> Option<Self> {
        let found = USAGE.iter().find(|(each, _)| each.eq_ignore_ascii_case(name));
        found.map(|(_, usage)| Self::Usage(*usage))
    }

    /// Returns every name behind `costs.`.
    pub(super) fn costs_names() -> impl Iterator<Item = &'static str> + Clone {
        Dimension::costs_fields().chain(COSTS.iter().map(|(name, _)| *name)).chain(["allocation"])
    }

    /// Returns every name behind `usage.`.
    pub(super) fn usage_names() -> impl Iterator<Item = &'static str> + Clone {
        USAGE.iter().map(|(name, _)| *name)
    }

    /// Returns the dimension that the field is one of, or that its tag key is known to be.
    /// That is the case of `tags.value` beside a single `tags.name`.
    pub fn dimension(&self) -> Option<Dimension> {
        match self {
            Self::Dimension(dimension) => Some(dimension.clone()),
            Self::TagValue { of } => match of.as_deref()? {
                Test::Equals(key) => key.as_text().map(|key| Dimension::Tag(Arc::clone(key))),
                _ => None,
            },
            _ => None,
        }
    }

    /// Returns whether two charges with the same dimensions and tags may differ in it.
    /// A filter without such fields is decided once for each set of dimensions, not for each charge.
    pub fn is_per_charge(&self) -> bool {
        matches!(self, Self::Amount(_) | Self::Usage(_) | Self::ChargedAt)
    }

    pub(super) fn kind(&self) -> Kind {
        match self {
            Self::Dimension(_) | Self::TagName | Self::TagValue { .. } | Self::TagPair => Kind::Text,
            Self::Amount(_) | Self::Usage(_) => Kind::Number,
            Self::ChargedAt => Kind::Instant,
            Self::Marketplace => Kind::Flag,
        }
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dimension(dimension) => dimension.fmt(f),
            Self::TagName => f.write_str("tags.name"),
            Self::TagValue { .. } => f.write_str("tags.value"),
            Self::TagPair => f.write_str("(tags.name, tags.value)"),
            Self::Marketplace => f.write_str("costs.marketplace"),
            Self::Amount(metric) => write!(f, "costs.{metric}"),
            Self::Usage(usage) => {
                let name = USAGE.iter().find(|(_, each)| each == usage).map_or("", |(name, _)| name);
                write!(f, "usage.{name}")
            }
            Self::ChargedAt => f.write_str("charged_at"),
        }
    }
}
