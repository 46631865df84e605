//! The body of `POST /uploads`.

use serde_json::{Map, Value};

use super::fields::{CallError, broken, check_text, fail, given, object, short_text, string};
use crate::{json::kind, ports::UploadRequest};

/// Characters of a file's name at most.
const NAME_LIMIT: usize = 255;

impl UploadRequest {
    /// Reads a request body.
    ///
    /// # Errors
    /// Where it is no JSON object or a field breaks its rule, as one sentence for the client.
    pub fn parse(body: &[u8]) -> Result<Self, CallError> {
        let fields = object(body)?;
        Ok(Self { media_type: media_type(&fields)?, size: size(&fields)?, name: name(&fields)? })
    }
}

/// Browsers add parameters of their own, such as a recording's codec.
fn media_type(fields: &Map<String, Value>) -> Result<String, CallError> {
    let written = short_text(fields, "type")?;
    let written = written.ok_or_else(|| fail("`type` must be the file's media type; found none.".to_owned()))?;
    let essence = written.split(';').next().unwrap_or_default();
    Ok(essence.trim().to_ascii_lowercase())
}

fn size(fields: &Map<String, Value>) -> Result<u64, CallError> {
    let rule = "must be the file's size, a whole number of bytes";
    match given(fields, "size") {
        None => Err(broken("size", rule, "none")),
        Some(Value::Number(size)) => size.as_u64().ok_or_else(|| broken("size", rule, &size.to_string())),
        Some(other) => Err(broken("size", rule, kind(other))),
    }
}

/// Some browsers give the name with a made-up path before it.
fn name(fields: &Map<String, Value>) -> Result<Option<String>, CallError> {
    let Some(written) = string(fields, "name")? else { return Ok(None) };
    check_text("name", written, NAME_LIMIT)?;
    let name = written.rsplit(['/', '\\']).next().unwrap_or_default().trim();
    Ok(Some(name.to_owned()).filter(|name| !name.is_empty()))
}
