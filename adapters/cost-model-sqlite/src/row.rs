//! A record as it stands in the table: everything that it does not share with others.

use std::sync::Arc;

use cost_model::{
    ConnectionId, CostRecord, Costs, DimensionSet, Identity, Money, Person, Provenance, Quantity, RecordId,
    RequestUnits, StoredRecord, Timestamp, Tokens,
};
use rusqlite::{CachedStatement, params};

use crate::conversation::{self, Conversation};
use crate::failure::{Attempt, Failure};
use crate::number::Number;

/// The columns after the connection, in the order of [`Row::read`].
pub(crate) const COLUMNS: &str = "at, id, tuple, identity, first_seen, run, until, input, output, cache_write, \
     cache_read, requests, quantity, effective, billed, list, contracted, derived, charged, model_cost, fee, rounded, \
     conversation, person, unconfirmed, imported, agent";

/// Writes a row over one of the same key; see [`Row::write`].
pub(crate) const WRITE: &str = "INSERT OR REPLACE INTO record (connection, at, id, tuple, identity, first_seen, run, \
     until, input, output, cache_write, cache_read, requests, quantity, effective, billed, list, contracted, derived, \
     charged, model_cost, fee, rounded, conversation, person, unconfirmed, imported, agent) \
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

/// Numbers are in units of 10^-24, instants in milliseconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) at: i64,
    pub(crate) id: [u8; 16],
    pub(crate) tuple: i64,
    pub(crate) identity: [u8; 16],
    pub(crate) first_seen: i64,
    pub(crate) run: i64,
    until: Option<i64>,
    /// Input, output, cache write, cache read.
    tokens: [i64; 4],
    requests: Option<i128>,
    quantity: Option<i128>,
    effective: Option<i128>,
    billed: Option<i128>,
    list: Option<i128>,
    contracted: Option<i128>,
    derived: bool,
    charged: Option<i128>,
    model_cost: Option<i128>,
    fee: Option<i128>,
    rounded: u32,
    conversation: Option<Arc<str>>,
    person: i64,
    unconfirmed: bool,
    imported: bool,
    agent: Option<Arc<str>>,
}

impl Row {
    /// The row of a record, whose tuple and run have those numbers.
    pub(crate) fn of(stored: &StoredRecord, tuple: i64, run: i64) -> Attempt<Self> {
        let StoredRecord { record, provenance } = stored;
        let (costs, stated) = (&record.costs, &record.stated);
        let tokens =
            [record.tokens.input, record.tokens.output, record.tokens.cache_write, record.tokens.cache_read];
        Ok(Self {
            at: record.at.millis(),
            id: *provenance.record_id.as_bytes(),
            tuple,
            identity: *provenance.identity.as_bytes(),
            first_seen: provenance.first_seen.millis(),
            run,
            until: record.end.map(Timestamp::millis),
            tokens: tokens.map(|tokens| tokens.count().cast_signed()),
            requests: record.requests.map(RequestUnits::units),
            quantity: record.quantity.map(Quantity::units),
            effective: costs.effective.map(Money::units),
            billed: costs.billed.map(Money::units),
            list: costs.list.map(Money::units),
            contracted: costs.contracted.map(Money::units),
            derived: costs.derived,
            charged: stated.charged.map(Money::units),
            model_cost: stated.model_cost.map(Money::units),
            fee: stated.fee.map(Money::units),
            rounded: stated.rounded,
            conversation: stated.conversation.clone(),
            person: person_number(provenance.person)?,
            unconfirmed: provenance.unconfirmed,
            imported: provenance.imported,
            agent: stated.agent.clone(),
        })
    }

    /// Reads [`COLUMNS`], from the first column on.
    pub(crate) fn read(row: &rusqlite::Row<'_>) -> Attempt<Self> {
        let effective = Number::read(row.get_ref(13)?, None)?;
        let number = |place| Number::read(row.get_ref(place)?, effective);
        Ok(Self {
            at: row.get(0)?,
            id: row.get(1)?,
            tuple: row.get(2)?,
            identity: row.get(3)?,
            first_seen: row.get(4)?,
            run: row.get(5)?,
            until: row.get(6)?,
            tokens: [row.get(7)?, row.get(8)?, row.get(9)?, row.get(10)?],
            requests: number(11)?,
            quantity: number(12)?,
            effective,
            billed: number(14)?,
            list: number(15)?,
            contracted: number(16)?,
            derived: row.get(17)?,
            charged: number(18)?,
            model_cost: number(19)?,
            fee: number(20)?,
            rounded: row.get(21)?,
            conversation: conversation::read(row.get_ref(22)?)?,
            person: row.get(23)?,
            unconfirmed: row.get(24)?,
            imported: row.get(25)?,
            agent: conversation::read(row.get_ref(26)?)?,
        })
    }

    /// Runs [`WRITE`].
    pub(crate) fn write(&self, statement: &mut CachedStatement<'_>, connection: i64) -> Attempt<()> {
        let [input, output, cache_write, cache_read] = self.tokens;
        let beside = |units| Number::beside(units, self.effective);
        statement.execute(params![
            connection,
            self.at,
            self.id,
            self.tuple,
            self.identity,
            self.first_seen,
            self.run,
            self.until,
            input,
            output,
            cache_write,
            cache_read,
            Number::of(self.requests),
            Number::of(self.quantity),
            Number::of(self.effective),
            beside(self.billed),
            beside(self.list),
            beside(self.contracted),
            self.derived,
            beside(self.charged),
            beside(self.model_cost),
            Number::of(self.fee),
            self.rounded,
            Conversation(self.conversation.as_deref()),
            self.person,
            self.unconfirmed,
            self.imported,
            Conversation(self.agent.as_deref()),
        ])?;
        Ok(())
    }

    /// Makes the record of the row.
    pub(crate) fn record(self, set: Arc<DimensionSet>) -> Attempt<CostRecord> {
        let mut costs = Costs::absent();
        costs.effective = self.effective.map(Money::from_units);
        costs.billed = self.billed.map(Money::from_units);
        costs.list = self.list.map(Money::from_units);
        costs.contracted = self.contracted.map(Money::from_units);
        costs.derived = self.derived;
        let mut record = CostRecord::with_dimensions(instant(self.at)?, set, costs);
        record.end = self.until.map(instant).transpose()?;
        let tokens = self.tokens.map(|count| Tokens::new(count.cast_unsigned()));
        let counts = &mut record.tokens;
        [counts.input, counts.output, counts.cache_write, counts.cache_read] = tokens;
        record.requests = self.requests.map(RequestUnits::from_units);
        record.quantity = self.quantity.map(Quantity::from_units);
        let stated = &mut record.stated;
        stated.charged = self.charged.map(Money::from_units);
        stated.model_cost = self.model_cost.map(Money::from_units);
        stated.fee = self.fee.map(Money::from_units);
        stated.rounded = self.rounded;
        stated.conversation = self.conversation;
        stated.agent = self.agent;
        Ok(record)
    }

    fn person(&self) -> Attempt<Person> {
        match self.person {
            0 => Ok(Person::AsRead),
            1 => Ok(Person::Kept),
            PSEUDONYM => Ok(Person::Pseudonym),
            _ => Err(Failure::Damaged("a person of an unknown kind")),
        }
    }

    /// The provenance of the record.
    pub(crate) fn provenance(&self, connection: &ConnectionId, run: &Arc<str>) -> Attempt<Provenance> {
        let ids = (RecordId::from_bytes(self.id), Identity::from_bytes(self.identity));
        let mut provenance =
            Provenance::stored(connection.clone(), Arc::clone(run), instant(self.first_seen)?, ids);
        provenance.person = self.person()?;
        provenance.unconfirmed = self.unconfirmed;
        provenance.imported = self.imported;
        Ok(provenance)
    }
}

/// [`Person::Pseudonym`] in its column.
pub(crate) const PSEUDONYM: i64 = 2;

fn person_number(person: Person) -> Attempt<i64> {
    match person {
        Person::AsRead => Ok(0),
        Person::Kept => Ok(1),
        Person::Pseudonym => Ok(PSEUDONYM),
        _ => Err(Failure::Damaged("a person of an unknown kind")),
    }
}

pub(crate) fn instant(millis: i64) -> Attempt<Timestamp> {
    Timestamp::from_millis(millis).map_err(|_| Failure::Damaged("a time that is none"))
}
