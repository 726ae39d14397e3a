use proptest::prelude::*;

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

fn read_exactly(body: &str) -> (Result<Vec<UsageEvent>, String>, Vec<UnknownField>) {
    let mut notes = Notes::default();
    let mut answer = Answer::new(body, UsageEvent::from_ref);
    let read = decode::read_exactly(body, &mut answer, &mut notes).map_err(|fault| fault.path().to_owned());
    (read.map(|()| answer.events.list), notes.unknown.into_list())
}

fn read_quickly(body: &str) -> Option<(Vec<UsageEvent>, Vec<UnknownField>)> {
    let mut answer = Answer::new(body, UsageEvent::from_ref);
    let notes = decode::read_quickly(body, &mut answer)?;
    Some((answer.events.list, notes.unknown.into_list()))
}

#[test]
fn a_page_as_cursor_sends_it_is_read_quickly() {
    let body = r#"{"totalUsageEventsCount":2,"pagination":{"hasNextPage":false},"usageEvents":[
        {"timestamp":"1785492000417","model":"auto","kind":"Free","maxMode":true,"requestsCosts":0.5,"news":[1],
         "tokenUsage":{"inputTokens":12,"cacheReadTokens":0,"totalCents":12.409570000000001},"userEmail":null,
         "chargedCents":13.12,"cursorTokenFee":"0.72","isHeadless":false,"serviceAccountName":"caf\u00e9"},
        {"timestamp":"2026-07-31T10:00:00.417Z"}]}"#;
    let (events, unknown) = read_quickly(body).unwrap();
    assert_eq!((events.len(), unknown.len()), (2, 1));
    assert_eq!(read_exactly(body), (Ok(events), unknown));
}

/// Values of every JSON type and odd spelling, well formed or not, for any field of an event.
fn value() -> impl Strategy<Value = String> {
    let words = [
        "null",
        "true",
        "false",
        "\"true\"",
        "\"\"",
        "\"null\"",
        "0",
        "-0",
        "-1",
        "7",
        "1200.0",
        "1.2e3",
        "1e-30",
        "18446744073709551615",
        "18446744073709551616",
        "0.30000000000000004",
        "\"12\"",
        "\" 12.5 \"",
        "\"x\"",
        "\"caf\\u00e9\"",
        "\"\\ud83d\"",
        "\"1785492000417\"",
        "1785492000417",
        "\"2026-07-31T10:00:00Z\"",
        "[]",
        "{}",
        "[1]",
        "{\"a\":1}",
        "{\"inputTokens\":null,\"totalCents\":\"3\"}",
        "{\"inputTokens\":\"5\"}",
        "01",
        "\"cut",
    ];
    proptest::sample::select(words.to_vec()).prop_map(str::to_owned)
}

fn field() -> impl Strategy<Value = String> {
    let names = [
        "timestamp",
        "userEmail",
        "model",
        "kind",
        "kindLabel",
        "maxMode",
        "requestsCosts",
        "isHeadless",
        "tokenUsage",
        "chargedCents",
        "cursorTokenFee",
        "serviceAccountId",
        "news",
        "k\\u0069nd",
        "\\ud83d",
    ];
    (proptest::sample::select(names.to_vec()), value())
        .prop_map(|(name, value)| format!("\"{name}\":{value}"))
}

proptest! {
    /// The quick way is only a shorter one.
    #[test]
    fn what_is_read_quickly_is_read_exactly(
        rows in proptest::collection::vec(proptest::collection::vec(field(), 0..5), 0..4),
    ) {
        let rows: Vec<_> = rows.iter().map(|fields| {
            let fields: String = fields.iter().flat_map(|field| [field, ","]).collect();
            format!(r#"{{"timestamp":"1785492000417",{fields}"x":1}}"#)
        }).collect();
        let body = format!(r#"{{"totalUsageEventsCount":9,"usageEvents":[{}],"pagination":{{}}}}"#, rows.join(","));
        if let Some((events, unknown)) = read_quickly(&body) {
            prop_assert_eq!(read_exactly(&body), (Ok(events), unknown));
        }
    }
}

#[test]
fn no_event_is_handed_over_twice() {
    let row = |field: &str| format!(r#"{{"timestamp":"1785492000417",{field}}}"#);
    let rows =
        [row(r#""model":"a""#), row(r#""model":"b""#), row(r#""maxMode":"true""#), row(r#""maxMode":7"#)];
    let body = |rows: &[String]| {
        let rows = rows.join(",");
        format!(
            r#"{{"totalUsageEventsCount":4,"usageEvents":[{rows}],"pagination":{{"hasNextPage":false}}}}"#
        )
    };
    let mut models = Vec::new();
    let mut map = |event: &UsageEventRef<'_>| models.push(event.model.to_string());
    decode(body(&rows[..3]).as_bytes(), None, &mut Notes::default(), &mut map).unwrap();
    let mut lenient = Notes::new(true, None);
    let page = decode(body(&rows).as_bytes(), None, &mut lenient, &mut map).unwrap();
    assert_eq!((page.events.len(), lenient.bad_rows.len()), (3, 1));
    assert_eq!(models, ["a", "b", "", "a", "b", ""]);
}

#[test]
fn every_part_of_a_text_is_a_cut_one() {
    let text = r#"{"a":[-1.5e+7,{"\u00e9\n":true}, false ,null],"b":"\ud83d x","c":[[],{}],"usageEvents":[
        {"timestamp":"1785492000417","chargedCents":-1.5e-7,"tokenUsage":{"inputTokens":0.5e+1}}],"d":12}"#;
    for part in (0..text.len()).filter_map(|end| text.get(..end)) {
        let fault = page(part).unwrap_err();
        assert!(fault.is_cut(), "{part}");
    }
    assert!(!page(text).unwrap_err().is_cut());
    for whole in ["<html>", "nulL", "[1,2]", r#"{"a":1,}"#, r#"{"a":01}"#, r#"{"a":.5}"#, r#"{"a" 1}"#] {
        assert!(!page(whole).unwrap_err().is_cut(), "{whole}");
    }
    let early = "é".as_bytes().split_last().unwrap().1;
    assert!(decode(early, None, &mut Notes::default(), UsageEvent::from_ref).unwrap_err().is_cut());
}

#[test]
fn a_field_that_comes_twice_is_a_fault() {
    for (row, expected) in [
        (r#"{"timestamp":1,"chargedCents":1,"chargedCents":1}"#, "usageEvents[0].chargedCents"),
        (r#"{"timestamp":1,"chargedCents":null,"chargedCents":2}"#, "usageEvents[0].chargedCents"),
        (
            r#"{"timestamp":1,"tokenUsage":{"inputTokens":0,"inputTokens":5}}"#,
            "usageEvents[0].tokenUsage.inputTokens",
        ),
        (r#"{"timestamp":1,"tokenUsage":{},"tokenUsage":null}"#, "usageEvents[0].tokenUsage"),
    ] {
        let body = format!(
            r#"{{"totalUsageEventsCount":1,"usageEvents":[{row}],"pagination":{{"hasNextPage":false}}}}"#
        );
        assert_eq!(path(&body), expected);
    }
    let lists = |first: &str, second: &str| {
        format!(
            r#"{{"totalUsageEventsCount":1,"pagination":{{"hasNextPage":false}},"usageEvents":{first},"usageEventsDisplay":{second}}}"#
        )
    };
    let list = r#"[{"timestamp":"1"}]"#;
    assert_eq!(path(&lists(list, "[]")), "usageEvents");
    for (first, second) in [("null", list), (list, "null")] {
        assert_eq!(page(&lists(first, second)).unwrap().events.len(), 1);
    }
}
