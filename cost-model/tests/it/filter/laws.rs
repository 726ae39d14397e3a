//! The filter language against a naive evaluator over sentences made here.

use std::borrow::Cow;

use cost_model::{Dimension, Dimensions, ErrorKind, Filter};
use proptest::prelude::*;

use crate::support::cases;

#[derive(Clone, Debug)]
enum Sentence {
    All(Vec<Sentence>),
    Any(Vec<Sentence>),
    Not(Box<Sentence>),
    Is(Field, bool, Test),
}

#[derive(Clone, Debug, PartialEq)]
enum Field {
    /// A field of `costs`, by its canonical name.
    Costs(&'static str),
    Tag(&'static str),
    VirtualTag(&'static str),
    TagName,
    TagValue,
}

#[derive(Clone, Debug)]
enum Test {
    Equals(String),
    In(Vec<String>),
    Like(String),
    Absent,
}

/// A charge in which every field and tag stands in a list.
#[derive(Clone, Debug)]
struct Charge {
    fields: Vec<(&'static str, String)>,
    tags: Vec<(String, String)>,
}

const KEYS: [&str; 4] = ["Team", "cost center", "it's", "é"];
const TEXTS: [&str; 9] = ["a", "b", "ab", "aab", "", "it's", "é%", "ana@acme.test", "NULL"];
const PATTERNS: [&str; 10] = ["%", "a%", "%b", "a%b", "%a%b%", "%%", "_", "é%", "%@acme.test", ""];

impl Charge {
    fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(each, _)| *each == name).map(|(_, value)| &**value)
    }

    fn tag_of(&self, key: &str) -> Option<&str> {
        self.tags.iter().find(|(each, _)| each == key).map(|(_, value)| &**value)
    }
}

impl Dimensions for Charge {
    fn get(&self, dimension: &Dimension) -> Option<Cow<'_, str>> {
        let value = match dimension {
            Dimension::Tag(key) => self.tag_of(key),
            Dimension::VirtualTag(key) => self.field(match &**key {
                "Team" => "vtag Team",
                _ => "vtag other",
            }),
            _ => self.field(dimension.to_string().strip_prefix("costs.").unwrap()),
        };
        value.map(Cow::Borrowed)
    }

    fn for_each_tag(&self, visit: &mut dyn FnMut(&str, &str)) {
        self.tags.iter().for_each(|(key, value)| visit(key, value));
    }
}

/// `%` is any run of characters, everything else itself.
fn naive_like(pattern: &[char], value: &[char]) -> bool {
    match pattern.split_first() {
        None => value.is_empty(),
        Some(('%', rest)) => (0..=value.len()).any(|skipped| naive_like(rest, &value[skipped..])),
        Some((first, rest)) => value.first() == Some(first) && naive_like(rest, &value[1..]),
    }
}

impl Test {
    fn holds(&self, value: Option<&str>) -> bool {
        match (self, value) {
            (Self::Absent, value) => value.is_none(),
            (_, None) => false,
            (Self::Equals(wanted), Some(value)) => wanted == value,
            (Self::In(wanted), Some(value)) => wanted.contains(&value.to_owned()),
            (Self::Like(pattern), Some(value)) => {
                naive_like(&pattern.chars().collect::<Vec<_>>(), &value.chars().collect::<Vec<_>>())
            }
        }
    }

    /// In the language's own words; `not` stands before `IN` and `LIKE`.
    fn text(&self, negated: bool) -> String {
        let quoted = |text: &String| format!("'{}'", text.replace('\'', "''"));
        let equals = if negated { "!=" } else { "=" };
        let not = if negated { "NOT " } else { "" };
        match self {
            Self::Equals(value) => format!("{equals} {}", quoted(value)),
            Self::In(values) => {
                format!("{not}IN ({})", values.iter().map(quoted).collect::<Vec<_>>().join(", "))
            }
            Self::Like(pattern) => format!("{not}LIKE {}", quoted(pattern)),
            Self::Absent => format!("{equals} NULL"),
        }
    }
}

impl Field {
    fn text(&self) -> String {
        match self {
            Self::Costs(name) => format!("costs.{name}"),
            Self::Tag(key) => format!("tags['{}']", key.replace('\'', "''")),
            Self::VirtualTag("Team") => "vtag.Team".to_owned(),
            Self::VirtualTag(key) => format!("vtag['{}']", key.replace('\'', "''")),
            Self::TagName => "tags.name".to_owned(),
            Self::TagValue => "tags.value".to_owned(),
        }
    }
}

impl Sentence {
    fn text(&self) -> String {
        let chain = |parts: &[Self], joiner: &str| {
            let parts: Vec<_> = parts
                .iter()
                .map(|part| match part {
                    Self::All(_) | Self::Any(_) => format!("({})", part.text()),
                    _ => part.text(),
                })
                .collect();
            parts.join(joiner)
        };
        match self {
            Self::All(parts) => chain(parts, " AND "),
            Self::Any(parts) => chain(parts, " OR "),
            Self::Not(part) => format!("NOT ({})", part.text()),
            Self::Is(field, negated, test) => format!("{} {}", field.text(), test.text(*negated)),
        }
    }

    /// Whether the charge meets the condition; `name` is the test on `tags.name` that a `tags.value` belongs to.
    fn holds(&self, charge: &Charge, name: Option<&Test>) -> bool {
        match self {
            Self::All(parts) => (0..parts.len()).all(|index| {
                let nearest = parts[..index].iter().rev().find_map(|earlier| match earlier {
                    Self::Is(Field::TagName, false, test) => Some(test),
                    _ => None,
                });
                parts[index].holds(charge, nearest.or(name))
            }),
            Self::Any(parts) => parts.iter().any(|part| part.holds(charge, name)),
            Self::Not(part) => !part.holds(charge, name),
            Self::Is(field, negated, test) => holds(field, test, charge, name) != *negated,
        }
    }
}

fn holds(field: &Field, test: &Test, charge: &Charge, name: Option<&Test>) -> bool {
    let absent = matches!(test, Test::Absent);
    match field {
        Field::Costs("service") if !absent => {
            test.holds(charge.field("service")) || test.holds(charge.field("service_id"))
        }
        Field::Costs(name) => test.holds(charge.field(name)),
        Field::Tag(key) => test.holds(charge.tag_of(key)),
        Field::VirtualTag(key) => test.holds(charge.get(&Dimension::VirtualTag((*key).into())).as_deref()),
        Field::TagName | Field::TagValue if absent => charge.tags.is_empty(),
        Field::TagName => charge.tags.iter().any(|(key, _)| test.holds(Some(key))),
        Field::TagValue => charge
            .tags
            .iter()
            .any(|(key, value)| name.is_none_or(|name| name.holds(Some(key))) && test.holds(Some(value))),
    }
}

fn field() -> impl Strategy<Value = Field> {
    prop_oneof![
        4 => prop::sample::select(vec!["service", "service_id", "region", "resource_id"]).prop_map(Field::Costs),
        1 => prop::sample::select(&KEYS).prop_map(Field::Tag),
        1 => prop::sample::select(&KEYS).prop_map(Field::VirtualTag),
        2 => Just(Field::TagName),
        3 => Just(Field::TagValue),
    ]
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => prop::sample::select(&TEXTS).prop_map(str::to_owned),
        2 => prop::sample::select(&KEYS).prop_map(str::to_owned),
        1 => any::<String>(),
    ]
}

fn test() -> impl Strategy<Value = Test> {
    prop_oneof![
        3 => text().prop_map(Test::Equals),
        2 => prop::collection::vec(text(), 1..4).prop_map(Test::In),
        3 => prop::sample::select(&PATTERNS).prop_map(|pattern| Test::Like(pattern.to_owned())),
        1 => Just(Test::Absent),
    ]
}

fn predicate() -> impl Strategy<Value = Sentence> {
    (field(), any::<bool>(), test()).prop_map(|(field, negated, test)| Sentence::Is(field, negated, test))
}

fn sentence() -> impl Strategy<Value = Sentence> {
    predicate().prop_recursive(4, 16, 4, |inner| {
        prop_oneof![
            3 => prop::collection::vec(inner.clone(), 2..4).prop_map(Sentence::All),
            2 => prop::collection::vec(inner.clone(), 2..4).prop_map(Sentence::Any),
            1 => inner.prop_map(|part| Sentence::Not(Box::new(part))),
        ]
    })
}

fn charge() -> impl Strategy<Value = Charge> {
    let names = ["service", "service_id", "region", "resource_id", "vtag Team", "vtag other"];
    let texts = || prop::sample::select(&TEXTS).prop_map(str::to_owned);
    (
        prop::collection::vec(prop::option::of(texts()), names.len()),
        prop::collection::btree_map(prop::sample::select(&KEYS).prop_map(str::to_owned), texts(), 0..3),
    )
        .prop_map(move |(values, tags)| Charge {
            fields: names.into_iter().zip(values).filter_map(|(name, value)| Some((name, value?))).collect(),
            tags: tags.into_iter().collect(),
        })
}

/// Any text at all, and text that is nearly a sentence.
fn garbage() -> impl Strategy<Value = String> {
    let words = prop::sample::select(vec![
        "costs",
        ".",
        "service",
        "servce",
        "tags",
        "name",
        "value",
        "[",
        "]",
        "'Team'",
        "vtag",
        "Team",
        "team",
        "=",
        "!=",
        "<>",
        "IN",
        "in",
        "LIKE",
        "NOT",
        "not",
        "AND",
        "and",
        "OR",
        "(",
        ")",
        ",",
        "'x'",
        "''",
        "'",
        "'it''s'",
        "NULL",
        "\"",
        "%",
        "é",
        "_",
        "1",
        " ",
        "\n",
        "\u{0}",
        "tags.name = 'x'",
        "costs.region = 'é'",
    ]);
    prop_oneof![
        any::<String>(),
        "(?s).{0,40}",
        prop::collection::vec(words.clone(), 0..14).prop_map(|words| words.join(" ")),
        prop::collection::vec(words, 0..14).prop_map(|words| words.concat()),
    ]
}

fn parse(sentence: &str) -> Filter {
    Filter::parse(sentence).unwrap_or_else(|error| panic!("{sentence}: {error}"))
}

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
        prop_assert_eq!(filter.to_string().parse::<Filter>().unwrap().to_string(), filter.to_string());
    }

    #[test]
    fn blanks_case_and_needless_parentheses_mean_nothing(sentence in sentence()) {
        let plain = parse(&sentence.text());
        let wrapped = parse(&format!(" \n(({}))\t", sentence.text()));
        prop_assert!(wrapped == plain);
        let Sentence::Is(field, negated, test) = sentence else { return Ok(()) };
        let test = test.text(negated);
        let shouted = ["NOT IN", "NOT LIKE", "IN", "LIKE"].into_iter().find(|word| test.starts_with(word));
        let lower = shouted.map_or(test.clone(), |word| test.replacen(word, &word.to_lowercase(), 1));
        let whispered = parse(&format!("{}  {lower}", field.text()));
        prop_assert!(whispered == plain);
    }

    /// `a != b` is `NOT (a = b)`, and so for IN and LIKE, also where a field is absent.
    #[test]
    fn negation_is_the_opposite(field in field(), test in test(), charge in charge()) {
        let positive = parse(&format!("{} {}", field.text(), test.text(false)));
        let negative = parse(&format!("{} {}", field.text(), test.text(true)));
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
        let mut mixed = Charge { fields: other.fields, tags: charge.tags.clone() };
        mixed.fields.retain(|(name, _)| !read(name));
        mixed.fields.extend(charge.fields.iter().filter(|(name, _)| read(name)).cloned());
        prop_assert_eq!(filter.matches(&mixed), filter.matches(&charge), "{}", filter);
    }

    #[test]
    fn any_text_is_a_filter_or_an_error_that_names_its_place(text in garbage()) {
        match Filter::parse(&text) {
            Ok(filter) => prop_assert!(parse(&filter.to_string()) == filter),
            Err(error) => {
                prop_assert_eq!(error.kind(), ErrorKind::Filter);
                let span = error.span().unwrap();
                prop_assert!(text.get(span.clone()).is_some(), "{:?} is no part of {:?}", span, text);
            }
        }
    }
}

#[test]
fn nesting_ends_in_an_error_and_not_in_a_crash() {
    let leaf = "costs.region = 'x'";
    for depth in [99, 100, 101, 100_000] {
        let fits = depth < 100;
        let sentences = [
            format!("{}{leaf}{}", "(".repeat(depth), ")".repeat(depth)),
            format!("{}{leaf}", "NOT ".repeat(depth)),
            "(".repeat(depth),
            "NOT ".repeat(depth),
        ];
        for (index, sentence) in sentences.iter().enumerate() {
            let parsed = Filter::parse(sentence);
            assert_eq!(parsed.is_ok(), fits && index < 2, "depth {depth}, sentence {index}");
            if let Ok(filter) = parsed {
                assert!(parse(&filter.to_string()) == filter);
            }
        }
    }
    let long = vec![leaf; 20_000].join(" OR ");
    assert!(parse(&parse(&long).to_string()) == parse(&long));
}

#[test]
fn a_value_belongs_to_the_nearest_name_before_it() {
    let charge =
        Charge { fields: Vec::new(), tags: vec![("Team".into(), "a".into()), ("it's".into(), "b".into())] };
    for (sentence, expected) in [
        ("tags.name = 'Team' AND tags.value = 'a'", true),
        ("tags.name = 'Team' AND tags.value = 'b'", false),
        ("tags.name = 'Team' AND tags.value != 'b'", true),
        ("tags.value = 'b' AND tags.name = 'Team'", true),
        ("tags.name = 'Team' AND (tags.value = 'x' OR tags.value = 'b')", false),
        ("tags.name = 'Team' AND tags.name = 'it''s' AND tags.value = 'b'", true),
        ("tags.name = 'Team' AND NOT tags.value = 'a'", false),
        ("tags.name IN ('Team', 'it''s') AND tags.value = 'b'", true),
        ("(tags.name = 'Team' OR tags.value = 'x') AND tags.value = 'b'", true),
        ("tags.name = NULL", false),
        ("tags.name != NULL", true),
    ] {
        assert_eq!(parse(sentence).matches(&charge), expected, "{sentence}");
    }
}

/// Vantage's own spellings of its fields, and the empty and plain spellings of a virtual tag.
#[test]
fn every_spelling_of_a_field_names_its_dimension() {
    for (sentence, dimension) in [
        ("costs.cost_category = 'x'", Dimension::Category),
        ("costs.cost_subcategory = 'x'", Dimension::Subcategory),
        ("costs.billing_account_id = 'x'", Dimension::BillingAccount),
        ("COSTS.Account = 'x'", Dimension::Account),
        ("costs.resource = 'x'", Dimension::Resource),
        ("costs.cost_type = 'x'", Dimension::ChargeType),
        ("costs.unit = 'x'", Dimension::UsageUnit),
        ("vtag['Team'] = 'x'", Dimension::VirtualTag("Team".into())),
        ("vtag.NOT = 'x'", Dimension::VirtualTag("NOT".into())),
        ("tags[''] = 'x'", Dimension::Tag("".into())),
    ] {
        assert_eq!(parse(sentence).dimensions(), [dimension], "{sentence}");
    }
}
