//! What can be asked: which charges, which days, and how to add them up.

mod day_range;

use cost_model::report::{Bin, Measure};
use cost_model::{Dimension, Filter};

pub use day_range::DayRange;

/// A question: which charges, and how to add them up.
///
/// ```
/// use cost_model::Filter;
/// use cost_model::report::Interval;
/// use cursor_costs::request::{DayRange, ReportRequest};
///
/// let request = ReportRequest {
///     filter: Some(Filter::parse("vtag.Team = 'Platform'")?),
///     group_by: vec!["service".parse()?],
///     range: DayRange::Interval(Interval::LastMonths(1)),
///     ..ReportRequest::default()
/// };
/// assert!(!request.compare);
/// # Ok::<(), cost_model::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "an input, written with `..ReportRequest::default()`")]
pub struct ReportRequest {
    /// Which charges; all of them without one.
    pub filter: Option<Filter>,
    /// A row for each combination of values of these.
    pub group_by: Vec<Dimension>,
    /// Which days.
    pub range: DayRange,
    /// Steps of time.
    pub bin: Option<Bin>,
    /// What orders the rows, and what [`top`](Self::top) chooses by.
    pub measure: Measure,
    /// Only that many groups, and all others as one.
    pub top: Option<usize>,
    /// Beside the period before.
    pub compare: bool,
    /// Each step holds everything up to its end.
    pub cumulative: bool,
    /// A value that the filter names and no charge has is an error, not a remark.
    pub strict: bool,
}

/// A `[[report]]`: a question with a name.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SavedReport {
    /// Its name.
    pub name: String,
    /// The question.
    pub request: ReportRequest,
}
