//! Rules as data.
//!
//! A program can build and change them like any data; what belongs together is checked when they are compiled.

use std::collections::HashMap;
use std::sync::Arc;

use cost_model::{Dimension, Filter};
use serde::{Deserialize, Serialize};

use crate::directory::lookup::Directory;
use crate::error::Result;
use crate::fault::Fault;
use crate::names::fold_name;
use crate::place::{Place, SourceText};
use crate::rules::as_text;
use crate::rules::assign::{Assign, FromDirectory, FromField};
use crate::rules::person_matcher::PersonMatcher;
use crate::rules::rule_test::RuleTest;
use crate::span::Span;

/// The rules of a host: for each tag key ordered rules, of which the first that matches wins, and a default.
///
/// Read from TOML with [`RuleSet::from_toml`], or built in code; then [compiled](RuleSet::compile) with a directory.
///
/// ```
/// use cost_model::Filter;
/// use virtual_tags::{Assign, Rule, RuleSet, TagDefinition};
///
/// let mut team = TagDefinition::new("Team");
/// team.default = Some("Unallocated".into());
/// team.rules.push(Rule::new(Assign::Value("EU".into())).when(Filter::parse("costs.region = 'eu'")?));
/// let mut rules = RuleSet::default();
/// rules.tags.push(team);
///
/// let toml = "[[tag]]\nkey = \"Team\"\ndefault = \"Unallocated\"\n[[tag.rule]]\nvalue = \"EU\"\nwhen = \"costs.region = 'eu'\"\n";
/// assert_eq!(RuleSet::from_toml(toml, "rules.toml")?.digest(), rules.digest());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RuleSet {
    /// The tag keys, in order.
    pub tags: Vec<TagDefinition>,
    /// The fields in which a charge may name its person, in order; if empty, its resource alone. The kind of actor
    /// ([`ActorKind`](crate::rules::ActorKind)) is decided by the first.
    #[serde(with = "as_text::list")]
    pub person: Vec<Dimension>,
    /// Tests: charges with the answers that are expected. They are not serialised.
    #[serde(skip)]
    pub tests: Vec<RuleTest>,
}

/// The rules of one tag key. The first that matches a charge decides.
///
/// `Debug` leaves out the default, which may name a person.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TagDefinition {
    /// The key, such as `Team`.
    pub key: Arc<str>,
    /// The value of charges that no rule matches; without one they have no value.
    pub default: Option<Arc<str>>,
    /// A field whose value charges get that no rule matches; where they have none, they get the default.
    pub default_from: Option<FromField>,
    /// Whether the value replaces a tag of the same key that the provider has set. If not, the provider's value is kept.
    pub overrides_provider: bool,
    /// The rules, in order.
    pub rules: Vec<Rule>,
    /// Where the definition is, if it was read from a file.
    pub place: Option<Place>,
}

cost_model::masked_debug!(TagDefinition { key, rules, place });

impl TagDefinition {
    /// Makes a key without rules and without a default.
    ///
    /// The key overrides a tag of the same name that the provider has set.
    pub fn new(key: impl Into<Arc<str>>) -> Self {
        Self {
            key: key.into(),
            default: None,
            default_from: None,
            overrides_provider: true,
            rules: Vec::new(),
            place: None,
        }
    }
}

/// A rule: the charges that it matches, and the value that they get.
///
/// A rule without any condition matches every charge.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Rule {
    /// The condition on the charge; `None` matches every charge.
    #[serde(with = "as_text::optional")]
    pub when: Option<Filter>,
    /// The conditions on the person who caused it.
    pub people: PersonMatcher,
    /// The spans of time in which the rule holds; if empty, always.
    pub spans: Vec<Span>,
    /// The value, or the shares, that matching charges get.
    pub assign: Assign,
    /// Where the rule is, if it was read from a file.
    pub place: Option<Place>,
    /// The condition as the file writes it, so that findings point into it.
    #[serde(skip)]
    pub(crate) condition_text: Option<Arc<SourceText>>,
    /// The names of lists of emails that the file gives without an entry, which restrict nothing.
    #[serde(skip)]
    pub(crate) empty_lists: Vec<&'static str>,
}

cost_model::masked_debug!(Rule { place });

impl Rule {
    /// Creates a rule that matches every charge, for the end of a list or to be restricted by [`Rule::when`].
    pub fn new(assign: Assign) -> Self {
        Self {
            when: None,
            people: PersonMatcher::default(),
            spans: Vec::new(),
            assign,
            place: None,
            condition_text: None,
            empty_lists: Vec::new(),
        }
    }

    /// Restricts the rule to charges that meet a condition; it replaces an earlier one.
    pub fn when(mut self, condition: Filter) -> Self {
        self.when = Some(condition);
        self
    }
}

impl RuleSet {
    /// Adds a key for each of these columns of the directory that is not a key yet: the column's name with an upper-case
    /// first letter, its cells as values, and `default` for charges without one.
    ///
    /// A key that differs only in letter case, or in `_` or `-` in place of a blank, counts as the same. Other columns
    /// become no tags, because a directory may hold salaries.
    ///
    /// ```
    /// use virtual_tags::{Directory, RuleSet};
    ///
    /// let people = Directory::from_csv(b"email,team,salary\nana@acme.test,Web,91000\n", "people.csv")?;
    /// let rules = RuleSet::default().with_directory_facts(&people, ["team"], "Unallocated")?.compile(people)?;
    /// assert_eq!(rules.keys(), ["Team".into()]);
    /// # Ok::<(), virtual_tags::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Rules`](crate::ErrorKind::Rules) when the directory has no such column; the error lists those that it has.
    pub fn with_directory_facts<'a>(
        mut self,
        directory: &Directory,
        columns: impl IntoIterator<Item = &'a str>,
        default: &str,
    ) -> Result<Self> {
        for column in columns {
            let fact = directory.fact_named(column).map_err(|fault| fault.at(None))?;
            if !self.tags.iter().any(|tag| fold_name(&tag.key) == fold_name(fact)) {
                // By character: the first letter of a column may have several bytes, and its capital several
                // letters.
                let mut characters = fact.chars();
                let first = characters.next();
                let key: String =
                    first.iter().flat_map(|first| first.to_uppercase()).chain(characters).collect();
                let mut tag = TagDefinition::new(key);
                tag.default = Some(default.into());
                tag.rules.push(Rule::new(Assign::FromDirectory(FromDirectory::new(Arc::clone(fact)))));
                self.tags.push(tag);
            }
        }
        Ok(self)
    }

    /// Sets the fields in which charges may name their person, unless the rules set them themselves. The adapter of a provider
    /// knows the fields.
    ///
    /// ```
    /// use cost_model::Dimension;
    /// use virtual_tags::RuleSet;
    ///
    /// let login = Dimension::Tag("acme:login".into());
    /// let silent = RuleSet::from_toml("", "rules.toml")?.with_default_person([Dimension::Resource, login.clone()]);
    /// assert_eq!(silent.person, [Dimension::Resource, login.clone()]);
    ///
    /// let stated = RuleSet::from_toml("person = [\"tags['acme:login']\"]", "rules.toml")?;
    /// assert_eq!(stated.with_default_person([Dimension::Resource]).person, [login]);
    /// # Ok::<(), virtual_tags::Error>(())
    /// ```
    pub fn with_default_person(mut self, places: impl IntoIterator<Item = Dimension>) -> Self {
        if self.person.is_empty() {
            self.person.extend(places);
        }
        self
    }

    /// Returns the fields in which a charge may name its person.
    pub(crate) fn person_fields(&self) -> &[Dimension] {
        if self.person.is_empty() { &[Dimension::Resource] } else { &self.person }
    }

    /// Refuses a field in which no charge can name its person.
    pub(crate) fn check_person(&self) -> Result<()> {
        match self.person.iter().find_map(no_place_of_a_person) {
            Some(reason) => Err(Fault::NoPlaceOfPerson(reason).at(None)),
            None => Ok(()),
        }
    }

    /// Refuses a key that is defined twice: the order of two lists of rules would not be clear.
    pub(crate) fn check_keys(&self) -> Result<()> {
        let mut earlier: HashMap<&str, &TagDefinition> = HashMap::new();
        for tag in &self.tags {
            if let Some(other) = earlier.insert(&tag.key, tag) {
                let key = Arc::clone(&tag.key);
                let fault = match other.place.as_ref().and_then(|place| place.line) {
                    Some(line) => Fault::RepeatedKeyInFile { key, line },
                    None => Fault::RepeatedKey(key),
                };
                return Err(fault.at(tag.place.clone()));
            }
        }
        Ok(())
    }
}

/// Returns the reason why charges cannot name their person in a field, if they cannot.
pub(crate) fn no_place_of_a_person(field: &Dimension) -> Option<&'static str> {
    match field {
        Dimension::VirtualTag(_) => Some("the value of a key names nobody; give a field of the charge"),
        Dimension::Tagged | Dimension::TokenType => Some("a charge as a whole has no such field"),
        _ => None,
    }
}
