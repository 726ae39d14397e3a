//! Places in files that people write.
//!
//! Errors and findings give places in the file that a person edits. TOML and JSON readers give offsets into
//! what they read, which escapes and line ends move; the types here turn the one into the other.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// A place in a file that people write: the file's name, and line and column counted from 1.
///
/// ```
/// use virtual_tags::Place;
///
/// let place = Place::file("rules.toml").line(7);
/// assert_eq!(place.to_string(), "rules.toml:7");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Place {
    /// The file's name, as the caller gave it.
    pub file: Arc<str>,
    /// The line, if it is known.
    pub line: Option<u64>,
    /// The column in characters, if it is known.
    pub column: Option<u64>,
}

impl Place {
    /// Makes the place of a file as a whole.
    ///
    /// The line and the column are unknown: use it where the fault is that something is missing.
    pub fn file(file: impl Into<Arc<str>>) -> Self {
        Self { file: file.into(), line: None, column: None }
    }

    /// Returns the place of a line of the same file, without a column.
    ///
    /// Lines are counted from 1, as editors do.
    pub fn line(&self, line: u64) -> Self {
        Self { file: Arc::clone(&self.file), line: Some(line), column: None }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        for number in [self.line, self.column].into_iter().flatten() {
            write!(f, ":{number}")?;
        }
        Ok(())
    }
}

/// A text as a file writes it in a string of TOML, so that the place of each of its bytes in the file is known.
///
/// It holds the text twice, raw and read, and walks both at once; conditions are short.
#[derive(PartialEq, Eq)]
pub(crate) struct SourceText {
    /// Where the text begins.
    place: Place,
    /// As it is written.
    raw: Box<str>,
    /// As it is read: the same, but for escapes.
    text: Box<str>,
    has_escapes: bool,
}

impl SourceText {
    /// Finds a text in the string that `lines` hold at `string`, quotes included; `None` if it is not written there.
    pub(crate) fn find(lines: &Lines<'_>, string: Range<usize>, text: &str) -> Option<Self> {
        let quoted = lines.text.get(string.clone())?;
        let (quotes, has_escapes) = match quoted {
            _ if quoted.starts_with("\"\"\"") => (3, true),
            _ if quoted.starts_with("'''") => (3, false),
            _ if quoted.starts_with('"') => (1, true),
            _ if quoted.starts_with('\'') => (1, false),
            _ => return None,
        };
        let inner = quoted.get(quotes..quoted.len().checked_sub(quotes)?)?;
        // A newline right after three quotes is no part of the text.
        let newline =
            if quotes == 1 { None } else { inner.strip_prefix("\r\n").or(inner.strip_prefix('\n')) };
        let raw = newline.unwrap_or(inner);
        let place = lines.place_at(string.start + quotes + inner.len() - raw.len());
        let found = Self { place, raw: raw.into(), text: text.into(), has_escapes };
        // The span may be that of a key or of another form of string: only what reads as the text is taken
        // for it.
        (found.written_until(text.len()) == Some(raw.len())).then_some(found)
    }

    /// Returns the place of a byte of the text in the file.
    pub(crate) fn place_at(&self, offset: usize) -> Place {
        let written = self.written_until(offset).and_then(|end| self.raw.get(..end)).unwrap_or_default();
        let mut place = self.place.clone();
        for character in written.chars() {
            (place.line, place.column) = match character {
                '\n' => (place.line.map(|line| line + 1), Some(1)),
                _ => (place.line, place.column.map(|column| column + 1)),
            };
        }
        place
    }

    /// Returns how many bytes are written for the first `offset` bytes of the text.
    ///
    /// `None` where the two do not belong together, by which [`SourceText::find`] knows that it looked in the
    /// wrong place.
    fn written_until(&self, offset: usize) -> Option<usize> {
        let (mut written, mut read) = (0, 0);
        loop {
            let (raw, text) = (self.raw.get(written..)?, self.text.get(read..)?);
            let (raw_length, text_length) = match raw.chars().next() {
                None => return (read >= offset).then_some(written),
                Some('\\') if self.has_escapes => escape_lengths(raw)?,
                // A newline may be read without its carriage return.
                Some('\r') if text.starts_with('\n') => (2, 1),
                Some(character) => (character.len_utf8(), character.len_utf8()),
            };
            // What is read as nothing belongs to the text before it.
            if read >= offset && text_length > 0 {
                return Some(written);
            }
            (written, read) = (written + raw_length, read + text_length);
        }
    }
}

/// Returns how many bytes the escape at the start is written in, and as how many it is read.
fn escape_lengths(raw: &str) -> Option<(usize, usize)> {
    let digits = match raw.chars().nth(1)? {
        'x' => 2,
        'u' => 4,
        'U' => 8,
        // A backslash at the end of a line skips all blanks after it.
        blank if blank.is_whitespace() => {
            let skipped = raw.get(1..)?;
            return Some((1 + skipped.len() - skipped.trim_start().len(), 0));
        }
        _ => return Some((2, 1)),
    };
    let code = u32::from_str_radix(raw.get(2..2 + digits)?, 16).ok()?;
    Some((2 + digits, char::from_u32(code)?.len_utf8()))
}

/// A text and where its lines begin, so that each of many places is found by a binary search.
pub(crate) struct Lines<'a> {
    pub(crate) text: &'a str,
    file: Place,
    starts: Vec<usize>,
}

impl<'a> Lines<'a> {
    /// Finds the beginnings of all lines.
    pub(crate) fn new(text: &'a str, file: &str) -> Self {
        let after = text.match_indices('\n').map(|(newline, _)| newline + 1);
        Self { text, file: Place::file(file), starts: std::iter::once(0).chain(after).collect() }
    }

    /// Returns the place of the text as a whole.
    pub(crate) fn file(&self) -> &Place {
        &self.file
    }

    /// Returns the place of a byte, its column in characters.
    pub(crate) fn place_at(&self, offset: usize) -> Place {
        let line = self.starts.partition_point(|start| *start <= offset);
        let start = line.checked_sub(1).and_then(|line| self.starts.get(line)).copied().unwrap_or_default();
        let before = self.text.get(start..offset).unwrap_or_default();
        Place {
            file: Arc::clone(&self.file.file),
            line: u64::try_from(line).ok(),
            column: u64::try_from(before.chars().count() + 1).ok(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Finds `text` in the one string of a file, and returns line and column of its byte at `offset`.
    fn place_in(file: &str, text: &str, offset: usize) -> Option<(u64, u64)> {
        let lines = Lines::new(file, "rules.toml");
        let string = file.find(['"', '\''])?..file.rfind(['"', '\''])? + 1;
        let place = SourceText::find(&lines, string, text)?.place_at(offset);
        place.line.zip(place.column)
    }

    #[test]
    fn a_byte_of_a_text_has_one_place_in_the_file_however_the_text_is_written() {
        assert_eq!(place_in("when = \"a = 'b'\"", "a = 'b'", 4), Some((1, 13)));
        assert_eq!(place_in("when = 'a = \"b\"'", "a = \"b\"", 4), Some((1, 13)));
        assert_eq!(place_in("when = \"a\\t= 'b'\"", "a\t= 'b'", 4), Some((1, 14)));
        assert_eq!(place_in("when = \"\\u00e4 = 'b'\"", "\u{e4} = 'b'", 5), Some((1, 18)));
        assert_eq!(place_in("when = \"\"\"\na\nAND b\"\"\"", "a\nAND b", 2), Some((3, 1)));
        assert_eq!(place_in("when = \"\"\"\r\na\r\nAND b\"\"\"", "a\nAND b", 6), Some((3, 5)));
        assert_eq!(place_in("when = \"\"\"a \\\n   AND b\"\"\"", "a AND b", 2), Some((2, 4)));
        assert_eq!(place_in("when = '''\na\nb'''", "a\nb", 2), Some((3, 1)));
        assert_eq!(place_in("when = \"other\"", "text", 0), None);
    }
}
