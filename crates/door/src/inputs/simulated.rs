use std::{io, path::Path, str::FromStr};

use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    net::{UnixListener, UnixStream},
    sync::mpsc,
};
use zeroize::Zeroizing;

use super::{InputError, Signal};
use crate::{config::Simulated, keypad::Key};

/// The longest line that is read.
const LINE: u64 = 64;

/// A socket on which tests and the demo play the hardware, one line an act: `contact open`,
/// `contact closed`, `exit`, `keypad 123456`. Each is answered with `ok`, or with what is wrong.
///
/// It is there only when the configuration simulates an input, and its folder is this user's own.
#[derive(Debug)]
pub(super) struct Stage {
    plays: Simulated,
    listener: UnixListener,
}

impl Stage {
    pub(super) fn open(plays: Simulated, data_dir: &Path) -> Result<Self, InputError> {
        let path = data_dir.join("inputs.sock");
        let listener = match std::fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => UnixListener::bind(&path),
        };
        let listener = listener.map_err(|source| InputError::Socket {
            path: path.display().to_string(),
            source,
        })?;
        tracing::warn!(path = %path.display(), "inputs are simulated: this is no real door");
        Ok(Self { plays, listener })
    }

    /// Serves one player after the other.
    pub(super) async fn play(self, signals: mpsc::Sender<Signal>, keys: mpsc::Sender<Key>) {
        loop {
            let player = match self.listener.accept().await {
                Ok((player, _)) => player,
                Err(error) => {
                    tracing::error!(%error, "inputs can no longer be simulated");
                    return;
                }
            };
            if let Err(error) = self.follow(player, &signals, &keys).await {
                tracing::debug!(%error, "a player of inputs has gone");
            }
        }
    }

    async fn follow(
        &self,
        mut player: UnixStream,
        signals: &mpsc::Sender<Signal>,
        keys: &mpsc::Sender<Key>,
    ) -> io::Result<()> {
        let (reading, mut writing) = player.split();
        let mut lines = BufReader::new(reading);
        loop {
            let mut line = Zeroizing::new(String::new());
            let mut limited = tokio::io::AsyncReadExt::take(&mut lines, LINE);
            if limited.read_line(&mut line).await? == 0 {
                return Ok(());
            }
            let answer = match line.trim_end().parse() {
                Ok(act) if self.has(&act) => {
                    carry_out(&act, signals, keys).await;
                    "ok\n"
                }
                Ok(_) => "this input is not simulated\n",
                Err(Unknown) => "an act is: contact open, contact closed, exit, keypad DIGITS\n",
            };
            writing.write_all(answer.as_bytes()).await?;
        }
    }

    fn has(&self, act: &Act) -> bool {
        match act {
            Act::Contact { .. } => self.plays.contact,
            Act::Exit => self.plays.request_to_exit,
            Act::Type(_) => self.plays.keypad,
        }
    }
}

/// Whoever would take a signal may have gone: the door is stopping.
async fn carry_out(act: &Act, signals: &mpsc::Sender<Signal>, keys: &mpsc::Sender<Key>) {
    match act {
        Act::Contact { is_open } => {
            let is_open = *is_open;
            let _ = signals.send(Signal::Contact { is_open }).await;
        }
        Act::Exit => {
            let _ = signals.send(Signal::Exit).await;
        }
        Act::Type(digits) => {
            for digit in digits.iter() {
                let _ = keys.send(Key::Digit(*digit)).await;
            }
            let _ = keys.send(Key::Enter).await;
        }
    }
}

/// What a player does.
#[cfg_attr(test, derive(Debug, PartialEq))]
enum Act {
    Contact { is_open: bool },
    Exit,
    Type(Zeroizing<Vec<u8>>),
}

#[derive(Debug, PartialEq)]
struct Unknown;

impl FromStr for Act {
    type Err = Unknown;

    fn from_str(line: &str) -> Result<Self, Unknown> {
        match line {
            "contact open" => Ok(Self::Contact { is_open: true }),
            "contact closed" => Ok(Self::Contact { is_open: false }),
            "exit" => Ok(Self::Exit),
            typed => {
                let digits = typed.strip_prefix("keypad ").ok_or(Unknown)?;
                let digits = digits.chars().map(|digit| {
                    let digit = digit.to_digit(10).ok_or(Unknown)?;
                    u8::try_from(digit).map_err(|_| Unknown)
                });
                digits
                    .collect::<Result<Vec<_>, _>>()
                    .map(|digits| Self::Type(Zeroizing::new(digits)))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_act_is_one_of_the_lines_and_nothing_else() {
        assert_eq!("contact open".parse(), Ok(Act::Contact { is_open: true }));
        assert_eq!(
            "contact closed".parse(),
            Ok(Act::Contact { is_open: false })
        );
        assert_eq!("exit".parse(), Ok(Act::Exit));
        assert_eq!(
            "keypad 0123".parse(),
            Ok(Act::Type(vec![0, 1, 2, 3].into()))
        );
        for wrong in [
            "",
            "contact",
            "contact ajar",
            "exit now",
            "keypad 12a",
            "unlock",
        ] {
            assert_eq!(wrong.parse::<Act>(), Err(Unknown), "{wrong}");
        }
    }
}
