//! The JSON that goes out, written by hand so that every digit is ours.
//!
//! The order of fields, the notation of cents and the fields that an era lacks are part of what a client is tested
//! against. Serializing numbers as floats would lose digits of amounts, which are integers of a fine unit here.

use std::fmt::Write as _;

use chrono::SecondsFormat;

use crate::amount::Notation;
use crate::amount::{cents_json, requests_json};
use crate::behaviour::{Behaviour, Era, Ids, KindWords, Timestamps};
use crate::calendar::instant;
use crate::company::Person;
use crate::events::{Tokens, TrueEvent};

/// Appends a JSON string.
pub(crate) fn string(out: &mut String, text: &str) {
    out.push('"');
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            letter if letter.is_control() => {
                let _ = write!(out, "\\u{:04x}", u32::from(letter));
            }
            letter => out.push(letter),
        }
    }
    out.push('"');
}

/// A JSON object under construction.
/// It borrows the output and writes straight into it; `close` ends it, and must be called.
pub(crate) struct Object<'a> {
    out: &'a mut String,
    empty: bool,
}

impl<'a> Object<'a> {
    /// Begins an object at the end of the output.
    pub(crate) fn open(out: &'a mut String) -> Self {
        out.push('{');
        Self { out, empty: true }
    }

    /// Writes a key, and returns the output for its value. Names are constants without characters to escape.
    pub(crate) fn key(&mut self, name: &str) -> &mut String {
        if !std::mem::take(&mut self.empty) {
            self.out.push(',');
        }
        let _ = write!(self.out, "\"{name}\":");
        self.out
    }

    /// Writes a field with a text.
    pub(crate) fn text(&mut self, name: &str, value: &str) {
        string(self.key(name), value);
    }

    /// Writes a field if it has a value, and leaves it out otherwise.
    pub(crate) fn optional_text(&mut self, name: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.text(name, value);
        }
    }

    /// Writes the text, or `null`.
    pub(crate) fn nullable_text(&mut self, name: &str, value: Option<&str>) {
        match value {
            Some(value) => self.text(name, value),
            None => self.raw(name, "null"),
        }
    }

    /// Writes a number, a boolean or `null`: anything whose text is already JSON.
    pub(crate) fn raw(&mut self, name: &str, value: impl std::fmt::Display) {
        let _ = write!(self.key(name), "{value}");
    }

    /// Writes an amount in cents if there is one, with all its digits.
    fn optional_cents(&mut self, name: &str, amount: Option<i128>, notation: Notation) {
        if let Some(amount) = amount {
            self.raw(name, cents_json(amount, notation));
        }
    }

    /// Ends the object.
    pub(crate) fn close(self) {
        self.out.push('}');
    }
}

/// Appends `[..]` with one element per item.
pub(crate) fn array<T>(out: &mut String, items: impl Iterator<Item = T>, write: impl Fn(&mut String, T)) {
    out.push('[');
    for (index, item) in items.enumerate() {
        if index > 0 {
            out.push(',');
        }
        write(out, item);
    }
    out.push(']');
}

/// Writes a person's id, in the eras that have one.
pub(crate) fn person_id(row: &mut Object<'_>, name: &str, person: &Person, behaviour: &Behaviour) {
    match behaviour.ids {
        _ if behaviour.era == Era::Year2025 => {}
        Ids::Text => row.text(name, &person.id),
        Ids::Numbers => row.raw(name, person.number),
    }
}

/// Writes one usage event with the fields of its era.
pub(crate) fn event(out: &mut String, event: &TrueEvent, behaviour: &Behaviour) {
    let (era, notation) = (behaviour.era, behaviour.notation);
    let mut row = Object::open(out);
    timestamp(&mut row, event.timestamp_ms, behaviour.timestamps);
    row.optional_text("userEmail", event.email.as_deref());
    if era == Era::October2026 {
        row.optional_text("serviceAccountId", event.service_account_id.as_deref());
        row.optional_text("serviceAccountName", event.service_account_name.as_deref());
        row.optional_text("cloudAgentId", event.cloud_agent_id.as_deref());
        row.optional_text("automationId", event.automation_id.as_deref());
        row.optional_text("conversationId", event.conversation_id.as_deref());
    }
    row.text("model", &event.model);
    let kind = match behaviour.kinds {
        KindWords::Labels => &event.kind,
        KindWords::EnumNames => enum_name(&event.kind),
    };
    row.text(if era == Era::Year2025 { "kindLabel" } else { "kind" }, kind);
    row.raw("maxMode", event.max_mode);
    row.raw("requestsCosts", requests_json(event.requests));
    row.raw("isTokenBasedCall", event.is_token_based);
    if era != Era::Year2025 {
        row.raw("isChargeable", event.is_chargeable);
        row.raw("isHeadless", event.is_headless);
    }
    if let Some(tokens) = &event.tokens {
        token_usage(row.key("tokenUsage"), tokens, event, behaviour);
    }
    if era != Era::Year2025 {
        row.optional_cents("chargedCents", event.charged, notation);
        row.optional_cents("cursorTokenFee", event.token_fee, notation);
    }
    // The flag was documented until spring 2026.
    if era != Era::October2026 {
        row.raw("isFreeBugbot", event.is_free_bugbot);
    }
    row.close();
}

/// Writes an event's instant in the form that the behaviour asks for; milliseconds as text are the documented one.
fn timestamp(row: &mut Object<'_>, ms: i64, form: Timestamps) {
    match form {
        Timestamps::Text => row.raw("timestamp", format_args!("\"{ms}\"")),
        Timestamps::Number => row.raw("timestamp", ms),
        Timestamps::Rfc3339 => row.text("timestamp", &instant_text(ms)),
    }
}

/// Returns an instant in RFC 3339 with milliseconds and `Z`.
pub(crate) fn instant_text(ms: i64) -> String {
    instant(ms).to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// Returns the name of a kind in the other spelling of the API; an unknown kind stays as it is.
fn enum_name(label: &str) -> &str {
    match label {
        TrueEvent::USAGE_BASED => "USAGE_EVENT_KIND_USAGE_BASED",
        TrueEvent::OWN_KEY => "USAGE_EVENT_KIND_USER_API_KEY",
        TrueEvent::INCLUDED => "USAGE_EVENT_KIND_INCLUDED_IN_BUSINESS",
        "Included in Pro" => "USAGE_EVENT_KIND_INCLUDED_IN_PRO",
        "Included in Pro Plus" => "USAGE_EVENT_KIND_INCLUDED_IN_PRO_PLUS",
        "Included in Ultra" => "USAGE_EVENT_KIND_INCLUDED_IN_ULTRA",
        TrueEvent::ERRORED => "USAGE_EVENT_KIND_ERRORED_NOT_CHARGED",
        TrueEvent::ABORTED => "USAGE_EVENT_KIND_ABORTED_NOT_CHARGED",
        TrueEvent::FREE => "USAGE_EVENT_KIND_CUSTOM_SUBSCRIPTION",
        other => other,
    }
}

/// Writes the tokens of an event. Cloud agents leave counts of 0 out, as parts of Cursor do; editors write
/// them.
fn token_usage(out: &mut String, tokens: &Tokens, event: &TrueEvent, behaviour: &Behaviour) {
    let mut usage = Object::open(out);
    let blank = tokens.total() == 0 && event.model_cost.is_none();
    let counts = [
        ("inputTokens", tokens.input),
        ("outputTokens", tokens.output),
        ("cacheWriteTokens", tokens.cache_write),
        ("cacheReadTokens", tokens.cache_read),
    ];
    for (name, count) in counts {
        // Clients must take an absent count for 0.
        if count > 0 || !(blank || event.is_headless) {
            usage.raw(name, count);
        }
    }
    usage.optional_cents("totalCents", event.model_cost, behaviour.notation);
    if let Some(percent) = event.discount_percent.filter(|_| behaviour.era != Era::Year2025) {
        usage.raw("discountPercentOff", percent);
    }
    usage.close();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::amount::{CENT, REQUEST};

    fn written(row: &TrueEvent) -> String {
        let mut out = String::new();
        event(&mut out, row, &Behaviour::default());
        out
    }

    #[test]
    fn absent_fields_are_left_out() {
        let mut row = TrueEvent::new(1_785_484_800_555, "default", TrueEvent::ERRORED);
        row.tokens = Some(Tokens::default());
        row.charged = Some(0);
        assert_eq!(
            written(&row),
            r#"{"timestamp":"1785484800555","model":"default","kind":"Errored, Not Charged","maxMode":false,"requestsCosts":0,"isTokenBasedCall":false,"isChargeable":false,"isHeadless":false,"tokenUsage":{},"chargedCents":0}"#
        );
    }

    #[test]
    fn numbers_keep_their_digits() {
        let mut row = TrueEvent::new(7, "gpt-5.2", TrueEvent::USAGE_BASED);
        row.requests = REQUEST * 12 / 5;
        row.tokens = Some(Tokens::new(1200, 900, 0, 52_000));
        row.model_cost = Some(CENT * 627 / 100);
        row.discount_percent = Some(10);
        row.charged = Some(CENT / 8_000_000);
        row.token_fee = Some(CENT * 15_525 / 10_000);
        let text = written(&row);
        assert!(text.contains(r#""requestsCosts":2.4,"#), "{text}");
        assert!(text.contains(
            r#""cacheWriteTokens":0,"cacheReadTokens":52000,"totalCents":6.27,"discountPercentOff":10}"#
        ));
        assert!(text.ends_with(r#""chargedCents":1.25e-7,"cursorTokenFee":1.5525}"#), "{text}");
        row.is_headless = true;
        assert!(!written(&row).contains("cacheWriteTokens"));
    }

    #[test]
    fn strings_are_escaped() {
        let mut out = String::new();
        string(&mut out, "Zoë \"Z\" O'Neill\\\u{7}\n");
        assert_eq!(out, r#""Zoë \"Z\" O'Neill\\\u0007\n""#);
        assert_eq!(serde_json::from_str::<String>(&out).unwrap(), "Zoë \"Z\" O'Neill\\\u{7}\n");
    }
}
