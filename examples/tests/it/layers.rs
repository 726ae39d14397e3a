//! What may stand in which crate.

use std::path::Path;

/// The core knows no provider: what one of them calls its tags stands in its adapter.
#[test]
fn no_tag_of_a_provider_stands_in_the_core() {
    fn scan(folder: &Path, found: &mut Vec<String>, read: &mut usize) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                scan(&path, found, read);
                continue;
            }
            *read += 1;
            let text = std::fs::read_to_string(&path).unwrap();
            let code = text.split("#[cfg(test)]\nmod ").next().unwrap();
            let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
            let named = lines.filter(|line| line.contains("cursor:") || line.contains("\"cursor\""));
            found.extend(named.map(|line| format!("{}: {line}", path.display())));
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let (mut found, mut read) = (Vec::new(), 0);
    for folder in ["virtual-tags/src", "reconcile/src"] {
        scan(&root.join(folder), &mut found, &mut read);
    }
    assert!(read > 80, "only {read} files");
    assert_eq!(found, Vec::<String>::new());
}
