//! The sentence encoder's weights: a file beside the program, or in a layer.

use std::{fs::File, io, os::unix::fs::FileExt, path::Path};

pub use sbf_brain::Meaning;
#[cfg(feature = "serve")]
use sbf_brain::MeaningUse;
use sbf_brain::{ReadAt, WeightsError};

use crate::settings::Environment;

/// A file that is read by position: of its 30 MB a sentence needs a few thousand bytes.
struct WeightsFile(File);

impl ReadAt for WeightsFile {
    fn read_exact_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        self.0.read_exact_at(buffer, offset)
    }
}

/// Opens a weights file.
///
/// # Errors
/// Where it cannot be read or is something else.
pub fn open(path: &Path) -> Result<Meaning, WeightsError> {
    Meaning::open(WeightsFile(File::open(path)?))
}

/// The encoder of `MEANING_WEIGHTS`, a file's path. Without one, and where it cannot be used, bots go by words alone; the log says why.
pub fn of_environment(environment: &Environment) -> Option<Meaning> {
    let path = environment.filled("MEANING_WEIGHTS")?;
    match open(Path::new(path)) {
        Ok(meaning) => Some(meaning),
        Err(error) => {
            tracing::error!(path, %error, "the encoder's weights cannot be used: the bot goes by words alone");
            None
        }
    }
}

/// Says once for each brain that goes by words alone though it was trained with an encoder.
#[cfg(feature = "serve")]
pub(crate) fn tell(used: &MeaningUse, version: &str) {
    match used {
        MeaningUse::Used | MeaningUse::NotTrained => {}
        MeaningUse::Missing => tracing::warn!(version, "there is no encoder here: this brain goes by words alone"),
        MeaningUse::Other { trained, found } => {
            tracing::warn!(
                version,
                trained,
                found,
                "this brain was trained with another encoder: it goes by words alone"
            );
        }
    }
}
