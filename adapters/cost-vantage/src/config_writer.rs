//! Writes virtual tag configurations for Vantage's API.
//!
//! Rules about people have no counterpart in Vantage, which knows neither a directory nor dates of people. They are
//! evaluated here for everybody in the directory, and written as lists of emails with date ranges. Whatever that loses
//! is reported with the number of its rule, never left out in silence.

use std::collections::BTreeMap;
use std::iter;
use std::sync::Arc;

use chrono::NaiveDate;
use cost_model::{CostRecord, Costs, Currency, Dimension, Filter, Tagger, Timestamp};
use rust_decimal::Decimal;
use serde_json::{Map, Value, json};
use virtual_tags::rules::{ActorKind, PersonMatcher, Span, Split};
use virtual_tags::{
    Answer, Assign, Directory, Error, ErrorKind, ResolvedRules, Rule, RuleSet, TagDefinition,
};

use crate::{NotExpressed, filter_to_vql};

/// A part of a configuration, or the reason why it cannot be expressed.
///
/// The reason is a clause for a person, without names: it goes into [`NotExpressed::detail`].
type Expressed<T> = Result<T, String>;

/// Any run of characters in a pattern, which may hold a `%` of its own.
///
/// Patterns are written with it until they become LIKE, where it is a `%`.
const ANY: &str = "\u{1}";

/// The key of the rules by which people of the directory get their values.
///
/// Any name would do: the rules are made for one evaluation and thrown away.
const KEY: &str = "key";

/// Writes the configuration of a key for Vantage's API, and lists every part that it cannot express. A rule that cannot
/// be expressed is left out, so that its charges get the value of a later rule there.
///
/// Conditions on emails become conditions on `person`, the field in which charges of `provider` name people in Vantage,
/// which compares them letter by letter: one of the fields of [`RuleSet::person`]. A rule that takes its value from the
/// directory becomes one value for each that people have, with their emails and the days between which they have it; as
/// does `in_directory = true`. The shape is that of "Create virtual tag config" in the reference of Vantage's API.
///
/// ```
/// use cost_model::Dimension;
/// use virtual_tags::{Directory, RuleSet};
///
/// let login = Dimension::Tag("acme:login".into());
/// let toml = "[[tag]]\nkey = \"Team\"\n[[tag.rule]]\nfrom_directory = \"team\"\n";
/// let people = Directory::from_csv(b"email,team,from,to\nana@acme.test,Web,2026-01-01,2026-07-01\n", "people.csv")?;
/// let rules = RuleSet::from_toml(toml, "rules.toml")?;
/// let (json, rest) = cost_vantage::tag_to_config(&rules.tags[0], &people, "acme", &login)?;
/// assert!(json.contains("tags.value IN ('ana@acme.test')") && json.contains("\"end_date\": \"2026-06-30\""), "{json}");
/// assert!(rest.is_empty());
/// # Ok::<(), virtual_tags::Error>(())
/// ```
///
/// # Errors
/// [`ErrorKind::Rules`] when no rule of the key can be expressed: a configuration without values, sent to Vantage, would
/// clear those that the key has there.
pub fn tag_to_config(
    tag: &TagDefinition,
    directory: &Directory,
    provider: &str,
    person: &Dimension,
) -> virtual_tags::Result<(String, Vec<NotExpressed>)> {
    let mut rest = Vec::new();
    let defaults = [("default", tag.default.is_some()), ("default_from", tag.default_from.is_some())];
    for (path, _) in defaults.into_iter().filter(|(_, is_set)| *is_set) {
        rest.push(NotExpressed { path: path.to_owned(), detail: "there is no default value".to_owned() });
    }
    let mut values = Vec::new();
    for (number, rule) in (1..).zip(&tag.rules) {
        let mut unsaid = Vec::new();
        for value in (RuleWriter { directory, provider, person, rule }).write_values() {
            match value {
                Ok(value) => values.push(value),
                // A rule may become many values, all of which fail for the same reason.
                Err(what) if unsaid.contains(&what) => {}
                Err(what) => unsaid.push(what),
            }
        }
        let path = format!("rule {number}");
        rest.extend(unsaid.into_iter().map(|what| NotExpressed { path: path.clone(), detail: what }));
    }
    if values.is_empty() {
        let reasons: Vec<_> = rest.iter().map(|each| format!("{}: {}", each.path, each.detail)).collect();
        let reasons = if reasons.is_empty() { "it has no rules".to_owned() } else { reasons.join("; ") };
        let message = format!(
            "nothing of the key `{}` can be expressed in a configuration of Vantage, and a configuration without values would clear those that it has \
             there: {reasons}",
            tag.key
        );
        return Err(Error::new(ErrorKind::Rules, tag.place.clone(), message));
    }
    let config = json!({ "key": &*tag.key, "overridable": tag.overrides_provider, "values": values });
    Ok((format!("{config:#}"), rest))
}

/// Writes one rule as values of a configuration.
///
/// One rule may become several values, each of which can fail by itself.
struct RuleWriter<'a> {
    directory: &'a Directory,
    /// The provider whose charges the values are about.
    provider: &'a str,
    /// Where its charges name people.
    person: &'a Dimension,
    rule: &'a Rule,
}

/// Turns a text of a rule into patterns of emails any of which must fit.
type Patterns = fn(&str) -> Vec<String>;

/// Spans as pairs of ends, which can be sorted.
type Spans = Vec<(Option<Timestamp>, Option<Timestamp>)>;

impl RuleWriter<'_> {
    /// Returns the values that the rule becomes, each written or with the reason why not.
    fn write_values(&self) -> Vec<Expressed<Value>> {
        let Rule { people, assign, spans, .. } = self.rule;
        let from_directory = matches!(assign, Assign::FromDirectory(_));
        if people.who == Some(ActorKind::Removed)
            || (from_directory && people.who.is_some_and(|who| who != ActorKind::Person))
        {
            vec![Err("who was removed, or is no person, cannot be expressed".to_owned())]
        } else if people.in_directory == Some(false) {
            vec![Err("who is not in the directory cannot be expressed".to_owned())]
        } else if from_directory || people.in_directory == Some(true) {
            self.write_directory_values().unwrap_or_else(|reason| vec![Err(reason)])
        } else {
            self.write_value_without_quotes(people.clone(), assign, spans)
        }
    }

    /// Returns a value for each that people of the directory get by the rule in the same spans of time.
    ///
    /// The rule is asked itself, so that it says there what it says here. Its condition on charges is left
    /// out of that and written beside the people.
    fn write_directory_values(&self) -> Expressed<Vec<Expressed<Value>>> {
        let mut rule = self.rule.clone();
        // The charge at hand is made up and has nothing but its person.
        rule.when = None;
        if !matches!(rule.assign, Assign::FromDirectory(_)) {
            // Only who matches, and when, is asked here. What they get is written from the rule itself.
            rule.assign = Assign::Value("given".into());
        }
        let mut tag = TagDefinition::new(KEY);
        tag.rules.push(rule);
        let mut rules = RuleSet::default();
        rules.tags.push(tag);
        let rules = rules.compile(self.directory.clone()).and_then(|rules| rules.tagger());
        let rules = rules.map_err(|error| error.to_string())?;

        let mut values = Vec::new();
        // Ordered, so that the same rules and directory give the same text.
        let mut groups: BTreeMap<(Arc<str>, Spans), Vec<Arc<str>>> = BTreeMap::new();
        let mut charge = CostRecord::new(any_time(), self.provider, Currency::USD, Costs::absent());
        for name in self.directory.names() {
            charge.edit(|set| set.resource = Some(name.into()));
            for held in values_in_time(&rules, &charge) {
                if name.contains('@') {
                    groups.entry(held).or_default().push(name.into());
                } else {
                    values.push(Err("ids that are no email cannot be expressed".to_owned()));
                }
            }
        }
        if self.directory.ignores_plus() {
            values.push(Err("emails with a `+tag` that does not matter cannot be expressed".to_owned()));
        }
        for ((value, spans), emails) in groups {
            let mut people = PersonMatcher::default();
            people.equals = emails;
            let spans: Vec<_> = spans.into_iter().map(|(from, to)| Span { from, to }).collect();
            let assign = match &self.rule.assign {
                Assign::FromDirectory(_) => Assign::Value(value),
                assign => assign.clone(),
            };
            values.extend(self.write_value_without_quotes(people, &assign, &spans));
        }
        Ok(values)
    }

    /// Returns a value for all such people but those whose email has a quote.
    ///
    /// VQL documents no spelling for a quote, and one such email must not cost all others their value.
    fn write_value_without_quotes(
        &self,
        mut people: PersonMatcher,
        assign: &Assign,
        spans: &[Span],
    ) -> Vec<Expressed<Value>> {
        let asked = people.equals.len();
        people.equals.retain(|email| !email.contains('\''));
        let refused =
            (people.equals.len() < asked).then(|| Err("emails with a quote cannot be expressed".to_owned()));
        // An empty list would restrict nothing, and the value would go to everybody.
        let value =
            (asked == 0 || !people.equals.is_empty()).then(|| self.write_value(&people, assign, spans));
        refused.into_iter().chain(value).collect()
    }

    /// Writes one value: its filter, what it assigns, and its date ranges, which are left out where it always holds.
    fn write_value(&self, people: &PersonMatcher, assign: &Assign, spans: &[Span]) -> Expressed<Value> {
        let (name, outcome) = write_assign(assign)?;
        let mut value = Map::from_iter([("filter".to_owned(), Value::from(self.write_filter(people)?))]);
        value.insert(name.to_owned(), outcome);
        if !spans.is_empty() {
            let ranges = spans.iter().map(write_range).collect::<Option<Vec<_>>>();
            let ranges = ranges.ok_or("dates can only be expressed in whole days")?;
            value.insert("date_ranges".to_owned(), Value::from(ranges));
        }
        Ok(Value::Object(value))
    }

    /// Returns the rule's condition and those on people as VQL; the first reason where there is none.
    fn write_filter(&self, people: &PersonMatcher) -> Expressed<String> {
        let mut filter = self.rule.when.clone();
        for sentence in self.write_person_conditions(people)? {
            let parsed = Filter::parse(&sentence).map_err(|error| error.to_string())?;
            filter = Some(match filter {
                Some(filter) => filter.and(parsed).map_err(|error| error.to_string())?,
                None => parsed,
            });
        }
        let filter = filter.ok_or("a value needs a filter")?;
        filter_to_vql(&filter).map_err(|reasons| {
            reasons.first().map_or_else(|| "the condition has no VQL".to_owned(), ToString::to_string)
        })
    }

    /// Returns conditions that all must hold of a charge caused by such people; none where the matcher
    /// restricts nothing.
    fn write_person_conditions(&self, people: &PersonMatcher) -> Expressed<Vec<String>> {
        if people.is_empty() {
            return Ok(Vec::new());
        }
        if people.who.is_some_and(|who| who != ActorKind::Person) {
            return Err("who is no person cannot be expressed".to_owned());
        }
        if people.glob.iter().any(|glob| glob.contains('?')) {
            return Err("a pattern with `?` cannot be expressed".to_owned());
        }
        let lists: [(&[Arc<str>], Patterns); 6] = [
            (&people.equals, |email| vec![email.to_owned()]),
            (&people.local, |local| vec![format!("{local}@{ANY}")]),
            (&people.without_plus_tag, with_any_tag),
            (&people.domain, |domain| vec![format!("{ANY}@{domain}")]),
            (&people.subdomain_of, |domain| vec![format!("{ANY}@{domain}"), format!("{ANY}@{ANY}.{domain}")]),
            (&people.glob, |glob| vec![glob.replace('*', ANY)]),
        ];
        // Which field names people depends on the provider, and VQL needs a provider in every branch.
        let mut sentences = vec![format!("{} = {}", Dimension::Provider, quoted(self.provider))];
        for (list, patterns) in lists.into_iter().filter(|(list, _)| !list.is_empty()) {
            sentences.push(self.write_any_of(list.iter().flat_map(|text| patterns(text)))?);
        }
        if people.who == Some(ActorKind::Person) {
            sentences.push(self.write_any_of([format!("{ANY}@{ANY}")])?);
        }
        Ok(sentences)
    }

    /// Returns the condition that the person fits one of the patterns.
    fn write_any_of(&self, patterns: impl IntoIterator<Item = String>) -> Expressed<String> {
        let (likes, whole): (Vec<_>, Vec<_>) = patterns.into_iter().partition(|each| each.contains(ANY));
        if likes.iter().any(|pattern| pattern.contains('%')) {
            return Err("a text with `%` cannot be expressed".to_owned());
        }
        let whole: Vec<_> = whole.iter().map(|text| quoted(text)).collect();
        let whole = (!whole.is_empty()).then(|| format!("{} IN ({})", self.person, whole.join(", ")));
        let likes =
            likes.iter().map(|like| format!("{} LIKE {}", self.person, quoted(&like.replace(ANY, "%"))));
        Ok(whole.into_iter().chain(likes).collect::<Vec<_>>().join(" OR "))
    }
}

/// Returns the patterns of an email with any `+tag`, or without one unless it has one itself.
fn with_any_tag(email: &str) -> Vec<String> {
    let (local, domain) = email.rsplit_once('@').unwrap_or((email, ""));
    let whole = (!local.contains('+')).then(|| email.to_owned());
    whole.into_iter().chain([format!("{local}+{ANY}@{domain}")]).collect()
}

/// Writes a text as a literal of a filter; a quote inside is doubled.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// Returns the values that a charge gets, each with the spans of time in which it does; no spans mean always.
///
/// It asks once between each two boundaries of the rules, which is every time at which an answer can change.
fn values_in_time(rules: &ResolvedRules, charge: &CostRecord) -> BTreeMap<Arc<str>, Spans> {
    let ends = rules.boundaries_of(charge);
    let starts = iter::once(None).chain(ends.iter().copied().map(Some));
    let mut values: BTreeMap<Arc<str>, Spans> = BTreeMap::new();
    for (from, to) in starts.zip(ends.iter().copied().map(Some).chain([None])) {
        let at = from
            .or_else(|| {
                to.and_then(|to: Timestamp| Timestamp::from_millis(to.millis().saturating_sub(1)).ok())
            })
            .unwrap_or_else(any_time);
        let Answer::Value(value) = rules.answer(KEY, charge, at) else { continue };
        let spans = values.entry(value).or_default();
        match spans.last_mut() {
            // Spans that meet are one: a boundary may be about something that does not change this value.
            Some((_, end)) if *end == from => *end = to,
            _ => spans.push((from, to)),
        }
    }
    for spans in values.values_mut() {
        spans.retain(|span| *span != (None, None));
    }
    values
}

/// Returns an instant at which a directory without dates may be asked.
fn any_time() -> Timestamp {
    Timestamp::midnight(NaiveDate::default())
}

/// Writes the value of a rule, as a field of a value.
///
/// Percentages are written with their own digits, as JSON numbers that no float has touched.
fn write_assign(assign: &Assign) -> Expressed<(&'static str, Value)> {
    match assign {
        Assign::Value(name) => Ok(("name", Value::from(&**name))),
        Assign::Split(Split::Percentages { parts, remainder_to_default: false }) => {
            let parts: Option<Vec<Value>> = parts
                .iter()
                .map(|(value, percent): &(Arc<str>, Decimal)| {
                    let number: Value = serde_json::from_str(&percent.to_string()).ok()?;
                    Some(json!({ "value": &**value, "pct": number }))
                })
                .collect();
            Ok(("percentages", Value::from(parts.ok_or("a percentage is no number")?)))
        }
        _ => Err("only values, columns of the directory and percentages that sum to 100 can be expressed"
            .to_owned()),
    }
}

/// Returns a span as a date range; `None` for an end within a day.
///
/// Vantage's last day is within; ours is the first that is not.
fn write_range(span: &Span) -> Option<Value> {
    let mut range = Map::new();
    if let Some(from) = span.from {
        range.insert("start_date".to_owned(), Value::from(whole_day(from)?.to_string()));
    }
    if let Some(to) = span.to {
        range.insert("end_date".to_owned(), Value::from(whole_day(to)?.pred_opt()?.to_string()));
    }
    Some(Value::Object(range))
}

/// Returns the day that begins at an instant; `None` within a day, which Vantage's date ranges cannot say.
fn whole_day(at: Timestamp) -> Option<NaiveDate> {
    (Timestamp::midnight(at.date()) == at).then(|| at.date())
}
