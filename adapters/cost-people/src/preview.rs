//! What other people would change, in money, before anything is changed.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::NaiveDate;
use cost_model::dimension::Dimensions;
use cost_model::filter::closest;
use cost_model::ledger::DimensionSetId;
use cost_model::{Dimension, Ledger, Metric, Money, Window};
use virtual_tags::Directory;
use virtual_tags::directory::NameMatch;

use crate::error::{Fault, Result};
use crate::history::History;

/// What the people of a history would change over charges that are there.
///
/// Made by [`History::preview`]. Moves and unmatched names are in the order of money, the most first.
#[derive(Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Preview {
    /// The cost of all charges of the window.
    pub total: Money,
    /// For each fact, what moves from one value to another.
    pub moves: Vec<Move>,
    /// Whom the new people do not have on the days of their charges.
    pub unmatched: Vec<Unmatched>,
    /// The usual addresses of people who are there at the end of the window and have no charge in it, in order.
    pub without_use: Vec<String>,
}

cost_model::masked_debug!(Preview { total, moves: |it| it.moves.len(), unmatched: |it| it.unmatched.len() });

/// Cost that moves from one value of a fact to another.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Move {
    /// The fact.
    pub fact: String,
    /// The value that the present people give; `None` where they give none.
    pub from: Option<String>,
    /// The value that the new people give; `None` where they give none.
    pub to: Option<String>,
    /// How many people it is about.
    pub people: usize,
    /// The cost of the charges that move.
    pub amount: Money,
}

/// Somebody with charges on days on which the new people do not have them.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Unmatched {
    /// As the charges name them.
    pub name: String,
    /// The cost of those days.
    pub amount: Money,
    /// Whether the directory has them on other days.
    pub is_known: bool,
    /// A person with a similar name before the `@`, who may be the same.
    pub nearest: Option<String>,
}

cost_model::masked_debug!(Unmatched { amount, is_known });

impl History {
    /// Compares the people of this history with the present ones, over the charges of a window. `first` are people who are asked
    /// before this history, such as those of files that a configuration names; an empty directory is nobody. `places` are the
    /// fields in which charges name people; the first that has a value counts.
    ///
    /// For each fact the amounts of its moves are parts of the total: each charge moves once or not at all. A charge without the
    /// metric counts as nothing.
    ///
    /// ```
    /// use cost_model::{CostRecord, Costs, Currency, Dimension, Ledger, Metric, Window};
    /// use cost_people::{History, PeopleReader};
    /// use virtual_tags::Directory;
    ///
    /// let at = "2026-10-10T12:00:00Z".parse()?;
    /// let mut ledger = Ledger::builder(Currency::USD);
    /// let mut charge = CostRecord::new(at, "cursor", Currency::USD, Costs::flat("12.5".parse()?));
    /// charge.edit(|set| set.resource = Some("ana@acme.test".into()));
    /// ledger.push(&charge)?;
    ///
    /// let mut history = History::new();
    /// let reader = PeopleReader::new("2026-10-01".parse()?).facts(["team"]);
    /// history.add(reader.read(b"email,team\nana@acme.test,Data\nbo@acme.test,Web\n", "people.csv")?)?;
    /// let present = Directory::from_csv(b"email,team\nana@acme.test,Web\n", "people.csv")?;
    /// let october = Window::days("2026-10-01".parse()?, "2026-11-01".parse()?)?;
    /// let (nobody, places) = (Directory::default(), [Dimension::Resource]);
    /// let preview = history.preview(&present, nobody, &ledger.build(), october, &places, Metric::Effective)?;
    /// let moved = &preview.moves[0];
    /// assert_eq!((moved.from.as_deref(), moved.to.as_deref()), (Some("Web"), Some("Data")));
    /// assert_eq!((moved.people, moved.amount), (1, "12.5".parse()?));
    /// assert_eq!(preview.without_use, ["bo@acme.test"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`History::directory`]; [`ErrorKind::Sum`](crate::ErrorKind::Sum) when a sum is out of range.
    pub fn preview(
        &self,
        present: &Directory,
        first: Directory,
        ledger: &Ledger,
        window: Window,
        places: &[Dimension],
        metric: Metric,
    ) -> Result<Preview> {
        let new = first.or(self.directory("people")?);
        // Not those of the directory: a fact that nobody has any more moves as well.
        let facts = self.facts();
        let by_day = costs_by_day(ledger, window, places, metric)?;
        let mut preview = Preview::default();
        let mut moves: BTreeMap<Moving<'_>, (BTreeSet<&str>, Money)> = BTreeMap::new();
        let mut unmatched: BTreeMap<&str, Money> = BTreeMap::new();
        for ((name, day), amount) in &by_day {
            preview.total = add(preview.total, *amount)?;
            let at = cost_model::Timestamp::midnight(*day);
            for fact in facts.iter().copied() {
                let (from, to) = (present.fact(name, fact, at), new.fact(name, fact, at));
                if from != to {
                    let (people, sum) = moves.entry((fact, from, to)).or_default();
                    people.insert(name);
                    *sum = add(*sum, *amount)?;
                }
            }
            if !matches!(new.look_up(name, at), NameMatch::Found(_)) {
                let sum = unmatched.entry(name).or_default();
                *sum = add(*sum, *amount)?;
            }
        }
        preview.moves = moves
            .into_iter()
            .map(|((fact, from, to), (people, amount))| Move {
                fact: fact.to_owned(),
                from: from.map(str::to_owned),
                to: to.map(str::to_owned),
                people: people.len(),
                amount,
            })
            .collect();
        preview.moves.sort_by_key(|moved| std::cmp::Reverse(moved.amount.units().unsigned_abs()));
        let known = KnownNames::of(&new);
        preview.unmatched =
            unmatched.into_iter().map(|(name, amount)| known.describe_unmatched(name, amount)).collect();
        preview.unmatched.sort_by_key(|each| std::cmp::Reverse(each.amount.units().unsigned_abs()));
        let used: BTreeSet<String> =
            by_day.keys().map(|(name, _)| Directory::comparable_email(name)).collect();
        preview.without_use = self.without_use(window.end().date(), &used);
        Ok(preview)
    }

    /// Returns the usual addresses of people who are there before a day and are not among those with use.
    fn without_use(&self, end: NaiveDate, used: &BTreeSet<String>) -> Vec<String> {
        let last = end.pred_opt().unwrap_or(end);
        let spans = self.spans();
        let idle = spans
            .iter()
            .filter(|span| span.holds(last) && !span.emails.iter().any(|email| used.contains(email)));
        let mut names: Vec<String> = idle.filter_map(|span| span.emails.first().cloned()).collect();
        names.sort_unstable();
        names
    }
}

/// A fact, and the values that it has with the present people and with the new ones.
type Moving<'a> = (&'a str, Option<&'a str>, Option<&'a str>);

/// Adds up charges by whom they name and their day in UTC, since people change at midnights.
fn costs_by_day(
    ledger: &Ledger,
    window: Window,
    places: &[Dimension],
    metric: Metric,
) -> Result<BTreeMap<(String, NaiveDate), Money>> {
    let mut by_set: HashMap<(DimensionSetId, NaiveDate), Money> = HashMap::new();
    for row in ledger.rows().filter(|row| window.contains(row.at)) {
        let sum = by_set.entry((row.set, row.at.date())).or_default();
        *sum = add(*sum, row.costs.get(metric).unwrap_or_default())?;
    }
    let mut by_name: BTreeMap<(String, NaiveDate), Money> = BTreeMap::new();
    for ((set, day), amount) in by_set {
        let set = ledger.set(set);
        let name = set.and_then(|set| places.iter().find_map(|place| set.get(place).map(Cow::into_owned)));
        let sum = by_name.entry((name.unwrap_or_default(), day)).or_default();
        *sum = add(*sum, amount)?;
    }
    Ok(by_name)
}

fn add(one: Money, other: Money) -> Result<Money> {
    one.checked_add(other).map_err(|source| Fault::Sum(source).into())
}

/// The names of a directory, to say who somebody may be whom it does not have.
struct KnownNames<'a> {
    /// As directories compare them.
    comparable: BTreeSet<String>,
    /// By what stands before the `@`.
    by_local_part: BTreeMap<&'a str, &'a str>,
}

impl<'a> KnownNames<'a> {
    fn of(people: &'a Directory) -> Self {
        let names = people.names();
        Self {
            comparable: names.iter().map(|name| Directory::comparable_email(name)).collect(),
            by_local_part: names.iter().map(|name| (local_part(name), *name)).collect(),
        }
    }

    /// An empty name is that of charges without a person.
    fn describe_unmatched(&self, name: &str, amount: Money) -> Unmatched {
        let own = Directory::comparable_email(name);
        let is_known = self.comparable.contains(&own);
        let wanted = Some(local_part(&own)).filter(|wanted| !is_known && !wanted.is_empty());
        let nearest = wanted.and_then(|wanted| closest(wanted, self.by_local_part.keys().copied()));
        let nearest = nearest.and_then(|nearest| self.by_local_part.get(nearest));
        Unmatched {
            name: name.to_owned(),
            amount,
            is_known,
            nearest: nearest.map(|known| (*known).to_owned()),
        }
    }
}

/// Returns what stands before the `@`.
fn local_part(email: &str) -> &str {
    email.rsplit_once('@').map_or(email, |(local, _)| local)
}
