//! The filter language against a naive evaluator over sentences made here.

use cost_model::{Dimension, ErrorKind, Filter};
use proptest::prelude::*;

use super::charge::{Charge, charge};
use super::parse;
use super::sentence::{Field, Sentence, garbage, sentence, tested};
use crate::support::cases;

proptest! {
    #![proptest_config(cases(512))]

    #[test]
    fn a_filter_means_what_the_evaluator_says(sentence in sentence(), charge in charge()) {
        let filter = parse(&sentence.text());
        prop_assert_eq!(filter.matches(&charge), sentence.holds(&charge, None), "{}", sentence.text());
    }

    #[test]
    fn printing_and_parsing_give_the_same_filter(sentence in sentence()) {
        let filter = parse(&sentence.text());
        prop_assert!(parse(&filter.to_string()) == filter, "{} printed as {}", sentence.text(), filter);
        let shared = parse(&format!("costs.allocation = 0.250 AND ({})", sentence.text()));
        prop_assert_eq!(shared.allocation().unwrap().to_string(), "0.25");
        prop_assert!(shared.expression() == filter.expression() && shared != filter);
        prop_assert!(parse(&shared.to_string()) == shared, "{} printed as {}", sentence.text(), shared);
        prop_assert_eq!(filter.to_string().parse::<Filter>().unwrap().to_string(), filter.to_string());
    }

    #[test]
    fn blanks_case_and_needless_parentheses_mean_nothing(sentence in sentence()) {
        let plain = parse(&sentence.text());
        let wrapped = parse(&format!(" \n(({}))\t", sentence.text()));
        prop_assert!(wrapped == plain);
        let Sentence::Is(field, negated, test) = sentence else { return Ok(()) };
        let test = test.text(negated);
        let words = ["NOT IN", "NOT LIKE", "NOT ILIKE", "IN", "LIKE", "ILIKE", "IS NOT NULL", "IS NULL"];
        let shouted = words.into_iter().find(|word| test.starts_with(word));
        let lower = shouted.map_or(test.clone(), |word| test.replacen(word, &word.to_lowercase(), 1));
        let whispered = parse(&format!("{}  {lower}", field.text()));
        prop_assert!(whispered == plain);
    }

    /// `a != b` is `NOT (a = b)`, and so for IN and LIKE, also where a field is absent.
    #[test]
    fn negation_is_the_opposite((field, test) in tested(), charge in charge()) {
        let positive = parse(&format!("{} {}", field.text(), test.text(false)));
        let negative = match field {
            Field::Amount(_) | Field::Tokens(_) | Field::Requests | Field::ChargedAt => {
                parse(&format!("NOT {} {}", field.text(), test.text(false)))
            }
            _ => parse(&format!("{} {}", field.text(), test.text(true))),
        };
        let opposite = parse(&format!("NOT ({positive})"));
        prop_assert_eq!(negative.matches(&charge), !positive.matches(&charge));
        prop_assert_eq!(opposite.matches(&charge), !positive.matches(&charge));
    }

    #[test]
    fn the_dimensions_named_are_the_ones_read(sentence in sentence(), charge in charge(), other in charge()) {
        let filter = parse(&sentence.text());
        let named = filter.dimensions();
        prop_assert!(named.windows(2).all(|pair| pair[0] < pair[1]));
        // With the same tags, fields that are not named do not matter.
        let read = |name: &str| {
            let service = name == "service_id" && named.contains(&Dimension::Service);
            service
                || named.iter().any(|each| each.to_string() == format!("costs.{name}"))
                || name.starts_with("vtag") && named.iter().any(|each| matches!(each, Dimension::VirtualTag(_)))
        };
        let per_charge = filter.is_per_charge();
        let mut facts = if per_charge { charge.facts.clone() } else { other.facts };
        facts.marketplace = charge.facts.marketplace;
        let mut mixed = Charge { fields: other.fields, tags: charge.tags.clone(), facts, reported: false };
        mixed.fields.retain(|(name, _)| !read(name));
        mixed.fields.extend(charge.fields.iter().filter(|(name, _)| read(name)).cloned());
        prop_assert_eq!(filter.matches(&mixed), filter.matches(&charge), "{}", filter);
    }

    #[test]
    fn composed_filters_mean_what_their_parts_mean(
        sentences in prop::collection::vec(sentence(), 3),
        charge in charge(),
    ) {
        let [a, b, c] = [0, 1, 2].map(|index| parse(&sentences[index].text()));
        let [in_a, in_b, in_c] = [&a, &b, &c].map(|filter| filter.matches(&charge));
        let both = a.clone().and(b.clone()).unwrap();
        let either = a.clone().or(b.clone()).unwrap();
        let neither = either.clone().not().unwrap();
        prop_assert_eq!(both.matches(&charge), in_a && in_b, "{} and {} as {}", a, b, both);
        prop_assert_eq!(either.matches(&charge), in_a || in_b, "{} or {} as {}", a, b, either);
        prop_assert_eq!(neither.matches(&charge), !(in_a || in_b), "{}", neither);
        let composed = [
            (both.clone().and(c.clone()).unwrap(), in_a && in_b && in_c),
            (c.clone().and(both).unwrap(), in_a && in_b && in_c),
            (either.clone().and(c.clone()).unwrap(), (in_a || in_b) && in_c),
            (c.clone().and(neither.clone()).unwrap(), in_c && !in_a && !in_b),
            (neither.or(c).unwrap(), !in_a && !in_b || in_c),
            (a.clone().not().unwrap().not().unwrap(), in_a),
        ];
        for (filter, expected) in composed {
            prop_assert_eq!(filter.matches(&charge), expected, "{}", filter);
            prop_assert!(parse(&filter.to_string()) == filter, "{}", filter);
        }
    }

    #[test]
    fn any_text_is_a_filter_or_an_error_that_names_its_place(text in garbage()) {
        match Filter::parse(&text) {
            Ok(filter) => {
                prop_assert!(parse(&filter.to_string()) == filter);
                for literal in filter.literals() {
                    prop_assert!(text.get(literal.literal.span()).is_some());
                }
            }
            Err(error) => {
                prop_assert_eq!(error.kind(), ErrorKind::Filter);
                let span = error.span().unwrap();
                prop_assert!(text.get(span.clone()).is_some(), "{:?} is no part of {:?}", span, text);
            }
        }
    }
}
