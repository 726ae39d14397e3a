//! Closes as JSON: each document names its schema, amounts are exact decimal text.

use cost_model::{Currency, Pseudonyms};
use serde::Serialize;
use serde_json::{Value, json};
use virtual_tags::insight::Diff;

use crate::closing::{
    Close, CloseChanges, CloseEvent, CloseGap, CloseInvoice, CloseStatement, JournalCheck, PreparedClose,
};
use crate::costs::CursorCosts;

/// The document `close/1`: a period with what is or would be locked, what was done with it, and what changed since.
#[derive(Clone, Serialize)]
#[serde(transparent)]
pub struct CloseDocument(Value);

cost_model::masked_debug!(CloseDocument {});

/// The document `close-list/1`: every period that was prepared, closed or reopened.
#[derive(Clone, Serialize)]
#[serde(transparent)]
pub struct CloseListDocument(Value);

cost_model::masked_debug!(CloseListDocument {});

/// The document `close-verify/1`: whether the journal is as it was written.
#[derive(Clone, Debug, Serialize)]
#[serde(transparent)]
pub struct JournalCheckDocument(Value);

impl CloseDocument {
    /// Makes the document of what preparing found; `state` is `not_written` where nothing was written.
    pub fn prepared(costs: &CursorCosts, prepared: &PreparedClose) -> Self {
        let names = Names { costs, pseudonyms: costs.pseudonyms() };
        Self(close(&names, &prepared.statement, prepared.close.as_ref(), None))
    }

    /// Makes the document of a close, with what changed since where that was asked.
    pub fn new(costs: &CursorCosts, found: &Close, changes: Option<&CloseChanges>) -> Self {
        let names = Names { costs, pseudonyms: costs.pseudonyms() };
        Self(close(&names, &found.statement, Some(found), changes))
    }
}

impl CloseListDocument {
    /// Makes the document of all closes, each with what changed since.
    pub fn new(costs: &CursorCosts, closes: &[(Close, Option<CloseChanges>)]) -> Self {
        let names = Names { costs, pseudonyms: costs.pseudonyms() };
        let list = closes.iter().map(|(found, changes)| {
            let statement = &found.statement;
            json!({
                "period": period(&names, statement),
                "state": found.state,
                "final": statement.is_final(),
                "digest": found.digest,
                "effective": statement.effective,
                "billed": statement.billed,
                "history": history(&names, found),
                "changes": changes.as_ref().map(|changes| changes_json(&names, changes)),
            })
        });
        Self(json!({
            "schema": "close-list/1",
            "names_authenticated": false,
            "currency": Currency::USD.to_string(),
            "view": "showback",
            "closes": list.collect::<Vec<_>>(),
        }))
    }
}

impl JournalCheckDocument {
    /// Makes the document of a check.
    pub fn new(check: &JournalCheck) -> Self {
        let faults = check.faults.iter().map(|fault| json!({ "entry": fault.entry, "what": fault.what }));
        Self(json!({
            "schema": "close-verify/1",
            "names_authenticated": false,
            "intact": check.is_intact(),
            "entries": check.entries,
            "closes": check.closes,
            "last_entry": check.last.map(|(number, _)| number),
            "last_digest": check.last.map(|(_, digest)| digest),
            "has_expected": check.has_expected,
            "faults": faults.collect::<Vec<_>>(),
        }))
    }
}

/// How accounts and people are called.
struct Names<'a> {
    costs: &'a CursorCosts,
    pseudonyms: Option<&'a Pseudonyms>,
}

impl Names<'_> {
    fn value(&self, value: Option<&str>) -> Option<String> {
        let rename = |value: &str| match self.pseudonyms {
            Some(pseudonyms) => pseudonyms.rename_value(value).into_owned(),
            None => value.to_owned(),
        };
        value.map(rename)
    }

    fn text(&self, text: &str) -> String {
        match self.pseudonyms {
            Some(pseudonyms) => pseudonyms.rename_in_text(text),
            None => text.to_owned(),
        }
    }

    fn span(&self, gap: &CloseGap) -> Value {
        json!({
            "account": self.costs.name_of(&gap.account),
            "from": gap.window.start(),
            "to": gap.window.end(),
            "state": gap.state,
        })
    }
}

fn close(
    names: &Names<'_>,
    statement: &CloseStatement,
    found: Option<&Close>,
    changes: Option<&CloseChanges>,
) -> Value {
    let tags = statement.figures.iter().map(|figures| {
        let values = figures.values.iter().map(|each| {
            json!({
                "value": names.value(each.value.as_deref()),
                "charges": each.charges,
                "effective": each.effective,
                "billed": each.billed,
            })
        });
        json!({ "key": figures.key, "values": values.collect::<Vec<_>>() })
    });
    json!({
        "schema": "close/1",
        "names_authenticated": false,
        "view": "showback",
        "currency": Currency::USD.to_string(),
        "period": period(names, statement),
        "state": found.map_or("not_written", |found| found.state.name()),
        "final": statement.is_final(),
        "digest": found.map(|found| found.digest),
        "known_at": statement.known_at,
        "charges": statement.charges,
        "unpriced": statement.unpriced,
        "effective": statement.effective,
        "billed": statement.billed,
        "rules_digest": statement.rules_digest,
        "people_digest": statement.people_digest,
        "charges_digest": statement.charges_digest,
        "actors": statement.actors,
        "tags": tags.collect::<Vec<_>>(),
        "missing": statement.missing.iter().map(|gap| names.span(gap)).collect::<Vec<_>>(),
        "invoices": statement.invoices.iter().map(|each| invoice(names, each)).collect::<Vec<_>>(),
        "not_invoiced": statement.not_invoiced.iter().map(|gap| names.span(gap)).collect::<Vec<_>>(),
        "history": found.map(|found| history(names, found)).unwrap_or_default(),
        "changes": changes.map(|changes| changes_json(names, changes)),
    })
}

fn period(names: &Names<'_>, statement: &CloseStatement) -> Value {
    let period = &statement.period;
    json!({
        "name": period.name,
        "from": period.window.start(),
        "to": period.window.end(),
        "account": period.account.as_ref().map(|account| names.costs.name_of(account)),
    })
}

fn invoice(names: &Names<'_>, invoice: &CloseInvoice) -> Value {
    let found = invoice.found.as_ref();
    json!({
        "file": invoice.file,
        "digest": invoice.digest,
        "account": names.costs.name_of(&invoice.account),
        "number": found.ok().map(|found| names.text(&found.number)),
        "from": found.ok().map(|found| found.period.start()),
        "to": found.ok().map(|found| found.period.end()),
        "total": found.ok().map(|found| found.total),
        "unexplained": found.ok().map(|found| found.unexplained),
        "verdict": found.ok().map(|found| found.verdict),
        "error": found.err().map(|error| names.text(error)),
    })
}

fn history(names: &Names<'_>, found: &Close) -> Vec<Value> {
    let event = |event: &CloseEvent| {
        json!({
            "action": event.action,
            "by": names.value(event.by.as_deref()),
            "at": event.at,
            "entry": event.entry,
            "entry_digest": event.entry_digest,
            "why": event.why.as_deref().map(|why| names.text(why)),
        })
    };
    found.events.iter().map(event).collect()
}

fn changes_json(names: &Names<'_>, changes: &CloseChanges) -> Value {
    let causes = changes.causes.iter().map(|cause| {
        json!({
            "cause": cause.cause,
            "charges": cause.charges,
            "effective": cause.effective,
            "billed": cause.billed,
            "moves": cause.moves.iter().map(|diff| moved(names, diff)).collect::<Vec<_>>(),
        })
    });
    let values = changes.values.iter().map(|each| {
        json!({
            "key": each.key,
            "value": names.value(each.value.as_deref()),
            "closed": each.closed,
            "by_charges": each.by_charges,
            "by_people": each.by_people,
            "by_rules": each.by_rules,
            "now": each.now,
        })
    });
    json!({
        "closed": changes.closed,
        "now": changes.now,
        "causes": causes.collect::<Vec<_>>(),
        "values": values.collect::<Vec<_>>(),
        "added_keys": changes.added_keys,
        "removed_keys": changes.removed_keys,
        "people_are_separable": changes.people_are_separable,
    })
}

/// What moves by one key, without the people whose charges they are.
fn moved(names: &Names<'_>, diff: &Diff) -> Value {
    let moves = diff.moves.iter().map(|each| {
        json!({
            "from": names.value(each.from.as_deref()),
            "to": names.value(each.to.as_deref()),
            "effective": each.amount,
            "charges": each.records,
        })
    });
    json!({ "key": diff.key, "effective": diff.moved, "moves": moves.collect::<Vec<_>>() })
}
