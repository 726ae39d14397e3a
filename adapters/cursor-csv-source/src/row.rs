//! One row: a usage event in the words of the export.

use chrono::{DateTime, NaiveDateTime, Utc};
use cost_model::{CostRecord, Money, Quantity};
use csv::StringRecord;
use cursor_admin_client::UsageEvent;
use cursor_cost_source::Mapping;
use rust_decimal::Decimal;
use serde_json::{Map, Value, json};

use crate::columns::{Columns, TokenColumns};
use crate::error::shown;
use crate::{Error, PRECISION, Result};

/// A row as a record, and whether its total of tokens is not the sum of its columns.
pub(crate) struct Row {
    pub(crate) record: CostRecord,
    pub(crate) odd_total: bool,
}

/// Reads a row. `person` stands in for the user where the export has no such column.
pub(crate) fn read(
    row: &StringRecord,
    columns: &Columns,
    mapping: &Mapping,
    person: Option<&str>,
) -> Result<Row> {
    let cell =
        |column: Option<usize>| column.and_then(|column| row.get(column)).map(str::trim).unwrap_or_default();
    let mut event = Map::new();
    let mut set = |field: &str, text: &str| {
        if !text.is_empty() {
            event.insert(field.to_owned(), json!(text));
        }
    };
    set("userEmail", if columns.user.is_some() { cell(columns.user) } else { person.unwrap_or_default() });
    set("cloudAgentId", cell(columns.cloud_agent));
    set("automationId", cell(columns.automation));
    set("kind", cell(columns.kind));
    set("model", cell(Some(columns.model)));
    event.insert("timestamp".to_owned(), json!(date(cell(Some(columns.date)), columns)?));
    if let Some(max_mode) = max_mode(cell(columns.max_mode), columns)? {
        event.insert("maxMode".to_owned(), json!(max_mode));
    }
    let (usage, total, odd_total) = tokens(row, columns)?;
    event.insert("tokenUsage".to_owned(), Value::Object(usage));
    let requests = amount(cell(columns.requests), columns.requests, columns)?;
    if let Some(requests) = requests {
        event.insert("requestsCosts".to_owned(), number(requests.normalize()));
    }
    let cost = amount(cell(columns.cost), columns.cost, columns)?;
    if let Some(cost) = cost {
        event.insert("chargedCents".to_owned(), number(cents(cost)));
    }
    let event = UsageEvent::from_json(&Value::Object(event).to_string())
        .map_err(|error| Error::new(format!("the row is no usage event: {error}")))?;
    let mut record = mapping.record(&event);
    if let Some(total) = total {
        record.quantity = Some(total);
        record.usage_unit = Some("tokens".into());
        record.category = Some("tokens".into());
    }
    if let Some(billed) = amount(cell(columns.cost_to_you), columns.cost_to_you, columns)? {
        record.costs.billed = Some(money(billed)?);
    }
    if let Some(cost) = cost {
        record.attributes.insert(PRECISION, cost.scale().to_string());
    }
    Ok(Row { record, odd_total })
}

/// ISO 8601 with milliseconds and `Z`, or, in older exports, `YYYY-MM-DD HH:MM:SS`, taken for UTC.
fn date(text: &str, columns: &Columns) -> Result<i64> {
    let instant = text.parse::<DateTime<Utc>>();
    let plain = || NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S").map(|at| at.and_utc());
    instant.or_else(|_| plain()).map(|at| at.timestamp_millis()).map_err(|_| {
        Error::new(format!("`{}` is not an instant like 2026-07-31T10:00:00.417Z", shown(text)))
            .in_column(columns.name(columns.date))
    })
}

fn max_mode(text: &str, columns: &Columns) -> Result<Option<bool>> {
    match text.to_lowercase().as_str() {
        "" => Ok(None),
        "yes" | "true" => Ok(Some(true)),
        "no" | "false" => Ok(Some(false)),
        _ => Err(Error::new(format!("`{}` is neither Yes nor No", shown(text)))
            .in_column(columns.max_mode.map(|column| columns.name(column)).unwrap_or_default())),
    }
}

/// The counts by type as an event has them, the total where only that is known, and whether the stated total is another
/// than the sum.
fn tokens(row: &StringRecord, columns: &Columns) -> Result<(Map<String, Value>, Option<Quantity>, bool)> {
    let count = |column: usize| {
        let text = row.get(column).map(str::trim).unwrap_or_default().replace(',', "");
        match text.as_str() {
            "" | "-" => Ok(0),
            digits => digits.parse::<u64>().map_err(|_| {
                Error::new(format!("`{}` is not a number of tokens", shown(digits)))
                    .in_column(columns.name(column))
            }),
        }
    };
    let mut usage = Map::new();
    match columns.tokens {
        TokenColumns::Total(column) => {
            let total = Quantity::try_from(cost_model::Tokens::new(count(column)?));
            Ok((usage, Some(total.map_err(|error| Error::new(error.to_string()))?), false))
        }
        TokenColumns::ByType { cache_write, input, cache_read, output, total } => {
            let mut sum = 0_u128;
            let fields = [
                ("cacheWriteTokens", cache_write),
                ("inputTokens", input),
                ("cacheReadTokens", cache_read),
                ("outputTokens", output),
            ];
            for (field, column) in fields {
                let count = count(column)?;
                sum += u128::from(count);
                usage.insert(field.to_owned(), json!(count));
            }
            let odd = match total {
                Some(column) => u128::from(count(column)?) != sum,
                None => false,
            };
            Ok((usage, None, odd))
        }
    }
}

/// A number of dollars or requests; words such as `Included` and `-` state none.
fn amount(text: &str, column: Option<usize>, columns: &Columns) -> Result<Option<Decimal>> {
    let digits = text.trim_start_matches('$').replace(',', "");
    match digits.to_lowercase().as_str() {
        "" | "-" | "nan" | "included" | "free" => return Ok(None),
        _ => {}
    }
    digits.parse::<Decimal>().map(Some).map_err(|_| {
        Error::new(format!("`{}` is neither an amount nor a word like Included", shown(text)))
            .in_column(column.map(|column| columns.name(column)).unwrap_or_default())
    })
}

/// Dollars as cents, exactly.
fn cents(dollars: Decimal) -> Decimal {
    dollars.checked_mul(Decimal::ONE_HUNDRED).unwrap_or(dollars).normalize()
}

fn money(dollars: Decimal) -> Result<Money> {
    Money::try_from(dollars).map_err(|error| Error::new(error.to_string()))
}

/// The digits as a JSON string, which the client reads as exactly as a number.
fn number(value: Decimal) -> Value {
    json!(value.to_string())
}
