//! Walks `corpus.txt`: sentences, and below each the outcome for it.

const CORPUS: &str = include_str!("corpus.txt");

/// Compares the lines of the given names below every sentence with what is found of it, as names and texts.
pub(super) fn check(names: [&str; 2], findings: impl Fn(&str) -> Vec<(&'static str, String)>) {
    let mut lines = CORPUS.lines().peekable();
    let mut sentences = 0;
    let mut wrong = Vec::new();
    while let Some(sentence) = lines.next() {
        if sentence.is_empty() || sentence.starts_with('#') {
            continue;
        }
        sentences += 1;
        let mut expected = Vec::new();
        while let Some(line) = lines.next_if(|line| line.starts_with("  ")) {
            let name = line.get(2..11).unwrap_or(line).trim_end();
            assert!(["prints", "vql", "not vql", "error"].contains(&name), "{line}");
            expected.extend(names.contains(&name).then_some(line));
        }
        let found = findings(sentence).into_iter().map(|(name, text)| format!("  {name:<9}{text}"));
        let found: Vec<_> = found.collect();
        if found != expected {
            wrong.push(format!("{sentence}\n{}\n", found.join("\n")));
        }
    }
    assert!(wrong.is_empty(), "{} differ; found was:\n{}", wrong.len(), wrong.join(""));
    assert!(sentences >= 150, "only {sentences} sentences");
}
