//! Decodes the bytes of a file to text, and trims text to what is visible.

use std::borrow::Cow;

use super::InputError;

/// Returns the text of a file: UTF-8, with or without a byte order mark, or UTF-16 with one.
///
/// ```
/// use cost_model::input::decode;
/// assert_eq!(decode(b"\xef\xbb\xbfDate,Cost")?, "Date,Cost");
/// assert_eq!(decode(b"\xff\xfeD\x00a\x00")?, "Da");
/// let error = decode(b"Date\nM\xfcller").unwrap_err();
/// assert_eq!(error.line(), Some(2));
/// # Ok::<(), cost_model::input::InputError>(())
/// ```
///
/// # Errors
/// [`InputError`] for anything else, with the line and the remedy: an eight-bit encoding such as Windows-1252, UTF-16
/// without a byte order mark, a spreadsheet, a PDF, a compressed file, text that is cut off inside a character.
pub fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, InputError> {
    if let Some(message) = other_format(bytes) {
        return Err(InputError::new(message));
    }
    match bytes {
        [0xff, 0xfe, rest @ ..] => return decode_utf16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => return decode_utf16(rest, u16::from_be_bytes),
        _ => {}
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let before = bytes.iter().take(error.valid_up_to());
        let line = before.map(|byte| u64::from(*byte == b'\n')).sum::<u64>().saturating_add(1);
        let message = "the text is not UTF-8; it may be Windows-1252, as spreadsheets save plain CSV: save it as \
                       \"CSV UTF-8\"";
        InputError::new(message).on_line(line)
    })?;
    // Every other byte of such text is NUL; a single one is a character as any other.
    let nul = text.bytes().filter(|byte| *byte == 0).map(|_| 1_usize).sum::<usize>();
    if nul > 0 && nul.saturating_mul(4) >= text.len() {
        let message =
            "every other byte is NUL; the text may be UTF-16 without a byte order mark: save it as UTF-8";
        return Err(InputError::new(message).on_line(1));
    }
    Ok(Cow::Borrowed(text))
}

/// Returns what a file is that is no text at all, by its first bytes.
fn other_format(bytes: &[u8]) -> Option<&'static str> {
    const FORMATS: [(&[u8], &str); 5] = [
        (b"PK\x03\x04", "the file is a spreadsheet or an archive, not text: export it as CSV in UTF-8"),
        (b"\xd0\xcf\x11\xe0", "the file is an old spreadsheet, not text: export it as CSV in UTF-8"),
        (b"%PDF", "the file is a PDF, not text: select and copy all of it, or run `pdftotext -layout`"),
        (b"\x1f\x8b", "the file is compressed: unpack it first"),
        (b"\xff\xfe\x00\x00", "the text is UTF-32: save it as UTF-8"),
    ];
    FORMATS.iter().find(|(start, _)| bytes.starts_with(start)).map(|(_, message)| *message)
}

fn decode_utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<Cow<'_, str>, InputError> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    if !rest.is_empty() {
        return Err(broken_utf16());
    }
    let text = char::decode_utf16(pairs.iter().map(|pair| unit(*pair))).collect::<Result<String, _>>();
    text.map(Cow::Owned).map_err(|_| broken_utf16())
}

/// Returns whether a character takes no room and has no meaning of its own, such as a zero-width space or a direction
/// mark.
pub(super) fn is_invisible(character: char) -> bool {
    matches!(character,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}')
}

/// Returns the text without invisible characters and without blanks of any kind around it, as keys, names and headings
/// are compared.
///
/// ```
/// use cost_model::input::visible;
/// assert_eq!(visible(" Iris\u{200b}@example.com\u{a0}"), "Iris@example.com");
/// ```
pub fn visible(text: &str) -> Cow<'_, str> {
    let trimmed = text.trim_matches(|each: char| each.is_whitespace() || is_invisible(each));
    if trimmed.contains(is_invisible) {
        return Cow::Owned(trimmed.chars().filter(|each| !is_invisible(*each)).collect());
    }
    Cow::Borrowed(trimmed)
}

/// Returns a text of a file as errors show it: short, on one line, and `***` where it may be an email address.
pub fn quoted(text: &str) -> String {
    if text.contains('@') {
        return "***".to_owned();
    }
    text.chars().filter(|each| !is_invisible(*each) && !each.is_control()).take(40).collect()
}

/// Returns the error of UTF-16 that is no text.
fn broken_utf16() -> InputError {
    InputError::new("the text is UTF-16 and damaged or cut off: save it as UTF-8")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_other_encoding_is_read_or_named() {
        assert_eq!(decode("\u{feff}a\u{e9}".as_bytes()).unwrap(), "a\u{e9}");
        let utf16: Vec<u8> = "\u{feff}a\u{1f4b8}".encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(decode(&utf16).unwrap(), "a\u{1f4b8}");
        for (bytes, word) in [
            (b"a\n\xe9,1".as_slice(), "Windows-1252"),
            (b"D\x00a\x00", "UTF-16"),
            (b"\xff\xfeD", "UTF-16"),
            (b"\xff\xfe\x00\xd8", "UTF-16"),
            (b"\xff\xfe\x00\x00D\x00\x00\x00", "UTF-32"),
            (b"PK\x03\x04", "spreadsheet"),
            (b"%PDF-1.4", "PDF"),
            (b"\x1f\x8b\x08", "compressed"),
        ] {
            let error = decode(bytes).unwrap_err();
            assert!(error.to_string().contains(word), "{error}");
        }
    }

    #[test]
    fn quotes_are_short_and_name_nobody() {
        assert_eq!(quoted("iris@example.com"), "***");
        assert_eq!(quoted("a\nb\u{202e}c"), "abc");
        assert_eq!(quoted(&"x".repeat(99)).len(), 40);
    }
}
