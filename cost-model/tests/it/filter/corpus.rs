//! Every sentence of `corpus.txt` does what stands below it.

use std::ops::Range;

use cost_model::Filter;

const CORPUS: &str = include_str!("corpus.txt");

/// What the corpus says, or should say, about a sentence.
fn findings(sentence: &str) -> Vec<String> {
    let filter = match Filter::parse(sentence) {
        Ok(filter) => filter,
        Err(error) => return vec![format!("  error    {error}")],
    };
    let mut findings = Vec::new();
    let printed = filter.to_string();
    if printed != sentence {
        findings.push(format!("  prints   {printed}"));
    }
    assert!(Filter::parse(&printed).is_ok_and(|again| again == filter), "{sentence} printed as {printed}");
    match filter.to_vql() {
        Ok(vql) => {
            let again = Filter::parse(&vql).map(|filter| filter.to_vql().unwrap());
            assert_eq!(again.ok().as_ref(), Some(&vql), "{sentence} is no VQL of its own");
            findings.push(format!("  vql      {vql}"));
        }
        Err(reasons) => findings.extend(
            reasons
                .iter()
                .map(|reason| format!("  not vql  {reason} ({})", columns(sentence, &reason.span()))),
        ),
    }
    findings
}

fn columns(sentence: &str, span: &Range<usize>) -> String {
    let column = |at: usize| sentence.get(..at).unwrap().chars().count();
    format!("columns {} to {}", column(span.start) + 1, column(span.end))
}

#[test]
fn every_sentence_does_what_the_corpus_says() {
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
            expected.push(line.to_owned());
        }
        let found = findings(sentence);
        if found != expected {
            wrong.push(format!("{sentence}\n{}\n", found.join("\n")));
        }
    }
    assert!(wrong.is_empty(), "{} differ; found was:\n{}", wrong.len(), wrong.join(""));
    assert!(sentences >= 150, "only {sentences} sentences");
}
