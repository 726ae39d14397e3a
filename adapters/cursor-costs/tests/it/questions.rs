//! Questions to a synced company: one figure, whoever is asked.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use cost_model::export::CsvRecords;
use cost_model::store::{ConnectionId, EntryScope, verify};
use cost_model::{CostStore, Dimension, Filter, MemoryStore, Metric, Money};
use cursor_admin_client::{Client, Clock};
use cursor_cost_source::CursorCostSource;
use cursor_costs::documents::{ReconciliationDocument, ReportDocument, StatusDocument, SyncDocument};
use cursor_costs::request::{DayRange, ReportRequest};
use cursor_costs::sync::SyncRequest;
use cursor_costs::{Account, AccountState, CursorCosts, ErrorKind, Setup, read_invoice};
use cursor_csv_source::ImportTerms;
use cursor_invoice::CursorInvoiceReader;

use crate::company::Company;

fn october() -> DayRange {
    DayRange::Days { from: "2026-10-01".parse().unwrap(), to: "2026-11-01".parse().unwrap() }
}

fn by(dimension: &str) -> ReportRequest {
    ReportRequest { group_by: vec![dimension.parse().unwrap()], range: october(), ..ReportRequest::default() }
}

#[tokio::test(flavor = "current_thread")]
async fn a_report_an_export_and_the_servers_truth_are_one_figure() {
    let company = Company::new("").await;
    let costs = company.synced().await;
    let report = costs.report(&by("vtag.Team")).await.unwrap();
    let truth = company.server.simulator().snapshot();
    let first = cost_model::Timestamp::midnight("2026-10-01".parse().unwrap()).millis();
    let events = (0..truth.len()).filter_map(|place| truth.get(place));
    let inside = events.filter(|event| event.timestamp_ms >= first).count();
    assert_eq!(report.total.records, u64::try_from(inside).unwrap());
    let rows = report.rows.iter().map(|row| row.totals.effective.amount);
    assert_eq!(Money::sum(rows).unwrap(), report.total.effective.amount);
    // The last month is October: the day of the configuration is the first of November.
    let last_month = costs.report(&ReportRequest::default()).await.unwrap();
    assert_eq!(last_month.total, report.total);

    let tagger = costs.tagger(october()).await.unwrap();
    let mut csv = Vec::new();
    let mut writer = CsvRecords::new(&mut csv, &tagger).unwrap();
    let receipt = costs.export(october(), &mut writer).await.unwrap();
    drop(writer);
    assert_eq!(receipt.totals.effective, report.total.effective);
    assert_eq!(receipt.rows, u64::try_from(String::from_utf8(csv).unwrap().lines().count()).unwrap() - 1);
}

#[tokio::test(flavor = "current_thread")]
async fn an_invoice_is_explained_and_its_document_says_so() {
    let company = Company::new("").await;
    let costs = company.synced().await;
    for invoice in company.server.simulator().invoices() {
        company.write("invoice.csv", &invoice.csv);
        let read = read_invoice(&company.path("invoice.csv"), &CursorInvoiceReader::new()).unwrap();
        let found = costs.reconcile(costs.account(None).unwrap(), read, &[]).await.unwrap();
        assert!(found.explained.reconciliation.unexplained.is_zero());
        let document = serde_json::to_value(ReconciliationDocument::new(&found)).unwrap();
        assert_eq!(document["schema"], "reconciliation/1");
        assert_eq!(document["number"], invoice.number.as_str());
        assert_eq!(document["unexplained"], "0");
        let money = |value: &serde_json::Value| value.as_str().unwrap().parse::<Money>().unwrap();
        let steps = document["steps"].as_array().unwrap().iter().map(|step| money(&step["amount"]));
        let sum = Money::sum(steps.chain([money(&document["ingested"])])).unwrap();
        assert_eq!(sum, money(&document["invoice_total"]));
    }
}

#[tokio::test(flavor = "current_thread")]
async fn documents_have_their_schema_and_exact_amounts() {
    let company = Company::new("").await;
    let costs = company.open();
    let empty = costs.status().await.unwrap();
    assert_eq!(empty.accounts[0].state, AccountState::Empty);
    assert!(empty.next_step.contains("sync"), "{}", empty.next_step);

    let outcome = costs.sync(&SyncRequest::default(), &()).await.unwrap();
    let sync = serde_json::to_value(SyncDocument::new(&outcome)).unwrap();
    let account = &sync["accounts"][0];
    assert_eq!((&sync["schema"], &account["name"]), (&"sync/1".into(), &"Main".into()));
    assert_eq!(account["events"], account["announced"]);
    assert_eq!(account["incomplete"], serde_json::json!([]));
    let truth = company.server.simulator().truth();
    assert_eq!(account["events"], truth.total.events);
    let charged: Money = account["charged"].as_str().unwrap().parse().unwrap();
    // The simulator counts in units of its own.
    assert_eq!(
        charged.units() / (Money::from_units(1).units() * 10_i128.pow(24)),
        truth.total.charged / cursor_simulator::DOLLAR
    );

    let report = costs.report(&by("service")).await.unwrap();
    let document = serde_json::to_value(ReportDocument::new(&costs, &report, None)).unwrap();
    assert_eq!(document["schema"], "report/1");
    assert_eq!(document["total"]["events"], report.total.records);
    assert_eq!(document["total"]["effective"], report.total.effective.amount.to_string());
    assert_eq!(document["rows"].as_array().unwrap().len(), report.rows.len());

    let status = costs.status().await.unwrap();
    let document = serde_json::to_value(StatusDocument::new(&status)).unwrap();
    assert_eq!((&document["schema"], &document["demo"]), (&"status/1".into(), &true.into()));
    assert_eq!(document["accounts"][0]["charges"], truth.total.events);
    assert_eq!(document["accounts"][0]["state"], "stable");
}

#[tokio::test(flavor = "current_thread")]
async fn a_renamed_account_keeps_its_charges_and_has_its_new_name_everywhere() {
    let company = Company::new("").await;
    let before = company.synced().await.report(&by("account")).await.unwrap();
    company.configure("EMEA", "id = \"Main\"\n");
    let costs = company.open();
    let after = costs.report(&by("account")).await.unwrap();
    assert_eq!(after.total, before.total);
    assert_eq!(after.rows[0].keys, [Some("EMEA".into())]);
    assert!(
        after.gaps.iter().all(|gap| gap.connection == Some(ConnectionId::new("EMEA"))),
        "{:?}",
        after.gaps
    );
    let filter = Filter::parse("costs.account = 'EMEA'").unwrap();
    let filtered = costs.report(&ReportRequest { filter: Some(filter), ..by("service") }).await.unwrap();
    assert_eq!(filtered.total, before.total);
    let again = costs.sync(&SyncRequest::default(), &()).await.unwrap();
    let run = &again.accounts[0].outcome.as_ref().unwrap().run;
    assert_eq!((run.change.added, run.change.removed), (0, 0), "nothing is read as another's");
    let mut csv = Vec::new();
    let tagger = costs.tagger(october()).await.unwrap();
    costs.export(october(), &mut CsvRecords::new(&mut csv, &tagger).unwrap()).await.unwrap();
    let csv = String::from_utf8(csv).unwrap();
    let header = csv.lines().next().unwrap();
    let account = header.split(',').position(|heading| heading == "account").unwrap();
    assert!(csv.lines().skip(1).all(|line| line.split(',').nth(account) == Some("EMEA")), "{header}");
}

#[tokio::test(flavor = "current_thread")]
async fn an_answer_follows_the_store_whoever_changes_it() {
    let company = Company::new("").await;
    let (one, other) = (company.open(), company.open());
    assert_eq!(one.report(&by("service")).await.unwrap().total.records, 0);
    other.sync(&SyncRequest::default(), &()).await.unwrap();
    let total = one.report(&by("service")).await.unwrap().total;
    assert!(total.records > 0, "what another wrote is seen");
    let wide = ReportRequest { range: DayRange::Interval("last_3_months".parse().unwrap()), ..by("service") };
    assert!(one.report(&wide).await.unwrap().total.records > total.records);
    assert_eq!(one.report(&by("service")).await.unwrap().total, total, "also out of a wider ledger");
    other.remove_account(other.account(None).unwrap()).await.unwrap();
    assert_eq!(one.report(&by("service")).await.unwrap().total.records, 0);
}

#[tokio::test(flavor = "current_thread")]
async fn rules_are_checked_measured_compared_and_explained_over_the_stored_charges() {
    let company = Company::new("").await;
    let costs = company.synced().await;
    let check = costs.check_rules(october()).await.unwrap();
    assert_eq!(check.failures, Vec::<String>::new());
    let coverage = costs.coverage(october()).await.unwrap();
    let team = &coverage.unallocated[0];
    let report = costs.report(&by("vtag.Team")).await.unwrap();
    let unallocated = report.rows.iter().find(|row| row.keys == [Some("Unallocated".into())]).unwrap();
    let sum = Money::sum(team.who.iter().map(|(_, cost)| *cost)).unwrap();
    assert_eq!(sum, unallocated.totals.get(Metric::Effective).amount);

    company.write("other.toml", "[[tag]]\nkey = \"Team\"\ndefault = \"Nobody\"\n");
    let diff = costs.diff(&company.path("other.toml"), october()).await.unwrap();
    assert!(!diff.is_within("1".parse().unwrap()).unwrap());
    let same = costs.diff(&company.path("rules.toml"), october()).await.unwrap();
    assert!(same.is_within("0".parse().unwrap()).unwrap());

    let by_person =
        costs.report(&ReportRequest { group_by: vec![Dimension::Resource], ..by("service") }).await.unwrap();
    let person =
        by_person.rows.iter().filter_map(|row| row.keys[0].clone()).find(|who| who.contains('@')).unwrap();
    assert!(!costs.explain_owner(&person, october()).await.unwrap().is_empty());
    let nobody = costs.explain_owner("nobody@example.com", october()).await.unwrap_err();
    assert_eq!(nobody.kind(), ErrorKind::NotFound);
    assert!(!nobody.to_string().contains("nobody@"), "an error names nobody");
}

#[tokio::test(flavor = "current_thread")]
async fn faults_of_rules_keep_nobody_from_syncing() {
    let company = Company::new("").await;
    company.write("rules.toml", "[[tag]]\nkey = 7\n");
    let costs = company.synced().await;
    assert!(costs.status().await.is_ok());
    assert_eq!(costs.report(&by("service")).await.unwrap_err().kind(), ErrorKind::Rules);
}

#[tokio::test(flavor = "current_thread")]
async fn an_account_that_fails_keeps_no_other_from_being_read() {
    let company = Company::new("[[account]]\nname = \"Broken\"\napi_key_env = \"UNSET\"\n").await;
    // The second account would be Cursor's own, so that the day may not stand still.
    let text = std::fs::read_to_string(company.path("cursor-costs.toml")).unwrap();
    company.write("cursor-costs.toml", &format!("{text}base_url = \"http://127.0.0.1:1\"\n"));
    let outcome = company.open().sync(&SyncRequest::default(), &()).await.unwrap();
    assert!(outcome.accounts[0].outcome.is_ok());
    assert_eq!(outcome.accounts[1].outcome.as_ref().unwrap_err().kind(), ErrorKind::Key);
    assert!(!outcome.is_complete());
    let document = serde_json::to_value(SyncDocument::new(&outcome)).unwrap();
    assert!(document["accounts"][1]["error"].as_str().unwrap().contains("UNSET"));
}

#[tokio::test(flavor = "current_thread")]
async fn one_sync_at_a_time_for_each_store() {
    let company = Company::new("").await;
    let (one, other) = (company.open(), company.open());
    let held = std::fs::File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(company.path("costs.db.lock"))
        .unwrap();
    held.lock().unwrap();
    let busy = one.sync(&SyncRequest::default(), &()).await.unwrap_err();
    assert_eq!(busy.kind(), ErrorKind::Busy);
    drop(held);
    assert!(other.sync(&SyncRequest::default(), &()).await.is_ok());
}

/// Lets go of a lock as soon as somebody waits, as one does who only looks.
#[derive(Debug)]
struct Looking(std::sync::Mutex<Option<std::fs::File>>);

#[async_trait::async_trait]
impl Clock for Looking {
    fn now(&self) -> chrono::DateTime<chrono::Utc> {
        chrono::DateTime::from_timestamp(1_790_000_000, 0).unwrap()
    }

    async fn sleep(&self, _: std::time::Duration) {
        *self.0.lock().unwrap() = None;
    }
}

#[tokio::test(flavor = "current_thread")]
async fn whoever_looks_whether_a_sync_is_at_work_keeps_none_from_beginning() {
    let folder = tempfile::tempdir().unwrap();
    let lock = folder.path().join("costs.db.lock");
    let looks = std::fs::File::options().create(true).truncate(false).write(true).open(&lock).unwrap();
    looks.lock_shared().unwrap();
    let costs = |clock| {
        let account = Account::new("Main");
        Setup::new(Arc::new(MemoryStore::new()))
            .account(account)
            .lock_file(&lock)
            .clock(Arc::new(clock))
            .build()
    };
    let looking = costs(Looking(std::sync::Mutex::new(None)));
    assert!(!looking.status().await.unwrap().importing, "somebody else who looks is not at work");
    let begins = costs(Looking(std::sync::Mutex::new(Some(looks))));
    begins.remove_account(&begins.accounts()[0]).await.unwrap();

    let works = std::fs::File::options().write(true).open(&lock).unwrap();
    works.lock().unwrap();
    assert!(looking.status().await.unwrap().importing);
    let busy = looking.remove_account(&looking.accounts()[0]).await.unwrap_err();
    assert_eq!(busy.kind(), ErrorKind::Busy);
    drop(works);
    assert!(!looking.status().await.unwrap().importing);
    looking.remove_account(&looking.accounts()[0]).await.unwrap();
}

#[tokio::test(flavor = "current_thread")]
async fn a_question_sees_what_another_program_has_changed() {
    let company = Company::new("").await;
    let costs = company.synced().await;
    let before = costs.report(&by("resource_id")).await.unwrap();
    let somebody = before.rows.iter().find_map(|row| row.keys[0].clone()).unwrap();
    // Neither coverage nor an import tells of it.
    let other = cost_model_sqlite::SqliteStore::open(company.path("costs.db")).unwrap();
    other.pseudonymise(&somebody, "p-1").await.unwrap();
    let after = costs.report(&by("resource_id")).await.unwrap();
    assert!(after.rows.iter().all(|row| row.keys[0].as_deref() != Some(&*somebody)));
    assert_eq!(after.total, before.total);
}

#[tokio::test(flavor = "current_thread")]
async fn pseudonyms_take_the_place_of_names_in_every_answer_that_is_given() {
    let company = Company::new("").await;
    company.synced().await;
    let text = std::fs::read_to_string(company.path("cursor-costs.toml")).unwrap();
    company.write("cursor-costs.toml", &format!("pseudonyms_env = \"SECRET\"\n{text}"));
    let config = crate::company::load(company.folder.path()).unwrap();
    let nothing: cursor_costs::config::Environment = Arc::new(|_| None);
    assert_eq!(config.open(&nothing).unwrap_err().kind(), ErrorKind::Key, "no secret, no answer");
    let secret: cursor_costs::config::Environment =
        Arc::new(|name| (name == "SECRET").then(|| "a long secret".to_owned()));
    let costs = config.open(&secret).unwrap();

    let report = costs.report(&by("resource_id")).await.unwrap();
    assert!(
        report.rows.iter().any(|row| row.keys[0].as_deref().is_some_and(|key| key.starts_with("person-")))
    );
    let mut csv = Vec::new();
    let tagger = costs.tagger(october()).await.unwrap();
    let mut writer = CsvRecords::new(&mut csv, &tagger).unwrap();
    costs.export(october(), &mut writer).await.unwrap();
    drop(writer);
    let coverage = costs.coverage(october()).await.unwrap();
    let whose: Vec<&str> =
        coverage.unallocated.iter().flat_map(|each| &each.who).map(|(name, _)| &**name).collect();
    let unallocated = whose.join(" ");
    let overview = costs.overview(october(), None, 200).await.unwrap();
    let json = serde_json::to_string(&ReportDocument::new(&costs, &report, None)).unwrap();
    for answer in [String::from_utf8(csv).unwrap(), unallocated, overview, json] {
        assert!(!answer.contains('@'), "{answer}");
    }
    assert_eq!(costs.explain_owner("x", october()).await.unwrap_err().kind(), ErrorKind::Query);
    assert_eq!(costs.suggest_rules(october(), 95).await.unwrap_err().kind(), ErrorKind::Query);
}

#[tokio::test(flavor = "current_thread")]
async fn days_that_are_yet_to_come_are_not_read() {
    let company = Company::new("").await;
    let next = DayRange::Days { from: "2026-11-01".parse().unwrap(), to: "2026-12-01".parse().unwrap() };
    let request = SyncRequest { days: Some(next), ..SyncRequest::default() };
    let error = company.open().sync(&request, &()).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "there is nothing to read yet: 2026-11-01 to 2026-11-30 lies in the future"
    );
}

#[tokio::test(flavor = "current_thread")]
async fn steps_at_the_edges_of_a_range_are_named_by_their_days() {
    let company = Company::new("").await;
    let costs = company.synced().await;
    let days = |from: &str, to: &str| DayRange::Days { from: from.parse().unwrap(), to: to.parse().unwrap() };
    let request = |range| ReportRequest { range, bin: Some("month".parse().unwrap()), ..by("service") };
    let cut = costs.report(&request(days("2026-09-10", "2026-10-15"))).await.unwrap();
    let partial: Vec<_> = costs.partial_steps(&cut).into_iter().map(|step| costs.days_text(step)).collect();
    assert_eq!(partial, ["2026-09-10 to 2026-09-30", "2026-10-01 to 2026-10-14"]);
    let inside = costs.report(&request(days("2026-10-10", "2026-10-11"))).await.unwrap();
    let partial: Vec<_> =
        costs.partial_steps(&inside).into_iter().map(|step| costs.days_text(step)).collect();
    assert_eq!(partial, ["2026-10-10"]);
    let whole = costs.report(&request(october())).await.unwrap();
    assert!(costs.partial_steps(&whole).is_empty());
}

#[tokio::test(flavor = "current_thread")]
async fn a_store_of_the_facade_is_one_of_the_crates() {
    let company = Company::new("").await;
    company.synced().await;
    let store = cost_model_sqlite::SqliteStore::open(company.path("costs.db")).unwrap();
    assert_eq!(store.connections().await.unwrap(), [ConnectionId::new("Main")]);
}

#[tokio::test(flavor = "current_thread")]
async fn what_was_done_is_in_the_journal_of_the_store() {
    let company = Company::new("[[account]]\nname = \"Broken\"\napi_key_env = \"UNSET\"\n").await;
    let text = std::fs::read_to_string(company.path("cursor-costs.toml")).unwrap();
    company.write("cursor-costs.toml", &format!("{text}base_url = \"http://127.0.0.1:1\"\n"));
    let costs = company.open();
    costs.sync(&SyncRequest::default(), &()).await.unwrap();
    let status = company.open().status().await.unwrap();
    assert_eq!(status.accounts[0].failure, None);
    let failure = status.accounts[1].failure.as_deref().unwrap();
    assert!(failure.contains("UNSET"), "another program sees why: {failure}");
    assert!(status.next_step.contains("the last one of Broken failed"), "{}", status.next_step);
    assert!(status.rules.is_some() && status.people.is_some() && !status.importing);

    let account = costs.account(Some("Main")).unwrap();
    costs.note_account_change(account, "renamed from Head office").await.unwrap();
    costs.remove_account(account).await.unwrap();
    let entries = costs.journal().entries(&EntryScope::default()).await.unwrap();
    let kinds: Vec<_> = entries.iter().map(|entry| (entry.kind.as_str(), entry.key.as_str())).collect();
    assert_eq!(kinds, [("sync", "Main"), ("sync", "Broken"), ("account", "Main"), ("account", "Main")]);
    assert_eq!(verify(None, &entries), None, "it outlives the charges");
    assert!(entries.iter().all(|entry| entry.program.starts_with("cursor-costs/")));
    let actor = costs.journal().person_name(entries[0].actor).await.unwrap();
    assert_eq!(actor.as_deref(), Some("unknown"), "nobody said who");
}

#[tokio::test(flavor = "current_thread")]
async fn costs_shared_out_by_billing_cycle_follow_the_invoices() {
    let company = Company::new("invoices = \"invoices\"\n").await;
    let shared = "[[tag]]\nkey = \"Payer\"\ndefault = \"Nobody\"\n[[tag.rule]]\nwhen = \"costs.service = 'Auto'\"\n\
                  split = { cost_of = \"Team\", per = \"cycle\" }\n";
    company.write("rules.toml", &format!("{}{shared}", crate::company::RULES));
    let without = company.synced().await.report(&by("vtag.Payer")).await.unwrap_err();
    assert_eq!(without.kind(), ErrorKind::Rules, "no invoice says what a cycle is");
    for invoice in company.server.simulator().invoices() {
        company.write(&format!("invoices/{}.csv", invoice.number), &invoice.csv);
    }
    let report = company.open().report(&by("vtag.Payer")).await.unwrap();
    let rows = report.rows.iter().map(|row| row.totals.effective.amount);
    assert_eq!(Money::sum(rows).unwrap(), report.total.effective.amount);
    assert!(report.rows.len() > 2, "{} rows", report.rows.len());
    // The same whatever other months were asked for before.
    let costs = company.open();
    let wide =
        ReportRequest { range: DayRange::Interval("last_3_months".parse().unwrap()), ..by("vtag.Payer") };
    costs.report(&wide).await.unwrap();
    assert_eq!(costs.report(&by("vtag.Payer")).await.unwrap().rows, report.rows);
}

#[tokio::test(flavor = "current_thread")]
async fn what_a_sync_did_not_read_is_missing_and_what_came_since_is_not() {
    let company = Company::new("").await;
    let costs = company.open();
    let until = |to: &str| DayRange::Days { from: "2025-11-01".parse().unwrap(), to: to.parse().unwrap() };
    let part = SyncRequest { days: Some(until("2026-10-10")), ..SyncRequest::default() };
    assert!(costs.sync(&part, &()).await.unwrap().is_complete(), "all that was asked for");
    let status = costs.status().await.unwrap();
    assert_eq!(status.accounts[0].state, AccountState::Incomplete);
    assert_eq!(status.accounts[0].gaps.len(), 1, "{:?}", status.accounts[0].gaps);
    assert!(status.next_step.starts_with("`sync`"), "{}", status.next_step);
    let gaps = costs.gaps(october()).await.unwrap();
    assert!(gaps.iter().any(|gap| costs.is_missing(gap)));
    let september = DayRange::Days { from: "2026-09-01".parse().unwrap(), to: "2026-10-01".parse().unwrap() };
    assert!(!costs.gaps(september).await.unwrap().iter().any(|gap| costs.is_missing(gap)));

    let rest = SyncRequest { days: Some(until("2026-10-31")), ..SyncRequest::default() };
    costs.sync(&rest, &()).await.unwrap();
    assert_eq!(
        costs.status().await.unwrap().accounts[0].state,
        AccountState::Stable,
        "a day is what a daily sync leaves"
    );
    assert!(!costs.gaps(october()).await.unwrap().iter().any(|gap| costs.is_missing(gap)));
}

/// A clock on which a second passes each time that somebody looks.
#[derive(Debug)]
struct Ticking(AtomicI64);

#[async_trait::async_trait]
impl Clock for Ticking {
    fn now(&self) -> chrono::DateTime<chrono::Utc> {
        let seconds = self.0.fetch_add(1, Ordering::Relaxed);
        chrono::DateTime::from_timestamp(seconds, 0).unwrap()
    }

    async fn sleep(&self, _: std::time::Duration) {}
}

#[tokio::test(flavor = "current_thread")]
async fn the_time_that_a_sync_takes_is_not_missing() {
    let company = Company::new("").await;
    let simulator = company.server.simulator();
    let client =
        Client::builder().base_url(company.server.base_url()).api_key(simulator.api_key()).build().unwrap();
    let costs = Setup::new(Arc::new(MemoryStore::new()))
        .account(Account::new("Main").with_source(CursorCostSource::new(client, "Main")))
        .clock(Arc::new(Ticking(AtomicI64::new(simulator.now().timestamp()))))
        .build();
    let outcome = costs.sync(&SyncRequest::default(), &()).await.unwrap();
    assert!(outcome.is_complete(), "{outcome:?}");
    assert_eq!(costs.status().await.unwrap().accounts[0].state, AccountState::Stable);
}

/// Does what the next step says, as far as it is a sync.
async fn follow(costs: &CursorCosts, step: &str) {
    let command = step.split('`').nth(1).unwrap();
    let words: Vec<&str> = command.split(' ').collect();
    let days = match words[..] {
        ["sync", "--from", from, "--to", to] => {
            Some(DayRange::Days { from: from.parse().unwrap(), to: to.parse().unwrap() })
        }
        _ => {
            assert_eq!(words, ["sync"], "{step}");
            None
        }
    };
    costs.sync(&SyncRequest { days, ..SyncRequest::default() }, &()).await.unwrap();
}

#[tokio::test(flavor = "current_thread")]
async fn whoever_follows_the_next_step_is_done_in_the_end() {
    let company = Company::new("").await;
    let costs = company.open();
    let days =
        |from: &str, to: &str| Some(DayRange::Days { from: from.parse().unwrap(), to: to.parse().unwrap() });
    // Two spans that a plain sync does not reach, and one that it does.
    for days in
        [days("2020-01-01", "2020-03-01"), days("2021-05-01", "2021-05-02"), days("2026-02-01", "2026-03-01")]
    {
        costs.sync(&SyncRequest { days, ..SyncRequest::default() }, &()).await.unwrap();
    }
    let mut steps = Vec::new();
    loop {
        let status = costs.status().await.unwrap();
        if status.next_step.starts_with("`report`") {
            assert_eq!(status.accounts[0].state, AccountState::Stable);
            break;
        }
        assert_eq!(status.accounts[0].state, AccountState::Incomplete);
        assert!(!steps.contains(&status.next_step), "{steps:?} and again {}", status.next_step);
        follow(&costs, &status.next_step).await;
        steps.push(status.next_step);
    }
    assert_eq!(
        steps,
        [
            "`sync`: some of Main is missing",
            "`sync --from 2020-03-01 --to 2021-05-01`, or `import` an export of these days: some of Main is missing",
            "`sync --from 2021-05-02 --to 2025-11-01`, or `import` an export of these days: some of Main is missing",
        ]
    );
}

#[tokio::test(flavor = "current_thread")]
async fn a_file_alone_asks_for_files_and_one_of_the_future_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let export = |name: &str, at: [&str; 2]| {
        let header = "Date,User,Kind,Model,Max Mode,Input (w/ Cache Write),Input (w/o Cache Write),Cache Read,Output Tokens,Total Tokens,Cost\n";
        let rows = at.map(|at| format!("{at}T09:00:00.000Z,i@x.test,On-Demand,auto,No,0,7,0,5,12,0.08\n"));
        let file = folder.path().join(name);
        std::fs::write(&file, format!("{header}{}", rows.concat())).unwrap();
        file
    };
    let now = chrono::DateTime::parse_from_rfc3339("2026-11-01T00:00:00Z").unwrap().timestamp();
    let costs = Setup::new(Arc::new(MemoryStore::new()))
        .account(Account::new("Files"))
        .clock(Arc::new(Ticking(AtomicI64::new(now))))
        .build();
    let status = costs.status().await.unwrap();
    assert_eq!(status.next_step, "`import` an export: nothing of Files is stored");
    let account = costs.account(None).unwrap();
    for file in [export("a.csv", ["2026-07-01", "2026-07-02"]), export("b.csv", ["2026-07-05", "2026-07-06"])]
    {
        costs.import(account, &file, |reader| reader, &ImportTerms::default()).await.unwrap();
    }
    let status = costs.status().await.unwrap();
    assert_eq!(
        status.next_step,
        "`import` an export of 2026-07-02 to 2026-07-06, or --span with a file that has all of it: some of Files is missing"
    );
    let future = export("c.csv", ["2099-01-01", "2099-01-02"]);
    costs.import(account, &future, |reader| reader, &ImportTerms::default()).await.unwrap();
    let status = costs.status().await.unwrap();
    assert_eq!(status.next_step, "`import list`: a file of Files has rows of a time that has not come");
    assert!(status.accounts[0].future_until.unwrap().to_string().starts_with("2099-01-02T09:00:00"));
    let gaps = &status.accounts[0].gaps;
    assert!(gaps.iter().all(|gap| gap.end() <= status.at), "nothing of the future is missing: {gaps:?}");
}

#[tokio::test(flavor = "current_thread")]
async fn a_clock_that_is_ahead_is_told_and_no_sync_asked_for() {
    let company = Company::new("").await;
    let simulator = company.server.simulator();
    let client =
        Client::builder().base_url(company.server.base_url()).api_key(simulator.api_key()).build().unwrap();
    let ahead = simulator.now().timestamp() + 30 * 86_400;
    let costs = Setup::new(Arc::new(MemoryStore::new()))
        .account(Account::new("Main").with_source(CursorCostSource::new(client, "Main")))
        .clock(Arc::new(Ticking(AtomicI64::new(ahead))))
        .build();
    costs.sync(&SyncRequest::default(), &()).await.unwrap();
    let status = costs.status().await.unwrap();
    assert!(status.next_step.starts_with("set the clock of this machine"), "{}", status.next_step);
}
