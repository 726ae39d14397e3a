//! The usage event as Cursor sends it, typed.

use std::fmt;

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;

use crate::cents::Cents;
use crate::error::{Error, Result};
use crate::fault::Decoded;
use crate::kind::EventKind;
use crate::notes::Notes;
use crate::wire::Fields;

/// One row of `/teams/filtered-usage-events`: one charge, or one use that was not charged.
///
/// Events have no id. Two equal events in one window are two charges. Everything but the time may be
/// missing, since Cursor adds and drops fields; `null` counts as missing, and missing is `None`,
/// never zero. The amounts are what Cursor stated: this crate computes none. The fields are those of
/// <https://cursor.com/docs/account/teams/admin-api>, those of its earlier versions, and
/// those seen in answers. `Debug` leaves out whatever may name a person.
#[derive(Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct UsageEvent {
    /// When it happened, to the millisecond.
    pub timestamp: DateTime<Utc>,
    /// Who caused it, as sent; missing for people who have left the team.
    pub user_email: Option<String>,
    /// The service account (`sa_...`), if one caused it.
    pub service_account_id: Option<String>,
    /// The name of that service account.
    pub service_account_name: Option<String>,
    /// The cloud agent (`bc-...`), if one caused it.
    pub cloud_agent_id: Option<String>,
    /// The automation, if one caused it.
    pub automation_id: Option<String>,
    /// The conversation it belongs to.
    pub conversation_id: Option<String>,
    /// The model's id as sent; `default` means that Cursor chose. Empty if none was sent.
    pub model: String,
    /// The kind of charge, verbatim (`kind`, formerly `kindLabel`). See [`UsageEvent::event_kind`].
    pub kind: Option<String>,
    /// Whether Max Mode was on.
    pub max_mode: Option<bool>,
    /// Request units, with fractions. This is not money.
    pub requests_costs: Option<Decimal>,
    /// Whether tokens, rather than requests, set the price.
    pub is_token_based_call: Option<bool>,
    /// Cursor's own flag. It contradicts the kind at times; trust the kind.
    pub is_chargeable: Option<bool>,
    /// Whether it ran without a connected editor.
    pub is_headless: Option<bool>,
    /// Whether it was a free Bugbot review (until spring 2026).
    pub is_free_bugbot: Option<bool>,
    /// Tokens and the model's cost.
    pub token_usage: Option<TokenUsage>,
    /// Cents charged, or, for included use, the value used; the token fee is inside.
    pub charged_cents: Option<Cents>,
    /// Cents of Cursor's token fee; a part of the charged cents.
    pub cursor_token_fee: Option<Cents>,
    /// How many numbers of this event had digits too fine to keep and were rounded half-even.
    pub rounded_amounts: u32,
}

/// The tokens of an event. A count that was left out is zero, as Cursor omits zeros.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
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

impl fmt::Debug for UsageEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UsageEvent")
            .field("timestamp", &self.timestamp)
            .field("model", &self.model)
            .field("kind", &self.kind)
            .field("max_mode", &self.max_mode)
            .field("token_usage", &self.token_usage)
            .field("charged_cents", &self.charged_cents)
            .field("cursor_token_fee", &self.cursor_token_fee)
            .finish_non_exhaustive()
    }
}

impl UsageEvent {
    /// Reads one event from its JSON text, as a row of an answer is read.
    ///
    /// # Errors
    /// [`ErrorKind::Decode`](crate::ErrorKind::Decode) with the field that cannot be read.
    pub fn from_json(text: &str) -> Result<Self> {
        Fields::of_text(text)
            .and_then(|mut fields| Self::decode(&mut fields, &mut Notes::default()))
            .map_err(|fault| Error::decode("reading a usage event", fault))
    }

    /// What kind of charge it is, whatever vocabulary it was sent in.
    pub fn event_kind(&self) -> EventKind {
        EventKind::parse(self.kind.as_deref().unwrap_or_default())
    }

    pub(crate) fn decode(fields: &mut Fields<'_>, notes: &mut Notes) -> Decoded<Self> {
        let mut rounded = 0;
        let at = fields.take("timestamp")?;
        Ok(Self {
            timestamp: at.required(at.instant()?)?,
            user_email: fields.take("userEmail")?.id()?,
            service_account_id: fields.take("serviceAccountId")?.id()?.filter(|id| id != "null"),
            service_account_name: fields.take("serviceAccountName")?.id()?,
            cloud_agent_id: fields.take("cloudAgentId")?.id()?,
            automation_id: fields.take("automationId")?.id()?,
            conversation_id: fields.take("conversationId")?.id()?,
            model: fields.take("model")?.text()?.unwrap_or_default(),
            kind: fields.take_either("kind", "kindLabel")?.text()?,
            max_mode: fields.take("maxMode")?.flag()?,
            requests_costs: fields.take("requestsCosts")?.decimal(&mut rounded)?,
            is_token_based_call: fields.take("isTokenBasedCall")?.flag()?,
            is_chargeable: fields.take("isChargeable")?.flag()?,
            is_headless: fields.take("isHeadless")?.flag()?,
            is_free_bugbot: fields.take("isFreeBugbot")?.flag()?,
            token_usage: token_usage(fields, &mut rounded, notes)?,
            charged_cents: fields.take("chargedCents")?.cents(&mut rounded)?,
            cursor_token_fee: fields.take("cursorTokenFee")?.cents(&mut rounded)?,
            rounded_amounts: rounded,
        })
    }
}

fn token_usage(fields: &mut Fields<'_>, rounded: &mut u32, notes: &mut Notes) -> Decoded<Option<TokenUsage>> {
    fields.inside("tokenUsage", |inner| {
        let usage = decode_tokens(inner, rounded)?;
        notes.unknown.note("usageEvents[].tokenUsage.", inner);
        Ok(usage)
    })
}

fn decode_tokens(fields: &mut Fields<'_>, rounded: &mut u32) -> Decoded<TokenUsage> {
    Ok(TokenUsage {
        input_tokens: fields.take("inputTokens")?.count()?.unwrap_or(0),
        output_tokens: fields.take("outputTokens")?.count()?.unwrap_or(0),
        cache_write_tokens: fields.take("cacheWriteTokens")?.count()?.unwrap_or(0),
        cache_read_tokens: fields.take("cacheReadTokens")?.count()?.unwrap_or(0),
        total_cents: fields.take("totalCents")?.cents(rounded)?,
        discount_percent_off: fields.take("discountPercentOff")?.decimal(rounded)?,
    })
}

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
