//! Text for terminals.

use std::borrow::Cow;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Returns a text that a terminal shows on one line, in the order in which it is written, with nothing hidden.
///
/// Control characters (line breaks, tabs and escape sequences among them), bidirectional controls, zero-width and other
/// invisible characters are shown as Rust writes them, such as `\n` or `\u{202e}`; so are combining marks that have no
/// character to combine with or that pile up. Everything else, all scripts and emoji included, is unchanged. Neutralising a
/// text a second time changes nothing.
///
/// ```
/// use cost_model::output::for_terminal;
/// assert_eq!(for_terminal("\u{1b}[2J\u{202e}gpt\n"), r"\u{1b}[2J\u{202e}gpt\n");
/// assert_eq!(for_terminal("Zoë 東京"), "Zoë 東京");
/// ```
pub fn for_terminal(text: &str) -> Cow<'_, str> {
    neutralise(text, false)
}

/// Returns a text of several lines, each as [`for_terminal`] returns it.
///
/// Only line feeds stay, so this is for text that the program itself puts into lines. Whatever it quotes from outside
/// needs [`for_terminal`] first, or it may pretend to be a line of the program.
///
/// ```
/// use cost_model::output::for_terminal_lines;
/// assert_eq!(for_terminal_lines("one\r\ntwo\n"), "one\\r\ntwo\n");
/// ```
pub fn for_terminal_lines(text: &str) -> Cow<'_, str> {
    neutralise(text, true)
}

/// Returns the width of a neutralised text in columns of a terminal: two for each wide character of Chinese, Japanese and
/// Korean and for most emoji, none for a combining mark.
pub fn columns(text: &str) -> usize {
    text.width()
}

/// Truncates a neutralised text to at most `most` columns; a truncated one ends in `…`.
///
/// ```
/// use cost_model::output::cut;
/// assert_eq!(cut("claude-4.5-sonnet", 8), "claude-…");
/// assert_eq!(cut("東京都庁", 6), "東京…");
/// assert_eq!(cut("auto", 8), "auto");
/// ```
pub fn cut(text: &str, most: usize) -> Cow<'_, str> {
    if columns(text) <= most {
        return Cow::Borrowed(text);
    }
    let room = most.saturating_sub(1);
    let mut end = 0;
    for (place, character) in text.char_indices() {
        let next = place + character.len_utf8();
        match text.get(..next) {
            Some(head) if columns(head) <= room => end = next,
            _ => break,
        }
    }
    let head = text.get(..end).unwrap_or_default();
    Cow::Owned(if most == 0 { String::new() } else { format!("{head}…") })
}

/// The most combining marks after one character: more than any script piles up in one place.
const MARKS: usize = 4;

fn neutralise(text: &str, keep_lines: bool) -> Cow<'_, str> {
    if text.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ' || (keep_lines && byte == b'\n')) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    let mut marks = MARKS;
    for character in text.chars() {
        if keep_lines && character == '\n' {
            shown.push(character);
            marks = MARKS;
        } else if is_invisible(character) {
            shown.extend(character.escape_default());
            marks = 0;
        } else if character.width() == Some(0) {
            if marks < MARKS {
                shown.push(character);
                marks += 1;
            } else {
                shown.extend(character.escape_default());
            }
        } else {
            shown.push(character);
            marks = 0;
        }
    }
    Cow::Owned(shown)
}

/// Returns whether a character shows nothing by itself, or changes how others are shown: controls, line and paragraph
/// separators, bidirectional and other format controls, fillers, variation selectors and tags.
pub(super) fn is_invisible(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
            | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}' | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_could_act_or_hide_is_shown_escaped() {
        for (text, shown) in [
            ("a\tb\r\nc", r"a\tb\r\nc"),
            ("\u{1b}]0;title\u{7}", r"\u{1b}]0;title\u{7}"),
            ("\u{9b}31m", r"\u{9b}31m"),
            ("\u{2028}x\u{85}", r"\u{2028}x\u{85}"),
            ("ev\u{202e}il\u{2066}\u{2069}\u{200f}\u{61c}", r"ev\u{202e}il\u{2066}\u{2069}\u{200f}\u{61c}"),
            ("gpt\u{200b}-5\u{feff}\u{ad}", r"gpt\u{200b}-5\u{feff}\u{ad}"),
            ("tag\u{e0041}\u{fe0f}", r"tag\u{e0041}\u{fe0f}"),
            ("\u{301}e\u{301}", "\\u{301}e\u{301}"),
            ("naïve Ω 東京 🙂 don't", "naïve Ω 東京 🙂 don't"),
            (r"DOMAIN\user", r"DOMAIN\user"),
        ] {
            assert_eq!(for_terminal(text), shown);
        }
    }

    #[test]
    fn piled_up_marks_are_counted_and_cut() {
        let pile = format!("e{}", "\u{301}".repeat(65_536));
        let shown = for_terminal(&pile);
        assert!(columns(&shown) > 65_536);
        let short = cut(&shown, 20);
        assert_eq!(columns(&short), 20);
        assert!(short.len() < 40, "{short}");
    }

    proptest! {
        #[test]
        fn a_neutralised_text_has_only_visible_characters_and_fits(text in any::<String>(), most in 0_usize..40) {
            let shown = for_terminal(&text);
            prop_assert!(!shown.chars().any(is_invisible));
            prop_assert_eq!(for_terminal(&shown), shown.clone());
            prop_assert!(columns(&cut(&shown, most)) <= most);
            let lines = for_terminal_lines(&text).into_owned();
            prop_assert_eq!(lines.replace('\n', r"\n"), shown.into_owned());
        }
    }
}
