//! People from exports, kept in the store.

use std::sync::Arc;

use chrono::NaiveDate;
use cost_model::MemoryStore;
use cost_model::store::{EntryScope, Journal, verify};
use cost_people::PeopleReader;
use cursor_costs::{CursorCosts, ErrorKind, PeopleImport, Setup};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// Reads a file of that day, whose text is written first.
async fn read(costs: &CursorCosts, as_of: &str, csv: &str) -> cursor_costs::Result<PeopleImport> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("people.csv");
    std::fs::write(&file, csv).unwrap();
    costs.read_people(&file, |reader: PeopleReader| reader, day(as_of)).await
}

fn team(people: &virtual_tags::Directory, email: &str, on: &str) -> Option<String> {
    people.fact(email, "team", cost_model::Timestamp::midnight(day(on))).map(str::to_owned)
}

#[tokio::test(flavor = "current_thread")]
async fn the_journal_holds_people_by_number_and_who_is_erased_is_gone_everywhere() {
    let store = Arc::new(MemoryStore::new());
    let costs = Setup::new(store.clone()).build();
    let import = read(&costs, "2026-10-01", "id,email,team\nE17,ana@acme.test,Web\nE18,bo@acme.test,Ops\n")
        .await
        .unwrap();
    costs.import_people(&import, false).await.unwrap();
    let entries = store.entries(&EntryScope::default()).await.unwrap();
    let kept: String = entries.iter().map(|entry| entry.document.clone()).collect();
    assert!(kept.contains("Web") && !kept.contains("acme") && !kept.contains("E17"), "{kept}");

    // Another program over the same store sees them, and one that had asked before sees what came since.
    let other = Setup::new(store.clone()).build();
    assert_eq!(team(&other.people().await.unwrap(), "ana@acme.test", "2026-10-05").as_deref(), Some("Web"));
    let later = read(&costs, "2026-10-20", "id,email,team\nE17,ana@acme.test,Data\nE18,bo@acme.test,Ops\n")
        .await
        .unwrap();
    costs.import_people(&later, false).await.unwrap();
    let people = other.people().await.unwrap();
    assert_eq!(team(&people, "ana@acme.test", "2026-10-19").as_deref(), Some("Web"));
    assert_eq!(team(&people, "ana@acme.test", "2026-10-20").as_deref(), Some("Data"));

    let number = store.person_number("ana@acme.test").await.unwrap();
    costs.forget_person("Ana@acme.test").await.unwrap();
    let history = other.people_history().await.unwrap().to_json();
    assert!(
        history.contains("bo@acme.test") && !history.contains("ana@") && !history.contains("E17"),
        "{history}"
    );
    // Charges have the number in place of the name, and keep the team by it, also where another program asked before.
    let people = other.people().await.unwrap();
    assert_eq!(team(&people, "ana@acme.test", "2026-10-20"), None);
    let forgotten = format!("forgotten-{}", number.get());
    assert_eq!(team(&people, &forgotten, "2026-10-19").as_deref(), Some("Web"));
    assert_eq!(team(&people, &forgotten, "2026-10-20").as_deref(), Some("Data"));
    assert_eq!(verify(None, &store.entries(&EntryScope::default()).await.unwrap()), None);
}

#[tokio::test(flavor = "current_thread")]
async fn people_who_would_fail_every_question_are_refused_before_they_are_kept() {
    let store = Arc::new(MemoryStore::new());
    let costs = Setup::new(store.clone()).build();
    let first = read(&costs, "2026-10-01", "id,email,team\n1,info@acme.test,Web\n").await.unwrap();
    costs.import_people(&first, false).await.unwrap();
    // The later file says that the address was another person's all along.
    let csv = "id,email,team,effective_date\n1,ana@acme.test,Web,\n2,info@acme.test,Ops,2026-01-01\n";
    let refused = read(&costs, "2026-11-01", csv).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::People);
    assert!(!refused.in_one_line().contains("info@"), "{}", refused.in_one_line());
    assert_eq!(team(&costs.people().await.unwrap(), "info@acme.test", "2026-10-05").as_deref(), Some("Web"));
}
