//! Keys of a keypad, put together to codes.

use std::time::Duration;

use access::{MAX_CODE_DIGITS, MIN_CODE_DIGITS};
use zeroize::Zeroizing;

/// After so long without a key, what was typed before is forgotten.
pub const BETWEEN_KEYS: Duration = Duration::from_secs(10);

/// A key that was pressed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// A digit, 0 to 9.
    Digit(u8),
    /// Enter or `#`: the code is complete.
    Enter,
    /// `*`: begin again.
    Clear,
}

/// Which digit was pressed is never told.
impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Digit(_) => "Digit",
            Self::Enter => "Enter",
            Self::Clear => "Clear",
        })
    }
}

/// The digits typed so far.
#[derive(Default)]
pub struct Typed {
    digits: Zeroizing<String>,
    /// More digits than any code has.
    is_too_long: bool,
    last: Duration,
}

impl std::fmt::Debug for Typed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Typed").finish_non_exhaustive()
    }
}

impl Typed {
    /// Takes a key at `now` (monotonic); returns the code that it completes.
    pub fn press(&mut self, key: Key, now: Duration) -> Option<Zeroizing<String>> {
        if now.saturating_sub(self.last) > BETWEEN_KEYS {
            self.clear();
        }
        self.last = now;
        match key {
            Key::Clear => {
                self.clear();
                None
            }
            Key::Enter => self.complete(),
            Key::Digit(digit) => {
                self.add(digit);
                None
            }
        }
    }

    fn add(&mut self, digit: u8) {
        match char::from_digit(digit.into(), 10) {
            Some(digit) if self.digits.len() < MAX_CODE_DIGITS => self.digits.push(digit),
            _ => self.is_too_long = true,
        }
    }

    /// What cannot be a code costs no attempt and is forgotten.
    fn complete(&mut self) -> Option<Zeroizing<String>> {
        let is_code = !self.is_too_long && self.digits.len() >= MIN_CODE_DIGITS;
        let digits = std::mem::take(&mut self.digits);
        self.clear();
        is_code.then_some(digits)
    }

    fn clear(&mut self) {
        // With room for a whole code, so that growing leaves no copies behind.
        self.digits = Zeroizing::new(String::with_capacity(MAX_CODE_DIGITS));
        self.is_too_long = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Types each character, a second apart; returns every code.
    fn codes(keys: &str) -> Vec<String> {
        let mut typed = Typed::default();
        let keys = keys.chars().zip(1..);
        let codes = keys.filter_map(|(key, second)| typed.press(read(key), s(second)));
        codes.map(|code| code.to_string()).collect()
    }

    fn read(key: char) -> Key {
        match key {
            '#' => Key::Enter,
            '*' => Key::Clear,
            digit => Key::Digit(digit.to_digit(10).unwrap().try_into().unwrap()),
        }
    }

    fn s(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn digits_up_to_enter_are_a_code_and_the_next_begins_anew() {
        assert_eq!(codes("1234#0099#"), ["1234", "0099"]);
    }

    #[test]
    fn a_star_begins_again() {
        assert_eq!(codes("99*1234#"), ["1234"]);
    }

    #[test]
    fn what_is_too_short_or_too_long_is_no_code_and_spoils_none() {
        assert_eq!(codes("#12#123#12345678901#1234567890#"), ["1234567890"]);
    }

    #[test]
    fn a_pause_of_more_than_ten_seconds_begins_again() {
        let mut typed = Typed::default();
        let mut press = |key, at| typed.press(read(key), s(at));
        for (key, at) in [
            ('9', 1),
            ('9', 2),
            ('1', 13),
            ('2', 23),
            ('3', 33),
            ('4', 43),
        ] {
            assert!(press(key, at).is_none());
        }
        assert_eq!(press('#', 53).unwrap().as_str(), "1234");
    }

    #[test]
    fn no_digit_is_printed() {
        let mut typed = Typed::default();
        typed.press(Key::Digit(7), s(1));
        assert!(!format!("{typed:?} {:?}", Key::Digit(7)).contains('7'));
    }
}
