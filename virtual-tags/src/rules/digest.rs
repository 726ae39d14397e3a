//! Digests of rules.
//!
//! What a rule matches and gives is written field by field, not as its TOML, so that two files that mean the
//! same have one digest. Locks hold these digests: a new field must be written only where it is set, or the
//! form needs a new version.

use cost_model::Dimension;
use cost_model::digest::Digest;

use crate::digest_writer::DigestWriter;
use crate::rules::assign::{Assign, FromField, Split, Transform};
use crate::rules::rule_set::{Rule, RuleSet, TagDefinition};

impl RuleSet {
    /// Returns the version of the rules: a digest of everything that can change an answer. Comments, layout, places and
    /// tests do not count.
    ///
    /// ```
    /// use virtual_tags::RuleSet;
    ///
    /// let toml = "[[tag]]\nkey = \"Team\"\ndefault = \"Unallocated\"\n";
    /// let commented = format!("# who pays\n\n{toml}");
    /// let digest = RuleSet::from_toml(toml, "rules.toml")?.digest();
    /// assert_eq!(RuleSet::from_toml(&commented, "other.toml")?.digest(), digest);
    /// assert_ne!(RuleSet::default().digest(), digest);
    /// # Ok::<(), virtual_tags::Error>(())
    /// ```
    pub fn digest(&self) -> Digest {
        let mut writer = DigestWriter::new("virtual-tags rules 1");
        writer.write_list(&self.tags, DigestWriter::write_tag);
        // Nothing for the resource alone, which is all that digests knew before there were other places.
        let person = self.person_fields();
        if person != [Dimension::Resource] {
            writer.write_text("person");
            writer.write_list(person, |writer, place| writer.write_text(&place.to_string()));
        }
        writer.finish()
    }
}

impl DigestWriter {
    /// Writes a key with its default and its rules, in their order, which decides.
    fn write_tag(&mut self, tag: &TagDefinition) {
        self.write_text(&tag.key);
        self.write_optional(tag.default.as_deref());
        self.write_count(usize::from(tag.default_from.is_some()));
        tag.default_from.iter().for_each(|from_field| self.write_inherit(from_field));
        self.write_count(usize::from(tag.overrides_provider));
        self.write_list(&tag.rules, Self::write_rule);
    }

    /// Writes the conditions of a rule and what it gives.
    fn write_rule(&mut self, rule: &Rule) {
        self.write_optional(rule.when.as_ref().map(ToString::to_string).as_deref());
        for (_, texts) in rule.people.lists() {
            self.write_list(texts, |writer, text| writer.write_text(text));
        }
        self.write_text(&format!("{:?} {:?}", rule.people.in_directory, rule.people.who));
        self.write_list(&rule.spans, |writer, span| writer.write_span(*span));
        match &rule.assign {
            Assign::Value(value) => self.write_pair("value", value),
            Assign::FromDirectory(lookup) => {
                self.write_pair("from_directory", &lookup.fact);
                self.write_transforms(&lookup.transforms);
            }
            Assign::FromField(from_field) => {
                self.write_text("from_field");
                self.write_inherit(from_field);
            }
            Assign::Split(split) => self.write_split(split),
        }
    }

    /// Writes the kind of something and its text, or a name and a value.
    fn write_pair(&mut self, kind: &str, text: &str) {
        self.write_text(kind);
        self.write_text(text);
    }

    /// Writes a field and what is made of its text.
    fn write_inherit(&mut self, from_field: &FromField) {
        self.write_text(&from_field.field.to_string());
        self.write_transforms(&from_field.transforms);
    }

    /// Writes transforms in the order in which they are applied.
    fn write_transforms(&mut self, transforms: &[Transform]) {
        self.write_list(transforms, |writer, transform| match transform {
            Transform::Lower => writer.write_text("lower"),
            Transform::Split { delimiter, index } => {
                writer.write_pair("split", delimiter);
                writer.write_count(*index);
            }
            Transform::Map(map) => {
                writer.write_text("map");
                writer.write_count(map.len());
                for (from, to) in map {
                    writer.write_pair(from, to);
                }
            }
            Transform::Format(template) => writer.write_pair("format", template),
        });
    }

    /// Writes the kind of a split and its parts, in their order.
    fn write_split(&mut self, split: &Split) {
        match split {
            Split::Even(values) => {
                self.write_text("even");
                self.write_list(values, |writer, value| writer.write_text(value));
            }
            Split::Weights(parts) => {
                self.write_text("weights");
                self.write_list(parts, |writer, (value, weight)| {
                    writer.write_pair(value, &weight.to_string());
                });
            }
            Split::Percentages { parts, remainder_to_default } => {
                self.write_text("percentages");
                self.write_count(usize::from(*remainder_to_default));
                self.write_list(parts, |writer, (value, percent)| {
                    // `50` and `50.0` are the same rule.
                    writer.write_pair(value, &percent.normalize().to_string());
                });
            }
            Split::Headcount { fact, within } => {
                self.write_pair("headcount", fact);
                self.write_optional(within.as_deref());
            }
            Split::Cost { key, per, within } => {
                self.write_pair("cost", key);
                self.write_text(&format!("{per:?}"));
                self.write_optional(within.as_ref().map(ToString::to_string).as_deref());
            }
        }
    }
}
