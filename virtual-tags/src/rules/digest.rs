//! Digests of rules.

use cost_model::{Digest, Dimension};

use crate::digest_writer::Fields;
use crate::rules::assign::{Assign, Inherit, Split, Transform};
use crate::rules::rule_set::{Rule, RuleSet, TagDefinition};

impl RuleSet {
    /// Which version of the rules it is. Comments, layout and tests do not count.
    pub fn digest(&self) -> Digest {
        let mut fields = Fields::new("virtual-tags rules 1");
        fields.list(&self.tags, Fields::tag);
        // Nothing for the resource alone, which is all that digests knew before there were other places.
        let person = self.person_fields();
        if person != [Dimension::Resource] {
            fields.text("person");
            fields.list(person, |fields, place| fields.text(&place.to_string()));
        }
        fields.digest()
    }
}

impl Fields {
    fn tag(&mut self, tag: &TagDefinition) {
        self.text(&tag.key);
        self.optional(tag.default.as_deref());
        self.count(usize::from(tag.default_from.is_some()));
        tag.default_from.iter().for_each(|inherit| self.inherit(inherit));
        self.count(usize::from(tag.overrides_provider));
        self.list(&tag.rules, Self::rule);
    }

    fn rule(&mut self, rule: &Rule) {
        self.optional(rule.when.as_ref().map(ToString::to_string).as_deref());
        for (_, texts) in rule.people.lists() {
            self.list(texts, |fields, text| fields.text(text));
        }
        self.text(&format!("{:?} {:?}", rule.people.in_directory, rule.people.who));
        self.list(&rule.spans, |fields, span| fields.span(*span));
        match &rule.assign {
            Assign::Value(value) => self.kind("value", value),
            Assign::FromDirectory(lookup) => {
                self.kind("from_directory", &lookup.fact);
                self.transforms(&lookup.transforms);
            }
            Assign::FromField(inherit) => {
                self.text("from_field");
                self.inherit(inherit);
            }
            Assign::Split(split) => self.split(split),
        }
    }

    fn kind(&mut self, kind: &str, text: &str) {
        self.text(kind);
        self.text(text);
    }

    fn inherit(&mut self, inherit: &Inherit) {
        self.text(&inherit.field.to_string());
        self.transforms(&inherit.transforms);
    }

    fn transforms(&mut self, transforms: &[Transform]) {
        self.list(transforms, |fields, transform| match transform {
            Transform::Lower => fields.text("lower"),
            Transform::Split { delimiter, index } => {
                fields.kind("split", delimiter);
                fields.count(*index);
            }
            Transform::Map(map) => {
                fields.text("map");
                fields.count(map.len());
                for (from, to) in map {
                    fields.kind(from, to);
                }
            }
            Transform::Format(template) => fields.kind("format", template),
        });
    }

    fn split(&mut self, split: &Split) {
        match split {
            Split::Even(values) => {
                self.text("even");
                self.list(values, |fields, value| fields.text(value));
            }
            Split::Weights(parts) => {
                self.text("weights");
                self.list(parts, |fields, (value, weight)| fields.kind(value, &weight.to_string()));
            }
            Split::Percentages { parts, remainder_to_default } => {
                self.text("percentages");
                self.count(usize::from(*remainder_to_default));
                self.list(parts, |fields, (value, percent)| {
                    fields.kind(value, &percent.normalize().to_string());
                });
            }
            Split::Headcount { fact, within } => {
                self.kind("headcount", fact);
                self.optional(within.as_deref());
            }
            Split::Cost { key, per, within } => {
                self.kind("cost", key);
                self.text(&format!("{per:?}"));
                self.optional(within.as_ref().map(ToString::to_string).as_deref());
            }
        }
    }
}
