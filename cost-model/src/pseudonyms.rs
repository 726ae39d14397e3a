//! Other names for people, for what leaves the house.

use std::fmt;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::report::Report;
use crate::{CostRecord, Tags};

/// Gives every person the same other name each time, which nobody can lead back without the secret.
///
/// Whatever holds an `@` is taken for a person. Sums do not change, since different people get different names: a name
/// is 64 bits of SHA-256 over the secret and the text.
///
/// ```
/// use cost_model::Pseudonyms;
/// let pseudonyms = Pseudonyms::new(b"a secret of the host");
/// let name = pseudonyms.of("iris@example.com");
/// assert!(name.starts_with("person-") && !name.contains("iris"));
/// assert_eq!(pseudonyms.of("iris@example.com"), name);
/// assert_ne!(Pseudonyms::new(b"another").of("iris@example.com"), name);
/// ```
#[derive(Clone)]
pub struct Pseudonyms {
    secret: Arc<[u8]>,
}

impl Pseudonyms {
    /// Names by that secret; whoever has it can tell whether a name is a certain person's.
    pub fn new(secret: &[u8]) -> Self {
        Self { secret: secret.into() }
    }

    /// The other name of a person.
    pub fn of(&self, person: &str) -> Arc<str> {
        let length = u64::try_from(self.secret.len()).unwrap_or(u64::MAX);
        let digest =
            Sha256::new().chain_update(length.to_le_bytes()).chain_update(&self.secret).chain_update(person);
        let bytes = digest.finalize();
        let number = bytes.iter().take(8).fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
        format!("person-{number:016x}").into()
    }

    /// Renames the people in a record; its provenance stays.
    pub fn rename_in(&self, record: &mut CostRecord) {
        if let Some(resource) = record.resource.as_mut().filter(|text| is_person(text)) {
            *resource = self.of(resource);
        }
        self.rename_in_tags(&mut record.tags);
        self.rename_in_tags(&mut record.attributes);
    }

    /// Renames the people in the keys of a report's rows and among its unknown values. The rows keep their order.
    pub fn rename_in_report(&self, report: &mut Report) {
        let keys = report.rows.iter_mut().flat_map(|row| &mut row.keys).flatten();
        for key in keys.filter(|key| is_person(key)) {
            *key = self.of(key);
        }
        for unknown in &mut report.unknown_values {
            unknown.rename(|name| if is_person(name) { self.of(name) } else { Arc::clone(name) });
        }
    }

    fn rename_in_tags(&self, tags: &mut Tags) {
        let people: Vec<_> = tags
            .iter()
            .filter(|(_, value)| is_person(value))
            .map(|(key, value)| (Arc::clone(key), self.of(value)))
            .collect();
        for (key, name) in people {
            tags.insert(key, name);
        }
    }
}

fn is_person(text: &str) -> bool {
    text.contains('@')
}

impl fmt::Debug for Pseudonyms {
    /// The secret is left out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pseudonyms(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Query;
    use crate::{Costs, Currency, Dimension, Ledger, Timestamp, Untagged};

    #[test]
    fn people_are_renamed_and_sums_stay() {
        let at = Timestamp::from_millis(0).unwrap();
        let mut builder = Ledger::builder(Currency::USD);
        let pseudonyms = Pseudonyms::new(b"secret");
        for (person, amount) in
            [("iris@x.test", "1"), ("noor@x.test", "2"), ("iris@x.test", "4"), ("sa_1", "8")]
        {
            let mut record =
                CostRecord::new(at, "cursor", Currency::USD, Costs::flat(amount.parse().unwrap()));
            record.resource = Some(person.into());
            record.tags.insert("cursor:user", person);
            builder.push(&record).unwrap();
            pseudonyms.rename_in(&mut record);
            let shown = format!("{:?}{:?}", record.resource, record.tags.iter().collect::<Vec<_>>());
            assert!(!shown.contains("@x"), "{shown}");
            assert_eq!(shown.contains("sa_1"), person == "sa_1");
        }
        let query = Query::all_resources().group_by(Dimension::Resource);
        let mut report = query.run(&builder.build(), &Untagged).unwrap();
        let before = report.clone();
        pseudonyms.rename_in_report(&mut report);
        let keys: Vec<_> = report.rows.iter().map(|row| row.keys[0].clone().unwrap()).collect();
        assert_eq!(keys, ["sa_1".into(), pseudonyms.of("iris@x.test"), pseudonyms.of("noor@x.test")]);
        for (row, old) in report.rows.iter().zip(&before.rows) {
            assert_eq!(row.totals, old.totals);
        }
        assert!(!format!("{pseudonyms:?}").contains("secret"));
    }
}
