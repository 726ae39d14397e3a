//! What a text must have to match a regular expression, told without running it.

use regex_syntax::hir::{Hir, HirKind, Look};

use super::pattern::Pattern;

/// Returns a pattern that every text fits which the expression matches: the literals that each match has, in their order.
///
/// A branch of several alternatives, and a letter of either case, is no literal.
pub(super) fn required(expression: &Hir) -> Pattern {
    let mut required = Required { pattern: "%".to_owned(), at_end: false };
    required.read(expression);
    if !required.at_end {
        required.gap();
    }
    Pattern::new(required.pattern)
}

struct Required {
    /// A LIKE pattern for what was read so far.
    pattern: String,
    at_end: bool,
}

impl Required {
    fn read(&mut self, expression: &Hir) {
        match expression.kind() {
            // A `%` in a literal stands for any text, as does one that was written here.
            HirKind::Literal(literal) => match std::str::from_utf8(&literal.0) {
                Ok(text) => self.pattern.push_str(text),
                Err(_) => self.gap(),
            },
            HirKind::Concat(parts) => parts.iter().for_each(|part| self.read(part)),
            HirKind::Capture(group) => self.read(&group.sub),
            HirKind::Repetition(repeated) => {
                if repeated.min > 0 {
                    self.read(&repeated.sub);
                }
                self.gap();
            }
            HirKind::Class(_) | HirKind::Alternation(_) => self.gap(),
            // Whatever was read before is empty in a match.
            HirKind::Look(Look::Start) => self.pattern.clear(),
            HirKind::Look(Look::End) => self.at_end = true,
            HirKind::Look(_) | HirKind::Empty => {}
        }
    }

    /// Anything may be here.
    fn gap(&mut self) {
        if !self.pattern.ends_with('%') {
            self.pattern.push('%');
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
            ("(?m)^bot$", "%bot%"),
            (r"^ci-[0-9]+@(a|b)\.acme\.test$", "ci-%@%.acme.test"),
            (r"^ci-\d+@\w+\.test$", "ci-%@%.test"),
            ("^(ci-)(?P<name>bot)$", "ci-bot"),
            ("ab+c", "%ab%c%"),
            ("(ab)+c", "%ab%c%"),
            ("ab*c", "%a%c%"),
            ("ab??c", "%a%c%"),
            ("ab{2,3}?c", "%ab%c%"),
            ("a.c", "%a%c%"),
            ("a*^b", "b%"),
            ("a$b*", "%a%"),
            ("abc|xyz", "%"),
            ("(?i)bot", "%"),
            ("(?i:b)ot", "%ot%"),
            ("(?:xa|yb)bot", "%bot%"),
            (r"\bbot\b", "%bot%"),
            ("[]a]bot", "%bot%"),
            ("[[:alpha:]]bot", "%bot%"),
            ("100%", "%100%"),
            ("é+", "%é%"),
            ("", "%"),
        ];
        for (expression, pattern) in table {
            let parsed = regex_syntax::parse(expression).unwrap();
            assert_eq!(required(&parsed).as_str(), pattern, "{expression}");
        }
    }
}
