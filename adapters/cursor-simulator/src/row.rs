//! One event as bytes: what is asked for in filters stands first.

use crate::event::{Tokens, TrueEvent};
use crate::packed::{Id, Reader, put, put_amount, put_signed};
use crate::symbols::Symbols;

/// What filters look at.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Head<'a> {
    pub(crate) email: Option<&'a str>,
    pub(crate) person: Option<&'a str>,
    pub(crate) service_account: Option<&'a str>,
    pub(crate) cloud_agent: Option<Id<'a>>,
    pub(crate) automation: Option<Id<'a>>,
}

const MAX_MODE: u64 = 1;
const TOKEN_BASED: u64 = 1 << 1;
const CHARGEABLE: u64 = 1 << 2;
const HEADLESS: u64 = 1 << 3;
const FREE_BUGBOT: u64 = 1 << 4;
const CLOUD_AGENT: u64 = 1 << 5;
const AUTOMATION: u64 = 1 << 6;
const CONVERSATION: u64 = 1 << 7;
const TOKENS: u64 = 1 << 8;
const MODEL_COST: u64 = 1 << 9;
const DISCOUNT: u64 = 1 << 10;
const TOKEN_FEE: u64 = 1 << 11;
const CHARGED: u64 = 1 << 12;

fn flags(event: &TrueEvent) -> u64 {
    let set = [
        (event.max_mode, MAX_MODE),
        (event.is_token_based, TOKEN_BASED),
        (event.is_chargeable, CHARGEABLE),
        (event.is_headless, HEADLESS),
        (event.is_free_bugbot, FREE_BUGBOT),
        (event.cloud_agent_id.is_some(), CLOUD_AGENT),
        (event.automation_id.is_some(), AUTOMATION),
        (event.conversation_id.is_some(), CONVERSATION),
        (event.tokens.is_some(), TOKENS),
        (event.model_cost.is_some(), MODEL_COST),
        (event.discount_percent.is_some(), DISCOUNT),
        (event.token_fee.is_some(), TOKEN_FEE),
        (event.charged.is_some(), CHARGED),
    ];
    set.into_iter().filter(|(is_set, _)| *is_set).map(|(_, bit)| bit).sum()
}

/// The texts that are numbered, in the order of the bytes.
fn shared(event: &TrueEvent) -> [Option<&str>; 8] {
    [
        event.email.as_deref(),
        event.person.as_deref(),
        event.service_account_id.as_deref(),
        event.service_account_name.as_deref(),
        event.team.as_deref(),
        event.department.as_deref(),
        Some(&event.model),
        Some(&event.kind),
    ]
}

/// The texts of an event that are not numbered yet.
pub(crate) fn new_texts<'a>(event: &'a TrueEvent, symbols: &Symbols) -> Vec<&'a str> {
    shared(event).into_iter().filter(|text| symbols.find(*text).is_none()).flatten().collect()
}

/// Appends an event, all of whose texts have numbers.
pub(crate) fn pack(out: &mut Vec<u8>, event: &TrueEvent, symbols: &Symbols) {
    put_signed(out, event.timestamp_ms);
    put(out, flags(event));
    for text in shared(event) {
        put(out, symbols.find(text).unwrap_or(0));
    }
    let ids = [&event.cloud_agent_id, &event.automation_id, &event.conversation_id];
    for id in ids.into_iter().flatten() {
        Id::of(id).put(out);
    }
    put_amount(out, event.requests);
    if let Some(tokens) = event.tokens {
        for count in [tokens.input, tokens.output, tokens.cache_write, tokens.cache_read] {
            put(out, count);
        }
    }
    for amount in [event.model_cost, event.token_fee, event.charged].into_iter().flatten() {
        put_amount(out, amount);
    }
    if let Some(percent) = event.discount_percent {
        put(out, u64::from(percent));
    }
}

pub(crate) fn timestamp(bytes: &[u8]) -> i64 {
    Reader::new(bytes).signed()
}

pub(crate) fn head<'a>(bytes: &'a [u8], symbols: &'a Symbols) -> Head<'a> {
    let mut reader = Reader::new(bytes);
    reader.signed();
    let flags = reader.number();
    let [email, person, service_account, ..] =
        std::array::from_fn::<_, 8, _>(|_| symbols.text(reader.number()));
    let mut id = |bit: u64| (flags & bit != 0).then(|| reader.id());
    Head { email, person, service_account, cloud_agent: id(CLOUD_AGENT), automation: id(AUTOMATION) }
}

pub(crate) fn unpack(bytes: &[u8], symbols: &Symbols) -> TrueEvent {
    let mut reader = Reader::new(bytes);
    let timestamp_ms = reader.signed();
    let flags = reader.number();
    let has = |bit: u64| flags & bit != 0;
    let mut text = || symbols.text(reader.number()).map(str::to_owned);
    let (email, person) = (text(), text());
    let (service_account_id, service_account_name) = (text(), text());
    let (team, department) = (text(), text());
    let (model, kind) = (text().unwrap_or_default(), text().unwrap_or_default());
    let mut id = |bit: u64| has(bit).then(|| reader.id().to_text());
    let (cloud_agent_id, automation_id) = (id(CLOUD_AGENT), id(AUTOMATION));
    let conversation_id = id(CONVERSATION);
    let requests = reader.amount();
    let mut count = || reader.number();
    let tokens = has(TOKENS).then(|| Tokens::new(count(), count(), count(), count()));
    let mut amount = |bit: u64| has(bit).then(|| reader.amount());
    let (model_cost, token_fee, charged) = (amount(MODEL_COST), amount(TOKEN_FEE), amount(CHARGED));
    let discount_percent = has(DISCOUNT).then(|| u32::try_from(reader.number()).unwrap_or(u32::MAX));
    TrueEvent {
        timestamp_ms,
        email,
        person,
        team,
        department,
        service_account_id,
        service_account_name,
        cloud_agent_id,
        automation_id,
        conversation_id,
        model,
        kind,
        max_mode: has(MAX_MODE),
        requests,
        is_token_based: has(TOKEN_BASED),
        is_chargeable: has(CHARGEABLE),
        is_headless: has(HEADLESS),
        is_free_bugbot: has(FREE_BUGBOT),
        tokens,
        model_cost,
        discount_percent,
        token_fee,
        charged,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn there_and_back(event: &TrueEvent) -> (TrueEvent, Option<String>) {
        let mut symbols = Symbols::default();
        for text in new_texts(event, &symbols.clone()) {
            if symbols.find(Some(text)).is_none() {
                symbols.add(text);
            }
        }
        let mut bytes = Vec::new();
        pack(&mut bytes, event, &symbols);
        let head = head(&bytes, &symbols);
        assert_eq!(timestamp(&bytes), event.timestamp_ms);
        assert_eq!(head.email, event.email.as_deref());
        assert_eq!(head.service_account, event.service_account_id.as_deref());
        (unpack(&bytes, &symbols), head.automation.map(Id::to_text))
    }

    #[test]
    fn a_bare_event_comes_back() {
        let event = TrueEvent::new(-7, "", "");
        assert_eq!(there_and_back(&event), (event, None));
    }

    #[test]
    fn a_full_event_comes_back() {
        let mut event = TrueEvent::new(1_785_484_800_555, "Premium (Codex 5.3)", "Loyalty \u{1f389}");
        event.email = Some("zoë@acme.test".to_owned());
        event.person = Some("zoe@acme.test".to_owned());
        event.team = Some("Payments".to_owned());
        event.department = Some("Payments".to_owned());
        event.service_account_id = Some("sa_1".to_owned());
        event.service_account_name = Some(String::new());
        event.cloud_agent_id = Some("bc-0d4b6a52-33a1-4f0e-9a44-6f5f1c0b7e21".to_owned());
        event.automation_id = Some("nightly".to_owned());
        event.conversation_id = Some("0d4b6a52-33a1-4f0e-9a44-6f5f1c0b7e21".to_owned());
        (event.max_mode, event.is_token_based, event.is_chargeable) = (true, true, true);
        (event.is_headless, event.is_free_bugbot) = (true, true);
        event.requests = i128::MAX;
        event.tokens = Some(Tokens::new(u64::MAX, 1, 0, 300));
        (event.model_cost, event.token_fee, event.charged) = (Some(i128::MIN), Some(0), Some(-1));
        event.discount_percent = Some(u32::MAX);
        let automation = event.automation_id.clone();
        assert_eq!(there_and_back(&event), (event, automation));
    }
}
