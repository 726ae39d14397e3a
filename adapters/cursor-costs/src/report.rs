//! Reports: charges filtered, grouped and added up.

use chrono::{FixedOffset, NaiveDate, NaiveTime};
use cost_model::report::{Bin, Interval, Measure, Query, Report};
use cost_model::store::{Gap, GapState};
use cost_model::{Dimension, Filter, Timestamp, Window};
use cursor_cost_source::list_prices;

use crate::spans::Span;
use crate::status::BETWEEN_SYNCS;
use crate::{CursorCosts, Error, ErrorKind, Result};

/// A question: which charges, and how to add them up.
///
/// ```
/// use cost_model::Filter;
/// use cost_model::report::Interval;
/// use cursor_costs::report::{DayRange, ReportRequest};
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

/// The days of a question, in the reporting zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DayRange {
    /// A named range of days before today.
    Interval(Interval),
    /// From a day on, to the day after the last.
    Days {
        /// The first day.
        from: NaiveDate,
        /// The first day that is no longer part of it.
        to: NaiveDate,
    },
}

impl Default for DayRange {
    /// The present month and the two before it up to today would change every day; the last whole month is what most ask for.
    fn default() -> Self {
        Self::Interval(Interval::LastMonths(1))
    }
}

impl DayRange {
    /// Returns the range of a named interval or of two days; the default where neither is stated.
    ///
    /// # Errors
    /// What is wrong, for people: both are stated, only one of the days is, or they are in the wrong order.
    pub fn of(
        interval: Option<Interval>,
        from: Option<NaiveDate>,
        to: Option<NaiveDate>,
    ) -> std::result::Result<Self, String> {
        match (interval, from, to) {
            (None, None, None) => Ok(Self::default()),
            (Some(interval), None, None) => Ok(Self::Interval(interval)),
            (None, Some(from), Some(to)) if from < to => Ok(Self::Days { from, to }),
            (None, Some(from), Some(to)) => Err(format!(
                "the days end on {to}, which is not after {from}: the end is the first day that does not count"
            )),
            (Some(_), ..) => Err("an interval and days say the same thing: leave one out".to_owned()),
            (None, ..) => {
                Err("days are stated by their first and by the day after the last: give both".to_owned())
            }
        }
    }

    /// Reads a day, such as `2026-09-15`, as options and configurations state it.
    ///
    /// ```
    /// use cursor_costs::report::DayRange;
    ///
    /// assert!(DayRange::day("2026-09-15").is_ok());
    /// assert!(DayRange::day("26-09-15").is_err(), "that would be a day of the year 26");
    /// ```
    ///
    /// # Errors
    /// What is wrong, for people.
    pub fn day(text: &str) -> std::result::Result<NaiveDate, String> {
        let day = text.parse::<NaiveDate>().ok().filter(|day| day.to_string() == text);
        day.ok_or_else(|| format!("`{text}` is not a day like 2026-09-15"))
    }

    pub(crate) fn window(self, today: NaiveDate, zone: FixedOffset) -> Result<Window> {
        match self {
            Self::Interval(interval) => interval.window(today, zone).map_err(Error::query),
            Self::Days { from, to } => Window::days_in(zone, from, to).map_err(Error::query),
        }
    }
}

impl CursorCosts {
    /// Answers a question over everything in the store.
    ///
    /// # Errors
    /// [`ErrorKind::Query`] for a question that makes no sense; [`ErrorKind::Rules`] and [`ErrorKind::People`] when the rules
    /// cannot be used, also where it names no owner; [`ErrorKind::Store`].
    pub async fn report(&self, request: &ReportRequest) -> Result<Report> {
        let span = Span::report();
        let report = span.around(self.answer(request)).await?;
        span.count("charges", usize::try_from(report.total.records).unwrap_or(usize::MAX));
        span.count("rows", report.rows.len());
        Ok(report)
    }

    async fn answer(&self, request: &ReportRequest) -> Result<Report> {
        let window = self.window(request.range)?;
        let mut query = Query::all_resources().window(window).zone(self.setup.zone).measure(request.measure);
        query.filter.clone_from(&request.filter);
        query.group_by.clone_from(&request.group_by);
        (query.bin, query.top) = (request.bin, request.top);
        (query.compare, query.cumulative, query.strict) =
            (request.compare, request.cumulative, request.strict);
        query.price_book = Some(list_prices().map_err(Error::query)?);
        let before = query.previous_window().map_err(Error::query)?;
        let all = Window::new(before.unwrap_or(window).start(), window.end()).map_err(Error::query)?;
        let loaded = self.load(all).await?;
        let rules = loaded.rules(self)?;
        let mut report = query.run(&loaded.ledger, &*rules).map_err(Error::query)?;
        report.gaps = self.without_future(report.gaps);
        if let Some(pseudonyms) = self.pseudonyms() {
            pseudonyms.rename_in_report(&mut report);
        }
        Ok(report)
    }

    /// Returns what is missing or may still change of a range, for all accounts.
    ///
    /// # Errors
    /// [`ErrorKind::Query`], [`ErrorKind::Store`].
    pub async fn gaps(&self, range: DayRange) -> Result<Vec<Gap>> {
        let window = self.window(range)?;
        let loaded = self.load(window).await?;
        Ok(self.without_future(loaded.ledger.gaps(window)))
    }

    /// Returns the days of a window in the reporting zone, the last of them included, such as `2026-10-01 to 2026-10-31`; its
    /// instants where it does not begin and end at midnight there.
    pub fn days_text(&self, window: Window) -> String {
        let [start, end] = [window.start(), window.end()]
            .map(|at| at.to_datetime().with_timezone(&self.setup.zone).naive_local());
        let last = end.date().pred_opt().filter(|last| *last >= start.date());
        let (Some(last), NaiveTime::MIN, NaiveTime::MIN) = (last, start.time(), end.time()) else {
            return window.to_string();
        };
        let first = start.date();
        let days = if first == last { first.to_string() } else { format!("{first} to {last}") };
        match self.setup.zone.local_minus_utc() {
            0 => days,
            _ => format!("{days} ({})", self.setup.zone),
        }
    }

    /// Returns the days of the first and the last step of a report that reach beyond its range, so that not all of them are in
    /// their rows.
    pub fn partial_steps(&self, report: &Report) -> Vec<Window> {
        let (Some(bin), Some(window)) = (report.bin, report.window) else { return Vec::new() };
        let zone = self.setup.zone;
        let last = Timestamp::from_millis(window.end().millis().saturating_sub(1)).unwrap_or(window.start());
        let mut partial = Vec::new();
        for at in [window.start(), last] {
            let start = bin.start_of(at, zone);
            let end = bin.end_of(at, zone).unwrap_or(window.end());
            let inside = Window::new(start, end).ok().and_then(|step| step.intersection(window));
            let is_cut = start < window.start() || end > window.end();
            if let Some(inside) = inside.filter(|inside| is_cut && !partial.contains(inside)) {
                partial.push(inside);
            }
        }
        partial
    }

    /// Returns whether some of a range was not read, so that its figures cannot be said: not what may still change, and not the
    /// time since a daily sync.
    pub fn is_missing(&self, gap: &Gap) -> bool {
        let now = self.now();
        let is_recent = gap.window.end() == now && now.millis() - gap.window.start().millis() < BETWEEN_SYNCS;
        gap.state != GapState::Provisional && !is_recent
    }

    /// Returns the gaps that lie before now: nobody misses what is still to come.
    fn without_future(&self, gaps: Vec<Gap>) -> Vec<Gap> {
        let now = self.now();
        let until_now = |mut gap: Gap| {
            gap.window = Window::new(gap.window.start(), gap.window.end().min(now)).ok()?;
            Some(gap)
        };
        gaps.into_iter().filter_map(until_now).collect()
    }

    /// Returns the saved report of a name.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`], with the names that there are.
    pub fn saved_report(&self, name: &str) -> Result<&ReportRequest> {
        let reports = self.saved_reports();
        let found = reports.iter().find(|report| report.name == name).map(|report| &report.request);
        found.ok_or_else(|| {
            let names: Vec<&str> = reports.iter().map(|report| report.name.as_str()).collect();
            let known = match names.as_slice() {
                [] => "the configuration has no [[report]]".to_owned(),
                names => format!("there are: {}", names.join(", ")),
            };
            Error::new(ErrorKind::NotFound, format!("there is no saved report `{name}`; {known}"))
        })
    }
}
