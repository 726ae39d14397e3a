#![doc = include_str!("../README.md")]

mod amount;
mod api;
mod biller;
mod builder;
mod calendar;
mod company;
mod event;
mod fault;
mod models;
mod names;
mod pages;
mod pricing;
mod request;
mod rng;
mod server;
mod simulator;
mod traffic;
mod truth;
mod wire;

pub use amount::{CENT, DOLLAR, REQUEST};
pub use biller::{DemoInvoice, InvoiceLine, UsageLine};
pub use builder::SimulatorBuilder;
pub use event::{Tokens, TrueEvent};
pub use fault::{DROPPED, Endpoint, Fault, FaultKind};
pub use server::Server;
pub use simulator::{LoggedRequest, Simulator};
pub use truth::{Sums, Truth};
