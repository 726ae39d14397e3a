//! The usage event as Cursor sends it, typed.
//!
//! The fields and their units are Cursor's; nothing is derived here but what is one field under two names. What an
//! event costs is worked out in `cursor-cost-source`.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;

use super::kind::EventKind;
use crate::decode::{self, Cents, Finished, object};
use crate::error::{Error, Result};

/// One row of `/teams/filtered-usage-events`: one charge, or one use that was not charged.
///
/// Events have no id. Two equal events in one window are two charges. Everything but the time may be
/// missing, since Cursor adds and drops fields; `null` counts as missing, and missing is `None`,
/// never zero. The amounts are what Cursor stated: this crate computes none. The fields are those of
/// <https://cursor.com/docs/account/teams/admin-api>, those of its earlier versions, and
/// those seen in answers. `Debug` leaves out whatever may name a person.
///
/// The texts of an owned event are `String`s; [`UsageEventRef`] has the same fields and borrows the texts from a page. The
/// default is an event at the Unix epoch with nothing else known.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct UsageEvent<T = String> {
    /// When it happened, to the millisecond.
    pub timestamp: DateTime<Utc>,
    /// The email address of the user who caused it, as sent; missing for people who have left the team.
    ///
    /// The case of letters is Cursor's.
    pub user_email: Option<T>,
    /// The service account (`sa_...`), if one caused it.
    pub service_account_id: Option<T>,
    /// The name of that service account.
    pub service_account_name: Option<T>,
    /// The cloud agent (`bc-...`), if one caused it.
    pub cloud_agent_id: Option<T>,
    /// The automation, if one caused it.
    pub automation_id: Option<T>,
    /// The conversation it belongs to.
    pub conversation_id: Option<T>,
    /// The model's id as sent; `default` means that Cursor chose. Empty if none was sent.
    pub model: T,
    /// The kind of charge, verbatim (`kind`, formerly `kindLabel`). See [`UsageEvent::event_kind`].
    pub kind: Option<T>,
    /// Whether Max Mode was on.
    pub max_mode: Option<bool>,
    /// Request units, with fractions. This is not money.
    ///
    /// `None` where none were sent, which is not zero.
    pub requests_costs: Option<Decimal>,
    /// Whether the price depends on tokens rather than on requests.
    pub is_token_based_call: Option<bool>,
    /// Cursor's own flag. It contradicts the kind at times; trust the kind.
    pub is_chargeable: Option<bool>,
    /// Whether it ran without a connected editor.
    pub is_headless: Option<bool>,
    /// Whether it was a free Bugbot review (until spring 2026).
    pub is_free_bugbot: Option<bool>,
    /// Tokens and the model's cost.
    ///
    /// `None` where the event has no such object.
    pub token_usage: Option<TokenUsage>,
    /// Cents charged, or, for included use, the value used; the token fee is inside.
    ///
    /// May be negative or finer than a cent.
    pub charged_cents: Option<Cents>,
    /// Cents of Cursor's token fee; a part of the charged cents.
    pub cursor_token_fee: Option<Cents>,
    /// The number of amounts of this event that had digits too fine to keep and were rounded half-even.
    pub rounded_amounts: u32,
}

crate::redact::masked_debug!(UsageEvent<T> { timestamp, model, kind, max_mode, token_usage, charged_cents, cursor_token_fee });

/// A usage event whose texts are borrowed from the page that it was read from, or owned where the page has them escaped.
/// [`UsageEvent::from_ref`] makes an owned event of it.
pub type UsageEventRef<'a> = UsageEvent<Cow<'a, str>>;

/// The tokens of an event. A count that was left out is zero, as Cursor omits zeros.
///
/// The four counts do not overlap.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct TokenUsage {
    /// Input tokens, both kinds of cache use excluded.
    pub input_tokens: u64,
    /// Output tokens.
    pub output_tokens: u64,
    /// Tokens written to the cache.
    pub cache_write_tokens: u64,
    /// Tokens read from the cache.
    pub cache_read_tokens: u64,
    /// Cents of the model's cost, before the discount and without the token fee.
    pub total_cents: Option<Cents>,
    /// The discount on the model's cost in percent, so 10 is a tenth.
    pub discount_percent_off: Option<Decimal>,
}

impl UsageEvent {
    /// Reads one event from its JSON text, as a row of an answer is read.
    ///
    /// # Errors
    /// [`ErrorKind::Decode`](crate::ErrorKind::Decode) with the field that cannot be read.
    pub fn from_json(text: &str) -> Result<Self> {
        Ok(Self::from_ref(&UsageEventRef::borrowed_from_json(text)?))
    }

    /// Returns the same event with texts of its own, independent of the page that it was read from.
    pub fn from_ref(event: &UsageEventRef<'_>) -> Self {
        event.with_texts(|text| text.as_ref().to_owned())
    }
}

impl<'a> UsageEventRef<'a> {
    /// Reads one event from its JSON text as [`UsageEvent::from_json`] does, and borrows its texts.
    ///
    /// # Errors
    /// [`ErrorKind::Decode`](crate::ErrorKind::Decode) with the field that cannot be read.
    pub fn borrowed_from_json(text: &'a str) -> Result<Self> {
        let row = decode::read_row::<EventRow<'a>>(text);
        Ok(row.map_err(|fault| Error::decode("reading a usage event", fault))?.event)
    }
}

impl<T: AsRef<str>> UsageEvent<T> {
    /// Returns what kind of charge it is, whatever vocabulary it was sent in.
    /// See [`EventKind`] for the words; what none of them fits is kept as it was sent.
    pub fn event_kind(&self) -> EventKind {
        EventKind::parse(self.kind.as_ref().map(T::as_ref).unwrap_or_default())
    }

    /// Returns the same event with its texts borrowed.
    pub fn borrowed(&self) -> UsageEventRef<'_> {
        self.with_texts(|text| Cow::Borrowed(text.as_ref()))
    }

    /// Copies every field and maps the texts; a field that is added has to be named here, or it does not compile.
    fn with_texts<'s, U>(&'s self, text: impl Fn(&'s T) -> U) -> UsageEvent<U> {
        UsageEvent {
            timestamp: self.timestamp,
            user_email: self.user_email.as_ref().map(&text),
            service_account_id: self.service_account_id.as_ref().map(&text),
            service_account_name: self.service_account_name.as_ref().map(&text),
            cloud_agent_id: self.cloud_agent_id.as_ref().map(&text),
            automation_id: self.automation_id.as_ref().map(&text),
            conversation_id: self.conversation_id.as_ref().map(&text),
            model: text(&self.model),
            kind: self.kind.as_ref().map(&text),
            max_mode: self.max_mode,
            requests_costs: self.requests_costs,
            is_token_based_call: self.is_token_based_call,
            is_chargeable: self.is_chargeable,
            is_headless: self.is_headless,
            is_free_bugbot: self.is_free_bugbot,
            token_usage: self.token_usage,
            charged_cents: self.charged_cents,
            cursor_token_fee: self.cursor_token_fee,
            rounded_amounts: self.rounded_amounts,
        }
    }
}

impl From<&UsageEventRef<'_>> for UsageEvent {
    fn from(event: &UsageEventRef<'_>) -> Self {
        Self::from_ref(event)
    }
}

/// An event while it is read.
///
/// Fields that have two names, or are required, are read here and put into the event at its end.
#[derive(Default)]
pub(super) struct EventRow<'a> {
    pub(super) event: UsageEventRef<'a>,
    timestamp: DateTime<Utc>,
    /// The kind under its old name, which is read only if it has no other.
    kind_label: Option<&'a str>,
}

// A name is compared with one after the other, so those that every event has come first.
object! { EventRow<'de> {
    required { "timestamp" => timestamp: instant, }
    "kindLabel" => kind_label: later,
    in event {
        "model" => model: text_or_empty,
        "kind" => kind: text,
        "maxMode" => max_mode: flag,
        "tokenUsage" => token_usage: object,
        "chargedCents" => charged_cents: cents,
        "cursorTokenFee" => cursor_token_fee: cents,
        "requestsCosts" => requests_costs: decimal,
        "isTokenBasedCall" => is_token_based_call: flag,
        "isChargeable" => is_chargeable: flag,
        "isHeadless" => is_headless: flag,
        "userEmail" => user_email: id,
        "conversationId" => conversation_id: id,
        "serviceAccountId" => service_account_id: id,
        "serviceAccountName" => service_account_name: id,
        "cloudAgentId" => cloud_agent_id: id,
        "automationId" => automation_id: id,
        "isFreeBugbot" => is_free_bugbot: flag,
    }
}
    fn finish(&mut self, rounded: &mut u32) -> Finished {
        let event = &mut self.event;
        event.timestamp = self.timestamp;
        if let (None, Some(label)) = (&event.kind, self.kind_label) {
            event.kind = Some(decode::string_or_digits(label).map_err(|expected| ("kindLabel", expected))?);
        }
        // The text `null` has been sent in place of a missing id.
        event.service_account_id = event.service_account_id.take().filter(|id| id != "null");
        event.rounded_amounts = std::mem::take(rounded);
        Ok(())
    }
}

object! { TokenUsage {
    "inputTokens" => input_tokens: count_or_zero,
    "outputTokens" => output_tokens: count_or_zero,
    "cacheWriteTokens" => cache_write_tokens: count_or_zero,
    "cacheReadTokens" => cache_read_tokens: count_or_zero,
    "totalCents" => total_cents: cents,
    "discountPercentOff" => discount_percent_off: decimal,
}}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(json: &str) -> UsageEvent {
        UsageEvent::from_json(json).unwrap()
    }

    #[test]
    fn only_the_time_is_required() {
        let bare = event(r#"{"timestamp":"1785492000417"}"#);
        let nulls = event(
            r#"{"timestamp":1785492000417,"userEmail":null,"model":null,"kind":null,"tokenUsage":null,
                "chargedCents":null,"maxMode":null,"requestsCosts":null,"serviceAccountId":null}"#,
        );
        let empties = event(r#"{"timestamp":1785492000417,"userEmail":"","serviceAccountId":"null"}"#);
        assert_eq!(bare, nulls);
        assert_eq!(bare, empties);
        assert_eq!((bare.model.as_str(), bare.charged_cents), ("", None));
        assert_eq!(bare.event_kind(), EventKind::Unknown(String::new()));
        let missing = UsageEvent::from_json("{}").unwrap_err();
        assert!(missing.is_decode());
    }

    #[test]
    fn a_kind_under_its_old_name() {
        assert_eq!(
            event(r#"{"timestamp":1,"kindLabel":"Usage-based"}"#).kind.as_deref(),
            Some("Usage-based")
        );
        let both = event(r#"{"timestamp":1,"kindLabel":"Usage-based","kind":"Free"}"#);
        assert_eq!(both.kind.as_deref(), Some("Free"));
        assert_eq!(both.event_kind(), EventKind::Free);
        let odd = event(r#"{"timestamp":1,"kindLabel":{"a":1},"kind":"Free"}"#);
        assert_eq!(
            odd,
            event(r#"{"timestamp":1,"kind":"Free","kindLabel":null}"#),
            "nobody asks for the label"
        );
        let label = event(r#"{"timestamp":1,"kindLabel":"caf\u00e9","kind":null}"#);
        assert_eq!(label.kind.as_deref(), Some("caf\u{e9}"));
        for json in
            [r#"{"timestamp":1,"kindLabel":{"a":1}}"#, r#"{"timestamp":1,"kindLabel":null,"kindLabel":"x"}"#]
        {
            assert_eq!(UsageEvent::from_json(json).unwrap_err().path(), Some("kindLabel"), "{json}");
        }
    }

    #[test]
    fn amounts_too_fine_are_rounded_and_counted() {
        let fine = event(
            r#"{"timestamp":1,"chargedCents":1.00000000000000000000005,"cursorTokenFee":1e-30,
                "requestsCosts":1.4,"tokenUsage":{"totalCents":2}}"#,
        );
        assert_eq!(fine.rounded_amounts, 2);
        assert_eq!(fine.charged_cents.unwrap().to_string(), "1");
        assert_eq!(fine.cursor_token_fee, Some(Cents::ZERO));
    }

    #[test]
    fn a_fault_names_the_field_and_not_the_value() {
        for (json, path) in [
            (r#"{"timestamp":"CANARY"}"#, "timestamp"),
            (r#"{"timestamp":1,"chargedCents":"CANARY"}"#, "chargedCents"),
            (r#"{"timestamp":1,"tokenUsage":{"inputTokens":"CANARY"}}"#, "tokenUsage.inputTokens"),
            (r#"{"timestamp":1,"tokenUsage":"CANARY"}"#, "tokenUsage"),
            (r#"{"timestamp":1,"userEmail":["CANARY"]}"#, "userEmail"),
            (r#"{"timestamp":1,"maxMode":"CANARY"}"#, "maxMode"),
            (r#"["CANARY"]"#, "the answer"),
        ] {
            let error = UsageEvent::from_json(json).unwrap_err();
            let text = error.to_string();
            assert!(text.contains(path), "{text}");
            assert!(!format!("{error} {error:?}").contains("CANARY"), "{error:?}");
        }
    }
}
