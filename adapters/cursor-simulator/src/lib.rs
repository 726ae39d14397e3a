#![doc = include_str!("../README.md")]

mod amount;
pub mod behaviour;
pub mod biller;
mod calendar;
mod company;
pub mod dispute;
mod endpoint;
mod endpoints;
pub mod events;
pub mod faults;
mod rate_limit;
mod rng;
mod route;
mod server;
pub mod simulator;
mod traffic;
mod wire;

pub use amount::{CENT, DOLLAR, REQUEST};
#[doc(no_inline)]
pub use behaviour::{Behaviour, Era};
pub use endpoint::Endpoint;
#[doc(no_inline)]
pub use events::{Change, TrueEvent, Truth};
#[doc(no_inline)]
pub use faults::{Fault, FaultKind};
pub use server::Server;
#[doc(no_inline)]
pub use simulator::{SIMULATED, Simulator, SimulatorBuilder};
