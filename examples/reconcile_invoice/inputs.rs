//! The charges and the invoice, from files or from the demo.

use std::path::Path;

use cost_ingest::Ingest;
use cost_model::store::ConnectionId;
use cost_model::{CostStore, MemoryStore, Window};
use cost_model_sqlite::SqliteStore;
use cursor_invoice::{CursorInvoiceReader, CursorWordings};
use cursor_simulator::Simulator;
use reconcile::{CsvInvoiceReader, Invoice, InvoiceReader};

use crate::arguments::Arguments;
use examples::{Failure, Team};

/// What the program works on.
pub struct Inputs {
    pub store: Box<dyn CostStore>,
    pub connection: ConnectionId,
    pub invoice: Invoice,
    pub earlier: Vec<Invoice>,
}

impl Inputs {
    pub async fn gather(arguments: &Arguments) -> Result<Self, Failure> {
        let (Some(db), Some(invoice)) = (&arguments.db, &arguments.invoice) else { return demo().await };
        let invoice = read(invoice, &arguments.reader)?;
        let earlier_reader = arguments.reader.clone().of_another_invoice();
        let earlier =
            arguments.earlier.iter().map(|path| read(path, &earlier_reader)).collect::<Result<_, _>>()?;
        if !db.exists() {
            return Err(format!("{}: there is no such file", db.display()).into());
        }
        let store = SqliteStore::open(db)?;
        let connection = connection(&store, arguments.connection.as_deref()).await?;
        Ok(Self { store: Box::new(store), connection, invoice, earlier })
    }
}

/// The connection of that name, or the only one.
async fn connection(store: &dyn CostStore, name: Option<&str>) -> Result<ConnectionId, Failure> {
    let connections = store.connections().await?;
    let names = || connections.iter().map(ConnectionId::as_str).collect::<Vec<_>>().join(", ");
    match (name, connections.as_slice()) {
        (None, [only]) => Ok(only.clone()),
        (None, []) => Err("the file holds no charges".into()),
        (None, _) => {
            Err(format!("the file holds several connections; choose with --connection: {}", names()).into())
        }
        (Some(name), _) => connections
            .iter()
            .find(|connection| connection.as_str() == name)
            .cloned()
            .ok_or_else(|| format!("the file holds no connection `{name}`; it holds: {}", names()).into()),
    }
}

fn read(path: &Path, reader: &CursorInvoiceReader) -> Result<Invoice, Failure> {
    let name = path.display().to_string();
    let bytes = std::fs::read(path).map_err(|error| format!("{name}: {error}"))?;
    Ok(reader.read(&bytes, &name)?)
}

/// The demo company's charges and its last invoice.
async fn demo() -> Result<Inputs, Failure> {
    let simulator = Simulator::demo();
    let team = Team::simulated(simulator.clone()).await?;
    let source = team.source("Acme")?;
    let (store, connection) = (MemoryStore::new(), ConnectionId::new("Acme"));
    let (start, end) = simulator.range();
    Ingest::new(&source, &store, connection.clone()).run(Window::new(start, end)?, team.now()).await?;
    let last = simulator.invoices().pop().ok_or("the demo has no invoice")?;
    let reader = CsvInvoiceReader::new(CursorWordings::new());
    let invoice = reader.read(last.csv.as_bytes(), &format!("{}.csv", last.number))?;
    Ok(Inputs { store: Box::new(store), connection, invoice, earlier: Vec::new() })
}
