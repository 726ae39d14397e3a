//! A table in the making, and what spreadsheets do to its shape.

use cost_model::input::fold;

use super::numbers::Must;

/// Cells, and how they are written.
#[derive(Clone, Debug)]
pub struct Sheet {
    pub above: Vec<String>,
    pub header: Vec<String>,
    pub rows: Vec<Vec<String>>,
    pub separator: char,
    pub quotes_all: bool,
    pub line_end: &'static str,
    pub encoding: Encoding,
    pub blank_lines: bool,
    /// Written as it is behind the rows.
    pub behind: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    Utf8,
    Utf8Marked,
    Utf16Le,
    Utf16Be,
    Utf16Bare,
    Windows1252,
}

impl Sheet {
    pub fn new(header: &[&str], rows: Vec<Vec<String>>) -> Self {
        Self {
            above: Vec::new(),
            header: header.iter().map(ToString::to_string).collect(),
            rows,
            separator: ',',
            quotes_all: false,
            line_end: "\n",
            encoding: Encoding::Utf8,
            blank_lines: false,
            behind: String::new(),
        }
    }

    pub fn column(&self, name: &str) -> Option<usize> {
        self.header.iter().position(|each| fold(each) == fold(name))
    }

    pub fn text(&self) -> String {
        let mut lines: Vec<String> = self.above.clone();
        lines.push(self.line(&self.header));
        for row in &self.rows {
            if self.blank_lines {
                lines.push(String::new());
            }
            lines.push(self.line(row));
        }
        lines.push(self.behind.clone());
        lines.join(self.line_end)
    }

    fn line(&self, cells: &[String]) -> String {
        let cell = |cell: &String| {
            let needs = cell.contains([self.separator, '"', '\n', '\r']);
            if needs || self.quotes_all { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell.clone() }
        };
        cells.iter().map(cell).collect::<Vec<_>>().join(&self.separator.to_string())
    }

    pub fn bytes(&self) -> Vec<u8> {
        encode(&self.text(), self.encoding)
    }
}

pub fn encode(text: &str, encoding: Encoding) -> Vec<u8> {
    let utf16 = |mark: &str, bytes: fn(u16) -> [u8; 2]| {
        format!("{mark}{text}").encode_utf16().flat_map(bytes).collect::<Vec<u8>>()
    };
    match encoding {
        Encoding::Utf8 => text.as_bytes().to_vec(),
        Encoding::Utf8Marked => format!("\u{feff}{text}").into_bytes(),
        Encoding::Utf16Le => utf16("\u{feff}", u16::to_le_bytes),
        Encoding::Utf16Be => utf16("\u{feff}", u16::to_be_bytes),
        Encoding::Utf16Bare => utf16("", u16::to_le_bytes),
        Encoding::Windows1252 => {
            text.chars().map(|each| u8::try_from(u32::from(each)).unwrap_or(b'?')).chain([0xe9]).collect()
        }
    }
}

pub const SHAPES: usize = 34;

/// Changes the shape of a table of which `money` is the column of amounts. `pick` chooses where.
pub fn reshape(sheet: &mut Sheet, which: usize, pick: usize, money: &str) -> Must {
    match which {
        0 => sheet.separator = ';',
        1 => sheet.separator = '\t',
        2 => sheet.separator = '|',
        3 => sheet.above.insert(0, "sep=,".to_owned()),
        4 => {
            sheet.separator = ';';
            sheet.above.insert(0, "sep=;".to_owned());
        }
        5 => sheet.line_end = "\r\n",
        6 => sheet.line_end = "\r",
        7 => sheet.quotes_all = true,
        8 => sheet.encoding = Encoding::Utf8Marked,
        9 => sheet.encoding = Encoding::Utf16Le,
        10 => sheet.encoding = Encoding::Utf16Be,
        11 => sheet.encoding = Encoding::Utf16Bare,
        12 => sheet.encoding = Encoding::Windows1252,
        13 => sheet.blank_lines = true,
        14 => each_name(sheet, str::to_uppercase),
        15 => each_name(sheet, str::to_lowercase),
        16 => each_name(sheet, |name| format!(" {name}\u{a0}")),
        17 => each_name(sheet, |name| format!("\u{200b}{name}\u{feff}")),
        18 => each_name(sheet, |name| name.replace(' ', "  ")),
        19 => each_row(sheet, |row| row.extend([String::new(), String::new()])),
        20 => {
            let width = sheet.header.len();
            sheet.rows.push(vec![String::new(); width]);
        }
        21 => {
            let by = pick % sheet.header.len();
            each_row(sheet, |row| {
                let by = by.min(row.len());
                row.rotate_left(by);
            });
        }
        22 => add_column(sheet, "Region", "eu"),
        23 => add_column(sheet, "Request ID", "r-1"),
        24 => each_cell(sheet, |cell| format!(" {cell} ")),
        _ => return spoil(sheet, which, pick, money),
    }
    Must::BeTrue
}

/// Changes after which the true figures are not in the file, or not known to be.
fn spoil(sheet: &mut Sheet, which: usize, pick: usize, money: &str) -> Must {
    let row = pick % sheet.rows.len().max(1);
    match which {
        25 => add_column(sheet, "List Price", "9.99"),
        26 => add_column(sheet, money, "9.99"),
        27 => {
            let other = ["Spend", "Price", "Charge (USD)", "Net value"][pick % 4];
            return rename(sheet, money, other);
        }
        28 => return rename(sheet, money, &format!("{money} (USD)")),
        29 => {
            // Cut inside a cell.
            "\"2026-07".clone_into(&mut sheet.behind);
        }
        30 if has_whole(sheet, row) => {
            let last = sheet.rows[row].pop();
            if last.is_none_or(|last| last.trim().is_empty()) {
                return Must::BeTrue;
            }
        }
        31 if has_whole(sheet, row) => sheet.rows[row].push("9.99".to_owned()),
        32 => add_column(sheet, &format!("{money}\u{200b}"), "9.99"),
        33 if !sheet.rows.is_empty() => {
            let line = sheet.line(&sheet.rows[row].clone());
            sheet.behind = format!("\"{}\"x{line}", "a");
        }
        _ => return Must::BeTrue,
    }
    Must::Refuse
}

/// Whether the table has a row there that nothing was taken from or added to.
pub fn has_whole(sheet: &Sheet, row: usize) -> bool {
    sheet.rows.get(row).is_some_and(|cells| cells.len() == sheet.header.len() && !cells[0].starts_with('#'))
}

fn each_name(sheet: &mut Sheet, change: impl Fn(&str) -> String) {
    for name in &mut sheet.header {
        *name = change(name);
    }
}

fn each_cell(sheet: &mut Sheet, change: impl Fn(&str) -> String) {
    for cell in sheet.rows.iter_mut().flatten() {
        *cell = change(cell);
    }
}

fn each_row(sheet: &mut Sheet, change: impl Fn(&mut Vec<String>)) {
    change(&mut sheet.header);
    sheet.rows.iter_mut().for_each(change);
}

fn add_column(sheet: &mut Sheet, name: &str, cell: &str) {
    sheet.header.push(name.to_owned());
    sheet.rows.iter_mut().for_each(|row| row.push(cell.to_owned()));
}

fn rename(sheet: &mut Sheet, name: &str, other: &str) -> Must {
    let Some(column) = sheet.column(name) else { return Must::BeTrue };
    other.clone_into(&mut sheet.header[column]);
    Must::Refuse
}
