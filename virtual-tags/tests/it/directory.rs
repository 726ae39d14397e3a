//! The directory: the day of the event decides, and an email finds its person.

use cost_model::Timestamp;
use proptest::prelude::*;
use virtual_tags::Directory;

use crate::naive::{FACTS, cases, ids, instants, worlds};

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn the_day_of_the_event_decides(world in worlds(), id in ids()) {
        let directory = world.directory();
        prop_assert_eq!(directory.facts().iter().map(|fact| &**fact).collect::<Vec<_>>(), FACTS);
        for at in instants() {
            for (fact, name) in FACTS.iter().enumerate() {
                prop_assert_eq!(directory.fact(id, name, at), world.fact(id, fact, at), "{} at {}", id, at);
            }
            prop_assert_eq!(directory.fact(id, "no such fact", at), None);
        }
    }

    /// The order of the rows, line endings and comments mean nothing.
    #[test]
    fn the_shape_of_the_file_means_nothing(world in worlds(), id in ids()) {
        let plain = world.csv();
        let mut lines: Vec<_> = plain.lines().collect();
        lines[1..].reverse();
        let turned = format!("\u{feff}{}\r\n\r\n# a comment, with a comma\r\n", lines.join("\r\n"));
        let turned = Directory::from_csv(turned.as_bytes(), "directory.csv").unwrap();
        let plain = world.directory();
        prop_assert_eq!(turned.people(), plain.people());
        for at in instants() {
            prop_assert_eq!(turned.fact(id, FACTS[0], at), plain.fact(id, FACTS[0], at));
        }
    }

    /// Two spans of one person that share a day are refused, whichever comes first; spans that touch are not.
    #[test]
    fn spans_overlap_or_they_do_not(a in (0_u32..5, 1_u32..4), b in (0_u32..5, 1_u32..4)) {
        let row = |(first, length): (u32, u32)| {
            format!("ana@acme.test,A,2026-01-{:02},2026-01-{:02}\n", first + 1, first + 1 + length)
        };
        let csv = format!("email,team,from,to\n{}{}", row(a), row(b));
        let shared = (0..9).any(|day| {
            let within = |(first, length)| first <= day && day < first + length;
            within(a) && within(b)
        });
        prop_assert_eq!(Directory::from_csv(csv.as_bytes(), "directory.csv").is_err(), shared);
    }
}

#[test]
fn an_open_date_is_open() {
    let csv = "email,team\nana@acme.test,Payments\n";
    let directory = Directory::from_csv(csv.as_bytes(), "directory.csv").unwrap();
    for date in ["0001-01-01", "2026-01-01", "9999-12-31"] {
        let at = Timestamp::midnight(date.parse().unwrap());
        assert_eq!(directory.fact("ana@acme.test", "team", at), Some("Payments"));
    }
    let none = Directory::default();
    assert_eq!((none.people(), none.facts().len()), (0, 0));
}
