//! Finds rules that no charge can reach.
//!
//! A rule's conditions are turned into sample charges that represent all that meet them: a text for `=`, and for `LIKE` the pattern
//! with a character in place of each `%` that occurs nowhere else. An earlier rule that matches such a charge by
//! comparing texts matches all charges that it represents.
//!
//! The check errs on the side of silence: a rule is reported only if every sample charge is covered, so that whatever
//! cannot be represented (dates, negations, patterns with `?`) counts as reachable. Rules that take their value from
//! elsewhere cover nothing, since they do not match where that is missing.

use std::borrow::Cow;
use std::sync::Arc;

use cost_model::filter::{Expression, Literal, Predicate, Test};
use cost_model::{Dimension, Dimensions, Timestamp};

use crate::compile::charge::Charge;
use crate::compile::compiled::{CompiledAssign, CompiledRule, CompiledTag};
use crate::directory::lookup::Directory;
use crate::finding::{Finding, FindingKind, on_line};
use crate::ids::RuleId;
use crate::names::{canonical_email, lowercase};
use crate::rules::person_matcher::PersonMatcher;

/// A noncharacter, which represents any text.
///
/// No charge has it, so that a pattern matches it only by a wildcard.
const ANY: &str = "\u{10ffff}";

/// The number of sample charges of a rule beyond which only its longest list is looked at.
///
/// Lists are multiplied with each other: two of a thousand texts would give a million samples.
const CHARGES_MAX: usize = 1 << 12;

/// A text, and whether it represents itself alone.
///
/// An exact word can answer any question about a charge; an open one only those whose answer is the same for
/// all that it represents.
type Word = (Arc<str>, bool);

/// A field of a sample charge: a dimension, or the email of its person wherever that comes from.
#[derive(Clone, PartialEq, Eq)]
enum Field {
    Dimension(Dimension),
    Email,
}

/// A sample charge, which represents all that have the same texts.
///
/// It implements [`Dimensions`], so that rules are tested on it by the code that tests them on charges.
struct Witness<'a> {
    texts: Vec<(&'a Field, &'a Word)>,
    /// The person's email, where the first field of a person has it.
    email: Option<Word>,
}

/// Returns a finding for each rule of a key that earlier rules cover. With `renames`, a directory's aliases may change
/// emails, so that the text of the first field of a person says nothing about the email.
pub(super) fn find_unreachable(tag: &CompiledTag, person: &[Dimension], renames: bool) -> Vec<Finding> {
    let directory = Directory::default();
    let mut findings = Vec::new();
    for (id, rule) in tag.rules_with_ids() {
        let lists = lists(rule);
        let mut covering: Vec<RuleId> = Vec::new();
        let mut witnesses = witnesses(&lists);
        // An alias may give any name another email: the text of a field says nothing of the email then.
        if !renames {
            for witness in &mut witnesses {
                witness.email = person.first().and_then(|place| witness.email_in(place));
            }
        }
        let covered = witnesses.iter().all(|witness| {
            let earlier =
                witness.candidates(tag, &directory, person).into_iter().take_while(|each| *each < id);
            let mut earlier = earlier.filter_map(|each| Some((each, tag.rule(each)?)));
            let found = earlier.find(|(_, earlier)| witness.is_taken_by(*earlier, rule));
            covering.extend(found.map(|(each, _)| each));
            found.is_some()
        });
        if covered {
            covering.sort_unstable();
            covering.dedup();
            let first = covering.first().and_then(|first| tag.rule(*first));
            let line = on_line(first.and_then(|rule| rule.place));
            let message = match covering.len() {
                0 | 1 => format!(
                    "unreachable: {line} matches every charge that this rule matches; move this rule above it or remove it"
                ),
                more => format!(
                    "unreachable: {line} and {} more match every charge that this rule matches; move this rule above them or remove it",
                    more - 1
                ),
            };
            findings.push(Finding::new(FindingKind::Unreachable, rule.place, message));
        }
    }
    findings
}

/// Returns, for each field in which a charge must have one of some texts to meet the rule, those texts.
///
/// Conditions that do not come down to texts are left out; the samples then represent more charges than the
/// rule matches, which can only make the check more silent.
fn lists(rule: CompiledRule<'_>) -> Vec<(Field, Vec<Word>)> {
    let mut lists: Vec<(Field, Vec<Word>)> = Vec::new();
    if let Some(when) = rule.when {
        let parts = match when.expression() {
            Expression::And(parts) => parts.as_slice(),
            one => std::slice::from_ref(one),
        };
        for (dimension, words) in parts.iter().filter_map(words_of) {
            let field = Field::Dimension(dimension);
            // One list for each field is enough: a second one only narrows the charges further.
            if !lists.iter().any(|(known, _)| *known == field) {
                lists.push((field, words));
            }
        }
    }
    if let Some(words) = emails(rule.people) {
        lists.push((Field::Email, words));
    }
    lists
}

/// Returns the texts that a condition allows for one field; `None` if it does not come down to a list of texts.
fn words_of(expression: &Expression) -> Option<(Dimension, Vec<Word>)> {
    match expression {
        Expression::Or(parts) => {
            let mut all = parts.iter().map(words_of);
            let (dimension, mut words) = all.next()??;
            for part in all {
                let (other, more) = part?;
                (other == dimension).then_some(())?;
                words.extend(more);
            }
            Some((dimension, words))
        }
        Expression::Predicate(predicate) if !predicate.negated => {
            let words = match &predicate.test {
                Test::Equals(literal) => vec![exact_word(literal)?],
                Test::In(literals) => literals.iter().map(exact_word).collect::<Option<_>>()?,
                Test::Like(pattern) => {
                    let text = pattern.as_str();
                    vec![(text.replace('%', ANY).into(), !text.contains('%'))]
                }
                _ => return None,
            };
            Some((predicate.field.dimension()?, words))
        }
        Expression::Predicate(_) | Expression::And(_) | Expression::Not(_) => None,
    }
}

/// Returns a text that represents itself alone.
fn exact_word(literal: &Literal) -> Option<Word> {
    Some((Arc::clone(literal.as_text()?), true))
}

/// Returns a text that represents all that have something in place of [`ANY`].
fn open_word(text: String) -> Word {
    (Arc::from(text), false)
}

/// Returns the emails that the conditions on a person allow, of the first kind of condition that is set.
///
/// Lists of further kinds narrow the people, and are left out like other conditions.
fn emails(people: &PersonMatcher) -> Option<Vec<Word>> {
    words(&people.equals, |text| vec![(text.into(), true)])
        .or_else(|| words(&people.domain, |text| vec![open_word(format!("{ANY}@{text}"))]))
        .or_else(|| {
            words(&people.subdomain_of, |text| {
                vec![open_word(format!("{ANY}@{text}")), open_word(format!("{ANY}@{ANY}.{text}"))]
            })
        })
        .or_else(|| words(&people.local, |text| vec![open_word(format!("{text}@{ANY}"))]))
        .or_else(|| {
            let plain = people.glob.iter().all(|glob| !glob.contains('?'));
            words(&people.glob, |text| vec![(Arc::from(text.replace('*', ANY)), !text.contains('*'))])
                .filter(|_| plain)
        })
}

/// Returns sample charges for all that have one text of each list.
///
/// It combines the lists. Beyond [`CHARGES_MAX`] combinations it uses the longest list alone, which
/// represents more charges and so reports less.
fn witnesses(lists: &[(Field, Vec<Word>)]) -> Vec<Witness<'_>> {
    let count = lists.iter().try_fold(1_usize, |count, (_, words)| count.checked_mul(words.len()));
    let longest = lists.iter().max_by_key(|(_, words)| words.len());
    let all = count.is_some_and(|count| count <= CHARGES_MAX);
    let used = lists.iter().filter(|list| all || longest.is_some_and(|longest| longest.0 == list.0));
    let mut witnesses = vec![Witness { texts: Vec::new(), email: None }];
    for (field, words) in used {
        witnesses = witnesses
            .iter()
            .flat_map(|witness| {
                words.iter().map(|word| {
                    let texts = witness.texts.iter().copied().chain([(field, word)]);
                    Witness { texts: texts.collect(), email: None }
                })
            })
            .collect();
    }
    witnesses
}

impl Witness<'_> {
    /// Returns the text that the sample has in a field.
    fn word(&self, field: &Field) -> Option<&Word> {
        self.texts.iter().find(|(each, _)| *each == field).map(|(_, word)| *word)
    }

    /// Returns the email that a charge has by the first place of a person alone: of a text there that is
    /// known, or of which the end is, `@` included.
    fn email_in(&self, place: &Dimension) -> Option<Word> {
        let (text, exact) = self.word(&Field::Dimension(place.clone()))?;
        let end = text.strip_prefix(ANY).unwrap_or(text);
        let known = end.contains('@') && !end.contains(ANY);
        known.then(|| (lowercase(&canonical_email(text)).into(), *exact))
    }

    /// Returns the person's email: that of conditions on emails, or that of the first place of a person.
    fn email(&self) -> Option<&Word> {
        self.word(&Field::Email).or(self.email.as_ref())
    }

    /// Returns the rules that the index proposes for a sample charge, at an instant of no importance.
    fn candidates(&self, tag: &CompiledTag, directory: &Directory, person: &[Dimension]) -> Vec<RuleId> {
        let charge = Charge::new(self, Timestamp::midnight(chrono::NaiveDate::MIN), directory, person);
        match self.email() {
            Some((email, _)) => tag.index.candidates(&charge.with_email(email)),
            None => tag.index.candidates(&charge),
        }
    }

    /// Returns whether an earlier rule matches all charges that this represents, as far as `later` matches them.
    fn is_taken_by(&self, earlier: CompiledRule<'_>, later: CompiledRule<'_>) -> bool {
        let always = matches!(earlier.assign, CompiledAssign::Value(_) | CompiledAssign::Shares(_));
        let in_time = earlier.spans.is_empty()
            || (!later.spans.is_empty()
                && later.spans.iter().all(|span: &crate::span::Span| {
                    earlier.spans.iter().any(|other| other.holds_all_of(span))
                }));
        let (people, asked) = (earlier.people, later.people);
        let same_kind = (people.in_directory.is_none() || people.in_directory == asked.in_directory)
            && (people.who.is_none() || people.who == asked.who);
        always
            && in_time
            && same_kind
            && (!people.asks_email() || self.email().is_some_and(|word| takes_email(people, word)))
            && earlier.when.is_none_or(|when| {
                // An equal condition holds for the same charges, whatever it tests.
                Some(when) == later.when || (self.decides(when.expression(), false) && when.matches(self))
            })
    }

    /// Returns whether the answer of a condition for this charge is that for all it represents: what it compares positively, or
    /// what is known exactly.
    fn decides(&self, expression: &Expression, negated: bool) -> bool {
        match expression {
            Expression::And(parts) | Expression::Or(parts) => {
                parts.iter().all(|part| self.decides(part, negated))
            }
            Expression::Not(part) => self.decides(part, !negated),
            Expression::Predicate(predicate) => {
                // What an open text passes, all texts that it represents pass. What it fails, some of them may pass.
                self.is_exact(predicate)
                    || (negated == predicate.negated
                        && matches!(
                            predicate.test,
                            Test::Equals(_)
                                | Test::In(_)
                                | Test::Like(_)
                                | Test::LikeAnyCase(_)
                                | Test::Flexible(_)
                                | Test::Pairs(_)
                        )
                        && !matches!(predicate.field, cost_model::filter::Field::Marketplace))
            }
        }
    }

    /// Returns whether the field that a predicate reads is known to the last letter.
    fn is_exact(&self, predicate: &Predicate) -> bool {
        match &predicate.field {
            // What its id says is not known.
            cost_model::filter::Field::Dimension(Dimension::Service) => false,
            cost_model::filter::Field::Dimension(dimension) => {
                self.word(&Field::Dimension(dimension.clone())).is_some_and(|(_, exact)| *exact)
            }
            _ => false,
        }
    }
}

/// Returns whether a matcher accepts an email and all that it represents. A `?` would match the placeholder as one
/// character.
fn takes_email(people: &PersonMatcher, (email, exact): &Word) -> bool {
    (*exact || people.glob.iter().all(|glob| !glob.contains('?'))) && people.matches_email(email)
}

impl Dimensions for Witness<'_> {
    fn get(&self, dimension: &Dimension) -> Option<Cow<'_, str>> {
        self.word(&Field::Dimension(dimension.clone())).map(|(text, _)| Cow::Borrowed(&**text))
    }

    fn for_each_tag(&self, visit: &mut dyn FnMut(&str, &str)) {
        for (field, (text, _)) in &self.texts {
            if let Field::Dimension(Dimension::Tag(key)) = field {
                visit(key, text);
            }
        }
    }
}

/// Turns each text of a list into words; `None` for an empty list, which asks for nothing.
fn words(list: &[Arc<str>], form: impl Fn(&str) -> Vec<Word>) -> Option<Vec<Word>> {
    (!list.is_empty()).then(|| list.iter().flat_map(|text| form(text)).collect())
}
