//! Whether what a reader returned is what the server held.

use cursor_admin_client::UsageEvent;
use cursor_simulator::TrueEvent;

use super::evidence::{self, Finding, Page, Walk};
use super::rows::{self, Row};
use super::script::Script;
use super::stage::{Answer, Run};

/// Why a result that is no state of the server could not be told from one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unseen {
    /// The documented case: within the read rows left the data and others came.
    RemovalAndAddition,
    /// Two flawed answers within the read hid each other, such as a page one row late before a page one
    /// row early: on the line that too is a row lost and a row added.
    TwoFlaws,
    /// Two reads were flawed in the same way and showed the same rows, as twins would.
    SameFlawAgain,
}

/// Whether events are the server's at one moment of the last read. An error says why they are not.
pub(super) fn judge(script: &Script, run: &Run, events: &[UsageEvent]) -> Result<Option<Unseen>, String> {
    let walks = evidence::walks(run);
    let (last, earlier) = walks.split_last().ok_or("nothing was read")?;
    let received = rows::sorted(events.iter().map(rows::read).collect());
    for revision in last.revisions(run) {
        let held = run.simulator.events_at(revision).unwrap();
        if within(script, &held) == received {
            return Ok(None);
        }
    }
    excuse(script, run, last, earlier)
        .map(Some)
        .ok_or_else(|| format!("{} events that the server never held together", events.len()))
}

/// The rows of the window, as they are sent.
fn within<'a>(script: &Script, held: &'a [TrueEvent]) -> Vec<Row<'a>> {
    let (start, end) = script.window;
    let inside = |event: &&TrueEvent| {
        let at = chrono::DateTime::from_timestamp_millis(event.timestamp_ms).unwrap();
        start <= at && at < end
    };
    let sent = |event| rows::sent(event, &script.behaviour);
    rows::sorted(held.iter().filter(inside).map(sent).collect())
}

/// Nothing is excused that the answers themselves contradict, nor what a single flaw can do.
fn excuse(script: &Script, run: &Run, last: &Walk, earlier: &[Walk]) -> Option<Unseen> {
    let pages = last.pages(run);
    let (removed, added) = moved(script, run, last);
    let flaws = flaws(run, last) + usize::from(removed || added);
    match evidence::look(&pages, None) {
        Finding::Contradictory => None,
        Finding::Sound if removed && added => Some(Unseen::RemovalAndAddition),
        Finding::Sound => (flaws >= 2).then_some(Unseen::TwoFlaws),
        Finding::Doubtful => {
            let twin = earlier.iter().find(|walk| show_the_same(&walk.pages(run), &pages))?;
            let twin_flawed = self::flaws(run, twin) > 0 || changed(run, twin);
            if removed && added {
                return Some(Unseen::RemovalAndAddition);
            }
            (flaws > 0 && twin_flawed).then_some(Unseen::SameFlawAgain)
        }
    }
}

/// Whether an earlier read proves the equal rows of a later one to be twins.
fn show_the_same(earlier: &[Page<'_>], later: &[Page<'_>]) -> bool {
    evidence::look(earlier, None) == Finding::Doubtful && evidence::tally(earlier) == evidence::tally(later)
}

/// Whether rows of the window went, and whether rows came, between the first and the last answer.
fn moved(script: &Script, run: &Run, walk: &Walk) -> (bool, bool) {
    let (mut removed, mut added) = (false, false);
    let revisions: Vec<_> = walk.revisions(run).collect();
    for pair in revisions.windows(2) {
        let [before, after] = [pair[0], pair[1]].map(|revision| run.simulator.events_at(revision).unwrap());
        let (before, after) = (within(script, &before), within(script, &after));
        removed |= lacks(&after, &before);
        added |= lacks(&before, &after);
    }
    (removed, added)
}

/// Whether some of the others are not among these, each as often. Both are sorted.
fn lacks(these: &[Row<'_>], others: &[Row<'_>]) -> bool {
    let mut rest = these.iter();
    !others.iter().all(|other| rest.by_ref().any(|this| this == other))
}

fn changed(run: &Run, walk: &Walk) -> bool {
    let revisions = walk.revisions(run);
    revisions.start() != revisions.end()
}

/// How many answers of a walk were not the right ones.
fn flaws(run: &Run, walk: &Walk) -> usize {
    let flawed = |name: &&'static str| ROW_FLAWS.contains(name);
    let wrong = |answer: &&Answer| answer.stale || run.log[answer.from].faults.iter().any(flawed);
    walk.answers(run).filter(wrong).count()
}

pub(super) const ROW_FLAWS: [&str; 5] =
    ["wrong-count", "empty-page", "shuffled-rows", "repeated-row", "skipped-row"];
