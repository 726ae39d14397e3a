//! Finds rules with the same conditions whose dates overlap or leave a gap.
//!
//! Rules with the same conditions and different dates are one mapping that changes over time; where its dates do not
//! meet, charges fall to another rule or to the default.

use std::collections::HashMap;

use crate::compile::compiled::{CompiledRule, CompiledTag};
use crate::finding::{Finding, FindingKind, on_line};
use crate::span::Span;

/// Returns the findings of a key. Rules without dates are passed over: they hold always, and on purpose.
///
/// Rules with other values are compared too: that is what a mapping that changes consists of.
pub(super) fn find_date_problems(tag: &CompiledTag) -> Vec<Finding> {
    let mut alike: Vec<Vec<CompiledRule<'_>>> = Vec::new();
    let mut known: HashMap<String, usize> = HashMap::new();
    for rule in tag.rules().filter(|rule| !rule.spans.is_empty()) {
        let next = alike.len();
        let number = *known.entry(conditions(rule)).or_insert(next);
        match alike.get_mut(number) {
            Some(rules) => rules.push(rule),
            None => alike.push(vec![rule]),
        }
    }
    alike.iter().flat_map(|rules| compare_spans(rules)).collect()
}

/// Returns the conditions as a text that is equal for equal conditions.
///
/// Lists are compared as written; the same emails in another order count as other conditions.
fn conditions(rule: CompiledRule<'_>) -> String {
    let lists = rule.people.lists().map(|(_, list)| list.join("\u{1}")).join("\u{2}");
    let when = rule.when.map(ToString::to_string);
    format!("{when:?}{lists}{:?}{:?}", rule.people.in_directory, rule.people.who)
}

/// Compares the spans of such rules with their neighbours in time; the finding is at the later one.
fn compare_spans(rules: &[CompiledRule<'_>]) -> Vec<Finding> {
    let mut spans: Vec<(&Span, CompiledRule<'_>)> =
        rules.iter().flat_map(|rule| rule.spans.iter().map(move |span| (span, *rule))).collect();
    spans.sort_by_key(|(span, _)| span.from);
    let mut findings = Vec::new();
    for pair in spans.windows(2) {
        let [(before, earlier), (after, later)] = pair else { continue };
        let line = on_line(earlier.place);
        let place = later.place;
        if before.overlaps(after) {
            let message = format!(
                "the dates overlap those of {line}, which has the same condition; let one end where the other starts"
            );
            findings.push(Finding::new(FindingKind::OverlappingDates, place, message));
        } else if let Some((end, start)) = before.to.zip(after.from).filter(|(end, start)| end < start) {
            let message = format!(
                "between {} and {} neither this rule nor {line}, which has the same condition, holds; let one end where \
                 the other starts",
                end.date(),
                start.date()
            );
            findings.push(Finding::new(FindingKind::Gap, place, message));
        }
    }
    findings
}
