//! Charges to store: few enough to collide, with every field in use and every amount at its edges.

use std::sync::Arc;

use super::random::Random;
use crate::error::Result;
use crate::money::{Costs, Currency, Money, Quantity, RequestUnits, TokenType, Tokens};
use crate::record::{CostRecord, DimensionFields, ReadNumber, Run};
use crate::source::{
    ObservedGroup, ObservedMember, ObservedMembership, ObservedSpend, Origin, ProviderSnapshot,
};
use crate::store::{ConnectionId, CostStore, WindowReplacement};
use crate::time::{Timestamp, Window};

/// The instants in which everything happens, in milliseconds: on both sides of 1970.
pub(super) const FIRST: i64 = -6;
pub(super) const LAST: i64 = 12;

/// People who may be replaced by a pseudonym.
pub(super) const PEOPLE: [&str; 3] = ["ana@acme.test", "bo@acme.test", "it's \"Ö\""];
const TEXTS: [Option<&str>; 5] = [None, Some(""), Some("Auto"), Some("auto"), Some("naïve, 'quoted'\n")];
const UNITS: [i128; 10] = [
    0,
    1,
    -1,
    40_000_000_000_000_000_000_000,
    -40_000_000_000_000_000_000_000,
    201_823_199_999_999_970_000_000,
    1_234_567_890_123_456_789_012_345_678,
    -1_000_000_000_000_000_000_000_000_001,
    i128::MAX,
    i128::MIN,
];
const COUNTS: [u64; 5] = [0, 1, 255, 1 << 40, u64::MAX];

pub(super) fn instant(millis: i64) -> Result<Timestamp> {
    Timestamp::from_millis(millis)
}

pub(super) fn window(start: i64, end: i64) -> Result<Window> {
    Window::new(instant(start)?, instant(end)?)
}

/// Returns all of the time in which anything happens.
pub(super) fn everything() -> Result<Window> {
    window(FIRST, LAST)
}

pub(super) fn connection(number: i64) -> ConnectionId {
    // Their order by name is not that in which they come.
    ConnectionId::new(
        ["b", "a", "é"].get(usize::try_from(number).unwrap_or_default()).copied().unwrap_or("c"),
    )
}

/// Returns a read by a run of that number; the number of the read is still to be handed out.
pub(super) fn read(window: Window, records: &[CostRecord], run: i64) -> Result<WindowReplacement> {
    let mut at = Run::at(instant(run)?);
    at.id = format!("run {run}").into();
    let read = WindowReplacement::new(window, records.to_vec(), ReadNumber::default(), at);
    // Now and then by a clock that is an hour ahead.
    let ahead = if run % 5 == 2 { 3_600_000 } else { 0 };
    Ok(WindowReplacement { read_at: instant(run - 2 + ahead)?, ..read })
}

/// Returns the same with a number that the store has handed out now.
pub(super) async fn begun(
    store: &dyn CostStore,
    id: &ConnectionId,
    read: &WindowReplacement,
) -> Result<WindowReplacement> {
    let number = store.begin_read(id, Origin::Provider).await?;
    Ok(WindowReplacement { read: number, ..read.clone() })
}

/// Returns a charge of one of few kinds at that instant, so that equal ones are common.
pub(super) fn common(random: &mut Random, at: i64) -> Result<CostRecord> {
    let amount = Money::from_units(random.pick(&UNITS[..6]));
    let mut record = CostRecord::new(instant(at)?, "cursor", Currency::USD, Costs::flat(amount));
    let person = random.pick(&PEOPLE);
    record.edit(|set| {
        set.resource = Some(person.into());
        set.tags.insert("cursor:user", person);
        set.service_id = text(random, &[Some("gpt-5.2"), Some("auto")]);
    });
    Ok(record)
}

/// Returns a charge with anything in any field.
pub(super) fn any(random: &mut Random, at: i64) -> Result<CostRecord> {
    let mut record = common(random, at)?;
    record.end = if random.once_in(3) { Some(instant(at + random.below(9))?) } else { None };
    record.edit(|set| any_dimensions(random, set));
    record.stated.conversation = text(random, &TEXTS);
    record.stated.agent = text(random, &TEXTS);
    for token_type in TokenType::ALL {
        record.tokens.set(token_type, Tokens::new(random.pick(&COUNTS)));
    }
    record.requests = units(random).map(RequestUnits::from_units);
    record.quantity = units(random).map(Quantity::from_units);
    let amounts = [
        &mut record.costs.effective,
        &mut record.costs.billed,
        &mut record.costs.list,
        &mut record.costs.contracted,
        &mut record.stated.charged,
        &mut record.stated.model_cost,
        &mut record.stated.fee,
    ];
    for amount in amounts {
        *amount = if random.once_in(3) { *amount } else { units(random).map(Money::from_units) };
    }
    record.costs.derived = random.once_in(2);
    record.stated.rounded = u32::try_from(random.below(3)).unwrap_or_default();
    Ok(record)
}

fn any_dimensions(random: &mut Random, set: &mut DimensionFields) {
    for field in [
        &mut set.billing_account,
        &mut set.account,
        &mut set.service,
        &mut set.service_id,
        &mut set.category,
        &mut set.subcategory,
        &mut set.charge_type,
        &mut set.region,
        &mut set.usage_unit,
        &mut set.stated_kind,
        &mut set.stated_model,
    ] {
        *field = text(random, &TEXTS);
    }
    if random.once_in(2) {
        set.discount_percent = Some(rust_decimal::Decimal::new(random.below(10_000), 2));
    }
    if random.once_in(2) {
        set.tags.insert(random.pick(&PEOPLE), random.pick(&PEOPLE));
        set.tags.insert("", "");
    }
    if random.once_in(3) {
        set.attributes.insert("note", random.pick(&PEOPLE));
    }
}

/// Returns the same charge without its person, as a provider states it once the person is gone.
pub(super) fn nameless(record: &CostRecord) -> CostRecord {
    let mut tags = crate::record::Tags::default();
    for (key, value) in record.dimensions.tags.iter().filter(|(key, _)| &***key != "cursor:user") {
        tags.insert(Arc::clone(key), Arc::clone(value));
    }
    let mut nameless = record.clone();
    nameless.edit(|set| {
        set.resource = Some("(no user)".into());
        set.tags = tags;
    });
    nameless
}

/// Something observed at that instant.
pub(super) fn observations(random: &mut Random, at: i64) -> Result<ProviderSnapshot> {
    let mut observations = ProviderSnapshot::at(instant(at)?);
    observations.cycle_start = if random.once_in(2) { Some(instant(at - 1)?) } else { None };
    observations.cycle_end = if random.once_in(2) { Some(instant(at + 1)?) } else { None };
    observations.requests = random.pick(&COUNTS);
    for _ in 0..random.below(3) {
        let amounts = [units(random), units(random), units(random)].map(|each| each.map(Money::from_units));
        let [spend, overall, included] = amounts;
        observations.spend.push(ObservedSpend {
            person: random.pick(&PEOPLE).into(),
            spend,
            overall,
            included,
        });
        observations.members.push(ObservedMember {
            person: random.pick(&PEOPLE).into(),
            role: text(random, &TEXTS),
            removed: random.once_in(2),
        });
        observations.groups.push(ObservedGroup {
            id: "7".into(),
            name: random.pick(&PEOPLE).into(),
            spend,
            members: (0..random.below(3)).map(|_| membership(random, at)).collect::<Result<_>>()?,
        });
    }
    Ok(observations)
}

fn membership(random: &mut Random, at: i64) -> Result<ObservedMembership> {
    let mut membership = ObservedMembership::from(random.pick(&PEOPLE));
    membership.joined = if random.once_in(2) { Some(instant(at - random.below(5))?) } else { None };
    membership.left = if random.once_in(3) { Some(instant(at + random.below(5))?) } else { None };
    Ok(membership)
}

fn units(random: &mut Random) -> Option<i128> {
    if random.once_in(4) { None } else { Some(random.pick(&UNITS)) }
}

fn text(random: &mut Random, from: &[Option<&str>]) -> Option<Arc<str>> {
    random.pick(from).map(Arc::from)
}
