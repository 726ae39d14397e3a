//! Which column says what, by name: order, number and names change from export to export.

use csv::StringRecord;

use crate::error::shown;
use crate::{Error, Result};

/// Where each thing stands, if it does.
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
    names: StringRecord,
}

/// The columns of token counts.
pub(crate) enum TokenColumns {
    /// By type, and the total where it is stated.
    ByType { cache_write: usize, input: usize, cache_read: usize, output: usize, total: Option<usize> },
    /// Only the total, as team exports had it in mid-2025.
    Total(usize),
}

impl Columns {
    pub(crate) fn new(names: &StringRecord) -> Result<Self> {
        let find = |wanted: &[&str]| {
            names.iter().position(|name| wanted.iter().any(|wanted| folded(name) == folded(wanted)))
        };
        if find(&["Request Count"]).is_some() && find(&["Date"]).is_none() {
            let message =
                "the export is summed up by model and has no dates; export the usage events instead";
            return Err(Error::new(message));
        }
        let need = |column: Option<usize>, name: &str| {
            column.ok_or_else(|| {
                let known = names.iter().map(shown).collect::<Vec<_>>().join(", ");
                Error::new(format!("there is no column `{name}`; the columns are: {known}"))
            })
        };
        Ok(Self {
            date: need(find(&["Date"]), "Date")?,
            user: find(&["User"]),
            cloud_agent: find(&["Cloud Agent ID"]),
            automation: find(&["Automation ID"]),
            kind: find(&["Kind"]),
            model: need(find(&["Model"]), "Model")?,
            max_mode: find(&["Max Mode"]),
            tokens: TokenColumns::find(&find, &need)?,
            requests: find(&["Requests"]),
            cost: find(&["Cost", "Cost ($)"]),
            cost_to_you: find(&["Cost to you"]),
            names: names.clone(),
        })
    }

    /// The name of a column, as the file has it.
    pub(crate) fn name(&self, column: usize) -> &str {
        self.names.get(column).unwrap_or_default()
    }
}

impl TokenColumns {
    fn find(
        find: &impl Fn(&[&str]) -> Option<usize>,
        need: &impl Fn(Option<usize>, &str) -> Result<usize>,
    ) -> Result<Self> {
        if let Some(total) = find(&["Tokens"]) {
            return Ok(Self::Total(total));
        }
        Ok(Self::ByType {
            cache_write: need(find(&["Input (w/ Cache Write)"]), "Input (w/ Cache Write)")?,
            input: need(find(&["Input (w/o Cache Write)"]), "Input (w/o Cache Write)")?,
            cache_read: need(find(&["Cache Read"]), "Cache Read")?,
            output: need(find(&["Output Tokens", "Output"]), "Output Tokens")?,
            total: find(&["Total Tokens"]),
        })
    }
}

fn folded(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}
