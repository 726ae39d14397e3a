//! Model ids to display names.
//!
//! Cursor states no display name in its events, and new models appear without notice, so the name is derived from the
//! shape of the id rather than from a list.

use std::borrow::Cow;

/// Words whose spelling is not just an upper-case first letter.
///
/// Only what a rule cannot spell; a name that is missing here is readable all the same.
const SPELLINGS: [(&str, &str); 7] = [
    ("gpt", "GPT"),
    ("glm", "GLM"),
    ("api", "API"),
    ("deepseek", "DeepSeek"),
    ("minimax", "MiniMax"),
    ("xhigh", "XHigh"),
    ("1m", "1M"),
];

/// Returns the display name of a model id, by its shape alone: `gpt-5.1-codex` is `GPT 5.1 Codex`.
///
/// An id of lower-case words and versions joined by hyphens is spelled out; two small whole numbers in a row are a
/// version (`claude-opus-4-6` is `Claude Opus 4.6`); `default` and `auto` are `Auto`. Any other id stays as sent.
///
/// ```
/// use cursor_cost_source::service_name;
/// assert_eq!(service_name("claude-4.5-opus-high-thinking"), "Claude 4.5 Opus High Thinking");
/// assert_eq!(service_name("default"), "Auto");
/// assert_eq!(service_name("Premium (Codex 5.3)"), "Premium (Codex 5.3)");
/// ```
pub fn service_name(model: &str) -> Cow<'_, str> {
    if matches!(model, "default" | "auto") {
        return Cow::Borrowed("Auto");
    }
    let Some(parts) = model.split('-').map(spelled).collect::<Option<Vec<_>>>() else {
        return Cow::Borrowed(model);
    };
    let mut name = String::with_capacity(model.len());
    let mut after_number = false;
    for part in parts {
        let number = part.len() <= 2 && part.bytes().all(|byte| byte.is_ascii_digit());
        if !name.is_empty() {
            name.push(if after_number && number { '.' } else { ' ' });
        }
        // Two numbers are a version, and a third one begins another.
        after_number = number && !after_number;
        name.push_str(&part);
    }
    Cow::Owned(name)
}

/// Returns one part of an id, spelled out: a word (`codex`) or a version (`5.1`, `4o`, `k2.5`); `None` for
/// anything else.
fn spelled(part: &str) -> Option<Cow<'_, str>> {
    if let Some((_, spelling)) = SPELLINGS.iter().find(|(word, _)| *word == part) {
        return Some(Cow::Borrowed(spelling));
    }
    if !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return Some(Cow::Owned(capitalised(part)));
    }
    let digits = part.strip_prefix(|first: char| first.is_ascii_lowercase()).unwrap_or(part);
    let digits = digits.strip_suffix(|last: char| last.is_ascii_lowercase()).unwrap_or(digits);
    let is_version =
        digits.split('.').all(|run| !run.is_empty() && run.bytes().all(|byte| byte.is_ascii_digit()));
    match is_version {
        // OpenAI writes its o-series small.
        true if part.starts_with('o') || part.starts_with(|first: char| first.is_ascii_digit()) => {
            Some(Cow::Borrowed(part))
        }
        true => Some(Cow::Owned(capitalised(part))),
        false => None,
    }
}

/// Returns the word with its first letter in upper case.
///
/// For ASCII letters, which is all that [`spelled`] hands over.
fn capitalised(word: &str) -> String {
    let mut word = word.to_owned();
    if let Some(first) = word.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    word
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_become_names_by_their_shape() {
        let table = [
            ("gpt-5.1-codex", "GPT 5.1 Codex"),
            ("gpt-5.2-codex-xhigh-fast", "GPT 5.2 Codex XHigh Fast"),
            ("gpt-4o", "GPT 4o"),
            ("o3", "o3"),
            ("o4-mini", "o4 Mini"),
            ("claude-4.5-opus-high-thinking", "Claude 4.5 Opus High Thinking"),
            ("claude-4-sonnet-1m-thinking", "Claude 4 Sonnet 1M Thinking"),
            ("claude-opus-4-6", "Claude Opus 4.6"),
            ("claude-opus-4-7-thinking-high", "Claude Opus 4.7 Thinking High"),
            ("claude-3-5-sonnet-20241022", "Claude 3.5 Sonnet 20241022"),
            ("composer-2.5-fast", "Composer 2.5 Fast"),
            ("gemini-3.1-pro-preview", "Gemini 3.1 Pro Preview"),
            ("cursor-grok-4.6-xhigh-fast", "Cursor Grok 4.6 XHigh Fast"),
            ("code-supernova-1-million", "Code Supernova 1 Million"),
            ("kimi-k2.5", "Kimi K2.5"),
            ("deepseek-v3.1", "DeepSeek V3.1"),
            ("default", "Auto"),
            ("auto", "Auto"),
            ("premium", "Premium"),
            ("Premium (Codex 5.3)", "Premium (Codex 5.3)"),
            ("agent_review", "agent_review"),
            ("GLM-5.1", "GLM-5.1"),
            ("us.anthropic.claude-opus-4", "us.anthropic.claude-opus-4"),
            ("gpt-", "gpt-"),
            ("", ""),
        ];
        for (model, name) in table {
            assert_eq!(service_name(model), name);
        }
    }
}
