//! The simulator as a process that somebody else's tool asks.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use cursor_simulator::Simulator;

use crate::{example, run};

const README: &str = include_str!("../../../adapters/cursor-simulator/README.md");

/// A running simulator and what it has printed; ends when dropped.
struct Running {
    child: Child,
    printed: Vec<String>,
    port: u16,
}

impl Running {
    fn start(arguments: &[&str]) -> Self {
        let mut command = Command::new(example("cursor_simulator"));
        let mut child = command.args(arguments).stdout(Stdio::piped()).spawn().unwrap();
        let mut printed = Vec::new();
        for line in BufReader::new(child.stdout.take().unwrap()).lines() {
            let line = line.unwrap();
            let last = line.trim_start().starts_with("curl ");
            printed.push(line);
            if last {
                break;
            }
        }
        let address = printed[0].strip_prefix("base URL  http://127.0.0.1:").unwrap();
        let port = address.parse().unwrap();
        Self { child, printed, port }
    }

    fn ask(&self, key: &str, body: &str) -> String {
        // It knows how to write the header for any key.
        let authorization = Simulator::builder().holding(Vec::new()).api_key(key).build().authorization();
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        let length = body.len();
        write!(
            stream,
            "POST /teams/filtered-usage-events HTTP/1.1\r\nhost: x\r\nauthorization: {authorization}\r\n\
             connection: close\r\ncontent-length: {length}\r\n\r\n{body}"
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The block of the README that follows a line, without its fences.
fn shown_after(line: &str) -> &'static str {
    let (_, rest) = README.split_once(line).unwrap();
    let (_, block) = rest.split_once("```text\n").unwrap();
    block.split_once("\n```").unwrap().0
}

#[test]
fn it_prints_and_answers_what_its_readme_shows() {
    let running = Running::start(&["--port", "0", "--seed", "7", "--events", "100000"]);
    let printed = running.printed.join("\n").replace(&running.port.to_string(), "8080");
    assert_eq!(printed, shown_after("cargo run --release --example cursor_simulator"));
    let shown = shown_after("curl -u crsr_");
    let (_, command) = README.split_once("curl -u ").unwrap();
    let (key, _) = command.split_once(':').unwrap();
    let body = command.split('\'').nth(1).unwrap();
    let answer = running.ask(key, body);
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert_eq!(answer.split_once("\r\n\r\n").unwrap().1, shown.replace('\n', ""));
}

#[test]
fn its_switches_reach_the_answers() {
    let running = Running::start(&[
        "--port",
        "0",
        "--events",
        "500",
        "--developers",
        "3",
        "--key",
        "mine",
        "--kinds",
        "enum",
        "--limits",
        "documented",
        "--until",
        "2025-07-01",
        "--bugbot",
        "2",
    ]);
    assert!(running.printed.iter().any(|line| line == "key       mine"));
    assert!(running.printed[2].ends_with("2025-03-31T00:00:00Z to 2025-07-01T00:00:00Z"));
    let answers: Vec<_> = (0..121).map(|_| running.ask("mine", "")).collect();
    assert!(answers[0].contains(r#""kind":"USAGE_EVENT_KIND_"#), "{}", answers[0]);
    let throttled = answers.iter().filter(|answer| answer.starts_with("HTTP/1.1 429 ")).count();
    assert!((1..=61).contains(&throttled), "60 per minute, of which two may be met: {throttled}");
    assert!(running.ask("other", "").starts_with("HTTP/1.1 401 "));
}

#[test]
fn bad_arguments_are_explained() {
    for (arguments, word) in [
        (vec!["--port", "99999"], "--port"),
        (vec!["--events"], "usage: cursor_simulator"),
        (vec!["--kinds", "nice"], "labels"),
        (vec!["--until", "soon"], "--until soon"),
        (vec!["--until", "-262143-01-01", "--events", "1"], "too early"),
        (vec!["--developers", "0"], "10000"),
        (vec!["--key", "a:b"], "--key"),
        (vec!["--frobnicate", "1"], "--frobnicate"),
    ] {
        let output = run("cursor_simulator", &arguments);
        let told = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        assert!(told.contains(word), "{told}");
        assert!(output.stdout.is_empty());
    }
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port().to_string();
    let told = run("cursor_simulator", &["--port", &port, "--events", "1"]).stderr;
    assert!(String::from_utf8(told).unwrap().contains("cannot be used"));
}
