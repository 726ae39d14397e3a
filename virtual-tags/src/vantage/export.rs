//! Virtual tag configurations for Vantage's API.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use cost_model::{Dimension, Filter, Timestamp};
use rust_decimal::Decimal;
use serde_json::{Map, Value, json};

use super::NotExpressed;
use crate::assign::transformed;
use crate::people::base;
use crate::rule_set::Span;
use crate::{Assign, Directory, Error, ErrorKind, People, Result, Rule, Split, TagDefinition, Who};

/// What cannot be said, and why.
type Unsaid = String;

impl TagDefinition {
    /// Writes the configuration for Vantage's API, and lists what it cannot say. A rule that it cannot say is left out, so that
    /// its charges fall to the rules after it there.
    ///
    /// Conditions on emails become conditions on `person`, the field in which charges of `provider` name people there, which
    /// compares them letter by letter: one of the places of [`RuleSet::person`](crate::RuleSet::person). A rule that takes its value from the directory becomes one value for each that people have, with their emails and the days between
    /// which they have it; as does `in_directory = true`.
    ///
    /// ```
    /// use cost_model::Dimension;
    /// use virtual_tags::{Directory, RuleSet};
    ///
    /// let login = Dimension::Tag("acme:login".into());
    /// let toml = "[[tag]]\nkey = \"Team\"\n[[tag.rule]]\nfrom_directory = \"team\"\n";
    /// let people = Directory::from_csv(b"email,team,from,to\nana@acme.test,Web,2026-01-01,2026-07-01\n", "people.csv")?;
    /// let (json, rest) = RuleSet::from_toml(toml, "rules.toml")?.tags[0].to_vantage(&people, "acme", &login)?;
    /// assert!(json.contains("tags.value IN ('ana@acme.test')") && json.contains("\"end_date\": \"2026-06-30\""), "{json}");
    /// assert!(rest.is_empty());
    /// # Ok::<(), virtual_tags::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Rules`] when nothing of the key can be said: a configuration without values, sent to Vantage, would clear
    /// those that the key has there.
    pub fn to_vantage(
        &self,
        directory: &Directory,
        provider: &str,
        person: &Dimension,
    ) -> Result<(String, Vec<NotExpressed>)> {
        let mut rest = Vec::new();
        let mut not = |path: &str, what: &str| {
            rest.push(NotExpressed { path: path.to_owned(), what: what.to_owned() });
        };
        if self.default.is_some() {
            not("default", "there is no default value");
        }
        if self.default_from.is_some() {
            not("default_from", "there is no default value");
        }
        let mut values = Vec::new();
        for (number, rule) in self.rules.iter().enumerate() {
            let path = format!("rule {}", number + 1);
            let (said, unsaid) = Written { directory, provider, person, rule }.values();
            values.extend(said);
            for reason in &unsaid {
                not(&path, reason);
            }
        }
        if values.is_empty() {
            let reasons: Vec<_> = rest.iter().map(|each| format!("{}: {}", each.path, each.what)).collect();
            let reasons = if reasons.is_empty() { "it has no rules".to_owned() } else { reasons.join("; ") };
            let message = format!(
                "nothing of the key `{}` can be said to Vantage, and a configuration without values would clear those that it has \
                 there: {reasons}",
                self.key
            );
            return Err(Error::new(ErrorKind::Rules, self.place.clone(), message));
        }
        let config = json!({ "key": &*self.key, "overridable": self.overrides_provider, "values": values });
        Ok((format!("{config:#}"), rest))
    }
}

/// A rule on its way to values of a configuration.
struct Written<'a> {
    directory: &'a Directory,
    provider: &'a str,
    /// Where its charges name people.
    person: &'a Dimension,
    rule: &'a Rule,
}

/// Spans as pairs of ends, which can be sorted.
type Spans = Vec<(Option<Timestamp>, Option<Timestamp>)>;

/// People by the value that they get, and by the spans in which they do.
type Groups = BTreeMap<(Arc<str>, Spans), Vec<String>>;

impl Written<'_> {
    fn values(&self) -> (Vec<Value>, Vec<Unsaid>) {
        let Rule { people, assign, spans, .. } = self.rule;
        let mut unsaid = Vec::new();
        let mut values = Vec::new();
        let mut note = |value: std::result::Result<Value, Unsaid>| match value {
            Ok(value) => values.push(value),
            Err(reason) if unsaid.contains(&reason) => {}
            Err(reason) => unsaid.push(reason),
        };
        let from_directory = matches!(assign, Assign::FromDirectory(_));
        if people.who == Some(Who::Removed)
            || (from_directory && people.who.is_some_and(|who| who != Who::Person))
        {
            note(Err("who was removed, or is no person, cannot be said".to_owned()));
        } else if people.in_directory == Some(false) {
            note(Err("who is not in the directory cannot be said".to_owned()));
        } else if from_directory || people.in_directory == Some(true) {
            let (groups, others) = self.groups();
            if others {
                note(Err("ids that are no email cannot be said".to_owned()));
            }
            if self.directory.ignores_plus() {
                note(Err("emails with a `+tag` that does not matter cannot be said".to_owned()));
            }
            for ((value, spans), mut emails) in groups {
                note_quotes(&mut emails, |email| email, &mut note);
                if emails.is_empty() {
                    continue;
                }
                let spans: Vec<_> = spans.into_iter().map(|(from, to)| Span { from, to }).collect();
                let is = emails.iter().map(|email| email.as_str().into()).collect();
                let outcome = if from_directory { outcome(&Assign::Value(value)) } else { outcome(assign) };
                note(self.value(&People { is, ..People::default() }, outcome, &spans));
            }
        } else {
            let mut people = people.clone();
            let asked = people.is.len();
            note_quotes(&mut people.is, |email| email, &mut note);
            if asked == 0 || !people.is.is_empty() {
                note(self.value(&people, outcome(assign), spans));
            }
        }
        (values, unsaid)
    }

    fn value(
        &self,
        people: &People,
        outcome: std::result::Result<(&'static str, Value), Unsaid>,
        spans: &[Span],
    ) -> std::result::Result<Value, Unsaid> {
        let (name, outcome) = outcome?;
        let mut value = Map::from_iter([("filter".to_owned(), Value::from(self.filter(people)?))]);
        value.insert(name.to_owned(), outcome);
        if !spans.is_empty() {
            let ranges = spans.iter().map(range).collect::<Option<Vec<_>>>();
            let ranges = ranges.ok_or("dates can only be said in whole days")?;
            value.insert("date_ranges".to_owned(), Value::from(ranges));
        }
        Ok(Value::Object(value))
    }

    /// The rule's condition and one on people, as VQL.
    fn filter(&self, people: &People) -> std::result::Result<String, Unsaid> {
        let mut filter = self.rule.when.clone();
        for sentence in self.sentences(people)? {
            let parsed = Filter::parse(&sentence).map_err(|error| error.to_string())?;
            filter = Some(match filter {
                Some(filter) => filter.and(parsed).map_err(|error| error.to_string())?,
                None => parsed,
            });
        }
        let filter = filter.ok_or("a value needs a filter")?;
        filter.to_vql().map_err(|reasons| {
            reasons.first().map_or_else(|| "the condition has no VQL".to_owned(), ToString::to_string)
        })
    }

    /// Conditions that all must hold of a charge caused by such people.
    fn sentences(&self, people: &People) -> std::result::Result<Vec<String>, Unsaid> {
        if people.is_empty() {
            return Ok(Vec::new());
        }
        if people.who.is_some_and(|who| who != Who::Person) {
            return Err("who is no person cannot be said".to_owned());
        }
        let user = self.person;
        let mut sentences =
            vec![format!("{} = '{}'", Dimension::Provider, self.provider.replace('\'', "''"))];
        let equals = |text: &str| Ok(format!("{user} IN ('{}')", text.replace('\'', "''")));
        let like = |pattern: String| {
            if pattern.contains('%') {
                return Err("a text with `%` cannot be said".to_owned());
            }
            Ok(format!("{user} LIKE '{}'", pattern.replace('\'', "''").replace('\u{1}', "%")))
        };
        for (name, list) in people.lists().into_iter().filter(|(_, list)| !list.is_empty()) {
            if name == "is" {
                let emails: Vec<_> =
                    list.iter().map(|email| format!("'{}'", email.replace('\'', "''"))).collect();
                sentences.push(format!("{user} IN ({})", emails.join(", ")));
                continue;
            }
            let mut any = Vec::new();
            for text in list {
                // `\u{1}` stands for any run of characters.
                any.extend(match name {
                    "local" => vec![like(format!("{text}@\u{1}"))],
                    "base" => {
                        let (local, domain) = text.rsplit_once('@').unwrap_or((text, ""));
                        let same = if *base(text) == **text { vec![equals(text)] } else { Vec::new() };
                        same.into_iter().chain([like(format!("{local}+\u{1}@{domain}"))]).collect()
                    }
                    "domain" => vec![like(format!("\u{1}@{text}"))],
                    "under" => vec![like(format!("\u{1}@{text}")), like(format!("\u{1}@\u{1}.{text}"))],
                    _ if text.contains('?') => vec![Err("a pattern with `?` cannot be said".to_owned())],
                    _ => vec![like(text.replace('*', "\u{1}"))],
                });
            }
            let any: Vec<String> = any.into_iter().collect::<std::result::Result<_, Unsaid>>()?;
            sentences.push(any.join(" OR "));
        }
        if people.who == Some(Who::Person) {
            sentences.push(like("\u{1}@\u{1}".to_owned())?);
        }
        Ok(sentences)
    }

    /// Everybody to whom the rule gives a value, and whether others than emails are among them.
    fn groups(&self) -> (Groups, bool) {
        let mut people = self.rule.people.clone();
        people.lower();
        (people.in_directory, people.who) = (None, None);
        let ids = self.directory.everyone().into_iter().map(str::to_owned);
        let ids: BTreeSet<String> = ids.chain(self.directory.other_names()).collect();
        let (mut groups, mut others) = (Groups::new(), false);
        for id in ids {
            if !id.contains('@') {
                others |= people.is_empty() && !self.held(&id).is_empty();
                continue;
            }
            let mut by_value: BTreeMap<Arc<str>, Spans> = BTreeMap::new();
            for (span, value) in self.held(&id) {
                if people.fits_email(
                    &self.directory.name_at(&id, span.from.unwrap_or_else(any_time)).to_lowercase(),
                ) {
                    by_value.entry(value).or_default().extend(self.dated(span));
                }
            }
            for (value, spans) in by_value.into_iter().filter(|(_, spans)| !spans.is_empty()) {
                let always = spans == [(None, None)];
                let spans = if always { Vec::new() } else { spans };
                groups.entry((value, spans)).or_default().push(id.clone());
            }
        }
        (groups, others)
    }

    /// When somebody has which value by the directory alone.
    fn held(&self, id: &str) -> Vec<(Span, Arc<str>)> {
        let mut ends = self.directory.boundaries_of(id);
        ends.retain(|end| self.directory.boundaries().binary_search(end).is_ok());
        ends.sort_unstable();
        ends.dedup();
        let starts = std::iter::once(None).chain(ends.iter().copied().map(Some));
        let mut held: Vec<(Span, Arc<str>)> = Vec::new();
        for (number, from) in starts.enumerate() {
            let to = ends.get(number).copied();
            let at = from.or_else(|| Timestamp::from_millis(to?.millis().saturating_sub(1)).ok());
            let Some(value) = self.value_at(id, at.unwrap_or_else(any_time)) else { continue };
            match held.last_mut() {
                Some((span, before)) if span.to == from && *before == value => span.to = to,
                _ => held.push((Span { from, to }, value)),
            }
        }
        held
    }

    fn value_at(&self, id: &str, at: Timestamp) -> Option<Arc<str>> {
        match &self.rule.assign {
            Assign::FromDirectory(lookup) => {
                let fact = self.directory.fact(id, self.directory.fact_named(&lookup.fact).ok()?, at)?;
                transformed(&lookup.transforms, fact).map(Arc::from)
            }
            _ => self.directory.find(id, at).map(|_| Arc::from("")),
        }
    }

    /// The parts of a span in which the rule holds.
    fn dated(&self, span: Span) -> Spans {
        let within = |dates: &Span| {
            let from = span.from.into_iter().chain(dates.from).max();
            let to = span.to.into_iter().chain(dates.to).min();
            dates.overlaps(&span).then_some((from, to))
        };
        match self.rule.spans.as_slice() {
            [] => vec![(span.from, span.to)],
            dates => dates.iter().filter_map(within).collect(),
        }
    }
}

/// An instant at which a directory without dates may be asked.
fn any_time() -> Timestamp {
    Timestamp::midnight(chrono::NaiveDate::default())
}

/// Leaves out emails with a quote, for which VQL documents no spelling, so that they do not cost all others.
fn note_quotes<T>(
    emails: &mut Vec<T>,
    text: impl Fn(&T) -> &str,
    note: &mut impl FnMut(std::result::Result<Value, Unsaid>),
) {
    let before = emails.len();
    emails.retain(|email| !text(email).contains('\''));
    if emails.len() < before {
        note(Err("emails with a quote cannot be said".to_owned()));
    }
}

/// What a rule gives, as a field of a value.
fn outcome(assign: &Assign) -> std::result::Result<(&'static str, Value), Unsaid> {
    match assign {
        Assign::Value(name) => Ok(("name", Value::from(&**name))),
        Assign::Split(Split::Percentages { parts, remainder_to_default: false }) => {
            let part = |(value, percent): &(Arc<str>, Decimal)| {
                let number: Value = serde_json::from_str(&percent.to_string()).ok()?;
                Some(json!({ "value": &**value, "pct": number }))
            };
            let parts: Option<Vec<Value>> = parts.iter().map(part).collect();
            Ok(("percentages", Value::from(parts.ok_or("a percentage is no number")?)))
        }
        _ => {
            Err("only values, columns of the directory and percentages that sum to 100 can be said"
                .to_owned())
        }
    }
}

/// Vantage's last day is within; ours is the first that is not.
fn range(span: &Span) -> Option<Value> {
    let day = |at: Timestamp| (Timestamp::midnight(at.date()) == at).then(|| at.date());
    let mut range = Map::new();
    if let Some(from) = span.from {
        range.insert("start_date".to_owned(), Value::from(day(from)?.to_string()));
    }
    if let Some(to) = span.to {
        range.insert("end_date".to_owned(), Value::from(day(to)?.pred_opt()?.to_string()));
    }
    Some(Value::Object(range))
}
