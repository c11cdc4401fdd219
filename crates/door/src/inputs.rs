//! Where the door's contact, its exit button and its keypad are read.

mod evdev;
mod gpio;
mod simulated;

use std::{io, path::Path};

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use self::{evdev::EvdevKeypad, gpio::InputLine, simulated::Stage};
use crate::{
    config::{InputsConfig, KeypadInput, LineInput},
    keypad::Key,
};

/// The most signals and keys that wait.
const WAITING: usize = 64;

/// What the hardware at the door tells, but for the keypad.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// How the contact found the door at the start.
    Found {
        /// Whether it is open.
        is_open: bool,
    },
    /// The contact changed.
    Contact {
        /// Whether the door is open.
        is_open: bool,
    },
    /// Somebody inside asks to leave.
    Exit,
}

/// Why an input cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum InputError {
    /// The GPIO line is not to be had.
    #[error(
        "cannot take GPIO line {line} of {chip} as {name}: {source}. Check [inputs] in the configuration, that no other program holds the line (gpioinfo tells), and that this user is in the group of the device (gpio on Raspberry Pi OS)"
    )]
    Gpio {
        /// Which input, as the configuration names it.
        name: &'static str,
        /// The device.
        chip: String,
        /// The line's offset.
        line: u32,
        /// What the kernel said.
        source: gpiocdev::Error,
    },
    /// The socket of the simulated inputs cannot be made.
    #[error(
        "cannot listen on {path} for simulated inputs: {source}. Check data_dir: a socket's path may have at most 107 bytes"
    )]
    Socket {
        /// The socket.
        path: String,
        /// What the operating system said.
        source: io::Error,
    },
}

/// The inputs of one door, taken and not read yet.
#[derive(Debug)]
pub struct Inputs {
    lines: Vec<InputLine>,
    keypad: Option<EvdevKeypad>,
    stage: Option<Stage>,
}

/// What the inputs tell. Each ends when no input is left that could tell anything on it.
#[derive(Debug)]
pub struct Signals {
    /// Contact and exit button.
    pub door: mpsc::Receiver<Signal>,
    /// The keypad, apart: a code takes long to check, and nobody may have to wait for that to leave.
    pub keys: mpsc::Receiver<Key>,
}

impl Inputs {
    /// Takes every input of the configuration. Must be called inside a Tokio runtime.
    pub fn open(config: &InputsConfig, data_dir: &Path) -> Result<Self, InputError> {
        let mut lines = Vec::new();
        if let Some(LineInput::Gpio(line)) = &config.contact {
            lines.push(InputLine::contact(line)?);
        }
        if let Some(LineInput::Gpio(line)) = &config.request_to_exit {
            lines.push(InputLine::request_to_exit(line)?);
        }
        let keypad = match &config.keypad {
            Some(KeypadInput::Evdev { device }) => Some(EvdevKeypad::new(device)),
            _ => None,
        };
        let simulated = config.simulated();
        let stage = simulated
            .is_any()
            .then(|| Stage::open(simulated, data_dir))
            .transpose()?;
        Ok(Self {
            lines,
            keypad,
            stage,
        })
    }

    /// Reads them until `stop`, each in a task that `spawn` starts.
    pub fn read(
        self,
        stop: &CancellationToken,
        mut spawn: impl FnMut(futures::future::BoxFuture<'static, ()>),
    ) -> Signals {
        let (signals, door) = mpsc::channel(WAITING);
        let (pressed, keys) = mpsc::channel(WAITING);
        for line in self.lines {
            let (signals, stop) = (signals.clone(), stop.clone());
            spawn(Box::pin(async move {
                stop.run_until_cancelled(line.read(signals)).await;
            }));
        }
        if let Some(keypad) = self.keypad {
            let (pressed, stop) = (pressed.clone(), stop.clone());
            spawn(Box::pin(async move {
                stop.run_until_cancelled(keypad.read(pressed)).await;
            }));
        }
        if let Some(stage) = self.stage {
            let stop = stop.clone();
            spawn(Box::pin(async move {
                stop.run_until_cancelled(stage.play(signals, pressed)).await;
            }));
        }
        Signals { door, keys }
    }
}
