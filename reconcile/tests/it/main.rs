//! The bridge and the invoice reader from outside.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "functions beside the tests fail as tests do"
)]

mod any_input;
mod cause_list;
mod causes;
mod csv_reader;
mod cut_invoices;
mod evidence;
mod hostile_names;
mod json_reader;
mod other_provider;
mod output_digest;
mod output_evidence;
mod output_history;
mod output_models;
mod output_narrative;
mod output_sign_off;
mod output_svg;
mod output_tables;
mod privacy;
mod records;
mod strategies;
mod support;
mod untidy_invoices;
mod verdicts;
mod waterfall;
