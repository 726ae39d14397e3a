//! Texts that others chose: they do not act in any output, and name nobody where people are renamed.

use cost_model::{CostRecord, Costs, Currency, Pseudonyms};
use reconcile::invoice::LineKind;
use reconcile::output::{EvidenceRow, ModelUsage};
use reconcile::{Case, Explained, Invoice};

use crate::support::{CENT, ON_DEMAND, at, invoice, ledger_of, money, period, rules, usage};

const FORMULA: &str = "=HYPERLINK(\"http://example.com\";\"open\")";
const PERSON: &str = "iris@example.com";

fn charge(resource: &str, model: &str) -> CostRecord {
    let mut record =
        CostRecord::new(at("2026-09-20T12:00:00Z"), "cursor", Currency::USD, Costs::flat(money("-1.25")));
    record.edit(|set| set.resource = Some(resource.into()));
    record.edit(|set| set.service_id = Some(model.into()));
    record.edit(|set| set.subcategory = Some(ON_DEMAND.into()));
    record
}

/// Every table and text that is made of an explanation: its name, and what it says.
fn outputs(
    charges: &[CostRecord],
    invoice: &Invoice,
    pseudonyms: Option<&Pseudonyms>,
) -> Vec<(&'static str, String)> {
    let (ledger, rules) = (ledger_of(charges), rules());
    let explained: Explained = Case::new(&ledger, invoice, &rules).explain().unwrap();
    let bridge = &explained.reconciliation;
    let mut evidence = Vec::new();
    let rows = explained.evidence(&ledger, |_| true).map(|mut row| {
        if let Some(pseudonyms) = pseudonyms {
            row.rename_people(pseudonyms);
        }
        row
    });
    EvidenceRow::write_csv(rows, &mut evidence).unwrap();
    let models = explained.by_model(&ledger, invoice, &rules).unwrap();
    vec![
        ("bridge.csv", bridge.to_csv()),
        ("lines.csv", bridge.lines_to_csv(invoice)),
        ("charges.csv", String::from_utf8(evidence).unwrap()),
        ("models.csv", ModelUsage::to_csv(&models)),
        ("text", bridge.to_string()),
        ("narrative", bridge.narrative()),
        ("picture", bridge.to_svg()),
        ("json", serde_json::to_string(bridge).unwrap()),
    ]
}

#[test]
fn no_cell_of_any_table_is_a_formula_and_negative_amounts_stay_numbers() {
    for name in [FORMULA, "+1", "-1-1", "@SUM(A1)", "\t=1", " =1", "＝1+1", "a;=1+1"] {
        let mut invoice = invoice(period(), [(usage(Some(name), None), -125 * CENT), (LineKind::Tax, CENT)]);
        invoice.number = name.to_owned();
        invoice.lines.iter_mut().for_each(|line| name.clone_into(&mut line.description));
        let mut numbers = 0;
        for (file, text) in outputs(&[charge(name, name)], &invoice, None) {
            if std::path::Path::new(file).extension().is_none_or(|extension| extension != "csv") {
                continue;
            }
            let mut reader = csv::Reader::from_reader(text.as_bytes());
            for cell in
                reader.records().flat_map(|row| row.unwrap().iter().map(str::to_owned).collect::<Vec<_>>())
            {
                let acts =
                    cell.split(';').any(|part| part.trim_start().starts_with(['=', '+', '-', '@', '＝']));
                assert!(!acts || cell.parse::<cost_model::Money>().is_ok(), "{cell:?} in {file}");
                numbers += u32::from(cell == "-1.25");
            }
        }
        assert!(numbers >= 3, "{numbers} amounts of {name:?} are numbers");
    }
}

#[test]
fn no_text_for_people_has_a_control_or_an_invisible_character() {
    let name = "x\u{1b}[2J\u{202e}\u{200b}\n= total of INV-0007   0.0000";
    let mut invoice = invoice(period(), [(LineKind::Unrecognised, 125 * CENT)]);
    invoice.number = name.to_owned();
    invoice.lines[0].description = name.to_owned();
    for (output, text) in outputs(&[charge(name, name)], &invoice, None) {
        if ["text", "narrative", "picture"].contains(&output) {
            let bad =
                |each: char| each != '\n' && (each.is_control() || matches!(each, '\u{202e}' | '\u{200b}'));
            assert!(!text.contains(bad), "{output}: {text:?}");
            assert!(
                !text.contains("\n= total of INV-0007   0.0000"),
                "{output} has a line that is not its own"
            );
        }
    }
}

#[test]
fn no_output_names_a_person_whose_invoice_and_charges_were_renamed() {
    let pseudonyms = Pseudonyms::new(b"secret");
    let lines = [(usage(Some("a"), None), 100 * CENT), (LineKind::Unrecognised, 7 * CENT)];
    let mut invoice = invoice(period(), lines);
    invoice.number = format!("INV of {PERSON}");
    for line in &mut invoice.lines {
        line.description = format!("1 call by Iris Lee <{PERSON}>");
    }
    let charges = [charge(PERSON, "a")];
    assert!(outputs(&charges, &invoice, None).iter().any(|(_, text)| text.contains(PERSON)));
    invoice.rename_people(&pseudonyms);
    let renamed = outputs(&charges, &invoice, Some(&pseudonyms));
    for (output, text) in &renamed {
        assert!(!text.to_lowercase().contains("iris"), "{output}: {text}");
    }
    let other = pseudonyms.of(PERSON);
    for file in ["lines.csv", "charges.csv"] {
        let (_, text) = renamed.iter().find(|(name, _)| *name == file).unwrap();
        assert!(text.contains(&*other), "{file} has the same other name: {text}");
    }
}
