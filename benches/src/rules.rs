//! Many rules, and emails for them.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::hash::{BuildHasher, RandomState};

use cost_model::report::{Query, Report};
use cost_model::tagger::{Part, TagCache};
use cost_model::{CostRecord, Costs, Currency, Dimension, Dimensions, Ledger, Money, Tagger, Timestamp};
use cursor_simulator::Simulator;
use virtual_tags::{Directory, Finding, ResolvedRules, RuleSet};

use crate::random::Random;
use crate::{Failure, RuleCounts, WrittenRule, people_of};

/// A step through people that meets them all, in an order that no cache foresees.
const STRIDE: usize = 7_919;

/// A set of rules for one key: three quarters name an email, a fifth a domain, an ending or a pattern, and the rest a
/// regular expression.
pub struct ManyRules {
    pub written: RuleSet,
    pub toml: String,
    pub people: Vec<String>,
}

/// A charge that consists of an email.
struct Charge<'a>(&'a str);

impl Dimensions for Charge<'_> {
    fn get(&self, dimension: &Dimension) -> Option<Cow<'_, str>> {
        (*dimension == Dimension::Resource).then_some(Cow::Borrowed(self.0))
    }

    fn for_each_tag(&self, _: &mut dyn FnMut(&str, &str)) {}

    fn tag(&self, _: &str) -> Option<Cow<'_, str>> {
        None
    }
}

impl ManyRules {
    pub fn new(rules: usize, people: usize) -> Result<Self, Failure> {
        let mut toml = "[[tag]]\nkey = \"Team\"\ndefault = \"Unallocated\"\n".to_owned();
        for rule in 0..rules {
            writeln!(toml, "[[tag.rule]]\nvalue = \"Team {}\"", rule % 97)?;
            match rule % 20 {
                0 => writeln!(
                    toml,
                    "when = \"costs.resource_id =~ '^ci-{rule}-[0-9]+@(web|data)[.]acme[.]test$'\""
                )?,
                1 => writeln!(toml, "email.domain = \"unit{rule}.acme.test\"")?,
                2 => writeln!(toml, "when = \"costs.resource_id LIKE '%.{rule}@partner.test'\"")?,
                3 => writeln!(toml, "email.glob = \"bot-{rule}-*@*\"")?,
                4 => writeln!(toml, "email.under = \"group{rule}.acme.test\"")?,
                _ => writeln!(toml, "email.is = \"{}\"", person(rule))?,
            }
        }
        let written = RuleSet::from_toml(&toml, "rules.toml")?;
        Ok(Self { written, toml, people: (0..people).map(person).collect() })
    }

    pub fn compile(&self, written: RuleSet) -> Result<ResolvedRules, Failure> {
        Ok(written.compile(Directory::default())?.tagger()?)
    }

    /// A charge for each email.
    pub fn ledger(&self, emails: &[String]) -> Result<Ledger, Failure> {
        let mut ledger = Ledger::builder(Currency::USD);
        for (second, email) in (0..).zip(emails) {
            ledger.push(&charge_of(email, second)?)?;
        }
        Ok(ledger.build())
    }

    /// Emails, each a text of its own, over and over in no order.
    pub fn emails(&self, count: usize) -> Vec<String> {
        let number = |row: usize| (row * STRIDE) % self.people.len().max(1);
        (0..count).filter_map(|row| self.people.get(number(row)).cloned()).collect()
    }
}

fn person(number: usize) -> String {
    match number % 20 {
        0 => format!("ci-{number}-7@web.acme.test"),
        1 => format!("ana.{number}@unit{number}.acme.test"),
        2 => format!("bo.{number}@partner.test"),
        3 => format!("bot-{number}-x@acme.test"),
        4 => format!("cy@a.group{number}.acme.test"),
        _ => format!("firstname.lastname{number}@acme.test"),
    }
}

/// The floor: hashes each text once, as the standard library's maps do.
pub fn hash_all<T: AsRef<str>>(texts: &[T]) -> u64 {
    let hasher = RandomState::new();
    texts.iter().fold(0, |sum, text| sum ^ hasher.hash_one(text.as_ref()))
}

/// How long the names of the teams of all charges are, together, each distinct charge asked about once.
pub fn tag_all(rules: &ResolvedRules, ledger: &Ledger) -> Result<usize, Failure> {
    let teams = TagCache::new(ledger, rules, &["Team".into()])?;
    Ok(teams.answers(ledger)?.map(|answer| length(teams.parts(answer))).sum())
}

/// The same, each asked about by itself.
pub fn tag_each(rules: &ResolvedRules, emails: &[String]) -> usize {
    let (keys, at) = (["Team".into()], Timestamp::midnight(chrono::NaiveDate::MIN));
    emails.iter().map(|email| length(&rules.parts(&keys, &Charge(email), at))).sum()
}

fn length(parts: &[Part]) -> usize {
    match parts {
        [whole] => whole.values.iter().flatten().map(|value| value.len()).sum(),
        _ => 0,
    }
}

/// A directory of so many people, as a file.
pub fn directory_of(people: usize) -> Result<String, Failure> {
    let mut csv = "email,team,from,to\n".to_owned();
    for number in 0..people {
        writeln!(csv, "firstname.lastname{number}@acme.test,Team {},2026-01-01,", number % 997)?;
    }
    Ok(csv)
}

/// Very many people, each with a few charges, and rules of which a fifth are regular expressions.
pub struct RulesOfMany {
    pub rules: RuleSet,
    pub ledger: Ledger,
}

impl RulesOfMany {
    /// About so many rules for people with three charges each.
    pub fn new(people: usize, rules: usize) -> Result<Self, Failure> {
        let emails = many_emails(people)?;
        let counts = RuleCounts {
            exact: rules * 70 / 100,
            suffix: rules * 3 / 100,
            glob: rules * 7 / 100,
            regex: rules * 20 / 100,
        };
        let rules = WrittenRule::rule_set(&WrittenRule::for_people(&emails, counts))?;
        let mut charges: Vec<_> = (0..3).flat_map(|_| &emails).collect();
        Random::new(7).shuffle(&mut charges);
        let mut ledger = Ledger::builder(Currency::USD);
        for (second, email) in (0..).zip(charges) {
            ledger.push(&charge_of(email, second)?)?;
        }
        Ok(Self { rules, ledger: ledger.build() })
    }

    pub fn compile(&self) -> Result<ResolvedRules, Failure> {
        Ok(self.rules.clone().compile(Directory::default())?.tagger()?)
    }

    /// By team.
    pub fn report(&self, rules: &ResolvedRules) -> Result<Report, Failure> {
        Ok(Query::all_resources().group_by(Dimension::VirtualTag("Team".into())).run(&self.ledger, rules)?)
    }

    /// What is wrong with the rules in view of the charges.
    pub fn check(&self, rules: &ResolvedRules) -> Vec<Finding> {
        rules.check_against(&self.ledger)
    }

    /// The people of the charges.
    pub fn emails(&self) -> Vec<String> {
        self.ledger.values(&Dimension::Resource).iter().map(ToString::to_string).collect()
    }
}

/// The emails of a large company, and of others whose people have the same names and other numbers.
fn many_emails(people: usize) -> Result<Vec<String>, Failure> {
    let company = people_of(&Simulator::large_company().events(1).build());
    let mut emails = Vec::with_capacity(people);
    for round in 0.. {
        for email in &company {
            if emails.len() == people {
                return Ok(emails);
            }
            let (local, domain) = email.split_once('@').ok_or("a person has no email")?;
            emails.push(if round == 0 { email.clone() } else { format!("{local}{round}@{domain}") });
        }
    }
    Ok(emails)
}

fn charge_of(email: &str, second: i64) -> Result<CostRecord, Failure> {
    let costs = Costs::flat(Money::from_units(i128::from(1 + second % 997) * 10_i128.pow(20)));
    let at = Timestamp::from_millis(1_790_000_000_000 + second * 1000)?;
    let mut record = CostRecord::new(at, "cursor", Currency::USD, costs);
    record.edit(|set| set.resource = Some(email.into()));
    Ok(record)
}
