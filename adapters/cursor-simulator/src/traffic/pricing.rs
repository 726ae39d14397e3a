//! From calls to events: what the plan includes, what is charged, and which digits are sent.
//!
//! Each call becomes one event, or two where it is sent twice. The pool of a person's seat is used up in order of time
//! and renewed with each cycle. The small irregularities (float noise, residues, amounts left at zero) are there on
//! purpose: a client has to keep every digit of them.

use crate::amount::{CENT, DOLLAR, REQUEST, with_float_noise};
use crate::calendar::{midnight, next_cycle};
use crate::company::models::DISCOUNTED;
use crate::company::{Company, Person, team_names};
use crate::events::{Tokens, TrueEvent};
use crate::rng::{Rng, uuid_text};
use crate::traffic::{Call, Caller, Fate};

/// What each person's seat includes per cycle; the call that crosses it is still included.
const POOL: i128 = 20 * DOLLAR;
/// The discount on calls of [`DISCOUNTED`], in percent.
const DISCOUNT_PERCENT: u32 = 10;
/// The kind label of calls that only a large company has; no documentation names it.
const UNKNOWN_KIND: &str = "Partner Credit";
/// A request unit is four cents; units and dollars are counted in the same fraction.
const UNITS_PER_DOLLAR: i128 = 25;

/// Turns calls, oldest first, into events. `now` decides whose email is withheld.
pub(crate) fn price(
    company: &Company,
    calls: &[Call<'_>],
    now: i64,
    seed: u64,
    mut keep: impl FnMut(&TrueEvent),
) {
    let mut rng = Rng::new(seed);
    // The range may begin in the middle of a cycle: part of each pool is used by then.
    let mut used: Vec<i128> = company.people.iter().map(|_| i128::from(rng.below(1500)) * CENT).collect();
    let mut renewal = calls.first().map_or(i64::MAX, |call| next_cycle(call.at));
    for call in calls {
        if call.at >= renewal {
            used.fill(0);
            renewal = next_cycle(call.at);
        }
        let pool = match call.caller {
            Caller::Person(index, _) => used.get_mut(index),
            Caller::Service(_) => None,
        };
        // Decided before the call is added: the call that crosses the pool is still included.
        let included = pool.as_ref().is_some_and(|used| **used < POOL);
        let event = event(call, included, now);
        let copies = if call.twin { 2 } else { 1 };
        if let (Some(used), true) = (pool, event.kind == TrueEvent::INCLUDED) {
            // Both copies of a call that is sent twice use up the pool.
            *used += copies * event.effective().unwrap_or(0);
        }
        for _ in 0..copies {
            keep(&event);
        }
    }
}

/// Makes the event of a call. Its draws come from the call's own dice, so that they do not depend on other calls.
fn event(call: &Call<'_>, included: bool, now: i64) -> TrueEvent {
    let mut event = TrueEvent::new(call.at, call.model.id, kind(call.fate, included));
    match call.caller {
        Caller::Person(_, person) => set_person(&mut event, person, now),
        Caller::Service(service) => {
            event.email = service.email.map(str::to_owned);
            event.service_account_id = Some(service.id.to_owned());
            event.service_account_name = Some(service.name.to_owned());
            event.automation_id = Some(service.automation.clone());
            set_team(&mut event, Some(service.team));
        }
    }
    event.cloud_agent_id = call.cloud_agent.map(|bits| format!("bc-{}", uuid_text(bits)));
    event.conversation_id = call.conversation.map(uuid_text);
    event.is_headless = call.headless;
    event.max_mode = call.max_mode;
    let mut dice = Rng::new(call.dice);
    set_amounts(&mut event, call, &mut dice);
    // Now and then the flag contradicts the kind, as in real answers: no client may rely on it.
    event.is_chargeable = (event.kind == TrueEvent::USAGE_BASED) != dice.chance(8);
    event
}

/// Names the person, whose email is withheld once they have left by `now`; the truth keeps it.
fn set_person(event: &mut TrueEvent, person: &Person, now: i64) {
    let removed = person.left.is_some_and(|at| at <= now);
    event.email = (!removed).then(|| person.sent_email.clone());
    event.person = Some(person.email.clone());
    set_team(event, person.team_at(event.timestamp_ms));
}

/// Sets team and department, where there is a team.
fn set_team(event: &mut TrueEvent, team: Option<usize>) {
    if let Some((team, department)) = team_names(team) {
        event.team = Some(team.to_owned());
        event.department = Some(department.to_owned());
    }
}

/// Returns the label of the event's kind; a charged call is included while the pool lasts.
const fn kind(fate: Fate, included: bool) -> &'static str {
    match fate {
        Fate::Charged if included => TrueEvent::INCLUDED,
        Fate::Charged => TrueEvent::USAGE_BASED,
        Fate::ByRequest => TrueEvent::INCLUDED,
        Fate::Errored => TrueEvent::ERRORED,
        Fate::Aborted => TrueEvent::ABORTED,
        Fate::OwnKey => TrueEvent::OWN_KEY,
        Fate::Free => TrueEvent::FREE,
        Fate::Unknown => UNKNOWN_KIND,
    }
}

/// Sets requests, tokens and amounts, in the way that the call's fate is charged.
fn set_amounts(event: &mut TrueEvent, call: &Call<'_>, dice: &mut Rng) {
    match call.fate {
        Fate::ByRequest => {
            event.requests = i128::from(10 + 2 * dice.below(10)) * REQUEST / 10;
            event.charged = Some(event.requests / UNITS_PER_DOLLAR);
        }
        Fate::Errored | Fate::Aborted if dice.chance(500) => {
            event.tokens = Some(Tokens::default());
            event.charged = Some(0);
        }
        Fate::Charged | Fate::Unknown => {
            set_tokens(event, call);
            charge(event, dice);
        }
        Fate::OwnKey => {
            set_tokens(event, call);
            if let (Some(fee), true) = (event.token_fee, dice.chance(20)) {
                event.token_fee = Some(with_float_noise(fee, dice.next()));
            }
            event.charged = event.token_fee;
        }
        // Tokens were used, and nobody pays for them.
        Fate::Errored | Fate::Aborted | Fate::Free => {
            set_tokens(event, call);
            event.token_fee = None;
            event.charged = Some(0);
        }
    }
}

/// Sets the tokens, with the cost of the model and the fee that follow from them.
fn set_tokens(event: &mut TrueEvent, call: &Call<'_>) {
    let cost = call.model.price(&call.tokens);
    event.is_token_based = true;
    event.tokens = Some(call.tokens);
    event.model_cost = Some(cost);
    event.token_fee = call.model.fee(&call.tokens);
    // Tenths of a unit, of four cents each.
    event.requests = cost / (4 * CENT / 10) * (REQUEST / 10);
    let discounted = midnight(2026, 9, 1)..midnight(2026, 10, 1);
    if call.model.id == DISCOUNTED && call.fate == Fate::Charged && discounted.contains(&call.at) {
        event.discount_percent = Some(DISCOUNT_PERCENT);
    }
}

/// Sets what the event was charged. The plain case is `cost * (1 - discount) + fee`; the rest is what real
/// answers are known to do.
fn charge(event: &mut TrueEvent, dice: &mut Rng) {
    let roll = dice.below(10_000);
    if roll < 20 && event.token_fee.is_none() {
        // A residue far below a cent, of an event with next to no tokens.
        let residue = i128::from(11 + dice.below(988)) * (CENT / 1_000_000_000);
        event.tokens = Some(Tokens::new(0, 0, 0, 1));
        event.requests = 0;
        event.model_cost = Some(residue);
    } else if roll < 60 {
        event.model_cost = event.model_cost.map(|cost| with_float_noise(cost, dice.next()));
    }
    let kept = 100 - i128::from(event.discount_percent.unwrap_or(0));
    let cost = event.model_cost.unwrap_or(0) * kept / 100;
    let charged = cost + event.token_fee.unwrap_or(0);
    event.charged = Some(match roll {
        60..360 => with_float_noise(charged, dice.next()),
        // Some events of the plan state 0 although their model has a cost: the value used follows from the cost then.
        360..430 if event.kind == TrueEvent::INCLUDED => 0,
        _ => charged,
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::company::habits::CompanyKind;
    use crate::traffic;

    fn events() -> Vec<TrueEvent> {
        let range = (midnight(2026, 8, 1), midnight(2026, 11, 1));
        let company = Company::found(CompanyKind::Demo, 9, 60, range);
        let calls = traffic::plan(&company, range, 120, 9);
        let mut events = Vec::new();
        price(&company, &calls, range.1, 9, |event| events.push(event.clone()));
        events
    }

    #[test]
    fn charges_are_the_discounted_cost_and_the_fee() {
        let (mut exact, mut all) = (0, 0);
        for event in events().iter().filter(|event| event.kind == TrueEvent::USAGE_BASED) {
            let kept = 100 - i128::from(event.discount_percent.unwrap_or(0));
            let cost = event.model_cost.unwrap() * kept;
            assert_eq!(cost % 100, 0, "a discounted cost has no digits below the unit");
            let expected = cost / 100 + event.token_fee.unwrap_or(0);
            let off = (event.charged.unwrap() - expected).abs();
            assert!(off < CENT / 1_000_000_000, "{event:?}");
            exact += usize::from(off == 0);
            all += 1;
        }
        assert!(exact * 100 > all * 95 && exact < all, "{exact} of {all}");
    }

    #[test]
    fn nobody_pays_before_the_pool_is_used() {
        let events = events();
        let start = midnight(2026, 8, 14) + 34_200_000;
        let mut pools = std::collections::BTreeMap::<_, i128>::new();
        for event in events.iter().filter(|event| (start..next_cycle(start)).contains(&event.timestamp_ms)) {
            let Some(person) = event.person.as_ref() else { continue };
            let used = pools.entry(person).or_default();
            match event.kind.as_str() {
                TrueEvent::INCLUDED => {
                    assert!(*used < POOL || !event.is_token_based, "{event:?}");
                    *used += event.effective().unwrap();
                }
                TrueEvent::USAGE_BASED => assert!(*used >= POOL, "{event:?}"),
                _ => {}
            }
        }
        assert!(pools.values().any(|used| *used >= POOL));
    }

    #[test]
    fn a_request_unit_is_four_cents() {
        let events = events();
        let event = events
            .iter()
            .find(|event| event.charged.is_some() && !event.is_token_based && event.requests > 0);
        let event = event.unwrap();
        assert_eq!(event.requests / (REQUEST / 10) * (4 * CENT) / 10, event.charged.unwrap());
    }
}
