//! What the job prints.

use std::sync::Arc;

use cost_ingest::RunReport;
use cost_model::money::TokenType;
use cost_model::output::{amount, cut, for_terminal};
use cost_model::report::{Bin, Column, Measure, Query, Report, Row};
use cost_model::{Dimension, Filter, Ledger, Metric, Money, Pseudonyms, Result, Tagger, Window};
use reconcile::{Invoice, Reconciliation};
use virtual_tags::ResolvedRules;

use crate::counts::Counts;
use examples::printer::table_width;
use examples::{
    Failure, TextTable, counted, grouped, outln, percent, print_indented, print_invoice_remarks,
    print_run_remarks,
};

const TOP: usize = 10;

/// All that fits beside the name of a model on a terminal of 80 columns.
const TOKENS: [Column; 4] = [
    Column::Tokens(TokenType::Input),
    Column::Tokens(TokenType::Output),
    Column::Tokens(TokenType::CacheWrite),
    Column::Tokens(TokenType::CacheRead),
];

pub struct Sections<'a> {
    pub account: &'a str,
    pub range: Window,
    pub run: &'a RunReport,
    pub counts: &'a Counts,
    pub ledger: &'a Ledger,
    pub rules: &'a ResolvedRules,
    /// Other names for the people in what is printed.
    pub pseudonyms: Option<&'a Pseudonyms>,
}

impl Sections<'_> {
    pub fn print(
        &self,
        invoices: &[Invoice],
        bridges: &[Reconciliation],
    ) -> std::result::Result<(), Failure> {
        self.sync();
        self.notes();
        self.by_month()?;
        self.costs("Cost by Subcategory", &[Dimension::Subcategory])?;
        let owners: Vec<Dimension> = self.rules.keys().iter().cloned().map(Dimension::VirtualTag).collect();
        let first: Vec<&str> = owners.iter().take(2).map(Dimension::heading).collect();
        if !first.is_empty() {
            self.costs(
                &format!("Cost by {}", first.join(" and ")),
                owners.get(..first.len()).unwrap_or_default(),
            )?;
        }
        self.costs("Cost by model", &[Dimension::Service])?;
        self.tokens("Tokens by model", self.query())?;
        self.top_users("Top users by tokens", Measure::Tokens)?;
        self.top_users("Top users by cost", Measure::default())?;
        for key in owners.iter().take(1) {
            self.one_team(key)?;
        }
        for key in &owners {
            self.coverage(key)?;
        }
        for (invoice, bridge) in invoices.iter().zip(bridges) {
            let (from, to) = (bridge.period.start(), bridge.period.end());
            heading(&format!("From usage to invoice {}, {from} to {to} (USD)", bridge.invoice));
            print_indented(&bridge.to_string());
            outln!("  {}", bridge.conclusion());
            self.warn_of_gaps(bridge);
            print_invoice_remarks(invoice);
        }
        Ok(())
    }

    fn sync(&self) {
        outln!(
            "Account {}, {} to {} (UTC, end excluded)",
            for_terminal(self.account),
            self.range.start(),
            self.range.end()
        );
        outln!("  events           {:>12}", grouped(self.run.records));
        outln!("  announced        {:>12}", grouped(self.run.announced));
        outln!("  windows          {:>12}", self.run.windows.len());
        outln!("  requests         {:>12}  of which repeated: {}", self.run.requests, self.run.retries);
        outln!("  without user     {:>12}", grouped(self.counts.without_user));
        outln!("  unknown kinds    {:>12}", grouped(self.run.unknown_kinds));
        outln!("  charged, as sent {:>12} USD, all kinds", amount(self.counts.charged));
        if self.counts.derived > 0 {
            let charges = counted(self.counts.derived, "charge");
            outln!(
                "  derived costs    {charges}: no amount charged was stated, and the cost is worked out from the others"
            );
        }
        print_run_remarks(self.run);
    }

    /// What is likely wrong with the rules and the directory.
    fn notes(&self) {
        let findings = self.rules.rules().check();
        if !findings.is_empty() {
            heading("Notes on rules and directory");
        }
        for finding in findings {
            outln!("  {finding}");
        }
    }

    fn query(&self) -> Query {
        Query::all_resources().window(self.range)
    }

    /// The answer to a query, without the names of people where they are not wanted.
    fn report(&self, query: &Query) -> Result<Report> {
        let mut report = query.run(self.ledger, self.rules)?;
        if let Some(pseudonyms) = self.pseudonyms {
            pseudonyms.rename_in_report(&mut report);
        }
        Ok(report)
    }

    /// A value as it is printed.
    fn name(&self, value: &str) -> String {
        let named = self.pseudonyms.map_or(value.into(), |pseudonyms| pseudonyms.rename_value(value));
        for_terminal(&named).into_owned()
    }

    fn by_month(&self) -> Result<()> {
        let report = self.report(&self.query().bin(Bin::Month))?;
        heading("Cost by month (USD)");
        print_indented(&report.to_text_within(&Column::COSTS, table_width())?);
        Ok(())
    }

    fn costs(&self, title: &str, group_by: &[Dimension]) -> Result<()> {
        let query = group_by.iter().cloned().fold(self.query(), Query::group_by);
        heading(&format!("{title} (USD)"));
        print_indented(&self.report(&query)?.to_text_within(&Column::COSTS, table_width())?);
        Ok(())
    }

    fn tokens(&self, title: &str, query: Query) -> Result<()> {
        let report = self.report(&query.group_by(Dimension::Service).measure(Measure::Tokens))?;
        heading(title);
        print_indented(&report.to_text_within(&TOKENS, table_width())?);
        Ok(())
    }

    fn top_users(&self, title: &str, measure: Measure) -> Result<()> {
        let query = self.query().group_by(Dimension::Resource).measure(measure);
        let users = self.report(&query)?;
        let by_model = self.report(&query.group_by(Dimension::Service))?;
        heading(title);
        let mut table = TextTable::new()
            .within(table_width())
            .text(["resource"])
            .figures(["tokens", "effective USD"])
            .text(["models, most first"]);
        for user in users.rows.iter().take(TOP) {
            let models: Vec<String> = by_model
                .rows
                .iter()
                .filter(|row| row.keys.first() == user.keys.first())
                .filter_map(|row| row.keys.get(1)?.as_deref().map(short))
                .collect();
            let first = models.iter().take(3).cloned().collect::<Vec<_>>().join(", ");
            let shown = match models.len().saturating_sub(3) {
                0 => first,
                more => format!("{first} and {more} more"),
            };
            table.row(keys(user).into_iter().chain([
                grouped(user.totals.tokens.total()?.count()),
                amount(user.totals.effective.amount),
                shown,
            ]));
        }
        print_indented(&table.to_string());
        Ok(())
    }

    /// The team with the highest cost, by model and token category.
    fn one_team(&self, key: &Dimension) -> Result<()> {
        let teams = self.query().group_by(key.clone()).run(self.ledger, self.rules)?;
        let default = self.default_of(key);
        let named = |row: &&Row| row.keys.first().is_some_and(|team| team.is_some() && *team != default);
        let Some(team) = teams.rows.iter().find(named).and_then(|row| row.keys.first()?.clone()) else {
            return Ok(());
        };
        let filter = Filter::parse(&format!("{key} = '{}'", team.replace('\'', "''")))?;
        let title = format!("{} {} in depth: tokens by model and category", key.heading(), self.name(&team));
        self.tokens(&title, self.query().filter(filter))
    }

    /// How much of the cost has no owner, and whose it is.
    fn coverage(&self, key: &Dimension) -> Result<()> {
        let report = self.query().group_by(key.clone()).run(self.ledger, self.rules)?;
        let default = self.default_of(key);
        let unowned = |row: &&Row| row.keys.first().is_some_and(|value| value.is_none() || *value == default);
        let open = Money::sum(report.rows.iter().filter(unowned).map(|row| row.totals.effective.amount))?;
        let total = report.total.effective.amount;
        let name = key.heading();
        heading(&format!("Coverage of {name}"));
        let share = percent(open, total, 1).unwrap_or_else(|| "there is no cost".to_owned());
        outln!("  {} of {} USD has no {name} ({share})", amount(open), amount(total));
        let by_default = default.map(|value| format!("{key} = '{}' OR ", value.replace('\'', "''")));
        let filter = Filter::parse(&format!("{}{key} = NULL", by_default.unwrap_or_default()))?;
        let whose = self.report(&self.query().filter(filter).group_by(Dimension::Resource))?;
        let mut table =
            TextTable::new().within(table_width()).text(["resource"]).figures(["events", "effective USD"]);
        for row in whose.rows.iter().take(TOP) {
            let cost = row.totals.get(Metric::Effective).amount;
            table.row(keys(row).into_iter().chain([grouped(row.totals.records), amount(cost)]));
        }
        if !whose.rows.is_empty() {
            print_indented(&table.to_string());
        }
        Ok(())
    }

    /// The value of charges that no rule of a key matches.
    fn default_of(&self, key: &Dimension) -> Option<Arc<str>> {
        self.rules.rules().default_of(key.heading()).cloned()
    }

    fn warn_of_gaps(&self, bridge: &Reconciliation) {
        if bridge.months.start() < self.range.start() || bridge.months.end() > self.range.end() {
            let (from, to) = (bridge.months.start().date(), bridge.months.end().date());
            outln!(
                "  note: only part of {from} to {to} was read; read all of it with --from {from} --to {to}"
            );
        }
    }
}

fn heading(title: &str) {
    outln!("\n{}", for_terminal(title));
}

fn keys(row: &Row) -> Vec<String> {
    row.keys.iter().map(|key| key.as_deref().unwrap_or("(none)").to_owned()).collect()
}

/// A name among others in a cell.
fn short(name: &str) -> String {
    cut(&for_terminal(name), 40).into_owned()
}
