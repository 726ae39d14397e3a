//! Charges in columns, ready to be filtered and grouped.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use crate::{
    CostRecord, CostStore, Costs, Currency, Dimension, Dimensions, Error, ErrorKind, Money, RecordSink,
    RequestUnits, Result, Scope, Timestamp, TokenCounts,
};

/// The dimensions that a ledger keeps beside tags, in the order of a tuple's slots.
const SLOTS: [Dimension; 11] = [
    Dimension::Provider,
    Dimension::BillingAccount,
    Dimension::Account,
    Dimension::Service,
    Dimension::ServiceId,
    Dimension::Category,
    Dimension::Subcategory,
    Dimension::Resource,
    Dimension::ChargeType,
    Dimension::Region,
    Dimension::UsageUnit,
];

/// An immutable, columnar set of charges in one currency.
///
/// Dimensions are interned: each distinct text is kept once, and each distinct combination of dimensions and tags once,
/// as a *tuple*. Built by a scan of a [`CostStore`], or record by record with [`Ledger::builder`].
pub struct Ledger {
    currency: Currency,
    texts: Vec<Arc<str>>,
    tuples: Vec<Tuple>,
    at: Vec<Timestamp>,
    tuple: Vec<usize>,
    costs: Vec<Costs>,
    tokens: Vec<TokenCounts>,
    requests: Vec<Option<RequestUnits>>,
    fees: Vec<Option<Money>>,
}

/// The id of an interned text, shifted by one: 0 is "none".
type TextId = u32;

#[derive(Clone, PartialEq, Eq, Hash)]
struct Tuple {
    slots: [TextId; SLOTS.len()],
    tags: Box<[(TextId, TextId)]>,
}

impl Ledger {
    /// Builds a ledger record by record.
    pub fn builder(currency: Currency) -> LedgerBuilder {
        LedgerBuilder {
            ledger: Self {
                currency,
                texts: Vec::new(),
                tuples: Vec::new(),
                at: Vec::new(),
                tuple: Vec::new(),
                costs: Vec::new(),
                tokens: Vec::new(),
                requests: Vec::new(),
                fees: Vec::new(),
            },
            text_ids: HashMap::new(),
            tuple_ids: HashMap::new(),
        }
    }

    /// Builds a ledger of all records in scope.
    ///
    /// # Errors
    /// What the store returns, and [`ErrorKind::Currency`] when a record is in another currency.
    pub async fn from_store(store: &dyn CostStore, scope: &Scope, currency: Currency) -> Result<Self> {
        let mut builder = Self::builder(currency);
        store.scan(scope, &mut builder).await?;
        Ok(builder.build())
    }

    /// The currency of every amount.
    pub fn currency(&self) -> Currency {
        self.currency
    }

    /// The number of charges.
    pub fn len(&self) -> usize {
        self.at.len()
    }

    /// Whether there is no charge.
    pub fn is_empty(&self) -> bool {
        self.at.is_empty()
    }

    /// The number of distinct tuples of dimensions and tags.
    pub fn tuple_count(&self) -> usize {
        self.tuples.len()
    }

    /// The tuple of that number, counted from 0.
    pub fn tuple(&self, number: usize) -> Option<LedgerTuple<'_>> {
        self.tuples.get(number).map(|tuple| LedgerTuple { ledger: self, tuple })
    }

    /// Every charge, in the order of the scan.
    pub fn rows(&self) -> impl Iterator<Item = LedgerRow> + '_ {
        let amounts = self.costs.iter().zip(&self.fees).zip(self.tokens.iter().zip(&self.requests));
        self.at.iter().zip(&self.tuple).zip(amounts).map(
            |((at, tuple), ((costs, fee), (tokens, requests)))| LedgerRow {
                at: *at,
                tuple: *tuple,
                costs: *costs,
                tokens: *tokens,
                requests: *requests,
                fee: *fee,
            },
        )
    }

    fn text(&self, id: TextId) -> Option<&Arc<str>> {
        self.texts.get(usize::try_from(id).ok()?.checked_sub(1)?)
    }
}

impl fmt::Debug for Ledger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ledger")
            .field("currency", &self.currency)
            .field("rows", &self.len())
            .field("tuples", &self.tuple_count())
            .finish_non_exhaustive()
    }
}

/// One charge of a [`Ledger`].
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct LedgerRow {
    /// When the charge arose.
    pub at: Timestamp,
    /// The number of its tuple, for [`Ledger::tuple`].
    pub tuple: usize,
    /// The four amounts.
    pub costs: Costs,
    /// Tokens used.
    pub tokens: TokenCounts,
    /// Request units used.
    pub requests: Option<RequestUnits>,
    /// The provider's fee within the amounts, as stated.
    pub fee: Option<Money>,
}

impl LedgerRow {
    /// The amount that `metric` names, nothing if it is absent.
    pub fn amount(&self, metric: crate::Metric) -> Money {
        self.costs.get(metric).unwrap_or_default()
    }
}

/// One distinct combination of dimensions and tags in a [`Ledger`].
#[derive(Clone, Copy)]
pub struct LedgerTuple<'a> {
    ledger: &'a Ledger,
    tuple: &'a Tuple,
}

impl LedgerTuple<'_> {
    fn lookup(&self, dimension: &Dimension) -> Option<&Arc<str>> {
        match dimension {
            Dimension::Tag(key) => {
                let named =
                    |&&(id, _): &&(TextId, TextId)| self.ledger.text(id).is_some_and(|text| text == key);
                let (_, value) = self.tuple.tags.iter().find(named)?;
                self.ledger.text(*value)
            }
            _ => {
                let slot = SLOTS.iter().position(|each| each == dimension)?;
                self.ledger.text(*self.tuple.slots.get(slot)?)
            }
        }
    }

    /// The value of a dimension, shared with the ledger.
    pub fn shared(&self, dimension: &Dimension) -> Option<Arc<str>> {
        self.lookup(dimension).map(Arc::clone)
    }
}

impl Dimensions for LedgerTuple<'_> {
    fn get(&self, dimension: &Dimension) -> Option<Cow<'_, str>> {
        self.lookup(dimension).map(|text| Cow::Borrowed(&**text))
    }

    fn for_each_tag(&self, visit: &mut dyn FnMut(&str, &str)) {
        for (key, value) in &self.tuple.tags {
            if let (Some(key), Some(value)) = (self.ledger.text(*key), self.ledger.text(*value)) {
                visit(key, value);
            }
        }
    }
}

impl fmt::Debug for LedgerTuple<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LedgerTuple").finish_non_exhaustive()
    }
}

/// Takes records and builds a [`Ledger`].
pub struct LedgerBuilder {
    ledger: Ledger,
    text_ids: HashMap<Arc<str>, TextId>,
    tuple_ids: HashMap<Tuple, usize>,
}

impl LedgerBuilder {
    /// Adds one record.
    ///
    /// # Errors
    /// [`ErrorKind::Currency`] when the record is in another currency than the ledger.
    pub fn push(&mut self, record: &CostRecord) -> Result<()> {
        if record.currency != self.ledger.currency {
            return Err(Error::new(
                ErrorKind::Currency,
                format!("a record in {} cannot enter a ledger in {}", record.currency, self.ledger.currency),
            ));
        }
        let mut tuple = Tuple { slots: [0; SLOTS.len()], tags: Box::default() };
        for (slot, dimension) in tuple.slots.iter_mut().zip(&SLOTS) {
            *slot = record.field(dimension).map_or(Ok(0), |text| self.intern(text))?;
        }
        tuple.tags = record
            .tags
            .iter()
            .map(|(key, value)| Ok((self.intern(key)?, self.intern(value)?)))
            .collect::<Result<_>>()?;
        let next = self.ledger.tuples.len();
        let number = *self.tuple_ids.entry(tuple).or_insert_with_key(|tuple| {
            self.ledger.tuples.push(tuple.clone());
            next
        });
        self.ledger.at.push(record.at);
        self.ledger.tuple.push(number);
        self.ledger.costs.push(record.costs);
        self.ledger.tokens.push(record.tokens);
        self.ledger.requests.push(record.requests);
        self.ledger.fees.push(record.stated.fee);
        Ok(())
    }

    /// The ledger of all records added.
    pub fn build(self) -> Ledger {
        self.ledger
    }

    fn intern(&mut self, text: &Arc<str>) -> Result<TextId> {
        if let Some(id) = self.text_ids.get(text) {
            return Ok(*id);
        }
        self.ledger.texts.push(Arc::clone(text));
        let id = TextId::try_from(self.ledger.texts.len())
            .map_err(|_| Error::overflow("the number of distinct texts in a ledger"))?;
        self.text_ids.insert(Arc::clone(text), id);
        Ok(id)
    }
}

impl RecordSink for LedgerBuilder {
    fn record(&mut self, record: &CostRecord) -> Result<()> {
        self.push(record)
    }
}

impl fmt::Debug for LedgerBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("LedgerBuilder").field(&self.ledger).finish()
    }
}
