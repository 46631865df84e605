//! The S3 operations: each turns keys into blobs, lets s3s-fs read or write those, and keeps the
//! index.

use std::sync::{Arc, PoisonError};

use s3s::dto::*;
use s3s::{S3, S3ErrorCode, S3Request, S3Response, S3Result, s3_error};

use super::blobs;
use super::buckets::{Buckets, Upload, Write};
use super::conditions::{ReadConditions, Verdict, WriteConditions, precondition_failed};
use super::index::Stored;
use super::listing;
use super::versions;

/// How often a read starts over because the object was replaced under it.
const READ_ATTEMPTS: usize = 5;

#[async_trait::async_trait]
impl S3 for Buckets {
    async fn create_bucket(&self, req: S3Request<CreateBucketInput>) -> S3Result<S3Response<CreateBucketOutput>> {
        let name = req.input.bucket;
        let location = Some(format!("/{name}"));
        match self.index(move |index| Ok(index.create_bucket(&name)?)).await? {
            true => Ok(S3Response::new(CreateBucketOutput { location })),
            false => Err(s3_error!(BucketAlreadyOwnedByYou)),
        }
    }

    async fn delete_bucket(&self, req: S3Request<DeleteBucketInput>) -> S3Result<S3Response<DeleteBucketOutput>> {
        self.index(move |index| index.delete_bucket(&req.input.bucket)).await?;
        Ok(S3Response::new(DeleteBucketOutput {}))
    }

    async fn head_bucket(&self, req: S3Request<HeadBucketInput>) -> S3Result<S3Response<HeadBucketOutput>> {
        self.require_bucket(&req.input.bucket).await?;
        Ok(S3Response::new(HeadBucketOutput::default()))
    }

    async fn get_bucket_location(
        &self,
        req: S3Request<GetBucketLocationInput>,
    ) -> S3Result<S3Response<GetBucketLocationOutput>> {
        self.require_bucket(&req.input.bucket).await?;
        Ok(S3Response::new(GetBucketLocationOutput::default()))
    }

    async fn put_bucket_versioning(
        &self,
        req: S3Request<PutBucketVersioningInput>,
    ) -> S3Result<S3Response<PutBucketVersioningOutput>> {
        let status = req.input.versioning_configuration.status;
        if status.as_ref().map(BucketVersioningStatus::as_str) != Some(BucketVersioningStatus::ENABLED) {
            return Err(s3_error!(NotImplemented, "versions can be kept, and not be suspended"));
        }
        self.index(move |index| index.keep_versions(&req.input.bucket)).await?;
        Ok(S3Response::new(PutBucketVersioningOutput::default()))
    }

    async fn get_bucket_versioning(
        &self,
        req: S3Request<GetBucketVersioningInput>,
    ) -> S3Result<S3Response<GetBucketVersioningOutput>> {
        let kept = self.index(move |index| index.keeps_versions(&req.input.bucket)).await?;
        let status = kept.then(|| BucketVersioningStatus::from_static(BucketVersioningStatus::ENABLED));
        Ok(S3Response::new(GetBucketVersioningOutput { status, ..GetBucketVersioningOutput::default() }))
    }

    async fn list_object_versions(
        &self,
        req: S3Request<ListObjectVersionsInput>,
    ) -> S3Result<S3Response<ListObjectVersionsOutput>> {
        Ok(S3Response::new(self.index(move |index| versions::list(index, req.input)).await?))
    }

    async fn list_buckets(&self, _: S3Request<ListBucketsInput>) -> S3Result<S3Response<ListBucketsOutput>> {
        let buckets = self.index(|index| Ok(index.buckets()?)).await?;
        let buckets = buckets.into_iter().map(|(name, made)| Bucket {
            name: Some(name),
            creation_date: Some(date(made)),
            bucket_region: None,
        });
        Ok(S3Response::new(ListBucketsOutput { buckets: Some(buckets.collect()), ..ListBucketsOutput::default() }))
    }

    async fn list_objects(&self, req: S3Request<ListObjectsInput>) -> S3Result<S3Response<ListObjectsOutput>> {
        let marker = req.input.marker.clone();
        let mut input = ListObjectsV2Input::from(req.input);
        input.start_after.clone_from(&marker);
        let page = self.index(move |index| listing::list(index, input)).await?;
        Ok(S3Response::new(ListObjectsOutput {
            contents: page.contents,
            common_prefixes: page.common_prefixes,
            delimiter: page.delimiter,
            encoding_type: page.encoding_type,
            name: page.name,
            prefix: page.prefix,
            max_keys: page.max_keys,
            is_truncated: page.is_truncated,
            next_marker: page.next_continuation_token,
            marker,
            ..ListObjectsOutput::default()
        }))
    }

    async fn list_objects_v2(&self, req: S3Request<ListObjectsV2Input>) -> S3Result<S3Response<ListObjectsV2Output>> {
        Ok(S3Response::new(self.index(move |index| listing::list(index, req.input)).await?))
    }

    async fn get_object(&self, mut req: S3Request<GetObjectInput>) -> S3Result<S3Response<GetObjectOutput>> {
        let input = &mut req.input;
        let conditions = ReadConditions {
            matching: input.if_match.take(),
            none_matching: input.if_none_match.take(),
            modified_since: input.if_modified_since.take(),
            unmodified_since: input.if_unmodified_since.take(),
        };
        let (bucket, key, version) = (input.bucket.clone(), input.key.clone(), input.version_id.take());
        let mut attempts = READ_ATTEMPTS;
        loop {
            let stored = self.find_any(&bucket, &key, version.as_deref()).await?;
            permit(&conditions, &stored)?;
            let mut attempt = req.clone();
            (attempt.input.bucket, attempt.input.key) = address(&stored.blob);
            attempts -= 1;
            match self.blobs.files.get_object(attempt).await {
                // Replaced and removed since it was looked up: the key has a newer object.
                Err(error) if error.code() == &S3ErrorCode::NoSuchKey && attempts > 0 => {}
                answer => return Ok(answer?.map_output(|output| dated(output, &stored))),
            }
        }
    }

    async fn head_object(&self, mut req: S3Request<HeadObjectInput>) -> S3Result<S3Response<HeadObjectOutput>> {
        let input = &mut req.input;
        let conditions = ReadConditions {
            matching: input.if_match.take(),
            none_matching: input.if_none_match.take(),
            modified_since: input.if_modified_since.take(),
            unmodified_since: input.if_unmodified_since.take(),
        };
        let (bucket, key, version) = (input.bucket.clone(), input.key.clone(), input.version_id.take());
        let mut attempts = READ_ATTEMPTS;
        loop {
            let stored = self.find_any(&bucket, &key, version.as_deref()).await?;
            permit(&conditions, &stored)?;
            let mut attempt = req.clone();
            (attempt.input.bucket, attempt.input.key) = address(&stored.blob);
            attempts -= 1;
            match self.blobs.files.head_object(attempt).await {
                Err(error) if error.code() == &S3ErrorCode::NoSuchKey && attempts > 0 => {}
                answer => {
                    return Ok(answer?.map_output(|output| HeadObjectOutput {
                        last_modified: Some(date(stored.modified)),
                        version_id: stored.version(),
                        e_tag: Some(ETag::Strong(stored.etag)),
                        ..output
                    }));
                }
            }
        }
    }

    async fn put_object(&self, mut req: S3Request<PutObjectInput>) -> S3Result<S3Response<PutObjectOutput>> {
        let input = &mut req.input;
        let conditions = WriteConditions::new(input.if_match.take(), input.if_none_match.take())?;
        let (bucket, key) = (input.bucket.clone(), input.key.clone());
        self.admit(&bucket, &key, &conditions).await?;
        let blob = self.blobs.reserve();
        (input.bucket, input.key) = address(blob.name());
        let mut answer = self.blobs.files.put_object(req).await?;
        let write = Write { bucket, key, how: "Put", conditions };
        answer.output.version_id = self.publish(write, blob, answer.output.e_tag.as_ref()).await?.version();
        Ok(answer)
    }

    async fn copy_object(&self, mut req: S3Request<CopyObjectInput>) -> S3Result<S3Response<CopyObjectOutput>> {
        let input = &mut req.input;
        let conditions = ReadConditions {
            matching: input.copy_source_if_match.take(),
            none_matching: input.copy_source_if_none_match.take(),
            modified_since: input.copy_source_if_modified_since.take(),
            unmodified_since: input.copy_source_if_unmodified_since.take(),
        };
        let (bucket, key) = (input.bucket.clone(), input.key.clone());
        self.admit(&bucket, &key, &WriteConditions::default()).await?;
        (input.copy_source, _) = self.source(&input.copy_source, conditions).await?;
        let blob = self.blobs.reserve();
        (input.bucket, input.key) = address(blob.name());
        let mut answer = self.blobs.files.copy_object(req).await?;
        let etag = answer.output.copy_object_result.as_ref().and_then(|result| result.e_tag.clone());
        let write = Write { bucket, key, how: "Copy", conditions: WriteConditions::default() };
        let stored = self.publish(write, blob, etag.as_ref()).await?;
        if let Some(result) = &mut answer.output.copy_object_result {
            result.last_modified = Some(date(stored.modified));
        }
        answer.output.version_id = stored.version();
        Ok(answer)
    }

    async fn delete_object(&self, req: S3Request<DeleteObjectInput>) -> S3Result<S3Response<DeleteObjectOutput>> {
        if req.input.version_id.is_some() {
            return Err(s3_error!(NotImplemented, "a version ends only when it is too old"));
        }
        let conditions = WriteConditions::new(req.input.if_match, None)?;
        let version_id = self.delete(req.input.bucket, req.input.key, conditions).await?;
        let delete_marker = version_id.is_some().then_some(true);
        Ok(S3Response::new(DeleteObjectOutput { delete_marker, version_id, ..DeleteObjectOutput::default() }))
    }

    async fn delete_objects(&self, req: S3Request<DeleteObjectsInput>) -> S3Result<S3Response<DeleteObjectsOutput>> {
        self.require_bucket(&req.input.bucket).await?;
        let quiet = req.input.delete.quiet.unwrap_or_default();
        let mut deleted = Vec::new();
        for object in req.input.delete.objects {
            self.delete(req.input.bucket.clone(), object.key.clone(), WriteConditions::default()).await?;
            deleted.push(DeletedObject { key: Some(object.key), ..DeletedObject::default() });
        }
        let deleted = (!quiet).then_some(deleted);
        Ok(S3Response::new(DeleteObjectsOutput { deleted, ..DeleteObjectsOutput::default() }))
    }

    async fn create_multipart_upload(
        &self,
        mut req: S3Request<CreateMultipartUploadInput>,
    ) -> S3Result<S3Response<CreateMultipartUploadOutput>> {
        let (bucket, key) = (req.input.bucket.clone(), req.input.key.clone());
        self.admit(&bucket, &key, &WriteConditions::default()).await?;
        let blob = self.blobs.reserve();
        (req.input.bucket, req.input.key) = address(blob.name());
        let mut answer = self.blobs.files.create_multipart_upload(req).await?;
        let Some(id) = answer.output.upload_id.clone() else { return Err(s3_error!(InternalError)) };
        answer.output.bucket = Some(bucket.clone());
        answer.output.key = Some(key.clone());
        let upload = Arc::new(Upload { bucket, key, blob });
        self.uploads.lock().unwrap_or_else(PoisonError::into_inner).insert(id, upload);
        Ok(answer)
    }

    async fn upload_part(&self, mut req: S3Request<UploadPartInput>) -> S3Result<S3Response<UploadPartOutput>> {
        let upload = self.upload(&req.input.upload_id, &req.input.bucket, &req.input.key)?;
        (req.input.bucket, req.input.key) = address(upload.blob.name());
        self.blobs.files.upload_part(req).await
    }

    async fn upload_part_copy(
        &self,
        mut req: S3Request<UploadPartCopyInput>,
    ) -> S3Result<S3Response<UploadPartCopyOutput>> {
        let upload = self.upload(&req.input.upload_id, &req.input.bucket, &req.input.key)?;
        (req.input.copy_source, _) = self.source(&req.input.copy_source, ReadConditions::default()).await?;
        (req.input.bucket, req.input.key) = address(upload.blob.name());
        self.blobs.files.upload_part_copy(req).await
    }

    async fn list_parts(&self, req: S3Request<ListPartsInput>) -> S3Result<S3Response<ListPartsOutput>> {
        self.upload(&req.input.upload_id, &req.input.bucket, &req.input.key)?;
        self.blobs.files.list_parts(req).await
    }

    async fn complete_multipart_upload(
        &self,
        mut req: S3Request<CompleteMultipartUploadInput>,
    ) -> S3Result<S3Response<CompleteMultipartUploadOutput>> {
        let input = &mut req.input;
        let conditions = WriteConditions::new(input.if_match.take(), input.if_none_match.take())?;
        let (bucket, key, id) = (input.bucket.clone(), input.key.clone(), input.upload_id.clone());
        let upload = self.upload(&id, &bucket, &key)?;
        self.admit(&bucket, &key, &conditions).await?;
        (input.bucket, input.key) = address(upload.blob.name());
        drop(upload);
        let mut output = self.blobs.files.complete_multipart_upload(req).await?.output;
        if let Some(rest) = output.future.take() {
            output = rest.await?;
        }
        let Some(blob) = self.end_upload(&id) else { return Err(s3_error!(NoSuchUpload)) };
        let write = Write { bucket: bucket.clone(), key: key.clone(), how: "CompleteMultipartUpload", conditions };
        let version_id = self.publish(write, blob, output.e_tag.as_ref()).await?.version();
        let output = CompleteMultipartUploadOutput { bucket: Some(bucket), key: Some(key), version_id, ..output };
        Ok(S3Response::new(output))
    }

    async fn abort_multipart_upload(
        &self,
        mut req: S3Request<AbortMultipartUploadInput>,
    ) -> S3Result<S3Response<AbortMultipartUploadOutput>> {
        let upload = self.upload(&req.input.upload_id, &req.input.bucket, &req.input.key)?;
        (req.input.bucket, req.input.key) = address(upload.blob.name());
        let id = req.input.upload_id.clone();
        let answer = self.blobs.files.abort_multipart_upload(req).await;
        self.end_upload(&id);
        answer
    }
}

/// Proceeds, or answers 304 or 412. A 304 names the ETag, as RFC 9110 section 15.4.5 wants.
fn permit(conditions: &ReadConditions, stored: &Stored) -> S3Result<()> {
    match conditions.judge(stored) {
        Verdict::Proceed => Ok(()),
        Verdict::Failed => Err(precondition_failed("If-Match or If-Unmodified-Since")),
        Verdict::NotModified => {
            let mut error = s3_error!(NotModified);
            if let Ok(etag) = ETag::Strong(stored.etag.clone()).to_http_header() {
                error.set_headers([(axum::http::header::ETAG, etag)].into_iter().collect());
            }
            Err(error)
        }
    }
}

fn dated(output: GetObjectOutput, stored: &Stored) -> GetObjectOutput {
    GetObjectOutput {
        last_modified: Some(date(stored.modified)),
        version_id: stored.version(),
        e_tag: Some(ETag::Strong(stored.etag.clone())),
        ..output
    }
}

pub(super) fn date(at: jiff::Timestamp) -> Timestamp {
    Timestamp::from(std::time::SystemTime::from(at))
}

/// Bucket and key of a blob, as s3s-fs knows it.
fn address(blob: &str) -> (String, String) {
    (blobs::BUCKET.to_owned(), blob.to_owned())
}
