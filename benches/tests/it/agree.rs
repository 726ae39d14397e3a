//! Contestants are only worth timing while they give the same answer.

use std::collections::HashSet;

use benches::{
    Company, Contestants, DataSet, Failure, by_day_model_team, by_service, by_service_filtered, totals_of,
};

fn small(set: &DataSet) -> Result<Contestants, Failure> {
    Contestants::new(&Company::simulated(set.simulator(Some(10_000))?.developers(200))?)
}

#[test]
fn reports_and_their_floors_agree_on_every_company() {
    for set in [DataSet::Demo, DataSet::Company, DataSet::Wide] {
        let Contestants { rules, ledger, columns } = small(&set).unwrap();
        assert!(ledger.len() > 9_000, "{} records", ledger.len());

        let totals = totals_of(&by_day_model_team().run(&ledger, &rules).unwrap());
        assert_eq!(columns.totals_by_day_model_team(&columns.group_by_day_model_team().unwrap()), totals);
        assert!(totals.len() > 1000, "{} groups", totals.len());
        let teams: HashSet<_> = totals.keys().filter_map(|keys| keys.get(2)).collect();
        assert!(teams.len() > 20, "{teams:?}");

        let services = totals_of(&by_service().run(&ledger, &rules).unwrap());
        assert_eq!(columns.totals_by_service(&columns.group_by_service().unwrap()), services);
        let all = |totals: &benches::Totals| totals.values().map(|figures| figures.records).sum::<u64>();
        assert_eq!((all(&totals), all(&services)), (ledger.len() as u64, ledger.len() as u64));

        let kept = totals_of(&by_service_filtered().unwrap().run(&ledger, &rules).unwrap());
        assert_eq!(columns.totals_by_service(&columns.filter_by_service().unwrap()), kept);
        assert!(kept.len() == 4 && (100..all(&totals)).contains(&all(&kept)), "{} pass", all(&kept));
    }
}

/// Nothing may be kept once that a real company would have many times.
#[test]
fn amounts_and_combinations_are_as_various_as_a_companys() {
    let company = Company::load(&DataSet::Wide, Some(20_000)).unwrap();
    let (mut amounts, mut twice, mut last) = (HashSet::new(), 0, None);
    company
        .for_each(&mut |record| {
            assert!(last <= Some(record.at), "records come in order of time");
            last = Some(record.at);
            if let Some(amount) = record.costs.effective.filter(|amount| !amount.is_zero()) {
                twice += usize::from(!amounts.insert(amount));
            }
            Ok(())
        })
        .unwrap();
    assert!(amounts.len() > 15_000 && twice < 1_500, "{twice} of {} amounts come twice", amounts.len());
}
