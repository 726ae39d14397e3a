//! Bad input: one clear message, exit status 1, and nothing half-written.

use cursor_simulator::{Fault, FaultKind, Server, Simulator};

use crate::program::{Folder, run};

/// Runs the job against a server with this fault and expects it to stop with every one of these words.
async fn stops(name: &str, fault: Option<FaultKind>, key: Option<&str>, more: &[&str], words: &[&str]) {
    let simulator = Simulator::builder().developers(6).events_per_day(20).build();
    let server = Server::start(simulator.clone()).await.unwrap();
    if let Some(fault) = fault {
        simulator.inject(Fault::always(fault));
    }
    let folder = Folder::new(name);
    let out = folder.path().join("out");
    let url = server.base_url();
    let mut arguments = vec![
        "--base-url",
        url.as_str(),
        "--api-key-env",
        "CURSOR_TEST_KEY",
        "--from",
        "2026-09-01",
        "--to",
        "2026-09-08",
    ];
    arguments.extend(["--out", out.to_str().unwrap()]);
    arguments.extend(more);
    let key = key.unwrap_or(simulator.api_key()).to_owned();
    let output = run(&arguments, Some(&key));
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{errors}");
    assert_eq!(errors.matches("error:").count(), 1, "{errors}");
    for word in words {
        assert!(errors.contains(word), "`{word}` is missing in: {errors}");
    }
    assert!(key.trim().is_empty() || !errors.contains(&key), "{errors}");
    assert!(!out.exists(), "nothing is written: {errors}");
    assert!(output.stdout.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals() {
    stops("key", None, Some("crsr_wrong_key"), &[], &["401", "check the key"]).await;
    stops("plan", Some(FaultKind::PlanRefusal), None, &[], &["403", "plan or scope"]).await;
    stops("scope", Some(FaultKind::ScopeRefusal), None, &[], &["401", "plan or scope"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn broken_answers() {
    stops("count", Some(FaultKind::WrongCount), None, &[], &["announced", "2026-09-01"]).await;
    stops("truncated", Some(FaultKind::TruncatedBody), None, &[], &["page 1", "ends early"]).await;
    stops("long-wait", Some(FaultKind::TooManyRequests { retry_after: Some(86_400) }), None, &[], &["429"])
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn unreachable_hosts_and_plain_http() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let url = format!("http://{free}");
    stops("unreachable", None, None, &["--base-url", &url], &[&free.to_string(), "connect"]).await;
    stops("plain", None, None, &["--base-url", "http://api.example.com"], &["https"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn files_with_errors() {
    let folder = Folder::new("files");
    let rules = folder.file(
        "rules.toml",
        "[[tag]]\nkey = \"Team\"\n  [[tag.rule]]\n  value = \"A\"\n  when = \"costs.servise = 'x'\"\n",
    );
    stops("rules", None, None, &["--rules", &rules], &["rules.toml:5:11", "costs.service"]).await;
    let chained =
        folder.file("chained.toml", "[[tag]]\nkey = \"Team\"\n  [[tag.rule]]\n  from_directory = \"team\"\n");
    stops("no-directory", None, None, &["--rules", &chained], &["chained.toml:3:3", "needs a directory"])
        .await;
    let directory = folder.file("directory.csv", "email,team,from\nana@acme.test,A,soon\n");
    stops("directory", None, None, &["--directory", &directory], &["directory.csv:2", "`from`"]).await;
    let invoice = folder.file(
        "invoice.csv",
        "# period: 2026-09-01T00:00:00Z/2026-10-01T00:00:00Z\ndescription,quantity,amount\nTax,,many\n",
    );
    stops("invoice", None, None, &["--invoice", &invoice], &["invoice.csv:3", "amount"]).await;
    stops("missing", None, None, &["--rules", "no-such-file.toml"], &["no-such-file.toml"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_options() {
    stops("order", None, None, &["--from", "2026-09-08"], &["--to", "--from"]).await;
    stops("date", None, None, &["--to", "tomorrow"], &["--to", "tomorrow", "2026-09-15"]).await;
    stops("unknown", None, None, &["--teams"], &["--teams", "--help"]).await;
    stops("no-key", None, Some(" "), &[], &["CURSOR_TEST_KEY", "--api-key-env"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_cannot_be_written_is_named() {
    let folder = Folder::new("unwritable");
    let taken = folder.file("taken", "");
    let output = run(&["--demo", "--out", &format!("{taken}/out")], None);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8(output.stderr).unwrap().contains("taken/out"));
}
