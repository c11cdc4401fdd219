use std::{
    io,
    path::{Path, PathBuf},
};

use evdev::{Device, EventSummary, KeyCode};
use tokio::sync::mpsc;

use crate::{keypad::Key, retry::Pauses};

/// A keypad of the kernel's input subsystem. It may be unplugged and come back.
#[derive(Debug)]
pub(super) struct EvdevKeypad {
    device: PathBuf,
}

impl EvdevKeypad {
    pub(super) fn new(device: &Path) -> Self {
        Self {
            device: device.to_owned(),
        }
    }

    /// Sends every key, until nobody takes them.
    pub(super) async fn read(self, keys: mpsc::Sender<Key>) {
        let mut pauses = Pauses::new();
        while let Err(error) = self.follow(&keys, &mut pauses).await {
            pauses.after("the keypad cannot be read", &error).await;
        }
    }

    /// Follows the device until it is lost, or until nobody takes its keys.
    async fn follow(&self, keys: &mpsc::Sender<Key>, pauses: &mut Pauses) -> io::Result<()> {
        let mut device = Device::open(&self.device)?;
        // Nobody else, such as a console, is to see the digits.
        device.grab()?;
        let mut events = device.into_event_stream()?;
        pauses.reset();
        tracing::info!("the keypad is there");
        loop {
            let event = events.next_event().await?.destructure();
            if let EventSummary::Key(_, code, PRESSED) = event
                && let Some(key) = key(code)
                && keys.send(key).await.is_err()
            {
                return Ok(());
            }
        }
    }
}

/// The value of a key's event as it goes down; 0 is up, 2 is repetition.
const PRESSED: i32 = 1;

/// What a key means: keyboards, number pads and door keypads name their digits differently
/// (linux/input-event-codes.h).
fn key(code: KeyCode) -> Option<Key> {
    const DIGITS: [[KeyCode; 3]; 10] = [
        [KeyCode::KEY_0, KeyCode::KEY_KP0, KeyCode::KEY_NUMERIC_0],
        [KeyCode::KEY_1, KeyCode::KEY_KP1, KeyCode::KEY_NUMERIC_1],
        [KeyCode::KEY_2, KeyCode::KEY_KP2, KeyCode::KEY_NUMERIC_2],
        [KeyCode::KEY_3, KeyCode::KEY_KP3, KeyCode::KEY_NUMERIC_3],
        [KeyCode::KEY_4, KeyCode::KEY_KP4, KeyCode::KEY_NUMERIC_4],
        [KeyCode::KEY_5, KeyCode::KEY_KP5, KeyCode::KEY_NUMERIC_5],
        [KeyCode::KEY_6, KeyCode::KEY_KP6, KeyCode::KEY_NUMERIC_6],
        [KeyCode::KEY_7, KeyCode::KEY_KP7, KeyCode::KEY_NUMERIC_7],
        [KeyCode::KEY_8, KeyCode::KEY_KP8, KeyCode::KEY_NUMERIC_8],
        [KeyCode::KEY_9, KeyCode::KEY_KP9, KeyCode::KEY_NUMERIC_9],
    ];
    match code {
        KeyCode::KEY_ENTER | KeyCode::KEY_KPENTER | KeyCode::KEY_NUMERIC_POUND => Some(Key::Enter),
        KeyCode::KEY_KPASTERISK
        | KeyCode::KEY_NUMERIC_STAR
        | KeyCode::KEY_ESC
        | KeyCode::KEY_BACKSPACE
        | KeyCode::KEY_DELETE => Some(Key::Clear),
        code => {
            let digit = DIGITS.iter().position(|names| names.contains(&code))?;
            u8::try_from(digit).ok().map(Key::Digit)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_keypad_types_the_same() {
        let number_pad = [KeyCode::KEY_KP7, KeyCode::KEY_KP0, KeyCode::KEY_KPENTER];
        let door_keypad = [
            KeyCode::KEY_NUMERIC_7,
            KeyCode::KEY_NUMERIC_0,
            KeyCode::KEY_NUMERIC_POUND,
        ];
        let keyboard = [KeyCode::KEY_7, KeyCode::KEY_0, KeyCode::KEY_ENTER];
        let expected = [Key::Digit(7), Key::Digit(0), Key::Enter].map(Some);
        for keys in [number_pad, door_keypad, keyboard] {
            assert_eq!(keys.map(key), expected);
        }
        assert_eq!(key(KeyCode::KEY_NUMERIC_STAR), Some(Key::Clear));
        assert_eq!(key(KeyCode::KEY_A), None);
    }
}
