//! Numbers and texts to bytes and back, little-endian; reading never trusts a length.

use crate::formats::Formats;

/// Why bytes are no model.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// The bytes do not begin like a model.
    #[error("these bytes are not a classifier model")]
    NotAModel,
    /// A model of another layout.
    #[error("the model has format {found}, this program reads {reads}")]
    Format {
        /// The format found.
        found: u32,
        /// What is read.
        reads: Formats,
    },
    /// At least one bit changed since the model was written.
    #[error("the model is damaged: its checksum does not match")]
    Damaged,
    /// The checksum holds, but the content makes no sense.
    #[error("the model is malformed")]
    Malformed,
}

#[derive(Debug, Default)]
pub(crate) struct Writer(pub(crate) Vec<u8>);

#[allow(dead_code, reason = "a program that only classifies writes back what it read of vectors, and nothing else")]
impl Writer {
    pub(crate) fn u8(&mut self, value: u8) {
        self.0.push(value);
    }
    pub(crate) fn u32(&mut self, value: u32) {
        self.0.extend(value.to_le_bytes());
    }
    /// Seven bits a byte, the low ones first; the high bit says that more follow (LEB128).
    pub(crate) fn small(&mut self, mut value: u32) {
        while value >= 0x80 {
            self.u8(value as u8 | 0x80);
            value >>= 7;
        }
        self.u8(value as u8);
    }
    pub(crate) fn u64(&mut self, value: u64) {
        self.0.extend(value.to_le_bytes());
    }
    pub(crate) fn f32(&mut self, value: f32) {
        self.0.extend(value.to_le_bytes());
    }
    pub(crate) fn text(&mut self, text: &str) {
        self.u32(text.len() as u32);
        self.0.extend(text.as_bytes());
    }
    /// A list: its length, then its items.
    pub(crate) fn list<T>(&mut self, items: impl ExactSizeIterator<Item = T>, mut item: impl FnMut(&mut Self, T)) {
        self.u32(items.len() as u32);
        items.for_each(|one| item(self, one));
    }
}

#[derive(Debug)]
pub(crate) struct Reader<'b> {
    bytes: &'b [u8],
    at: usize,
}

impl<'b> Reader<'b> {
    pub(crate) fn new(bytes: &'b [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    pub(crate) fn position(&self) -> usize {
        self.at
    }

    /// The next `length` bytes.
    pub(crate) fn take(&mut self, length: usize) -> Result<&'b [u8], DecodeError> {
        let end = self.at.checked_add(length).ok_or(DecodeError::Malformed)?;
        let taken = self.bytes.get(self.at..end).ok_or(DecodeError::Malformed)?;
        self.at = end;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], DecodeError> {
        self.take(N)?.try_into().map_err(|_| DecodeError::Malformed)
    }
    pub(crate) fn u8(&mut self) -> Result<u8, DecodeError> {
        Ok(self.array::<1>()?[0])
    }
    pub(crate) fn u32(&mut self) -> Result<u32, DecodeError> {
        Ok(u32::from_le_bytes(self.array()?))
    }
    pub(crate) fn small(&mut self) -> Result<u32, DecodeError> {
        let mut value = 0;
        for shift in [0, 7, 14, 21, 28] {
            let byte = u32::from(self.u8()?);
            value |= (byte & 0x7F) << shift;
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(DecodeError::Malformed)
    }
    pub(crate) fn u64(&mut self) -> Result<u64, DecodeError> {
        Ok(u64::from_le_bytes(self.array()?))
    }
    pub(crate) fn f32(&mut self) -> Result<f32, DecodeError> {
        let value = f32::from_le_bytes(self.array()?);
        if value.is_finite() { Ok(value) } else { Err(DecodeError::Malformed) }
    }
    pub(crate) fn text(&mut self) -> Result<&'b str, DecodeError> {
        let length = self.u32()? as usize;
        std::str::from_utf8(self.take(length)?).map_err(|_| DecodeError::Malformed)
    }
    /// A list written by [`Writer::list`]; every item takes at least one byte, so a false length cannot ask for much memory.
    pub(crate) fn list<T>(
        &mut self,
        mut item: impl FnMut(&mut Self) -> Result<T, DecodeError>,
    ) -> Result<Vec<T>, DecodeError> {
        let length = self.count()?;
        (0..length).map(|_| item(self)).collect()
    }

    /// The length of a list whose items take at least one byte each.
    pub(crate) fn count(&mut self) -> Result<usize, DecodeError> {
        let length = self.u32()? as usize;
        if length > self.bytes.len() - self.at { Err(DecodeError::Malformed) } else { Ok(length) }
    }
}
