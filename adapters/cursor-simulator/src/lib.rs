#![doc = include_str!("../README.md")]

mod amount;
mod behaviour;
mod biller;
mod calendar;
mod company;
mod dispute;
mod endpoint;
mod endpoints;
mod events;
mod faults;
mod rate_limit;
mod rng;
mod route;
mod server;
mod simulator;
mod traffic;
mod wire;

pub use amount::{CENT, DOLLAR, Notation, REQUEST};
pub use behaviour::{
    Behaviour, Era, Ids, KindWords, Order, Oversize, Plan, Scope, SpendMeaning, SpendPeriod, Timestamps,
};
pub use biller::{
    Bill, BillingTerms, Bills, DemoInvoice, InvoiceLine, LineKind, Period, Rounding, RoundingMode,
    RoundingUnit, Seat, Seats, Threshold, TokenFee, UsageLine, Wording,
};
pub use dispute::{Discrepancy, Dispute, Entry, FedEvent, FeedChange, dispute};
pub use endpoint::Endpoint;
pub use events::Change;
pub use events::Snapshot;
pub use events::{Sums, Truth};
pub use events::{Tokens, TrueEvent};
pub use faults::ErrorBody;
pub use faults::{CUT, DROPPED, Fault, FaultKind, SLOW};
pub use rate_limit::{RateLimits, Throttling};
pub use server::Server;
pub use simulator::SimulatorBuilder;
pub use simulator::{LoggedRequest, SIMULATED, Simulator};
