//! Whether an error is the right one for what went wrong.

use cursor_admin_client::http::READ_ROUTES;
use cursor_admin_client::{Error, ErrorKind, Snapshot};
use cursor_simulator::behaviour::Throttling;
use cursor_simulator::simulator::LoggedRequest;

use super::evidence::{self, Finding};
use super::oracle::ROW_FLAWS;
use super::script::Script;
use super::stage::{Answer, Run};

/// The most that the client waits because a server asks for it, in seconds.
const WAIT_MAX: u64 = 120;
const ATTEMPTS_MAX: u32 = 5;
const READS_MAX: usize = 3;
const EMPTY_PAGES_MAX: usize = 10;

/// What a failed reading should have been called, by the request that it ended with.
pub(super) fn right_kind(run: &Run) -> ErrorKind {
    let (sent, answer) = (run.log.last().unwrap(), run.answers.last().unwrap());
    let hit = |name: &str| sent.faults.contains(&name);
    match sent.status {
        _ if answer.good => ErrorKind::Incomplete,
        _ if hit("drop-connection") || hit("reset-connection") || hit("cut-connection") => {
            ErrorKind::Transport
        }
        200 => ErrorKind::Decode,
        401 if hit("scope-refusal") => ErrorKind::PlanOrScope,
        401 => ErrorKind::Auth,
        403 => ErrorKind::PlanOrScope,
        429 => ErrorKind::RateLimited,
        500.. => ErrorKind::Server,
        _ => ErrorKind::Rejected,
    }
}

/// Whether an error is the right one and was not given up to too early.
pub(super) fn judge(run: &Run, error: &Error) -> Result<(), String> {
    let kind = right_kind(run);
    if error.kind() != kind {
        return Err(format!("{:?} where {kind:?} was right: {error}", error.kind()));
    }
    let last = run.log.last().unwrap();
    let justified = match kind {
        ErrorKind::Incomplete if error.received().is_none() => has_no_end(run),
        ErrorKind::Incomplete => disturbed(run) && none_is_proven(run),
        ErrorKind::Auth | ErrorKind::PlanOrScope => !last.faults.is_empty() && error.attempts() >= 1,
        ErrorKind::Rejected if is_gone(last) => evidence::walks(run).len() == READS_MAX,
        ErrorKind::Rejected => last.faults.contains(&"error"),
        ErrorKind::Decode if !error.is_retryable() => last.faults.contains(&"error"),
        _ => !last.faults.is_empty() && gave_all(error),
    };
    if justified { Ok(()) } else { Err(format!("nothing justifies this: {error}")) }
}

/// Whether the client tried as often as it may.
fn gave_all(error: &Error) -> bool {
    error.attempts() == ATTEMPTS_MAX
        || error.retry_after().is_some_and(|wait| wait.as_secs() > WAIT_MAX)
        || error.to_string().contains("not tried again")
}

/// Whether rows were ever not what they should be.
fn disturbed(run: &Run) -> bool {
    let moves = |name: &&'static str| ROW_FLAWS.contains(name) || ["then", "shifted-rows"].contains(name);
    run.log.iter().any(|sent| sent.faults.iter().any(moves) || is_gone(sent))
        || run.answers.iter().any(|answer| answer.stale)
}

/// Whether the last answers were empty pages that announce more, too many to go on.
fn has_no_end(run: &Run) -> bool {
    let good: Vec<_> = run.log.iter().zip(&run.answers).filter(|(_, answer)| answer.good).collect();
    let last = good.iter().rev().take(EMPTY_PAGES_MAX + 1);
    last.len() > EMPTY_PAGES_MAX && last.clone().all(|(sent, _)| sent.faults.contains(&"empty-page"))
}

/// Whether all reads were made, and neither one by itself nor two together prove what the window holds.
/// Of two that agree on equal edges, no third that shows others may lie between.
fn none_is_proven(run: &Run) -> bool {
    let walks = evidence::walks(run);
    let pages: Vec<_> = walks.iter().map(|walk| walk.pages(run)).collect();
    let (mut doubtful, mut proven) = (None, false);
    for pages in &pages {
        match evidence::look(pages, None) {
            Finding::Contradictory => {}
            Finding::Sound => proven = true,
            Finding::Doubtful => {
                let tally = Some(evidence::tally(pages));
                proven |= doubtful == tally;
                doubtful = tally;
            }
        }
    }
    walks.len() == READS_MAX && !proven
}

/// Whether a page after the first was refused for its number, and the refusal arrived.
fn is_gone(sent: &LoggedRequest) -> bool {
    sent.status == 400 && evidence::asked(&sent.body) > 1 && !sent.faults.contains(&"cut-connection")
}

/// What holds whatever goes wrong: only reads are sent, and the client makes no 429 by itself. It may run
/// into one where the server still has the limits of before, and only once, for it then learns them.
pub(super) fn judge_requests(script: &Script, run: &Run) -> Result<(), String> {
    for sent in &run.log {
        if !READ_ROUTES.contains(&(sent.method.as_str(), sent.path.as_str())) || !sent.query.is_empty() {
            return Err(format!("not on the list of reads: {} {} {}", sent.method, sent.path, sent.query));
        }
    }
    let own = own_refusals(run);
    let older = script.behaviour.rate_limits.is_some_and(|limits| limits.throttling == Throttling::Older);
    if own > usize::from(older) { Err(format!("{own} requests too many in a minute")) } else { Ok(()) }
}

fn own_refusals(run: &Run) -> usize {
    run.log.iter().filter(|sent| sent.status == 429 && sent.faults.is_empty()).count()
}

/// What a snapshot says of itself, and what it costs if nothing goes wrong.
pub(super) fn judge_costs(script: &Script, run: &Run, snapshot: &Snapshot) -> Result<(), String> {
    let walks = evidence::walks(run);
    let expect = |what: &str, said: u64, counted: usize| {
        let counted = u64::try_from(counted).unwrap();
        if said == counted { Ok(()) } else { Err(format!("{what}: {said} said, {counted} counted")) }
    };
    expect("requests", snapshot.requests, run.log.len())?;
    let failed = |(sent, answer): &(&LoggedRequest, &Answer)| !answer.good && !is_gone(sent);
    expect("retries", snapshot.retries, run.log.iter().zip(&run.answers).filter(failed).count())?;
    expect("rereads", u64::from(snapshot.rereads) + 1, walks.len())?;
    expect("announced", snapshot.announced, snapshot.events.len())?;
    expect("outside", 0, snapshot.outside.len())?;
    expect("unknown fields", 0, snapshot.unknown_fields.len())?;
    if is_calm(run) {
        let size = script.page_size.min(script.behaviour.largest_page);
        let pages = snapshot.announced.div_ceil(u64::from(size)).max(1);
        let pages = usize::try_from(pages).unwrap();
        expect("calm requests", snapshot.requests, pages * walks.len() + own_refusals(run))?;
        expect("calm reads", u64::from(snapshot.rereads.max(1)), 1)?;
    }
    Ok(())
}

/// Whether nothing went wrong.
pub(super) fn is_calm(run: &Run) -> bool {
    let slow = |name: &&'static str| *name == "slow-body";
    let quiet = run.log.iter().all(|sent| sent.faults.iter().all(slow));
    quiet && !run.answers.iter().any(|answer| answer.stale)
}
