//! The TOML shape of a rule set.

use std::sync::Arc;

use cost_model::Filter;
use serde::Deserialize;
use toml::Spanned;

use crate::{Assign, Error, ErrorKind, Place, Result, Rule, RuleSet, TagDefinition};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    tag: Vec<Tag>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Tag {
    key: Spanned<String>,
    default: Option<Spanned<String>>,
    #[serde(default)]
    rule: Vec<Spanned<RuleTable>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleTable {
    value: Option<Spanned<String>>,
    when: Option<Spanned<String>>,
    from_directory: Option<Spanned<String>>,
}

pub(crate) fn read(toml: &str, file: &str) -> Result<RuleSet> {
    let reader = Reader { text: toml, file: Place::file(file) };
    let file: File = toml::from_str(toml).map_err(|error| {
        let place = error.span().map_or_else(|| reader.file.clone(), |span| reader.file.at(toml, span.start));
        Error::new(ErrorKind::Rules, Some(place), error.message().to_owned())
    })?;
    let tags = file.tag.into_iter().map(|tag| reader.tag(tag)).collect::<Result<_>>()?;
    Ok(RuleSet { tags })
}

struct Reader<'a> {
    text: &'a str,
    file: Place,
}

impl Reader<'_> {
    fn tag(&self, tag: Tag) -> Result<TagDefinition> {
        let place = self.place(&tag.key);
        Ok(TagDefinition {
            key: self.not_empty(tag.key, "key")?,
            default: tag.default.map(|default| self.not_empty(default, "default")).transpose()?,
            rules: tag.rule.into_iter().map(|rule| self.rule(rule)).collect::<Result<_>>()?,
            place: Some(place),
        })
    }

    fn rule(&self, rule: Spanned<RuleTable>) -> Result<Rule> {
        let place = self.place(&rule);
        let table = rule.into_inner();
        let fail = |message: &str| Err(Error::new(ErrorKind::Rules, Some(place.clone()), message));
        let assign = match (table.value, table.from_directory) {
            (Some(value), None) => Assign::Value(self.not_empty(value, "value")?),
            (None, Some(fact)) => Assign::FromDirectory(self.not_empty(fact, "from_directory")?),
            (Some(_), Some(_)) => return fail("a rule has either `value` or `from_directory`, not both"),
            (None, None) => return fail("a rule needs a `value` or `from_directory`"),
        };
        let when = table.when.map(|when| self.condition(&when)).transpose()?;
        if when.is_none() && matches!(assign, Assign::Value(_)) {
            return fail(
                "a rule with a `value` needs a condition in `when`; for all other charges use the tag's `default`",
            );
        }
        Ok(Rule { when, assign, place: Some(place) })
    }

    fn condition(&self, when: &Spanned<String>) -> Result<Filter> {
        Filter::parse(when.get_ref()).map_err(|error| {
            let raw = self.text.get(when.span()).unwrap_or_default();
            // Only a string without escapes stands in the file as it reads; else its start must do.
            let offset = match (raw.find(when.get_ref().as_str()), error.span()) {
                (Some(start), Some(span)) => when.span().start + start + span.start,
                _ => when.span().start,
            };
            let place = self.file.at(self.text, offset);
            Error::new(ErrorKind::Condition, Some(place), "the condition in `when` is not a filter")
                .caused_by(error)
        })
    }

    fn not_empty(&self, text: Spanned<String>, field: &str) -> Result<Arc<str>> {
        if text.get_ref().trim().is_empty() {
            return Err(Error::new(ErrorKind::Rules, Some(self.place(&text)), format!("`{field}` is empty")));
        }
        Ok(text.into_inner().into())
    }

    fn place<T>(&self, spanned: &Spanned<T>) -> Place {
        self.file.at(self.text, spanned.span().start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::error::Error as _;

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
            "rules.toml:2:1: unknown field `kye`, expected one of `key`, `default`, `rule`",
        );
        fails(
            "[[tag]]\nkey = \"Team\"\n  [[tag.rule]]\n  value = \"A\"\n",
            "rules.toml:3:3: a rule with a `value` needs a condition in `when`; for all other charges use the tag's \
             `default`",
        );
        fails(
            "[[tag]]\nkey = \"Team\"\n  [[tag.rule]]\n  value = \"A\"\n  when = \"costs.servise = 'x'\"\n",
            "rules.toml:5:11: the condition in `when` is not a filter: unknown field `costs.servise`; did you mean \
             `costs.service`? (column 1)",
        );
        fails(
            "[[tag]]\nkey = \"Team\"\n  [[tag.rule]]\n  when = \"costs.service = 'x'\"\n",
            "rules.toml:3:3: a rule needs a `value` or `from_directory`",
        );
        fails("[[tag]\n", "rules.toml:1:7: unclosed array table, expected `]`");
    }
}
