//! Log lines for a terminal, a file or the systemd journal.

use std::{env, fmt, io::Write as _};

use tracing::{Event, Level, Subscriber};
use tracing_subscriber::{
    EnvFilter,
    fmt::{FmtContext, FormatEvent, FormatFields, format::Writer},
    registry::LookupSpan,
};

/// Migrations tell more than anybody wants to know.
const DEFAULT: &str = "info,refinery_core=warn";

/// Sends the log to standard error; `RUST_LOG` chooses what, info when it is not set.
pub fn start() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(DEFAULT));
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    // The journal stamps each line itself and reads the priority in front of it.
    if in_journal() {
        log.event_format(Journal).init();
    } else {
        log.with_ansi(false).with_target(false).init();
    }
}

/// Tells why the program ends, as the last thing on standard error.
pub fn complain(why: &str) {
    let mut stderr = std::io::stderr().lock();
    let (prefix, why) = if in_journal() {
        ("<3>", why.replace('\n', "\n<3>"))
    } else {
        ("vestibule-door: ", why.to_owned())
    };
    // Nobody is left to tell that nobody can be told.
    let _ = writeln!(stderr, "{prefix}{why}");
}

fn in_journal() -> bool {
    env::var_os("JOURNAL_STREAM").is_some()
}

/// One line an event, with the priority prefix of sd-daemon(3).
struct Journal;

impl<S, N> FormatEvent<S, N> for Journal
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        write!(writer, "<{}>", priority(*event.metadata().level()))?;
        context.format_fields(writer.by_ref(), event)?;
        writeln!(writer)
    }
}

/// The syslog priority (RFC 5424, section 6.2.1).
fn priority(level: Level) -> u8 {
    match level {
        Level::ERROR => 3,
        Level::WARN => 4,
        Level::INFO => 6,
        _ => 7,
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn the_systemd_journal_gets_priorities_and_no_time() {
        let lines = Lines::default();
        let writer = lines.clone();
        let log = tracing_subscriber::fmt()
            .with_ansi(false)
            .event_format(Journal)
            .with_writer(move || writer.clone())
            .finish();
        tracing::subscriber::with_default(log, || {
            tracing::info!(seq = 3, "allowed");
            tracing::error!("broken");
        });
        let written = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
        assert_eq!(written, "<6>allowed seq=3\n<3>broken\n");
    }
}
