//! The seam to virtual tags.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use crate::{Dimension, Dimensions, Timestamp};

/// Assigns values of virtual tag keys to charges.
///
/// An assignment may depend on the dimensions of the charge and on the *epoch* it falls into: between two neighbours
/// of [`Tagger::boundaries`] the answer for equal dimensions is the same, so that a report asks once per distinct
/// tuple of dimensions and epoch.
pub trait Tagger: fmt::Debug + Send + Sync {
    /// The tag keys, in their declared order.
    fn keys(&self) -> &[Arc<str>];

    /// The instants at which an answer may change, ascending.
    fn boundaries(&self) -> &[Timestamp];

    /// The dimensions, tags included, that answers depend on: two charges that agree in these get the same answers in
    /// the same epoch. `None`, the default, says nothing. A report asks once for all charges that agree.
    fn reads(&self) -> Option<&[Dimension]> {
        None
    }

    /// Those of the boundaries at which an answer for these dimensions may change, ascending; by default all. A report
    /// asks once for all charges between two of these.
    fn boundaries_of(&self, dimensions: &dyn Dimensions) -> Cow<'_, [Timestamp]> {
        let _ = dimensions;
        Cow::Borrowed(self.boundaries())
    }

    /// The value of `key` for a charge with these dimensions at that instant. An unknown key is unset.
    fn assign<'a>(&'a self, key: &str, dimensions: &dyn Dimensions, at: Timestamp) -> Assignment<'a>;

    /// The values of several keys in each part of a charge, where keys share it out in ways that depend on each other.
    /// `None`, the default: every part that one key makes is shared out alike by the next.
    fn assign_together(
        &self,
        keys: &[Arc<str>],
        dimensions: &dyn Dimensions,
        at: Timestamp,
    ) -> Option<Vec<JointShare>> {
        let _ = (keys, dimensions, at);
        None
    }
}

/// One part of a charge that several keys share out together. `Debug` leaves out the values.
#[derive(Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "values and their weight, by definition")]
pub struct JointShare {
    /// The part's value of each key, in the order asked.
    pub values: Vec<Option<Arc<str>>>,
    /// The part's weight among its siblings.
    pub weight: u128,
}

impl fmt::Debug for JointShare {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JointShare").field("weight", &self.weight).finish_non_exhaustive()
    }
}

/// What a [`Tagger`] says of one charge and key.
#[derive(Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "every consumer must handle all three, or it loses money")]
pub enum Assignment<'a> {
    /// The whole charge has this value.
    Value(Cow<'a, str>),
    /// The charge is shared out over values, in proportion to weights; all weights zero means evenly.
    Shares(Cow<'a, [Share]>),
    /// The charge has no value.
    Unset,
}

impl fmt::Debug for Assignment<'_> {
    /// Values may name people, so they are left out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value(_) => f.write_str("Value(..)"),
            Self::Shares(shares) => write!(f, "Shares(.. {} ..)", shares.len()),
            Self::Unset => f.write_str("Unset"),
        }
    }
}

/// One part of a shared charge.
#[derive(Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a value and its weight, by definition")]
pub struct Share {
    /// The value that the part gets; `None` is none.
    pub value: Option<Arc<str>>,
    /// The part's weight among its siblings.
    pub weight: u128,
}

impl fmt::Debug for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Share").field("weight", &self.weight).finish_non_exhaustive()
    }
}

/// A tagger without keys.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "it has nothing to hold")]
pub struct Untagged;

impl Tagger for Untagged {
    fn keys(&self) -> &[Arc<str>] {
        &[]
    }

    fn boundaries(&self) -> &[Timestamp] {
        &[]
    }

    fn assign<'a>(&'a self, _: &str, _: &dyn Dimensions, _: Timestamp) -> Assignment<'a> {
        Assignment::Unset
    }
}
