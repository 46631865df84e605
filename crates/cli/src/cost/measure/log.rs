//! Counts what is logged instead of writing it.

use std::{
    io,
    sync::{Arc, Mutex, PoisonError},
};

use tracing_subscriber::fmt::MakeWriter;

/// Bytes of lines of log and metrics.
#[derive(Debug, Default, Clone)]
pub(super) struct Log(Arc<Mutex<usize>>);

impl Log {
    pub(super) fn add(&self, bytes: usize) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) += bytes;
    }

    pub(super) fn take(&self) -> usize {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.add(bytes.len());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'w> MakeWriter<'w> for Log {
    type Writer = Self;

    fn make_writer(&'w self) -> Self {
        self.clone()
    }
}
