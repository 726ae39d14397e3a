//! What a rule gives: a value, or shares of several.

use std::collections::BTreeMap;
use std::sync::Arc;

use cost_model::Dimension;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::rules::as_text;

/// What a rule gives to the charges that it matches. `Debug` leaves out the values, which may name a person.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Assign {
    /// This value.
    Value(Arc<str>),
    /// The fact of that name about the charge's user at the charge's time. Where the directory has none, the rule does
    /// not match.
    FromDirectory(FromDirectory),
    /// What a field of the charge says. Where it says nothing, the rule does not match.
    FromField(FromField),
    /// Shares of several values, which sum to the charge exactly.
    Split(Split),
}

cost_model::masked_debug!(Assign = Value | FromDirectory | FromField | Split);

/// A value taken from the directory.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FromDirectory {
    /// The column.
    pub fact: Arc<str>,
    /// What becomes of its text, one after the other.
    pub transforms: Vec<Transform>,
}

cost_model::masked_debug!(FromDirectory { fact });

impl FromDirectory {
    /// The column's text as it is.
    pub fn new(fact: impl Into<Arc<str>>) -> Self {
        Self { fact: fact.into(), transforms: Vec::new() }
    }
}

/// A value taken from a field of the charge, which may be another virtual tag.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FromField {
    /// The field.
    #[serde(with = "as_text")]
    pub field: Dimension,
    /// What becomes of its text, one after the other.
    pub transforms: Vec<Transform>,
}

cost_model::masked_debug!(FromField { field });

impl FromField {
    /// The field's text as it is.
    pub fn new(field: Dimension) -> Self {
        Self { field, transforms: Vec::new() }
    }
}

/// A change of a text. `Debug` leaves out the texts of a map.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Transform {
    /// In lower case.
    Lower,
    /// One of the parts between delimiters, counted from 0; without such a part, nothing.
    Split {
        /// What stands between the parts.
        delimiter: Arc<str>,
        /// Which part.
        index: usize,
    },
    /// The text that the map has for it; nothing, if it has none.
    Map(BTreeMap<Arc<str>, Arc<str>>),
    /// A template in which `{0}` stands for the text.
    Format(Arc<str>),
}

cost_model::masked_debug!(Transform = Lower | Split | Map | Format);

/// The text after every transform; `None` if nothing is left.
pub(crate) fn transformed(transforms: &[Transform], text: &str) -> Option<String> {
    let text = transforms.iter().try_fold(text.to_owned(), |text, each| each.apply(&text))?;
    Some(text).filter(|text| !text.trim().is_empty())
}

impl Transform {
    fn apply(&self, text: &str) -> Option<String> {
        match self {
            Self::Lower => Some(text.to_lowercase()),
            Self::Split { delimiter, index } => text.split(&**delimiter).nth(*index).map(str::to_owned),
            Self::Map(map) => map.get(text).map(ToString::to_string),
            Self::Format(template) => Some(template.replace("{0}", text)),
        }
    }
}

/// How a charge is shared out. `Debug` leaves out the values.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Split {
    /// The same to each value.
    Even(Vec<Arc<str>>),
    /// In proportion to whole numbers.
    Weights(Vec<(Arc<str>, u64)>),
    /// In hundredths, which sum to 100.
    Percentages {
        /// The values and what each gets.
        #[serde(with = "as_text::percentages")]
        parts: Vec<(Arc<str>, Decimal)>,
        /// Whether what is missing to 100 goes to the key's default; else it is an error.
        remainder_to_default: bool,
    },
    /// In proportion to how many people of the directory have each value of a column at the time of the charge. Where
    /// nobody has any, the rule does not match.
    Headcount {
        /// The column.
        fact: Arc<str>,
        /// Only people who have in this column what the charge's user has there.
        within: Option<Arc<str>>,
    },
    /// In proportion to what the values of another key cost; see [`Rules::resolve`](crate::Rules::resolve). Where no
    /// value costs anything, the rule does not match.
    Cost {
        /// The other key.
        key: Arc<str>,
        /// The span of time in which costs count.
        per: SplitPeriod,
        /// Only charges that have in this field what the charge has there.
        #[serde(with = "as_text::optional")]
        within: Option<Dimension>,
    },
}

cost_model::masked_debug!(Split = Even | Weights | Percentages | Headcount | Cost);

/// A span of time around a charge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum SplitPeriod {
    /// Its day, in UTC.
    Day,
    /// Its calendar month, in UTC.
    Month,
    /// Its billing cycle.
    Cycle,
}

impl SplitPeriod {
    pub(crate) const ALL: [(&'static str, Self); 3] =
        [("day", Self::Day), ("month", Self::Month), ("cycle", Self::Cycle)];
}
