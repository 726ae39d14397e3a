//! ResolvedRules and directories as plain data: how they are written in files, and what they mean, told as simply as can be.

use std::collections::BTreeSet;

use chrono::{Days, NaiveDate};
use cost_model::{CostRecord, Costs, Currency, Money, Timestamp};
use proptest::prelude::*;
use virtual_tags::{Directory, ResolvedRules, RuleSet};

#[derive(Clone, Debug)]
pub(crate) struct Tag {
    pub(crate) key: &'static str,
    pub(crate) default: Option<&'static str>,
    pub(crate) rules: Vec<Rule>,
}

#[derive(Clone, Debug)]
pub(crate) struct Rule {
    when: Option<Condition>,
    then: Then,
}

#[derive(Clone, Debug)]
enum Then {
    Value(&'static str),
    Fact(usize),
}

#[derive(Clone, Debug)]
enum Condition {
    Resource(&'static str),
    ResourceEndsWith(&'static str),
    Service(&'static str),
    Project(Option<&'static str>),
    Not(Box<Condition>),
    All(Vec<Condition>),
    Any(Vec<Condition>),
}

/// One row of a directory.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) email: String,
    pub(crate) facts: Vec<&'static str>,
    pub(crate) from: Option<NaiveDate>,
    pub(crate) to: Option<NaiveDate>,
}

/// Everything that a test needs.
#[derive(Clone, Debug)]
pub(crate) struct World {
    pub(crate) tags: Vec<Tag>,
    pub(crate) entries: Vec<Entry>,
}

pub(crate) const FACTS: [&str; 2] = ["team", "cost \"center\", x"];
const PEOPLE: [&str; 5] = ["ana@acme.test", "Ana@acme.test", "bo@data.acme.test", "cy@acme.test", "svc-1"];
const IDS: [&str; 9] = [
    "ana@acme.test",
    "Ana@acme.test",
    "ANA@acme.test",
    " ana@Acme.TEST ",
    "BO@data.acme.test",
    "bo@data.acme.test",
    "CY@acme.test",
    "SVC-1",
    "(no user)",
];
const VALUES: [&str; 5] = ["Payments", "Data \"Platform\"", "it's", "Ärzte \\ 1", "a, b"];

/// So many cases, and no files left behind by a failing one.
pub(crate) fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig::with_cases(cases)
}

fn day(number: u64) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 1, 1).unwrap().checked_add_days(Days::new(number)).unwrap()
}

/// The edges of every day that a directory here may name.
pub(crate) fn instants() -> Vec<Timestamp> {
    (0..9)
        .map(|number| Timestamp::midnight(day(number)).millis())
        .flat_map(|midnight| [midnight - 1, midnight, midnight + 43_200_000])
        .map(|millis| Timestamp::from_millis(millis).unwrap())
        .collect()
}

impl World {
    pub(crate) fn toml(&self) -> String {
        let person = "person = [\"costs.resource_id\", \"tags['cursor:user']\"]\n";
        self.tags.iter().map(Tag::toml).fold(person.to_owned(), |toml, tag| toml + &tag)
    }

    pub(crate) fn csv(&self) -> String {
        let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
        let mut csv = format!("{},email,to,{},from\n", quoted(FACTS[0]), quoted(FACTS[1]));
        for entry in &self.entries {
            let date = |date: Option<NaiveDate>| date.map(|date| date.to_string()).unwrap_or_default();
            let (first, second) = (quoted(entry.facts[0]), quoted(entry.facts[1]));
            csv += &format!("{first},{},{},{second},{}\n", entry.email, date(entry.to), date(entry.from));
        }
        csv
    }

    pub(crate) fn directory(&self) -> Directory {
        Directory::from_csv(self.csv().as_bytes(), "directory.csv").unwrap()
    }

    pub(crate) fn compile(&self) -> ResolvedRules {
        RuleSet::from_toml(&self.toml(), "rules.toml")
            .unwrap()
            .compile(self.directory())
            .unwrap()
            .tagger()
            .unwrap()
    }

    /// The first rule that matches, else the default.
    pub(crate) fn assign(&self, key: &str, record: &CostRecord, at: Timestamp) -> Option<&'static str> {
        let tag = self.tags.iter().find(|tag| tag.key == key)?;
        for rule in &tag.rules {
            if rule.when.as_ref().is_some_and(|when| !when.holds(record)) {
                continue;
            }
            match rule.then {
                Then::Value(value) => return Some(value),
                Then::Fact(fact) => {
                    for id in [record.dimensions.resource.as_ref(), record.dimensions.tags.get("cursor:user")]
                        .into_iter()
                        .flatten()
                    {
                        if let Some(value) = self.fact(id, fact, at) {
                            return Some(value);
                        }
                    }
                }
            }
        }
        tag.default
    }

    /// What the directory says of a person on the day of `at`.
    pub(crate) fn fact(&self, id: &str, fact: usize, at: Timestamp) -> Option<&'static str> {
        let id = canonical(id);
        let people: BTreeSet<_> = self.entries.iter().map(|entry| canonical(&entry.email)).collect();
        let alike: Vec<_> =
            people.iter().filter(|person| person.to_lowercase() == id.to_lowercase()).collect();
        let person = match (people.get(&id), alike.as_slice()) {
            (Some(exact), _) => exact,
            (None, [only]) => only,
            _ => return None,
        };
        let day = at.date();
        self.entries
            .iter()
            .filter(|entry| canonical(&entry.email) == *person)
            .find(|entry| entry.from.is_none_or(|from| from <= day) && entry.to.is_none_or(|to| day < to))
            .map(|entry| entry.facts[fact])
            .filter(|value| !value.is_empty())
    }
}

/// Without blanks around it, and with the domain in lower case.
fn canonical(id: &str) -> String {
    let id = id.trim();
    match id.rfind('@') {
        Some(sign) => {
            let (local, domain) = id.split_at(sign);
            format!("{local}{}", domain.to_lowercase())
        }
        None => id.to_owned(),
    }
}

fn toml_text(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

impl Tag {
    fn toml(&self) -> String {
        let mut toml = format!("[[tag]]\nkey = {}\n", toml_text(self.key));
        if let Some(default) = self.default {
            toml += &format!("default = {}\n", toml_text(default));
        }
        for rule in &self.rules {
            toml += "  [[tag.rule]]\n";
            toml += &match rule.then {
                Then::Value(value) => format!("  value = {}\n", toml_text(value)),
                Then::Fact(fact) => format!("  from_directory = {}\n", toml_text(FACTS[fact])),
            };
            if let Some(when) = &rule.when {
                toml += &format!("  when = {}\n", toml_text(&when.sentence()));
            }
        }
        toml
    }
}

impl Condition {
    fn sentence(&self) -> String {
        let quoted = |text: &str| format!("'{}'", text.replace('\'', "''"));
        let chain = |parts: &[Self], joiner: &str| {
            let parts: Vec<_> = parts.iter().map(|part| format!("({})", part.sentence())).collect();
            parts.join(joiner)
        };
        match self {
            Self::Resource(id) => format!("costs.resource_id = {}", quoted(id)),
            Self::ResourceEndsWith(end) => format!("costs.resource_id LIKE {}", quoted(&format!("%{end}"))),
            Self::Service(service) => format!("costs.service = {}", quoted(service)),
            Self::Project(Some(project)) => format!("tags['project'] = {}", quoted(project)),
            Self::Project(None) => "tags['project'] = NULL".to_owned(),
            Self::Not(part) => format!("NOT ({})", part.sentence()),
            Self::All(parts) => chain(parts, " AND "),
            Self::Any(parts) => chain(parts, " OR "),
        }
    }

    fn holds(&self, record: &CostRecord) -> bool {
        match self {
            Self::Resource(id) => record.dimensions.resource.as_deref() == Some(id),
            Self::ResourceEndsWith(end) => {
                record.dimensions.resource.as_ref().is_some_and(|id| id.ends_with(end))
            }
            Self::Service(service) => record.dimensions.service.as_deref() == Some(service),
            Self::Project(project) => record.dimensions.tags.get("project").map(|value| &**value) == *project,
            Self::Not(part) => !part.holds(record),
            Self::All(parts) => parts.iter().all(|part| part.holds(record)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(record)),
        }
    }
}

fn condition() -> impl Strategy<Value = Condition> {
    let leaf = prop_oneof![
        prop::sample::select(&IDS).prop_map(Condition::Resource),
        prop::sample::select(vec!["@data.acme.test", "@acme.test", "1"])
            .prop_map(Condition::ResourceEndsWith),
        prop::sample::select(vec!["Auto", "it's"]).prop_map(Condition::Service),
        prop::option::of(Just("x")).prop_map(Condition::Project),
    ];
    leaf.prop_recursive(2, 6, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(|part| Condition::Not(Box::new(part))),
            prop::collection::vec(inner.clone(), 2..4).prop_map(Condition::All),
            prop::collection::vec(inner, 2..4).prop_map(Condition::Any),
        ]
    })
}

fn rule() -> impl Strategy<Value = Rule> {
    prop_oneof![
        (condition(), prop::sample::select(&VALUES))
            .prop_map(|(when, value)| Rule { when: Some(when), then: Then::Value(value) }),
        (prop::option::of(condition()), 0..FACTS.len())
            .prop_map(|(when, fact)| Rule { when, then: Then::Fact(fact) }),
    ]
}

fn tags() -> impl Strategy<Value = Vec<Tag>> {
    let keys =
        prop::sample::subsequence(vec!["Team", "cost center", "Own \"it\"", "team"], 0..=4).prop_shuffle();
    keys.prop_flat_map(|keys| {
        let tag = |key| {
            (prop::option::of(prop::sample::select(&VALUES)), prop::collection::vec(rule(), 0..4))
                .prop_map(move |(default, rules)| Tag { key, default, rules })
        };
        keys.into_iter().map(tag).collect::<Vec<_>>()
    })
}

/// The life of one person: cut into spans at some days, and some spans left out.
fn life(person: &'static str) -> impl Strategy<Value = Vec<Entry>> {
    prop::collection::btree_set(0_u64..9, 0..4).prop_flat_map(move |cuts| {
        let mut edges = vec![None];
        edges.extend(cuts.into_iter().map(|cut| Some(day(cut))));
        edges.push(None);
        let spans: Vec<_> = edges.windows(2).map(|pair| (pair[0], pair[1])).collect();
        let fact = || prop_oneof![4 => prop::sample::select(&VALUES), 1 => Just("")];
        let spelling = prop::sample::select(vec![
            person.to_owned(),
            format!("  {person} "),
            person.replace("acme.test", "Acme.TEST"),
        ]);
        let entry = (prop::bool::weighted(0.6), spelling, prop::collection::vec(fact(), FACTS.len()));
        prop::collection::vec(entry, spans.len()).prop_map(move |entries| {
            spans
                .iter()
                .zip(entries)
                .filter(|(_, (kept, ..))| *kept)
                .map(|((from, to), (_, email, facts))| Entry { email, facts, from: *from, to: *to })
                .collect()
        })
    })
}

pub(crate) fn worlds() -> impl Strategy<Value = World> {
    let lives = Vec::from(PEOPLE.map(life));
    let entries = lives.prop_flat_map(|lives| Just(lives.concat()).prop_shuffle());
    (tags(), entries).prop_map(|(tags, entries)| World { tags, entries })
}

pub(crate) fn ids() -> impl Strategy<Value = &'static str> {
    prop::sample::select(&IDS)
}

pub(crate) fn records() -> impl Strategy<Value = Vec<CostRecord>> {
    let who = (
        prop::option::weighted(0.9, ids()),
        prop::option::weighted(0.3, ids()),
        prop::option::of(prop::sample::select(vec!["Auto", "it's"])),
        prop::option::weighted(0.3, prop::sample::select(vec!["x", "y"])),
    );
    let cost = prop::option::weighted(0.9, (-99_i128..99).prop_map(Money::from_units));
    let record = (prop::sample::select(instants()), who, prop::array::uniform4(cost)).prop_map(
        |(at, (resource, user, service, project), [billed, effective, list, contracted])| {
            let mut costs = Costs::absent();
            costs.billed = billed;
            costs.effective = effective;
            costs.list = list;
            costs.contracted = contracted;
            let mut record = CostRecord::new(at, "cursor", Currency::USD, costs);
            record.edit(|set| set.resource = resource.map(Into::into));
            record.edit(|set| set.service = service.map(Into::into));
            for (key, value) in [("cursor:user", user), ("project", project)] {
                if let Some(value) = value {
                    record.edit(|set| set.tags.insert(key, value));
                }
            }
            record
        },
    );
    prop::collection::vec(record, 0..8)
}
