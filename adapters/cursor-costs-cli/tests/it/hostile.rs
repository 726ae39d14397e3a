//! What others chose as names acts in no file and on no screen, and files that name people are their owner's alone.

use cost_model::Money;
use cursor_simulator::{Server, Simulator, TrueEvent};

use crate::program::Folder;
use crate::servers::{SYNC_DAY, serve};

const DAY: [&str; 4] = ["--from", "2026-07-31", "--to", "2026-08-01"];

/// A folder that has synced a page of a single event, and the cells of its exported records.
fn exported(page: &'static str) -> (Folder, Vec<String>) {
    let folder = Folder::of_account(&serve(page), &[]);
    let sync = folder.run_keyed("key_x", &SYNC_DAY);
    assert_eq!(sync.status, 0, "{}{}", sync.stdout, sync.stderr);
    let records = folder.run(&[&["export", "records"][..], &DAY].concat()).stdout;
    let mut records = csv::Reader::from_reader(records.as_bytes());
    let rows = records.records().map(Result::unwrap);
    let cells = rows.flat_map(|row| row.iter().map(str::to_owned).collect::<Vec<_>>()).collect();
    (folder, cells)
}

#[test]
fn a_formula_that_somebody_chose_as_a_model_is_a_text_in_the_file() {
    let (_, cells) = exported(include_str!("cases/formula-in-a-cell/page.json"));
    assert!(cells.iter().any(|cell| cell == "'=1+1"), "{cells:?}");
    assert!(cells.iter().any(|cell| cell.starts_with("'=HYPERLINK(")));
    assert!(!cells.iter().any(|cell| cell.starts_with(['=', '+', '@'])));
    assert!(cells.iter().any(|cell| cell == "0.01"), "amounts stay numbers");
}

#[test]
fn a_name_of_65536_letters_is_cut_on_the_screen_and_whole_in_the_file() {
    let (folder, cells) = exported(include_str!("cases/name-of-65536-letters/page.json"));
    let printed = folder.run(&[&["report", "--group-by", "service"][..], &DAY].concat()).stdout;
    assert!(printed.lines().all(|line| line.chars().count() < 200));
    assert!(printed.contains("mmmm…") && cells.iter().any(|cell| cell.len() == 65_536));
}

/// A company whose models and people have names that try to act.
fn hostile() -> Simulator {
    let names = [
        ("=cmd|' /C calc'!A0", "=1+1@evil.test"),
        ("+1\u{202e}gpt", "@SUM(A1)@evil.test"),
        ("-1\u{1b}[2J\u{1b}]0;x\u{7}", "-2+3@evil.test"),
        ("\ttab\nline\r", "\u{200b}=x@evil.test"),
        ("＝wide", "e\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}@evil.test"),
        ("x;=1", "東京@evil.test"),
    ];
    let events = names.iter().enumerate().map(|(number, (model, email))| {
        let at = 1_788_300_000_000 + 3_600_000 * i64::try_from(number).unwrap();
        let mut event = TrueEvent::new(at, (*model).to_owned(), TrueEvent::USAGE_BASED);
        event.email = Some((*email).to_owned());
        event.charged = Some(10_i128.pow(24) / 4);
        event
    });
    Simulator::of_events(events.collect())
}

const RULES: &str =
    "[[tag]]\nkey = \"Team\"\ndefault = \"Unallocated\"\n  [[tag.rule]]\n  from_directory = \"team\"\n";
const PEOPLE: &str =
    "email,team,from,to\n=1+1@evil.test,=HYPERLINK(1),,\n-2+3@evil.test,\"\u{202e}+team\u{1b}[1m\",,\n";
const INVOICE: &str = "# number: =INV\u{202e}\n# period: 2026-09-01T00:00:00Z/2026-10-01T00:00:00Z\n\
    description,quantity,amount\n=HYPERLINK(2),,2.00\n\"-1+1 by someone@evil.test\u{1b}[2J\",,-1.00\n";

#[track_caller]
fn no_formula(csv: &[u8], what: &str) {
    let mut reader = csv::ReaderBuilder::new().flexible(true).has_headers(false).from_reader(csv);
    for cell in reader.records().flat_map(|row| row.unwrap().iter().map(str::to_owned).collect::<Vec<_>>()) {
        let begin = cell.trim_start_matches(|each: char| each.is_whitespace() || each == '\u{200b}');
        let acts = begin.starts_with(['=', '+', '-', '@', '＝']) || cell.starts_with(['\t', '\r']);
        assert!(!acts || cell.parse::<Money>().is_ok(), "{cell:?} in {what}");
    }
}

#[track_caller]
fn no_control(text: &str, what: &str) {
    let bad = |each: &char| *each != '\n' && (each.is_control() || matches!(each, '\u{202e}' | '\u{200b}'));
    assert_eq!(text.chars().find(bad), None, "in what {what} prints: {text:?}");
}

/// A folder that has synced September of the hostile company.
async fn hostile_folder() -> Folder {
    let server = Server::start(hostile()).await.unwrap();
    let files = [("rules.toml", RULES), ("people.csv", PEOPLE), ("invoice.csv", INVOICE)];
    let folder = Folder::of_account(&server.base_url(), &files);
    let sync = ["sync", "--from", "2026-09-01", "--to", "2026-10-01"];
    let sync = folder.run_keyed(server.simulator().api_key(), &sync);
    assert!(sync.status != 1, "{}", sync.stderr);
    no_control(&format!("{}{}", sync.stdout, sync.stderr), "sync");
    folder
}

fn prints_nothing_that_acts(folder: &Folder, command: &[&str]) {
    let printed = folder.run(command);
    assert!([0, 2, 3].contains(&printed.status), "{command:?}: {}{}", printed.stdout, printed.stderr);
    no_control(&format!("{}{}", printed.stdout, printed.stderr), &command.join(" "));
}

#[tokio::test(flavor = "multi_thread")]
async fn names_that_others_chose_act_in_no_file_and_on_no_screen() {
    let folder = hostile_folder().await;
    for command in [
        &["status"][..],
        &["invoice", "check", "invoice.csv"],
        &["invoice", "explain", "invoice.csv", "--out", "explained"],
    ] {
        prints_nothing_that_acts(&folder, command);
    }
    let september = ["--from", "2026-09-01", "--to", "2026-10-01"];
    for command in [
        &["report", "--group-by", "vtag.Team,service,resource_id"][..],
        &["report", "--filter", "costs.service = '\u{1b}[2J'"],
        &["tags", "check"],
        &["tags", "coverage"],
        &["tags", "suggest"],
        &["tags", "explain", "=1+1@evil.test"],
        &["tags", "diff", "rules.toml"],
    ] {
        prints_nothing_that_acts(&folder, &[command, &september[..]].concat());
    }
    for command in [
        &["export", "records"][..],
        &["report", "--group-by", "service,resource_id,vtag.Team", "--format", "csv"],
    ] {
        let printed = folder.run(&[command, &september[..]].concat());
        assert_eq!(printed.status & 1, 0, "{}", printed.stderr);
        no_formula(printed.stdout.as_bytes(), &command.join(" "));
    }
    let files = std::fs::read_dir(folder.path("explained")).unwrap().map(|file| file.unwrap().path());
    let tables: Vec<_> = files.filter(|path| path.extension().is_some_and(|end| end == "csv")).collect();
    assert_eq!(tables.len(), 3, "bridge, lines and charges");
    for path in tables {
        no_formula(&std::fs::read(&path).unwrap(), &path.display().to_string());
    }
}

#[cfg(unix)]
#[test]
fn files_that_name_people_are_their_owners_alone_and_go_through_no_link() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let folder = Folder::demo();
    let explain = ["invoice", "explain", "invoices/INV-0007.csv", "--out", "explained", "-q"];
    let export = ["export", "records", "-o", "explained/records.csv"];
    for command in [&explain[..], &export] {
        assert_eq!(folder.run(command).status, 0);
    }
    let written = || std::fs::read_dir(folder.path("explained")).unwrap().map(Result::unwrap);
    for file in written() {
        let mode = file.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{} can be read by others", file.path().display());
    }
    let count = written().count();
    assert_eq!(count, 6, "no temporary file is left, and every file is there");
    for (command, victim) in [(&explain[..], "explained/charges.csv"), (&export, "explained/records.csv")] {
        folder.write("elsewhere", "mine");
        std::fs::remove_file(folder.path(victim)).unwrap();
        symlink(folder.path("elsewhere"), folder.path(victim)).unwrap();
        let refused = folder.run(command);
        assert_eq!(refused.status, 1, "{command:?}");
        assert!(refused.stderr.contains("there is a link"), "{}", refused.stderr);
        assert_eq!(folder.read("elsewhere"), "mine");
        assert_eq!(written().count(), count, "nothing half-written is left");
    }
}
