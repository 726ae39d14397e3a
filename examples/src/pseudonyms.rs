//! Other names for people, by a secret of the user's.

use cost_model::Pseudonyms;

use crate::Failure;

/// The names by the secret in that environment variable.
///
/// # Errors
/// When there is no secret, without which people cannot be renamed.
pub fn pseudonyms(variable: &str) -> Result<Pseudonyms, Failure> {
    match std::env::var(variable) {
        Ok(secret) if !secret.is_empty() => Ok(Pseudonyms::new(secret.as_bytes())),
        _ => Err(format!("no secret for pseudonyms: set the environment variable {variable}").into()),
    }
}
