//! Dated facts about people.
//!
//! A directory has one or more sources, which are consulted in order: the first that has a fact for the instant
//! answers. Names go through the aliases of that instant before they are looked up. Rules are evaluated between
//! boundaries, the instants at which any answer may change, so that their results can be cached.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use cost_model::Timestamp;

use crate::directory::aliases::Aliases;
use crate::directory::source::{DatedRow, DirectorySource, PersonRows};
use crate::fault::Fault;
use crate::ids::{FactId, Table};
use crate::names::{canonical_email, lowercase, strip_plus_tag};
use crate::place::Place;

/// Dated facts about people: email, facts such as team and department, and the days between which they hold.
///
/// A directory is read from CSV ([`Directory::from_csv`]), from JSON ([`Directory::from_json`]) or made of memberships in
/// groups ([`Directory::from_memberships`]); [`Directory::or`] puts several sources together. `from` is the first day
/// on which they hold and `to` the first on which they no longer do (days in UTC); an empty or missing date is open. A column
/// `recorded_at` states when a row became known: a later row about a person replaces earlier ones on the days that both
/// cover.
///
/// A person is found by email. Blanks around it and the case of the domain never matter; the case of the part before the
/// `@` matters only where two people differ in nothing else; accents may be encoded as characters of their own; and a
/// domain in letters is the same as its `xn--` form. Any other id, such as a service account's, may be in the email
/// column too.
///
/// ```
/// use cost_model::Timestamp;
/// use virtual_tags::Directory;
///
/// let people = Directory::from_csv(b"email,team\nana@acme.test,Web\n", "people.csv")?
///     .with_aliases(b"alias,email\nana.old@acme.test,ana@acme.test\n", "aliases.csv")?
///     .ignore_plus(["acme.test"]);
/// let at = Timestamp::midnight("2026-09-15".parse().unwrap());
/// for name in ["ana@acme.test", "Ana@Acme.test", "ana.old@acme.test", "ana+ci@acme.test"] {
///     assert_eq!(people.fact(name, "team", at), Some("Web"), "{name}");
/// }
/// assert_eq!(people.fact("bo@acme.test", "team", at), None);
/// # Ok::<(), virtual_tags::Error>(())
/// ```
#[derive(Clone, Default)]
pub struct Directory {
    pub(super) facts: Table<FactId, Arc<str>>,
    /// In the order in which they are asked.
    pub(super) sources: Vec<DirectorySource>,
    pub(super) aliases: Aliases,
    /// The domains in which a `+tag` does not matter, in lower case; `*` for all.
    pub(super) plus_domains: Vec<String>,
    /// The instant at which everything is looked up, if it is not the charge's.
    pub(super) fixed: Option<Timestamp>,
    /// The instants at which an answer may change, ascending and distinct; none where everything is looked up at a
    /// fixed one.
    pub(super) boundaries: Vec<Timestamp>,
}

cost_model::masked_debug!(Directory { facts: |it| it.facts.as_slice(), people: |it| it.people() });

/// The way in which a name found a person, from the surest to the least sure.
/// The order is that of preference, where sources of a directory find different people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum MatchKind {
    /// The name is that of the directory, apart from blanks around it, the form of the domain, and the encoding of accents.
    Exact,
    /// The name differs in the case of the part before the `@`.
    AnyCase,
    /// The name has a `+tag` that [`Directory::ignore_plus`] leaves out.
    WithoutPlus,
}

/// The result of looking up a name in a directory at one instant; see [`Directory::look_up`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NameMatch {
    /// A person, found in this way.
    Found(MatchKind),
    /// The name matches two people, neither of them exactly, so that it finds neither.
    Ambiguous,
    /// Nobody whose dates cover the instant.
    NotFound,
}

impl Directory {
    /// Returns an email in the form in which directories compare them: without blanks around it, its accents joined to their
    /// letters, its domain in letters, in lower case.
    ///
    /// ```
    /// use virtual_tags::Directory;
    ///
    /// assert_eq!(Directory::comparable_email(" Jose\u{301}@XN--BCHER-KVA.test"), "jos\u{e9}@b\u{fc}cher.test");
    /// ```
    pub fn comparable_email(email: &str) -> String {
        lowercase(&canonical_email(email))
    }

    /// Makes a directory of one source, whose columns are in the order of `facts`.
    pub(super) fn from_source(facts: Vec<Arc<str>>, source: DirectorySource) -> Self {
        let mut directory = Self { facts: facts.into(), sources: vec![source], ..Self::default() };
        directory.find_boundaries();
        directory
    }

    /// Collects the boundaries again; needed after every change of sources, aliases or the fixed instant.
    pub(super) fn find_boundaries(&mut self) {
        let spans = self.sources.iter().flat_map(DirectorySource::spans).chain(self.aliases.spans());
        let mut boundaries: Vec<_> = spans.flat_map(crate::span::Span::ends).collect();
        boundaries.sort_unstable();
        boundaries.dedup();
        self.boundaries = if self.fixed.is_some() { Vec::new() } else { boundaries };
    }

    /// Returns every name by which the directory knows somebody, in order: emails and other ids, and the names that
    /// aliases add.
    ///
    /// ```
    /// use virtual_tags::Directory;
    ///
    /// let people = Directory::from_csv(b"email,team\nana@acme.test,Web\nsa_1,Web\n", "people.csv")?;
    /// let people = people.with_aliases(b"alias,email\nana@old.test,ana@acme.test\n", "aliases.csv")?;
    /// assert_eq!(people.names(), ["ana@acme.test", "ana@old.test", "sa_1"]);
    /// # Ok::<(), virtual_tags::Error>(())
    /// ```
    pub fn names(&self) -> Vec<&str> {
        let aliases = self.aliases.sorted_aliases().into_iter().map(|(name, ..)| name);
        let mut names: Vec<_> = self.everyone().into_iter().chain(aliases).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// Returns whether in some domain people are found whatever `+tag` their email has.
    pub fn ignores_plus(&self) -> bool {
        !self.plus_domains.is_empty()
    }

    /// Returns whether there are other names of people.
    pub(crate) fn has_aliases(&self) -> bool {
        self.aliases.alias_count() > 0
    }

    /// Returns the names of the facts, in the order of the columns.
    /// The columns of emails and dates are not among them.
    pub fn facts(&self) -> &[Arc<str>] {
        self.facts.as_slice()
    }

    /// Returns the name of a fact.
    pub(crate) fn fact_name(&self, fact: FactId) -> Option<&Arc<str>> {
        self.facts.get(fact)
    }

    /// Returns the fact of exactly that name.
    pub(crate) fn fact_id(&self, name: &str) -> Option<FactId> {
        self.facts.position(|fact| **fact == *name)
    }

    /// The column of that name as the directory writes it, or as the only one that is so written but for the case of letters;
    /// else why there is none.
    pub(crate) fn fact_named(&self, name: &str) -> std::result::Result<&Arc<str>, Fault> {
        if let Some(fact) = self.facts.iter().find(|fact| ***fact == *name) {
            return Ok(fact);
        }
        let mut alike = self.facts.iter().filter(|fact| fact.to_lowercase() == name.to_lowercase());
        alike.next().filter(|_| alike.next().is_none()).ok_or_else(|| self.no_such_column(name))
    }

    /// Returns the fault of an unknown column, with the columns that there are.
    fn no_such_column(&self, name: &str) -> Fault {
        let name = name.into();
        match self.facts() {
            [] => Fault::NoColumns(name),
            known => Fault::UnknownColumn { name, known: known.to_vec() },
        }
    }

    /// The distinct values of a fact, each with a line that has it, in the order of the lines.
    pub(crate) fn distinct_values(&self, fact: FactId) -> Vec<(Arc<str>, Option<Place>)> {
        let mut values: HashMap<Arc<str>, (usize, u64)> = HashMap::new();
        for (number, source) in self.sources.iter().enumerate() {
            let Some(column) = source.columns.get(fact).copied().flatten() else { continue };
            for entry in source.sorted_people().into_iter().flat_map(|person| person.entries) {
                if let Some(value) = entry.values.get(column).and_then(Option::as_ref) {
                    let first = values.entry(Arc::clone(value)).or_insert((number, entry.line));
                    *first = (*first).min((number, entry.line));
                }
            }
        }
        let mut values: Vec<_> = values.into_iter().collect();
        values.sort_by(|(value, line), (other, after)| (line, value).cmp(&(after, other)));
        values
            .into_iter()
            .map(|(value, (source, line))| {
                (value, self.sources.get(source).and_then(|source| source.line_place(line)))
            })
            .collect()
    }

    /// Counts the people, and other ids, of all sources.
    /// Someone in several sources counts once; aliases do not count.
    pub fn people(&self) -> usize {
        match self.sources.as_slice() {
            // The emails of one source are distinct, so that they need no sort.
            [one] => one.emails().count(),
            _ => self.everyone().len(),
        }
    }

    /// Returns everyone's canonical email, in order.
    pub(crate) fn everyone(&self) -> Vec<&str> {
        let mut everyone: Vec<_> = self.sources.iter().flat_map(DirectorySource::emails).collect();
        everyone.sort_unstable();
        everyone.dedup();
        everyone
    }

    /// Returns a fact about a person at an instant; `None` if the person is unknown, no row covers the instant, the cell
    /// is empty, or there is no such column.
    /// The email may be written in any way that [`Directory`] finds a person by. Sources after the first that has a
    /// value are not consulted.
    pub fn fact(&self, email: &str, fact: &str, at: Timestamp) -> Option<&str> {
        self.fact_at(email, self.fact_id(fact)?, at)
    }

    /// Returns a fact by its id, as `fact` does by name.
    pub(crate) fn fact_at(&self, email: &str, fact: FactId, at: Timestamp) -> Option<&str> {
        self.shared_fact_at(email, fact, at).map(|value| &**value)
    }

    /// Returns the shared text of a fact, which can be taken over without a copy.
    pub(crate) fn shared_fact_at(&self, email: &str, fact: FactId, at: Timestamp) -> Option<&Arc<str>> {
        let at = self.fixed.unwrap_or(at);
        let name = self.name_at(email, at);
        self.sources.iter().find_map(|source| {
            let column = (*source.columns.get(fact)?)?;
            let (person, _) = self.find_in_source(source, &name)?;
            person.entries.iter().find(|entry| entry.span.contains(at))?.values.get(column)?.as_ref()
        })
    }

    /// The instant at which a charge of that time is looked up.
    pub(crate) fn lookup_time(&self, at: Timestamp) -> Timestamp {
        self.fixed.unwrap_or(at)
    }

    /// Returns the canonical name of a person at an instant, after the aliases.
    pub(crate) fn name_at(&self, email: &str, at: Timestamp) -> String {
        let at = self.fixed.unwrap_or(at);
        let mut name = canonical_email(email);
        // Bounds the chain, should aliases form a circle.
        for _ in 0..self.aliases.alias_count() {
            match self.aliases.target_at(&name, at) {
                Some(next) => next.clone_into(&mut name),
                None => break,
            }
        }
        name
    }

    /// Returns the way in which a name finds a person at an instant; `None` where no row covers it, the name is unknown, or it
    /// matches two people. [`Directory::look_up`] distinguishes these.
    /// Where several sources know the person, the surest way counts.
    pub fn match_kind(&self, email: &str, at: Timestamp) -> Option<MatchKind> {
        self.find_person(email, at).map(|(found, _)| found)
    }

    /// Looks up a name at an instant: as [`Directory::match_kind`], but distinguishes an unknown name from one that matches two
    /// people.
    ///
    /// ```
    /// use cost_model::Timestamp;
    /// use virtual_tags::Directory;
    /// use virtual_tags::directory::{MatchKind, NameMatch};
    ///
    /// let people = Directory::from_csv(b"email\nAna@acme.test\nana@acme.test\nbo@acme.test\n", "people.csv")?;
    /// let at = Timestamp::midnight("2026-09-15".parse().unwrap());
    /// assert_eq!(people.look_up("BO@acme.test", at), NameMatch::Found(MatchKind::AnyCase));
    /// assert_eq!(people.look_up("ANA@acme.test", at), NameMatch::Ambiguous);
    /// assert_eq!(people.look_up("cy@acme.test", at), NameMatch::NotFound);
    /// # Ok::<(), virtual_tags::Error>(())
    /// ```
    pub fn look_up(&self, name: &str, at: Timestamp) -> NameMatch {
        match self.match_kind(name, at) {
            Some(kind) => NameMatch::Found(kind),
            None if self.is_ambiguous(name, at) => NameMatch::Ambiguous,
            None => NameMatch::NotFound,
        }
    }

    /// The same, and the name that the directory has; found exactly before otherwise.
    pub(crate) fn find_person(&self, email: &str, at: Timestamp) -> Option<(MatchKind, &str)> {
        let at = self.fixed.unwrap_or(at);
        let name = self.name_at(email, at);
        let known = self.sources.iter().filter_map(|source| {
            let (person, found): (PersonRows<'_>, _) = self.find_in_source(source, &name)?;
            person.entries.iter().any(|entry| entry.span.contains(at)).then_some((found, person.email))
        });
        known.min_by_key(|(found, _)| *found)
    }

    /// Returns whether the name finds a person whose last row has ended.
    pub(crate) fn has_removed(&self, email: &str, at: Timestamp) -> bool {
        let at = self.fixed.unwrap_or(at);
        let name = self.name_at(email, at);
        let mut people =
            self.sources.iter().filter_map(|source| self.find_in_source(source, &name)).peekable();
        people.peek().is_some()
            && people.all(|(person, _)| {
                person.entries.iter().all(|entry: &DatedRow| entry.span.to.is_some_and(|to| to <= at))
            })
    }

    /// Returns whether the name finds nobody because it is spelled like two people's.
    pub(crate) fn is_ambiguous(&self, email: &str, at: Timestamp) -> bool {
        let name = self.name_at(email, at);
        self.match_kind(email, at).is_none() && self.sources.iter().any(|source| source.is_ambiguous(&name))
    }

    /// Finds a canonical name in one source: as it is written, then without its `+tag` where the domain ignores those.
    fn find_in_source<'a>(
        &self,
        source: &'a DirectorySource,
        name: &str,
    ) -> Option<(PersonRows<'a>, MatchKind)> {
        if let Some((person, exact)) = source.find_person(name) {
            return Some((person, if exact { MatchKind::Exact } else { MatchKind::AnyCase }));
        }
        if self.plus_domains.is_empty() {
            return None;
        }
        let base = strip_plus_tag(name)?;
        let (_, domain) = base.rsplit_once('@')?;
        let ignored = self.plus_domains.iter().any(|each| each == "*" || each == domain);
        let (person, _) = source.find_person(&base).filter(|_| ignored)?;
        Some((person, MatchKind::WithoutPlus))
    }

    /// Returns the instants at which a fact about one person may change, in no order.
    pub(crate) fn boundaries_of(&self, email: &str) -> Vec<Timestamp> {
        if self.fixed.is_some() {
            return Vec::new();
        }
        let mut names = vec![Cow::Owned(canonical_email(email))];
        let mut boundaries = Vec::new();
        let mut next = 0;
        // Follows aliases of all times, breadth first; each name is visited once, so that circles end.
        while let Some(name) = names.get(next).cloned() {
            for (span, email) in self.aliases.all_targets(&name) {
                boundaries.extend(span.ends());
                if !names.iter().any(|known| known == email) {
                    names.push(Cow::Borrowed(email));
                }
            }
            let people = self.sources.iter().filter_map(|source| self.find_in_source(source, &name));
            let entries = people.flat_map(|(person, _)| person.entries);
            boundaries.extend(entries.flat_map(|entry| entry.span.ends()));
            next += 1;
        }
        boundaries
    }

    /// Returns the instants at which a fact may change, ascending.
    pub(crate) fn boundaries(&self) -> &[Timestamp] {
        &self.boundaries
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Result;

    fn at(date: &str) -> Timestamp {
        Timestamp::midnight(date.parse().unwrap())
    }

    fn read(csv: &str) -> Result<Directory> {
        Directory::from_csv(csv.as_bytes(), "directory.csv")
    }

    const MOVER: &str = "email,team,department,from,to\n\
        ana@acme.test,Payments,Engineering,2026-01-01,2026-09-15\n\
        ana@acme.test,Data Platform,Engineering,2026-09-15,\n";

    #[test]
    fn the_event_decides_which_dates_hold() {
        let directory = read(MOVER).unwrap();
        assert_eq!(directory.fact("ana@acme.test", "team", at("2025-12-31")), None);
        assert_eq!(directory.fact("ana@acme.test", "team", at("2026-01-01")), Some("Payments"));
        let last = Timestamp::from_millis(at("2026-09-15").millis() - 1).unwrap();
        assert_eq!(directory.fact("ana@acme.test", "team", last), Some("Payments"));
        assert_eq!(directory.fact("ana@acme.test", "team", at("2026-09-15")), Some("Data Platform"));
        assert_eq!(directory.fact("ana@acme.test", "project", at("2026-09-15")), None);
        assert_eq!(directory.fact("bo@acme.test", "team", at("2026-09-15")), None);
    }

    #[test]
    fn exact_emails_come_before_folded_ones() {
        let directory =
            read("\u{feff}email , team\nAna@Acme.test, One\nana@acme.test,Two\nBo@acme.test,Three\n")
                .unwrap();
        let team = |email| directory.fact(email, "team", at("2026-01-01"));
        assert_eq!(team("Ana@ACME.test"), Some("One"));
        assert_eq!(team(" ana@acme.test "), Some("Two"));
        assert_eq!(team("ANA@acme.test"), None);
        assert_eq!(team("bo@acme.test"), Some("Three"));
    }

    #[track_caller]
    fn fails(csv: &str, message: &str) {
        assert_eq!(read(csv).unwrap_err().to_string(), message);
    }

    #[test]
    fn errors_name_the_line_and_the_remedy() {
        fails(
            "mail,team\n",
            "directory.csv:1: there is no `email` column; expected a header such as email,team,from,to, and there is: \
             mail, team",
        );
        fails(
            "",
            "directory.csv:1: there is no `email` column; expected a header such as email,team,from,to, and the file is empty",
        );
        fails("email,team,Team\n", "directory.csv:1: the column `Team` occurs twice: leave one of them");
        fails("email,,team\n", "directory.csv:1: column 2 has no name");
        fails("email,team\nana@acme.test\n", "directory.csv:2: the row has 1 fields, and the header 2");
        fails(
            "email,team\n# a comment\n\nbo@acme.test,X\n\n,Payments\n",
            "directory.csv:6: the row has no email",
        );
        fails(
            "email,from\nana@acme.test,15.09.2026\n",
            "directory.csv:2: `from` is `15.09.2026`, which is not a date like 2026-09-15",
        );
        fails(
            "email,from,to\nana@acme.test,2026-09-15,2026-09-15\n",
            "directory.csv:2: `to` must come after `from`: it is the first day that no longer holds",
        );
        fails(
            "email,from,to\nana@acme.test,,2026-09-16\nbo@acme.test,,\nana@ACME.test,2026-09-15,\n",
            "directory.csv:4: the dates overlap those of line 2, which has the same email; let one end where the \
             other starts",
        );
    }

    #[test]
    fn debug_shows_no_person() {
        assert!(!format!("{:?}", read(MOVER).unwrap()).contains("ana"));
    }
}
