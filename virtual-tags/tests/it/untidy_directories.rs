//! Directories as spreadsheets and portals write them: the people that are in them, or a refusal with a place.

use cost_model::Timestamp;
use virtual_tags::{Directory, Result};

fn csv(bytes: impl AsRef<[u8]>) -> Result<Directory> {
    Directory::from_csv(bytes.as_ref(), "people.csv")
}

fn team(directory: &Directory) -> Option<String> {
    let at = Timestamp::midnight("2026-06-01".parse().unwrap());
    directory.fact("iris@example.com", "team", at).map(str::to_owned)
}

#[track_caller]
fn refused(outcome: Result<Directory>, place: &str, word: &str) {
    let error = outcome.unwrap_err().to_string();
    assert!(error.starts_with(place), "{error}");
    assert!(error.contains(word), "{error}");
}

#[test]
fn separators_marks_and_header_words_do_not_matter() {
    let people = include_bytes!("cases/semicolons/people.csv").as_slice();
    assert_eq!(team(&csv(people).unwrap()).as_deref(), Some("Web"));
    for text in [
        "email,team\niris@example.com,Web\n",
        "sep=;\nemail;team\niris@example.com;Web\n",
        "EMAIL\tTeam\niris@example.com\tWeb\n",
        "\u{feff}Email , team\n iris@example.com , Web \n",
        "\"e\u{200b}mail\",\"team\",,\n\"iris@example.com\",\"Web\",,\n,,,\n",
        "# people of May\nemail|team\niris@example.com|Web\n",
    ] {
        let directory = csv(text).unwrap();
        let name = directory.facts()[0].to_string();
        let at = Timestamp::midnight("2026-06-01".parse().unwrap());
        assert_eq!(directory.fact("iris@example.com", &name, at), Some("Web"), "{text}");
    }
    let utf16: Vec<u8> =
        "\u{feff}email,team\niris@example.com,Web\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(team(&csv(utf16).unwrap()).as_deref(), Some("Web"));
}

#[test]
fn files_that_are_cut_off_or_no_text_are_named_with_their_line() {
    refused(csv("email,team\n\"iris@example.com,Web\n"), "people.csv:2: ", "ends inside a quoted cell");
    refused(csv("email,team\n\"iris\"@example.com,Web\n"), "people.csv:2: ", "closing quote");
    refused(csv("email,team\niris@example.com,Web,Ops\n"), "people.csv:2: ", "3 fields");
    refused(csv(b"email,team\niris@example.com,Caf\xe9\n"), "people.csv:2: ", "Windows-1252");
    refused(csv("email,team,TEAM\n"), "people.csv:1: ", "twice");
    refused(csv(b"PK\x03\x04"), "people.csv: ", "spreadsheet");
}

#[test]
fn a_person_that_begins_with_a_hash_is_no_comment() {
    let directory = csv("email,team\n#bot,Web\n# left in May\niris@example.com,Web\n").unwrap();
    assert_eq!(directory.people(), 2);
}

#[test]
fn json_may_begin_with_a_byte_order_mark_and_holds_no_field_twice() {
    let json = |text: &str| Directory::from_json(text, "people.json");
    let directory = json(include_str!("cases/byte-order-mark-in-json/people.json")).unwrap();
    assert_eq!(team(&directory).as_deref(), Some("Web"));
    refused(
        json(include_str!("cases/byte-order-mark-in-json/twice.json")),
        "people.json:1:2: ",
        "duplicate field `team`",
    );
    for fields in [
        r#""email":"iris@example.com","Team":"Web","team":"Ops""#,
        r#""email":"iris@example.com","EMAIL":"bo@example.com""#,
        r#""email":"iris@example.com","te\u0061m":"Web","team":"Ops""#,
    ] {
        let outcome = json(&format!("[{{{fields}}}]"));
        let error = outcome.unwrap_err().to_string();
        assert!(error.starts_with("people.json:1:2: ") && !error.contains('@'), "{error}");
    }
    let directory = json(r#"[{"Email":"iris@example.com","team":"Web","From":"2026-01-01"}]"#).unwrap();
    assert_eq!((team(&directory).as_deref(), directory.facts().len()), (Some("Web"), 1));
}
