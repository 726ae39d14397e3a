//! Syncs are killed at random moments, over and over: nothing is lost, doubled or read twice.

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};
use std::time::Duration;

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use cost_model::store::{ConnectionId, Scope};
use cost_model::{CostRecord, CostStore, Money, Timestamp, Window};
use cost_model_sqlite::SqliteStore;
use cursor_simulator::{Server, Simulator, TrueEvent};
use serde_json::Value;

use crate::program::{Folder, KEY_VARIABLE};

const KILLS: u32 = 100;

/// A year of a small team that ends now.
async fn team() -> Server {
    let end = Utc::now().trunc_subsecs(0);
    let simulator =
        Simulator::builder().developers(5).events_per_day(8).range(end - TimeDelta::days(340), end).build();
    Server::start(simulator).await.unwrap()
}

fn sync(server: &Server, folder: &Folder, db: &str) -> Child {
    let mut command = folder.command(&["sync", "--data", db]);
    command.env(KEY_VARIABLE, server.simulator().api_key());
    command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
}

/// A run that must go through.
fn whole_run(server: &Server, folder: &Folder, db: &str) {
    let output = sync(server, folder, db).wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// A run that is killed once it has told of so many windows, and a little later.
fn killed_run(server: &Server, folder: &Folder, db: &str, windows: u64, later: Duration) {
    let mut child = sync(server, folder, db);
    let mut told = BufReader::new(child.stderr.take().unwrap()).lines();
    for _ in 0..windows {
        if !told.any(|line| line.unwrap().contains("windows")) {
            break;
        }
    }
    std::thread::sleep(later);
    child.kill().unwrap();
    child.wait().unwrap();
}

/// The next of a row of numbers that look random.
fn next(seed: &mut u64) -> u64 {
    *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    *seed >> 33
}

/// Up to so many milliseconds.
fn some_of(milliseconds: u64, seed: &mut u64) -> Duration {
    Duration::from_micros(next(seed) % (1000 * milliseconds))
}

async fn stored(folder: &Folder, db: &str) -> (Vec<CostRecord>, Vec<Window>) {
    let db = folder.path(db);
    if !db.exists() {
        return (Vec::new(), Vec::new());
    }
    let store = SqliteStore::open(db).unwrap();
    let mut records: Vec<CostRecord> = Vec::new();
    store.scan(&Scope::all(), &mut records).await.unwrap();
    let coverage = store.coverage(&ConnectionId::new("Acme")).await.unwrap();
    (records, coverage.windows().into_windows())
}

fn charged(records: &[CostRecord]) -> i128 {
    records.iter().filter_map(|record| record.stated.charged).map(Money::units).sum()
}

fn is_truth(records: &[CostRecord], simulator: &Simulator) {
    let truth = simulator.truth().total;
    assert_eq!((records.len() as u64, charged(records)), (truth.events, truth.charged));
}

/// What is covered holds exactly the server's events of that time, so no window is half there.
fn is_whole(records: &[CostRecord], coverage: &[Window], simulator: &Simulator) {
    let events = simulator.events();
    let covered = |event: &&TrueEvent| {
        let at = Timestamp::from_millis(event.timestamp_ms).unwrap();
        coverage.iter().any(|window| window.contains(at))
    };
    let charges = events.iter().filter(covered).map(|event| event.charged.unwrap_or_default());
    assert_eq!((records.len(), charged(records)), (events.iter().filter(covered).count(), charges.sum()));
}

/// The windows of the requests since `seen`, which may be answered in several pages.
fn asked(simulator: &Simulator, seen: usize) -> Vec<(i64, i64)> {
    let log = simulator.log();
    let events = log.iter().skip(seen).filter(|request| request.path.ends_with("filtered-usage-events"));
    let bounds = events.map(|request| {
        let body: Value = serde_json::from_str(&request.body).unwrap();
        (body["startDate"].as_i64().unwrap(), body["endDate"].as_i64().unwrap())
    });
    bounds.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_import_goes_on_and_repeats_no_finished_window() {
    let (server, mut seed) = (team().await, 1);
    let (folder, simulator) = (Folder::of_account(&server.base_url(), &[]), server.simulator());
    let mut in_the_middle = 0;
    for number in 0..KILLS {
        let db = format!("{number}.db");
        let windows = next(&mut seed) % 13;
        killed_run(&server, &folder, &db, windows, some_of(20, &mut seed));
        let (records, coverage) = stored(&folder, &db).await;
        assert!(u64::from(!coverage.is_empty()) >= windows.min(1), "what was told of is stored");
        is_whole(&records, &coverage, simulator);
        in_the_middle +=
            u32::from(!coverage.is_empty() && (records.len() as u64) < simulator.truth().total.events);

        let seen = simulator.log().len();
        whole_run(&server, &folder, &db);
        is_truth(&stored(&folder, &db).await.0, simulator);
        let look_back: DateTime<Utc> = Utc::now() - TimeDelta::days(4);
        for (start, end) in asked(simulator, seen) {
            let finished = coverage
                .iter()
                .find(|window| window.start().millis() <= start && end < window.end().millis());
            assert!(
                finished.is_none() || end >= look_back.timestamp_millis(),
                "{start}..{end} was read again"
            );
        }
    }
    println!("{in_the_middle} of {KILLS} syncs were killed between their first and their last window");
    assert!(in_the_middle > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_refresh_leaves_the_last_whole_state() {
    let (server, mut seed, db) = (team().await, 2, "costs.db");
    let (folder, simulator) = (Folder::of_account(&server.base_url(), &[]), server.simulator());
    whole_run(&server, &folder, db);
    let newest = simulator.events().last().cloned().unwrap();
    let mut unseen = 0;
    for number in 0..KILLS {
        // A late event, with a twin now and then.
        let mut late = newest.clone();
        late.timestamp_ms = simulator.now().timestamp_millis() - 1000 * i64::from(1 + number / 2);
        let (before, _) = stored(&folder, db).await;
        simulator.insert_event(late);
        // A fifth are killed only after the window has been told of.
        let told = u64::from(number % 5 == 0);
        killed_run(&server, &folder, db, told, some_of(if told > 0 { 20 } else { 120 }, &mut seed));
        let (records, _) = stored(&folder, db).await;
        let grown = records.len() - before.len();
        assert!(grown <= 1 && grown as u64 >= told, "{grown} events came in, and one was late");
        unseen += u32::from(grown == 0);
        whole_run(&server, &folder, db);
        is_truth(&stored(&folder, db).await.0, simulator);
    }
    println!("{unseen} of {KILLS} refreshes were killed before they stored the late event");
    assert!(unseen > 0, "no refresh was killed before it stored anything");
}
