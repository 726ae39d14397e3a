//! Small random companies, made so that events collide.

use chrono::{DateTime, TimeDelta, Utc};
use cursor_simulator::behaviour::{Ids, KindWords, Notation, Order, Oversize, RateLimits, Scope, Timestamps};
use cursor_simulator::events::Tokens;
use cursor_simulator::{Behaviour, CENT, Era, REQUEST, TrueEvent};

use super::dice::Dice;

pub(super) const EMAILS: [&str; 3] = ["ann@acme.test", "Bob@acme.test", "zo\u{eb}@acme.test"];
const KINDS: [&str; 7] = [
    TrueEvent::USAGE_BASED,
    TrueEvent::USAGE_BASED,
    TrueEvent::INCLUDED,
    TrueEvent::OWN_KEY,
    TrueEvent::ERRORED,
    TrueEvent::FREE,
    "A kind of tomorrow",
];
/// The first moment that an event can have.
const EPOCH: i64 = 1_790_000_000_000;

/// Prices of all sorts: none, zero, float noise, far below and above a cent, a credit.
pub(super) fn amounts() -> [Option<i128>; 8] {
    [
        None,
        Some(0),
        Some(CENT * 627 / 100),
        Some(20_182_319_999_999_997 * (CENT / 1_000_000_000_000_000)),
        Some(20_182_319_999_999_998 * (CENT / 1_000_000_000_000_000)),
        Some(CENT / 8_000_000),
        Some(7_500_000_000_000_001 * 100),
        Some(-CENT / 2),
    ]
}

/// What events of one company are drawn from. Few patterns and few moments make twins and ties.
#[derive(Clone, Debug)]
pub(super) struct Palette {
    patterns: Vec<TrueEvent>,
    /// How many milliseconds events can lie apart.
    spread: usize,
}

impl Palette {
    pub(super) fn random(dice: &mut Dice) -> Self {
        let patterns = (0..dice.pick(&[1, 2, 4, 12])).map(|_| pattern(dice)).collect();
        Self { patterns, spread: dice.pick(&[3, 12, 40, 200]) }
    }

    pub(super) fn event(&self, dice: &mut Dice) -> TrueEvent {
        let mut event = dice.pick(&self.patterns);
        event.timestamp_ms = self.moment(dice).timestamp_millis();
        event
    }

    pub(super) fn moment(&self, dice: &mut Dice) -> DateTime<Utc> {
        moment(dice.below(self.spread))
    }

    /// A window that ends at, or just beside, where the events do, so that its bounds are hit.
    pub(super) fn window(&self, dice: &mut Dice) -> (DateTime<Utc>, DateTime<Utc>) {
        let last = self.spread - 1;
        let (start, end) = (moment(dice.below(2)), moment(last + dice.below(2)));
        match dice.below(6) {
            0 => (start - TimeDelta::microseconds(500), end),
            1 => (start, end + TimeDelta::microseconds(500)),
            _ => (start, end),
        }
    }
}

fn moment(after: usize) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(EPOCH + i64::try_from(after).unwrap()).unwrap()
}

fn pattern(dice: &mut Dice) -> TrueEvent {
    let model = dice.pick(&["default", "gpt-5.4", "claude-4.5-sonnet"]);
    let mut event = TrueEvent::new(EPOCH, model, dice.pick(&KINDS));
    match dice.below(6) {
        0 => {}
        1 => {
            event.service_account_id = Some("sa_1".to_owned());
            event.service_account_name = Some("Nightly \"build\"".to_owned());
        }
        _ => event.email = Some(dice.pick(&EMAILS).to_owned()),
    }
    if dice.once_in(4) {
        event.cloud_agent_id = Some("bc-00000000-0000-4000-8000-000000000001".to_owned());
        event.conversation_id = Some("00000000-0000-4000-8000-000000000002".to_owned());
    }
    event.max_mode = dice.once_in(3);
    event.is_headless = dice.once_in(3);
    event.is_chargeable = dice.once_in(2);
    event.is_token_based = dice.once_in(2);
    event.is_free_bugbot = dice.once_in(8);
    event.requests = dice.pick(&[0, REQUEST, REQUEST * 14 / 10]);
    if !dice.once_in(4) {
        event.tokens =
            Some(dice.pick(&[Tokens::default(), Tokens::new(1, 2, 3, 4), Tokens::new(0, 9, 0, 7)]));
        event.model_cost = dice.pick(&amounts());
        event.discount_percent = dice.pick(&[None, Some(10)]);
    }
    event.token_fee = dice.pick(&[None, Some(0), Some(CENT * 5 / 4)]);
    event.charged = dice.pick(&amounts());
    event
}

pub(super) fn behaviour(dice: &mut Dice) -> Behaviour {
    let mut behaviour = Behaviour::of(dice.pick(&[Era::October2026, Era::February2026, Era::Year2025]));
    behaviour.kinds = dice.pick(&[KindWords::Labels, KindWords::EnumNames]);
    behaviour.ids = dice.pick(&[Ids::Text, Ids::Numbers]);
    behaviour.timestamps = dice.pick(&[Timestamps::Text, Timestamps::Number, Timestamps::Rfc3339]);
    behaviour.notation = dice.pick(&[Notation::JavaScript, Notation::Python]);
    behaviour.display_list = dice.once_in(6);
    behaviour.scope = dice.pick(&[Scope::Admin, Scope::ReadOnly]);
    behaviour.order = match dice.below(8) {
        0 => Order::OldestFirst,
        1 => Order::Shuffled { seed: dice.next() },
        _ => Order::NewestFirst,
    };
    behaviour.pages_of_nothing = dice.pick(&[0, 1]);
    behaviour.refuse_past_end = dice.once_in(4);
    behaviour.oversize = Oversize::Clamp;
    behaviour.rate_limits = match dice.below(8) {
        0..4 => None,
        4..7 => Some(RateLimits::documented()),
        _ => Some(RateLimits::older()),
    };
    behaviour
}
