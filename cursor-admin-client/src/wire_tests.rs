use super::*;

fn with<T>(json: &str, read: impl FnOnce(Field<'_>) -> T) -> T {
    let text = format!(r#"{{"f":{json}}}"#);
    read(Fields::of_text(&text).unwrap().take("f").unwrap())
}

#[test]
fn moments() {
    let expected: DateTime<Utc> = "2026-07-31T10:00:00.417Z".parse().unwrap();
    for json in [
        "\"1785492000417\"",
        "1785492000417",
        "1785492000417.0",
        "1.785492000417e12",
        "\"2026-07-31T10:00:00.417Z\"",
        "\"2026-07-31T12:00:00.417+02:00\"",
    ] {
        assert_eq!(with(json, |f| f.instant()), Ok(Some(expected)), "{json}");
    }
    for json in ["\"\"", "\"soon\"", "true", "{}", "1e40", "\"2026-07-31\""] {
        assert!(with(json, |f| f.instant()).is_err(), "{json}");
    }
}

#[test]
fn flags_counts_and_ids() {
    assert_eq!(with("true", |f| f.flag()), Ok(Some(true)));
    assert_eq!(with("\"false\"", |f| f.flag()), Ok(Some(false)));
    assert_eq!(with("null", |f| f.flag()), Ok(None));
    assert!(with("1", |f| f.flag()).is_err());
    for json in ["1200", "\"1200\"", "1200.0", "1.2e3"] {
        assert_eq!(with(json, |f| f.count()), Ok(Some(1200)), "{json}");
    }
    assert!(with(r#""{}""#, |f| f.object().map(|_| ())).is_err());
    assert!(with(r#""[]""#, |f| f.rows(|_| Ok(()))).is_err());
    assert!(with(r#"["{}"]"#, |f| f.rows(|_| Ok(()))).is_err());
    for json in ["-1", "1.5", "\"x\"", "[]"] {
        assert!(with(json, |f| f.count()).is_err(), "{json}");
    }
    assert_eq!(with("42", |f| f.id()), Ok(Some("42".into())));
    assert_eq!(with("\"\"", |f| f.id()), Ok(None));
}

#[test]
fn objects_among_the_values() {
    let text = r#"{"a":{"x":1},"b":2,"c":{"x":3,"y":{"z":{}}},"d":null,"e":"{}"}"#;
    let mut scanner = Scanner::new(text);
    let mut fields = Fields::default();
    scanner.enters(b'{').unwrap();
    fields.fill(&mut scanner).unwrap();
    let mut x = |name| fields.inside(name, |inner| inner.take("x")?.count());
    assert_eq!(x("c"), Ok(Some(Some(3))), "taken apart on the way");
    assert_eq!((x("c"), x("d"), x("f")), (Ok(None), Ok(None), Ok(None)));
    assert_eq!(x("a"), Ok(Some(Some(1))), "taken apart now");
    assert_eq!((x("b").unwrap_err().path(), x("e").unwrap_err().path()), ("b", "e"));
    assert_eq!(fields.left().count(), 0);
}

#[test]
fn rows_of_different_shapes_in_one_place() {
    let text = r#"[{"a":1,"b":{"x":2}},{"a":3,"b":4,"c":5},{"b":{"x":6}},{},{"b":7,"b":8},{"a":9,"b":{}}]"#;
    let mut scanner = Scanner::new(text);
    let mut fields = Fields::default();
    let mut seen = Vec::new();
    scanner.enters(b'[').unwrap();
    while scanner.another(seen.is_empty(), b']').unwrap() {
        scanner.enters(b'{').unwrap();
        fields.fill(&mut scanner).unwrap();
        let a = fields.take("a").unwrap().count().unwrap();
        let b = fields.inside("b", |inner| inner.take("x")?.count()).ok();
        seen.push((a, b, fields.left().count()));
    }
    assert_eq!(
        seen,
        [
            (Some(1), Some(Some(Some(2))), 0),
            (Some(3), None, 1),
            (None, Some(Some(Some(6))), 0),
            (None, Some(None), 0),
            (None, None, 2),
            (Some(9), Some(Some(None)), 0),
        ]
    );
}

#[test]
fn the_same_name_twice_is_a_fault() {
    let mut fields = Fields::of_text(r#"{"a":1,"b":2,"a":3}"#).unwrap();
    assert!(fields.take("a").is_err());
    assert_eq!(fields.take("b").unwrap().count(), Ok(Some(2)));
}

#[test]
fn what_is_left_is_named_without_its_value() {
    let mut fields = Fields::of_text(r#"{"a":1,"b":"x","c":null,"d":[1],"e":{},"f":true}"#).unwrap();
    fields.take("a").unwrap();
    let left: Vec<_> = fields.left().collect();
    assert_eq!(left, [("b", "string"), ("c", "null"), ("d", "array"), ("e", "object"), ("f", "boolean")]);
}

#[test]
fn a_cut_text_is_told_apart() {
    assert!(Fields::of_answer(br#"{"a":1,"b":[1,"#).unwrap_err().is_cut());
    assert!(!Fields::of_answer(b"<html>").unwrap_err().is_cut());
    assert!(Fields::of_answer(b"").unwrap_err().is_cut());
}
