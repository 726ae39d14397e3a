//! Dimensions: the fields of a charge that filters and groupings name.
//!
//! The canonical names are those of Vantage's VQL, so that a filter can be taken from one to the other;
//! FOCUS's names are in ARCHITECTURE.md. What can be a dimension is closed: a new one needs a field in
//! [`DimensionFields`](crate::record::DimensionFields), a place in [`Dimension::FIELDS`] and a decision
//! whether it tells charges apart.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use crate::money::{Costs, RequestUnits, TokenCounts};
use crate::time::Timestamp;

/// A field of a charge that filters and groupings may name.
///
/// In text a dimension is its filter field, such as `costs.service`, `tags['cursor:model']` or `vtag.Team`.
///
/// `Display` and `FromStr` use that text; `team` alone is an error, since a virtual tag is written `vtag.Team`.
///
/// ```
/// use cost_model::Dimension;
///
/// let service: Dimension = "costs.service".parse()?;
/// assert_eq!(service, Dimension::Service);
/// let team: Dimension = "vtag.Team".parse()?;
/// assert_eq!(team, Dimension::VirtualTag("Team".into()));
/// assert_eq!(team.heading(), "Team");
/// assert!("team".parse::<Dimension>().is_err());
/// # Ok::<(), cost_model::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Dimension {
    /// The provider that charges: `costs.provider`.
    Provider,
    /// The payer account: `costs.provider_account_id`.
    BillingAccount,
    /// The name given to the connection: `costs.account_id`.
    Account,
    /// The service that was used, by its display name: `costs.service`. A filter on it matches [`Dimension::ServiceId`] too.
    Service,
    /// The provider's own id of the service, as sent: `costs.service_id`.
    ServiceId,
    /// A coarse class of the usage: `costs.category`.
    Category,
    /// A finer class of the usage, such as `Usage-based`: `costs.subcategory`.
    Subcategory,
    /// The user, machine or thing that caused the charge: `costs.resource_id`.
    Resource,
    /// Usage, Tax, Credit and so on: `costs.charge_type`.
    ChargeType,
    /// The region of the usage: `costs.region`.
    Region,
    /// The unit that usage is counted in: `costs.usage_unit`.
    UsageUnit,
    /// The tag of that key: `tags['key']`. In a report, a virtual tag of the same key takes precedence over the provider's.
    Tag(Arc<str>),
    /// The virtual tag of that key: `vtag.Key`.
    VirtualTag(Arc<str>),
    /// Whether there is any tag: `tagged` or `untagged`. For grouping only.
    Tagged,
    /// The purpose of a part of a charge: a type of token, `fee`, `request` or `unpriced`. For grouping only; amounts by
    /// token type are estimates by a [`PriceBook`](crate::money::PriceBook), counts are exact.
    TokenType,
}

/// Every field spelling that the filter language accepts, the first of a dimension being the canonical one.
const SPELLINGS: [(&str, Dimension); 19] = [
    ("provider", Dimension::Provider),
    ("provider_account_id", Dimension::BillingAccount),
    ("billing_account_id", Dimension::BillingAccount),
    ("account_id", Dimension::Account),
    ("account", Dimension::Account),
    ("service", Dimension::Service),
    ("service_id", Dimension::ServiceId),
    ("category", Dimension::Category),
    ("cost_category", Dimension::Category),
    ("subcategory", Dimension::Subcategory),
    ("cost_subcategory", Dimension::Subcategory),
    ("cost_sub_category", Dimension::Subcategory),
    ("resource_id", Dimension::Resource),
    ("resource", Dimension::Resource),
    ("charge_type", Dimension::ChargeType),
    ("cost_type", Dimension::ChargeType),
    ("region", Dimension::Region),
    ("usage_unit", Dimension::UsageUnit),
    ("unit", Dimension::UsageUnit),
];

impl Dimension {
    /// The dimensions that every charge has a field for, in the order in which digests and ledgers list them. Tags are not
    /// among them.
    pub const FIELDS: [Self; 11] = [
        Self::Provider,
        Self::BillingAccount,
        Self::Account,
        Self::Service,
        Self::ServiceId,
        Self::Category,
        Self::Subcategory,
        Self::Resource,
        Self::ChargeType,
        Self::Region,
        Self::UsageUnit,
    ];

    /// Makes the dimension that `costs.<name>` names.
    pub(crate) fn from_costs_field(name: &str) -> Option<Self> {
        let lower = name.to_ascii_lowercase();
        SPELLINGS.iter().find(|(field, _)| *field == lower).map(|(_, dimension)| dimension.clone())
    }

    /// Returns the canonical names behind `costs.`.
    pub(crate) fn costs_fields() -> impl Iterator<Item = &'static str> + Clone {
        SPELLINGS.iter().map(|(field, _)| *field)
    }

    /// Returns a column heading, such as `subcategory` or the tag's key.
    pub fn heading(&self) -> &str {
        match self {
            Self::Tag(key) | Self::VirtualTag(key) => key,
            Self::Tagged => "tagged",
            Self::TokenType => "token_type",
            _ => SPELLINGS.iter().find(|(_, dimension)| dimension == self).map_or("", |(field, _)| field),
        }
    }
}

impl fmt::Display for Dimension {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tag(key) => write!(f, "tags['{}']", key.replace('\'', "''")),
            Self::VirtualTag(key) if is_plain(key) => write!(f, "vtag.{key}"),
            Self::VirtualTag(key) => write!(f, "vtag['{}']", key.replace('\'', "''")),
            Self::Tagged => f.write_str("tags.tagged"),
            Self::TokenType => f.write_str("usage.token_type"),
            _ => write!(f, "costs.{}", self.heading()),
        }
    }
}

fn is_plain(key: &str) -> bool {
    let mut characters = key.chars();
    characters.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && characters.all(|each| each.is_ascii_alphanumeric() || each == '_')
}

/// Something with dimensions: a record, a ledger row, or any caller's own type.
///
/// ```
/// use std::borrow::Cow;
/// use cost_model::{Dimension, Dimensions, Filter};
///
/// struct Invoice<'a> { service: &'a str }
/// impl Dimensions for Invoice<'_> {
///     fn get(&self, dimension: &Dimension) -> Option<Cow<'_, str>> {
///         (*dimension == Dimension::Service).then_some(Cow::Borrowed(self.service))
///     }
///     fn for_each_tag(&self, _: &mut dyn FnMut(&str, &str)) {}
/// }
/// assert!(Filter::parse("costs.service = 'Auto'")?.matches(&Invoice { service: "Auto" }));
/// # Ok::<(), cost_model::Error>(())
/// ```
pub trait Dimensions {
    /// Returns the value of a dimension, if there is one. Tags are dimensions too.
    ///
    /// `None` means that the charge has no value, which filters test with `= NULL` and reports show as a
    /// group without a key. An empty text is a value.
    fn get(&self, dimension: &Dimension) -> Option<Cow<'_, str>>;

    /// Calls `visit` with the key and value of every tag.
    fn for_each_tag(&self, visit: &mut dyn FnMut(&str, &str));

    /// Returns the value of the tag of that key.
    ///
    /// By default it goes through all tags; a type that can look a key up should do so.
    fn tag(&self, key: &str) -> Option<Cow<'_, str>> {
        let mut found = None;
        self.for_each_tag(&mut |tag, value| {
            if tag == key {
                found = Some(Cow::Owned(value.to_owned()));
            }
        });
        found
    }

    /// Returns when the charge arose, for filters on `charged_at`; `None`, as by default, where it is not known.
    fn at(&self) -> Option<Timestamp> {
        None
    }

    /// Returns the amounts, for filters on `costs.effective`, `costs.billed` and so on; by default none are known.
    fn costs(&self) -> Option<Costs> {
        None
    }

    /// Returns the tokens used, for filters on `usage.tokens`, `usage.input` and so on; by default none are known.
    fn tokens(&self) -> Option<TokenCounts> {
        None
    }

    /// Returns the request units used, for filters on `usage.requests`; by default none are known.
    fn requests(&self) -> Option<RequestUnits> {
        None
    }

    /// Returns whether the charge came through a marketplace, for filters on `costs.marketplace`; by default not known.
    fn marketplace(&self) -> Option<bool> {
        None
    }
}
