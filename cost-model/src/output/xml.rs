//! Text for XML: SVG today.

use std::borrow::Cow;

use super::terminal::is_invisible;

/// Escapes a text for XML, so that it is no markup in an element or in a double-quoted attribute.
///
/// Markup characters become entities. Invisible characters, which reorder or hide what is beside them or which XML
/// cannot hold at all, are shown escaped as [`for_terminal`](super::for_terminal) shows them.
///
/// ```
/// use cost_model::output::for_xml;
/// assert_eq!(for_xml("<a title=\"R&D\">\u{202e}"), r"&lt;a title=&quot;R&amp;D&quot;&gt;\u{202e}");
/// ```
pub fn for_xml(text: &str) -> Cow<'_, str> {
    if text.chars().all(|each: char| !matches!(each, '&' | '<' | '>' | '"') && !is_invisible(each)) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len());
    for each in text.chars() {
        match each {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            _ if is_invisible(each) => safe.extend(each.escape_default()),
            _ => safe.push(each),
        }
    }
    Cow::Owned(safe)
}
