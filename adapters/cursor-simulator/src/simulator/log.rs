//! What a test can look up afterwards.

/// A request that the simulator has seen, and how it answered.
///
/// Tests read from it what a client really sent: how many pages, in which order, and what it repeated after which
/// status. It holds no header, so that no key gets into the output of a test.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LoggedRequest {
    /// `GET`, `POST`, ...
    pub method: String,
    /// The path, without query.
    pub path: String,
    /// What follows the `?`; empty without one.
    pub query: String,
    /// The request's body as text. Headers, and with them the key, are not kept.
    pub body: String,
    /// The status of the answer; 502 for a dropped connection.
    pub status: u16,
    /// The [revision](crate::Simulator::revision) of the data that the answer was made from.
    pub revision: u64,
    /// The [names](crate::FaultKind::name) of the faults that hit it.
    pub faults: Vec<&'static str>,
}
