//! A roster as a file: CSV in and out.
//!
//! One address a line, in the first column; what else stands there is left alone. Comma, semicolon
//! or tab between columns. A first line that holds no address is taken for a heading.

use std::collections::BTreeMap;

use csv::{ReaderBuilder, StringRecord, WriterBuilder};
use serde::{Deserialize, Serialize};

use crate::verification::UserId;
use crate::verification::address::{Address, Email, Phone, PhoneError};

/// Lines in the longest roster.
pub const LONGEST: usize = 10_000;
/// Bytes in the largest file that is fetched for one.
pub const LARGEST: usize = 2 * 1024 * 1024;

/// What spreadsheets take for the beginning of a formula.
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// One line of an exported roster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub address: Address,
    pub admitted: Vec<UserId>,
}

/// A file, read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct File {
    /// Each once, in the order of the file. `u32`: its line, counted from 1.
    pub addresses: Vec<(u32, Address)>,
    pub bad: Vec<Bad>,
    /// Lines with an address that stands further up already.
    pub repeated: u32,
}

/// A line that is no address.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bad {
    /// Counted from 1.
    pub line: u32,
    pub reason: Reason,
}

#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reason {
    /// Neither an e-mail address nor an international phone number.
    Unreadable,
    /// A number that cannot receive SMS.
    CannotReceive,
    /// Not UTF-8, or a quote that is never closed.
    Broken,
}

/// Why a file is no roster at all.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Unusable {
    /// It holds zero bytes: a spreadsheet's own format, a picture.
    NotText,
    Empty,
    /// More than [`LONGEST`] lines.
    TooLong,
}

/// Reads a file.
///
/// # Errors
/// [`Unusable`]; a bad line is no error, but one of [`File::bad`].
pub fn read(bytes: &[u8]) -> Result<File, Unusable> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if bytes.contains(&0) {
        return Err(Unusable::NotText);
    }
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter(bytes))
        .trim(csv::Trim::All)
        .from_reader(bytes);
    let mut file = File::default();
    let mut seen = BTreeMap::new();
    let mut lines = 0;
    let mut count = Count { bytes, at: 0, line: 1 };
    for (place, record) in reader.records().enumerate() {
        let Ok(record) = record else {
            file.bad.push(Bad { line: place_of(place), reason: Reason::Broken });
            continue;
        };
        let line = record.position().map_or(place_of(place), |at| count.line_at(at.byte()));
        let Some(cell) = first(&record) else { continue };
        lines += 1;
        if lines > LONGEST + 1 {
            return Err(Unusable::TooLong);
        }
        match parse(cell) {
            Ok(address) => {
                if seen.insert(address.uniqueness_key(), ()).is_some() {
                    file.repeated += 1;
                } else {
                    file.addresses.push((line, address));
                }
            }
            Err(_) if place == 0 && is_heading(cell) => {}
            Err(reason) => file.bad.push(Bad { line, reason }),
        }
    }
    if file.addresses.len() > LONGEST {
        return Err(Unusable::TooLong);
    }
    if file.addresses.is_empty() && file.bad.is_empty() {
        return Err(Unusable::Empty);
    }
    Ok(file)
}

/// The roster as CSV: `address,admitted`, the Telegram ids of those whom an address let in
/// separated by spaces. Nothing in it is a formula to a spreadsheet, and [`read`] takes it back.
#[must_use]
pub fn export(lines: &[Line]) -> String {
    let mut writer = WriterBuilder::new().from_writer(Vec::new());
    let rows = lines.iter().map(|line| {
        let admitted: Vec<String> = line.admitted.iter().map(|user| user.0.to_string()).collect();
        [harmless(line.address.as_str()), admitted.join(" ")]
    });
    let heading = ["address".to_owned(), "admitted".to_owned()];
    for row in std::iter::once(heading).chain(rows) {
        // Writing into memory does not fail.
        let _ = writer.write_record(&row);
    }
    let bytes = writer.into_inner().unwrap_or_default();
    String::from_utf8(bytes).unwrap_or_default()
}

/// An address as it may be typed or stand in a file.
///
/// # Errors
/// Why it is none.
pub fn parse(cell: &str) -> Result<Address, Reason> {
    let cell = cell.trim().trim_start_matches('\'').trim();
    if cell.contains('@') {
        return Email::parse(cell).map(Address::Email).map_err(|_| Reason::Unreadable);
    }
    match Phone::parse(cell) {
        Ok(phone) => Ok(Address::Phone(phone)),
        Err(PhoneError::CannotReceive) => Err(Reason::CannotReceive),
        Err(PhoneError::Unreadable) => Err(Reason::Unreadable),
    }
}

/// Counts lines on the way through a file: the reader's own count leaves empty ones out.
struct Count<'b> {
    bytes: &'b [u8],
    at: usize,
    line: u32,
}

impl Count<'_> {
    /// The line of the first record at or after this byte; later bytes only.
    fn line_at(&mut self, byte: u64) -> u32 {
        let from = usize::try_from(byte).unwrap_or(usize::MAX);
        while let Some(byte) = self.bytes.get(self.at) {
            let is_end = matches!(byte, b'\n' | b'\r');
            if self.at >= from && !is_end {
                break;
            }
            self.line = self.line.saturating_add(u32::from(*byte == b'\n'));
            self.at += 1;
        }
        self.line
    }
}

/// What a spreadsheet would compute is marked as text.
fn harmless(cell: &str) -> String {
    if cell.starts_with(FORMULA) { format!("'{cell}") } else { cell.to_owned() }
}

fn place_of(place: usize) -> u32 {
    u32::try_from(place + 1).unwrap_or(u32::MAX)
}

fn first(record: &StringRecord) -> Option<&str> {
    record.get(0).filter(|cell| !cell.is_empty())
}

/// A heading is a word: no `@`, no digit.
fn is_heading(cell: &str) -> bool {
    !cell.contains('@') && !cell.chars().any(char::is_numeric)
}

/// The character that separates columns in the first line.
fn delimiter(bytes: &[u8]) -> u8 {
    let first = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
    *b";\t,".iter().find(|delimiter| first.contains(delimiter)).unwrap_or(&b',')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn addresses(text: &str) -> Vec<(u32, String)> {
        let file = read(text.as_bytes()).expect("a roster");
        file.addresses.into_iter().map(|(line, a)| (line, a.as_str().to_owned())).collect()
    }

    fn bad(text: &str) -> Vec<(u32, Reason)> {
        let file = read(text.as_bytes()).expect("a roster");
        file.bad.into_iter().map(|bad| (bad.line, bad.reason)).collect()
    }

    #[test]
    fn addresses_are_read_in_the_first_column_with_their_lines() {
        let expected = vec![(2, "nora@example.org".to_owned()), (4, "+4915123456789".to_owned())];
        for text in [
            "E-mail,Name\nnora@example.org,Nora\n\n+49 151 23456789,Omar\n",
            "address;name\r\nnora@example.org;\"Nora; N.\"\r\n\r\n+49 151 23456789;Omar\r\n",
            "\u{feff}Adresse\tName\n nora@example.org \tNora\n\n'+4915123456789\n",
        ] {
            assert_eq!(addresses(text), expected, "{text:?}");
        }
    }

    #[test]
    fn bad_lines_are_named_and_good_ones_kept() {
        let text =
            "nora@example.org\nnora\n015123456789\nnora@localhost\n+49 30 123456\nomar@example.org";
        assert_eq!(addresses(text).len(), 2);
        assert_eq!(
            bad(text),
            [
                (2, Reason::Unreadable),
                (3, Reason::Unreadable),
                (4, Reason::Unreadable),
                (5, Reason::CannotReceive)
            ]
        );
    }

    #[test]
    fn one_address_counts_once_however_it_is_spelt() {
        let file = read(b"Nora.N@gmail.com\nnoran+x@googlemail.com\nnora.n@example.org").unwrap();
        assert_eq!((file.addresses.len(), file.repeated), (2, 1));
    }

    #[test]
    fn what_is_no_roster_is_refused_whole() {
        assert_eq!(read(b""), Err(Unusable::Empty));
        assert_eq!(read(b"\n\n"), Err(Unusable::Empty));
        assert_eq!(read(b"address\n"), Err(Unusable::Empty));
        assert_eq!(read(b"PK\x03\x04\0\0"), Err(Unusable::NotText));
        let line = |n: usize| format!("a{n}@example.org\n");
        let most: String = (0..LONGEST).map(line).collect();
        assert_eq!(read(most.as_bytes()).map(|file| file.addresses.len()), Ok(LONGEST));
        let heading = format!("address\n{most}");
        assert_eq!(read(heading.as_bytes()).map(|file| file.addresses.len()), Ok(LONGEST));
        let more = most + &line(LONGEST);
        assert_eq!(read(more.as_bytes()), Err(Unusable::TooLong));
    }

    #[test]
    fn an_export_computes_nothing_and_can_be_read_back() {
        let address = |text| parse(text).expect("an address");
        let lines = ["nora@example.org", "+4915123456789", "=cmd+x@example.org"]
            .map(|text| Line { address: address(text), admitted: vec![UserId(7), UserId(8)] });
        let csv = export(&lines);
        assert_eq!(
            csv,
            "address,admitted\nnora@example.org,7 8\n'+4915123456789,7 8\n'=cmd+x@example.org,7 8\n"
        );
        let read: Vec<_> =
            read(csv.as_bytes()).unwrap().addresses.into_iter().map(|a| a.1).collect();
        assert_eq!(read, lines.map(|line| line.address));
    }

    proptest! {
        #[test]
        fn any_bytes_are_a_roster_or_a_reason(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _ = read(&bytes);
        }

        #[test]
        fn any_text_is_a_roster_or_a_reason(text in ".{0,200}(\n.{0,80}){0,5}") {
            if let Ok(file) = read(text.as_bytes()) {
                let lines = u32::try_from(text.matches('\n').count() + 1).unwrap();
                prop_assert!(file.addresses.iter().all(|(line, _)| *line >= 1 && *line <= lines));
            }
        }
    }
}
