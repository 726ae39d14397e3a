//! Splitting a JSON text into the texts of its values, in one pass and without reading any of them.
//!
//! The grammar is checked as strictly as by `serde_json`, against which it is fuzzed. It stands here
//! because amounts must be read from their digits and bad rows kept as sent, and because cutting each
//! field out by way of serde costs more than reading it.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserializer as _, Visitor};

use crate::fault::DecodeFault;

/// The text of one value, which follows JSON's grammar; of a string, what stands between the quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Raw<'a> {
    pub(crate) text: &'a str,
    kind: Kind,
}

/// As wide as its neighbours: copied as a byte and seven more, it would hold up every field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
enum Kind {
    /// A string in which nothing is escaped.
    Plain,
    Escaped,
    Number,
    Other,
}

/// Why a text is no JSON. As wide as what else a function of the scanner returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub(crate) enum Broken {
    /// It ends too early.
    Cut,
    Grammar,
}

impl From<Broken> for DecodeFault {
    fn from(broken: Broken) -> Self {
        match broken {
            Broken::Cut => Self::cut(),
            Broken::Grammar => Self::new("", "JSON"),
        }
    }
}

type Scanned<T> = Result<T, Broken>;

/// The name of a field.
pub(crate) type Name<'a> = Cow<'a, str>;

/// A place in a JSON text.
#[derive(Clone, Debug)]
pub(crate) struct Scanner<'a> {
    text: &'a str,
    at: usize,
}

/// Deeper than any answer, and no risk for the stack.
const DEPTH_MAX: u32 = 128;

impl<'a> Scanner<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// The next byte that is no space; the scanner stays before it.
    #[inline]
    pub(crate) fn ahead(&mut self) -> Scanned<u8> {
        loop {
            match self.peek() {
                Some(b' ' | b'\n' | b'\r' | b'\t') => self.at += 1,
                Some(byte) => return Ok(byte),
                None => return Err(Broken::Cut),
            }
        }
    }

    /// Steps over the bracket that opens an object or a list, if it is next.
    pub(crate) fn enters(&mut self, bracket: u8) -> Scanned<bool> {
        let enters = self.ahead()? == bracket;
        self.at += usize::from(enters);
        Ok(enters)
    }

    /// The name of a field, and the colon after it.
    #[inline]
    pub(crate) fn name(&mut self) -> Scanned<Name<'a>> {
        if self.ahead()? != b'"' {
            return Err(Broken::Grammar);
        }
        let name = self.string()?;
        self.colon()?;
        // What follows JSON's grammar has a content.
        Ok(name.string().unwrap_or_default())
    }

    /// Steps over a name and the colon after it, if it is this one and the scanner stands right before it.
    #[inline]
    pub(crate) fn passes_name(&mut self, name: &Name<'_>) -> Scanned<bool> {
        let Cow::Borrowed(name) = name else { return Ok(false) };
        let quoted =
            self.text.as_bytes().get(self.at..).and_then(|rest| rest.split_at_checked(name.len() + 2));
        let passes = quoted.is_some_and(
            |(quoted, _)| matches!(quoted, [b'"', within @ .., b'"'] if within == name.as_bytes()),
        );
        if passes {
            self.at += name.len() + 2;
            self.colon()?;
        }
        Ok(passes)
    }

    #[inline]
    fn colon(&mut self) -> Scanned<()> {
        if self.ahead()? != b':' {
            return Err(Broken::Grammar);
        }
        self.at += 1;
        Ok(())
    }

    /// Whether another entry follows in an object or a list. Steps over the comma or the end.
    #[inline]
    pub(crate) fn another(&mut self, first: bool, end: u8) -> Scanned<bool> {
        match self.ahead()? {
            byte if byte == end => {
                self.at += 1;
                Ok(false)
            }
            b',' if !first => {
                self.at += 1;
                if self.ahead()? == end { Err(Broken::Grammar) } else { Ok(true) }
            }
            _ if first => Ok(true),
            _ => Err(Broken::Grammar),
        }
    }

    /// The next value.
    #[inline]
    pub(crate) fn value(&mut self) -> Scanned<Raw<'a>> {
        let kind = match self.ahead()? {
            b'"' => return self.string(),
            b'-' | b'0'..=b'9' => Kind::Number,
            _ => Kind::Other,
        };
        let start = self.at;
        if kind == Kind::Number { self.number() } else { self.skip(0) }?;
        Ok(Raw { text: self.since(start), kind })
    }

    /// What has been passed since another place, spaces around it left out.
    pub(crate) fn passed(&self, earlier: &Self) -> &'a str {
        self.since(earlier.at).trim_ascii()
    }

    /// How often what has been passed since another place fits into the rest of the text, itself included.
    pub(crate) fn more_like(&self, earlier: &Self) -> usize {
        let rest = self.text.len().saturating_sub(earlier.at);
        rest.checked_div(self.at.saturating_sub(earlier.at)).unwrap_or_default()
    }

    /// The object that has been passed since another place.
    pub(crate) fn object_since(&self, earlier: &Self) -> Raw<'a> {
        Raw { text: self.passed(earlier), kind: Kind::Other }
    }

    fn since(&self, start: usize) -> &'a str {
        self.text.get(start..self.at).unwrap_or_default()
    }

    /// Only space may follow.
    pub(crate) fn end(&mut self) -> Scanned<()> {
        match self.ahead() {
            Err(Broken::Cut) => Ok(()),
            _ => Err(Broken::Grammar),
        }
    }

    fn skip(&mut self, depth: u32) -> Scanned<()> {
        match self.ahead()? {
            b'"' => self.string().map(|_| ()),
            b'-' | b'0'..=b'9' => self.number(),
            b't' => self.word("true"),
            b'f' => self.word("false"),
            b'n' => self.word("null"),
            b'{' | b'[' if depth == DEPTH_MAX => Err(Broken::Grammar),
            b'{' => {
                self.at += 1;
                let mut first = true;
                while self.another(first, b'}')? {
                    self.name()?;
                    self.skip(depth + 1)?;
                    first = false;
                }
                Ok(())
            }
            b'[' => {
                self.at += 1;
                let mut first = true;
                while self.another(first, b']')? {
                    self.skip(depth + 1)?;
                    first = false;
                }
                Ok(())
            }
            _ => Err(Broken::Grammar),
        }
    }

    fn word(&mut self, word: &str) -> Scanned<()> {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        if rest.starts_with(word.as_bytes()) {
            self.at += word.len();
            Ok(())
        } else if word.as_bytes().starts_with(rest) {
            Err(Broken::Cut)
        } else {
            Err(Broken::Grammar)
        }
    }

    fn number(&mut self) -> Scanned<()> {
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        if self.peek() == Some(b'0') {
            self.at += 1;
        } else {
            self.digits()?;
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.peek() {
            self.at += 1;
            if let Some(b'+' | b'-') = self.peek() {
                self.at += 1;
            }
            self.digits()?;
        }
        Ok(())
    }

    /// One digit or more.
    #[inline]
    fn digits(&mut self) -> Scanned<()> {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        let count = rest.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(rest.len());
        self.at += count;
        match (count, rest) {
            (1.., _) => Ok(()),
            (0, []) => Err(Broken::Cut),
            (0, _) => Err(Broken::Grammar),
        }
    }

    /// A string, at whose first quote the scanner stands.
    fn string(&mut self) -> Scanned<Raw<'a>> {
        self.at += 1;
        let start = self.at;
        let mut kind = Kind::Plain;
        loop {
            let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
            self.at += plain_length(rest).ok_or(Broken::Cut)?;
            let text = self.text.get(start..self.at).unwrap_or_default();
            let stop = self.peek();
            self.at += 1;
            match stop {
                Some(b'"') => return Ok(Raw { text, kind }),
                Some(b'\\') => self.escape()?,
                _ => return Err(Broken::Grammar),
            }
            kind = Kind::Escaped;
        }
    }

    /// What follows a backslash.
    fn escape(&mut self) -> Scanned<()> {
        let mut next = || {
            let byte = self.text.as_bytes().get(self.at).copied().ok_or(Broken::Cut);
            self.at += 1;
            byte
        };
        match next()? {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => Ok(()),
            b'u' => (0..4)
                .try_for_each(|_| if next()?.is_ascii_hexdigit() { Ok(()) } else { Err(Broken::Grammar) }),
            _ => Err(Broken::Grammar),
        }
    }
}

/// How many bytes stand before the next quote, backslash or control character, eight at a time.
#[inline]
fn plain_length(text: &[u8]) -> Option<usize> {
    let (eights, rest) = text.as_chunks::<8>();
    for (at, eight) in eights.iter().enumerate() {
        let stops = stops(u64::from_le_bytes(*eight));
        if stops != 0 {
            // The lowest bit that is set is right; higher ones may come from a borrow.
            return Some(at * 8 + usize::try_from(stops.trailing_zeros() / 8).ok()?);
        }
    }
    let stop = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..=0x1f);
    rest.iter().position(stop).map(|at| eights.len() * 8 + at)
}

/// The high bit of each of eight bytes that is a quote, a backslash or a control character.
#[inline]
fn stops(eight: u64) -> u64 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    let below = |bytes: u64, bound: u8| bytes.wrapping_sub(ONES * u64::from(bound)) & !bytes;
    let quote = below(eight ^ (ONES * u64::from(b'"')), 1);
    let backslash = below(eight ^ (ONES * u64::from(b'\\')), 1);
    (quote | backslash | below(eight, 0x20)) & (ONES << 7)
}

impl<'a> Raw<'a> {
    /// The one value that a text holds.
    pub(crate) fn of(text: &'a str) -> Option<Self> {
        let mut scanner = Scanner::new(text);
        let raw = scanner.value().ok()?;
        scanner.end().ok()?;
        Some(raw)
    }

    pub(crate) fn is_null(self) -> bool {
        self.kind == Kind::Other && self.text == "null"
    }

    pub(crate) fn json_type(self) -> &'static str {
        match (self.kind, self.text.as_bytes().first()) {
            (Kind::Plain | Kind::Escaped, _) => "string",
            (Kind::Number, _) => "number",
            (_, Some(b'{')) => "object",
            (_, Some(b'[')) => "array",
            (_, Some(b'n')) => "null",
            _ => "boolean",
        }
    }

    /// The text of a number, or the content of a string.
    #[inline]
    pub(crate) fn number_text(self) -> Option<Cow<'a, str>> {
        if self.kind == Kind::Number { Some(Cow::Borrowed(self.text)) } else { self.string() }
    }

    /// The content of a string, as it stands if nothing in it is escaped.
    #[inline]
    pub(crate) fn string(self) -> Option<Cow<'a, str>> {
        match self.kind {
            Kind::Plain => Some(Cow::Borrowed(self.text)),
            Kind::Escaped => unescaped(self.text).map(Cow::Owned),
            Kind::Number | Kind::Other => None,
        }
    }
}

/// The content of a JSON string. Half of a surrogate pair, which a sender makes by cutting a text in
/// the middle of an emoji, becomes the replacement character.
fn unescaped(content: &str) -> Option<String> {
    struct Content;
    impl Visitor<'_> for Content {
        type Value = String;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a string")
        }
        fn visit_bytes<E>(self, bytes: &[u8]) -> Result<String, E> {
            Ok(String::from_utf8_lossy(bytes).into_owned())
        }
    }
    let json = format!("\"{content}\"");
    serde_json::Deserializer::from_str(&json).deserialize_bytes(Content).ok()
}

#[cfg(test)]
#[path = "scan_tests.rs"]
mod tests;
