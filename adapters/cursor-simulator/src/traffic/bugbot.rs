//! Bugbot's reviews, which no generated company has unless asked for.

use crate::amount::CENT;
use crate::calendar::{DAY, HOUR, floor_day, weekday};
use crate::company::Company;
use crate::events::{Tokens, TrueEvent};
use crate::rng::Rng;

/// The model id that reviews have.
const MODEL: &str = "agent_review";

/// Draws so many reviews on every weekday, oldest first; every other one is free.
pub(crate) fn reviews(
    company: &Company,
    (start, end): (i64, i64),
    per_day: u32,
    seed: u64,
) -> Vec<TrueEvent> {
    // Draws of its own, so that a company has the same calls with reviews and without.
    let mut rng = Rng::new(seed ^ 0xb06_b07);
    let mut reviews = Vec::new();
    let mut day = floor_day(start);
    while day < end {
        let count = if [0, 6].contains(&weekday(day)) { 0 } else { per_day };
        for number in 0..count {
            let at = day + 8 * HOUR + i64::try_from(rng.below(9 * HOUR.unsigned_abs())).unwrap_or(0);
            reviews.extend(
                review(company, at, number % 2 == 0, &mut rng).filter(|_| (start..end).contains(&at)),
            );
        }
        day += DAY;
    }
    reviews.sort_by_key(|review| review.timestamp_ms);
    reviews
}

/// Draws a review for somebody who works then; `None` where nobody does.
fn review(company: &Company, at: i64, free: bool, rng: &mut Rng) -> Option<TrueEvent> {
    let staff: Vec<_> = company.people.iter().filter(|person| person.works_at(at)).collect();
    let bound = u64::try_from(staff.len()).unwrap_or(0);
    let person = usize::try_from(rng.below(bound)).ok().and_then(|index| staff.get(index))?;
    let tokens = Tokens::new(2000 + rng.below(20_000), 300 + rng.below(2000), 0, 0);
    let cost = i128::from(tokens.total()) * (CENT / 5000);
    let mut event = TrueEvent::new(at, MODEL, if free { TrueEvent::FREE } else { TrueEvent::USAGE_BASED });
    event.email = person.left.is_none().then(|| person.sent_email.clone());
    event.person = Some(person.email.clone());
    if let Some((team, department)) = crate::company::team_names(person.team_at(at)) {
        (event.team, event.department) = (Some(team.to_owned()), Some(department.to_owned()));
    }
    event.is_token_based = true;
    event.is_chargeable = !free;
    event.is_headless = true;
    event.is_free_bugbot = free;
    event.tokens = Some(tokens);
    event.model_cost = Some(cost);
    event.charged = Some(if free { 0 } else { cost });
    Some(event)
}
