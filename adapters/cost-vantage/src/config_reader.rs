//! Reads virtual tag configurations of Vantage's API.
//!
//! Reading takes fields out of the JSON as it understands them; what is left in the end is listed as not expressed. So
//! a field that Vantage adds later is reported and not lost.

use std::sync::Arc;

use chrono::{Days, NaiveDate};
use cost_model::{Filter, Timestamp};
use rust_decimal::Decimal;
use serde_json::{Map, Value};
use virtual_tags::rules::{Span, Split};
use virtual_tags::{Assign, Error, ErrorKind, Place, Result, Rule, TagDefinition};

/// A part of a configuration or of a rule that the other format cannot express. `Debug` leaves out its text.
///
/// ```
/// let json = r#"{ "key": "Team", "values": [{ "filter": "costs.provider = 'cursor'", "cost_metric": { "tag": "Site" } }] }"#;
/// let (tag, rest) = cost_vantage::tag_from_config(json, "team.json")?;
/// assert!(tag.rules.is_empty());
/// assert_eq!(rest[0].path, "values[0]");
/// assert!(rest[0].detail.contains("cost_metric"));
/// # Ok::<(), virtual_tags::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct NotExpressed {
    /// The path of the part: `values[2].cost_metric` in JSON, or `rule 3`.
    pub path: String,
    /// Its JSON, or the reason why it cannot be expressed.
    pub detail: String,
}

cost_model::masked_debug!(NotExpressed { path });

/// Reads a virtual tag configuration as Vantage's API writes it, and lists, with its JSON, every part that is not in the
/// result; `file` names the text in errors.
///
/// A value that is split by another cost or by a business metric is listed as a whole; its charges get the value of a
/// later rule, so that it needs a rule of its own. Vantage's `end_date` is the last day,
/// [`Span::to`](virtual_tags::rules::Span::to) the day after. The shape is that of "Create virtual tag config" in the
/// reference of Vantage's API.
///
/// ```
/// let json = r#"{ "key": "Team", "overridable": true, "backfill_until": "2026-01-01", "values": [
///     { "name": "Web", "filter": "(costs.provider = 'cursor' AND costs.region = 'eu')",
///       "date_ranges": [{ "start_date": "2026-01-01", "end_date": "2026-06-30" }] }
/// ] }"#;
/// let (tag, rest) = cost_vantage::tag_from_config(json, "team.json")?;
/// assert_eq!(tag.rules.len(), 1);
/// assert_eq!(tag.rules[0].spans[0].to.map(|to| to.date().to_string()).as_deref(), Some("2026-07-01"));
/// assert_eq!((rest[0].path.as_str(), rest[0].detail.as_str()), ("backfill_until", "\"2026-01-01\""));
/// # Ok::<(), virtual_tags::Error>(())
/// ```
///
/// # Errors
/// [`ErrorKind::Rules`] when the JSON does not have the right shape, [`ErrorKind::Condition`] when a filter is none.
pub fn tag_from_config(json: &str, file: &str) -> Result<(TagDefinition, Vec<NotExpressed>)> {
    let reader = Reader { file: Place::file(file) };
    let mut config: Map<String, Value> =
        serde_json::from_str(json).map_err(|error| reader.unreadable(&error))?;
    let key = config.remove("key");
    let key = key.as_ref().and_then(Value::as_str).filter(|key| !key.trim().is_empty());
    let mut tag = TagDefinition::new(key.ok_or_else(|| reader.fail("key", "is not a text"))?);
    tag.overrides_provider = match config.remove("overridable") {
        Some(Value::Bool(overridable)) => overridable,
        None => false,
        Some(_) => return Err(reader.fail("overridable", "is neither true nor false")),
    };
    let values = match config.remove("values") {
        Some(Value::Array(values)) => values,
        None => Vec::new(),
        Some(_) => return Err(reader.fail("values", "is not a list")),
    };
    let mut rest: Vec<_> = list_left_over("", config);
    for (number, value) in values.into_iter().enumerate() {
        let path = format!("values[{number}]");
        let Value::Object(value) = value else { return Err(reader.fail(&path, "is not an object")) };
        tag.rules.extend(reader.read_rule(&path, value, &mut rest)?);
    }
    Ok((tag, rest))
}

/// Lists the fields that nobody has taken; nulls and empty lists say nothing, and are passed over.
///
/// `path` is that of the object, with a dot behind it.
fn list_left_over(path: &str, fields: Map<String, Value>) -> Vec<NotExpressed> {
    let fields = fields.into_iter().filter(|(_, value)| !is_empty(value));
    fields
        .map(|(name, value)| NotExpressed { path: format!("{path}{name}"), detail: value.to_string() })
        .collect()
}

/// Places errors in the file.
struct Reader {
    file: Place,
}

impl Reader {
    /// Makes an error about a field, by its path.
    fn fail(&self, path: &str, what: &str) -> Error {
        Error::new(ErrorKind::Rules, Some(self.file.clone()), format!("`{path}` {what}"))
    }

    /// Makes the error for JSON that cannot be read, with its line and column.
    fn unreadable(&self, error: &serde_json::Error) -> Error {
        let mut place = self.file.line(u64::try_from(error.line()).unwrap_or_default());
        place.column = u64::try_from(error.column()).ok();
        Error::new(ErrorKind::Rules, Some(place), "this is not a JSON object")
    }

    /// Reads a value as a rule; `None` for one that assigns neither a name nor percentages, which is added to `rest` as
    /// a whole.
    fn read_rule(
        &self,
        path: &str,
        mut value: Map<String, Value>,
        rest: &mut Vec<NotExpressed>,
    ) -> Result<Option<Rule>> {
        // Before fields are taken out: a value of another shape is reported as it came.
        let whole = Value::Object(value.clone()).to_string();
        let filter = take(&mut value, "filter");
        let filter = filter.as_ref().and_then(Value::as_str);
        let filter = filter.ok_or_else(|| self.fail(&format!("{path}.filter"), "is not a text"))?;
        let when = Filter::parse(filter).map_err(|error| {
            let message = format!("`{path}.filter` is not a filter");
            Error::new(ErrorKind::Condition, Some(self.file.clone()), message).with_source(error)
        })?;
        let spans = self.read_spans(path, take(&mut value, "date_ranges"))?;
        let percentages = take(&mut value, "percentages")
            .filter(|each| each.as_array().is_none_or(|list| !list.is_empty()));
        let assign = match (take(&mut value, "name"), percentages) {
            (Some(Value::String(name)), None) => Assign::Value(name.into()),
            (None, Some(percentages)) => Assign::Split(Split::Percentages {
                parts: read_parts(&percentages).ok_or_else(|| {
                    self.fail(&format!("{path}.percentages"), "is not a list of { value, pct }")
                })?,
                remainder_to_default: false,
            }),
            _ => {
                rest.push(NotExpressed { path: path.to_owned(), detail: whole });
                return Ok(None);
            }
        };
        rest.extend(list_left_over(&format!("{path}."), value));
        let mut rule = Rule::new(assign).when(when);
        rule.spans = spans;
        Ok(Some(rule))
    }

    /// Returns the spans of `date_ranges`; none where the field is missing.
    ///
    /// Vantage's last day is within; ours is the first that is not.
    fn read_spans(&self, path: &str, ranges: Option<Value>) -> Result<Vec<Span>> {
        let Some(ranges) = ranges else { return Ok(Vec::new()) };
        let spans: Option<Vec<Span>> =
            ranges.as_array().and_then(|ranges| ranges.iter().map(read_span).collect());
        spans.ok_or_else(|| {
            self.fail(&format!("{path}.date_ranges"), "is not a list of { start_date, end_date }")
        })
    }
}

/// Reads the parts of a split; percentages are read from their digits, not as floats. `None` for any other shape.
///
/// A list of percentages that do not sum to 100 is read as it is, and refused when the rules are compiled.
fn read_parts(percentages: &Value) -> Option<Vec<(Arc<str>, Decimal)>> {
    percentages
        .as_array()?
        .iter()
        .map(|part: &Value| {
            let percent = match part.get("pct")? {
                Value::Number(number) => number.to_string().parse().ok()?,
                _ => return None,
            };
            Some((Arc::from(part.get("value")?.as_str()?), percent))
        })
        .collect()
}

/// Returns whether a field says nothing.
///
/// An empty text says something, and is listed.
fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(list) => list.is_empty(),
        _ => false,
    }
}

/// Takes a field out of an object; `null` is as good as missing.
fn take(object: &mut Map<String, Value>, name: &str) -> Option<Value> {
    object.remove(name).filter(|value| !value.is_null())
}

/// Returns the span of a date range, whose last day is included; `None` if it is none or ends before it starts.
///
/// A range without either date is open on both sides, and holds always.
fn read_span(range: &Value) -> Option<Span> {
    let mut span = Span::default();
    if let Some(date) = stated(range, "start_date") {
        span.from = Some(read_day(date, 0)?);
    }
    if let Some(date) = stated(range, "end_date") {
        // The day after the last one: a span leaves its end out.
        span.to = Some(read_day(date, 1)?);
    }
    let is_backwards = span.from.zip(span.to).is_some_and(|(from, to)| from >= to);
    (!is_backwards).then_some(span)
}

/// Returns a date of a range; `None` where the range is open.
fn stated<'a>(range: &'a Value, name: &str) -> Option<&'a Value> {
    range.get(name).filter(|date| !date.is_null())
}

/// Returns the midnight that is some days after the one of a date.
fn read_day(date: &Value, later: u64) -> Option<Timestamp> {
    let date: NaiveDate = date.as_str()?.parse().ok()?;
    Some(Timestamp::midnight(date.checked_add_days(Days::new(later))?))
}
