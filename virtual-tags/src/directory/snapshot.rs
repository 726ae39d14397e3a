//! The part of a directory that a period used, as data and as a digest.
//!
//! A lock of a closed period holds the snapshot, so that the period can be evaluated again after the directory has
//! changed. The digest covers only what the rules of the period can read about the people in its charges: a change
//! elsewhere in the directory must not make the lock look broken.

use cost_model::{Timestamp, Window};
use serde::{Deserialize, Serialize};

use crate::digest_writer::DigestWriter;
use crate::directory::lookup::{Directory, MatchKind};
use crate::directory::source::{DatedRow, DirectorySource};
use crate::error::{Error, ErrorKind, Result};
use crate::ids::FactId;
use crate::place::Place;
use crate::span::Span;

/// The facts of everybody who was in a directory in a period: no other columns, and no rows of other times.
///
/// It is serialised as a part of the lock. Lines and `recorded_at` are left out: a closed period needs only the rows
/// that were in effect at closing.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct DirectorySnapshot {
    facts: Vec<String>,
    /// In the order in which they are asked.
    sources: Vec<Vec<SnapshotRow>>,
    aliases: Vec<SnapshotAlias>,
    plus_domains: Vec<String>,
    fixed: Option<Timestamp>,
}

/// A row of a person: values in the order of the snapshot's facts, absent for empty cells.
///
/// A person with several rows has as many entries.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
struct SnapshotRow {
    email: String,
    from: Option<Timestamp>,
    to: Option<Timestamp>,
    values: Vec<Option<String>>,
}

/// Another name of a person, between two instants of which either may be open.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
struct SnapshotAlias {
    alias: String,
    email: String,
    from: Option<Timestamp>,
    to: Option<Timestamp>,
}

impl Directory {
    /// Returns the part of the directory that rules which read these facts can use in a period.
    ///
    /// Rows that ended before count only for who was removed, and lose their values.
    pub(crate) fn take_snapshot(&self, period: Window, facts: &[FactId]) -> DirectorySnapshot {
        let period = self.lookup_span(period);
        let names = facts.iter().filter_map(|fact| self.facts.get(*fact)).map(ToString::to_string);
        let aliases = self.aliases.sorted_aliases().into_iter().filter(|(_, span, _)| span.overlaps(&period));
        DirectorySnapshot {
            facts: names.collect(),
            sources: self
                .sources
                .iter()
                .map(|source: &DirectorySource| {
                    let rows = source.sorted_people().into_iter().flat_map(|person| {
                        // Whoever differs from another only in letter case keeps that one from being found by other spellings.
                        let is_alike = source.is_alike(person.email);
                        cut_rows(person.entries, period, is_alike).into_iter().map(move |entry: DatedRow| {
                            SnapshotRow {
                                email: person.email.to_owned(),
                                from: entry.span.from,
                                to: entry.span.to,
                                values: facts
                                    .iter()
                                    .map(|fact| {
                                        let column = (*source.columns.get(*fact)?)?;
                                        entry.values.get(column)?.as_ref().map(ToString::to_string)
                                    })
                                    .collect(),
                            }
                        })
                    });
                    rows.collect()
                })
                .collect(),
            aliases: aliases
                .map(|(alias, span, email): (&str, Span, &str)| SnapshotAlias {
                    alias: alias.to_owned(),
                    email: email.to_owned(),
                    from: span.from,
                    to: span.to,
                })
                .collect(),
            // How names are matched belongs to the answer as much as the rows do.
            plus_domains: self.plus_domains.clone(),
            fixed: self.fixed,
        }
    }

    /// Adds the facts about these people at every time of a period, as far as they matter to rules that read these facts and
    /// that have, or do not have, conditions on who was removed.
    pub(crate) fn write_used(
        &self,
        writer: &mut DigestWriter,
        ids: &[String],
        period: Window,
        (facts, asks_removed): (&[FactId], bool),
    ) {
        writer.write_count(ids.len());
        for id in ids {
            writer.write_text(id);
            let mut before = None;
            for at in times_within(self.boundaries_of(id), period) {
                let values: Vec<_> = facts.iter().map(|fact| self.fact_at(id, *fact, at)).collect();
                let removed = asks_removed && self.has_removed(id, at);
                let said = (self.name_at(id, at), self.match_kind(id, at), removed, values);
                // Only changes are written, so that a boundary at which nothing changes for this person is not part of
                // the digest.
                if before.as_ref() != Some(&said) {
                    writer.write_instant(Some(at));
                    writer.write_text(&said.0);
                    writer.write_text(match said.1 {
                        None => "",
                        Some(MatchKind::Exact) => "exact",
                        Some(MatchKind::AnyCase) => "any case",
                        Some(MatchKind::WithoutPlus) => "without plus",
                    });
                    writer.write_count(usize::from(said.2));
                    said.3.iter().for_each(|value| writer.write_optional(*value));
                    before = Some(said);
                }
            }
        }
    }

    /// Returns the span of time that is looked up for charges of a period.
    ///
    /// A directory that is fixed in time looks everything up at one instant, which is a span of one
    /// millisecond.
    fn lookup_span(&self, period: Window) -> Span {
        match self.fixed {
            Some(at) => {
                Span { from: Some(at), to: Timestamp::from_millis(at.millis().saturating_add(1)).ok() }
            }
            None => Span { from: Some(period.start()), to: Some(period.end()) },
        }
    }
}

/// Returns the start of a period and the instants in it at which something may change, ascending.
pub(crate) fn times_within(boundaries: Vec<Timestamp>, period: Window) -> Vec<Timestamp> {
    let mut times = boundaries;
    times.retain(|at| period.start() < *at && *at < period.end());
    times.push(period.start());
    times.sort_unstable();
    times.dedup();
    times
}

/// Returns the rows of a person that matter in a period, cut off at its ends.
///
/// Of rows outside it remains only whether there is an earlier one and whether there is a later one, which
/// decide together whether the person was removed. Who must be kept has at least a later one.
fn cut_rows(entries: &[DatedRow], period: Span, must_be_kept: bool) -> Vec<DatedRow> {
    let (within, without): (Vec<_>, Vec<_>) = entries.iter().partition(|entry| entry.span.overlaps(&period));
    let later = without
        .iter()
        .any(|entry: &&DatedRow| entry.span.from.zip(period.to).is_some_and(|(from, end)| end <= from));
    let mut cut: Vec<DatedRow> = Vec::new();
    for entry in within {
        let from = entry.span.from.filter(|from| period.from.is_none_or(|start| start < *from));
        let to = entry.span.to.filter(|to| period.to.is_none_or(|end| *to < end));
        cut.push(DatedRow { span: Span { from, to }, ..entry.clone() });
    }
    let goes_on = cut.iter().any(|entry| entry.span.to.is_none());
    if cut.is_empty() && !later {
        // One row without values shows that the person was there before, and so was removed.
        let ended = without.iter().max_by_key(|entry| entry.span.to);
        cut.extend(ended.map(|entry| DatedRow {
            span: Span { from: None, to: period.from },
            values: vec![None; entry.values.len()],
            ..(*entry).clone()
        }));
    } else if later && !goes_on && (must_be_kept || !cut.is_empty()) {
        // One row without values shows that the person comes later, and so was not removed.
        cut.extend(entries.first().map(|entry| DatedRow {
            span: Span { from: period.to, to: None },
            values: vec![None; entry.values.len()],
            ..entry.clone()
        }));
    }
    cut
}

impl DirectorySnapshot {
    /// Returns the directory that was held.
    ///
    /// # Errors
    /// `ErrorKind::Locked` where the dates of two aliases overlap, and the error of a row that the source
    /// refuses. Both happen only to a lock that somebody has edited.
    pub(crate) fn to_directory(&self) -> Result<Directory> {
        let place = Place::file("the people of a closed period");
        let mut directory = Directory {
            facts: self.facts.iter().map(|fact| fact.as_str().into()).collect(),
            plus_domains: self.plus_domains.clone(),
            fixed: self.fixed,
            ..Directory::default()
        };
        for rows in &self.sources {
            let mut source = DirectorySource::new(self.facts.len());
            for row in rows {
                let values = row.values.iter().map(|value| value.as_deref().map(Into::into)).collect();
                let span = Span { from: row.from, to: row.to };
                source.add_row(&row.email, DatedRow { span, recorded: None, values, line: 0 }, &place)?;
            }
            directory.sources.push(source);
        }
        for SnapshotAlias { alias, email, from, to } in &self.aliases {
            directory.aliases.add_alias(alias, email, Span { from: *from, to: *to }).map_err(|_| {
                Error::new(ErrorKind::Locked, None, "two aliases in the lock have overlapping dates")
            })?;
        }
        directory.find_boundaries();
        Ok(directory)
    }
}
