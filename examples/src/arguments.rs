//! What the command lines of several programs share.

use std::str::FromStr;

use lexopt::{Parser, ValueExt};

use crate::Failure;

/// The value of an option that takes a whole number.
///
/// # Errors
/// When there is none, or when it is none or out of range; the message names the option.
pub fn whole_number<T: FromStr>(option: &str, parser: &mut Parser) -> Result<T, Failure> {
    let text = parser.value()?.string()?;
    text.trim()
        .parse()
        .map_err(|_| format!("{option} {text}: write a whole number in its range, such as 10").into())
}
