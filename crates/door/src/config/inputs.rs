//! What tells the door about itself and the people at it.

use std::{path::PathBuf, time::Duration};

use serde::Deserialize;

/// The inputs of the door, each as it is wired, if it is.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InputsConfig {
    /// Active while the door is open.
    #[serde(default)]
    pub contact: Option<LineInput>,
    /// Active while somebody inside asks to leave.
    #[serde(default)]
    pub request_to_exit: Option<LineInput>,
    /// Where codes are typed.
    #[serde(default)]
    pub keypad: Option<KeypadInput>,
}

/// An input that is active or not.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum LineInput {
    /// A line of a GPIO character device.
    Gpio(GpioInput),
    /// The socket `inputs.sock` in the data folder: for tests and the demo.
    Simulated {},
}

/// A line of a GPIO character device.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GpioInput {
    /// The device, as `/dev/gpiochip0`.
    pub chip: PathBuf,
    /// The line's offset on the chip.
    pub line: u32,
    /// Whether a low level is the active one.
    #[serde(default)]
    pub active_low: bool,
    /// Where the line rests while nothing drives it.
    #[serde(default)]
    pub pull: Pull,
    /// How long a level must hold to count.
    #[serde(default = "default_debounce_ms")]
    pub debounce_ms: u16,
}

impl GpioInput {
    /// The longest debounce, in ms.
    pub(super) const MAX_DEBOUNCE_MS: u16 = 1000;

    /// How long a level must hold to count.
    pub fn debounce(&self) -> Duration {
        Duration::from_millis(self.debounce_ms.into())
    }
}

/// The resistor in the chip that a line is tied with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pull {
    /// To the supply: for a switch between line and ground.
    #[default]
    Up,
    /// To ground: for a switch between line and supply.
    Down,
    /// None: there is one outside.
    None,
}

/// Where codes are typed.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum KeypadInput {
    /// A keyboard of the input subsystem.
    Evdev {
        /// The device, as `/dev/input/by-id/usb-…-event-kbd`.
        device: PathBuf,
    },
    /// The socket `inputs.sock` in the data folder: for tests and the demo.
    Simulated {},
}

impl InputsConfig {
    /// Which inputs are played over the socket.
    pub fn simulated(&self) -> Simulated {
        let is_simulated = |line: &Option<LineInput>| matches!(line, Some(LineInput::Simulated {}));
        Simulated {
            contact: is_simulated(&self.contact),
            request_to_exit: is_simulated(&self.request_to_exit),
            keypad: matches!(self.keypad, Some(KeypadInput::Simulated {})),
        }
    }

    /// The first line whose debounce is longer than an input can wait, by its dotted name.
    pub(super) fn slowest(&self) -> Option<(&'static str, u16)> {
        let debounce = |line: &Option<LineInput>| match line {
            Some(LineInput::Gpio(line)) => line.debounce_ms,
            _ => 0,
        };
        let lines = [
            ("`inputs.contact.debounce_ms`", debounce(&self.contact)),
            (
                "`inputs.request_to_exit.debounce_ms`",
                debounce(&self.request_to_exit),
            ),
        ];
        let mut slow = lines.into_iter();
        slow.find(|(_, debounce_ms)| *debounce_ms > GpioInput::MAX_DEBOUNCE_MS)
    }
}

/// Which inputs are played over the socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Simulated {
    /// The door contact.
    pub contact: bool,
    /// The button inside.
    pub request_to_exit: bool,
    /// The keypad.
    pub keypad: bool,
}

impl Simulated {
    /// Whether there is anything to play.
    pub fn is_any(self) -> bool {
        self.contact || self.request_to_exit || self.keypad
    }
}

fn default_debounce_ms() -> u16 {
    30
}
