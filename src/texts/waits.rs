//! How long something takes, in one unit that people would use. Always rounded up: whoever comes
//! back when we said must find the door open.

use std::time::Duration;

/// `count` of `unit`: `second`, `minute`, `hour` or `day`.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct Wait {
    pub unit: &'static str,
    pub count: u64,
}

/// Below two of a unit, the next smaller one says it better: 90 seconds, but 1 minute.
pub fn rounded(wait: Duration) -> Wait {
    let seconds = in_seconds(wait);
    let minutes = seconds.div_ceil(60);
    let hours = seconds.div_ceil(60 * 60);
    let days = seconds.div_ceil(24 * 60 * 60);
    if seconds < 60 || (seconds < 120 && !seconds.is_multiple_of(60)) {
        Wait { unit: "second", count: seconds }
    } else if minutes < 60 || (minutes < 120 && !minutes.is_multiple_of(60)) {
        Wait { unit: "minute", count: minutes }
    } else if hours < 48 {
        Wait { unit: "hour", count: hours }
    } else {
        Wait { unit: "day", count: days }
    }
}

/// In seconds below two minutes, for somebody who is watching the clock.
pub fn precise(wait: Duration) -> Wait {
    match in_seconds(wait) {
        seconds @ ..120 => Wait { unit: "second", count: seconds },
        _ => rounded(wait),
    }
}

/// Nothing is over "in 0 seconds".
fn in_seconds(wait: Duration) -> u64 {
    let whole = wait.as_secs();
    if wait.subsec_nanos() > 0 { whole.saturating_add(1) } else { whole.max(1) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn waits_are_said_in_one_unit_and_rounded_up() {
        let check = |seconds: f64, count: u64, unit: &'static str| {
            assert_eq!(
                rounded(Duration::from_secs_f64(seconds)),
                Wait { unit, count },
                "{seconds}"
            );
        };
        check(0.0, 1, "second");
        check(0.2, 1, "second");
        check(41.001, 42, "second");
        check(59.5, 1, "minute");
        check(60.0, 1, "minute");
        check(61.0, 61, "second");
        check(120.0, 2, "minute");
        check(299.9, 5, "minute");
        check(300.0, 5, "minute");
        check(301.0, 6, "minute");
        check(3_600.0, 1, "hour");
        check(3_601.0, 61, "minute");
        check(14_000.0, 4, "hour");
        check(86_400.0, 24, "hour");
        check(172_801.0, 3, "day");
    }

    #[test]
    fn a_countdown_names_the_seconds() {
        assert_eq!(precise(Duration::from_secs(60)), Wait { unit: "second", count: 60 });
        assert_eq!(precise(Duration::from_millis(89_001)), Wait { unit: "second", count: 90 });
        assert_eq!(precise(Duration::from_secs(180)), Wait { unit: "minute", count: 3 });
    }

    proptest! {
        #[test]
        fn nobody_is_told_to_come_too_early(millis in any::<u64>()) {
            let wait = Duration::from_millis(millis);
            for said in [rounded(wait), precise(wait)] {
                let unit = match said.unit {
                    "second" => 1,
                    "minute" => 60,
                    "hour" => 60 * 60,
                    _ => 24 * 60 * 60,
                };
                prop_assert!(u128::from(said.count) * unit * 1000 >= wait.as_millis());
            }
        }
    }
}
