//! The compiled rules against the interpreter.

use cost_model::tagger::TagCache;
use cost_model::{CostRecord, Currency, Dimension, Dimensions, Ledger, Tagger, Timestamp};
use proptest::prelude::*;
use virtual_tags::{Answer, RuleSet};

use crate::naive::{FACTS, cases, instants, records, worlds};

fn value(assignment: Answer) -> Option<String> {
    match assignment {
        Answer::Value(value) => Some(value.as_ref().to_owned()),
        Answer::Shares(shares) => Some(format!("{} shares", shares.len())),
        Answer::Unset => None,
    }
}

proptest! {
    #![proptest_config(cases(256))]

    /// Invariant 17: at every instant, the first rule that matches wins, then the default, then nothing.
    #[test]
    fn compiled_rules_agree_with_the_interpreter(world in worlds(), records in records()) {
        let rules = world.compile();
        let keys: Vec<_> = rules.keys().iter().map(ToString::to_string).collect();
        prop_assert_eq!(&keys, &world.tags.iter().map(|tag| tag.key.to_owned()).collect::<Vec<_>>());
        for record in &records {
            for at in instants() {
                for key in &keys {
                    let expected = world.assign(key, record, at).map(str::to_owned);
                    prop_assert_eq!(value(rules.answer(key, record, at)), expected, "{} at {}", key, at);
                }
                prop_assert_eq!(value(rules.answer("No such key", record, at)), None);
            }
        }
    }

    /// P4: charges asked about directly, and once for all alike in a ledger, get the answers of the interpreter.
    #[test]
    fn cached_answers_are_those_of_the_interpreter(world in worlds(), records in records()) {
        let rules = world.compile();
        let mut ledger = Ledger::builder(Currency::USD);
        for record in &records {
            ledger.push(record).unwrap();
        }
        let ledger = ledger.build();
        let mut in_time: Vec<_> = records.iter().collect();
        in_time.sort_by_key(|record| record.at);
        for key in rules.keys() {
            let resolved = TagCache::new(&ledger, &rules, std::slice::from_ref(key)).unwrap();
            let mut numbers = resolved.answers(&ledger).unwrap();
            for record in &in_time {
                for at in instants().into_iter().chain([record.at; 2]) {
                    let parts = rules.parts(std::slice::from_ref(key), *record, at);
                    let [part] = parts.as_slice() else { panic!("nothing is shared out") };
                    prop_assert_eq!(part.values[0].as_deref(), world.assign(key, record, at));
                }
                let expected = world.assign(key, record, record.at);
                let [part] = resolved.parts(numbers.next().unwrap()) else { panic!("shares") };
                prop_assert_eq!((part.values[0].as_deref(), part.weight), (expected, 1));
            }
            prop_assert_eq!(numbers.next(), None);
        }
    }

    /// Between two neighbouring boundaries the answer for equal dimensions does not change.
    #[test]
    fn answers_change_at_boundaries_only(world in worlds(), records in records()) {
        let rules = world.compile();
        let boundaries = rules.boundaries();
        prop_assert!(boundaries.windows(2).all(|pair| pair[0] < pair[1]));
        let epoch = |at: Timestamp| boundaries.iter().filter(|boundary| **boundary <= at).count();
        for pair in instants().windows(2).filter(|pair| epoch(pair[0]) == epoch(pair[1])) {
            for record in &records {
                for key in rules.keys() {
                    prop_assert_eq!(
                        value(rules.answer(key, record, pair[0])),
                        value(rules.answer(key, record, pair[1])),
                        "{} changes between {} and {}", key, pair[0], pair[1]
                    );
                }
            }
        }
    }

    /// Charges that agree in what the rules read get the same answers.
    #[test]
    fn what_is_not_read_changes_no_answer(world in worlds(), records in records()) {
        let rules = world.compile();
        let reads = rules.reads();
        let seen = |record: &CostRecord| -> Vec<Option<String>> {
            let texts = reads.iter().map(|dimension| record.get(dimension).map(std::borrow::Cow::into_owned));
            let tags = reads.contains(&Dimension::Tagged).then(|| format!("{:?}", record.dimensions.tags.iter().collect::<Vec<_>>()));
            texts.chain([tags]).collect()
        };
        for (number, one) in records.iter().enumerate() {
            for other in records.iter().skip(number + 1).filter(|other| seen(one) == seen(other)) {
                for (key, at) in rules.keys().iter().flat_map(|key| instants().into_iter().map(move |at| (key, at))) {
                    prop_assert_eq!(value(rules.answer(key, one, at)), value(rules.answer(key, other, at)));
                }
            }
        }
    }

    /// Each fact that is no key yet becomes one, and answers with the fact or the default.
    #[test]
    fn facts_become_keys(world in worlds(), records in records()) {
        let written = RuleSet::from_toml(&world.toml(), "rules.toml").unwrap();
        let rules = written.with_directory_facts(&world.directory(), FACTS, "Nobody").unwrap().compile(world.directory()).unwrap().tagger().unwrap();
        let mut keys: Vec<_> = world.tags.iter().map(|tag| tag.key.to_owned()).collect();
        for (fact, (name, key)) in FACTS.into_iter().zip(["Team", "Cost \"center\", x"]).enumerate() {
            if keys.iter().any(|key| key.to_lowercase() == name.to_lowercase()) {
                continue;
            }
            keys.push(key.to_owned());
            for record in &records {
                let of = |id: Option<&std::sync::Arc<str>>| world.fact(id?, fact, record.at);
                let expected = of(record.dimensions.resource.as_ref()).or_else(|| of(record.dimensions.tags.get("cursor:user")));
                let assigned = value(rules.answer(key, record, record.at));
                prop_assert_eq!(assigned.as_deref(), Some(expected.unwrap_or("Nobody")));
            }
        }
        prop_assert_eq!(rules.keys().iter().map(ToString::to_string).collect::<Vec<_>>(), keys);
    }
}
