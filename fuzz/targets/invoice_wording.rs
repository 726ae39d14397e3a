//! Any text is a line's description, and its white space does not matter.
#![no_main]

use std::sync::LazyLock;

use cursor_invoice::CursorWordings;
use libfuzzer_sys::fuzz_target;
use reconcile::invoice::Wordings;

static WORDINGS: LazyLock<CursorWordings> = LazyLock::new(CursorWordings::new);

fuzz_target!(|description: &str| {
    let read = WORDINGS.interpret(description);
    assert_eq!(read, WORDINGS.interpret(&format!("\u{a0}{}\n", description.replace(' ', " \n\u{a0}"))));
});
