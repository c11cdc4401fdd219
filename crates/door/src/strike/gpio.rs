use std::{io, path::Path};

use gpiocdev::{
    Request,
    line::{Bias, Value},
};

use super::{Strike, StrikeError};

/// A relay on a line of a GPIO character device: active while unlocked.
#[derive(Debug)]
pub struct GpioStrike {
    line: Request,
}

impl GpioStrike {
    /// Takes the line as an output in its locked state.
    ///
    /// The bias pulls towards locked, so that a line which the kernel has taken back rests there.
    pub fn open(chip: &Path, line: u32, active_low: bool) -> Result<Self, StrikeError> {
        let mut request = Request::builder();
        request
            .on_chip(chip)
            .with_consumer("vestibule-door")
            .with_line(line);
        if active_low {
            request.as_active_low().with_bias(Bias::PullUp);
        } else {
            request.with_bias(Bias::PullDown);
        }
        let requested = request.as_output(Value::Inactive).request();
        let line = requested.map_err(|source| StrikeError::Gpio {
            chip: chip.display().to_string(),
            line,
            source,
        })?;
        Ok(Self { line })
    }

    fn set(&self, value: Value) -> io::Result<()> {
        let set = self.line.set_lone_value(value);
        set.map_err(io::Error::other)
    }
}

impl Strike for GpioStrike {
    fn unlock(&mut self, _seq: u64) -> io::Result<()> {
        self.set(Value::Active)
    }

    fn lock(&mut self) -> io::Result<()> {
        self.set(Value::Inactive)
    }
}

impl Drop for GpioStrike {
    fn drop(&mut self) {
        if let Err(error) = self.lock() {
            tracing::error!(%error, "the strike did not lock as the line was released");
        }
    }
}
