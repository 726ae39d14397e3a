//! `seats`: who has one, who uses it, and what those cost that nobody uses.

use cost_model::Money;
use cost_model::output::{TextTable, amount, for_terminal, grouped};
use cost_model::store::Gap;
use cursor_costs::{CursorCosts, Result, SeatRow, Seats, SeatsRequest};
use serde_json::{Value, json};

use crate::arguments::{Format, Seats as Arguments};
use crate::outcome::Outcome;
use crate::output::{Output, Text};

/// How many people without use are shown.
const SHOWN: usize = 20;

pub(crate) async fn run(costs: &CursorCosts, arguments: Arguments, output: &Output) -> Result<Outcome> {
    output.no_csv()?;
    let account = costs.account(arguments.account.as_deref())?;
    let range = arguments.range.days()?;
    let request = SeatsRequest { range, by: arguments.by.map(Into::into), price: arguments.price };
    let seats = costs.seats(account, &request).await?;
    let gaps = costs.gaps(range).await?;
    let is_theirs = |gap: &&Gap| gap.connection.as_ref().is_none_or(|of| of.as_str() == account.name());
    let is_missing = gaps.iter().filter(is_theirs).any(|gap| costs.is_missing(gap));
    // Whose charges were not read may be active all the same.
    let outcome = Outcome { cannot_be_said: is_missing, ..Outcome::DONE };
    match output.format() {
        Format::Json => output.json(&document(account.name(), &seats, is_missing))?,
        _ => output.text(text(account.name(), &seats, is_missing, output.width))?,
    }
    Ok(outcome)
}

fn text(account: &str, seats: &Seats, is_missing: bool, width: usize) -> Text {
    let mut text = Text::default();
    text.line(format_args!("{}: members as Cursor stated them at {}", for_terminal(account), seats.as_of));
    match (seats.price, &seats.priced_by) {
        (Some(price), Some(invoice)) => {
            text.line(format_args!(
                "a seat costs {} USD a billing period, by invoice {}",
                amount(price),
                for_terminal(invoice)
            ));
        }
        (Some(price), None) => {
            text.line(format_args!("a seat costs {} USD, as stated for these days", amount(price)));
        }
        (None, _) => text.line("what a seat costs is not known: --price AMOUNT states it"),
    }
    text.line("costs in USD; usage: billed beside the seats; per active: both, by active people");
    let mut table = TextTable::new().within(width).text(["seats of"]).figures([
        "assigned",
        "active",
        "idle",
        "cost",
        "idle cost",
        "usage",
        "per active",
    ]);
    for row in &seats.rows {
        // Seats that rules share out between several values have none of them.
        let none = if seats.rows.len() > 1 { "(shared out)" } else { "(all)" };
        table.row(cells(row, row.value.as_deref().unwrap_or(none)));
    }
    if seats.rows.len() > 1 {
        table.rule();
        table.row(cells(&seats.total, "total"));
    }
    text.add(&table);
    if seats.unpaid > 0 {
        text.line(format_args!("{} administrators have no seat", grouped(seats.unpaid)));
    }
    if seats.not_members > 0 {
        text.line(format_args!("{} people with charges are no members any more", grouped(seats.not_members)));
    }
    if is_missing {
        text.line("not all of these days was read, so that an idle seat may be active");
    }
    if !seats.idle.is_empty() {
        text.heading(format_args!("{} without a charge", grouped(seats.idle.len())));
        for name in seats.idle.iter().take(SHOWN) {
            text.line(for_terminal(name));
        }
        if seats.idle.len() > SHOWN {
            text.line(format_args!("and {} more; --format json has all", seats.idle.len() - SHOWN));
        }
    }
    text
}

fn cells(row: &SeatRow, name: &str) -> [String; 8] {
    let money = |money: Option<Money>| money.map(amount).unwrap_or_default();
    [
        name.to_owned(),
        grouped(row.assigned),
        grouped(row.active),
        grouped(row.idle()),
        money(row.cost),
        money(row.idle_cost),
        amount(row.billed),
        money(row.cost_per_active()),
    ]
}

fn document(account: &str, seats: &Seats, is_missing: bool) -> Value {
    json!({
        "schema": "seats/1",
        "account": account,
        "as_of": seats.as_of,
        "price": seats.price,
        "priced_by": seats.priced_by,
        "rows": seats.rows.iter().map(row_document).collect::<Vec<_>>(),
        "total": row_document(&seats.total),
        "unpaid": seats.unpaid,
        "not_members": seats.not_members,
        "idle": seats.idle,
        "incomplete": is_missing,
    })
}

fn row_document(row: &SeatRow) -> Value {
    json!({
        "value": row.value,
        "assigned": row.assigned,
        "active": row.active,
        "idle": row.idle(),
        "cost": row.cost,
        "idle_cost": row.idle_cost,
        "billed": row.billed,
        "cost_per_active": row.cost_per_active(),
    })
}
