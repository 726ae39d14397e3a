//! The overview: what of a range a company looks at first, for people.

use std::fmt::Display;
use std::sync::Arc;

use cost_model::money::TokenType;
use cost_model::output::{TextTable, amount, cut, for_terminal, grouped, percent};
use cost_model::report::{Bin, Column, Measure, Report, Row};
use cost_model::{Dimension, Filter, Money, Result as ModelResult};

use crate::costs::CursorCosts;
use crate::error::{Error, Result};
use crate::request::{DayRange, ReportRequest};

/// How many people are listed.
const TOP: usize = 10;

/// All that fits beside the name of a model on a terminal of 80 columns.
const TOKENS: [Column; 4] = [
    Column::Tokens(TokenType::Input),
    Column::Tokens(TokenType::Output),
    Column::Tokens(TokenType::CacheWrite),
    Column::Tokens(TokenType::CacheRead),
];

impl CursorCosts {
    /// Returns what of a range a company looks at first, as text of at most `width` columns where that can be: costs by month,
    /// kind of charge, owner and model, tokens by model, the top users, one team in depth, and who has no owner.
    ///
    /// `team` is the value of the first key of the rules that is shown in depth; the one with the highest cost without it.
    /// Every figure is one of [`report`](Self::report).
    ///
    /// # Errors
    /// As [`Self::report`].
    pub async fn overview(&self, range: DayRange, team: Option<&str>, width: usize) -> Result<String> {
        let mut overview =
            Overview { costs: self, range, width: width.saturating_sub(2), text: String::new() };
        self.load_people().await?;
        let rules = self.setup.ownership.rules()?;
        if self.pseudonyms().is_none() {
            overview.findings(&rules.check());
        }
        let months = ReportRequest { bin: Some(Bin::Month), ..overview.request() };
        overview.report("Cost by month (USD)", &months, &Column::COSTS).await?;
        overview.grouped_by("Cost by Subcategory (USD)", &[Dimension::Subcategory], &Column::COSTS).await?;
        let keys: Vec<Dimension> = rules.keys().iter().cloned().map(Dimension::VirtualTag).collect();
        let owners = keys.get(..keys.len().min(2)).unwrap_or_default();
        if !owners.is_empty() {
            let names: Vec<&str> = owners.iter().map(Dimension::heading).collect();
            overview
                .grouped_by(&format!("Cost by {} (USD)", names.join(" and ")), owners, &Column::COSTS)
                .await?;
        }
        overview.grouped_by("Cost by model (USD)", &[Dimension::Service], &Column::COSTS).await?;
        overview.tokens("Tokens by model", None).await?;
        overview.top_users("Top users by tokens", Measure::Tokens).await?;
        overview.top_users("Top users by cost", Measure::default()).await?;
        for key in keys.iter().take(1) {
            overview.in_depth(key, team, rules.default_of(key.heading())).await?;
        }
        for key in &keys {
            overview.coverage(key, rules.default_of(key.heading())).await?;
        }
        Ok(overview.text)
    }
}

struct Overview<'a> {
    costs: &'a CursorCosts,
    range: DayRange,
    width: usize,
    text: String,
}

impl Overview<'_> {
    fn request(&self) -> ReportRequest {
        ReportRequest { range: self.range, ..ReportRequest::default() }
    }

    fn heading(&mut self, title: &str) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        self.text.push_str(&for_terminal(title));
        self.text.push('\n');
    }

    fn indented(&mut self, text: impl Display) {
        for line in text.to_string().lines() {
            self.text.push_str("  ");
            self.text.push_str(line);
            self.text.push('\n');
        }
    }

    /// What is likely wrong with the rules and the people.
    fn findings(&mut self, findings: &[virtual_tags::Finding]) {
        if !findings.is_empty() {
            self.heading("Notes on rules and directory");
        }
        for finding in findings {
            self.indented(finding);
        }
    }

    async fn report(&mut self, title: &str, request: &ReportRequest, columns: &[Column]) -> Result<()> {
        let report = self.costs.report(request).await?;
        self.heading(title);
        self.indented(report.to_text_within(columns, self.width).map_err(Error::query)?);
        Ok(())
    }

    async fn grouped_by(&mut self, title: &str, group_by: &[Dimension], columns: &[Column]) -> Result<()> {
        let request = ReportRequest { group_by: group_by.to_vec(), ..self.request() };
        self.report(title, &request, columns).await
    }

    async fn tokens(&mut self, title: &str, filter: Option<Filter>) -> Result<()> {
        let group_by = vec![Dimension::Service];
        let request = ReportRequest { filter, group_by, measure: Measure::Tokens, ..self.request() };
        self.report(title, &request, &TOKENS).await
    }

    async fn top_users(&mut self, title: &str, measure: Measure) -> Result<()> {
        let group_by = vec![Dimension::Resource];
        let request = ReportRequest { group_by, measure, ..self.request() };
        let users = self.costs.report(&request).await?;
        let group_by = vec![Dimension::Resource, Dimension::Service];
        let by_model = self.costs.report(&ReportRequest { group_by, ..request }).await?;
        self.heading(title);
        let mut table = TextTable::new()
            .within(self.width)
            .text(["resource"])
            .figures(["tokens", "effective USD"])
            .text(["models, most first"]);
        for user in users.rows.iter().take(TOP) {
            let tokens = user.totals.tokens.total().map_err(Error::query)?.count();
            let cost = amount(user.totals.effective.amount);
            table.row([first_key(user), grouped(tokens), cost, models_of(user, &by_model)]);
        }
        self.indented(table);
        Ok(())
    }

    /// One team by model and token category.
    async fn in_depth(
        &mut self,
        key: &Dimension,
        team: Option<&str>,
        default: Option<&Arc<str>>,
    ) -> Result<()> {
        let teams =
            self.costs.report(&ReportRequest { group_by: vec![key.clone()], ..self.request() }).await?;
        let named =
            |row: &&Row| row.keys.first().is_some_and(|value| value.is_some() && value.as_ref() != default);
        let highest = teams.rows.iter().find(named).and_then(|row| row.keys.first()?.as_deref());
        let Some(team) = team.or(highest) else { return Ok(()) };
        let filter = equals(key, team).map_err(Error::query)?;
        let title = format!("{} {team} in depth: tokens by model and category", key.heading());
        self.tokens(&title, Some(filter)).await
    }

    /// How much of the cost has no owner, and whose it is.
    async fn coverage(&mut self, key: &Dimension, default: Option<&Arc<str>>) -> Result<()> {
        let report =
            self.costs.report(&ReportRequest { group_by: vec![key.clone()], ..self.request() }).await?;
        let is_open =
            |row: &&Row| row.keys.first().is_some_and(|value| value.is_none() || value.as_ref() == default);
        let open = Money::sum(report.rows.iter().filter(is_open).map(|row| row.totals.effective.amount));
        let (open, total) = (open.map_err(Error::query)?, report.total.effective.amount);
        let name = key.heading().to_owned();
        self.heading(&format!("Coverage of {name}"));
        let share = percent(open, total, 1).unwrap_or_else(|| "there is no cost".to_owned());
        self.indented(format!("{} of {} USD has no {name} ({share})", amount(open), amount(total)));
        let sentence = match default {
            Some(default) => format!("{key} = '{}' OR {key} = NULL", default.replace('\'', "''")),
            None => format!("{key} = NULL"),
        };
        let filter = Filter::parse(&sentence).map_err(Error::query)?;
        let group_by = vec![Dimension::Resource];
        let whose =
            self.costs.report(&ReportRequest { filter: Some(filter), group_by, ..self.request() }).await?;
        let mut table =
            TextTable::new().within(self.width).text(["resource"]).figures(["events", "effective USD"]);
        for row in whose.rows.iter().take(TOP) {
            table.row([first_key(row), grouped(row.totals.records), amount(row.totals.effective.amount)]);
        }
        if !whose.rows.is_empty() {
            self.indented(table);
        }
        Ok(())
    }
}

/// The filter of charges that have a value of a key.
fn equals(key: &Dimension, value: &str) -> ModelResult<Filter> {
    Filter::parse(&format!("{key} = '{}'", value.replace('\'', "''")))
}

fn first_key(row: &Row) -> String {
    row.keys.first().and_then(Option::as_deref).unwrap_or("(none)").to_owned()
}

/// The models of a user, most first, as a few words.
fn models_of(user: &Row, by_model: &Report) -> String {
    let of_user = by_model.rows.iter().filter(|row| row.keys.first() == user.keys.first());
    let models: Vec<String> = of_user
        .filter_map(|row| row.keys.get(1)?.as_deref().map(|model| cut(&for_terminal(model), 40).into_owned()))
        .collect();
    let first = models.iter().take(3).cloned().collect::<Vec<_>>().join(", ");
    match models.len().saturating_sub(3) {
        0 => first,
        more => format!("{first} and {more} more"),
    }
}
