//! Regular expressions, of which literals are looked for first, against the expressions by themselves.

use std::borrow::Cow;
use std::cell::Cell;

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

/// What is looked for first never changes an answer.
#[test]
fn literals_looked_for_first_change_no_answer() {
    let (asked, passed, kept_out) = (Cell::new(0), Cell::new(0), Cell::new(0));
    let text = prop::collection::vec(prop::sample::select(vec!["a", "b", "A", ".", "%", "]"]), 0..7);
    let case = (expression(), prop::collection::vec(text.prop_map(|pieces| pieces.concat()), 8));
    TestRunner::new(cases(4096))
        .run(&case, |(expression, texts)| {
            let Ok(alone) = regex_lite::Regex::new(&expression) else { return Ok(()) };
            let filter = parse(&format!("costs.resource_id =~ '{expression}'"));
            for text in texts {
                let expected = alone.is_match(&text);
                let resource = Resource(text);
                prop_assert_eq!(filter.matches(&resource), expected, "{} on {}", &expression, &resource.0);
                let side = if expected { &passed } else { &kept_out };
                side.set(side.get() + 1);
                asked.set(asked.get() + 1);
            }
            Ok(())
        })
        .unwrap();
    println!("{} texts: {} match, {} do not", asked.get(), passed.get(), kept_out.get());
    assert!(passed.get() > 1000 && kept_out.get() > 1000);
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
