//! A usage event to a cost record: who and what it is about.
//!
//! Events of a team repeat the same few facts, so the mapping works on codes of their texts: an event whose codes
//! were seen before gets the set that was made then, without a text being compared or copied. The amounts of an event
//! are worked out in `charges.rs`.

use std::collections::HashMap;
use std::sync::Arc;

use cost_model::money::{RequestUnits, TokenCounts, Tokens};
use cost_model::record::{Code, DimensionFields, DimensionInterner, ProviderAmounts, SharedTexts};
use cost_model::{CostRecord, Currency, Dimension, DimensionSet, Timestamp};
use cursor_admin_client::UsageEvent;
use cursor_admin_client::endpoints::usage_events::{EventKind, UsageEventRef};

use crate::charges::{Figures, costs};
use crate::service_name;

/// The resource of events that name neither a user nor a service account.
///
/// A bucket of its own, so that such charges are counted and can be filtered.
pub const NO_USER: &str = "(no user)";
/// The service of events that name no model.
pub const NO_MODEL: &str = "(no model)";
/// The subcategory of events that name no kind.
pub const NO_KIND: &str = "(no kind)";

/// The tag that holds the email address of the person who caused a charge.
pub const USER_TAG: &str = "cursor:user";

/// Returns where Cursor's charges may name their person, in order: the resource, and, behind a service account, the tag
/// [`USER_TAG`]. For `RuleSet::with_default_person` of `virtual-tags`.
///
/// ```
/// use cost_model::Dimension;
///
/// assert_eq!(cursor_cost_source::places_of_people().first(), Some(&Dimension::Resource));
/// ```
pub fn places_of_people() -> [Dimension; 2] {
    [Dimension::Resource, Dimension::Tag(USER_TAG.into())]
}

/// A mapping that remembers more sets than this begins anew, so that one that lives as long as a service does not grow for
/// ever. A million events of a company in which everybody uses every model have some 270,000.
const SETS_MAX: usize = 1 << 20;

/// Maps usage events of one connection to cost records.
///
/// It grows with the number of distinct sets, and begins anew beyond about a million. One mapping serves all windows
/// of a connection.
///
/// It remembers the dimensions of the events that it has seen, so that all records with the same dimensions share them.
#[derive(Debug)]
pub struct Mapping {
    /// The account name of every record.
    account: Arc<str>,
    /// The sets met so far, by the codes of what they depend on.
    interner: DimensionInterner<11>,
    /// The kinds met so far, which are few, and their labels, by the code of their text.
    kinds: Vec<(Code, EventKind, Arc<str>)>,
    /// The display names of the models met so far, by the code of their id.
    services: HashMap<Code, Arc<str>>,
}

impl Mapping {
    /// Makes a mapping for the connection of that account name.
    ///
    /// The account's name is in every set of dimensions, so that a mapping is for one connection alone.
    pub fn new(account: impl Into<Arc<str>>) -> Self {
        let (interner, kinds, services) = (DimensionInterner::new(), Vec::new(), HashMap::new());
        Self { account: account.into(), interner, kinds, services }
    }

    /// Returns the cost record of an event. Every event has one: what is missing or unknown goes into a named bucket.
    ///
    /// Request units that do not fit their type are absent.
    pub fn record<T: AsRef<str>>(&mut self, event: &UsageEvent<T>) -> CostRecord {
        // Sets are never given up one by one: past the limit, all are forgotten and the mapping begins again.
        if self.interner.len() > SETS_MAX {
            *self = Self::new(Arc::clone(&self.account));
        }
        let figures = Figures::of(event);
        let tokens = tokens(event);
        // Older events lack the flag; what was counted then decides.
        let token_based = event.is_token_based_call.unwrap_or(tokens != TokenCounts::default());
        let kind = self.interner.code(event.kind.as_ref().map(T::as_ref));
        let costs = costs(self.kind(kind, event), event.is_free_bugbot == Some(true), &figures);
        let dimensions = self.dimensions(event, kind, token_based);
        let mut record = CostRecord::with_dimensions(Timestamp::from(event.timestamp), dimensions, costs);
        record.tokens = tokens;
        record.requests = event.requests_costs.and_then(|requests| RequestUnits::try_from(requests).ok());
        record.stated = stated(event, &figures);
        record
    }

    /// Returns the set of everything that `fields` depends on.
    fn dimensions<T: AsRef<str>>(
        &mut self,
        event: &UsageEvent<T>,
        kind: Code,
        token_based: bool,
    ) -> Arc<DimensionSet> {
        let discount = event.token_usage.as_ref().and_then(|tokens| tokens.discount_percent_off);
        let discount = discount.map(|percent| percent.normalize().to_string());
        let model = self.code(Some(&event.model));
        let key = [
            self.code(event.user_email.as_ref()),
            model,
            kind,
            self.code(event.service_account_id.as_ref()),
            self.code(event.service_account_name.as_ref()),
            self.code(event.automation_id.as_ref()),
            self.interner.code(discount.as_deref()),
            Code::flag(event.max_mode),
            Code::flag(event.is_headless),
            Code::flag(event.cloud_agent_id.as_ref().map(|_| true)),
            Code::flag(Some(token_based)),
        ];
        let Self { account, interner, kinds, services } = self;
        interner.set(&key, |texts| {
            let event = event.borrowed();
            let service = services.entry(model).or_insert_with(|| match &*event.model {
                "" => NO_MODEL.into(),
                id => Arc::from(&*service_name(id)),
            });
            let mut fields = fields(texts, &event, token_based);
            fields.account = Some(Arc::clone(account));
            fields.service = Some(Arc::clone(service));
            // It was met when the event's costs were worked out.
            fields.subcategory =
                kinds.iter().find(|(known, ..)| *known == kind).map(|(.., label)| Arc::clone(label));
            fields
        })
    }

    /// Returns the code of a text of an event, or that of none.
    fn code<T: AsRef<str>>(&mut self, text: Option<&T>) -> Code {
        self.interner.code(text.map(T::as_ref))
    }

    /// Returns the kind of an event, whose text has that code, read once for each text.
    fn kind<T: AsRef<str>>(&mut self, code: Code, event: &UsageEvent<T>) -> &EventKind {
        let place = self.kinds.iter().position(|(known, ..)| *known == code).unwrap_or_else(|| {
            let kind = event.event_kind();
            let label = if event.kind.is_some() { Arc::from(kind.label()) } else { NO_KIND.into() };
            self.kinds.push((code, kind, label));
            self.kinds.len() - 1
        });
        // It is there by now.
        self.kinds.get(place).map_or(&EventKind::Free, |(_, kind, _)| kind)
    }

    /// Returns whether an event is of a kind that this crate has no rule for.
    ///
    /// Its billed cost is then absent, and the run that read it counts it.
    pub fn is_unknown_kind<T: AsRef<str>>(&mut self, event: &UsageEvent<T>) -> bool {
        let code = self.interner.code(event.kind.as_ref().map(T::as_ref));
        !matches!(
            self.kind(code, event),
            EventKind::UsageBased
                | EventKind::Included { .. }
                | EventKind::UserApiKey
                | EventKind::Errored
                | EventKind::Aborted
                | EventKind::Free
        )
    }
}

/// Returns the dimensions of an event, all but its account and its labels. A cloud agent's id is no dimension, since nearly every run has its own.
fn fields(texts: &mut SharedTexts, event: &UsageEventRef<'_>, token_based: bool) -> DimensionFields {
    let model = Some(&*event.model).filter(|model| !model.is_empty());
    let mut fields = DimensionFields::new(texts.share("cursor"), Currency::USD);
    fields.service_id = model.map(|model| texts.share(model));
    fields.category = Some(texts.share(if token_based { "tokens" } else { "requests" }));
    fields.usage_unit.clone_from(&fields.category);
    fields.resource = Some(texts.share(resource(event)));
    fields.charge_type = Some(texts.share("Usage"));
    fields.stated_kind = event.kind.as_deref().map(|kind| texts.share(kind));
    fields.stated_model.clone_from(&fields.service_id);
    fields.discount_percent = event.token_usage.as_ref().and_then(|tokens| tokens.discount_percent_off);
    let account_name = event.service_account_name.as_deref().or(event.service_account_id.as_deref());
    let tags = [
        (USER_TAG, event.user_email.as_deref()),
        ("cursor:model", model),
        ("cursor:kind", event.kind.as_deref()),
        ("cursor:max_mode", event.max_mode.map(flag)),
        ("cursor:headless", event.is_headless.map(flag)),
        ("cursor:service_account", account_name),
        ("cursor:cloud_agent", event.cloud_agent_id.as_ref().map(|_| flag(true))),
        ("cursor:automation", event.automation_id.as_deref()),
    ];
    fields.tags =
        tags.into_iter().filter_map(|(key, value)| Some((texts.share(key), texts.share(value?)))).collect();
    fields
}

/// Returns the value of a tag that says yes or no.
///
/// The words are those of filters.
fn flag(flag: bool) -> &'static str {
    if flag { "true" } else { "false" }
}

/// Returns who caused an event: the service account before the user, who is then in a tag only.
///
/// The service account is what an administrator can act on; the user behind it is in the tag [`USER_TAG`].
fn resource<'a>(event: &'a UsageEventRef<'_>) -> &'a str {
    event.service_account_id.as_deref().or(event.user_email.as_deref()).unwrap_or(NO_USER)
}

/// Returns the token counts of an event, 0 where it states none.
fn tokens<T>(event: &UsageEvent<T>) -> TokenCounts {
    event.token_usage.as_ref().map_or_else(TokenCounts::default, |tokens| TokenCounts {
        input: Tokens::new(tokens.input_tokens),
        output: Tokens::new(tokens.output_tokens),
        cache_write: Tokens::new(tokens.cache_write_tokens),
        cache_read: Tokens::new(tokens.cache_read_tokens),
    })
}

/// Returns what the event states, as it was sent, so that costs can be worked out again from a store.
///
/// Ids of conversations and of agents are kept beside the amounts: they differ from event to event.
fn stated<T: AsRef<str>>(event: &UsageEvent<T>, figures: &Figures) -> ProviderAmounts {
    let mut stated = ProviderAmounts::default();
    stated.charged = figures.charged;
    stated.model_cost = figures.model_cost;
    stated.fee = figures.fee;
    stated.conversation = event.conversation_id.as_ref().map(|id| Arc::from(id.as_ref()));
    stated.agent = event.cloud_agent_id.as_ref().map(|id| Arc::from(id.as_ref()));
    stated.rounded = event.rounded_amounts;
    stated
}
