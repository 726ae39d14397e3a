//! What HR files get wrong: found and named, or refused with the line.

use cost_people::{DateForm, ErrorKind, FindingKind, PeopleReader};

use crate::{read, rows};

#[track_caller]
fn refused(reader: impl FnOnce(PeopleReader) -> PeopleReader, text: &str, kind: ErrorKind, words: &str) {
    let error =
        reader(PeopleReader::new("2026-10-05".parse().unwrap())).read(text.as_bytes(), "hr.csv").unwrap_err();
    assert_eq!(error.kind(), kind, "{error}");
    let told = error.to_string();
    assert!(told.contains(words), "`{words}` is missing in: {told}");
    assert!(!told.contains("@acme"), "no error names a person: {told}");
}

#[track_caller]
fn found(snapshot: &cost_people::Snapshot) -> Vec<(FindingKind, &[u64])> {
    snapshot.findings.iter().map(|finding| (finding.kind, &*finding.lines)).collect()
}

#[test]
fn two_rows_without_days_are_refused_and_equal_ones_count_once() {
    let two = "id,email,team\n1,ana@acme.test,Web\n1,ana@acme.test,Data\n";
    refused(
        |reader| reader.facts(["team"]),
        two,
        ErrorKind::Contradiction,
        "hr.csv:3: line 2 says something else",
    );
    let equal =
        read(|reader| reader.facts(["team"]), "id,email,team\n1,ana@acme.test,Web\n1,ana@acme.test,Web\n");
    assert_eq!((rows(&equal).len(), found(&equal)), (1, vec![(FindingKind::RowTwice, &[3][..])]));
    let overlap =
        "email,team,from,to\nana@acme.test,Web,2026-01-01,2026-06-10\nana@acme.test,Data,2026-06-01,\n";
    refused(
        |reader| reader.facts(["team"]),
        overlap,
        ErrorKind::Contradiction,
        "let one end where the other begins",
    );
}

#[test]
fn last_days_under_the_name_of_first_days_after_are_found() {
    let csv = "email,team,from,to\n\
        ana@acme.test,Web,2026-01-01,2026-07-30\n\
        ana@acme.test,Ops,2026-07-31,2026-12-31\n\
        bo@acme.test,Ops,2026-01-01,2026-12-31\n";
    let snapshot = read(|reader| reader.facts(["team"]), csv);
    assert_eq!(
        rows(&snapshot),
        [
            "ana@acme.test 2026-01-01..2026-07-31 team=Web",
            "ana@acme.test 2026-07-31..2027-01-01 team=Ops",
            "bo@acme.test 2026-01-01..2027-01-01 team=Ops",
        ]
    );
    assert_eq!(found(&snapshot), [(FindingKind::InclusiveEnds, &[2][..])]);
    let stated = read(|reader| reader.facts(["team"]).column("to", cost_people::ColumnMeaning::Until), csv);
    assert_eq!(rows(&stated)[0], "ana@acme.test 2026-01-01..2026-07-30 team=Web");
}

#[test]
fn first_days_after_stay_what_they_are_where_one_row_ends_as_the_next_begins() {
    let csv = "email,team,from,to\n\
        ana@acme.test,Web,2026-01-01,2026-07-30\n\
        ana@acme.test,Ops,2026-07-31,\n\
        bo@acme.test,Web,2026-01-01,2026-07-31\n\
        bo@acme.test,Ops,2026-07-31,\n";
    let snapshot = read(|reader| reader.facts(["team"]), csv);
    assert_eq!(rows(&snapshot)[0], "ana@acme.test 2026-01-01..2026-07-30 team=Web");
    assert_eq!(found(&snapshot), []);
}

#[test]
fn a_move_on_the_last_day_gives_that_day_to_the_next_team() {
    let csv = "Email,Team,Effective Date,End Date\n\
        ana@acme.test,Web,2026-01-01,2026-07-31\n\
        ana@acme.test,Ops,2026-07-31,\n";
    let snapshot = read(|reader| reader.facts(["team"]), csv);
    assert_eq!(
        rows(&snapshot),
        ["ana@acme.test 2026-01-01..2026-07-31 team=Web", "ana@acme.test 2026-07-31.. team=Ops",]
    );
    assert_eq!(found(&snapshot), [(FindingKind::SameDayMove, &[2][..])]);
}

#[test]
fn days_in_forms_that_were_not_stated_are_refused() {
    let csv = "Email,Hire Date,Termination Date\nana@acme.test,03/04/2025,\n";
    refused(
        |reader| reader,
        csv,
        ErrorKind::Dates,
        "hr.csv:2: column `Hire Date`: `03/04/2025` may be two days",
    );
    let stated = read(|reader| reader.dates(DateForm::DayFirst), csv);
    assert_eq!(rows(&stated), ["ana@acme.test 2025-04-03.. "]);
    refused(
        |reader| reader.dates(DateForm::MonthFirst),
        "Email,Hire Date\na@acme.test,31/01/2025\n",
        ErrorKind::Dates,
        "day first",
    );
    let backward = "Email,from,Last Day\na@acme.test,2026-05-01,2026-04-01\n";
    refused(|reader| reader, backward, ErrorKind::Dates, "hr.csv:2: the last day lies before the first");
}

#[test]
fn files_without_what_is_needed_are_refused_with_what_is_there() {
    refused(|reader| reader, "name,team\nAna,Web\n", ErrorKind::File, "there are: name, team");
    refused(
        |reader| reader.facts(["squad"]),
        "email,team\na@acme.test,Web\n",
        ErrorKind::File,
        "no column `squad`",
    );
    let two = "email,work.team,project.team\na@acme.test,Web,X\n";
    refused(|reader| reader.facts(["team"]), two, ErrorKind::File, "both `work.team` and `project.team`");
    refused(|reader| reader, "email,team\n\"a@acme.test,Web\n", ErrorKind::File, "hr.csv:");
    refused(
        |reader| reader,
        "[{\"email\": \"a@acme.test\", \"email\": \"b@acme.test\"}]",
        ErrorKind::File,
        "duplicate field",
    );
    refused(|reader| reader, "[{\"email\": ", ErrorKind::File, "hr.csv:1");
    let shared = "id,email\n1,all@acme.test\n2,all@acme.test\n";
    refused(|reader| reader, shared, ErrorKind::Contradiction, "hr.csv:3: line 2 gives the same email");
}

#[test]
fn rows_that_say_too_little_are_counted() {
    let csv = "id,email,team,status\n1,ana@acme.test,,active\n2,,Web,active\n3,bo@acme.test,Web,sabbatical\n4,cy@acme.test,Web,left\n";
    let snapshot = read(|reader| reader.facts(["team"]), csv);
    assert_eq!(
        found(&snapshot),
        [
            (FindingKind::NoEmail, &[3][..]),
            (FindingKind::UnknownStatus, &[4][..]),
            (FindingKind::EmptyFact, &[2][..]),
            (FindingKind::NoLastDay, &[5][..]),
        ]
    );
    assert_eq!(
        snapshot.findings[1].to_string(),
        "column `status`: 1 row with a status that is not known, taken as active (line 4)"
    );
}

#[test]
fn a_returner_with_the_last_day_of_the_time_before_is_there_since_the_new_first_day() {
    let csv = "email,hire_date,termination_date,status\n\
        ana@acme.test,2026-05-01,2024-01-31,Active\n\
        bo@acme.test,2026-05-01,2024-01-31,Terminated\n\
        cy@acme.test,2020-01-01,9999-12-31,Active\n";
    let snapshot = read(|reader| reader, csv);
    assert_eq!(
        rows(&snapshot),
        ["ana@acme.test 2026-05-01.. ", "bo@acme.test 2026-05-01..2024-02-01 ", "cy@acme.test 2020-01-01.. ",]
    );
    assert_eq!(found(&snapshot), [(FindingKind::ReturnedSince, &[2][..])]);
}

#[test]
fn accents_and_cases_are_kept_in_facts_and_folded_in_addresses() {
    let snapshot = read(
        |reader| reader.facts(["team"]),
        "\u{feff}E-Mail;Team\nJOS\u{c9}@acme.test;B\u{fc}ro  S\u{fc}d\n",
    );
    let twice =
        read(|reader| reader, "email\njose\u{301}@x.test\njos\u{e9}@X.test\n\u{e9}@xn--bcher-kva.test\n");
    assert_eq!(rows(&twice), ["jos\u{e9}@x.test .. ", "\u{e9}@b\u{fc}cher.test .. "]);
    assert_eq!(rows(&snapshot), ["jos\u{e9}@acme.test .. team=B\u{fc}ro S\u{fc}d"]);
}
