//! Settings of a directory: several sources, other names, another time.

use std::sync::Arc;

use cost_model::Timestamp;

use crate::directory::csv::read_rows;
use crate::directory::lookup::Directory;
use crate::error::{Error, ErrorKind, Result};
use crate::fault::Fault;
use crate::names::canonical_domain;
use crate::place::Place;

impl Directory {
    /// Returns this directory, completed by another: a fact about a person at an instant that this one does not have is taken
    /// from `lower`.
    ///
    /// ```
    /// use cost_model::Timestamp;
    /// use virtual_tags::Directory;
    ///
    /// let people = Directory::from_csv(b"email,team\nana@acme.test,Payments\n", "people.csv")?;
    /// let groups = Directory::from_csv(b"email,team,site\nana@acme.test,Web,Berlin\nbo@acme.test,Web,\n", "groups.csv")?;
    /// let both = people.or(groups);
    /// let now = Timestamp::midnight("2026-09-15".parse().unwrap());
    /// assert_eq!(both.fact("ana@acme.test", "team", now), Some("Payments"));
    /// assert_eq!(both.fact("ana@acme.test", "site", now), Some("Berlin"));
    /// assert_eq!(both.fact("bo@acme.test", "team", now), Some("Web"));
    /// # Ok::<(), virtual_tags::Error>(())
    /// ```
    pub fn or(mut self, lower: Self) -> Self {
        for fact in &lower.facts {
            if !self.facts().contains(fact) {
                self.facts.push(Arc::clone(fact));
            }
        }
        for mut source in lower.sources {
            source.columns = self
                .facts
                .iter()
                .map(|fact| {
                    let old = lower.facts.position(|each| each == fact)?;
                    source.columns.get(old).copied().flatten()
                })
                .collect();
            self.sources.push(source);
        }
        self.aliases.add_missing(lower.aliases);
        // One list for all sources: how names are matched is a setting of the directory and not of a source.
        self.plus_domains.extend(lower.plus_domains);
        self.fixed = self.fixed.or(lower.fixed);
        self.find_boundaries();
        self
    }

    /// Returns the directory as it is at one instant, whenever a charge arose: a person who moved has the facts of that instant
    /// for all charges.
    ///
    /// Use it for reports by today's organisation; by default the time of the charge decides.
    ///
    /// ```
    /// use cost_model::Timestamp;
    /// use virtual_tags::Directory;
    ///
    /// let csv = b"email,team,to,from\nana@acme.test,Web,2026-09-15,\nana@acme.test,Data,,2026-09-15\n";
    /// let at = |day: &str| Timestamp::midnight(day.parse().unwrap());
    /// let today = Directory::from_csv(csv, "people.csv")?.as_of(at("2026-11-30"));
    /// assert_eq!(today.fact("ana@acme.test", "team", at("2026-01-01")), Some("Data"));
    /// # Ok::<(), virtual_tags::Error>(())
    /// ```
    pub fn as_of(mut self, at: Timestamp) -> Self {
        self.fixed = Some(at);
        self.find_boundaries();
        self
    }

    /// Returns the directory as it was known at an instant: without rows whose `recorded_at` is later, so that a closed
    /// month is computed as it was when it was closed.
    ///
    /// ```
    /// use cost_model::Timestamp;
    /// use virtual_tags::Directory;
    ///
    /// let csv = b"email,team,recorded_at\nana@acme.test,Web,\nana@acme.test,Data,2026-10-05\n";
    /// let now = Directory::from_csv(csv, "people.csv")?;
    /// let at = |day: &str| Timestamp::midnight(day.parse().unwrap());
    /// assert_eq!(now.fact("ana@acme.test", "team", at("2026-09-15")), Some("Data"));
    /// let then = now.known_at(at("2026-10-01"));
    /// assert_eq!(then.fact("ana@acme.test", "team", at("2026-09-15")), Some("Web"));
    /// # Ok::<(), virtual_tags::Error>(())
    /// ```
    pub fn known_at(mut self, at: Timestamp) -> Self {
        self.sources.iter_mut().for_each(|source| source.forget_after(at));
        self.find_boundaries();
        self
    }

    /// Ignores a `+tag` before the `@` in these domains, or in all of them with `*`: `ana+work@acme.test` finds
    /// `ana@acme.test`, unless the directory has the name with its tag.
    ///
    /// Off by default, because some companies give different people such addresses.
    pub fn ignore_plus<T: AsRef<str>>(mut self, domains: impl IntoIterator<Item = T>) -> Self {
        self.plus_domains.extend(domains.into_iter().map(|domain| canonical_domain(domain.as_ref().trim())));
        self
    }

    /// Reads other names of people from CSV with the header `alias,email,from,to`: at a time between the two dates, each
    /// of which may be empty, the alias means the email, which may be an alias again. Letter case does not matter.
    ///
    /// ```
    /// use cost_model::Timestamp;
    /// use virtual_tags::Directory;
    ///
    /// let people = Directory::from_csv(b"email,team\nana.b@acme.test,Web\n", "people.csv")?
    ///     .with_aliases(b"alias,email,to\nana.a@acme.test,ana.b@acme.test,2026-09-15\n", "aliases.csv")?;
    /// let at = |day: &str| Timestamp::midnight(day.parse().unwrap());
    /// assert_eq!(people.fact("ana.a@acme.test", "team", at("2026-09-14")), Some("Web"));
    /// assert_eq!(people.fact("ana.a@acme.test", "team", at("2026-09-15")), None);
    /// # Ok::<(), virtual_tags::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Directory`], with the line: a missing column, an invalid date, two spans of one alias that overlap.
    pub fn with_aliases(mut self, csv: &[u8], file: &str) -> Result<Self> {
        let (columns, rows) = read_rows(csv, file, "alias")?;
        let email = columns.iter().position(|name| &**name == "email").ok_or_else(|| {
            let message = "there is no `email` column; expected a header such as alias,email,from,to";
            Error::new(ErrorKind::Directory, Some(Place::file(file).line(1)), message)
        })?;
        for (alias, entry) in rows {
            let place = Place::file(file).line(entry.line);
            let Some(Some(email)) = entry.values.get(email) else {
                return Err(Fault::NoName("email".into()).at(Some(place)));
            };
            if self.aliases.add_alias(&alias, email, entry.span).is_err() {
                let message = "the dates overlap those of an earlier line, which has the same alias; let one end where \
                               the other starts";
                return Err(Error::new(ErrorKind::Directory, Some(place), message));
            }
        }
        self.find_boundaries();
        Ok(self)
    }
}
