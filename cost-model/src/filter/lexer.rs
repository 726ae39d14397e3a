//! Text to tokens.

use std::ops::Range;

use crate::{Error, Result};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    Word(String),
    Text(String),
    /// One of `= != ( ) [ ] , .`; `<>` becomes `!=`.
    Mark(&'static str),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Lexeme {
    pub(super) token: Token,
    pub(super) span: Range<usize>,
}

const MARKS: [(&str, &str); 9] = [
    ("!=", "!="),
    ("<>", "!="),
    ("=", "="),
    ("(", "("),
    (")", ")"),
    ("[", "["),
    ("]", "]"),
    (",", ","),
    (".", "."),
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
            '"' => {
                return Err(Error::filter(
                    start..start + 1,
                    "strings stand in single quotes, not double quotes",
                ));
            }
            _ if first.is_alphabetic() || first == '_' => {
                let length =
                    rest.find(|each: char| !(each.is_alphanumeric() || each == '_')).unwrap_or(rest.len());
                (Token::Word(rest.get(..length).unwrap_or_default().to_owned()), length)
            }
            _ => match MARKS.iter().find(|(mark, _)| rest.starts_with(mark)) {
                Some((mark, meaning)) => (Token::Mark(meaning), mark.len()),
                None => {
                    let span = start..start + first.len_utf8();
                    return Err(Error::filter(span, format!("`{first}` is not part of the filter language")));
                }
            },
        };
        lexemes.push(Lexeme { token, span: start..start + length });
        rest = rest.get(length..).unwrap_or_default();
    }
}

/// A quoted string at the start of `rest`, with `''` for a quote.
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
