//! Which version of a directory it is.

use cost_model::Digest;

use crate::digest_writer::Fields;
use crate::directory::lookup::Directory;
use crate::directory::source::{Person, Source};

impl Directory {
    /// Which version of the directory it is: who had which facts when. What a later `recorded_at` replaced does not count.
    pub fn digest(&self) -> Digest {
        let mut fields = Fields::new("virtual-tags directory 1");
        fields.count(self.sources.len());
        for source in &self.sources {
            let people = source.everybody();
            fields.count(people.len());
            for person in people {
                self.person_into(&mut fields, source, person);
            }
        }
        self.aliases.digest_into(&mut fields);
        let mut domains: Vec<_> = self.plus_domains.iter().collect();
        domains.sort();
        domains.dedup();
        fields.count(domains.len());
        for domain in domains {
            fields.text(domain);
        }
        fields.instant(self.fixed);
        fields.digest()
    }

    fn person_into(&self, fields: &mut Fields, source: &Source, person: Person<'_>) {
        fields.text(person.email);
        fields.count(person.entries.len());
        let mut entries: Vec<_> = person.entries.iter().collect();
        entries.sort_by_key(|entry| entry.span.from);
        for entry in entries {
            fields.span(entry.span);
            let value = |column: &Option<usize>| entry.values.get((*column)?)?.as_ref();
            let facts = self.facts.iter().zip(&source.columns);
            let mut known: Vec<_> =
                facts.filter_map(|(fact, column)| value(column).map(|value| (fact, value))).collect();
            known.sort();
            fields.count(known.len());
            for (fact, value) in known {
                fields.text(fact);
                fields.text(value);
            }
        }
    }
}
