//! `report`: charges filtered, grouped and added up.

use cost_model::Metric;
use cost_model::money::TokenType;
use cost_model::report::{Column, Measure, Report as Answer};
use cost_model::store::Gap;
use cursor_costs::documents::ReportDocument;
use cursor_costs::request::ReportRequest;
use cursor_costs::{CursorCosts, Result};

use crate::arguments::{Format, Report};
use crate::outcome::Outcome;
use crate::output::{Output, Text};

pub(crate) async fn run(costs: &CursorCosts, report: Report, output: &Output) -> Result<Outcome> {
    let request = request(costs, report)?;
    let answer = costs.report(&request).await?;
    let failed = |error| {
        cursor_costs::Error::new(cursor_costs::ErrorKind::Query, "the report cannot be printed")
            .because(error)
    };
    let missing: Vec<&Gap> = answer.gaps.iter().filter(|gap| costs.is_missing(gap)).collect();
    let outcome = Outcome { cannot_be_said: !missing.is_empty(), ..Outcome::DONE };
    match output.format() {
        Format::Text => {
            let mut text = Text::default();
            text.line(days(costs, &answer));
            text.add(answer.to_text_within(&columns(&answer), output.width).map_err(failed)?);
            for step in costs.partial_steps(&answer) {
                text.line(format_args!("only a part of its step is in the range: {}", costs.days_text(step)));
            }
            if let Some(days) = costs.days_to_come(&answer) {
                text.line(format_args!("not yet there: {}", costs.days_text(days)));
            }
            output.text(&text)?;
        }
        Format::Csv => {
            for unknown in &answer.unknown_values {
                output.note(&unknown.to_string());
            }
            output.note_gaps(&answer.gaps);
            if let Some(days) = costs.days_to_come(&answer) {
                output.note(&format!("not yet there: {}", costs.days_text(days)));
            }
            output.data(answer.to_csv(&columns(&answer)).map_err(failed)?.as_bytes())?;
        }
        Format::Json => {
            let filter = request.filter.as_ref().map(ToString::to_string);
            // The sentence may name people.
            let filter = filter.map(|sentence| match costs.pseudonyms() {
                Some(pseudonyms) => pseudonyms.rename_in_text(&sentence),
                None => sentence,
            });
            output.json(&ReportDocument::new(costs, &answer, filter))?;
        }
    }
    Ok(outcome)
}

/// Returns the days that a report is about, and those that it compares them with.
fn days(costs: &CursorCosts, answer: &Answer) -> String {
    let days = answer.window.map_or_else(|| "all days".to_owned(), |window| costs.days_text(window));
    match &answer.previous {
        Some(previous) => format!("{days}, beside {}", costs.days_text(previous.window)),
        None => days,
    }
}

/// Returns the saved report with what the options change, or the question that the options ask.
fn request(costs: &CursorCosts, report: Report) -> Result<ReportRequest> {
    let mut request = match &report.name {
        Some(name) => costs.saved_report(name)?.clone(),
        None => ReportRequest::default(),
    };
    if let Some(range) = report.range.stated()? {
        request.range = range;
    }
    if !report.group_by.is_empty() {
        let group_by = report.group_by.iter().map(|text| costs.dimension(text));
        request.group_by = group_by.collect::<Result<_>>()?;
    }
    request.filter = report.filter.or(request.filter);
    request.bin = report.bin.or(request.bin);
    request.measure = report.metric.unwrap_or(request.measure);
    request.top = report.top.and_then(|top| usize::try_from(top).ok()).or(request.top);
    request.compare |= report.compare;
    request.cumulative |= report.cumulative;
    request.strict |= report.strict;
    Ok(request)
}

/// Returns the columns that fit the question: token counts where it is about tokens, else costs, and beside them the period
/// before where it compares.
fn columns(report: &Answer) -> Vec<Column> {
    let effective = Column::Cost(Metric::Effective);
    let billed = Column::Cost(Metric::Billed);
    let previous = report.previous.as_ref().map(|_| Column::PreviousCost(Metric::Effective));
    match report.measure {
        Measure::Usage => [Column::Records, Column::Usage].into_iter().chain(previous).collect(),
        Measure::Tokens => {
            let types = TokenType::ALL.into_iter().map(Column::Tokens);
            types.chain([Column::AllTokens]).chain(previous).collect()
        }
        _ if report.estimated => [Column::AllTokens, effective, billed].into_iter().chain(previous).collect(),
        _ => match previous {
            Some(previous) => vec![Column::Records, effective, previous, billed],
            None => Column::COSTS.to_vec(),
        },
    }
}
