use benches::{WrittenRule, processor_time};
use cost_model::report::*;
use cost_model::*;
use cursor_admin_client::UsageEventsPage;
use cursor_cost_source::Mapping;
use std::fs;
use std::path::Path;
use std::time::Instant;
fn main() {
    let folder = std::env::args().nth(1).unwrap();
    let folder = Path::new(&folder);
    let mut paths: Vec<_> = fs::read_dir(folder.join("pages")).unwrap().map(|e| e.unwrap().path()).collect();
    paths.sort();
    let t = processor_time();
    let mut n = 0;
    for p in &paths {
        n += fs::read(p).unwrap().len();
    }
    println!("read {:?} {n}", processor_time() - t);
    let t = processor_time();
    let mut k = 0u64;
    for p in &paths {
        UsageEventsPage::map_json(&fs::read(p).unwrap(), |e| {
            k += e.model.len() as u64;
        })
        .unwrap();
    }
    println!("read+parse {:?}", processor_time() - t);
    let t = processor_time();
    let mut mapping = Mapping::new("Acme");
    let mut k = 0usize;
    for p in &paths {
        UsageEventsPage::map_json(&fs::read(p).unwrap(), |e| {
            k += mapping.record(e).dimensions.tags.is_empty() as usize;
        })
        .unwrap();
    }
    println!("read+parse+map {:?}", processor_time() - t);
    drop(mapping);
    let t = processor_time();
    let mut mapping = Mapping::new("Acme");
    let mut ledger = Ledger::builder(Currency::USD);
    for p in &paths {
        UsageEventsPage::map_json(&fs::read(p).unwrap(), |e| {
            let mut r = mapping.record(e);
            r.costs.effective = r.stated.charged;
            ledger.push(&r).unwrap();
        })
        .unwrap();
    }
    println!("read+parse+map+fill {:?}", processor_time() - t);
    let t = processor_time();
    let w = Instant::now();
    let ledger = ledger.build();
    println!("build {:?} sets {} wall {:?}", processor_time() - t, ledger.set_count(), w.elapsed());
    let t = processor_time();
    drop(mapping);
    println!("drop mapping {:?}", processor_time() - t);
    let t = processor_time();
    let rules = WrittenRule::compile(&WrittenRule::read_all(&folder.join("rules.json")).unwrap()).unwrap();
    println!("compile {:?}", processor_time() - t);
    let keys = [std::sync::Arc::from("Team")];
    for _ in 0..3 {
        let t = processor_time();
        let c = TagCache::new(&ledger, &rules, &keys, None).unwrap();
        println!("tagcache {:?} answers {}", processor_time() - t, c.answer_count());
    }
    let q = Query::all_resources()
        .bin(Bin::Day)
        .group_by(Dimension::Service)
        .group_by(Dimension::VirtualTag("Team".into()));
    for _ in 0..3 {
        let t = processor_time();
        let r = q.run(&ledger, &rules).unwrap();
        println!("run day,model,team {:?} rows {}", processor_time() - t, r.rows.len());
        let t = processor_time();
        drop(r);
        println!("  drop {:?}", processor_time() - t);
    }
    let q = Query::all_resources().group_by(Dimension::Service);
    for _ in 0..3 {
        let t = processor_time();
        let r = q.run(&ledger, &rules).unwrap();
        println!("run service {:?} rows {}", processor_time() - t, r.rows.len());
    }
    let q = q.filter(
        "costs.subcategory = 'Usage-based' AND costs.service IN ('Auto','GPT 5.2','o3')".parse().unwrap(),
    );
    for _ in 0..3 {
        let t = processor_time();
        let r = q.run(&ledger, &rules).unwrap();
        println!("run service filter {:?} rows {}", processor_time() - t, r.rows.len());
    }
}
