//! A charge as rules read it.
//!
//! It resolves who caused the charge: the fields that may name a person are read in order, and the directory's aliases
//! of that instant are applied. The email is computed at most once, and only for rules that have conditions on it.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::sync::Arc;

use cost_model::{Dimension, Dimensions, Timestamp};

use crate::directory::lookup::Directory;
use crate::ids::FactId;
use crate::names::lowercase;
use crate::rules::person_matcher::{ActorKind, PersonMatcher};

/// Returns the value of a dimension. Tags are read as filters read them, since a type may give them only one by one.
///
/// [`Dimensions::get`] of a type outside of this crate need not answer for tags, and `get` and `tag` would
/// then disagree about the same charge.
pub(crate) fn text_of<'a>(dimensions: &'a dyn Dimensions, dimension: &Dimension) -> Option<Cow<'a, str>> {
    match dimension {
        Dimension::Tag(key) => dimensions.tag(key),
        _ => dimensions.get(dimension),
    }
}

/// A charge at an instant, with the other keys' values that are known already.
///
/// It is made for each question and dropped after it; only the email is kept, because several rules ask for
/// it and aliases and letter case make it costly.
pub(crate) struct Charge<'a> {
    pub(crate) dimensions: &'a dyn Dimensions,
    pub(crate) at: Timestamp,
    pub(crate) directory: &'a Directory,
    /// Where a person may be named, in order.
    person: &'a [Dimension],
    email: OnceCell<Option<String>>,
}

impl<'a> Charge<'a> {
    /// Makes a charge of its dimensions and its instant, whose email is looked up when it is first needed.
    pub(crate) fn new(
        dimensions: &'a dyn Dimensions,
        at: Timestamp,
        directory: &'a Directory,
        person: &'a [Dimension],
    ) -> Self {
        Self { dimensions, at, directory, person, email: OnceCell::new() }
    }

    /// Returns the same charge, caused by the person of that email.
    ///
    /// For checks that ask what a rule would say of a person, without a charge that names one.
    pub(crate) fn with_email(mut self, email: &str) -> Self {
        self.email = OnceCell::from(Some(email.to_owned()));
        self
    }

    /// Returns the names to look up in the directory, in order; a name that stands in several places once.
    ///
    /// The same name in two fields is common, such as an owner beside a user, and a second look-up of it
    /// could only give the same answer.
    pub(crate) fn ids(&self) -> impl Iterator<Item = Cow<'a, str>> + use<'a> {
        let (dimensions, places) = (self.dimensions, self.person);
        places.iter().enumerate().filter_map(move |(number, place)| {
            let name = text_of(dimensions, place)?;
            let mut earlier = places.iter().take(number).filter_map(|place| text_of(dimensions, place));
            (!earlier.any(|other| other == name)).then_some(name)
        })
    }

    /// Returns the person's email in lower case, after the aliases.
    ///
    /// The first name with an `@` counts, in the order of the fields of a person; without one there is no
    /// email, and conditions on emails do not hold.
    pub(crate) fn email(&self) -> Option<&str> {
        self.email
            .get_or_init(|| {
                let id = self.ids().find(|id| id.contains('@'))?;
                Some(lowercase(&self.directory.name_at(&id, self.at)))
            })
            .as_deref()
    }

    /// Returns the parts of the person's email before and after the `@`.
    pub(crate) fn email_parts(&self) -> Option<(&str, &str)> {
        self.email()?.rsplit_once('@')
    }

    /// Returns a fact about the charge's person.
    ///
    /// The first name for which the directory has the fact decides, so that a fact that is missing for one
    /// name is taken from the next.
    pub(crate) fn fact(&self, fact: FactId) -> Option<&'a Arc<str>> {
        self.ids().find_map(|id| self.directory.shared_fact_at(&id, fact, self.at))
    }

    /// Returns whether a charge is caused by that kind of actor. An id with an at sign is a person; any other one is a
    /// service account, unless it is empty or names a bucket.
    fn is_caused_by(&self, who: ActorKind) -> bool {
        if who == ActorKind::Removed {
            return self
                .ids()
                .find(|id| id.contains('@'))
                .is_some_and(|id| self.directory.has_removed(&id, self.at));
        }
        // Only the first field: a person named further on, such as an owner, did not cause the charge.
        who == match self.person.first().and_then(|place| text_of(self.dimensions, place)) {
            Some(id) if id.contains('@') => ActorKind::Person,
            Some(id) if !id.trim().is_empty() && !is_bucket(&id) => ActorKind::ServiceAccount,
            _ => ActorKind::Nobody,
        }
    }

    /// Returns whether a rule's conditions on people hold; they are in lower case.
    ///
    /// Conditions that are not set hold. The kind of actor is tested first, because it needs no email.
    pub(crate) fn matches_person(&self, people: &PersonMatcher) -> bool {
        people.who.is_none_or(|who| self.is_caused_by(who))
            && (!people.asks_email() || self.email().is_some_and(|email| people.matches_email(email)))
            && people.in_directory.is_none_or(|known| {
                known == self.ids().any(|id| self.directory.match_kind(&id, self.at).is_some())
            })
    }
}

/// Returns whether it is a bucket such as `(no user)`. Some answers spell a missing id as the word `null`.
fn is_bucket(id: &str) -> bool {
    id == "null" || (id.starts_with('(') && id.ends_with(')'))
}
