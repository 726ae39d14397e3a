//! Which spellings are one person.

use std::borrow::Cow;
use std::collections::HashMap;

use cost_model::Timestamp;

use crate::digest::Fields;
use crate::rule_set::Span;

/// The email without surrounding blanks, its characters composed, and its domain as [`canonical_domain`] has it.
pub(crate) fn canonical(email: &str) -> String {
    let email = composed(email.trim());
    match email.rsplit_once('@') {
        Some((local, domain)) => format!("{local}@{}", canonical_domain(domain)),
        None => email.into_owned(),
    }
}

/// The domain in lower case and in letters, however it is encoded: `xn--` names are read.
pub(crate) fn canonical_domain(domain: &str) -> String {
    let lower = domain.to_lowercase();
    if lower.is_ascii() && !lower.contains("xn--") {
        return lower;
    }
    let (letters, result) = idna::domain_to_unicode(&lower);
    if result.is_ok() { letters } else { lower }
}

/// The same text with every accent joined to its letter.
pub(crate) fn composed(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    icu_normalizer::ComposingNormalizerBorrowed::new_nfc().normalize(text)
}

/// The email without its `+tag`, if it has one.
pub(super) fn without_plus(email: &str) -> Option<String> {
    let (local, domain) = email.rsplit_once('@')?;
    let (base, _) = local.split_once('+').filter(|(base, _)| !base.is_empty())?;
    Some(format!("{base}@{domain}"))
}

/// Other names of people, each for a span of time.
#[derive(Clone, Default)]
pub(super) struct Aliases {
    /// By the other name in lower case.
    names: HashMap<String, Vec<(Span, String)>>,
}

impl Aliases {
    /// Adds another name; the span with which it overlaps, if it does.
    pub(super) fn add(&mut self, alias: &str, email: &str, span: Span) -> Result<(), Span> {
        let known = self.names.entry(canonical(alias).to_lowercase()).or_default();
        if let Some((other, _)) = known.iter().find(|(other, _)| other.overlaps(&span)) {
            return Err(*other);
        }
        known.push((span, canonical(email)));
        Ok(())
    }

    /// The name that an alias stands for at an instant.
    pub(super) fn at(&self, name: &str, at: Timestamp) -> Option<&str> {
        if self.names.is_empty() {
            return None;
        }
        let known = self.names.get(&name.to_lowercase())?;
        known.iter().find(|(span, _)| span.contains(at)).map(|(_, email)| email.as_str())
    }

    /// Every name that an alias ever stands for.
    pub(super) fn of<'a>(&'a self, name: &str) -> &'a [(Span, String)] {
        if self.names.is_empty() {
            return &[];
        }
        self.names.get(&name.to_lowercase()).map_or(&[], Vec::as_slice)
    }

    pub(super) fn spans(&self) -> impl Iterator<Item = &Span> {
        self.names.values().flatten().map(|(span, _)| span)
    }

    pub(super) fn digest_into(&self, fields: &mut Fields) {
        let mut names: Vec<_> = self.names.iter().collect();
        names.sort_by_key(|(name, _)| *name);
        fields.count(names.len());
        for (name, spans) in names {
            fields.text(name);
            let mut spans: Vec<_> = spans.iter().collect();
            spans.sort_by_key(|(span, _)| span.from);
            fields.count(spans.len());
            for (span, email) in spans {
                fields.span(*span);
                fields.text(email);
            }
        }
    }

    /// As many steps as a chain of aliases can have without going round in a circle.
    pub(super) fn len(&self) -> usize {
        self.names.len()
    }

    /// Those of another source, for names that are not known here.
    pub(super) fn merge(&mut self, lower: Self) {
        for (name, known) in lower.names {
            self.names.entry(name).or_insert(known);
        }
    }
}
