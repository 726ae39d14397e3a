//! Rules about emails as an ordered list that other programs can read as well: the first that matches gives team and
//! department.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use cost_model::Filter;
use serde::{Deserialize, Serialize};
use virtual_tags::{Assign, Directory, ResolvedRules, Rule, RuleSet, TagDefinition};

use crate::Failure;
use crate::random::Random;

/// A rule as a row of `rules.json`.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq, Eq)]
pub struct WrittenRule {
    kind: PatternKind,
    pattern: String,
    team: String,
    department: String,
}

/// How a pattern is compared with an email.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum PatternKind {
    /// The email is the pattern.
    Exact,
    /// The email ends in the pattern.
    Suffix,
    /// The same; the pattern is an `@` and a whole domain.
    Domain,
    /// `*` matches any run of characters, `?` one; the email as a whole.
    Glob,
    /// A regular expression that is found anywhere in the email.
    Regex,
}

/// How many rules of each kind to write. Those of whole domains come last, one for each domain.
#[derive(Clone, Copy, Debug)]
pub struct RuleCounts {
    pub exact: usize,
    pub suffix: usize,
    pub glob: usize,
    pub regex: usize,
}

impl RuleCounts {
    /// Those of a large company: with 40 domains, 2,000.
    pub const LARGE: Self = Self { exact: 1500, suffix: 120, glob: 240, regex: 100 };
}

impl WrittenRule {
    /// Reads a list of rules.
    pub fn read_all(path: &Path) -> Result<Vec<Self>, Failure> {
        Ok(serde_json::from_slice(&fs::read(path)?)?)
    }

    /// Rules that fit people with these emails: every third person by name, and endings, patterns and expressions made of
    /// the names and domains that occur.
    pub fn for_people(emails: &[String], counts: RuleCounts) -> Vec<Self> {
        let words = Words::of(emails);
        let mut random = Random::new(20_261_101);
        let mut patterns = Vec::new();
        for number in 0..counts.exact {
            patterns.extend(
                emails.get(number * 3 % emails.len().max(1)).map(|email| (PatternKind::Exact, email.clone())),
            );
        }
        patterns.extend(
            (0..counts.suffix).map(|number| (PatternKind::Suffix, words.suffix(number, &mut random))),
        );
        patterns.extend((0..counts.glob).map(|number| (PatternKind::Glob, words.glob(number, &mut random))));
        patterns
            .extend((0..counts.regex).map(|number| (PatternKind::Regex, words.regex(number, &mut random))));
        random.shuffle(&mut patterns);
        patterns.extend(words.domains.iter().map(|domain| (PatternKind::Domain, format!("@{domain}"))));
        let write = |(kind, pattern)| {
            let team = random.below(40);
            let (team, department) = (format!("team-{team:02}"), format!("dept-{}", team / 5));
            Self { kind, pattern, team, department }
        };
        patterns.into_iter().map(write).collect()
    }

    /// The rules for the keys `Team` and `Department`, both `none` where no rule matches.
    pub fn rule_set(rules: &[Self]) -> Result<RuleSet, Failure> {
        let mut set = RuleSet::default().with_default_person(cursor_cost_source::places_of_people());
        for (key, value) in [("Team", Self::team as fn(&Self) -> &str), ("Department", Self::department)] {
            let mut tag = TagDefinition::new(key);
            tag.default = Some("none".into());
            for rule in rules {
                tag.rules.push(rule.to_rule(value(rule))?);
            }
            set.tags.push(tag);
        }
        Ok(set)
    }

    /// The same, compiled.
    pub fn compile(rules: &[Self]) -> Result<ResolvedRules, Failure> {
        Ok(Self::rule_set(rules)?.compile(Directory::default())?.tagger()?)
    }

    fn team(&self) -> &str {
        &self.team
    }

    fn department(&self) -> &str {
        &self.department
    }

    fn to_rule(&self, value: &str) -> Result<Rule, Failure> {
        let mut rule = Rule::new(Assign::Value(value.into()));
        let pattern = || vec![Arc::from(self.pattern.as_str())];
        match self.kind {
            PatternKind::Exact => rule.people.equals = pattern(),
            PatternKind::Domain => rule.people.domain = vec![self.pattern.trim_start_matches('@').into()],
            PatternKind::Glob => rule.people.glob = pattern(),
            PatternKind::Suffix => rule = rule.when(self.condition("LIKE '%", "'")?),
            PatternKind::Regex => rule = rule.when(self.condition("=~ '", "'")?),
        }
        Ok(rule)
    }

    fn condition(&self, before: &str, after: &str) -> Result<Filter, Failure> {
        let pattern = self.pattern.replace('\'', "''");
        Ok(Filter::parse(&format!("costs.resource_id {before}{pattern}{after}"))?)
    }
}

/// What emails are made of, each word once.
struct Words {
    domains: Vec<String>,
    /// Of domains such as `eng.acme8.test`: `acme`.
    firms: Vec<String>,
    firsts: Vec<String>,
    lasts: Vec<String>,
}

impl Words {
    fn of(emails: &[String]) -> Self {
        let (mut domains, mut firms) = (BTreeSet::new(), BTreeSet::new());
        let (mut firsts, mut lasts) = (BTreeSet::new(), BTreeSet::new());
        for (local, domain) in emails.iter().filter_map(|email| email.split_once('@')) {
            if domains.insert(domain.to_owned()) {
                let numbered = |label: &&str| label.ends_with(|last: char| last.is_ascii_digit());
                let firm = domain.split('.').find(numbered).or(domain.split('.').next()).unwrap_or(domain);
                firms.insert(without_number(firm).to_owned());
            }
            if let Some((first, last)) = local.split_once('.') {
                firsts.insert(first.to_owned());
                lasts.insert(without_number(last.trim_end_matches("-contractor")).to_owned());
            }
        }
        let list = |words: BTreeSet<String>| words.into_iter().collect();
        Self { domains: list(domains), firms: list(firms), firsts: list(firsts), lasts: list(lasts) }
    }

    fn suffix(&self, number: usize, random: &mut Random) -> String {
        let ending = ["-contractor", "7", "99"].get(number % 3).copied().unwrap_or_default();
        format!("{ending}@{}", random.pick(&self.domains))
    }

    fn glob(&self, number: usize, random: &mut Random) -> String {
        let domain = random.pick(&self.domains);
        let (first, last) = (random.pick(&self.firsts), random.pick(&self.lasts));
        match number % 6 {
            0 => format!("svc-*@{domain}"),
            1 => format!("dev1*@{domain}"),
            2 => format!("{first}.*@{domain}"),
            3 => format!("*.{last}*@{domain}"),
            4 => format!("?{last}????@{domain}"),
            _ => format!("*{number}*@*.{}*", random.pick(&self.firms)),
        }
    }

    /// The first hundred are about many people each; beyond them, nobody writes but for somebody in particular.
    fn regex(&self, number: usize, random: &mut Random) -> String {
        let (first, last) = (random.pick(&self.firsts), random.pick(&self.lasts));
        let (firm, digit) = (random.pick(&self.firms), 1 + random.below(9));
        let letter = random.pick(&["a-c", "d-h", "i-l", "m-q", "r-z"]);
        match (number % 5, number < 100) {
            (0, true) => format!(r"^[{letter}].*{last}\d+@(eng|labs)\."),
            (1, true) => format!(r"^{first}\.[{letter}]\w*{digit}@(data|ops)\."),
            (2, true) => format!(r"^dev{digit}\d{{2,3}}@.*{firm}\d+\.example$"),
            (3, true) => format!(r"\.{last}\d*(-contractor)?@.*{firm}{digit}"),
            (4, true) => format!(r"^svc-{last}-\d*{digit}@"),
            (0, _) => format!(r"^[{letter}].*{last}{digit}\d+@(eng|labs)\."),
            (1, _) => format!(r"^{first}\.{last}\d*{digit}@(data|ops)\."),
            (2, _) => format!(r"^dev{number}\d*@.*{firm}\d+\.example$"),
            (3, _) => format!(r"\.{last}{digit}\d*(-contractor)?@.*{firm}{digit}"),
            _ => format!(r"^svc-{last}-{digit}\d*@"),
        }
    }
}

fn without_number(word: &str) -> &str {
    word.trim_end_matches(|last: char| last.is_ascii_digit())
}
