//! The period of a close: a month, or a billing cycle of an account.

use chrono::NaiveDate;
use cost_model::store::ConnectionId;
use cost_model::{Timestamp, Window};
use cursor_invoice::CursorInvoiceReader;
use serde::{Deserialize, Serialize};

use crate::costs::CursorCosts;
use crate::error::{Error, ErrorKind, Result};
use crate::questions::read_invoice;

/// A month of all accounts, or a billing cycle of one.
///
/// [`CursorCosts::close_period`] makes it of what people write.
///
/// ```
/// use std::sync::Arc;
///
/// use cost_model::MemoryStore;
/// use cursor_costs::{Account, Setup};
///
/// # fn main() -> cursor_costs::Result<()> {
/// let costs = Setup::new(Arc::new(MemoryStore::new())).account(Account::new("Main")).build();
/// let month = costs.close_period("2026-09", None)?;
/// assert_eq!((month.window.end().to_string().as_str(), month.account), ("2026-10-01T00:00:00Z", None));
/// let cycle = costs.close_period("2026-09-14/2026-10-14", None)?;
/// assert_eq!(cycle.account.as_ref(), Some(costs.accounts()[0].id()));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ClosePeriod {
    /// The name by which the period can be asked for again, such as `2026-09`, or the two instants of a cycle with `/` between.
    pub name: String,
    /// Its first instant, and the first after it.
    pub window: Window,
    /// The account whose charges it is about, by its id in the store; all accounts without one.
    pub account: Option<ConnectionId>,
}

impl ClosePeriod {
    /// Returns whether both are about the same charges, whatever they are called.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        self.window == other.window && self.account == other.account
    }

    /// Returns whether some charge may lie in both.
    pub(crate) fn overlaps(&self, other: &Self) -> bool {
        let is_account_shared = match (&self.account, &other.account) {
            (Some(one), Some(other)) => one == other,
            _ => true,
        };
        is_account_shared && self.window.intersection(other.window).is_some()
    }
}

impl CursorCosts {
    /// Reads the period of a close: a month of the reporting zone such as `2026-09`; the days of a billing cycle such as
    /// `2026-09-14/2026-10-14`, the second excluded; or the number of an invoice, whose cycle it is.
    ///
    /// A month is about all accounts, unless one is named. A cycle is about the account that is named, or the only one: if an
    /// invoice of its folder states a cycle that begins and ends on these days, its instants are taken.
    ///
    /// # Errors
    /// [`ErrorKind::Query`] for a text that is none of these; [`ErrorKind::NotFound`] for an account or an invoice that there is
    /// not, and where a cycle could be that of several accounts; [`ErrorKind::File`].
    pub fn close_period(&self, text: &str, account: Option<&str>) -> Result<ClosePeriod> {
        let text = text.trim();
        if let Some(window) = self.month(text)? {
            let account = account.map(|name| self.account(Some(name))).transpose()?;
            return Ok(ClosePeriod {
                name: text.to_owned(),
                window,
                account: account.map(|account| account.id().clone()),
            });
        }
        let account = self.account(account)?;
        // Files that are no invoices are passed over here; the close itself lists them.
        let files = self.invoice_files(account)?;
        let invoices: Vec<_> =
            files.iter().filter_map(|file| read_invoice(file, &CursorInvoiceReader::new()).ok()).collect();
        let cycle = match text.split_once('/') {
            Some((start, end)) => {
                let days = start.parse::<NaiveDate>().ok().zip(end.parse::<NaiveDate>().ok());
                let is_cycle = |window: &Window| days == Some((window.start().date(), window.end().date()));
                let stated = invoices.iter().map(|invoice| invoice.period).find(is_cycle);
                match (stated, days) {
                    (Some(cycle), _) => cycle,
                    (None, Some((start, end))) => {
                        Window::days_in(self.setup.zone, start, end).map_err(Error::query)?
                    }
                    (None, None) => instants(start, end)?,
                }
            }
            None => {
                let found = invoices.iter().find(|invoice| invoice.number.trim().eq_ignore_ascii_case(text));
                found.map(|invoice| invoice.period).ok_or_else(|| {
                    let numbers: Vec<&str> = invoices.iter().map(|invoice| invoice.number.as_str()).collect();
                    unknown_period(text, account.name(), &numbers)
                })?
            }
        };
        let name = format!("{}/{}", cycle.start(), cycle.end());
        Ok(ClosePeriod { name, window: cycle, account: Some(account.id().clone()) })
    }

    /// Returns the window of a month such as `2026-09` in the reporting zone; `None` for a text of another form.
    fn month(&self, text: &str) -> Result<Option<Window>> {
        let Some(first) = format!("{text}-01").parse::<NaiveDate>().ok() else { return Ok(None) };
        // `2026-9` would be read as well, and be another name of the same month.
        if first.format("%Y-%m").to_string() != text {
            return Ok(None);
        }
        let after = first.checked_add_months(chrono::Months::new(1)).unwrap_or(first);
        Window::days_in(self.setup.zone, first, after).map(Some).map_err(Error::query)
    }
}

fn instants(start: &str, end: &str) -> Result<Window> {
    let read = |text: &str| Timestamp::from_day_or_instant(text).map_err(Error::query);
    Window::new(read(start)?, read(end)?).map_err(Error::query)
}

fn unknown_period(text: &str, account: &str, numbers: &[&str]) -> Error {
    let looks_like_days = text.starts_with(|first: char| first.is_ascii_digit());
    let kind = if looks_like_days { ErrorKind::Query } else { ErrorKind::NotFound };
    let error = Error::new(
        kind,
        format!(
            "`{text}` is no month like 2026-09, no cycle like 2026-09-14/2026-10-14 and no invoice of `{account}`"
        ),
    );
    match numbers {
        [] => error,
        numbers => error.with_hint(format!("there are the invoices {}", numbers.join(", "))),
    }
}
