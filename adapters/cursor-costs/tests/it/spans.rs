//! Spans of what is asked, with the feature `tracing`.

use std::fmt::{Debug, Write};
use std::sync::{Arc, Mutex};

use cursor_costs::request::ReportRequest;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use crate::company::Company;

/// Writes down the name and the fields of every span of the facade.
#[derive(Clone, Default)]
struct Written(Arc<Mutex<String>>);

struct Fields<'a>(&'a mut String);

impl Visit for Fields<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        write!(self.0, "{field}={value:?} ").unwrap();
    }
}

impl Subscriber for Written {
    fn enabled(&self, about: &Metadata<'_>) -> bool {
        about.target().starts_with("cursor_costs")
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let mut text = self.0.lock().unwrap();
        write!(text, "\n{} ", span.metadata().name()).unwrap();
        span.record(&mut Fields(&mut text));
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        values.record(&mut Fields(&mut self.0.lock().unwrap()));
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, _: &Event<'_>) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

#[tokio::test(flavor = "current_thread")]
async fn spans_name_accounts_and_counts_and_neither_people_nor_keys() {
    let written = Written::default();
    // With one subscriber alone, a span that another test's thread meets first is switched off for all threads.
    let _another = tracing::Dispatch::new(Written::default());
    let company = Company::new("").await;
    let _until_the_end = tracing::subscriber::set_default(written.clone());
    let costs = company.synced().await;
    let by_person =
        ReportRequest { group_by: vec!["resource_id".parse().unwrap()], ..ReportRequest::default() };
    costs.report(&by_person).await.unwrap();
    let text = written.0.lock().unwrap().clone();
    assert!(text.contains("\nsync account=\"Main\" events="), "{text}");
    assert!(text.contains("\nreport charges="), "{text}");
    assert!(!text.contains('@') && !text.contains(company.server.simulator().api_key()), "{text}");
}
