//! Lines of the invoice that no usage is behind.

pub(crate) mod add_on;
pub(crate) mod allowance;
pub(crate) mod commitment;
pub(crate) mod credit;
pub(crate) mod drawdown;
mod lines;
pub(crate) mod netting;
pub(crate) mod proration;
pub(crate) mod refund;
pub(crate) mod seats;
pub(crate) mod surcharge;
pub(crate) mod tax;
pub(crate) mod unrecognised_line;

pub(crate) use lines::{add_invoice_lines, equal_lines};
