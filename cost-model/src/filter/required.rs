//! What a text must have to match a regular expression, told without running it.

use super::pattern::Pattern;

/// Characters that stand for themselves after a backslash.
const ESCAPED: &str = "\\.+*?()|[]{}^$#&-~";

/// A pattern that every text fits which the expression matches: its literals in order, as far as they are plain to see.
/// An expression with alternatives or flags tells nothing.
pub(super) fn required(expression: &str) -> Pattern {
    Pattern::new(read(expression).unwrap_or_else(|| "%".to_owned()))
}

/// `None` where the expression has something that is not plain.
fn read(expression: &str) -> Option<String> {
    let anchored = expression.strip_prefix('^');
    let mut rest = anchored.unwrap_or(expression).chars();
    let mut pattern = if anchored.is_some() { String::new() } else { "%".to_owned() };
    while let Some(next) = rest.next() {
        let literal = match next {
            '|' | ')' | '*' | '+' | '?' => return None,
            '$' if rest.as_str().is_empty() => return Some(pattern),
            '(' => {
                skip_group(&mut rest)?;
                None
            }
            '[' => {
                skip_class(&mut rest)?;
                None
            }
            '\\' => Some(rest.next().filter(|escaped| ESCAPED.contains(*escaped))?),
            // In a pattern `%` stands for any text.
            '.' | '^' | '$' | '%' => None,
            other => Some(other),
        };
        let (at_least_once, repeated) = skip_repetition(&mut rest)?;
        pattern.extend(literal.filter(|_| at_least_once));
        if (repeated || literal.is_none()) && !pattern.ends_with('%') {
            pattern.push('%');
        }
    }
    if !pattern.ends_with('%') {
        pattern.push('%');
    }
    Some(pattern)
}

/// Steps over what says how often the character before stands there: whether at least once, and whether perhaps more or
/// fewer times than once.
fn skip_repetition(rest: &mut std::str::Chars<'_>) -> Option<(bool, bool)> {
    let (after, at_least_once) = match rest.clone().next() {
        Some('+') => (rest.as_str().strip_prefix('+')?, true),
        Some('*') => (rest.as_str().strip_prefix('*')?, false),
        Some('?') => (rest.as_str().strip_prefix('?')?, false),
        Some('{') => (rest.as_str().split_once('}')?.1, false),
        _ => return Some((true, false)),
    };
    *rest = after.strip_prefix('?').unwrap_or(after).chars();
    Some((at_least_once, true))
}

/// Steps behind the end of a group whose start is read.
fn skip_group(rest: &mut std::str::Chars<'_>) -> Option<()> {
    let mut depth = 1;
    if rest.as_str().starts_with('?') && !rest.as_str().starts_with("?:") {
        return None;
    }
    while depth > 0 {
        match rest.next()? {
            '\\' => _ = rest.next()?,
            '[' => skip_class(rest)?,
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
    }
    Some(())
}

/// Steps behind the end of a class whose start is read.
fn skip_class(rest: &mut std::str::Chars<'_>) -> Option<()> {
    let inner = rest.as_str().strip_prefix('^').unwrap_or(rest.as_str());
    // Directly at the start it stands for itself.
    *rest = inner.strip_prefix(']').unwrap_or(inner).chars();
    loop {
        match rest.next()? {
            '\\' => _ = rest.next()?,
            '[' => return None,
            ']' => return Some(()),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_are_told_in_order_and_what_is_not_plain_is_not() {
        let table = [
            ("bot", "%bot%"),
            ("^bot", "bot%"),
            ("bot$", "%bot"),
            ("^bot$", "bot"),
            (r"^ci-[0-9]+@(a|b)\.acme\.test$", "ci-%@%.acme.test"),
            ("ab+c", "%ab%c%"),
            ("ab*c", "%a%c%"),
            ("ab??c", "%a%c%"),
            ("ab{2,3}?c", "%a%c%"),
            ("a.c", "%a%c%"),
            ("a|b", "%"),
            ("(?i)bot", "%"),
            ("(?:a|b)bot", "%bot%"),
            (r"\dbot", "%"),
            ("[]a]bot", "%bot%"),
            ("[[:alpha:]]bot", "%"),
            ("100%", "%100%"),
            ("", "%"),
        ];
        for (expression, pattern) in table {
            assert_eq!(required(expression).as_str(), pattern, "{expression}");
        }
    }
}
