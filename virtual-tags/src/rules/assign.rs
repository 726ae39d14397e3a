//! The value that a rule assigns, or the shares of several values.
//!
//! Each source of a value may have none for a charge. The rule then does not match, and the next one is
//! asked: so a list of rules can say "the team of the directory, else the repository's owner".

use std::collections::BTreeMap;
use std::sync::Arc;

use cost_model::Dimension;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::rules::as_text;

/// The value, or the shares of several values, that a rule gives to the charges that it matches. `Debug` leaves out the
/// values, which may name a person.
///
/// ```
/// use cost_model::Dimension;
/// use virtual_tags::rules::{FromDirectory, FromField, Split, SplitPeriod};
/// use virtual_tags::{Assign, Rule};
///
/// let assigns = [
///     Assign::Value("Web".into()),
///     Assign::FromDirectory(FromDirectory::new("team")),
///     Assign::FromField(FromField::new(Dimension::Account)),
///     Assign::Split(Split::Weights(vec![("Web".into(), 3), ("Data".into(), 1)])),
///     Assign::Split(Split::Cost { key: "Team".into(), per: SplitPeriod::Month, within: None }),
/// ];
/// assert!(assigns.map(Rule::new).iter().all(|rule| rule.when.is_none()));
/// ```
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Assign {
    /// One value.
    Value(Arc<str>),
    /// A fact about the charge's person at the time of the charge. Where the directory has none, the rule does not match.
    FromDirectory(FromDirectory),
    /// The value of a field of the charge. Where the charge has none, the rule does not match.
    FromField(FromField),
    /// Shares of several values, which sum to the charge exactly.
    Split(Split),
}

cost_model::masked_debug!(Assign = Value | FromDirectory | FromField | Split);

/// A value taken from a column of the directory.
///
/// ```
/// use virtual_tags::rules::{FromDirectory, Transform};
///
/// let mut team = FromDirectory::new("team");
/// team.transforms.push(Transform::Lower);
/// assert_eq!(&*team.fact, "team");
/// ```
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FromDirectory {
    /// The name of the column.
    pub fact: Arc<str>,
    /// The changes of the text, applied one after the other.
    pub transforms: Vec<Transform>,
}

cost_model::masked_debug!(FromDirectory { fact });

impl FromDirectory {
    /// Takes the text of a column unchanged.
    pub fn new(fact: impl Into<Arc<str>>) -> Self {
        Self { fact: fact.into(), transforms: Vec::new() }
    }
}

/// A value taken from a field of the charge, which may be another virtual tag.
/// A charge without the field is left to the next rule.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FromField {
    /// The field.
    #[serde(with = "as_text")]
    pub field: Dimension,
    /// The changes of the text, applied one after the other.
    pub transforms: Vec<Transform>,
}

cost_model::masked_debug!(FromField { field });

impl FromField {
    /// Takes the text of a field unchanged.
    pub fn new(field: Dimension) -> Self {
        Self { field, transforms: Vec::new() }
    }
}

/// A change of a text, applied in the order of the list.
///
/// Where it leaves nothing, the rule does not match. `Debug` leaves out the texts of a map.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Transform {
    /// Turns it into lower case.
    Lower,
    /// One of the parts between delimiters, counted from 0; without such a part, nothing.
    Split {
        /// The text between the parts.
        delimiter: Arc<str>,
        /// The number of the part, counted from 0.
        index: usize,
    },
    /// Replaces it by the entry of a map; nothing, if the map has none for it.
    Map(BTreeMap<Arc<str>, Arc<str>>),
    /// Puts it into a template in place of `{0}`.
    Format(Arc<str>),
}

cost_model::masked_debug!(Transform = Lower | Split | Map | Format);

/// Applies every transform; `None` if nothing is left.
///
/// Blanks alone count as nothing, but blanks around a value stay.
pub(crate) fn transformed(transforms: &[Transform], text: &str) -> Option<String> {
    let text = transforms.iter().try_fold(text.to_owned(), |text, each| each.apply(&text))?;
    Some(text).filter(|text| !text.trim().is_empty())
}

impl Transform {
    /// Returns the text after this change; `None` where a part or an entry is missing.
    fn apply(&self, text: &str) -> Option<String> {
        match self {
            Self::Lower => Some(text.to_lowercase()),
            Self::Split { delimiter, index } => text.split(&**delimiter).nth(*index).map(str::to_owned),
            Self::Map(map) => map.get(text).map(ToString::to_string),
            Self::Format(template) => Some(template.replace("{0}", text)),
        }
    }
}

/// A way to divide a charge among several values.
///
/// The parts add up to the charge in every digit. `Debug` leaves out the values.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Split {
    /// Equal shares.
    Even(Vec<Arc<str>>),
    /// Shares in proportion to whole numbers.
    Weights(Vec<(Arc<str>, u64)>),
    /// Shares in percent, which sum to 100.
    Percentages {
        /// The values and the percentage of each.
        #[serde(with = "as_text::percentages")]
        parts: Vec<(Arc<str>, Decimal)>,
        /// Whether the key's default gets what is missing to 100; if not, it is an error.
        remainder_to_default: bool,
    },
    /// Shares in proportion to how many people of the directory have each value of a column at the time of the charge.
    /// Where nobody has any, the rule does not match.
    Headcount {
        /// The column.
        fact: Arc<str>,
        /// Only people who have the same value in this column as the charge's user.
        within: Option<Arc<str>>,
    },
    /// Shares in proportion to the cost of the values of another key; see [`Rules::resolve`](crate::Rules::resolve).
    /// Where no value costs anything, the rule does not match.
    Cost {
        /// The other key.
        key: Arc<str>,
        /// The span of time in which costs count.
        per: SplitPeriod,
        /// Only charges that have the same value in this field as the charge that is split.
        #[serde(with = "as_text::optional")]
        within: Option<Dimension>,
    },
}

cost_model::masked_debug!(Split = Even | Weights | Percentages | Headcount | Cost);

/// The period around a charge whose costs are the weights of its split.
/// A whole period is taken, so that charges of its beginning are split like those of its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum SplitPeriod {
    /// The day of the charge, in UTC.
    Day,
    /// The calendar month of the charge, in UTC.
    Month,
    /// The billing cycle of the charge.
    Cycle,
}

impl SplitPeriod {
    // The file reader and the writer both go through this list, so that a period has one name.
    pub(crate) const ALL: [(&'static str, Self); 3] =
        [("day", Self::Day), ("month", Self::Month), ("cycle", Self::Cycle)];
}
