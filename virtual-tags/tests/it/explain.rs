//! Why a charge has its value.

use std::collections::BTreeMap;
use std::sync::Arc;

use cost_model::report::Query;
use cost_model::{CostRecord, Costs, Currency, Dimension, Ledger, Metric, Money, Tagger, Timestamp, Window};
use virtual_tags::{Answer, Directory, ResolvedRules, RuleSet};

fn at(day: &str) -> Timestamp {
    Timestamp::midnight(day.parse().unwrap())
}

const RULES: &str = "[[tag]]\nkey = \"Team\"\ndefault = \"None\"\n\
    [[tag.rule]]\nvalue = \"EU\"\nwhen = \"costs.region = 'eu' AND costs.service = 'Auto'\"\n\
    [[tag.rule]]\nfrom_directory = \"team\"\n\
    [[tag.rule]]\nvalue = \"Acme\"\nemail.domain = \"acme.test\"\n\
    [[tag]]\nkey = \"Site\"\ndefault = \"Remote\"\n\
    [[tag.rule]]\nvalue = \"Berlin\"\nwhen = \"vtag.Team = 'Web'\"\n";

fn rules() -> ResolvedRules {
    let directory = Directory::from_csv(b"email,team\nana@acme.test,Web\n", "people.csv").unwrap();
    RuleSet::from_toml(RULES, "rules.toml").unwrap().compile(directory).unwrap().tagger().unwrap()
}

fn explained(key: &str) -> String {
    let at = Timestamp::midnight("2026-09-15".parse().unwrap());
    let mut record = CostRecord::new(at, "cursor", Currency::USD, Costs::absent());
    record.edit(|set| set.resource = Some("Ana@acme.test".into()));
    record.edit(|set| set.region = Some("eu".into()));
    let explanation = rules().explain(key, &record, at).unwrap();
    assert!(!format!("{explanation:?}").contains("acme"));
    explanation.to_string()
}

#[test]
fn the_winner_later_matches_and_near_misses_are_told() {
    assert_eq!(
        explained("Team"),
        "Team at 2026-09-15T00:00:00Z\n\
         \x20 name       Ana@acme.test: in the directory, ignoring letter case\n\
         \x20 value      `Web`\n\
         \x20 rule       rules.toml:7:1: `team` in the directory\n\
         \x20 shadowed   rules.toml:9:1: email.domain = 'acme.test'\n\
         \x20 near miss  rules.toml:4:1: costs.region = 'eu'; not met: costs.service = 'Auto'\n"
    );
}

#[test]
fn what_a_key_reads_is_told() {
    assert_eq!(
        explained("Site"),
        "Site at 2026-09-15T00:00:00Z\n\
         \x20 name       Ana@acme.test: in the directory, ignoring letter case\n\
         \x20 reads      Team = Web\n\
         \x20 value      `Berlin`\n\
         \x20 rule       rules.toml:15:1: vtag.Team = 'Web'\n"
    );
    let at = Timestamp::midnight("2026-09-15".parse().unwrap());
    let record = CostRecord::new(at, "cursor", Currency::USD, Costs::absent());
    assert!(rules().explain("No such key", &record, at).is_none());
}

proptest::proptest! {
    #![proptest_config(crate::naive::cases(64))]

    /// What is explained of everybody's charges is, value by value, what the report over the same charges shows.
    #[test]
    fn explanations_agree_with_the_books(world in crate::naive::worlds(), records in crate::naive::records()) {
        let rules = world.compile();
        let mut builder = Ledger::builder(Currency::USD);
        for record in &records {
            builder.push(record).unwrap();
        }
        let ledger = builder.build();
        let all = Window::new(Timestamp::from_millis(0).unwrap(), at("2100-01-01")).unwrap();
        let mut people: Vec<_> = records.iter().filter_map(|record| record.dimensions.resource.clone()).collect();
        people.sort();
        people.dedup();
        for key in rules.keys() {
            let query = Query::all_resources()
                .group_by(Dimension::Resource)
                .group_by(Dimension::VirtualTag(Arc::clone(key)));
            let mut shown: BTreeMap<(Option<Arc<str>>, Answer), Money> = BTreeMap::new();
            for row in query.run(&ledger, &rules).unwrap().rows {
                let answer = row.keys[1].clone().map_or(Answer::Unset, Answer::Value);
                shown.insert((row.keys[0].clone(), answer), row.totals.effective.amount);
            }
            for person in &people {
                let explained = rules.explain_charges(&ledger, person, all, Metric::Effective).unwrap();
                let mut told: BTreeMap<(Option<Arc<str>>, Answer), Money> = BTreeMap::new();
                for each in explained {
                    let resource = each.dimensions.iter().find(|(field, _)| *field == Dimension::Resource);
                    // Other spellings of the same person are explained as well.
                    let Some((_, resource)) = resource.filter(|(_, resource)| resource == person) else { continue };
                    let explanation = each.explanations.iter().find(|explanation| explanation.key == *key).unwrap();
                    let [part] = explanation.parts.as_slice() else { panic!("nothing is shared out") };
                    let sum = told.entry((Some(Arc::clone(resource)), part.answer.clone())).or_default();
                    *sum = sum.checked_add(each.amount).unwrap();
                }
                let theirs = shown.iter().filter(|((resource, _), _)| resource.as_ref() == Some(person));
                proptest::prop_assert_eq!(told, theirs.map(|(place, sum)| (place.clone(), *sum)).collect());
            }
        }
    }
}

/// A rule that fails for want of a source is told in a sentence, whatever the source.
#[test]
fn a_rule_without_a_source_is_told_in_words_that_read() {
    let toml = "[[tag]]\nkey = \"Team\"\ndefault = \"None\"\n[[tag]]\nkey = \"K\"\n\
        [[tag.rule]]\nwho = \"person\"\nfrom_directory = \"team\"\n\
        [[tag.rule]]\nwho = \"person\"\nfrom_field = \"costs.region\"\n\
        [[tag.rule]]\nwho = \"person\"\nsplit = { headcount = \"team\" }\n\
        [[tag.rule]]\nwho = \"person\"\nsplit = { cost_of = \"Team\", per = \"month\" }\n";
    let people = Directory::from_csv(b"email,team\nbo@x.test,\n", "people.csv").unwrap();
    let rules = RuleSet::from_toml(toml, "rules.toml").unwrap().compile(people).unwrap();
    let rules = rules.resolve(&Ledger::builder(Currency::USD).build(), Metric::Effective, &[]).unwrap();
    let mut record = CostRecord::new(at("2026-09-15"), "cursor", Currency::USD, Costs::absent());
    record.edit(|set| set.resource = Some("bo@x.test".into()));
    let told = rules.explain("K", &record, record.at).unwrap().to_string();
    let nearly: Vec<_> = told.lines().filter_map(|line| line.split("; not met: ").nth(1)).collect();
    let expected =
        ["`team` in the directory", "a value of costs.region", "people to count", "costs to share it out by"];
    assert_eq!(nearly, expected, "{told}");
}

/// A provider may state a person in two places; that is one name.
#[test]
fn a_name_in_two_places_is_told_and_counted_once() {
    let directory = Directory::from_csv(b"email,team\nana@acme.test,Web\n", "people.csv").unwrap();
    let rules = RuleSet::from_toml(
        "[[tag]]\nkey = \"Team\"\n[[tag.rule]]\nfrom_directory = \"team\"\n",
        "rules.toml",
    );
    let rules = rules.unwrap().with_default_person(crate::places_of_people()).compile(directory).unwrap();
    let mut record = CostRecord::new(at("2026-09-15"), "cursor", Currency::USD, Costs::absent());
    record.edit(|set| set.resource = Some("Ana@acme.test".into()));
    record.edit(|set| set.tags.insert("cursor:user", "Ana@acme.test"));
    let mut ledger = Ledger::builder(Currency::USD);
    ledger.push(&record).unwrap();
    let spellings = rules.spellings(&ledger.build());
    assert_eq!(spellings.len(), 1);
    assert!(spellings[0].to_string().ends_with("in 1 charge"), "{}", spellings[0]);
    let explanation = rules.tagger().unwrap().explain("Team", &record, record.at).unwrap().to_string();
    assert_eq!(explanation.matches("  name ").count(), 1, "{explanation}");
}
