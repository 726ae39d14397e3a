//! Canonical forms of emails, domains and names, so that equal ones compare equal.
//!
//! Rules and directories put names into these forms when they are read, and charges when they are looked up.
//! What is equal to a reader but not here makes a person nobody, so that every form errs on the side of
//! equality.

use std::borrow::Cow;

/// Returns the email without surrounding blanks, its accents joined to their letters, and its domain as
/// [`canonical_domain`] has it.
///
/// The part before the `@` keeps its letter case. A text without an `@` is an id, of which only blanks and accents
/// change.
pub(crate) fn canonical_email(email: &str) -> String {
    let email = compose_accents(email.trim());
    match email.rsplit_once('@') {
        Some((local, domain)) => format!("{local}@{}", canonical_domain(domain)),
        None => email.into_owned(),
    }
}

/// Returns the text in lower case, each letter by itself.
///
/// Lower case that depends on the neighbours, as that of a sigma at the end of a word, would differ between a
/// pattern and a text.
pub(crate) fn lowercase(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    text.chars().flat_map(char::to_lowercase).collect()
}

/// Returns a pattern of emails in the form in which emails are compared: its accents joined to their letters,
/// and the labels of its domain as [`canonical_domain`] has them, but for those with wildcards.
pub(crate) fn canonical_glob(glob: &str) -> String {
    let glob = compose_accents(glob.trim());
    let Some((local, domain)) = glob.rsplit_once('@') else { return glob.into_owned() };
    let labels = domain
        .split('.')
        .map(|label| if label.contains(['*', '?']) { label.to_owned() } else { canonical_domain(label) });
    format!("{local}@{}", labels.collect::<Vec<_>>().join("."))
}

/// Returns the domain in lower case and in letters, however it is encoded: `xn--` names are read.
///
/// A domain that is no valid IDNA name stays as it is, in lower case.
pub(crate) fn canonical_domain(domain: &str) -> String {
    let lower = lowercase(domain);
    if lower.is_ascii() && !lower.contains("xn--") {
        return lower;
    }
    let (letters, result) = idna::domain_to_unicode(&lower);
    if result.is_ok() { letters } else { lower }
}

/// Returns the text with every accent joined to its letter: Unicode's normalization form C.
pub(crate) fn compose_accents(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    icu_normalizer::ComposingNormalizerBorrowed::new_nfc().normalize(text)
}

/// Returns whether a character takes no room, so that nobody sees it in a file.
///
/// Control characters, soft hyphens, zero-width characters, marks of direction and the byte order mark.
pub(crate) fn is_invisible(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}' | '\u{feff}'
        )
}

/// Returns the fault of a text that is meant as an email, or as another id; it quotes no part of it.
pub(crate) fn email_fault(text: &str) -> Option<&'static str> {
    let text = text.trim();
    if text.chars().any(is_invisible) {
        return Some("contains an invisible character");
    }
    // Any other id may be written as it likes.
    if !text.contains('@') {
        return None;
    }
    let at = text.matches('@').count();
    if text.contains(['<', '>']) {
        return Some("is in angle brackets beside a name");
    }
    if text.get(..7).is_some_and(|start| start.eq_ignore_ascii_case("mailto:")) {
        return Some("begins with `mailto:`");
    }
    if at > 1 || text.contains([',', ';']) {
        return Some("is more than one");
    }
    if text.chars().any(char::is_whitespace) {
        return Some("contains a blank");
    }
    if text.starts_with('@') || text.ends_with('@') {
        return Some("lacks a part");
    }
    let odd = ['(', ')', '[', ']', '{', '}', '"', '\\', ':', '*'];
    let (_, domain) = text.rsplit_once('@')?;
    if text.contains(odd) || domain.starts_with('.') || domain.ends_with('.') || domain.contains("..") {
        return Some("contains a character that no email has there");
    }
    None
}

/// Returns the email without its `+tag`; `None` without one, or where nothing would be left before the `@`.
pub(super) fn strip_plus_tag(email: &str) -> Option<String> {
    let (local, domain) = email.rsplit_once('@')?;
    let (base, _) = local.split_once('+').filter(|(base, _)| !base.is_empty())?;
    Some(format!("{base}@{domain}"))
}

/// Returns a text as people read it: without case, blanks, invisible characters and the marks that replace blanks in names, and with
/// letters of one form.
///
/// Letters of one form are those of Unicode's normalization form KC, so that a full-width `Ｔ` is a `T`.
pub(crate) fn fold_name(text: &str) -> String {
    let normal = icu_normalizer::ComposingNormalizerBorrowed::new_nfkc().normalize(text);
    let read = normal.chars().filter(|each| !each.is_whitespace() && !is_invisible(*each));
    read.filter(|each| !matches!(each, '_' | '-')).flat_map(char::to_lowercase).collect()
}
