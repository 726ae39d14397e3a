//! Reading an answer that holds a list of rows, in one pass over its text: the rows are read as they
//! come, so that a page is held once.

use crate::fault::{DecodeFault, Decoded};
use crate::notes::Notes;
use crate::scan::Scanner;
use crate::wire::{Fields, utf8};

/// The rows of an answer under any one of `names`, and its other fields. Without the list, or with
/// `null` in its place, there are no rows but `None`. Where the answer announces in the field `count`
/// how many rows there are, a longer list is refused before it fills the memory.
pub(crate) fn read<'a, T>(
    body: &'a [u8],
    names: &[&'static str],
    count: Option<&'static str>,
    notes: &mut Notes,
    mut row: impl FnMut(&mut Fields<'a>, &mut Notes) -> Decoded<T>,
) -> Decoded<(Option<Vec<T>>, Fields<'a>)> {
    let mut scanner = Scanner::new(utf8(body)?);
    let name = names.first().copied().unwrap_or_default();
    let (mut rows, mut fields) = (None, Fields::default());
    if !scanner.enters(b'{')? {
        scanner.value()?;
        return Err(DecodeFault::new("", OBJECT));
    }
    let mut first = true;
    while scanner.another(first, b'}')? {
        first = false;
        let field = scanner.name()?;
        if !names.contains(&field.as_ref()) {
            fields.push(field, scanner.value()?);
            continue;
        }
        let announced = || count.map_or(Ok(None), |count| announced(body, count));
        let read = list(&mut scanner, name, announced, notes, &mut row)?;
        if rows.is_some() && read.is_some() {
            return Err(DecodeFault::new(name, "one list, but there are several"));
        }
        rows = rows.or(read);
    }
    scanner.end()?;
    Ok((rows, fields))
}

/// The same for a list that must be there.
pub(crate) fn required<'a, T>(
    body: &'a [u8],
    name: &'static str,
    notes: &mut Notes,
    row: impl FnMut(&mut Fields<'a>, &mut Notes) -> Decoded<T>,
) -> Decoded<(Vec<T>, Fields<'a>)> {
    let (rows, fields) = read(body, &[name], None, notes, row)?;
    Ok((rows.ok_or_else(|| DecodeFault::new(name, "a value, but it is missing"))?, fields))
}

const OBJECT: &str = "a JSON object";

/// A row of two bytes promises many that do not come.
const ROWS_RESERVED: usize = 1000;

/// The number in a field of the answer, wherever it stands.
fn announced(body: &[u8], count: &'static str) -> Decoded<Option<u64>> {
    let mut scanner = Scanner::new(utf8(body)?);
    let mut fields = Fields::default();
    let mut first = true;
    if !scanner.enters(b'{')? {
        return Ok(None);
    }
    while scanner.another(first, b'}')? {
        first = false;
        let (field, value) = (scanner.name()?, scanner.value()?);
        if field == count {
            fields.push(field, value);
        }
    }
    fields.take(count)?.count()
}

fn list<'a, T>(
    scanner: &mut Scanner<'a>,
    name: &'static str,
    announced: impl FnOnce() -> Decoded<Option<u64>>,
    notes: &mut Notes,
    read: &mut impl FnMut(&mut Fields<'a>, &mut Notes) -> Decoded<T>,
) -> Decoded<Option<Vec<T>>> {
    if !scanner.enters(b'[')? {
        let null = scanner.value()?.is_null();
        return if null { Ok(None) } else { Err(DecodeFault::new(name, "an array")) };
    }
    let mut rows = Vec::new();
    // One for all rows in turn, which saves making it anew for each.
    let mut fields = Fields::default();
    let mut row = 0;
    // Pages have 1000 rows at the most: only a longer one is worth the second look.
    let (mut announced, mut most) = (Some(announced), u64::MAX);
    while scanner.another(row == 0, b']')? {
        if row >= ROWS_RESERVED {
            if let Some(announced) = announced.take() {
                most = announced()?.unwrap_or(u64::MAX);
            }
            if u64::try_from(row).is_ok_and(|row| row >= most) {
                return Err(DecodeFault::new(name, "an array of no more rows than the answer announces"));
            }
        }
        let start = scanner.clone();
        let one = if scanner.enters(b'{')? {
            fields.fill(scanner)?;
            read(&mut fields, notes)
        } else {
            scanner.value()?;
            Err(DecodeFault::new("", OBJECT))
        };
        match one {
            Ok(one) => {
                notes.unknown.note(format_args!("{name}[]."), &fields);
                if row == 0 {
                    // A quarter more, since rows differ in length.
                    let alike = scanner.more_like(&start);
                    rows.reserve((alike + alike / 4 + 1).min(ROWS_RESERVED));
                }
                rows.push(one);
            }
            Err(fault) => {
                let fault = fault.under(&format!("{name}[{row}]"));
                if !notes.lenient {
                    return Err(fault);
                }
                notes.bad_row(row, scanner.passed(&start), fault);
            }
        }
        row += 1;
    }
    Ok(Some(rows))
}
