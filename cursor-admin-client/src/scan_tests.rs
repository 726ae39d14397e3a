use proptest::prelude::*;

use super::*;

fn whole(text: &str) -> Scanned<()> {
    let mut scanner = Scanner::new(text);
    scanner.value().and_then(|_| scanner.end())
}

/// A text is JSON for both or for neither. Where it breaks off, the two put it differently.
fn judged_alike(text: &str) -> bool {
    whole(text).is_ok() == serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok()
}

#[test]
fn every_part_of_a_text_is_a_cut_one() {
    let text = r#"{"a":[-1.5e+7,{"\u00e9\n":true}, false ,null],"b":"\ud83d x","c":[[],{}],"d":12}"#;
    assert_eq!(whole(text), Ok(()));
    for part in (0..text.len()).filter_map(|end| text.get(..end)) {
        assert_eq!(whole(part), Err(Broken::Cut), "{part}");
    }
}

#[test]
fn the_same_texts_are_json_as_for_serde() {
    for text in [
        "",
        " ",
        "null",
        " true ",
        "false",
        "nul",
        "nulL",
        "truex",
        "0",
        "-0",
        "00",
        "01",
        "-",
        "-a",
        "1.",
        "1.e1",
        "1.5",
        "1e",
        "1e+",
        "1e+5",
        "1E-05",
        ".5",
        "+1",
        "NaN",
        "1 2",
        "\"\"",
        "\"a",
        "\"a\\",
        "\"\\u12",
        "\"\\u12G4\"",
        "\"\\ud83d\"",
        "\"\\x\"",
        "\"\n\"",
        "\"\u{7f}é🚀\"",
        "{}",
        "{ }",
        "{,}",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1",
        "{\"a\":1,}",
        "{\"a\":1 \"b\":2}",
        "{\"a\":1,\"b\":[2,{\"c\":null}]}",
        "{a:1}",
        "[]",
        "[ ]",
        "[,]",
        "[1,]",
        "[1",
        "[1 2]",
        "[1,2]",
        "[[]",
        "]",
        "}",
        "{]",
        "[}",
        "\u{feff}1",
    ] {
        assert!(judged_alike(text), "{text:?}");
    }
    let deep = |depth| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert_eq!((whole(&deep(128)), whole(&deep(130))), (Ok(()), Err(Broken::Grammar)));
}

#[test]
fn a_stop_is_found_wherever_it_stands() {
    for stop in 0..=u8::MAX {
        for at in 0..20 {
            let mut text = "aé~ 🚀]a}€bcdefgh".repeat(2).into_bytes();
            text.truncate(40);
            text[at] = stop;
            let stops = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..=0x1f);
            assert_eq!(plain_length(&text), text.iter().position(stops), "{stop} at {at}");
        }
    }
}

proptest! {
    #[test]
    fn any_text_is_judged_as_by_serde(text in r#"[\[\]{},:"\\u0-9aeE.+\- tnrfls]{0,24}"#) {
        prop_assert!(judged_alike(&text));
    }
}

#[test]
fn strings_with_half_an_emoji() {
    let read = |text| Raw::of(text).unwrap().string().unwrap();
    assert_eq!(read(r#""a\ud83d""#), "a\u{fffd}\u{fffd}\u{fffd}");
    assert_eq!(read(r#""\u00e9\ud83d\ude80\n""#), "é🚀\n");
    assert_eq!(read(r#""a\"""#), "a\"");
    assert_eq!(Raw::of("1").unwrap().string(), None);
    assert_eq!(Raw::of("true").unwrap().number_text(), None);
}
