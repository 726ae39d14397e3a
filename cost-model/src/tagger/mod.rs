//! The trait [`Tagger`], which assigns virtual tags to charges, and a cache of its answers for a whole ledger.
//!
//! A tagger is asked through texts, which is slow; a report has millions of charges, which is much.
//! [`TagCache`] is between the two: it asks about each combination of dimensions that the tagger reads, once
//! for each span of time in which its answer stays the same, and hands the report numbers of answers. The
//! rules of the crate `virtual-tags` are one tagger; [`NoTags`] is another.

mod cache;

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use crate::dimension::{Dimension, Dimensions};
use crate::time::Timestamp;

pub(crate) use cache::ProjectionId;
pub use cache::{AnswerId, TagCache};

/// Assigns values of virtual tag keys to charges.
///
/// The answer for a charge depends on the dimensions that [`Tagger::reads`] lists and on the *epoch* of its time: between
/// two neighbours of [`Tagger::boundaries`] the answer for equal dimensions is the same. So [`Tagger::parts`] is called once
/// for each distinct combination of these dimensions and an epoch, however many charges have it.
///
/// ```
/// use std::sync::Arc;
/// use cost_model::{CostRecord, Costs, Currency, Dimension, Dimensions, Tagger, Timestamp};
/// use cost_model::tagger::Part;
///
/// /// Shares the cost of one service out to two teams.
/// #[derive(Debug)]
/// struct Halves {
///     keys: [Arc<str>; 1],
/// }
///
/// impl Tagger for Halves {
///     fn keys(&self) -> &[Arc<str>] {
///         &self.keys
///     }
///     fn reads(&self) -> &[Dimension] {
///         &[Dimension::Service]
///     }
///     fn boundaries(&self) -> &[Timestamp] {
///         &[]
///     }
///     fn parts(&self, keys: &[Arc<str>], dimensions: &dyn Dimensions, _: Timestamp) -> Vec<Part> {
///         let teams: &[_] = match dimensions.get(&Dimension::Service).as_deref() {
///             Some("Auto") => &[Some("Web"), Some("Data")],
///             _ => &[None],
///         };
///         let value = |team: Option<&str>, key: &Arc<str>| team.filter(|_| self.keys.contains(key)).map(Arc::from);
///         let part = |team: &Option<&str>| Part { values: keys.iter().map(|key| value(*team, key)).collect(), weight: 1 };
///         teams.iter().map(part).collect()
///     }
/// }
///
/// let tagger = Halves { keys: ["Team".into()] };
/// let at = Timestamp::from_millis(0)?;
/// let mut record = CostRecord::new(at, "cursor", Currency::USD, Costs::flat("3".parse()?));
/// assert_eq!(tagger.parts(tagger.keys(), &record, at), [Part::whole([None])]);
/// record.edit(|set| set.service = Some("Auto".into()));
/// assert_eq!(tagger.parts(tagger.keys(), &record, at).len(), 2);
/// # Ok::<(), cost_model::Error>(())
/// ```
pub trait Tagger: fmt::Debug + Send + Sync {
    /// Returns the tag keys, in their declared order.
    fn keys(&self) -> &[Arc<str>];

    /// Returns the dimensions that answers depend on: two charges that agree in these get the same answers in the same
    /// epoch. [`Dimension::Tagged`] means the provider's tags of every key.
    fn reads(&self) -> &[Dimension];

    /// Returns the instants at which an answer may change, ascending.
    ///
    /// An answer for an instant holds from the last boundary at or before it. A tagger that leaves out a
    /// boundary gives charges after it the answer of those before; one that lists too many only costs time.
    fn boundaries(&self) -> &[Timestamp];

    /// Returns the parts into which a charge with these dimensions is split at an instant, with the values of all `keys` jointly:
    /// one part for an unsplit charge, several where some key splits it. An unknown key has no value.
    ///
    /// Amounts are divided in proportion to the weights, or evenly if all weights are zero. An empty list means one part
    /// without values, so that no amount can get lost.
    fn parts(&self, keys: &[Arc<str>], dimensions: &dyn Dimensions, at: Timestamp) -> Vec<Part>;

    /// Returns those of the boundaries at which an answer for these dimensions may change, ascending; by default all.
    ///
    /// A tagger about people overrides it with the days on which this person's facts change, so that one
    /// person's move does not mean that everybody is looked at again.
    fn boundaries_of(&self, dimensions: &dyn Dimensions) -> Cow<'_, [Timestamp]> {
        let _ = dimensions;
        Cow::Borrowed(self.boundaries())
    }
}

/// One part of a charge, or all of it: its values of the requested keys, and its weight. `Debug` leaves out the values, which
/// may name people.
///
/// ```
/// use cost_model::tagger::Part;
///
/// // Two thirds of a charge for one team, one third for nobody in particular.
/// let parts = [
///     Part { values: vec![Some("Web".into())], weight: 2 },
///     Part { values: vec![None], weight: 1 },
/// ];
/// assert_eq!(parts[0].weight + parts[1].weight, 3);
/// assert_eq!(Part::whole([Some("Web".into())]).weight, 1);
/// ```
#[derive(Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "values and their weight, by definition")]
pub struct Part {
    /// The part's value of each key, in the order of the requested keys; `None` is no value.
    pub values: Vec<Option<Arc<str>>>,
    /// The part's weight among its siblings.
    ///
    /// Only its ratio to the weights of the other parts matters; a part of weight zero gets nothing unless
    /// all are zero.
    pub weight: u128,
}

crate::masked_debug!(Part { weight });

impl Part {
    /// Makes the only part of an unsplit charge.
    pub fn whole(values: impl Into<Vec<Option<Arc<str>>>>) -> Self {
        Self { values: values.into(), weight: 1 }
    }
}

/// Returns what a tagger says of a charge, at least one part.
pub(crate) fn parts_of(
    tagger: &dyn Tagger,
    keys: &[Arc<str>],
    dimensions: &dyn Dimensions,
    at: Timestamp,
) -> Vec<Part> {
    let parts = tagger.parts(keys, dimensions, at);
    if parts.is_empty() { vec![Part::whole(vec![None; keys.len()])] } else { parts }
}

/// A tagger without keys.
///
/// For reports over what the provider states. A query that names a virtual tag fails with it, as with any
/// tagger that does not have the key.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "it has nothing to hold")]
pub struct NoTags;

impl Tagger for NoTags {
    fn keys(&self) -> &[Arc<str>] {
        &[]
    }

    fn reads(&self) -> &[Dimension] {
        &[]
    }

    fn boundaries(&self) -> &[Timestamp] {
        &[]
    }

    fn parts(&self, keys: &[Arc<str>], _: &dyn Dimensions, _: Timestamp) -> Vec<Part> {
        vec![Part::whole(vec![None; keys.len()])]
    }
}
