//! Finds likely mistakes in rules that compile.
//!
//! Each file has one kind of mistake and returns its findings; none changes anything.

mod charges;
mod dates;
mod duplicates;
mod emails;
mod near_equal;
mod shadow;

use cost_model::Ledger;

use crate::compile::rules::Rules;
use crate::evaluate::resolved_rules::ResolvedRules;
use crate::finding::Finding;

impl Rules {
    /// Finds what is likely wrong with the rules and the directory as they are: rules that no charge can reach, people
    /// with two values, dates that overlap or leave a gap, conditions that no email can meet, lists without an entry,
    /// wildcards of another language of patterns, values and keys that are nearly the same; in the order of the file.
    /// Then follows what [`Directory::check`](crate::Directory::check) finds.
    ///
    /// A rule is reported as unreachable only if leaving it out changes nothing. That is decided exactly for `=`, `IN`,
    /// `LIKE` and lists of people; conditions with regular expressions or negations are compared only where the text is
    /// known.
    ///
    /// ```
    /// use virtual_tags::{Directory, RuleSet};
    ///
    /// let rules = RuleSet::from_toml(r#"
    /// [[tag]]
    /// key = "Team"
    ///   [[tag.rule]]
    ///   value = "Data"
    ///   when = "costs.resource_id LIKE '%@data.acme.test'"
    ///   [[tag.rule]]
    ///   value = "Ops"
    ///   when = "costs.resource_id = 'ana@data.acme.test'"
    /// "#, "rules.toml")?.compile(Directory::default())?;
    /// assert_eq!(
    ///     rules.check()[0].to_string(),
    ///     "rules.toml:7:3: unreachable: the rule on line 4 matches every charge that this rule matches; move this rule above it or remove it"
    /// );
    /// # Ok::<(), virtual_tags::Error>(())
    /// ```
    pub fn check(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        for tag in &self.0.tags {
            let mut own = shadow::find_unreachable(tag, &self.0.person, self.0.directory.has_aliases());
            own.extend(duplicates::find_duplicate_people(tag, &self.0.person));
            own.extend(dates::find_date_problems(tag));
            own.extend(emails::find_impossible_emails(tag, &self.0.person));
            own.extend(near_equal::find_near_equal_values(tag, &self.0.directory));
            own.extend(near_equal::find_near_equal_conditions(tag, &self.0));
            own.sort_by_key(|finding| finding.place.as_ref().map(|place| (place.line, place.column)));
            findings.append(&mut own);
        }
        findings.extend(near_equal::find_near_equal_keys(&self.0));
        findings.extend(self.0.directory.check());
        findings
    }
}

impl ResolvedRules {
    /// Finds what is likely wrong with the rules in view of charges: values that none of them has, rules that match none,
    /// and rules that match only people whose names are spelled in another way than the directory has them; in the order
    /// of the file.
    ///
    /// ```
    /// use cost_model::{Currency, Ledger};
    /// use virtual_tags::{Directory, RuleSet};
    ///
    /// let toml = "[[tag]]\nkey = \"Team\"\n[[tag.rule]]\nvalue = \"EU\"\nwhen = \"costs.region = 'eu'\"\n";
    /// let rules = RuleSet::from_toml(toml, "rules.toml")?.compile(Directory::default())?.tagger()?;
    /// let findings = rules.check_against(&Ledger::builder(Currency::USD).build());
    /// assert_eq!(findings[0].to_string(), "rules.toml:5:24: no charge has `eu` as its `costs.region`");
    /// # Ok::<(), virtual_tags::Error>(())
    /// ```
    pub fn check_against(&self, ledger: &Ledger) -> Vec<Finding> {
        charges::find_in_charges(self, ledger)
    }
}
