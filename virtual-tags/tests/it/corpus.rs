//! Every sentence of the filter language's corpus, as the condition of a rule.

use std::collections::BTreeMap;

use cost_model::filter::Literal;
use cost_model::{CostRecord, Costs, Currency, Dimension, Filter, Timestamp};
use virtual_tags::{Answer, Directory, ErrorKind, RuleSet};

const CORPUS: &str = include_str!("../../../cost-model/tests/it/filter/corpus.txt");

/// The key under test, and one for each key that the condition reads.
fn rules_file(sentence: &str, filter: Option<&Filter>) -> String {
    let mut toml =
        "[[tag]]\nkey = \"under test\"\ndefault = \"no\"\n[[tag.rule]]\nvalue = \"yes\"\n".to_owned();
    toml += &format!("when = {}\n", serde_json::to_string(sentence).unwrap());
    for dimension in filter.map(Filter::dimensions).unwrap_or_default() {
        if let Dimension::VirtualTag(key) = dimension {
            toml += &format!("[[tag]]\nkey = {}\ndefault = \"a\"\n", serde_json::to_string(&*key).unwrap());
        }
    }
    toml
}

/// A charge without anything, and one that has what the sentence asks for, as far as it asks for plain values.
fn charges(filter: &Filter) -> [CostRecord; 2] {
    let at = Timestamp::midnight("2026-09-15".parse().unwrap());
    let empty = CostRecord::new(at, "cursor", Currency::USD, Costs::flat("1".parse().unwrap()));
    let mut full = empty.clone();
    let text = |literal: &Literal| literal.as_text().cloned();
    for literal in filter.literals() {
        let (Some(dimension), Some(value)) = (literal.dimension, text(literal.literal)) else { continue };
        match dimension {
            Dimension::Provider => full.edit(|set| set.provider = value),
            Dimension::BillingAccount => full.edit(|set| set.billing_account = Some(value)),
            Dimension::Account => full.edit(|set| set.account = Some(value)),
            Dimension::Service => full.edit(|set| set.service = Some(value)),
            Dimension::ServiceId => full.edit(|set| set.service_id = Some(value)),
            Dimension::Category => full.edit(|set| set.category = Some(value)),
            Dimension::Subcategory => full.edit(|set| set.subcategory = Some(value)),
            Dimension::Resource => full.edit(|set| set.resource = Some(value)),
            Dimension::ChargeType => full.edit(|set| set.charge_type = Some(value)),
            Dimension::Region => full.edit(|set| set.region = Some(value)),
            Dimension::UsageUnit => full.edit(|set| set.usage_unit = Some(value)),
            Dimension::Tag(key) => full.edit(|set| set.tags.insert(key, value)),
            _ => {}
        }
    }
    [empty, full]
}

#[test]
fn every_sentence_of_the_corpus_means_the_same_as_a_rule() {
    let mut tally: BTreeMap<&str, u32> = BTreeMap::new();
    let sentences = CORPUS.lines().filter(|line| !line.is_empty() && !line.starts_with(['#', ' ']));
    for sentence in sentences {
        let filter = Filter::parse(sentence).ok();
        let read = RuleSet::from_toml(&rules_file(sentence, filter.as_ref()), "rules.toml");
        let Some(filter) = filter else {
            assert_eq!(read.unwrap_err().kind(), ErrorKind::Condition, "{sentence}");
            *tally.entry("no sentence").or_default() += 1;
            continue;
        };
        let compiled = read.unwrap().compile(Directory::default());
        if filter.is_per_charge() || filter.has_allocation() {
            assert_eq!(compiled.unwrap_err().kind(), ErrorKind::Rules, "{sentence}");
            *tally.entry("about amounts or time").or_default() += 1;
            continue;
        }
        let rules =
            compiled.and_then(|rules| rules.tagger()).unwrap_or_else(|error| panic!("{sentence}: {error}"));
        for charge in charges(&filter) {
            let dimensions = WithKeys(&charge);
            let expected = if filter.matches(&dimensions) { "yes" } else { "no" };
            let assigned = rules.answer("under test", &charge, charge.at);
            assert_eq!(assigned, Answer::Value(expected.into()), "{sentence}");
            *tally.entry(if expected == "yes" { "matches" } else { "does not match" }).or_default() += 1;
        }
    }
    println!("{tally:?}");
    assert!(tally.len() == 4 && tally.values().all(|count| *count >= 5), "{tally:?}");
}

/// A charge in which every other key has its default.
struct WithKeys<'a>(&'a CostRecord);

impl cost_model::Dimensions for WithKeys<'_> {
    fn get(&self, dimension: &Dimension) -> Option<std::borrow::Cow<'_, str>> {
        match dimension {
            Dimension::VirtualTag(_) => Some("a".into()),
            _ => self.0.get(dimension),
        }
    }

    fn for_each_tag(&self, visit: &mut dyn FnMut(&str, &str)) {
        self.0.for_each_tag(visit);
    }
}
