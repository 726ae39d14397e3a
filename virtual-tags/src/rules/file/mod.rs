//! Reads rules files in TOML.
//!
//! `tables` has the shape of the file as serde reads it, with the place of each value; `Reader` turns it into a
//! `RuleSet` and checks what the types cannot. As many errors as possible are collected before the file is refused, so
//! that an author sees them at once. Whether keys, facts and shares make sense together is checked when the rules are
//! compiled.

mod assign;
mod tables;
mod tests_table;
mod write;

use std::error::Error as _;
use std::sync::Arc;

use cost_model::{Dimension, Filter, Timestamp};
use toml::Spanned;

use crate::dates::parse_date;
use crate::error::{Error, ErrorKind, ErrorList, Result};
use crate::fault::Fault;
use crate::place::{Lines, Place, SourceText};
use crate::rules::assign::Assign;
use crate::rules::person_matcher::{ActorKind, PersonMatcher};
use crate::rules::rule_set::{Rule, RuleSet, TagDefinition, no_place_of_a_person};
use crate::span::Span;

impl RuleSet {
    /// Reads rules from TOML; `file` names the text in errors. The README lists every field.
    ///
    /// ```
    /// let rules = virtual_tags::RuleSet::from_toml(r#"
    ///     [[tag]]
    ///     key = "Team"
    ///     default = "Unallocated"
    ///       [[tag.rule]]
    ///       value = "Data Platform"
    ///       when = "costs.resource_id LIKE '%@data.acme.test'"
    ///       [[tag.rule]]
    ///       from_directory = "team"
    /// "#, "rules.toml")?;
    /// assert_eq!(rules.tags[0].rules.len(), 2);
    /// # Ok::<(), virtual_tags::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Rules`] or [`ErrorKind::Condition`], with line and column.
    pub fn from_toml(toml: &str, file: &str) -> Result<Self> {
        read(toml, file)
    }
}

/// Reads a whole file. A file that is no TOML, or has an unknown field, fails at its first error; everything after that
/// is collected.
fn read(toml: &str, file: &str) -> Result<RuleSet> {
    let reader = Reader { lines: Lines::new(toml, file) };
    let file: tables::File = toml::from_str(toml).map_err(|error| {
        let lines = &reader.lines;
        let place = error.span().map_or_else(|| lines.file().clone(), |span| lines.place_at(span.start));
        Error::new(ErrorKind::Rules, Some(place), error.message().to_owned())
    })?;
    let mut errors = ErrorList::default();
    let person = file.person.map(|places| reader.read_person(&places)).transpose();
    let person = errors.ok_or_collect(person).flatten().unwrap_or_default();
    let mut tags = Vec::with_capacity(file.tag.len());
    for tag in file.tag {
        let tag = reader.read_tag(tag, &mut errors);
        tags.extend(errors.ok_or_collect(tag));
    }
    let tests =
        file.test.into_iter().filter_map(|test| errors.ok_or_collect(reader.read_test(test))).collect();
    errors.into_result()?;
    Ok(RuleSet { tags, person, tests })
}

/// Turns tables into rules, and offsets in the text into places for errors.
///
/// Each of its methods reads one kind of table and returns the first error in it.
struct Reader<'a> {
    lines: Lines<'a>,
}

impl Reader<'_> {
    /// Reads the fields in which charges name people. An empty list is refused: leaving it out is what means the
    /// default.
    fn read_person(&self, places: &Spanned<Vec<Spanned<String>>>) -> Result<Vec<Dimension>> {
        if places.get_ref().is_empty() {
            let message = "`person` is empty; give the fields in which charges name people, or leave it out";
            return Err(fail(self.place_of(places), message));
        }
        let mut read = Vec::new();
        for text in places.get_ref() {
            let field = self.read_field(text)?;
            if let Some(reason) = no_place_of_a_person(&field) {
                return Err(fail(self.place_of(text), reason));
            }
            if read.contains(&field) {
                return Err(Fault::RepeatedPerson(field).at(Some(self.place_of(text))));
            }
            read.push(field);
        }
        Ok(read)
    }

    /// Reads a key with its rules. Rules with errors are left out, and their errors are added to `errors`; the first
    /// error of the key itself is returned.
    fn read_tag(&self, tag: tables::Tag, errors: &mut ErrorList) -> Result<TagDefinition> {
        let rules =
            tag.rule.into_iter().filter_map(|rule| errors.ok_or_collect(self.read_rule(rule))).collect();
        let place = self.place_of(&tag.key);
        if let Some(unused) = tag.default_transform.as_ref().filter(|_| tag.default_from.is_none()) {
            return Err(fail(self.place_of(unused), "`default_transform` goes with `default_from` only"));
        }
        Ok(TagDefinition {
            key: self.not_empty(tag.key, "key")?,
            default: tag.default.map(|default| self.not_empty(default, "default")).transpose()?,
            default_from: tag
                .default_from
                .as_ref()
                .map(|field| self.read_from_field(field, tag.default_transform.as_ref()))
                .transpose()?,
            overrides_provider: tag.overrides_provider.unwrap_or(true),
            rules,
            place: Some(place),
        })
    }

    /// Reads a rule. A fixed value without any condition is refused: it would match every charge, which is what the
    /// default of the tag is for.
    fn read_rule(&self, rule: Spanned<tables::Rule>) -> Result<Rule> {
        let place = self.place_of(&rule);
        let mut table = rule.into_inner();
        let assign = self.read_assign(&mut table, &place)?;
        let when = table.when.as_ref().map(|when| self.read_condition(when)).transpose()?;
        let condition_text = table.when.as_ref().and_then(|when| self.find_source_text(when));
        let people = self.read_people(&table)?;
        let spans = self.read_spans(&table)?;
        if when.is_none() && people.is_empty() && spans.is_empty() && matches!(assign, Assign::Value(_)) {
            return Err(fail(
                place,
                "a rule with a `value` needs a condition in `when`; for all other charges use the tag's `default`",
            ));
        }
        Ok(Rule {
            when,
            people,
            spans,
            assign,
            place: Some(place),
            condition_text: condition_text.map(Arc::new),
            empty_lists: table.email.as_ref().map(tables::Email::empty_lists).unwrap_or_default(),
        })
    }

    /// Reads the conditions on emails and people. A rule without `email` gets lists that are empty, which match
    /// everybody.
    fn read_people(&self, table: &tables::Rule) -> Result<PersonMatcher> {
        let none = tables::Email::default();
        let email = table.email.as_ref().unwrap_or(&none);
        Ok(PersonMatcher {
            equals: to_list(email.is.as_ref()),
            local: to_list(email.local.as_ref()),
            without_plus_tag: to_list(email.base.as_ref()),
            domain: to_list(email.domain.as_ref()),
            subdomain_of: to_list(email.under.as_ref()),
            glob: to_list(email.glob.as_ref()),
            in_directory: table.in_directory,
            who: table.who.as_ref().map(|name| self.read_actor_kind(name)).transpose()?,
        })
    }

    /// Reads the kind of actor by its name; the error lists all of them.
    fn read_actor_kind(&self, name: &Spanned<String>) -> Result<ActorKind> {
        let kind = ActorKind::ALL.iter().find(|(each, _)| each == name.get_ref()).map(|(_, kind)| *kind);
        kind.ok_or_else(|| {
            let message = "`who` is \"person\", \"service_account\", \"nobody\" or \"removed\"";
            fail(self.place_of(name), message)
        })
    }

    /// Reads the days on which a rule holds: none for always, one for `from` and `to`, or several in `dates`.
    fn read_spans(&self, table: &tables::Rule) -> Result<Vec<Span>> {
        let whole = table.from.as_ref().or(table.to.as_ref()).map(|text| self.place_of(text));
        let several = table.dates.iter().flatten();
        if let (Some(place), Some(_)) = (&whole, &table.dates) {
            return Err(fail(place.clone(), "a rule has either `from` and `to`, or `dates`, not both"));
        }
        let one = whole.map(|place| (table.from.as_ref(), table.to.as_ref(), place));
        let several = several.map(|dates| {
            let place = self.place_of(dates);
            (dates.get_ref().from.as_ref(), dates.get_ref().to.as_ref(), place)
        });
        one.into_iter().chain(several).map(|(from, to, place)| self.read_span(from, to, place)).collect()
    }

    /// Reads one span, in UTC, with its first day and without its last. Either end may be open.
    fn read_span(
        &self,
        from: Option<&Spanned<tables::Date>>,
        to: Option<&Spanned<tables::Date>>,
        place: Place,
    ) -> Result<Span> {
        let span = Span {
            from: from.map(|date| self.read_midnight(date)).transpose()?,
            to: to.map(|date| self.read_midnight(date)).transpose()?,
        };
        if span.from.zip(span.to).is_some_and(|(from, to)| from >= to) {
            return Err(fail(place, "`to` must come after `from`: it is the first day that no longer holds"));
        }
        Ok(span)
    }

    /// Reads a day as its first instant in UTC.
    fn read_midnight(&self, date: &Spanned<tables::Date>) -> Result<Timestamp> {
        let day = parse_date(&date.get_ref().text()).map(Timestamp::midnight);
        day.ok_or_else(|| fail(self.place_of(date), "this is not a date like 2026-09-15"))
    }

    /// Parses a condition in VQL. Its error is placed at the column inside the file, if the text of the condition can
    /// be found there letter by letter; else at its beginning.
    fn read_condition(&self, when: &Spanned<String>) -> Result<Filter> {
        Filter::parse(when.get_ref()).map_err(|error| {
            let place = match (self.find_source_text(when), error.span()) {
                (Some(text), Some(span)) => text.place_at(span.start),
                _ => self.place_of(when),
            };
            Error::new(ErrorKind::Condition, Some(place), "the condition in `when` is not a filter")
                .with_source(without_column(&error))
        })
    }

    /// Finds a string as the file writes it, for places inside of it.
    fn find_source_text(&self, text: &Spanned<String>) -> Option<SourceText> {
        SourceText::find(&self.lines, text.span(), text.get_ref())
    }

    /// Returns the text of a field.
    ///
    /// # Errors
    /// [`ErrorKind::Rules`] for a text that is empty or has only blanks.
    fn not_empty(&self, text: Spanned<String>, field: &'static str) -> Result<Arc<str>> {
        if text.get_ref().trim().is_empty() {
            return Err(Fault::EmptyField(field).at(Some(self.place_of(&text))));
        }
        Ok(text.into_inner().into())
    }

    /// Returns the place where a value begins.
    fn place_of<T>(&self, spanned: &Spanned<T>) -> Place {
        self.lines.place_at(spanned.span().start)
    }
}

/// Returns a list of texts; a single text is a list of one.
fn to_list(texts: Option<&tables::Texts>) -> Vec<Arc<str>> {
    match texts {
        None => Vec::new(),
        Some(tables::Texts::One(text)) => vec![text.as_str().into()],
        Some(tables::Texts::Many(texts)) => texts.iter().map(|text| text.as_str().into()).collect(),
    }
}

/// Returns the error of a sentence without its column there: the error around it has the place in the file, and two places
/// that count from different starts would be taken for each other.
fn without_column(error: &cost_model::Error) -> cost_model::Error {
    let text = error.to_string();
    let message = match text.rsplit_once(" (column ") {
        Some((message, column)) if column.ends_with(')') => message,
        _ => &text,
    };
    let located = cost_model::Error::new(error.kind(), message);
    match error.source() {
        Some(source) => located.with_source(source.to_string()),
        None => located,
    }
}

/// Makes an error of a rules file.
fn fail(place: Place, message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Rules, Some(place), message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn fails(toml: &str, message: &str) {
        let error = read(toml, "rules.toml").unwrap_err();
        let mut text = error.to_string();
        if let Some(source) = error.source() {
            text = format!("{text}: {source}");
        }
        assert_eq!(text, message);
    }

    #[test]
    fn errors_name_line_column_and_remedy() {
        fails("[[tag]]\nkey = \"\"\n", "rules.toml:2:7: `key` is empty");
        fails(
            "[[tag]]\nkye = \"Team\"\n",
            "rules.toml:2:1: unknown field `kye`, expected one of `key`, `default`, `default_from`, \
             `default_transform`, `overrides_provider`, `rule`",
        );
        fails(
            "[[tag]]\nkey = \"Team\"\n  [[tag.rule]]\n  value = \"A\"\n",
            "rules.toml:3:3: a rule with a `value` needs a condition in `when`; for all other charges use the tag's \
             `default`",
        );
        fails(
            "[[tag]]\nkey = \"Team\"\n  [[tag.rule]]\n  value = \"A\"\n  when = \"costs.servise = 'x'\"\n",
            "rules.toml:5:11: the condition in `when` is not a filter: unknown field `costs.servise`; did you mean \
             `costs.service`?",
        );
        fails(
            "[[tag]]\nkey = \"Team\"\n  [[tag.rule]]\n  when = \"costs.service = 'x'\"\n",
            "rules.toml:3:3: a rule needs a `value`, `from_directory`, `from_field` or `split`",
        );
        fails("[[tag]\n", "rules.toml:1:7: unclosed array table, expected `]`");
    }
}
