//! Which column says what, by name: order, number and names change from export to export.
//!
//! A column that may be missing is an `Option` here; one that every export has is an error if it is not there. Two
//! names for one thing are accepted, both at once are not.

use cost_model::input::{InputError, Table};

/// Where each column is, if there is one. Places count from 0.
pub(crate) struct Columns {
    pub(crate) date: usize,
    pub(crate) user: Option<usize>,
    pub(crate) cloud_agent: Option<usize>,
    pub(crate) automation: Option<usize>,
    pub(crate) kind: Option<usize>,
    pub(crate) model: usize,
    pub(crate) max_mode: Option<usize>,
    pub(crate) tokens: TokenColumns,
    pub(crate) requests: Option<usize>,
    pub(crate) cost: Option<usize>,
    /// What of the cost is billed, in personal exports of 2025.
    pub(crate) cost_to_you: Option<usize>,
}

/// The columns of token counts.
pub(crate) enum TokenColumns {
    /// By type, and the total where it is stated.
    ByType { cache_write: usize, input: usize, cache_read: usize, output: usize, total: Option<usize> },
    /// Only the total, as team exports had it in mid-2025.
    Total(usize),
}

// The names as the dashboard writes them.
const CACHE_WRITE: &str = "Input (w/ Cache Write)";
const INPUT: &str = "Input (w/o Cache Write)";

impl Columns {
    /// Fails for a layout that is not one of usage events.
    pub(crate) fn find(table: &Table<'_>) -> Result<Self, InputError> {
        if table.find(&["Request Count"]).is_some() && table.find(&["Date"]).is_none() {
            let message =
                "the export is summed up by model and has no dates; export the usage events instead";
            return Err(InputError::new(message).on_line(table.header_line()));
        }
        Ok(Self {
            date: table.need("Date")?,
            user: table.find(&["User"]),
            cloud_agent: table.find(&["Cloud Agent ID"]),
            automation: table.find(&["Automation ID"]),
            kind: table.find(&["Kind"]),
            model: table.need("Model")?,
            max_mode: table.find(&["Max Mode"]),
            tokens: TokenColumns::find(table)?,
            requests: table.find(&["Requests"]),
            cost: one_of(table, "Cost", "Cost ($)")?,
            cost_to_you: table.find(&["Cost to you"]),
        })
    }

    /// Returns the places of all columns that are read. Ascending.
    pub(crate) fn read(&self) -> Vec<usize> {
        let optional = [
            self.user,
            self.cloud_agent,
            self.automation,
            self.kind,
            self.max_mode,
            self.requests,
            self.cost,
            self.cost_to_you,
        ];
        let tokens = match self.tokens {
            TokenColumns::ByType { cache_write, input, cache_read, output, total } => {
                [Some(cache_write), Some(input), Some(cache_read), Some(output), total]
            }
            TokenColumns::Total(total) => [Some(total), None, None, None, None],
        };
        let mut read = vec![self.date, self.model];
        read.extend(optional.into_iter().chain(tokens).flatten());
        read.sort_unstable();
        read
    }

    /// Returns the names of what an export may state and this one does not.
    pub(crate) fn missing(&self) -> Vec<&'static str> {
        let by_type = matches!(self.tokens, TokenColumns::ByType { .. });
        [
            ("User", self.user.is_some()),
            ("Kind", self.kind.is_some()),
            ("Max Mode", self.max_mode.is_some()),
            ("tokens by type", by_type),
            ("Cost", self.cost.is_some()),
        ]
        .into_iter()
        .filter(|(_, is_there)| !is_there)
        .map(|(name, _)| name)
        .collect()
    }
}

impl TokenColumns {
    fn find(table: &Table<'_>) -> Result<Self, InputError> {
        // With columns by type beside it, `Tokens` is their total.
        let any_type = table.find(&[CACHE_WRITE, INPUT, "Cache Read", "Output Tokens", "Output"]);
        if let (Some(total), None) = (table.find(&["Tokens"]), any_type) {
            return Ok(Self::Total(total));
        }
        Ok(Self::ByType {
            cache_write: table.need(CACHE_WRITE)?,
            input: table.need(INPUT)?,
            cache_read: table.need("Cache Read")?,
            output: match one_of(table, "Output Tokens", "Output")? {
                Some(output) => output,
                None => table.need("Output Tokens")?,
            },
            total: one_of(table, "Total Tokens", "Tokens")?,
        })
    }
}

/// Returns the column that has one of two names for the same thing.
fn one_of(table: &Table<'_>, one: &str, other: &str) -> Result<Option<usize>, InputError> {
    match (table.find(&[one]), table.find(&[other])) {
        (Some(_), Some(_)) => {
            let message = format!("the columns `{one}` and `{other}` say the same: leave one of them");
            Err(InputError::new(message).on_line(table.header_line()))
        }
        (one, other) => Ok(one.or(other)),
    }
}
