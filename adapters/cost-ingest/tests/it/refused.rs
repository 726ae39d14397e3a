//! Reads that are not what the source promises.

use std::error::Error as _;

use cost_model::{MemoryStore, WindowRead};

use crate::support::{AUGUST, DAY, Script, at, coverage, ingest, row, sorted, stored, window};

/// Stores an old state, then lets the second window of a new one be tampered with: the first window is new, the others
/// are as they were, and the error says what was wrong.
#[track_caller]
fn refused(tamper: fn(&mut WindowRead), message: &str) {
    let old = vec![row(AUGUST, 1), row(AUGUST + 31 * DAY, 1), row(AUGUST + 61 * DAY, 1)];
    let new = vec![row(AUGUST, 2), row(AUGUST + 31 * DAY, 2), row(AUGUST + 61 * DAY, 2)];
    let store = MemoryStore::new();
    ingest(&Script::new(old.clone()), &store).unwrap();
    let mut source = Script::new(new.clone());
    source.tampers_at = Some((1, tamper));
    let error = ingest(&source, &store).unwrap_err();
    assert_eq!(error.source().unwrap().to_string(), message);
    assert_eq!((error.window(), error.stored()), (Some(window(AUGUST + 30 * DAY, AUGUST + 60 * DAY)), 1));
    assert_eq!(
        error.to_string(),
        "the import stopped at the window 2026-08-31T00:00:00Z to 2026-09-30T00:00:00Z, with 1 of 4 windows stored"
    );
    assert_eq!(stored(&store), [new[0].clone(), old[1].clone(), old[2].clone()]);

    source.tampers_at = None;
    ingest(&source, &store).unwrap();
    assert_eq!(stored(&store), sorted(new));
}

#[test]
fn fewer_rows_than_announced() {
    refused(|read| read.announced += 1, "2 rows were announced and 1 received");
    refused(|read| read.records.clear(), "1 rows were announced and 0 received");
}

#[test]
fn more_rows_than_announced() {
    refused(|read| read.records.push(read.records[0].clone()), "1 rows were announced and 2 received");
    refused(|read| read.announced = 0, "0 rows were announced and 1 received");
}

#[test]
fn rows_outside_the_window() {
    refused(
        |read| read.records[0].at = read.window.end(),
        "a row of 2026-09-30T00:00:00Z came back, which lies outside the window",
    );
    refused(
        |read| read.records[0].at = at(read.window.start().millis() - 1),
        "a row of 2026-08-30T23:59:59.999Z came back, which lies outside the window",
    );
}

#[test]
fn another_window_than_the_one_asked_for() {
    refused(
        |read| read.window = window(AUGUST + 30 * DAY, AUGUST + 61 * DAY),
        "the window 2026-08-31T00:00:00Z to 2026-10-01T00:00:00Z came back in place of the one asked for",
    );
}

#[test]
fn a_day_that_is_still_too_large() {
    let mut source = Script::new(vec![row(AUGUST + 5 * DAY, 1), row(AUGUST + 5 * DAY + 1, 2)]);
    source.most = Some(1);
    let store = MemoryStore::new();
    let error = ingest(&source, &store).unwrap_err();
    assert_eq!(error.window(), Some(window(AUGUST + 5 * DAY, AUGUST + 6 * DAY)));
    assert_eq!(error.source().unwrap().to_string(), "the window holds 2 rows; split it");
    assert_eq!(stored(&store), []);
    assert_eq!(coverage(&store), [window(AUGUST, AUGUST + 5 * DAY)]);
}
