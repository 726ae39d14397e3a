//! Sentences made here, and a naive evaluator of them.

use std::cmp::Ordering;

use proptest::prelude::*;

use super::charge::{Charge, FIELDS, INSTANTS, KEYS, TEXTS, number};

#[derive(Clone, Debug)]
pub(super) enum Sentence {
    All(Vec<Sentence>),
    Any(Vec<Sentence>),
    Not(Box<Sentence>),
    Is(Field, bool, Test),
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Field {
    /// A text of `costs`, by its canonical name.
    Costs(&'static str),
    Tag(&'static str),
    VirtualTag(&'static str),
    TagName,
    TagValue,
    Pair,
    Marketplace,
    /// The index among the amounts of a charge.
    Amount(usize),
    /// The index among the tokens of a charge; the fifth is their total.
    Tokens(usize),
    Requests,
    ChargedAt,
}

#[derive(Clone, Debug)]
pub(super) enum Test {
    Absent,
    Equals(String),
    In(Vec<String>),
    Like(String),
    LikeAnyCase(&'static str),
    Flexible(&'static str),
    /// The index among the regular expressions.
    Regex(usize),
    Pairs(Vec<(&'static str, String)>),
    Flag(bool),
    /// One of six signs, and what stands right of it.
    Number(&'static str, Number),
    Numbers(Vec<Number>),
    /// From the lesser to the greater.
    Between(Number, Number),
}

/// A number or an instant: how it is written, and its units of 10^-24 or its milliseconds.
pub(super) type Number = (String, i128);

const AMOUNTS: [&str; 4] = ["effective", "billed", "list", "contracted"];
const TOKENS: [&str; 5] = ["input", "output", "cache_read", "cache_write", "tokens"];
pub(super) const PATTERNS: [&str; 11] =
    ["%", "a%", "%b", "a%b", "%a%b%", "%%", "_", "é%", "%@acme.test", "", "A%B"];

type Asks = fn(&str) -> bool;

/// Regular expressions, and what they ask of a text without line breaks.
const REGEXES: [(&str, Asks); 6] = [
    ("^a", |value| value.starts_with('a')),
    ("b$", |value| value.ends_with('b')),
    ("^$", str::is_empty),
    ("b|é", |value| value.contains(['b', 'é'])),
    ("a.*b", |value| value.split_once('a').is_some_and(|(_, rest)| rest.contains('b'))),
    ("[^a-z]", |value| value.chars().any(|each| !each.is_ascii_lowercase())),
];

/// `%` is any run of characters, everything else itself.
fn naive_like(pattern: &[char], value: &[char]) -> bool {
    match pattern.split_first() {
        None => value.is_empty(),
        Some(('%', rest)) => (0..=value.len()).any(|skipped| naive_like(rest, &value[skipped..])),
        Some((first, rest)) => value.first() == Some(first) && naive_like(rest, &value[1..]),
    }
}

fn like(pattern: &str, value: &str) -> bool {
    naive_like(&pattern.chars().collect::<Vec<_>>(), &value.chars().collect::<Vec<_>>())
}

fn squeezed(text: &str) -> String {
    text.to_lowercase().chars().filter(|each| each.is_alphanumeric()).collect()
}

impl Test {
    fn holds(&self, value: Option<&str>) -> bool {
        let Some(value) = value else { return matches!(self, Self::Absent) };
        match self {
            Self::Equals(wanted) => wanted == value,
            Self::In(wanted) => wanted.contains(&value.to_owned()),
            Self::Like(pattern) => like(pattern, value),
            Self::LikeAnyCase(pattern) => like(&pattern.to_lowercase(), &value.to_lowercase()),
            Self::Flexible(text) => squeezed(text) == squeezed(value),
            Self::Regex(index) => REGEXES[*index].1(value),
            _ => false,
        }
    }

    /// Whether it holds for a quantity, which is told by how it compares with a literal.
    fn holds_in_order(&self, compare: Option<&dyn Fn(i128) -> Ordering>) -> bool {
        let Some(compare) = compare else { return matches!(self, Self::Absent) };
        match self {
            Self::Number(sign, (_, literal)) => match *sign {
                "=" => compare(*literal).is_eq(),
                "<" => compare(*literal).is_lt(),
                "<=" => compare(*literal).is_le(),
                ">" => compare(*literal).is_gt(),
                ">=" => compare(*literal).is_ge(),
                sign => panic!("there is no {sign}"),
            },
            Self::Numbers(literals) => literals.iter().any(|(_, literal)| compare(*literal).is_eq()),
            Self::Between((_, low), (_, high)) => compare(*low).is_ge() && compare(*high).is_le(),
            _ => false,
        }
    }

    /// In the language's own words; `not` stands before `IN`, `LIKE` and `BETWEEN`.
    pub(super) fn text(&self, negated: bool) -> String {
        let quoted = |text: &str| format!("'{}'", text.replace('\'', "''"));
        let listed = |items: Vec<String>| items.join(", ");
        let equals = if negated { "!=" } else { "=" };
        let not = if negated { "NOT " } else { "" };
        match self {
            Self::Absent if negated => "IS NOT NULL".to_owned(),
            Self::Absent => "= NULL".to_owned(),
            Self::Equals(value) => format!("{equals} {}", quoted(value)),
            Self::In(values) => {
                format!("{not}IN ({})", listed(values.iter().map(|value| quoted(value)).collect()))
            }
            Self::Like(pattern) => format!("{not}LIKE {}", quoted(pattern)),
            Self::LikeAnyCase(pattern) => format!("{not}ILIKE {}", quoted(pattern)),
            Self::Flexible(text) => format!("{} {}", if negated { "!~*" } else { "~*" }, quoted(text)),
            Self::Regex(index) => {
                format!("{} {}", if negated { "!~" } else { "=~" }, quoted(REGEXES[*index].0))
            }
            Self::Pairs(pairs) => {
                let pair = |(name, value): &(&str, String)| format!("({}, {})", quoted(name), quoted(value));
                format!("{not}IN ({})", listed(pairs.iter().map(pair).collect()))
            }
            Self::Flag(flag) => format!("{equals} {flag}"),
            Self::Number("=", (literal, _)) => format!("{equals} {literal}"),
            Self::Number(sign, (literal, _)) => format!("{sign} {literal}"),
            Self::Numbers(literals) => {
                format!("{not}IN ({})", listed(literals.iter().map(|(text, _)| text.clone()).collect()))
            }
            Self::Between((low, _), (high, _)) => format!("{not}BETWEEN {low} AND {high}"),
        }
    }

    /// Whether there is a negated form of it.
    fn has_opposite(&self) -> bool {
        !matches!(self, Self::Number(sign, _) if *sign != "=")
    }
}

impl Field {
    pub(super) fn text(&self) -> String {
        let quoted = |key: &str| key.replace('\'', "''");
        match self {
            Self::Costs(name) => format!("costs.{name}"),
            Self::Tag(key) => format!("tags['{}']", quoted(key)),
            Self::VirtualTag("Team") => "vtag.Team".to_owned(),
            Self::VirtualTag(key) => format!("vtag['{}']", quoted(key)),
            Self::TagName => "tags.name".to_owned(),
            Self::TagValue => "tags.value".to_owned(),
            Self::Pair => "(tags.name, tags.value)".to_owned(),
            Self::Marketplace => "costs.marketplace".to_owned(),
            Self::Amount(index) => format!("costs.{}", AMOUNTS[*index]),
            Self::Tokens(index) => format!("usage.{}", TOKENS[*index]),
            Self::Requests => "usage.requests".to_owned(),
            Self::ChargedAt => "charged_at".to_owned(),
        }
    }

    fn holds(&self, test: &Test, charge: &Charge, name: Option<&Test>) -> bool {
        let absent = matches!(test, Test::Absent);
        let ordered = |value: Option<i128>| match value {
            Some(value) => test.holds_in_order(Some(&|literal| value.cmp(&literal))),
            None => test.holds_in_order(None),
        };
        match self {
            Self::Costs("service") if !absent => {
                test.holds(charge.field("service")) || test.holds(charge.field("service_id"))
            }
            Self::Costs(name) => test.holds(charge.field(name)),
            Self::Tag(key) => test.holds(charge.tag_of(key)),
            Self::VirtualTag(key) => test.holds(charge.virtual_tag(key)),
            Self::TagName | Self::TagValue if absent => charge.tags.is_empty(),
            Self::TagName => charge.tags.iter().any(|(key, _)| test.holds(Some(key))),
            Self::TagValue => charge
                .tags
                .iter()
                .any(|(key, value)| name.is_none_or(|name| name.holds(Some(key))) && test.holds(Some(value))),
            Self::Pair => {
                let Test::Pairs(pairs) = test else { panic!("a pair is compared with pairs") };
                pairs.iter().all(|(key, value)| charge.tags.contains(&((*key).to_owned(), value.clone())))
            }
            Self::Marketplace => {
                matches!(test, Test::Flag(flag) if *flag == (charge.facts.marketplace == Some(true)))
            }
            Self::Amount(index) => ordered(charge.facts.amounts.and_then(|amounts| amounts[*index])),
            Self::Requests => ordered(charge.facts.requests),
            Self::ChargedAt => ordered(charge.facts.millis.map(i128::from)),
            Self::Tokens(index) => match charge.facts.tokens {
                None => test.holds_in_order(None),
                Some(tokens) => {
                    let count = match tokens.get(*index) {
                        Some(count) => i128::from(*count),
                        None => tokens.iter().map(|count| i128::from(*count)).sum(),
                    };
                    // A literal with a fraction lies above the whole number that it starts with.
                    test.holds_in_order(Some(&|literal| {
                        let one = 10_i128.pow(24);
                        let fraction =
                            if literal.rem_euclid(one) > 0 { Ordering::Less } else { Ordering::Equal };
                        count.cmp(&literal.div_euclid(one)).then(fraction)
                    }))
                }
            },
        }
    }
}

impl Sentence {
    pub(super) fn text(&self) -> String {
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
    pub(super) fn holds(&self, charge: &Charge, name: Option<&Test>) -> bool {
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
            Self::Is(field, negated, test) => field.holds(test, charge, name) != *negated,
        }
    }
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => prop::sample::select(&TEXTS).prop_map(str::to_owned),
        2 => prop::sample::select(&KEYS).prop_map(str::to_owned),
        1 => any::<String>(),
    ]
}

fn text_field() -> impl Strategy<Value = Field> {
    prop_oneof![
        4 => prop::sample::select(&FIELDS).prop_map(Field::Costs),
        1 => prop::sample::select(&KEYS).prop_map(Field::Tag),
        1 => prop::sample::select(&KEYS).prop_map(Field::VirtualTag),
        2 => Just(Field::TagName),
        3 => Just(Field::TagValue),
    ]
}

fn text_test() -> impl Strategy<Value = Test> {
    prop_oneof![
        3 => text().prop_map(Test::Equals),
        2 => prop::collection::vec(text(), 1..4).prop_map(Test::In),
        3 => prop::sample::select(&PATTERNS).prop_map(|pattern| Test::Like(pattern.to_owned())),
        1 => prop::sample::select(&PATTERNS).prop_map(Test::LikeAnyCase),
        1 => prop::sample::select(&TEXTS).prop_map(Test::Flexible),
        1 => (0..REGEXES.len()).prop_map(Test::Regex),
        1 => Just(Test::Absent),
    ]
}

fn ordered(literal: impl Strategy<Value = Number> + Clone) -> impl Strategy<Value = Test> {
    let signs = prop::sample::select(&["=", "<", "<=", ">", ">="]);
    prop_oneof![
        4 => (signs, literal.clone()).prop_map(|(sign, literal)| Test::Number(sign, literal)),
        1 => prop::collection::vec(literal.clone(), 1..3).prop_map(Test::Numbers),
        2 => (literal.clone(), literal).prop_map(|(one, other)| {
            if one.1 <= other.1 { Test::Between(one, other) } else { Test::Between(other, one) }
        }),
        1 => Just(Test::Absent),
    ]
}

/// A field with a test that it can be put to.
pub(super) fn tested() -> impl Strategy<Value = (Field, Test)> {
    let numbers = number().prop_map(|(text, units)| (text.to_owned(), units)).boxed();
    let instants = prop::sample::select(&INSTANTS)
        .prop_map(|(text, millis)| (format!("'{text}'"), millis.into()))
        .boxed();
    let quantity = prop_oneof![
        (0..AMOUNTS.len()).prop_map(Field::Amount),
        (0..TOKENS.len()).prop_map(Field::Tokens),
        Just(Field::Requests),
    ];
    prop_oneof![
        10 => (text_field(), text_test()),
        1 => pairs(),
        1 => any::<bool>().prop_map(|flag| (Field::Marketplace, Test::Flag(flag))),
        3 => (quantity, ordered(numbers)),
        1 => ordered(instants).prop_map(|test| (Field::ChargedAt, test)),
    ]
}

fn pairs() -> impl Strategy<Value = (Field, Test)> {
    let texts = prop::sample::select(&TEXTS).prop_map(str::to_owned);
    prop::collection::vec((prop::sample::select(&KEYS), texts), 1..3)
        .prop_map(|pairs| (Field::Pair, Test::Pairs(pairs)))
}

/// Sentences over such predicates.
pub(super) fn joined(
    leaf: impl Strategy<Value = (Field, Test)> + 'static,
) -> impl Strategy<Value = Sentence> {
    let predicate = (leaf, any::<bool>())
        .prop_map(|((field, test), negated)| Sentence::Is(field, negated && test.has_opposite(), test));
    predicate.prop_recursive(4, 16, 4, |inner| {
        prop_oneof![
            3 => prop::collection::vec(inner.clone(), 2..4).prop_map(Sentence::All),
            2 => prop::collection::vec(inner.clone(), 2..4).prop_map(Sentence::Any),
            1 => inner.prop_map(|part| Sentence::Not(Box::new(part))),
        ]
    })
}

pub(super) fn sentence() -> impl Strategy<Value = Sentence> {
    joined(tested())
}

/// Any text at all, and text that is nearly a sentence.
pub(super) fn garbage() -> impl Strategy<Value = String> {
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
        "costs.effective",
        "usage.tokens",
        "charged_at",
        "'2026-09-01'",
        "costs.allocation = 0.5",
        "(tags.name, tags.value) IN (('a', 'b'))",
        "costs.marketplace",
        "true",
        "<",
        ">=",
        "~*",
        "!~",
        "=~",
        "~",
        "-1.5",
        "12.",
        "BETWEEN",
        "IS",
        "ILIKE",
    ]);
    prop_oneof![
        any::<String>(),
        "(?s).{0,40}",
        prop::collection::vec(words.clone(), 0..14).prop_map(|words| words.join(" ")),
        prop::collection::vec(words, 0..14).prop_map(|words| words.concat()),
    ]
}
