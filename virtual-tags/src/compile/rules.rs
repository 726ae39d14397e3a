//! Compiled rules, which may still lack the costs by which some of them split charges.

use std::collections::BTreeSet;
use std::sync::Arc;

use cost_model::digest::Digest;
use cost_model::{Dimension, Dimensions, Timestamp, Window};

use crate::compile::charge::Charge;
use crate::compile::compiled::{CompiledAssign, CompiledTag};
use crate::compile::compiler::Compiler;
use crate::compile::cost_split::CostSplit;
use crate::compile::order::{evaluation_order, transitive_reads};
use crate::digest_writer::DigestWriter;
use crate::directory::lookup::Directory;
use crate::error::{Error, ErrorList, Result};
use crate::fault::Fault;
use crate::ids::{FactId, KeyId, Table};
use crate::place::Place;
use crate::rules::person_matcher::ActorKind;
use crate::rules::rule_set::RuleSet;

/// Rules that were compiled with a directory, and are not a [`Tagger`](cost_model::Tagger) yet.
///
/// A rule may split charges by the costs of another key's values (`split = { cost_of = "Team", per = "month" }`), and those
/// costs have to be summed from charges first. The separate type keeps a program from forgetting them. [`Rules::resolve`]
/// takes them from a ledger, [`Rules::resolve_with`] from sums kept elsewhere; [`Rules::tagger`] is for rules without such
/// splits and fails for all others. Clones share everything.
///
/// ```
/// use virtual_tags::{Directory, ErrorKind, RuleSet};
///
/// let toml = "[[tag]]\nkey = \"Team\"\n[[tag.rule]]\nvalue = \"Web\"\nemail.domain = \"web.acme.test\"\n";
/// let plain = RuleSet::from_toml(toml, "rules.toml")?.compile(Directory::default())?;
/// assert!(plain.tagger().is_ok());
///
/// let shared = "[[tag]]\nkey = \"Payer\"\n[[tag.rule]]\nwho = \"service_account\"\n\
///               split = { cost_of = \"Team\", per = \"month\" }\n";
/// let weighing = RuleSet::from_toml(&format!("{toml}{shared}"), "rules.toml")?.compile(Directory::default())?;
/// assert_eq!(weighing.tagger().unwrap_err().kind(), ErrorKind::NeedsCosts);
/// # Ok::<(), virtual_tags::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Rules(pub(crate) Arc<Compiled>);

/// The compiled rules of all keys.
pub(crate) struct Compiled {
    pub(crate) keys: Table<KeyId, Arc<str>>,
    pub(crate) tags: Table<KeyId, CompiledTag>,
    pub(crate) directory: Directory,
    /// Where a charge may name its person, in order.
    pub(crate) person: Vec<Dimension>,
    /// The keys, each after those it reads.
    pub(crate) order: Vec<KeyId>,
    /// By key: all that it reads, also through others.
    pub(crate) ancestors: Table<KeyId, Vec<KeyId>>,
    /// The dimensions that the rules read.
    pub(crate) reads: Vec<Dimension>,
    /// The ends of the rules' spans.
    pub(crate) spans: Vec<Timestamp>,
}

cost_model::masked_debug!(Compiled { keys: |it| it.keys.as_slice(), directory });

impl Compiled {
    /// Returns a charge with these dimensions at an instant, as the rules read it.
    pub(crate) fn charge<'a>(&'a self, dimensions: &'a dyn Dimensions, at: Timestamp) -> Charge<'a> {
        Charge::new(dimensions, at, &self.directory, &self.person)
    }

    /// Returns the id of the key of exactly that name.
    pub(crate) fn key_id(&self, key: &str) -> Option<KeyId> {
        self.keys.position(|each| **each == *key)
    }

    /// Returns the rules that share charges out by cost, in the order in which their costs can be known.
    ///
    /// Two rules may have the same split; whoever sums costs does so once for each that is new.
    pub(crate) fn cost_splits(&self) -> impl Iterator<Item = (Option<&Place>, &CostSplit)> {
        let tags = self.order.iter().filter_map(|key| self.tags.get(*key));
        tags.flat_map(CompiledTag::rules).filter_map(|rule| match rule.assign {
            CompiledAssign::Cost(split) => Some((rule.place, &**split)),
            _ => None,
        })
    }

    /// Returns the facts that rules read, ascending: values, and what people are counted by.
    pub(crate) fn facts_read(&self) -> Vec<FactId> {
        let mut facts = BTreeSet::new();
        for rule in self.tags.iter().flat_map(CompiledTag::rules) {
            match rule.assign {
                CompiledAssign::Fact(fact, _) => drop(facts.insert(*fact)),
                CompiledAssign::Headcount { fact, within, .. } => {
                    facts.extend([*fact].into_iter().chain(*within));
                }
                CompiledAssign::Value(_)
                | CompiledAssign::Field(_)
                | CompiledAssign::Shares(_)
                | CompiledAssign::Cost(_) => {}
            }
        }
        facts.into_iter().collect()
    }

    /// Returns the digest of the facts about these people that the rules use in a period.
    ///
    /// The form has a version of its own, since locks hold such digests: see [`DigestWriter`].
    pub(crate) fn digest_used_people(&self, ids: &[String], period: Window) -> Digest {
        let mut writer = DigestWriter::new("virtual-tags people 1");
        let mut rules = self.tags.iter().flat_map(CompiledTag::rules);
        let asks_removed = rules.any(|rule| rule.people.who == Some(ActorKind::Removed));
        self.directory.write_used(&mut writer, ids, period, (&self.facts_read(), asks_removed));
        for rule in self.tags.iter().flat_map(CompiledTag::rules) {
            if let CompiledAssign::Headcount { counts, .. } = rule.assign {
                counts.write_used(&mut writer, period);
            }
        }
        writer.finish()
    }

    /// Returns whether the answer of a key depends on costs, by its own rules or by those of keys that it reads.
    pub(crate) fn depends_on_costs(&self, key: KeyId) -> bool {
        let read = self.ancestors.get(key).into_iter().flatten();
        let mut tags = read.chain([&key]).filter_map(|each| self.tags.get(*each));
        tags.any(|tag| !tag.cost_bases.is_empty())
    }

    /// Returns the error for a split whose costs are not given.
    ///
    /// `remedy` is the part of the sentence that says what the caller can do.
    pub(crate) fn needs_costs(
        &self,
        place: Option<&Place>,
        split: &CostSplit,
        remedy: &'static str,
    ) -> Error {
        let key = self.keys.get(split.basis).cloned().unwrap_or_default();
        Fault::NeedsCosts { key, remedy }.at(place.cloned())
    }
}

impl RuleSet {
    /// Checks the rules against the directory and compiles them: columns become ids, head counts are computed, and the rules
    /// of each key are indexed by the texts that they require.
    ///
    /// ```
    /// use virtual_tags::{Directory, ErrorKind, RuleSet};
    ///
    /// let rules = RuleSet::from_toml("[[tag]]\nkey = \"Team\"\n[[tag.rule]]\nfrom_directory = \"team\"\n", "rules.toml")?;
    /// let people = Directory::from_csv(b"email,team\nana@acme.test,Web\n", "people.csv")?;
    /// assert_eq!(rules.clone().compile(people)?.keys(), ["Team".into()]);
    ///
    /// let error = rules.compile(Directory::from_csv(b"email,site\n", "people.csv")?).unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::Rules);
    /// assert!(error.to_string().contains("no column `team`; it has: site"), "{error}");
    /// # Ok::<(), virtual_tags::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Rules`](crate::ErrorKind::Rules) when a key is defined twice, a rule names a column that the
    /// directory does not have or a key
    /// that no tag defines, keys read each other in a circle, or percentages do not sum to 100; all faults at once in
    /// [`Error::others`].
    pub fn compile(self, directory: Directory) -> Result<Rules> {
        Rules::compile(self, directory)
    }
}

impl Rules {
    /// Compiles rules for a directory. All faults of single rules are reported at once; a circle of keys is looked
    /// for only when there are none, as it needs rules that could be read.
    ///
    /// The public way in is [`RuleSet::compile`].
    pub(crate) fn compile(rule_set: RuleSet, directory: Directory) -> Result<Self> {
        // First, since ids are given by place and a key that is defined twice would have two.
        rule_set.check_keys()?;
        rule_set.check_person()?;
        let person = rule_set.person_fields().to_vec();
        let keys: Table<KeyId, _> = rule_set.tags.iter().map(|tag| Arc::clone(&tag.key)).collect();
        let places: Table<KeyId, _> = rule_set.tags.iter().map(|tag| tag.place.clone()).collect();
        let compiler = Compiler { directory: &directory, keys: &keys };
        let mut errors = ErrorList::default();
        let tags: Table<KeyId, _> =
            rule_set.tags.into_iter().filter_map(|tag| compiler.compile_tag(tag, &mut errors)).collect();
        errors.into_result()?;
        let order = evaluation_order(&tags).map_err(|circle| {
            let place = circle.first().and_then(|first| places.get(*first)).cloned().flatten();
            Fault::Circle(circle.iter().filter_map(|key| keys.get(*key)).cloned().collect()).at(place)
        })?;
        Ok(Self(Arc::new(Compiled {
            reads: dimensions_read(&tags, &person),
            spans: sorted_instants(tags.iter().flat_map(|tag| &tag.dependencies.ends).copied()),
            ancestors: transitive_reads(&tags, &order),
            keys,
            tags,
            directory,
            person,
            order,
        })))
    }

    /// Returns the tag keys, in their declared order.
    ///
    /// A key is in the list even if it has no rule.
    pub fn keys(&self) -> &[Arc<str>] {
        self.0.keys.as_slice()
    }

    /// Returns the value of charges that no rule of a key matches; `None` if the key has no default, or if there is no
    /// such key.
    pub fn default_of(&self, key: &str) -> Option<&Arc<str>> {
        self.0.tags.get(self.0.key_id(key)?)?.default.as_ref()
    }

    /// Returns whether some rule splits charges by what the values of another key cost, so that [`Rules::tagger`] fails
    /// and [`Rules::resolve`] is needed.
    pub fn needs_costs(&self) -> bool {
        self.0.cost_splits().next().is_some()
    }
}

/// Returns the instants ascending and each once, as [`Tagger::boundaries`](cost_model::Tagger::boundaries)
/// wants them.
pub(crate) fn sorted_instants(instants: impl Iterator<Item = Timestamp>) -> Vec<Timestamp> {
    let mut instants: Vec<_> = instants.collect();
    instants.sort_unstable();
    instants.dedup();
    instants
}

/// Returns every dimension that some rule reads; [`Dimension::Tagged`] for tags of any key.
///
/// The fields of a person are among them only where some rule asks about people: each one more makes sets of
/// dimensions that could share an answer differ.
fn dimensions_read(tags: &Table<KeyId, CompiledTag>, person: &[Dimension]) -> Vec<Dimension> {
    let mut reads = BTreeSet::new();
    for needs in tags.iter().map(|tag| &tag.dependencies) {
        reads.extend(needs.dimensions.iter().cloned());
        if needs.person || needs.directory {
            reads.extend(person.iter().cloned());
        }
    }
    reads.into_iter().collect()
}
