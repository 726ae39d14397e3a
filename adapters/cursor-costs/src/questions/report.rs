//! Reports: charges filtered, grouped and added up.

use chrono::NaiveTime;
use cost_model::report::{Query, Report};
use cost_model::store::{Gap, GapState};
use cost_model::{Timestamp, Window};
use cursor_cost_source::list_prices;

use crate::costs::{CursorCosts, Loaded};
use crate::error::{Error, ErrorKind, Result};
use crate::questions::status::BETWEEN_SYNCS;
use crate::request::{DayRange, ReportRequest};
use crate::spans::Span;

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
        report.gaps = self.gaps_that_count(&loaded, report.gaps);
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
        Ok(self.gaps_that_count(&loaded, loaded.ledger.gaps(window)))
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

    /// Returns the days of a report's range that have not come, from tomorrow on; its figures lack whatever will be charged on
    /// them.
    pub fn days_to_come(&self, report: &Report) -> Option<Window> {
        let window = report.window?;
        let today = Window::days_in(self.setup.zone, self.today(), self.today().succ_opt()?).ok()?;
        Window::new(window.start().max(today.end()), window.end()).ok()
    }

    /// Returns whether some of a range was not read, so that its figures cannot be said: not what may still change, and not the
    /// time since a daily sync.
    pub fn is_missing(&self, gap: &Gap) -> bool {
        let now = self.now();
        let is_recent = gap.window.end() == now && now.millis() - gap.window.start().millis() < BETWEEN_SYNCS;
        gap.state != GapState::Provisional && !is_recent
    }

    /// Returns the gaps that lie before now, since nobody misses what is still to come, and before the end of an account that
    /// nobody reads any more.
    fn gaps_that_count(&self, loaded: &Loaded, gaps: Vec<Gap>) -> Vec<Gap> {
        let now = self.now();
        let mut counted = Vec::new();
        for mut gap in gaps {
            let end = gap.connection.as_ref().and_then(|account| loaded.ended.get(account)).copied();
            let end = gap.window.end().min(now).min(end.unwrap_or(now));
            if let Ok(window) = Window::new(gap.window.start(), end) {
                gap.window = window;
                counted.push(gap);
            }
        }
        counted
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
