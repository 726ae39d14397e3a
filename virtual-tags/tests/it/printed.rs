//! What people read: findings, explanations, differences, coverage, closed periods and errors, each as a whole.

use std::fmt::Write as _;

use cost_model::{CostRecord, Costs, Currency, Dimension, Ledger, Metric, Timestamp, Window};
use insta::assert_snapshot;
use virtual_tags::insight::Diff;
use virtual_tags::{Directory, PeriodLock, ResolvedRules, RuleSet, Rules};

const RULES: &str = r#"[[tag]]
key = "Team"
default = "Unallocated"
  [[tag.rule]]
  value = "Platform"
  when = "costs.region = 'eu' AND costs.service = 'Auto'"
  [[tag.rule]]
  from_directory = "team"
  [[tag.rule]]
  value = "Partners"
  email.domain = "partner.test"
[[tag]]
key = "Payer"
  [[tag.rule]]
  who = "service_account"
  split = [{ value = "Web", weight = 3 }, { value = "Data", weight = 1 }]
  [[tag.rule]]
  from_field = "vtag.Team"
"#;

const PEOPLE: &str = "email,team,recorded_at\nana@acme.test,Web,\nAlex@acme.test,Web,\nalex@acme.test,Data,\n\
                      bo@acme.test,Web,\nbo@acme.test,Data,2026-10-05\n";

fn at(day: &str) -> Timestamp {
    Timestamp::midnight(day.parse().unwrap())
}

fn people() -> Directory {
    Directory::from_csv(PEOPLE.as_bytes(), "people.csv").unwrap()
}

fn compile(rules: &str) -> Rules {
    RuleSet::from_toml(rules, "rules.toml").unwrap().compile(people()).unwrap()
}

fn resolve(rules: &str) -> ResolvedRules {
    compile(rules).tagger().unwrap()
}

fn charge(who: &str, day: &str, dollars: &str) -> CostRecord {
    let costs = Costs::flat(dollars.parse().unwrap());
    let mut record = CostRecord::new(at(day), "cursor", Currency::USD, costs);
    record.edit(|set| set.resource = Some(who.into()));
    record.edit(|set| set.region = Some("eu".into()));
    record
}

fn ledger() -> Ledger {
    let mut ledger = Ledger::builder(Currency::USD);
    for (who, day, dollars) in [
        ("Ana@acme.test", "2026-09-15", "1234567.125"),
        ("bo@acme.test", "2026-09-15", "2"),
        ("ALEX@acme.test", "2026-09-16", "3"),
        ("cy@partner.test", "2026-09-16", "0.005"),
        ("bot-7", "2026-10-01", "10"),
    ] {
        ledger.push(&charge(who, day, dollars)).unwrap();
    }
    ledger.build()
}

fn lines<T: ToString>(each: impl IntoIterator<Item = T>) -> String {
    each.into_iter().fold(String::new(), |mut text, each| {
        writeln!(text, "{}", each.to_string()).unwrap();
        text
    })
}

#[test]
fn explanations_read_from_the_name_to_the_rule() {
    let rules = resolve(RULES);
    let explain = |key: &str, who: &str| {
        rules.explain(key, &charge(who, "2026-09-15", "1"), at("2026-09-15")).unwrap().to_string()
    };
    assert_snapshot!(explain("Team", "Ana@acme.test"), @r"
    Team at 2026-09-15T00:00:00Z
      name       Ana@acme.test: in the directory, ignoring letter case
      value      `Web`
      rule       rules.toml:7:3: `team` in the directory
      near miss  rules.toml:4:3: costs.region = 'eu'; not met: costs.service = 'Auto'
    ");
    assert_snapshot!(explain("Payer", "bot-7"), @r"
    Payer at 2026-09-15T00:00:00Z
      name       bot-7: not in the directory at that time
      reads      Team = Unallocated
      value      3 of `Web`, 1 of `Data`
      rule       rules.toml:14:3: who = service_account
      shadowed   rules.toml:17:3: a value of vtag.Team
    ");
}

/// A name that fits two people is no unknown name: who mends it must know whom it is taken for.
#[test]
fn a_name_that_fits_two_people_is_told_from_an_unknown_one() {
    let rules = resolve(RULES);
    let name = |who: &str| {
        let explanation = rules.explain("Team", &charge(who, "2026-09-15", "1"), at("2026-09-15")).unwrap();
        explanation.to_string().lines().nth(1).unwrap().trim().to_owned()
    };
    assert_snapshot!(name("ALEX@acme.test"), @r"name       ALEX@acme.test: matches two people of the directory, who differ in letter case alone, so it finds neither");
    assert_snapshot!(name("nobody@acme.test"), @"name       nobody@acme.test: not in the directory at that time");
}

#[test]
fn explained_charges_begin_with_their_sum() {
    let month = Window::days("2026-09-01".parse().unwrap(), "2026-10-01".parse().unwrap()).unwrap();
    let rules = resolve("[[tag]]\nkey = \"Team\"\n[[tag.rule]]\nfrom_directory = \"team\"\n");
    let explained = rules.explain_charges(&ledger(), "ana@acme.test", month, Metric::Effective).unwrap();
    assert_snapshot!(explained[0].to_string(), @r"
    1 charge, 1,234,567.13, the first at 2026-09-15T00:00:00Z
      costs.provider = cursor
      costs.resource_id = Ana@acme.test
      costs.region = eu
    Team at 2026-09-15T00:00:00Z
      name       Ana@acme.test: in the directory, ignoring letter case
      value      `Web`
      rule       rules.toml:3:1: `team` in the directory
    ");
}

#[test]
fn findings_name_the_place_the_fault_and_the_remedy() {
    let toml = r#"
[[tag]]
key = "Team"
default = "web"
  [[tag.rule]]
  value = "Web"
  when = "costs.resource_id LIKE '%@acme.test'"
  [[tag.rule]]
  value = "Ops"
  when = "costs.resource_id = 'ana@acme.test'"
  [[tag.rule]]
  value = "Labs"
  email.domain = "@labs.test"
  [[tag.rule]]
  from_directory = "team"
  email.is = []
  [[tag.rule]]
  value = "Bots"
  when = """
    costs.region = 'eu'
    AND costs.resource_id LIKE 'bot_7%'"""
  [[tag.rule]]
  value = "Stars"
  when = "costs.service LIKE 'gpt*'"
  [[tag.rule]]
  value = "Percent"
  email.glob = "ci-%@acme.test"
"#;
    assert_snapshot!(lines(compile(toml).check()), @r"
    rules.toml:3:7: `web` and `Web` (rules.toml:5:3) differ only in blanks, letter case or invisible characters, and are two values; write both alike
    rules.toml:8:3: unreachable: the rule on line 5 matches every charge that this rule matches; move this rule above it or remove it
    rules.toml:11:3: no email can match `email.domain`: a domain is the part after the at sign; leave out the sign and what is before it
    rules.toml:14:3: `email.is` is an empty list, which restricts nothing: the rule matches whatever its other conditions allow; list what it should match, or remove the field
    rules.toml:21:9: `_` in LIKE matches only itself, not any one character as in SQL; if any character is meant, or to show that none is, use `=~`
    rules.toml:24:11: `*` in LIKE matches only itself; in LIKE `%` matches any text, and `*` does so only in `email.glob`
    rules.toml:25:3: `%` in `email.glob` matches only itself; in a glob `*` matches any text, and `%` does so only in LIKE
    people.csv:4: the email differs from that of line 3 only in letter case, and both rows hold on the same days; keep the one that is right, or let one end where the other starts
    ");
}

#[test]
fn findings_in_view_of_charges_say_what_no_charge_has() {
    let toml = "[[tag]]\nkey = \"Team\"\n[[tag.rule]]\nvalue = \"A\"\nwhen = \"costs.region = 'ue'\"\n\
                [[tag.rule]]\nfrom_directory = \"team\"\nemail.local = \"ana\"\n";
    assert_snapshot!(lines(resolve(toml).check_against(&ledger())), @r"
    rules.toml:5:24: no charge has `ue` as its `costs.region`
    rules.toml:3:1: the rule matches no charge; correct it or remove it
    rules.toml:6:1: the rule matches only people whose names are spelled in another way than the directory has them; correct the spelling there
    ");
}

#[test]
fn errors_have_one_place() {
    let error = |when: &str| {
        let toml = format!("[[tag]]\nkey = \"Team\"\n  [[tag.rule]]\n  value = \"A\"\n  when = {when}\n");
        let error = RuleSet::from_toml(&toml, "rules.toml").unwrap_err();
        format!("{error}: {}", std::error::Error::source(&error).unwrap())
    };
    assert_snapshot!(error("\"costs.servise = 'x'\""), @r"rules.toml:5:11: the condition in `when` is not a filter: unknown field `costs.servise`; did you mean `costs.service`?");
    assert_snapshot!(error("\"\"\"\n  costs.service = 'x'\n  AND costs.region =\"\"\""), @r"rules.toml:7:21: the condition in `when` is not a filter: expected a string in single quotes");
    assert_snapshot!(error("\"costs.service = '\\u00e4' costs\""), @r"rules.toml:5:36: the condition in `when` is not a filter: expected AND, OR or the end of the filter");
}

#[test]
fn differences_are_told_by_value_and_amount() {
    let (old, new) = (
        resolve(RULES),
        resolve(&RULES.replace("from_directory = \"team\"", "value = \"All\"\n  who = \"person\"")),
    );
    let diff = Diff::between((&old, &new), &ledger(), "Team", Metric::Effective, None).unwrap();
    assert_snapshot!(diff.to_string(), @r"
    Team: 1,234,572.13 of 1,234,582.13 reassigned
      Web -> All: 1,234,567.13 in 1 charge (Ana@acme.test 1,234,567.13)
      Unallocated -> All: 3.00 in 1 charge (ALEX@acme.test 3.00)
      Data -> All: 2.00 in 1 charge (bo@acme.test 2.00)
      Partners -> All: 0.01 in 1 charge (cy@partner.test 0.01)
    ");
}

#[test]
fn coverage_is_told_by_month_with_rules_that_would_help() {
    let (rules, ledger) = (resolve(RULES), ledger());
    assert_snapshot!(lines(rules.coverage(&ledger, Metric::Effective, chrono::Offset::fix(&chrono::Utc)).unwrap()), @r"
    Team 2026-09: cost 1,234,569.13 of 1,234,572.13, tokens 0 of 0, people 3 of 4
    Team 2026-10: cost 0.00 of 10.00, tokens 0 of 0, people 0 of 1
    Payer 2026-09: cost 1,234,572.13 of 1,234,572.13, tokens 0 of 0, people 4 of 4
    Payer 2026-10: cost 10.00 of 10.00, tokens 0 of 0, people 1 of 1
    ");
    let by = [Dimension::Region];
    assert_snapshot!(lines(rules.suggest_rules(&ledger, "Team", Metric::Effective, &by, 100).unwrap()), @"costs.region = 'eu' reaches 13.00");
    assert_snapshot!(lines(rules.rules().spellings(&ledger)), @r"
    ALEX@acme.test matches two people, who differ in letter case alone, and finds neither, in 1 charge
    Ana@acme.test is found as ana@acme.test, ignoring letter case, in 1 charge
    ");
}

#[test]
fn a_closed_period_tells_what_would_change() {
    let month = Window::days("2026-09-01".parse().unwrap(), "2026-10-01".parse().unwrap()).unwrap();
    let rules = RuleSet::from_toml(RULES, "rules.toml").unwrap();
    let lock =
        PeriodLock::close((&rules, &people()), &ledger(), month, at("2026-10-03"), Metric::Billed).unwrap();
    assert_snapshot!(lines(&lock.amounts), @r"
    Payer Partners: 0.01
    Payer Unallocated: 3.00
    Payer Web: 1,234,569.13
    Team Partners: 0.01
    Team Unallocated: 3.00
    Team Web: 1,234,569.13
    ");
    let review = lock.review(&rules, &people(), &ledger()).unwrap();
    assert_snapshot!(review.to_string(), @r"
    rules unchanged, people as known at closing unchanged, charges unchanged
      Payer Data: 0.00 -> 2.00
      Payer Web: 1,234,569.13 -> 1,234,567.13
      Team Data: 0.00 -> 2.00
      Team Web: 1,234,569.13 -> 1,234,567.13
    ");
}

#[test]
fn failed_tests_say_what_was_expected() {
    let toml = format!(
        "{RULES}[[test]]\nat = \"2026-09-15\"\nrecord = {{ \"costs.resource_id\" = \"bot-7\" }}\n\
         expect = {{ Payer = {{ Web = 1, Data = 1 }}, Taem = \"Web\" }}\n"
    );
    let tests = RuleSet::from_toml(&toml, "rules.toml").unwrap().tests;
    assert_snapshot!(lines(compile(&toml).run_tests(&tests).unwrap()), @r"
    rules.toml:19:1: `Payer` is 3 of `Web`, 1 of `Data`, expected 1 of `Data`, 1 of `Web`
    rules.toml:19:1: there is no key `Taem`
    ");
}
