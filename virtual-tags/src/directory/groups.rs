//! Directories from groups, such as billing groups and directory groups of Cursor's Admin API.

use std::sync::Arc;

use cost_model::Timestamp;

use crate::directory::lookup::Directory;
use crate::directory::source::{DatedRow, DirectorySource};
use crate::error::{Error, ErrorKind, Result};
use crate::place::Place;
use crate::span::Span;

/// A person's time in a group, such as a billing group or a directory group of Cursor's Admin API. `Debug` leaves out the
/// names.
///
/// [`Directory::from_memberships`] makes a directory of them.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Membership {
    /// The person's email, or another id.
    pub email: Arc<str>,
    /// The group's name.
    pub group: Arc<str>,
    /// When the person joined; `None`: no limit.
    pub joined: Option<Timestamp>,
    /// When the person left; `None`: has not left.
    pub left: Option<Timestamp>,
    /// When this became known; `None`: it was always known. Of one person, the membership that became known last replaces others
    /// on its days.
    pub recorded: Option<Timestamp>,
}

cost_model::masked_debug!(Membership { joined, left, recorded });

impl Membership {
    /// Makes a membership without an end on either side.
    ///
    /// Set `joined`, `left` and `recorded` on the value; an API that gives only current members leaves all of
    /// them out.
    pub fn new(email: impl Into<Arc<str>>, group: impl Into<Arc<str>>) -> Self {
        Self { email: email.into(), group: group.into(), joined: None, left: None, recorded: None }
    }
}

impl Directory {
    /// Makes a directory with one fact, the group that people were in. `name` names it in errors, in which the number of
    /// the membership takes the place of the line. A membership that ends when it starts is skipped.
    ///
    /// ```
    /// use cost_model::Timestamp;
    /// use virtual_tags::Directory;
    /// use virtual_tags::directory::Membership;
    ///
    /// let moved = Timestamp::midnight("2026-09-15".parse().unwrap());
    /// let mut old = Membership::new("ana@acme.test", "Payments");
    /// old.left = Some(moved);
    /// let mut new = Membership::new("ana@acme.test", "Web");
    /// new.joined = Some(moved);
    /// let groups = Directory::from_memberships("group", [old, new], "billing groups")?;
    /// assert_eq!(groups.fact("ana@acme.test", "group", moved), Some("Web"));
    /// # Ok::<(), virtual_tags::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Directory`] when a membership names nobody, ends before it starts, or overlaps another of the person.
    pub fn from_memberships(
        fact: &str,
        memberships: impl IntoIterator<Item = Membership>,
        name: &str,
    ) -> Result<Self> {
        let mut source = DirectorySource::new(1);
        for (number, membership) in (1..).zip(memberships) {
            let place = Place::file(name).line(number);
            let span = Span { from: membership.joined, to: membership.left };
            if membership.email.trim().is_empty() {
                return Err(Error::new(ErrorKind::Directory, Some(place), "the membership has no email"));
            }
            match span.from.zip(span.to) {
                Some((joined, left)) if joined > left => {
                    return Err(Error::new(
                        ErrorKind::Directory,
                        Some(place),
                        "the person left before joining",
                    ));
                }
                // Whoever left at once was a member at no instant.
                Some((joined, left)) if joined == left => continue,
                _ => {}
            }
            let entry = DatedRow {
                span,
                recorded: membership.recorded,
                values: vec![Some(membership.group)],
                line: number,
            };
            source.add_row(&membership.email, entry, &place)?;
        }
        Ok(Self::from_source(vec![fact.into()], source))
    }
}
