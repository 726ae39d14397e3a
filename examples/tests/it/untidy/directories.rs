//! Directories of people.

use cost_model::Timestamp;
use proptest::prelude::*;
use virtual_tags::Directory;

use super::numbers::Must;
use super::sheet::{Encoding, SHAPES, Sheet, encode, reshape};

const PEOPLE: [&str; 4] = ["iris", "bo", "cleo", "dan"];

fn truth(teams: &[usize]) -> Vec<(String, String)> {
    teams
        .iter()
        .enumerate()
        .map(|(place, team)| (format!("{}@example.com", PEOPLE[place]), format!("Team {team}")))
        .collect()
}

/// Whether each person is in the team; `name` is what the column of teams is called.
fn holds(directory: &Directory, teams: &[usize]) -> bool {
    let at = Timestamp::midnight("2026-06-01".parse().unwrap());
    let Some(team) = directory.facts().iter().find(|fact| fact.eq_ignore_ascii_case("team")) else {
        return false;
    };
    directory.people() == teams.len()
        && truth(teams).iter().all(|(email, name)| directory.fact(email, team, at) == Some(name.as_str()))
}

/// Shapes that only matter where amounts are: a column of people may be called anything.
fn is_about_amounts(shape: usize) -> bool {
    matches!(shape, 25 | 27 | 28)
}

proptest! {
    #[test]
    fn an_untidy_directory_gives_its_people_or_is_refused_with_a_place(
        teams in prop::collection::vec(0_usize..3, 1..=4),
        features in prop::collection::vec((0..SHAPES, 0_usize..1_000), 0..=3),
    ) {
        let rows = truth(&teams).into_iter().map(|(email, team)| vec![email, team, "2026-01-01".to_owned(), String::new()]);
        let mut sheet = Sheet::new(&["email", "team", "from", "to"], rows.collect());
        let mut must = Must::BeTrue;
        for (feature, pick) in features.iter().filter(|(feature, _)| !is_about_amounts(*feature)) {
            must = must.and(reshape(&mut sheet, *feature, *pick, "team"));
        }
        let bytes = sheet.bytes();
        let shown = format!("{features:?}: {}", String::from_utf8_lossy(&bytes));
        match Directory::from_csv(&bytes, "people.csv") {
            Ok(directory) => {
                prop_assert_eq!(must, Must::BeTrue, "{}", shown);
                prop_assert!(holds(&directory, &teams), "{shown}");
            }
            Err(error) => {
                prop_assert!(!features.is_empty(), "{error}: {shown}");
                prop_assert!(error.place().and_then(|place| place.line).is_some(), "{error}: {shown}");
                prop_assert!(!error.to_string().contains('@'), "{error}");
            }
        }
    }

    #[test]
    fn an_untidy_directory_in_json_gives_its_people_or_is_refused_with_a_place(
        teams in prop::collection::vec(0_usize..3, 1..=4),
        spoil in 0_usize..7,
    ) {
        let row = |(email, team): (String, String)| format!("{{\"email\":\"{email}\",\"team\":\"{team}\"}}");
        let mut rows: Vec<String> = truth(&teams).into_iter().map(row).collect();
        let mut must = Must::BeTrue;
        let first = rows[0].clone();
        match spoil {
            0 => rows[0] = first.replace('}', ",\"team\":\"Other\"}"),
            1 => rows[0] = first.replace('}', ",\"Team\":\"Other\"}"),
            2 => rows[0] = first.replace('{', "{\"EMAIL\":\"other@example.com\","),
            _ => {}
        }
        if spoil < 3 {
            must = Must::Refuse;
        }
        let mut text = format!("[{}]", rows.join(",\n"));
        match spoil {
            3 => text.insert(0, '\u{feff}'),
            4 => {
                must = Must::Refuse;
                text.pop();
            }
            5 => text = text.replace("email", "Email"),
            _ => {}
        }
        match Directory::from_json(&text, "people.json") {
            Ok(directory) => {
                prop_assert_eq!(must, Must::BeTrue, "{}", text);
                prop_assert!(holds(&directory, &teams), "{text}");
            }
            Err(error) => {
                prop_assert_eq!(must, Must::Refuse, "{}: {}", error, text);
                prop_assert!(error.place().and_then(|place| place.line).is_some(), "{error}: {text}");
            }
        }
        let _ = encode(&text, Encoding::Utf8);
    }
}
