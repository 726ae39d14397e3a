//! Comparisons of texts other than equality: LIKE patterns and the flexible match.
//!
//! Each comparison folds its own text once, when it is made, and the value each time. Neither normalises Unicode.

use std::sync::Arc;

/// A LIKE pattern: literals between `%` signs, each of which means any run of characters. `Debug` leaves it out.
///
/// ```
/// use cost_model::filter::Pattern;
///
/// let pattern = Pattern::new("%@acme.test");
/// assert!(pattern.matches("ana@acme.test") && !pattern.matches("ana@acme.test.example"));
/// // Nothing but `%` is special.
/// assert!(!Pattern::new("a_b").matches("axb"));
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Pattern {
    sentence: Arc<str>,
    folded: Arc<str>,
}

crate::masked_debug!(Pattern {});

/// The shape of a [`Pattern`], for indexes and for writers of other languages.
/// Literals are as written; matching ignores their case.
#[derive(Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "every pattern is one of these; callers must handle the last")]
pub enum PatternShape<'a> {
    /// `%`: any text.
    Any,
    /// `text`: exactly this.
    Exact(&'a str),
    /// `text%`.
    Prefix(&'a str),
    /// `%text`.
    Suffix(&'a str),
    /// `%text%`.
    Contains(&'a str),
    /// Several literals, such as `a%b`; see [`Pattern::literals`].
    Other,
}

crate::masked_debug!(PatternShape<'_> = Any | Exact | Prefix | Suffix | Contains | Other);

impl Pattern {
    /// Makes a pattern from its text, without quotes.
    ///
    /// ```
    /// use cost_model::filter::Pattern;
    ///
    /// assert!(Pattern::new("%@acme.test").matches("ana@acme.test"));
    /// ```
    pub fn new(sentence: impl Into<Arc<str>>) -> Self {
        let sentence = sentence.into();
        Self { folded: lower(&sentence).into(), sentence }
    }

    /// Returns the pattern as written, without its quotes.
    pub fn as_str(&self) -> &str {
        &self.sentence
    }

    /// Returns the shape of the pattern.
    /// `%%` is [`PatternShape::Any`], and a pattern without `%` is [`PatternShape::Exact`].
    pub fn shape(&self) -> PatternShape<'_> {
        let inner = self.sentence.trim_matches('%');
        let (open_start, open_end) = (self.sentence.starts_with('%'), self.sentence.ends_with('%'));
        match (inner.is_empty(), open_start, open_end) {
            _ if inner.contains('%') => PatternShape::Other,
            (true, true, _) => PatternShape::Any,
            (_, false, false) => PatternShape::Exact(inner),
            (_, false, true) => PatternShape::Prefix(inner),
            (_, true, false) => PatternShape::Suffix(inner),
            (_, true, true) => PatternShape::Contains(inner),
        }
    }

    /// Returns the literals between the `%` signs, in order; the first is a prefix and the last a suffix, and either may be
    /// empty.
    pub fn literals(&self) -> impl Iterator<Item = &str> {
        self.sentence.split('%')
    }

    /// Returns whether the whole of `value` matches the pattern.
    pub fn matches(&self, value: &str) -> bool {
        fits(&self.sentence, value)
    }

    /// Returns whether the whole of `value` matches the pattern, ignoring case.
    ///
    /// Case is folded character by character.
    pub fn matches_any_case(&self, value: &str) -> bool {
        fits(&self.folded, &lower(value))
    }
}

/// Tests the ends first, then finds the literals between them from left to right.
fn fits(pattern: &str, value: &str) -> bool {
    let Some((prefix, rest)) = pattern.split_once('%') else { return pattern == value };
    let (middle, suffix) = rest.rsplit_once('%').unwrap_or(("", rest));
    let Some(inner) = value.strip_prefix(prefix).and_then(|value| value.strip_suffix(suffix)) else {
        return false;
    };
    // Taking each literal as early as it comes leaves the most room for those after it.
    middle
        .split('%')
        .try_fold(inner, |value, literal| value.find(literal).and_then(|at| value.get(at + literal.len()..)))
        .is_some()
}

/// Character by character, since lower case that depends on the neighbours would differ between a pattern and a text.
fn lower(text: &str) -> String {
    text.chars().flat_map(char::to_lowercase).collect()
}

/// The text of a flexible match `~*`: case, blanks, underscores, hyphens and punctuation do not count. `Debug` leaves
/// it out.
#[derive(Clone, PartialEq, Eq)]
pub struct Flexible {
    text: Arc<str>,
    folded: String,
}

crate::masked_debug!(Flexible {});

impl Flexible {
    pub(super) fn new(text: impl Into<Arc<str>>) -> Self {
        let text = text.into();
        Self { folded: flexible(&text).collect(), text }
    }

    /// Returns the text as written, without its quotes.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns whether `value` equals the text, ignoring case, blanks, underscores, hyphens and punctuation.
    pub fn matches(&self, value: &str) -> bool {
        flexible(value).eq(self.folded.chars())
    }
}

/// Returns what counts of a text, in lower case.
fn flexible(text: &str) -> impl Iterator<Item = char> {
    text.chars().filter(|each| !is_ignored(*each)).flat_map(char::to_lowercase)
}

/// Blanks and punctuation: all of ASCII's, and the blocks of Unicode that hold little else.
fn is_ignored(character: char) -> bool {
    character.is_whitespace()
        || character.is_ascii_punctuation()
        || matches!(character, '\u{a1}'..='\u{bf}' if !character.is_alphanumeric())
        || matches!(character, '\u{2010}'..='\u{205e}' | '\u{3001}'..='\u{3003}' | '\u{3008}'..='\u{301f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_like_a_wildcard() {
        let table = [
            ("%@data.acme.test", "ana@data.acme.test", true),
            ("%@data.acme.test", "ana@data.acme.tests", false),
            ("ana%", "ana@acme.test", true),
            ("%acme%", "ana@acme.test", true),
            ("a%a%a", "aa", false),
            ("a%a%a", "aaa", true),
            ("%ab%ab%", "abab", true),
            ("%ab%ab%", "aab", false),
            ("a%b", "ab", true),
            ("ab%ba", "aba", false),
            ("%", "", true),
            ("%%", "x", true),
            ("a_b", "axb", false),
            ("a_b", "a_b", true),
            ("", "", true),
            ("", "x", false),
            ("é%", "él", true),
        ];
        for (pattern, value, expected) in table {
            assert_eq!(Pattern::new(pattern).matches(value), expected, "{pattern} on {value}");
        }
        assert!(Pattern::new("ANA@%").matches_any_case("ana@acme.test"));
        assert!(Pattern::new("É%").matches_any_case("éL"));
        assert!(!Pattern::new("ANA@%").matches("ana@acme.test"));
    }

    #[test]
    fn patterns_say_what_they_ask() {
        let table = [
            ("%", PatternShape::Any),
            ("%%", PatternShape::Any),
            ("", PatternShape::Exact("")),
            ("a", PatternShape::Exact("a")),
            ("a%", PatternShape::Prefix("a")),
            ("%a", PatternShape::Suffix("a")),
            ("%%a", PatternShape::Suffix("a")),
            ("%a%", PatternShape::Contains("a")),
            ("a%b", PatternShape::Other),
            ("%a%b%", PatternShape::Other),
        ];
        for (pattern, shape) in table {
            assert!(Pattern::new(pattern).shape() == shape, "{pattern}");
        }
        assert_eq!(Pattern::new("a%%b").literals().collect::<Vec<_>>(), ["a", "", "b"]);
    }

    #[test]
    fn a_flexible_match_looks_at_letters_and_digits() {
        let table = [
            ("Data Platform", "data_platform", true),
            ("Data Platform", "DATA-PLATFORM!", true),
            ("Data Platform", "data“plat…form", true),
            ("Data Platform", "data platforms", false),
            ("GPT 5.1", "gpt-51", true),
            ("é", "É", true),
            ("e\u{301}", "e", false),
            ("--", "", true),
        ];
        for (text, value, expected) in table {
            assert_eq!(Flexible::new(text).matches(value), expected, "{text} on {value}");
        }
    }
}
