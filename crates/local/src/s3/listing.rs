//! Lists of keys: prefix, delimiter, pages.

use s3s::S3Result;
use s3s::dto::{CommonPrefix, ETag, EncodingType, ListObjectsV2Input, ListObjectsV2Output, Object, Timestamp};

use super::events::url_encoded;
use super::index::{Index, Stored};

/// The most keys that S3 gives at once.
pub(super) const PAGE: i32 = 1000;

/// One page of a bucket's keys.
///
/// The continuation token is the last key, or common prefix, of the page before.
pub(super) fn list(index: &Index, input: ListObjectsV2Input) -> S3Result<ListObjectsV2Output> {
    let encode = encoder(input.encoding_type.as_ref());
    let limit = input.max_keys.unwrap_or(PAGE).clamp(0, PAGE);
    let prefix = input.prefix.clone().unwrap_or_default();
    let delimiter = input.delimiter.as_deref().filter(|delimiter| !delimiter.is_empty());
    let after = input.continuation_token.as_deref().max(input.start_after.as_deref()).unwrap_or_default();
    let mut page = Page { limit: usize::try_from(limit).unwrap_or_default(), ..Page::default() };
    if page.limit > 0 {
        index.walk(&input.bucket, &prefix, after, |key, stored| {
            match delimiter.and_then(|delimiter| common_prefix(&key, &prefix, delimiter)) {
                Some(group) if group == after || page.last.as_deref() == Some(group) => true,
                Some(group) => page.add_prefix(group, encode),
                None => page.add_object(key, &stored, encode),
            }
        })?;
    }
    let count = page.objects.len() + page.prefixes.len();
    Ok(ListObjectsV2Output {
        key_count: i32::try_from(count).ok(),
        max_keys: Some(limit),
        is_truncated: Some(page.truncated),
        next_continuation_token: page.last.filter(|_| page.truncated),
        contents: (!page.objects.is_empty()).then_some(page.objects),
        common_prefixes: (!page.prefixes.is_empty()).then_some(page.prefixes),
        continuation_token: input.continuation_token,
        start_after: input.start_after.map(|text| encode(&text)),
        delimiter: input.delimiter.map(|text| encode(&text)),
        encoding_type: input.encoding_type,
        name: Some(input.bucket),
        prefix: input.prefix.map(|text| encode(&text)),
        ..ListObjectsV2Output::default()
    })
}

#[derive(Default)]
struct Page {
    limit: usize,
    objects: Vec<Object>,
    prefixes: Vec<CommonPrefix>,
    last: Option<String>,
    truncated: bool,
}

impl Page {
    fn add_object(&mut self, key: String, stored: &Stored, encode: fn(&str) -> String) -> bool {
        let room = self.room();
        if room {
            self.objects.push(Object {
                key: Some(encode(&key)),
                e_tag: Some(ETag::Strong(stored.etag.clone())),
                last_modified: Some(Timestamp::from(std::time::SystemTime::from(stored.modified))),
                size: i64::try_from(stored.size).ok(),
                ..Object::default()
            });
            self.last = Some(key);
        }
        room
    }

    fn add_prefix(&mut self, prefix: &str, encode: fn(&str) -> String) -> bool {
        let room = self.room();
        if room {
            self.prefixes.push(CommonPrefix { prefix: Some(encode(prefix)) });
            self.last = Some(prefix.to_owned());
        }
        room
    }

    fn room(&mut self) -> bool {
        self.truncated = self.objects.len() + self.prefixes.len() >= self.limit;
        !self.truncated
    }
}

/// The key up to and with the first delimiter after the prefix.
fn common_prefix<'a>(key: &'a str, prefix: &str, delimiter: &str) -> Option<&'a str> {
    let rest = key.get(prefix.len()..)?;
    let end = prefix.len() + rest.find(delimiter)? + delimiter.len();
    key.get(..end)
}

pub(super) fn encoder(encoding: Option<&EncodingType>) -> fn(&str) -> String {
    match encoding.map(EncodingType::as_str) {
        Some(EncodingType::URL) => url_encoded,
        _ => str::to_owned,
    }
}
