//! Reads the values and splits of rules.
//!
//! A rule has exactly one source of values, and each option goes with some sources only; an option that would have no
//! effect is refused. The values of `transform` and `split` have several forms, which are told apart by the type of the
//! TOML value and by the fields of its table.

use std::collections::BTreeMap;
use std::sync::Arc;

use cost_model::Dimension;
use rust_decimal::Decimal;
use toml::{Spanned, Table, Value};

use super::{Reader, fail, tables, without_column};
use crate::error::Result;
use crate::place::Place;
use crate::rules::assign::{Assign, FromDirectory, FromField, Split, SplitPeriod, Transform};

/// The fields of which a rule has exactly one, as errors list them.
const SOURCES: &str = "`value`, `from_directory`, `from_field` or `split`";

impl Reader<'_> {
    /// Reads the one source of a rule's values. Takes the fields out of the table, so that what is checked before has
    /// to be read before.
    pub(super) fn read_assign(&self, rule: &mut tables::Rule, place: &Place) -> Result<Assign> {
        let (transform, remainder) = (rule.transform.take(), rule.remainder.take());
        let taken = rule.from_field.is_some() || rule.from_directory.is_some();
        if let Some(unused) = transform.as_ref().filter(|_| !taken) {
            return Err(fail(
                self.place_of(unused),
                "`transform` goes with `from_field` and `from_directory` only",
            ));
        }
        if let Some(unused) = remainder.as_ref().filter(|_| rule.split.is_none()) {
            return Err(fail(self.place_of(unused), "`remainder` goes with a `split` in percentages only"));
        }
        match (rule.value.take(), rule.from_directory.take(), rule.from_field.take(), rule.split.take()) {
            (Some(value), None, None, None) => Ok(Assign::Value(self.not_empty(value, "value")?)),
            (None, Some(fact), None, None) => {
                let mut lookup = FromDirectory::new(self.not_empty(fact, "from_directory")?);
                lookup.transforms = self.read_transforms(transform.as_ref())?;
                Ok(Assign::FromDirectory(lookup))
            }
            (None, None, Some(field), None) => {
                Ok(Assign::FromField(self.read_from_field(&field, transform.as_ref())?))
            }
            (None, None, None, Some(split)) => {
                Ok(Assign::Split(self.read_split(&split, remainder.as_ref())?))
            }
            (None, None, None, None) => Err(fail(place.clone(), format!("a rule needs a {SOURCES}"))),
            (Some(_), Some(_), None, None) => {
                Err(fail(place.clone(), "a rule has either `value` or `from_directory`, not both"))
            }
            _ => Err(fail(place.clone(), format!("a rule has only one of {SOURCES}"))),
        }
    }

    /// Reads a field whose value is taken over, with its transforms. Fields that only part of a charge has are refused.
    pub(super) fn read_from_field(
        &self,
        field: &Spanned<String>,
        transform: Option<&Spanned<Value>>,
    ) -> Result<FromField> {
        let mut from_field = FromField::new(self.read_field(field)?);
        if matches!(from_field.field, Dimension::Tagged | Dimension::TokenType) {
            return Err(fail(self.place_of(field), "a charge as a whole has no such field"));
        }
        from_field.transforms = self.read_transforms(transform)?;
        Ok(from_field)
    }

    /// Parses a dimension such as `costs.account`.
    pub(super) fn read_field(&self, text: &Spanned<String>) -> Result<Dimension> {
        text.get_ref().parse().map_err(|error| {
            fail(self.place_of(text), "this is not a field such as `costs.account` or `tags['team']`")
                .with_source(without_column(&error))
        })
    }

    /// Reads one transform or a list of them, which are applied in that order.
    fn read_transforms(&self, transform: Option<&Spanned<Value>>) -> Result<Vec<Transform>> {
        let Some(transform) = transform else { return Ok(Vec::new()) };
        let read = match transform.get_ref() {
            Value::Array(list) => list.iter().map(read_transform).collect::<Option<_>>(),
            one => read_transform(one).map(|one| vec![one]),
        };
        read.ok_or_else(|| {
            fail(
                self.place_of(transform),
                "a transform is \"lower\", { split = \"-\", index = 0 }, { map = { a = \"A\" } } or { format = \
                 \"team-{0}\" }, or a list of such",
            )
        })
    }

    /// Reads a split of any form. `remainder` is refused where it is not about percentages.
    fn read_split(&self, split: &Spanned<Value>, remainder: Option<&Spanned<String>>) -> Result<Split> {
        let remainder_to_default = match remainder {
            None => false,
            Some(remainder) if remainder.get_ref() == "default" => true,
            Some(remainder) => {
                return Err(fail(self.place_of(remainder), "`remainder` can only be \"default\""));
            }
        };
        let read = match split.get_ref() {
            Value::Array(parts) => read_parts(parts, remainder_to_default),
            Value::Table(table) => read_headcount(table).or_else(|| read_cost(table)),
            _ => None,
        };
        let split_read = read.ok_or_else(|| {
            fail(
                self.place_of(split),
                "a split is [\"A\", \"B\"], or a list of { value = \"A\", weight = 2 } or of { value = \"A\", percent = \
                 60 }, or { headcount = \"column\" }, or { cost_of = \"Key\", per = \"month\" }",
            )
        })?;
        match (&split_read, remainder) {
            (Split::Percentages { .. }, _) | (_, None) => Ok(split_read),
            (_, Some(remainder)) => {
                Err(fail(self.place_of(remainder), "`remainder` goes with a `split` in percentages only"))
            }
        }
    }
}

/// Returns the transform of a value; `None` for anything else, including a table with a field too many.
fn read_transform(value: &Value) -> Option<Transform> {
    let table = match value {
        Value::String(name) if name == "lower" => return Some(Transform::Lower),
        Value::Table(table) => table,
        _ => return None,
    };
    match table.len() {
        2 => Some(Transform::Split {
            delimiter: text_of(table, "split").filter(|delimiter| !delimiter.is_empty())?,
            index: usize::try_from(table.get("index")?.as_integer()?).ok()?,
        }),
        1 if table.contains_key("format") => text_of(table, "format").map(Transform::Format),
        1 => {
            let map = table.get("map")?.as_table()?;
            map.iter()
                .map(|(from, to): (&String, &Value)| Some((from.as_str().into(), to.as_str()?.into())))
                .collect::<Option<BTreeMap<_, _>>>()
                .map(Transform::Map)
        }
        _ => None,
    }
}

/// Returns the text of a field; `None` where it is missing or no string.
fn text_of(table: &Table, name: &str) -> Option<Arc<str>> {
    table.get(name)?.as_str().map(Arc::from)
}

/// Returns the value of a part and what its table has under `name`, if it has nothing else.
fn read_part(part: &Value, name: &str) -> Option<(Arc<str>, Value)> {
    let table = part.as_table().filter(|table| table.len() == 2)?;
    Some((text_of(table, "value")?, table.get(name)?.clone()))
}

/// Reads the parts of a split: all of them texts, all with a weight, or all with a percentage. Mixed forms are none.
/// Whether percentages sum to 100 is checked when the rules are compiled, where the default of the tag is known.
fn read_parts(parts: &[Value], remainder_to_default: bool) -> Option<Split> {
    if parts.iter().all(Value::is_str) {
        let values = parts.iter().filter_map(Value::as_str).map(Arc::from).collect();
        return Some(Split::Even(values));
    }
    let weights: Option<Vec<_>> = parts
        .iter()
        .map(|part| {
            read_part(part, "weight")
                .and_then(|(value, weight)| Some((value, u64::try_from(weight.as_integer()?).ok()?)))
        })
        .collect();
    if let Some(weights) = weights {
        return Some(Split::Weights(weights));
    }
    let parts = parts
        .iter()
        .map(|part| read_part(part, "percent").and_then(|(value, percent)| Some((value, decimal(&percent)?))))
        .collect::<Option<_>>()?;
    Some(Split::Percentages { parts, remainder_to_default })
}

/// Returns a number exactly: the shortest digits of a float are those written in the file.
fn decimal(value: &Value) -> Option<Decimal> {
    match value {
        Value::Integer(number) => Some(Decimal::from(*number)),
        Value::Float(number) => number.to_string().parse().ok(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

/// Returns a split by headcount; `None` if the table has any other field.
fn read_headcount(table: &Table) -> Option<Split> {
    if !table.keys().all(|key| matches!(key.as_str(), "headcount" | "within")) {
        return None;
    }
    let within = match table.get("within") {
        Some(within) => Some(within.as_str()?.into()),
        None => None,
    };
    Some(Split::Headcount { fact: table.get("headcount")?.as_str()?.into(), within })
}

/// Returns a split by the cost of another key; `None` if the table has any other field, or an unknown period.
fn read_cost(table: &Table) -> Option<Split> {
    if !table.keys().all(|key| matches!(key.as_str(), "cost_of" | "per" | "within")) {
        return None;
    }
    let per = table.get("per")?.as_str()?;
    let within = match table.get("within") {
        Some(within) => Some(within.as_str()?.parse::<Dimension>().ok()?),
        None => None,
    };
    Some(Split::Cost {
        key: table.get("cost_of")?.as_str()?.into(),
        per: SplitPeriod::ALL.iter().find(|(name, _)| *name == per).map(|(_, per)| *per)?,
        within,
    })
}
