//! A usage event to a cost record: design.md section 3 as code.

use std::sync::{Arc, LazyLock};

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

/// Texts that most records have, made once.
struct Words {
    user: Arc<str>,
    model: Arc<str>,
    kind: Arc<str>,
    max_mode: Arc<str>,
    headless: Arc<str>,
    service_account: Arc<str>,
    cloud_agent: Arc<str>,
    automation: Arc<str>,
    yes: Arc<str>,
    no: Arc<str>,
}

static WORDS: LazyLock<Words> = LazyLock::new(|| Words {
    user: "cursor:user".into(),
    model: "cursor:model".into(),
    kind: "cursor:kind".into(),
    max_mode: "cursor:max_mode".into(),
    headless: "cursor:headless".into(),
    service_account: "cursor:service_account".into(),
    cloud_agent: "cursor:cloud_agent".into(),
    automation: "cursor:automation".into(),
    yes: "true".into(),
    no: "false".into(),
});

fn tags(event: &UsageEvent) -> Tags {
    let words = &*WORDS;
    let flag =
        |value: Option<bool>| value.map(|value| Arc::clone(if value { &words.yes } else { &words.no }));
    let text = |value: Option<&String>| value.map(|text| Arc::from(text.as_str()));
    let account_name = event.service_account_name.as_ref().or(event.service_account_id.as_ref());
    let mut tags = Tags::default();
    for (key, value) in [
        (&words.user, text(event.user_email.as_ref())),
        (&words.model, text(Some(&event.model).filter(|model| !model.is_empty()))),
        (&words.kind, text(event.kind.as_ref())),
        (&words.max_mode, flag(event.max_mode)),
        (&words.headless, flag(event.is_headless)),
        (&words.service_account, text(account_name)),
        (&words.cloud_agent, text(event.cloud_agent_id.as_ref())),
        (&words.automation, text(event.automation_id.as_ref())),
    ] {
        if let Some(value) = value {
            tags.insert(Arc::clone(key), value);
        }
    }
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
