//! What differs between the demo company and a large one, beside the number of people: how they work, and with what.

use crate::company::models::{MODELS, MORE_MODELS, Model};
use crate::rng::Rng;

/// Which company is founded.
///
/// People's names are the same in all of them; emails, models and traffic differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CompanyKind {
    Demo,
    /// Thirty models, three to eight of them for each person.
    Large,
    /// Thirty models, all of them for each person.
    Wide,
}

/// How often calls are out of the ordinary, in thousandths.
///
/// Where one is 0 nothing is drawn for it, so that the demo company stays as it is when a habit is added.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Habits {
    /// Calls in max mode, of the models that let people choose.
    pub(crate) max_mode: u64,
    /// Calls without a conversation id.
    pub(crate) no_conversation: u64,
    /// Conversations with a cloud agent, which share its id.
    pub(crate) agent_conversations: u64,
    /// Calls by a cloud agent with an id of its own, whatever the conversation.
    pub(crate) agent_calls: u64,
    /// Calls without a client connected that no cloud agent made.
    pub(crate) headless: u64,
    /// Calls charged by requests, beside the few that always are.
    pub(crate) by_request: u64,
    /// Calls of a kind that no documentation names.
    pub(crate) unknown_kind: u64,
    /// Bugbot's reviews, as a share of the calls of an average weekday.
    pub(crate) bugbot: u64,
}

impl Habits {
    /// The demo company's habits.
    pub(crate) const DEMO: Self = Self {
        max_mode: 60,
        no_conversation: 20,
        agent_conversations: 30,
        agent_calls: 0,
        headless: 0,
        by_request: 0,
        unknown_kind: 0,
        bugbot: 0,
    };

    /// With those of the service accounts, about 5 percent of all calls are a cloud agent's, each with its own id.
    const LARGE: Self = Self {
        max_mode: 200,
        no_conversation: 0,
        agent_conversations: 0,
        agent_calls: 30,
        headless: 30,
        by_request: 30,
        unknown_kind: 1,
        bugbot: 10,
    };

    /// Returns the habits of that kind of company.
    pub(crate) const fn of(kind: CompanyKind) -> Self {
        match kind {
            CompanyKind::Demo => Self::DEMO,
            CompanyKind::Large | CompanyKind::Wide => Self::LARGE,
        }
    }
}

/// Which models a person calls.
///
/// Drawn once for each person, so that reports by person and model have a shape.
#[derive(Clone, Debug)]
pub(crate) enum Taste {
    /// One of the demo's models every other time, and otherwise whatever is popular then.
    Favourite(usize),
    /// These alone: the first most, the second half as often, the third a third as often, and so on.
    Repertoire(Vec<&'static Model>),
}

impl Taste {
    /// Draws the taste of one person.
    pub(crate) fn new(kind: CompanyKind, rng: &mut Rng) -> Self {
        match kind {
            CompanyKind::Demo => {
                Self::Favourite(rng.weighted(MODELS.iter().map(Model::popular)).unwrap_or(0))
            }
            CompanyKind::Large => {
                let size = 3 + rng.below(6);
                Self::Repertoire(by_popularity(rng, usize::try_from(size).unwrap_or(3)))
            }
            CompanyKind::Wide => Self::Repertoire(by_popularity(rng, usize::MAX)),
        }
    }
}

/// Draws up to `count` of the thirty models, each place filled by chance, the popular ones sooner.
fn by_popularity(rng: &mut Rng, count: usize) -> Vec<&'static Model> {
    let mut left: Vec<&'static Model> = MODELS.iter().chain(&MORE_MODELS).collect();
    let mut chosen = Vec::new();
    while chosen.len() < count
        && let Some(next) = rng.weighted(left.iter().map(|model| model.popular()))
    {
        chosen.push(left.remove(next));
    }
    chosen
}

/// Returns the weight of the person or model in this place, from 0: Zipf's law, with the head cut off by `offset`.
pub(crate) fn zipf_weight(place: usize, offset: u64) -> u64 {
    const FIRST: u64 = 10_000_000;
    FIRST / (u64::try_from(place).unwrap_or(u64::MAX).saturating_add(1 + offset))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repertoires_have_their_sizes_and_name_no_model_twice() {
        let mut rng = Rng::new(3);
        let mut sizes = [0; 9];
        for _ in 0..1000 {
            let models = match Taste::new(CompanyKind::Large, &mut rng) {
                Taste::Repertoire(models) => models,
                Taste::Favourite(_) => Vec::new(),
            };
            let ids: std::collections::BTreeSet<_> = models.iter().map(|model| model.id).collect();
            assert_eq!(ids.len(), models.len());
            sizes[models.len()] += 1;
        }
        assert!(sizes[..3].iter().all(|count| *count == 0) && sizes[3..].iter().all(|count| *count > 100));
        let Taste::Repertoire(all) = Taste::new(CompanyKind::Wide, &mut rng) else { panic!("no favourites") };
        assert_eq!(all.len(), 30);
    }

    #[test]
    fn weights_fall_with_the_place() {
        assert_eq!(
            (zipf_weight(0, 0), zipf_weight(1, 0), zipf_weight(9, 0)),
            (10_000_000, 5_000_000, 1_000_000)
        );
        assert_eq!(zipf_weight(0, 19), 500_000);
    }
}
