//! Digests of directories.
//!
//! They are those of a whole directory, for a host that wants to know whether it was given the same one.
//! Locks have a narrower digest, of what a period used; see `snapshot`.

use cost_model::digest::Digest;

use crate::digest_writer::DigestWriter;
use crate::directory::lookup::Directory;
use crate::directory::source::{DirectorySource, PersonRows};

impl Directory {
    /// Returns the version of the directory: a digest of who had which facts when, of aliases and of how names are
    /// matched.
    ///
    /// Rows that a later `recorded_at` replaced do not count, and neither does the order of rows or columns.
    ///
    /// ```
    /// use virtual_tags::Directory;
    ///
    /// let one = Directory::from_csv(b"email,team\nana@acme.test,Web\nbo@acme.test,Web\n", "people.csv")?;
    /// let other = Directory::from_csv(b"team,email\nWeb,bo@acme.test\nWeb,ana@ACME.test\n", "export.csv")?;
    /// assert_eq!(one.digest(), other.digest());
    /// # Ok::<(), virtual_tags::Error>(())
    /// ```
    pub fn digest(&self) -> Digest {
        let mut writer = DigestWriter::new("virtual-tags directory 1");
        writer.write_count(self.sources.len());
        for source in &self.sources {
            let people = source.sorted_people();
            writer.write_count(people.len());
            for person in people {
                self.write_person(&mut writer, source, person);
            }
        }
        self.aliases.write_digest(&mut writer);
        let mut domains: Vec<_> = self.plus_domains.iter().collect();
        domains.sort();
        domains.dedup();
        writer.write_count(domains.len());
        for domain in domains {
            writer.write_text(domain);
        }
        writer.write_instant(self.fixed);
        writer.finish()
    }

    /// Writes a person's rows in order of time, each with its facts by name.
    ///
    /// Names and not the numbers of columns are written, so that the order of columns makes no difference.
    fn write_person(&self, writer: &mut DigestWriter, source: &DirectorySource, person: PersonRows<'_>) {
        writer.write_text(person.email);
        writer.write_count(person.entries.len());
        let mut entries: Vec<_> = person.entries.iter().collect();
        entries.sort_by_key(|entry| entry.span.from);
        for entry in entries {
            writer.write_span(entry.span);
            let facts = self.facts.iter().zip(&source.columns);
            let mut known: Vec<_> = facts
                .filter_map(|(fact, column)| Some((fact, entry.values.get((*column)?)?.as_ref()?)))
                .collect();
            known.sort();
            writer.write_count(known.len());
            for (fact, value) in known {
                writer.write_text(fact);
                writer.write_text(value);
            }
        }
    }
}
