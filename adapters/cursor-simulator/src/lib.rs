#![doc = include_str!("../README.md")]

mod amount;
mod api;
mod behaviour;
mod biller;
mod billing_groups;
mod bugbot;
mod builder;
mod calendar;
mod change;
mod clock;
mod company;
mod daily_usage;
mod delivery;
mod directory_groups;
mod dispute;
mod event;
mod event_list;
mod fault;
mod flaw;
mod groups;
mod habits;
mod listing;
mod members;
mod model_access;
mod models;
mod names;
mod pricing;
mod rate_limit;
mod refusal;
mod request;
mod rng;
mod route;
mod server;
mod simulator;
mod snapshot;
mod spend;
mod state;
mod traffic;
mod truth;
mod usage_events;
mod view;
mod wire;

pub use amount::{CENT, DOLLAR, REQUEST};
pub use behaviour::{
    Behaviour, Era, Ids, KindWords, Notation, Order, Oversize, Plan, Scope, SpendMeaning, SpendPeriod,
    Timestamps,
};
pub use biller::{
    Bill, BillingTerms, Bills, DemoInvoice, InvoiceLine, LineKind, Period, Rounding, RoundingMode,
    RoundingUnit, Seat, Seats, Threshold, TokenFee, UsageLine, Wording,
};
pub use builder::SimulatorBuilder;
pub use change::Change;
pub use dispute::{Discrepancy, Dispute, Entry, FedEvent, FeedChange, dispute};
pub use event::{Tokens, TrueEvent};
pub use fault::{CUT, DROPPED, Endpoint, Fault, FaultKind, SLOW};
pub use rate_limit::{RateLimits, Throttling};
pub use refusal::ErrorBody;
pub use server::Server;
pub use simulator::{LoggedRequest, SIMULATED, Simulator};
pub use snapshot::Snapshot;
pub use truth::{Sums, Truth};
