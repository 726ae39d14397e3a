//! A usage event to a cost record: design.md section 3 as code.

use std::sync::Arc;

use cost_model::{CostRecord, Currency, RequestUnits, Stated, Tags, Timestamp, TokenCounts, Tokens};
use cursor_admin_client::{EventKind, UsageEvent};

use crate::charges::{Figures, costs};
use crate::service_name;

/// The resource of events that name neither a user nor a service account.
pub const NO_USER: &str = "(no user)";
/// The service of events that name no model.
pub const NO_MODEL: &str = "(no model)";
/// The subcategory of events that name no kind.
pub const NO_KIND: &str = "(no kind)";

/// Maps usage events of one connection to cost records.
#[derive(Clone, Debug)]
pub struct Mapping {
    account: Arc<str>,
}

impl Mapping {
    /// A mapping for the connection of that account name.
    pub fn new(account: impl Into<Arc<str>>) -> Self {
        Self { account: account.into() }
    }

    /// The cost record of an event. Every event has one: what is missing or unknown goes into a named bucket.
    pub fn record(&self, event: &UsageEvent) -> CostRecord {
        let kind = event.event_kind();
        let figures = Figures::of(event);
        let costs = costs(&kind, event.is_free_bugbot == Some(true), &figures);
        let tokens = tokens(event);
        let mut record = CostRecord::new(Timestamp::from(event.timestamp), "cursor", Currency::USD, costs);
        record.account = Some(Arc::clone(&self.account));
        record.service = Some(match event.model.as_str() {
            "" => NO_MODEL.into(),
            model => Arc::from(&*service_name(model)),
        });
        record.service_id = Some(event.model.as_str()).filter(|model| !model.is_empty()).map(Arc::from);
        let token_based = event.is_token_based_call.unwrap_or(tokens != TokenCounts::default());
        record.category = Some(if token_based { "tokens" } else { "requests" }.into());
        record.usage_unit = record.category.clone();
        record.subcategory = Some(match event.kind {
            Some(_) => kind.label().into(),
            None => NO_KIND.into(),
        });
        record.resource = Some(resource(event).into());
        record.charge_type = Some("Usage".into());
        record.tokens = tokens;
        record.requests = event.requests_costs.and_then(|requests| RequestUnits::try_from(requests).ok());
        record.tags = tags(event);
        record.stated = stated(event, &figures);
        record
    }

    /// Whether an event is of a kind that this crate has no rule for.
    pub fn is_unknown_kind(event: &UsageEvent) -> bool {
        !matches!(
            event.event_kind(),
            EventKind::UsageBased
                | EventKind::Included { .. }
                | EventKind::UserApiKey
                | EventKind::Errored
                | EventKind::Aborted
                | EventKind::Free
        )
    }
}

fn resource(event: &UsageEvent) -> &str {
    event.service_account_id.as_deref().or(event.user_email.as_deref()).unwrap_or(NO_USER)
}

fn tokens(event: &UsageEvent) -> TokenCounts {
    event.token_usage.as_ref().map_or_else(TokenCounts::default, |tokens| TokenCounts {
        input: Tokens::new(tokens.input_tokens),
        output: Tokens::new(tokens.output_tokens),
        cache_write: Tokens::new(tokens.cache_write_tokens),
        cache_read: Tokens::new(tokens.cache_read_tokens),
    })
}

fn tags(event: &UsageEvent) -> Tags {
    let flag = |value: Option<bool>| value.map(|value| if value { "true" } else { "false" });
    let text = |value: &'_ Option<String>| value.as_deref().map(str::to_owned);
    let mut tags = Tags::default();
    let mut tag = |key: &str, value: Option<String>| {
        if let Some(value) = value {
            tags.insert(key, value);
        }
    };
    tag("cursor:user", text(&event.user_email));
    tag("cursor:model", Some(event.model.clone()).filter(|model| !model.is_empty()));
    tag("cursor:kind", text(&event.kind));
    tag("cursor:max_mode", flag(event.max_mode).map(str::to_owned));
    tag("cursor:headless", flag(event.is_headless).map(str::to_owned));
    let account_name = event.service_account_name.as_ref().or(event.service_account_id.as_ref());
    tag("cursor:service_account", account_name.cloned());
    tag("cursor:cloud_agent", text(&event.cloud_agent_id));
    tag("cursor:automation", text(&event.automation_id));
    tags
}

fn stated(event: &UsageEvent, figures: &Figures) -> Stated {
    let mut stated = Stated::default();
    stated.charged = figures.charged;
    stated.model_cost = figures.model_cost;
    stated.fee = figures.fee;
    stated.discount_percent = event.token_usage.as_ref().and_then(|tokens| tokens.discount_percent_off);
    stated.kind = event.kind.as_deref().map(Arc::from);
    stated.model = Some(event.model.as_str()).filter(|model| !model.is_empty()).map(Arc::from);
    stated.conversation = event.conversation_id.as_deref().map(Arc::from);
    stated.rounded = event.rounded_amounts;
    stated
}
