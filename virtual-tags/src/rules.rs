//! Compiled rules, which may still lack the costs that some of them share out by.

use std::collections::BTreeSet;
use std::sync::Arc;

use cost_model::digest::Digest;
use cost_model::{Dimension, Dimensions, Ledger, Metric, Timestamp, Window};

use crate::charge::Charge;
use crate::compile::{CompiledTag, Compiler, Then};
use crate::cost_split::{AllCostShares, CostSplit};
use crate::digest::Fields;
use crate::error::Errors;
use crate::order::{ancestors, order};
use crate::resolved_rules::ResolvedRules;
use crate::{CostSums, Directory, Error, ErrorKind, Place, Result, RuleSet, Who};

/// Rules checked against a directory.
///
/// They are no [`Tagger`](cost_model::Tagger) yet, because a rule may share charges out by what the values of another key cost
/// (`split = { cost_of = "Team", per = "month" }`), and those costs are in the charges. [`Rules::resolve`] takes them from a
/// ledger, [`Rules::resolve_with`] from sums kept elsewhere; [`Rules::tagger`] is for rules without such splits and refuses
/// all others. Clones share everything.
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

/// What compiling makes of rules.
pub(crate) struct Compiled {
    pub(crate) keys: Vec<Arc<str>>,
    pub(crate) tags: Vec<CompiledTag>,
    pub(crate) directory: Directory,
    /// Where a charge may name its person, in order.
    pub(crate) person: Vec<Dimension>,
    /// The numbers of the keys, each after those it reads.
    pub(crate) order: Vec<usize>,
    /// By key: all that it reads, also through others.
    pub(crate) ancestors: Vec<Vec<usize>>,
    /// What the rules depend on.
    pub(crate) reads: Vec<Dimension>,
    /// The ends of the rules' spans.
    pub(crate) spans: Vec<Timestamp>,
}

cost_model::masked_debug!(Compiled { keys, directory });

impl Compiled {
    /// A charge with these dimensions at an instant, as the rules see it.
    pub(crate) fn charge<'a>(&'a self, dimensions: &'a dyn Dimensions, at: Timestamp) -> Charge<'a> {
        Charge::new(dimensions, at, &self.directory, &self.person)
    }

    pub(crate) fn number(&self, key: &str) -> Option<usize> {
        self.keys.iter().position(|each| **each == *key)
    }

    /// The rules that share charges out by cost, in the order in which their costs can be known.
    pub(crate) fn cost_splits(&self) -> impl Iterator<Item = (Option<&Place>, &CostSplit)> {
        let tags = self.order.iter().filter_map(|number| self.tags.get(*number));
        tags.flat_map(CompiledTag::rules).filter_map(|rule| match rule.then {
            Then::Cost(split) => Some((rule.place, &**split)),
            _ => None,
        })
    }

    /// The facts that rules read, ascending.
    pub(crate) fn facts_read(&self) -> Vec<usize> {
        let mut facts = BTreeSet::new();
        for rule in self.tags.iter().flat_map(CompiledTag::rules) {
            match rule.then {
                Then::Fact(fact, _) => drop(facts.insert(*fact)),
                Then::Headcount { fact, within, .. } => facts.extend([*fact].into_iter().chain(*within)),
                Then::Value(_) | Then::Field(_) | Then::Shares(_) | Then::Cost(_) => {}
            }
        }
        facts.into_iter().collect()
    }

    /// The version of what the rules use of the directory for these people in a period.
    pub(crate) fn people_used(&self, ids: &[String], period: Window) -> Digest {
        let mut fields = Fields::new("virtual-tags people 1");
        let mut rules = self.tags.iter().flat_map(CompiledTag::rules);
        let asks_removed = rules.any(|rule| rule.people.who == Some(Who::Removed));
        self.directory.used_into(&mut fields, ids, period, (&self.facts_read(), asks_removed));
        for rule in self.tags.iter().flat_map(CompiledTag::rules) {
            if let Then::Headcount { counts, .. } = rule.then {
                counts.used_into(&mut fields, period);
            }
        }
        fields.digest()
    }

    /// Whether what a key says depends on costs, by its own rules or by those of keys that it reads.
    pub(crate) fn weighs_costs(&self, number: usize) -> bool {
        let read = self.ancestors.get(number).into_iter().flatten();
        let mut tags = read.chain([&number]).filter_map(|each| self.tags.get(*each));
        tags.any(|tag| !tag.bases.is_empty())
    }

    /// The error for a split whose costs are not known.
    pub(crate) fn needs_costs(&self, place: Option<&Place>, split: &CostSplit, remedy: &str) -> Error {
        let key = self.keys.get(split.basis).map_or("", |key| key);
        let message = format!("the rule shares charges out by what `{key}` costs, and {remedy}");
        Error::new(ErrorKind::NeedsCosts, place.cloned(), message)
    }
}

impl Rules {
    pub(crate) fn compile(rule_set: RuleSet, directory: Directory) -> Result<Self> {
        rule_set.check_keys()?;
        rule_set.check_person()?;
        let person = rule_set.person_fields().to_vec();
        let keys: Vec<_> = rule_set.tags.iter().map(|tag| Arc::clone(&tag.key)).collect();
        let places: Vec<_> = rule_set.tags.iter().map(|tag| tag.place.clone()).collect();
        let compiler = Compiler { directory: &directory, keys: &keys };
        let mut errors = Errors::default();
        let tags: Vec<_> =
            rule_set.tags.into_iter().filter_map(|tag| compiler.tag(tag, &mut errors)).collect();
        errors.finish()?;
        let order = order(&tags, &keys).map_err(|circle| {
            let message =
                format!("the keys read each other in a circle: {circle}; let one of them read only fields");
            let first = circle.split(" -> ").next().unwrap_or_default();
            let place = keys.iter().position(|key| **key == *first).and_then(|number| places.get(number));
            Error::new(ErrorKind::Rules, place.cloned().flatten(), message)
        })?;
        Ok(Self(Arc::new(Compiled {
            reads: reads(&tags, &person),
            spans: sorted(tags.iter().flat_map(|tag| &tag.needs.ends).copied()),
            ancestors: ancestors(&tags, &order),
            keys,
            tags,
            directory,
            person,
            order,
        })))
    }

    /// Returns the tag keys, in their declared order.
    pub fn keys(&self) -> &[Arc<str>] {
        &self.0.keys
    }

    /// Returns the value that charges get which no rule of a key matches, if the key has one.
    pub fn default_of(&self, key: &str) -> Option<&Arc<str>> {
        self.0.tags.get(self.0.number(key)?)?.default.as_ref()
    }

    /// Returns whether some rule shares charges out by what the values of a key cost, so that [`Rules::tagger`] fails.
    pub fn needs_costs(&self) -> bool {
        self.0.cost_splits().next().is_some()
    }

    /// Returns the rules ready to assign, where no rule weighs costs.
    ///
    /// # Errors
    /// [`ErrorKind::NeedsCosts`] where one does, with its place.
    pub fn tagger(&self) -> Result<ResolvedRules> {
        self.resolve_with(&CostSums::default())
    }

    /// Returns the rules ready to assign, with every split by the cost of another key in proportion to what its values cost in
    /// these charges, in the day, calendar month (both in UTC) or billing cycle of the charge that is shared out.
    ///
    /// `cycles` are the billing cycles, of which no two may overlap; only rules that split by cycle need them, and a charge that
    /// lies in none is not shared out by them. The ledger should hold the whole of every period: half a month gives the
    /// proportions of that half. It is only read.
    ///
    /// What has no value of the other key, or only its default, gives no weight to anybody, and neither does a value whose
    /// refunds exceed its charges. Where no value has a weight, the rule does not match.
    ///
    /// ```
    /// use cost_model::{CostRecord, Costs, Currency, Ledger, Metric, Timestamp};
    /// use virtual_tags::{Directory, RuleSet};
    ///
    /// let rules = RuleSet::from_toml(r#"
    /// [[tag]]
    /// key = "Team"
    ///   [[tag.rule]]
    ///   from_directory = "team"
    /// [[tag]]
    /// key = "Payer"
    /// default = "Unallocated"
    ///   [[tag.rule]]
    ///   who = "service_account"
    ///   split = { cost_of = "Team", per = "month" }
    ///   [[tag.rule]]
    ///   from_field = "vtag.Team"
    /// "#, "rules.toml")?;
    /// let people = Directory::from_csv(b"email,team\nana@acme.test,Web\nbo@acme.test,Data\n", "people.csv")?;
    /// let mut ledger = Ledger::builder(Currency::USD);
    /// for (who, dollars) in [("ana@acme.test", "3"), ("bo@acme.test", "1"), ("bugbot", "10")] {
    ///     let at = Timestamp::midnight("2026-09-15".parse()?);
    ///     let mut record = CostRecord::new(at, "cursor", Currency::USD, Costs::flat(dollars.parse()?));
    ///     record.edit(|set| set.resource = Some(who.into()));
    ///     ledger.push(&record)?;
    /// }
    /// let ledger = ledger.build();
    /// let tagger = rules.compile(people)?.resolve(&ledger, Metric::Effective, &[])?;
    /// let bugbot = tagger.allocations("Payer", &ledger)?;
    /// let shares: Vec<_> = bugbot.iter().map(|part| (part.value.as_deref(), part.costs.billed.unwrap().to_string())).collect();
    /// assert_eq!(shares, [(Some("Data"), "2.5".to_owned()), (Some("Web"), "7.5".to_owned())]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`Rules::cost_sums`].
    pub fn resolve(&self, ledger: &Ledger, metric: Metric, cycles: &[Window]) -> Result<ResolvedRules> {
        self.resolve_with(&self.cost_sums(ledger, metric, cycles)?)
    }

    /// Returns the rules ready to assign, with the costs that splits weigh taken from sums: for callers that hold no ledger, or
    /// that keep what a closed period was weighed by.
    ///
    /// # Errors
    /// [`ErrorKind::NeedsCosts`] where the sums are not about what a rule weighs; a basis without sums is an answer: nothing
    /// was spent. [`ErrorKind::Rules`] when two periods of a basis overlap or one ends before it starts,
    /// [`ErrorKind::Amount`] when a sum leaves the range of [`Money`](cost_model::Money).
    pub fn resolve_with(&self, sums: &CostSums) -> Result<ResolvedRules> {
        let mut costs = AllCostShares::new();
        for (place, split) in self.0.cost_splits() {
            if !costs.contains_key(split) {
                let Some(basis) = sums.basis(&self.0, split) else {
                    return Err(self.0.needs_costs(
                        place,
                        split,
                        "no costs are given; give the charges, or sums of them",
                    ));
                };
                costs.insert(split.clone(), basis.shares(self.0.tags.get(split.basis), place)?);
            }
        }
        Ok(ResolvedRules::new(Arc::clone(&self.0), costs))
    }
}

pub(crate) fn sorted(instants: impl Iterator<Item = Timestamp>) -> Vec<Timestamp> {
    let mut instants: Vec<_> = instants.collect();
    instants.sort_unstable();
    instants.dedup();
    instants
}

/// Everything that some rule reads; [`Dimension::Tagged`] for tags of any key.
fn reads(tags: &[CompiledTag], person: &[Dimension]) -> Vec<Dimension> {
    let mut reads = BTreeSet::new();
    for needs in tags.iter().map(|tag| &tag.needs) {
        reads.extend(needs.dimensions.iter().cloned());
        if needs.person || needs.directory {
            reads.extend(person.iter().cloned());
        }
    }
    reads.into_iter().collect()
}
