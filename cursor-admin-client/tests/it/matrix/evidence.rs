//! What a reader was shown, and what it can conclude from that.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::stage::{Answer, Run};

/// What a reader looks at. A reader that leaves one out is a planted defect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Check {
    /// Every page announces the same count.
    SteadyCount,
    /// As many rows came as were announced.
    Sum,
    /// Every page says that it is the one asked for.
    Echo,
    /// The last row of a page differs from the first of the next.
    Edges,
    /// Equal rows on an edge are believed only if two reads agree.
    Agreement,
    /// Only what lies in the half-open window is requested.
    Window,
}

impl Check {
    pub(super) const ALL: [Self; 6] =
        [Self::SteadyCount, Self::Sum, Self::Echo, Self::Edges, Self::Agreement, Self::Window];
}

/// A page as served.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Page<'a> {
    #[serde(rename = "totalUsageEventsCount")]
    announced: usize,
    #[serde(rename = "usageEvents", alias = "usageEventsDisplay", borrow)]
    pub(super) rows: Vec<&'a RawValue>,
    pub(super) pagination: Pagination,
    /// The page that was requested.
    #[serde(skip)]
    pub(super) asked: u64,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Pagination {
    #[serde(rename = "currentPage")]
    current: u64,
    #[serde(rename = "hasNextPage")]
    pub(super) has_next: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Finding {
    Sound,
    /// Equal rows on an edge.
    Doubtful,
    Contradictory,
}

impl<'a> Page<'a> {
    pub(super) fn of(body: &'a [u8], asked: u64) -> Self {
        Self { asked, ..serde_json::from_slice(body).unwrap() }
    }
}

/// What a whole read shows by itself, with or without one of the checks.
pub(super) fn look(pages: &[Page<'_>], without: Option<Check>) -> Finding {
    let looks_at = |check| without != Some(check);
    let announced = pages[0].announced;
    let unfinished = pages.last().is_none_or(|page| page.pagination.has_next);
    let received: usize = pages.iter().map(|page| page.rows.len()).sum();
    let unsteady = pages.iter().any(|page| page.announced != announced);
    let astray = pages.iter().any(|page| page.pagination.current != page.asked);
    if unfinished
        || (unsteady && looks_at(Check::SteadyCount))
        || (received != announced && looks_at(Check::Sum))
        || (astray && looks_at(Check::Echo))
    {
        return Finding::Contradictory;
    }
    let full: Vec<_> = pages.iter().filter(|page| !page.rows.is_empty()).collect();
    let equal = |pair: &[&Page<'_>]| pair[0].rows.last().unwrap().get() == pair[1].rows[0].get();
    let doubtful = looks_at(Check::Edges) && full.windows(2).any(equal);
    if doubtful { Finding::Doubtful } else { Finding::Sound }
}

/// The rows of a read in an order of their own.
pub(super) fn tally<'a>(pages: &[Page<'a>]) -> Vec<&'a str> {
    let mut rows: Vec<_> = pages.iter().flat_map(|page| &page.rows).map(|row| row.get()).collect();
    rows.sort_unstable();
    rows
}

/// One walk over the pages: which requests were answered well.
#[derive(Clone, Debug, Default)]
pub(super) struct Walk {
    pub(super) requests: Vec<usize>,
}

impl Walk {
    pub(super) fn pages<'a>(&self, run: &'a Run) -> Vec<Page<'a>> {
        let page = |at: &usize| Page::of(&run.answers[*at].body, asked(&run.log[*at].body));
        self.requests.iter().map(page).collect()
    }

    /// The revisions of the data that its answers showed, from the first to the last.
    pub(super) fn revisions(&self, run: &Run) -> std::ops::RangeInclusive<u64> {
        let shown = || self.answers(run).map(|answer| run.log[answer.from].revision);
        shown().min().unwrap()..=shown().max().unwrap()
    }

    pub(super) fn answers<'a>(&self, run: &'a Run) -> impl Iterator<Item = &'a Answer> {
        self.requests.iter().map(|at| &run.answers[*at])
    }
}

/// All walks of a run: a good first page begins one.
pub(super) fn walks(run: &Run) -> Vec<Walk> {
    let mut walks: Vec<Walk> = Vec::new();
    for (at, (sent, answer)) in run.log.iter().zip(&run.answers).enumerate() {
        if !answer.good {
            continue;
        }
        if asked(&sent.body) == 1 {
            walks.push(Walk::default());
        }
        walks.last_mut().expect("page 1 comes first").requests.push(at);
    }
    walks
}

/// The page that a request asks for.
pub(super) fn asked(body: &str) -> u64 {
    let (_, rest) = body.split_once(r#""page":"#).expect("a page is requested");
    rest.split(|letter: char| !letter.is_ascii_digit()).next().unwrap().parse().unwrap()
}
