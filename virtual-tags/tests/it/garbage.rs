//! Whatever stands in a file, reading it ends in a value or an error.

use proptest::prelude::*;
use virtual_tags::{Directory, RuleSet};

use crate::naive::{cases, worlds};

fn read(csv: &[u8], toml: &str) {
    let directory = Directory::from_csv(csv, "directory.csv");
    let text = String::from_utf8_lossy(csv);
    if let Err(error) = Directory::from_json(&text, "people.json") {
        assert!(error.to_string().starts_with("people.json"), "{error}");
    }
    let rules = RuleSet::from_toml(toml, "rules.toml");
    if let Err(error) = &directory {
        assert!(error.to_string().starts_with("directory.csv"), "{error}");
    }
    match (rules, directory) {
        (Ok(rules), Ok(directory)) => {
            let columns = directory.facts().to_vec();
            if let Ok(rules) = rules
                .with_directory_facts(&directory, columns.iter().map(|each| &**each), "Nobody")
                .unwrap()
                .compile(directory)
            {
                let _ = rules.check();
            }
        }
        (Ok(rules), Err(_)) => {
            let _ = rules.compile(Directory::default());
        }
        (Err(error), _) => assert!(error.to_string().starts_with("rules.toml"), "{error}"),
    }
}

fn soup(words: &'static [&'static str]) -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(words), 0..24).prop_map(|words| words.concat())
}

const CSV_WORDS: [&str; 20] = [
    "email",
    "team",
    "from",
    "to",
    ",",
    ",",
    ",",
    "\n",
    "\n",
    "\r\n",
    "\"",
    "\"\"",
    "#",
    " ",
    "ana@acme.test",
    "@",
    "2026-01-01",
    "2026-13-01",
    "\u{feff}",
    "é",
];

const TOML_WORDS: [&str; 44] = [
    "[[tag]]\n",
    "[[tag.rule]]\n",
    "[tag]\n",
    "key = ",
    "default = ",
    "value = ",
    "when = ",
    "from_directory = ",
    "[[test]]\n",
    "at = ",
    "record = ",
    "expect = ",
    "from_field = ",
    "default_from = ",
    "transform = ",
    "split = ",
    "remainder = ",
    "email.is = ",
    "email.glob = ",
    "who = ",
    "from = ",
    "dates = ",
    "\"vtag.Team\"\n",
    "\"2026-09-15\"\n",
    "[{ value = \"A\", percent = 99999999999999999.5 }]\n",
    "{ split = \"-\", index = 9 }\n",
    "{ headcount = \"team\" }\n",
    "[\"A\", \"B\"]\n",
    "\"Team\"\n",
    "\"team\"\n",
    "\"\"\n",
    "'x'\n",
    "\"\"\"\ncosts.region = 'é'\"\"\"\n",
    "\"costs.region = \\\"x\\\"\"\n",
    "\"costs.region = 'x' é\"\n",
    "1\n",
    "[1]\n",
    "{}\n",
    "\n",
    "=",
    "\\",
    "é",
    "#",
    "\u{0}",
];

/// The texts of a world, with a few bytes changed, dropped or doubled.
fn bent(bytes: &[u8], bends: &[(usize, u8, u8)]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for (at, kind, byte) in bends {
        let at = at % (bytes.len() + 1);
        match kind {
            0 => bytes.insert(at, *byte),
            1 if at < bytes.len() => drop(bytes.remove(at)),
            _ => bytes.truncate(bytes.len().max(at)),
        }
    }
    bytes
}

proptest! {
    #![proptest_config(cases(512))]

    #[test]
    fn any_bytes_are_read_or_refused(csv in any::<Vec<u8>>(), toml in any::<String>()) {
        read(&csv, &toml);
    }

    #[test]
    fn near_files_are_read_or_refused(csv in soup(&CSV_WORDS), toml in soup(&TOML_WORDS)) {
        read(csv.as_bytes(), &toml);
        read(format!("email,team,from,to\n{csv}").as_bytes(), &format!("[[tag]]\nkey = \"Team\"\n{toml}"));
    }

    #[test]
    fn bent_files_are_read_or_refused(
        world in worlds(), bends in prop::collection::vec((any::<usize>(), 0_u8..3, any::<u8>()), 1..4),
    ) {
        let toml = bent(world.toml().as_bytes(), &bends);
        read(&bent(world.csv().as_bytes(), &bends), &String::from_utf8_lossy(&toml));
    }
}

#[test]
fn deep_nesting_is_refused() {
    for depth in [100, 100_000] {
        for text in [
            format!("tag = {}", "[".repeat(depth)),
            format!("tag = {}{}", "[".repeat(depth), "]".repeat(depth)),
            format!("{} = 1", vec!["tag"; depth].join(".")),
            format!(
                "[[tag]]\nkey = \"Team\"\n[[tag.rule]]\nvalue = \"A\"\nwhen = \"{}\"",
                "NOT ".repeat(depth)
            ),
        ] {
            assert!(RuleSet::from_toml(&text, "rules.toml").is_err());
        }
    }
}
