//! Which columns of a CSV file say what.

use super::reading::{amount, invalid, quantity};
use crate::{InvoiceLine, Result, Wordings};

/// The names of the columns of a CSV invoice. Neither their order nor case matters; other columns are passed over.
///
/// The default is `description`, `amount`, and, where the file has them, `quantity` and `unit_price`. A column that
/// is named by [`quantity`](Self::quantity) or [`unit_price`](Self::unit_price) must be in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CsvColumns {
    description: String,
    amount: String,
    quantity: Optional,
    unit_price: Optional,
}

/// A column that an invoice can do without.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Optional {
    Absent,
    IfThere(&'static str),
    Named(String),
}

impl Default for CsvColumns {
    fn default() -> Self {
        Self {
            description: "description".to_owned(),
            amount: "amount".to_owned(),
            quantity: Optional::IfThere("quantity"),
            unit_price: Optional::IfThere("unit_price"),
        }
    }
}

impl CsvColumns {
    /// The two columns that every layout has, and neither quantities nor prices.
    pub fn new(description: impl Into<String>, amount: impl Into<String>) -> Self {
        Self {
            description: description.into(),
            amount: amount.into(),
            quantity: Optional::Absent,
            unit_price: Optional::Absent,
        }
    }

    /// The column of quantities.
    #[must_use]
    pub fn quantity(mut self, name: impl Into<String>) -> Self {
        self.quantity = Optional::Named(name.into());
        self
    }

    /// The column of prices of one unit.
    #[must_use]
    pub fn unit_price(mut self, name: impl Into<String>) -> Self {
        self.unit_price = Optional::Named(name.into());
        self
    }

    /// Where the columns are in a file with this header.
    pub(super) fn find(&self, header: &csv::StringRecord) -> Result<Places> {
        let find = |name: &str| header.iter().position(|each| each.eq_ignore_ascii_case(name));
        let need = |name: &str| {
            find(name).ok_or_else(|| {
                let message = format!("there is no `{name}` column; expected the header {}", self.header());
                invalid(message)
            })
        };
        let optional = |column: &Optional| match column {
            Optional::Absent => Ok(None),
            Optional::IfThere(name) => Ok(find(name)),
            Optional::Named(name) => need(name).map(Some),
        };
        Ok(Places {
            description: need(&self.description)?,
            amount: need(&self.amount)?,
            quantity: optional(&self.quantity)?,
            unit_price: optional(&self.unit_price)?,
            length: header.len(),
        })
    }

    /// The header of a file that has all that is looked for.
    fn header(&self) -> String {
        let mut names = vec![self.description.as_str()];
        names.extend(match &self.quantity {
            Optional::Absent => None,
            Optional::IfThere(name) => Some(*name),
            Optional::Named(name) => Some(name.as_str()),
        });
        // A price is seldom there, so the header that is expected by default does without.
        if let Optional::Named(name) = &self.unit_price {
            names.push(name);
        }
        names.push(&self.amount);
        names.join(",")
    }
}

/// The indices of the columns.
pub(super) struct Places {
    description: usize,
    amount: usize,
    quantity: Option<usize>,
    unit_price: Option<usize>,
    length: usize,
}

impl Places {
    pub(super) fn line(
        &self,
        row: &csv::StringRecord,
        line: u64,
        wordings: &dyn Wordings,
    ) -> Result<InvoiceLine> {
        if row.len() != self.length {
            return Err(invalid(format!("the line has {} fields, the header {}", row.len(), self.length)));
        }
        let cell = |index: Option<usize>| index.and_then(|index| row.get(index)).unwrap_or_default();
        let filled = |index| Some(cell(index)).filter(|text| !text.is_empty());
        let description = cell(Some(self.description));
        let asked = amount(cell(Some(self.amount))).map_err(|error| error.in_field("amount"))?;
        let count =
            filled(self.quantity).map(quantity).transpose().map_err(|error| error.in_field("quantity"))?;
        let price =
            filled(self.unit_price).map(amount).transpose().map_err(|error| error.in_field("unit_price"))?;
        let line = InvoiceLine::new(line, description, asked, wordings.read(description));
        Ok(line.with_quantity(count).with_unit_price(price))
    }
}
