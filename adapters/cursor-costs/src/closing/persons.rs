//! People in documents of the journal by number, so that a name can be erased and no digest changes.

use std::collections::{BTreeMap, BTreeSet};

use cost_model::store::PersonNumber;
use serde_json::Value;
use virtual_tags::Directory;

use crate::changes::forget::name_of_forgotten;
use crate::changes::journal::JOURNAL;
use crate::closing::history::KIND;
use crate::costs::CursorCosts;
use crate::error::{Error, ErrorKind, Result, StoreCall};

/// What stands before and after the number of a person.
const BEFORE: &str = "<person ";
const AFTER: char = '>';

impl CursorCosts {
    /// Returns a document with a number in place of each email address, in whatever text it is.
    pub(crate) async fn with_numbers(&self, document: &Value) -> Result<Value> {
        let mut names = BTreeMap::new();
        for_each_text(document, &mut |text| {
            for address in addresses(text) {
                names.entry(address.to_owned()).or_insert(None);
            }
        });
        for (name, number) in &mut names {
            *number = Some(self.journal().person_number(name).await.or_store(JOURNAL)?);
        }
        let numbered = map_texts(document, &mut |text| {
            let mut numbered = text.to_owned();
            let mut found = addresses(text);
            // Whole addresses before those that are a part of another one.
            found.sort_unstable_by_key(|address| std::cmp::Reverse(address.len()));
            for address in found {
                if let Some(Some(number)) = names.get(address) {
                    numbered = numbered.replace(address, &format!("{BEFORE}{}{AFTER}", number.get()));
                }
            }
            numbered
        });
        // A text that looks like a number would be read as a person.
        if self.with_names(&numbered).await? != *document {
            let message = "a text holds what stands for a person in the journal, such as `<person 1>`";
            return Err(Error::new(ErrorKind::Close, message));
        }
        Ok(numbered)
    }

    /// Returns a document with the names of people in place of their numbers. Whoever was forgotten has the name that charges have
    /// in place of theirs, by which they keep their owner.
    pub(crate) async fn with_names(&self, document: &Value) -> Result<Value> {
        let mut names = BTreeMap::new();
        for_each_text(document, &mut |text| {
            for (_, number) in numbers(text) {
                names.insert(number, None);
            }
        });
        for (number, name) in &mut names {
            let number = PersonNumber::new(*number);
            let known = self.journal().person_name(number).await.or_store(JOURNAL)?;
            *name = Some(known.unwrap_or_else(|| name_of_forgotten(number)));
        }
        Ok(map_texts(document, &mut |text| {
            let mut named = text.to_owned();
            for (written, number) in numbers(text) {
                if let Some(Some(name)) = names.get(&number) {
                    named = named.replace(written, name);
                }
            }
            named
        }))
    }

    /// Returns the numbers by which closes name people, in whatever spelling; `names` are their addresses as directories compare
    /// them.
    pub(crate) async fn numbers_in_closes(&self, names: &BTreeSet<String>) -> Result<BTreeSet<PersonNumber>> {
        let mut all = BTreeSet::new();
        for entry in self.entries_of(KIND, 0).await? {
            // What cannot be read as JSON is a text like any other.
            all.extend(numbers(&entry.document).into_iter().map(|(_, number)| PersonNumber::new(number)));
        }
        let mut found = BTreeSet::new();
        for number in all {
            let name = self.journal().person_name(number).await.or_store(JOURNAL)?;
            if name.is_some_and(|name| names.contains(&Directory::comparable_email(&name))) {
                found.insert(number);
            }
        }
        Ok(found)
    }
}

/// Returns the email addresses of a text: all of a text without blanks, else what stands between blanks, quotes and brackets.
fn addresses(text: &str) -> Vec<&str> {
    let is_around = |each: char| each.is_whitespace() || "<>()[]{},;:|\"'".contains(each);
    let is_address = |part: &&str| {
        part.split_once('@')
            .is_some_and(|(name, host)| !name.is_empty() && host.contains(char::is_alphanumeric))
    };
    if !text.contains(char::is_whitespace) && is_address(&text) && !text.contains(['<', '>']) {
        return vec![text];
    }
    text.split(is_around).filter(is_address).collect()
}

/// Returns the numbers of people in a text, each as it is written.
fn numbers(text: &str) -> Vec<(&str, u64)> {
    let starts = text.match_indices(BEFORE).map(|(at, _)| at);
    let written = starts.filter_map(|at| {
        let written = text.get(at..)?.split_inclusive(AFTER).next()?;
        let number = written.strip_prefix(BEFORE)?.strip_suffix(AFTER)?;
        let number: u64 = number.parse().ok().filter(|parsed: &u64| parsed.to_string() == number)?;
        Some((written, number))
    });
    written.collect()
}

fn for_each_text(value: &Value, take: &mut impl FnMut(&str)) {
    match value {
        Value::String(text) => take(text),
        Value::Array(items) => items.iter().for_each(|item| for_each_text(item, take)),
        Value::Object(fields) => fields.values().for_each(|field| for_each_text(field, take)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn map_texts(value: &Value, map: &mut impl FnMut(&str) -> String) -> Value {
    match value {
        Value::String(text) => Value::String(map(text)),
        Value::Array(items) => Value::Array(items.iter().map(|item| map_texts(item, map)).collect()),
        Value::Object(fields) => {
            Value::Object(fields.iter().map(|(name, field)| (name.clone(), map_texts(field, map))).collect())
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use cost_model::MemoryStore;
    use cost_model::store::Journal;
    use serde_json::json;

    use super::*;
    use crate::setup::Setup;

    #[tokio::test(flavor = "current_thread")]
    async fn people_come_back_by_their_numbers_and_who_is_erased_does_not() {
        let store = Arc::new(MemoryStore::new());
        let costs = Setup::new(store.clone()).build();
        let document = json!({
            "when": "costs.resource_id IN ('ana@acme.test', 'xana@acme.test') AND a.b LIKE '%@acme.test'",
            "people": ["o'brien@acme.test", "sa_1", ""],
            "amount": "8.2",
            "count": 3,
        });
        let numbered = costs.with_numbers(&document).await.unwrap();
        let text = numbered.to_string();
        assert!(!text.contains("ana@") && !text.contains("brien"), "{text}");
        assert_eq!(costs.with_names(&numbered).await.unwrap(), document);

        store.erase_person(store.person_number("ana@acme.test").await.unwrap()).await.unwrap();
        let erased = costs.with_names(&numbered).await.unwrap().to_string();
        assert!(erased.contains("('forgotten-") && erased.contains("'xana@acme.test'"), "{erased}");
    }

    #[tokio::test(flavor = "current_thread")]
    async fn a_text_that_looks_like_a_number_is_refused() {
        let costs = Setup::new(Arc::new(MemoryStore::new())).build();
        let refused = costs.with_numbers(&json!(["<person 1>", "ana@acme.test"])).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Close);
        assert!(costs.with_numbers(&json!(["<person>", "<person 01>", "<person x>"])).await.is_ok());
    }
}
