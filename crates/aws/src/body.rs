//! Bodies of answers that are no service's of the SDK.

use aws_sdk_s3::primitives::{ByteStream, SdkBody};

/// All of a body, of `limit` bytes at most.
pub(crate) async fn content(body: SdkBody, limit: usize) -> Result<Vec<u8>, String> {
    let mut body = ByteStream::new(body);
    let mut content = Vec::new();
    while let Some(chunk) = body.next().await {
        content.extend_from_slice(&chunk.map_err(|error| error.to_string())?);
        if content.len() > limit {
            return Err("the answer is too long".to_owned());
        }
    }
    Ok(content)
}
