//! Records of the demo company, as many as asked for.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use chrono::Duration;
use cost_model::{CostRecord, CostSource, Costs, Money, Timestamp, Tokens, Window};
use cursor_admin_client::{Client, ManualClock, Transport, TransportError};
use cursor_cost_source::CursorCostSource;
use cursor_simulator::Simulator;
use virtual_tags::{Directory, ResolvedRules, RuleSet};

use crate::Failure;

const RULES: &str = include_str!("../../examples/cursor_costs/demo_rules.toml");
/// A repetition is this much later than the one before; 257 of them, ten million records, spread over a day.
const SHIFT_MILLIS: i64 = 307_013;
/// 10^-10 dollars: a repetition's amounts are that much higher, so that no amount comes twice.
const STEP_UNITS: i128 = 100_000_000_000_000;

/// The demo company's three months of records, and its rules.
pub struct Demo {
    pub rules: ResolvedRules,
    records: Vec<CostRecord>,
}

#[derive(Debug)]
struct InProcess(Simulator);

#[async_trait]
impl Transport for InProcess {
    async fn send(&self, request: http::Request<Bytes>) -> Result<http::Response<Bytes>, TransportError> {
        Ok(self.0.handle(request))
    }
}

impl Demo {
    pub fn load() -> Result<Self, Failure> {
        let simulator = Simulator::demo();
        let directory = Directory::from_csv(simulator.directory_csv().as_bytes(), "the demo's directory")?;
        let rules = RuleSet::from_toml(RULES, "the demo's rules")?;
        let rules = rules.with_directory_facts(&directory, ["team", "department"], "Unallocated")?;
        let rules = rules.compile(directory)?.tagger()?;
        let runtime = tokio::runtime::Builder::new_current_thread().build()?;
        Ok(Self { rules, records: runtime.block_on(read(&simulator))? })
    }

    /// Hands `count` records to `visit`, in order of time: the demo's, over and over, each time a little later and a
    /// little dearer.
    pub fn for_each(
        &self,
        count: usize,
        visit: &mut dyn FnMut(&CostRecord) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let mut order = Vec::with_capacity(count);
        'enough: for repetition in 0_u32.. {
            for (number, record) in (0_u32..).zip(&self.records) {
                if order.len() == count {
                    break 'enough;
                }
                let at = record.at.millis() + i64::from(repetition) * SHIFT_MILLIS;
                order.push((at, repetition, number));
            }
        }
        order.sort_unstable();
        let mut records = self.records.clone();
        for (at, repetition, number) in order {
            let number = usize::try_from(number)?;
            if let (Some(original), Some(record)) = (self.records.get(number), records.get_mut(number)) {
                record.at = Timestamp::from_millis(at)?;
                vary(record, original, repetition);
                visit(record)?;
            }
        }
        Ok(())
    }
}

async fn read(simulator: &Simulator) -> Result<Vec<CostRecord>, Failure> {
    let client = Client::builder()
        .api_key(simulator.api_key())
        .base_url("http://localhost")
        .transport(Arc::new(InProcess(simulator.clone())))
        .clock(Arc::new(ManualClock::new(simulator.now())))
        .build()?;
    let source = CursorCostSource::new(client, "Acme");
    let (mut start, end) = simulator.range();
    let mut records = Vec::new();
    while start < end {
        let next = end.min(start + Duration::days(30));
        records.extend(source.read(Window::new(start, next)?).await?.records);
        start = next;
    }
    Ok(records)
}

/// Amounts that are equal stay equal, what is zero stays zero, what is absent stays absent.
fn vary(record: &mut CostRecord, original: &CostRecord, repetition: u32) {
    let more = STEP_UNITS * i128::from(repetition);
    let dearer = |amount: Option<Money>| {
        amount.map(|amount| if amount.is_zero() { amount } else { Money::from_units(amount.units() + more) })
    };
    let busier = |tokens: Tokens| match tokens.count() {
        0 => tokens,
        count => Tokens::new(count + u64::from(repetition)),
    };
    let Costs { billed, effective, list, contracted, .. } = original.costs;
    record.costs.billed = dearer(billed);
    record.costs.effective = dearer(effective);
    record.costs.list = dearer(list);
    record.costs.contracted = dearer(contracted);
    record.stated.fee = dearer(original.stated.fee);
    record.tokens.input = busier(original.tokens.input);
    record.tokens.output = busier(original.tokens.output);
    record.tokens.cache_write = busier(original.tokens.cache_write);
    record.tokens.cache_read = busier(original.tokens.cache_read);
}
