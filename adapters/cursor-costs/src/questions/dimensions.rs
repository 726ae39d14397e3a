//! Names of dimensions, as people type them.

use cost_model::{Dimension, Metric};

use crate::costs::CursorCosts;
use crate::error::{Error, ErrorKind, Result};

/// What people call a dimension, and what it is called here. A team is none of them: rules say whose charges are whose.
const OTHER_WORDS: [(&str, &str); 12] = [
    ("user", "resource_id"),
    ("person", "resource_id"),
    ("people", "resource_id"),
    ("email", "resource_id"),
    ("member", "resource_id"),
    ("developer", "resource_id"),
    ("model", "service"),
    ("kind", "subcategory"),
    ("type", "subcategory"),
    ("max_mode", "tags['cursor:max_mode']"),
    ("tokens", "usage.token_type"),
    ("token_type", "usage.token_type"),
];

impl CursorCosts {
    /// Reads a dimension to group by, and says what to write in its place where it is another word for one. A key of the rules
    /// is `vtag.Team`.
    ///
    /// # Errors
    /// [`ErrorKind::Query`].
    pub fn dimension(&self, text: &str) -> Result<Dimension> {
        let refused = match text.trim().parse::<Dimension>() {
            Ok(Dimension::VirtualTag(key)) if !self.has_key(&key) => {
                Error::new(ErrorKind::Query, format!("the rules have no key `{key}`"))
            }
            Ok(dimension) => return Ok(dimension),
            Err(error) => {
                let refused = Error::new(ErrorKind::Query, format!("`{text}` is nothing to group by"));
                // What is known to be meant says more than what the language would take it for.
                if is_known_word(text) { refused } else { refused.because(error) }
            }
        };
        Err(match self.instead_of(text.trim()) {
            Some(hint) => refused.with_hint(hint),
            None => refused,
        })
    }

    /// Returns the dimensions of the rules' keys; none where the rules cannot be used.
    fn keys(&self) -> Vec<Dimension> {
        let rules = self.setup.ownership.rules();
        rules
            .map(|rules| rules.keys().iter().cloned().map(Dimension::VirtualTag).collect())
            .unwrap_or_default()
    }

    /// Returns whether rules have a key, also where they cannot be used: that is another error.
    fn has_key(&self, key: &str) -> bool {
        self.setup.ownership.rules().map_or(true, |rules| rules.keys().iter().any(|each| &**each == key))
    }

    fn instead_of(&self, text: &str) -> Option<String> {
        let word = last_word(text);
        let keys = self.keys();
        if let Some(key) = keys.iter().find(|key| key.heading().to_lowercase() == word) {
            return Some(format!("write {key}"));
        }
        if let Some((_, name)) = OTHER_WORDS.iter().find(|(other, _)| *other == word) {
            return Some(format!("write {name}"));
        }
        if Metric::ALL.iter().any(|metric| metric.name() == word) {
            return Some(format!("{word} is a figure: --metric {word} orders the rows by it"));
        }
        let names: Vec<String> = keys.iter().map(ToString::to_string).collect();
        (!names.is_empty()).then(|| format!("the rules have {}", names.join(", ")))
    }
}

/// Returns what comes after the last point, as `costs.user` and `vtag.User` mean the same to whoever types them.
fn last_word(text: &str) -> String {
    text.trim().rsplit('.').next().unwrap_or(text).to_lowercase()
}

fn is_known_word(text: &str) -> bool {
    let word = last_word(text);
    OTHER_WORDS.iter().any(|(other, _)| *other == word)
        || Metric::ALL.iter().any(|metric| metric.name() == word)
}
