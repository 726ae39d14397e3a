//! Which rules a charge may meet, found without looking at each.

mod required;
mod texts;

use cost_model::Dimension;

use self::texts::{Required, Texts};
use crate::Rule;
use crate::charge::Charge;
use crate::people::base;

/// The rules of one key by texts that a charge must have to meet them.
///
/// A rule stands under one of its conditions that names texts: `=`, `IN`, LIKE, a regular expression with plain literals, or
/// a list of emails or of parts of them, joined by AND to the rest, or a chain of OR of such. Rules without one are always
/// looked at.
#[derive(Default)]
pub(crate) struct Index {
    always: Vec<usize>,
    fields: Vec<(Source, Texts)>,
}

/// What of a charge is compared.
#[derive(Clone, PartialEq, Eq)]
enum Source {
    Dimension(Dimension),
    Email,
    EmailLocal,
    EmailBase,
    EmailDomain,
}

impl Index {
    pub(crate) fn add(&mut self, number: usize, rule: &Rule) {
        if !required::of_rule(rule, &mut |source, text| self.add_text(source, text, number)) {
            self.always.push(number);
        }
    }

    fn add_text(&mut self, source: Source, text: Required<'_>, rule: usize) {
        if let Some((_, texts)) = self.fields.iter_mut().find(|(each, _)| *each == source) {
            texts.add(text, rule);
            return;
        }
        let mut texts = Texts::default();
        texts.add(text, rule);
        self.fields.push((source, texts));
    }

    /// The numbers of the rules that the charge may meet, ascending.
    pub(crate) fn candidates(&self, charge: &Charge<'_>) -> Vec<usize> {
        let mut rules = self.always.clone();
        for (source, texts) in &self.fields {
            let email = || charge.email();
            let parts = || email()?.rsplit_once('@');
            match source {
                Source::Dimension(dimension) => {
                    if let Some(text) = charge.dimensions.get(dimension) {
                        texts.find(&text, &mut rules);
                    }
                }
                Source::Email => email().into_iter().for_each(|email| texts.find(email, &mut rules)),
                Source::EmailBase => {
                    email().into_iter().for_each(|email| texts.find(&base(email), &mut rules));
                }
                Source::EmailLocal => {
                    parts().into_iter().for_each(|(local, _)| texts.find(local, &mut rules))
                }
                Source::EmailDomain => {
                    parts().into_iter().for_each(|(_, domain)| texts.find(domain, &mut rules));
                }
            }
        }
        rules.sort_unstable();
        rules.dedup();
        rules
    }
}
