use super::*;

fn page(json: &str) -> Decoded<UsageEventsPage> {
    decode(json.as_bytes(), Some(2), &mut Notes::default(), UsageEvent::from_ref)
}

fn path(json: &str) -> String {
    page(json).unwrap_err().path().to_owned()
}

#[test]
fn the_end_is_the_servers_word() {
    for (pagination, expected) in [
        (r#"{"hasNextPage":true}"#, true),
        (r#"{"hasNextPage":false,"currentPage":1,"numPages":9}"#, false),
        (r#"{"currentPage":1,"numPages":2}"#, true),
        (r#"{"currentPage":2,"numPages":2}"#, false),
        (r#"{"numPages":3}"#, true),
        (r#"{"hasNextPage":null,"numPages":2}"#, false),
    ] {
        let json = format!(r#"{{"totalUsageEventsCount":9,"usageEvents":[],"pagination":{pagination}}}"#);
        assert_eq!(page(&json).unwrap().has_next, expected, "{pagination}");
    }
    assert_eq!(
        path(r#"{"totalUsageEventsCount":9,"usageEvents":[],"pagination":{}}"#),
        "pagination.hasNextPage"
    );
    assert_eq!(path(r#"{"totalUsageEventsCount":9,"usageEvents":[]}"#), "pagination");
}

#[test]
fn a_missing_list_is_empty_only_if_nothing_was_announced() {
    assert_eq!(page(r#"{"totalUsageEventsCount":0}"#).unwrap().events, []);
    assert_eq!(page(r#"{"totalUsageEventsCount":0,"usageEvents":null,"pagination":{}}"#).unwrap().events, []);
    assert_eq!(path(r#"{"totalUsageEventsCount":1}"#), "usageEvents");
    assert_eq!(path(r#"{"error":"temporarily unavailable"}"#), "usageEvents");
    assert_eq!(path(r#"{"usageEvents":[],"pagination":{"hasNextPage":false}}"#), "totalUsageEventsCount");
    assert_eq!(path("[1,2]"), "");
}

#[test]
fn a_fault_names_row_and_field() {
    let json = r#"{"totalUsageEventsCount":2,"pagination":{"hasNextPage":false},
        "usageEventsDisplay":[{"timestamp":1},{"timestamp":2,"tokenUsage":{"totalCents":[]}}]}"#;
    assert_eq!(path(json), "usageEvents[1].tokenUsage.totalCents");
    let json = r#"{"totalUsageEventsCount":1,"pagination":{"hasNextPage":false},"usageEvents":["x"]}"#;
    assert_eq!(path(json), "usageEvents[0]");
}

#[test]
fn unknown_fields_are_counted_without_values() {
    let json = r#"{"totalUsageEventsCount":2,"pagination":{"hasNextPage":false},"news":{},
        "usageEvents":[{"timestamp":1,"teamId":7},{"timestamp":2,"teamId":8,"tokenUsage":{"x":"y"}}]}"#;
    let mut notes = Notes::default();
    decode(json.as_bytes(), Some(1), &mut notes, UsageEvent::from_ref).unwrap();
    let found: Vec<_> =
        notes.unknown.into_list().into_iter().map(|f| (f.path, f.json_type, f.count)).collect();
    assert_eq!(
        found,
        [
            ("news".to_owned(), "object", 1),
            ("usageEvents[].teamId".to_owned(), "number", 2),
            ("usageEvents[].tokenUsage.x".to_owned(), "string", 1),
        ]
    );
}

#[test]
fn a_page_of_more_rows_than_announced_is_refused_before_it_fills_the_memory() {
    let row = r#"{"timestamp":"1785492000417"}"#;
    for (count, fine) in [(1_500, true), (1_499, false), (0, false)] {
        let rows = vec![row; 1_500].join(",");
        let body = format!(
            r#"{{"usageEvents":[{rows}],"totalUsageEventsCount":{count},"pagination":{{"hasNextPage":false}}}}"#
        );
        let read = decode(body.as_bytes(), Some(1), &mut Notes::new(false, Some(1)), UsageEvent::from_ref);
        assert_eq!(read.is_ok(), fine, "{count} announced");
    }
}
