//! The main job and the programs about rules over small made-up answers of a server.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Output;

use crate::program::{Folder, program, run};

const OWNER: Case = Case {
    page: include_str!("cases/everyone-has-an-owner/page.json"),
    people: include_str!("cases/everyone-has-an-owner/people.csv"),
};
const SHARED: Case = Case {
    page: include_str!("cases/shared-cost-not-shared/page.json"),
    people: include_str!("cases/shared-cost-not-shared/people.csv"),
};
const SHARED_RULES: &str = include_str!("cases/shared-cost-not-shared/rules.toml");
const SHARED_CHARGES: &str = include_str!("cases/shared-cost-not-shared/charges.csv");
const SALARY: Case = Case {
    page: include_str!("cases/salary-in-the-directory/page.json"),
    people: include_str!("cases/salary-in-the-directory/people.csv"),
};

struct Case {
    page: &'static str,
    people: &'static str,
}

/// Answers every request with the same page, until the test ends.
pub(crate) fn serve(page: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            answer(stream.unwrap(), page);
        }
    });
    format!("http://{address}")
}

fn answer(mut stream: TcpStream, page: &str) {
    let (mut request, mut buffer) = (Vec::new(), [0; 4096]);
    let complete = |request: &[u8]| {
        let text = String::from_utf8_lossy(request).to_lowercase();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
        let length = head.lines().find_map(|line| line.strip_prefix("content-length:"));
        body.len() >= length.map_or(0, |length| length.trim().parse().unwrap())
    };
    while !complete(&request) {
        match stream.read(&mut buffer).unwrap() {
            0 => return,
            read => request.extend_from_slice(&buffer[..read]),
        }
    }
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        page.len()
    );
    stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(page.as_bytes())).unwrap();
}

/// Runs the main job over the one day that the answers are of.
fn main_job(folder: &Folder, case: &Case, rules: Option<&str>, more: &[&str]) -> Output {
    let url = serve(case.page);
    let people = folder.file("people.csv", case.people);
    let rules = rules.map(|rules| folder.file("rules.toml", rules));
    let out = folder.path().join("out").to_str().unwrap().to_owned();
    let mut arguments = vec!["--base-url", &url, "--api-key-env", "CURSOR_TEST_KEY", "--from", "2026-07-31"];
    arguments.extend(["--to", "2026-08-01", "--out", &out, "--directory", &people]);
    arguments.extend(rules.iter().flat_map(|rules| ["--rules", rules]));
    arguments.extend(more);
    run(&arguments, Some("key_x"))
}

fn shown(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[test]
fn an_owner_for_everybody_is_an_answer_whatever_the_default_is_called() {
    let (rules, shared) = (
        include_str!("cases/everyone-has-an-owner/rules.toml"),
        include_str!("cases/everyone-has-an-owner/rules-shared.toml"),
    );
    for rules in [Some(rules), Some(shared), None] {
        let folder = Folder::new("everyone");
        let shown = shown(&main_job(&folder, &OWNER, rules, &[]));
        assert!(shown.contains("\n  0.00 of 0.05 USD has no Team (0.0 %)\n"), "{shown}");
        assert_eq!(std::fs::read_dir(folder.path().join("out")).unwrap().count(), 4);
    }
}

/// Whoever nobody owns is found by the default of the key, whatever it is called.
#[test]
fn charges_of_a_default_of_any_name_have_no_owner() {
    let folder = Folder::new("shared-default");
    let rules = "[[tag]]\nkey = \"Team\"\ndefault = \"It's shared\"\n[[tag.rule]]\nvalue = \"Web\"\nemail.local = \"nobody\"\n";
    let shown = shown(&main_job(&folder, &OWNER, Some(rules), &[]));
    assert!(shown.contains("\n  0.05 of 0.05 USD has no Team (100.0 %)\n"), "{shown}");
}

#[test]
fn a_split_by_cost_is_the_same_in_every_program() {
    let folder = Folder::new("split-by-cost");
    let job = shown(&main_job(&folder, &SHARED, Some(SHARED_RULES), &[]));
    assert!(job.contains("\n  0.00 of 14.00 USD has no Team (0.0 %)\n"), "{job}");
    for line in ["  Unallocated  Web        1       7.50", "  Web          Web        1       3.00"] {
        assert!(job.contains(line), "{job}");
    }
    let file = |name: &str, content: &str| folder.file(name, content);
    let (rules, people) = (file("rules.toml", SHARED_RULES), file("people.csv", SHARED.people));
    let (charges, lock) = (file("charges.csv", SHARED_CHARGES), folder.path().join("lock.json"));
    let program = |name: &str, arguments: &[&str]| {
        let output = std::process::Command::new(program(name)).args(arguments).output().unwrap();
        shown(&output)
    };
    let coverage = program("coverage", &[&rules, &people, &charges]);
    assert!(
        coverage.contains("Team 2026-07: cost 14.00 of 14.00") && !coverage.contains("no Team"),
        "{coverage}"
    );
    let close = program("close_month", &[lock.to_str().unwrap(), "2026-07", &rules, &people, &charges]);
    assert!(close.contains("  Team Ops: 3.50\n  Team Web: 10.50\n"), "{close}");
    let check = program("check_rules", &[&rules, &people, &charges]);
    assert_eq!(check, "0 tests, 0 failed; 0 findings\n");
    let explain = program("explain", &["bot-7", "2026-07-31", &rules, &people, &charges]);
    assert!(explain.contains("  value      1 of `Ops`, 3 of `Web`\n"), "{explain}");
    // Without charges it is an error, and no wrong answer.
    let bare = ["bot-7", "2026-07-31", rules.as_str(), people.as_str()];
    let bare = std::process::Command::new(crate::program::program("explain")).args(bare).output().unwrap();
    assert_eq!(bare.status.code(), Some(1));
    assert!(
        String::from_utf8_lossy(&bare.stderr)
            .contains("shares charges out by what `Owner` costs, and no costs are given")
    );
    let diff = program("diff_rules", &[&rules, &rules, &people, &charges, "0"]);
    assert!(diff.contains("Team: 0.00 of 14.00 reassigned"), "{diff}");
}

#[test]
fn only_columns_that_rules_or_the_user_name_become_tags() {
    let folder = Folder::new("salary");
    let job = shown(&main_job(&folder, &SALARY, None, &[]));
    assert!(job.contains("\nCost by Team (USD)\n"), "{job}");
    assert!(!job.contains("91000") && !job.contains("Salary"), "{job}");
    // The dates of the file are not read, which is told.
    for column in ["start_date", "end_date"] {
        assert!(job.contains(&format!("people.csv:1: `{column}` is a column of dates")), "{job}");
    }
    let header = std::fs::read_to_string(folder.path().join("out/records.csv")).unwrap();
    assert!(header.lines().next().unwrap().ends_with(",tags,Team"), "{header}");
    assert!(!header.contains("91000"));
    let named = shown(&main_job(&folder, &SALARY, None, &["--tags", "Team, salary"]));
    assert!(named.contains("\nCost by Team and Salary (USD)\n"), "{named}");
    let wrong = main_job(&folder, &SALARY, None, &["--tags", "teem"]);
    let message = "the directory has no column `teem`; it has: team, salary, start_date, end_date";
    assert!(String::from_utf8_lossy(&wrong.stderr).contains(message));
}

/// What explain tells of a charge in a store is what the report shows of it: rules on models and tags included.
#[test]
fn explain_answers_for_the_charges_of_a_store() {
    let folder = Folder::new("explain-store");
    let rules = "[[tag]]\nkey = \"Team\"\ndefault = \"none\"\n[[tag.rule]]\nvalue = \"Labs\"\n\
                 when = \"costs.service_id = 'gpt-5.4' AND tags['cursor:max_mode'] = 'false'\"\n\
                 [[tag.rule]]\nfrom_directory = \"team\"\n";
    let database = folder.path().join("costs.db").to_str().unwrap().to_owned();
    let job = shown(&main_job(&folder, &OWNER, Some(rules), &["--db", &database]));
    assert!(job.lines().any(|line| line.split_whitespace().take(3).eq(["Labs", "1", "0.05"])), "{job}");
    let (rules, people) = (folder.path().join("rules.toml"), folder.path().join("people.csv"));
    let explain = |who: &str, when: &str, more: &[&str]| {
        let files = [who, when, rules.to_str().unwrap(), people.to_str().unwrap()];
        std::process::Command::new(program("explain")).args(files).args(more).output().unwrap()
    };
    for when in ["2026-07-31", "2026-07-31T10:00:00.417Z"] {
        let explained = shown(&explain("Iris@Example.com", when, &[&database]));
        assert!(
            explained.starts_with("1 charge, 0.05, the first at 2026-07-31T10:00:00.417Z\n"),
            "{explained}"
        );
        for line in
            ["  costs.service = GPT 5.4\n", "  tags['cursor:max_mode'] = false\n", "  value      `Labs`\n"]
        {
            assert!(explained.contains(line), "{explained}");
        }
    }
    let nothing = explain("iris@example.com", "2026-07-30", &[&database]);
    assert_eq!(nothing.status.code(), Some(1));
    assert!(
        String::from_utf8_lossy(&nothing.stderr).starts_with("nothing was charged to iris@example.com from ")
    );
    let no_store = explain("iris@example.com", "2026-07-31", &["no such.db"]);
    assert_eq!(no_store.status.code(), Some(1));
    assert!(!std::path::Path::new("no such.db").exists());
    let supposed = shown(&explain("iris@example.com", "2026-07-31", &[]));
    assert!(supposed.starts_with("(no charges are given: "), "{supposed}");
}

#[test]
fn the_main_job_reads_rules_in_utf_16_and_refuses_windows_1252_with_its_line() {
    let folder = Folder::new("job-encodings");
    let (rules, people) = (folder.path().join("rules.toml"), folder.file("people.csv", OWNER.people));
    let text = "# rules\n[[tag]]\nkey = \"Team\"\n[[tag.rule]]\nfrom_directory = \"team\"\n";
    let url = serve(OWNER.page);
    let job = |bytes: &[u8]| {
        std::fs::write(&rules, bytes).unwrap();
        let mut arguments =
            vec!["--base-url", &url, "--api-key-env", "CURSOR_TEST_KEY", "--from", "2026-07-31"];
        let out = folder.path().join("out");
        arguments.extend(["--to", "2026-08-01", "--directory", &people, "--rules", rules.to_str().unwrap()]);
        arguments.extend(["--out", out.to_str().unwrap()]);
        run(&arguments, Some("key_x"))
    };
    let utf16: Vec<u8> = format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_be_bytes).collect();
    assert!(shown(&job(&utf16)).contains("\nCost by Team (USD)\n"));
    let refused = job(&[text.as_bytes(), b"# M\xfcller\n"].concat());
    assert_eq!(refused.status.code(), Some(1));
    let told = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(told.contains(&format!("{}:6: the text is not UTF-8", rules.display())), "{told}");
}
