//! A charge of lists and options, out of alphabets small enough to collide.

use std::borrow::Cow;

use cost_model::money::{RequestUnits, TokenCounts, Tokens};
use cost_model::{Costs, Dimension, Dimensions, Money, Timestamp};
use proptest::prelude::*;

/// A charge in which every field and tag stands in a list.
#[derive(Clone, Debug)]
pub(super) struct Charge {
    pub(super) fields: Vec<(&'static str, String)>,
    pub(super) tags: Vec<(String, String)>,
    pub(super) facts: Facts,
    /// Whether virtual tags are read as tags of the same key, as in a report.
    pub(super) reported: bool,
}

/// What a charge has beside its dimensions and tags.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Facts {
    pub(super) millis: Option<i64>,
    /// Effective, billed, list, contracted, in units of 10^-24.
    pub(super) amounts: Option<[Option<i128>; 4]>,
    /// Input, output, cache read, cache write.
    pub(super) tokens: Option<[u64; 4]>,
    pub(super) requests: Option<i128>,
    pub(super) marketplace: Option<bool>,
}

pub(super) const KEYS: [&str; 4] = ["Team", "cost center", "it's", "é"];
pub(super) const TEXTS: [&str; 12] =
    ["a", "b", "ab", "aab", "", "it's", "é%", "ana@acme.test", "NULL", "A", "a-B", "É_%"];
pub(super) const FIELDS: [&str; 6] =
    ["service", "service_id", "region", "resource_id", "charge_type", "subcategory"];
pub(super) const PROVIDERS: [&str; 2] = ["cursor", "aws"];

/// A number, its text and its count of 10^-24.
pub(super) const NUMBERS: [(&str, i128); 8] = [
    ("0", 0),
    ("1", 1_000_000_000_000_000_000_000_000),
    ("-1", -1_000_000_000_000_000_000_000_000),
    ("0.5", 500_000_000_000_000_000_000_000),
    ("2", 2_000_000_000_000_000_000_000_000),
    ("0.000000000000000000000001", 1),
    ("170141183460469.231731687303715884105727", i128::MAX),
    ("-170141183460469.231731687303715884105728", i128::MIN),
];

/// An instant, its text and its milliseconds since 1970.
pub(super) const INSTANTS: [(&str, i64); 5] = [
    ("2026-09-01", 1_788_220_800_000),
    ("2026-09-01T00:00:00.001Z", 1_788_220_800_001),
    ("2026-08-31T23:59:59.999Z", 1_788_220_799_999),
    ("2026-09-30", 1_790_726_400_000),
    ("2026-09-30T14:00:00+14:00", 1_790_726_400_000),
];

impl Charge {
    pub(super) fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(each, _)| *each == name).map(|(_, value)| &**value)
    }

    pub(super) fn tag_of(&self, key: &str) -> Option<&str> {
        self.tags.iter().find(|(each, _)| each == key).map(|(_, value)| &**value)
    }

    pub(super) fn virtual_tag(&self, key: &str) -> Option<&str> {
        match key {
            _ if self.reported => self.tag_of(key),
            "Team" => self.field("vtag Team"),
            _ => self.field("vtag other"),
        }
    }
}

impl Dimensions for Charge {
    fn get(&self, dimension: &Dimension) -> Option<Cow<'_, str>> {
        let value = match dimension {
            Dimension::Tag(key) => self.tag_of(key),
            Dimension::VirtualTag(key) => self.virtual_tag(key),
            _ => self.field(dimension.to_string().strip_prefix("costs.").unwrap()),
        };
        value.map(Cow::Borrowed)
    }

    fn for_each_tag(&self, visit: &mut dyn FnMut(&str, &str)) {
        self.tags.iter().for_each(|(key, value)| visit(key, value));
    }

    fn at(&self) -> Option<Timestamp> {
        self.facts.millis.map(|millis| Timestamp::from_millis(millis).unwrap())
    }

    fn costs(&self) -> Option<Costs> {
        let [effective, billed, list, contracted] =
            self.facts.amounts?.map(|amount| amount.map(Money::from_units));
        let mut costs = Costs::absent();
        (costs.effective, costs.billed, costs.list, costs.contracted) = (effective, billed, list, contracted);
        Some(costs)
    }

    fn tokens(&self) -> Option<TokenCounts> {
        let [input, output, cache_read, cache_write] = self.facts.tokens?.map(Tokens::new);
        Some(TokenCounts { input, output, cache_write, cache_read })
    }

    fn requests(&self) -> Option<RequestUnits> {
        self.facts.requests.map(RequestUnits::from_units)
    }

    fn marketplace(&self) -> Option<bool> {
        self.facts.marketplace
    }
}

pub(super) fn number() -> impl Strategy<Value = (&'static str, i128)> {
    prop::sample::select(&NUMBERS)
}

fn facts() -> impl Strategy<Value = Facts> {
    let units = || prop::option::weighted(0.7, number().prop_map(|(_, units)| units));
    let amounts = prop::option::weighted(0.9, prop::array::uniform4(units()));
    let count = prop_oneof![4 => 0_u64..3, 1 => Just(u64::MAX), 1 => Just(170_141_183_460_469)];
    let tokens = prop::option::weighted(0.8, prop::array::uniform4(count));
    let millis = prop::option::weighted(0.8, prop::sample::select(&INSTANTS).prop_map(|(_, millis)| millis));
    (millis, amounts, tokens, units(), prop::option::of(any::<bool>())).prop_map(
        |(millis, amounts, tokens, requests, marketplace)| Facts {
            millis,
            amounts,
            tokens,
            requests,
            marketplace,
        },
    )
}

pub(super) fn charge() -> impl Strategy<Value = Charge> {
    let names = || FIELDS.into_iter().chain(["vtag Team", "vtag other"]);
    let texts = || prop::sample::select(&TEXTS).prop_map(str::to_owned);
    (
        prop::sample::select(&PROVIDERS),
        prop::collection::vec(prop::option::of(texts()), names().count()),
        prop::collection::btree_map(prop::sample::select(&KEYS).prop_map(str::to_owned), texts(), 0..3),
        facts(),
    )
        .prop_map(move |(provider, values, tags, facts)| {
            let mut fields: Vec<_> =
                names().zip(values).filter_map(|(name, value)| Some((name, value?))).collect();
            fields.push(("provider", provider.to_owned()));
            Charge { fields, tags: tags.into_iter().collect(), facts, reported: false }
        })
}
