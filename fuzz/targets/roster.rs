//! Rosters that admins send as files.

#![no_main]

use std::collections::BTreeSet;

use countersign::administration::roster::{LARGEST, LONGEST, Line, export, read};
use countersign::verification::UserId;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if bytes.len() > LARGEST {
        return;
    }
    let Ok(file) = read(bytes) else { return };
    assert!(file.addresses.len() <= LONGEST && !bytes.contains(&0));
    let keys: BTreeSet<_> = file.addresses.iter().map(|(_, a)| a.uniqueness_key()).collect();
    assert_eq!(keys.len(), file.addresses.len(), "an address stands there twice");
    assert!(file.addresses.is_sorted_by_key(|(line, _)| *line), "not in the file's order");
    let lines = 1 + bytes.iter().filter(|byte| **byte == b'\n').count();
    assert!(file.addresses.iter().all(|(line, _)| (1..=lines).contains(&(*line as usize))));

    let admitted = |n: usize| (0..n % 3).map(|user| UserId(user as u64)).collect();
    let rows = file.addresses.iter().enumerate();
    let rows: Vec<_> = rows
        .map(|(n, (_, address))| Line { address: address.clone(), admitted: admitted(n) })
        .collect();
    let csv = export(&rows);
    for cell in csv.lines().flat_map(|line| line.split(',')) {
        let first = cell.trim_start_matches('"').chars().next();
        assert!(!matches!(first, Some('=' | '+' | '-' | '@' | '\t' | '\r')), "{cell} computes");
    }
    if rows.is_empty() {
        return;
    }
    let back = read(csv.as_bytes()).expect("what was exported can be read");
    assert!(back.bad.is_empty() && back.repeated == 0);
    let back: Vec<_> = back.addresses.into_iter().map(|(_, address)| address).collect();
    assert_eq!(back, rows.into_iter().map(|row| row.address).collect::<Vec<_>>());
});
