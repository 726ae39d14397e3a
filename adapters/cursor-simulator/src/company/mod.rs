//! Who works at the demo company, in which team, from when to when.
//!
//! Everything is drawn from a seed, so that the same seed makes the same company. The people differ in ways that a cost
//! report has to handle: some move between teams, join, leave, are missing from the directory, use their own keys, or
//! have an email whose case differs between Cursor and the directory. Instants are milliseconds since the Unix epoch.

pub(crate) mod habits;
pub(crate) mod models;
pub(crate) mod names;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use crate::calendar::{DAY, date, floor_day, working_day};
use crate::company::habits::{CompanyKind, Habits, Taste, zipf_weight};
use crate::events::TrueEvent;
use crate::rng::{Rng, uuid_text};

/// Team and department.
pub(crate) const TEAMS: [(&str, &str); 8] = [
    ("Payments", "Engineering"),
    ("Platform", "Engineering"),
    ("Mobile", "Engineering"),
    ("Web", "Engineering"),
    ("Data Platform", "Data"),
    ("Machine Learning", "Data"),
    ("Site Reliability", "Operations"),
    ("Security", "Operations"),
];

/// The teams of twenty people in a row, so that teams differ in size and none is empty.
const SEATING: [usize; 20] = [0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3, 1, 0, 3, 2, 4, 5, 6, 1];
/// The time zones that people work in, as hours ahead of UTC.
const HOURS_FROM_UTC: [i64; 8] = [-7, -5, -5, 0, 1, 1, 2, 8];

/// A person who uses Cursor, with what the directory and the API say about them.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    /// The id where ids are texts, such as `user_...`.
    pub(crate) id: String,
    /// The id where ids are numbers.
    pub(crate) number: u64,
    pub(crate) name: String,
    /// The role that the API states: `owner` or `member`.
    pub(crate) role: &'static str,
    /// As the directory writes it.
    pub(crate) email: String,
    /// As Cursor writes it; differs in case for one or two people.
    pub(crate) sent_email: String,
    /// `None` for contractors.
    pub(crate) team: Option<usize>,
    /// When the person moves to another team, and to which.
    pub(crate) moves: Option<(i64, usize)>,
    /// The first instant at the company; `None` before the range.
    pub(crate) joined: Option<i64>,
    /// The first instant no longer at the company; `None` for those who stay.
    pub(crate) left: Option<i64>,
    /// Whether the exported directory lists the person.
    pub(crate) in_directory: bool,
    /// Whether the person calls models of third parties with keys of their own.
    pub(crate) own_key: bool,
    /// How much of the traffic the person makes, relative to the weights of all.
    pub(crate) weight: u64,
    /// The offset of the person's working hours.
    pub(crate) hours_from_utc: i64,
    /// Which models the person calls.
    pub(crate) taste: Taste,
}

impl Person {
    /// Returns whether the person is at the company at an instant.
    pub(crate) fn works_at(&self, ms: i64) -> bool {
        self.joined.is_none_or(|at| at <= ms) && self.left.is_none_or(|at| ms < at)
    }

    /// Learns from an event, newer than those before, which team the person is in. One move can be remembered: the
    /// last.
    fn notice(&mut self, team: Option<usize>, at: i64) {
        if self.team.is_none() {
            self.team = team;
        } else if team.is_some() && team != self.team_at(at) {
            self.moves = team.map(|team| (at, team));
        }
    }

    /// Returns the team of the person at an instant, before or after a move.
    pub(crate) fn team_at(&self, ms: i64) -> Option<usize> {
        self.moves.filter(|(at, _)| *at <= ms).map_or(self.team, |(_, team)| Some(team))
    }
}

/// A service account, which calls at night and belongs to one team.
#[derive(Clone, Debug)]
pub(crate) struct Service {
    pub(crate) id: &'static str,
    pub(crate) name: &'static str,
    /// The email that its events have, if any.
    pub(crate) email: Option<&'static str>,
    /// The place of its team in [`TEAMS`].
    pub(crate) team: usize,
    /// The id of the automation that its events name.
    pub(crate) automation: String,
    /// The place of its one model in the list of models.
    pub(crate) model: usize,
    /// How much of the traffic it makes, relative to the weights of all.
    pub(crate) weight: u64,
}

/// The people and service accounts that make calls.
#[derive(Clone, Debug)]
pub(crate) struct Company {
    pub(crate) people: Vec<Person>,
    pub(crate) services: Vec<Service>,
    pub(crate) habits: Habits,
    /// The names that people's `team` counts.
    /// The names of the teams, which people refer to by place.
    pub(crate) teams: Vec<String>,
}

impl Company {
    /// Makes a company of so many developers, and three contractors for each hundred of them. Moves and the like fall
    /// into the range from `start` to `end`.
    ///
    /// The same arguments make the same company in every process.
    pub(crate) fn found(kind: CompanyKind, seed: u64, developers: u32, (start, end): (i64, i64)) -> Self {
        // Not the seed of the traffic, whose numbers would repeat these.
        let mut rng = Rng::new(seed ^ 0x0c0_ffee);
        let developers = usize::try_from(developers).unwrap_or(0);
        let contractors = developers * 3 / 100;
        let mut people: Vec<_> = (0..developers).map(|number| developer(kind, number, &mut rng)).collect();
        give_each_a_story(&mut people, (start, end), &mut rng);
        people
            .extend((developers..developers + contractors).map(|number| contractor(kind, number, &mut rng)));
        let services = match kind {
            CompanyKind::Demo => services(&mut rng),
            CompanyKind::Large | CompanyKind::Wide => {
                rank_by_zipf(&mut people, &mut rng);
                many_services(&people, &mut rng)
            }
        };
        let teams = TEAMS.iter().map(|(team, _)| (*team).to_owned()).collect();
        Self { people, services, habits: Habits::of(kind), teams }
    }

    /// Makes the people that these events, oldest first, name, and their teams.
    ///
    /// Names, ids and roles are made up from emails; the directory is empty.
    pub(crate) fn of(events: &[TrueEvent]) -> Self {
        let mut people = BTreeMap::<&str, Person>::new();
        let teams: BTreeSet<_> = events.iter().filter_map(|event| event.team.as_deref()).collect();
        let teams: Vec<_> = teams.into_iter().collect();
        for event in events {
            let Some(email) = event.whose() else { continue };
            let number = people.len();
            let person = people.entry(email).or_insert_with(|| named_by_email(email, number));
            if let Some(sent) = &event.email {
                person.sent_email.clone_from(sent);
            }
            let team = event.team.as_deref().and_then(|name| teams.binary_search(&name).ok());
            person.notice(team, event.timestamp_ms);
        }
        let teams = teams.into_iter().map(str::to_owned).collect();
        Self { people: people.into_values().collect(), services: Vec::new(), habits: Habits::DEMO, teams }
    }

    /// Returns the directory with the header `email,team,department,from,to`: dates are half-open, an empty
    /// one is unbounded.
    ///
    /// Emails are in order, and a mover has two rows. Emails stand as the directory writes them, also where
    /// Cursor's spelling differs.
    pub(crate) fn directory_csv(&self) -> String {
        let mut rows: Vec<_> = self.people.iter().filter(|person| person.in_directory).collect();
        rows.sort_by(|a, b| a.email.cmp(&b.email));
        let mut csv = String::from("email,team,department,from,to\n");
        for person in rows {
            let moved = person.moves.map(|(at, _)| at);
            directory_row(&mut csv, person, person.team, person.joined, moved.or(person.left));
            if let Some((at, team)) = person.moves {
                directory_row(&mut csv, person, Some(team), Some(at), person.left);
            }
        }
        csv
    }
}

/// Writes the row of a person in one team; two rows of a mover meet at the day of the move.
fn directory_row(csv: &mut String, person: &Person, team: Option<usize>, from: Option<i64>, to: Option<i64>) {
    let (team, department) = team_names(team).unwrap_or_default();
    let _ = writeln!(csv, "{},{team},{department},{},{}", person.email, day(from), day(to));
}

/// Returns the UTC day of an instant; an empty text without one.
fn day(at: Option<i64>) -> String {
    at.map(|ms| date(ms).to_string()).unwrap_or_default()
}

/// Returns the names of a team and its department; `None` for those in none.
pub(crate) fn team_names(team: Option<usize>) -> Option<(&'static str, &'static str)> {
    TEAMS.get(team?).copied()
}

/// Makes a person of the directory. The order of draws from `rng` is part of what a seed means: another order makes
/// another company.
fn developer(kind: CompanyKind, number: usize, rng: &mut Rng) -> Person {
    let (name, local) = names::person(number);
    let email = match kind {
        CompanyKind::Demo => format!("{local}@acme.test"),
        CompanyKind::Large | CompanyKind::Wide => names::large_company_email(&local, number, rng),
    };
    Person {
        id: format!("user_{:016x}", rng.next()),
        number: numeric_id(number),
        name,
        role: if number == 0 { "owner" } else { "member" },
        sent_email: email.clone(),
        email,
        team: SEATING.get(number % SEATING.len()).copied(),
        moves: None,
        joined: None,
        left: None,
        in_directory: true,
        own_key: false,
        weight: weight(rng),
        hours_from_utc: pick(&HOURS_FROM_UTC, rng),
        taste: Taste::new(kind, rng),
    }
}

/// Returns an id as a number, of which the smallest has seven digits.
fn numeric_id(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(0).saturating_mul(37).saturating_add(1_048_601)
}

/// Makes a person who is in no team and no directory, with an email in a domain of their own.
fn contractor(kind: CompanyKind, number: usize, rng: &mut Rng) -> Person {
    let mut person = developer(kind, number, rng);
    person.role = "member";
    person.email = person.email.replace("@acme.test", "@contractors.acme.test");
    person.sent_email.clone_from(&person.email);
    person.team = None;
    person.in_directory = false;
    person
}

/// Makes a person of whom only the email is known, without traffic of their own.
fn named_by_email(email: &str, number: usize) -> Person {
    Person {
        id: format!("user_{number:016x}"),
        number: numeric_id(number),
        name: email.split('@').next().unwrap_or(email).to_owned(),
        role: if number == 0 { "owner" } else { "member" },
        email: email.to_owned(),
        sent_email: email.to_owned(),
        team: None,
        moves: None,
        joined: None,
        left: None,
        in_directory: false,
        own_key: false,
        weight: 0,
        hours_from_utc: 0,
        taste: Taste::Favourite(0),
    }
}

/// Draws how much of the traffic a person makes, relative to the weights of all others: few people make most of it.
fn weight(rng: &mut Rng) -> u64 {
    match rng.below(100) {
        0..50 => 2 + rng.below(4),
        50..85 => 6 + rng.below(8),
        85..97 => 14 + rng.below(16),
        _ => 30 + rng.below(30),
    }
}

/// Draws one of some numbers; 0 from none.
fn pick(from: &[i64], rng: &mut Rng) -> i64 {
    let bound = u64::try_from(from.len()).unwrap_or(0);
    usize::try_from(rng.below(bound)).ok().and_then(|index| from.get(index).copied()).unwrap_or(0)
}

/// Draws who moves, leaves, joins and the like.
///
/// Movers, leavers, joiners and the rest are different people, so that each effect can be seen alone.
fn give_each_a_story(people: &mut [Person], range: (i64, i64), rng: &mut Rng) {
    let headcount = people.len();
    let (moving, leaving, joining) = (headcount * 6 / 100, headcount * 2 / 100, headcount * 3 / 100);
    // The first developer owns the subscription and stays without a story.
    let mut order: Vec<_> = people.iter_mut().skip(1).collect();
    rng.shuffle(&mut order);
    let mut order = order.into_iter();
    for (person, at) in order.by_ref().take(moving).zip(spread(range, moving, 1)) {
        // Three teams on, which for most is another department, too.
        person.moves = person.team.map(|team| (at, (team + 3) % TEAMS.len()));
    }
    for (person, at) in order.by_ref().take(leaving).zip(spread(range, leaving, 1)) {
        person.left = Some(at);
    }
    for (person, at) in order.by_ref().take(joining).zip(spread(range, joining, 3)) {
        person.joined = Some(at);
    }
    order.by_ref().take(headcount / 40).for_each(|person| person.in_directory = false);
    order.by_ref().take(headcount * 4 / 100).for_each(|person| person.own_key = true);
    // In a smaller company, emails in another case would be no exception.
    if headcount >= 50 {
        let spelled = 1 + headcount / 1000;
        for person in order.by_ref().take(spelled) {
            person.sent_email = with_capital_domain(&person.email);
        }
        order.by_ref().take(spelled).for_each(|person| person.sent_email = capitalised(&person.email));
    }
}

/// Returns `count` working days over the range, `cohort` of them on each date.
fn spread((start, end): (i64, i64), count: usize, cohort: usize) -> impl Iterator<Item = i64> {
    let dates = i64::try_from(count.div_ceil(cohort)).unwrap_or(0);
    // In equal steps, so that changes fall into every part of the range, and none on its ends.
    let step = (end - start) / (dates + 1);
    (1..=dates)
        .flat_map(move |n| std::iter::repeat_n(working_day(floor_day(start + n * step + DAY - 1)), cohort))
}

/// Writes the first letter of the email's domain in upper case.
fn with_capital_domain(email: &str) -> String {
    let (local, domain) = email.split_once('@').unwrap_or((email, ""));
    let (first, rest) = domain.split_at_checked(1).unwrap_or_default();
    format!("{local}@{}{rest}", first.to_ascii_uppercase())
}

/// Writes the first letter of each name in the email's local part in upper case.
fn capitalised(email: &str) -> String {
    let mut upper = true;
    let (local, domain) = email.split_once('@').unwrap_or((email, ""));
    let mut text = String::new();
    for letter in local.chars() {
        text.push(if upper { letter.to_ascii_uppercase() } else { letter });
        upper = letter == '.';
    }
    format!("{text}@{domain}")
}

/// Returns the service accounts of the demo company, one of them without an email.
fn services(rng: &mut Rng) -> Vec<Service> {
    let mut service = |id, name, email, team, model, weight| Service {
        id,
        name,
        email,
        team,
        automation: uuid_text(rng.uuid()),
        model,
        weight,
    };
    vec![
        service("sa_9f2c71", "Nightly Review", Some("nightly-review@agents.acme.test"), 1, 2, 20),
        service("sa_4b80de", "Dependency Updates", Some("dependency-updates@agents.acme.test"), 7, 9, 12),
        service("sa_c35a16", "Release Notes", None, 3, 3, 6),
    ]
}

/// Gives people the shares of traffic that Zipf's law says, in no order: the busiest have 0.9 percent of 5,000.
fn rank_by_zipf(people: &mut [Person], rng: &mut Rng) {
    let mut places: Vec<_> = (0..people.len()).collect();
    rng.shuffle(&mut places);
    for (person, place) in people.iter_mut().zip(places) {
        person.weight = zipf_weight(place, 20);
    }
}

/// Returns a dozen service accounts, every other one with an email, together a fiftieth of all traffic.
fn many_services(people: &[Person], rng: &mut Rng) -> Vec<Service> {
    const SERVICES: [(&str, &str, Option<&str>); 12] = [
        ("sa_1d20a4", "Nightly Review", Some("nightly-review@agents.acme.test")),
        ("sa_24c7f9", "Dependency Updates", None),
        ("sa_31b8e0", "Release Notes", Some("release-notes@agents.acme.test")),
        ("sa_47f315", "Flaky Tests", None),
        ("sa_5c0db2", "Issue Triage", Some("issue-triage@agents.acme.test")),
        ("sa_69a44e", "Translations", None),
        ("sa_7320cd", "API Docs", Some("api-docs@agents.acme.test")),
        ("sa_8e91b7", "Migrations", None),
        ("sa_9b5c02", "Security Fixes", Some("security-fixes@agents.acme.test")),
        ("sa_a7d6f8", "Log Analysis", None),
        ("sa_bc1e39", "Benchmarks", Some("benchmarks@agents.acme.test")),
        ("sa_c85f7a", "Code Search", None),
    ];
    let all: u64 = people.iter().map(|person| person.weight).sum();
    SERVICES
        .into_iter()
        .enumerate()
        .map(|(number, (id, name, email))| Service {
            id,
            name,
            email,
            team: number % TEAMS.len(),
            automation: uuid_text(rng.uuid()),
            model: number,
            weight: all / 50 / 12,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::midnight;

    fn company() -> Company {
        Company::found(CompanyKind::Demo, 1, 200, (midnight(2026, 8, 1), midnight(2026, 11, 1)))
    }

    fn count(company: &Company, test: impl Fn(&&Person) -> bool) -> usize {
        company.people.iter().filter(test).count()
    }

    #[test]
    fn every_story_is_told() {
        let company = company();
        assert_eq!(count(&company, |person| person.team.is_some()), 200);
        assert_eq!(count(&company, |person| person.team.is_none()), 6);
        assert_eq!(count(&company, |person| person.moves.is_some()), 12);
        assert_eq!(count(&company, |person| person.left.is_some()), 4);
        assert_eq!(count(&company, |person| person.joined.is_some()), 6);
        assert_eq!(count(&company, |person| !person.in_directory), 5 + 6);
        assert_eq!(count(&company, |person| person.own_key), 8);
        assert_eq!(count(&company, |person| person.sent_email != person.email), 2);
    }

    #[test]
    fn nobody_plays_two_parts() {
        for person in company().people {
            let parts = [
                person.moves.is_some(),
                person.left.is_some(),
                person.joined.is_some(),
                !person.in_directory,
                person.own_key,
                person.sent_email != person.email,
            ];
            assert!(parts.into_iter().filter(|part| *part).count() <= 1, "{person:?}");
        }
    }

    #[test]
    fn a_mover_has_two_rows_that_touch() {
        let company = company();
        let csv = company.directory_csv();
        let mover = company.people.iter().find(|person| person.moves.is_some()).unwrap();
        let rows: Vec<Vec<_>> = csv
            .lines()
            .filter(|line| line.starts_with(&format!("{},", mover.email)))
            .map(|line| line.split(',').collect())
            .collect();
        assert_eq!(rows.len(), 2);
        assert_eq!(rows[0][4], rows[1][3]);
        assert_ne!(rows[0][1], rows[1][1]);
        assert!(csv.lines().all(|line| line.split(',').count() == 5));
    }

    #[test]
    fn a_large_company_has_many_domains_and_an_email_for_each() {
        let range = (midnight(2026, 9, 2), midnight(2026, 11, 1));
        let company = Company::found(CompanyKind::Large, 1, 5000, range);
        let emails: BTreeSet<_> = company.people.iter().map(|person| person.email.as_str()).collect();
        assert_eq!((emails.len(), company.people.len()), (5150, 5150));
        let domains: BTreeSet<_> = emails.iter().filter_map(|email| email.split('@').nth(1)).collect();
        assert_eq!(domains.len(), 40);
        assert_eq!(count(&company, |person| person.sent_email != person.email), 2 * 6);
        let all: u64 = company.people.iter().map(|person| person.weight).sum();
        let most = company.people.iter().map(|person| person.weight).max().unwrap();
        assert!((100..130).contains(&(all / most)), "{}", all / most);
    }

    #[test]
    fn small_companies_work_too() {
        let range = (midnight(2026, 8, 1), midnight(2026, 8, 2));
        for developers in 0..9 {
            assert_eq!(
                Company::found(CompanyKind::Demo, 1, developers, range).people.len(),
                usize::try_from(developers).unwrap()
            );
        }
    }
}
