//! Pseudonyms for people, for reports and files that leave the company.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use crate::digest::{Digest, Digester};
use crate::record::{CostRecord, DimensionFields, RecordId, Tags};
use crate::report::Report;

/// A keyed set of pseudonyms: every person has the same one each time, and it cannot be reversed without the secret.
///
/// A field whose value holds an `@` is taken for a person, and so is an email address in a free text. Sums do not change,
/// since different people get different names: a name is 64 bits of SHA-256 over the secret and the text.
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

crate::masked_debug!(Pseudonyms {});

impl Pseudonyms {
    /// Creates the pseudonyms of a secret, of any length. Keep it secret: whoever has it can check whether a
    /// pseudonym is a given person's.
    ///
    /// Another secret gives other pseudonyms, so that reports made with different ones cannot be joined.
    pub fn new(secret: &[u8]) -> Self {
        Self { secret: secret.into() }
    }

    /// Returns the pseudonym of a person.
    ///
    /// Different spellings of an address are different people.
    pub fn of(&self, person: &str) -> Arc<str> {
        let number = u64::from_be_bytes(self.digest(person.as_bytes()).prefix());
        format!("person-{number:016x}").into()
    }

    /// Returns the pseudonymous id of a record, as unique as its own id. The own id is a digest over the person and fields
    /// that are often known, so that a name could be guessed by trying.
    pub fn of_record(&self, id: RecordId) -> RecordId {
        RecordId::from_bytes(self.digest(id.as_bytes()).prefix())
    }

    /// The length comes first, so that no secret and text run into each other.
    fn digest(&self, of: &[u8]) -> Digest {
        let length = u64::try_from(self.secret.len()).unwrap_or(u64::MAX);
        let mut digester = Digester::default();
        digester.update(&length.to_le_bytes());
        digester.update(&self.secret);
        digester.update(of);
        digester.finish()
    }

    /// Returns the value of a field with the person in it renamed; a value that names nobody is unchanged.
    pub fn rename_value<'a>(&self, value: &'a str) -> Cow<'a, str> {
        if is_person(value) { Cow::Owned(self.of(value).to_string()) } else { Cow::Borrowed(value) }
    }

    /// Returns a free text, such as a line of an invoice, with the people in it renamed and everything else as it was.
    ///
    /// A person is recognised by an email address; a display name before an address in angle brackets is replaced with it. A
    /// name without an address cannot be distinguished from other words, and is unchanged.
    ///
    /// ```
    /// use cost_model::Pseudonyms;
    /// let pseudonyms = Pseudonyms::new(b"secret");
    /// let text = pseudonyms.rename_in_text("12 calls by Iris Lee <iris@example.com>, 3 @ $0.04");
    /// assert_eq!(text, format!("{}, 3 @ $0.04", pseudonyms.of("iris@example.com")));
    /// let text = pseudonyms.rename_in_text("12 calls (iris@example.com)");
    /// assert_eq!(text, format!("12 calls ({})", pseudonyms.of("iris@example.com")));
    /// ```
    pub fn rename_in_text(&self, text: &str) -> String {
        let mut renamed = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(found) = Address::first_in(rest) {
            renamed.push_str(rest.get(..found.start).unwrap_or_default());
            renamed.push_str(&self.of(rest.get(found.email).unwrap_or_default()));
            rest = rest.get(found.end..).unwrap_or_default();
        }
        renamed + rest
    }

    /// Renames the people in a record, in whatever field one is named; its provenance stays.
    /// Fields that are no dimensions, such as attributes, are included.
    pub fn rename_in(&self, record: &mut CostRecord) {
        record.edit(|set| {
            let DimensionFields { billing_account, account, service, service_id, resource, .. } = &mut *set;
            for field in [billing_account, account, service, service_id, resource].into_iter().flatten() {
                if is_person(field) {
                    *field = self.of(field);
                }
            }
            self.rename_in_tags(&mut set.tags);
            self.rename_in_tags(&mut set.attributes);
        });
    }

    /// Renames the people in the keys of a report's rows and among its unknown values. The rows keep their order.
    pub fn rename_in_report(&self, report: &mut Report) {
        let keys = report.rows.iter_mut().flat_map(|row| &mut row.keys).flatten();
        for key in keys.filter(|key| is_person(key)) {
            *key = self.of(key);
        }
        // A filter may name a person who has no charges, so that the name is in the report although no row has it.
        for unknown in &mut report.unknown_values {
            unknown.rename(|name| if is_person(name) { self.of(name) } else { Arc::clone(name) });
        }
    }

    /// Values are renamed; keys are not.
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

/// The sign of an email address, in its wide forms too.
const AT: [char; 3] = ['@', '＠', '﹫'];

fn is_person(text: &str) -> bool {
    text.contains(AT)
}

/// An email address in a text: where it is, and where what names its person begins and ends.
struct Address {
    email: Range<usize>,
    start: usize,
    end: usize,
}

impl Address {
    /// Returns the first sign that has a name before it and a host after it.
    fn first_in(text: &str) -> Option<Self> {
        text.match_indices(AT).find_map(|(at, sign)| Self::around(text, at, at + sign.len()))
    }

    /// Makes the address around a sign, if there is a name before it and a host after it.
    fn around(text: &str, at: usize, after: usize) -> Option<Self> {
        let (before, behind) = (text.get(..at)?, text.get(after..)?);
        let name = before.rsplit(is_around).next()?.trim_start_matches(['\'', '.']);
        let host = behind.split(is_around).next()?.trim_end_matches(|each: char| !each.is_alphanumeric());
        if name.is_empty() || !host.contains(char::is_alphabetic) || !host.starts_with(char::is_alphanumeric)
        {
            return None;
        }
        let email = at - name.len()..after + host.len();
        let start = match text.get(..email.start)?.strip_suffix('<') {
            Some(head) => display_name(head),
            None => email.start,
        };
        let closes = text.get(email.end..)?.starts_with('>') && start < email.start;
        Some(Self { end: email.end + usize::from(closes), email, start })
    }
}

/// Returns where the display name at the end of a text begins.
fn display_name(head: &str) -> usize {
    let name = head.trim_end();
    let quoted = name.strip_suffix('"').and_then(|name| name.rfind('"'));
    quoted.unwrap_or_else(|| {
        let before = name.trim_end_matches(|each| !is_before_name(each));
        let first = name.get(before.len()..).unwrap_or_default();
        before.len() + (first.len() - first.trim_start().len())
    })
}

/// Returns what no email address holds.
fn is_around(each: char) -> bool {
    each.is_whitespace() || each.is_control() || "<>()[]{},;:|\"/\\".contains(each)
}

/// Returns what ends the words before a display name.
fn is_before_name(each: char) -> bool {
    each.is_control() || "<>()[]{},;:|".contains(each)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dimension::Dimension;
    use crate::ledger::Ledger;
    use crate::money::{Costs, Currency};
    use crate::report::Query;
    use crate::tagger::NoTags;
    use crate::time::Timestamp;

    #[test]
    fn people_in_a_text_are_renamed_and_the_rest_stays() {
        let pseudonyms = Pseudonyms::new(b"secret");
        let iris = pseudonyms.of("iris@x.test");
        for (text, renamed) in [
            ("iris@x.test", "IRIS"),
            ("Usage of iris@x.test.", "Usage of IRIS."),
            ("iris@x.test/iris@x.test", "IRIS/IRIS"),
            ("mailto:iris@x.test?", "mailto:IRIS?"),
            ("'iris@x.test'", "'IRIS'"),
            ("Usage: Iris Lee <iris@x.test>, 2 calls", "Usage: IRIS, 2 calls"),
            ("\"Lee, Iris\" <iris@x.test>", "IRIS"),
            ("<iris@x.test>", "IRIS"),
            ("3 calls @ $0.04", "3 calls @ $0.04"),
            ("3@0.04 USD", "3@0.04 USD"),
            ("@", "@"),
            ("a@", "a@"),
            ("no one", "no one"),
        ] {
            assert_eq!(pseudonyms.rename_in_text(text), renamed.replace("IRIS", &iris), "{text}");
        }
        assert!(!pseudonyms.rename_in_text("o'brien@x.test and ana＠x.test").contains("x.test"));
        assert_eq!(pseudonyms.rename_value("iris@x.test"), &*iris);
        assert_eq!(pseudonyms.rename_value("sa_1"), "sa_1");
    }

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
            record.edit(|set| set.resource = Some(person.into()));
            record.edit(|set| set.tags.insert("cursor:user", person));
            builder.push(&record).unwrap();
            pseudonyms.rename_in(&mut record);
            let shown = format!(
                "{:?}{:?}",
                record.dimensions.resource,
                record.dimensions.tags.iter().collect::<Vec<_>>()
            );
            assert!(!shown.contains("@x"), "{shown}");
            assert_eq!(shown.contains("sa_1"), person == "sa_1");
        }
        let query = Query::all_resources().group_by(Dimension::Resource);
        let mut report = query.run(&builder.build(), &NoTags).unwrap();
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
