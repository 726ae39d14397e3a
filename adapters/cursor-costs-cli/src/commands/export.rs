//! `export`: every charge with its tags.

use cost_model::export::CsvRecords;
use cost_model::output::counted;
use cost_model::store::Gap;
use cursor_costs::{CursorCosts, Error, ErrorKind, Result};

use crate::arguments::{Export, Format};
use crate::outcome::Outcome;
use crate::output::Output;

pub(crate) async fn run(costs: &CursorCosts, command: Export, output: &Output) -> Result<Outcome> {
    let Export::Records(range) = command;
    if output.format() == Format::Json {
        let error = Error::new(ErrorKind::Query, "records are exported as CSV");
        return Err(error.with_hint("--format csv, or leave it out"));
    }
    let range = range.days()?;
    let tagger = costs.tagger(range).await?;
    let mut receipt = None;
    output
        .stream(async |to| {
            let unwritten =
                |error| Error::new(ErrorKind::File, "the charges cannot be written").because(error);
            let mut writer = CsvRecords::new(to, &tagger).map_err(unwritten)?;
            receipt = Some(costs.export(range, &mut writer).await?);
            Ok(())
        })
        .await?;
    let gaps = costs.gaps(range).await?;
    let missing: Vec<&Gap> = gaps.iter().filter(|gap| costs.is_missing(gap)).collect();
    output.note_gaps(&gaps);
    if let Some(receipt) = receipt {
        let (rows, charges) = (counted(receipt.rows, "row"), counted(receipt.totals.records, "charge"));
        output.note(&format!("{rows} written, of {charges}"));
    }
    Ok(Outcome { cannot_be_said: !missing.is_empty(), ..Outcome::DONE })
}
