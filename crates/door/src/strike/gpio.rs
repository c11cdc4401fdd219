use std::{io, path::Path};

use gpiocdev::{
    Request,
    line::{Bias, Value},
};

use super::{Strike, StrikeError};
use crate::config::Fail;

/// A relay on a line of a GPIO character device: active while it is energised.
#[derive(Debug)]
pub struct GpioStrike {
    line: Request,
    fail: Fail,
}

impl GpioStrike {
    /// Takes the line as an output in its locked state.
    ///
    /// The bias pulls towards locked, so that a line which the kernel has taken back rests there.
    pub fn open(chip: &Path, line: u32, active_low: bool, fail: Fail) -> Result<Self, StrikeError> {
        let mut request = Request::builder();
        request
            .on_chip(chip)
            .with_consumer("vestibule-door")
            .with_line(line);
        if active_low {
            request.as_active_low();
        }
        request
            .with_bias(locked_bias(active_low, fail))
            .as_output(locked(fail));
        let line = request.request().map_err(|source| StrikeError::Gpio {
            chip: chip.display().to_string(),
            line,
            source,
        })?;
        Ok(Self { line, fail })
    }

    fn set(&self, value: Value) -> io::Result<()> {
        let set = self.line.set_lone_value(value);
        set.map_err(io::Error::other)
    }
}

impl Strike for GpioStrike {
    fn unlock(&mut self, _seq: u64) -> io::Result<()> {
        self.set(unlocked(self.fail))
    }

    fn lock(&mut self) -> io::Result<()> {
        self.set(locked(self.fail))
    }
}

impl Drop for GpioStrike {
    fn drop(&mut self) {
        if let Err(error) = self.lock() {
            tracing::error!(%error, "the strike did not lock as the line was released");
        }
    }
}

/// What holds the door: a fail-safe lock is energised for that, a fail-secure one is not.
fn locked(fail: Fail) -> Value {
    match fail {
        Fail::Secure => Value::Inactive,
        Fail::Safe => Value::Active,
    }
}

fn unlocked(fail: Fail) -> Value {
    match fail {
        Fail::Secure => Value::Active,
        Fail::Safe => Value::Inactive,
    }
}

/// The level of [`locked`] on the wire.
fn locked_bias(active_low: bool, fail: Fail) -> Bias {
    let is_high = (locked(fail) == Value::Active) != active_low;
    if is_high {
        Bias::PullUp
    } else {
        Bias::PullDown
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fail_safe_lock_is_energised_while_locked_and_the_bias_pulls_there() {
        assert_eq!(locked(Fail::Secure), Value::Inactive);
        assert_eq!(locked(Fail::Safe), Value::Active);
        assert_eq!(locked_bias(false, Fail::Secure), Bias::PullDown);
        assert_eq!(locked_bias(true, Fail::Secure), Bias::PullUp);
        assert_eq!(locked_bias(false, Fail::Safe), Bias::PullUp);
        assert_eq!(locked_bias(true, Fail::Safe), Bias::PullDown);
    }
}
