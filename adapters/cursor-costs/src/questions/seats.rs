//! Seats: who has one, who uses it, and what those cost that nobody uses.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use cost_model::{CostRecord, Costs, Currency, Dimensions, Metric, Money, Tagger, Timestamp};
use cursor_invoice::CursorInvoiceReader;
use reconcile::Invoice;
use reconcile::invoice::{InvoiceLine, LineKind};
use rust_decimal::prelude::ToPrimitive;
use virtual_tags::Directory;

use crate::costs::{CursorCosts, Loaded};
use crate::error::{Error, ErrorKind, Result, StoreCall};
use crate::questions::invoices::read_invoice;
use crate::request::DayRange;
use crate::setup::account::Account;

/// The role of an administrator without a seat, by Cursor's Admin API (`GET /teams/members`).
const WITHOUT_SEAT: &str = "free-owner";

/// Which seats to count, and by what.
#[derive(Clone, Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "an input, written with `..SeatsRequest::default()`")]
pub struct SeatsRequest {
    /// The days in which a charge makes a seat active.
    pub range: DayRange,
    /// A key of the rules whose values the seats are counted by; all together without one.
    pub by: Option<Arc<str>>,
    /// What a seat costs for the range; without it, what the last invoice of the account states.
    pub price: Option<Money>,
}

/// The seats of an account.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Seats {
    /// When Cursor stated who the members are.
    pub as_of: Timestamp,
    /// What a seat costs, if that is known.
    pub price: Option<Money>,
    /// The invoice that says so; `None` where it was stated or nobody says.
    pub priced_by: Option<String>,
    /// A row for each value of the key, the most seats first; one without a key.
    pub rows: Vec<SeatRow>,
    /// All of them.
    pub total: SeatRow,
    /// Members without a seat: administrators who are not paid for.
    pub unpaid: usize,
    /// People with charges in the range who are no members, such as those who left.
    pub not_members: usize,
    /// Members with a seat and without a charge in the range, by name or pseudonym, in order.
    pub idle: Vec<String>,
}

/// Seats, and what they cost.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct SeatRow {
    /// The value of the key; `None` for no value, and for seats that rules share out between several.
    pub value: Option<Arc<str>>,
    /// How many seats there are.
    pub assigned: u64,
    /// How many of them had a charge in the range, of whatever kind.
    pub active: u64,
    /// What all of them cost, if the price is known.
    pub cost: Option<Money>,
    /// What those cost that had no charge, if the price is known.
    pub idle_cost: Option<Money>,
    /// What their people were billed for usage beside the seats.
    pub billed: Money,
}

impl SeatRow {
    /// Returns how many seats had no charge.
    pub fn idle(&self) -> u64 {
        self.assigned.saturating_sub(self.active)
    }

    /// Returns what an active user costs, seats that nobody uses included: the seats and what was billed beside them by the
    /// active people, rounded half to even to cents. `None` without a price or without an active user.
    pub fn cost_per_active(&self) -> Option<Money> {
        let all = self.cost?.checked_add(self.billed).ok()?.units();
        let active = i128::from(self.active);
        let share = all.checked_div(active)?;
        // Division cuts below the 24th decimal, far beneath the cents.
        Money::from_units(share).rounded(2, cost_model::Rounding::HalfEven).ok()
    }

    fn add(&mut self, price: Option<Money>, charges: Option<Money>) -> Result<()> {
        let sum = |one: Option<Money>, other: Option<Money>| -> Result<Option<Money>> {
            let sum = one.zip(other).map(|(one, other)| one.checked_add(other));
            sum.transpose().map_err(Error::query)
        };
        self.assigned += 1;
        self.cost = sum(self.cost, price)?;
        match charges {
            Some(billed) => {
                self.active += 1;
                self.billed = self.billed.checked_add(billed).map_err(Error::query)?;
            }
            None => self.idle_cost = sum(self.idle_cost, price)?,
        }
        Ok(())
    }

    fn of(value: Option<Arc<str>>, price: Option<Money>) -> Self {
        // Without a price nothing is known, which is not zero.
        let none = price.map(|_| Money::ZERO);
        Self { value, cost: none, idle_cost: none, ..Self::default() }
    }
}

impl CursorCosts {
    /// Counts the seats of an account: the members whom Cursor stated last, against their charges in a range.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] where no members are stored, or the rules have no such key; [`ErrorKind::Store`],
    /// [`ErrorKind::Rules`], [`ErrorKind::People`].
    pub async fn seats(&self, account: &Account, request: &SeatsRequest) -> Result<Seats> {
        let observed = self.store().observations(account.id()).await;
        let observed = observed.or_store("what the provider stated cannot be read")?;
        let Some(last) = observed.into_iter().rfind(|snapshot| !snapshot.members.is_empty()) else {
            let message = format!("Cursor has stated no members of {} that are stored", account.name());
            return Err(Error::new(ErrorKind::NotFound, message).with_hint("`sync` reads them"));
        };
        let window = self.window(request.range)?;
        let loaded = self.load(window).await?;
        let rules = loaded.rules(self)?;
        if let Some(key) = request.by.as_ref().filter(|key| !rules.keys().contains(key)) {
            let keys: Vec<&str> = rules.keys().iter().map(|key| &**key).collect();
            let message = format!("the rules have no key `{key}`; they have: {}", keys.join(", "));
            return Err(Error::new(ErrorKind::NotFound, message));
        }
        let (price, priced_by) = match request.price {
            Some(price) => (Some(price), None),
            None => self.seat_price(account)?.unzip(),
        };
        let billed = billed_by_person(&loaded, account.name(), window)?;
        let mut rows: BTreeMap<Option<Arc<str>>, SeatRow> = BTreeMap::new();
        let mut total = SeatRow::of(None, price);
        let (mut unpaid, mut idle, mut members) = (0, Vec::new(), BTreeSet::new());
        let at = Timestamp::from_millis(window.end().millis() - 1).unwrap_or(window.start());
        for member in last.members.iter().filter(|member| !member.removed) {
            let person = Directory::comparable_email(&member.person);
            let charges = billed.get(&person).copied();
            members.insert(person);
            if member.role.as_deref() == Some(WITHOUT_SEAT) {
                unpaid += 1;
                continue;
            }
            let value = request.by.as_ref().and_then(|key| owner(&*rules, key, &member.person, at));
            rows.entry(value.clone()).or_insert_with(|| SeatRow::of(value, price)).add(price, charges)?;
            total.add(price, charges)?;
            if charges.is_none() {
                idle.push(self.shown_name(&member.person));
            }
        }
        idle.sort_unstable();
        let mut rows: Vec<SeatRow> = rows.into_values().collect();
        rows.sort_by(|one, other| (other.assigned, &one.value).cmp(&(one.assigned, &other.value)));
        let not_members =
            billed.keys().filter(|person| person.contains('@') && !members.contains(*person)).count();
        Ok(Seats { as_of: last.at, price, priced_by, rows, total, unpaid, not_members, idle })
    }

    /// Returns the name of a person as answers show it.
    fn shown_name(&self, person: &str) -> String {
        match self.pseudonyms() {
            Some(pseudonyms) => pseudonyms.of(person).to_string(),
            None => person.to_owned(),
        }
    }

    /// Returns what a seat costs by the last invoice of an account that states a price for whole seats, and its number.
    fn seat_price(&self, account: &Account) -> Result<Option<(Money, String)>> {
        let files = self.invoice_files(account)?;
        let reader = CursorInvoiceReader::new();
        // What is no invoice, `invoice tie-out` tells.
        let mut invoices: Vec<Invoice> =
            files.iter().filter_map(|file| read_invoice(file, &reader).ok()).collect();
        invoices.sort_by_key(|invoice| invoice.period.end());
        let priced = invoices.iter().rev().find_map(|invoice| {
            let price = invoice.lines.iter().find_map(price_of_seat)?;
            Some((price, invoice.number.clone()))
        });
        Ok(priced)
    }
}

/// Returns the price of one seat by a line of seats: the one that it prints, or its amount by its quantity where that leaves no
/// rest.
fn price_of_seat(line: &InvoiceLine) -> Option<Money> {
    if line.kind() != &LineKind::Seats {
        return None;
    }
    let seats = line.quantity?.to_i128().filter(|seats| *seats > 0)?;
    let amount = line.amount.units();
    line.unit_price.or_else(|| (amount % seats == 0).then(|| Money::from_units(amount / seats)))
}

/// Returns what each person of an account was billed in a window, by the comparable form of their address.
fn billed_by_person(
    loaded: &Loaded,
    account: &str,
    window: cost_model::Window,
) -> Result<BTreeMap<String, Money>> {
    let ledger = &loaded.ledger;
    let mut billed: BTreeMap<String, Money> = BTreeMap::new();
    for row in ledger.rows().filter(|row| window.contains(row.at)) {
        let Some(set) = ledger.set(row.set) else { continue };
        let is_theirs = set.get(&cost_model::Dimension::Account).is_none_or(|name| name == account);
        let Some(person) = set.get(&cost_model::Dimension::Resource).filter(|_| is_theirs) else { continue };
        let sum = billed.entry(Directory::comparable_email(&person)).or_default();
        let cost = row.costs.get(Metric::Billed).unwrap_or_default();
        *sum = sum.checked_add(cost).map_err(Error::query)?;
    }
    Ok(billed)
}

/// Returns the value of a key for a seat of a person: that of a charge of theirs of which nothing else is known. `None` where
/// rules split it.
fn owner(rules: &dyn Tagger, key: &Arc<str>, person: &str, at: Timestamp) -> Option<Arc<str>> {
    let mut seat = CostRecord::new(at, "cursor", Currency::USD, Costs::absent());
    seat.edit(|set| {
        set.resource = Some(person.into());
        set.tags.insert("cursor:user", person);
    });
    match rules.parts(std::slice::from_ref(key), &seat, at).as_slice() {
        [whole] => whole.values.first().cloned().flatten(),
        _ => None,
    }
}
