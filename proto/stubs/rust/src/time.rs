//! Times of the contract, to the nanosecond. Timestamps convert by themselves:
//! `prost_types::Timestamp::from(SystemTime)` and `SystemTime::try_from(Timestamp)`.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Nanoseconds since the epoch, as samples have them; `None` outside the years 1677 to 2262.
pub fn unix_nano(time: SystemTime) -> Option<i64> {
    match time.duration_since(UNIX_EPOCH) {
        Ok(after) => i64::try_from(after.as_nanos()).ok(),
        Err(before) => {
            let nanos = i128::try_from(before.duration().as_nanos()).ok()?;
            i64::try_from(-nanos).ok()
        }
    }
}

/// The time of nanoseconds since the epoch.
pub fn of_unix_nano(unix_nano: i64) -> SystemTime {
    let distance = Duration::from_nanos(unix_nano.unsigned_abs());
    if unix_nano < 0 {
        UNIX_EPOCH - distance
    } else {
        UNIX_EPOCH + distance
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_keep_their_nanoseconds_to_both_ends_of_the_range() {
        for nanos in [0, -1, 1_743_415_200_123_456_789, i64::MIN, i64::MAX] {
            assert_eq!(unix_nano(of_unix_nano(nanos)), Some(nanos));
        }
        assert_eq!(unix_nano(UNIX_EPOCH + Duration::from_secs(1 << 40)), None);
    }
}
