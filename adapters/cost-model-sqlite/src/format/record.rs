//! A record as it is in the table: everything that it does not share with others.
//!
//! The order of columns serves reports: a scan for a ledger stops at the figures and never reads what follows them.
//! Amounts other than the effective one are kept relative to it, since they usually equal it.

use std::sync::Arc;

use cost_model::money::{Quantity, RequestUnits, TokenCounts, Tokens};
use cost_model::record::{Figures, Person, Provenance, RecordId};
use cost_model::store::ConnectionId;
use cost_model::{CostRecord, Costs, DimensionSet, Money, StoredRecord, Timestamp};
use rusqlite::{CachedStatement, Row, params};

use crate::failure::{Attempt, Failure};
use crate::format::number::Number;
use crate::format::provider_id::{self, ProviderId};

/// The columns of [`figures`]: what a ledger needs. They come first in the table, since SQLite reads a row up to the last
/// column that is requested.
///
/// See "Record format" in SQLite's documentation of its file, <https://www.sqlite.org/fileformat2.html>.
pub(crate) const FIGURES: &str = "flags, input, output, cache_write, cache_read, effective, billed, list, contracted, \
     fee, requests, quantity";

/// The columns of [`read`]: [`FIGURES`] from the fifth on.
///
/// The row of a connection's record has these, and the connection.
pub(crate) const COLUMNS: &str = "dimensions, run, at, id, flags, input, output, cache_write, cache_read, effective, \
     billed, list, contracted, fee, requests, quantity, until, charged, model_cost, conversation, agent";

/// Writes a row over one of the same key; see [`write()`].
///
/// One place for each column of the table, in its order, the connection first.
pub(crate) const WRITE: &str = "INSERT OR REPLACE INTO record VALUES \
     (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

/// What is true of a record, in one column: whose its person is in two bits, three marks, and above them how many of the
/// stated figures were rounded.
///
/// They are in one column because each further one takes a byte in every row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Flags(pub(crate) i64);

impl Flags {
    /// The bits of the person.
    pub(crate) const PERSON: i64 = 3;
    /// [`Person::Pseudonym`] in those bits.
    pub(crate) const PSEUDONYM: i64 = 2;
    /// The mark of costs that were worked out and not stated.
    const DERIVED: i64 = 1 << 2;
    /// The mark of a record whose time the provider no longer answers for.
    pub(crate) const UNCONFIRMED: i64 = 1 << 3;
    /// The mark of a record that comes from an imported file.
    pub(crate) const IMPORTED: i64 = 1 << 4;
    /// How many bits are below the count of rounded figures.
    const ROUNDED: u32 = 5;

    /// Makes the flags of a charge that the provider states as it is.
    pub(crate) fn as_read(record: &CostRecord) -> Self {
        let derived = if record.costs.derived { Self::DERIVED } else { 0 };
        Self(i64::from(record.stated.rounded) << Self::ROUNDED | derived)
    }

    /// Makes the flags of a stored record, its person and marks included. Fails for a kind of person that this
    /// version does not know.
    fn of(stored: &StoredRecord) -> Attempt<Self> {
        let provenance = &stored.provenance;
        let person = match provenance.person {
            Person::AsRead => 0,
            Person::Kept => 1,
            Person::Pseudonym => Self::PSEUDONYM,
            _ => return Err(Failure::Damaged("a person of an unknown kind")),
        };
        let unconfirmed = if provenance.unconfirmed { Self::UNCONFIRMED } else { 0 };
        let marks = unconfirmed | if provenance.imported { Self::IMPORTED } else { 0 };
        Ok(Self(Self::as_read(&stored.record).0 | person | marks))
    }

    /// Returns where the person comes from; fails for bits that no version has written.
    pub(crate) fn person(self) -> Attempt<Person> {
        match self.0 & Self::PERSON {
            0 => Ok(Person::AsRead),
            1 => Ok(Person::Kept),
            Self::PSEUDONYM => Ok(Person::Pseudonym),
            _ => Err(Failure::Damaged("a person of an unknown kind")),
        }
    }

    /// Returns whether a mark is set.
    fn has(self, mark: i64) -> bool {
        self.0 & mark != 0
    }

    /// Returns how many of the stated figures were rounded; fails for a negative number.
    fn rounded(self) -> Attempt<u32> {
        u32::try_from(self.0 >> Self::ROUNDED).map_err(|_| Failure::Damaged("flags that are none"))
    }
}

/// Reads [`FIGURES`], from the column `first` on. Fails for numbers that are none. Token counts are kept as the same
/// 64 bits, signed.
pub(crate) fn figures(row: &Row<'_>, first: usize) -> Attempt<Figures> {
    let effective = Number::read(row.get_ref(first + 5)?, None)?;
    let mut costs = Costs::absent();
    costs.derived = Flags(row.get(first)?).has(Flags::DERIVED);
    costs.effective = effective.map(Money::from_units);
    costs.billed = money(row, first + 6, effective)?;
    costs.list = money(row, first + 7, effective)?;
    costs.contracted = money(row, first + 8, effective)?;
    Ok(Figures {
        costs,
        tokens: TokenCounts {
            input: tokens(row, first + 1)?,
            output: tokens(row, first + 2)?,
            cache_write: tokens(row, first + 3)?,
            cache_read: tokens(row, first + 4)?,
        },
        requests: Number::read(row.get_ref(first + 10)?, effective)?.map(RequestUnits::from_units),
        quantity: Number::read(row.get_ref(first + 11)?, effective)?.map(Quantity::from_units),
        fee: money(row, first + 9, effective)?,
    })
}

/// Reads an amount that may be kept as the same as the effective one.
pub(crate) fn money(row: &Row<'_>, place: usize, effective: Option<i128>) -> Attempt<Option<Money>> {
    Ok(Number::read(row.get_ref(place)?, effective)?.map(Money::from_units))
}

/// Returns an amount as it is kept beside the effective one; the counterpart of [`money`].
pub(crate) fn beside(amount: Option<Money>, effective: Option<i128>) -> Number {
    Number::beside(amount.map(Money::units), effective)
}

/// Reads a count of tokens.
fn tokens(row: &Row<'_>, place: usize) -> Attempt<Tokens> {
    Ok(Tokens::new(row.get::<_, i64>(place)?.cast_unsigned()))
}

/// Reads the columns after the first two of [`COLUMNS`], whose numbers are of this set and this run.
pub(crate) fn read(
    row: &Row<'_>,
    connection: &ConnectionId,
    set: Arc<DimensionSet>,
    (run, first_seen): &(Arc<str>, Timestamp),
) -> Attempt<StoredRecord> {
    let Figures { costs, tokens, requests, quantity, fee } = figures(row, 4)?;
    let flags = Flags(row.get(4)?);
    let mut record = CostRecord::with_dimensions(instant(row.get(2)?)?, set, costs);
    record.end = row.get::<_, Option<i64>>(16)?.map(instant).transpose()?;
    (record.tokens, record.requests, record.quantity) = (tokens, requests, quantity);
    let effective = costs.effective.map(Money::units);
    record.stated.charged = money(row, 17, effective)?;
    record.stated.model_cost = money(row, 18, effective)?;
    record.stated.fee = fee;
    record.stated.conversation = provider_id::read(row.get_ref(19)?)?;
    record.stated.agent = provider_id::read(row.get_ref(20)?)?;
    record.stated.rounded = flags.rounded()?;
    let id = RecordId::from_bytes(row.get(3)?);
    let mut provenance = Provenance::stored(connection.clone(), Arc::clone(run), *first_seen, id);
    provenance.person = flags.person()?;
    provenance.unconfirmed = flags.has(Flags::UNCONFIRMED);
    provenance.imported = flags.has(Flags::IMPORTED);
    Ok(StoredRecord { record, provenance })
}

/// Runs [`WRITE`] for a record whose set and run have those numbers.
///
/// `statement` is prepared once for all records of a window.
pub(crate) fn write(
    statement: &mut CachedStatement<'_>,
    connection: i64,
    stored: &StoredRecord,
    set: i64,
    run: i64,
) -> Attempt<()> {
    let StoredRecord { record, provenance } = stored;
    let (tokens, costs, stated) = (&record.tokens, &record.costs, &record.stated);
    let effective = costs.effective.map(Money::units);
    statement.execute(params![
        connection,
        record.at.millis(),
        provenance.record_id.as_bytes(),
        set,
        Flags::of(stored)?.0,
        tokens.input.count().cast_signed(),
        tokens.output.count().cast_signed(),
        tokens.cache_write.count().cast_signed(),
        tokens.cache_read.count().cast_signed(),
        Number::of(effective),
        beside(costs.billed, effective),
        beside(costs.list, effective),
        beside(costs.contracted, effective),
        beside(stated.fee, effective),
        Number::of(record.requests.map(RequestUnits::units)),
        Number::of(record.quantity.map(Quantity::units)),
        run,
        record.end.map(Timestamp::millis),
        beside(stated.charged, effective),
        beside(stated.model_cost, effective),
        ProviderId::of(stated.conversation.as_deref()),
        ProviderId::of(stated.agent.as_deref()),
    ])?;
    Ok(())
}

/// Reads a time in milliseconds since 1970; one out of range means that the file is damaged.
///
/// Every time in the file is read by this function.
pub(crate) fn instant(millis: i64) -> Attempt<Timestamp> {
    Timestamp::from_millis(millis).map_err(|_| Failure::Damaged("a time that is none"))
}
