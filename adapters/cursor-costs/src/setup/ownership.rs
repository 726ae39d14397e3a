//! The rules and people that decide who owns a charge, read when they are needed first.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use cost_model::input::decode;
use cursor_cost_source::places_of_people;
use virtual_tags::{Assign, Directory, Place, RuleSet, Rules};

use crate::error::{Error, ErrorKind, Result};

/// The value of charges that nobody owns, for tags that come from columns of the people alone.
const UNALLOCATED: &str = "Unallocated";

/// Where rules and people come from, and what they were compiled to.
#[derive(Default)]
pub(crate) struct Ownership {
    rules: RulesFrom,
    people: PeopleFrom,
    /// The columns that become tags; by default those that say who owns a charge.
    columns: Option<Vec<String>>,
    compiled: Mutex<Compiled>,
}

/// What follows from the rules and people, and is made again where the people of the store are others.
#[derive(Default)]
struct Compiled {
    /// The people of the store.
    stored: Arc<Directory>,
    rules: Option<Arc<Rules>>,
}

enum RulesFrom {
    File(PathBuf),
    Given(RuleSet),
}

enum PeopleFrom {
    Files(Vec<PathBuf>),
    Given(Directory),
}

impl Default for RulesFrom {
    fn default() -> Self {
        Self::Given(RuleSet::default())
    }
}

impl Default for PeopleFrom {
    fn default() -> Self {
        Self::Given(Directory::default())
    }
}

impl Ownership {
    pub(crate) fn given(rules: RuleSet, people: Directory) -> Self {
        Self { rules: RulesFrom::Given(rules), people: PeopleFrom::Given(people), ..Self::default() }
    }

    pub(crate) fn files(rules: Option<PathBuf>, people: Vec<PathBuf>) -> Self {
        let rules = rules.map_or_else(RulesFrom::default, RulesFrom::File);
        Self { rules, people: PeopleFrom::Files(people), ..Self::default() }
    }

    /// Returns the columns of people that become tags.
    pub(crate) fn columns(&self) -> Vec<String> {
        self.columns.clone().unwrap_or_else(|| vec!["team".to_owned(), "department".to_owned()])
    }

    pub(crate) fn set_columns(&mut self, columns: Vec<String>) {
        self.columns = Some(columns);
    }

    /// Sets the people that the store keeps. They count where the files have nobody.
    pub(crate) fn set_stored(&self, people: Directory) {
        *self.compiled() = Compiled { stored: Arc::new(people), rules: None };
    }

    fn compiled(&self) -> MutexGuard<'_, Compiled> {
        self.compiled.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the compiled rules.
    pub(crate) fn rules(&self) -> Result<Arc<Rules>> {
        let stored = {
            let compiled = self.compiled();
            if let Some(rules) = &compiled.rules {
                return Ok(Arc::clone(rules));
            }
            Arc::clone(&compiled.stored)
        };
        let rules = Arc::new(self.compile_with(self.rule_set()?, self.people_with(&stored)?)?);
        let mut compiled = self.compiled();
        // Another question may have found other people in the store meanwhile.
        if Arc::ptr_eq(&compiled.stored, &stored) {
            compiled.rules = Some(Arc::clone(&rules));
        }
        Ok(rules)
    }

    /// Compiles other rules over the same people.
    pub(crate) fn compile(&self, rules: RuleSet) -> Result<Rules> {
        self.compile_with(rules, self.people()?)
    }

    fn compile_with(&self, rules: RuleSet, people: Directory) -> Result<Rules> {
        self.with_facts(rules, &people)?.compile(people).map_err(Error::rules)
    }

    /// Returns the rules in force, with the tags that come from columns of the people, and the people.
    pub(crate) fn rules_with_facts(&self) -> Result<(RuleSet, Directory)> {
        let people = self.people()?;
        Ok((self.with_facts(self.rule_set()?, &people)?, people))
    }

    fn with_facts(&self, rules: RuleSet, people: &Directory) -> Result<RuleSet> {
        let (columns, is_chosen) = (self.columns(), self.columns.is_some());
        // A column that nobody chose is taken where it is; one that was is missed.
        let has_column =
            |column: &&String| people.facts().iter().any(|fact| fact.eq_ignore_ascii_case(column));
        let wanted: Vec<&str> =
            columns.iter().filter(|column| is_chosen || has_column(column)).map(String::as_str).collect();
        rules.with_directory_facts(people, wanted, UNALLOCATED).map_err(Error::rules)
    }

    pub(crate) fn rule_set(&self) -> Result<RuleSet> {
        let rules = match &self.rules {
            RulesFrom::File(file) => read_rules(file)?,
            RulesFrom::Given(rules) => rules.clone(),
        };
        Ok(rules.with_default_person(places_of_people()))
    }

    /// Returns the names of the facts by which charges find their owners: those that become tags, and those that rules read.
    pub(crate) fn facts_that_own(&self) -> Result<Vec<String>> {
        let mut facts = self.columns();
        for rule in self.rule_set()?.tags.iter().flat_map(|tag| &tag.rules) {
            if let Assign::FromDirectory(read) = &rule.assign {
                facts.push(read.fact.to_string());
            }
        }
        Ok(facts)
    }

    /// Returns the files of people.
    pub(crate) fn files_of_people(&self) -> &[PathBuf] {
        match &self.people {
            PeopleFrom::Files(files) => files,
            PeopleFrom::Given(_) => &[],
        }
    }

    /// Returns all people: those that were given or stand in files first, then those of the store.
    pub(crate) fn people(&self) -> Result<Directory> {
        let stored = Arc::clone(&self.compiled().stored);
        self.people_with(&stored)
    }

    fn people_with(&self, stored: &Directory) -> Result<Directory> {
        Ok(self.stated_people()?.or(stored.clone()))
    }

    /// Returns the people that were given or stand in files.
    pub(crate) fn stated_people(&self) -> Result<Directory> {
        match &self.people {
            PeopleFrom::Given(people) => Ok(people.clone()),
            PeopleFrom::Files(files) => {
                let mut people = Directory::default();
                for file in files {
                    people = people.or(read_people(file)?);
                }
                Ok(people)
            }
        }
    }
}

/// Reads a file of rules.
pub(crate) fn read_rules(file: &Path) -> Result<RuleSet> {
    let rules = RuleSet::from_toml(&read_text(file, ErrorKind::Rules)?, &file.display().to_string());
    Ok(rules.map_err(Error::rules)?.with_default_person(places_of_people()))
}

/// Reads people: JSON where the file's name says so, else CSV.
fn read_people(file: &Path) -> Result<Directory> {
    let name = file.display().to_string();
    let is_json = file.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
    let people = if is_json {
        Directory::from_json(&read_text(file, ErrorKind::People)?, &name)
    } else {
        Directory::from_csv(&std::fs::read(file).map_err(|error| Error::file(file, &error))?, &name)
    };
    people.map_err(Error::people)
}

/// Reads a file of text in UTF-8 or UTF-16.
pub(crate) fn read_text(file: &Path, kind: ErrorKind) -> Result<String> {
    let bytes = std::fs::read(file).map_err(|error| Error::file(file, &error))?;
    let text = decode(&bytes).map_err(|problem| {
        let mut place = Place::file(file.display().to_string());
        place.line = problem.line();
        Error::new(kind, problem.message().to_owned()).at(place)
    })?;
    Ok(text.into_owned())
}
