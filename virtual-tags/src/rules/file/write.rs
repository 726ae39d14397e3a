//! Writes rules as a file.
//!
//! What is written is read again and compared by its digest before it is handed out, so that a form that
//! cannot be written is an error and never another rule.

use std::fmt::Write;
use std::sync::Arc;

use cost_model::Timestamp;

use crate::error::{Error, ErrorKind, Result};
use crate::rules::answer::Answer;
use crate::rules::assign::{Assign, FromField, Split, SplitPeriod, Transform};
use crate::rules::person_matcher::ActorKind;
use crate::rules::rule_set::{Rule, RuleSet, TagDefinition};
use crate::rules::rule_test::RuleTest;
use crate::span::Span;

impl RuleSet {
    /// Writes the rules, with their tests, as a file that [`RuleSet::from_toml`] reads as the same rules. Comments and layout of
    /// a file that they were read from are not kept.
    ///
    /// ```
    /// use virtual_tags::RuleSet;
    ///
    /// let toml = "[[tag]]\nkey = \"Team\"\n\n  [[tag.rule]]\n  value = \"Web\"\n  email.domain = [\"web.acme.test\"]\n";
    /// let rules = RuleSet::from_toml(toml, "rules.toml")?;
    /// assert_eq!(rules.to_toml()?, toml);
    /// # Ok::<(), virtual_tags::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Rules`] for rules that no file can hold, such as a span that does not begin at midnight.
    pub fn to_toml(&self) -> Result<String> {
        let mut file = File::default();
        if !self.person.is_empty() {
            let places: Vec<String> = self.person.iter().map(|place| quoted(&place.to_string())).collect();
            file.line(format_args!("person = [{}]", places.join(", ")));
        }
        for tag in &self.tags {
            file.tag(tag)?;
        }
        for test in &self.tests {
            file.test(test);
        }
        // Reading it back finds whatever a file cannot hold, so that nothing is lost unseen.
        let read = Self::from_toml(&file.0, "the written rules");
        match read {
            Ok(read) if read.digest() == self.digest() => Ok(file.0),
            Ok(_) => Err(unwritable("a file cannot hold them as they are")),
            Err(error) => Err(unwritable("a file cannot hold them").with_source(error)),
        }
    }
}

/// Makes the error of rules that no file can hold.
fn unwritable(reason: &str) -> Error {
    Error::new(ErrorKind::Rules, None, format!("the rules cannot be written: {reason}"))
}

/// The text of a file.
#[derive(Default)]
struct File(String);

impl File {
    /// Appends a line.
    fn line(&mut self, line: impl std::fmt::Display) {
        // A `String` takes whatever is written to it.
        let _written = writeln!(self.0, "{line}");
    }

    /// Leaves a line between two tables.
    fn gap(&mut self) {
        if !self.0.is_empty() {
            self.0.push('\n');
        }
    }

    /// Appends a key and its rules.
    fn tag(&mut self, tag: &TagDefinition) -> Result<()> {
        self.gap();
        self.line("[[tag]]");
        self.line(format_args!("key = {}", quoted(&tag.key)));
        if let Some(default) = &tag.default {
            self.line(format_args!("default = {}", quoted(default)));
        }
        if let Some(FromField { field, transforms }) = &tag.default_from {
            self.line(format_args!("default_from = {}", quoted(&field.to_string())));
            if !transforms.is_empty() {
                self.line(format_args!("default_transform = {}", transforms_text(transforms)));
            }
        }
        if !tag.overrides_provider {
            self.line("overrides_provider = false");
        }
        tag.rules.iter().try_for_each(|rule| self.rule(rule))
    }

    /// Appends a rule, indented below its key.
    fn rule(&mut self, rule: &Rule) -> Result<()> {
        self.gap();
        self.line("  [[tag.rule]]");
        match &rule.assign {
            Assign::Value(value) => self.field("value", &quoted(value)),
            Assign::FromDirectory(from) => {
                self.field("from_directory", &quoted(&from.fact));
                self.transforms(&from.transforms);
            }
            Assign::FromField(from) => {
                self.field("from_field", &quoted(&from.field.to_string()));
                self.transforms(&from.transforms);
            }
            Assign::Split(split) => self.split(split),
        }
        if let Some(when) = &rule.when {
            self.field("when", &quoted(&when.to_string()));
        }
        for (name, list) in rule.people.lists().into_iter().filter(|(_, list)| !list.is_empty()) {
            self.field(&format!("email.{name}"), &list_text(list));
        }
        if let Some(known) = rule.people.in_directory {
            self.field("in_directory", &known.to_string());
        }
        if let Some((name, _)) = ActorKind::ALL.iter().find(|(_, kind)| Some(*kind) == rule.people.who) {
            self.field("who", &quoted(name));
        }
        match rule.spans.as_slice() {
            [] => {}
            // `from` and `to` in place of a list: the shorter way to write a single span.
            [one] if one.from.is_some() || one.to.is_some() => {
                for (name, day) in ends(one)? {
                    self.field(name, &quoted(&day));
                }
            }
            several => {
                let spans = several.iter().map(|span| {
                    let ends: Vec<String> = ends(span)?
                        .into_iter()
                        .map(|(name, day)| format!("{name} = {}", quoted(&day)))
                        .collect();
                    Ok(format!("{{ {} }}", ends.join(", ")))
                });
                self.field("dates", &format!("[{}]", spans.collect::<Result<Vec<_>>>()?.join(", ")));
            }
        }
        Ok(())
    }

    /// Appends a field of a rule, whose value is TOML already.
    fn field(&mut self, name: &str, value: &str) {
        self.line(format_args!("  {name} = {value}"));
    }

    /// Appends the transforms of a value, if there are any.
    fn transforms(&mut self, transforms: &[Transform]) {
        if !transforms.is_empty() {
            self.field("transform", &transforms_text(transforms));
        }
    }

    /// Appends a split of any kind.
    fn split(&mut self, split: &Split) {
        match split {
            Split::Even(values) => self.field("split", &list_text(values)),
            Split::Weights(weights) => {
                let weights = weights.iter().map(|(value, weight)| (value, weight.to_string()));
                self.field("split", &parts_text("weight", weights));
            }
            Split::Percentages { parts: percentages, remainder_to_default } => {
                // In quotation marks, since a number of TOML is a float.
                let percentages =
                    percentages.iter().map(|(value, percent)| (value, quoted(&percent.to_string())));
                self.field("split", &parts_text("percent", percentages));
                if *remainder_to_default {
                    self.field("remainder", "\"default\"");
                }
            }
            Split::Headcount { fact, within } => {
                let within = within.as_ref().map(|within| format!(", within = {}", quoted(within)));
                let within = within.unwrap_or_default();
                self.field("split", &format!("{{ headcount = {}{within} }}", quoted(fact)));
            }
            Split::Cost { key, per, within } => {
                let per = SplitPeriod::ALL.iter().find(|(_, each)| each == per).map_or("", |(name, _)| name);
                let within =
                    within.as_ref().map(|within| format!(", within = {}", quoted(&within.to_string())));
                let within = within.unwrap_or_default();
                self.field(
                    "split",
                    &format!("{{ cost_of = {}, per = {}{within} }}", quoted(key), quoted(per)),
                );
            }
        }
    }

    /// Appends a test, each of its fields on one line.
    fn test(&mut self, test: &RuleTest) {
        self.gap();
        self.line("[[test]]");
        self.line(format_args!("at = {}", quoted(&test.at.to_string())));
        let record = test.record.iter().map(|(field, value)| (field.to_string(), quoted(value)));
        self.line(format_args!("record = {}", table_text(record)));
        let expect = test.expect.iter().map(|(key, answer)| (key.to_string(), answer_text(answer)));
        self.line(format_args!("expect = {}", table_text(expect)));
    }
}

/// Returns the ends of a span as days, by the names of their fields.
fn ends(span: &Span) -> Result<Vec<(&'static str, String)>> {
    let ends = [("from", span.from), ("to", span.to)];
    let stated = ends.into_iter().filter_map(|(name, at)| Some((name, at?)));
    stated.map(|(name, at)| Ok((name, day(at)?))).collect()
}

/// Returns the day that an instant begins.
fn day(at: Timestamp) -> Result<String> {
    if at == Timestamp::midnight(at.date()) {
        return Ok(at.date().to_string());
    }
    Err(unwritable(&format!("{at} is no midnight, and files have days")))
}

/// Returns an answer in the form in which tests give it.
fn answer_text(answer: &Answer) -> String {
    match answer {
        Answer::Unset => "\"\"".to_owned(),
        Answer::Value(value) => quoted(value),
        Answer::Shares(shares) => table_text(
            shares
                .iter()
                .map(|(value, weight)| (value.as_deref().unwrap_or_default().to_owned(), weight.to_string())),
        ),
    }
}

/// Returns transforms as a list, also a single one.
fn transforms_text(transforms: &[Transform]) -> String {
    let texts: Vec<String> = transforms
        .iter()
        .map(|transform| match transform {
            Transform::Lower => "\"lower\"".to_owned(),
            Transform::Split { delimiter, index } => {
                format!("{{ split = {}, index = {index} }}", quoted(delimiter))
            }
            Transform::Map(map) => {
                let map = map.iter().map(|(from, to)| (from.to_string(), quoted(to)));
                format!("{{ map = {} }}", table_text(map))
            }
            Transform::Format(template) => format!("{{ format = {} }}", quoted(template)),
        })
        .collect();
    format!("[{}]", texts.join(", "))
}

/// Returns fields as an inline table, whose values are TOML already.
fn table_text(fields: impl Iterator<Item = (String, String)>) -> String {
    // A table without fields has no blank within its braces, which is how people write it.
    let fields: Vec<String> = fields.map(|(name, value)| format!("{} = {value}", quoted(&name))).collect();
    if fields.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", fields.join(", ")) }
}

/// Returns the parts of a split as a list of tables, each with its size under `name`.
fn parts_text<'a>(name: &str, parts: impl Iterator<Item = (&'a Arc<str>, String)>) -> String {
    let parts: Vec<String> =
        parts.map(|(value, size)| format!("{{ value = {}, {name} = {size} }}", quoted(value))).collect();
    format!("[{}]", parts.join(", "))
}

/// Returns texts as a list of strings.
fn list_text(texts: &[Arc<str>]) -> String {
    let texts: Vec<String> = texts.iter().map(|text| quoted(text)).collect();
    format!("[{}]", texts.join(", "))
}

/// Returns a text as a basic string of TOML 1.0.
fn quoted(text: &str) -> String {
    let mut quoted = String::from('"');
    for letter in text.chars() {
        match letter {
            '"' | '\\' => quoted.extend(['\\', letter]),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            letter if letter.is_control() => {
                let _written = write!(quoted, "\\u{:04X}", u32::from(letter));
            }
            letter => quoted.push(letter),
        }
    }
    quoted.push('"');
    quoted
}
