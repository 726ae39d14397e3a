//! Exports of one truth in several formats, in every order.

use std::sync::Arc;

use cost_model::store::Scope;
use cost_model::{CostRecord, CostStore, MemoryStore, Money};
use cursor_costs::{Account, CursorCosts, Setup};
use cursor_csv_source::ImportTerms;
use proptest::prelude::*;

/// A use, as Cursor knows it: when, by whom, included or not, how many tokens, and what it cost in hundredths of a cent.
#[derive(Clone, Copy, Debug)]
struct Use {
    second: u32,
    millis: u32,
    person: &'static str,
    included: bool,
    tokens: u64,
    cost: u64,
}

/// How a dashboard writes exports.
#[derive(Clone, Copy, Debug)]
enum Layout {
    /// Of 2026, with four decimals.
    Fine,
    /// Of 2026, with cents.
    Cents,
    /// Of 2025: whole seconds, no types of tokens.
    Old,
}

const PEOPLE: [&str; 2] = ["ana@x.test", "bo@x.test"];

impl Use {
    fn row(self, layout: Layout) -> String {
        let Self { second, millis, person, included, tokens, cost } = self;
        let kind = if included { "Included" } else { "On-Demand" };
        let cents = (cost + 50) / 100;
        let (fine, cents) = (
            format!("{}.{:04}", cost / 10_000, cost % 10_000),
            format!("{}.{:02}", cents / 100, cents % 100),
        );
        let day = |separator: &str| format!("2026-07-15{separator}09:{:02}:{:02}", second / 60, second % 60);
        match layout {
            Layout::Fine | Layout::Cents => {
                let cost = if matches!(layout, Layout::Fine) { fine } else { cents };
                format!("{}.{millis:03}Z,{person},{kind},auto,No,0,{tokens},0,0,{tokens},{cost}\n", day("T"))
            }
            Layout::Old => {
                let kind = if included { "Included" } else { "Usage-based" };
                format!("{},{person},{kind},No,auto,{tokens},{cents}\n", day(" "))
            }
        }
    }
}

fn header(layout: Layout) -> &'static str {
    match layout {
        Layout::Fine | Layout::Cents => {
            "Date,User,Kind,Model,Max Mode,Input (w/ Cache Write),Input (w/o Cache Write),Cache Read,Output Tokens,Total Tokens,Cost\n"
        }
        Layout::Old => "Date,User,Kind,Max Mode,Model,Tokens,Cost ($)\n",
    }
}

async fn import(costs: &CursorCosts, layout: Layout, uses: &[Use]) -> bool {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("usage.csv");
    let rows: String = uses.iter().map(|each| each.row(layout)).collect();
    std::fs::write(&file, format!("{}{rows}", header(layout))).unwrap();
    let account = costs.account(None).unwrap();
    let imported = costs.import(account, &file, |reader| reader, &ImportTerms::default()).await.unwrap();
    imported.is_complete()
}

/// What a store holds: when, whose, and the effective and the billed cost of each charge.
async fn held(store: &MemoryStore) -> Vec<(i64, String, Option<Money>, Option<Money>)> {
    let mut records: Vec<CostRecord> = Vec::new();
    store.scan(&Scope::all(), &mut records).await.unwrap();
    let person = |record: &CostRecord| record.dimensions.resource.as_deref().unwrap_or_default().to_owned();
    let mut held: Vec<_> = records
        .iter()
        .map(|record| (record.at.millis(), person(record), record.costs.effective, record.costs.billed))
        .collect();
    held.sort();
    held
}

/// Uses at seconds of their own, each of them once or several times over.
fn uses() -> impl Strategy<Value = Vec<Use>> {
    let one = (
        0..1000_u32,
        prop::sample::select(PEOPLE.to_vec()),
        any::<bool>(),
        1..4_u64,
        1..30_000_u64,
        1..3_usize,
    );
    prop::collection::vec(one, 1..6).prop_map(|uses| {
        let each = (0..).zip(uses).flat_map(|(second, (millis, person, included, tokens, cost, times))| {
            std::iter::repeat_n(Use { second, millis, person, included, tokens, cost }, times)
        });
        each.collect()
    })
}

const ORDERS: [[usize; 3]; 6] = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
const LAYOUTS: [Layout; 3] = [Layout::Fine, Layout::Cents, Layout::Old];

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// Which file came first makes no difference, and every use is stored once, as exactly as any file states it.
    #[test]
    fn files_in_any_order_come_to_the_same(
        uses in uses(), stated in prop::collection::vec(prop::array::uniform3(any::<bool>()), 12)
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let files: Vec<(Layout, Vec<Use>)> = (0..3)
            .map(|file| {
                let chosen = uses.iter().zip(&stated).filter(|(_, stated)| stated[file]);
                (LAYOUTS[file], chosen.map(|(each, _)| *each).collect())
            })
            .collect();
        let mut first = None;
        for order in ORDERS {
            let store = Arc::new(MemoryStore::new());
            let costs = Setup::new(store.clone()).account(Account::new("Acme")).build();
            for (layout, uses) in order.map(|place| &files[place]) {
                if !uses.is_empty() {
                    prop_assert!(runtime.block_on(import(&costs, *layout, uses)), "{layout:?} in {order:?}");
                }
            }
            let held = runtime.block_on(held(&store));
            let before = first.get_or_insert_with(|| held.clone());
            prop_assert_eq!(&*before, &held, "{:?}", order);
        }
        // Of equal uses as many as the fullest file has.
        let count = |uses: &[Use], second: u32| uses.iter().filter(|each| each.second == second).count();
        let most = (0..6).map(|second| files.iter().map(|(_, uses)| count(uses, second)).max().unwrap());
        prop_assert_eq!(first.unwrap().len(), most.sum::<usize>());
    }
}
