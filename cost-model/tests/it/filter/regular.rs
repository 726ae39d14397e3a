//! Regular expressions, and what is told of them without running them.

use std::borrow::Cow;
use std::cell::Cell;

use cost_model::filter::{Expression, Predicate, Test};
use cost_model::{Dimension, Dimensions};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use super::parse;
use crate::support::cases;

struct Resource(String);

impl Dimensions for Resource {
    fn get(&self, dimension: &Dimension) -> Option<Cow<'_, str>> {
        (*dimension == Dimension::Resource).then_some(Cow::Borrowed(&self.0))
    }

    fn for_each_tag(&self, _: &mut dyn FnMut(&str, &str)) {}
}

/// Pieces of two letters and of everything that changes what a letter means.
fn expression() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "a",
        "b",
        "ab",
        "a+",
        "b*",
        "a?",
        "b??",
        "a{2}",
        "b{0,1}?",
        ".",
        "^",
        "$",
        "|",
        "(a|b)",
        "(?:ab)+",
        "(b)?",
        "[ab]",
        "[^a]",
        "[]a]",
        "[a]*",
        r"\.",
        r"\w",
        r"\b",
        r"[\]b]",
        "(?i)",
        "(?i:A)",
        "%",
        "[[:alpha:]]",
    ]);
    prop::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat())
}

/// A text that an expression matches has what the expression requires.
#[test]
fn whatever_matches_has_the_required_literals() {
    let (matched, kept_out) = (Cell::new(0), Cell::new(0));
    let text = prop::collection::vec(prop::sample::select(vec!["a", "b", "A", ".", "%", "]"]), 0..7);
    let case = (expression(), prop::collection::vec(text.prop_map(|pieces| pieces.concat()), 8));
    TestRunner::new(cases(4096))
        .run(&case, |(expression, texts)| {
            let Ok(alone) = regex::Regex::new(&expression) else { return Ok(()) };
            let filter = parse(&format!("costs.resource_id =~ '{expression}'"));
            let Expression::Predicate(Predicate { test: Test::Regex(regex), .. }) = filter.expression()
            else {
                panic!("{filter} is no regular expression");
            };
            for text in texts {
                let (matches, fits) = (alone.is_match(&text), regex.required().matches(&text));
                prop_assert!(fits || !matches, "{} on {}", &expression, &text);
                matched.set(matched.get() + usize::from(matches));
                kept_out.set(kept_out.get() + usize::from(!fits));
                let resource = Resource(text);
                prop_assert_eq!(filter.matches(&resource), matches, "{} on {}", &expression, &resource.0);
            }
            Ok(())
        })
        .unwrap();
    assert!(matched.get() > 1000 && kept_out.get() > 1000);
}

/// Nested repetitions, which stall engines that try one way after the other, take a time in proportion to the text.
#[test]
fn a_hostile_expression_does_not_stall() {
    let long = "a".repeat(20_000);
    for expression in ["^(a+)+$", "^(a|a)*$", "(a*)*b", "(x+x+)+y"] {
        let filter = parse(&format!("costs.resource_id =~ '{expression}'"));
        assert!(!filter.matches(&Resource(format!("{long}!"))), "{expression}");
    }
}
