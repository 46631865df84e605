//! The local cloud, through the AWS SDK's own clients.
#![allow(clippy::unwrap_used)]

mod folder;
mod functions;
mod objects;
mod restart;
mod signatures;
mod speech;
mod tables;
mod versions;

use sbf_local::{Cloud, CloudOptions};

/// A cloud that keeps nothing, with a bucket named `brain`.
async fn cloud() -> Cloud {
    let cloud = Cloud::start(CloudOptions::default()).await.unwrap();
    cloud.create_bucket("brain").await.unwrap();
    cloud
}
