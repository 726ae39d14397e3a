//! Directories from groups, such as billing groups and directory groups of Cursor's Admin API.

use std::sync::Arc;

use cost_model::Timestamp;

use crate::directory::lookup::Directory;
use crate::directory::source::{DatedRow, DirectorySource};
use crate::error::{Error, ErrorKind, Result};
use crate::place::Place;
use crate::span::Span;

/// That a person was in a group, and when. `Debug` leaves out the names.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Membership {
    /// The person.
    pub email: Arc<str>,
    /// The group's name.
    pub group: Arc<str>,
    /// When the person joined, to the instant; `None`: since ever.
    pub joined: Option<Timestamp>,
    /// When the person left; `None`: still in.
    pub left: Option<Timestamp>,
    /// When it became known; `None`: since ever. What became known last of a person stands in place of the rest.
    pub recorded: Option<Timestamp>,
}

cost_model::masked_debug!(Membership { joined, left, recorded });

impl Membership {
    /// A membership since ever and for good.
    pub fn new(email: impl Into<Arc<str>>, group: impl Into<Arc<str>>) -> Self {
        Self { email: email.into(), group: group.into(), joined: None, left: None, recorded: None }
    }
}

impl Directory {
    /// A directory of one fact, which tells the group that people were in; `name` names it in errors, in which the
    /// number of the membership stands for the line. A membership without time between its ends says nothing.
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
            let fail = |message: &str| Err(Error::new(ErrorKind::Directory, Some(place.clone()), message));
            let span = Span { from: membership.joined, to: membership.left };
            if membership.email.trim().is_empty() {
                return fail("the membership has no email");
            }
            match span.from.zip(span.to) {
                Some((joined, left)) if joined > left => return fail("the person left before joining"),
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
