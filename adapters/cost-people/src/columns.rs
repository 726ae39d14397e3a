//! What the columns of an export mean, by their names.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::error::{Fault, Result};

/// What a column says of a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ColumnMeaning {
    /// The address by which a person is known.
    Email,
    /// Another address of theirs.
    OtherEmail,
    /// What stays when the address changes: the number of an employee, the id of an account.
    Id,
    /// The first day at the company. It says nothing of when the other columns began to hold.
    Joined,
    /// The first day on which the row holds.
    From,
    /// The last day on which the row holds, or at the company.
    LastDay,
    /// The first day on which the row holds no more.
    Until,
    /// Whether the person is there.
    Status,
    /// Since when the status is what it is.
    StatusSince,
    /// The place in a tree of units, such as `/Engineering/Web`: its levels are the facts `org_1`, `org_2` and on.
    OrgPath,
    /// A fact, under the name of the column.
    Fact,
}

impl ColumnMeaning {
    /// All meanings but [`ColumnMeaning::Fact`], which is asked for by its name.
    pub const ALL: [Self; 10] = [
        Self::Email,
        Self::OtherEmail,
        Self::Id,
        Self::Joined,
        Self::From,
        Self::LastDay,
        Self::Until,
        Self::Status,
        Self::StatusSince,
        Self::OrgPath,
    ];

    /// Returns the name, such as `last-day`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::OtherEmail => "other-email",
            Self::Id => "id",
            Self::Joined => "joined",
            Self::From => "from",
            Self::LastDay => "last-day",
            Self::Until => "until",
            Self::Status => "status",
            Self::StatusSince => "status-since",
            Self::OrgPath => "org-path",
            Self::Fact => "fact",
        }
    }
}

impl fmt::Display for ColumnMeaning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What was made of a column of a file.
///
/// A reader returns one for each column, so that its user sees what was understood.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ColumnUse {
    /// The name in the file; of JSON, the names of the fields that lead to it.
    pub name: String,
    /// What it is read as; `None` for what is passed over.
    pub meaning: Option<ColumnMeaning>,
    /// The name of the fact, where it is one.
    pub fact: Option<String>,
}

/// The names under which systems export a column, as [`key`] spells them: those that come first win where a file has several.
///
/// Sources: RFC 7643 for SCIM, the pages on user profiles of Okta, on bulk downloads and Graph of Microsoft Entra, on CSV files of
/// Google Workspace, on fields of BambooHR, HiBob, Workday and Backstage, and Cursor's Admin API for groups.
const NAMES: [(ColumnMeaning, &[&str]); 9] = [
    (
        ColumnMeaning::Email,
        &[
            "email",
            "emailaddress",
            "mail",
            "workemail",
            "primaryemail",
            "emailaddressrequired",
            "businessemail",
            "profileemail",
            "specprofileemail",
            "emailsvalue",
            "userprincipalname",
            "profilelogin",
            "username",
            "login",
        ],
    ),
    (
        ColumnMeaning::OtherEmail,
        &[
            "secondemail",
            "profilesecondemail",
            "othermails",
            "proxyaddresses",
            "personalemail",
            "aliases",
            "aliasesvalue",
            "formeremail",
            "oldemail",
        ],
    ),
    (
        ColumnMeaning::Id,
        &[
            "employeeid",
            "employeenumber",
            "workerid",
            "personid",
            "id",
            "objectid",
            "userid",
            "externalid",
            "metadatauid",
            "profileemployeenumber",
        ],
    ),
    (
        ColumnMeaning::Joined,
        &[
            "hiredate",
            "originalhiredate",
            "employeehiredate",
            "startdate",
            "workstartdate",
            "joinedat",
            "activated",
            "joined",
        ],
    ),
    (ColumnMeaning::From, &["effectivedate", "effectivefrom", "validfrom", "from", "jobstartdate"]),
    (
        ColumnMeaning::LastDay,
        &[
            "terminationdate",
            "lastday",
            "lastdayofwork",
            "lastworkingday",
            "enddate",
            "leavedate",
            "employeeleavedatetime",
        ],
    ),
    (ColumnMeaning::Until, &["to", "leftat", "validto", "effectiveto", "until"]),
    (
        ColumnMeaning::Status,
        &[
            "status",
            "active",
            "accountenabled",
            "employmentstatus",
            "statusreadonly",
            "state",
            "workerstatus",
            "suspended",
        ],
    ),
    (ColumnMeaning::StatusSince, &["statuschanged", "statussince"]),
];

/// The names of paths of units.
const PATHS: [&str; 3] = ["orgunitpath", "orgunitpathrequired", "orgpath"];

/// Returns a name as names are compared: its letters and digits, in lower case.
pub(crate) fn key(name: &str) -> String {
    name.chars().filter(|each| each.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Which column is read as what.
pub(crate) struct Columns {
    pub(crate) uses: Vec<ColumnUse>,
    /// The facts that are read.
    pub(crate) facts: Vec<String>,
}

/// What the user states of columns, and which facts they ask for.
#[derive(Clone, Default)]
pub(crate) struct Stated {
    pub(crate) meanings: Vec<(String, ColumnMeaning)>,
    pub(crate) facts: Vec<String>,
    /// Facts that a file need not have.
    pub(crate) facts_if_there: Vec<String>,
}

impl Columns {
    /// Finds what each column means: what is stated first, then by name. A second column for the same thing is a fact like any
    /// other, except for addresses, which are all read.
    pub(crate) fn find(names: &[String], stated: &Stated, file: &str) -> Result<Self> {
        let mut uses: Vec<ColumnUse> =
            names.iter().map(|name| ColumnUse { name: name.clone(), meaning: None, fact: None }).collect();
        for (name, meaning) in &stated.meanings {
            let column = uses.iter_mut().find(|column| key(&column.name) == key(name));
            let column = column.ok_or_else(|| Fault::NoColumn {
                file: file.to_owned(),
                wanted: name.clone(),
                there: names.to_vec(),
            })?;
            column.meaning = Some(*meaning);
        }
        for (meaning, names) in NAMES {
            let mut found = stated.meanings.iter().any(|(_, stated)| *stated == meaning);
            for name in names {
                let column =
                    uses.iter_mut().find(|column| column.meaning.is_none() && key(&column.name) == *name);
                let Some(column) = column else { continue };
                match (meaning, found) {
                    (_, false) => column.meaning = Some(meaning),
                    (ColumnMeaning::Email | ColumnMeaning::OtherEmail, true) => {
                        column.meaning = Some(ColumnMeaning::OtherEmail);
                    }
                    (_, true) => {}
                }
                found = true;
            }
        }
        for column in uses.iter_mut().filter(|column| column.meaning.is_none()) {
            if PATHS.contains(&key(&column.name).as_str()) {
                column.meaning = Some(ColumnMeaning::OrgPath);
            }
        }
        if !uses.iter().any(|column| column.meaning == Some(ColumnMeaning::Email)) {
            return Err(Fault::NoEmail { file: file.to_owned(), there: names.to_vec() }.into());
        }
        let mut columns = Self { uses, facts: Vec::new() };
        columns.name_facts(stated, file)?;
        Ok(columns)
    }

    /// Finds the columns of the facts that were asked for: by whole name, then by the last part of a name, such as
    /// `department` in `work.department`, then with the endings that systems add. Everything else is passed over.
    fn name_facts(&mut self, stated: &Stated, file: &str) -> Result<()> {
        let has_path = self.uses.iter().any(|column| column.meaning == Some(ColumnMeaning::OrgPath));
        let needed = stated.facts.iter().map(|fact| (fact, true));
        for (fact, is_needed) in needed.chain(stated.facts_if_there.iter().map(|fact| (fact, false))) {
            if self.facts.contains(fact) {
                continue;
            }
            if has_path && level(fact).is_some() {
                self.facts.push(fact.clone());
                continue;
            }
            let wanted = key(fact);
            let found = [
                self.places_of(|name| key(name) == wanted),
                self.places_of(|name| name.rsplit('.').next().is_some_and(|last| key(last) == wanted)),
                self.places_of(|name| {
                    key(name)
                        .strip_prefix(&wanted)
                        .is_some_and(|ending| ["name", "displayname", "title"].contains(&ending))
                }),
            ];
            let found = found.into_iter().find(|found| !found.is_empty()).unwrap_or_default();
            match found[..] {
                [place] => {
                    if let Some(column) = self.uses.get_mut(place) {
                        (column.meaning, column.fact) = (Some(ColumnMeaning::Fact), Some(fact.clone()));
                    }
                    self.facts.push(fact.clone());
                }
                [one, other, ..] => {
                    return Err(Fault::TwoColumns {
                        file: file.to_owned(),
                        what: "the fact that was asked for",
                        one: self.name_of(one),
                        other: self.name_of(other),
                    }
                    .into());
                }
                [] if !is_needed => {}
                [] => {
                    let there = self.uses.iter().map(|column| column.name.clone()).collect();
                    return Err(Fault::NoColumn { file: file.to_owned(), wanted: fact.clone(), there }.into());
                }
            }
        }
        Ok(())
    }

    /// Returns the places of columns that mean nothing else and whose name fits.
    fn places_of(&self, fits: impl Fn(&str) -> bool) -> Vec<usize> {
        let free = self
            .uses
            .iter()
            .enumerate()
            .filter(|(_, column)| matches!(column.meaning, None | Some(ColumnMeaning::Fact)));
        free.filter(|(_, column)| fits(&column.name)).map(|(place, _)| place).collect()
    }

    fn name_of(&self, place: usize) -> String {
        self.uses.get(place).map(|column| column.name.clone()).unwrap_or_default()
    }

    /// Returns what the column of a name is read as.
    pub(crate) fn of(&self, name: &str) -> Option<&ColumnUse> {
        self.uses.iter().find(|column| column.name == name)
    }

    /// Returns the first column of a meaning.
    pub(crate) fn first(&self, meaning: ColumnMeaning) -> Option<&ColumnUse> {
        self.uses.iter().find(|column| column.meaning == Some(meaning))
    }
}

/// Returns which level of a path a fact such as `org_2` is, counted from 1.
pub(crate) fn level(fact: &str) -> Option<usize> {
    fact.strip_prefix("org_")?.parse().ok().filter(|level| *level > 0)
}
