//! From pages on disk to totals by day, model and team, beside nothing but a parse of the same pages.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use cost_model::money::TokenType;
use cost_model::{Currency, Ledger, Metric};
use cursor_admin_client::endpoints::usage_events::UsageEventsPage;
use cursor_cost_source::Mapping;
use virtual_tags::ResolvedRules;

use crate::pages::PlainPage;
use crate::reports::by_day_model_team;
use crate::{Failure, WrittenRule};

/// What every contestant must agree on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome {
    pub groups: usize,
    /// In units of 10^-22 cents.
    pub cents: i128,
    pub tokens: u64,
    pub events: u64,
}

/// `groups G  cents C  tokens T  events N`, with twenty decimals of a cent, as `duckdb_whole_way.py` prints them.
impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const CENT: i128 = 10_i128.pow(20);
        // Rounded half up from 22 decimals.
        let cents = (self.cents + 50).div_euclid(100);
        let (whole, fraction) = (cents.div_euclid(CENT), cents.rem_euclid(CENT));
        write!(f, "groups {}  cents {whole}.{fraction:020}  ", self.groups)?;
        write!(f, "tokens {}  events {}", self.tokens, self.events)
    }
}

/// The whole way: reads each page with the client, maps its events, fills a ledger, compiles the rules, groups.
///
/// What is summed is what Cursor says it charged, whatever the kind of the event, because other programs do not know what
/// kinds mean: it takes the place of the effective amount, which the mapping has worked out all the same.
pub fn whole_way(folder: &Path, rules: &[WrittenRule]) -> Result<Outcome, Failure> {
    let mut mapping = Mapping::new("Acme");
    let mut ledger = Ledger::builder(Currency::USD);
    for path in pages_of(folder)? {
        let page = UsageEventsPage::map_json(&fs::read(path)?, |event| {
            let mut record = mapping.record(event);
            record.costs.effective = record.stated.charged;
            ledger.push(&record)
        })?;
        page.events.into_iter().collect::<Result<(), _>>()?;
    }
    outcome(&ledger.build(), &WrittenRule::compile(rules)?)
}

fn outcome(ledger: &Ledger, rules: &ResolvedRules) -> Result<Outcome, Failure> {
    let report = by_day_model_team().run(ledger, rules)?;
    let total = &report.total;
    Ok(Outcome {
        groups: report.rows.len(),
        cents: total.get(Metric::Effective).amount.units(),
        tokens: TokenType::ALL.iter().map(|token_type| total.tokens.get(*token_type).count()).sum(),
        events: total.records,
    })
}

/// The floor: plain serde into owned strings and floats, and nothing else. Gives the number of events.
pub fn parse_alone(folder: &Path) -> Result<u64, Failure> {
    let mut events = 0;
    for path in pages_of(folder)? {
        let page: PlainPage = serde_json::from_slice(&fs::read(path)?)?;
        events += u64::try_from(page.usage_events.len())?;
    }
    Ok(events)
}

/// The files of `pages` in order of their names.
pub(crate) fn pages_of(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut pages = Vec::new();
    for entry in fs::read_dir(folder.join("pages"))? {
        pages.push(entry?.path());
    }
    pages.sort_unstable();
    Ok(pages)
}
