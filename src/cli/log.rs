//! Log lines on the error output. One that cannot be written (a full disk, a pipe nobody reads any more) is dropped and
//! counted: what the log is about matters more than the log.

use super::Failure;
use crate::config::{Config, LogFormat};
use std::io::{self, Write};
use tracing_subscriber::EnvFilter;

/// Log lines go to the error output; the output itself is for people.
pub fn begin(config: &Config) -> Result<(), Failure> {
    let filter = EnvFilter::try_new(&config.log_level).map_err(|error| Failure::new(format!("setting log.level: {error}")))?;
    let colours = io::IsTerminal::is_terminal(&io::stderr());
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(|| Lossy(io::stderr()))
        .with_ansi(colours)
        // It would report a failed write by `eprintln!`, which panics in whoever wrote the line.
        .log_internal_errors(false);
    let set = match config.log_format {
        LogFormat::Text => lines.try_init(),
        LogFormat::Json => lines.json().try_init(),
    };
    set.map_err(|error| Failure::new(format!("logging could not be set up: {error}")))
}

/// Drops what cannot be written. A line arrives in one write.
struct Lossy<W>(W);

impl<W: Write> Write for Lossy<W> {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        if self.0.write_all(line).is_err() {
            metrics::counter!("tradewind_log_lines_dropped_total").increment(1);
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let _ = self.0.flush();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Full;

    impl Write for Full {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::StorageFull.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Err(io::ErrorKind::StorageFull.into())
        }
    }

    #[test]
    fn a_line_that_cannot_be_written_is_dropped() {
        let mut lossy = Lossy(Full);
        assert_eq!(lossy.write(b"a line").unwrap(), 6);
        lossy.flush().unwrap();
        let mut kept = Vec::new();
        Lossy(&mut kept).write_all(b"a line").unwrap();
        assert_eq!(kept, b"a line");
    }
}
