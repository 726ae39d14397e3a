//! Conditions on who caused a charge.
//!
//! They look at the email of a charge's person and at nothing else, which is why they have fields of their
//! own and are no filter: aliases and spellings of the directory apply to them.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::names::{canonical_domain, canonical_email, canonical_glob, compose_accents, lowercase};

/// One of the forms of names.
///
/// A type, because the functions of `names` have to be values of one type in a loop.
type Form = fn(&str) -> String;

/// Conditions on the person who caused a charge, beside the condition on the charge. Every condition that is set must
/// hold; of a list, one entry must match. `Debug` leaves out the lists.
///
/// The charge's person is the first of the fields of [`RuleSet::person`](crate::RuleSet::person) that is an email, under
/// the name that the directory's aliases give it at the time of the charge. Letter case does not matter here.
///
/// ```
/// use virtual_tags::rules::{ActorKind, PersonMatcher};
///
/// let mut matcher = PersonMatcher::default();
/// assert!(matcher.is_empty());
/// matcher.subdomain_of.push("acme.test".into());
/// matcher.who = Some(ActorKind::Person);
/// assert_eq!(matcher.to_string(), "email.under = 'acme.test' and who = person");
/// ```
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PersonMatcher {
    /// The whole email: `email.is`.
    #[serde(rename = "is")]
    pub equals: Vec<Arc<str>>,
    /// The part before the `@`: `email.local`.
    pub local: Vec<Arc<str>>,
    /// The email without its `+tag`: `email.base`.
    #[serde(rename = "base")]
    pub without_plus_tag: Vec<Arc<str>>,
    /// The part after the `@`: `email.domain`.
    pub domain: Vec<Arc<str>>,
    /// A domain, or any below it: `email.under`.
    #[serde(rename = "under")]
    pub subdomain_of: Vec<Arc<str>>,
    /// A pattern of the whole email, in which `*` matches any text and `?` any one character: `email.glob`.
    pub glob: Vec<Arc<str>>,
    /// Whether the directory has the person at the time of the charge: `in_directory`.
    pub in_directory: Option<bool>,
    /// The kind of actor: `who`.
    pub who: Option<ActorKind>,
}

cost_model::masked_debug!(PersonMatcher { in_directory, who });

/// The kind of actor that caused a charge, by the first of the fields of [`RuleSet::person`](crate::RuleSet::person).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ActorKind {
    /// A person: the field has an email address, also that of somebody who was removed.
    Person,
    /// A service account: the field has a text that is neither an email nor a bucket such as `(no user)`.
    ServiceAccount,
    /// Nobody: the field is missing, or has a bucket such as `(no user)`.
    Nobody,
    /// A person whom the directory has, but whose last row ends before the time of the charge.
    Removed,
}

impl ActorKind {
    // One list for the file, the writer and the texts of explanations.
    pub(crate) const ALL: [(&'static str, Self); 4] = [
        ("person", Self::Person),
        ("service_account", Self::ServiceAccount),
        ("nobody", Self::Nobody),
        ("removed", Self::Removed),
    ];
}

impl PersonMatcher {
    /// Returns whether there is no condition at all.
    /// Such a matcher matches every charge, also one that names nobody.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Returns whether the directory is needed to decide it.
    ///
    /// Emails need it as well, since its aliases decide what the email is.
    pub(crate) fn asks_directory(&self) -> bool {
        self.asks_email() || self.in_directory.is_some() || self.who == Some(ActorKind::Removed)
    }

    /// Returns whether some list restricts the email.
    pub(crate) fn asks_email(&self) -> bool {
        self.lists().iter().any(|(_, list)| !list.is_empty())
    }

    /// Returns the lists, by the names that they have in a rules file.
    pub(crate) fn lists(&self) -> [(&'static str, &[Arc<str>]); 6] {
        [
            ("is", &self.equals),
            ("local", &self.local),
            ("base", &self.without_plus_tag),
            ("domain", &self.domain),
            ("under", &self.subdomain_of),
            ("glob", &self.glob),
        ]
    }

    /// Returns the same conditions, each by itself.
    ///
    /// For explanations, which say of each condition whether it holds.
    pub(crate) fn one_by_one(&self) -> Vec<Self> {
        let none = Self::default;
        let each = [
            Self { equals: self.equals.clone(), ..none() },
            Self { local: self.local.clone(), ..none() },
            Self { without_plus_tag: self.without_plus_tag.clone(), ..none() },
            Self { domain: self.domain.clone(), ..none() },
            Self { subdomain_of: self.subdomain_of.clone(), ..none() },
            Self { glob: self.glob.clone(), ..none() },
            Self { in_directory: self.in_directory, ..none() },
            Self { who: self.who, ..none() },
        ];
        each.into_iter().filter(|each| !each.is_empty()).collect()
    }

    /// Puts every text in the form in which emails are compared: as the directory has them, and in lower case.
    pub(crate) fn normalize(&mut self) {
        let Self { equals, local, without_plus_tag, domain, subdomain_of, glob, .. } = self;
        let emails = equals.iter_mut().chain(without_plus_tag).map(|text| (text, canonical_email as Form));
        let domains = domain.iter_mut().chain(subdomain_of).map(|text| (text, canonical_domain as Form));
        let locals = local.iter_mut().map(|text| (text, (|text| compose_accents(text).into_owned()) as Form));
        let globs = glob.iter_mut().map(|text| (text, canonical_glob as Form));
        for (text, form) in emails.chain(domains).chain(locals).chain(globs) {
            // Without a branch, which is quick for the many that are in lower case already.
            let is_other =
                text.bytes().fold(false, |found, byte| found | !matches!(byte, b'!'..=b'@' | b'['..=b'~'));
            if is_other || text.contains("xn--") {
                *text = lowercase(&form(text.trim())).into();
            }
        }
    }

    /// Returns whether an email in lower case matches every list; they are in lower case too.
    ///
    /// A list without entries allows every email.
    pub(crate) fn matches_email(&self, email: &str) -> bool {
        let (local, domain) = email.rsplit_once('@').unwrap_or((email, ""));
        allows(&self.equals, |each| each == email)
            && allows(&self.local, |each| each == local)
            && allows(&self.without_plus_tag, |each| each == without_plus_tag(email))
            && allows(&self.domain, |each| each == domain)
            && allows(&self.subdomain_of, |each| is_subdomain_or_same(domain, each))
            && allows(&self.glob, |each| matches_glob(each, email))
    }
}

impl fmt::Display for PersonMatcher {
    /// The conditions as a rules file has them, joined by `and`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut conditions: Vec<String> = Vec::new();
        for (name, list) in self.lists().into_iter().filter(|(_, list)| !list.is_empty()) {
            conditions.push(match list {
                [one] => format!("email.{name} = '{one}'"),
                _ => format!("email.{name} IN ('{}')", list.join("', '")),
            });
        }
        conditions.extend(self.in_directory.map(|known| format!("in_directory = {known}")));
        let who = ActorKind::ALL.iter().find(|(_, who)| Some(*who) == self.who);
        conditions.extend(who.map(|(name, _)| format!("who = {name}")));
        f.write_str(&conditions.join(" and "))
    }
}

/// Returns the email without its `+tag`.
pub(crate) fn without_plus_tag(email: &str) -> Cow<'_, str> {
    let (local, domain) = email.rsplit_once('@').unwrap_or((email, ""));
    match local.split_once('+') {
        Some((base, _)) => Cow::Owned(format!("{base}@{domain}")),
        None => Cow::Borrowed(email),
    }
}

/// Returns whether a domain is another or lies below it.
///
/// The dot before the parent is required: `notacme.test` does not lie below `acme.test`.
pub(crate) fn is_subdomain_or_same(domain: &str, parent: &str) -> bool {
    domain.strip_suffix(parent).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

/// Returns whether the whole text matches. It takes time in proportion to both lengths multiplied at most, whatever the pattern.
fn matches_glob(pattern: &str, text: &str) -> bool {
    let (mut pattern, mut text) = (pattern.chars(), text.chars());
    // What follows the last `*`, and the text that it was last tried on.
    let mut last_star = None;
    loop {
        let rest = text.clone();
        match (pattern.next(), text.next()) {
            (Some('*'), _) => {
                last_star = Some((pattern.clone(), rest.clone()));
                text = rest;
            }
            (Some(expected), Some(found)) if expected == '?' || expected == found => {}
            (None, None) => return true,
            _ => {
                let Some((after_star, start)) = &mut last_star else { return false };
                if start.next().is_none() {
                    return false;
                }
                (pattern, text) = (after_star.clone(), start.clone());
            }
        }
    }
}

/// Returns whether a list is empty, and so asks for nothing, or has an entry that fits.
fn allows(list: &[Arc<str>], fits: impl Fn(&str) -> bool) -> bool {
    list.is_empty() || list.iter().any(|each| fits(each))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs_fit_whole_texts() {
        let table = [
            ("*", "", true),
            ("*-bot@*", "ci-bot@acme.test", true),
            ("*-bot@*", "ci-bots@acme.test", false),
            ("a?a@*", "ana@acme.test", true),
            ("a?a@*", "anna@acme.test", false),
            ("", "a", false),
            ("a*b*c", "a-b-b-c", true),
            ("a*b*c", "a-c-b", false),
            ("**", "x", true),
        ];
        for (pattern, text, expected) in table {
            assert_eq!(matches_glob(pattern, text), expected, "{pattern} on {text}");
        }
    }

    #[test]
    fn a_domain_lies_under_itself_and_its_parents_only() {
        assert!(is_subdomain_or_same("acme.test", "acme.test"));
        assert!(is_subdomain_or_same("data.acme.test", "acme.test"));
        assert!(!is_subdomain_or_same("notacme.test", "acme.test"));
        assert!(!is_subdomain_or_same("acme.test", "data.acme.test"));
    }

    #[test]
    fn every_list_must_have_an_entry_that_fits() {
        let mut people = PersonMatcher {
            domain: vec!["acme.test".into(), "acme.example".into()],
            ..PersonMatcher::default()
        };
        assert!(people.matches_email("ana+work@acme.test"));
        people.without_plus_tag.push("ana@acme.test".into());
        assert!(people.matches_email("ana+work@acme.test"));
        assert!(!people.matches_email("bo@acme.test"));
        people.local.push("ana".into());
        assert!(!people.matches_email("ana+work@acme.test"));
    }
}
