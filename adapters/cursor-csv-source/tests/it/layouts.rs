//! Every layout seen.

use cost_model::{CostRecord, Metric};
use cursor_csv_source::{CsvExport, ExportReader, PRECISION};
use proptest::prelude::*;

fn read(csv: &str) -> Vec<CostRecord> {
    let reader = ExportReader::new("Acme").without_person();
    reader.read(csv.as_bytes(), "usage.csv").unwrap().records().to_vec()
}

/// Instant, resource, subcategory, service, tokens, billed and effective cost.
fn summary(record: &CostRecord) -> String {
    let text = |text: &Option<std::sync::Arc<str>>| text.as_deref().unwrap_or("none").to_owned();
    let cost = |metric| record.costs.get(metric).map_or("none".to_owned(), |amount| amount.to_string());
    let tokens = record.tokens;
    format!(
        "{} {} {} {} {}+{}+{}+{} {} {}",
        record.at,
        text(&record.dimensions.resource),
        text(&record.dimensions.subcategory),
        text(&record.dimensions.service),
        tokens.input.count(),
        tokens.cache_write.count(),
        tokens.cache_read.count(),
        tokens.output.count(),
        cost(Metric::Billed),
        cost(Metric::Effective),
    )
}

#[track_caller]
fn reads(csv: &str, expected: &[&str]) {
    assert_eq!(read(csv).iter().map(summary).collect::<Vec<_>>(), expected);
}

#[test]
fn team_with_types_and_cost() {
    reads(
        "Date,User,Kind,Model,Max Mode,Input (w/ Cache Write),Input (w/o Cache Write),Cache Read,Output Tokens,Total Tokens,Cost\n\
         \"2026-07-31T10:00:00.417Z\",\"iris@example.com\",\"On-Demand\",\"claude-4.5-sonnet\",\"No\",\"8000\",\"1200\",\"52000\",\"900\",\"62100\",\"0.08\"\n\
         \"2026-07-31T09:00:00.008Z\",\"bot-7@example.com\",\"Included\",\"composer-2.5\",\"Yes\",\"0\",\"10,000\",\"100000\",\"2000\",\"112000\",\"$1.10\"\n",
        &[
            "2026-07-31T10:00:00.417Z iris@example.com Usage-based Claude 4.5 Sonnet 1200+8000+52000+900 0.08 0.08",
            "2026-07-31T09:00:00.008Z bot-7@example.com Included Composer 2.5 10000+0+100000+2000 0 1.1",
        ],
    );
}

#[test]
fn team_without_types_of_2025() {
    let csv = "Date,User,Kind,Max Mode,Model,Tokens,Cost ($)\n\
        2025-06-03 14:05:06,iris@example.com,Usage-based,No,claude-4-sonnet,\"12,345\",0.49\n";
    reads(csv, &["2025-06-03T14:05:06Z iris@example.com Usage-based Claude 4 Sonnet 0+0+0+0 0.49 0.49"]);
    let record = &read(csv)[0];
    assert_eq!(record.quantity.unwrap().to_string(), "12345");
    assert_eq!(record.dimensions.usage_unit.as_deref(), Some("tokens"));
}

#[test]
fn team_with_types_of_2025() {
    reads(
        "Date,User,Kind,Model,Input (w/ Cache Write),Input (w/o Cache Write),Cache Read,Output,Total Tokens,Cost ($)\n\
         2025-07-03 14:05:06,iris@example.com,\"Errored, No Charge\",o3,1,2,3,4,10,-\n",
        &["2025-07-03T14:05:06Z iris@example.com Errored, Not Charged o3 2+1+3+4 0 0"],
    );
}

#[test]
fn personal_with_cost_to_you() {
    let csv = "Date,Model,Input (w/ Cache Write),Input (w/o Cache Write),Cache Read,Output Tokens,Total Tokens,Cost,Cost to you\n\
        2025-08-03T14:05:06.001Z,auto,1,2,3,4,10,0.19,0.00\n";
    reads(csv, &["2025-08-03T14:05:06.001Z (no user) (no kind) Auto 2+1+3+4 0 0.19"]);
    let export = CsvExport::read_personal(csv.as_bytes(), "mine.csv", "Acme", "iris@example.com").unwrap();
    assert_eq!(export.records()[0].dimensions.resource.as_deref(), Some("iris@example.com"));
}

#[test]
fn request_based_team() {
    let csv = "Date,User,Kind,Model,Max Mode,Input (w/ Cache Write),Input (w/o Cache Write),Cache Read,Output Tokens,Total Tokens,Requests\n\
        2025-11-03T14:05:06.001Z,iris@example.com,Included,default,,0,0,0,0,0,1.4\n";
    let record = &read(csv)[0];
    assert_eq!(record.requests.unwrap().to_string(), "1.4");
    assert_eq!((record.dimensions.category.as_deref(), record.costs.effective), (Some("requests"), None));
}

#[test]
fn agents_and_automations_of_2026() {
    let csv = "Date,Cloud Agent ID,Automation ID,Kind,Model,Max Mode,Input (w/ Cache Write),Input (w/o Cache Write),Cache Read,Output Tokens,Total Tokens,Cost\n\
        2026-07-03T14:05:06.001Z,bc-1,a-2,On-Demand,gpt-5.2,Yes,0,5,0,5,11,NaN\n";
    let record = &read(csv)[0];
    let tag = |key: &str| record.dimensions.tags.get(key).map(ToString::to_string);
    assert_eq!(tag("cursor:cloud_agent").as_deref(), Some("true"));
    assert_eq!(record.stated.agent.as_deref(), Some("bc-1"));
    assert_eq!(
        (tag("cursor:automation").as_deref(), tag("cursor:max_mode").as_deref()),
        (Some("a-2"), Some("true"))
    );
    assert_eq!(
        (record.costs.billed, record.dimensions.attributes.get(PRECISION)),
        (None, None),
        "no amount is stated"
    );
    let export = CsvExport::read_personal(csv.as_bytes(), "usage.csv", "Acme", "iris@example.com").unwrap();
    assert_eq!(export.odd_totals(), 1, "11 is not 10");
}

const HEADER: &str = "Date,User,Kind,Model,Max Mode,Input (w/ Cache Write),Input (w/o Cache Write),Cache Read,Output Tokens,Total Tokens,Cost\n";

proptest! {
    /// Every digit of a dollar amount is kept, and its precision is told.
    #[test]
    fn dollars_are_exact(whole in 0_u32..100_000, fraction in "[0-9]{0,9}") {
        let dollars = if fraction.is_empty() { whole.to_string() } else { format!("{whole}.{fraction}") };
        // Another row shows that decimals follow a point.
        let row = "2026-07-31T10:00:00.417Z,a@x.test,On-Demand,auto,No,0,1,0,0,1,";
        let csv = format!("{HEADER}{row}{dollars}\n{row}0.08\n");
        let record = &read(&csv)[0];
        prop_assert_eq!(record.costs.billed.unwrap(), dollars.parse().unwrap());
        prop_assert_eq!(record.dimensions.attributes.get(PRECISION).unwrap().parse::<usize>().unwrap(), fraction.len());
    }

    /// Any bytes are an export or an error, and never an email in it.
    #[test]
    fn any_text_is_read_or_refused(text in "(Date|Model|Cost|Tokens|,|\n|\"|a@x.test|1|-|\u{e9}){0,30}") {
        if let Err(error) = CsvExport::read(text.as_bytes(), "usage.csv", "Acme") {
            prop_assert!(!error.to_string().contains("@x"), "{error}");
        }
    }
}
