//! Values that are not written in the rule: from fields, from people, from head counts.

use cost_model::tagger::Part;
use cost_model::{CostRecord, Costs, Currency, Tagger, Timestamp};
use virtual_tags::directory::MatchKind;
use virtual_tags::{Answer, Directory, RuleSet};

use crate::places_of_people;

fn at(day: &str) -> Timestamp {
    Timestamp::midnight(day.parse().unwrap())
}

fn record(resource: &str) -> CostRecord {
    let mut record = CostRecord::new(at("2026-09-15"), "cursor", Currency::USD, Costs::absent());
    record.edit(|set| set.resource = Some(resource.into()));
    record
}

#[track_caller]
fn gives(toml: &str, directory: Directory, record: &CostRecord, expected: &str) {
    let toml = format!("[[tag]]\nkey = \"Team\"\n{toml}\n");
    let rules =
        RuleSet::from_toml(&toml, "rules.toml").unwrap().compile(directory).unwrap().tagger().unwrap();
    let shown = match rules.answer("Team", record, record.at) {
        Answer::Value(value) => value.as_ref().to_owned(),
        Answer::Unset => "unset".to_owned(),
        Answer::Shares(shares) => {
            let shares: Vec<_> = shares
                .iter()
                .map(|(value, weight)| format!("{} {weight}", value.as_deref().unwrap_or("-")))
                .collect();
            shares.join(", ")
        }
    };
    assert_eq!(shown, expected);
}

fn people(csv: &str) -> Directory {
    Directory::from_csv(csv.as_bytes(), "people.csv").unwrap()
}

#[test]
fn a_field_is_inherited_through_its_transforms() {
    let mut charge = record("ana@acme.test");
    charge.edit(|set| set.account = Some("Acme-DATA-eu".into()));
    let rule = |transform: &str| format!("[[tag.rule]]\nfrom_field = \"costs.account\"\n{transform}");
    let gives = |transform: &str, expected: &str| {
        gives(&rule(transform), Directory::default(), &charge, expected);
    };
    gives("", "Acme-DATA-eu");
    gives("transform = \"lower\"", "acme-data-eu");
    gives("transform = [{ split = \"-\", index = 1 }, \"lower\", { format = \"team-{0}\" }]", "team-data");
    gives("transform = [{ split = \"-\", index = 2 }, { map = { eu = \"Europe\" } }]", "Europe");
    gives("transform = { split = \"-\", index = 3 }", "unset");
    gives("transform = { map = { eu = \"Europe\" } }", "unset");
}

#[test]
fn a_default_may_be_a_field() {
    let mut charge = record("ana@acme.test");
    gives("default = \"None\"\ndefault_from = \"tags['team']\"", Directory::default(), &charge, "None");
    charge.edit(|set| set.tags.insert("team", "A/B"));
    let written = "default_from = \"tags['team']\"\ndefault_transform = { split = \"/\", index = 1 }";
    gives(written, Directory::default(), &charge, "B");
}

#[test]
fn the_providers_own_tag_may_stand() {
    let mut charge = record("ana@acme.test");
    charge.edit(|set| set.tags.insert("Team", "Theirs"));
    let rule = "[[tag.rule]]\nvalue = \"Ours\"\nemail.domain = \"acme.test\"";
    gives(rule, Directory::default(), &charge, "Ours");
    gives(&format!("overrides_provider = false\n{rule}"), Directory::default(), &charge, "Theirs");
    gives(
        &format!("overrides_provider = false\n{rule}"),
        Directory::default(),
        &record("a@acme.test"),
        "Ours",
    );
}

#[test]
fn conditions_on_people_hold_for_the_person_behind_the_spelling() {
    let rule = |condition: &str| format!("[[tag.rule]]\nvalue = \"hit\"\n{condition}");
    let known = || people("email,team\nana@acme.test,Web\n").ignore_plus(["acme.test"]);
    for (condition, id, expected) in [
        ("email.is = \"Ana@acme.test\"", " ANA@Acme.test ", "hit"),
        ("email.is = [\"bo@acme.test\", \"cy@acme.test\"]", "ana@acme.test", "unset"),
        ("email.local = \"ana\"", "ana@acme.test", "hit"),
        ("email.local = \"ana\"", "ana+x@acme.test", "unset"),
        ("email.base = \"ana@acme.test\"", "ana+x@acme.test", "hit"),
        ("email.under = \"acme.test\"", "ana@data.acme.test", "hit"),
        ("email.under = \"acme.test\"", "ana@notacme.test", "unset"),
        ("email.glob = \"*-bot@*\"", "ci-bot@acme.test", "hit"),
        ("in_directory = true", "ana+work@acme.test", "hit"),
        ("in_directory = false", "bo@acme.test", "hit"),
        ("in_directory = false", "Ana@acme.test", "unset"),
        ("who = \"nobody\"", "(no user)", "hit"),
        ("who = \"nobody\"", "null", "hit"),
        ("who = \"service_account\"", "sa_1", "hit"),
        ("who = \"person\"", "sa_1", "unset"),
        ("who = \"person\"\nemail.domain = \"acme.test\"", "ana@ACME.test", "hit"),
    ] {
        gives(&rule(condition), known(), &record(id), expected);
    }
}

#[test]
fn head_counts_follow_the_directory() {
    let csv = "email,team,area,from,to\n\
               ana@acme.test,Web,X,,2026-09-15\nana@acme.test,Data,X,2026-09-15,\n\
               bo@acme.test,Web,X,,\ncy@acme.test,Data,X,2026-09-01,\ndi@acme.test,Legal,Y,,\n";
    let mut charge = record("bo@acme.test");
    let all = "[[tag.rule]]\nsplit = { headcount = \"team\" }";
    gives(all, people(csv), &charge, "Data 2, Legal 1, Web 1");
    let within = "[[tag.rule]]\nsplit = { headcount = \"team\", within = \"area\" }";
    gives(within, people(csv), &charge, "Data 2, Web 1");
    charge.at = at("2026-09-14");
    gives(all, people(csv), &charge, "Data 1, Legal 1, Web 2");
    charge.at = at("2026-08-01");
    gives(all, people(csv), &charge, "Legal 1, Web 2");
    gives(all, people(csv).as_of(at("2026-09-15")), &charge, "Data 2, Legal 1, Web 1");
    gives(all, people("email,team\n"), &charge, "unset");
}

#[test]
fn a_directory_may_be_asked_as_it_is_today() {
    let csv = "email,team,from,to\nana@acme.test,Web,,2026-09-15\nana@acme.test,Data,2026-09-15,\n";
    let rule = "[[tag.rule]]\nfrom_directory = \"team\"";
    let mut charge = record("ana@acme.test");
    charge.at = at("2026-01-01");
    gives(rule, people(csv), &charge, "Web");
    gives(rule, people(csv).as_of(at("2026-10-01")), &charge, "Data");
}

#[test]
fn aliases_hold_between_their_dates() {
    let csv = "email,team\nana@acme.test,Web\nbo@acme.test,Data\n";
    let aliases = "alias,email,from,to\ndesk@acme.test,ana@acme.test,,2026-09-15\ndesk@acme.test,bo@acme.test,2026-09-15,\n\
                   old@acme.example,DESK@acme.test,,\n";
    let directory = people(csv).with_aliases(aliases.as_bytes(), "aliases.csv").unwrap();
    assert_eq!(directory.fact("old@acme.example", "team", at("2026-09-14")), Some("Web"));
    assert_eq!(directory.fact("Old@acme.example", "team", at("2026-09-15")), Some("Data"));
    let twice = format!("{aliases}desk@acme.test,ana@acme.test,2026-10-01,\n");
    let error = people(csv).with_aliases(twice.as_bytes(), "aliases.csv").unwrap_err();
    assert_eq!(
        error.to_string(),
        "aliases.csv:5: the dates overlap those of an earlier line, which has the same alias; let one end where the \
         other starts"
    );
    let circle = "alias,email\na@acme.test,b@acme.test\nb@acme.test,a@acme.test\n";
    let circle = people(csv).with_aliases(circle.as_bytes(), "aliases.csv").unwrap();
    assert_eq!(circle.fact("a@acme.test", "team", at("2026-09-15")), None);
}

#[test]
fn how_a_name_was_found_is_told() {
    let directory = people("email,team\nana@acme.test,Web\n").ignore_plus(["*"]);
    let found = |id| directory.match_kind(id, at("2026-09-15"));
    assert_eq!(found(" ana@ACME.test"), Some(MatchKind::Exact));
    assert_eq!(found("Ana@acme.test"), Some(MatchKind::AnyCase));
    assert_eq!(found("ana+x@acme.test"), Some(MatchKind::WithoutPlus));
    assert_eq!(found("bo@acme.test"), None);
}

#[test]
fn json_says_what_csv_says_and_where_it_is_wrong() {
    let fails = |json: &str, message: &str| {
        assert_eq!(Directory::from_json(json, "people.json").unwrap_err().to_string(), message);
    };
    fails("[\n  1\n]", "people.json:2:3: the row is not an object such as { \"email\": ..., \"team\": ... }");
    fails("[{\"team\": \"A\"}]", "people.json:1:2: the row has no email");
    fails("[{\"email\": \"a@b.test\", \"team\": 1}]", "people.json:1:2: `team` is not a string");
    fails(
        "[{\"email\": \"a@b.test\"},\n {\"email\": \"a@B.test\"}]",
        "people.json:2:2: the dates overlap those of line 1, which has the same email; let one end where the other starts",
    );
    fails("{", "people.json:1:0: this is not a JSON list of objects");
}

/// Before, preparing a search for such a text took a time in proportion to the square of its length.
#[test]
fn rules_with_very_long_texts_compile_and_answer() {
    let long = format!("é{}", "ab".repeat(100_000));
    for condition in [
        format!("when = \"costs.resource_id LIKE '{long}%'\""),
        format!("when = \"costs.resource_id LIKE '%{long}'\""),
        format!("when = \"costs.resource_id LIKE '%{long}%'\""),
        format!("email.glob = \"*{long}\""),
    ] {
        let toml = format!("[[tag.rule]]\nvalue = \"Long\"\n{condition}\n");
        let (long, cut) = (format!("x@{long}"), format!("x@{}", long.strip_suffix('b').unwrap()));
        let is_start = condition.contains("LIKE 'é");
        let (long, cut) =
            if is_start { (long.replacen("x@", "", 1), cut.replacen("x@", "", 1)) } else { (long, cut) };
        gives(&toml, Directory::default(), &record(&long), "Long");
        gives(&toml, Directory::default(), &record(&cut), "unset");
    }
}

/// Lower case that depends on the neighbours would make a pattern and an email differ.
#[test]
fn letter_case_is_that_of_each_letter_by_itself() {
    for condition in ["is = \"ΑΣ@acme.test\"", "glob = \"*Σ@acme.test\"", "glob = \"ΑΣ*\"", "local = \"ΑΣ\""]
    {
        let toml = format!("[[tag.rule]]\nvalue = \"A\"\nemail.{condition}\n");
        for email in ["ΑΣ@acme.test", "ασ@acme.test", "Ασ@acme.test"] {
            gives(&toml, Directory::default(), &record(email), "A");
        }
    }
    let directory = people("email,team\nΑΣ@acme.test,Web\n");
    let toml = "[[tag.rule]]\nfrom_directory = \"team\"\n";
    gives(toml, directory, &record("ασ@acme.test"), "Web");
}

#[test]
fn domains_of_patterns_are_written_either_way() {
    for glob in ["*@xn--bcher-kva.test", "*@bücher.test", "*@BÜCHER.*", "u@*.xn--bcher-kva.test"] {
        let toml = format!("[[tag.rule]]\nvalue = \"Books\"\nemail.glob = \"{glob}\"\n");
        let below = if glob.contains("*.xn") { "eu." } else { "" };
        for email in [format!("u@{below}xn--bcher-kva.test"), format!("u@{below}bücher.test")] {
            gives(&toml, Directory::default(), &record(&email), "Books");
        }
    }
}

/// ResolvedRules are found by their texts: a hundred thousand of them compile, and the last one is met.
#[test]
fn a_hundred_thousand_rules_compile_and_answer() {
    let mut toml = "[[tag]]\nkey = \"Team\"\n".to_owned();
    for number in 0..100_000 {
        toml += &format!("[[tag.rule]]\nvalue = \"T{number}\"\nemail.is = \"p{number}@acme.test\"\n");
    }
    let rules = RuleSet::from_toml(&toml, "rules.toml")
        .unwrap()
        .compile(Directory::default())
        .unwrap()
        .tagger()
        .unwrap();
    for number in [0, 50_000, 99_999] {
        let charge = record(&format!("p{number}@acme.test"));
        assert_eq!(rules.answer("Team", &charge, charge.at), Answer::Value(format!("T{number}").into()));
    }
}

/// A million people are read, and each is found.
#[test]
fn a_million_people_compile_and_answer() {
    let mut csv = "email,team\n".to_owned();
    for number in 0..1_000_000 {
        csv += &format!("p{number}@acme.test,T{}\n", number % 7);
    }
    let directory = Directory::from_csv(csv.as_bytes(), "directory.csv").unwrap();
    assert_eq!(directory.people(), 1_000_000);
    let toml = "[[tag]]\nkey = \"Team\"\n[[tag.rule]]\nfrom_directory = \"team\"\n";
    let rules = RuleSet::from_toml(toml, "rules.toml").unwrap().compile(directory).unwrap().tagger().unwrap();
    for number in [0, 500_000, 999_999] {
        let charge = record(&format!("P{number}@ACME.test"));
        let team = Answer::Value(format!("T{}", number % 7).into());
        assert_eq!(rules.answer("Team", &charge, charge.at), team);
    }
}

/// A caller's own type that tells its tags one by one is understood as well.
#[test]
fn tags_that_are_told_one_by_one_are_found() {
    struct Tagged(&'static str);
    impl cost_model::Dimensions for Tagged {
        fn get(&self, _: &cost_model::Dimension) -> Option<std::borrow::Cow<'_, str>> {
            None
        }
        fn for_each_tag(&self, visit: &mut dyn FnMut(&str, &str)) {
            visit("app", self.0);
            visit("cursor:user", "ana@acme.test");
        }
    }
    let toml = "[[tag]]\nkey = \"Team\"\n[[tag.rule]]\nvalue = \"A\"\nwhen = \"tags['app'] = 'a'\"\n[[tag.rule]]\nvalue = \
                \"B\"\nwhen = \"tags['app'] = 'b'\"\n[[tag.rule]]\nvalue = \"Ana\"\nemail.local = \"ana\"\n";
    let rules = RuleSet::from_toml(toml, "rules.toml")
        .unwrap()
        .with_default_person(places_of_people())
        .compile(Directory::default())
        .unwrap()
        .tagger()
        .unwrap();
    for (app, team) in [("a", "A"), ("b", "B"), ("c", "Ana"), ("a", "A")] {
        let expected = Answer::Value(team.into());
        assert_eq!(rules.answer("Team", &Tagged(app), at("2026-09-15")), expected);
        assert_eq!(
            rules.parts(&["Team".into()], &Tagged(app), at("2026-09-15")),
            [Part::whole([Some(team.into())])]
        );
    }
}
