//! The lines of the text: their words, and the cells that wide gaps divide.
//!
//! Viewers copy different blanks: hard ones, narrow ones, tabs, and some of no width. They are made plain here, so that
//! the rest of the reader knows one blank between words, and cells for what two or more divide.

/// A line that is not blank.
///
/// `text` and `cells` have the same words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TextLine {
    /// Counted from 1.
    pub(super) number: u64,
    /// The words, with one blank between them.
    pub(super) text: String,
    /// The parts that two blanks or a tab divide, as text laid out in columns has them.
    pub(super) cells: Vec<String>,
    /// How many bytes of the line are before the first and the second cell, blanks made plain; `usize::MAX` where
    /// there is no second cell.
    pub(super) starts: (usize, usize),
}

/// Returns the lines of a text that are not blank.
pub(super) fn lines(text: &str) -> Vec<TextLine> {
    (1..)
        .zip(text.lines())
        .map(|(number, line)| TextLine::new(number, line))
        .filter(|line| !line.text.is_empty())
        .collect()
}

impl TextLine {
    /// Reads a line, whose number in the text is counted from 1.
    pub(super) fn new(number: u64, line: &str) -> Self {
        let plain = with_plain_blanks(line);
        let cells: Vec<_> = plain.split("  ").map(joined).filter(|cell| !cell.is_empty()).collect();
        let first = plain.len().saturating_sub(plain.trim_start().len());
        let behind = plain.get(first..).and_then(|rest| {
            let gap = rest.find("  ")?;
            let next = rest.get(gap..)?;
            first.checked_add(gap)?.checked_add(next.len().checked_sub(next.trim_start().len())?)
        });
        Self { number, text: joined(&plain), cells, starts: (first, behind.unwrap_or(usize::MAX)) }
    }
}

/// Returns the words of a text with one blank between them.
fn joined(text: &str) -> String {
    text.split([' ']).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Returns the line with plain blanks for any, one minus for any, and two blanks for a tab. A hard blank between the thousands of a
/// number stays, so that the number is one word; but in a line of hard blanks alone they are those between words.
fn with_plain_blanks(line: &str) -> String {
    let characters: Vec<char> = line.chars().collect();
    let has_plain = characters.contains(&' ');
    let mut plain = String::with_capacity(line.len());
    for (at, character) in characters.iter().enumerate() {
        match character {
            '\t' => plain.push_str("  "),
            '\u{202f}' | '\u{2009}' if divides_thousands(&characters, at) => plain.push('\u{a0}'),
            '\u{a0}' if has_plain && divides_thousands(&characters, at) => plain.push('\u{a0}'),
            // An apostrophe between digits divides thousands, however it is bent.
            '\u{2018}' | '\u{2019}' | '\u{2bc}' | '\u{2032}'
                if is_digit(&characters, at.checked_sub(1)) && is_digit(&characters, at.checked_add(1)) =>
            {
                plain.push('\'');
            }
            '\u{2212}' => plain.push('-'),
            '\u{2013}' if characters.get(at.saturating_add(1)) == Some(&'$') => plain.push('-'),
            '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{ad}' | '\u{feff}' => {}
            each if each.is_whitespace() => plain.push(' '),
            each => plain.push(*each),
        }
    }
    plain
}

/// Returns whether the blank at a place has one to three digits before it, which start a number, and three behind it.
///
/// `1 234 567` is one number; `10 2345` and `0 123` are two.
fn divides_thousands(characters: &[char], at: usize) -> bool {
    let group = (1..=3).all(|ahead| is_digit(characters, at.checked_add(ahead)))
        && !is_digit(characters, at.checked_add(4));
    let before = characters.get(..at).unwrap_or_default();
    let digits = before.iter().rev().take_while(|each| each.is_ascii_digit()).count();
    let start = before.len().saturating_sub(digits);
    let is_first = characters.get(start) != Some(&'0');
    let follows = start.checked_sub(1).and_then(|at| characters.get(at));
    group && (1..=3).contains(&digits) && is_first && !matches!(follows, Some('.' | ','))
}

/// Returns whether there is a digit at a place, which may lie outside of the line.
fn is_digit(characters: &[char], at: Option<usize>) -> bool {
    at.and_then(|at| characters.get(at)).is_some_and(char::is_ascii_digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_gaps_divide_cells_and_hard_blanks_join_thousands() {
        let line = TextLine::new(
            1,
            "  Cursor Teams seats      10   US$\u{a0}40.00\t8.25%  1\u{202f}400,00\u{a0}$US",
        );
        assert_eq!(line.cells, ["Cursor Teams seats", "10", "US$ 40.00", "8.25%", "1\u{a0}400,00 $US"]);
        assert_eq!((line.starts, line.text.split(' ').count()), ((2, 26), 9));
    }
}
