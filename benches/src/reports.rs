//! The reports that are measured, and a company's charges as the two contestants have them.

use std::collections::BTreeMap;

use cost_model::report::Bin;
use cost_model::report::{Query, Report};
use cost_model::{Currency, Dimension, Filter, Ledger};
use virtual_tags::ResolvedRules;

use crate::columns::Columns;
use crate::{Company, Failure, Figures};

pub(crate) const KEPT_KIND: &str = "Usage-based";
pub(crate) const KEPT_SERVICES: [&str; 4] =
    ["Claude 4.5 Sonnet", "Claude 4.5 Opus High Thinking", "GPT 5.1 Codex", "Auto"];

/// The rows of a report by the texts of their keys, the day first where there is one.
pub type Totals = BTreeMap<Vec<String>, Figures>;

/// Charges as a ledger with its rules, and as columns.
pub struct Contestants {
    pub rules: ResolvedRules,
    pub ledger: Ledger,
    pub columns: Columns,
}

impl Contestants {
    pub fn new(company: &Company) -> Result<Self, Failure> {
        let rules = company.rules()?;
        let (mut builder, mut columns) = (Ledger::builder(Currency::USD), Columns::default());
        company.for_each(&mut |record| {
            builder.push(record)?;
            columns.push(record, &rules)
        })?;
        Ok(Self { ledger: builder.build(), rules, columns })
    }
}

/// By day, model and team.
pub fn by_day_model_team() -> Query {
    let team = Dimension::VirtualTag("Team".into());
    Query::all_resources().group_by(Dimension::ServiceId).group_by(team).bin(Bin::Day)
}

/// By service alone.
pub fn by_service() -> Query {
    Query::all_resources().group_by(Dimension::Service)
}

/// By service, of one kind and four services.
pub fn by_service_filtered() -> Result<Query, Failure> {
    let services = KEPT_SERVICES.map(|service| format!("'{service}'")).join(", ");
    let filter = format!("costs.subcategory = '{KEPT_KIND}' AND costs.service IN ({services})");
    Ok(by_service().filter(Filter::parse(&filter)?))
}

/// What a report says.
pub fn totals_of(report: &Report) -> Totals {
    let mut totals = BTreeMap::new();
    for row in &report.rows {
        let day = row.bin.map(|bin| bin.date().to_string());
        let keys = row.keys.iter().map(|key| key.as_deref().unwrap_or_default().to_owned());
        totals.insert(day.into_iter().chain(keys).collect(), Figures::from(&row.totals));
    }
    totals
}
