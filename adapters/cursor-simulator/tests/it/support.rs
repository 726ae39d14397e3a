//! A reader of the API that knows nothing of the simulator's insides: exact digits from raw JSON.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use bytes::Bytes;
use cursor_simulator::{Server, Simulator};
use http::{Method, Request, Response};
use serde_json::value::RawValue;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

pub(crate) const EVENTS: &str = "/teams/filtered-usage-events";

/// Shared by tests that change nothing.
pub(crate) fn demo() -> &'static Simulator {
    static DEMO: OnceLock<Simulator> = OnceLock::new();
    DEMO.get_or_init(Simulator::demo)
}

/// A small company of its own for tests that change something.
pub(crate) fn small() -> Simulator {
    let (start, end) = demo().range();
    Simulator::builder().developers(12).events_per_day(6).range(start, end).build()
}

pub(crate) fn send(simulator: &Simulator, method: Method, path: &str, body: &str) -> Response<Bytes> {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("authorization", simulator.authorization())
        .body(Bytes::from(body.to_owned()))
        .unwrap();
    simulator.handle(request)
}

pub(crate) fn text(response: &Response<Bytes>) -> String {
    String::from_utf8(response.body().to_vec()).unwrap()
}

/// A JSON object whose values are still text.
pub(crate) type Row = BTreeMap<String, Box<RawValue>>;

pub(crate) fn object(json: &str) -> Row {
    serde_json::from_str(json).unwrap()
}

/// The objects of a list.
pub(crate) fn list(json: &str, name: &str) -> Vec<Row> {
    serde_json::from_str(object(json)[name].get()).unwrap()
}

/// A string field without its quotes.
pub(crate) fn string(row: &Row, name: &str) -> Option<String> {
    row.get(name).map(|raw| serde_json::from_str(raw.get()).unwrap())
}

/// A cent field as a count of 10^-22 cents, from its digits.
pub(crate) fn cents(row: &Row, name: &str) -> Option<i128> {
    row.get(name).map(|raw| scaled(raw.get(), 22))
}

pub(crate) fn scaled(number: &str, scale: i32) -> i128 {
    let (mantissa, exponent) = number.split_once('e').unwrap_or((number, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits: i128 = format!("{whole}{fraction}").parse().unwrap();
    let shift = scale + exponent.parse::<i32>().unwrap() - i32::try_from(fraction.len()).unwrap();
    digits * 10_i128.pow(shift.try_into().unwrap())
}

pub(crate) struct Page {
    pub(crate) total: usize,
    pub(crate) has_next: bool,
    pub(crate) rows: Vec<Box<RawValue>>,
}

pub(crate) fn page(simulator: &Simulator, (start, end): (i64, i64), number: usize, size: usize) -> Page {
    let body = format!(r#"{{"startDate":{start},"endDate":{end},"page":{number},"pageSize":{size}}}"#);
    let response = send(simulator, Method::POST, EVENTS, &body);
    assert_eq!(response.status(), 200);
    parse_page(&text(&response))
}

pub(crate) fn parse_page(json: &str) -> Page {
    let body = object(json);
    let pagination = object(body["pagination"].get());
    Page {
        total: body["totalUsageEventsCount"].get().parse().unwrap(),
        has_next: pagination["hasNextPage"].get() == "true",
        rows: serde_json::from_str(body["usageEvents"].get()).unwrap(),
    }
}

/// All rows of an inclusive window, newest first, and the number of requests that took.
pub(crate) fn rows(simulator: &Simulator, window: (i64, i64), size: usize) -> (Vec<Box<RawValue>>, usize) {
    let mut rows = Vec::new();
    for number in 1.. {
        let page = page(simulator, window, number, size);
        rows.extend(page.rows);
        if !page.has_next {
            assert_eq!(rows.len(), page.total);
            return (rows, number);
        }
    }
    unreachable!()
}

/// One request over a connection of its own: status, head and body, or `None` if the server hung up.
pub(crate) async fn over_tcp(server: &Server, path: &str, body: &str) -> Option<(u16, String, String)> {
    let address = server.base_url().strip_prefix("http://").unwrap().to_owned();
    let mut stream = TcpStream::connect(&address).await.unwrap();
    let method = if path == "/teams/members" { "GET" } else { "POST" };
    let request = format!(
        "{method} {path} HTTP/1.1\r\nhost: {address}\r\nauthorization: {}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
        server.simulator().authorization(),
        body.len()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    // A reset also counts as hanging up.
    let _ = stream.read_to_end(&mut answer).await;
    if answer.is_empty() {
        return None;
    }
    let answer = String::from_utf8(answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Some((status, head.to_lowercase(), body.to_owned()))
}

/// The first millisecond of the UTC month that lies `months` after the one of `ms`.
pub(crate) fn month_start(ms: i64, months: u32) -> i64 {
    let date = chrono::DateTime::from_timestamp_millis(ms).unwrap().date_naive();
    let first = chrono::Datelike::with_day(&date, 1).unwrap() + chrono::Months::new(months);
    first.and_time(chrono::NaiveTime::MIN).and_utc().timestamp_millis()
}
