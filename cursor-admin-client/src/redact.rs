//! Making text of the server fit for an error message: short, on one line, without keys or emails.
//!
//! The text of an error body is the server's and may quote the request. It is read only to find words for a
//! person, so that losing some of it does no harm, while showing too much would be in every log.

use std::borrow::Cow;

/// Implements `Debug` by the fields that are listed, each as it is or as a closure makes it. What is not listed, also a field that
/// is added later, may name a person and stays hidden.
macro_rules! masked_debug {
    (@value $self:ident $field:ident) => { $self.$field };
    (@value $self:ident $field:ident $this:ident $value:expr) => {{ let $this = $self; $value }};
    ($type:ident $(<$parameter:ident>)? { $($field:ident $(: |$this:ident| $value:expr)?),* }) => {
        impl $(<$parameter: std::fmt::Debug>)? std::fmt::Debug for $type $(<$parameter>)? {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($type))
                    $(.field(stringify!($field), &$crate::redact::masked_debug!(@value self $field $($this $value)?)))*
                    .finish_non_exhaustive()
            }
        }
    };
}
pub(crate) use masked_debug;

/// How much of a server's text an error shows.
const SHOWN_MAX: usize = 200;
/// How much of it is looked at.
const READ_MAX: usize = 4096;
/// How many characters of the key give it away.
const KEY_HEAD: usize = 8;
/// Longer unbroken words look like secrets.
const WORD_MAX: usize = 32;

/// Returns the text, masked and cut. `secrets` are masked wherever they occur.
pub(crate) fn server_text(text: &str, secrets: &[&str]) -> String {
    let mut text: String = text.chars().take(READ_MAX).collect();
    // As a whole first: within words, a key that holds a dividing character would be found in parts only.
    for secret in secrets.iter().filter(|secret| !secret.is_empty()) {
        text = text.replace(secret, "[key]");
    }
    // A page of HTML may write an address in this way, and would show it.
    let text = text.replace("&#64;", "@").replace("&#x40;", "@").replace("&commat;", "@");
    let plain = if text.trim_start().starts_with('<') { without_tags(&text) } else { text };
    let words: Vec<String> = plain
        .split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .map(|word| mask(word, secrets))
        .collect();
    cut(&words.join(" "), SHOWN_MAX)
}

/// Returns the name of an unknown field. Some objects have data as keys.
///
/// Names of letters are shown as they are; those that hold data are masked like any other word.
pub(crate) fn name(name: &str) -> Cow<'_, str> {
    if name.len() <= WORD_MAX && name.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        return Cow::Borrowed(name);
    }
    let shown =
        if name.contains(char::is_whitespace) { "[masked]".to_owned() } else { cut(&mask(name, &[]), 64) };
    Cow::Owned(shown)
}

/// Returns a text of at most so many characters, with dots where more followed.
fn cut(text: &str, max: usize) -> String {
    match text.char_indices().nth(max) {
        None => text.to_owned(),
        Some((at, _)) => format!("{}...", text.get(..at).unwrap_or_default()),
    }
}

/// Masks the parts of a word that look like an email or a key.
fn mask(word: &str, secrets: &[&str]) -> String {
    let mut masked = String::with_capacity(word.len());
    for piece in word.split_inclusive(is_edge) {
        let core = piece.trim_end_matches(is_edge);
        let edge = piece.get(core.len()..).unwrap_or_default();
        masked.push_str(hidden(core, secrets).unwrap_or(core));
        masked.push_str(edge);
    }
    masked
}

/// Returns whether a character divides words, so that a secret is found within quotes or a URL.
fn is_edge(c: char) -> bool {
    matches!(
        c,
        '"' | '\''
            | '`'
            | '<'
            | '>'
            | '('
            | ')'
            | '['
            | ']'
            | '{'
            | '}'
            | ','
            | ';'
            | ':'
            | '='
            | '&'
            | '?'
            | '/'
    )
}

/// Returns what to show in place of a piece that looks like a secret; `None` for one that does not.
fn hidden(piece: &str, secrets: &[&str]) -> Option<&'static str> {
    let lower = piece.to_ascii_lowercase();
    // Addresses in URLs and in JSON are encoded.
    if piece.contains('@') || lower.contains("%40") || lower.contains("\\u0040") {
        return Some("[email]");
    }
    let prefixed =
        ["key_", "crsr_"].iter().any(|p| lower.strip_prefix(p).is_some_and(|rest| rest.len() >= KEY_HEAD));
    // No word of a message is so long, and a token of any service may be.
    let long = piece.len() > WORD_MAX && piece.bytes().all(|b| b.is_ascii_graphic());
    (prefixed
        || long
        || secrets.iter().any(|secret: &&str| {
            secret
                .char_indices()
                .nth(KEY_HEAD)
                .and_then(|(at, _)| secret.get(..at))
                .is_some_and(|head| piece.contains(head))
        }))
    .then_some("[key]")
}

/// Returns the title of a page of HTML, or its text.
///
/// Only for errors of gateways: nothing is rendered, and scripts come out as text.
fn without_tags(html: &str) -> String {
    let lower = html.to_ascii_lowercase();
    let title =
        lower.find("<title>").zip(lower.find("</title>")).and_then(|(from, to)| html.get(from + 7..to));
    if let Some(title) = title {
        return title.to_owned();
    }
    let mut inside = false;
    let mut text = String::new();
    for c in html.chars() {
        match c {
            '<' => inside = true,
            '>' => {
                inside = false;
                text.push(' ');
            }
            _ if !inside => text.push(c),
            _ => {}
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "team-secret-CANARY-0123456789";

    #[test]
    fn masks_and_cuts() {
        for (text, expected) in [
            ("Invalid API key", "Invalid API key"),
            ("  two\n\tlines\u{0} ", "two lines"),
            ("no team-secret-CANARY-0123456789 here", "no [key] here"),
            ("no (team-secret-C...) here", "no ([key]) here"),
            ("user <iris@example.com>, gone", "user <[email]>, gone"),
            ("<p>iris&#64;example.com</p>", "[email]"),
            ("?email=iris%40example.com&page=1", "?email=[email]&page=1"),
            ("key_0123456789abcdef", "[key]"),
            ("Bearer crsr_0123456789abcdef", "Bearer [key]"),
            ("api key_type", "api key_type"),
            ("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "[key]"),
            ("<html><head><title>502 Bad Gateway</title></head><body>x</body></html>", "502 Bad Gateway"),
            ("<p>Try <b>again</b></p>", "Try again"),
        ] {
            assert_eq!(server_text(text, &[KEY]), expected, "{text}");
        }
        assert_eq!(server_text("no abc12 here", &["abc12"]), "no [key] here");
        let long = server_text(&"word ".repeat(10_000), &[KEY]);
        assert!(long.len() <= SHOWN_MAX + 3 && long.ends_with("..."));
    }

    #[test]
    fn names_that_are_data() {
        assert_eq!(name("owningUser"), "owningUser");
        assert_eq!(name("iris@example.com"), "[email]");
        assert_eq!(name("Iris Example"), "[masked]");
    }
}
