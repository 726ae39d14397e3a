//! Bytes as the answer of a server, read through the public client: no decoder is public for the sake of fuzzing. And
//! bytes as an invoice.

use std::fmt::Debug;
use std::pin::pin;
use std::sync::{Arc, LazyLock, Mutex};
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use chrono::DateTime;
use cost_model::{Money, Window};
use cursor_admin_client::{Client, Error, ManualClock, Result, Transport};
use cursor_admin_client::http::{RetryPolicy, TransportError, TransportErrorKind};
use cursor_invoice::CursorWordings;
use http::{Request, Response};
use reconcile::{ErrorKind, InvoiceReader, JsonInvoiceReader};
use serde::de::IgnoredAny;

pub const KEY: &str = "crsr_CANARY0123456789";
pub const PERSON: &str = "canary.person@example.com";

/// Answers once and refuses whatever comes after.
#[derive(Debug)]
struct Once(u16, Mutex<Option<Bytes>>);

#[async_trait::async_trait]
impl Transport for Once {
    async fn send(&self, _: Request<Bytes>) -> std::result::Result<Response<Bytes>, TransportError> {
        let body = self.1.lock().unwrap().take();
        let refused = || TransportError::new(TransportErrorKind::Refused, "there was one answer");
        Ok(Response::builder().status(self.0).body(body.ok_or_else(refused)?).unwrap())
    }
}

/// What `ask` makes of an answer.
pub fn ask<T>(
    status: u16,
    body: &[u8],
    lenient: bool,
    ask: impl AsyncFnOnce(Client) -> Result<T>,
) -> Result<T> {
    let transport = Arc::new(Once(status, Mutex::new(Some(Bytes::copy_from_slice(body)))));
    let clock = Arc::new(ManualClock::new(DateTime::UNIX_EPOCH));
    let client = Client::builder().api_key(KEY).transport(transport).clock(clock).retry(RetryPolicy::never());
    let client = client.build().unwrap();
    let work = pin!(ask(if lenient { client.lenient() } else { client }));
    match work.poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(read) => read,
        Poll::Pending => panic!("nothing here has to be waited for"),
    }
}

/// Reads an answer strictly and leniently. What is read is JSON, and what is read strictly is read leniently too.
pub fn read<T: Debug>(body: &[u8], question: impl AsyncFn(Client) -> Result<T>) {
    let strict = ask(200, body, false, &question);
    let lenient = ask(200, body, true, &question);
    if strict.is_ok() || lenient.is_ok() {
        assert!(serde_json::from_slice::<IgnoredAny>(body).is_ok(), "this is not JSON");
    }
    match (strict, lenient) {
        (Ok(strict), Ok(lenient)) => assert_eq!(format!("{strict:?}"), format!("{lenient:?}")),
        (Ok(_), Err(error)) => panic!("lenient only: {error}"),
        (Err(error), Ok(lenient)) => {
            quiet(&error);
            assert!(!format!("{lenient:?}").is_empty());
        }
        (Err(error), Err(other)) => {
            quiet(&error);
            quiet(&other);
        }
    }
}

/// An error says something, and neither a key nor a person.
pub fn quiet(error: &Error) {
    let mut text = format!("{error} {error:?} {}", error.server_message().unwrap_or_default());
    let mut layer = std::error::Error::source(error);
    while let Some(source) = layer {
        text = format!("{text} {source}");
        layer = source.source();
    }
    assert!(!error.to_string().is_empty() && !text.contains(KEY) && !text.contains(PERSON), "{text}");
}

/// A period for invoices that do not say it.
pub fn period() -> Window {
    Window::days("2026-09-14".parse().unwrap(), "2026-10-14".parse().unwrap()).unwrap()
}

static COPIES: LazyLock<JsonInvoiceReader<CursorWordings>> =
    LazyLock::new(|| JsonInvoiceReader::new(CursorWordings::new()));

/// Reads an invoice. What is read can be checked, made into records of the same sum, and written and read again; what
/// is not read is an error that names the file.
pub fn read_invoice(reader: &dyn InvoiceReader, bytes: &[u8]) {
    let invoice = match reader.read(bytes, "invoice") {
        Ok(invoice) => invoice,
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::Invoice);
            assert!(error.to_string().starts_with("invoice:"), "{error}");
            return;
        }
    };
    assert!(!invoice.lines.is_empty());
    if let Err(error) = invoice.checks() {
        assert_eq!(error.kind(), ErrorKind::Overflow);
    }
    let records = invoice.to_records("cursor", "Acme");
    let lines = invoice.lines.iter().filter(|line| line.kind().is_invoice_only());
    let sum = Money::sum(lines.map(|line| line.amount)).ok();
    assert_eq!(Money::sum(records.iter().filter_map(|record| record.costs.billed)).ok(), sum);
    let json = serde_json::to_vec(&invoice).unwrap();
    // A copy may be refused: its numbers are alone, and may be read in two ways.
    if let Ok(copy) = COPIES.read(&json, "copy") {
        assert_eq!((copy.period, copy.currency), (invoice.period, invoice.currency));
    }
}
