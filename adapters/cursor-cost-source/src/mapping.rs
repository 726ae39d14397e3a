//! A usage event to a cost record: who and what it is about.

use std::sync::Arc;

use cost_model::{
    Code, CostRecord, Currency, DimensionFields, DimensionInterner, RequestUnits, Stated, Timestamp,
    TokenCounts, Tokens,
};
use cursor_admin_client::{EventKind, UsageEvent};

use crate::charges::{Figures, costs};
use crate::service_name;

/// The resource of events that name neither a user nor a service account.
pub const NO_USER: &str = "(no user)";
/// The service of events that name no model.
pub const NO_MODEL: &str = "(no model)";
/// The subcategory of events that name no kind.
pub const NO_KIND: &str = "(no kind)";

/// The tag that holds the email address of the person who caused a charge.
pub const USER_TAG: &str = "cursor:user";

/// Maps usage events of one connection to cost records.
///
/// It remembers the dimensions of the events that it has seen, so that all records with the same dimensions share them.
#[derive(Debug)]
pub struct Mapping {
    account: Arc<str>,
    interner: DimensionInterner,
}

impl Mapping {
    /// Makes a mapping for the connection of that account name.
    pub fn new(account: impl Into<Arc<str>>) -> Self {
        Self { account: account.into(), interner: DimensionInterner::new() }
    }

    /// Returns the cost record of an event. Every event has one: what is missing or unknown goes into a named bucket.
    pub fn record(&mut self, event: &UsageEvent) -> CostRecord {
        let kind = event.event_kind();
        let figures = Figures::of(event);
        let costs = costs(&kind, event.is_free_bugbot == Some(true), &figures);
        let tokens = tokens(event);
        let token_based = event.is_token_based_call.unwrap_or(tokens != TokenCounts::default());
        let dimensions = self.dimensions(event, token_based);
        let mut record = CostRecord::with_dimensions(Timestamp::from(event.timestamp), dimensions, costs);
        record.tokens = tokens;
        record.requests = event.requests_costs.and_then(|requests| RequestUnits::try_from(requests).ok());
        record.stated = stated(event, &figures);
        record
    }

    /// Returns the set of everything that `fields` depends on.
    fn dimensions(&mut self, event: &UsageEvent, token_based: bool) -> Arc<cost_model::DimensionSet> {
        let discount = event.token_usage.as_ref().and_then(|tokens| tokens.discount_percent_off);
        let discount = discount.map(|percent| percent.normalize().to_string());
        let mut code = |text: Option<&str>| self.interner.code(text);
        let key = [
            code(event.user_email.as_deref()),
            code(Some(&event.model)),
            code(event.kind.as_deref()),
            code(event.service_account_id.as_deref()),
            code(event.service_account_name.as_deref()),
            code(event.automation_id.as_deref()),
            code(discount.as_deref()),
            Code::flag(event.max_mode),
            Code::flag(event.is_headless),
            Code::flag(event.cloud_agent_id.is_some().then_some(true)),
            Code::flag(Some(token_based)),
        ];
        self.interner.set(&key, || fields(&self.account, event, token_based))
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

/// Returns the dimensions of an event. A cloud agent's id is no dimension, since nearly every run has its own.
fn fields(account: &Arc<str>, event: &UsageEvent, token_based: bool) -> DimensionFields {
    let model = Some(event.model.as_str()).filter(|model| !model.is_empty());
    let mut fields = DimensionFields::new("cursor", Currency::USD);
    fields.account = Some(Arc::clone(account));
    fields.service = Some(model.map_or_else(|| NO_MODEL.into(), |model| Arc::from(&*service_name(model))));
    fields.service_id = model.map(Arc::from);
    fields.category = Some(if token_based { "tokens" } else { "requests" }.into());
    fields.usage_unit.clone_from(&fields.category);
    fields.subcategory = Some(match event.kind {
        Some(_) => event.event_kind().label().into(),
        None => NO_KIND.into(),
    });
    fields.resource = Some(resource(event).into());
    fields.charge_type = Some("Usage".into());
    fields.stated_kind = event.kind.as_deref().map(Arc::from);
    fields.stated_model.clone_from(&fields.service_id);
    fields.discount_percent = event.token_usage.as_ref().and_then(|tokens| tokens.discount_percent_off);
    let account_name = event.service_account_name.as_deref().or(event.service_account_id.as_deref());
    for (key, value) in [
        (USER_TAG, event.user_email.as_deref()),
        ("cursor:model", model),
        ("cursor:kind", event.kind.as_deref()),
        ("cursor:max_mode", event.max_mode.map(flag)),
        ("cursor:headless", event.is_headless.map(flag)),
        ("cursor:service_account", account_name),
        ("cursor:cloud_agent", event.cloud_agent_id.as_ref().map(|_| flag(true))),
        ("cursor:automation", event.automation_id.as_deref()),
    ] {
        if let Some(value) = value {
            fields.tags.insert(key, value);
        }
    }
    fields
}

fn flag(flag: bool) -> &'static str {
    if flag { "true" } else { "false" }
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

fn stated(event: &UsageEvent, figures: &Figures) -> Stated {
    let mut stated = Stated::default();
    stated.charged = figures.charged;
    stated.model_cost = figures.model_cost;
    stated.fee = figures.fee;
    stated.conversation = event.conversation_id.as_deref().map(Arc::from);
    stated.agent = event.cloud_agent_id.as_deref().map(Arc::from);
    stated.rounded = event.rounded_amounts;
    stated
}
