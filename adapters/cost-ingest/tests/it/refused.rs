//! Reads that are not what the source promises.

use std::error::Error as _;

use cost_model::MemoryStore;
use cost_model::source::{Origin, SourceBatch};

use crate::support::{AUGUST, DAY, Script, at, coverage, ingest, row, sorted, stored, window};

/// Stores an old state, then lets the second window of a new one be tampered with: the first window is new, the others
/// are as they were, and the error says what was wrong.
#[track_caller]
fn refused(tamper: fn(&mut SourceBatch), message: &str) {
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
fn rows_outside_the_window_that_are_said_to_be_inside() {
    refused(
        |read| read.records[0].at = read.window.end(),
        "a row of 2026-09-30T00:00:00Z came back, which lies outside the window",
    );
    refused(
        |read| read.records[0].at = at(read.window.start().millis() - 1),
        "a row of 2026-08-30T23:59:59.999Z came back, which lies outside the window",
    );
}

/// As from a server that takes milliseconds for seconds, or that ignores the filter.
#[test]
fn a_window_for_which_only_rows_outside_came_is_an_error() {
    refused(
        |read| {
            read.outside = std::mem::take(&mut read.records);
            read.outside[0].at = at(5);
        },
        "all 1 rows that came back lie outside the window, from 1970-01-01T00:00:00.005Z to 1970-01-01T00:00:00.005Z: \
         the provider did not answer for the time that was requested, and nothing was stored",
    );
}

#[test]
fn rows_outside_beside_rows_inside_are_listed_and_the_window_stays_to_be_read() {
    let rows = vec![row(AUGUST, 1), row(AUGUST + 31 * DAY, 2), row(AUGUST + 32 * DAY, 3)];
    let mut source = Script::new(rows.clone());
    source.tampers_at = Some((1, |read| {
        let mut late = read.records.pop().unwrap();
        late.at = at(5);
        read.outside = vec![late];
    }));
    let store = MemoryStore::new();
    let report = ingest(&source, &store).unwrap();
    let [outside] = *report.outside else { panic!("{:?}", report.outside) };
    assert_eq!((outside.rows, outside.first, outside.last), (1, at(5), at(5)));
    assert_eq!(outside.effective.unwrap().units(), 3);
    assert_eq!(outside.window, window(AUGUST + 30 * DAY, AUGUST + 60 * DAY));
    assert_eq!(stored(&store), rows[..2]);
    let missing = window(AUGUST + 30 * DAY, AUGUST + 60 * DAY);
    assert_eq!(
        coverage(&store),
        [window(AUGUST, missing.start().millis()), window(missing.end().millis(), AUGUST + 92 * DAY)]
    );
    // The next run reads it again, and takes out nothing in between.
    source.tampers_at = None;
    assert!(ingest(&source, &store).unwrap().outside.is_empty());
    assert_eq!(stored(&store), rows);
}

#[test]
fn a_server_whose_data_keep_moving_is_read_in_smaller_windows() {
    let rows: Vec<_> = (0..40).map(|place| row(AUGUST + 5 * DAY + place / 3, i128::from(place))).collect();
    let mut source = Script::new(rows.clone());
    source.moves_above = Some(3);
    let store = MemoryStore::new();
    let report = ingest(&source, &store).unwrap();
    assert_eq!(stored(&store), sorted(rows));
    assert_eq!(coverage(&store), [crate::support::range()]);
    assert!(report.windows.len() > 4);
    // Twins of one instant that keep moving cannot be told apart by any window.
    source.moves_above = Some(2);
    let error = ingest(&source, &MemoryStore::new()).unwrap_err();
    assert_eq!(error.source().unwrap().to_string(), "the rows moved");
}

#[test]
fn made_up_charges_never_mix_with_real_ones() {
    let (real, mut demo) = (Script::new(vec![row(AUGUST, 1)]), Script::new(vec![row(AUGUST, 2)]));
    demo.origin = Origin::Demo;
    for (first, second) in [(&real, &demo), (&demo, &real)] {
        let store = MemoryStore::new();
        ingest(first, &store).unwrap();
        ingest(first, &store).unwrap();
        let error = ingest(second, &store).unwrap_err();
        assert!(error.source().unwrap().to_string().contains("must not mix"), "{error:?}");
        assert_eq!(stored(&store), *first.rows());
    }
}

#[test]
fn another_window_than_the_one_asked_for() {
    refused(
        |read| read.window = window(AUGUST + 30 * DAY, AUGUST + 61 * DAY),
        "the window 2026-08-31T00:00:00Z to 2026-10-01T00:00:00Z came back in place of the one requested",
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
