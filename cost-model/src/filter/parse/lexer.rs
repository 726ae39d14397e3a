//! Text to tokens.

use std::ops::Range;

use crate::error::{Error, Result};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    Word(String),
    Text(String),
    /// `[-]digits[.digits]`
    Number(String),
    /// One of [`MARKS`]; `<>` becomes `!=`.
    Mark(&'static str),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Lexeme {
    pub(super) token: Token,
    pub(super) span: Range<usize>,
}

/// Each mark before those that it starts with.
const MARKS: [(&str, &str); 17] = [
    ("!~*", "!~*"),
    ("!~", "!~"),
    ("~*", "~*"),
    ("=~", "=~"),
    ("!=", "!="),
    ("<>", "!="),
    ("<=", "<="),
    (">=", ">="),
    ("<", "<"),
    (">", ">"),
    ("=", "="),
    ("(", "("),
    (")", ")"),
    ("[", "["),
    ("]", "]"),
    (",", ","),
    (".", "."),
];

/// What people write who know another language, and what to write here.
const STRANGERS: [(&str, &str); 10] = [
    ("\"", "write strings in single quotes, not double quotes"),
    ("‘", "write strings in straight single quotes"),
    ("’", "write strings in straight single quotes"),
    ("“", "write strings in straight single quotes"),
    ("==", "equality is written with a single `=`"),
    ("!=~", "a regular expression that must not match is written `!~`"),
    ("&&", "conditions are joined by AND, not `&&`"),
    ("||", "conditions are joined by OR, not `||`"),
    ("--", "the filter language has no comments"),
    ("/*", "the filter language has no comments"),
];

pub(super) fn lex(sentence: &str) -> Result<Vec<Lexeme>> {
    let mut lexemes = Vec::new();
    let mut rest = sentence;
    loop {
        rest = rest.trim_start();
        let start = sentence.len() - rest.len();
        let Some(first) = rest.chars().next() else { return Ok(lexemes) };
        let (token, length) = match first {
            '\'' => text(rest, start)?,
            _ if first.is_alphabetic() || first == '_' => {
                let length = leading(rest, |each| each.is_alphanumeric() || each == '_');
                (Token::Word(rest.get(..length).unwrap_or_default().to_owned()), length)
            }
            _ => match number_length(rest) {
                Some(length) => number(rest, length, start)?,
                None => mark(rest, first, start)?,
            },
        };
        lexemes.push(Lexeme { token, span: start..start + length });
        rest = rest.get(length..).unwrap_or_default();
    }
}

/// Returns the length in bytes of the characters at the start of `text` that are all `fit`.
fn leading(text: &str, fit: impl Fn(char) -> bool) -> usize {
    text.find(|each| !fit(each)).unwrap_or(text.len())
}

/// Returns the number of that length at the start of `rest`, unless it goes on in a way that numbers do not.
fn number(rest: &str, length: usize, start: usize) -> Result<(Token, usize)> {
    let (digits, after) = rest.split_at_checked(length).unwrap_or((rest, ""));
    // `12abc` and `1.2.3` would otherwise be read as a number and something else, with a fault that names neither.
    let strange = leading(after, |each| each.is_alphanumeric() || matches!(each, '_' | '.'));
    if strange == 0 {
        return Ok((Token::Number(digits.to_owned()), length));
    }
    let span = start..start + length + strange;
    Err(Error::filter(
        span,
        "a number is written in digits with at most one point between them, such as 12.5",
    ))
}

/// Returns the length of a number at the start of `rest`.
fn number_length(rest: &str) -> Option<usize> {
    let sign = usize::from(rest.starts_with('-'));
    let whole = leading_digits(rest.get(sign..));
    let end = sign + whole;
    let fraction = match rest.get(end..) {
        Some(after) => leading_digits(after.strip_prefix('.')),
        None => 0,
    };
    (whole > 0).then_some(if fraction > 0 { end + 1 + fraction } else { end })
}

fn mark(rest: &str, first: char, start: usize) -> Result<(Token, usize)> {
    // Before the marks, since some strangers begin with one.
    if let Some((stranger, advice)) = STRANGERS.iter().find(|(stranger, _)| rest.starts_with(stranger)) {
        return Err(Error::filter(start..start + stranger.len(), *advice));
    }
    if let Some((mark, meaning)) = MARKS.iter().find(|(mark, _)| rest.starts_with(mark)) {
        return Ok((Token::Mark(meaning), mark.len()));
    }
    let message = match first {
        '~' => "a flexible match is written `~*`, a regular expression `=~`".to_owned(),
        _ => format!("`{first}` is not part of the filter language"),
    };
    Err(Error::filter(start..start + first.len_utf8(), message))
}

/// Returns a quoted string at the start of `rest`, with `''` for a quote.
fn text(rest: &str, start: usize) -> Result<(Token, usize)> {
    let mut value = String::new();
    let mut characters = rest.char_indices().skip(1).peekable();
    while let Some((at, each)) = characters.next() {
        if each != '\'' {
            value.push(each);
        } else if characters.next_if(|(_, next)| *next == '\'').is_some() {
            value.push('\'');
        } else {
            return Ok((Token::Text(value), at + 1));
        }
    }
    Err(Error::filter(start..start + rest.len(), "this string has no closing quote"))
}

fn leading_digits(text: Option<&str>) -> usize {
    leading(text.unwrap_or_default(), |each| each.is_ascii_digit())
}
