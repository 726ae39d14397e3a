//! People from exports: previewed in money, kept in the store, and what the rules make of them.

use crate::program::Folder;

/// The demo without its file of people, and with rules that take the team from wherever people are.
fn without_people() -> Folder {
    let folder = Folder::demo();
    let config = folder.read("cursor-costs.toml");
    let without: Vec<&str> = config.lines().filter(|line| !line.starts_with("people")).collect();
    folder.write("cursor-costs.toml", &without.join("\n"));
    let rules =
        "[[tag]]\nkey = \"Team\"\ndefault = \"Unallocated\"\n[[tag.rule]]\nfrom_directory = \"team\"\n";
    folder.write("rules.toml", rules);
    folder
}

/// The same with the file of people as an HR system would export it.
fn company() -> Folder {
    let folder = without_people();
    let export = |(number, line): (usize, &str)| {
        let [email, team, department, from, to] = line.split(',').collect::<Vec<_>>()[..] else {
            panic!("{line}")
        };
        // Who moved has two rows; an export has the present one.
        to.is_empty().then(|| format!("{number},N,{email},{team},{department},{from},,90000"))
    };
    let people = folder.read("people.csv");
    let rows = people.lines().enumerate().skip(1).filter_map(export);
    let head =
        "Employee_ID,Full_Name,Email,Team_Name,Department,Start_Date,Termination_Date,Salary".to_owned();
    let export = [head].into_iter().chain(rows).collect::<Vec<_>>().join("\n");
    folder.write("hr.csv", &export);
    folder
}

const OCTOBER: [&str; 4] = ["--from", "2026-10-01", "--to", "2026-11-01"];

fn by_team(folder: &Folder) -> serde_json::Value {
    let report =
        folder.run(&[&["report", "--group-by", "vtag.Team", "--format", "json"][..], &OCTOBER].concat());
    assert_eq!(report.status, 0, "{}", report.stderr);
    report.json()
}

#[test]
fn an_export_is_previewed_in_money_and_then_owns_the_charges() {
    let folder = company();
    let unowned = folder.run(&["people", "list"]);
    assert!(unowned.stdout.contains("no people were imported"), "{}", unowned.stdout);
    let options = ["hr.csv", "--as-of", "2026-09-01"];
    let preview =
        folder.run(&[&["people", "preview"][..], &options, &OCTOBER, &["--format", "json"]].concat());
    assert_eq!(preview.status, 0, "{}", preview.stderr);
    let preview = preview.json();
    let moved = preview["moves"].as_array().unwrap();
    assert!(moved.iter().all(|each| each["from"].is_null()), "nobody had a team before: {moved:?}");
    assert!(folder.run(&["people", "list"]).stdout.contains("no people"), "a preview changes nothing");

    let import = folder.run(&[&["people", "import"][..], &options].concat());
    assert_eq!(import.status, 0, "{}", import.stderr);
    assert!(import.stdout.contains("Salary") && import.stdout.contains("not read"), "{}", import.stdout);
    assert!(!import.stdout.contains("90000") && !import.stdout.contains("@acme"), "{}", import.stdout);

    let report = by_team(&folder);
    for each in moved.iter().filter(|each| each["fact"] == "team") {
        let row = report["rows"].as_array().unwrap().iter().find(|row| row["keys"][0] == each["to"]).unwrap();
        assert_eq!(
            row["effective"], each["effective"],
            "the preview and the report say the same of {}",
            each["to"]
        );
    }
    assert_eq!(report["total"]["effective"], preview["total"]);

    let again = folder.run(&[&["people", "import"][..], &options].concat());
    assert!(again.stdout.contains("nothing was done"), "{}", again.stdout);
}

#[test]
fn other_people_of_a_day_need_a_word_and_those_of_a_later_day_move_from_then_on() {
    let folder = without_people();
    let person = folder.read("people.csv").lines().nth(1).unwrap().split(',').next().unwrap().to_owned();
    for (file, team) in [("one.csv", "Web"), ("two.csv", "Ops"), ("three.csv", "Data")] {
        folder.write(file, &format!("mail,team\n{person},{team}\n"));
    }
    assert_eq!(folder.run(&["people", "import", "one.csv", "--as-of", "2026-10-01"]).status, 0);
    let refused = folder.run(&["people", "import", "two.csv", "--as-of", "2026-10-01"]);
    assert_eq!(refused.status, 1);
    assert!(refused.stderr.contains("--replace"), "{}", refused.stderr);
    assert_eq!(folder.run(&["people", "import", "two.csv", "--as-of", "2026-10-01", "--replace"]).status, 0);
    assert_eq!(folder.run(&["people", "import", "three.csv", "--as-of", "2026-10-20"]).status, 0);
    let list = folder.run(&["people", "list", "--format", "json"]).json();
    let teams: Vec<_> =
        list["people"].as_array().unwrap().iter().map(|span| (&span["facts"]["team"], &span["to"])).collect();
    assert_eq!(format!("{teams:?}"), r#"[(String("Ops"), String("2026-10-20")), (String("Data"), Null)]"#);
    assert_eq!(list["snapshots"], serde_json::json!(["2026-10-01", "2026-10-20"]));
    let rows = by_team(&folder);
    let names: Vec<_> = rows["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["keys"][0].as_str().unwrap().to_owned())
        .collect();
    assert!(names.contains(&"Ops".to_owned()) && !names.contains(&"Web".to_owned()), "{names:?}");
}

#[test]
fn people_of_files_are_asked_first_and_a_preview_says_so() {
    let folder = Folder::demo();
    let before = by_team(&folder);
    // Everybody of the file in another team, and somebody whom it does not have.
    let people = folder.read("people.csv");
    let emails: std::collections::BTreeSet<&str> =
        people.lines().skip(1).map(|line| line.split(',').next().unwrap()).collect();
    let rows: Vec<String> = emails.iter().map(|email| format!("{email},Elsewhere,Nowhere")).collect();
    folder.write(
        "hr.csv",
        &format!("email,team,department\n{}\nnew@acme.test,Elsewhere,Nowhere\n", rows.join("\n")),
    );
    let preview =
        folder.run(&[&["people", "preview", "hr.csv", "--format", "json"][..], &OCTOBER].concat()).json();
    let moved = preview["moves"].as_array().unwrap();
    assert!(moved.iter().all(|each| each["from"].is_null()), "whom the file has stays: {moved:?}");
    assert_eq!(folder.run(&["people", "import", "hr.csv"]).status, 0);
    let after = by_team(&folder);
    let cost = |report: &serde_json::Value, team: &str| {
        report["rows"]
            .as_array()
            .unwrap()
            .iter()
            .find(|row| row["keys"][0] == team)
            .map(|row| row["effective"].clone())
    };
    assert!(cost(&before, "Platform").is_some());
    assert_eq!(cost(&after, "Platform"), cost(&before, "Platform"));
}

#[test]
fn a_file_that_leaves_something_open_names_the_option() {
    let folder = Folder::demo();
    folder.write("dates.csv", "email,team,hire date\na@acme.test,Web,03/04/2025\n");
    let refused = folder.run(&["people", "import", "dates.csv"]);
    assert_eq!(refused.status, 1);
    assert!(
        refused.stderr.contains("dates.csv:2") && refused.stderr.contains("--dates day-first"),
        "{}",
        refused.stderr
    );
    folder.write("names.csv", "Kontakt;Team\na@acme.test;Web\n");
    let refused = folder.run(&["people", "import", "names.csv"]);
    assert!(refused.stderr.contains("--column NAME=email"), "{}", refused.stderr);
    let read =
        folder.run(&["people", "import", "names.csv", "--column", "Kontakt=email", "--format", "json"]);
    assert_eq!((read.status, read.json()["people"].clone()), (0, 1.into()), "{}", read.stderr);
    let wrong = folder.run(&["people", "import", "names.csv", "--column", "Kontakt=mail"]);
    assert!(wrong.status == 1 && wrong.stderr.contains("write one of email"), "{}", wrong.stderr);
}

/// Whether any file below a folder has a text, in whatever letters.
fn files_with(folder: &std::path::Path, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files_with(&path, text));
        } else if String::from_utf8_lossy(&std::fs::read(&path).unwrap()).to_lowercase().contains(text) {
            found.push(path.file_name().unwrap().to_string_lossy().into_owned());
        }
    }
    found.sort_unstable();
    found
}

#[test]
fn a_person_who_is_forgotten_stands_nowhere_and_their_cost_stays_where_it_was() {
    let folder = company();
    std::fs::remove_file(folder.path("people.csv")).unwrap();
    folder.run(&["people", "import", "hr.csv", "--as-of", "2026-09-01"]);
    std::fs::remove_file(folder.path("hr.csv")).unwrap();
    let by_person =
        folder.run(&["report", "--group-by", "resource_id", "--top", "1", "--format", "json"]).json();
    let who = by_person["rows"][0]["keys"][0].as_str().unwrap().to_lowercase();
    let before = by_team(&folder);
    let refused = folder.run(&["people", "forget", &who]);
    assert!(refused.status == 1 && refused.stderr.contains("--yes"), "{}", refused.stderr);
    assert_eq!(files_with(&folder.path(""), &who), ["costs.db"]);
    let forgotten = folder.run(&["people", "forget", &who.to_uppercase(), "--yes", "--format", "json"]);
    assert_eq!(forgotten.status, 0, "{}{}", forgotten.stdout, forgotten.stderr);
    assert!(forgotten.json()["charges"].as_u64().unwrap() > 100, "{}", forgotten.stdout);
    assert!(!forgotten.stdout.contains(&who) && !forgotten.stderr.contains(&who));
    assert_eq!(files_with(&folder.path(""), &who), [""; 0], "not even in what the store no longer uses");
    assert_eq!(by_team(&folder), before, "every team's cost is what it was");
    for command in [&["people", "list"][..], &["export", "records"], &["report", "--group-by", "resource_id"]]
    {
        let printed = folder.run(command);
        assert!(printed.status == 0 && !printed.stdout.to_lowercase().contains(&who), "{command:?}");
    }
    let again = folder.run(&["people", "forget", &who, "--yes"]);
    assert!(
        again.status == 1 && again.stderr.contains("no charge and no imported person"),
        "{}",
        again.stderr
    );
}

#[test]
fn files_that_still_have_the_name_are_told_and_their_teams_kept() {
    let demo = Folder::demo();
    let who = "hakon.jovanovic@acme.test";
    let by_team = || {
        let year = ["--from", "2025-11-01", "--to", "2026-11-01", "--bin", "month", "--format", "json"];
        demo.run(&[&["report", "--group-by", "vtag.Team,vtag.Department"][..], &year].concat()).json()["rows"]
            .clone()
    };
    let before = by_team();
    let dry = demo.run(&["people", "forget", who, "--dry-run"]);
    assert!(
        dry.status == 0 && dry.stdout.starts_with("would forget a person, for good: 1 address, "),
        "{}",
        dry.stdout
    );
    let forgotten = demo.run(&["people", "forget", who, "--yes"]);
    assert_eq!(forgotten.status, 3, "the file is the user's to change: {}", forgotten.stderr);
    assert!(forgotten.stdout.contains("people.csv still has the name"), "{}", forgotten.stdout);
    assert_eq!(by_team(), before, "the teams of the file are kept by the number");
    assert!(!demo.run(&["report", "--group-by", "resource_id"]).stdout.to_lowercase().contains(who));
}

#[test]
fn an_address_that_was_passed_on_forgets_nobody_by_mistake() {
    let folder = without_people();
    folder.write("old.csv", "id,email,team\n1,first@acme.test,Web\n");
    folder.write("new.csv", "id,email,team\n1,ana@acme.test,Web\n2,first@acme.test,Data\n");
    folder.run(&["people", "import", "old.csv", "--as-of", "2026-08-01"]);
    assert_eq!(folder.run(&["people", "import", "new.csv", "--as-of", "2026-09-01"]).status, 0);
    for who in ["first@acme.test", "ana@acme.test"] {
        let refused = folder.run(&["people", "forget", who, "--yes"]);
        assert!(refused.status == 1 && refused.stderr.contains("somebody else"), "{}", refused.stderr);
    }
}

#[test]
fn the_groups_of_cursor_are_people_with_the_days_on_which_they_joined() {
    let folder = without_people();
    let dry = folder.run(&["people", "from-cursor", "--dry-run"]);
    assert!(dry.status == 0 && dry.stdout.contains("not in the store"), "{}", dry.stdout);
    assert!(folder.run(&["people", "list"]).stdout.contains("no people were imported"));
    let kept = folder.run(&["people", "from-cursor", "--format", "json"]).json();
    assert_eq!((&kept["days"][0]["as_of"], &kept["days"][0]["known"]), (&"2026-11-01".into(), &false.into()));
    let again = folder.run(&["people", "from-cursor"]);
    assert!(again.status == 0 && again.stdout.contains("in the store already"), "{}", again.stdout);
    let list = folder.run(&["people", "list", "--format", "json"]).json();
    let spans = list["people"].as_array().unwrap();
    assert!(spans.iter().any(|span| span["from"].is_string()), "Cursor says since when");
    assert!(spans.iter().all(|span| span["facts"]["team"] != "Unassigned"), "that is no team");
    assert!(by_team(&folder)["rows"].as_array().unwrap().len() > 5);
}

#[test]
fn people_of_no_rows_and_of_days_to_come_are_refused_and_those_of_a_day_can_be_removed() {
    let folder = company();
    folder.write("none.csv", "email,team,department\n");
    let none = folder.run(&["people", "import", "none.csv"]);
    assert!(none.status == 1 && none.stderr.contains("there are no people in it"), "{}", none.stderr);
    let future = folder.run(&["people", "import", "hr.csv", "--as-of", "2027-01-01"]);
    assert!(future.status == 1 && future.stderr.contains("2027-01-01 has not come"), "{}", future.stderr);

    folder.run(&["people", "import", "hr.csv", "--as-of", "2026-09-01"]);
    let before = by_team(&folder);
    folder.write("one.csv", "email,team,department\nnew@acme.test,Web,Engineering\n");
    assert_eq!(folder.run(&["people", "import", "one.csv", "--as-of", "2026-10-01"]).status, 0);
    assert_ne!(by_team(&folder), before, "everybody else is gone");
    let refused = folder.run(&["people", "remove", "2026-10-01"]);
    assert!(refused.status == 1 && refused.stderr.contains("--yes"), "{}", refused.stderr);
    assert_eq!(folder.run(&["people", "remove", "2026-10-01", "--yes"]).status, 0);
    assert_eq!(by_team(&folder), before);
    let again = folder.run(&["people", "remove", "2026-10-01", "--yes"]);
    assert!(again.status == 1 && again.stderr.contains("it has those of: 2026-09-01"), "{}", again.stderr);
    let list = folder.run(&["people", "list"]).stdout;
    assert!(list.starts_with("people of 2026-09-01\n"), "{list}");
}

#[test]
fn a_file_does_not_bring_back_whoever_was_forgotten() {
    let folder = Folder::new();
    folder.write("cursor-costs.toml", "data = \"costs.db\"\n[[account]]\nname = \"Acme\"\n");
    let head = "Kind,Model,Max Mode,Input (w/ Cache Write),Input (w/o Cache Write),Cache Read,Output Tokens,Total Tokens,Cost";
    let row = |hour: u32| format!("On-Demand,auto,No,0,{hour},0,0,{hour},1.0049");
    let at = |hour: u32| format!("2026-07-15T{hour}:00:00.000Z");
    let rows = |person: &str| -> String {
        (10..14).map(|hour| [&at(hour), person, &row(hour), "\n"].concat()).collect()
    };
    let (team, mine) = (rows(",ana@x.test,"), rows(","));
    folder.write("team.csv", &format!("Date,User,{head}\n{}", team.replace("1.0049", "1.00")));
    assert_eq!(folder.run(&["import", "team.csv"]).status, 0);
    assert_eq!(folder.run(&["people", "forget", "ana@x.test", "--yes"]).status, 0);
    folder.write("mine.csv", &format!("Date,{head}\n{mine}"));
    folder.write("fine.csv", &format!("Date,User,{head}\n{team}"));
    for import in [&["import", "mine.csv", "--person", "ana@x.test"][..], &["import", "fine.csv"]] {
        let printed = folder.run(&[import, &["--format", "json"]].concat());
        assert_eq!(printed.status, 0, "{}{}", printed.stdout, printed.stderr);
        assert_eq!(printed.json()["already_there"]["rows"], 4, "{}", printed.stdout);
    }
    let july =
        ["--from", "2026-07-01", "--to", "2026-08-01", "--group-by", "resource_id", "--format", "json"];
    let report = folder.run(&[&["report"][..], &july].concat()).json();
    assert_eq!(report["total"]["effective"], "4.0196", "as exact as any file, and once");
    assert!(report["rows"][0]["keys"][0].as_str().unwrap().starts_with("forgotten-"), "{report}");
}

#[test]
fn nobody_in_particular_is_not_forgotten() {
    let demo = Folder::demo();
    for (who, words) in
        [("(no user)", "an email address"), ("nobody@acme.test", "no charge and no imported person")]
    {
        for sure in ["--dry-run", "--yes"] {
            let refused = demo.run(&["people", "forget", who, sure]);
            assert!(refused.status == 1 && refused.stderr.contains(words), "{who}: {}", refused.stderr);
        }
    }
}

#[test]
fn one_page_of_several_is_not_taken_for_everybody() {
    let folder = without_people();
    let user = |email: &str| format!("{{\"userName\": \"{email}\", \"active\": true}}");
    let pages = [
        format!("{{\"totalResults\": 2, \"Resources\": [{}]}}", user("ana@x.test")),
        format!("{{\"totalResults\": 2, \"Resources\": [{}]}}", user("bo@x.test")),
    ];
    folder.write("page.json", &pages[0]);
    let graph = format!("{{\"@odata.nextLink\": \"https://x\", \"value\": [{}]}}", user("ana@x.test"));
    folder.write("graph.json", &graph);
    for file in ["page.json", "graph.json"] {
        let refused = folder.run(&["people", "import", file]);
        assert!(refused.status == 1 && refused.stderr.contains("one page of several"), "{}", refused.stderr);
    }
    folder.write("all.json", &pages.concat());
    assert_eq!(folder.run(&["people", "import", "all.json"]).status, 0);
}
