//! What the job prints.

use cost_ingest::RunReport;
use cost_model::report::{Measure, Query, Report, Row, Totals};
use cost_model::{
    CostRecord, Dimension, Filter, Ledger, Metric, Money, Result, Rounding, Tagger, TokenType, Window,
};
use cursor_cost_source::NO_USER;
use reconcile::Reconciliation;
use virtual_tags::Rules;

use crate::Failure;
use crate::screen::{Table, cents, grouped};

const TOP: usize = 10;
const UNALLOCATED: &str = "Unallocated";

pub struct Sections<'a> {
    pub account: &'a str,
    pub range: Window,
    pub run: &'a RunReport,
    pub records: &'a [CostRecord],
    pub ledger: &'a Ledger,
    pub rules: &'a Rules,
}

/// The exact sum of the amounts charged, as stated by the provider.
pub fn charged(records: &[CostRecord]) -> Result<Money> {
    Money::sum(records.iter().filter_map(|record| record.stated.charged))
}

/// How many records name neither a user nor a service account.
pub fn without_user(records: &[CostRecord]) -> usize {
    records.iter().filter(|record| record.resource.as_deref() == Some(NO_USER)).count()
}

impl Sections<'_> {
    pub fn print(&self, bridges: &[Reconciliation]) -> std::result::Result<(), Failure> {
        self.sync()?;
        self.by_month()?;
        self.costs("Cost by Subcategory", ["subcategory"], &[Dimension::Subcategory])?;
        let owners: Vec<Dimension> = self.rules.keys().iter().cloned().map(Dimension::VirtualTag).collect();
        if let [first, second, ..] = owners.as_slice() {
            let headings = [first.heading(), second.heading()];
            self.costs(
                &format!("Cost by {} and {}", headings[0], headings[1]),
                headings,
                &[first.clone(), second.clone()],
            )?;
        } else if let [only] = owners.as_slice() {
            self.costs(&format!("Cost by {}", only.heading()), [only.heading()], std::slice::from_ref(only))?;
        }
        self.costs("Cost by model", ["model"], &[Dimension::Service])?;
        self.tokens("Tokens by model", &self.query().group_by(Dimension::Service))?;
        self.top_users("Top users by tokens", Measure::Tokens)?;
        self.top_users("Top users by cost", Measure::default())?;
        for key in owners.iter().take(1) {
            self.one_team(key)?;
        }
        for key in &owners {
            self.coverage(key)?;
        }
        for bridge in bridges {
            let (from, to) = (bridge.period.start(), bridge.period.end());
            heading(&format!("From usage to invoice {}, {from} to {to} (USD)", bridge.invoice));
            for line in bridge.to_string().lines() {
                println!("  {line}");
            }
            self.warn_of_gaps(bridge);
        }
        Ok(())
    }

    fn sync(&self) -> std::result::Result<(), Failure> {
        println!(
            "Account {}, {} to {} (UTC, end excluded)",
            self.account,
            self.range.start(),
            self.range.end()
        );
        let charged = charged(self.records)?;
        println!("  events           {:>12}", grouped(self.run.records));
        println!("  announced        {:>12}", grouped(self.run.announced));
        println!("  windows          {:>12}", self.run.windows.len());
        println!("  requests         {:>12}  of which repeated: {}", self.run.requests, self.run.retries);
        println!("  without user     {:>12}", grouped(u64::try_from(without_user(self.records))?));
        println!("  unknown kinds    {:>12}", grouped(self.run.unknown_kinds));
        println!("  charged, as sent {:>12} USD, all kinds", charged.to_fixed(2, Rounding::HalfUp)?);
        Ok(())
    }

    fn query(&self) -> Query {
        Query::all_resources().window(self.range)
    }

    fn by_month(&self) -> Result<()> {
        let report = self.query().bin(cost_model::Bin::Month).run(self.ledger, self.rules)?;
        heading("Cost by month (USD)");
        let names = report
            .rows
            .iter()
            .map(|row| vec![row.bin.map(|bin| bin.format("%Y-%m").to_string()).unwrap_or_default()]);
        cost_table(["month"], names, &report)
    }

    fn costs<const N: usize>(&self, title: &str, headings: [&str; N], group_by: &[Dimension]) -> Result<()> {
        let query = group_by.iter().cloned().fold(self.query(), Query::group_by);
        let report = query.run(self.ledger, self.rules)?;
        heading(&format!("{title} (USD)"));
        cost_table(headings, report.rows.iter().map(keys), &report)
    }

    fn tokens(&self, title: &str, query: &Query) -> Result<()> {
        let report = query.clone().order_by(Measure::Tokens).run(self.ledger, self.rules)?;
        heading(title);
        token_table(&report)
    }

    fn top_users(&self, title: &str, measure: Measure) -> Result<()> {
        let users =
            self.query().group_by(Dimension::Resource).order_by(measure).run(self.ledger, self.rules)?;
        let by_model = self
            .query()
            .group_by(Dimension::Resource)
            .group_by(Dimension::Service)
            .order_by(measure)
            .run(self.ledger, self.rules)?;
        heading(title);
        let mut table =
            Table::new(["resource"]).figures(["tokens", "effective USD"]).text(["models, most first"]);
        for user in users.rows.iter().take(TOP) {
            let models: Vec<String> = by_model
                .rows
                .iter()
                .filter(|row| row.keys.first() == user.keys.first())
                .filter_map(|row| row.keys.get(1)?.as_deref().map(str::to_owned))
                .collect();
            let first = models.iter().take(3).cloned().collect::<Vec<_>>().join(", ");
            let shown = match models.len().saturating_sub(3) {
                0 => first,
                more => format!("{first} and {more} more"),
            };
            let amount = user.totals.effective.amount.to_fixed(2, Rounding::HalfUp)?;
            table.row(keys(user).into_iter().chain([
                grouped(user.totals.tokens.total()?.count()),
                amount,
                shown,
            ]));
        }
        table.print();
        Ok(())
    }

    /// The team with the highest cost, by model and token category.
    fn one_team(&self, key: &Dimension) -> Result<()> {
        let teams = self.query().group_by(key.clone()).run(self.ledger, self.rules)?;
        let named =
            |row: &&Row| row.keys.first().and_then(Option::as_deref).is_some_and(|team| team != UNALLOCATED);
        let Some(team) = teams.rows.iter().find(named).and_then(|row| row.keys.first()?.clone()) else {
            return Ok(());
        };
        let filter = Filter::parse(&format!("{key} = '{}'", team.replace('\'', "''")))?;
        let query = self.query().filter(filter).group_by(Dimension::Service);
        heading(&format!("{} {team} in depth: tokens by model and category", key.heading()));
        token_table(&query.clone().order_by(Measure::Tokens).run(self.ledger, self.rules)?)
    }

    /// How much of the cost has no owner, and whose it is.
    fn coverage(&self, key: &Dimension) -> Result<()> {
        let report = self.query().group_by(key.clone()).run(self.ledger, self.rules)?;
        let unowned = |row: &&Row| matches!(row.keys.first(), Some(None)) || keys(row) == [UNALLOCATED];
        let open = Money::sum(report.rows.iter().filter(unowned).map(|row| row.totals.effective.amount))?;
        let total = report.total.effective.amount;
        let name = key.heading();
        heading(&format!("Coverage of {name}"));
        let (open_text, total_text) =
            (open.to_fixed(2, Rounding::HalfUp)?, total.to_fixed(2, Rounding::HalfUp)?);
        println!("  {open_text} of {total_text} USD has no {name} ({})", percent(open, total));
        let filter = Filter::parse(&format!("{key} = '{UNALLOCATED}' OR {key} = NULL"))?;
        let whose = self.query().filter(filter).group_by(Dimension::Resource).run(self.ledger, self.rules)?;
        let mut table = Table::new(["resource"]).figures(["events", "effective USD"]);
        for row in whose.rows.iter().take(TOP) {
            let amount = row.totals.get(Metric::Effective).amount.to_fixed(2, Rounding::HalfUp)?;
            table.row(keys(row).into_iter().chain([grouped(row.totals.records), amount]));
        }
        if !whose.rows.is_empty() {
            table.print();
        }
        Ok(())
    }

    fn warn_of_gaps(&self, bridge: &Reconciliation) {
        if bridge.months.start() < self.range.start() || bridge.months.end() > self.range.end() {
            let (from, to) = (bridge.months.start().date(), bridge.months.end().date());
            println!(
                "  note: only part of {from} to {to} was read; read all of it with --from {from} --to {to}"
            );
        }
    }
}

fn heading(title: &str) {
    println!("\n{title}");
}

fn keys(row: &Row) -> Vec<String> {
    row.keys.iter().map(|key| key.as_deref().unwrap_or("(none)").to_owned()).collect()
}

fn cost_table<const N: usize>(
    headings: [&str; N],
    names: impl Iterator<Item = Vec<String>>,
    report: &Report,
) -> Result<()> {
    let mut table = Table::new(headings).figures(["events", "effective", "billed", "list"]);
    let column = |metric: Metric| {
        cents(&report.rows.iter().map(|row| row.totals.get(metric).amount).collect::<Vec<_>>())
    };
    let (effective, billed, list) =
        (column(Metric::Effective)?, column(Metric::Billed)?, column(Metric::List)?);
    let figures = effective.into_iter().zip(billed).zip(list);
    for ((name, row), ((effective, billed), list)) in names.zip(&report.rows).zip(figures) {
        table.row(name.into_iter().chain([grouped(row.totals.records), effective, billed, list]));
    }
    table.rule();
    let total = |metric| report.total.get(metric).amount.to_fixed(2, Rounding::HalfUp);
    let mut last = vec![String::new(); N];
    if let Some(first) = last.first_mut() {
        "total".clone_into(first);
    }
    let figures = [total(Metric::Effective)?, total(Metric::Billed)?, total(Metric::List)?];
    table.row(last.into_iter().chain([grouped(report.total.records)]).chain(figures));
    table.print();
    missing(&report.total);
    Ok(())
}

fn token_table(report: &Report) -> Result<()> {
    let types = TokenType::ALL.map(TokenType::name);
    let mut table = Table::new(["model"]).figures(types).figures(["all tokens", "effective USD"]);
    let amounts = cents(&report.rows.iter().map(|row| row.totals.effective.amount).collect::<Vec<_>>())?;
    let counts = |totals: &Totals| -> Result<Vec<String>> {
        let mut counts: Vec<String> =
            TokenType::ALL.map(|each| grouped(totals.tokens.get(each).count())).to_vec();
        counts.push(grouped(totals.tokens.total()?.count()));
        Ok(counts)
    };
    for (row, amount) in report.rows.iter().zip(amounts) {
        table.row(keys(row).into_iter().chain(counts(&row.totals)?).chain([amount]));
    }
    table.rule();
    let total = report.total.effective.amount.to_fixed(2, Rounding::HalfUp)?;
    table.row(["total".to_owned()].into_iter().chain(counts(&report.total)?).chain([total]));
    table.print();
    Ok(())
}

/// Unknown is not zero: says how many events state no amount.
fn missing(total: &Totals) {
    for metric in [Metric::Effective, Metric::Billed, Metric::List] {
        let count = total.get(metric).missing;
        if count > 0 {
            println!("  {} events state no {metric} cost", grouped(count));
        }
    }
}

fn percent(part: Money, whole: Money) -> String {
    let tenths = part.units().checked_mul(1000).and_then(|part| part.checked_div(whole.units()));
    tenths.map_or_else(|| "no cost at all".to_owned(), |tenths| format!("{}.{} %", tenths / 10, tenths % 10))
}
