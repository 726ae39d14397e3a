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

/// The text in lower case, each letter by itself: lower case that depends on the neighbours, as that of a sigma at the end of a
/// word, would differ between a pattern and a text.
pub(crate) fn lowercase(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    text.chars().flat_map(char::to_lowercase).collect()
}

/// A pattern of emails with its characters composed, and the labels of its domain as [`canonical_domain`] has them, but for those
/// with wildcards.
pub(crate) fn canonical_glob(glob: &str) -> String {
    let glob = composed(glob.trim());
    let Some((local, domain)) = glob.rsplit_once('@') else { return glob.into_owned() };
    let labels = domain
        .split('.')
        .map(|label| if label.contains(['*', '?']) { label.to_owned() } else { canonical_domain(label) });
    format!("{local}@{}", labels.collect::<Vec<_>>().join("."))
}

/// The domain in lower case and in letters, however it is encoded: `xn--` names are read.
pub(crate) fn canonical_domain(domain: &str) -> String {
    let lower = lowercase(domain);
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

/// Whether a character takes no room, so that nobody sees it in a file.
pub(crate) fn is_invisible(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}' | '\u{feff}'
        )
}

/// Why a text that is meant as an email, or as another id, is none; it names no part of it.
pub(crate) fn email_fault(text: &str) -> Option<&'static str> {
    let text = text.trim();
    if text.chars().any(is_invisible) {
        return Some("has an invisible character in it");
    }
    // Any other id may be written as it likes.
    if !text.contains('@') {
        return None;
    }
    let at = text.matches('@').count();
    if text.contains(['<', '>']) {
        return Some("stands in angle brackets beside a name");
    }
    if text.get(..7).is_some_and(|start| start.eq_ignore_ascii_case("mailto:")) {
        return Some("begins with `mailto:`");
    }
    if at > 1 || text.contains([',', ';']) {
        return Some("is more than one");
    }
    if text.chars().any(char::is_whitespace) {
        return Some("has a blank in it");
    }
    if text.starts_with('@') || text.ends_with('@') {
        return Some("lacks a part");
    }
    let odd = ['(', ')', '[', ']', '{', '}', '"', '\\', ':', '*'];
    let (_, domain) = text.rsplit_once('@')?;
    if text.contains(odd) || domain.starts_with('.') || domain.ends_with('.') || domain.contains("..") {
        return Some("has a character in it that no email has there");
    }
    None
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
        let known = self.names.entry(lowercase(&canonical(alias))).or_default();
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
        let known = self.names.get(&lowercase(name))?;
        known.iter().find(|(span, _)| span.contains(at)).map(|(_, email)| email.as_str())
    }

    /// Every name that an alias ever stands for.
    pub(super) fn of<'a>(&'a self, name: &str) -> &'a [(Span, String)] {
        if self.names.is_empty() {
            return &[];
        }
        self.names.get(&lowercase(name)).map_or(&[], Vec::as_slice)
    }

    pub(super) fn spans(&self) -> impl Iterator<Item = &Span> {
        self.names.values().flatten().map(|(span, _)| span)
    }

    /// Every other name, with its time and whom it stands for, in order.
    pub(super) fn all(&self) -> Vec<(&str, Span, &str)> {
        let mut all: Vec<_> = self
            .names
            .iter()
            .flat_map(|(name, spans)| {
                spans.iter().map(move |(span, email)| (name.as_str(), *span, email.as_str()))
            })
            .collect();
        all.sort_by(|one, other| (one.0, one.1.from, one.2).cmp(&(other.0, other.1.from, other.2)));
        all
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
