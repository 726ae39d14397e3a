//! Closing: two people, what changed since by cause, and a history in which no byte can be changed unseen.

use std::path::Path;
use std::sync::{Arc, LazyLock};

use cost_model::store::{EntryScope, Journal};
use cost_model::{MemoryStore, Money};
use cost_model_sqlite::SqliteStore;
use cursor_costs::closing::{Close, CloseAction, CloseCause, CloseChanges, CloseState};
use cursor_costs::request::DayRange;
use cursor_costs::sync::SyncRequest;
use cursor_costs::{Account, CursorCosts, ErrorKind, Result, Setup};
use cursor_simulator::{Change, TrueEvent};
use proptest::prelude::*;
use virtual_tags::{Directory, RuleSet};

use crate::company::{Company, RULES};

fn refused<T: std::fmt::Debug>(result: Result<T>, kind: ErrorKind, words: &str) {
    let error = result.unwrap_err();
    assert_eq!(error.kind(), kind, "{error}");
    let told = format!("{} {}", error.in_one_line(), error.others().join(" "));
    assert!(told.contains(words), "`{told}` does not say `{words}`");
}

async fn prepare(costs: &CursorCosts, period: &str, by: &str) -> Close {
    let period = costs.close_period(period, None).unwrap();
    // An account without a source has nothing that could be read.
    let is_forced = !costs.accounts().iter().any(Account::has_source);
    costs.prepare_close(&period, by, is_forced).await.unwrap().close.unwrap()
}

async fn approve(costs: &CursorCosts, close: &Close, by: &str) -> Result<Close> {
    costs.approve_close(&close.statement.period, by, &close.digest.to_string()).await
}

/// Reads all days of September again.
async fn sync_september(costs: &CursorCosts) {
    let day = |text: &str| text.parse().unwrap();
    let days = DayRange::Days { from: day("2026-09-01"), to: day("2026-10-01") };
    let request = SyncRequest { days: Some(days), ..SyncRequest::default() };
    assert!(costs.sync(&request, &()).await.unwrap().is_complete());
}

fn causes(changes: &CloseChanges) -> Vec<CloseCause> {
    changes.causes.iter().map(|each| each.cause).collect()
}

/// Every figure is told by the causes, to the last digit.
fn check_sums(changes: &CloseChanges) {
    let add = |sum: Money, amount: Money| sum.checked_add(amount).unwrap();
    let effective = changes.causes.iter().map(|each| each.effective).fold(changes.closed.effective, add);
    let billed = changes.causes.iter().map(|each| each.billed).fold(changes.closed.billed, add);
    assert_eq!((effective, billed), (changes.now.effective, changes.now.billed));
    for key in ["Team", "Department"] {
        let of_key = changes.values.iter().filter(|each| each.key == key);
        let by_charges = of_key.map(|each| each.by_charges).fold(changes.closed.effective, add);
        assert_eq!(by_charges, changes.now.effective, "each key has all of it");
    }
    for each in &changes.values {
        let sum = [each.by_charges, each.by_people, each.by_rules].into_iter().fold(each.closed, add);
        assert_eq!(sum, each.now);
    }
}

#[tokio::test(flavor = "current_thread")]
async fn a_period_is_closed_by_two_people_over_exactly_what_was_prepared() {
    let company = Company::new("").await;
    let costs = company.synced().await;
    let september = costs.close_period("2026-09", None).unwrap();
    refused(costs.close(&september).await, ErrorKind::NotFound, "not prepared");
    refused(costs.approve_close(&september, "Grace", "").await, ErrorKind::NotFound, "not prepared");
    refused(costs.reopen_close(&september, "Grace", "why").await, ErrorKind::NotFound, "not prepared");
    for nobody in ["", "  ", "\u{200b}"] {
        refused(costs.prepare_close(&september, nobody, false).await, ErrorKind::Close, "is empty");
    }

    let prepared = prepare(&costs, "2026-09", " Ada Lovelace ").await;
    assert_eq!((prepared.state, prepared.prepared_by()), (CloseState::Prepared, Some("Ada Lovelace")));
    let totals = &prepared.statement;
    assert!(totals.is_final() && totals.charges > 0);
    let of_values = totals.figures[0].values.iter().map(|each| each.effective);
    assert_eq!(of_values.fold(Money::ZERO, |sum, each| sum.checked_add(each).unwrap()), totals.effective);

    for same in
        ["Ada Lovelace", "ada  lovelace", "\tADA LOVELACE\u{a0}", "Ada\u{200b} Lovelace", "ada-lovelace"]
    {
        refused(approve(&costs, &prepared, same).await, ErrorKind::Close, "same name");
    }
    let digest = prepared.digest.to_string();
    for wrong in
        ["", "0", &digest.to_uppercase(), &digest.replace(char::is_numeric, "0"), &format!("{digest}0")]
    {
        refused(costs.approve_close(&september, "Grace", wrong).await, ErrorKind::Close, "another digest");
    }
    refused(costs.reopen_close(&september, "Ada", "why").await, ErrorKind::Close, "is prepared, not closed");

    // What was prepared anew takes the place of what was prepared before.
    company.write("rules.toml", &RULES.replace("Unallocated", "Nobody"));
    let costs = company.open();
    refused(approve(&costs, &prepared, "Grace").await, ErrorKind::Close, "rules: ");
    let anew = prepare(&costs, "2026-09", "Ada").await;
    refused(approve(&costs, &prepared, "Grace").await, ErrorKind::Close, "another digest");
    let closed = approve(&costs, &anew, "Grace").await.unwrap();
    assert_eq!(closed.state, CloseState::Closed);

    refused(approve(&costs, &anew, "Grace").await, ErrorKind::Close, "closed already");
    refused(costs.prepare_close(&september, "Ada", true).await, ErrorKind::Close, "2026-09 is closed");
    for nothing in ["", " \n"] {
        refused(costs.reopen_close(&september, "Ada", nothing).await, ErrorKind::Close, "without a reason");
    }
    let reopened = costs.reopen_close(&september, "Ada", " late invoice ").await.unwrap();
    assert_eq!(reopened.state, CloseState::Reopened);
    assert_eq!(reopened.events.last().unwrap().why.as_deref(), Some("late invoice"));
    refused(
        costs.reopen_close(&september, "Ada", "again").await,
        ErrorKind::Close,
        "is reopened, not closed",
    );
    refused(approve(&costs, &anew, "Grace").await, ErrorKind::Close, "not prepared again");

    let again = prepare(&costs, "2026-09", "Grace").await;
    let closed = approve(&costs, &again, "Ada").await.unwrap();
    let actions: Vec<_> = closed.events.iter().map(|event| event.action).collect();
    let (prepare, approve, reopen) = (CloseAction::Prepare, CloseAction::Approve, CloseAction::Reopen);
    assert_eq!(actions, [prepare, prepare, approve, reopen, prepare, approve]);
    assert!(costs.verify_journal(Some(closed.digest)).await.unwrap().is_intact());
}

#[tokio::test(flavor = "current_thread")]
async fn late_repriced_and_withdrawn_charges_are_told_apart_in_money() {
    let company = Company::new("").await;
    let costs = company.synced().await;
    let prepared = prepare(&costs, "2026-09", "Ada").await;
    approve(&costs, &prepared, "Grace").await.unwrap();

    let simulator = company.server.simulator();
    let start = prepared.statement.period.window.start().millis();
    let events = simulator.events();
    let is_meant = |event: &TrueEvent| {
        event.timestamp_ms >= start
            && event.timestamp_ms < prepared.statement.period.window.end().millis()
            && event.kind == TrueEvent::USAGE_BASED
    };
    let places: Vec<usize> =
        events.iter().enumerate().filter(|(_, event)| is_meant(event)).map(|(place, _)| place).collect();
    let mut late = events[places[0]].clone();
    late.timestamp_ms = start + 3_600_000;
    let one_dollar = 1_000_000_000_000_000_000_000_000_i128;
    assert!(simulator.apply(&Change::Reprice { place: places[1], charged: Some(5 * one_dollar) }));
    assert!(simulator.apply(&Change::Withdraw(places[2])));
    simulator.insert_event(late);
    sync_september(&costs).await;

    let close = costs.close(&prepared.statement.period).await.unwrap();
    let changes = costs.changes_since_close(&close).await.unwrap();
    assert_eq!(
        causes(&changes),
        [CloseCause::Late, CloseCause::Repriced, CloseCause::Withdrawn],
        "{changes}"
    );
    assert!(changes.causes.iter().all(|each| each.charges == Some(1)), "{changes}");
    assert!(changes.causes[0].billed > Money::ZERO && changes.causes[2].billed < Money::ZERO, "{changes}");
    check_sums(&changes);

    // What is closed anew begins from there.
    costs.reopen_close(&prepared.statement.period, "Ada", "late charges").await.unwrap();
    let again = prepare(&costs, "2026-09", "Ada").await;
    assert!(costs.changes_since_close(&again).await.unwrap().is_empty());
    approve(&costs, &again, "Grace").await.unwrap();
}

#[tokio::test(flavor = "current_thread")]
async fn people_and_rules_move_cost_and_sums_stay() {
    let company = Company::new("").await;
    let costs = company.synced().await;
    let prepared = prepare(&costs, "2026-09", "Ada").await;
    approve(&costs, &prepared, "Grace").await.unwrap();
    let people = company.server.simulator().directory_csv();
    let team = people.lines().nth(1).unwrap().split(',').nth(1).unwrap();
    company.write("people.csv", &people.replace(&format!(",{team},"), ",Renamed,"));
    company.write("rules.toml", &RULES.replace("Unallocated", "Nobody"));
    let costs = company.open();
    let close = costs.close(&prepared.statement.period).await.unwrap();
    let changes = costs.changes_since_close(&close).await.unwrap();
    assert_eq!(causes(&changes), [CloseCause::People, CloseCause::Rules], "{changes}");
    let renamed = changes.values.iter().find(|each| each.value.as_deref() == Some("Renamed")).unwrap();
    assert_eq!((renamed.closed, renamed.by_people), (Money::ZERO, renamed.now));
    assert!(renamed.now > Money::ZERO);
    assert_eq!(changes.closed, changes.now);
    assert!(changes.causes.iter().all(|each| each.effective.is_zero() && each.billed.is_zero()));
}

#[tokio::test(flavor = "current_thread")]
async fn somebody_new_without_charges_keeps_nobody_from_approving() {
    let company = Company::new("").await;
    let costs = company.synced().await;
    let prepared = prepare(&costs, "2026-09", "Ada").await;
    let people = company.server.simulator().directory_csv();
    let columns = people.lines().next().unwrap().split(',').count();
    company.write("people.csv", &format!("{people}new@acme.test,Web{}\n", ",".repeat(columns - 2)));
    let costs = company.open();
    assert_eq!(approve(&costs, &prepared, "Grace").await.unwrap().state, CloseState::Closed);
}

#[tokio::test(flavor = "current_thread")]
async fn charges_that_went_with_their_account_have_a_cause_too() {
    let company = Company::new("").await;
    let costs = company.synced().await;
    let prepared = prepare(&costs, "2026-09", "Ada").await;
    costs.remove_account(&costs.accounts()[0]).await.unwrap();
    let refusal = approve(&costs, &prepared, "Grace").await;
    refused(refusal, ErrorKind::Close, "the charges, what is missing or provisional");
    let changes = costs.changes_since_close(&prepared).await.unwrap();
    assert_eq!(causes(&changes), [CloseCause::OtherCharges], "{changes}");
    assert_eq!((changes.now.charges, changes.now.effective), (0, Money::ZERO));
    check_sums(&changes);
}

#[tokio::test(flavor = "current_thread")]
async fn what_is_missing_or_provisional_is_not_called_final() {
    let company = Company::new("").await;
    let costs = company.synced().await;
    for open in ["2026-10", "2026-11", "2020-01"] {
        let period = costs.close_period(open, None).unwrap();
        let prepared = costs.prepare_close(&period, "Ada", false).await.unwrap();
        assert!(prepared.close.is_none() && !prepared.statement.is_final(), "{open}");
        assert!(prepared.statement.cannot_be_said() && costs.closes().await.unwrap().is_empty());
    }
    let october = costs.close_period("2026-10", None).unwrap();
    let forced = costs.prepare_close(&october, "Ada", true).await.unwrap().close.unwrap();
    let gaps: Vec<&str> = forced.statement.missing.iter().map(|gap| gap.state.as_str()).collect();
    assert_eq!(gaps, ["provisional"]);
    let closed = approve(&costs, &forced, "Grace").await.unwrap();
    assert!(closed.state == CloseState::Closed && !closed.statement.is_final());
}

#[tokio::test(flavor = "current_thread")]
async fn of_no_account_nothing_is_said_to_be_final() {
    let costs = Setup::new(Arc::new(MemoryStore::new())).build();
    let september = costs.close_period("2026-09", None).unwrap();
    refused(costs.prepare_close(&september, "Ada", true).await, ErrorKind::NotFound, "nothing to close");
}

#[tokio::test(flavor = "current_thread")]
async fn whoever_is_forgotten_leaves_the_closes_in_every_spelling() {
    let company = Company::new("").await;
    drop(company.synced().await);
    // Whoever is first in the file, spelled otherwise there than in the charges.
    let people = company.server.simulator().directory_csv();
    let email = people.lines().nth(1).unwrap().split(',').next().unwrap().to_owned();
    company.write("people.csv", &people.replace(&email, &email.to_uppercase()));
    let costs = company.open();
    let prepared = prepare(&costs, "2026-09", "Ada").await;
    approve(&costs, &prepared, "Grace").await.unwrap();
    costs.forget_person(&email).await.unwrap();

    let journal = costs.journal();
    let entries = journal.entries(&EntryScope::default()).await.unwrap();
    assert!(entries.iter().all(|entry| !entry.document.to_lowercase().contains(&email)));
    // No number of the closes leads to them any more, however they were spelled.
    for number in 1..1_000 {
        let name = journal.person_name(cost_model::store::PersonNumber::new(number)).await.unwrap();
        assert!(name.is_none_or(|name| !name.eq_ignore_ascii_case(&email)), "{number}");
    }
    assert!(costs.verify_journal(Some(prepared.digest)).await.unwrap().is_intact());
    let close = costs.close(&prepared.statement.period).await.unwrap();
    assert_eq!((close.digest, close.statement.effective), (prepared.digest, prepared.statement.effective));
    check_sums(&costs.changes_since_close(&close).await.unwrap());
}

#[tokio::test(flavor = "current_thread")]
async fn a_cycle_is_named_by_its_days_or_its_invoice_and_overlaps_what_is_closed() {
    let company = Company::new("invoices = \"bills\"\n").await;
    let cycle = "2026-09-14T09:30:00Z/2026-10-14T09:30:00Z";
    let lines = "# currency: USD\ndescription,quantity,amount\nSeats,1,40.00\n";
    company.write("bills/one.csv", &format!("# number: INV-1\n# period: {cycle}\n{lines}"));
    company.write("bills/broken.csv", "what is this");
    let costs = company.synced().await;
    for name in ["inv-1", "2026-09-14/2026-10-14", cycle] {
        assert_eq!(costs.close_period(name, None).unwrap().name, cycle, "{name}");
    }
    let days = costs.close_period("2026-09-15/2026-10-14", Some("Main")).unwrap();
    assert_eq!(days.name, "2026-09-15T00:00:00Z/2026-10-14T00:00:00Z");
    for (wrong, kind, words) in [
        ("INV-9", ErrorKind::NotFound, "no invoice of `Main`"),
        ("2026-13", ErrorKind::Query, "no month"),
        ("2026-9", ErrorKind::Query, "no month"),
        ("2026-10-14/2026-09-14", ErrorKind::Query, "cannot be answered"),
        ("2026-09-14/soon", ErrorKind::Query, "cannot be answered"),
    ] {
        refused(costs.close_period(wrong, None), kind, words);
    }
    refused(costs.close_period("2026-09", Some("Other")), ErrorKind::NotFound, "no account");

    let prepared = prepare(&costs, "INV-1", "Ada").await;
    let [broken, one] = &prepared.statement.invoices[..] else { panic!("{:?}", prepared.statement.invoices) };
    assert!(broken.found.is_err() && prepared.statement.needs_action());
    assert_eq!(one.found.as_ref().unwrap().total, "40".parse().unwrap());
    assert!(prepared.statement.not_invoiced.is_empty());
    let september = prepare(&costs, "2026-09", "Ada").await;
    assert_eq!(september.statement.not_invoiced.len(), 1);
    approve(&costs, &prepared, "Grace").await.unwrap();
    refused(approve(&costs, &september, "Grace").await, ErrorKind::Close, "overlaps");
    let october = costs.close_period("2026-10", Some("Main")).unwrap();
    refused(costs.prepare_close(&october, "Ada", true).await, ErrorKind::Close, "overlaps");

    // An invoice that came or changed since is a change.
    prepare(&costs, "2026-08", "Ada").await;
    company.write("bills/broken.csv", "and what is that");
    let august = costs.close(&costs.close_period("2026-08", None).unwrap()).await.unwrap();
    refused(approve(&costs, &august, "Grace").await, ErrorKind::Close, "changed: the invoices");
}

#[tokio::test(flavor = "current_thread")]
async fn the_journal_has_no_address_and_whose_name_was_erased_cannot_be_told_from_others() {
    let store = Arc::new(MemoryStore::new());
    let people = Directory::from_csv(b"email,team\nana@acme.test,Web\n", "people.csv").unwrap();
    let rules = RuleSet::from_toml(
        "[[tag]]\nkey = \"Team\"\ndefault = \"x\"\n[[tag.rule]]\nvalue = \"bo@acme.test\"\nwhen = \"costs.resource_id = 'bo@acme.test'\"\n[[tag.rule]]\nfrom_directory = \"team\"\n",
        "rules.toml",
    )
    .unwrap();
    let costs = Setup::new(store.clone()).account(Account::new("Main")).owners(rules, people).build();
    let prepared = prepare(&costs, "2026-09", "ada@acme.test").await;
    let entries = store.entries(&EntryScope::default()).await.unwrap();
    assert!(entries.iter().all(|entry| !entry.document.contains("acme.test")), "addresses stand by number");
    assert!(costs.changes_since_close(&prepared).await.unwrap().is_empty());

    store.erase_person(store.person_number("ada@acme.test").await.unwrap()).await.unwrap();
    refused(approve(&costs, &prepared, "ada@acme.test").await, ErrorKind::Close, "was erased");
    store.erase_person(store.person_number("bo@acme.test").await.unwrap()).await.unwrap();
    let close = costs.close(&prepared.statement.period).await.unwrap();
    assert_eq!((close.prepared_by(), close.digest), (None, prepared.digest));
    assert!(costs.verify_journal(Some(prepared.digest)).await.unwrap().is_intact());
}

/// Makes a facade of its own over a store in a file, which no lock guards.
fn over(file: &Path) -> CursorCosts {
    let people = Directory::from_csv(b"email,team\nana@acme.test,Web\n", "people.csv").unwrap();
    let rules = RuleSet::from_toml(RULES, "rules.toml").unwrap();
    Setup::new(Arc::new(SqliteStore::open(file).unwrap()))
        .account(Account::new("Main"))
        .owners(rules, people)
        .build()
}

#[tokio::test(flavor = "current_thread")]
async fn of_two_who_close_at_the_same_time_one_wins() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("costs.db");
    let (one, other) = (over(&file), over(&file));
    for month in 1..=9 {
        // A month, and days of two months: both would be closed, and they overlap.
        let month = prepare(&one, &format!("2026-0{month}"), "Ada").await;
        let end = month.statement.period.window.end().date().succ_opt().unwrap();
        let start = month.statement.period.window.start().date();
        let mut period = month.statement.period.clone();
        period.name = format!("{start}/{end}");
        period.window = cost_model::Window::days(start, end).unwrap();
        period.account = Some(one.accounts()[0].id().clone());
        let cycle = one.prepare_close(&period, "Ada", true).await.unwrap().close.unwrap();
        let (first, second, third) = tokio::join!(
            approve(&one, &month, "Grace"),
            approve(&other, &cycle, "Grace"),
            approve(&other, &month, "Grace")
        );
        let all = [first, second, third];
        assert_eq!(all.iter().filter(|result| result.is_ok()).count(), 1, "{all:?}");
        for lost in all.into_iter().filter_map(Result::err) {
            assert!(matches!(lost.kind(), ErrorKind::Close | ErrorKind::Busy), "{lost}");
        }
        let closes = one.closes().await.unwrap();
        for close in closes.into_iter().filter(|close| close.state == CloseState::Closed) {
            one.reopen_close(&close.statement.period, "Ada", "the next round").await.unwrap();
        }
    }
    assert!(one.verify_journal(None).await.unwrap().is_intact());
}

/// A store with closes of every kind, and its folder.
static CLOSED: LazyLock<tempfile::TempDir> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("costs.db");
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let costs = over(&file);
        let september = prepare(&costs, "2026-09", "Ada").await;
        approve(&costs, &september, "Grace").await.unwrap();
        costs.reopen_close(&september.statement.period, "Ada", "why, see ana@acme.test").await.unwrap();
        let again = prepare(&costs, "2026-09", "Ada").await;
        approve(&costs, &again, "Grace").await.unwrap();
    });
    folder
});

/// Checks the journal of a file; an entry that cannot be read at all is found, too.
fn is_found_out(file: &Path) -> bool {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let checked = runtime.block_on(async { over(file).verify_journal(None).await });
    checked.map_or(true, |check| !check.is_intact())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]

    #[test]
    fn any_changed_byte_of_the_history_is_found(
        entry in 1_i64..=5,
        column in prop::sample::select(vec!["document", "document", "document", "kind", "key", "program", "inputs", "digest", "predecessor"]),
        place in any::<prop::sample::Index>(),
        flip in 1_u8..,
    ) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("costs.db");
        std::fs::copy(CLOSED.path().join("costs.db"), &file).unwrap();
        let sqlite = rusqlite::Connection::open(&file).unwrap();
        let read = format!("SELECT CAST({column} AS BLOB) FROM journal WHERE number = ?");
        let bytes: Option<Vec<u8>> = sqlite.query_row(&read, [entry], |row| row.get(0)).unwrap();
        let Some(mut bytes) = bytes.filter(|bytes| !bytes.is_empty()) else { return Ok(()) };
        let at = place.index(bytes.len());
        bytes[at] ^= flip;
        let kind = if ["digest", "predecessor"].contains(&column) { "BLOB" } else { "TEXT" };
        let write = format!("UPDATE journal SET {column} = CAST(? AS {kind}) WHERE number = ?");
        sqlite.execute(&write, (&bytes, entry)).unwrap();
        drop(sqlite);
        prop_assert!(is_found_out(&file), "{} of entry {} at {}", column, entry, at);
    }
}

#[test]
fn entries_that_are_taken_out_or_put_elsewhere_are_found() {
    assert!(!is_found_out(&CLOSED.path().join("costs.db")), "it is whole as it was written");
    for change in [
        "DELETE FROM journal WHERE number = 2",
        "DELETE FROM journal WHERE number = 1",
        "UPDATE journal SET number = 9 WHERE number = 5",
        "UPDATE journal SET at = at + 1 WHERE number = 3",
        "UPDATE journal SET actor = 3 - actor WHERE number = 2",
        "UPDATE journal SET predecessor = NULL WHERE number = 4",
    ] {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("costs.db");
        std::fs::copy(CLOSED.path().join("costs.db"), &file).unwrap();
        rusqlite::Connection::open(&file).unwrap().execute(change, ()).unwrap();
        assert!(is_found_out(&file), "{change}");
    }
}

#[tokio::test(flavor = "current_thread")]
async fn last_entries_that_are_taken_out_show_against_a_digest_kept_elsewhere() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("costs.db");
    std::fs::copy(CLOSED.path().join("costs.db"), &file).unwrap();
    let (_, kept) = over(&file).verify_journal(None).await.unwrap().last.unwrap();
    rusqlite::Connection::open(&file).unwrap().execute("DELETE FROM journal WHERE number > 3", ()).unwrap();
    assert!(over(&file).verify_journal(None).await.unwrap().is_intact(), "nothing else can tell");
    let check = over(&file).verify_journal(Some(kept)).await.unwrap();
    assert!(check.has_expected == Some(false) && !check.is_intact());
}
