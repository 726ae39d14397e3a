//! How often what happened.

use std::collections::BTreeMap;
use std::fmt;

use cursor_admin_client::ErrorKind;
use cursor_simulator::{Change, FaultKind};

use super::oracle::Unseen;
use super::refusals::is_calm;
use super::script::Script;
use super::stage::Run;

/// How often each fault, and each change of data, must have hit.
const OFTEN: u64 = 200;
/// How often the one case that nobody can see must have come up.
const SELDOM: u64 = 20;

const FAULTS: [&str; 18] = [
    "too-many-requests",
    "bad-gateway",
    "error",
    "drop-connection",
    "reset-connection",
    "truncated-body",
    "cut-connection",
    "slow-body",
    "wrong-count",
    "empty-page",
    "shuffled-rows",
    "repeated-row",
    "skipped-row",
    "shifted-rows",
    "then",
    "plan-refusal",
    "scope-refusal",
    "key-revoked",
];
const CHANGES: [&str; 6] = ["insert", "withdraw", "re-price", "replace", "remove-member", "horizon"];
/// What no fault of the simulator does: a cache in between.
const STALE: &str = "stale-answer";

#[derive(Debug, Default)]
pub(super) struct Tally {
    fired: BTreeMap<&'static str, u64>,
    outcomes: BTreeMap<String, u64>,
    calm: u64,
    requests: usize,
}

impl Tally {
    pub(super) fn count_run(&mut self, script: &Script, run: &Run) {
        for (name, times) in run.simulator.fired() {
            *self.fired.entry(name).or_default() += times;
        }
        let requests = run.log.len();
        for (request, fault) in &script.faults {
            if let FaultKind::Then(changes) = fault
                && usize::try_from(*request).unwrap() < requests
            {
                for change in changes {
                    *self.fired.entry(name(change)).or_default() += 1;
                }
            }
        }
        let stale = run.answers.iter().filter(|answer| answer.stale).count();
        *self.fired.entry(STALE).or_default() += u64::try_from(stale).unwrap();
        self.calm += u64::from(is_calm(run));
        self.requests += requests;
    }

    pub(super) fn count_snapshot(&mut self, unseen: Option<Unseen>) {
        let name = unseen.map_or("true snapshot".to_owned(), |unseen| format!("unseen {unseen:?}"));
        *self.outcomes.entry(name).or_default() += 1;
    }

    pub(super) fn count_error(&mut self, kind: ErrorKind) {
        *self.outcomes.entry(format!("error {kind:?}")).or_default() += 1;
    }

    pub(super) fn assert_thorough(&self) {
        for name in FAULTS.iter().chain(&CHANGES).chain([&STALE]) {
            let fired = self.fired.get(name).copied().unwrap_or_default();
            assert!(fired >= OFTEN, "{name} fired {fired} times only\n{self}");
        }
        assert!(self.calm >= OFTEN, "{self}");
        let hidden = self.outcomes.get("unseen RemovalAndAddition").copied().unwrap_or_default();
        assert!(hidden >= SELDOM, "what paging hides came up {hidden} times only\n{self}");
    }
}

fn name(change: &Change) -> &'static str {
    match change {
        Change::Insert(_) => "insert",
        Change::Withdraw(_) => "withdraw",
        Change::Reprice { .. } => "re-price",
        Change::Replace { .. } => "replace",
        Change::RemoveMember(_) => "remove-member",
        _ => "horizon",
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} requests, {} calm scripts", self.requests, self.calm)?;
        for (name, times) in &self.outcomes {
            writeln!(f, "  {times:>6} {name}")?;
        }
        writeln!(f, "fired:")?;
        for (name, times) in &self.fired {
            writeln!(f, "  {times:>6} {name}")?;
        }
        Ok(())
    }
}
